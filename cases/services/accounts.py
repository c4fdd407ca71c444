"""One account per person (PO9): asking about a likely second one, and closing it.

Nobody is told whether another account exists or whose it is: the letter goes to both accounts of a
pair and says the same to both, the page asks for the other address instead of showing it, and a
wrong address is answered like a right one.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases import letters
from cases.letters.accounts import ANSWER_WITHIN
from cases.selectors.accounts import own_pairs, pairs_for
from cases.services import carrying
from integrity.accounts.enums import MatchStatus, Role
from integrity.accounts.models import AccountMatch, ClosingCode, User
from integrity.accounts.rules import has_role
from integrity.accounts.selectors import confirmed_addresses
from integrity.api import tokens
from integrity.api.models import ApiToken
from integrity.audit import services as audit
from integrity.core import clock, crypto
from integrity.core.errors import (
    Conflict,
    IllegalTransition,
    InvalidInput,
    NotFound,
    NotPermitted,
    TooMany,
)

# The violation type this is about.
VIOLATION = "multiple_accounts"
CODE_LASTS = timedelta(minutes=30)
# From the right code to the last button.
PROOF_LASTS = timedelta(minutes=30)
CODES_A_DAY = 5
TRIES = 5
DAY = timedelta(days=1)
OPEN = (MatchStatus.FOUND, MatchStatus.ASKED, MatchStatus.DENIED)
_CODE = "closing-code"
_DIGITS = 8


# The desk


def ask(*, actor: User, match_id: UUID | str) -> AccountMatch:
    """Ask whether both accounts are one person's: the same letter to each of them, once."""
    with audit.transaction():
        match = _for_desk(actor, match_id)
        if match.status == MatchStatus.ASKED:
            return match
        if match.status != MatchStatus.FOUND:
            raise IllegalTransition(_("This pair was dealt with already."))
        if not (match.older.is_active and match.newer.is_active):
            raise Conflict(_("One of the accounts is not in use any more."))
        match.status = MatchStatus.ASKED
        match.asked_at = clock.now()
        match.settled_by = actor
        match.save(update_fields=["status", "asked_at", "settled_by"])
        _record("person.account_asked", match, actor, data={"reasons": match.reasons})
        for account in (match.older, match.newer):
            letters.one_account_asked(match, account)
    return match


def dismiss(*, actor: User, match_id: UUID | str, reason: str) -> AccountMatch:
    """Two people. The pair never comes back."""
    reason = reason.strip()
    if not reason:
        raise InvalidInput({"reason": [_("Say why these are two people.")]})
    with audit.transaction():
        match = _for_desk(actor, match_id)
        if match.status == MatchStatus.DISMISSED:
            return match
        if match.status not in OPEN:
            raise IllegalTransition(_("This pair was dealt with already."))
        match.status = MatchStatus.DISMISSED
        match.note = reason
        match.settled_by = actor
        match.save(update_fields=["status", "note", "settled_by"])
        _record("person.accounts_told_apart", match, actor, personal={"reason": reason})
    return match


def doubt(*, actor: User, match_id: UUID | str, reason: str) -> AccountMatch:
    """An officer records why the answer "not mine" is not believed. Only then is the way open."""
    reason = reason.strip()
    if not reason:
        raise InvalidInput({"reason": [_("Say why the answer is not believed.")]})
    with audit.transaction():
        match = _for_desk(actor, match_id)
        if not pairs_for(actor, Role.OFFICER).filter(pk=match.pk).exists():
            raise NotPermitted
        if match.status != MatchStatus.DENIED:
            raise IllegalTransition(_("There is no answer that could be doubted."))
        if match.note == reason:
            return match
        if match.note:
            raise Conflict(_("A reason is recorded already."))
        match.note = reason
        match.settled_by = actor
        match.save(update_fields=["note", "settled_by"])
        _record("person.answer_doubted", match, actor, personal={"reason": reason})
    return match


