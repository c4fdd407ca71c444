"""Resource of the API: one's own letters. Whoever is suspended or expelled can read them too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.urls import URLPattern
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from integrity.api.body import PageQuery, Strict
from integrity.api.routes import one, resource
from integrity.api.scopes import Scope
from integrity.api.views import ApiView, bad_cursor, page, page_shape
from integrity.core.errors import NotFound
from notifications import content, selectors
from notifications.models import Letter as StoredLetter
from notifications.services import reading


class LetterLine(serializers.Serializer[Any]):
    """A letter to the owner of the token."""

    id = serializers.UUIDField(source="public_id")
    title = serializers.CharField()
    event = serializers.CharField(help_text="What it tells of, such as notice_sent.")
    case = serializers.CharField(source="case_number", help_text="Empty when it is about none.")
    language = serializers.CharField()
    written_at = serializers.DateTimeField(source="created_at")
    read_at = serializers.DateTimeField(source="first_read_at", allow_null=True)


class Letter(LetterLine):
    """A letter with its text. The name it is addressed to is in `to`."""

    to = serializers.CharField(source="content.to")
    html = serializers.CharField(source="content.html", help_text="Sanitised HTML.")


class LettersQuery(PageQuery):
    """Which letters."""

    read = serializers.BooleanField(
        required=False, default=None, allow_null=True, help_text="Only read ones, or only others."
    )


class LettersView(ApiView):
    """One's own letters."""

    scopes: ClassVar[Mapping[str, str]] = {"GET": Scope.LETTERS_READ}
    queries: ClassVar[Mapping[str, type[Strict]]] = {"GET": LettersQuery}
    open_to_restricted = True

    @extend_schema(summary="Your letters", responses=page_shape(LetterLine))
    def get(self, request: Request) -> Response:
        """The newest first."""
        try:
            found = selectors.letters_page(
                self.user,
                read=self.asked["read"],
                after=self.asked.get("cursor", ""),
                size=self.asked["limit"],
            )
        except NotFound as error:
            raise bad_cursor() from error
        return page(LetterLine, found.rows, str(found.next) if found.next else None)


class LetterView(ApiView):
    """One of one's own letters."""

    scopes: ClassVar[Mapping[str, str]] = {"GET": Scope.LETTERS_READ}
    open_to_restricted = True

    @extend_schema(summary="A letter with its text", responses=Letter)
    def get(self, request: Request, letter: str) -> Response:
        """Reading it counts as opening it on the page: the first time is noted."""
        found = selectors.letter_for(self.user, UUID(letter))
        if request.method == "GET":
            reading.note_read(letter=found, reader=self.user)
        return Response(Letter(_whole(found)).data)


def _whole(letter: StoredLetter) -> StoredLetter:
    letter.content = content.unseal_letter(letter.content_sealed)  # type: ignore[attr-defined]
    return letter


urlpatterns: list[URLPattern] = [
    resource("letters", LettersView, "letters"),
    resource(f"letters/{one('letter')}", LetterView, "letter"),
]
