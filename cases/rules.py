"""Who may see a case, how much of it, and who is shut out by a conflict of interest (QU5, AC2).

And whose word counts where an institution decides (PO5): see `decides`, `is_officer`, `hears`.
Everything here answers for one person. Pages, services, exports and counts all ask here.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from cases.enums import CaseStatus, DeterminationStatus
from cases.models import (
    AdviserAccess,
    Allegation,
    Case,
    ConflictDeclaration,
    Determination,
    Disclosure,
    Evidence,
    InterimMeasure,
    Notice,
    Report,
    Respondent,
    StatementRequest,
    Watcher,
)
from integrity.accounts.enums import Role
from integrity.accounts.models import RoleGrant
from integrity.accounts.rules import STAFF_OF_CASES, has_role, same_person, scope
from integrity.accounts.selectors import active_restriction, confirmed_addresses
from integrity.core import clock, crypto
from integrity.courses.models import Teaching

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from integrity.accounts.models import User

REPORTER = "reporter"


class Access(IntEnum):
    """How much of a case somebody sees."""

    NONE = 0
    SUMMARY = 1  # that it exists, its stage and with whom it is; it can be claimed
    READ = 2  # everything but sealed identities
    WORK = 3  # may act, as far as the workflow lets the role


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
    reports = Report.objects.filter(case=OuterRef("pk"), reporter_ref__in=reporter_refs(user))
    return Q(Exists(reports))


def _part_known(user: Any, inside: Any) -> Q:
    """As `part_in_it`, as far as the desk can see it. `inside` is `user` within a subquery."""
    case = OuterRef("pk")
    asked = StatementRequest.objects.filter(case=case, person=inside, withdrawn_at__isnull=True)
    return (
        Q(submission__learner=user)
        | Q(post__author=user)
        | Q(Exists(Respondent.objects.filter(case=case, user=inside)))
        | Q(Exists(asked))
        | Q(Exists(InterimMeasure.objects.filter(case=case, protects=inside)))
    )


def _related(inside: Any) -> Q:
    case = OuterRef("pk")
    return (
        Q(Exists(Teaching.objects.filter(course=OuterRef("course"), user=inside)))
        | Q(Exists(ConflictDeclaration.objects.filter(case=case, user=inside)))
        | Q(Exists(AdviserAccess.objects.filter(respondent__case=case, adviser=inside)))
    )


def part_in_it(user: User) -> Q:
    """True for cases that are about the user, or that they told the office something in."""
    return _part_known(user, user) | _closed_part(user) | _reported(user)


def _closed_part(user: User) -> Q:
    """What stands under an account closed into the user's: it was left there, or arrived late."""
    if not user.former_ids:
        return Q()
    parts = Respondent.objects.filter(case=OuterRef("pk"), user__closed_into=user)
    return Q(submission__learner__closed_into=user) | Q(Exists(parts))


def conflict_filter(user: User) -> Q:
    """True for cases in which the user is party, teacher, reporter, or declared a relation.

    So are whoever was asked for a statement (unless the question was taken back), whoever an
    interim measure protects, and whoever reads or once read along as an adviser: what they learned
    there stays with them when the access ends.
    """
    return part_in_it(user) | _related(user)


def known_conflict(user: User) -> Q:
    """As `conflict_filter` without what the user reported: safe to act upon where others see it."""
    return _part_known(user, user) | _closed_part(user) | _related(user)


def in_conflict(user: User, case: Case) -> bool:
    """Whether the user may have nothing to do with the case."""
    return Case.objects.filter(conflict_filter(user), pk=case.pk).exists()


def _in_scope(institutions: set[int] | None) -> Q:
    return Q() if institutions is None else Q(institution__in=institutions)


def visible_to(user: User | AnonymousUser) -> QuerySet[Case]:
    """The cases whose existence the user may know from their role: rows of queue, counts, exports.

    A respondent reaches the own case through `respondent_cases`, never through this.
    """
    if not user.is_authenticated or not has_role(user, *STAFF_OF_CASES, Role.AUDITOR):
        return Case.objects.none()
    return Case.objects.filter(_in_scope(scope(user, *STAFF_OF_CASES, Role.AUDITOR))).exclude(
        conflict_filter(user)
    )