def may_allege_second_account(user: User, at: datetime) -> str | Promise | None:
    """None when a second account may be alleged against this person at `at`, else why not yet.

    Only when a request to that very person went unanswered for fourteen days, to the second, or an
    officer recorded why the answer "not mine" is not believed.
    """
    person = user.closed_into_id or user.pk
    pairs = AccountMatch.objects.filter(Q(older=person) | Q(newer=person))
    unanswered = Q(status=MatchStatus.ASKED, asked_at__lte=at - ANSWER_WITHIN)
    doubted = Q(status=MatchStatus.DENIED) & ~Q(note="")
    if pairs.filter(unanswered | doubted).exists():
        return None
    if pairs.filter(status=MatchStatus.ASKED).exists():
        return _(
            "This learner was asked about a second account less than 14 days ago. Wait for the "
            "answer."
        )
    if pairs.filter(status=MatchStatus.DENIED).exists():
        return _(
            "This learner answered that the other account is not theirs. An officer first has to "
            "record why the answer is not believed."
        )
    return _(
        "This learner was not asked about a second account yet. Ask first, under Accounts. This "
        "can be alleged when 14 days went by without an answer."
    )


# The person


def deny(*, actor: User, match_id: UUID | str, text: str) -> AccountMatch:
    """The other account is not theirs, in their words. Said once by each account of the pair."""
    text = text.strip()
    with audit.transaction():
        match = _own(actor, match_id)
        if match.answered_by(actor):
            first = (match.side_of(actor) == "older") == match.answered_by_older
            if (match.answer if first else match.other_answer) == text:
                return match
            raise Conflict(_("You have answered already."))
        if match.status not in (MatchStatus.ASKED, MatchStatus.DENIED):
            raise IllegalTransition(_("There is nothing to answer any more."))
        if match.answered_at is None:
            match.answer, match.answered_at = text, clock.now()
            match.answered_by_older = match.side_of(actor) == "older"
        else:
            match.other_answer, match.other_answered_at = text, clock.now()
        match.status = MatchStatus.DENIED
        match.save()
        _record("person.account_denied", match, actor)
    return match


def send_code(*, actor: User, match_id: UUID | str, email: str, form_key: str) -> None:
    """Send a one-time code to the other account, where `email` is an address of it.

    Nothing tells a right address from a wrong one, and both count: `TooMany` after five within a
    day. The same form again sends nothing. `IllegalTransition` where the account cannot be closed.
    """
    with audit.transaction():
        match = _own(actor, match_id)
        if match.status not in (MatchStatus.ASKED, MatchStatus.DENIED):
            raise IllegalTransition(_("There is nothing to close any more."))
        if ClosingCode.objects.filter(form_key=form_key).exists():
            return
        since = clock.now() - DAY
        # Each side by itself: whoever has the other account reads nothing of what is asked here.
        older = match.side_of(actor) == "older"
        sent = match.codes.filter(sent_at__gt=since, keeps_older=older).order_by("sent_at")
        if sent.count() >= CODES_A_DAY:
            wait = sent[0].sent_at + DAY - clock.now()
            raise TooMany(
                _("You asked for a code several times today. Please try again tomorrow."),
                seconds=max(1, int(wait.total_seconds())),
            )
        code = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}}"
        row = ClosingCode.objects.create(
            match=match,
            keeps_older=older,
            digest=_digests(match, code)[0],
            sent_at=clock.now(),
            expires_at=clock.now() + CODE_LASTS,
            form_key=form_key,
        )
        other = match.other_than(actor)
        addresses = {other.email.lower(), *confirmed_addresses(other)}
        if email.strip().lower() in addresses and other.is_active:
            letters.one_account_code(row, other, f"{code[:4]} {code[4:]}")


def prove(*, actor: User, match_id: UUID | str, code: str) -> None:
    """Type the code: who knows it has both accounts.

    `InvalidInput` for a wrong one, one that is older than half an hour or was tried five times, all
    in the same words. Every try counts, also when many come at once.
    """
    given = "".join(sign for sign in code if sign.isdigit())
    with audit.transaction():
        match = _own(actor, match_id)
        row = _newest(match, actor)
        right = False
        if row is not None and row.tries < TRIES and clock.now() < row.expires_at:
            row.tries += 1
            right = any(
                secrets.compare_digest(row.digest, digest) for digest in _digests(match, given)
            )
            if right:
                row.proved_at = clock.now()
            row.save(update_fields=["tries", "proved_at"])
    if not right:
        raise InvalidInput(
            {"code": [_("This is not the code, or it is too old. You can ask for a new one.")]}
        )


def proved(*, actor: User, match: AccountMatch) -> bool:
    """Whether the actor typed the code for this pair within the last half hour."""
    row = match.codes.filter(keeps_older=match.side_of(actor) == "older").last()
    return _holds(row)


