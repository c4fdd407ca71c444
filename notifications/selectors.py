"""Reading letters and the register. Every function takes a constant number of queries."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from django.db.models import Count, Model, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from integrity.accounts.models import User
from integrity.core import clock
from integrity.core.errors import NotFound
from notifications import registry
from notifications.enums import (
    BOUNCED,
    NEEDS_ATTENTION,
    BounceReason,
    RecipientKind,
    State,
)
from notifications.errors import UnknownEvent
from notifications.models import Letter, OutboxMessage
from notifications.recipients import references_of, unseal_address

PAGE_SIZE = 25

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows, newest first, and what to ask for the next ones with (None: these were all)."""

    rows: list[Row]
    next: UUID | None


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One message as the desk sees it. `name` is empty unless asked for and not sealed."""

    message: OutboxMessage
    label: str | Promise
    audience: str | Promise
    name: str

    @property
    def look(self) -> str:
        """The name of the status in `integrity.web.statuses`."""
        return f"message_{self.message.state}"

    @property
    def sealed(self) -> bool:
        """Whether the recipient is a reporter whom nobody may know."""
        return self.message.recipient_kind == RecipientKind.SEALED

    @property
    def read_at(self) -> datetime | None:
        """When the letter was first opened; None also when there is no letter, or it is sealed."""
        letter = getattr(self.message, "letter", None)
        return letter.first_read_at if letter and not self.sealed else None

    @property
    def error(self) -> str | Promise:
        """What went wrong, in words; empty when nothing needs attention."""
        words: str | Promise = ""
        if self.needs_attention:
            words = explanation(self.message.last_error)
        return words

    @property
    def needs_attention(self) -> bool:
        """Whether a person may send it again or mark it as sent."""
        return self.message.state in NEEDS_ATTENTION

    @property
    def may_bounce(self) -> bool:
        """Whether a person may note that it came back: not where it was read."""
        return self.message.state == State.SENT and self.read_at is None


_ABOUT_THE_SERVER = {
    "BrokenPipeError", "ConnectionAbortedError", "ConnectionRefusedError", "ConnectionResetError",
    "OSError", "SMTPAuthenticationError", "SMTPConnectError", "SMTPHeloError",
    "SMTPNotSupportedError", "SSLCertVerificationError", "SSLError", "TimeoutError", "gaierror",
}  # fmt: skip


def explanation(last_error: str) -> str | Promise:
    """What a message's `last_error` (class of the error and SMTP code) means, in words."""
    name, _space, code = last_error.partition(" ")
    if name == BOUNCED and code in BounceReason.values:
        return BounceReason(code).label
    if name in {"SMTPRecipientsRefused", "SMTPDataError", "SMTPSenderRefused"}:
        return _refusal(name) if code.startswith("5") else _("The mail server asked us to wait.")
    if name in _ABOUT_THE_SERVER:
        return _("The mail server could not be reached.")
    words: dict[str, str | Promise] = {
        "": "",
        "SMTPServerDisconnected": _("The connection to the mail server broke."),
        "WorkerLost": _("The program that was sending it was stopped."),
        "ValidationError": _("The address is not an email address."),
        "CannotOpen": _("It cannot be opened with the keys of this system."),
    }
    return words.get(name, _("It could not be sent."))


def _refusal(name: str) -> str | Promise:
    if name == "SMTPRecipientsRefused":
        return _("The mail server does not know this address.")
    if name == "SMTPSenderRefused":
        return _("The mail server does not take mail from this office.")
    return _("The mail server does not take this message.")


def letters_for(user: User) -> QuerySet[Letter]:
    """Every letter to this person, in whatever role, and nobody else's.

    One that is held (`queueing.queue`) does not exist before its time.
    """
    return Letter.objects.filter(recipient_ref__in=references_of(user), created_at__lte=clock.now())


def letter_for(user: User, public_id: UUID | str) -> Letter:
    """One letter with its message. Raises `NotFound` for another person's as for none at all."""
    letter = letters_for(user).select_related("message").filter(public_id=public_id).first()
    if letter is None:
        raise NotFound
    return letter


def letters_page(
    user: User, *, read: bool | None, after: str = "", size: int = PAGE_SIZE
) -> Page[Letter]:
    """The person's read or unread letters (None: both), newest first, that come after `after`.

    `after` may be either kind: it can have been read since the page before. Raises `NotFound` for
    a letter that is not theirs.
    """
    mine = letters_for(user)
    rows = mine if read is None else mine.filter(first_read_at__isnull=not read)
    return _page(rows.defer("content_sealed"), mine, after, size)


