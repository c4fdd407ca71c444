"""What a person is told about a likely second account, and the code that closes one (PO9)."""

from __future__ import annotations

from datetime import timedelta
from email.utils import parseaddr

from django.conf import settings
from django.urls import reverse

from cases.letters.words import site
from integrity.accounts.models import AccountMatch, ClosingCode, User
from integrity.core import clock
from notifications import payloads
from notifications import services as notifications
from notifications.models import OutboxMessage
from notifications.recipients import Recipient

# How long a request goes unanswered before a violation may be alleged.
ANSWER_WITHIN = timedelta(days=14)


def one_account_asked(match: AccountMatch, account: User) -> OutboxMessage:
    """To one account of a pair: the same words for both, and nothing of the other one."""
    side = match.side_of(account)
    return notifications.queue(
        "one_account_asked",
        recipient=Recipient.user(account),
        payload=payloads.OneAccountAsked(
            answer_by=(match.asked_at or clock.now()) + ANSWER_WITHIN,
            check_url=site(reverse("my:account_check", args=[match.public_id])),
            contact=_contact(),
        ),
        key=f"one_account_asked:{match.public_id}:{side}",
    )


def one_account_code(row: ClosingCode, account: User, code: str) -> OutboxMessage:
    """To the account that is to be closed: an email with the code, for it may be the only way."""
    return notifications.queue(
        "one_account_code",
        recipient=Recipient.user(account),
        payload=payloads.OneAccountCode(
            code=code,
            minutes=int((row.expires_at - row.sent_at).total_seconds() // 60),
            contact=_contact(),
        ),
        key=f"one_account_code:{row.pk}",
    )


def _contact() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1] or settings.DEFAULT_FROM_EMAIL
