"""Taking messages out of the outbox and to the mail server.

The database is the truth: a broker's task is a hint, and any number of workers may run this at
once. A row is claimed with a lease and moves on by updates that name the state and the worker they
expect, so of two workers one finds nothing to do. A worker that dies before the mail server could
have the message leaves `claimed`, which is tried again; one that dies later leaves `transmitting`,
which nobody but a person can decide: it becomes `uncertain`.
"""

from __future__ import annotations

import logging
import random
import time
import uuid
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F

from integrity.accounts.models import User
from integrity.audit import services as audit
from integrity.core import clock
from notifications import conf, content
from notifications.enums import DUE, LEASED, State
from notifications.models import OutboxMessage
from notifications.recipients import Address, seal_address, unseal_address
from notifications.transport import NotHandedOver, Reason, Transport

logger = logging.getLogger(__name__)

_ACTOR = audit.Actor.system("outbox")
_EVENTS = {
    State.SENT: "message.sent",
    State.DEAD: "message.failed",
    State.UNCERTAIN: "message.uncertain",
    State.SUPPRESSED: "message.suppressed",
}


class ClaimLost(Exception):
    """The lease ran out and somebody else has the row: hands off."""


@dataclass(slots=True)
class Tally:
    """What a run did. `reachable` is false when the mail server could not be talked to."""

    claimed: int = 0
    sent: int = 0
    failed: int = 0
    dead: int = 0
    uncertain: int = 0
    suppressed: int = 0
    recovered: int = 0
    reachable: bool = True

    def add(self, other: Tally) -> None:
        for name, value in asdict(other).items():
            if name == "reachable":
                self.reachable = self.reachable and value
            else:
                setattr(self, name, getattr(self, name) + value)

    def count(self, state: State) -> None:
        setattr(self, state.value, getattr(self, state.value) + 1)


def deliver_due(*, seconds: float = 50, limit: int = conf.BATCH) -> Tally:
    """Recover what dead workers left, then send batch after batch until nothing is due.

    Stops after about `seconds`, and at once when the mail server cannot be reached: the next
    sweep tries again. Safe to run any number of times in parallel.
    """
    stop_at = time.monotonic() + seconds
    tally = Tally(recovered=recover())
    while time.monotonic() < stop_at:
        batch = deliver_batch(limit=limit)
        tally.add(batch)
        if not batch.claimed or not batch.reachable:
            break
    if tally.claimed or tally.recovered:
        logger.info("Outbox: %s", asdict(tally))
    return tally


def deliver_batch(*, limit: int = conf.BATCH) -> Tally:
    """Claim up to `limit` due messages and send them over one connection.

    Every claimed row leaves in a state that says what happened; a message that cannot be built is
    `dead` and does not hold up the others.
    """
    token = uuid.uuid4().hex
    messages = claim(token=token, limit=limit)
    tally = Tally(claimed=len(messages))
    if not messages:
        return tally
    courier = _Courier(token)
    with courier.transport:
        addresses = courier.addresses(messages, tally)
        for place, message in enumerate(messages):
            if message.pk not in addresses:
                continue
            courier.renew(messages[place:])
            try:
                courier.transport.open()
            except NotHandedOver as error:
                tally.reachable = False
                rest = [later for later in messages[place:] if later.pk in addresses]
                tally.failed += courier.release(rest, error)
                break
            courier.deliver(message, addresses[message.pk], tally)
    return tally


def claim(*, token: str, limit: int) -> list[OutboxMessage]:
    """Take up to `limit` due messages for the worker `token`, the most urgent first.

    Rows another worker is just taking are skipped on PostgreSQL; on SQLite immediate transactions
    take turns. A row that a worker died with before is taken alone, so that one which kills its
    worker takes no others along.
    """
    now = clock.now()
    due = OutboxMessage.objects.filter(state__in=DUE, next_attempt_at__lte=now)
    if not due.exists():
        # Most sweeps find nothing: no write lock on SQLite for them.
        return []
    with transaction.atomic():
        locked = due.select_for_update(skip_locked=True).order_by(
            "priority", "next_attempt_at", "id"
        )
        keys = list(locked.filter(lost_claims=0).values_list("pk", flat=True)[:limit])
        if not keys:
            keys = list(locked.filter(lost_claims__gt=0).values_list("pk", flat=True)[:1])
        OutboxMessage.objects.filter(pk__in=keys).update(
            state=State.CLAIMED, claimed_at=now, claimed_by=token
        )
    return list(
        OutboxMessage.objects.filter(pk__in=keys).order_by("priority", "next_attempt_at", "id")
    )


