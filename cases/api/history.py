"""The history for auditors: events, checkpoints, exports."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponseBase, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.places import place
from cases.selectors.history import pseudonym, view_of
from cases.services import export
from integrity.accounts.enums import Role
from integrity.api.body import CleanText, PageQuery, Strict
from integrity.api.models import RequestedExport
from integrity.api.scopes import Scope
from integrity.api.views import ApiView, page, page_shape
from integrity.audit import checkpoints as proof
from integrity.audit import selectors as history
from integrity.audit.models import Event
from integrity.core import clock
from integrity.core.errors import InvalidInput, NotFound

KEPT = timedelta(hours=24)


class HistoryEvent(serializers.Serializer[Any]):
    """One entry of the history. People are pseudonyms; reporters are never told apart."""

    sequence = serializers.IntegerField()
    occurred_at = serializers.DateTimeField()
    action = serializers.CharField()
    actor_kind = serializers.CharField()
    actor = serializers.CharField()
    actor_role = serializers.CharField()
    case = serializers.CharField(help_text="Its number, or empty.")
    institution = serializers.CharField()
    data = serializers.JSONField()
    previous_hash = serializers.CharField()
    hash = serializers.CharField()


class Checkpoint(serializers.Serializer[Any]):
    """A signed statement about the history up to `sequence`. `document` is to be kept elsewhere."""

    id = serializers.IntegerField()
    sequence = serializers.IntegerField()
    event_hash = serializers.CharField()
    created_at = serializers.DateTimeField()
    key_id = serializers.CharField()
    signature = serializers.CharField()
    document = serializers.JSONField(
        allow_null=True, help_text="Null when its key is not known any more."
    )


class EventsQuery(PageQuery):
    """Which events."""

    case = CleanText(length=20, required=False, single_line=True, help_text="Number of a case.")


class _Audit(ApiView):
    scopes: ClassVar[Mapping[str, str]] = {"GET": Scope.EVENTS_READ}
    roles = (Role.AUDITOR,)


class HistoryView(_Audit):
    """The history."""

    queries: ClassVar[Mapping[str, type[Strict]]] = {"GET": EventsQuery}

    @extend_schema(summary="The history", responses=page_shape(HistoryEvent))
    def get(self, request: Request) -> Response:
        """The newest first, of the institutions you audit, without cases you have a conflict in.

        A page can hold fewer rows than asked for; `next` alone says whether there are more.
        """
        view = view_of(self.user)
        size = self.asked["limit"]
        if self.asked.get("case", "") in view.hidden_cases:
            # As for a number that was never given: a cursor would say that there is something.
            return page(HistoryEvent, [], None)
        found = history.recent(
            before=place(self.asked),
            limit=size + 1,
            institutions=view.institutions,
            case_number=self.asked.get("case", ""),
        )
        shown = found[:size]
        return page(
            HistoryEvent,
            [_event(event) for event in shown if view.shows(event)],
            str(shown[-1].sequence) if len(found) > size else None,
        )


def _event(event: Event) -> dict[str, Any]:
    return {
        "sequence": event.sequence,
        "occurred_at": event.occurred_at,
        "action": event.action,
        "actor_kind": event.actor_kind,
        "actor": pseudonym(event),
        "actor_role": event.actor_role,
        "case": event.case_number,
        "institution": event.institution,
        "data": event.data,
        "previous_hash": event.previous_hash,
        "hash": event.hash,
    }


class CheckpointsView(_Audit):
    """Checkpoints of the history."""

    queries: ClassVar[Mapping[str, type[Strict]]] = {"GET": PageQuery}

    @extend_schema(summary="Checkpoints of the history", responses=page_shape(Checkpoint))
    def get(self, request: Request) -> Response:
        """The newest first. Keep `document` where nobody of this system can change it."""
        size = self.asked["limit"]
        found = history.checkpoints(before=place(self.asked), limit=size + 1)
        shown = found[:size]
        known = proof.trusted_keys()
        return page(
            Checkpoint,
            [
                {
                    "id": row.id,
                    "sequence": row.sequence,
                    "event_hash": row.event_hash,
                    "created_at": row.created_at,
                    "key_id": row.key_id,
                    "signature": row.signature,
                    "document": proof.document(row) if row.key_id in known else None,
                }
                for row in shown
            ],
            str(shown[-1].id) if len(found) > size else None,
        )


class NewExport(Strict):
    """What to export. Days begin at 00:00 UTC; the last one is included."""

    format = serializers.ChoiceField(choices=sorted(export.FORMATS))
    case = CleanText(
        length=20, required=False, single_line=True, help_text="Number of a case; all without it."
    )
    since = serializers.DateField(required=False)
    until = serializers.DateField(required=False)


class Export(serializers.Serializer[Any]):
    """An export that was asked for. `content` is the address of the file."""

    id = serializers.UUIDField(source="public_id")
    format = serializers.CharField()
    case = serializers.CharField(source="case_number")
    since = serializers.DateField(allow_null=True)
    until = serializers.DateField(allow_null=True)
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    content = serializers.SerializerMethodField()

    def get_content(self, row: RequestedExport) -> str:
        return reverse("v1:export_content", args=[row.public_id])


class _Exports(ApiView):
    roles = (Role.AUDITOR,)

    def own(self, wanted: str) -> RequestedExport:
        """The user's own export that is not too old. Raises `NotFound` (HOSTILE 26)."""
        found = RequestedExport.objects.filter(
            user=self.user, public_id=UUID(wanted), expires_at__gt=clock.now()
        ).first()
        if found is None:
            raise NotFound
        return found


