"""Accounts over the API: tokens, registration, oneself."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.decorators import method_decorator
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import (
    APIException,
    AuthenticationFailed,
    NotFound,
    PermissionDenied,
    Throttled,
    ValidationError,
)
from rest_framework.generics import ListAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from pam.access import current_user
from pam.api.etags import conditional
from pam.api.writes import perform

from . import doors, services, tokens
from .devices import client_of
from .models import Session, User


class CredentialsSerializer(serializers.Serializer[Any]):
    """Address and password, and a code where the account has a second factor."""

    email = serializers.CharField(max_length=254)
    password = serializers.CharField(max_length=256, trim_whitespace=False)
    code = serializers.CharField(
        max_length=40, required=False, help_text="of the authenticator app, or a recovery code; asked for by a 401"
    )


class TokensSerializer(serializers.Serializer[Any]):
    """An access token and the refresh token that renews it."""

    access = serializers.CharField()
    refresh = serializers.CharField()


class RefreshSerializer(serializers.Serializer[Any]):
    """A refresh token."""

    refresh = serializers.CharField(max_length=2000)


class RegisterSerializer(serializers.Serializer[Any]):
    """A new account."""

    email = serializers.EmailField()
    password = serializers.CharField(max_length=256, trim_whitespace=False)
    display_name = serializers.CharField(max_length=80, required=False, allow_blank=True)
    time_zone = serializers.CharField(max_length=64, required=False)
    home_currency = serializers.CharField(max_length=3, required=False)


class RegisteredSerializer(serializers.Serializer[Any]):
    """What registration answers, the same whether or not the address was known where addresses are verified."""

    id = serializers.UUIDField(allow_null=True)
    email = serializers.EmailField()
    verify = serializers.BooleanField(help_text="whether the address has to be verified before signing in")


class AddressSerializer(serializers.Serializer[Any]):
    """An address."""

    email = serializers.EmailField()


class MeSerializer(serializers.ModelSerializer[User]):
    """Oneself: settings may be changed."""

    class Meta:
        model = User
        fields = ("id", "email", "role", "display_name", "time_zone", "locale", "home_currency", "distance_unit",
                  "volume_unit", "week_start", "theme", "email_reminders")  # fmt: skip
        read_only_fields = ("id", "email", "role")


class PasswordSerializer(serializers.Serializer[Any]):
    """A change of password."""

    old_password = serializers.CharField(max_length=256, trim_whitespace=False)
    new_password = serializers.CharField(max_length=256, trim_whitespace=False)


def _valid(serializer: serializers.Serializer[Any]) -> dict[str, Any]:
    if not isinstance(serializer.initial_data, dict):
        raise ValidationError({"non_field_errors": ["Send a JSON object."]})
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def refusal(problem: doors.Refused) -> APIException:
    """Return a refusal of the doors as the API's error."""
    made: Any
    if isinstance(problem, doors.Locked):
        made = Throttled(wait=problem.seconds)
        made.detail = str(problem)
    elif isinstance(problem, doors.Leaving):
        made = PermissionDenied(str(problem))
    else:
        made = AuthenticationFailed(str(problem))
    made.problem_code = problem.code
    return cast(APIException, made)


@method_decorator(transaction.non_atomic_requests, name="dispatch")
class _Open(APIView):
    """Needs no token; so that a wrong one is no obstacle, none is looked at.

    What a refusal writes (failures, a revoked session) stays, so no transaction surrounds these.
    """

    permission_classes = [AllowAny]
    authentication_classes: list[Any] = []

    def get_authenticate_header(self, request: Request) -> str:
        """Return what a 401 of these doors asks for."""
        return 'Bearer realm="PAM"'


class TokenView(_Open):
    """`POST /api/auth/token`."""

    @extend_schema(
        request=CredentialsSerializer,
        responses=TokensSerializer,
        examples=[
            OpenApiExample("Demo", value={"email": "demo@example.com", "password": "pam-demo"}, request_only=True)
        ],
        summary="Sign in",
    )
    def post(self, request: Request) -> Response:
        """Check the password and the second factor, and answer tokens."""
        return _signed_in(request)


