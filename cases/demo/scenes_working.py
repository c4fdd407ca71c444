"""Cases somebody works on: investigation, notified, review, waiting for a second officer."""

from __future__ import annotations

from cases.demo import texts
from cases.demo.tale import Cast
from cases.enums import ReportMode, Stance


def tell(cast: Cast) -> None:
    """Academic cases of the platform between opening and decision."""
    _investigation(cast)
    _notified(cast)
    _overdue(cast)
    _review(cast)
    _approval(cast)


def _investigation(cast: Cast) -> None:
    work, flagged = cast.work, cast.flagged
    flagged(
        work("yuki.mori", "programming", "Lab 4", 9, own="三回試しました", score=88),
        6,
        "The program has the same names and the same slip in a comment as mine.",
        links=["https://code.example/g/41"],
    ).opened(5).alleged(
        4.9, "plagiarism", "The program has the same names and the same slip in a comment."
    )
    flagged(
        work("omar.farouk", "data-ethics", "Essay 2", 14, own="My neighbour counts differently."),
        11,
        texts.SEEN,
        by="zofia.wisniewska",
        links=[texts.LINK],
    ).opened(9).sourced(8, texts.TITLE, texts.ARTICLE, texts.SHOWS)
    # Its moderator gave it back, and an officer has taken it.
    flagged(
        work("sam.li", "statistics", "Final test", 24, own="Question 7 is wrong, I think."),
        21,
        "Sam's screen could be seen in the window: a second person read the questions out.",
        by="minjun.kim",
        code="unauthorised_materials",
    ).opened(19).noted(18, "On leave from Monday. The video is with the exam office.").released(
        17
    ).claimed(2, by="officer")
    both = cast.violation(
        "data-structures",
        13,
        "The two of them handed in one search tree between them. They told everybody.",
        by="learner",
        code="unauthorised_collaboration",
        links=["https://code.example/trees/7"],
        desk="second",
    )
    cast.work("joao.araujo", "data-structures", "Search tree project", 15, own="árvore pronta")
    cast.work("li.na", "data-structures", "Search tree project", 15, own="árvore pronta", score=79)
    both.opened(11, naming="joao.araujo").alleged(
        10.8, "unauthorised_collaboration", "One program was handed in by two people."
    )


def _notified(cast: Cast) -> None:
    work, flagged = cast.work, cast.flagged
    # The question that waits for accused@example.edu.
    flagged(
        work(
            "accused",
            "data-ethics",
            "Essay 2",
            16,
            own="Seven said they would come if there were a lamp.",
            score=82,
            certified=12,
        ),
        9,
        texts.SEEN,
        links=[texts.LINK],
    ).heard(5.4)
    flagged(
        work("priyanka.sharma", "sources-in-history", "Term paper", 15, own="मैंने चार पत्र पढ़े।"),
        12,
        "Half a page is from the introduction of the town's own book.",
        by="per.nilsson",
        links=["https://town.example/book"],
        mode=ReportMode.NAMED,
    ).heard(8).read(7)
    flagged(
        work("cagla.yildiz", "statistics", "Survey report", 13, own="Kırk kişi cevap verdi."),
        10,
        "She asked nobody. We live in the same house, and nobody rang.",
        by="thandiwe.dube",
        code="dishonest_results",
        desk="second",
    ).heard(6, code="dishonest_results", words="Answers of the survey were made up.").read(5.8)
    flagged(
        work("eleni.papadaki", "data-structures", "Queue exercise", 12, own="δύο στοίβες"),
        9,
        "Copied from the shared folder of last term.",
        by="bo.oreilly",
        desk="second",
    ).heard(7)


def _overdue(cast: Cast) -> None:
    """The time to answer has passed without a word."""
    work, flagged = cast.work, cast.flagged
    flagged(
        work("tesfaye.bekele", "data-ethics", "Essay 2", 36, own="በራሴ ቆጠርሁ።"),
        33,
        texts.SEEN,
        by="learner",
        links=[texts.LINK],
    ).heard(26).read(24)
    flagged(
        work("bo.oreilly", "writing", "Long report", 34, own="That is all I know about peat."),
        30,
        "Chapter 2 is a brochure of the peat works.",
        by="rhys.morgan",
        desk="second",
    ).heard(23)


