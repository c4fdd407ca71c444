"""The product's addresses with the register mounted as the desk mounts it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import path

from integrity.urls import handler400, handler404
from integrity.urls import urlpatterns as product
from notifications import views

__all__ = ["handler400", "handler404"]

SCOPE = ["meridian"]


def register(request: HttpRequest) -> HttpResponse:
    return views.register_view(
        request, institutions=SCOPE, action_url_name="test-action", show_names=True
    )


def act(request: HttpRequest, public_id: UUID) -> Any:
    return views.register_action(
        request, public_id, institutions=SCOPE, back_url_name="test-register", role="officer"
    )


urlpatterns = [
    path("test/letters/", register, name="test-register"),
    path("test/letters/<uuid:public_id>/", act, name="test-action"),
    *product,
]
