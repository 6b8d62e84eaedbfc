"""The API's addresses: each domain brings its viewsets, the rooms their own."""

from importlib import import_module

from django.apps import apps
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularRedocView, SpectacularSwaggerView
from rest_framework.routers import SimpleRouter

from .changes import ChangesView
from .views import OwnedViewSet


def _domain_routes() -> list[URLPattern | URLResolver]:
    """Return the routes of every app whose `api` module names `viewsets` or `urlpatterns`."""
    found: list[URLPattern | URLResolver] = []
    router = SimpleRouter(trailing_slash=False, use_regex_path=False)
    for config in apps.get_app_configs():
        if config.name.startswith(("django", "pam.", "rest_", "drf_")) or not _has_api(config.name):
            continue
        module = import_module(f"{config.name}.api")
        for viewset in getattr(module, "viewsets", []):
            assert issubclass(viewset, OwnedViewSet)
            router.register(viewset.collection, viewset, basename=viewset.collection.replace("/", "-"))
        found += getattr(module, "urlpatterns", [])
    return [*found, *router.urls]


def _has_api(name: str) -> bool:
    from importlib.util import find_spec

    return find_spec(f"{name}.api") is not None


urlpatterns = [
    path("api/changes", ChangesView.as_view(), name="changes"),
    path("api/schema", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs", SpectacularSwaggerView.as_view(url_name="schema"), name="docs"),
    path("api/redoc", SpectacularRedocView.as_view(url_name="schema"), name="redoc"),
    path("", include("pam.accounts.api_urls")),
    path("api/", include(_domain_routes())),
]
