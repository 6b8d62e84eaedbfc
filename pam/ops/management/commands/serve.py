"""`manage.py serve`: PAM in one process, or the web part alone."""

from __future__ import annotations

import sqlite3
from argparse import ArgumentParser
from io import StringIO
from pathlib import Path
from typing import Any

from celery.app import app_or_default
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from pam import starting
from pam.ops import backups, schedule, serving

DEMO_EMAIL, DEMO_PASSWORD = "demo@example.com", "pam-demo"


class Command(BaseCommand):
    """Prepares the database and serves."""

    help = "Serve PAM: web, worker and beat in one process; with --web-only the web part alone."
    requires_system_checks = []  # the database may not have its tables yet

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take where to listen."""
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
        parser.add_argument("--port", type=int, default=8000, help="port to listen on (8000)")
        parser.add_argument(
            "--web-only", action="store_true",
            help="serve HTTP and WebSocket only; migrations, worker and beat are run beside it",
        )  # fmt: skip

    def handle(self, *_: Any, **options: Any) -> None:
        """Bind, prepare, serve; ends the process."""
        host, port, alone = options["host"], options["port"], not options["web_only"]
        try:
            bound = serving.listen(host, port)
        except serving.PortTaken:
            raise CommandError(
                f"Port {port} of {host} is in use. Stop what listens there, or take another: PORT={port + 1} make run"
            ) from None
        except (OSError, OverflowError) as problem:
            raise CommandError(f"PAM cannot listen on {host}, port {port}: {problem}") from None
        starting.require_database()
        settings.STATIC_ROOT.mkdir(mode=0o755, parents=True, exist_ok=True)
        self._tables(alone)
        starting.require_keys()
        if alone:
            if settings.PRODUCTION:
                call_command("collectstatic", interactive=False, verbosity=0)
            else:
                self._demo()
            schedule.ensure_schedule()
        if "learn" in get_commands():
            call_command("learn", stdout=self.stdout)
        greeting = _greeting(host, port)
        connection.close()
        serving.serve(bound, greeting, app_or_default() if alone else None)

    def _tables(self, alone: bool) -> None:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if not plan:
            return
        if not alone:
            starting.refuse(f"{len(plan)} migrations are not applied. Run: python manage.py migrate")
        if connection.vendor == "sqlite" and executor.loader.applied_migrations:
            try:
                made = backups.copy_sqlite(Path(settings.DATABASES["default"]["NAME"]), settings.VAR_DIR / "backups")
            except (OSError, sqlite3.Error) as problem:
                raise CommandError(f"The database cannot be copied before its migration: {problem}") from None
            self.stdout.write(f"The database was copied to {made}.")
        call_command("migrate", interactive=False, verbosity=0)
        self.stdout.write(f"The database is up to date ({len(plan)} migrations).")

    def _demo(self) -> None:
        if "demo" in get_commands():
            call_command("demo", stdout=StringIO())


def _greeting(host: str, port: int) -> str:
    shown = "localhost" if host in {"127.0.0.1", "0.0.0.0", "::", "::1"} else host
    where = f"PAM is at http://{shown}:{port}"
    if not settings.PRODUCTION:
        demo = get_user_model().objects.filter(email=DEMO_EMAIL).first()
        if demo is not None and demo.check_password(DEMO_PASSWORD):
            where += f" — sign in as {DEMO_EMAIL} with {DEMO_PASSWORD}"
    return f"{where}\nCtrl-C stops it."
