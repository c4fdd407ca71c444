"""Who says whether a page helped: an account, or a browser that was given a key when it first said
something. Nobody is given one for reading."""

from __future__ import annotations

from typing import Any, TypeVar

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.cache import patch_vary_headers

from integrity.web.clients import address_of
from integrity.web.floods import Source
from policies.services import readers
from policies.services.readers import Voter

COOKIE = "policy-voter"
_SECONDS = 365 * 24 * 60 * 60
_SIGNER = signing.Signer(salt="policies.voter")
Response = TypeVar("Response", bound=HttpResponseBase)


def known(request: HttpRequest) -> Voter | None:
    """Who reads, as far as they may have said something before."""
    user: Any = request.user
    if user.is_authenticated:
        return Voter.account(user)
    key = _key(request)
    return Voter.visitor(key) if key else None


def voter(request: HttpRequest) -> tuple[Voter, str]:
    """Who says something, and the key to leave in the browser ("" for an account).

    A key that was not signed here counts as none: nobody speaks for somebody else's browser.
    """
    user: Any = request.user
    if user.is_authenticated:
        return Voter.account(user), ""
    key = _key(request) or readers.new_visitor_key()
    return Voter.visitor(key), key


def remember(response: Response, key: str) -> Response:
    """Leave the key in the browser for a year, on the pages of policies alone."""
    if key:
        response.set_cookie(
            COOKIE,
            _SIGNER.sign(key),
            max_age=_SECONDS,
            path=reverse("policies:list"),
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


def by_cookie(response: Response) -> Response:
    """The page shows what this browser said: no cache may hand it to another one."""
    patch_vary_headers(response, ("Cookie",))
    return response


def source(request: HttpRequest) -> Source:
    """Who is counted (HOSTILE 30)."""
    user: Any = request.user
    if user.is_authenticated:
        return Source.account(user)
    return Source.address(address_of(request))


def _key(request: HttpRequest) -> str:
    try:
        return _SIGNER.unsign(request.COOKIES.get(COOKIE, ""))
    except signing.BadSignature:
        return ""
