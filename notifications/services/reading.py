"""The read receipt."""

from __future__ import annotations

from integrity.accounts.models import User
from integrity.audit import services as audit
from integrity.core import clock
from notifications.enums import RecipientKind
from notifications.models import Letter


def note_read(*, letter: Letter, reader: User) -> bool:
    """Note the first reading of a letter by its recipient; True when this was the first.

    Of two readings at once one is noted. A reporter's reading is kept to the day and leaves no
    event: its minute, beside the minutes at which named people read theirs, would tell who it was.
    """
    if letter.first_read_at is not None:
        return False
    sealed = letter.recipient_kind == RecipientKind.SEALED
    at = clock.now()
    if sealed:
        at = at.replace(hour=0, minute=0, second=0, microsecond=0)
    at = max(at, letter.created_at)
    with audit.transaction():
        noted = Letter.objects.filter(pk=letter.pk, first_read_at__isnull=True).update(
            first_read_at=at
        )
        if not noted:
            return False
        if not sealed:
            audit.record(
                "letter.read",
                actor=audit.Actor.user(reader.public_id),
                subject=("letter", str(letter.public_id)),
                case_number=letter.case_number,
                institution=letter.institution,
                data={"event": letter.event, "letter": str(letter.public_id)},
            )
    letter.first_read_at = at
    return True
