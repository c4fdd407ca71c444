"""Where a request comes from, as everything that counts attempts knows it."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """The client's address behind the trusted proxies, as the sign-in pages count it.

    Empty where none is known: everybody of that kind is counted together.
    """
    try:
        return str(get_adapter().get_client_ip(request))
    except PermissionDenied:
        return ""
