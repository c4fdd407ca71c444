"""Where the reports of a case went, and which cases came into it, for who may see the other one."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases import rules, workflow
from cases.enums import CaseStatus
from cases.models import Case, CaseMerge, Report
from cases.selectors.case_head import Head
from cases.selectors.links import whether
from cases.selectors.words import Text, day
from integrity.accounts.models import User


@dataclass(frozen=True, slots=True)
class Joined:
    """A case joined with this one. `undo_url` is "" where the reader cannot take them apart.

    So is `title` where the reader knows of it and may not read it. `held` says why nobody can any
    more, to whoever otherwise could.
    """

    number: str
    title: str
    url: str
    when: str
    who: str
    undo_url: str
    held: Text


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
    """What was joined with the case: two queries, and three for each the reader may take apart."""
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
    may = goes_on and undoes and open_still
    held = held_together(row, other) if may else ""
    return Joined(
        number=other.number,
        title=other.title if reads else "",
        url=reverse("desk:case", args=[other.number]),
        when=day(row.merged_at),
        who=row.merged_by.display_name,
        undo_url=_undo(head.case.number, row.public_id) if may and not held else "",
        held=held,
    )


def held_together(row: CaseMerge, gone: Case) -> Text:
    """Why two joined cases cannot be taken apart any more, in words; "" where they may be.

    `gone` is the emptied one. Three queries at most.
    """
    reports = row.moved["reports"]
    if reports and not Report.objects.filter(pk__in=reports, case=row.target_id).exists():
        return _("The reports that came with it are in other cases now.")
    if row.moved["status"] == CaseStatus.TRIAGE and another_in_triage(gone):
        return _("Another case about the same matter waits in triage already.")
    return ""


def another_in_triage(case: Case) -> bool:
    """Whether another case about the same work or post waits in triage: there is one at most."""
    others = Case.objects.filter(status=CaseStatus.TRIAGE).exclude(pk=case.pk)
    return (
        case.submission_id is not None and others.filter(submission=case.submission_id).exists()
    ) or (case.post_id is not None and others.filter(post=case.post_id).exists())


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
