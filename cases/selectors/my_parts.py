"""What the respondent's page is read from: its pieces, its history, and what is fetched ahead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Prefetch

from cases.enums import PASSED, DeterminationStatus, FileRole, SanctionStatus
from cases.models import (
    Allegation,
    Appeal,
    Determination,
    Disclosure,
    Evidence,
    EvidenceFile,
    Finding,
    FindingSupport,
    MoreTime,
    Notice,
    Redaction,
    Respondent,
    Response,
    ResponsePoint,
    Sanction,
)
from cases.others import NOBODY, Names
from integrity.core import clock
from notifications.models import Letter

CLOCK_TICK = timedelta(seconds=1)


def window_open(until: datetime, *, at: datetime | None = None) -> bool:
    """Whether a window that ends with the second `until` is open: that second still counts."""
    return (at or clock.now()) < until + CLOCK_TICK


@dataclass(frozen=True)
class Shown:
    """Evidence the respondent was shown, as they see it: read only `shown_...` of it.

    `file` is the copy that is theirs to open: the redacted one where parts are covered. `held`: its
    file waits for the virus scanner, or is harmful, and nobody can open it.
    """

    evidence: Evidence
    at: datetime
    file: EvidenceFile | None
    held: bool = False


def shown(row: Disclosure, hidden: Names) -> Shown:
    """A disclosure that was fetched with `COPIES`, as the respondent sees it.

    `hidden` are the names of the other learners of the case (`rules.hidden_from`).
    """
    own = row.evidence.respondent_id == row.respondent_id
    piece = row.evidence.seen_by(NOBODY if own else hidden)
    files: list[EvidenceFile] = piece.copies  # type: ignore[attr-defined]
    passed = {file.role: file for file in files if file.scan in PASSED}
    file = passed.get(FileRole.REDACTED, passed.get(FileRole.DERIVATIVE))
    return Shown(piece, row.disclosed_at, file, held=bool(files) and file is None)


@dataclass(frozen=True)
class Follows:
    """A consequence. `state`: active, ended or reversed, by its times and not by any job."""

    sanction: Sanction
    state: str


@dataclass(frozen=True)
class Happened:
    """A line of the history.

    `what`: letter, read, evidence, more_time, answer, decision, reversed, appeal or
    appeal_decided.
    """

    at: datetime
    what: str
    letter: Letter | None = None
    sanction: Sanction | None = None
    count: int = 0


def history(
    respondent: Respondent,
    letters: Sequence[Letter],
    shown: Sequence[Shown],
    determination: Determination | None,
    follows: Sequence[Follows],
) -> list[Happened]:
    """Newest first, and never earlier than the first notice: earlier times hint at the reporter."""
    begin = respondent.all_notices[-1].sent_at  # type: ignore[attr-defined]
    lines = []
    for letter in letters:
        lines.append(Happened(letter.created_at, "letter", letter=letter))
        if letter.first_read_at:
            lines.append(Happened(letter.first_read_at, "read", letter=letter))
    by_minute: dict[datetime, list[Shown]] = {}
    for row in shown:
        if row.evidence.respondent_id != respondent.pk:
            # One sending shows its pieces within the same moment; the notice bounds them below.
            at = max(row.at, begin).replace(second=0, microsecond=0)
            by_minute.setdefault(at, []).append(row)
    lines += [
        Happened(max(begin, *(row.at for row in rows)), "evidence", count=len(rows))
        for rows in by_minute.values()
    ]
    lines += [
        Happened(response.submitted_at, "answer")
        for response in respondent.all_responses  # type: ignore[attr-defined]
    ]
    lines += [
        Happened(row.asked_at, "more_time")
        for notice in respondent.all_notices  # type: ignore[attr-defined]
        for row in notice.asked
        if row.reason
    ]
    for appeal in respondent.all_appeals:  # type: ignore[attr-defined]
        lines.append(Happened(appeal.lodged_at, "appeal"))
        if appeal.decided_at:
            lines.append(Happened(appeal.decided_at, "appeal_decided"))
    if determination and determination.decided_at:
        lines.append(Happened(determination.decided_at, "decision"))
    lines += [
        Happened(row.sanction.reversed_at, "reversed", sanction=row.sanction)
        for row in follows
        if row.sanction.reversed_at
    ]
    order = (
        *("evidence", "more_time", "answer", "decision", "appeal", "appeal_decided", "reversed"),
        *("letter", "read"),
    )  # fmt: skip
    return sorted(
        (line for line in lines if line.at >= begin - CLOCK_TICK),
        key=lambda line: (line.at.replace(microsecond=0), order.index(line.what)),
        reverse=True,
    )


NOTICES = Prefetch(
    "notices",
    queryset=Notice.objects.select_related("letter__message")
    .defer(
        "letter__content_sealed",
        "letter__message__content_sealed",
        "letter__message__recipient_sealed",
    )
    .prefetch_related(
        Prefetch(
            "more_time",
            queryset=MoreTime.objects.order_by("asked_at", "pk"),
            to_attr="asked",
        )
    )
    .order_by("-sent_at", "-pk"),
    to_attr="all_notices",
)
ISSUED = Prefetch(
    "determinations",
    queryset=Determination.objects.filter(status=DeterminationStatus.ISSUED).prefetch_related(
        "answers",
        Prefetch(
            "findings",
            queryset=Finding.objects.select_related(
                "allegation__violation_type__version__document"
            ).order_by("allegation__position"),
        ),
        Prefetch(
            "findings__supports",
            queryset=FindingSupport.objects.order_by("evidence__position"),
        ),
    ),
    to_attr="issued",
)
POINTS = Prefetch(
    "responses",
    queryset=Response.objects.order_by("-submitted_at", "-pk").prefetch_related(
        Prefetch(
            "points",
            queryset=ResponsePoint.objects.select_related("allegation__violation_type").order_by(
                "position"
            ),
        )
    ),
    to_attr="all_responses",
)
ALLEGATIONS = Prefetch(
    "allegations",
    queryset=Allegation.objects.filter(withdrawn_at__isnull=True)
    .select_related("violation_type__version__document")
    .order_by("position"),
    to_attr="standing_allegations",
)
COPIES = (
    Prefetch(
        "evidence__files",
        queryset=EvidenceFile.objects.exclude(role=FileRole.ORIGINAL),
        to_attr="copies",
    ),
    Prefetch("evidence__redactions", queryset=Redaction.objects.filter(removed_at__isnull=True)),
)
DISCLOSURES = Prefetch(
    "disclosures",
    queryset=Disclosure.objects.select_related("evidence")
    .defer("evidence__text", "evidence__redacted_text")
    .prefetch_related(*COPIES)
    .order_by("evidence__position"),
    to_attr="all_disclosures",
)
SANCTIONS = Prefetch(
    "sanctions",
    # Also those of a decision that was replaced: what stands is shown, whoever decided it.
    queryset=Sanction.objects.filter(
        status__in=(SanctionStatus.ACTIVE, SanctionStatus.ENDED, SanctionStatus.REVERSED),
    )
    .select_related("consequence")
    .order_by("pk"),
    to_attr="all_sanctions",
)
APPEALS = Prefetch(
    "appeals",
    queryset=Appeal.objects.defer("private_notes").order_by("-lodged_at", "-pk"),
    to_attr="all_appeals",
)
