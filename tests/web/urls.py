"""The product's addresses and a few that raise, for the tests of error pages and middleware."""

from __future__ import annotations

from typing import NoReturn

from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path

from integrity.accounts.errors import MailUnavailable
from integrity.core import clock, errors
from integrity.urls import handler400, handler403, handler404, handler429, handler500
from integrity.urls import urlpatterns as product
from integrity.web.templatetags.web import when

__all__ = ["handler400", "handler403", "handler404", "handler429", "handler500", "urlpatterns"]

CANARY = "canary-of-a-hidden-case"

RAISED: dict[str, Exception] = {
    "notfound": errors.NotFound(CANARY),
    "http404": Http404(CANARY),
    "notpermitted": errors.NotPermitted("Another officer has to confirm this."),
    "denied": PermissionDenied(CANARY),
    "illegal": errors.IllegalTransition("The notice has not been sent yet."),
    "closed": errors.WindowClosed("The time to answer has passed."),
    "conflict": errors.Conflict("Somebody else has claimed this case."),
    "stale": errors.Stale("J. Abara has changed this case."),
    "invalid": errors.InvalidInput({"reason": ["Give a reason <b>."]}),
    "other": errors.DomainError("Not like this."),
    "database": OperationalError("server closed the connection"),
    "mail": MailUnavailable(),
    "bug": RuntimeError(CANARY),
}


def fail(request: HttpRequest, kind: str) -> NoReturn:
    raise RAISED[kind]


def now(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{request.LANGUAGE_CODE} {when(clock.now())}")


def open_to_all(request: HttpRequest) -> HttpResponse:
    return HttpResponse("open")


def echo(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(len(request.body)))


urlpatterns = [
    path("fail/<str:kind>/", fail),
    path("api/fail/<str:kind>/", fail),
    path("now/", now, name="test-now"),
    path("open/", open_to_all, name="test-open"),
    path("echo/", echo, name="test-echo"),
    *product,
]
