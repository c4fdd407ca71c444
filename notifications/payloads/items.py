"""Parts that letters list: clauses, pieces of evidence, findings, consequences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyItem:
    """A text that governs, "Honor code, version 4", and its permanent page."""

    label: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AllegationItem:
    """One allegation. `title` is the violation type, `clause_label` its clause and version
    ("clause 3.1 of the honor code, version 4"), `clause_url` that clause's permanent page,
    `description` what is said to have happened."""

    title: str
    clause_label: str
    clause_url: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceItem:
    """One piece of evidence the respondent may see. `url` is its page in their own case."""

    title: str
    description: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsequenceItem:
    """A consequence that is possible under the policy in force."""

    title: str
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerItem:
    """What the respondent said on one allegation ("You admit this", "You contest this")."""

    title: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingItem:
    """What was found on one allegation. `outcome` is a sentence for the reader, `standard` how it
    was weighed, `rests_on` the pieces it rests on as the reader knows them ("E1: Article"),
    `reasons` the reader's points with the answers."""

    title: str
    clause_label: str
    clause_url: str
    outcome: str
    standard: str = ""
    rests_on: tuple[str, ...] = ()
    reasons: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SanctionItem:
    """One sanction with what it does. Without `ends_at` it has no end, or needs none."""

    title: str
    description: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    conditions: str = ""
