"""About people's names and accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportUnsealed:
    """To whoever reported in confidence: two officers opened their name. `matter` and `purpose` are
    letter only; by whom is said nowhere."""

    report_reference: str
    matter: str
    opened_at: datetime
    purpose: Literal["safety", "protect", "duty", "made_up"]
    report_url: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentAsked:
    """To a reporter, a witness or a respondent (`of`): may we name you? Everything is letter only.
    `to_whom` is set where somebody outside the office would be told, `matter` for a reporter."""

    of: Literal["reporter", "witness", "respondent"]
    purpose: Literal["tell_desk", "tell_learner", "tell_others"]
    to_whom: str = ""
    reason: str
    matter: str = ""
    consent_url: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityTold:
    """To a respondent: somebody agreed that they learn the name (letter only): who reported, who
    gave a statement, or another respondent."""

    case_number: str
    matter: str
    of: Literal["reporter", "witness", "respondent"]
    name: str
    case_url: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OneAccountAsked:
    """To both accounts of a pair, the same to each: do you have a second account? Nothing in it
    says that another account exists, or whose it would be. `check_url` is where to answer."""

    answer_by: datetime
    check_url: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OneAccountCode:
    """To the account that is to be closed, an email without a letter: the one-time `code`. It is
    shown in the email, for whoever reads it may not be able to sign in any more."""

    code: str
    minutes: int
    contact: str
