"""Words and phrases everybody writes, and the language they give away."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

import Stemmer

from cases.comparison.words import Words, plain

# Words that join others and carry no topic, by the name of the stemmer of their language.
_JOINING = {
    "english": """
        a an the and or but if then else of in on at to for from by with without as is are was were
        be been being it its this that these those which who whom whose what when where how why can
        could may might must shall should will would do does did done have has had having not no nor
        so than too very also such some any each every all both more most other another same own
        only just about into over under between through during before after above below up down out
        off again further once here there they them their he she his her him we us our you your i my
        me one two don t s re ve ll isn doesn didn won because while whereas however therefore thus
        hence although though since until upon within among many much few several""",
    "spanish": """
        el la los las un una unos unas y e o u de del a al en con por para sin sobre entre desde
        hasta que se es son fue fueron era eran ser sido esta este estos estas eso esa ese su sus lo
        le les como mas pero si no ni ya muy tambien cuando donde cual cuales quien porque aunque
        mientras ha han haber hay puede pueden debe me mi tu nos otro otra otros otras cada todo
        toda todos todas mismo misma asi""",
    "french": """
        le la les l un une des du de d et ou a au aux en dans par pour sur sans sous avec entre que
        qui quoi dont ou est sont etait etaient etre ete ce cet cette ces son sa ses leur leurs il
        elle ils elles on nous vous je tu se s ne n pas plus mais si comme aussi tres meme tout tous
        toute toutes car donc ainsi ont avoir peut""",
    "german": """
        der die das den dem des ein eine einen einem einer eines und oder aber in im an am auf aus
        bei mit nach von vom zu zum zur fur durch uber unter vor ist sind war waren sein wird werden
        wurde wurden hat haben hatte nicht kein keine auch noch nur so wie als wenn dass weil dieser
        diese dieses sich er sie es wir ihr ihre man kann konnen""",
    "portuguese": """
        o a os as um uma uns umas e ou de do da dos das em no na nos nas por pelo pela para com sem
        sobre entre que se e sao foi foram era ser sido este esta estes isso seu sua seus suas como
        mais mas nao nem muito tambem quando onde qual quem porque ha pode podem""",
    "italian": """
        il lo la i gli le un uno una e ed o di del della dei delle a al alla in nel nella con per
        tra fra da dal su che si e sono era erano essere stato questo questa questi suo sua come piu
        ma non anche quando dove quale chi perche ha hanno puo""",
    "dutch": """
        de het een en of in op aan van voor met naar bij uit door over onder is zijn was waren wordt
        worden werd niet geen ook nog maar als dan dat die dit deze er hij zij ze wij we je ik zich
        kan kunnen hebben heeft om te""",
    "russian": """
        и в во не что он на я с со как а то все она так его но да ты к у же вы за бы по только ее
        мне было вот от меня еще нет о из ему теперь когда даже ну ли если уже или ни быть был него
        до вас это этот для мы их чем была""",
}
_STEMMED = 60_000
# One spelling for both sides of the Atlantic.
_BRITISH = re.compile(r"(?<=\w\w\w)(?:is(?=(?:e|es|ed|er|ers|ing|ation|ations)$)|our$)")
# Shorter words that differ in a letter are other words.
_LONG = 6

_PHRASES = """
    on the other hand|as a result of|in the case of|at the same time|as well as the|one of the most
    in order to|it is important to note that|it can be seen that|for the purpose of|with respect to
    the fact that|a wide range of|the end of the|at the end of the|in the context of|in this case
    due to the fact that|is one of the|it should be noted that|on the basis of|the use of the
    in terms of the|the extent to which|there are a number of|is said to be|can be used to
    is based on the|in addition to the|as shown in the|are said to be|for example if
    it is possible to|to the fact that|in other words|there are many|in the form of
    the number of the|a large number of
    por otro lado|por lo tanto|en el caso de|a partir de|con el fin de|sin embargo|es decir
    en la medida en que|al mismo tiempo|por ejemplo|en el contexto de|es importante que|a traves de
    uno de los mas|se puede decir que|debido a que|a lo largo de|en relacion con|por medio de
    in bezug auf|zum beispiel|auf der anderen seite|d une part|d autre part|en ce qui concerne
"""


@cache
def _joining() -> dict[str, frozenset[str]]:
    return {
        name: frozenset(plain(word) for word in words.split()) for name, words in _JOINING.items()
    }


@cache
def _phrases() -> dict[str, list[tuple[str, ...]]]:
    found: dict[str, list[tuple[str, ...]]] = {}
    for line in _PHRASES.strip().splitlines():
        for phrase in line.split("|"):
            words = tuple(phrase.split())
            found.setdefault(words[0], []).append(words)
    return found


def speech(*texts: Words) -> str:
    """The language whose joining words the texts use most; English when none is."""
    counts: Counter[str] = Counter()
    for words in texts:
        counts.update(words.plain)
    scores = {
        name: sum(counts[word] for word in words) for name, words in sorted(_joining().items())
    }
    return max(scores, key=lambda name: (scores[name], name == "english"))


def joining(language: str) -> frozenset[str]:
    """The words of a language that carry no topic."""
    return _joining()[language]


def phrases(words: Words) -> bytearray:
    """1 for each word of a phrase everybody uses."""
    marked = bytearray(len(words))
    known = _phrases()
    for at, word in enumerate(words.plain):
        for phrase in known.get(word, ()):
            if tuple(words.plain[at : at + len(phrase)]) == phrase:
                marked[at : at + len(phrase)] = b"\1" * len(phrase)
    return marked


def stems(raw: set[str], language: str) -> dict[str, str]:
    """Each word as written and its stem, without accents.

    A stemmer must not be shared between threads (it says so), so each call has its own.
    """
    stemmer = Stemmer.Stemmer(language, _STEMMED)
    found = {}
    for word in raw:
        known = plain(word) if language == "english" else word.casefold()
        if language == "english":
            known = _BRITISH.sub(_american, known)
        found[word] = plain(stemmer.stemWord(known))
    return found


def _american(match: re.Match[str]) -> str:
    return "or" if match.group() == "our" else "iz" + match.group()[2:]


def misspelt(left: set[str], right: set[str]) -> dict[str, str]:
    """Long stems of one side that differ in one letter from another stem, and what they become."""
    found: dict[str, str] = {}
    by_less: dict[str, str] = {}
    shared = left & right
    for stem in [*sorted(shared), *sorted(left ^ right)]:
        if len(stem) < _LONG:
            continue
        variants = _one_less(stem)
        other = next((by_less[less] for less in variants if less in by_less), None)
        if other is not None and stem not in shared:
            found[stem] = other
            continue
        for less in variants:
            by_less.setdefault(less, stem)
    return found


def _one_less(stem: str) -> list[str]:
    return [stem, *(stem[:at] + stem[at + 1 :] for at in range(1, len(stem)))]
