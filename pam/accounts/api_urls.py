"""Addresses of accounts in the API."""

from django.urls import path

from . import api

urlpatterns = [
    path("api/auth/token", api.TokenView.as_view(), name="auth-token"),
    path("api/auth/refresh", api.RefreshView.as_view(), name="auth-refresh"),
    path("api/auth/logout", api.LogoutView.as_view(), name="auth-logout"),
    path("api/auth/register", api.RegisterView.as_view(), name="auth-register"),
    path("api/auth/verify", api.VerifyAgainView.as_view(), name="auth-verify"),
    path("api/auth/me", api.MeView.as_view(), name="auth-me"),
    path("api/auth/password", api.PasswordView.as_view(), name="auth-password"),
    path("api/auth/delete-account", api.DeleteAccountView.as_view(), name="auth-delete-account"),
    path("api/auth/keep-account", api.KeepAccountView.as_view(), name="auth-keep-account"),
    path("api/auth/sessions", api.SessionsView.as_view(), name="auth-sessions"),
    path("api/auth/sessions/<uuid:session>", api.SessionView.as_view(), name="auth-session"),
]
