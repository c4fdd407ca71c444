"""Academic cases with a decision: in force, appealed, closed, taken back."""

from __future__ import annotations

from cases.demo import texts
from cases.demo.tale import Cast, Tale
from cases.enums import AppealOutcome, Stance

FAIL = ["assignment_failed"]
WARN = ["warning_written"]
SMALL = "One sentence, and it was said at once."


def tell(cast: Cast) -> None:
    """A warning, failed work, suspensions, no violation; appeals in every state."""
    _recent(cast)
    _appeals_waiting(cast)
    _appeals_decided(cast)
    _closed(cast)


def _to_answer(
    cast: Cast,
    who: str,
    course: str,
    task: str,
    days: float,
    own: str,
    stance: Stance,
    said: str,
    *,
    because: str = "",
    by: str = "reporter",
    desk: str = "first",
    score: int = 78,
    certified: float | None = None,
) -> Tale:
    """Handed in, flagged `days` ago, and answered nine days later."""
    return (
        cast.flagged(
            cast.work(who, course, task, days + 3, own=own, score=score, certified=certified),
            days,
            texts.SEEN,
            by=by,
            links=[texts.LINK],
            desk=desk,
        )
        .heard(days - 3)
        .answered(days - 9, stance, said, because)
    )


def _recent(cast: Cast) -> None:
    """Issued, and the time to appeal is not over."""
    _to_answer(
        cast,
        "lucia.fernandez",
        "data-ethics",
        "Essay 2",
        22,
        "I quote more in part two.",
        Stance.ADMIT,
        "",
    ).found(9, "One sentence is taken over; the learner agrees.", "Thank you.").proposed(
        8.8, "slight", WARN, SMALL
    ).read(8)
    _to_answer(
        cast,
        "olena.koval",
        "sources-in-history",
        "Term paper",
        40,
        "Лист написано через тридцять років.",
        Stance.ADMIT,
        "",
        because="I ran out of time.",
        desk="second",
        score=91,
        certified=41.5,
    ).found(10, "Half of the paper is the article.", "We have taken it into account.").proposed(
        9.8,
        "serious",
        [*FAIL, *WARN],
        "Half of the work is not the learner's own.",
    ).confirmed(9)
    cast.flagged(
        cast.work("noah.becker", "programming", "Final exam", 38, own="answers 1 to 8", score=95),
        36,
        "Noah was with us at the lake while he wrote this exam.",
        by="dmitri.sokolov",
        code="impersonation",
    ).heard(
        33, code="impersonation", words="Somebody else wrote the exam under the learner's account."
    ).answered(26, Stance.ADMIT, "", "I paid somebody. I was afraid to fail again.").found(
        12, "The learner agrees that somebody else wrote it.", "Thank you."
    ).proposed(
        11.9,
        "grave",
        [*FAIL, "temporary_suspension"],
        "The exam was written by somebody who was paid for it.",
        params={"temporary_suspension": {"days": 30}},
        departure="The learner said so at once.",
    ).confirmed(11)
    _to_answer(
        cast,
        "learner",
        "writing",
        "Book review",
        24,
        "I read it twice, the second time with a pencil.",
        Stance.EXPLAIN,
        "I had the sentence on a card and took the card for my own.",
        by="marta.kovacs",
    ).found(
        6, "One sentence is taken over from the article.", "We believe you. It is one sentence."
    ).proposed(5.5, "slight", WARN, "A small part, without any sign of a plan.")


def _appeals_waiting(cast: Cast) -> None:
    _to_answer(
        cast,
        "xiaoling.chen",
        "data-ethics",
        "Essay 2",
        42,
        "我只问了九个人。",
        Stance.CONTEST,
        "The sentence was in my first draft, which is older than the article.",
        certified=43,
    ).found(
        24, "The article is older than the draft we were shown.", "The draft's date is later."
    ).proposed(23.5, "serious", FAIL, "A central part of the essay is taken over.").confirmed(
        22
    ).appealed(
        13,
        "I have found the email with my first draft. It is three weeks older than the article.",
        "facts",
        "new_evidence",
    )
    _to_answer(
        cast,
        "ines.oneill",
        "statistics",
        "Survey report",
        33,
        "Sesenta no abrieron.",
        Stance.EXPLAIN,
        "I wrote the source on the last page and the page was cut off.",
        desk="second",
        by="learner",
    ).found(
        15, "No source is named in what was handed in.", "The page is not in the upload."
    ).proposed(14.8, "serious", FAIL, "A large part of the report.").appealed(
        4, "The upload was cut off by the platform. The support desk wrote so.", "procedure"
    )


