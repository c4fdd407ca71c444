"""What somebody asks the queue for again and again, and the columns they want to see (QU1).

A view is words of an address and nothing else: whoever opens it asks anew, as themselves.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from cases.models import QueueColumns, SavedView
from cases.selectors.queue_filters import Filters
from cases.selectors.queue_rows import USUAL, columns_of
from integrity.accounts.enums import Role
from integrity.accounts.models import User
from integrity.accounts.rules import scope
from integrity.core.errors import InvalidInput, NotFound
from integrity.courses.models import Institution

# Longer lists are no help; and nobody fills the table.
MOST = 50
EVERYBODY = "all"
ONLY_ME = ""


def may_share_with(user: User) -> tuple[bool, list[Institution]]:
    """Whether the user may share with everybody of the desk, and with which institutions.

    Officers do; those of an institution with that institution alone. One query for officers.
    """
    where = scope(user, Role.OFFICER)
    if where is not None and not where:
        return False, []
    rows = Institution.objects.order_by("name", "pk")
    return where is None, list(rows if where is None else rows.filter(pk__in=where))


@transaction.atomic
def save_view(
    *, actor: User, name: str, query: str, columns: Collection[str] = (), share: str = ONLY_ME
) -> SavedView:
    """Keep the list of an address under a name. `share`: ONLY_ME, EVERYBODY or a slug.

    Raises `InvalidInput` for a name the actor has, for one view too many, for somebody they may
    not share with, for words to search by in a view for others, and for an address that the queue
    would refuse.
    """
    filters = Filters.read(QueryDict(query), actor)
    # The owner's row is the lock: two at once cannot both be the last.
    User.objects.select_for_update().get(pk=actor.pk)
    own = SavedView.objects.filter(owner=actor)
    if own.count() >= MOST:
        raise InvalidInput({"": [_("You have very many views. Delete one first.")]})
    view = SavedView(owner=actor, query=filters.query, columns=_kept(columns))
    _name(view, name)
    _share(view, filters, share)
    view.save()
    return view


@transaction.atomic
def change_view(
    *, actor: User, public_id: UUID, name: str, columns: Collection[str], share: str
) -> SavedView:
    """Rename the actor's own view, share it or not, and say what it shows; as `save_view`."""
    view = _own(actor, public_id)
    _name(view, name)
    _share(view, Filters.read(QueryDict(view.query), actor), share)
    view.columns = _kept(columns)
    view.save()
    return view


@transaction.atomic
def delete_view(*, actor: User, public_id: UUID) -> None:
    """Delete the actor's own view, for everybody it was shared with; twice is once."""
    SavedView.objects.filter(owner=actor, public_id=public_id).delete()


@transaction.atomic
def choose_columns(*, actor: User, columns: Collection[str], saved: str = "") -> None:
    """What the queue shows beside what is alleged; of the actor's own view `saved`, if named."""
    if saved:
        view = _own(actor, UUID(saved))
        view.columns = _kept(columns)
        view.save(update_fields=["columns"])
        return
    QueueColumns.objects.update_or_create(user=actor, defaults={"columns": _kept(columns)})


def share_of(view: SavedView) -> str:
    """With whom a view is shared, as `save_view` takes it."""
    if not view.shared:
        return ONLY_ME
    return view.institution.slug if view.institution is not None else EVERYBODY


def _kept(columns: Collection[str]) -> list[str]:
    return list(columns_of(list(columns)) if columns else USUAL)


def _own(actor: User, public_id: UUID) -> SavedView:
    rows = SavedView.objects.select_for_update(of=("self",)).select_related("institution")
    view = rows.filter(owner=actor, public_id=public_id).first()
    if view is None:
        raise NotFound
    return view


def _name(view: SavedView, name: str) -> None:
    others = SavedView.objects.filter(owner=view.owner, name=name).exclude(pk=view.pk)
    if others.exists():
        raise InvalidInput({"name": [_("You have a view of this name already.")]})
    view.name = name


def _share(view: SavedView, filters: Filters, share: str) -> None:
    view.shared, view.institution = False, None
    if share == ONLY_ME:
        return
    everybody, institutions = may_share_with(view.owner)
    view.institution = next((place for place in institutions if place.slug == share), None)
    if view.institution is None and not (share == EVERYBODY and everybody):
        raise InvalidInput({"share": [_("You cannot share a view with them.")]})
    if filters.q:
        raise InvalidInput(
            {"share": [_("Words you search for may name people. Keep this view to yourself.")]}
        )
    view.shared = True
