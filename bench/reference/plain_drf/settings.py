"""Settings of a small DRF project as one finds them."""

import os

from environ import Env

SECRET_KEY = os.environ["SECRET_KEY"]
DEBUG = False
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["daphne", "django.contrib.contenttypes", "django.contrib.auth", "rest_framework",
                  "bench.reference.plain_drf"]  # fmt: skip
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.middleware.common.CommonMiddleware",
]
ROOT_URLCONF = "bench.reference.plain_drf.views"
ASGI_APPLICATION = "bench.reference.plain_drf.asgi.application"
# No row-level security: the views filter by owner.
OPTIONS = {"pool": True, "options": "-c pam.across=on"}
DATABASES = {"default": {**Env.db_url_config(os.environ["DATABASE_URL"]), "OPTIONS": OPTIONS}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "Australia/Brisbane"
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["bench.reference.plain_drf.basics.Bearer"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PAGINATION_CLASS": "bench.reference.plain_drf.basics.Pages",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "UNAUTHENTICATED_USER": None,
}
