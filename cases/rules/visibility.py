"""Who may see a case, and how much of it (AC2)."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet

from cases.enums import CaseStatus
from cases.models import AdviserAccess, Case, Disclosure, Evidence, Report, Respondent, Watcher
from cases.rules.conflict import conflict_filter, in_conflict, part_in_it, reporter_refs
from integrity.accounts.enums import Role
from integrity.accounts.rules import STAFF_OF_CASES, has_role, same_person, scope
from integrity.accounts.selectors import active_restriction, confirmed_addresses

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from integrity.accounts.models import User


class Access(IntEnum):
    """How much of a case somebody sees."""

    NONE = 0
    SUMMARY = 1  # that it exists, its stage and with whom it is; it can be claimed
    READ = 2  # everything but sealed identities
    WORK = 3  # may act, as far as the workflow lets the role


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
    return cases.filter(readable(user))


def readable(user: User) -> Q:
    """What makes one of `visible_to` a case the user may read; empty where all of them are."""
    everything = scope(user, Role.OFFICER, Role.AUDITOR)
    if everything is None:
        return Q()
    return (
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


def names_hidden(case: Case) -> bool:
    """Whether the case names nobody yet: until it is opened, however it ends.

    Else dismissing and undoing it would show whom a report is about. What a joined case was about
    is told where it goes on.
    """
    if case.status == CaseStatus.DISMISSED and not case.names_open:
        return True
    return case.status == CaseStatus.TRIAGE or case.merged_into_id is not None


def oversees(user: User, case: Case) -> bool:
    """Whether the user is an officer in whose scope the case is, platform-wide or of the place."""
    return has_role(user, Role.OFFICER, institution_id=case.institution_id, anywhere=False)


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
    """The accesses with which the user helps now, however far each reaches: accepted, not taken
    back. `reads_evidence`, `may_write` and `comes_along` of a row say how far.

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


def advised_reading(user: User | AnonymousUser) -> QuerySet[AdviserAccess]:
    """Those of `advised` with which the user may read: evidence, answer, decision, notes."""
    return advised(user).filter(reads_evidence=True)


def advised_writing(user: User | AnonymousUser) -> QuerySet[AdviserAccess]:
    """Those of `advised` with which the user may write on what is not sent yet."""
    return advised(user).filter(may_write=True)


def advised_on(user: User | AnonymousUser, piece: Evidence) -> bool:
    """Whether somebody was shown this piece, or gave it, who lets the user read along."""
    shown = Disclosure.objects.filter(evidence=piece, respondent=OuterRef("respondent"))
    reading = advised_reading(user)
    return reading.filter(Q(Exists(shown)) | Q(respondent=piece.respondent_id)).exists()


def writes_for(user: User | AnonymousUser) -> QuerySet[Respondent]:
    """On whose unsent answer or appeal the user writes: their own, and whoever lets them help.

    Nobody else reads one: no role of the desk, no auditor.
    """
    own = Q(pk__in=respondent_cases(user).values("pk"))
    return Respondent.objects.filter(
        own | Q(pk__in=advised_writing(user).values("respondent")), notices__isnull=False
    ).distinct()


def own_reports(user: User | AnonymousUser) -> QuerySet[Report]:
    """The reports this person sent."""
    if not user.is_authenticated:
        return Report.objects.none()
    return Report.objects.filter(reporter_ref__in=reporter_refs(user))
