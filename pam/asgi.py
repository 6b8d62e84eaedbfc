"""PAM over ASGI: pages and API through Django, sockets through Channels."""

from . import starting

starting.prepare()
starting.require_database_in_production()

from typing import Any

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application

from pam.files.limits import BoundedBody

from .api import front
from .ops.one_hop import OneHop

http: Any = BoundedBody(OneHop(get_wsgi_application(), get_asgi_application()))
if front.is_wanted():
    http = front.Front(http)

from assistant.routing import application as sockets

from .celery import app as celery_app

__all__ = ["application", "celery_app"]

application = ProtocolTypeRouter({"http": http, "websocket": sockets})
