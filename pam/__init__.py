"""The project: settings, urls, asgi, celery; and the rooms that every domain stands on."""
