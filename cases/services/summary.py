"""Settling a small matter of conduct in one letter: notice, evidence and decision (PR5).

Only where nothing is taken away and no earlier finding counts. The learner may answer it like a
notice, which opens the matter again, and may appeal against it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from cases import letters, notices, sanctions, workflow
from cases.enums import (
    SUMMARY_CONSEQUENCES,
    DeterminationStatus,
    FindingOutcome,
    SanctionStatus,
)
from cases.governing import texts
from cases.models import (
    Allegation,
    Case,
    Determination,
    Finding,
    Notice,
    Respondent,
    Sanction,
)
from cases.services.base import (
    check_revision,
    locked_case,
    record,
    respondent_of,
    save,
    visible_or_404,
)
from cases.services.issuing import issue
from cases.services.naming import alleged_without_others, names_nobody_else
from cases.services.notice import LOOK, disclose, to_look_at
from cases.services.resting import Resting
from cases.windows import first_end
from integrity.accounts.models import User
from integrity.core import clock
from integrity.core.errors import InvalidInput
from policies.models import Consequence

Params = Mapping[str, Mapping[str, Any]]


def consequences(case: Case) -> list[Consequence]:
    """What may follow in one letter, as the governing texts name it."""
    return [
        item
        for item in texts(case).consequences()
        if item.code in SUMMARY_CONSEQUENCES
        and item.code in sanctions.codes()
        and not item.takes_away
    ]


def settle(
    *,
    actor: User,
    number: str,
    respondent_id: UUID | str,
    supports: Mapping[str, Sequence[str]],
    consequences: Sequence[str],
    params: Params | None = None,
    reasons_finding: str,
    reasons_penalty: str,
    revision: int | None = None,
    looked: bool = False,
) -> Determination:
    """Find every allegation shown, say what follows, and tell the learner: one letter, at once.

    `supports` as in `determination.record_findings`, among the pieces this letter shows. Sent again
    by the same officer it is the same decision. Raises `InvalidInput` at the field that is missing,
    `Stale` when the case changed since the form was opened, and `IllegalTransition` where one
    letter is not enough, with the same words for every reason (CF6).
    """
    codes = list(dict.fromkeys(consequences))
    said = _digest(supports, codes, params or {}, reasons_finding, reasons_penalty)
    with locked_case(number) as case:
        visible_or_404(actor, case)
        respondent = respondent_of(case, respondent_id)
        done = respondent.determinations.filter(
            status=DeterminationStatus.ISSUED, summary=True, decided_by=actor, digest=said
        ).first()
        if done is not None and not respondent.notices.filter(response__isnull=False).exists():
            return done
        step = workflow.require("summary", actor=actor, case=case, respondent=respondent)
        check_revision(case, revision)
        allegations = list(respondent.allegations.filter(withdrawn_at__isnull=True))
        resting = Resting(respondent, supports, pieces=letters.shown_to(respondent))
        chosen = _check(
            case, respondent, allegations, resting, codes, reasons_finding, reasons_penalty
        )
        checked = _params(respondent, codes, params or {})
        names_nobody_else(
            respondent, reasons_finding=reasons_finding, reasons_penalty=reasons_penalty
        )
        alleged_without_others(respondent)
        pictures = to_look_at(respondent)
        if pictures and not looked:
            raise InvalidInput({"looked": [LOOK % {"pieces": ", ".join(pictures)}]})
        at = clock.now()
        due_at = first_end(case, at)
        determination = Determination(
            respondent=respondent,
            status=DeterminationStatus.DRAFT,
            standard_of_proof=str(letters.terms(case).standard_of_proof),
            reasons_finding=reasons_finding.strip(),
            reasons_penalty=reasons_penalty.strip(),
            needs_second=False,
            found_by=actor,
            proposed_by=actor,
            proposed_at=at,
            digest=said,
            summary=True,
            answer_until=due_at,
        )
        save(determination)
        for allegation in allegations:
            finding = Finding(
                determination=determination,
                allegation=allegation,
                outcome=FindingOutcome.SHOWN,
                completion=allegation.completion,
            )
            save(finding)
            resting.keep(finding)
        for item in chosen:
            save(
                Sanction(
                    case=case,
                    respondent=respondent,
                    determination=determination,
                    consequence=item,
                    code=item.code,
                    params=checked[item.code],
                    status=SanctionStatus.PROPOSED,
                )
            )
        shown = disclose(respondent)
        issue(case, respondent, determination, decided_by=actor, step=step)
        _notice(case, respondent, determination, shown, pictures)
    return determination


def _notice(
    case: Case,
    respondent: Respondent,
    determination: Determination,
    shown: list[str],
    pictures: list[str],
) -> None:
    """The letter is a notice too, so that it is answered as every other one."""
    letter, due_at = determination.letter, determination.answer_until
    officer = determination.decided_by
    if letter is None or due_at is None or officer is None:
        raise AssertionError("An issued decision has a letter and somebody who made it.")
    notice = Notice(
        respondent=respondent,
        letter=letter,
        due_at=due_at,
        processing_notice=notices.current_processing().version,
        sent_by=officer,
        sent_at=clock.now(),
    )
    save(notice)
    record(
        "notice.sent",
        case,
        officer,
        subject=("notice", str(notice.public_id)),
        data={
            "respondent": str(respondent.public_id),
            "due_at": due_at.isoformat(),
            "evidence": shown,
            "message": str(letter.message.public_id),
            "looked_at": pictures,
        },
    )


def _check(
    case: Case,
    respondent: Respondent,
    allegations: Iterable[Allegation],
    resting: Resting,
    codes: list[str],
    reasons_finding: str,
    reasons_penalty: str,
) -> list[Consequence]:
    known = {item.code: item for item in consequences(case)}
    errors: dict[str, list[Any]] = {}
    for allegation in allegations:
        if why := resting.refused(allegation):
            errors[f"supports-{allegation.public_id}"] = [why]
    if not codes:
        errors["consequences"] = [_("Choose what follows.")]
    elif not set(codes) <= set(known):
        errors["consequences"] = [_("Choose only what one letter can settle.")]
    else:
        handlers = [sanctions.handler(code) for code in codes]
        if any(handler.takes_away(respondent, {}) for handler in handlers):
            errors["consequences"] = [_("Choose only what one letter can settle.")]
        for handler in handlers:
            if (why := handler.unavailable(respondent)) is not None:
                errors["consequences"] = [why]
    if not reasons_finding.strip():
        errors["reasons_finding"] = [_("Give the reasons for the finding.")]
    if not reasons_penalty.strip():
        errors["reasons_penalty"] = [_("Give the reasons for the consequence.")]
    if errors:
        raise InvalidInput(errors)
    return [known[code] for code in codes]


def _params(respondent: Respondent, codes: Iterable[str], given: Params) -> dict[str, Any]:
    checked = {}
    for code in codes:
        try:
            checked[code] = sanctions.handler(code).clean(respondent, given.get(code, {}))
        except InvalidInput as refusal:
            raise InvalidInput(
                {f"{code}-{name}": words for name, words in refusal.fields.items()}
            ) from refusal
    return checked


def _digest(
    supports: Mapping[str, Sequence[str]],
    codes: list[str],
    params: Params,
    reasons_finding: str,
    reasons_penalty: str,
) -> str:
    """The fingerprint of what was filled in, to know the same form again."""
    content = {
        "supports": {key: sorted(map(str, ids)) for key, ids in supports.items()},
        "consequences": sorted(codes),
        "params": {code: dict(params.get(code, {})) for code in codes},
        "reasons": [reasons_finding.strip(), reasons_penalty.strip()],
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()
