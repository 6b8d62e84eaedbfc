"""PAM's pages and API over WSGI; sockets need `pam.asgi`."""

from . import starting

starting.prepare()
starting.require_database_in_production()

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

from .celery import app as celery_app

__all__ = ["application", "celery_app"]
