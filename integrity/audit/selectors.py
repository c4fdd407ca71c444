"""Reading the history. Every function takes a constant number of queries."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from integrity.audit import chain, registry
from integrity.audit.models import ActorKind, Checkpoint, Event, EventValue

CHUNK = 2000


def events_for_case(
    number: str, *, after: int = 0, limit: int | None = None, for_respondent: bool = False
) -> list[Event]:
    """Events of one case in the order of the chain, with their values: two queries.

    `after` is the sequence of the last event of the page before. `for_respondent` leaves out what
    a respondent may not see. No case has the empty number.
    """
    if not number:
        return []
    events = _with_values().filter(case_number=number, sequence__gt=after)
    if for_respondent:
        events = events.filter(action__in=registry.seen_by_respondents())
    return list(events.order_by("sequence")[:limit])


def recent(
    *,
    before: int | None = None,
    limit: int = 50,
    institutions: Collection[str] | None = None,
    case_number: str = "",
) -> list[Event]:
    """The newest events first, below the sequence `before`; of these institutions, and of this
    case, where given."""
    events = _with_values()
    if case_number:
        events = events.filter(case_number=case_number)
    if before is not None:
        events = events.filter(sequence__lt=before)
    if institutions is not None:
        events = events.filter(institution__in=institutions)
    return list(events.order_by("-sequence")[:limit])


def events_by(public_id: UUID | str, *, after: int = 0, limit: int | None = None) -> list[Event]:
    """Events that this user caused, in the order of the chain, as far as that is not erased."""
    kept = EventValue.objects.filter(
        lookup=chain.lookup(str(public_id)), name=chain.ACTOR, event_id__gt=after
    )
    events = _with_values().filter(actor_kind=ActorKind.USER, sequence__in=kept.values("event_id"))
    return list(events.order_by("sequence")[:limit])


def iterate(
    *, case_number: str = "", since: datetime | None = None, until: datetime | None = None
) -> Iterator[Event]:
    """All events in the order of the chain, in constant memory: for exports of any size.

    `since` is included, `until` is not.
    """
    events = _with_values()
    if case_number:
        events = events.filter(case_number=case_number)
    if since:
        events = events.filter(occurred_at__gte=since)
    if until:
        events = events.filter(occurred_at__lt=until)
    after = 0
    while page := list(events.filter(sequence__gt=after).order_by("sequence")[:CHUNK]):
        yield from page
        after = page[-1].sequence


def tail() -> Event | None:
    """The last event of the chain."""
    return Event.objects.order_by("-sequence").first()


def last_checkpoint() -> Checkpoint | None:
    """The newest checkpoint."""
    return Checkpoint.objects.order_by("-id").first()


def checkpoints(*, before: int | None = None, limit: int = 50) -> list[Checkpoint]:
    """Checkpoints, the newest first, below the id `before`."""
    found = Checkpoint.objects.order_by("-id")
    return list((found if before is None else found.filter(id__lt=before))[:limit])


def _with_values() -> QuerySet[Event]:
    return Event.objects.prefetch_related("value_rows")
