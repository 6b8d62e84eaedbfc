"""Settings, one file per concern; the environment's variables are listed in `.env.example`."""

from .env import *  # noqa: F403
from .apps import *  # noqa: F403  isort: skip
from .database import *  # noqa: F403
from .security import *  # noqa: F403
from .api import *  # noqa: F403
from .background import *  # noqa: F403
from .logging import *  # noqa: F403
from .pages import *  # noqa: F403