def _signed_in(request: Request, *, keep: bool = False) -> Response:
    data = _valid(CredentialsSerializer(data=request.data))
    try:
        user = doors.check_credentials(request._request, data["email"], data["password"])
        session = doors.open_session(user, door=Session.Door.API, request=request, code=data.get("code"), keep=keep)
    except doors.Refused as problem:
        if isinstance(problem, doors.NotVerified):
            services.send_verification(problem.user, request.build_absolute_uri("/").rstrip("/"))
        raise refusal(problem) from problem
    return Response(tokens.issue(session))


class RefreshView(_Open):
    """`POST /api/auth/refresh`."""

    @extend_schema(request=RefreshSerializer, responses=TokensSerializer, summary="Renew tokens")
    def post(self, request: Request) -> Response:
        """Answer new tokens; the old refresh token is used up."""
        data = _valid(RefreshSerializer(data=request.data))
        try:
            return Response(tokens.refresh(data["refresh"]))
        except tokens.BadToken as problem:
            raise AuthenticationFailed("The refresh token is not valid any more. Sign in again.") from problem


class LogoutView(_Open):
    """`POST /api/auth/logout`."""

    @extend_schema(request=RefreshSerializer, responses={204: None}, summary="Sign out")
    def post(self, request: Request) -> Response:
        """Close the session of a refresh token."""
        data = _valid(RefreshSerializer(data=request.data))
        tokens.end(data["refresh"], request._request)
        return Response(status=204)


class RegisterView(_Open):
    """`POST /api/auth/register`."""

    @extend_schema(request=RegisterSerializer, responses={201: RegisteredSerializer}, summary="Make an account")
    def post(self, request: Request) -> Response:
        """Make an account; where addresses are verified, the mail says how to go on."""
        data = _valid(RegisterSerializer(data=request.data))
        user = services.register(base_url=request.build_absolute_uri("/").rstrip("/"), **data)
        verify = settings.REQUIRE_VERIFIED_EMAIL
        shown = {"id": str(user.pk) if user and not verify else None, "email": data["email"].lower(), "verify": verify}
        return Response(shown, status=201)


class VerifyAgainView(_Open):
    """`POST /api/auth/verify`."""

    @extend_schema(request=AddressSerializer, responses={202: None}, summary="Mail the verification link again")
    def post(self, request: Request) -> Response:
        """Mail the link where the address has an account that is not verified; the answer is the same for all."""
        data = _valid(AddressSerializer(data=request.data))
        services.ask_verification(data["email"], request.build_absolute_uri("/").rstrip("/"))
        return Response(status=202)


class MeView(APIView):
    """`GET` and `PATCH /api/auth/me`."""

    @classmethod
    def conditional_on(cls) -> tuple[str, ...]:
        """Return the domains whose versions prove an answer unchanged."""
        return ("accounts",)

    @extend_schema(responses=MeSerializer, summary="Oneself")
    def get(self, request: Request) -> Response:
        """Answer one's own settings."""
        return conditional(request, self.conditional_on(), lambda: Response(MeSerializer(current_user()).data))

    @extend_schema(request=MeSerializer, responses=MeSerializer, summary="Change one's settings")
    def patch(self, request: Request) -> Response:
        """Change settings."""

        def do() -> Response:
            serializer = MeSerializer(current_user(), data=request.data, partial=True)
            serializer.is_valid(raise_exception=True)
            user = services.change_settings(current_user(), **serializer.validated_data)
            return Response(MeSerializer(user).data)

        return perform(request, do, tool="accounts.settings")


@method_decorator(transaction.non_atomic_requests, name="dispatch")  # a wrong present password is counted
class PasswordView(APIView):
    """`POST /api/auth/password`."""

    @extend_schema(request=PasswordSerializer, responses={204: None}, summary="Change one's password")
    def post(self, request: Request) -> Response:
        """Change the password; every other session is closed."""
        data = _valid(PasswordSerializer(data=request.data))
        here = tokens.session_of(request)
        try:
            services.change_password(request._request, current_user(), data["old_password"], data["new_password"], here)
        except doors.Locked as problem:
            raise refusal(problem) from problem
        if request.auth is None:
            doors.keep_cookie(request._request, current_user())
        return Response(status=204)


