"""The case a report is filed under: the open one about the same thing, or a new one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from cases import governing, workflow
from cases.enums import CaseKind, CaseStatus, EvidenceKind, ReportKind
from cases.models import Case, CaseNumber, Respondent
from cases.services import indexing, priority
from cases.services.clean import save
from cases.services.evidence import attach
from integrity.accounts.models import User
from integrity.audit import services as audit
from integrity.core import clock
from integrity.courses.models import Course, Institution, Post, Submission
from integrity.courses.selectors import decided_by_institution
from policies.governing import Governing, row_of
from policies.models import ViolationType


@dataclass(frozen=True, kw_only=True)
class Matter:
    """What a report is about, as far as a case is made of it. `code` is what was reported."""

    kind: str
    institution: Institution
    course: Course | None
    submission: Submission | None
    post: Post | None
    code: str
    violation: ViolationType | None
    governing: Governing
    incident_at: datetime | None
    day_only: bool

    @property
    def accused(self) -> User | None:
        """The person it is about, where the platform knows: who handed it in, who wrote it."""
        if self.submission is not None:
            found = self.submission.learner
        elif self.post is not None:
            found = self.post.author
        else:
            return None
        # Work can be left with an account its person closed; they answer with the one they kept.
        return found.closed_into or found


def kind_of_case(kind: str) -> CaseKind:
    """The kind of case that a report of `kind` is filed under."""
    return CaseKind.CONDUCT if kind == ReportKind.INCIDENT else CaseKind.ACADEMIC


def governed(
    kind: str,
    *,
    institution: Institution,
    course: Course | None,
    code: str,
    incident_at: datetime | None,
    day_only: bool = False,
    received: datetime | None = None,
) -> tuple[ViolationType | None, Governing]:
    """The texts that govern the incident, and what was reported in their words (PO4).

    The type is found by its code, so one chosen from a newer text leads to the older one's words.
    Where no text that governs has the code there is none.
    """
    of = kind_of_case(kind)
    found = governing.governing_texts(
        of,
        institution=institution,
        course=course,
        incident_at=incident_at,
        day_only=day_only,
        received=received or clock.now(),
        codes=[code] if code else [],
    )
    return row_of(found.texts, code, governing.VIOLATIONS[of]), found


def case_for(matter: Matter, *, actor: audit.Actor) -> Case:
    """The case to file under, locked: the one in triage about the same thing, or a new one.

    Two first reports at the same instant meet in one case: the database allows only one in triage
    for a submission or post, and the second joins what the first made.
    """
    if matter.accused is not None:
        lock_accused(matter.accused)
    joined = _in_triage(matter)
    if joined is None:
        try:
            with audit.transaction():
                return _new_case(matter, actor)
        except IntegrityError:
            joined = _in_triage(matter)
            if joined is None:
                raise
    urgent = matter.violation is not None and matter.violation.urgent
    joined.urgent = joined.urgent or urgent
    joined.revision += 1
    joined.save(update_fields=["urgent", "revision"])
    return joined


def lock_accused(accused: User) -> None:
    """Let reports about one learner be filed one after another, so that none is left uncounted.

    Taken before any case is locked: two reports about different work never wait for each other.
    """
    list(User.objects.select_for_update(no_key=True).filter(pk=accused.pk).values_list("pk"))


def _in_triage(matter: Matter) -> Case | None:
    same: dict[str, object] = {}
    if matter.submission is not None:
        same = {"submission": matter.submission}
    elif matter.post is not None:
        same = {"post": matter.post}
    else:
        return None
    return (
        Case.objects.select_for_update(of=("self",))
        .select_related("institution", "course", "assignment")
        .filter(status=CaseStatus.TRIAGE, **same)
        .first()
    )


def _new_case(matter: Matter, actor: audit.Actor) -> Case:
    at = clock.now()
    case = Case(
        kind=kind_of_case(matter.kind),
        title=_title(matter),
        institution=matter.institution,
        course=matter.course,
        assignment=matter.submission.assignment if matter.submission else None,
        submission=matter.submission,
        post=matter.post,
        reported_as=matter.violation.title if matter.violation else "",
        incident_at=matter.incident_at,
        incident_day_only=matter.day_only,
        opened_at=at,
        urgent=matter.violation is not None and matter.violation.urgent,
        number=next_number(at.year),
    )
    governing.put(case, matter.governing)
    case.institution_decides = decided_by_institution(matter.course)
    save(case)
    if matter.accused is not None:
        Respondent.objects.create(
            case=case, user=matter.accused, status=case.status, status_since=at, added_at=at
        )
    workflow.settle(case)
    case.save(update_fields=["status", "due_at"])
    audit.record(
        "case.filed",
        actor=actor,
        subject=("case", case.number),
        case_number=case.number,
        institution=case.institution.slug,
        data={
            "kind": case.kind,
            "urgent": case.urgent,
            **governing.told(matter.governing, [matter.code] if matter.code else []),
        },
    )
    if matter.submission is not None:
        # What was flagged may change later; the case keeps the words of this moment.
        attach(
            case=case,
            kind=EvidenceKind.SUBMISSION,
            title=matter.submission.title or matter.submission.assignment.title,
            submission=matter.submission,
        )
    elif matter.post is not None:
        attach(case=case, kind=EvidenceKind.QUOTE, title=_in_english("post"), text=matter.post.body)
    return case


def next_number(year: int) -> str:
    """The next case number of a year; its row stays locked until the transaction ends."""
    counter = CaseNumber.objects.filter(year=year)
    if not counter.update(last=F("last") + 1):
        CaseNumber.objects.get_or_create(year=year)
        counter.update(last=F("last") + 1)
    return f"IC-{year}-{counter.values_list('last', flat=True).get():06d}"


def _title(matter: Matter) -> str:
    """What the desk calls the case; names nobody."""
    if matter.submission is not None:
        head = matter.submission.assignment.title
    elif matter.violation is not None:
        head = matter.violation.title
    else:
        head = _in_english(matter.kind)
    return f"{head}, {matter.course.title}"[:200] if matter.course else head[:200]


def _in_english(what: str) -> str:
    # Stored text is in the product's own language, whoever reports.
    with translation.override(settings.LANGUAGE_CODE):
        return {
            "post": _("The post"),
            ReportKind.FLAG: _("Flagged submission"),
            ReportKind.VIOLATION: _("Honor code report"),
            ReportKind.INCIDENT: _("Conduct incident"),
        }[what]


def index(case: Case) -> None:
    """Write what the queue is searched by and ordered by: `indexing.searchable`, `weigh`."""
    indexing.write(case)
    priority.weigh(case)
    case.save(update_fields=[*priority.WEIGHED])
