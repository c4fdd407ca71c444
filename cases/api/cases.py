"""Cases: the list and one of them, as far as the owner of the token may see them on the desk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import rules
from cases.api import shapes
from cases.enums import CaseKind, CaseStatus
from cases.governing import happened
from cases.models import Case
from cases.selectors.case_head import Head, head
from cases.selectors.case_page import reports_of
from cases.selectors.queue_rows import heading_of, is_key, page_of, with_line
from integrity.accounts.enums import Role
from integrity.accounts.rules import STAFF_OF_CASES
from integrity.api.body import CleanText, PageQuery, Strict
from integrity.api.scopes import Scope
from integrity.api.views import ApiView, bad_cursor, page, page_shape
from integrity.core.errors import NotPermitted

SORTS = ("newest", "due")


class CasesQuery(PageQuery):
    """Which cases, in which order."""

    status = serializers.ChoiceField(choices=CaseStatus.choices, required=False)
    kind = serializers.ChoiceField(choices=CaseKind.choices, required=False)
    institution = CleanText(
        length=100, required=False, single_line=True, help_text="Its short name."
    )
    sort = serializers.ChoiceField(choices=SORTS, required=False, default="newest")


class CasesView(ApiView):
    """The cases of which the owner of the token may know."""

    scopes: ClassVar[Mapping[str, str]] = {"GET": Scope.CASES_READ}
    queries: ClassVar[Mapping[str, type[Strict]]] = {"GET": CasesQuery}
    roles = (*STAFF_OF_CASES, Role.AUDITOR)

    @extend_schema(summary="Cases you may know of", responses=page_shape(shapes.CaseLine))
    def get(self, request: Request) -> Response:
        """As the queue lists them, of every status; without those in which you have a conflict."""
        asked = self.asked
        after = asked.get("cursor", "")
        if after and not is_key(after, sort=asked["sort"]):
            raise bad_cursor()
        cases = rules.visible_to(self.user).select_related("institution")
        if "status" in asked:
            cases = cases.filter(status=asked["status"])
        if "kind" in asked:
            cases = cases.filter(kind=asked["kind"])
        if "institution" in asked:
            cases = cases.filter(institution__slug=asked["institution"])
        found, following = page_of(
            with_line(cases, self.user), sort=asked["sort"], after=after, size=asked["limit"]
        )
        return page(shapes.CaseLine, [line(case) for case in found], following)


class CaseView(ApiView):
    """One case. A case one may not know of answers like one that does not exist."""

    scopes: ClassVar[Mapping[str, str]] = {"GET": Scope.CASES_READ}

    @extend_schema(summary="A case", responses=shapes.Case)
    def get(self, request: Request, number: str) -> Response:
        """Its content for those who may read it; else that it exists, its stage and who has it."""
        top = head(self.user, number, need=rules.Access.SUMMARY)
        told = line(top.case, heading=top.heading)
        told["access"] = top.access.name.lower()
        told["content"] = _content(top) if top.access >= rules.Access.READ else None
        return Response(shapes.Case(told).data)


def readable(user: Any, number: str) -> Head:
    """The head of a case for somebody who may read it: `NotFound`, or 403 with the summary only."""
    top = head(user, number, need=rules.Access.SUMMARY)
    if top.access < rules.Access.READ:
        raise NotPermitted
    return top


def line(case: Case, *, heading: str | None = None) -> dict[str, Any]:
    """What the queue shows of a case read by `with_line` or `head`."""
    return {
        "number": case.number,
        "kind": case.kind,
        "status": case.status,
        "heading": heading_of(case) if heading is None else heading,
        "institution": case.institution.slug,
        "course": case.course.code if case.course else None,
        "due_at": case.due_at,
        "urgent": case.urgent,
        "assignee": case.assignee.display_name if case.assignee else None,
    }


def _content(top: Head) -> dict[str, Any]:
    case = top.case
    policy = case.policy_version
    return {
        "title": case.title,
        "assignment": case.assignment.title if case.assignment else None,
        "policy": policy.document.slug if policy else None,
        "policy_version": policy.number if policy else None,
        "supplement": case.supplement,
        "course_terms": case.course_terms,
        "institution_decides": case.institution_decides,
        "incident_at": happened(case),
        "opened_at": case.opened_at,
        "closed_at": case.closed_at,
        "respondents": [
            {
                "id": row.public_id,
                "name": None if top.names_hidden else row.user.display_name,
                "status": row.status,
                "status_since": row.status_since,
            }
            for row in top.respondents
        ],
        "reports": [
            {
                "reference": row.report.reference,
                "kind": row.report.kind,
                "sealed": row.sealed,
                "reporter": row.reporter or None,
                "violation_type": row.report.violation_type.code
                if row.report.violation_type
                else None,
                "account": row.report.account,
                "quoted_text": row.report.quoted_text,
                "visible_name": None if top.names_hidden else row.report.visible_name,
                "links": [text for text, _address in row.links],
                "incident_at": happened(row.report),
                "submitted_at": row.report.submitted_at,
            }
            for row in reports_of(top)
        ],
    }
