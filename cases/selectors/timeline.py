"""The history of a case in words, for the desk. Who reported never appears in it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.enums import DismissalReason, FindingOutcome
from cases.selectors.words import day, joined
from integrity.accounts.models import User
from integrity.audit.chain import ACTOR
from integrity.audit.models import ActorKind, Event, EventValue
from integrity.core import clock
from integrity.web import dates
from notifications import registry
from notifications.errors import UnknownEvent
from policies.enums import ConsequenceCode

SHOWN = 30
PAGE = 50
# Steps of the post that say nothing a person at the desk acts on; failures are shown. And marks,
# which stand at the top of the case for those who may know of them: a line would tell everybody.
_QUIET = frozenset({"letter.queued", "message.sent", "retaliation.marked", "retaliation.settled"})
_OFFICERS_ONLY = frozenset({"conflict.declared", "conflict.undone"})
# What is written to a reporter would tell when there was one to write to.
_TO_REPORTERS = frozenset({"report_received", "report_closed", "report_question", "review_decided"})
# Runs of these by one person are one line.
_MERGED = frozenset({"evidence.added", "report.joined", "evidence.viewed"})
# Which personal value of an event is a text worth reading in the timeline.
_QUOTED = ("reason", "note")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the timeline, every text ready."""

    when: str
    iso: str
    exact: str
    icon: str
    text: str | Promise
    who: str
    detail: str
    quote: str


@dataclass
class Timeline:
    """The newest lines first. `earlier` is the key of the page before in time ("" at the end)."""

    lines: list[Line] = field(default_factory=list)
    earlier: str = ""


def told(*, officer: bool = False) -> QuerySet[Event]:
    """The events worth a line. Who is shut out by a conflict is for officers only (QU5)."""
    return Event.objects.exclude(action__in=_QUIET if officer else _QUIET | _OFFICERS_ONLY)


def events_of(number: str, *, officer: bool, before: int | None = None) -> QuerySet[Event]:
    """The events of a case that the desk reads, newest first."""
    events = told(officer=officer).filter(case_number=number)
    if before is not None:
        events = events.filter(sequence__lt=before)
    values = EventValue.objects.filter(event=OuterRef("pk"))
    return events.annotate(
        who=Subquery(values.filter(name=ACTOR).values("value")[:1]),
        quote=Subquery(values.filter(name__in=_QUOTED).values("value")[:1]),
    ).order_by("-sequence")


def timeline(
    number: str,
    *,
    reader: User,
    officer: bool = False,
    violations: Mapping[str, str] | None = None,
    before: str = "",
    size: int = SHOWN,
) -> Timeline:
    """A page of the history: two queries at any number of events.

    `violations` are titles by code. A key that cannot be read gives the newest page.
    """
    place = int(before) if before.isdecimal() and len(before) < 18 else None
    events = list(events_of(number, officer=officer, before=place)[: size + 1])
    more = len(events) > size
    events = events[:size]
    names = _names(events)
    now = clock.now()
    lines = [
        _line(run, names, reader, violations or {}, now)
        for run in _runs(events)
        if run[0].data.get("event") not in _TO_REPORTERS
    ]
    return Timeline(lines, str(events[-1].sequence) if more else "")


def case_events(
    number: str, *, officer: bool, before: int | None = None, size: int = PAGE
) -> tuple[list[tuple[Event, str | None, str]], int | None]:
    """Events as `timeline` tells them, one by one, with the name of who acted and a quoted text.

    And the sequence to go on below (None at the end). Two queries.
    """
    events = list(events_of(number, officer=officer, before=before)[: size + 1])
    more = len(events) > size
    events = events[:size]
    names = _names(events)
    return [
        (event, names.get(_actor(event) or ""), event.quote or "")  # type: ignore[attr-defined]
        for event in events
        if event.data.get("event") not in _TO_REPORTERS
    ], (events[-1].sequence if more else None)


def _actor(event: Event) -> str | None:
    """Public id of the person who acted; None when erased, sealed or the system."""
    who: str | None = event.who  # type: ignore[attr-defined]
    return who if event.actor_kind == ActorKind.USER else None


def _names(events: Collection[Event]) -> dict[str, str]:
    wanted = {actor for event in events if (actor := _actor(event))}
    found = User.objects.filter(public_id__in=wanted).values_list("public_id", "display_name")
    return {str(public_id): name for public_id, name in found}


def _runs(events: Iterable[Event]) -> list[list[Event]]:
    runs: list[list[Event]] = []
    for event in events:
        last = runs[-1][-1] if runs else None
        if (
            last is not None
            and event.action in _MERGED
            and (last.action, last.actor_kind, _actor(last))
            == (event.action, event.actor_kind, _actor(event))
        ):
            runs[-1].append(event)
        else:
            runs.append([event])
    return runs


def _line(
    run: list[Event],
    names: Mapping[str, str],
    reader: User,
    violations: Mapping[str, str],
    now: datetime,
) -> Line:
    event = run[0]
    at = event.occurred_at
    quote: str | None = event.quote  # type: ignore[attr-defined]
    return Line(
        when=dates.moment_words(at, now=now),
        iso=at.isoformat(timespec="seconds"),
        exact=dates.exact_words(at),
        icon=event.icon,
        text=event.label,
        who=_who(event, names, reader),
        detail=_detail(run, violations),
        quote=quote or "",
    )


def _who(event: Event, names: Mapping[str, str], reader: User) -> str:
    """Who did it: a name, "you", or nothing for the system and for people who are sealed."""
    actor = _actor(event)
    if actor is None:
        return ""
    if actor == str(reader.public_id):
        return _("by you")
    name = names.get(actor)
    return _("by %(name)s") % {"name": name} if name else ""


def _detail(run: list[Event], violations: Mapping[str, str]) -> str:
    data = run[0].data
    action = run[0].action
    if action.startswith("evidence."):
        return joined([str(event.data["label"]) for event in reversed(run)])
    if action == "report.joined" and len(run) > 1:
        return ngettext("%(count)s report", "%(count)s reports", len(run)) % {"count": len(run)}
    if action == "case.dismissed" and data["reason"] in DismissalReason.values:
        return str(DismissalReason(data["reason"]).label)
    if action == "allegation.added":
        return violations.get(data["violation"], data["violation"])
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


def _decision(data: Mapping[str, Any], violations: Mapping[str, str]) -> str:
    parts = [
        _("%(violation)s: %(finding)s")
        % {
            "violation": violations.get(code, code),
            "finding": str(FindingOutcome(outcome).label).lower()
            if outcome in FindingOutcome.values
            else outcome,
        }
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
