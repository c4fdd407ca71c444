"""What people are told about their data, and what reporters say about theirs, version by version.

A report keeps the versions its sender saw (`Report.processing_notice`,
`Report.good_faith_statement`), a notice the version its respondent got. So the words of a version
never change: whoever changes them writes a new version in front of the old ones, which stay
readable at their address. `tests/cases/test_notices.py` holds a fingerprint of each; the English
words are the version, translations belong to it. Article 13 and 14 GDPR ask for what stands here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.enums import ReportMode

Words = str | Promise
# Whoever a report is about, beside the modes of those who report.
RESPONDENT = "respondent"


@dataclass(frozen=True)
class Processing:
    """A version of the notice: sentences for each way to report, and for the person reported.

    One that tells the person reported nothing was written before they were told.
    """

    version: str
    since: date
    sentences: Mapping[str, Sequence[Words]]

    def for_report(self, mode: str) -> Sequence[Words]:
        """What somebody who reports in this mode is told."""
        return self.sentences[mode]

    @property
    def for_respondent(self) -> Sequence[Words]:
        """What the person reported is told, or nothing."""
        return self.sentences.get(RESPONDENT, ())


@dataclass(frozen=True)
class GoodFaith:
    """A version of the statement: what is ticked, and the line below it."""

    version: str
    since: date
    statement: Words
    hint: Words


_CASE = _(
    "Your report becomes part of a case. Members of the integrity office who have nothing to do "
    "with the matter read it."
)
_NOTHING_KEPT = _(
    "We keep nothing that leads to you: no name, no email address, no network address. "
    "What you write and send may still tell who you are."
)
_NAMED = _(
    "Your name and email address are encrypted. The people who work on the case see your name. "
    "Our emails never say who reported."
)
_CONFIDENTIAL = _(
    "Your name and email address are encrypted. The people who work on the case do not see them. "
    "Our emails never say who reported."
)
_SHOWN = _(
    "If there is something to look into, the person it is about is shown the evidence, as clean "
    "copies, and what is said to have happened. They can answer before anything is decided."
)
_HISTORY = _("What was done with your report is written into a history that cannot be changed.")
_BY_CODE = _(
    "You can see your report and where it stands with the code you get. Nobody can look the code "
    "up."
)
_BY_ACCOUNT = _("You can see your report and where it stands at any time, below “My reports”.")

_WHY = _(
    "We use what you tell us to find out whether a rule was broken, to protect the people in it, "
    "and to answer you. For nothing else: no advertising, no profiles, no decision by a machine."
)
_OPENED = _(
    "Your name can be opened only with a written reason, by two officers together, and that is "
    "recorded. We ask you first before we tell the learner or anybody outside the office who you "
    "are. You can say no, and you can take a yes back."
)
_ASKED = _(
    "We ask you first before we tell the learner or anybody outside the office who you are. "
    "You can say no, and you can take a yes back."
)
_KEPT = _(
    "We keep it as long as the case, an appeal or a law needs it. Ask us how long that is in your "
    "case."
)
_RIGHTS = _(
    "You can ask what we hold about you, have it corrected, object to it, or complain to the data "
    "protection authority where you live."
)
_NO_RIGHTS = _(
    "Because we do not know who you are, we cannot find your report when you ask what we hold "
    "about you. Your code is the only way to it."
)

PROCESSING: Sequence[Processing] = (
    Processing(
        version="2026-11-22-2",
        since=date(2026, 11, 22),
        sentences={
            ReportMode.NAMED: (
                *(_WHY, _CASE, _NAMED, _ASKED, _SHOWN, _HISTORY, _KEPT, _BY_ACCOUNT, _RIGHTS),
            ),
            ReportMode.CONFIDENTIAL: (
                *(_WHY, _CASE, _CONFIDENTIAL, _OPENED, _SHOWN, _HISTORY, _KEPT, _BY_ACCOUNT),
                _RIGHTS,
            ),
            ReportMode.ANONYMOUS: (
                *(_WHY, _CASE, _NOTHING_KEPT, _SHOWN, _HISTORY, _KEPT, _BY_CODE, _NO_RIGHTS),
            ),
            RESPONDENT: (
                _(
                    "Somebody told us about something that concerns you, or we came across it. We "
                    "use it to find out whether a rule was broken, and for nothing else: no "
                    "advertising, no profiles, no decision by a machine."
                ),
                _(
                    "We hold your name, your email address, the work or the words it is about, "
                    "what was sent to us as evidence, and what you answer."
                ),
                _(
                    "Members of the integrity office who have nothing to do with the matter read "
                    "it. Your teacher and other learners do not. Somebody you invite to help you "
                    "reads what you read."
                ),
                _(
                    "You are shown everything that counts against you before anything is decided. "
                    "You are not told who reported, unless they have agreed to it."
                ),
                _(
                    "What is done in your case is written into a history that cannot be changed. "
                    "Your name is kept beside it, so that it can be taken out."
                ),
                _KEPT,
                _RIGHTS,
            ),
        },
    ),
    Processing(
        version="2026-11-22",
        since=date(2026, 11, 22),
        sentences={
            ReportMode.NAMED: (_CASE, _NAMED, _SHOWN, _HISTORY, _BY_ACCOUNT),
            ReportMode.CONFIDENTIAL: (_CASE, _CONFIDENTIAL, _SHOWN, _HISTORY, _BY_ACCOUNT),
            ReportMode.ANONYMOUS: (_CASE, _NOTHING_KEPT, _SHOWN, _HISTORY, _BY_CODE),
        },
    ),
)

GOOD_FAITH: Sequence[GoodFaith] = (
    GoodFaith(
        version="2026-11-22",
        since=date(2026, 11, 22),
        statement=_("I have said what I know, as truthfully as I can"),
        hint=_(
            "A report that turns out to be mistaken does no harm to you. "
            "One that is false on purpose may be a breach of the code of conduct."
        ),
    ),
)


def processing(version: str) -> Processing | None:
    """The notice with this version; None where there is none."""
    return next((row for row in PROCESSING if row.version == version), None)


def good_faith(version: str) -> GoodFaith | None:
    """The statement with this version; None where there is none."""
    return next((row for row in GOOD_FAITH if row.version == version), None)


def current_processing() -> Processing:
    """The notice that is shown now."""
    return PROCESSING[0]


def current_good_faith() -> GoodFaith:
    """The statement that is asked for now."""
    return GOOD_FAITH[0]


def fingerprint(row: Processing | GoodFaith) -> str:
    """SHA-256 of the English words of a version, sixteen digits of it."""
    with translation.override("en"):
        if isinstance(row, GoodFaith):
            words: object = [str(row.statement), str(row.hint)]
        else:
            words = {name: [str(line) for line in row.sentences[name]] for name in row.sentences}
        told = json.dumps([row.version, row.since.isoformat(), words], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:16]
