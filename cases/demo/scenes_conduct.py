"""How people treat each other: incidents in posts and what followed."""

from __future__ import annotations

from cases.demo.tale import Cast
from cases.enums import AppealOutcome, DismissalReason, ReportMode, Stance


def tell(cast: Cast) -> None:
    """Urgent and not, a post removed, suspended, expelled; one person several times."""
    _open(cast)
    _decided(cast)
    _again_and_again(cast)


def _open(cast: Cast) -> None:
    cast.incident(
        cast.post(
            "thandiwe.dube",
            "programming",
            "If you need the hint for lab 4, this is the wrong course for you. Just leave.",
            2,
        ),
        1.2,
        "It was an answer to a beginner's question. It is not the first one.",
        by="learner",
    )
    cast.incident(
        cast.post(
            "andres.castano",
            "spanish",
            "I know where you take the tram, and at what time. Answer me this time.",
            0.9,
        ),
        0.5,
        "He wrote this to me after I had said no twice. I am afraid to go home.",
        by="valentina.ospina",
        code="threats",
        mode=ReportMode.NAMED,
    )
    cast.incident(
        cast.post(
            "nguyen.thuy",
            "writing",
            "People who write like that should not be let into a course that costs money.",
            5,
        ),
        3.6,
        "She means us who write in a second language. Three people have left the group.",
        by="aroha.ngata",
        code="discriminatory_language",
    ).also(3.1, "I left the group after this.", by="cagla.yildiz").claimed(2.9)
    cast.incident(
        cast.post("sam.li", "data-ethics", "First! First! First! First! First!", 16),
        14,
        "Every thread begins like this. Nobody finds anything any more.",
        by="eleni.papadaki",
        code="disruption",
    ).opened(12).alleged(11.8, "disruption", "Every thread was filled with empty posts.").notified(
        11.3, "Why did you post this under every question?"
    ).read(10)
    cast.incident(
        cast.post(
            "matteo.ricci",
            "archives",
            "One star. The author cannot think, and should be told so by somebody.",
            20,
        ),
        18,
        "This is his review of my diary. He had not opened it.",
        by="chloe.dubois",
        code="peer_review_abuse",
        desk="second",
    ).opened(16).alleged(15.8, "peer_review_abuse", "A review hurt instead of helping.").notified(
        15.3, "What did you want the author to do with this review?"
    ).answered(8, Stance.EXPLAIN, "I was angry about mine and wrote it in two minutes.")
    cast.incident(
        cast.post("bronwen.howell", "programming", "Has anybody seen my cat on the call?", 52),
        50,
        "This has nothing to do with the course.",
        by="joao.araujo",
        code="disruption",
    ).dismissed(48, DismissalReason.NO_VIOLATION, "A cat is no disruption.")


def _decided(cast: Cast) -> None:
    cast.incident(
        cast.post(
            "arjun.deshpande",
            "data-structures",
            "Send me a picture first, then I explain the tree to you.",
            31,
        ),
        28,
        "He writes this to every woman who asks something.",
        by="layla.haddad",
        code="sexual_attention",
        desk="third",
    ).also(27.5, "To me as well, in October.", by="li.na").opened(26).alleged(
        25.8, "sexual_attention", "Help was offered in exchange for pictures."
    ).notified(25.3, "What did you mean by this sentence?").answered(
        19, Stance.EXPLAIN, "It was a joke. I see now that it was none for them."
    ).found(
        7, "The post says what it says, and two people were hurt by it.", "It was no joke for them."
    ).proposed(
        6.5,
        "serious",
        ["content_removed", "temporary_suspension"],
        "It shut people out of getting help.",
        params={"temporary_suspension": {"days": 14}},
        facts={"stakes": "normal"},
        departure="The post has to go as well.",
    ).confirmed(5.7)
    cast.incident(
        cast.post(
            "per.nilsson", "spanish", "Your accent is a crime against the language, amigo.", 66
        ),
        63,
        "He writes this below my recordings.",
        by="wei.zhang",
        code="harassment",
        desk="second",
    ).opened(61).alleged(60.8, "harassment", "A learner was made fun of for an accent.").notified(
        60.3, "What did you want to say?"
    ).answered(54, Stance.ADMIT, "", "I thought we were friends. I have said sorry.").found(
        44, "The learner agrees.", "That was right."
    ).proposed(
        43.5,
        "slight",
        ["content_removed", "warning_written"],
        "One post, and an apology.",
        facts={"stakes": "low"},
    ).appealed(
        38, "I agree with the warning, but the post is also an exercise.", "too_severe"
    ).judged(
        32,
        "officer",
        AppealOutcome.REDUCED,
        "The post may stand again without that sentence; the warning stands.",
        keep=["warning_written"],
    )


def _again_and_again(cast: Cast) -> None:
    """Three findings about one person, the last one an expulsion."""
    posts = (
        (240, "You are too stupid for numbers. Go and knit.", "harassment"),
        (150, "I will keep writing until you leave. It works with everybody.", "harassment"),
        (58, "I have your address from the list. Somebody should pay you a visit.", "threats"),
    )
    for step, (days, body, code) in enumerate(posts):
        tale = cast.incident(
            cast.post("wolfgang.schleswig", "statistics", body, days + 1),
            days,
            "I do not dare to ask anything any more.",
            by=("cagla.yildiz", "chloe.dubois", "nour.aziz")[step],
            code=code,
            desk=("first", "third", "second")[step],
        )
        tale.opened(days - 1).alleged(
            days - 1.2, code, "A learner was frightened on purpose."
        ).notified(days - 1.5, "Why did you write this?").answered(
            days - 8, Stance.CONTEST, "One must be allowed to say what one thinks."
        ).found(days - 17, "The words are there for everybody to read.", "Not to hurt somebody.")
        facts = {"stakes": "normal", **({"pattern": "no" if step < 2 else "yes"} if step else {})}
        if step == 0:
            tale.proposed(
                days - 17.5,
                "slight",
                ["warning_written"],
                "The first time.",
                facts=facts,
            )
        elif step == 1:
            tale.proposed(
                days - 17.5,
                "serious",
                ["temporary_suspension"],
                "It went on after a warning.",
                params={"temporary_suspension": {"days": 60}},
                facts=facts,
            ).confirmed(days - 19)
        else:
            tale.proposed(
                days - 17.5,
                "grave",
                ["expulsion"],
                "People were put in danger, for the third time.",
                facts=facts,
            ).confirmed(days - 19).read(days - 22).appealed(
                days - 26,
                "I was never told that this could happen.",
                "procedure",
            )