def readable_by(user: User | AnonymousUser) -> QuerySet[Case]:
    """The visible cases whose content the user may read."""
    cases = visible_to(user)
    if not user.is_authenticated:
        return cases
    everything = scope(user, Role.OFFICER, Role.AUDITOR)
    if everything is None:
        return cases
    return cases.filter(
        Q(institution__in=everything)
        | Q(status=CaseStatus.TRIAGE)
        | Q(assignee=user)
        | Q(status=CaseStatus.DISMISSED, dismissed_by=user)
        | Q(Exists(Watcher.objects.filter(case=OuterRef("pk"), user=user)))
    )


def access(user: User | AnonymousUser, case: Case) -> Access:
    """How much of `case` the user sees. A conflict leaves nothing, whatever the role."""
    if not user.is_authenticated:
        return Access.NONE
    watching = case.watchers.filter(user=user).exists
    found = _by_role(user, case, watching)
    if found == Access.NONE or in_conflict(user, case):
        return Access.NONE
    return found


def level(user: User, case: Case, *, watching: bool) -> Access:
    """As `access`, without a query, for rows of `visible_to`: nobody there has a conflict."""
    return _by_role(user, case, lambda: watching)


def _by_role(user: User, case: Case, watching: Callable[[], bool]) -> Access:
    here = case.institution_id
    works = has_role(user, *STAFF_OF_CASES, institution_id=here, anywhere=False)
    audits = has_role(user, Role.AUDITOR, institution_id=here, anywhere=False)
    if not (works or audits):
        return Access.NONE
    if has_role(user, Role.OFFICER, institution_id=here, anywhere=False):
        return Access.WORK
    if works and (case.status == CaseStatus.TRIAGE or case.assignee_id == user.pk or watching()):
        return Access.WORK
    # Who dismissed it can undo that.
    if works and case.status == CaseStatus.DISMISSED and case.dismissed_by_id == user.pk:
        return Access.WORK
    return Access.READ if audits else Access.SUMMARY


def oversees(user: User, case: Case) -> bool:
    """Whether the user is an officer in whose scope the case is, platform-wide or of the place."""
    return has_role(user, Role.OFFICER, institution_id=case.institution_id, anywhere=False)


def own(user: User | AnonymousUser, *roles: str) -> set[int]:
    """The institutions for which the user holds one of `roles` by a grant for that very one."""
    if not user.is_authenticated or not user.is_active:
        return set()
    return {
        grant.institution_id
        for grant in user.role_grants()
        if grant.role in roles and grant.institution_id is not None
    }


def own_officers(case: str = "pk", institution: str = "institution") -> QuerySet[RoleGrant]:
    """For a subquery: grants of officers of the institution who are free to act in the outer case.

    `case` and `institution` say where the outer row has them. Not free is who has a conflict that
    officers can see. That one is the reporter does not count: else it would show here.
    """
    barred = Case.objects.filter(
        _part_known(OuterRef("user"), OuterRef(OuterRef("user")))
        | _related(OuterRef(OuterRef("user"))),
        pk=OuterRef(OuterRef(case)),
    )
    return RoleGrant.objects.filter(
        Q(ended_at__isnull=True) | Q(ended_at__gt=clock.now()),
        ~Exists(barred),
        institution=OuterRef(institution),
        role=Role.OFFICER,
        user__is_active=True,
    )


def vacant(case: Case) -> bool:
    """Whether the institution has no officer of its own who is free to act in the case.

    Then the platform's officers stand in, under the institution's policy (decision 0015). One
    query, none for a case annotated with `has_officer=Exists(own_officers())`.
    """
    known: bool | None = getattr(case, "has_officer", None)
    if known is None:
        known = Case.objects.filter(Exists(own_officers()), pk=case.pk).exists()
    return not known


def _by_own_staff(user: User, case: Case, *roles: str) -> bool:
    if not has_role(user, *roles, institution_id=case.institution_id, anywhere=False):
        return False
    if not case.institution_decides or case.institution_id in own(user, *roles):
        return True
    return vacant(case)


