"""PAM over ASGI: pages and API through Django, sockets through Channels."""

from . import starting

starting.prepare()
starting.require_database_in_production()

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

from pam.files.limits import BoundedBody

http = BoundedBody(get_asgi_application())

from assistant.routing import application as sockets

from .celery import app as celery_app

__all__ = ["application", "celery_app"]

application = ProtocolTypeRouter({"http": http, "websocket": sockets})
