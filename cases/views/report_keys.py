"""Whose report a request is about: an account's, or that of a key in the browser (IN4).

A report without a name is tied to no account and to no session: the session's row would tell whose
it was. Its key lives in a cookie of its own that ends with the browser's session, and once it is
sent only the receipt code leads back to it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.cache import patch_vary_headers

from cases import receipts
from cases.services.floods import Source
from integrity.accounts.models import User
from integrity.web.clients import address_of

KEY_COOKIE = "report-key"
SHOWN_COOKIE = "report-shown"
FOLLOW_COOKIE = "report-follow"
FOLLOW_SECONDS = 30 * 60

_SALT = "cases.report.follow"
Response = TypeVar("Response", bound=HttpResponseBase)


@dataclass(frozen=True)
class Holder:
    """Who asks: a person who is signed in, a key, both or neither."""

    user: User | None
    key: str = field(repr=False)

    @property
    def visitor(self) -> bool:
        return self.user is None


def holder(request: HttpRequest) -> Holder:
    """Who asks. The key is the browser's, or a new one that `remember` hands out."""
    user: Any = request.user
    return Holder(user if user.is_authenticated else None, _key(request))


def _key(request: HttpRequest) -> str:
    made: str = getattr(request, "report_key", "")
    if not made:
        sent = request.COOKIES.get(KEY_COOKIE, "")
        made = sent if receipts.is_key(sent) else receipts.new_key()
        request.report_key = made  # type: ignore[attr-defined]
    return made


def remember(request: HttpRequest, response: Response) -> Response:
    """Leave the key in the browser. It is set before anything is sent, so a form that is sent twice
    at the same moment comes with the same one."""
    _set(response, KEY_COOKIE, _key(request), path=reverse("report:choose"))
    return response


def forget(response: HttpResponseBase, *, shown_at: str) -> None:
    """Take the key out of the browser: the code has been shown.

    Who loads a page of the report again, all of which lie below `shown_at`, is led to where the
    code is entered.
    """
    response.delete_cookie(KEY_COOKIE, path=reverse("report:choose"), samesite="Lax")
    _set(response, SHOWN_COOKIE, "1", path=shown_at)


def was_shown(request: HttpRequest) -> bool:
    """Whether the report of this page has shown its code in this browser."""
    return SHOWN_COOKIE in request.COOKIES


def follow(response: HttpResponseBase, report_id: UUID) -> None:
    """Let this browser see the report for half an hour, without its code."""
    value = signing.TimestampSigner(salt=_SALT).sign(str(report_id))
    path = reverse("report:follow")
    _set(response, FOLLOW_COOKIE, value, path=path, seconds=FOLLOW_SECONDS)


def followed(request: HttpRequest) -> UUID | None:
    """The report this browser may see; None without a code that was right a while ago."""
    value = request.COOKIES.get(FOLLOW_COOKIE, "")
    try:
        text = signing.TimestampSigner(salt=_SALT).unsign(value, max_age=FOLLOW_SECONDS)
        return UUID(text)
    except (signing.BadSignature, ValueError):
        return None


def leave(response: HttpResponseBase) -> None:
    """The code has to be entered again."""
    response.delete_cookie(FOLLOW_COOKIE, path=reverse("report:follow"), samesite="Lax")


def _set(
    response: HttpResponseBase, name: str, value: str, *, path: str, seconds: int | None = None
) -> None:
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        path=path,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def private(response: Response) -> Response:
    """No cache keeps the page; the back button shows nothing after leaving."""
    response["Cache-Control"] = "no-store, private"
    patch_vary_headers(response, ("Cookie",))
    return response


def source(request: HttpRequest, *, nameless: bool) -> Source:
    """Who is counted (HOSTILE 30): the account, or where a request without a name comes from.

    For somebody signed in who gives no name it is the address too: nothing ties the two.
    """
    user: Any = request.user
    if user.is_authenticated and not nameless:
        return Source.account(user)
    return Source.address(address_of(request))
