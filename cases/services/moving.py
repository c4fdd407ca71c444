"""What goes along when reports go from one case into another (QU2): for joining and splitting."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db.models import F, Max, Q
from django.utils.translation import gettext_lazy as _

from cases import rules
from cases.enums import EvidenceKind, ProofWeight
from cases.models import (
    Case,
    Comparison,
    ConflictDeclaration,
    Consent,
    DismissalReview,
    Evidence,
    ProofMark,
    RetaliationMark,
    Reveal,
)
from cases.services.base import shut_out
from integrity.accounts.models import User
from integrity.core.errors import IllegalTransition

# What is said of a report in a case goes where the report goes.
_WITH_REPORTS: tuple[Any, ...] = (Reveal, Consent, DismissalReview)


def follow(reports: Collection[int], case: Case) -> None:
    """Bring what is said of these reports to the case they are in now."""
    for model in _WITH_REPORTS:
        model.objects.filter(report__in=reports).update(case=case)
    RetaliationMark.objects.filter(earlier_report__in=reports).update(earlier_case=case)


def carry(pieces: Iterable[int], into: Case) -> None:
    """Give these pieces of evidence to another locked case, with the next numbers there."""
    last = into.evidence.aggregate(last=Max("position"))["last"] or 0
    for position, pk in enumerate(pieces, start=last + 1):
        Evidence.objects.filter(pk=pk).update(case=into, position=position)


def declared(one: Case, other: Case, *, since: datetime | None = None) -> None:
    """Whoever declared a relation to the one case has it to what came of it."""
    rows = one.conflicts.select_related("user")
    for row in rows if since is None else rows.filter(declared_at__gte=since):
        _row, created = ConflictDeclaration.objects.get_or_create(
            case=other,
            user_id=row.user_id,
            defaults={"reason": row.reason, "declared_at": row.declared_at},
        )
        if created:
            shut_out(other, row.user)


def nobody_stuck(case: Case) -> None:
    """Take the case from whoever has come to be tied to it, as far as the desk may see why."""
    followers = list(User.objects.filter(watching__case=case))
    for person in [*([case.assignee] if case.assignee else []), *followers]:
        tied = Case.objects.filter(rules.known_conflict(person), pk=case.pk).exists()
        if tied or (person.pk == case.assignee_id and rules.knows_who_reported(person, case)):
            shut_out(case, person)


def comparisons(case: Case, pieces: Collection[int], *, own: Collection[int] = ()) -> list[int]:
    """The comparisons of the case that go along with these pieces of evidence.

    One goes with the evidence it has become, else with what it compares; of `own` those go as well
    that compare nothing of the case. One that belongs to both is named: `together` refuses it.
    """
    going = set(pieces)
    found = []
    rows = Comparison.objects.filter(case=case).order_by("pk")
    for pk, evidence, *sides in rows.values_list("pk", "evidence", "a_evidence", "b_evidence"):
        exhibits = set(sides) - {None}
        if evidence in going or (exhibits & going) or (not exhibits and pk in own):
            found.append(pk)
    return found


def made_of(compared: Collection[int], pieces: Collection[int]) -> list[int]:
    """The evidence that these comparisons have become, as far as it is not among the pieces."""
    rows = Evidence.objects.filter(kind=EvidenceKind.COMPARISON, comparison__in=compared)
    return list(rows.exclude(pk__in=pieces).order_by("position").values_list("pk", flat=True))


def together(one: Case, other: Case) -> None:
    """Refuse what would lie in both cases: a comparison, and what a piece says to an allegation.

    Asked when everything has gone where it goes. Raises `IllegalTransition`.
    """
    pair = (one.pk, other.pk)
    apart = Q()
    for side in ("evidence", "a_evidence", "b_evidence"):
        apart |= Q(**{f"{side}__case__in": pair}) & ~Q(**{f"{side}__case": F("case")})
    if Comparison.objects.filter(apart, case__in=pair).exists():
        raise IllegalTransition(
            _("A comparison would be about evidence in both cases, so they cannot be parted so.")
        )
    silent = Q(weight=ProofWeight.SILENT, remark="")
    marks = ProofMark.objects.filter(
        point__removed_at__isnull=True,
        point__allegation__case__in=pair,
        evidence__case__in=pair,
    ).exclude(silent)
    if marks.exclude(evidence__case=F("point__allegation__case")).exists():
        raise IllegalTransition(
            _(
                "Evidence is weighed for an allegation that would be in the other case. Set it to "
                "say nothing there first."
            )
        )
