"""What a scheme recommends in a case: facts from the record, facts from the officer, the result.

Facts of the record carry their source; what neither the record nor the officer says is asked for,
never assumed (SA1). Earlier findings count within the look-back and only after the findings of this
case are recorded (CF6): the caller sees to that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.enums import Completion, DeterminationStatus, FindingOutcome
from cases.models import Determination, Respondent
from integrity.core import clock
from policies import schemes, selectors
from policies.models import SchemeVersion

# How long earlier findings count, in years of 365.25 days; PRODUCT defaults.
LOOK_BACK = timedelta(days=3 * 365.25)


@dataclass(frozen=True)
class Fact:
    """A fact the record gives: value for the scheme, and where it comes from in words."""

    value: Any
    why: str


@dataclass(frozen=True)
class Advice:
    """What the officer sees: scheme, facts, and the recommendation or what it still needs."""

    scheme_version: SchemeVersion | None
    facts: Mapping[str, Any]
    from_record: Mapping[str, Fact]
    asked: tuple[schemes.Wanted, ...]
    missing: tuple[schemes.Wanted, ...]
    recommendation: schemes.Recommendation | None
    problems: Mapping[str, str]
    history: tuple[Determination, ...]


def earlier_findings(respondent: Respondent) -> list[Determination]:
    """Issued determinations with something shown, of the same person, within the look-back.

    Whatever was found under an account that was closed into this one counts too; what was annulled
    counts nowhere.
    """
    person = respondent.user.closed_into_id or respondent.user_id
    return list(
        Determination.objects.filter(
            Q(respondent__user=person) | Q(respondent__user__closed_into=person),
            status=DeterminationStatus.ISSUED,
            annulled_at__isnull=True,
            findings__outcome=FindingOutcome.SHOWN,
            decided_at__gte=clock.now() - LOOK_BACK,
        )
        .exclude(respondent=respondent)
        .select_related("respondent__case")
        .prefetch_related("findings__allegation__violation_type", "sanctions__consequence")
        .distinct()
        .order_by("-decided_at")
    )


def facts_of_record(
    respondent: Respondent, determination: Determination, history: list[Determination]
) -> dict[str, Fact]:
    """Everything the record can say to a scheme, by the names schemes use (`docs/schemes.md`)."""
    case = respondent.case
    shown = [
        finding
        for finding in determination.findings.select_related("allegation__violation_type")
        if finding.outcome == FindingOutcome.SHOWN
    ]
    facts: dict[str, Fact] = {}
    if shown:
        first = min(shown, key=lambda finding: finding.allegation.position)
        violation = first.allegation.violation_type
        why = _("Finding on %(violation)s") % {"violation": violation.title}
        facts["kind"] = Fact(violation.code, why)
        completed = any(f.completion == Completion.COMPLETED for f in shown)
        facts["completion"] = Fact(
            Completion.COMPLETED if completed else Completion.ATTEMPTED, _("The findings")
        )
    count = len(history)
    facts["earlier_findings"] = Fact(
        count,
        ngettext("%(count)s earlier finding", "%(count)s earlier findings", count)
        % {"count": count}
        + _(" since %(date)s")
        % {"date": date_format(clock.now() - LOOK_BACK, "DATE_FORMAT", use_l10n=True)},
    )
    if case.assignment is not None:
        facts["weight"] = Fact(
            case.assignment.weight,
            _("%(work)s counts for %(weight)s %% of the course")
            % {
                "work": case.assignment.title,
                "weight": number_format(case.assignment.weight.normalize(), use_l10n=True),
            },
        )
    if case.course is not None and case.course.programme is not None:
        programme = case.course.programme
        facts["product"] = Fact(programme.product_kind, programme.title)
    return facts


def advise(
    respondent: Respondent,
    determination: Determination,
    given: Mapping[str, Any],
    *,
    history: list[Determination],
) -> Advice:
    """The recommendation for this respondent; `given` are the officer's facts."""
    case = respondent.case
    version = (
        selectors.scheme_for(
            case.policy_version,
            at=case.incident_at or case.opened_at,
            institution=case.institution,
        )
        if case.policy_version is not None
        else None
    )
    record = facts_of_record(respondent, determination, history)
    if version is None:
        return Advice(None, {}, record, (), (), None, {}, tuple(history))
    file = schemes.parse(version.data)
    ids = {factor.id for factor in file.factors} | {measure.id for measure in file.measures}
    own = {name for name in ids if name in record}
    known: dict[str, Any] = {name: record[name].value for name in own}
    factors = {factor.id: factor for factor in file.factors}
    for name in list(own):
        factor = factors.get(name)
        # A violation the scheme does not list is a fact to be asked, not an error.
        if factor is not None and factor.bounds is None and factor.option(str(known[name])) is None:
            del known[name]
    known |= {
        name: value
        for name, value in given.items()
        if name in ids and name not in known and value != ""
    }
    asked = schemes.wanted(version, {name: known[name] for name in own if name in known})
    problems: dict[str, str] = {}
    recommendation = None
    missing: tuple[schemes.Wanted, ...] = ()
    try:
        recommendation = schemes.recommend(version, known)
    except schemes.MissingFacts as error:
        missing = tuple(error.missing)
    except schemes.BadFacts as error:
        problems = dict(error.problems)
    return Advice(
        version,
        known,
        {n: record[n] for n in own},
        asked,
        missing,
        recommendation,
        problems,
        tuple(history),
    )