def _appeals_decided(cast: Cast) -> None:
    _to_answer(
        cast,
        "anna.petrova",
        "archives",
        "Finding aid",
        80,
        "Кутията е тежка.",
        Stance.CONTEST,
        "Everybody describes a box like this.",
        by="hamza.malik",
    ).found(66, "The words are the article's.", "Not with these words.").proposed(
        65.5, "serious", FAIL, "A large part of the work."
    ).appealed(60, "It is too hard for a box.", "too_severe").judged(
        53, "officer3", AppealOutcome.UPHELD, "The scheme names this outcome, and nothing is new."
    )
    _to_answer(
        cast,
        "rhys.morgan",
        "data-structures",
        "Search tree project",
        78,
        "dwy gangen",
        Stance.EXPLAIN,
        "We drew it on one board and each typed their own.",
        desk="second",
    ).found(62, "Large parts are the same.", "A board is fine; the same lines are not.").proposed(
        61.5, "serious", [*FAIL, *WARN], "A large part of the program."
    ).appealed(
        55, "The zero and the warning together are more than the code says.", "too_severe"
    ).judged(
        48,
        "officer",
        AppealOutcome.REDUCED,
        "The warning says enough: the learner named the board from the beginning.",
        keep=WARN,
    )
    _to_answer(
        cast,
        "zofia.wisniewska",
        "statistics",
        "Survey report",
        90,
        "Sześćdziesiąt osób nie otworzyło.",
        Stance.CONTEST,
        "The article's author is my mother. I wrote that paragraph for her.",
        certified=91,
        by="li.na",
    ).found(75, "The sentences are in the article.", "We have no proof of that.").proposed(
        74.5, "serious", FAIL, "A central part of the report is taken over."
    ).confirmed(73).appealed(
        65, "My mother has written to you. Her letter has the date of the draft.", "new_evidence"
    ).judged(
        56,
        "officer3",
        AppealOutcome.OVERTURNED,
        "The letter shows that the learner wrote the paragraph.",
    )
    _to_answer(
        cast,
        "marta.kovacs",
        "writing",
        "Portrait",
        70,
        "A kenyér figyel.",
        Stance.EXPLAIN,
        "I sent my notes with the answer.",
        desk="second",
        by="wolfgang.schleswig",
    ).found(54, "The sentence is taken over.", "The notes do not show it.").proposed(
        53.5, "slight", WARN, "One sentence."
    ).appealed(45, "Nobody opened the file with my notes.", "procedure").judged(
        9, "officer", AppealOutcome.SENT_BACK, "The file was not opened. It has to be read first."
    )


def _closed(cast: Cast) -> None:
    """Over: not shown, warned, suspended for a time that has passed, taken back."""
    _to_answer(
        cast,
        "thandiwe.dube",
        "data-ethics",
        "Essay 2",
        45,
        "See also my first essay.",
        Stance.CONTEST,
        "The sentence is in quotation marks in my draft.",
    ).found(
        31,
        "The draft shows the quotation marks; they were lost in the template.",
        "We have seen the draft and agree.",
        shown=False,
    ).proposed(30.8, "", [], "")
    _to_answer(
        cast,
        "accused",
        "programming",
        "Lab 1",
        210,
        "first try",
        Stance.EXPLAIN,
        "We talked about it in the bus, and I typed what I remembered.",
    ).found(
        195, "The lines are the same; the task was meant for one person.", "That is how it happens."
    ).proposed(194.5, "slight", WARN, "A first lab, and a small one.").read(190)
    _to_answer(
        cast,
        "tesfaye.bekele",
        "sources-in-history",
        "Source review",
        150,
        "አራት ደብዳቤዎች አሉ።",
        Stance.ADMIT,
        "",
        because="My brother had the computer until midnight.",
        desk="third",
    ).found(135, "Two sentences are taken over; the learner agrees.", "Thank you.").proposed(
        134.5, "slight", WARN, "Small, and said at once."
    )
    _to_answer(
        cast,
        "wei.zhang",
        "statistics",
        "Final test",
        130,
        "第七题有错。",
        Stance.CONTEST,
        "I did not see the other sheet.",
        desk="second",
        by="helena.quist",
    ).found(
        118, "Eleven wrong answers are the same on both sheets.", "The seats were side by side."
    ).proposed(
        117.5,
        "serious",
        [*FAIL, "temporary_suspension"],
        "A large part, in the test that counts most.",
        params={"temporary_suspension": {"days": 14}},
        departure="It was in a final test, in front of everybody.",
    ).confirmed(116).read(115)
    # A second finding for the same person, and what was given first is taken back later.
    _to_answer(
        cast,
        "kofi.mensah",
        "sources-in-history",
        "Source review",
        100,
        "I walked to the archive.",
        Stance.EXPLAIN,
        "I have the quotation marks in my own file.",
        by="priyanka.sharma",
    ).found(86, "No marks in what was handed in.", "The file is not what was handed in.").proposed(
        85.5, "serious", FAIL, "A large part of the review."
    ).reversed(
        40, "officer", "assignment_failed", "The upload had lost the marks, as for other learners."
    )
    for days, who, course, task, own in (
        (320, "david.cohen", "data-ethics", "Essay 1", "ספרתי לבד."),
        (290, "priyanka.sharma", "writing", "Portrait", "मेरी दादी ने सुना।"),
        (255, "minjun.kim", "data-structures", "Queue exercise", "두 개의 스택"),
        (175, "hamza.malik", "sources-in-history", "Source review", "چوتھا خط بعد کا ہے۔"),
    ):
        _to_answer(
            cast, who, course, task, days, own, Stance.ADMIT, "", desk="third", by="helena.quist"
        ).found(days - 16, "One sentence is taken over; the learner agrees.", "").proposed(
            days - 16.4, "slight", WARN, SMALL
        )
