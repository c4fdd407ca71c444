"""The read receipt."""

from __future__ import annotations

from integrity.accounts.models import User
from integrity.audit import services as audit
from integrity.core import clock
from notifications.enums import RecipientKind
from notifications.models import Letter


def note_read(*, letter: Letter, reader: User) -> bool:
    """Note the first reading of a letter by its recipient; True when this was the first.

    Of two readings at once one is noted. A reporter's reading stands in the history under the
    sealed reference only.
    """
    if letter.first_read_at is not None:
        return False
    with audit.transaction():
        at = max(clock.now(), letter.created_at)
        noted = Letter.objects.filter(pk=letter.pk, first_read_at__isnull=True).update(
            first_read_at=at
        )
        if not noted:
            return False
        actor = (
            audit.Actor.sealed(letter.recipient_ref, role="reporter")
            if letter.recipient_kind == RecipientKind.SEALED
            else audit.Actor.user(reader.public_id)
        )
        audit.record(
            "letter.read",
            actor=actor,
            subject=("letter", str(letter.public_id)),
            case_number=letter.case_number,
            institution=letter.institution,
            data={"event": letter.event, "letter": str(letter.public_id)},
        )
    letter.first_read_at = at
    return True
