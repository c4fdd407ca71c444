"""How a respondent came to be bound by the texts of a case (PO4): pledged, told, or by access.

Only what lies before the incident proves anything; of a bare day, what lies before it began in the
earliest zone of the texts. What somebody did with an account they closed since is theirs as well.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Aggregate, Max, Min, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.governing import incident_day
from cases.models import Case, Respondent
from integrity.accounts.models import User
from integrity.core.calendar import hours_of
from integrity.courses.models import Enrolment, Submission
from notifications.enums import State
from notifications.models import OutboxMessage
from notifications.recipients import references_of
from policies.enums import MailingKind
from policies.models import Pledge, Version

Text = str | Promise
Place = tuple[int, int]  # course and its institution

PLEDGED, TOLD, WORK, ENROLLED, ACCOUNT, NONE = (
    "pledged",
    "told",
    "work",
    "enrolled",
    "account",
    "none",
)
_WORDS: dict[str, Text] = {
    PLEDGED: _("Pledged to it in this course"),
    TOLD: _("Told of it by a message that was delivered"),
    WORK: _("Handed in work while it was in force"),
    ENROLLED: _("Was enrolled while it was in force"),
    ACCOUNT: _("Had an account while it was in force"),
    NONE: _("Nothing shows that the learner knew it"),
}


@dataclass(frozen=True)
class Proof:
    """The best proof there is that somebody was bound by a version, and of when it is.

    `read_at` is the first reading of the message that told of it, where it has a letter.
    """

    version: Version
    kind: str
    at: datetime | None = None
    read_at: datetime | None = None

    @property
    def words(self) -> Text:
        return _WORDS[self.kind]

    @property
    def by_access(self) -> bool:
        """Whether the text itself says that using the platform is enough."""
        return self.kind in (WORK, ENROLLED, ACCOUNT)

    @property
    def shape(self) -> str:
        """The name of its sign: "yes", "no" for no proof."""
        return "no" if self.kind == NONE else "yes"


@dataclass(frozen=True)
class Assent:
    """One respondent's proofs, text by text in the order of precedence."""

    respondent: Respondent
    proofs: tuple[Proof, ...]


def before_incident(case: Case, versions: Collection[Version]) -> datetime:
    """The instant up to which something proves assent: that of the incident, else of receipt."""
    day = incident_day(case)
    if day is not None:
        zones = {version.document.owner_zone for version in versions} | {"UTC"}
        return min(hours_of(day, zone)[0] for zone in zones)
    return case.incident_at or case.opened_at


def assent_of(
    case: Case, respondents: Sequence[Respondent], versions: Sequence[Version]
) -> list[Assent]:
    """What proves that each respondent was bound by each version: five queries, however many.

    `respondents` with their users, `versions` with document and institution.
    """
    if not respondents or not versions:
        return []
    until = before_incident(case, versions)
    owner = _accounts([row.user for row in respondents])
    accounts = list(owner)
    pledges = _pledges(case, accounts, versions, until)
    messages = _messages(accounts, versions, until)
    work = _places(
        Submission.objects.filter(learner__in=accounts, submitted_at__lte=until).values_list(
            "learner_id", "assignment__course_id", "assignment__course__institution_id"
        ),
        Max("submitted_at"),
    )
    enrolled = _places(
        Enrolment.objects.filter(learner__in=accounts, enrolled_at__lte=until).values_list(
            "learner_id", "course_id", "course__institution_id"
        ),
        Min("enrolled_at"),
    )
    found = []
    for respondent in respondents:
        own = [user for user, person in owner.items() if person == respondent.user_id]
        since = min(account.created_at for account in own)
        ids = {account.pk for account in own}
        found.append(
            Assent(
                respondent,
                tuple(
                    _best(version, ids, until, since, pledges, messages, work, enrolled)
                    for version in versions
                ),
            )
        )
    return found


def _accounts(people: Sequence[User]) -> dict[User, int]:
    """The people's accounts, those they closed included, each with whose it is."""
    owner = {person: person.pk for person in people}
    for closed in User.objects.filter(closed_into__in=people):
        if closed.closed_into_id is not None:
            owner[closed] = closed.closed_into_id
    return owner


def _pledges(
    case: Case, accounts: Sequence[User], versions: Sequence[Version], until: datetime
) -> dict[tuple[int, int], datetime]:
    rows = Pledge.objects.filter(
        learner__in=accounts, course=case.course_id, version__in=versions, made_at__lte=until
    ).order_by("-made_at")
    return {
        (learner, version): made
        for learner, version, made in rows.values_list("learner_id", "version_id", "made_at")
    }


def _messages(
    accounts: Sequence[User], versions: Sequence[Version], until: datetime
) -> dict[tuple[int, int], tuple[datetime, datetime | None]]:
    """The first message about each version that reached each account."""
    of = {ref: account.pk for account in accounts for ref in references_of(account)}
    prefixes = {f"{kind}:{version.pk}:": version.pk for kind in MailingKind for version in versions}
    about = Q()
    for prefix in prefixes:
        about |= Q(key__startswith=prefix)
    rows = OutboxMessage.objects.filter(
        about, recipient_ref__in=of, state=State.SENT, sent_at__lte=until
    ).order_by("-sent_at")
    found: dict[tuple[int, int], tuple[datetime, datetime | None]] = {}
    for key, ref, sent, read in rows.values_list(
        "key", "recipient_ref", "sent_at", "letter__first_read_at"
    ):
        kind, version, _rest = key.split(":", 2)
        if sent is not None:
            found[of[ref], prefixes[f"{kind}:{version}:"]] = (sent, read)
    return found


def _places(rows: QuerySet[Any, Any], when: Aggregate) -> dict[int, dict[Place, datetime]]:
    found: dict[int, dict[Place, datetime]] = {}
    for learner, course, institution, at in rows.annotate(when=when).order_by():
        found.setdefault(learner, {})[course, institution] = at
    return found


def _best(
    version: Version,
    ids: set[int],
    until: datetime,
    since: datetime,
    pledges: dict[tuple[int, int], datetime],
    messages: dict[tuple[int, int], tuple[datetime, datetime | None]],
    work: dict[int, dict[Place, datetime]],
    enrolled: dict[int, dict[Place, datetime]],
) -> Proof:
    pledged = [at for pk in ids if (at := pledges.get((pk, version.pk))) is not None]
    if pledged:
        return Proof(version, PLEDGED, min(pledged))
    told = [row for pk in ids if (row := messages.get((pk, version.pk))) is not None]
    if told:
        sent, read = min(told, key=lambda row: row[0])
        return Proof(version, TOLD, sent, read)
    handed = _there(version, ids, work)
    if handed and max(handed) >= version.effective_at:
        return Proof(version, WORK, max(handed))
    joined = _there(version, ids, enrolled)
    if joined:
        return Proof(version, ENROLLED, min(joined))
    if version.document.institution_id is None and since <= until:
        return Proof(version, ACCOUNT, since)
    return Proof(version, NONE)


def _there(version: Version, ids: set[int], by: dict[int, dict[Place, datetime]]) -> list[datetime]:
    """When the accounts were where the text holds: anywhere, at its institution, in its course."""
    document = version.document
    return [
        at
        for pk in ids
        for (course, institution), at in by.get(pk, {}).items()
        if document.course_id in (None, course) and document.institution_id in (None, institution)
    ]
