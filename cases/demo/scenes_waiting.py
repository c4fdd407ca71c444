"""Cases in triage, and those that were dismissed."""

from __future__ import annotations

from cases.demo import texts
from cases.demo.tale import Cast
from cases.enums import DismissalReason, ReportMode
from cases.services import triage


def tell(cast: Cast) -> None:
    """New, overdue, urgent, claimed and unclaimed, with several reports; five dismissed."""
    _new(cast)
    _claimed(cast)
    _dismissed(cast)


def _new(cast: Cast) -> None:
    work, flagged = cast.work, cast.flagged
    flagged(
        work("dana.whitfield", "data-ethics", "Essay 2", 6, own="I would like to ask more people."),
        0.3,
        texts.SEEN,
        by="learner",
        links=[texts.LINK],
    )
    flagged(
        work("noah.becker", "data-ethics", "Essay 1", 12, own="That surprised me most."),
        8,
        texts.SEEN,
        links=[texts.LINK],
    ).also(7, "I believe this paragraph comes from the reading list.", by="lucia.fernandez").also(
        5.5,
        "I read the same paragraph in the article about the door. I am sorry to write this.",
        by="kofi.mensah",
        mode=ReportMode.NAMED,
    ).also(3, "Same as the article of week 3.", by="eleni.papadaki")
    flagged(
        work(
            "wei.zhang", "data-ethics", "Final project", 4, own="我自己数了三个晚上。", score=None
        ),
        1.1,
        "The table on page 2 has the same numbers as last year's example, down to the typing slip.",
        code="dishonest_results",
    )
    flagged(
        work("minjun.kim", "statistics", "Survey report", 5, own="The answers are in the annex."),
        2.3,
        "Two of us have the same 212 households. We were told to find our own.",
        by="chloe.dubois",
        code="unauthorised_collaboration",
        mode=ReportMode.NAMED,
    )
    flagged(
        work(
            "wolfgang.schleswig",
            "writing",
            "Portrait",
            3,
            own="My grandmother would have said it in fewer words, and with more flour.",
            score=None,
        ),
        0.8,
        "The portrait was in the parish paper of our village in spring. The baker is my aunt.",
        by="marta.kovacs",
        links=["https://parish.example/spring/the-baker"],
    )
    cast.violation(
        "data-structures",
        1.6,
        "Somebody sells the answers to the search tree project in a chat, ten euros each. They "
        "write that they will take the oral test for you too.",
        by="bo.oreilly",
        code="unauthorised_sharing",
        links=["https://chat.example/study-help/3391"],
    )
    cast.violation(
        "programming",
        0.15,
        "Two accounts answer the labs within a minute of each other, always from the same place. "
        "One of them has a name that nobody in our group knows.",
        by="learner",
        code="multiple_accounts",
    )


def _claimed(cast: Cast) -> None:
    work, flagged = cast.work, cast.flagged
    flagged(
        work("zofia.wisniewska", "sources-in-history", "Source review", 9, own="I compared both."),
        1.9,
        "The part about the copies is the museum's own leaflet.",
        by="ines.oneill",
        links=["https://museum.example/leaflets/flood"],
    ).claimed(1.2)
    flagged(
        work("david.cohen", "programming", "Lab 4", 7, own="runs, but slowly"),
        4,
        "The program has the same slip in a comment as the one our teacher showed as a bad "
        "example, and the same names.",
        by="somchai.srisuk",
    ).also(3.5, "Identical to the example from the lecture.", by="li.na").claimed(3).noted(
        2.5, "I have asked for the example from the lecture before I open this."
    )
    flagged(
        work("aroha.ngata", "spanish", "Carta a un vecino", 5, own="Le mando un pan."),
        1.5,
        "This reads like a machine wrote it. I have no proof, only a feeling.",
        by="joao.araujo",
        code="unauthorised_materials",
        desk="second",
    ).claimed(0.9)


def _dismissed(cast: Cast) -> None:
    work, flagged = cast.work, cast.flagged
    flagged(
        work("olena.koval", "data-ethics", "Peer discussion", 20, own="We agreed on five."),
        18,
        "They compared their lists before handing in. Two lists are the same.",
        code="unauthorised_collaboration",
    ).dismissed(
        16.5,
        DismissalReason.PERMITTED,
        "The task asks for two people to compare their lists.",
    )
    flagged(
        work("arjun.deshpande", "statistics", "Worksheet 3", 60, own="उत्तर पीछे हैं।"),
        57,
        "I do not like how he talks in the group, and his answers are too good.",
        by="cagla.yildiz",
        code="other_academic",
    ).dismissed(55, DismissalReason.NOT_ENOUGH, "Nothing in the report can be looked into.")
    flagged(
        work("nguyen.thuy", "writing", "Book review", 75, own="I finished it on the bus."),
        72,
        "The review is on her blog as well, under her name.",
        by="sam.li",
    ).opened(71).dismissed(
        69, DismissalReason.NO_VIOLATION, "The blog is hers, and the task allows drafts in public."
    )
    again = flagged(
        work("hamza.malik", "archives", "Finding aid", 50, own="The box is heavy."),
        47,
        "The list is the archive's own, from its web page.",
        by="kofi.mensah",
    ).dismissed(46, DismissalReason.OUT_OF_SCOPE, "It looked like a matter for the archive.")
    again.claimed(1.6, by="officer2").at(
        2.2,
        lambda: triage.reopen(
            actor=cast.people["officer3"],
            number=again.file.number,
            reason="The archive answered: the list was handed in for a grade here.",
        ),
    )
    flagged(
        work("matteo.ricci", "spanish", "Conversation", 33, own="Hablamos del tranvía."),
        30,
        "I take this back, I mixed up two people.",
        by="valentina.ospina",
        desk="second",
    ).dismissed(28, DismissalReason.WITHDRAWN, "The reporter mixed up two people and said so.")
