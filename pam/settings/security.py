"""Secrets, hosts, cookies and headers."""

import re

from corsheaders.defaults import default_headers
from django.core.exceptions import ImproperlyConfigured

from .env import DEBUG, PRODUCTION, env, kept_keys, kept_secret

SECRET_KEY = env.str("SECRET_KEY", default="")
if not SECRET_KEY:
    if PRODUCTION:
        raise ImproperlyConfigured("SECRET_KEY is missing: set it to a long random text and start again.")
    SECRET_KEY = kept_secret("secret_key")
if PRODUCTION and DEBUG:
    raise ImproperlyConfigured("DEBUG is on in production: set DEBUG=false and start again.")

# Of encrypted columns, the newest first: it seals, all of them open. Without the variable they stand in var/.
FIELD_KEYS = env.list("FIELD_KEYS", default=[]) or kept_keys()
for _key in FIELD_KEYS:
    if not re.fullmatch(r"[A-Za-z0-9_-]{43}=", _key):
        raise ImproperlyConfigured(
            "FIELD_KEYS holds what is no key: each is 32 random bytes in URL-safe base64, as `manage.py keys new` prints."
        )

ALGORITHM = env.str("ALGORITHM", default="HS256")
if ALGORITHM not in {"HS256", "HS384", "HS512"}:
    raise ImproperlyConfigured("ALGORITHM is not one that PAM signs with: set HS256, HS384 or HS512 and start again.")
ACCESS_TOKEN_EXPIRE_MINUTES = env.int("ACCESS_TOKEN_EXPIRE_MINUTES", default=30)
REFRESH_TOKEN_EXPIRE_DAYS = env.int("REFRESH_TOKEN_EXPIRE_DAYS", default=30)

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CORS_ALLOWED_ORIGINS = env.list("CORS_ALLOWED_ORIGINS", default=[])
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_HEADERS = [*default_headers, "idempotency-key", "if-none-match", "x-request-id"]
CORS_EXPOSE_HEADERS = ["ETag", "X-Request-ID", "Retry-After", "RateLimit", "RateLimit-Policy"]
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["pam.accounts.backends.EmailBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "today"
LOGOUT_REDIRECT_URL = "login"
REQUIRE_VERIFIED_EMAIL = PRODUCTION
ERASE_AFTER_DAYS = env.int("ERASE_AFTER_DAYS", default=14)  # between asking for it and the erasing

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
if PRODUCTION:
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_REDIRECT_EXEMPT = [r"^api/health"]

DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
