"""The history of a case in words, for the desk. Who reported never appears in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.enums import DismissalReason, FindingOutcome
from cases.selectors.timeline.others import Other, words_of
from cases.selectors.words import Text, day, joined
from integrity.accounts.models import User
from integrity.audit.models import ActorKind, Event
from integrity.web import dates
from notifications import registry
from notifications.errors import UnknownEvent
from policies.enums import ConsequenceCode

# Runs of these by one person are one line.
_MERGED = frozenset({"evidence.added", "report.joined", "evidence.viewed"})
# As much of a text as the case page quotes; the history has all of it.
QUOTED = 300


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the timeline, every text ready. `url`: the other case that `detail` is about."""

    when: str
    iso: str
    exact: str
    icon: str
    text: Text
    who: str
    detail: Text
    quote: str
    url: str = ""


@dataclass
class Timeline:
    """The newest lines first. `earlier` is the key of the page before in time ("" at the end)."""

    lines: list[Line] = field(default_factory=list)
    earlier: str = ""


def actor_of(event: Event) -> str | None:
    """Public id of the person who acted; None when erased, sealed or the system."""
    who: str | None = event.who  # type: ignore[attr-defined]
    return who if event.actor_kind == ActorKind.USER else None


def runs_of(events: Iterable[Event]) -> list[list[Event]]:
    runs: list[list[Event]] = []
    for event in events:
        last = runs[-1][-1] if runs else None
        if (
            last is not None
            and event.action in _MERGED
            and (last.action, last.actor_kind, actor_of(last))
            == (event.action, event.actor_kind, actor_of(event))
        ):
            runs[-1].append(event)
        else:
            runs.append([event])
    return runs


def line_of(
    run: list[Event],
    reader: User,
    violations: Mapping[str, str],
    now: datetime,
    *,
    whole: bool,
    other: Other | None = None,
) -> Line:
    """A run of events of one kind as one line; with `whole` nothing that was written is cut."""
    event: Any = run[0]
    at = event.occurred_at
    quote = str(event.quote or event.note or event.answer or event.said or "")
    if len(quote) > QUOTED and not whole:
        quote = quote[: QUOTED - 1].rstrip() + "\u2026"
    return Line(
        when=dates.moment_words(at, now=now),
        iso=at.isoformat(timespec="seconds"),
        exact=dates.exact_words(at),
        icon=event.icon,
        text=event.label,
        # On paper "you" is nobody.
        who=_who(event, None if whole else reader),
        detail=_detail(run, violations) if other is None else words_of(event, other),
        quote=quote,
        url=other.url if other is not None else "",
    )


def _who(event: Any, reader: User | None) -> str:
    """Who did it: a name, "you", or nothing for the system and for people who are sealed."""
    actor = actor_of(event)
    if actor is None:
        return ""
    if reader is not None and actor == str(reader.public_id):
        return _("by you")
    return _("by %(name)s") % {"name": event.name} if event.name else ""


def _detail(run: list[Event], violations: Mapping[str, str]) -> str:
    data = run[0].data
    action = run[0].action
    if action.startswith("evidence."):
        return joined([_piece(event) for event in reversed(run)])
    if action == "report.joined" and len(run) > 1:
        return ngettext("%(count)s report", "%(count)s reports", len(run)) % {"count": len(run)}
    if action == "case.dismissed" and data["reason"] in DismissalReason.values:
        return str(DismissalReason(data["reason"]).label)
    if action == "allegation.added":
        return violations.get(data["violation"], data["violation"])
    if action in ("window.moved", "more_time.given", "more_time.refused"):
        return _("Answer by %(date)s.") % {"date": day(parse_datetime(data["due_at"]))}
    if action == "notice.sent":
        until = parse_datetime(data["due_at"])
        return _("%(evidence)s. Answer by %(date)s.") % {
            "evidence": joined(list(data["evidence"])),
            "date": day(until),
        }
    if "findings" in data and isinstance(data["findings"], dict):
        return _decision(data, violations)
    if "code" in data:
        return _consequence(data["code"])
    if "event" in data:
        return _letter(data["event"])
    return ""


def _piece(event: Any) -> str:
    label = str(event.data["label"])
    return f"{label} {event.title}" if event.action == "evidence.added" and event.title else label


def _decision(data: Mapping[str, Any], violations: Mapping[str, str]) -> str:
    rests_on = data.get("rests_on", {})
    parts = [
        _("%(violation)s: %(finding)s")
        % {
            "violation": violations.get(code, code),
            "finding": str(FindingOutcome(outcome).label).lower()
            if outcome in FindingOutcome.values
            else outcome,
        }
        + (f" ({joined(list(rests_on[code]))})" if rests_on.get(code) else "")
        for code, outcome in data["findings"].items()
    ]
    parts += [_consequence(code) for code in data.get("sanctions", [])]
    return ", ".join(parts)


def _consequence(code: str) -> str:
    return str(ConsequenceCode(code).label) if code in ConsequenceCode.values else code


def _letter(name: str) -> str:
    try:
        return str(registry.get(name).label)
    except UnknownEvent:
        return name
