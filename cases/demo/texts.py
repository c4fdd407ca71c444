"""What people write in the demo. Every sentence is made up for it."""

from __future__ import annotations

SHARED = "A list of what was counted says little until somebody adds what could not be."
ARTICLE = (
    "Every count begins with a door, and somebody decides where the door is. "
    f"{SHARED} That second list is harder to write, because nobody is paid for it."
)
TITLE = "Article: “The door and the street”"
LINK = "https://openmethods.example/12/the-door-and-the-street"
SHOWS = "One sentence is in both texts."
TAKEN = (
    "Parts of the work use sentences of a published article without saying where they come from."
)
QUESTIONS = "How did the sentence come into your work?\nHow did you take notes while reading?"
SEEN = (
    "The second sentence is in an article we read in week 3, word for word, and the article is not "
    "named."
)

_WORK = {
    "data-ethics": (
        "Our group wanted to know who uses the library at night. {shared} We had the numbers of "
        "the door and no idea of the people who turned back because it was dark. In my view that "
        "is the more important half. I asked nine of them on the street. {own}"
    ),
    "statistics": (
        "We asked 212 households how they keep warm. Sixty did not open. {shared} I give every "
        "result twice, with and without those sixty. {own}"
    ),
    "programming": (
        "def total(rows):\n    s = 0\n    for r in rows:\n        s += r  # sumn up\n    return s\n"
        "\n# {own}\n"
    ),
    "data-structures": (
        "class Queue:\n    def __init__(self):\n        self.front, self.back = [], []\n\n"
        "    def take(self):\n        if not self.front:\n"
        "            while self.back:\n                self.front.append(self.back.pop())\n"
        "        return self.front.pop()\n\n# {own}\n"
    ),
    "sources-in-history": (
        "The town archive holds four letters about the flood. Two are copies, one is a draft, and "
        "the fourth was written thirty years later. {shared} {own}"
    ),
    "archives": (
        "The box is called “Miscellaneous, 1911 to 1934”. Somebody threw away what was not, and "
        "did not write down what it had been. {shared} {own}"
    ),
    "writing": (
        "She opens the shop at six and talks to the bread before she talks to anybody. {shared} "
        "{own}"
    ),
    "spanish": (
        "Querida vecina: le escribo por la ventana del patio. Desde que usted la abre, en mi "
        "cocina también es verano. {own}"
    ),
    "contracts": (
        "The court held that silence was no acceptance, though the parties had dealt with each "
        "other for years. {shared} {own}"
    ),
    "how-courts-reason": (
        "The judge says what she will not decide before she says what she will. {shared} {own}"
    ),
    "bridges": (
        "The load of the crowd is taken as 5 kN per square metre, that of the wind from the table "
        "for the coast. The sum governs the middle field. {shared} {own}"
    ),
    "public-health": (
        "In Palo Alto del Río the nurse comes on Tuesdays. Who is ill on a Wednesday waits. "
        "{shared} {own}"
    ),
    "soils": "Day 1: dark, wet, smells of autumn. Day 9: a crust, and two worms below it. {own}",
}


def work(course: str, own: str) -> str:
    """What somebody hands in: the course's text with a sentence of their own."""
    return _WORK[course].format(shared=SHARED, own=own)


# What reports of cases to measure with are about: words of different frequency to search for.
TOPICS = tuple(
    f"{first} {second}"
    for first in ("photosynthesis", "inflation", "regression", "migration", "democracy")
    for second in (
        *("cells", "prices", "residuals", "borders", "ballots", "rivers", "queues", "graphs"),
        *("poems", "markets", "enzymes", "treaties", "glaciers", "sonnets", "vaccines", "bridges"),
    )
)

# Posts that nobody reported.
FRIENDLY = (
    "Thank you for the drawing with the two stacks. I had it the wrong way round for a week.",
    "Does anybody else read the third source as a joke? I think he is making fun of the mayor.",
    "I am new here and write slowly. Please be patient with me, I will be with you.",
    "The link of week 4 is broken. The library has the article as well: search for the title.",
    "¿Alguien quiere practicar los jueves? Tengo café y tiempo.",
    "我把我的笔记放在这里,希望对大家有帮助。",
    "شكرًا على الشرح، صار الأمر واضحًا الآن.",
    "Кто-нибудь уже понял, почему очередь из двух стеков работает быстро?",
    "मेरे पास दूसरे अध्याय का एक सवाल है: क्या तालिका में सब कुछ गिना गया है?",
)
