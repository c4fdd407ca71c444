"""The cases of the demo, in every stage there is, told by the services at past instants."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from cases.demo import world
from cases.demo.story import File, deliver, flag, incident
from cases.enums import DismissalReason, FindingOutcome, Stance
from cases.models import Case
from cases.services import deadlines, triage
from integrity.accounts.models import User
from integrity.core import clock
from integrity.courses.models import Submission

SHARED = "A list of what was counted says little until somebody adds what could not be."
ESSAY = (
    "Our group wanted to know who uses the library at night. {shared} We had the numbers of the "
    "door and no idea of the people who turned back because it was dark. In my view that is the "
    "more important half. I asked nine of them on the street. {own}"
)
ARTICLE = (
    "Every count begins with a door, and somebody decides where the door is. "
    f"{SHARED} That second list is harder to write, because nobody is paid for it."
)
TITLE = "Article: “The door and the street”"
LINK = "https://openmethods.example/12/the-door-and-the-street"


class Seed:
    """Builds the cases; `at(days)` holds the clock so many days ago while a stage is told."""

    def __init__(self) -> None:
        self.start = clock.now()
        self.people = world.build()

    def file(self, number: str, *, swap: bool = False) -> File:
        """The desk's people of the demo; with `swap` the other moderator and officers."""
        p = self.people
        if swap:
            return File(number, p["moderator2"], p["officer2"], p["officer3"])
        return File(number, p["moderator"], p["officer"], p["officer2"])

    def ago(self, days: float) -> datetime:
        return self.start - timedelta(days=days)

    def at(self, days: float, step: Callable[[], object]) -> None:
        """Do `step` as it would have been done so many days ago, and send what it wrote."""
        with clock.frozen(self.ago(days)):
            step()
            deliver()

    def essay(self, learner: User, days: float, own: str, score: int = 82) -> Submission:
        return world.hand_in(
            learner=learner,
            course="data-ethics",
            assignment="Essay 2",
            text=ESSAY.format(shared=SHARED, own=own),
            score=score,
            at=self.ago(days),
        )

    def flagged(self, submission: Submission, days: float, reporter: str = "reporter") -> str:
        """A flag of so many days ago; returns the number of its case."""
        self.at(
            days,
            lambda: flag(
                reporter=self.people[reporter],
                submission=submission,
                account=(
                    "The second sentence is in an article we read in week 3, word for word, and "
                    "the article is not named."
                ),
                links=[LINK],
            ),
        )
        return Case.objects.get(submission=submission).number

    def to_notice(self, file: File, days: float) -> None:
        """Opened, alleged, source added and notice sent, from `days` ago on."""
        self.at(days, file.open)
        self.at(
            days - 0.1,
            lambda: file.allege(
                "plagiarism",
                "Parts of the work use sentences of a published article without saying where they "
                "come from.",
            ),
        )
        self.at(
            days - 0.2,
            lambda: file.add_source(TITLE, ARTICLE, "One sentence is in both texts."),
        )
        self.at(
            days - 0.4,
            lambda: file.notify(
                "How did the sentence come into your work?\nHow did you take notes while reading?"
            ),
        )


def seed() -> int:
    """Build the demo world where it is missing; returns how many cases there are."""
    story = Seed()
    if not Case.objects.exists():
        _waiting(story)
        _working(story)
        _decided(story)
        _elsewhere(story)
        deadlines.run()
        deliver()
    return Case.objects.count()


