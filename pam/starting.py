"""What every way of starting PAM has in common: what is wrong is said in one line, not in a traceback."""

from __future__ import annotations

import os
import sys
from typing import NoReturn


def refuse(problem: object) -> NoReturn:
    """End with one line that says why PAM does not start."""
    said = " ".join(str(problem).split())
    sys.exit(f"PAM cannot start: {said}")


def prepare() -> None:
    """Choose and read the settings; ends with one line where they do not allow a start."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pam.settings")
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured

    try:
        _ = settings.SECRET_KEY
    except ImproperlyConfigured as problem:
        refuse(problem)


def require_database_in_production() -> None:
    """For servers that import PAM instead of running `manage.py serve`, which looks itself."""
    from django.conf import settings

    if settings.PRODUCTION:
        require_database()
        require_keys()


def require_database() -> None:
    """End with one line where the database cannot be reached."""
    from django.core.exceptions import ImproperlyConfigured
    from django.db import DatabaseError, connection

    if connection.connection is not None:
        return
    try:
        connection.ensure_connection()
    except (DatabaseError, ImproperlyConfigured) as problem:
        reason = str(problem).strip().splitlines()
        refuse(
            f"the database cannot be reached ({reason[0] if reason else type(problem).__name__}). "
            "Check DATABASE_URL and that the database runs."
        )
    finally:
        connection.close()


def require_keys() -> None:
    """End with one line where what stands in the database was sealed with keys that are not at hand."""
    from django.db import DatabaseError, connection

    from pam.access import keys

    was_open = connection.connection is not None
    try:
        keys.check()
    except DatabaseError:
        return  # no tables yet: nothing is sealed
    except keys.WrongKeys as problem:
        refuse(f"{problem}.")
    finally:
        if not was_open:
            connection.close()
