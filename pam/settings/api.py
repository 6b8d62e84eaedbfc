"""DRF and its schema."""

from .env import VERSION, env

RATE_LIMIT_PER_MINUTE = env.int("RATE_LIMIT_PER_MINUTE", default=600)

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "pam.accounts.tokens.BearerAuthentication",
        "pam.accounts.tokens.PageSessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["pam.api.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["pam.api.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "pam.api.paging.NewestFirst",
    "PAGE_SIZE": 50,
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "pam.api.schema.PamSchema",
    "EXCEPTION_HANDLER": "pam.api.problems.problem_handler",
    "COERCE_DECIMAL_TO_STRING": True,
}

SPECTACULAR_SETTINGS = {
    "TITLE": "PAM",
    "DESCRIPTION": "The API of PAM, a self-hosted personal AI manager.",
    "VERSION": VERSION,
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "pam.api.schema.add_problem",
    ],
}

# Threads of each process that work on requests; those that wait for a model have as many of their own.
HTTP_THREADS = env.int("HTTP_THREADS", default=12)
FRONT_CONNECTIONS = env.int("FRONT_CONNECTIONS", default=4)  # to PostgreSQL, for what is answered before Django