def _waiting(s: Seed) -> None:
    """In triage: new, overdue and about behaviour; one dismissed."""
    p = s.people
    s.flagged(s.essay(p["dana.whitfield"], 6, "I would like to ask more people."), 0.3, "learner")
    number = s.flagged(s.essay(p["noah.becker"], 12, "That surprised me most."), 8)
    second = Submission.objects.get(cases__number=number)
    s.at(
        7,
        lambda: flag(
            reporter=p["lucia.fernandez"],
            submission=second,
            account="I believe this paragraph comes from the reading list.",
        ),
    )
    rude = world.post(
        author=p["thandiwe.dube"],
        course="programming",
        body="If you need the hint for lab 4, this is the wrong course for you. Just leave.",
        at=s.ago(2),
    )
    s.at(
        1.2,
        lambda: incident(
            reporter=p["learner"],
            post=rude,
            code="harassment",
            account="It was an answer to a beginner's question. It is not the first one.",
        ),
    )
    permitted = world.hand_in(
        learner=p["olena.koval"],
        course="data-ethics",
        assignment="Peer discussion",
        text="We compared our two lists and agreed on the five questions below.",
        score=90,
        at=s.ago(20),
    )
    number = s.flagged(permitted, 18)
    s.at(
        17,
        lambda: triage.dismiss(
            actor=p["moderator"],
            number=number,
            reason=DismissalReason.PERMITTED,
            note="The task asks for two people to compare their lists.",
        ),
    )


def _working(s: Seed) -> None:
    """Investigation, notified (the demo's accused), answered, waiting for a second officer."""
    p = s.people
    number = s.flagged(
        world.hand_in(
            learner=p["yuki.mori"],
            course="programming",
            assignment="Lab 4",
            text="def total(rows):\n    s = 0\n    for r in rows:\n        s += r  # sumn up\n",
            score=88,
            at=s.ago(9),
        ),
        6,
    )
    file = s.file(number)
    s.at(5, file.open)
    s.at(
        4.9,
        lambda: file.allege(
            "plagiarism",
            "The program has the same names and the same slip in a comment.",
        ),
    )

    for title, score in (("Essay 1", 74), ("Peer discussion", 90), ("Final project", 71)):
        world.hand_in(
            learner=p["accused"],
            course="data-ethics",
            assignment=title,
            text=f"What I learned about counting, for {title}.",
            score=score,
            at=s.ago(17),
        )
    essay = s.essay(p["accused"], 16, "Seven said they would come if there were a lamp.")
    world.certify(learner=p["accused"], course="data-ethics", at=s.ago(12))
    file = s.file(s.flagged(essay, 11))
    s.to_notice(file, 8)

    file = s.file(s.flagged(s.essay(p["layla.haddad"], 30, "My notes are attached."), 26))
    s.to_notice(file, 24)
    s.at(23, file.read_letters)
    s.at(
        20,
        lambda: file.answer(
            Stance.EXPLAIN,
            "I copied the sentence into my notes in week 3 and later took it for my own.",
            "My notes were lost with my computer, and I wrote the essay again in one night.",
        ),
    )

    essay = s.essay(p["per.nilsson"], 33, "The rest of the list is in the appendix.", 64)
    world.hand_in(
        learner=p["per.nilsson"],
        course="data-ethics",
        assignment="Final project",
        text="What our library counts, and what it does not.",
        score=75,
        at=s.ago(34),
    )
    world.certify(learner=p["per.nilsson"], course="data-ethics", at=s.ago(31))
    file = s.file(s.flagged(essay, 29))
    s.to_notice(file, 27)
    s.at(26, file.read_letters)
    s.at(25, lambda: file.answer(Stance.CONTEST, "I found the sentence quoted in a forum."))
    s.at(
        22,
        lambda: file.find(
            "The sentence is the article's, word for word, and no source is named.",
            "A forum that quotes a sentence is a source too, and none is named.",
        ),
    )
    facts = {"severity": "serious"}
    s.at(21.9, lambda: file.advise(facts))
    s.at(
        21.8,
        lambda: file.propose(
            facts,
            ["assignment_failed"],
            "A central part of the essay is not the learner's own.",
            departure="A warning beside it would add nothing here.",
        ),
    )


