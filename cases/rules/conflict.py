"""Who has a conflict of interest in a case (QU5)."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import Exists, Model, OuterRef, Q, QuerySet, Value

from cases.models import (
    AdviserAccess,
    Case,
    ConflictDeclaration,
    InterimMeasure,
    Report,
    ReportTrail,
    Respondent,
    RetaliationMark,
    StatementRequest,
)
from integrity.accounts.models import User
from integrity.accounts.rules import same_person
from integrity.core import crypto
from integrity.core.ids import public_id
from integrity.core.prepared import Prepared, stand_in
from integrity.courses.models import Post, Submission, Teaching

REPORTER = "reporter"
M = TypeVar("M", bound=Model)


def reporter_refs(user: User) -> list[str]:
    """The fingerprints under which reports of this person may be stored.

    Those of accounts closed into theirs too; no query.
    """
    return [
        reference
        for public_id in user.same_ids
        for reference in crypto.references(public_id, purpose=REPORTER)
    ]


def _reported(user: User) -> Q:
    here, before = told_in(user)
    return Q(Exists(here.filter(case=OuterRef("pk")))) | Q(
        Exists(before.filter(case=OuterRef("pk")))
    )


def told_in(user: User) -> tuple[QuerySet[Report], QuerySet[ReportTrail]]:
    """What the user reported: where it is, and the cases it was in before.

    Joined into another case, or taken out of one, a report moves. What its sender told the office
    of does not: they stay shut out of both.
    """
    refs = reporter_refs(user)
    return (
        Report.objects.filter(reporter_ref__in=refs),
        ReportTrail.objects.filter(report__reporter_ref__in=refs),
    )


def part_known(user: Any, inside: Any) -> Q:
    """As `part_in_it`, as far as the desk can see it. `inside` is `user` within a subquery."""
    case = OuterRef("pk")
    asked = StatementRequest.objects.filter(case=case, person=inside, withdrawn_at__isnull=True)
    # A subquery each, never a join: negated, joins would walk through all work and all posts.
    work = Submission.objects.filter(pk=OuterRef("submission"), learner=inside)
    return (
        Q(Exists(work))
        | Q(Exists(Post.objects.filter(pk=OuterRef("post"), author=inside)))
        | Q(Exists(Respondent.objects.filter(case=case, user=inside)))
        | Q(Exists(asked))
        | Q(Exists(InterimMeasure.objects.filter(case=case, protects=inside)))
    )


def related(inside: Any) -> Q:
    return _tied(inside) | kept_apart(inside)


def _tied(inside: Any) -> Q:
    case = OuterRef("pk")
    return (
        Q(Exists(Teaching.objects.filter(course=OuterRef("course"), user=inside)))
        | Q(Exists(ConflictDeclaration.objects.filter(case=case, user=inside)))
        | Q(Exists(AdviserAccess.objects.filter(respondent__case=case, adviser=inside)))
    )


def worked_on(path: str, person: Any) -> Q:
    """Whether `person` works on the case at `path`, or had a hand in what was decided there."""
    about = f"{path}__respondents"
    return (
        Q(**{f"{path}__assignee": person})
        | Q(**{f"{path}__dismissed_by": person})
        | Q(**{f"{about}__allegations__added_by": person})
        | Q(**{f"{about}__notices__sent_by": person})
        | Q(**{f"{about}__determinations__found_by": person})
        | Q(**{f"{about}__determinations__proposed_by": person})
        | Q(**{f"{about}__determinations__decided_by": person})
    )


def kept_apart(inside: Any) -> Q:
    """True for a case that may be an answer to one `inside` worked on, and the other way (IN9).

    Whoever has the earlier case keeps it, though they had worked on both: a report by the accused
    takes it from nobody, and it would stay with somebody who cannot see it any more.

    The marks are few and read first, so that a queue of any length pays for them once.
    """
    marks = RetaliationMark.objects.order_by().filter(case__isnull=False)
    later = marks.filter(worked_on("case", inside)).exclude(earlier_case__assignee=inside)
    return Q(pk__in=marks.filter(worked_on("earlier_case", inside)).values("case")) | Q(
        pk__in=later.values("earlier_case")
    )


def part_in_it(user: User) -> Q:
    """True for cases that are about the user, or that they told the office something in."""
    return part_known(user, user) | _closed_part(user) | _reported(user)


def _closed_part(user: User) -> Q:
    """What stands under an account closed into the user's: it was left there, or arrived late."""
    if not user.former_ids:
        return Q()
    parts = Respondent.objects.filter(case=OuterRef("pk"), user__closed_into=user)
    work = Submission.objects.filter(pk=OuterRef("submission"), learner__closed_into=user)
    return Q(Exists(work)) | Q(Exists(parts))


