"""The determination (PR4): findings, what follows, and where needed a second officer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from cases import letters, recommendation, rules, sanctions, workflow
from cases.enums import Completion, DeterminationStatus, FindingOutcome, SanctionStatus
from cases.governing import texts
from cases.models import Case, Determination, Finding, PointAnswer, Respondent, Sanction
from cases.services.base import (
    check_revision,
    locked_case,
    reading_case,
    record,
    respondent_of,
    save,
    visible_or_404,
)
from cases.services.fingerprints import fingerprint
from cases.services.issuing import appeal_until, issue
from cases.services.naming import names_nobody_else
from cases.services.resting import Resting
from integrity.accounts.models import User
from integrity.core import clock
from integrity.core.errors import (
    IllegalTransition,
    InvalidInput,
    NotPermitted,
    Stale,
)
from notifications.rendering import Rendered


def _draft(respondent: Respondent) -> Determination | None:
    return respondent.determinations.filter(status=DeterminationStatus.DRAFT).first()


def _proposed(respondent: Respondent) -> Determination:
    found = respondent.determinations.filter(status=DeterminationStatus.PROPOSED).first()
    if found is None:
        raise IllegalTransition
    return found


def points_to_answer(respondent: Respondent) -> list[Any]:
    """The points of the newest response that say something: every one needs an answer."""
    response = respondent.responses.order_by("-submitted_at").first()
    if response is None:
        return []
    return [
        point
        for point in response.points.select_related("allegation__violation_type")
        if point.text
    ]


def record_findings(
    *,
    actor: User,
    number: str,
    respondent_id: UUID | str,
    findings: Mapping[str, tuple[str, str]],
    reasons_finding: str,
    answers: Mapping[str, str],
    supports: Mapping[str, Sequence[str]] | None = None,
    revision: int | None = None,
) -> Determination:
    """Record a finding on every allegation, reasons, and an answer to every point of the response.

    `supports` names, for what is shown, the evidence it rests on by public id: pieces that this
    respondent was shown, and not only what a detector says, unless they admitted it (PR4).
    Kept as a draft; recording again replaces it and anything proposed on it. Earlier findings stay
    sealed until this is done. Raises `InvalidInput` at the field that is missing, `Stale` when the
    case changed since the form was opened.
    """
    with locked_case(number) as case:
        visible_or_404(actor, case)
        respondent = respondent_of(case, respondent_id)
        workflow.require("find", actor=actor, case=case, respondent=respondent)
        check_revision(case, revision)
        allegations = {
            str(a.public_id): a for a in respondent.allegations.filter(withdrawn_at__isnull=True)
        }
        points = {str(p.public_id): p for p in points_to_answer(respondent)}
        resting = Resting(respondent, supports or {})
        _check_findings(allegations, findings, points, answers, reasons_finding, resting)
        names_nobody_else(
            respondent,
            reasons_finding=reasons_finding,
            **{f"answer-{key}": answers[key] for key in points},
        )
        determination = _draft(respondent) or Determination(
            respondent=respondent, status=DeterminationStatus.DRAFT
        )
        determination.standard_of_proof = str(letters.terms(case).standard_of_proof)
        determination.reasons_finding = reasons_finding.strip()
        determination.found_by = actor
        determination.proposed_by = actor
        determination.proposed_at = clock.now()
        save(determination)
        determination.findings.all().delete()
        determination.answers.all().delete()
        for key, allegation in allegations.items():
            outcome, completion = findings[key]
            finding = Finding(
                determination=determination,
                allegation=allegation,
                outcome=outcome,
                completion=completion or allegation.completion,
            )
            save(finding)
            if outcome == FindingOutcome.SHOWN:
                resting.keep(finding)
        for key, point in points.items():
            save(PointAnswer(determination=determination, point=point, text=answers[key].strip()))
        record(
            "findings.recorded",
            case,
            actor,
            subject=("determination", str(determination.public_id)),
            data={
                "respondent": str(respondent.public_id),
                "findings": {
                    allegations[key].violation_type.code: findings[key][0] for key in allegations
                },
                "rests_on": {
                    allegations[key].violation_type.code: resting.labels(key)
                    for key in allegations
                    if findings[key][0] == FindingOutcome.SHOWN
                },
            },
        )
    return determination


def _check_findings(
    allegations: Mapping[str, Any],
    findings: Mapping[str, tuple[str, str]],
    points: Mapping[str, Any],
    answers: Mapping[str, str],
    reasons: str,
    resting: Resting,
) -> None:
    errors: dict[str, list[Any]] = {}
    for key, allegation in allegations.items():
        outcome, completion = findings.get(key, ("", ""))
        if outcome == FindingOutcome.SHOWN and (why := resting.refused(allegation)):
            errors[f"supports-{key}"] = [why]
        if outcome not in FindingOutcome.values:
            errors[f"finding-{key}"] = [_("Say whether this was shown.")]
        elif completion and completion not in Completion.values:
            errors[f"completion-{key}"] = [_("Choose attempted or completed.")]
    for key in points:
        if not answers.get(key, "").strip():
            errors[f"answer-{key}"] = [_("Answer this point of the learner.")]
    if not reasons.strip():
        errors["reasons_finding"] = [_("Give the reasons for the finding.")]
    if errors:
        raise InvalidInput(errors)


def advise(
    *, actor: User, number: str, respondent_id: UUID | str, facts: Mapping[str, Any]
) -> recommendation.Advice:
    """What the scheme recommends, after the findings are recorded.

    Opens the earlier findings; that is recorded once per determination (CF6).
    """
    with locked_case(number) as case:
        visible_or_404(actor, case)
        respondent = respondent_of(case, respondent_id)
        workflow.require("find", actor=actor, case=case, respondent=respondent)
        determination = _draft(respondent)
        if determination is None:
            raise IllegalTransition(_("Record the findings first."))
        history = recommendation.earlier_findings(respondent)
        if determination.history_opened_at is None:
            determination.history_opened_at = clock.now()
            save(determination)
            record(
                "history.opened",
                case,
                actor,
                subject=("determination", str(determination.public_id)),
                data={"respondent": str(respondent.public_id), "findings": len(history)},
            )
        return recommendation.advise(respondent, determination, facts, history=history)


def propose(
    *,
    actor: User,
    number: str,
    respondent_id: UUID | str,
    facts: Mapping[str, Any],
    consequences: Sequence[str],
    params: Mapping[str, Mapping[str, Any]] | None = None,
    reasons_penalty: str = "",
    departure_reason: str = "",
    revision: int | None = None,
) -> Determination:
    """Propose what follows from the findings.

    Where nothing is taken away and the actor is an officer, the decision is issued at once;
    otherwise it waits for another officer (PR4). Nothing shown: no consequence may be chosen.
    Raises `InvalidInput` at `consequences`, `reasons_penalty`, `departure_reason`, `facts` or a
    parameter's field.
    """
    with locked_case(number) as case:
        visible_or_404(actor, case)
        respondent = respondent_of(case, respondent_id)
        workflow.require("propose", actor=actor, case=case, respondent=respondent)
        check_revision(case, revision)
        determination = _draft(respondent)
        if determination is None:
            raise IllegalTransition(_("Record the findings first."))
        _check_complete(respondent, determination)
        names_nobody_else(
            respondent, reasons_penalty=reasons_penalty, departure_reason=departure_reason
        )
        shown = determination.findings.filter(outcome=FindingOutcome.SHOWN).exists()
        _choose(
            case,
            respondent,
            determination,
            facts=facts,
            codes=list(consequences) if shown else [],
            given=params or {},
            reasons=reasons_penalty.strip(),
            departure=departure_reason.strip(),
            shown=shown,
        )
        determination.proposed_by = actor
        determination.proposed_at = clock.now()
        takes_away = any(
            sanctions.handler(row.code).takes_away(respondent, row.params)
            or row.consequence.takes_away
            for row in determination.sanctions.select_related("consequence")
        )
        determination.needs_second = takes_away or not rules.is_officer(actor, case)
        determination.return_reason = ""
        determination.digest = fingerprint(determination)
        save(determination)
        if determination.needs_second:
            _wait_for_second(case, respondent, determination, actor)
        else:
            step = workflow.require("decide", actor=actor, case=case, respondent=respondent)
            issue(case, respondent, determination, decided_by=actor, step=step)
    return determination


def _check_complete(respondent: Respondent, determination: Determination) -> None:
    """The findings are those of the allegations and the answer as they stand now.

    A draft may be older than both: the case was dismissed and taken up again in between.
    """
    standing = respondent.allegations.filter(withdrawn_at__isnull=True)
    found = determination.findings.values_list("allegation_id", flat=True)
    said = determination.answers.values_list("point_id", flat=True)
    if set(standing.values_list("pk", flat=True)) != set(found) or {
        point.pk for point in points_to_answer(respondent)
    } != set(said):
        raise IllegalTransition(_("Record the findings first."))


def _choose(
    case: Case,
    respondent: Respondent,
    determination: Determination,
    *,
    facts: Mapping[str, Any],
    codes: list[str],
    given: Mapping[str, Mapping[str, Any]],
    reasons: str,
    departure: str,
    shown: bool,
) -> None:
    """Write the chosen consequences and the recommendation beside them."""
    known = {item.code: item for item in texts(case).consequences()}
    errors: dict[str, list[Any]] = {}
    if shown and not codes:
        errors["consequences"] = [_("Choose what follows, or “No action”.")]
    if len(set(codes)) != len(codes) or any(
        code not in known or code not in sanctions.codes() for code in codes
    ):
        errors["consequences"] = [_("Choose consequences that the governing policy names.")]
    if shown and not reasons:
        errors["reasons_penalty"] = [_("Give the reasons for the consequence.")]
    if errors:
        raise InvalidInput(errors)
    determination.recommendation = {}
    determination.scheme_version = None
    if shown:
        advice = recommendation.advise(
            respondent, determination, facts, history=recommendation.earlier_findings(respondent)
        )
        if advice.problems:
            raise InvalidInput({f"fact-{name}": [text] for name, text in advice.problems.items()})
        if advice.missing:
            raise InvalidInput(
                {f"fact-{item.factor}": [_("Choose what applies.")] for item in advice.missing}
            )
        if advice.recommendation is not None:
            determination.recommendation = advice.recommendation.as_json()
            determination.scheme_version = advice.scheme_version
            outside = bool(advice.recommendation.range) and not advice.recommendation.covers(
                set(codes)
            )
            if outside and not departure:
                raise InvalidInput(
                    {"departure_reason": [_("Say why this case needs something else.")]}
                )
            departure = departure if outside else ""
    determination.reasons_penalty = reasons
    determination.departure_reason = departure
    save(determination)
    determination.sanctions.all().delete()
    for code in codes:
        handler = sanctions.handler(code)
        unavailable = handler.unavailable(respondent)
        if unavailable is not None:
            raise InvalidInput({"consequences": [unavailable]})
        save(
            Sanction(
                case=case,
                respondent=respondent,
                determination=determination,
                consequence=known[code],
                code=code,
                params=_params(respondent, code, given.get(code, {})),
                status=SanctionStatus.PROPOSED,
            )
        )


def _params(respondent: Respondent, code: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """What goes with a consequence, checked. What is wrong is refused at `<code>-<name>`."""
    try:
        return sanctions.handler(code).clean(respondent, given)
    except InvalidInput as refusal:
        raise InvalidInput(
            {f"{code}-{name}": texts for name, texts in refusal.fields.items()}
        ) from refusal


def _wait_for_second(
    case: Case, respondent: Respondent, determination: Determination, actor: User
) -> None:
    step = workflow.require("propose", actor=actor, case=case, respondent=respondent)
    determination.status = DeterminationStatus.PROPOSED
    save(determination)
    workflow.take(step, [respondent])
    record(
        "determination.proposed",
        case,
        actor,
        subject=("determination", str(determination.public_id)),
        data=_outline(determination),
    )


def _outline(determination: Determination) -> dict[str, Any]:
    """What an event says of a determination: codes and the fingerprint, never the reasons."""
    return {
        "respondent": str(determination.respondent.public_id),
        "findings": {
            f.allegation.violation_type.code: f.outcome
            for f in determination.findings.select_related("allegation__violation_type")
        },
        "sanctions": [s.code for s in determination.sanctions.order_by("code")],
        "digest": determination.digest,
    }


def confirm(*, actor: User, number: str, respondent_id: UUID | str, digest: str) -> Determination:
    """A second officer confirms exactly what they saw; the decision is issued.

    Confirming it again is the same decision. `NotPermitted` for the proposer, `Stale` when the
    proposal is not the one on the screen.
    """
    with locked_case(number) as case:
        visible_or_404(actor, case)
        respondent = respondent_of(case, respondent_id)
        issued = respondent.determinations.filter(status=DeterminationStatus.ISSUED).first()
        if issued is not None and issued.decided_by_id == actor.pk and issued.digest == digest:
            return issued
        step = workflow.require("confirm", actor=actor, case=case, respondent=respondent)
        determination = _proposed(respondent)
        if determination.digest != digest or fingerprint(determination) != digest:
            raise Stale(_("The proposal has changed. Please read it again."))
        issue(case, respondent, determination, decided_by=actor, step=step)
    return determination


def send_back(*, actor: User, number: str, respondent_id: UUID | str, reason: str) -> Determination:
    """A second officer sends the proposal back, with a reason; it is a draft again."""
    if not reason.strip():
        raise InvalidInput({"reason": [_("Say what should be looked at again.")]})
    with locked_case(number) as case:
        visible_or_404(actor, case)
        respondent = respondent_of(case, respondent_id)
        step = workflow.require("send_back", actor=actor, case=case, respondent=respondent)
        determination = _proposed(respondent)
        determination.status = DeterminationStatus.DRAFT
        determination.return_reason = reason.strip()
        determination.digest = ""
        save(determination)
        workflow.take(step, [respondent])
        record(
            "determination.sent_back",
            case,
            actor,
            subject=("determination", str(determination.public_id)),
            data={"respondent": str(respondent.public_id)},
            personal={"reason": reason.strip()},
        )
    return determination


def preview_letter(*, actor: User, number: str, respondent_id: UUID | str) -> Rendered:
    """The decision's letter as it would be written if it were issued now."""
    case = reading_case(actor, number)
    if rules.access(actor, case) < rules.Access.READ:
        raise NotPermitted
    respondent = respondent_of(case, respondent_id)
    determination = respondent.determinations.filter(
        status__in=(DeterminationStatus.DRAFT, DeterminationStatus.PROPOSED)
    ).first()
    if determination is None:
        raise IllegalTransition
    shown = determination.findings.filter(outcome=FindingOutcome.SHOWN).exists()
    return letters.preview_decision(
        case, determination, appeal_until=appeal_until(case) if shown else None
    )
