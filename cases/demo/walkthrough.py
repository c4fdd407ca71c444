"""The main job, told step by step through the services: flag, case, decision, letters, proof.

Every step asks the state of the record afterwards and fails loudly when it is not what it must be;
so it is a test as well as a tour.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from cases import rules
from cases.demo import people, world
from cases.demo.story import File, deliver, flag
from cases.enums import CaseStatus, Stance
from cases.models import Case
from cases.services import export, sanction
from integrity.accounts.models import User
from integrity.audit.selectors import events_for_case
from integrity.core import clock
from integrity.courses.models import Assignment, Certificate, Course, Enrolment, Submission
from integrity.courses.selectors import course_result, effective_score, platform
from notifications.models import Letter, OutboxMessage

Say = Callable[[str], None]


class WalkthroughFailed(Exception):
    """A step did not lead where it must."""


def _must(condition: object, what: str) -> None:
    if not condition:
        raise WalkthroughFailed(what)


@dataclass
class Tour:
    """The people of the tour, and what is handed in."""

    say: Say
    learner: User
    reporter: User
    file: File
    submission: Submission
    enrolment: Enrolment


def read_text(path: Path) -> str:
    """Text of a file in UTF-8, or in the code page old word processors wrote."""
    data = path.read_bytes()
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def run(*, say: Say, work: str, source: str, export_to: Path) -> str:
    """Do the whole job with `work` flagged against `source`; returns the case number.

    Writes the exported history to `export_to`. Raises `WalkthroughFailed` naming what is wrong.
    """
    tour = _prepare(say, work)
    _report(tour)
    _investigate(tour, source)
    _hear(tour)
    _decide(tour)
    _reverse(tour)
    _prove(tour, export_to)
    return tour.file.number


def _prepare(say: Say, work: str) -> Tour:
    everybody = world.build()
    course, _created = Course.objects.get_or_create(
        slug="walkthrough",
        defaults={
            "institution": platform(),
            "code": "WT-100",
            "title": "A short walk",
            "pass_mark": Decimal(60),
        },
    )
    task, _created = Assignment.objects.get_or_create(
        course=course, title="Essay", defaults={"weight": Decimal(100)}
    )
    learner = people.make(
        people.Account(f"walk-{uuid.uuid4().hex[:12]}@example.edu", "Wanda Walker")
    )
    enrolment = Enrolment.objects.create(course=course, learner=learner)
    submission = Submission.objects.create(
        assignment=task,
        learner=learner,
        text=work,
        score=Decimal(84),
        submitted_at=clock.now() - timedelta(hours=1),
    )
    Certificate.objects.create(enrolment=enrolment)
    result = course_result(enrolment)
    _must(result.passes and result.certificate == "issued", "the learner begins with a certificate")
    say(f"1. A learner hands in an essay of {len(work.split())} words: score 84, result 84 %,")
    say("   certificate issued.")
    file = File("", everybody["moderator"], everybody["officer"], everybody["officer2"])
    return Tour(say, learner, everybody["reporter"], file, submission, enrolment)


def _report(tour: Tour) -> None:
    report = flag(
        reporter=tour.reporter,
        submission=tour.submission,
        account="Whole sentences are in a text I know, and it is not named.",
        links=["https://example.org/article"],
    )
    case = report.case
    if case is None:
        raise WalkthroughFailed("a sent report is filed under a case")
    tour.file.number = case.number
    _must(tour.reporter.email.encode() not in bytes(report.reporter_sealed or b""), "sealed")
    _must(rules.own_reports(tour.reporter).filter(pk=report.pk).exists(), "the reporter finds it")
    deliver()
    sent = OutboxMessage.objects.filter(event="report_received", state="sent")
    _must(sent.exists(), "the acknowledgement is sent")
    tour.say(
        f"2. Another learner flags it in confidence: {report.reference}, filed as {case.number}."
    )
    tour.say("   The reporter's name is sealed; the acknowledgement has left by email.")


def _investigate(tour: Tour, source: str) -> None:
    file = tour.file
    file.open()
    file.allege(
        "plagiarism", "Sentences of the essay are in another text, which the essay does not name."
    )
    file.add_source("The source", source, "The same sentences, published earlier.")
    tour.say("3. A moderator opens the case, alleges plagiarism and adds the source as evidence.")
    notice = file.notify("How did these sentences come into your essay?")
    deliver()
    letter = Letter.objects.get(pk=notice.letter_id)
    _must(letter.message.sent_at is not None, "the notice is delivered")
    tour.say(
        f"4. The notice is sent and delivered; the learner can answer until "
        f"{notice.due_at:%Y-%m-%d %H:%M} UTC."
    )


def _hear(tour: Tour) -> None:
    file = tour.file
    file.read_letters()
    file.answer(
        Stance.EXPLAIN,
        "I took the sentences into my notes and forgot where they came from.",
        "I was ill in the week before.",
    )
    _must(file.respondent.status == CaseStatus.REVIEW, "an answer leads to review")
    tour.say("5. The learner reads the letter, sees the evidence and explains.")


def _decide(tour: Tour) -> None:
    file = tour.file
    file.find(
        "The sentences are those of the source, and the essay names none.",
        "We believe you. A source has to be named all the same, and we weighed it in your favour.",
    )
    facts = {"severity": "serious"}
    advice = file.advise(facts)
    _must(advice.recommendation is not None, "the ladder recommends")
    tour.say("6. An officer records the finding. The ladder explains what it recommends:")
    for line in advice.recommendation.breakdown:
        tour.say(f"   - {line.title}: {line.why}")
    choice = advice.recommendation.default
    tour.say(f"   recommended: {choice.title} (“{advice.recommendation.band_title}”)")
    proposed = file.propose(
        facts,
        ["assignment_failed"],
        "A large part of the essay is not the learner's own.",
        departure="The score alone is enough here.",
    )
    _must(proposed.status == "proposed", "losing a certificate needs a second officer")
    _must(effective_score(tour.submission) == 84, "nothing has happened yet")
    tour.say("7. The certificate would go, so a second officer has to confirm.")
    file.confirm()
    deliver()
    result = course_result(tour.enrolment)
    _must(effective_score(tour.submission) == 0, "the score is zero")
    _must(result.certificate == "withheld", "the certificate is withheld")
    events = set(Letter.objects.filter(case_number=file.number).values_list("event", flat=True))
    _must({"determination_issued", "certificate_withheld"} <= events, "both letters are written")
    tour.say("8. Confirmed: score 0, result 0 %, certificate withheld; the letters have left.")


def _reverse(tour: Tour) -> None:
    row = tour.file.case.sanctions.get()
    sanction.reverse(
        actor=tour.file.officer,
        number=tour.file.number,
        sanction_id=row.public_id,
        reason="The learner has shown the notes with the source in them.",
    )
    deliver()
    result = course_result(tour.enrolment)
    _must(effective_score(tour.submission) == 84, "the score is back")
    _must(result.certificate == "issued", "the certificate is back")
    tour.say(
        "9. The consequence is reversed: score 84 and the certificate are back, a letter says so."
    )


def _prove(tour: Tour, export_to: Path) -> None:
    number = tour.file.number
    lines = _write(
        export_to,
        export.export_history(actor=None, format="jsonl", what=export.Filter(case_number=number)),
    )
    _must(lines >= len(events_for_case(number)) - 1, "every event of the case is exported")
    _must(Case.objects.filter(number=number).exists(), "the case is kept")
    text = export_to.read_text(encoding="utf-8")
    for secret in (tour.reporter.email, str(tour.reporter.public_id), tour.learner.email):
        _must(secret not in text, "the export names nobody")
    tour.say(f"10. The history of the case is exported: {lines} events, with pseudonyms only.")


def _write(path: Path, chunks: Iterator[str]) -> int:
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for chunk in chunks:
            file.write(chunk)
            count += chunk.count("\n")
    return count
