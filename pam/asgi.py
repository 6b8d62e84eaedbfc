"""PAM over ASGI: pages and API through Django, sockets through Channels."""

from . import starting

starting.prepare()
starting.require_database_in_production()

from channels.routing import ProtocolTypeRouter  # noqa: E402 - the settings come first
from django.core.asgi import get_asgi_application  # noqa: E402

http = get_asgi_application()

from assistant.routing import application as sockets  # noqa: E402 - models exist only from here on

from .celery import app as celery_app  # noqa: E402

__all__ = ["application", "celery_app"]

application = ProtocolTypeRouter({"http": http, "websocket": sockets})