class DeleteAccountSerializer(serializers.Serializer[Any]):
    """The present password, and a code where the account has a second factor."""

    password = serializers.CharField(max_length=256, trim_whitespace=False)
    code = serializers.CharField(max_length=40, required=False)


class LeavingSerializer(serializers.Serializer[Any]):
    """When the account is erased."""

    erase_at = serializers.DateTimeField()


@method_decorator(transaction.non_atomic_requests, name="dispatch")  # a wrong present password is counted
class DeleteAccountView(APIView):
    """`POST /api/auth/delete-account`."""

    @extend_schema(
        request=DeleteAccountSerializer, responses={202: LeavingSerializer}, summary="Have one's account erased"
    )
    def post(self, request: Request) -> Response:
        """Set the day, close every session, and mail it; until that day the account can be kept."""
        data = _valid(DeleteAccountSerializer(data=request.data))
        try:
            at = services.ask_erasure(request._request, current_user(), data["password"], data.get("code"))
        except doors.Locked as problem:
            raise refusal(problem) from problem
        return Response({"erase_at": at.isoformat()}, status=202)


class KeepAccountView(_Open):
    """`POST /api/auth/keep-account`."""

    @extend_schema(request=CredentialsSerializer, responses=TokensSerializer, summary="Keep one's account after all")
    def post(self, request: Request) -> Response:
        """Check password and second factor, as at sign-in; keep the account, and answer tokens."""
        return _signed_in(request, keep=True)


class SessionSerializer(serializers.ModelSerializer[Session]):
    """A session: a browser or an app that is signed in."""

    client = serializers.SerializerMethodField(help_text="what it calls itself, in short: Firefox on Linux")
    current = serializers.SerializerMethodField(help_text="whether this request comes from it")

    class Meta:
        model = Session
        fields = ("id", "door", "client", "address", "created_at", "last_seen_at", "current")
        read_only_fields = fields

    def get_client(self, row: Session) -> str:
        """Return the client in words."""
        return client_of(row.user_agent)

    def get_current(self, row: Session) -> bool:
        """Whether this is the session of the request."""
        return bool(str(row.pk) == self.context["here"])


class SessionsView(ListAPIView[Session]):
    """`GET` and `DELETE /api/auth/sessions`."""

    serializer_class = SessionSerializer
    filter_backends = []

    def get_queryset(self) -> QuerySet[Session]:
        """Return the open sessions; the schema's generator has nobody acting and needs none."""
        return (
            Session.objects.none() if getattr(self, "swagger_fake_view", False) else doors.open_sessions(current_user())
        )

    def get_serializer_context(self) -> dict[str, Any]:
        """Tell which session asks."""
        return {"here": None if getattr(self, "swagger_fake_view", False) else tokens.session_of(self.request)}

    @extend_schema(summary="Where one is signed in")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Answer the open sessions, newest first."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="auth_sessions_destroy_others", responses={204: None}, summary="Sign out everywhere else"
    )
    def delete(self, request: Request) -> Response:
        """Close every session but that of this request, with its sockets."""
        doors.revoke_others(current_user(), tokens.session_of(request), request._request)
        return Response(status=204)


class SessionView(APIView):
    """`DELETE /api/auth/sessions/{id}`."""

    @extend_schema(responses={204: None}, summary="Sign out somewhere")
    def delete(self, request: Request, session: UUID) -> Response:
        """Close a session: its tokens are worth nothing, its sockets close."""
        found = Session.objects.filter(pk=session, revoked_at=None).first()
        if found is None:
            raise NotFound("There is no such session, or it is closed already.")
        doors.revoke(current_user(), found, request=request._request)
        return Response(status=204)