def _review(cast: Cast) -> None:
    work, flagged = cast.work, cast.flagged
    flagged(
        work("layla.haddad", "data-ethics", "Essay 2", 21, own="My notes are attached."),
        17,
        texts.SEEN,
        links=[texts.LINK],
    ).heard(14).answered(
        9,
        Stance.EXPLAIN,
        "I copied the sentence into my notes in week 3 and later took it for my own.",
        "My notes were lost with my computer, and I wrote the essay again in one night.",
    )
    flagged(
        work("dmitri.sokolov", "programming", "Final exam", 20, own="ответы ниже"),
        17,
        "He wrote the exam with a second phone. The camera shows it at minute 31.",
        by="anna.petrova",
        code="unauthorised_materials",
    ).heard(
        14, code="unauthorised_materials", words="A second phone was used during the exam."
    ).answered(6, Stance.CONTEST, "It was my clock. My phone is old and has no camera.")
    flagged(
        work("chloe.dubois", "archives", "Research diary", 25, own="Jour 9 : rien, encore."),
        22,
        "Days 3 to 6 are mine. I lent her my diary.",
        by="matteo.ricci",
        mode=ReportMode.NAMED,
    ).heard(18).answered(
        11, Stance.ADMIT, "", "I was in hospital in those days and ashamed to say so."
    ).found(
        3, "Four days are taken from another diary; the learner agrees.", "We are sorry to hear it."
    )
    flagged(
        work("somchai.srisuk", "statistics", "Final test", 45, own="ขอบคุณครับ"),
        41,
        "Forty answers in nine minutes, and all of them right.",
        by="nour.aziz",
        code="impersonation",
        desk="third",
    ).heard(37, code="impersonation", words="Somebody else took the test.").answered(
        30, Stance.CONTEST, "I had practised every question for a month."
    )


def _approval(cast: Cast) -> None:
    work, flagged = cast.work, cast.flagged
    flagged(
        work(
            "per.nilsson",
            "data-ethics",
            "Essay 2",
            33,
            own="The rest of the list is in the appendix.",
            score=64,
            certified=31,
        ),
        29,
        texts.SEEN,
        links=[texts.LINK],
    ).heard(27).answered(25, Stance.CONTEST, "I found the sentence quoted in a forum.").found(
        4,
        "The sentence is the article's, word for word, and no source is named.",
        "A forum that quotes a sentence is a source too, and none is named.",
    ).proposed(
        2.8,
        "serious",
        ["assignment_failed"],
        "A central part of the essay is not the learner's own.",
    )
    flagged(
        work("nour.aziz", "sources-in-history", "Term paper", 40, own="الرسالة الرابعة متأخرة."),
        37,
        "The whole conclusion was bought. The seller shows it as a sample.",
        by="omar.farouk",
        code="contract_cheating",
        links=["https://essays.example/samples/88"],
        desk="second",
    ).heard(33, code="contract_cheating", words="The conclusion of the paper was bought.").answered(
        28, Stance.ADMIT, "", "I had three jobs that month."
    ).found(
        3, "The learner agrees that the conclusion was bought.", "We have weighed this."
    ).proposed(
        1.7,
        "grave",
        ["assignment_failed", "temporary_suspension"],
        "Somebody was paid for the part of the work that counts most.",
        params={"temporary_suspension": {"days": 21}},
        departure="A suspension fits better than leaving the course: the learner wants to go on.",
    )
    flagged(
        work("kofi.mensah", "programming", "Final exam", 44, own="answers 1 to 8"),
        40,
        "His cousin sat there. I know both of them.",
        by="dana.whitfield",
        code="impersonation",
        desk="third",
    ).heard(36, code="impersonation", words="Somebody else wrote the exam.").answered(
        31, Stance.CONTEST, "My cousin brought me water. He left before question 1."
    ).found(
        5,
        "The pictures of the camera show another person at questions 3 to 8.",
        "The pictures show him there for forty minutes.",
    ).proposed(
        2.4,
        "grave",
        ["assignment_failed", "temporary_suspension"],
        "The exam counts for half of the course and was written by somebody else.",
        params={"temporary_suspension": {"days": 60}},
        departure="The place in the course is kept: the learner is in the last term.",
    )
