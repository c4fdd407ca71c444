"""Which earlier cases of a learner stay sealed before a finding is recorded (CF6)."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce

from cases.enums import CaseStatus as S
from cases.enums import DeterminationStatus
from cases.models import Determination, Respondent
from cases.rules.visibility import readable, visible_to
from integrity.accounts.models import User
from integrity.accounts.rules import STAFF_OF_CASES, scope

# How far somebody is whose case is open, and about whom nothing is found yet. In triage nobody is
# named, so that a search which leaves something out then would tell whom the report is about.
_TO_BE_FOUND = (S.INVESTIGATION, S.NOTIFIED, S.REVIEW)
_ENDED = (S.DECIDED, S.APPEAL, S.CLOSED, S.DISMISSED)
_FOUND = (DeterminationStatus.DRAFT, DeterminationStatus.PROPOSED, DeterminationStatus.ISSUED)


def sealed_from(user: User) -> Q | None:
    """True for a case that has ended for somebody about whom the user reads an open one.

    As long as no finding is recorded in the open one. Whoever reads it can have it and decide it;
    of a case they may not read nothing follows here, for what is left out would tell of it. Not for
    auditors, who decide nothing: None. Accounts of one person count as one.
    """
    where = scope(user, *STAFF_OF_CASES)
    if where is not None and not where:
        return None
    handled = visible_to(user).filter(merged_into__isnull=True)
    if where is not None:
        handled = handled.filter(institution__in=where)
    if read := readable(user):
        handled = handled.filter(read)
    found = Determination.objects.filter(
        respondent=OuterRef("pk"), status__in=_FOUND, annulled_at__isnull=True
    )
    waiting = Respondent.objects.filter(
        ~Q(case=OuterRef("case")),
        ~Exists(found),
        Exists(handled.filter(pk=OuterRef("case"))),
        status__in=_TO_BE_FOUND,
        user__in=_same_person(OuterRef(OuterRef("whom"))),
    )
    ended = Respondent.objects.annotate(whom=Coalesce(F("user__closed_into"), F("user")))
    return Q(Exists(ended.filter(Exists(waiting), case=OuterRef("pk"), status__in=_ENDED)))


def _same_person(person: Any) -> Any:
    return User.objects.order_by().filter(Q(pk=person) | Q(closed_into=person)).values("pk")
