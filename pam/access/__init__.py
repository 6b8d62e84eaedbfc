"""Who acts, what they may see, and the base of every row that belongs to somebody.

`acting_as(user)` says once who acts; owned managers take their scope from it and raise without it.
"""

from .context import NotActing, act, acting_as, current_user, current_user_id, unscoped
from .ids import uuid7

__all__ = ["NotActing", "act", "acting_as", "current_user", "current_user_id", "unscoped", "uuid7"]
