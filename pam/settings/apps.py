"""Installed apps and middleware."""

INSTALLED_APPS = [
    "daphne",  # first: it serves `manage.py runserver` over ASGI
    "pam.access",
    "pam.accounts",
    "pam.journal",
    "pam.tools",
    "pam.live",
    "pam.api",
    "pam.files",
    "pam.ops",
    "pam.transfer",
    "you",
    "wins",
    "wheels",
    "social",
    "assistant",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "channels",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "corsheaders",
    "django_celery_beat",
    "django_prometheus",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "pam.ops.middleware.RequestIdentity",
    "pam.ops.headers.SecurityHeaders",
    "corsheaders.middleware.CorsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "pam.ops.middleware.HealthFirst",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "pam.access.middleware.ActingMiddleware",
    "pam.accounts.middleware.SeenMiddleware",
    "pam.accounts.middleware.AfterAnswerMiddleware",
    "pam.ops.limits.RateLimitMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "pam.api.middleware.ProblemMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "pam.urls"
ASGI_APPLICATION = "pam.asgi.application"
WSGI_APPLICATION = "pam.wsgi.application"
APPEND_SLASH = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
