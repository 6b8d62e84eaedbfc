"""Addresses of the pages of accounts."""

from django.urls import path
from django.views.generic import RedirectView

from . import pages, security_pages

urlpatterns = [
    # The admin site has no doors of its own: its sign-in would know no lockout, its sign-out would revoke nothing.
    path("admin/login/", RedirectView.as_view(pattern_name="login", query_string=True)),
    path("admin/logout/", pages.logout),
    path("admin/password_change/", RedirectView.as_view(pattern_name="password_change")),
    path("login", pages.login, name="login"),
    path("login/code", pages.login_code, name="login-code"),
    path("logout", pages.logout, name="logout"),
    path("register", pages.register, name="register"),
    path("verify", pages.verify_again, name="verify-again"),
    path("verify/<str:token>", pages.verify, name="verify"),
    path("password", pages.password_change, name="password_change"),
    path("password/reset", pages.password_reset, name="password_reset"),
    path("password/reset/sent", pages.password_reset_done, name="password_reset_done"),
    path("password/reset/done", pages.password_reset_complete, name="password_reset_complete"),
    path("password/reset/<str:uid>/<str:token>", pages.password_reset_confirm, name="password_reset_confirm"),
    path("settings", pages.settings, name="settings"),
    path("settings/factor", security_pages.second_factor, name="second-factor"),
    path("settings/factor/on", security_pages.turn_on, name="second-factor-on"),
    path("settings/factor/codes", security_pages.new_codes, name="second-factor-codes"),
    path("settings/factor/off", security_pages.turn_off, name="second-factor-off"),
    path("settings/app-passwords", security_pages.app_passwords_page, name="app-passwords"),
    path("settings/app-passwords/<uuid:pk>/revoke", security_pages.app_password_revoke, name="app-password-revoke"),
    path("settings/sessions/others/revoke", security_pages.revoke_others, name="session-revoke-others"),
    path("settings/sessions/<uuid:pk>/revoke", security_pages.revoke, name="session-revoke"),
]
