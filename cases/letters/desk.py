"""What people of the desk tell each other through the product, and notes that a learner reads."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse

from cases.letters.queueing import queue_for
from cases.letters.words import case_url, contact, site
from cases.models import Case, Note
from integrity.accounts.models import User
from notifications import payloads
from notifications import services as notifications
from notifications.models import OutboxMessage
from notifications.recipients import Recipient


def case_assigned(case: Case, to: User, *, at: datetime) -> OutboxMessage:
    """To a colleague who was given the case: its number, and nothing of the matter."""
    payload = payloads.CaseAssigned(
        case_number=case.number,
        assigned_at=at,
        case_url=site(reverse("desk:case", args=[case.number])),
        contact=contact(case),
    )
    return notifications.queue(
        "case_assigned",
        recipient=Recipient.user(to),
        payload=payload,
        key=f"case_assigned:{case.number}:{to.public_id}:{at.isoformat()}",
        case_number=case.number,
        institution=case.institution.slug,
    )


def mentioned(note: Note, person: User) -> OutboxMessage:
    """To a colleague who was named in a note: in which case, and nothing of what it says."""
    payload = payloads.Mentioned(
        case_number=note.case.number,
        written_at=note.created_at,
        notes_url=site(reverse("desk:notes", args=[note.case.number])),
        contact=contact(note.case),
    )
    return notifications.queue(
        "mentioned",
        recipient=Recipient.user(person),
        payload=payload,
        key=f"mentioned:{note.public_id}:{person.public_id}",
        case_number=note.case.number,
        institution=note.case.institution.slug,
    )


def note_shared(note: Note) -> OutboxMessage | None:
    """To the respondent with whom a note was shared: that there is one. It is read in the case."""
    respondent = note.respondent
    if respondent is None:
        return None
    payload = payloads.NoteShared(
        case_number=note.case.number,
        written_at=note.created_at,
        case_url=case_url(note.case),
        contact=contact(note.case),
    )
    return queue_for(
        "note_shared", note.case, respondent, payload, key=f"note_shared:{note.public_id}"
    )
