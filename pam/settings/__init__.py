"""Settings, one file per concern; the environment's variables are listed in `.env.example`."""

from .env import *
from .apps import *
from .database import *
from .security import *
from .api import *
from .background import *
from .logging import *
from .pages import *
from .files import *
