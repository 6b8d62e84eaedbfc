"""Putting the app of shapes into the running registry."""

from __future__ import annotations

from django.apps import AppConfig, apps
from django.db import connection


class ShapesConfig(AppConfig):
    """Shapes of owned models."""

    name = "tests.shapes"
    label = "shapes"


def install() -> None:
    """Register the app, as if it stood in INSTALLED_APPS."""
    if "shapes" not in apps.app_configs:
        config = AppConfig.create("tests.shapes.apps.ShapesConfig")
        apps.app_configs["shapes"] = config
        config.apps = apps
        config.import_models()
        # Its tables are made by `create_tables`, once the accounts' are there: not with the test database.
        config.models_module = None
        apps.clear_cache()


def create_tables() -> None:
    """Create the tables that are not there."""
    there = connection.introspection.table_names()
    with connection.schema_editor() as editor:
        for model in apps.get_app_config("shapes").get_models():
            if model._meta.db_table not in there:
                editor.create_model(model)
