"""What the API answers when it refuses: problem documents (RFC 9457), made in one place.

Errors of the domain go the way they go on pages, through `integrity.web.errors.answer`; those of
the framework are brought into the same form here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, status

from integrity.core.errors import DomainError
from integrity.web import errors

_FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")


class Unprocessable(exceptions.APIException):
    """422: understood, and at odds with what was sent before."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_detail = _("This request is at odds with an earlier one.")
    default_code = "unprocessable"


class TooLarge(exceptions.APIException):
    """413."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = _("The body is too large.")
    default_code = "too_large"


def handle(error: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """The framework's exception handler; None for what is not meant for the caller."""
    request: HttpRequest = context["request"]._request  # noqa: SLF001 - documented by the framework
    if isinstance(error, DomainError):
        return errors.answer(request, error)
    if isinstance(error, Http404):
        return errors.page(request, 404)
    if isinstance(error, PermissionDenied):
        return errors.page(request, 403)
    if not isinstance(error, exceptions.APIException):
        return None
    return _of_framework(error)


def _of_framework(error: exceptions.APIException) -> HttpResponse:
    if isinstance(error, exceptions.ValidationError):
        fields: dict[str, list[str]] = {}
        for name, message in _flat(error.detail):
            fields.setdefault(name if _FIELD.fullmatch(name) else "", []).append(message)
        text = str(_("Some answers need another look."))
        response: HttpResponse = errors.problem(400, text, errors=fields)
    elif error.status_code == status.HTTP_404_NOT_FOUND:
        response = errors.problem(404)
    else:
        response = errors.problem(error.status_code, str(error.detail))
    if header := getattr(error, "auth_header", ""):
        response["WWW-Authenticate"] = header
    if wait := getattr(error, "wait", None):
        response["Retry-After"] = str(max(1, int(wait + 0.999)))
    return response


def _flat(detail: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Every message with the dotted name of its field; "" is the body as a whole."""
    if isinstance(detail, Mapping):
        for key, inner in detail.items():
            part = "" if key == "non_field_errors" else str(key)
            yield from _flat(inner, ".".join(filter(None, (name, part))))
    elif isinstance(detail, list | tuple):
        for inner in detail:
            yield from _flat(inner, name)
    else:
        yield name, str(detail)
