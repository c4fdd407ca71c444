"""The OpenAPI 3.1 document, made from the resources themselves."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import translation
from django.views.decorators.http import require_safe
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from integrity.api import idempotency
from integrity.api.body import NoQuery

START = "/api/v1/"
_DESCRIPTION = """\
Reports, cases, letters and the history, under the same rules as the pages.

Send `Authorization: Bearer TOKEN`. A token is made under *Your account*, *Access tokens*, or with
`manage.py create_api_token`; its scopes only narrow what its owner may do on pages. Errors are
problem documents (RFC 9457). `Idempotency-Key` is honoured on every POST for 24 hours: the same
key with the same body gives the first answer again, with `Idempotency-Replayed: true`.
"""
_PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "Why a request was refused (RFC 9457).",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "object",
            "description": 'Messages by field; "" is the request as a whole.',
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
}
_KEY = OpenApiParameter(
    name=idempotency.HEADER,
    location=OpenApiParameter.HEADER,
    description="1 to 200 visible ASCII characters of your choice, new for every act.",
)


class BearerScheme(OpenApiAuthenticationExtension):
    """The token, with the scope that each operation needs."""

    target_class = "integrity.api.authentication.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer"}

    def get_security_requirement(self, auto_schema: AutoSchema) -> dict[str, list[str]]:
        scope = auto_schema.view.scopes.get(auto_schema.method, "")
        return {self.name: [scope] if scope else []}


class Describe(AutoSchema):
    """Adds to every operation what `integrity.api.views.ApiView` does for it."""

    def get_override_parameters(self) -> list[Any]:
        """The parameters the view takes, and the key of a POST."""
        query = self.view.queries.get(self.method, NoQuery)
        found = [*super().get_override_parameters(), *_of_path(self.path)]
        if query is not NoQuery:
            found.append(query)
        if self.method == "POST":
            found.append(_KEY)
        return found

    def get_tags(self) -> list[str]:
        """The resource, which is the first part of the address."""
        return [self.path.removeprefix(START).partition("/")[0] or "start"]

    def get_operation_id(self) -> str:
        """From the address: `cases_number_notes_post`."""
        words = self.path.removeprefix(START).replace("{", "").replace("}", "").split("/")
        return "_".join([*(filter(None, words) if any(words) else ["start"]), self.method.lower()])


_PATH_WORDS = {
    "number": "The number of the case, such as IC-2026-000123.",
    "slug": "The short name.",
    "version": "The number of the version.",
}


def _of_path(path: str) -> list[OpenApiParameter]:
    names = [part.partition("}")[0] for part in path.split("{")[1:]]
    return [
        OpenApiParameter(
            name=name,
            location=OpenApiParameter.PATH,
            type=int if name == "version" else str,
            description=_PATH_WORDS.get(name, "The `id` of the object."),
        )
        for name in names
    ]


def finish(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Addresses as they are linked, without the slash; and every operation can be refused."""
    result["paths"] = {
        path if path == START else path.rstrip("/"): operations
        for path, operations in result["paths"].items()
    }
    result["components"].setdefault("schemas", {})["Problem"] = copy.deepcopy(_PROBLEM)
    refusal = {
        "description": "Refused.",
        "content": {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
        },
    }
    for operations in result["paths"].values():
        for operation in operations.values():
            operation["responses"]["default"] = refusal
    return result


@lru_cache(maxsize=1)
def document() -> Mapping[str, Any]:
    """The whole document, in English: names in it are part of the contract."""
    with translation.override("en"):
        made: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    made["info"]["description"] = _DESCRIPTION
    return made


@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """`/api/schema/`: the document as JSON, for everybody."""
    return JsonResponse(document(), content_type="application/vnd.oai.openapi+json")
