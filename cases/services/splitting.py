"""Reports that belong to another matter go out into a case of their own (QU2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases import workflow
from cases.enums import CaseLinkKind, CaseStatus, EvidenceKind, ReportStatus
from cases.models import (
    Allegation,
    Case,
    CaseLink,
    Comparison,
    Evidence,
    Report,
    ReportTrail,
    Respondent,
)
from cases.services import filing, linking, moving, priority, retaliation
from cases.services.base import locked_case, record, save, visible_or_404
from integrity.accounts.models import User
from integrity.core import clock
from integrity.core.errors import IllegalTransition, InvalidInput, NotFound

# What governs the one governs the other: it is the same incident until somebody says otherwise.
_TAKEN_ALONG = (
    *("kind", "institution", "course", "assignment", "reported_as", "incident_at"),
    *("incident_day_only", "policy_version", "supplement", "course_terms", "governing_basis"),
    *("institution_decides", "urgent", "surge"),
)


def split(
    *, actor: User, number: str, report_ids: Iterable[UUID | str], form_key: str = ""
) -> Case:
    """Take these reports, with their evidence, out into a new case in triage that is linked.

    Whom only they are about goes along, with what is alleged against them; somebody whom reports
    on both sides are about is named in both. At least one report stays. Refused for somebody who
    has an interim measure or whose matter somebody was asked about, and where a comparison or a
    mark of the findings grid would lie in both. Whoever declared a conflict has it in both. The
    same reports again are the case they went into. Raises `NotFound` (also for a report of another
    case, HOSTILE 17), `NotPermitted`, `IllegalTransition`, and `InvalidInput` at `reports`.
    """
    wanted = {str(report_id) for report_id in report_ids}
    if not wanted:
        raise InvalidInput({"reports": [_("Choose at least one report.")]})
    with locked_case(number) as case:
        visible_or_404(actor, case)
        done = _done_before(case, wanted, actor)
        if done is not None:
            return done
        workflow.require("split", actor=actor, case=case)
        sent = case.reports.exclude(status=ReportStatus.DRAFT).select_related("submission", "post")
        everything = list(sent.order_by("pk"))
        going = [row for row in everything if str(row.public_id) in wanted]
        if len(going) != len(wanted):
            raise NotFound
        if len(going) == len(everything):
            raise InvalidInput({"reports": [_("Leave at least one report in the case.")]})
        keys = [row.pk for row in going]
        staying = [row for row in everything if row.pk not in keys]
        new = _new_case(case, going, staying)
        people = _people(case, new, going, staying, actor)
        # Their status says how far the office is with them, in whatever case they are.
        ReportTrail.objects.bulk_create(
            [ReportTrail(report=row, case=case) for row in going], ignore_conflicts=True
        )
        Report.objects.filter(pk__in=keys).update(case=new)
        moving.follow(keys, new)
        pieces = _pieces(case, going, staying)
        compared = moving.comparisons(case, pieces)
        Comparison.objects.filter(pk__in=compared).update(case=new)
        pieces += moving.made_of(compared, pieces)
        moving.carry(pieces, new)
        moving.together(case, new)
        moving.declared(case, new)
        workflow.take(workflow.TABLE["split"], people)
        workflow.settle(new, alone=CaseStatus.TRIAGE)
        priority.weigh(new)
        save(new)
        row = linking.between(case, new, kind=CaseLinkKind.SPLIT, note="", actor=actor)
        data = {"link": str(row.public_id), "reports": len(keys), "evidence": len(pieces)}
        record("case.split", case, actor, data=data)
        record("case.split", new, actor, data=data)
        retaliation.apart_again(case, new)
        for one in (new, case):
            # What was one matter may now be an answer to the other.
            retaliation.look_at(one)
        filing.index(new)
    return new


def _done_before(case: Case, wanted: set[str], actor: User) -> Case | None:
    """The case these very reports went into with the same form sent before."""
    links = CaseLink.objects.filter(
        Q(one=case) | Q(other=case), kind=CaseLinkKind.SPLIT, added_by=actor
    )
    ends = {pk for pair in links.values_list("one", "other") for pk in pair} - {case.pk}
    homes = set(
        Report.objects.filter(public_id__in=wanted, case__in=ends).values_list("case", flat=True)
    )
    if len(homes) != 1:
        return None
    found = Case.objects.get(pk__in=homes)
    there = {str(name) for name in found.reports.values_list("public_id", flat=True)}
    return found if wanted <= there else None


def _new_case(case: Case, going: Sequence[Report], staying: Sequence[Report]) -> Case:
    at = clock.now()
    new = Case(
        number=filing.next_number(at.year),
        title=case.title,
        opened_at=min(row.submitted_at for row in going),
        **{name: getattr(case, name) for name in _TAKEN_ALONG},
    )
    for name in ("submission", "post"):
        _share_out(name, case, new, going, staying)
    save(new)
    return new


def _share_out(
    name: str, case: Case, new: Case, going: Sequence[Report], staying: Sequence[Report]
) -> None:
    """Say which work or post each of the two cases is about: the one its reports are about.

    Only one case in triage may be about it, so where both are it stays with the first.
    """
    field = f"{name}_id"
    mine = {getattr(row, field) for row in going}
    theirs = {getattr(row, field) for row in staying}
    if len(mine) != 1 or None in mine or mine & theirs:
        return
    (about,) = mine
    if getattr(case, field) == about:
        left = theirs - {None}
        taken = Case.objects.filter(status=CaseStatus.TRIAGE, **{f"{field}__in": left})
        alone = len(left) == 1 and not taken.exclude(pk=case.pk).exists()
        setattr(case, field, left.pop() if alone else None)
        case.save(update_fields=[name])
    waits = Case.objects.filter(status=CaseStatus.TRIAGE, **{field: about})
    if not waits.exclude(pk=case.pk).exists():
        setattr(new, field, about)


def _about(rows: Sequence[Report]) -> set[int]:
    """Primary keys of the people these reports are about, as the platform knows them."""
    found = [row.submission.learner for row in rows if row.submission is not None]
    found += [row.post.author for row in rows if row.post is not None]
    return {(person.closed_into or person).pk for person in found}


def _people(
    case: Case, new: Case, going: Sequence[Report], staying: Sequence[Report], actor: User
) -> list[Respondent]:
    """Who is in the new case: moved from the old one, or named in both."""
    mine, theirs = _about(going), _about(staying)
    people: list[Respondent] = []
    last = 0
    for row in case.respondents.select_related("user__closed_into").order_by("pk"):
        if row.person.pk not in mine:
            continue
        if row.person.pk in theirs:
            people.append(Respondent(case=new, user=row.person, added_at=clock.now()))
            people[-1].save()
        else:
            _free(case, row)
            Respondent.objects.filter(pk=row.pk).update(case=new)
            for allegation in row.allegations.order_by("position"):
                last += 1
                Allegation.objects.filter(pk=allegation.pk).update(case=new, position=last)
            people.append(Respondent.objects.get(pk=row.pk))
        record(
            "respondent.named",
            new,
            actor,
            data={"respondent": str(people[-1].public_id)},
            personal={"learner": str(row.person.public_id)},
        )
    return people


def _free(case: Case, respondent: Respondent) -> None:
    """Raise `IllegalTransition` where something beside the process holds them in the case."""
    if respondent.interim_measures.exists():
        raise IllegalTransition(
            _("An interim measure was taken about somebody these reports are about. They stay.")
        )
    if case.statements.filter(withdrawn_at__isnull=True).exists():
        raise IllegalTransition(
            _("Somebody was asked for a statement here. Whom the case is about has to stay.")
        )


def _pieces(case: Case, going: Sequence[Report], staying: Sequence[Report]) -> list[int]:
    """What came with the reports, then or later, and the work that only they are about."""
    work = {row.submission_id for row in going} - {row.submission_id for row in staying} - {None}
    keys = [row.pk for row in going]
    wanted = (
        Q(report__in=keys)
        | Q(message__report__in=keys)
        | Q(kind=EvidenceKind.SUBMISSION, submission__in=work, report__isnull=True)
    )
    rows = Evidence.objects.filter(wanted, case=case).order_by("position")
    return list(rows.values_list("pk", flat=True))
