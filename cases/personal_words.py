"""Words and patterns by which `cases.personal` knows personal data, and what it leaves alone."""

from __future__ import annotations

import re
from collections.abc import Callable

TITLES = frozenset(
    "mr mrs ms mx miss dr prof professor sir madam herr frau señor señora señorita sr sra srta "
    "monsieur madame mademoiselle mme mlle signor signora sig dott dottor don doña".split()
)
# Those that are written small too; "miss" and "don" are other words then.
SMALL_TITLES = frozenset("dr prof professor señor señora herr frau".split())
# Small words inside names.
PARTICLES = frozenset(
    "al ben bin da das de del della der di dos du el ibn la le st ten ter van von y zu".split()
)

# Words with a capital that are no names: where one of them stands, nothing is pointed out.
NO_NAMES = frozenset(
    """
    monday tuesday wednesday thursday friday saturday sunday january february march april may june
    july august september october november december christmas easter spring summer autumn fall
    winter today yesterday tomorrow morning evening
    i i'm i'd i've i'll we you he she it they the a an and or but if so as at by for from in of on
    to with about after before between into over under this that these those there here what when
    where which who why how my our your his her its their no not yes please thanks thank hello hi
    dear hey ok okay also then
    africa america asia australia europe north south east west northern southern eastern western
    central new old great san santa saint los las united states kingdom union republic city county
    england scotland wales ireland britain france germany spain italy portugal greece poland russia
    ukraine turkey china india japan korea brazil mexico canada egypt kenya nigeria singapore
    london paris berlin madrid rome lisbon vienna york angeles francisco boston chicago hong kong
    tokyo delhi mumbai beijing sydney zealand africa african american asian european british
    english scottish irish french german spanish italian portuguese greek polish russian ukrainian
    turkish chinese indian japanese korean brazilian mexican canadian arabic latin
    university college school institute academy faculty department library office society
    association foundation committee council court ministry bank press news times journal review
    magazine museum center centre club group team company corporation inc ltd llc gmbh
    essay essays week weeks lab labs module modules unit units lesson lessons lecture lectures
    chapter chapters section sections part parts page pages paragraph paragraphs figure figures
    table tables question questions answer answers exercise exercises task tasks quiz quizzes test
    tests exam exams midterm final finals homework assignment assignments project projects
    submission submissions report reports thesis paper papers draft course courses class classes
    programme program specialization certificate degree bachelor master masters phd forum forums
    thread post posts channel message messages group chat discussion reading notebook peer grader
    teacher instructor student students learner learners honor honour code codes conduct policy
    rule rules law act terms service privacy
    data science sciences machine learning deep artificial intelligence computer computing software
    engineering mathematics maths math statistics physics chemistry biology history economics
    philosophy psychology sociology ethics business management marketing finance design theory
    introduction intro advanced applied basic basics foundations principles methods research
    analysis programming algorithms structures systems networks security cloud web development
    python java javascript typescript ruby rust golang kotlin swift scala matlab excel word
    powerpoint google microsoft apple amazon facebook meta twitter instagram whatsapp telegram
    discord slack zoom teams youtube reddit github gitlab wikipedia wiki stack overflow exchange
    chegg quizlet coursera edx khan udemy moodle canvas turnitin openai chatgpt gpt claude gemini
    copilot bing windows linux android mac macos chrome firefox safari outlook gmail drive docs
    sheets dropbox open source creative commons internet house home white black red green blue
    day night year years number version user admin moderator officer bot anonymous support help
    god lord king queen prince president minister pope
    lunes martes miércoles jueves viernes sábado domingo enero febrero marzo abril mayo junio julio
    agosto septiembre octubre noviembre diciembre el la los las un una en de del con por para que
    y o universidad escuela instituto curso semana tarea ensayo examen código honor nueva nuevo
    estados unidos reino unido ética datos ciencia ciencias introducción análisis historia teoría
    datos métodos fundamentos
    cape town valley beach island river lake mount hill park airport station street avenue road
    platform guide site learn materials products evolution practical speech hate
    """.split()
)


def _digits(text: str) -> list[int]:
    return [int(char) for char in text if "0" <= char <= "9"]


def _cpf(text: str) -> bool:
    """Brazil: two check digits modulo 11."""
    digits = _digits(text)
    for count in (9, 10):
        total = sum(d * (count + 1 - i) for i, d in enumerate(digits[:count]))
        if digits[count] != total * 10 % 11 % 10:
            return False
    return len(set(digits)) > 1


def _dni(text: str) -> bool:
    """Spain: the letter is the number modulo 23."""
    number = "".join(str(d) for d in _digits(text[0].upper().translate(_NIE) + text[1:]))
    return text[-1].upper() == "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23]


_NIE = str.maketrans("XYZ", "012")


def _weighted(weights: list[int], modulus: int) -> Callable[[str], bool]:
    def valid(text: str) -> bool:
        digits = _digits(text)
        total = sum(w * d for w, d in zip(weights, digits, strict=False))
        return len(digits) == len(weights) and total % modulus == 0 and len(set(digits)) > 1

    return valid


def _born(text: str) -> bool:
    """Six digits that are a day, as the Nordic numbers begin: ddmmyy or yymmdd."""
    d = _digits(text)
    pairs = [d[0] * 10 + d[1], d[2] * 10 + d[3], d[4] * 10 + d[5]]
    return 1 <= pairs[1] <= 12 and (1 <= pairs[0] <= 31 or 1 <= pairs[2] <= 31)


