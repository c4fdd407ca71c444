"""Numbers on the start pages of administrators and auditors: counts and ages, never a case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q

from integrity.accounts.enums import Role
from integrity.accounts.models import RoleGrant, User
from integrity.accounts.rules import scope
from integrity.audit.models import Checkpoint, Event
from integrity.courses.models import Institution
from notifications.selectors import attention_count
from policies.enums import VersionStatus
from policies.models import SchemeVersion, Version

DRAFTS = 5


@dataclass(frozen=True)
class Administration:
    """What an administrator keeps in order, of their institutions or of all."""

    staff: int
    people: int | None
    institutions: int
    drafts: Sequence[Version]
    scheme_drafts: int
    letters: int
    checkpoint_at: datetime | None


@dataclass(frozen=True)
class Auditing:
    """What an auditor reads: how long the history is, and when it was signed last.

    `sealed` is the number of the last event under the checkpoint. Institutions sign together.
    """

    events: int
    exports: int
    checkpoint_at: datetime | None
    checkpoint: int | None
    sealed: int


def administration(user: User) -> Administration:
    """For somebody who holds the role of administrator; seven queries at most."""
    where = scope(user, Role.ADMINISTRATOR)
    everywhere = where is None
    slugs = None if everywhere else _slugs(where or set())
    here = Q() if everywhere else Q(institution__in=where or ())
    of_document = Q() if everywhere else Q(document__institution__in=where or ())
    of_scheme = Q() if everywhere else Q(scheme__institution__in=where or ())
    drafts = Version.objects.filter(of_document, status=VersionStatus.DRAFT).select_related(
        "document__institution"
    )
    last = Checkpoint.objects.order_by("-id").values_list("created_at", flat=True).first()
    return Administration(
        staff=RoleGrant.objects.filter(here, ended_at__isnull=True).aggregate(
            people=Count("user", distinct=True)
        )["people"],
        people=User.objects.filter(is_active=True).count() if everywhere else None,
        institutions=Institution.objects.count() if where is None else len(where),
        drafts=list(drafts.defer("body").order_by("effective_at")[:DRAFTS]),
        scheme_drafts=SchemeVersion.objects.filter(of_scheme, status=VersionStatus.DRAFT).count(),
        letters=attention_count(institutions=slugs),
        checkpoint_at=last,
    )


def auditing(user: User) -> Auditing:
    """For somebody who holds the role of auditor; four queries at most."""
    where = scope(user, Role.AUDITOR)
    exports = Event.objects.filter(action="history.exported")
    if where is None:
        # The sequence has no gaps: the last number is how many there are.
        events = Event.objects.aggregate(last=Max("sequence"))["last"] or 0
    else:
        slugs = _slugs(where)
        events = Event.objects.filter(institution__in=slugs).count()
        exports = exports.filter(institution__in=slugs)
    last = Checkpoint.objects.order_by("-id").first()
    return Auditing(
        events=events,
        exports=exports.count(),
        checkpoint_at=last.created_at if last else None,
        checkpoint=last.pk if last else None,
        sealed=last.sequence if last else 0,
    )


def _slugs(institutions: set[int]) -> list[str]:
    return list(Institution.objects.filter(pk__in=institutions).values_list("slug", flat=True))
