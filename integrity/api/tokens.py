"""Tokens are made, revoked and recognised here."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from integrity.accounts.models import User
from integrity.api.models import ApiToken
from integrity.api.scopes import Scope, unknown
from integrity.audit import services as audit
from integrity.core import clock, crypto
from integrity.core.errors import Conflict, InvalidInput, NotFound
from integrity.core.text import clean_text

PREFIX = "ict_"
DAYS = 90
MAX_DAYS = 365
_PURPOSE = "api-token"
# What a token made here looks like: nothing longer is looked up.
_LENGTH = 64


def create(
    *,
    user: User,
    name: str,
    scopes: Collection[str],
    days: int = DAYS,
    form_key: str | None = None,
    actor: User | None = None,
) -> tuple[ApiToken, str]:
    """A new token of `user` and its secret, which nobody can read again.

    `actor` None is the operator at the command line. Raises `InvalidInput` for no scope or an
    unknown one, for no name, and for `days` outside 1 to 365; `Conflict` for a form that made its
    token before.
    """
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken(
        user=user,
        name=_checked(name, scopes, days),
        digest=crypto.reference(secret, purpose=_PURPOSE),
        scopes=[scope for scope in Scope.values if scope in scopes],
        created_at=clock.now(),
        form_key=form_key,
    )
    token.expires_at = token.created_at + timedelta(days=days)
    try:
        with audit.transaction():
            token.save()
            audit.record(
                "token.created",
                actor=_actor(actor),
                subject=("token", token.public_id),
                data={"scopes": token.scopes, "expires_at": token.expires_at.isoformat()},
                personal={"person": user.public_id},
            )
    except IntegrityError as error:
        raise Conflict(_("This token was made before. Its secret is shown only once.")) from error
    return token, secret


def _checked(name: str, scopes: Collection[str], days: int) -> str:
    problems: dict[str, Sequence[str]] = {}
    try:
        name = clean_text(name, max_length=100, single_line=True)
    except ValidationError as error:
        problems["name"] = error.messages
    if not name:
        problems["name"] = [str(_("Say what the token is for."))]
    if not scopes:
        problems["scopes"] = [str(_("Choose what the token may be used for."))]
    if wrong := unknown(scopes):
        problems["scopes"] = [str(_("There is no scope %(name)s.") % {"name": ", ".join(wrong)})]
    if not 1 <= days <= MAX_DAYS:
        problems["days"] = [str(_("A token is valid for 1 to 365 days."))]
    if problems:
        raise InvalidInput(problems)
    return name


def _actor(user: User | None) -> audit.Actor:
    return audit.Actor.system("operator") if user is None else audit.Actor.user(user.public_id)


def own(user: User) -> list[ApiToken]:
    """The user's tokens, the newest first, at most two hundred."""
    return list(ApiToken.objects.filter(user=user)[:200])


def revoke(*, actor: User, token_id: UUID) -> ApiToken:
    """Make a token of the actor's own useless from the next request on; twice is once.

    Raises `NotFound` for anybody else's.
    """
    with audit.transaction():
        token = ApiToken.objects.select_for_update().filter(user=actor, public_id=token_id).first()
        if token is None:
            raise NotFound
        if token.revoked_at is None:
            token.revoked_at = clock.now()
            token.save(update_fields=["revoked_at"])
            audit.record(
                "token.revoked",
                actor=_actor(actor),
                subject=("token", token.public_id),
                personal={"person": actor.public_id},
            )
    return token


def find(secret: str) -> ApiToken | None:
    """The token of this secret with its user, when both are good now; None otherwise."""
    if not secret.isascii() or len(secret) > _LENGTH:
        return None
    digests = crypto.references(secret, purpose=_PURPOSE)
    token = ApiToken.objects.select_related("user").filter(digest__in=digests).first()
    return token if token is not None and token.works and token.user.is_active else None


def note_use(token: ApiToken) -> None:
    """Remember the day of the last use: one write a day."""
    today = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    if token.last_used_at != today:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=today)
