"""What holds on every request: its size, private pages, the reader's zone, restrictions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from integrity.accounts.selectors import active_restriction
from integrity.core import clock
from integrity.web import errors, restricted

GetResponse = Callable[[HttpRequest], HttpResponse]

PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer", "browsing-topics", "camera", "display-capture", "geolocation",
        "gyroscope", "magnetometer", "microphone", "midi", "payment", "usb", "xr-spatial-tracking",
    )
)  # fmt: skip


class PrivatePagesMiddleware:
    """Bounds the request and keeps what a signed-in person saw out of every cache.

    A body longer than `REQUEST_MAX_BYTES` is refused with 413 before anything reads it. Answers to
    somebody signed in, and answers that touched a session or show a message, carry
    `Cache-Control: no-store`: the back button shows nothing after signing out.
    """

    _COOKIES = frozenset({settings.SESSION_COOKIE_NAME, CookieStorage.cookie_name})

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self._length(request) > settings.REQUEST_MAX_BYTES:
            response = errors.page(request, 413, megabytes=settings.REQUEST_MAX_BYTES // 1024**2)
        else:
            response = self.get_response(request)
        session = getattr(request, "session", None)
        if session is not None and (
            not self._COOKIES.isdisjoint(request.COOKIES) or session.modified
        ):
            response["Cache-Control"] = "no-store, private"
            patch_vary_headers(response, ("Cookie",))
        response.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response

    @staticmethod
    def _length(request: HttpRequest) -> int:
        try:
            return int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            return 0


class ReaderMiddleware:
    """Language and time zone of the signed-in person, and the two limits of a session.

    A session ends after `SESSION_IDLE_SECONDS` without a request and `SESSION_ABSOLUTE_SECONDS`
    after signing in, whichever comes first; the boundary itself is over. The last request is
    written down at most once in a thirtieth of the idle time. One that a page sends by itself says
    so (`X-Unattended: 1`) and does not count.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        timezone.deactivate()
        if request.user.is_authenticated and self._over(request):
            logout(request)
            messages.info(
                request, _("You were signed out to protect your data. Please sign in again.")
            )
        user: Any = request.user
        if user.is_authenticated:
            self._read_as(request, user)
        try:
            return self.get_response(request)
        finally:
            timezone.deactivate()

    @staticmethod
    def _over(request: HttpRequest) -> bool:
        now = clock.now()
        idle = timedelta(seconds=settings.SESSION_IDLE_SECONDS)
        absolute = timedelta(seconds=settings.SESSION_ABSOLUTE_SECONDS)
        session = request.session
        began = datetime.fromtimestamp(session.get("began", now.timestamp()), UTC)
        seen = datetime.fromtimestamp(session.get("seen", now.timestamp()), UTC)
        if now - began >= absolute or now - seen >= idle:
            return True
        if "began" not in session:
            session["began"] = now.timestamp()
        # What an open page asks by itself is nobody's doing: it keeps nobody signed in.
        unattended = request.headers.get("X-Unattended") == "1"
        if "seen" not in session or (not unattended and now - seen >= idle / 30):
            session["seen"] = now.timestamp()
        return False

    @staticmethod
    def _read_as(request: HttpRequest, user: Any) -> None:
        try:
            timezone.activate(ZoneInfo(user.time_zone))
        except (ZoneInfoNotFoundError, ValueError):
            timezone.deactivate()
        if user.language in dict(settings.LANGUAGES):
            translation.activate(user.language)
            request.LANGUAGE_CODE = translation.get_language()


class RestrictionMiddleware:
    """Somebody suspended or expelled reaches only what `integrity.web.restricted` lists.

    Asked on every request, so it begins and ends to the second. Costs one query for a signed-in
    person. The restriction is kept as `request.restriction` for the page's banner.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """403 for a restricted person outside the list."""
        if not request.user.is_authenticated:
            return None
        restriction = active_restriction(request.user)
        request.restriction = restriction  # type: ignore[attr-defined]
        match = request.resolver_match
        if restriction is None or (match and restricted.is_allowed(match.view_name)):
            return None
        if errors.wants_problem(request):
            return errors.problem(403, _("Your account is restricted."))
        return errors.page(request, 403, restriction=restriction)
