"""Cases in degrees and the like: the partner institutions decide them (PO5)."""

from __future__ import annotations

from cases.demo import texts
from cases.demo.tale import Cast, Tale
from cases.enums import DismissalReason, ReportMode, Stance
from cases.services import case_reports

EXTENT = {
    "percent": 12,
    "sentences": 4,
    "paragraphs": 1,
    "extent": "some",
    "critical": "no",
    "level": "year_1",
    "value": "standard",
    "disguise": "no",
}


def tell(cast: Cast) -> None:
    """Northbridge College with its own supplement and tariff, and the Instituto Aurora."""
    _northbridge(cast)
    _aurora(cast)


def _northbridge(cast: Cast) -> None:
    work, flagged = cast.work, cast.flagged
    flagged(
        work("dana.whitfield", "contracts", "Case note", 10, own="I side with the seller."),
        6,
        "The second paragraph is the headnote of the report, word for word.",
        by="learner",
        desk="northbridge",
    ).opened(4).alleged(
        3.7, "plagiarism", "The second paragraph is the headnote of the law report."
    )
    flagged(
        work(
            "bronwen.howell", "how-courts-reason", "Moot brief", 4, own="May it please the court."
        ),
        1.4,
        "The brief won a moot in another college two years ago.",
        by="reporter",
        links=["https://moots.example/2024/final"],
        desk="northbridge",
    ).claimed(1.1, by="partner.officer")
    flagged(
        work("rhys.morgan", "contracts", "Essay 1", 8, own="Distawrwydd yw'r cyfan.", score=None),
        5,
        "Three of us wrote one essay, and I am one of them.",
        by="bronwen.howell",
        code="unauthorised_collaboration",
        desk="northbridge",
        mode=ReportMode.NAMED,
    ).claimed(4.5)
    flagged(
        work(
            "hamza.malik",
            "how-courts-reason",
            "Summary of a judgment",
            21,
            own="Two judges agreed.",
        ),
        18,
        "The summary follows the newspaper line by line.",
        by="rhys.morgan",
        desk="northbridge",
    ).heard(12, words="The summary follows a newspaper without naming it.").read(11)
    flagged(
        work("lucia.fernandez", "contracts", "Essay 1", 40, own="La buena fe no basta."),
        37,
        "Pages 2 and 3 are a chapter of the handbook.",
        by="dana.whitfield",
        desk="northbridge",
    ).heard(33).answered(
        24, Stance.EXPLAIN, "The handbook is in my list of sources, on the last page."
    ).found(
        4, "The list names it; the pages that use it do not.", "A list alone does not show where."
    ).proposed(
        2.2,
        "",
        ["assignment_failed", "warning_written"],
        "More than two sentences without their source.",
        facts=EXTENT,
        departure="The college does not offer the task again this year.",
    )
    first = flagged(
        work("bronwen.howell", "contracts", "Case note", 130, own="Silence is a word."),
        127,
        "The note is on the web page of a law firm.",
        by="gareth.pryce",
        desk="northbridge",
    )
    first.heard(122).answered(112, Stance.ADMIT, "", "It was my first case note.").found(
        98, "The learner agrees.", "Thank you."
    ).proposed(
        97.5,
        "",
        ["warning_written"],
        "A first case note, and a short one.",
        facts=EXTENT,
        departure="The learner had handed in a second note before anybody asked.",
    ).at(96, lambda: _read(cast, first)).reversed(
        70, "sian.rowlands", "warning_written", "The college had not yet told first-years how."
    )
    flagged(
        work("thandiwe.dube", "how-courts-reason", "Moot brief", 44, own="My lords, I begin."),
        41,
        "Pages 4 and 5 are the brief of the winners of last year.",
        by="rhys.morgan",
        desk="northbridge-2",
    ).heard(38).answered(30, Stance.CONTEST, "The winners and I had the same tutor.").found(
        20, "Two pages are the same, word for word.", "The tutor never handed out whole pages."
    ).proposed(
        19.5,
        "",
        ["warning_written"],
        "Two pages, and a first brief.",
        facts=EXTENT,
        departure="The rules of the moot had been explained only once.",
    ).appealed(9, "My tutor has found the sheet. I can send it.", "new_evidence")
    flagged(
        work("sam.li", "how-courts-reason", "Summary of a judgment", 56, own="One judge did not."),
        53,
        "Nothing is quoted in it.",
        by="reporter",
        desk="northbridge",
    ).dismissed(51, DismissalReason.NO_VIOLATION, "A summary need not quote.")


def _read(cast: Cast, tale: Tale) -> None:
    """An officer of the platform reads what the college reported."""
    report = tale.case.case_reports.get()
    case_reports.mark_read(actor=cast.people["officer"], report_id=report.public_id)


def _aurora(cast: Cast) -> None:
    work, flagged = cast.work, cast.flagged
    flagged(
        work(
            "andres.castano", "bridges", "Load calculation", 6, own="El viento manda.", score=None
        ),
        2.1,
        "The table of the wind is from the report of another group, with their mistake.",
        by="marisol.pineda",
        desk="aurora",
        mode=ReportMode.NAMED,
    ).claimed(1.3)
    flagged(
        work("valentina.ospina", "public-health", "Field report", 17, own="El miércoles nadie."),
        14,
        "There is no interview with this name in our list. I was there.",
        by="andres.castano",
        code="dishonest_results",
        desk="aurora",
    ).heard(9, code="dishonest_results", words="Two interviews were made up.").read(8)
    flagged(
        work("joao.araujo", "bridges", "Design report", 20, own="A ponte aguenta."),
        17,
        texts.SEEN,
        by="valentina.ospina",
        links=[texts.LINK],
        desk="aurora",
    ).heard(14).answered(8, Stance.CONTEST, "I wrote the article's sentence down as an example.")
    flagged(
        work("ines.oneill", "public-health", "Interview protocol", 62, own="Martes, a las nueve."),
        59,
        "Four answers are the same as in the handbook.",
        by="andres.castano",
        desk="aurora",
    ).heard(55).answered(
        49, Stance.EXPLAIN, "The handbook gave them as an example to fill in."
    ).found(
        37, "The form says that examples have to be replaced.", "The form says so on page 1."
    ).proposed(36.5, "slight", ["warning_written"], "A small part, and a form that misleads.")
    flagged(
        work("andres.castano", "soils", "Soil diary", 11, own="Día 12: lluvia."),
        7,
        "Days 4 to 8 are mine, with the same worms.",
        by="valentina.ospina",
        code="unauthorised_collaboration",
    ).opened(5.5)
