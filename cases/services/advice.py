"""Advice without a finding: words to the learner, and the case ends (PR6). Never a prior."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases import letters, rules, undoing, workflow
from cases.enums import CaseStatus, DismissalReason
from cases.models import Advice, Case, Respondent
from cases.services import triage
from cases.services.base import (
    check_revision,
    locked_case,
    record,
    respondent_of,
    save,
    visible_or_404,
)
from cases.services.naming import names_nobody_else
from integrity.accounts.models import User
from integrity.audit import services as audit
from integrity.core.errors import InvalidInput

MOST = 4_000


def give(
    *,
    actor: User,
    number: str,
    advice: Mapping[str, str],
    revision: int | None = None,
) -> Case:
    """Write advice to learners of the case, and end it without a finding.

    `advice` is text by the respondent's public id; at least one is advised, and who is not hears of
    the end as of any dismissal. Whoever reported hears what they hear of any dismissal. The letters
    are held for `undoing.WITHIN`, and go nowhere when the case is taken up again before. The same
    advice by the same person again changes nothing. Raises `InvalidInput` at `advice-<respondent>`.
    """
    words = {str(key): text.strip() for key, text in advice.items() if text.strip()}
    with audit.transaction():
        with locked_case(number) as case:
            visible_or_404(actor, case)
            people = {str(key): respondent_of(case, key) for key in advice}
            if _given_already(case, actor, words):
                return case
            workflow.require("give_advice", actor=actor, case=case)
            check_revision(case, revision)
            _check(people, words)
            given = [_write(case, people[key], text, actor) for key, text in words.items()]
        return triage.dismiss(
            actor=actor,
            number=number,
            reason=DismissalReason.ADVISED,
            advised=[row.respondent_id for row in given],
        )


def _given_already(case: Case, actor: User, words: Mapping[str, str]) -> bool:
    if case.status != CaseStatus.DISMISSED or case.dismissal_reason != DismissalReason.ADVISED:
        return False
    if case.dismissed_by_id != actor.pk or rules.access(actor, case) != rules.Access.WORK:
        return False
    rows = Advice.objects.filter(
        respondent__case=case, given_by=actor, given_at__lte=case.closed_at
    ).order_by("-given_at")
    last = {str(row.respondent.public_id): row.text for row in rows.select_related("respondent")}
    return bool(words) and all(last.get(key) == text for key, text in words.items())


def _check(people: Mapping[str, Any], words: Mapping[str, str]) -> None:
    errors: dict[str, list[Any]] = {}
    if not words:
        first = next(iter(people), "")
        errors[f"advice-{first}"] = [_("Write what you advise.")]
    for key, text in words.items():
        if len(text) > MOST:
            errors[f"advice-{key}"] = [_("Please use at most 4,000 characters.")]
    if errors:
        raise InvalidInput(errors)
    for key, text in words.items():
        names_nobody_else(people[key], **{f"advice-{key}": text})


def _write(case: Case, respondent: Respondent, text: str, actor: User) -> Advice:
    row = Advice(respondent=respondent, text=text, given_by=actor)
    message = letters.queue_for(
        "advice_given",
        case,
        respondent,
        letters.advice_given(case, respondent, text=text),
        key=f"advice_given:{respondent.public_id}:{row.public_id}",
        hold=undoing.WITHIN,
    )
    row.letter = message.letter
    save(row)
    record(
        "advice.given",
        case,
        actor,
        subject=("advice", str(row.public_id)),
        data={"respondent": str(respondent.public_id)},
    )
    return row
