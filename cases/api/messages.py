"""What was written between the office and whoever reported, about one of their own reports."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from cases.models import Report
from cases.selectors import report as selectors
from cases.selectors.dialogue import Said
from cases.services import dialogue
from cases.services.dialogue import BODY_LENGTH
from integrity.api.body import CleanText, Strict
from integrity.api.scopes import Scope
from integrity.api.views import ApiView, rows, rows_shape


class ReportMessage(serializers.Serializer[Any]):
    """What the office wrote to you about a report, or you to the office."""

    id = serializers.UUIDField(source="message.public_id")
    from_office = serializers.BooleanField(source="by_desk")
    body = serializers.CharField(source="message.body")
    files = serializers.SerializerMethodField(help_text="How many files came with it.")
    sent_at = serializers.DateTimeField(source="message.sent_at")

    def get_files(self, said: Said) -> int:
        return len(said.files)


class NewMessage(Strict):
    """A message to the office. Files can be added on the pages."""

    body = CleanText(length=BODY_LENGTH, help_text="What you want to say.")


class MessagesView(ApiView):
    """What was written about one of one's own reports."""

    scopes: ClassVar[Mapping[str, str]] = {
        "GET": Scope.REPORTS_READ,
        "POST": Scope.REPORTS_WRITE,
    }

    @extend_schema(summary="Messages about a report", responses=rows_shape(ReportMessage))
    def get(self, request: Request, report: str) -> Response:
        """In their order. Reading them here counts as reading them on the page."""
        found = selectors.my_report(self.user, UUID(report))
        said = list(found.talk.said)
        if request.method != "HEAD":
            dialogue.seen_by_sender(report=found.report, messages=found.talk.messages())
        return rows(ReportMessage, said)

    @extend_schema(
        summary="Write to the office", request=NewMessage, responses={201: ReportMessage}
    )
    def post(self, request: Request, report: str) -> Response:
        """Asked or not, until the report is closed."""

        def own() -> Report:
            return selectors.my_report(self.user, UUID(report)).report

        return self.once(request, lambda: self._write(request, own()), first=own)

    def _write(self, request: Request, report: Report) -> Response:
        told = self.read(NewMessage, request)
        message = dialogue.answer(report=report, body=told["body"], form_key=secrets.token_hex(32))
        return Response(ReportMessage(Said(message, [])).data, status=status.HTTP_201_CREATED)
