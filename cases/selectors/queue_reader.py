"""What the queue has to know of whoever reads it: one query, whatever there is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, CharField, F, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast

from cases import rules
from cases.models import Case, QueueColumns, SavedView
from cases.rules.sight import ties_of
from cases.selectors.queue_rows import USUAL, columns_of
from integrity.accounts.enums import Role
from integrity.accounts.models import RoleGrant, User
from integrity.accounts.rules import STAFF_OF_CASES, scope
from integrity.core import clock
from integrity.courses.models import Institution


@dataclass(frozen=True, slots=True)
class Saved:
    """A view somebody saved, as the reader is offered it."""

    public_id: str
    name: str
    query: str
    columns: tuple[str, ...]
    own: bool


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody or something to choose: its key, how the address names it, and its name."""

    pk: int
    key: str
    name: str


@dataclass(frozen=True)
class Reader:
    """Whoever reads the queue. `newest`: the last case they see, to tell what came after it."""

    user: User
    sight: rules.Sight
    columns: tuple[str, ...]
    saved: list[Saved]
    colleagues: list[Named]
    institutions: list[Named]
    newest: int

    def offered(self, public_id: str) -> Saved | None:
        """The saved view of this id, where the reader is offered it."""
        return next((view for view in self.saved if view.public_id == public_id), None)

    @classmethod
    def read(cls, user: User) -> Reader:
        """One query."""
        ties = [_with(rows) for rows in ties_of(user)]
        first, *others = [*ties, *_rest(user)]
        found: dict[str, list[Any]] = {}
        for what, *rest in first.union(*others, all=True):
            found.setdefault(what, []).append(rest)
        return cls(
            user=user,
            sight=rules.Sight.of(
                user, [(what, row[0]) for what, rows in found.items() for row in rows]
            ),
            columns=next((_columns(row[4]) for row in found.get("columns", ())), USUAL),
            saved=sorted(
                (
                    Saved(str(UUID(key)), name, query, _columns(columns), what == "own")
                    for what in ("own", "shared")
                    for _pk, key, name, query, columns in found.get(what, ())
                ),
                key=lambda view: (not view.own, view.name.casefold(), view.public_id),
            ),
            colleagues=[
                Named(row.pk, str(UUID(row.key)), row.name) for row in _named(found, "person")
            ],
            institutions=_named(found, "institution"),
            newest=next((row[0] for row in found.get("newest", ())), 0),
        )


def offered_to(user: User) -> QuerySet[SavedView]:
    """The reader's own views, and what officers share where the reader works."""
    where = scope(user, *STAFF_OF_CASES, Role.AUDITOR)
    here = Q() if where is None else Q(institution__isnull=True) | Q(institution__in=where)
    return SavedView.objects.filter(Q(owner=user) | Q(shared=True) & here)


def colleagues_of(user: User) -> QuerySet[User]:
    """Who works on cases where the reader does, or for the whole platform."""
    at = clock.now()
    where = scope(user, *STAFF_OF_CASES, Role.AUDITOR)
    here = Q() if where is None else Q(institution__isnull=True) | Q(institution__in=where)
    grants = RoleGrant.objects.filter(
        Q(ended_at__isnull=True) | Q(ended_at__gt=at), here, role__in=STAFF_OF_CASES
    )
    return User.objects.filter(is_active=True, pk__in=grants.values("user")).exclude(pk=user.pk)


def institutions_of(user: User) -> QuerySet[Institution]:
    """The institutions the reader works for."""
    where = scope(user, *STAFF_OF_CASES, Role.AUDITOR)
    rows = Institution.objects.all()
    return rows if where is None else rows.filter(pk__in=where)


def _rest(user: User) -> list[QuerySet[Any, Any]]:
    views = offered_to(user)
    # A number that grew by a case kept from the reader would tell that it came (HOSTILE 16).
    last = rules.visible_to(user).order_by("-pk").values("pk")[:1]
    view = {"key": "public_id", "name": "name", "more": "query", "columns": "columns"}
    return [
        _row("own", views.filter(owner=user), **view),
        _row("shared", views.exclude(owner=user), **view),
        _row("columns", QueueColumns.objects.filter(user=user), columns="columns"),
        _row("person", colleagues_of(user), key="public_id", name="display_name"),
        _row("institution", institutions_of(user), key="slug", name="name"),
        _row("newest", Case.objects.filter(pk__in=last)),
    ]


def _row(what: str, rows: QuerySet[Any, Any], **fields: str) -> QuerySet[Any, Any]:
    named = rows.order_by().annotate(
        what=Cast(Value(what), CharField(max_length=20)),
        tied=Cast(F("pk"), BigIntegerField()),
    )
    return _with(named.values_list("what", "tied"), **fields)


def _with(rows: QuerySet[Any, Any], **fields: str) -> QuerySet[Any, Any]:
    """The rows with four texts more, empty where no field is named."""
    return rows.annotate(
        **{
            f"said_{name}": Cast(F(fields[name]) if name in fields else Value(""), TextField())
            for name in ("key", "name", "more", "columns")
        }
    )


def _named(found: dict[str, list[Any]], what: str) -> list[Named]:
    rows = [Named(row[0], row[1], row[2]) for row in found.get(what, ())]
    return sorted(rows, key=lambda row: (row.name.casefold(), row.pk))


def _columns(text: str) -> tuple[str, ...]:
    return columns_of(json.loads(text)) if text else USUAL
