"""The respondent's answer to a notice (PR2), and going on without one (PR1)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from cases import letters, workflow
from cases.answerable import step_of
from cases.enums import EvidenceKind, Stance
from cases.evidence import Incoming, received
from cases.models import Case, Disclosure, Respondent, Response, ResponsePoint
from cases.services import answer_drafts, evidence, windows
from cases.services.base import locked_case, record, respondent_of, save, visible_or_404
from cases.windows import LAST_SECOND, UNOPENED_WORKING_DAYS, window
from integrity.accounts.models import User
from integrity.accounts.rules import same_person
from integrity.core import clock
from integrity.core.errors import (
    Conflict,
    IllegalTransition,
    InvalidInput,
    NotFound,
)

REMINDERS_BEFORE_DEFAULT = 2


def _digest(points: Mapping[str, tuple[str, str]], mitigation: str, statement: str) -> str:
    content = json.dumps([sorted(points.items()), mitigation, statement])
    return hashlib.sha256(content.encode()).hexdigest()


def _stored_digest(response: Response) -> str:
    points = {
        str(point.allegation.public_id): (point.stance, point.text)
        for point in response.points.select_related("allegation")
        if point.allegation is not None
    }
    return _digest(points, response.mitigation, response.statement)


def submit(
    *,
    actor: User,
    respondent_id: UUID | str,
    points: Mapping[str, tuple[str, str]],
    mitigation: str = "",
    statement: str = "",
    uploads: Sequence[Incoming | UploadedFile] = (),
    form_key: str,
    revision: int | None = None,
) -> Response:
    """Send the answer: a stance on every allegation, circumstances, anything else, files.

    The files of the draft come along, and the draft ends. `revision` is that of the draft as it was
    checked: `Stale` when something was added since.

    Until the window's last second, inclusive; `WindowClosed` afterwards. Sent once: the same form
    again returns the first answer, another one is a `Conflict`. `InvalidInput` names the
    allegation that lacks a stance, or words where it is contested or explained.
    """
    found = (
        Respondent.objects.filter(same_person(actor, "user"), public_id=respondent_id)
        .select_related("case")
        .first()
    )
    if found is None:
        raise NotFound
    with received(uploads) as files, locked_case(found.case.number) as case:
        respondent = respondent_of(case, respondent_id)
        notice = respondent.notices.first()
        if notice is None:
            raise NotFound
        known = Response.objects.filter(notice=notice).first()
        if known is not None:
            given = {key: (stance, text) for key, (stance, text) in points.items()}
            if known.form_key == form_key and _stored_digest(known) == _digest(
                given, mitigation, statement
            ):
                return known
            raise Conflict(_("You have answered this letter already."))
        if Response.objects.filter(form_key=form_key).exists():
            raise Conflict(_("This form was sent before. Please open the letter again."))
        step = workflow.require(step_of(respondent), actor=actor, case=case, respondent=respondent)
        windows.still_open(case, respondent)
        drafted = answer_drafts.taken_along(
            respondent, answer_drafts.Kind.ANSWER, revision=revision
        )
        response = Response(
            notice=notice,
            respondent=respondent,
            statement=statement,
            mitigation=mitigation,
            submitted_at=clock.now(),
            form_key=form_key,
        )
        save(response)
        _write_points(case, respondent, response, points)
        for file in (*drafted, *files):
            piece = evidence.attach(
                case=case,
                kind=EvidenceKind.FILE,
                title=str(_("From the learner's answer")),
                description=file.description,
                file=file,
                respondent=respondent,
            )
            Disclosure.objects.get_or_create(evidence=piece, respondent=respondent)
        workflow.take(step, [respondent])
        record(
            "response.submitted",
            case,
            actor,
            subject=("response", str(response.public_id)),
            data={
                "respondent": str(respondent.public_id),
                "stances": sorted(stance for stance, _text in points.values()),
                "files": len(drafted) + len(files),
            },
        )
        letters.queue_for(
            "response_received",
            case,
            respondent,
            letters.response_received(case, response),
            key=f"response:{response.public_id}",
        )
    return response


def _write_points(
    case: Case, respondent: Respondent, response: Response, points: Mapping[str, tuple[str, str]]
) -> None:
    allegations = {
        str(a.public_id): a
        for a in respondent.allegations.filter(withdrawn_at__isnull=True).order_by("position")
    }
    errors: dict[str, list[object]] = {}
    if set(points) - set(allegations):
        raise NotFound
    for key in allegations:
        stance, text = points.get(key, ("", ""))
        if stance not in Stance.values:
            errors[f"stance-{key}"] = [_("Choose whether you agree, disagree or want to explain.")]
        elif stance != Stance.ADMIT and not text.strip():
            errors[f"text-{key}"] = [_("Tell us in your words, so that we can look into it.")]
    if errors:
        raise InvalidInput(errors)  # type: ignore[arg-type]
    position = 0
    for key, allegation in allegations.items():
        position += 1
        stance, text = points[key]
        save(
            ResponsePoint(
                response=response,
                allegation=allegation,
                stance=stance,
                text=text.strip(),
                position=position,
            )
        )
    for text in (response.mitigation, response.statement):
        if text.strip():
            position += 1
            save(ResponsePoint(response=response, text=text.strip(), position=position))


def lapse_blocked(case: Case, respondent: Respondent) -> str | None:
    """Why the case may not go on without an answer yet, in words; None when it may (PR1)."""
    notice = windows.newest(respondent)
    if notice is None:
        return str(_("No notice was sent."))
    found = window(case, notice)
    if found.delivered_at is None:
        return str(_("The letter has not been delivered. Nothing is decided while it has not."))
    if found.waiting is not None:
        return str(_("The learner asked for more time. Answer that first."))
    if not found.started:
        return str(_("The letter is unopened, and the time to answer has not started yet."))
    if found.open:
        return str(_("The time to answer has not passed yet."))
    if found.read_at is not None:
        return None
    if letters.reminders_sent(notice, since=found.delivered_at) < REMINDERS_BEFORE_DEFAULT:
        return str(_("The letter is unopened, and two reminders have not been sent yet."))
    if found.now < found.after(found.delivered_at, UNOPENED_WORKING_DAYS) + LAST_SECOND:
        return str(_("The letter is unopened; ten working days after delivery have not passed."))
    return None


def lapse(*, actor: User, number: str, respondent_id: UUID | str, reason: str) -> Respondent:
    """Go on without an answer, by an officer, with a recorded reason.

    Never while the notice is undelivered, the window open or a request for more time unanswered;
    unopened only after two reminders and ten working days (PR1).
    """
    if not reason.strip():
        raise InvalidInput({"reason": [_("Say why the case goes on without an answer.")]})
    with locked_case(number) as case:
        visible_or_404(actor, case)
        respondent = respondent_of(case, respondent_id)
        step = workflow.require("lapse", actor=actor, case=case, respondent=respondent)
        notice = windows.newest(respondent)
        if notice is not None:
            windows.keep(case, notice)
        blocked = lapse_blocked(case, respondent)
        if blocked is not None:
            raise IllegalTransition(blocked)
        workflow.take(step, [respondent])
        record(
            "response.lapsed",
            case,
            actor,
            data={"respondent": str(respondent.public_id)},
            personal={"reason": reason.strip()},
        )
    return respondent
