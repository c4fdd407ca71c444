"""Whose word counts, where an institution decides and elsewhere (PO5, AP2; decision 0015)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from cases.enums import CaseStatus, DeterminationStatus
from cases.models import Allegation, Case, Determination, Notice, Respondent
from cases.rules.conflict import part_known, related
from cases.rules.visibility import overseen, oversees
from integrity.accounts.enums import Role
from integrity.accounts.models import Restriction, RoleGrant
from integrity.accounts.rules import STAFF_OF_CASES, has_role
from integrity.core import clock

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from integrity.accounts.models import User


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

    `case` and `institution` say where the outer row has them. Not free is who is suspended or has
    a conflict that officers can see. That one is the reporter does not count: else it would show
    here.
    """
    barred = Case.objects.filter(
        part_known(OuterRef("user"), OuterRef(OuterRef("user")))
        | related(OuterRef(OuterRef("user"))),
        pk=OuterRef(OuterRef(case)),
    )
    at = clock.now()
    restricted = Restriction.objects.filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=at),
        user=OuterRef("user"),
        lifted_at__isnull=True,
        starts_at__lte=at,
    )
    return RoleGrant.objects.filter(
        Q(ended_at__isnull=True) | Q(ended_at__gt=at),
        ~Exists(barred),
        ~Exists(restricted),
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
    return overseen(user).filter(decided_by(user, Role.OFFICER))


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


def settled_alone(user: User, respondent: Respondent | None) -> bool:
    """Whether the user settled this in one letter, before the respondent was heard (PR5).

    Asked only where somebody works on it again.
    """
    again = (CaseStatus.REVIEW, CaseStatus.APPROVAL)
    if respondent is None or respondent.status not in again:
        return False
    return respondent.determinations.filter(summary=True, decided_by=user).exists()


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
