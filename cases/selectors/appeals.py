"""Appeals at the desk: those that wait, those decided, and everything for deciding one (AP2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from cases import rules
from cases.enums import REVERSIBLE, DeterminationStatus
from cases.governing import RELATED, texts
from cases.models import Appeal, Case, Finding, PointAnswer, Respondent, Sanction
from cases.selectors.case_head import Head
from cases.selectors.words import Text
from integrity.accounts.models import User
from integrity.core.errors import NotFound

PAGE_SIZE = 50
VIEWS = ("waiting", "decided")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_KEY = re.compile(r"([wd])(\d{1,17})-(\d{1,18})")


@dataclass(frozen=True, slots=True)
class AppealRow:
    """One appeal as a line. `may` says whether the reader can decide it: yes, involved or no.

    `by` names the institution whose officers hear it, where not the platform's do. `url` leads to
    the decision where the reader can see it, else to the case.
    """

    title: str
    number: str
    name: str
    grounds: list[str]
    status: str
    word: Text
    at: datetime
    may: str
    by: str
    url: str


@dataclass(frozen=True)
class AppealsPage:
    """A page of appeals; `next` is the key of the following one ("" at the end)."""

    view: str
    rows: list[AppealRow]
    next: str


@dataclass(frozen=True)
class AppealPage:
    """An appeal with the decision it is about. `involved`: the reader had a hand in that one.

    `hears`: whether the reader may hear it, that apart.
    """

    appeal: Appeal
    respondent: Respondent
    grounds: list[str]
    involved: bool
    hears: bool
    findings: list[Finding]
    answers: list[PointAnswer]
    sanctions: list[Sanction]

    @property
    def reversible(self) -> list[Sanction]:
        """The consequences that an outcome can undo."""
        return [row for row in self.sanctions if row.status in REVERSIBLE]


def grounds_of(case: Case, appeal: Appeal) -> list[str]:
    """The grounds of an appeal in the words of the governing policy; no query."""
    titles = dict(texts(case).terms.grounds)
    return [titles.get(code, code) for code in appeal.grounds]


def _in_it(user: User) -> Exists:
    """Whether the user had a hand in the decision an appeal is about."""
    return Exists(Respondent.objects.filter(rules.involvement(user), pk=OuterRef("respondent")))


def waiting(user: User) -> QuerySet[Appeal]:
    """The appeals that wait and that the user may decide; none for who is no officer."""
    cases = rules.overseen(user)
    return Appeal.objects.filter(
        rules.heard_by(user), outcome="", respondent__case__in=cases.values("pk")
    ).exclude(_in_it(user))


def appeals_page(user: User, *, view: str = "waiting", after: str = "") -> AppealsPage:
    """Appeals in cases the user may read: one query.

    "waiting" has the oldest first, "decided" the newest decision. An unknown view is the first, an
    unreadable key the first page.
    """
    view = view if view in VIEWS else VIEWS[0]
    rows = (
        Appeal.objects.filter(respondent__case__in=rules.readable_by(user).values("pk"))
        .select_related(
            "respondent__user",
            "respondent__case__institution",
            *(f"respondent__case__{name}" for name in RELATED),
        )
        .defer(
            "text",
            "reasons",
            "conditions",
            "private_notes",
            *(f"respondent__case__{name.partition('__')[0]}__body" for name in RELATED),
        )
        .annotate(involved=_in_it(user), free=Exists(rules.free_officers()))
    )
    found = list(_of_view(rows, view, after)[: PAGE_SIZE + 1])
    more, found = len(found) > PAGE_SIZE, found[:PAGE_SIZE]
    return AppealsPage(
        view=view,
        rows=[_row(row, user) for row in found],
        next=_key(found[-1]) if more else "",
    )


def _of_view(rows: QuerySet[Appeal], view: str, after: str) -> QuerySet[Appeal]:
    found = _KEY.fullmatch(after)
    if found is not None and found[1] != view[0]:
        found = None
    at = _EPOCH + timedelta(microseconds=int(found[2])) if found is not None else _EPOCH
    last = int(found[3]) if found is not None else 0
    if view == "waiting":
        rows = rows.filter(outcome="").order_by("lodged_at", "pk")
        later = Q(lodged_at__gt=at) | Q(lodged_at=at, pk__gt=last)
        return rows.filter(later) if found is not None else rows
    rows = rows.exclude(outcome="").order_by("-decided_at", "-pk")
    earlier = Q(decided_at__lt=at) | Q(decided_at=at, pk__lt=last)
    return rows.filter(earlier) if found is not None else rows


def _key(row: Appeal) -> str:
    name, at = ("d", row.decided_at) if row.decided_at else ("w", row.lodged_at)
    return f"{name}{(at - _EPOCH) // timedelta(microseconds=1)}-{row.pk}"


def _row(row: Appeal, user: User) -> AppealRow:
    case = row.respondent.case
    free: bool = row.free  # type: ignore[attr-defined]
    if row.outcome or not rules.hears(user, row.respondent, free=free):
        may = "no"
    else:
        may = "involved" if row.involved else "yes"  # type: ignore[attr-defined]
    return AppealRow(
        title=case.title,
        number=case.number,
        name=row.respondent.user.display_name,
        grounds=grounds_of(case, row),
        status=row.outcome or "filed",
        word=row.get_outcome_display(),
        at=row.decided_at or row.lodged_at,
        may=may,
        by=str(case.institution) if case.institution_decides and free else "",
        url=reverse("desk:case", args=[case.number])
        if may == "no"
        else reverse("desk:appeal", args=[case.number, row.public_id]),
    )


def appeal_page(top: Head, public_id: UUID, user: User) -> AppealPage:
    """Everything for deciding an appeal of this case: at most five queries.

    Raises `NotFound` for one of another case (HOSTILE 17).
    """
    appeal = (
        Appeal.objects.filter(respondent__case=top.case, public_id=public_id)
        .select_related("determination__proposed_by", "determination__decided_by", "decided_by")
        .annotate(involved=_in_it(user), free=Exists(rules.free_officers()))
        .first()
    )
    if appeal is None:
        raise NotFound
    respondent = next(row for row in top.respondents if row.pk == appeal.respondent_id)
    respondent.case = top.case
    decision = appeal.determination
    return AppealPage(
        appeal=appeal,
        respondent=respondent,
        grounds=grounds_of(top.case, appeal),
        involved=appeal.involved,
        hears=rules.hears(user, respondent, free=appeal.free),
        findings=list(
            decision.findings.select_related("allegation__violation_type").order_by(
                "allegation__position"
            )
        ),
        answers=list(
            decision.answers.select_related("point__allegation__violation_type").order_by(
                "point__position"
            )
        ),
        sanctions=list(decision.sanctions.select_related("consequence").order_by("pk")),
    )


def stands(respondent: Respondent) -> bool:
    """Whether a decision about this respondent stands: one query."""
    return respondent.determinations.filter(
        status=DeterminationStatus.ISSUED, annulled_at__isnull=True
    ).exists()
