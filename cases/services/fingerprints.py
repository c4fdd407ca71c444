"""The fingerprint of a proposal: a confirmation names it, so that an edit voids it (PR4)."""

from __future__ import annotations

import hashlib
import json

from cases.models import Determination
from cases.services.resting import rests_on


def fingerprint(determination: Determination) -> str:
    """The fingerprint of everything a second officer confirms."""
    content = {
        "determination": str(determination.public_id),
        "reasons": [
            determination.reasons_finding,
            determination.reasons_penalty,
            determination.departure_reason,
        ],
        "findings": sorted(
            [f.allegation_id, f.outcome, f.completion] for f in determination.findings.all()
        ),
        "supports": rests_on(determination),
        "answers": sorted([a.point_id, a.text] for a in determination.answers.all()),
        "sanctions": sorted([s.code, s.params] for s in determination.sanctions.all()),
        "recommendation": determination.recommendation,
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()
