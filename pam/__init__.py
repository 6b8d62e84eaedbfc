"""The project: settings, urls, asgi, celery; and the rooms that every domain stands on."""

import django_stubs_ext

# Lets Django's generic classes be subscripted at run time, as the type checker wants them.
django_stubs_ext.monkeypatch()
