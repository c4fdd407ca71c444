"""What a reader of the timeline can ask for."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.selectors.words import Text
from integrity.audit.models import ActorKind


def _begins(*starts: str) -> Q:
    found = Q()
    for start in starts:
        found |= Q(action__startswith=start)
    return found


# By the word in the address: what it is called, and which events it holds. An event may be of two.
KINDS: dict[str, tuple[Text, Q]] = {
    "letters": (
        _("Letters and answers"),
        _begins(
            "notice.",
            "response.",
            "window.",
            "more_time.",
            "letter.",
            "advice.",
            "meeting.",
            "minutes.",
            "message.",
            "report.asked",
            "report.answered",
        )
        | Q(action__in=("note.shared", "note.read")),
    ),
    "notes": (_("Notes"), _begins("note.")),
    "evidence": (
        _("Evidence"),
        _begins("evidence.", "comparison.", "proof.", "statement."),
    ),
    "decisions": (
        _("Decisions"),
        _begins(
            "findings.",
            "history.opened",
            "determination.",
            "decision.",
            "sanction.",
            "certificate.",
            "appeal.",
            "review.",
            "interim.",
            "allegation.",
            "case.dismiss",
            "case.reopened",
            "respondent.closed",
        ),
    ),
    "people": (
        _("People"),
        _begins(
            "respondent.",
            "adviser.",
            "identity.",
            "consent.",
            "conflict.",
            "case.claimed",
            "case.released",
            "case.watched",
            "case.unwatched",
            "case.assigned",
            "case.handed_over",
            "case.left",
        ),
    ),
    "system": (_("By the system"), Q(actor_kind=ActorKind.SYSTEM)),
}