class ExportsView(_Exports):
    """Exports of the history."""

    scopes: ClassVar[Mapping[str, str]] = {
        "GET": Scope.EXPORTS_READ,
        "POST": Scope.EXPORTS_WRITE,
    }
    queries: ClassVar[Mapping[str, type[Strict]]] = {"GET": PageQuery}

    @extend_schema(summary="Exports you asked for", responses=page_shape(Export))
    def get(self, request: Request) -> Response:
        """The newest first, of the last 24 hours."""
        before = place(self.asked)
        size = self.asked["limit"]
        mine = RequestedExport.objects.filter(user=self.user, expires_at__gt=clock.now())
        if before is not None:
            mine = mine.filter(pk__lt=before)
        found = list(mine.order_by("-pk")[: size + 1])
        shown = found[:size]
        return page(Export, shown, str(shown[-1].pk) if len(found) > size else None)

    @extend_schema(summary="Ask for an export", request=NewExport, responses={201: Export})
    def post(self, request: Request) -> Response:
        """As on the page for auditors, with pseudonyms. The file can be read for 24 hours."""
        return self.once(request, lambda: self._ask(request), first=lambda: view_of(self.user))

    def _ask(self, request: Request) -> Response:
        told = self.read(NewExport, request)
        at = clock.now()
        row = RequestedExport(
            user=self.user,
            format=told["format"],
            case_number=told.get("case", "").upper(),
            since=told.get("since"),
            until=told.get("until"),
            created_at=at,
            expires_at=at + KEPT,
        )
        try:
            export.allowed(actor=self.user, format=row.format, what=_filter(row))
        except NotFound as error:
            raise InvalidInput({"case": [_("There is no case with this number.")]}) from error
        row.save()
        return Response(Export(row).data, status=status.HTTP_201_CREATED)


class ExportView(_Exports):
    """One export."""

    scopes: ClassVar[Mapping[str, str]] = {"GET": Scope.EXPORTS_READ}

    @extend_schema(summary="An export", responses=Export)
    def get(self, request: Request, export: str) -> Response:
        """What was asked for, and where the file is."""
        return Response(Export(self.own(export)).data)


class ExportContentView(_Exports):
    """The file of an export."""

    scopes: ClassVar[Mapping[str, str]] = {"GET": Scope.EXPORTS_READ}

    @extend_schema(
        summary="The file of an export",
        responses={
            (200, "text/csv"): OpenApiTypes.STR,
            (200, "application/jsonl"): OpenApiTypes.STR,
        },
    )
    def get(self, request: Request, export: str) -> HttpResponseBase:
        """Written while it is read, from what you may see now; each reading becomes history."""
        return _file(self.own(export), recorded=request.method == "GET")


def _file(row: RequestedExport, *, recorded: bool) -> HttpResponseBase:
    name = f'attachment; filename="history.{row.format}"'
    headers = {"Content-Disposition": name}
    kind = export.CONTENT_TYPES[row.format]
    what = _filter(row)
    if not recorded:
        export.allowed(actor=row.user, format=row.format, what=what)
        return StreamingHttpResponse((), content_type=kind, headers=headers)
    lines = export.export_history(actor=row.user, format=row.format, what=what)
    return StreamingHttpResponse(lines, content_type=kind, headers=headers)


def _filter(row: RequestedExport) -> export.Filter:
    since, until = row.since, row.until
    if since and until and since > until:
        raise InvalidInput({"until": [_("Choose a day that is not before the first one.")]})
    if until == date.max:
        raise InvalidInput({"until": [_("Enter a day like 2026-11-21.")]})
    return export.Filter(
        case_number=row.case_number,
        since=datetime.combine(since, time.min, UTC) if since else None,
        until=datetime.combine(until + timedelta(days=1), time.min, UTC) if until else None,
    )
