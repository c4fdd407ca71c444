"""`/api/v1/`: what there is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from integrity.api.scopes import Scope
from integrity.api.views import ApiView

RESOURCES = (
    "reports", "cases", "letters", "events", "checkpoints", "policies", "schemes", "exports",
)  # fmt: skip


class Start(serializers.Serializer[Any]):
    """Where everything is, and what the token may be used for."""

    resources = serializers.DictField(child=serializers.CharField())
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=Scope.choices))
    schema = serializers.CharField()
    docs = serializers.CharField()


class StartView(ApiView):
    """The start of the API."""

    scopes: ClassVar[Mapping[str, str]] = {"GET": ""}

    @extend_schema(summary="What there is", responses=Start)
    def get(self, request: Request) -> Response:
        """Any token that works may ask; it tells its own scopes."""
        return Response(
            Start(
                {
                    "resources": {name: reverse(f"v1:{name}") for name in RESOURCES},
                    "scopes": request.auth.scopes,
                    "schema": reverse("api:schema"),
                    "docs": reverse("api:docs"),
                }
            ).data
        )