def unread(user: User) -> QuerySet[Letter]:
    """The letters the person has not opened."""
    return letters_for(user).filter(first_read_at__isnull=True)


def messages_for_case(case_number: str) -> list[OutboxMessage]:
    """The messages of one case in the order they were written, with their letters: one query."""
    if not case_number:
        return []
    return list(
        OutboxMessage.objects.filter(case_number=case_number)
        .select_related("letter")
        .order_by("created_at", "id")
    )


def register_rows(
    messages: Collection[OutboxMessage],
    *,
    show_names: bool = False,
    hidden_in: Collection[str] = (),
) -> list[RegisterRow]:
    """Messages as register rows. `show_names` opens the names of recipients who are not sealed,
    but for those of the cases `hidden_in`; a reporter's is never opened here. Nor is one of a
    message that names no case: who may know who is in the matter cannot be told then."""
    rows = []
    for message in messages:
        label: str | Promise
        try:
            event = registry.get(message.event)
            label, audience = event.label, event.audience
        except UnknownEvent:
            # Rows outlive the code that wrote them.
            label, audience = message.event, ""
        named = (
            show_names
            and message.recipient_kind == RecipientKind.NAMED
            and message.case_number not in ("", *hidden_in)
        )
        name = unseal_address(message.recipient_sealed).name if named else ""
        rows.append(RegisterRow(message, label, audience, name))
    return rows


def register(
    *,
    institutions: Collection[str] | None,
    among: Q | None = None,
    state: str = "",
    event: str = "",
    case_number: str = "",
    after: str = "",
    size: int = PAGE_SIZE * 2,
) -> Page[OutboxMessage]:
    """The register of messages, newest first; of these institutions (None: all).

    `among` narrows the scope further, for readers who may not see every case. `state` may be a
    state or "attention". Raises `NotFound` when `after` is outside the scope.
    """
    scope = _in_scope(institutions, among)
    rows = scope.select_related("letter")
    if state == "attention":
        rows = rows.filter(state__in=NEEDS_ATTENTION)
    elif state:
        rows = rows.filter(state=state)
    if event:
        rows = rows.filter(event=event)
    if case_number:
        rows = rows.filter(case_number=case_number)
    return _page(rows, scope, after, size)


def message_in_scope(
    public_id: UUID | str, *, institutions: Collection[str] | None, among: Q | None = None
) -> OutboxMessage:
    """One message of these institutions (None: all), and of `among`. Raises `NotFound`."""
    message = _in_scope(institutions, among).filter(public_id=public_id).first()
    if message is None:
        raise NotFound
    return message


def state_counts(*, institutions: Collection[str] | None = None) -> dict[str, int]:
    """How many messages are in each state that is not an end, and in "dead": for operators."""
    open_states = [s for s in State if s not in (State.SENT, State.SUPPRESSED)]
    found = dict(
        _in_scope(institutions)
        .filter(state__in=open_states)
        .values_list("state")
        .annotate(number=Count("id"))
    )
    return {state.value: found.get(state.value, 0) for state in open_states}


def attention_count(*, institutions: Collection[str] | None = None, among: Q | None = None) -> int:
    """How many messages failed, are uncertain or were given up."""
    return _in_scope(institutions, among).filter(state__in=NEEDS_ATTENTION).count()


def _in_scope(
    institutions: Collection[str] | None, among: Q | None = None
) -> QuerySet[OutboxMessage]:
    rows = OutboxMessage.objects.filter(among or Q())
    return rows if institutions is None else rows.filter(institution__in=institutions)


def _page(rows: QuerySet[Row], among: QuerySet[Row], after: str, size: int) -> Page[Row]:
    ordered = rows.order_by("-created_at", "-id")
    if after:
        try:
            place = among.filter(public_id=UUID(after)).values_list("created_at", "id").first()
        except ValueError as error:
            raise NotFound from error
        if place is None:
            raise NotFound
        ordered = ordered.filter(
            Q(created_at__lt=place[0]) | Q(created_at=place[0], id__lt=place[1])
        )
    found = list(ordered[: size + 1])
    more = len(found) > size
    found = found[:size]
    return Page(found, found[-1].public_id if more else None)  # type: ignore[attr-defined]
