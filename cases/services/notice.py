"""The notice of the allegation (PR1): what, which clause, which evidence, until when, and how."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from cases import letters, notices, rules, workflow
from cases.enums import FileRole
from cases.evidence.preview import PLAIN
from cases.models import Disclosure, EvidenceFile, Notice, Respondent
from cases.services.base import (
    check_revision,
    locked_case,
    reading_case,
    record,
    respondent_of,
    save,
    visible_or_404,
)
from cases.services.naming import alleged_without_others, names_nobody_else
from cases.windows import first_end
from integrity.accounts.models import User
from integrity.core import clock
from integrity.core.errors import InvalidInput
from notifications.rendering import Rendered

LOOK = _("Look at %(pieces)s and cover who else can be recognised there. Then say that you did.")


def preview(*, actor: User, number: str, respondent_id: UUID | str, questions: str) -> Rendered:
    """The letter exactly as `send` would write it now. Changes nothing."""
    case = reading_case(actor, number)
    respondent = respondent_of(case, respondent_id)
    workflow.require("notify", actor=actor, case=case, respondent=respondent)
    _names_nobody_else(respondent, questions)
    return letters.render_for(
        "notice_sent",
        respondent,
        letters.notice_sent(
            case, respondent, questions=questions, due_at=first_end(case, clock.now())
        ),
    )


def to_look_at(respondent: Respondent) -> list[str]:
    """The pieces a person has to look at before they are shown: labels, [] outside a group case.

    Names of other learners are taken out of words, but no program reads them in a picture.
    """
    if not rules.hidden_from(respondent):
        return []
    pictures = letters.shown_to(respondent).filter(
        Exists(
            EvidenceFile.objects.filter(evidence=OuterRef("pk"), role=FileRole.DERIVATIVE).exclude(
                content_type=PLAIN
            )
        )
    )
    return [piece.label for piece in pictures.order_by("position")]


def send(
    *,
    actor: User,
    number: str,
    respondent_id: UUID | str,
    questions: str,
    revision: int | None,
    looked: bool = False,
) -> Notice:
    """Send the notice and show the evidence to the respondent.

    Their time to answer starts as the policy says (`cases.windows`). It ends at 23:59:59 in the
    institution's zone, and never earlier than the policy's number of working days after today.
    Raises `Stale` when the case changed since the preview, and `InvalidInput` at `questions`
    or at `looked`: whoever sends it has looked at what `to_look_at` names.
    """
    with locked_case(number) as case:
        visible_or_404(actor, case)
        respondent = respondent_of(case, respondent_id)
        step = workflow.require("notify", actor=actor, case=case, respondent=respondent)
        check_revision(case, revision)
        _names_nobody_else(respondent, questions)
        pictures = to_look_at(respondent)
        if pictures and not looked:
            raise InvalidInput({"looked": [LOOK % {"pieces": ", ".join(pictures)}]})
        at = clock.now()
        due_at = first_end(case, at)
        shown = disclose(respondent)
        notice = Notice(
            respondent=respondent,
            questions=questions,
            due_at=due_at,
            processing_notice=notices.current_processing().version,
            sent_by=actor,
            sent_at=at,
        )
        message = letters.queue_for(
            "notice_sent",
            case,
            respondent,
            letters.notice_sent(case, respondent, questions=questions, due_at=due_at),
            key=f"notice:{notice.public_id}",
        )
        notice.letter = message.letter
        save(notice)
        workflow.take(step, [respondent])
        record(
            "notice.sent",
            case,
            actor,
            subject=("notice", str(notice.public_id)),
            data={
                "respondent": str(respondent.public_id),
                "due_at": due_at.isoformat(),
                "evidence": shown,
                "message": str(message.public_id),
                "looked_at": pictures,
            },
        )
    return notice


def _names_nobody_else(respondent: Respondent, questions: str) -> None:
    names_nobody_else(respondent, questions=questions)
    alleged_without_others(respondent)


def disclose(respondent: Respondent) -> list[str]:
    """Everything the deciders have in front of them is shown; returns the labels."""
    labels = []
    for evidence in letters.shown_to(respondent).order_by("position"):
        Disclosure.objects.get_or_create(evidence=evidence, respondent=respondent)
        labels.append(evidence.label)
    return labels