def _chinese(text: str) -> bool:
    """China: eighteen characters, the last is ISO 7064 MOD 11-2 of the others."""
    total = sum(int(c) * 2 ** (17 - i) for i, c in enumerate(text[:17]))
    return "10X98765432"[total % 11] == text[-1].upper()


def _french(text: str) -> bool:
    """France: the last two digits are 97 less the remainder of the thirteen before."""
    d = "".join(str(n) for n in _digits(text))
    return len(d) == 15 and 97 - int(d[:13]) % 97 == int(d[13:])


_START, _END = r"(?<![\w.-])(?<!\d )", r"(?![\w-]| ?\d)"
# The forms that are told apart from other numbers by their marks or their check digits.
IDENTIFIERS: tuple[tuple[re.Pattern[str], Callable[[str], bool] | None], ...] = tuple(
    (re.compile(_START + pattern + _END), valid)
    for pattern, valid in (
        # United States: social security number.
        (r"(?!000|666|9)[0-9]{3}-(?!00)[0-9]{2}-(?!0000)[0-9]{4}", None),
        # United Kingdom: national insurance number.
        (r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]", None),
        (r"[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}", _cpf),
        (r"[0-9]{8}-?[A-Za-z]", _dni),
        (r"[XYZ]-?[0-9]{7}-?[A-Za-z]", _dni),
        # Poland: PESEL.
        (r"[0-9]{11}", _weighted([1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1], 10)),
        # Sweden, Finland, Denmark.
        (r"[0-9]{6}[-+][0-9]{3}[0-9A-Z]", _born),
        # Singapore.
        (r"[STFGM][0-9]{7}[A-Z]", None),
        # India: Aadhaar, in its usual groups.
        (r"[2-9][0-9]{3} [0-9]{4} [0-9]{4}", None),
        (r"[1-6][0-9]{16}[0-9Xx]", _chinese),
        (
            r"[12] ?[0-9]{2} ?(?:0[1-9]|1[0-2]) ?[0-9]{2} ?[0-9]{3} ?[0-9]{3} ?[0-9]{2}",
            _french,
        ),
    )
)

_NAME = r"[^\W\d_][\w'’.-]{0,30}"
_STREET = (
    "Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Boulevard|Blvd|Close|Crescent|Terrace|Gardens|Way|"
    "Square|Court|Highway|Parkway|Quay|Mews"
)
_BEFORE = (
    "[Rr]ue|[Aa]venue|[Bb]oulevard|[Pp]lace|[Cc]hemin|[Cc]alle|[Aa]venida|[Pp]aseo|[Pp]laza|"
    "[Cc]arrer|[Vv]ia|[Vv]iale|[Pp]iazza|[Cc]orso|[Rr]ua|[Tt]ravessa|[Uu]l\\.|[Uu]lica|[Cc]/"
)
_HOUSE = r"[0-9]{1,5}[A-Za-z]?"
ADDRESSES: tuple[re.Pattern[str], ...] = tuple(
    re.compile(_START + pattern)
    for pattern in (
        # 221B Baker Street; the words of the street begin with a capital.
        rf"{_HOUSE},? (?:(?:the )?[A-Z][\w'’.-]{{0,30}} ){{1,4}}(?:{_STREET})\b",
        # 12, rue de la Paix
        rf"{_HOUSE},? (?:bis |ter )?(?:{_BEFORE}) (?:(?:{_NAME}) ){{0,4}}[A-ZÀ-Ý][\w'’-]{{1,30}}",
        # Calle Mayor 5, 3º; Via Roma, 12
        rf"(?:{_BEFORE}) (?:(?:{_NAME}) ){{0,4}}{_NAME},? (?:n\.?º? ?)?{_HOUSE}\b",
        # Musterstraße 12, Am Alten Weg 3, Keizersgracht 174
        r"[A-ZÄÖÜ][\w-]{1,40}(?:straße|strasse|str\.|gasse|weg|allee|platz|ring|ufer|straat|laan|"
        rf"gracht|plein|gatan|vägen|vej|gade|veien|gata) {_HOUSE}\b",
        # PO Box 12
        r"P\.?\s?O\.? ?Box [0-9]{1,6}\b",
        r"(?:Postfach|Apartado|Boîte postale|Casella postale) [0-9][0-9 ]{0,7}\b",
        # United Kingdom, Canada, Netherlands; United States with the state in front.
        r"[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][ABD-HJLNP-UW-Z]{2}\b",
        r"[A-CEGHJ-NPR-TVXY][0-9][A-Z] [0-9][A-Z][0-9]\b",
        r"[1-9][0-9]{3} (?!(?:AM|PM|AD|BC|CE|KB|MB|GB|TB|HZ)\b)[A-Z]{2},? [A-Z][a-z-]{2,30}",
        r"[A-Z][a-z]{2,20}, [A-Z]{2} [0-9]{5}(?:-[0-9]{4})?\b",
        # A code of five digits is one with its country or its town: D-10115, 75002 Paris.
        r"(?:A|B|CH|D|DK|E|F|I|NL|P|PL|S)-[0-9]{4,5} [A-ZÀ-Ý][\w-]{1,30}",
    )
)