def decides(user: User, case: Case) -> bool:
    """Whether the user may say what was found and what follows, as far as the institution goes.

    In a degree, a MasterTrack-like or a university certificate these are its own staff (PO5): a
    grant for that very institution is needed, unless it is `vacant`.
    """
    return _by_own_staff(user, case, *STAFF_OF_CASES)


def is_officer(user: User, case: Case) -> bool:
    """Whether the user may determine this case as an officer; as `decides`, for officers."""
    return _by_own_staff(user, case, Role.OFFICER)


def decided_by(user: User, *roles: str) -> Q:
    """The cases `decides` is true for, or with OFFICER for `roles` `is_officer`; scope apart."""
    return (
        Q(institution_decides=False)
        | Q(institution__in=own(user, *(roles or STAFF_OF_CASES)))
        | ~Q(Exists(own_officers()))
    )


def officer_cases(user: User | AnonymousUser) -> QuerySet[Case]:
    """The visible cases the user may determine, as far as role and institution go."""
    if not user.is_authenticated:
        return Case.objects.none()
    cases = visible_to(user).filter(_in_scope(scope(user, Role.OFFICER)))
    return cases.filter(decided_by(user, Role.OFFICER))


def free_officers(
    respondent: str = "respondent", case: str = "respondent__case"
) -> QuerySet[RoleGrant]:
    """As `own_officers`, and without a hand in the decision about the outer row's respondent."""
    officer, about = OuterRef("user"), OuterRef(OuterRef(respondent))
    decisions = Determination.objects.filter(
        Q(found_by=officer) | Q(proposed_by=officer) | Q(decided_by=officer), respondent=about
    )
    return own_officers(case, f"{case}__institution").filter(
        ~Exists(decisions),
        ~Exists(Case.objects.filter(pk=OuterRef(OuterRef(case)), assignee=officer)),
        ~Exists(Notice.objects.filter(respondent=about, sent_by=officer)),
        ~Exists(Allegation.objects.filter(respondent=about, added_by=officer)),
    )


def hears(user: User, respondent: Respondent, *, free: bool | None = None) -> bool:
    """Whether the user may hear an appeal of this respondent, their own involvement apart.

    Where the institution decides, its officers do. Where each of them had a hand in the decision
    the platform's officers stand in, so that an appeal never waits for nobody (decision 0015).
    `free`: whether an officer of the institution is left, if known; else one query.
    """
    case = respondent.case
    if not oversees(user, case):
        return False
    if not case.institution_decides or case.institution_id in own(user, Role.OFFICER):
        return True
    if free is None:
        rows = Respondent.objects.filter(Exists(free_officers("pk", "case")), pk=respondent.pk)
        free = rows.exists()
    return not free


def heard_by(user: User) -> Q:
    """The appeals `hears` is true for, scope apart."""
    return (
        Q(respondent__case__institution_decides=False)
        | Q(respondent__case__institution__in=own(user, Role.OFFICER))
        | ~Q(Exists(free_officers()))
    )


def stood_in() -> Q:
    """The cases of institutions in which officers of the platform stand in now (decision 0015)."""
    unheard = Respondent.objects.filter(
        ~Exists(free_officers("pk", "case")), case=OuterRef("pk"), appeals__outcome=""
    )
    return Q(institution_decides=True) & (
        ~Q(Exists(own_officers())) | Q(status=CaseStatus.APPEAL) & Q(Exists(unheard))
    )


def second_officers() -> QuerySet[RoleGrant]:
    """As `own_officers`, for outer determinations: who neither found nor proposed it."""
    return (
        own_officers("respondent__case", "respondent__case__institution")
        .exclude(user=OuterRef("proposed_by"))
        .exclude(user=Coalesce(OuterRef("found_by"), OuterRef("proposed_by")))
    )


def without_second() -> Q:
    """The cases of institutions with a proposal that nobody there is left to confirm."""
    proposed = Determination.objects.filter(
        ~Exists(second_officers()),
        respondent__case=OuterRef("pk"),
        status=DeterminationStatus.PROPOSED,
    )
    return Q(institution_decides=True) & Q(Exists(own_officers())) & Q(Exists(proposed))