def _decided(s: Seed) -> None:
    """A warning, a failed assignment with its certificate, a suspension, no violation, closed."""
    p = s.people
    file = s.file(s.flagged(s.essay(p["lucia.fernandez"], 20, "I quote more in part two."), 18))
    s.to_notice(file, 16)
    s.at(15, file.read_letters)
    s.at(14, lambda: file.answer(Stance.ADMIT, ""))
    s.at(9, lambda: file.find("One sentence is taken over; the learner agrees.", "Thank you."))
    s.at(8.9, lambda: file.advise({"severity": "slight"}))
    s.at(
        8.8,
        lambda: file.propose(
            {"severity": "slight"}, ["warning_written"], "One sentence, and it was said at once."
        ),
    )
    s.at(8, file.read_letters)

    paper = world.hand_in(
        learner=p["olena.koval"],
        course="sources-in-history",
        assignment="Term paper",
        text="The town archive holds four letters about the flood. " + ARTICLE,
        score=91,
        at=s.ago(40),
    )
    world.certify(learner=p["olena.koval"], course="sources-in-history", at=s.ago(38))
    file = s.file(s.flagged(paper, 36), swap=True)
    s.to_notice(file, 34)
    s.at(33, file.read_letters)
    s.at(30, lambda: file.answer(Stance.ADMIT, "", "I ran out of time."))
    s.at(
        10, lambda: file.find("Half of the paper is the article.", "We have taken it into account.")
    )
    s.at(9.9, lambda: file.advise({"severity": "serious"}))
    s.at(
        9.8,
        lambda: file.propose(
            {"severity": "serious"},
            ["assignment_failed", "warning_written"],
            "Half of the work is not the learner's own.",
            departure="The learner's first case, but a large part of the work.",
        ),
    )
    s.at(9, file.confirm)

    file = s.file(s.flagged(s.essay(p["thandiwe.dube"], 45, "See also my first essay."), 42))
    s.to_notice(file, 40)
    s.at(39, file.read_letters)
    s.at(38, lambda: file.answer(Stance.CONTEST, "The sentence is in quotation marks in my draft."))
    s.at(
        34,
        lambda: file.find(
            "The draft shows the quotation marks; they were lost in the template.",
            "We have seen the draft and agree.",
            FindingOutcome.NOT_SHOWN,
        ),
    )
    s.at(33.8, lambda: file.propose({}, [], ""))

    exam = world.hand_in(
        learner=p["noah.becker"],
        course="programming",
        assignment="Final exam",
        text="Answers to questions 1 to 8.",
        score=95,
        at=s.ago(28),
    )
    file = s.file(s.flagged(exam, 27))
    s.at(26, file.open)
    s.at(
        25.9,
        lambda: file.allege(
            "impersonation", "Somebody else wrote the exam under the learner's account."
        ),
    )
    s.at(25.5, lambda: file.notify("Who wrote the exam, and where?"))
    s.at(25, file.read_letters)
    s.at(24, lambda: file.answer(Stance.ADMIT, "", "I paid somebody. I was afraid to fail again."))
    s.at(12, lambda: file.find("The learner agrees that somebody else wrote it.", "Thank you."))
    s.at(11.9, lambda: file.advise({"severity": "grave"}))
    s.at(
        11.8,
        lambda: file.propose(
            {"severity": "grave"},
            ["assignment_failed", "temporary_suspension"],
            "The exam was written by somebody who was paid for it.",
            params={"temporary_suspension": {"days": 30}},
            departure="The learner said so at once.",
        ),
    )
    s.at(11, file.confirm)


def _elsewhere(s: Seed) -> None:
    """A degree case of the partner institution."""
    p = s.people
    note = world.hand_in(
        learner=p["dana.whitfield"],
        course="contracts",
        assignment="Case note",
        text="The court held that silence was no acceptance. " + SHARED,
        score=70,
        at=s.ago(10),
    )
    number = s.flagged(note, 5, "learner")
    s.at(4, lambda: triage.open_case(actor=p["partner.officer"], number=number))
