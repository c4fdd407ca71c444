"""The parts of one case, each from the selector of its page on the desk."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api import shapes
from cases.api.cases import readable
from cases.api.places import place
from cases.enums import DeterminationStatus, SanctionStatus
from cases.models import Determination, Sanction
from cases.selectors.case_page import CasePage, Progress, case_page, evidence_of
from cases.selectors.case_parts import letters_page, notes_page
from cases.selectors.timeline import case_events
from cases.services import triage
from integrity.api.body import CleanText, PageQuery, Strict
from integrity.api.scopes import Scope
from integrity.api.views import ApiView, page, page_shape, rows, rows_shape


class _Part(ApiView):
    scopes: ClassVar[Mapping[str, str]] = {"GET": Scope.CASES_READ}


class EventsView(_Part):
    """What happened in a case."""

    queries: ClassVar[Mapping[str, type[Strict]]] = {"GET": PageQuery}

    @extend_schema(summary="What happened in a case", responses=page_shape(shapes.CaseEvent))
    def get(self, request: Request, number: str) -> Response:
        """The newest first, as the history of the desk shows them."""
        top = readable(self.user, number)
        before = place(self.asked)
        found, earlier = case_events(
            number,
            reader=self.user,
            officer=top.officer,
            before=before,
            size=self.asked["limit"],
        )
        return page(
            shapes.CaseEvent,
            [
                {
                    "sequence": event.sequence,
                    "at": event.occurred_at,
                    "action": event.action,
                    "label": str(event.label),
                    "by": name,
                    # The desk does not know reports by their address.
                    "data": {key: value for key, value in event.data.items() if key != "report"},
                    "quote": quote,
                    "other_case": (other.number or None) if other is not None else None,
                }
                for event, name, quote, other in found
            ],
            str(earlier) if earlier else None,
        )


class EvidenceView(_Part):
    """The evidence of a case."""

    @extend_schema(summary="Evidence of a case", responses=rows_shape(shapes.Evidence))
    def get(self, request: Request, number: str) -> Response:
        """In its order, without texts and files: those are opened on the desk."""
        found = evidence_of(readable(self.user, number))
        return rows(
            shapes.Evidence,
            [
                {
                    "id": row.evidence.public_id,
                    "label": row.evidence.label,
                    "kind": row.evidence.kind,
                    "title": row.evidence.title,
                    "description": row.evidence.description,
                    "url": row.evidence.url,
                    "source": str(row.source),
                    "sha256": row.evidence.sha256,
                    "has_file": row.has_file,
                    "added_at": row.evidence.added_at,
                    "shown_to": row.shown,
                }
                for row in found
            ],
        )


class AllegationsView(_Part):
    """What is alleged."""

    @extend_schema(summary="Allegations of a case", responses=rows_shape(shapes.Allegation))
    def get(self, request: Request, number: str) -> Response:
        """In their order, without those that were taken back."""
        return rows(
            shapes.Allegation,
            [
                {
                    "id": line.allegation.public_id,
                    "respondent": part.respondent.public_id,
                    "position": line.allegation.position,
                    "violation_type": line.allegation.violation_type.code,
                    "title": line.allegation.violation_type.title,
                    "clause_url": line.clause_url,
                    "completion": line.allegation.completion,
                    "description": line.allegation.description,
                    "stance": str(line.stance),
                    "answer": line.words,
                    "finding": line.finding,
                    "rests_on": [piece.public_id for piece in line.rests_on],
                }
                for part in self._page(number).progress
                for line in part.allegations
            ],
        )

    def _page(self, number: str) -> CasePage:
        return case_page(self.user, number)


class NoticesView(_Part):
    """Notices of a case."""

    @extend_schema(summary="Notices of a case", responses=rows_shape(shapes.Notice))
    def get(self, request: Request, number: str) -> Response:
        """The newest first, with proof of delivery and reading."""
        return rows(
            shapes.Notice,
            [
                {
                    "id": notice.public_id,
                    "respondent": notice.respondent.public_id,
                    "sent_by": notice.sent_by.display_name,
                    "sent_at": notice.sent_at,
                    "delivered_at": notice.letter.message.sent_at,
                    "read_at": notice.letter.first_read_at,
                    "due_at": window.due_at,
                    "clock_starts": window.rule.value,
                    "starts_at": window.starts_at,
                    "open": response is None and window.open,
                    "more_time": [
                        {
                            "asked_at": row.asked_at,
                            "reason": row.reason,
                            "outcome": row.outcome,
                            "until": row.until,
                            "words": row.words,
                            "decided_at": row.decided_at,
                        }
                        for row in asked
                    ],
                    "questions": notice.questions,
                    "answered_at": response.submitted_at if response else None,
                }
                for notice, response, window, asked in (
                    (row.notice, getattr(row.notice, "response", None), row.window, row.more_time)
                    for row in letters_page(self.user, number).notices
                )
            ],
        )


class ResponsesView(_Part):
    """What respondents answered."""

    @extend_schema(summary="Answers of respondents", responses=rows_shape(shapes.Response))
    def get(self, request: Request, number: str) -> Response:
        """The newest first, point by point."""
        found = [
            {
                "id": response.public_id,
                "notice": row.notice.public_id,
                "respondent": row.notice.respondent.public_id,
                "submitted_at": response.submitted_at,
                "points": [
                    {
                        "allegation": said.point.allegation.public_id
                        if said.point.allegation
                        else None,
                        "stance": said.point.stance,
                        "text": said.point.text,
                        "answered": said.answer,
                    }
                    for said in row.points
                ],
            }
            for row in letters_page(self.user, number).notices
            if (response := getattr(row.notice, "response", None)) is not None
        ]
        return rows(shapes.Response, found)


class DeterminationsView(_Part):
    """What was proposed or decided."""

    @extend_schema(summary="Decisions of a case", responses=rows_shape(shapes.Determination))
    def get(self, request: Request, number: str) -> Response:
        """One for each respondent that has any: the one in force, or proposed."""
        found = case_page(self.user, number).progress
        return rows(
            shapes.Determination,
            [_determination(part, row) for part in found if (row := _told(part)) is not None],
        )


def _told(part: Progress) -> Determination | None:
    """The decision the case page shows: none while it is being written."""
    row = part.determination
    return None if row is None or row.status == DeterminationStatus.DRAFT else row


def _determination(part: Progress, row: Determination) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "respondent": part.respondent.public_id,
        "status": row.status,
        "standard_of_proof": row.standard_of_proof,
        "reasons_finding": row.reasons_finding,
        "reasons_penalty": row.reasons_penalty,
        "departure_reason": row.departure_reason,
        "proposed_by": row.proposed_by.display_name,
        "proposed_at": row.proposed_at,
        "decided_by": row.decided_by.display_name if row.decided_by else None,
        "decided_at": row.decided_at,
        "appeal_until": row.appeal_until,
        "one_letter": row.summary,
        "answer_until": row.answer_until,
        "annulled_at": row.annulled_at,
    }


class SanctionsView(_Part):
    """What follows."""

    @extend_schema(summary="Consequences in a case", responses=rows_shape(shapes.Sanction))
    def get(self, request: Request, number: str) -> Response:
        """By respondent, in the order they were proposed."""
        found = case_page(self.user, number).progress
        return rows(
            shapes.Sanction, [_sanction(part, row) for part in found for row in _consequences(part)]
        )


def _consequences(part: Progress) -> Iterator[Sanction]:
    for row in part.sanctions:
        if row.status != SanctionStatus.PROPOSED or _told(part) is not None:
            yield row


def _sanction(part: Progress, row: Sanction) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "respondent": part.respondent.public_id,
        "code": row.code,
        "title": row.consequence.title,
        "status": row.status,
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "reversed_at": row.reversed_at,
        "reversal_reason": row.reversal_reason,
    }


class AppealsView(_Part):
    """Appeals of a case."""

    @extend_schema(summary="Appeals in a case", responses=rows_shape(shapes.Appeal))
    def get(self, request: Request, number: str) -> Response:
        """By respondent, the newest first; the desk's own notes on them are left out."""
        return rows(
            shapes.Appeal,
            [
                {
                    "id": line.appeal.public_id,
                    "respondent": part.respondent.public_id,
                    "grounds": line.appeal.grounds,
                    "text": line.appeal.text,
                    "lodged_at": line.appeal.lodged_at,
                    "outcome": line.appeal.outcome,
                    "reasons": line.appeal.reasons,
                    "conditions": line.appeal.conditions,
                    "decided_by": line.appeal.decided_by.display_name
                    if line.appeal.decided_by
                    else None,
                    "decided_at": line.appeal.decided_at,
                }
                for part in case_page(self.user, number).progress
                for line in part.appeals
            ],
        )


