#!/usr/bin/env python
"""PAM's command line."""

import sys


def main() -> None:
    """Run a management command."""
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    from pam import starting

    try:
        starting.prepare()
        import pam.celery  # noqa: F401 - what a command sends goes to PAM's broker

        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as problem:
        starting.refuse(problem)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
