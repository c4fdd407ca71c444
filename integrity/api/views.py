"""What every resource shares: who may ask, what may be asked, and how the answer goes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, TypeVar

from django.http import HttpResponseBase
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from integrity.accounts.models import User
from integrity.accounts.rules import has_role
from integrity.api import idempotency
from integrity.api.authentication import BearerAuthentication, TokenAllows
from integrity.api.body import NoQuery, Strict, StrictJSONParser
from integrity.api.limits import TokenThrottle
from integrity.core.errors import NotPermitted

Shape = TypeVar("Shape", bound=Serializer[Any])


class OneFormat(BaseContentNegotiation):
    """JSON, whatever `Accept` says and without a suffix or parameter that chooses (HOSTILE 28)."""

    def select_parser(self, request: Request, parsers: Sequence[BaseParser]) -> BaseParser | None:
        kind = (request.content_type or "").partition(";")[0].strip().lower()
        return next((item for item in parsers if item.media_type == kind), None)

    def select_renderer(
        self, request: Request, renderers: Sequence[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type


class ApiView(APIView):
    """Base of every resource.

    `scopes` names the scope each method needs ("" for none but a token); a method without an entry
    is allowed to nobody. `queries` are the parameters each method takes; all others are refused.
    """

    authentication_classes = (BearerAuthentication,)
    permission_classes = (TokenAllows,)
    throttle_classes = (TokenThrottle,)
    parser_classes: Sequence[type[BaseParser]] = (StrictJSONParser,)
    renderer_classes = (JSONRenderer,)
    content_negotiation_class = OneFormat
    # Without OPTIONS, which would describe the resource to anybody with a token.
    http_method_names = ("get", "head", "post")
    scopes: ClassVar[Mapping[str, str]] = {}
    queries: ClassVar[Mapping[str, type[Strict]]] = {}
    # Roles without which the resource as a whole is refused (403); empty: everybody.
    roles: ClassVar[Sequence[str]] = ()
    open_to_restricted: ClassVar[bool] = False

    asked: dict[str, Any]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """The checks of the framework, then the role and the parameters."""
        super().initial(request, *args, **kwargs)
        # A session beside the token must not colour the answer: times are UTC.
        timezone.deactivate()
        if self.roles and not has_role(self.user, *self.roles):
            raise NotPermitted
        self.asked = self._read_query(request)

    @property
    def user(self) -> User:
        """Whose token it is."""
        user: User = self.request.user
        return user

    def _read_query(self, request: Request) -> dict[str, Any]:
        method = "GET" if request.method == "HEAD" else str(request.method)
        twice = [name for name, values in request.query_params.lists() if len(values) > 1]
        if twice:
            raise serializers.ValidationError({name: [_("Send this once.")] for name in twice[:20]})
        query = self.queries.get(method, NoQuery)(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        return dict(query.validated_data)

    @staticmethod
    def read(shape: type[Shape], request: Request) -> dict[str, Any]:
        """The body, checked. Raises `ValidationError` with every problem at its field."""
        form = shape(data=request.data)
        form.is_valid(raise_exception=True)
        return dict(form.validated_data)

    def once(
        self,
        request: Request,
        work: Callable[[], Response],
        *,
        first: Callable[[], object] | None = None,
    ) -> Response:
        """`work` under the idempotency key. `first` is asked before an old answer is repeated."""
        if first is not None:
            first()
        return idempotency.once(request, work)

    def finalize_response(
        self, request: Request, response: HttpResponseBase, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        """No cache keeps an answer, and none may confuse two people's."""
        final: Any = super().finalize_response(request, response, *args, **kwargs)
        final["Cache-Control"] = "no-store, private"
        patch_vary_headers(final, ("Authorization",))
        return final


def page(shape: type[Shape], rows: Sequence[Any], following: str | None) -> Response:
    """One page of a list: `results`, and `next`, the cursor to go on with (null at the end)."""
    return Response({"results": shape(rows, many=True).data, "next": following or None})


def page_shape(shape: type[Shape]) -> type[Serializer[Any]]:
    """How a page of these rows looks, for the schema."""
    name = shape.__name__
    return type(
        f"{name}Page",
        (serializers.Serializer,),
        {
            "__doc__": f"A page of a list of {name}.",
            "results": shape(many=True),
            "next": serializers.CharField(allow_null=True, help_text="Cursor of the next page."),
        },
    )


def rows_shape(shape: type[Shape]) -> type[Serializer[Any]]:
    """How a list without pages looks, for the schema."""
    name = shape.__name__
    return type(
        f"{name}List",
        (serializers.Serializer,),
        {"__doc__": f"All of a kind: {name}.", "results": shape(many=True)},
    )


def rows(shape: type[Shape], found: Sequence[Any]) -> Response:
    """A list without pages: `results`."""
    return Response({"results": shape(found, many=True).data})


def bad_cursor() -> serializers.ValidationError:
    """For a cursor that no page gave."""
    return serializers.ValidationError({"cursor": [_("Send `next` of the page before.")]})
