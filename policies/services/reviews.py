"""The yearly review of a policy: opened, prepared, held, closed (PO7).

It closes only when a learner, an instructor and an administrator took part and everything that the
community sent in is answered. A closed one never changes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models
from django.utils.translation import gettext_lazy as _

from integrity.accounts.models import User
from integrity.accounts.selectors import find_by_email
from integrity.audit import services as audit
from integrity.core import clock
from integrity.core.errors import Conflict, InvalidInput, NotFound, NotPermitted, Stale, Text
from notifications import services as notifications
from notifications.models import OutboxMessage
from policies import announcements, contents, office, reviewing
from policies.enums import ReviewCapacity
from policies.models import Document, Review, ReviewInput, ReviewParticipant

# What one person can send to one review.
MOST_INPUTS = 20


def open_review(*, actor: User, document: Document) -> Review:
    """Open the review of a document; the open one where there is one already.

    Raises `NotPermitted`, and `Conflict` while no version has taken effect: there is nothing to
    review.
    """
    if not office.manages(actor, document):
        raise NotPermitted
    with audit.transaction():
        document = (
            Document.objects.select_for_update(of=("self",))
            .select_related("institution")
            .get(pk=document.pk)
        )
        known = Review.objects.filter(document=document, closed_at__isnull=True).first()
        if known is not None:
            return known
        due_on = reviewing.standing(document).due_on
        if due_on is None:
            raise Conflict(_("No version of this policy is in force yet."))
        review = Review.objects.create(document=document, due_on=due_on)
        _record("policy.review_opened", review, actor, due_on=due_on.isoformat())
    return review


def set_meeting(*, actor: User, review: Review, meeting_at: datetime, meeting_place: str) -> Review:
    """Say when and where the meeting is. Whoever is invited gets a letter when that changes."""
    with _open(actor, review) as locked:
        if not meeting_place.strip():
            raise InvalidInput({"meeting_place": [_("Say where it is, or how to join.")]})
        same = (locked.meeting_at, locked.meeting_place) == (meeting_at, meeting_place.strip())
        if same:
            return locked
        locked.meeting_at = meeting_at
        locked.meeting_place = meeting_place.strip()
        _save(locked)
        for participant in locked.participants.select_related("person"):
            _tell(locked, participant)
        _record("policy.review_meeting", locked, actor, meeting_at=meeting_at.isoformat())
    return locked


def invite(*, actor: User, review: Review, email: str, capacity: str) -> ReviewParticipant:
    """Invite somebody to the meeting, in a capacity they really have; they get a letter.

    Inviting them again in the same capacity is one invitation. Raises `InvalidInput`: where the
    meeting has no date yet, for somebody who is not what they are invited as (the same words
    whether or not there is such a person), and for a second capacity of one person.
    """
    with _open(actor, review) as locked:
        if locked.meeting_at is None:
            raise InvalidInput({"": [_("Set the date of the meeting first. The letter names it.")]})
        if capacity not in ReviewCapacity.values:
            raise InvalidInput({"capacity": [_("Choose for whom they speak.")]})
        person = find_by_email(email)
        if person is None or not reviewing.speaks_for(person, capacity, locked.document):
            raise InvalidInput({"email": [_NOBODY[ReviewCapacity(capacity)]]})
        known = locked.participants.filter(person=person).first()
        if known is not None:
            if known.capacity != capacity:
                raise InvalidInput(
                    {"capacity": [_("One person speaks for one group. They are invited already.")]}
                )
            return known
        participant = ReviewParticipant.objects.create(
            review=locked, person=person, capacity=capacity
        )
        _tell(locked, participant)
        _record(
            "policy.review_invited",
            locked,
            actor,
            personal={"person": str(person.public_id)},
            capacity=capacity,
        )
    return participant


_NOBODY: dict[str, Text] = {
    ReviewCapacity.LEARNER: _("Nobody with this address learns in a course where this holds."),
    ReviewCapacity.INSTRUCTOR: _("Nobody with this address teaches a course where this holds."),
    ReviewCapacity.ADMINISTRATOR: _("Nobody with this address looks after this policy."),
}


def _tell(review: Review, participant: ReviewParticipant) -> None:
    institution = review.document.institution
    notifications.queue(
        "policy_review_invited",
        recipient=notifications.Recipient.user(participant.person),
        payload=announcements.review_invited(review, participant),
        # Another date or place is another letter.
        key=f"review_invited:{participant.pk}:{clock.now().isoformat()}",
        institution=institution.slug if institution else "",
    )


def record(
    *,
    actor: User,
    review: Review,
    minutes: str,
    outcome: str,
    attended: Collection[str],
    seen: str | None = None,
) -> Review:
    """Keep the record of the meeting, the outcome, and who of the invited took part.

    `attended` are primary keys of participants of this very review; others are `NotFound`. Can be
    done again until the review is closed; the same again changes nothing. `seen` is the `digest` of
    the record as the writer knew it: `Stale` when somebody changed it since.
    """
    with _open(actor, review) as locked:
        people = {str(item.pk): item for item in locked.participants.all()}
        if set(attended) - set(people):
            raise NotFound
        stored = digest(locked)
        if stored == contents.digest([minutes.strip(), outcome.strip(), sorted(attended)]):
            return locked
        if seen is not None and seen != stored:
            raise Stale(_("Somebody changed this record after you opened the page."))
        for key, participant in people.items():
            if participant.attended != (key in attended):
                participant.attended = key in attended
                participant.save()
        locked.minutes, locked.outcome = minutes.strip(), outcome.strip()
        _save(locked)
        _record("policy.review_recorded", locked, actor, took_part=len(attended))
    return locked


def digest(review: Review) -> str:
    """What the record of a meeting is known by, to tell whether somebody changed it. One query."""
    attended = review.participants.filter(attended=True).values_list("pk", flat=True)
    return contents.digest([review.minutes, review.outcome, sorted(map(str, attended))])


def send_input(
    *, actor: User, document: Document, text: str, clause: str = "", form_key: str
) -> ReviewInput:
    """Send something to the open review of a document; anybody who is signed in may.

    The same `form_key` of the same person is the first input. Raises `NotFound` while no review is
    open, `InvalidInput` for an empty text, `Conflict` after twenty.
    """
    with audit.transaction():
        review = (
            Review.objects.select_for_update(of=("self",))
            .select_related("document__institution")
            .filter(document=document, closed_at__isnull=True)
            .first()
        )
        known = ReviewInput.objects.filter(form_key=form_key).first()
        if known is not None:
            if known.author_id == actor.pk and (known.text, known.clause) == (
                text.strip(),
                clause.strip(),
            ):
                return known
            raise Conflict(_("This form was sent before. Please start again."))
        if review is None:
            raise NotFound
        if not text.strip():
            raise InvalidInput({"text": [_("Say what should change, and why.")]})
        if review.inputs.filter(author=actor).count() >= MOST_INPUTS:
            raise Conflict(
                _("You have sent a lot to this review. Please wait until it is answered.")
            )
        sent = ReviewInput(
            review=review,
            author=actor,
            clause=clause.strip(),
            text=text.strip(),
            form_key=form_key,
        )
        _save(sent)
        _record("policy.review_input", review, actor, role="")
    return sent


def reply(*, actor: User, review: Review, input_id: UUID | str, text: str) -> ReviewInput:
    """Say what became of an input. Can be changed until the review is closed."""
    with _open(actor, review) as locked:
        found = locked.inputs.filter(public_id=input_id).first()
        if found is None:
            raise NotFound
        if not text.strip():
            raise InvalidInput({"reply": [_("Say what became of it.")]})
        found.reply = text.strip()
        _save(found)
        _record("policy.review_replied", locked, actor, input=str(found.public_id))
    return found


def missing(review: Review) -> dict[str, list[Text]]:
    """What still stands between the review and its end, by the place where it is mended:
    meeting, attended, minutes, outcome, inputs. Two queries."""
    found: dict[str, list[Text]] = {}
    if review.meeting_at is None:
        found["meeting"] = [_("No meeting is set.")]
    elif review.meeting_at > clock.now():
        found["meeting"] = [_("The meeting has not taken place yet.")]
    there = set(review.participants.filter(attended=True).values_list("capacity", flat=True))
    absent = [words for capacity, words in _ABSENT.items() if capacity not in there]
    if absent:
        found["attended"] = absent
    if not review.minutes.strip():
        found["minutes"] = [_("The record of the meeting is empty.")]
    if not review.outcome.strip():
        found["outcome"] = [_("The outcome is empty.")]
    if review.inputs.filter(reply="").exists():
        found["inputs"] = [_("Somebody who wrote to the review has no answer yet.")]
    return found


_ABSENT: dict[str, Text] = {
    ReviewCapacity.LEARNER: _("No learner took part yet."),
    ReviewCapacity.INSTRUCTOR: _("No instructor took part yet."),
    ReviewCapacity.ADMINISTRATOR: _("No administrator took part yet."),
}


def close(*, actor: User, review: Review) -> Review:
    """Close a review. From then on nothing of it changes.

    Closing again is closing once. Raises `InvalidInput` with what is `missing`.
    """
    if not office.manages(actor, review.document):
        raise NotPermitted
    with audit.transaction():
        review = _locked(review)
        if review.closed_at is not None:
            return review
        errors = missing(review)
        if errors:
            raise InvalidInput(errors)
        review.closed_at = clock.now()
        review.closed_by = actor
        _save(review)
        took_part = list(
            review.participants.filter(attended=True).values_list("capacity", flat=True)
        )
        _record(
            "policy.review_closed",
            review,
            actor,
            inputs=review.inputs.count(),
            learners=took_part.count(ReviewCapacity.LEARNER),
            instructors=took_part.count(ReviewCapacity.INSTRUCTOR),
            administrators=took_part.count(ReviewCapacity.ADMINISTRATOR),
        )
    return review


def remind() -> int:
    """Remind administrators of what is due; returns the letters written.

    A review thirty days before its day, and again when the day has passed; telling everybody when
    twelve months have passed. Once each, whenever this runs; where it did not run for a while, the
    later reminder only.
    """
    written = 0
    for standing in reviewing.standings(
        reviewing.with_due(Document.objects.select_related("institution")).order_by("pk")
    ):
        if standing.review_soon or standing.telling_overdue:
            with audit.transaction():
                written += _remind(standing)
    return written


def _remind(standing: reviewing.Standing) -> int:
    document = standing.document
    stages = []
    if standing.review_soon:
        stages.append(f"{'overdue' if standing.review_overdue else 'soon'}:{standing.due_on}")
    if standing.telling_overdue:
        stages.append(f"telling:{standing.tell_by}")
    prefix = f"review_due:{document.pk}:"
    written = 0
    for person in reviewing.reminded(document):
        known = OutboxMessage.objects.filter(
            key__startswith=prefix, key__endswith=f":{person.public_id}"
        ).values_list("key", flat=True)
        told = {stage for key in known for stage in key[len(prefix) : -37].split("+")}
        new = [stage for stage in stages if stage not in told]
        if not new:
            continue
        notifications.queue(
            "policy_review_due",
            recipient=notifications.Recipient.user(person),
            payload=announcements.review_due(standing),
            key=f"{prefix}{'+'.join(new)}:{person.public_id}",
            institution=document.institution.slug if document.institution else "",
        )
        written += 1
    return written


@contextmanager
def _open(actor: User, review: Review) -> Iterator[Review]:
    """The review, locked, for one of its administrators. `Conflict` for a closed one."""
    if not office.manages(actor, review.document):
        raise NotPermitted
    with audit.transaction():
        review = _locked(review)
        if review.closed_at is not None:
            raise Conflict(_("This review is closed. It does not change any more."))
        yield review


def _locked(review: Review) -> Review:
    return (
        Review.objects.select_for_update(of=("self",))
        .select_related("document__institution", "document__course")
        .get(pk=review.pk)
    )


def _save(obj: models.Model) -> None:
    """Validate and save; a rule of the model that fails becomes `InvalidInput` at its field."""
    try:
        obj.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        raise InvalidInput(error.message_dict) from error
    try:
        obj.save()
    except IntegrityError as error:
        raise Conflict from error


def _record(
    action: str,
    review: Review,
    actor: User,
    *,
    role: str = "administrator",
    personal: dict[str, Any] | None = None,
    **data: Any,
) -> None:
    institution = review.document.institution
    audit.record(
        action,
        actor=audit.Actor.user(actor.public_id, role=role),
        subject=("policy_review", str(review.public_id)),
        institution=institution.slug if institution else "",
        data={"document": review.document.slug, **data},
        personal=personal,
    )