def conflict_filter(user: User) -> Q:
    """True for cases in which the user is party, teacher, reporter, or declared a relation.

    So are whoever was asked for a statement (unless the question was taken back), whoever an
    interim measure protects, and whoever reads or once read along as an adviser: what they learned
    there stays with them when the access ends. Whoever worked on a case is kept from another one
    that may be an answer to it, and the other way round.
    """
    return part_in_it(user) | related(user)


def own_conflict(user: User) -> Q:
    """As `conflict_filter` without what only keeps two cases apart."""
    return part_in_it(user) | _tied(user)


def known_conflict(user: User) -> Q:
    """As `conflict_filter` without what the user reported: safe to act upon where others see it."""
    return part_known(user, user) | _closed_part(user) | related(user)


def in_conflict(user: User, case: Case) -> bool:
    """Whether the user may have nothing to do with the case: `conflict_filter` of this very one.

    Every step and every page asks it, so it is asked from what the case says of itself, in one
    query; whether two matters are kept apart only where somebody marked the case.
    `tests/cases/test_queue_sight.py` holds that it says what `conflict_filter` says.
    """
    refs = reporter_refs(user)
    about = [getattr(case, name) for name in _ABOUT]
    shape = (len(user.former_ids), len(refs), tuple(value is not None for value in about))
    known = [value for value in about if value is not None]
    found = {kind for (kind,) in _tied_by.rows(shape, [user.pk, case.pk, *known, *refs])}
    if TIED in found:
        return True
    return MARKED in found and Case.objects.filter(kept_apart(user), pk=case.pk).exists()


TIED, MARKED = "tied", "marked"
# What a case may be about, apart from its number.
_ABOUT = ("submission_id", "post_id", "course_id")


def _question(shape: tuple[int, int, tuple[bool, ...]]) -> tuple[QuerySet[Any, Any], list[Any]]:
    """What `in_conflict` asks about any user and any case of this shape.

    The stand-ins know nothing but what is named here: a tie that looks at anything else fails at
    once instead of remembering the first user or case that it saw.
    """
    former, _refs, has = shape
    about = {name: stand_in() for name, there in zip(_ABOUT, has, strict=True) if there}
    user = _known_as(User, pk=stand_in(), public_id=public_id(), former_ids=_former(former))
    case = _known_as(Case, pk=stand_in(), **(dict.fromkeys(_ABOUT) | about))
    first, *others = (
        rows.order_by().annotate(tie=Value(kind)).values_list("tie")
        for kind, rows in _ties(user, case)
    )
    return first.union(*others), [user.pk, case.pk, *about.values(), *reporter_refs(user)]


def _former(number: int) -> list[str]:
    return [str(public_id()) for _ in range(number)]


def _known_as(model: type[M], **fields: Any) -> M:
    """A row of which only these fields are known; whatever else is read does not exist."""
    fields["id"] = fields.pop("pk")
    names = [field.attname for field in model._meta.concrete_fields if field.attname in fields]  # noqa: SLF001
    return model.from_db(None, names, [fields[name] for name in names])


_tied_by = Prepared(_question)


def _ties(user: User, case: Case) -> list[tuple[str, QuerySet[Any, Any]]]:
    """What ties the user to this case, and the marks that may keep it from them."""

    asked = StatementRequest.objects.filter(case=case, person=user, withdrawn_at__isnull=True)
    ties: list[QuerySet[Any, Any]] = [
        Respondent.objects.filter(same_person(user, "user"), case=case),
        asked,
        InterimMeasure.objects.filter(case=case, protects=user),
        *(rows.filter(case=case) for rows in told_in(user)),
        ConflictDeclaration.objects.filter(case=case, user=user),
        AdviserAccess.objects.filter(respondent__case=case, adviser=user),
    ]
    if case.submission_id is not None:
        ties.append(Submission.objects.filter(same_person(user, "learner"), pk=case.submission_id))
    if case.post_id is not None:
        ties.append(Post.objects.filter(pk=case.post_id, author=user))
    if case.course_id is not None:
        ties.append(Teaching.objects.filter(course=case.course_id, user=user))
    marks = RetaliationMark.objects.filter(Q(case=case) | Q(earlier_case=case), case__isnull=False)
    return [*((TIED, rows) for rows in ties), (MARKED, marks)]