def overseen(user: User | AnonymousUser) -> QuerySet[Case]:
    """The visible cases in which the user is an officer, whoever decides them."""
    if not user.is_authenticated:
        return Case.objects.none()
    return visible_to(user).filter(_in_scope(scope(user, Role.OFFICER)))


def for_the_platform(user: User | AnonymousUser) -> bool:
    """Whether the user works on cases, or audits them, for the platform as a whole."""
    if not user.is_authenticated:
        return False
    return scope(user, *STAFF_OF_CASES, Role.AUDITOR) is None


def of_the_platforms_desk(user: User | AnonymousUser) -> bool:
    """Whether the user works on cases for the platform as a whole."""
    return user.is_authenticated and scope(user, *STAFF_OF_CASES) is None


def involvement(user: User) -> Q:
    """True for respondents in the decision about whom the user has had a hand.

    Whoever proposed, decided, alleged, sent the notice or has the case now cannot hear the appeal
    (AP2, HOSTILE 23).
    """
    me = OuterRef("pk")
    determinations = Determination.objects.filter(
        Q(found_by=user) | Q(proposed_by=user) | Q(decided_by=user), respondent=me
    )
    return (
        Q(case__assignee=user)
        | Q(Exists(determinations))
        | Q(Exists(Notice.objects.filter(respondent=me, sent_by=user)))
        | Q(Exists(Allegation.objects.filter(respondent=me, added_by=user)))
    )


def involved(user: User, respondent: Respondent) -> bool:
    """Whether the user has had a hand in the decision about this respondent (`involvement`)."""
    return Respondent.objects.filter(involvement(user), pk=respondent.pk).exists()


def respondent_cases(user: User | AnonymousUser) -> QuerySet[Respondent]:
    """The user's own part in cases, from the notice on: before it nothing is known to them."""
    if not user.is_authenticated:
        return Respondent.objects.none()
    return Respondent.objects.filter(same_person(user, "user"), notices__isnull=False).distinct()


def invitations(user: User) -> QuerySet[AdviserAccess]:
    """The requests to advise that wait for one of the user's confirmed addresses."""
    return AdviserAccess.objects.filter(
        email__in=confirmed_addresses(user), adviser__isnull=True, revoked_at__isnull=True
    )


def checks_cases_of(user: User, case: Case) -> bool:
    """Whether the user works on cases of the case's institution, or audits them."""
    here = case.institution_id
    return has_role(user, *STAFF_OF_CASES, Role.AUDITOR, institution_id=here, anywhere=False)


def may_advise(user: User, case: Case) -> bool:
    """Whether the user can help a respondent of this case.

    Not whoever works on cases of its institution or checks them: else an invitation could take an
    officer out of a case, or show an officer what is meant for a friend. Nor whoever has a part in
    it: another respondent, a reporter, whoever gave a statement or is protected.
    """
    if checks_cases_of(user, case):
        return False
    return not Case.objects.filter(part_in_it(user), pk=case.pk).exists()


def advised(user: User | AnonymousUser) -> QuerySet[AdviserAccess]:
    """The accesses with which the user reads along now: accepted, not taken back.

    None for somebody who is suspended or expelled, and none in a case that has come to be about
    the adviser as well.
    """
    if not user.is_authenticated or active_restriction(user) is not None:
        return AdviserAccess.objects.none()
    about = Respondent.objects.filter(same_person(user, "user"))
    also_about = about.filter(case=OuterRef("respondent__case"))
    return AdviserAccess.objects.filter(
        ~Exists(also_about), adviser=user, accepted_at__isnull=False, revoked_at__isnull=True
    )


def advised_on(user: User | AnonymousUser, piece: Evidence) -> bool:
    """Whether somebody whom the user advises was shown this piece, or gave it."""
    shown = Disclosure.objects.filter(evidence=piece, respondent=OuterRef("respondent"))
    return advised(user).filter(Q(Exists(shown)) | Q(respondent=piece.respondent_id)).exists()


def own_reports(user: User | AnonymousUser) -> QuerySet[Report]:
    """The reports this person sent."""
    if not user.is_authenticated:
        return Report.objects.none()
    return Report.objects.filter(reporter_ref__in=reporter_refs(user))