def close_other(*, actor: User, match_id: UUID | str) -> AccountMatch:
    """Close the other account of the pair and carry everything over, in one transaction.

    The second time it is what it was. `NotPermitted` without proof of both accounts,
    `IllegalTransition` for an account that holds a role of the desk, `Conflict` when it is closed
    already or the other way round.
    """
    with audit.transaction():
        match = _own(actor, match_id)
        people = User.objects.select_for_update(no_key=True).order_by("pk")
        both = {row.pk: row for row in people.filter(pk__in=(match.older_id, match.newer_id))}
        kept = both.pop(actor.pk)
        (closed,) = both.values()
        if match.status == MatchStatus.CLOSED and closed.closed_into_id == kept.pk:
            return match
        if match.status not in (MatchStatus.ASKED, MatchStatus.DENIED):
            raise Conflict(_("There is nothing to close any more."))
        if not (kept.is_active and closed.is_active):
            raise Conflict(_("One of the accounts is closed already."))
        if not _holds(_newest(match, actor)):
            raise NotPermitted(_("Please type the code from the email first."))
        if closed.role_grants():
            raise IllegalTransition(HAS_ROLE)
        kept.former_ids = [*kept.former_ids, *closed.same_ids]
        kept.save(update_fields=["former_ids"])
        carried = carrying.carry(closed=closed, kept=kept, actor=kept)
        _end(closed, kept)
        match.status = MatchStatus.CLOSED
        match.closed_at = clock.now()
        match.carried = carried
        match.save(update_fields=["status", "closed_at", "carried"])
        _settle_others(closed, match)
        audit.record(
            "person.account_closed",
            actor=audit.Actor.user(kept.public_id, role="learner"),
            subject=("accounts", str(match.public_id)),
            data={"carried": carried},
            personal={"closed": str(closed.public_id), "kept": str(kept.public_id)},
        )
    return match


HAS_ROLE = _(
    "The other account has a role in this office, so it cannot be closed here. Sign in to that one "
    "and close this one instead, or write to us."
)


def _end(closed: User, kept: User) -> None:
    """Nobody signs in to it again: no password fits, sessions and tokens are dead."""
    for token in ApiToken.objects.filter(user=closed, revoked_at__isnull=True):
        tokens.revoke(actor=closed, token_id=token.public_id)
    closed.is_active = False
    closed.closed_into = kept
    closed.set_unusable_password()
    closed.save(update_fields=["is_active", "closed_into", "password"])


def _settle_others(closed: User, match: AccountMatch) -> None:
    """Other pairs with the closed account have nothing to ask any more; the kept one is compared
    like everybody."""
    rows = AccountMatch.objects.filter(Q(older=closed) | Q(newer=closed), status__in=OPEN)
    rows.exclude(pk=match.pk).update(status=MatchStatus.CLOSED, closed_at=clock.now())


def _digests(match: AccountMatch, code: str) -> list[str]:
    return crypto.references(f"{match.public_id}:{code}", purpose=_CODE)


def _newest(match: AccountMatch, actor: User) -> ClosingCode | None:
    side = match.side_of(actor) == "older"
    rows = ClosingCode.objects.select_for_update().filter(match=match, keeps_older=side)
    return rows.order_by("-sent_at", "-pk").first()


def _holds(row: ClosingCode | None) -> bool:
    return (
        row is not None and row.proved_at is not None and clock.now() < row.proved_at + PROOF_LASTS
    )


def _own(actor: User, match_id: UUID | str) -> AccountMatch:
    match = own_pairs(actor).select_for_update(of=("self",)).filter(public_id=match_id).first()
    if match is None:
        raise NotFound
    return match


def _for_desk(actor: User, match_id: UUID | str) -> AccountMatch:
    match = pairs_for(actor).select_for_update(of=("self",)).filter(public_id=match_id).first()
    if match is None:
        raise NotFound
    return match


def _record(action: str, match: AccountMatch, actor: User, **more: Any) -> None:
    audit.record(
        action,
        actor=audit.Actor.user(actor.public_id, role=_role(actor)),
        subject=("accounts", str(match.public_id)),
        **more,
    )


def _role(actor: User) -> str:
    for role in (Role.OFFICER, Role.MODERATOR):
        if has_role(actor, role):
            return str(role)
    return "learner"
