"""On which evidence findings rest, as somebody chose it (PR4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases import supports
from cases.models import Allegation, Determination, Evidence, Finding, FindingSupport, Respondent
from cases.services.base import save

NONE = _("Choose at least one piece of evidence on which this rests.")
NOT_SHOWN = _("Choose only among what the learner was shown.")
DETECTOR_ALONE = _(
    "What a detector says shows nothing alone. Choose something else too, such as the source, a "
    "comparison somebody looked at, or what a person said."
)


class Resting:
    """The choice for one respondent: pieces by the allegation's public id, by theirs.

    `pieces` are those that may be chosen; those the respondent was shown where they are not given.
    """

    def __init__(
        self,
        respondent: Respondent,
        chosen: Mapping[str, Iterable[str]],
        *,
        pieces: Iterable[Evidence] | None = None,
    ) -> None:
        rows = supports.usable(respondent) if pieces is None else pieces
        self._pieces = {str(piece.public_id): piece for piece in rows}
        self._chosen = {key: list(dict.fromkeys(map(str, ids))) for key, ids in chosen.items()}
        self._admitted = supports.admitted(respondent)

    def of(self, allegation: Allegation) -> list[Evidence]:
        """The pieces chosen for an allegation, as far as they may be, in their order."""
        return self._of(str(allegation.public_id))

    def _of(self, key: str) -> list[Evidence]:
        found = [self._pieces[id_] for id_ in self._chosen.get(key, ()) if id_ in self._pieces]
        return sorted(found, key=lambda piece: piece.position)

    def labels(self, key: str) -> list[str]:
        """The labels of what was chosen for the allegation with this public id."""
        return [piece.label for piece in self._of(key)]

    def refused(self, allegation: Allegation) -> str | Promise | None:
        """Why the allegation cannot be found shown on this; None where it can."""
        asked = self._chosen.get(str(allegation.public_id), [])
        if not asked:
            return NONE
        if any(id_ not in self._pieces for id_ in asked):
            return NOT_SHOWN
        if not supports.enough(self.of(allegation), admitted=allegation.pk in self._admitted):
            return DETECTOR_ALONE
        return None

    def keep(self, finding: Finding) -> None:
        """Write down what a finding rests on."""
        for piece in self.of(finding.allegation):
            save(FindingSupport(finding=finding, evidence=piece))


def rests_on(determination: Determination) -> list[Any]:
    """What the findings rest on, for the fingerprint: covering a piece anew is an edit too."""
    rows = FindingSupport.objects.filter(finding__determination=determination)
    return sorted(
        [
            row.finding.allegation_id,
            str(row.evidence.public_id),
            row.evidence.sha256,
            sorted(hidden.pk for hidden in row.evidence.covering),
        ]
        for row in rows.select_related("finding", "evidence")
        .defer("evidence__text", "evidence__redacted_text")
        .prefetch_related("evidence__redactions")
    )
