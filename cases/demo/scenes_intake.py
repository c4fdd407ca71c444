"""How reports come in and what protects the people in them: a few of each, some waiting."""

from __future__ import annotations

from cases.demo.scenes_beside import RECEIPT
from cases.demo.story import key
from cases.demo.tale import Cast
from cases.enums import (
    CaseStatus,
    ConsentPurpose,
    EvidenceKind,
    ReceivedBy,
    ReportKind,
    ReportMode,
    RevealPurpose,
)
from cases.evidence import Incoming
from cases.models import Case, Report, Respondent
from cases.selectors import report as reports
from cases.services import consent, dialogue, entry, evidence, redaction, reveal
from integrity.courses.models import Institution

_RESULT = (
    "leftFilePath,rightFilePath,similarity\n"
    "lab4/a41.py,lab4/b17.py,0.82\n"
    "lab4/a41.py,lab4/c03.py,0.31\n"
    "lab4/b17.py,lab4/c03.py,0.12\n"
)
_GROUP = ("thandiwe.dube", "rhys.morgan", "minjun.kim", "kofi.mensah", "layla.haddad")


def tell(cast: Cast) -> None:
    """Conversations, names that stay sealed, covered words, many reports at once."""
    line = cast.timeline
    line.add(1.9, lambda: _ask_nobody(cast))
    line.add(1.2, _write_nameless)
    line.add(1.5, lambda: _ask_for_the_name(cast))
    line.add(4.6, lambda: _ask_for_consent(cast))
    line.add(3.6, lambda: _say_yes(cast))
    line.add(3.4, lambda: _cover(cast))
    line.add(3.3, lambda: _add_result(cast))
    line.add(1.1, lambda: _enter(cast))
    _answered_with_a_report(cast)
    _many_at_once(cast)


def _of(cast: Cast, learner: str) -> Case:
    rows = Respondent.objects.filter(
        user=cast.people[learner], case__status=CaseStatus.INVESTIGATION
    )
    return rows.select_related("case__institution").order_by("-pk")[0].case


def _nameless() -> Report:
    found = reports.by_code(RECEIPT)
    if found is None:
        raise LookupError(RECEIPT)
    return Report.objects.select_related("case").get(public_id=found)


def _ask_nobody(cast: Cast) -> None:
    report = _nameless()
    if report.case is None:
        raise LookupError(report.reference)
    dialogue.ask(
        actor=cast.people["moderator"],
        number=report.case.number,
        report_id=report.public_id,
        body="Thank you for telling us. Do you know since when this is offered?",
        form_key=key(),
    )


def _write_nameless() -> None:
    dialogue.answer(
        report=_nameless(),
        body="Since the summer. The page with the prices changes every few days.",
        form_key=key(),
        uploads=[Incoming("prices.txt", b"Statistics: 120\nSpanish: 90\nData Ethics: 140\n")],
    )


def _ask_for_the_name(cast: Cast) -> None:
    case = _of(cast, "omar.farouk")
    reveal.ask(
        actor=cast.people["officer"],
        number=case.number,
        report_id=case.reports.order_by("pk")[0].public_id,
        purpose=RevealPurpose.PROTECT,
        reason="Two people in the group were written to at night. We want to warn who reported.",
        form_key=key(),
    )


def _ask_for_consent(cast: Cast) -> None:
    case = _of(cast, "yuki.mori")
    consent.ask(
        actor=cast.people["moderator"],
        number=case.number,
        kind=consent.REPORTER,
        subject_id=case.reports.order_by("pk")[0].public_id,
        purpose=ConsentPurpose.TELL_DESK,
        reason="We would like to ask you about your own program, side by side with the other one.",
        form_key=key(),
    )


def _say_yes(cast: Cast) -> None:
    asked = _of(cast, "yuki.mori").consents.get()
    consent.answer(actor=cast.people["reporter"], consent_id=asked.public_id, yes=True)


def _cover(cast: Cast) -> None:
    case = _of(cast, "omar.farouk")
    piece = case.evidence.filter(kind=EvidenceKind.QUOTE).order_by("position")[0]
    words = "nobody is paid for it"
    start = "\n".join([*piece.heads, piece.text]).index(words)
    redaction.cover(
        actor=cast.people["moderator"],
        number=case.number,
        evidence_id=piece.public_id,
        spans=[(start, start + len(words))],
        reason="Says who works there.",
        form_key=key(),
    )


def _add_result(cast: Cast) -> None:
    evidence.add(
        actor=cast.people["moderator"],
        number=_of(cast, "yuki.mori").number,
        kind=EvidenceKind.SIMILARITY,
        title="Comparison of all programs of lab 4",
        upload=Incoming("pairs.csv", _RESULT.encode()),
        form_key=key(),
    )


def _enter(cast: Cast) -> None:
    entry.enter(
        actor=cast.people["moderator2"],
        institution=Institution.objects.get(is_platform=True),
        received_by=ReceivedBy.PHONE,
        mode=ReportMode.CONFIDENTIAL,
        person=entry.Person(name="A neighbour", contact="+44 20 7946 0101, in the evening"),
        kind=ReportKind.VIOLATION,
        course="writing",
        violation_type="contract_cheating",
        account="An advertisement in the library offers finished reports for the course.",
        good_faith=True,
        form_key=key(),
    )


def _answered_with_a_report(cast: Cast) -> None:
    """Somebody who was reported reports whoever had reported them."""
    post = cast.post("rhys.morgan", "writing", "Chapter 2 reads like an advertisement.", 29)
    cast.incident(
        post, 2.6, "He writes about my work to everybody.", by="bo.oreilly", desk="second"
    )


def _many_at_once(cast: Cast) -> None:
    """Five people report one learner within an hour."""
    for number, name in enumerate(_GROUP):
        post = cast.post(
            "dmitri.sokolov", "programming", f"Whoever asks question {number + 1} cannot read.", 2
        )
        cast.incident(
            post, 0.9 - number / 100, "This is not how we speak here.", by=name, desk="second"
        )
