"""Who holds which role, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from integrity.accounts.enums import Role

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from integrity.accounts.models import User

STAFF_OF_CASES = (Role.MODERATOR, Role.OFFICER)


def has_role(
    user: User | AnonymousUser,
    *roles: str,
    institution_id: int | None = None,
    anywhere: bool = True,
) -> bool:
    """Whether the active user holds one of `roles`.

    With `anywhere` any scope counts; otherwise the grant must be platform-wide or for
    `institution_id`.
    """
    if not user.is_authenticated or not user.is_active:
        return False
    return any(
        grant.role in roles
        and (anywhere or grant.institution_id is None or grant.institution_id == institution_id)
        for grant in user.role_grants()
    )


def scope(user: User | AnonymousUser, *roles: str) -> set[int] | None:
    """The institutions where the user holds one of `roles`; `None` means everywhere."""
    if not user.is_authenticated or not user.is_active:
        return set()
    grants = [grant for grant in user.role_grants() if grant.role in roles]
    if any(grant.institution_id is None for grant in grants):
        return None
    return {grant.institution_id for grant in grants if grant.institution_id is not None}


def belongs_to(account: User, user: User) -> bool:
    """Whether the account is the user's own, or was closed into it; never a visitor's."""
    return user.pk in {account.pk, account.closed_into_id} - {None}


def same_person(user: User, path: str) -> Q:
    """True for rows whose `path` is the user, or an account that was closed into theirs.

    Most of what a closed account had belongs to the kept one; what could not move, because the kept
    one had its own, is found this way. Costs a join only for people who closed an account.
    """
    own = Q(**{path: user})
    return own | Q(**{f"{path}__closed_into": user}) if user.former_ids else own