class NewNote(Strict):
    """A note to be added. It cannot be changed later."""

    body = CleanText(length=10_000)


class NotesView(ApiView):
    """Notes of the desk."""

    scopes: ClassVar[Mapping[str, str]] = {"GET": Scope.CASES_READ, "POST": Scope.CASES_WRITE}
    queries: ClassVar[Mapping[str, type[Strict]]] = {"GET": PageQuery}

    @extend_schema(summary="Notes of the desk", responses=page_shape(shapes.Note))
    def get(self, request: Request, number: str) -> Response:
        """The newest first. Reporters see none of them, respondents those for the learner."""
        place(self.asked)
        found = notes_page(
            self.user, number, before=self.asked.get("cursor", ""), size=self.asked["limit"]
        )
        return page(shapes.Note, found.notes, found.earlier)

    @extend_schema(summary="Add a note", request=NewNote, responses={201: shapes.Note})
    def post(self, request: Request, number: str) -> Response:
        """For somebody of the desk who works on the case."""
        return self.once(
            request,
            lambda: self._add(request, number),
            first=lambda: readable(self.user, number),
        )

    def _add(self, request: Request, number: str) -> Response:
        told = self.read(NewNote, request)
        note = triage.add_note(
            actor=self.user, number=number, body=told["body"], form_key=secrets.token_hex(32)
        )
        return Response(shapes.Note(note).data, status=status.HTTP_201_CREATED)
