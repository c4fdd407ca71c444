"""Advisers: a respondent lets somebody help, as far as they say, until they take it back (PR2).

Nobody is told whether an address has an account: the invitation looks the same, to the respondent,
until somebody accepts it. Whoever receives mail at that address, confirmed, decides.

None of this changes the case: its revision stays, and no form of the desk becomes stale.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from cases import letters, rules, workflow
from cases.models import AdviserAccess, Case, Respondent
from cases.services.base import save
from integrity.accounts.models import User
from integrity.accounts.selectors import confirmed_addresses
from integrity.audit import services as audit
from integrity.core import clock
from integrity.core.errors import Conflict, InvalidInput, NotFound, NotPermitted

# Help needs a few people; more is a way to write to strangers in our name.
AT_ONCE = 3
IN_ALL = 10


@contextmanager
def _locked(case_id: int) -> Iterator[Case]:
    """The case, locked, so that taking back and accepting come one after the other."""
    with audit.transaction():
        yield Case.objects.select_for_update().get(pk=case_id)


@dataclass(frozen=True, kw_only=True)
class Scope:
    """How far an access reaches, as the respondent says. Where the case stands, all of them see."""

    reads_evidence: bool = True
    may_write: bool = False
    comes_along: bool = True

    @classmethod
    def of(cls, access: AdviserAccess) -> Scope:
        """The scope of a row."""
        return cls(**{name: getattr(access, name) for name in SCOPE})

    def put_on(self, access: AdviserAccess) -> None:
        """Let the row reach so far."""
        for name, value in asdict(self).items():
            setattr(access, name, value)


SCOPE = tuple(field.name for field in fields(Scope))


def invite(
    *, actor: User, number: str, email: str, form_key: str, scope: Scope | None = None
) -> AdviserAccess:
    """Ask whoever receives mail at `email` to help, as far as `scope` says (default: `Scope()`).

    The same form again is the same invitation.

    From the notice until the case is closed, for the suspended and expelled too. At most `AT_ONCE`
    at a time and `IN_ALL` in the whole case. Raises `InvalidInput` at "email", `NotFound` for
    anybody but the respondent, `IllegalTransition` after the end.
    """
    email = email.strip().lower()
    scope = scope or Scope()
    own = rules.respondent_cases(actor).filter(case__number=number).first()
    if own is None:
        raise NotFound
    with _locked(own.case_id) as case:
        respondent = Respondent.objects.select_related("user").get(pk=own.pk)
        known = AdviserAccess.objects.filter(form_key=form_key).first()
        if known is not None:
            said = (known.respondent_id, known.email, Scope.of(known))
            if said != (respondent.pk, email, scope):
                raise Conflict(_("This form was sent before. Please start again."))
            return known
        workflow.require("invite_adviser", actor=actor, case=case, respondent=respondent)
        _check(respondent, email)
        access = AdviserAccess(
            respondent=respondent, email=email, invited_at=clock.now(), form_key=form_key
        )
        scope.put_on(access)
        save(access)
        _record(
            "adviser.invited",
            case,
            access,
            actor,
            role="respondent",
            data=asdict(scope),
            email=email,
        )
        letters.adviser_invited(case, access)
    return access


def _check(respondent: Respondent, email: str) -> None:
    try:
        validate_email(email)
    except ValidationError:
        raise InvalidInput({"email": [_("Enter an email address like name@example.edu")]}) from None
    if email == respondent.user.email or email in confirmed_addresses(respondent.user):
        raise InvalidInput({"email": [_("This is your own address.")]})
    rows = list(respondent.advisers.all())
    live = [row for row in rows if row.revoked_at is None]
    if any(row.email == email for row in live):
        raise InvalidInput({"email": [_("You have asked this person already.")]})
    if len(live) >= AT_ONCE:
        raise InvalidInput(
            {"email": [_("You have asked three people. Take one back to ask somebody else.")]}
        )
    if len(rows) >= IN_ALL:
        raise InvalidInput({"email": [_("You have asked ten people. Please write to us.")]})


def accept(*, actor: User, access_id: UUID | str) -> AdviserAccess:
    """Agree to help, with a confirmed address that was invited. Repeating it changes nothing.

    `NotFound` for an invitation to another address and for one that was taken back; `NotPermitted`
    for whoever has to do with the case in another way (`rules.may_advise`).
    """
    found = AdviserAccess.objects.filter(public_id=access_id).select_related("respondent").first()
    if found is None:
        raise NotFound
    with _locked(found.respondent.case_id) as case:
        if (mine := rules.advised(actor).filter(pk=found.pk).first()) is not None:
            return mine
        access = rules.invitations(actor).filter(pk=found.pk).first()
        if access is None:
            raise NotFound
        if not rules.may_advise(actor, case):
            # One answer for every reason: who is looked into and has not been told, or who
            # reported, would learn or show it here.
            raise NotPermitted(_("This invitation cannot be accepted from your account."))
        if AdviserAccess.objects.filter(
            respondent=access.respondent_id, adviser=actor, revoked_at__isnull=True
        ).exists():
            raise Conflict(_("You help this person already."))
        access.adviser = actor
        access.accepted_at = clock.now()
        save(access)
        _record("adviser.accepted", case, access, actor, adviser=str(actor.public_id))
    return access


def decline(*, actor: User, access_id: UUID | str) -> None:
    """Say no to an invitation. The respondent sees that it ended. Repeating it changes nothing."""
    found = (
        AdviserAccess.objects.filter(
            public_id=access_id, email__in=confirmed_addresses(actor), adviser__isnull=True
        )
        .select_related("respondent")
        .first()
    )
    if found is None:
        raise NotFound
    with _locked(found.respondent.case_id) as case:
        access = rules.invitations(actor).filter(pk=found.pk).first()
        if access is None:
            return
        access.revoked_at = clock.now()
        save(access)
        _record("adviser.declined", case, access, actor)


def change(*, actor: User, number: str, access_id: UUID | str, scope: Scope) -> AdviserAccess:
    """Let somebody who was asked do more or less, by the respondent: at the next request.

    Also after the case has ended. The same again changes nothing; `Conflict` once it was taken
    back, `NotFound` for anybody else's.
    """
    own = rules.respondent_cases(actor).filter(case__number=number).first()
    if own is None:
        raise NotFound
    with _locked(own.case_id) as case:
        access = own.advisers.filter(public_id=access_id).first()
        if access is None:
            raise NotFound
        if access.revoked_at is not None:
            raise Conflict(_("You have taken this back already, or they said no."))
        if Scope.of(access) == scope:
            return access
        scope.put_on(access)
        save(access)
        _record("adviser.changed", case, access, actor, role="respondent", data=asdict(scope))
    return access


def revoke(*, actor: User, number: str, access_id: UUID | str) -> None:
    """Take an invitation or an access back, by the respondent: it is gone at the next request."""
    own = rules.respondent_cases(actor).filter(case__number=number).first()
    if own is None:
        raise NotFound
    with _locked(own.case_id) as case:
        access = own.advisers.filter(public_id=access_id).first()
        if access is None:
            raise NotFound
        if access.revoked_at is not None:
            return
        access.revoked_at = clock.now()
        save(access)
        _record("adviser.revoked", case, access, actor, role="respondent")


def _record(
    action: str,
    case: Case,
    access: AdviserAccess,
    actor: User,
    *,
    role: str = "adviser",
    data: dict[str, Any] | None = None,
    **personal: str,
) -> None:
    audit.record(
        action,
        actor=audit.Actor.user(actor.public_id, role=role),
        subject=("adviser", str(access.public_id)),
        case_number=case.number,
        institution=case.institution.slug,
        data=data or {},
        personal=personal,
    )
