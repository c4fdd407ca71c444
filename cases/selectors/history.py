"""The history as an auditor sees it: whose events, under which names, the newest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cases import rules
from cases.models import Case
from integrity.accounts.enums import Role
from integrity.accounts.models import User
from integrity.accounts.rules import scope
from integrity.audit import selectors as history
from integrity.audit.models import ActorKind, Checkpoint, Event
from integrity.core import crypto
from integrity.core.errors import NotFound
from integrity.courses.models import Institution

PAGE = 50


@dataclass(frozen=True)
class View:
    """Whose events may be in it; None stands for everything."""

    institutions: frozenset[str] | None = None
    hidden_cases: frozenset[str] = frozenset()

    def shows(self, event: Event) -> bool:
        if event.case_number in self.hidden_cases:
            return False
        return self.institutions is None or event.institution in self.institutions


def pseudonym(event: Event) -> str:
    """A steady name for who acted: nobody's own, and of a sealed person none at all."""
    if event.actor_kind == ActorKind.SEALED:
        return "reporter"
    if event.actor_kind == ActorKind.SYSTEM:
        return event.actor
    if event.actor_id is None:
        return "erased"
    return "person-" + crypto.reference(event.actor_id, purpose="pseudonym")[:12]


def view_of(actor: User | None) -> View:
    """What the actor may see of the history. `NotFound` for whoever is no auditor."""
    if actor is None:
        return View()
    institutions = scope(actor, Role.AUDITOR)
    if institutions is not None and not institutions:
        raise NotFound
    hidden = Case.objects.filter(rules.conflict_filter(actor)).values_list("number", flat=True)
    return View(
        None
        if institutions is None
        else frozenset(
            Institution.objects.filter(pk__in=institutions).values_list("slug", flat=True)
        ),
        frozenset(hidden),
    )


@dataclass(frozen=True)
class Row:
    """One event as the page shows it: people by pseudonym, never a sealed one."""

    event: Event
    who: str

    @property
    def details(self) -> list[tuple[str, str]]:
        return [(name, _plain(value)) for name, value in sorted(self.event.data.items())]


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_plain(item)}" for name, item in sorted(value.items()))
    if isinstance(value, list):
        return ", ".join(_plain(item) for item in value)
    return str(value)


@dataclass(frozen=True)
class AuditPage:
    """Events newest first; `older` is the sequence to go on below, None at the end."""

    rows: list[Row]
    older: int | None
    total: int
    checkpoint: Checkpoint | None


def audit_page(actor: User, *, before: int | None) -> AuditPage:
    """One page of the history for an auditor. Raises `NotFound` for anybody else."""
    view = view_of(actor)
    events = history.recent(before=before, limit=PAGE + 1, institutions=view.institutions)
    tail = history.tail()
    more = len(events) > PAGE
    shown = events[:PAGE]
    return AuditPage(
        rows=[Row(event, pseudonym(event)) for event in shown if view.shows(event)],
        older=shown[-1].sequence if more else None,
        total=tail.sequence if tail else 0,
        checkpoint=history.last_checkpoint(),
    )