def recover() -> int:
    """Take back the rows of workers that gave no sign of life for a lease. Returns how many."""
    cutoff = clock.now() - conf.lease()
    stale = OutboxMessage.objects.filter(state__in=LEASED, claimed_at__lt=cutoff)
    if not stale.exists():
        return 0
    count = 0
    with audit.transaction():
        for message in stale.select_for_update(skip_locked=True).order_by("id")[:500]:
            if message.state == State.TRANSMITTING:
                _settle(message, State.UNCERTAIN, error="WorkerLost")
            elif message.lost_claims + 1 >= conf.LOST_CLAIMS:
                _settle(message, State.DEAD, error="WorkerLost")
            else:
                OutboxMessage.objects.filter(pk=message.pk).update(
                    state=State.QUEUED,
                    lost_claims=F("lost_claims") + 1,
                    next_attempt_at=clock.now(),
                    claimed_at=None,
                    claimed_by="",
                )
            count += 1
    return count


class _Courier:
    """One worker's way through one batch."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.transport = Transport()
        self._renewed = time.monotonic()
        self._moved: set[int] = set()

    def addresses(self, messages: Iterable[OutboxMessage], tally: Tally) -> dict[int, Address]:
        """Where each message goes: the address the person has now, else the one it was queued for.

        Messages that can go nowhere are settled here and missing in the answer.
        """
        found: dict[int, Address] = {}
        lost: list[tuple[OutboxMessage, Exception]] = []
        for message in messages:
            try:
                found[message.pk] = unseal_address(message.recipient_sealed)
            except Exception as error:  # noqa: BLE001
                # Whatever is wrong with one row, the others are to go out.
                lost.append((message, error))
        for message, why in lost:
            self._settle(message, State.DEAD, tally, error=type(why).__name__)
        # What is on its way to a closed account goes to the one its person kept.
        known = User.objects.filter(
            public_id__in={a.user_id for a in found.values() if a.user_id}
        ).values_list("public_id", "email", "closed_into__email")
        current = {str(public_id): kept or email for public_id, email, kept in known}
        for message in messages:
            address = found.get(message.pk)
            if address is None or address.user_id is None:
                continue
            if address.user_id not in current:
                del found[message.pk]
                self._settle(message, State.SUPPRESSED, tally, error="RecipientGone")
            elif current[address.user_id] != address.email:
                self._moved.add(message.pk)
                found[message.pk] = Address(
                    user_id=address.user_id, email=current[address.user_id], name=address.name
                )
        return found

    def renew(self, messages: Iterable[OutboxMessage]) -> None:
        """Keep the lease on what is still to be sent, now and then."""
        if time.monotonic() - self._renewed < conf.lease().total_seconds() / 3:
            return
        self._renewed = time.monotonic()
        OutboxMessage.objects.filter(
            pk__in=[message.pk for message in messages],
            state=State.CLAIMED,
            claimed_by=self.token,
        ).update(claimed_at=clock.now())

    def release(self, messages: Iterable[OutboxMessage], error: NotHandedOver) -> int:
        """The server is not there: nothing was handed over, and all of them are tried again."""
        count = 0
        with transaction.atomic():
            for message in messages:
                count += self._retry(message, error)
        return count

    def deliver(self, message: OutboxMessage, address: Address, tally: Tally) -> None:
        """Send one message and record how that went. Raises only when the database fails."""

        def transmitting() -> None:
            self._transmitting(message, address)

        try:
            self.transport.send(_built(message, address), before_body=transmitting)
        except ClaimLost:
            logger.warning("Outbox: %s was taken over by another worker", message.public_id)
        except NotHandedOver as error:
            self._failed(message, error, tally)
        except (OperationalError, InterfaceError):
            # Not the message's fault; its row stays as it is and the lease brings it back.
            raise
        except Exception as error:  # noqa: BLE001
            # A message that cannot be built would fail for ever and must not stop the rest.
            self._settle(message, State.DEAD, tally, error=type(error).__name__)
        else:
            self._settle(message, State.SENT, tally)

    def _transmitting(self, message: OutboxMessage, address: Address) -> None:
        changes: dict[str, Any] = {"state": State.TRANSMITTING, "claimed_at": clock.now()}
        if message.pk in self._moved:
            changes["recipient_sealed"] = seal_address(
                user_id=address.user_id, email=address.email, name=address.name
            )
        # One statement, committed by itself before the first byte of the body.
        taken = OutboxMessage.objects.filter(
            pk=message.pk, state=State.CLAIMED, claimed_by=self.token
        ).update(**changes)
        if not taken:
            raise ClaimLost

    def _failed(self, message: OutboxMessage, error: NotHandedOver, tally: Tally) -> None:
        if error.reason is Reason.UNKNOWN:
            self._settle(message, State.UNCERTAIN, tally, error=error.label)
        elif error.reason is Reason.REJECTED or (
            error.reason is Reason.REFUSED and clock.now() >= message.give_up_at
        ):
            self._settle(message, State.DEAD, tally, error=error.label)
        elif self._retry(message, error):
            tally.failed += 1

    def _retry(self, message: OutboxMessage, error: NotHandedOver) -> int:
        return OutboxMessage.objects.filter(
            pk=message.pk, state__in=LEASED, claimed_by=self.token
        ).update(
            state=State.FAILED,
            attempts=F("attempts") + 1,
            lost_claims=0,
            next_attempt_at=clock.now() + backoff(error.reason, message.attempts),
            last_error=error.label[:100],
            claimed_at=None,
            claimed_by="",
        )

    def _settle(
        self, message: OutboxMessage, state: State, tally: Tally, *, error: str = ""
    ) -> None:
        """Record the end of an attempt, through a short absence of the database too.

        The mail server has answered, and forgetting its answer would leave a person to find out.
        """
        for pause in (0.5, 1, 2, 4, 8, None):
            try:
                with audit.transaction():
                    done = _settle(message, state, error=error, token=self.token)
                break
            except (OperationalError, InterfaceError):
                if pause is None or connection.in_atomic_block:
                    raise
                connection.close()
                time.sleep(pause)
        if done:
            tally.count(state)
        else:
            logger.error(
                "Outbox: %s ended as %s after its lease was over", message.public_id, state.value
            )


def backoff(reason: Reason, attempts: int) -> timedelta:
    """How long to wait after the attempt following `attempts` others: doubling, with jitter."""
    first, longest = (
        (conf.UNREACHABLE_FIRST, conf.UNREACHABLE_LONGEST)
        if reason is Reason.UNREACHABLE
        else (conf.REFUSED_FIRST, conf.REFUSED_LONGEST)
    )
    wait = min(first * 2 ** min(attempts, 20), longest)
    # Between half and all of it, so that what failed together does not come back together.
    return wait * random.uniform(0.5, 1)  # noqa: S311


def _settle(message: OutboxMessage, state: State, *, error: str = "", token: str = "") -> bool:
    """Move a leased row to an end state with its event; False when it is no longer ours.

    A worker that was slow beyond its lease may still report what it knows about a row that became
    `uncertain` meanwhile.
    """
    expected: list[State] = list(LEASED)
    if state == State.SENT:
        expected = [State.TRANSMITTING, State.UNCERTAIN]
    rows = OutboxMessage.objects.filter(pk=message.pk, state__in=expected)
    if token:
        rows = rows.filter(claimed_by=token)
    at: datetime | None = clock.now() if state == State.SENT else None
    changed = rows.update(
        state=state,
        attempts=F("attempts") + 1,
        lost_claims=0,
        sent_at=at,
        last_error=error[:100],
    )
    if not changed:
        return False
    data: dict[str, Any] = {"event": message.event}
    if state != State.SUPPRESSED:
        data["attempts"] = message.attempts + 1
    if state != State.SENT:
        data["error"] = error
    audit.record(
        _EVENTS[state],
        actor=_ACTOR,
        subject=("message", str(message.public_id)),
        case_number=message.case_number,
        institution=message.institution,
        data=data,
    )
    return True


def _built(message: OutboxMessage, address: Address) -> EmailMessage:
    """The email. One recipient, no names in any header; Django refuses line breaks in headers."""
    validate_email(address.email)
    text = content.unseal_message(message.content_sealed)
    return EmailMessage(
        subject=text.subject,
        body=text.text,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[address.email],
        headers={
            "Message-ID": message.message_id,
            "Content-Language": message.language,
            # No "out of office" comes back to this (RFC 3834).
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
        },
    )


__all__ = ["Tally", "backoff", "claim", "deliver_batch", "deliver_due", "recover"]
