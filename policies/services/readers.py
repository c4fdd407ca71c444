"""What readers say about a policy: whether it helped, and what they ask about a clause (PO8)."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from integrity.accounts.models import User
from integrity.audit import services as audit
from integrity.core import clock, crypto
from integrity.core.errors import Conflict, InvalidInput, NotFound
from integrity.web import floods
from notifications import payloads
from notifications import services as notifications
from policies.enums import VersionStatus
from policies.models import Document, HelpfulVote, Question, Version
from policies.selectors.readers import answerable_by, clause_label, clause_of

_PURPOSE = "policy-vote"
VOTES = floods.Allowance(
    "policy-votes",
    60,
    floods.HOUR,
    _("Many answers came from here in a short time. Nothing was changed."),
)
QUESTIONS = floods.Allowance(
    "policy-questions",
    5,
    floods.HOUR,
    _("You have asked several questions in a short time. Nothing is lost."),
)


@dataclass(frozen=True)
class Voter:
    """Somebody who says whether a page helped: keyed references, the newest key's first.

    Its `repr` tells nothing, and nothing that is stored leads back to the person.
    """

    refs: Sequence[str] = field(repr=False)

    @classmethod
    def account(cls, user: User) -> Voter:
        """A person with an account."""
        return cls(crypto.references(f"user:{user.public_id}", purpose=_PURPOSE))

    @classmethod
    def visitor(cls, key: str) -> Voter:
        """A visitor, by the random key their browser was given when they first said something."""
        return cls(crypto.references(f"visitor:{key}", purpose=_PURPOSE))


def new_visitor_key() -> str:
    """A random key for a visitor's browser."""
    return secrets.token_urlsafe(18)


def helpful_counts(document: Document) -> dict[int, tuple[int, int]]:
    """Number of each published version -> how many said that it helped, and that it did not.

    For administrators in scope alone; who asks is the caller's to check. One query.
    """
    found = (
        document.versions.filter(status=VersionStatus.PUBLISHED)
        .annotate(
            yes=Count("votes", filter=Q(votes__helpful=True)),
            no=Count("votes", filter=Q(votes__helpful=False)),
        )
        .order_by("-number")
        .values_list("number", "yes", "no")
    )
    return {number: (yes, no) for number, yes, no in found}


def vote_of(version: Version, voter: Voter) -> bool | None:
    """What this voter said of the version; `None` when nothing yet. One query."""
    return (
        HelpfulVote.objects.filter(version=version, voter_ref__in=voter.refs)
        .values_list("helpful", flat=True)
        .first()
    )


def vote(*, version: Version, voter: Voter, helpful: bool, source: floods.Source) -> HelpfulVote:
    """Say whether the version helped; one answer for each voter and version, the last one counts.

    The same answer again changes nothing and is not counted against `source`. Raises `NotFound`
    for what is not published, `TooMany` beyond `VOTES`.
    """
    if not version.is_published:
        raise NotFound
    known = HelpfulVote.objects.filter(version=version, voter_ref__in=voter.refs).first()
    if known is not None and known.helpful == helpful:
        return known
    floods.take(VOTES, source)
    if known is None:
        try:
            with transaction.atomic():
                return HelpfulVote.objects.create(
                    version=version, voter_ref=voter.refs[0], helpful=helpful
                )
        except IntegrityError:
            # The same form was sent twice at the same moment.
            known = HelpfulVote.objects.get(version=version, voter_ref__in=voter.refs)
    known.helpful = helpful
    known.voted_at = clock.now()
    known.save(update_fields=["helpful", "voted_at"])
    return known


def ask(
    *,
    actor: User,
    version: Version,
    clause: str = "",
    text: str,
    form_key: str,
) -> Question:
    """Ask about a clause of a published version, or with `clause` empty about the whole of it.

    The same form again gives the first question; with other content it is a `Conflict`. The same
    words, asked again before they are answered, give it too. Raises
    `NotFound` for what is not published or a clause the version does not have, `InvalidInput`
    without words, `TooMany` beyond `QUESTIONS`.
    """
    if not version.is_published or (clause and clause_of(version, clause) is None):
        raise NotFound
    if not text.strip():
        raise InvalidInput({"text": [_("Say what you would like to know")]})
    known = (
        Question.objects.filter(form_key=form_key).first()
        or Question.objects.filter(
            version=version,
            clause=clause,
            asked_by=actor,
            text=text.strip(),
            answered_at__isnull=True,
        ).first()
    )
    if known is None:
        slot = floods.take(QUESTIONS, floods.Source.account(actor))
        try:
            with audit.transaction():
                question = Question.objects.create(
                    version=version,
                    clause=clause,
                    asked_by=actor,
                    text=text.strip(),
                    form_key=form_key,
                )
                _record("policy.question_asked", question, actor)
                return question
        except IntegrityError:
            slot.give_back()
            known = Question.objects.get(form_key=form_key)
    asked = (known.asked_by_id, known.version_id, known.clause, known.text)
    if asked != (actor.pk, version.pk, clause, text.strip()):
        raise Conflict(_("This form was sent before. Please open the page again."))
    return known


def answer(*, actor: User, public_id: UUID, text: str) -> Question:
    """Answer a question, once; its asker gets a letter.

    The same words from the same person again are the same answer. Raises `NotFound` for a question
    the person may not read, `Conflict` when it is answered already, `InvalidInput` without words.
    """
    text = text.strip()
    if not text:
        raise InvalidInput({"text": [_("Write an answer")]})
    with audit.transaction():
        question = (
            answerable_by(actor)
            .select_for_update(of=("self",))
            .select_related("version__document__institution", "asked_by")
            .filter(public_id=public_id)
            .first()
        )
        if question is None:
            raise NotFound
        if question.answered_at is not None:
            if (question.answered_by_id, question.answer) == (actor.pk, text):
                return question
            raise Conflict(_("Somebody has answered this question already."))
        question.answer = text
        question.answered_by = actor
        question.answered_at = clock.now()
        question.save(update_fields=["answer", "answered_by", "answered_at"])
        _record("policy.question_answered", question, actor)
        notifications.queue(
            "question_answered",
            recipient=notifications.Recipient.user(question.asked_by),
            payload=_letter(question),
            key=f"question_answered:{question.public_id}",
            institution=_institution(question),
        )
    return question


def _letter(question: Question) -> payloads.QuestionAnswered:
    version = question.version
    assert question.answered_at is not None  # noqa: S101 - what `answer` has just set
    with translation.override(question.asked_by.language):
        about = clause_label(version, question.clause)
    return payloads.QuestionAnswered(
        about=about,
        clause_url=question.get_absolute_url(),
        question=question.text,
        asked_at=question.asked_at,
        answer=question.answer,
        answered_at=question.answered_at,
        questions_url=reverse("policies:questions"),
        contact=settings.DEFAULT_FROM_EMAIL,
    )


def _institution(question: Question) -> str:
    owner = question.version.document.institution
    return owner.slug if owner is not None else ""


def _record(action: str, question: Question, actor: User) -> None:
    audit.record(
        action,
        actor=audit.Actor.user(actor.public_id),
        subject=("policy-question", str(question.public_id)),
        institution=_institution(question),
        data={
            "document": question.version.document.slug,
            "number": question.version.number,
            "clause": question.clause,
        },
    )
