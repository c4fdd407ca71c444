"""One letter for a small matter, advice, and a decision that is annulled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from cases.letters.decision import findings_of, sanction_items
from cases.letters.hearing import processing
from cases.letters.words import (
    appeal_url,
    contact,
    governing,
    matter,
    policies,
    policy_label,
    seen_by,
    site,
    terms,
)
from cases.models import Case, Determination, Respondent
from integrity.core import clock
from notifications import payloads


def summary_decision(
    case: Case, determination: Determination, *, appeal_until: datetime
) -> payloads.SummaryDecision:
    """Notice, evidence and decision in one (PR5)."""
    respondent = determination.respondent
    if determination.answer_until is None:
        raise ValueError("A decision in one letter can be answered.")
    version = governing(case)
    with translation.override(respondent.person.language):
        return payloads.SummaryDecision(
            case_number=case.number,
            matter=matter(case),
            decided_at=clock.now(),
            policy_label=policy_label(version),
            policy_url=site(version.get_absolute_url()),
            policies=policies(case),
            evidence=tuple(
                payloads.EvidenceItem(
                    title=f"{piece.label}: {piece.shown_title}",
                    description=piece.shown_description,
                )
                for piece in seen_by(respondent)
            ),
            findings=findings_of(determination),
            reasons_finding=determination.reasons_finding,
            reasons_penalty=determination.reasons_penalty,
            sanctions=sanction_items(determination.sanctions.select_related("consequence")),
            rights=(
                _("You can agree, disagree or explain, separately for each point."),
                _("You can add files and tell us about your circumstances."),
                _("You can ask somebody you trust to help you with your answer."),
            ),
            answer_until=determination.answer_until,
            answer_url=site(reverse("my:answer", args=[case.number])),
            appeal_until=appeal_until,
            appeal_url=appeal_url(case),
            appeal_grounds=tuple(terms(case).appeal_grounds),
            contact=contact(case),
            processing_url=processing()["processing_url"],
        )


def advice_given(case: Case, respondent: Respondent, *, text: str) -> payloads.AdviceGiven:
    """Advice without a finding (PR6)."""
    with translation.override(respondent.person.language):
        return payloads.AdviceGiven(
            case_number=case.number,
            matter=matter(case),
            given_at=clock.now(),
            advice=text,
            contact=contact(case),
        )


def decision_annulled(
    case: Case, determination: Determination, *, restored: Sequence[str]
) -> payloads.DecisionAnnulled:
    """A decision counts no more (PR6)."""
    at, decided_at = determination.annulled_at, determination.decided_at
    if at is None or decided_at is None:
        raise ValueError("Only an issued decision is annulled.")
    with translation.override(determination.respondent.person.language):
        return payloads.DecisionAnnulled(
            case_number=case.number,
            matter=matter(case),
            decided_at=decided_at,
            annulled_at=at,
            reason=determination.annulment_reason,
            sanctions=sanction_items(determination.sanctions.select_related("consequence")),
            restored=tuple(restored),
            contact=contact(case),
        )
