"""Where the reports of a case went, and which cases came into it, for who may see the other one."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse

from cases import rules, workflow
from cases.models import Case, CaseMerge, Report
from cases.selectors.case_head import Head
from cases.selectors.links import whether
from cases.selectors.words import Text, day
from integrity.accounts.models import User


@dataclass(frozen=True, slots=True)
class Joined:
    """A case joined with this one. `undo_url` is "" where the reader may not take them apart.

    So is `title` where the reader knows of it and may not read it.
    """

    number: str
    title: str
    url: str
    when: str
    who: str
    undo_url: str


@dataclass(frozen=True, slots=True)
class Merging:
    """`into`: where everything went; `elsewhere`: it did, and the reader may not know where."""

    into: Joined | None
    elsewhere: bool
    came: list[Joined]

    @property
    def anything(self) -> bool:
        """Whether there is something to say."""
        return bool(self.into or self.elsewhere or self.came)


def merging(user: User, head: Head) -> Merging:
    """What was joined with the case: two queries."""
    case = head.case
    rows = list(
        CaseMerge.objects.filter(undone_at__isnull=True, target=case).select_related(
            "source", "merged_by"
        )
    )
    if case.merged_into_id is not None:
        rows += CaseMerge.objects.filter(undone_at__isnull=True, source=case).select_related(
            "target", "merged_by"
        )
    others = {row.target_id if row.source_id == case.pk else row.source_id for row in rows}
    visible = rules.visible_to(user).filter(pk__in=others)
    seen = dict(visible.annotate(reads=whether(rules.readable(user))).values_list("pk", "reads"))
    came, into = [], None
    for row in sorted(rows, key=lambda row: row.pk):
        if row.source_id == case.pk:
            if row.target_id in seen:
                into = _joined(row, row.target, user, head, reads=seen[row.target_id])
        elif row.source_id in seen:
            came.append(_joined(row, row.source, user, head, reads=seen[row.source_id]))
    return Merging(into, case.merged_into_id is not None and into is None, came)


def _joined(row: CaseMerge, other: Case, user: User, head: Head, *, reads: bool) -> Joined:
    goes_on = row.target_id == head.case.pk
    undoes = head.officer or row.merged_by_id == user.pk
    open_still = head.works and head.case.status in workflow.TABLE["merge"].sources
    return Joined(
        number=other.number,
        title=other.title if reads else "",
        url=reverse("desk:case", args=[other.number]),
        when=day(row.merged_at),
        who=row.merged_by.display_name,
        undo_url=_undo(head.case.number, row.public_id)
        if goes_on and undoes and open_still
        else "",
    )


def _undo(number: str, merge_id: UUID) -> str:
    return reverse("desk:merge_undo", args=[number, merge_id])


@dataclass(frozen=True, slots=True)
class Line:
    """A report that can be taken out, in words that name nobody."""

    public_id: str
    words: Text
    account: str


def splittable(head: Head) -> list[Line]:
    """The reports of the case, the oldest first: one query."""
    rows = (
        Report.objects.filter(case=head.case)
        .exclude(status="draft")
        .select_related("violation_type", "submission__assignment")
        .order_by("submitted_at", "pk")
    )
    return [
        Line(
            str(row.public_id),
            f"{row.reference}, {row.violation_type or row.get_kind_display()}, "
            f"{day(row.submitted_at)}",
            row.account or row.quoted_text,
        )
        for row in rows
    ]
