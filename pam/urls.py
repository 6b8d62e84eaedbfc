"""PAM's addresses: each room and each domain brings its own."""

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import include, path


def home(request: HttpRequest) -> HttpResponse:
    """Send who is signed in to today, and everybody else to sign in."""
    return redirect(settings.LOGIN_REDIRECT_URL if request.user.is_authenticated else settings.LOGIN_URL)


urlpatterns = [
    path("", home, name="home"),
    path("", include("pam.accounts.urls")),  # before the admin site, whose own doors it takes the place of
    path("admin/", admin.site.urls),
    path("", include("pam.api.urls")),
    path("", include("pam.files.urls")),
    path("", include("pam.journal.urls")),
    path("", include("pam.live.urls")),
    path("", include("pam.ops.urls")),
    path("", include("pam.transfer.urls")),
    path("", include("you.urls")),
    path("", include("wins.urls")),
    path("", include("wheels.urls")),
    path("", include("social.urls")),
    path("", include("assistant.urls")),
]
