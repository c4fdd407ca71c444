"""Texts beside each other: what is the same, what is reworded, what is set aside (CF3)."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.comparison import Result, compare, guess_language, languages
from cases.comparison.quoting import CITED_WORDS
from cases.comparison.words import words_of

SOURCE = (
    "The inbound links of a page are counted by the engine, and a link from a famous page counts "
    "for more than one from a page nobody reads. A surfer who follows links at random gets bored "
    "in the end and jumps somewhere else. That chance is called the damping factor, and most "
    "studies set it at about eighty-five per cent."
)
OWN = (
    "My grandmother kept bees behind the railway yard. Every August she let us taste the comb "
    "before it was sold, and we argued which hive had found the lime trees first."
)
signs = st.characters(exclude_categories=["Cs"])
words = st.sampled_from(
    "link links page engine count counted famous surfer bored jump chance factor study the of a "
    "é e\u0301 naïve 日 本 🐝 👩‍👩‍👧 don't \u200b \r\n \n\n . ! “ ” \" « » > (2007)".split(" ")
)
texts = st.one_of(
    st.text(signs, max_size=200),
    st.lists(words, max_size=80).map(" ".join),
    st.tuples(st.lists(words, max_size=20), st.integers(0, 200)).map(
        lambda drawn: " ".join(drawn[0]) + " " + SOURCE[drawn[1] :]
    ),
)


def said(result: Result, text: str, side: str = "a", kind: str = "") -> list[str]:
    return [
        text[slice(*getattr(passage, side))]
        for passage in result.passages
        if kind in ("", passage.kind)
    ]


@given(texts, texts, st.sampled_from(["text", "python", "java", "sql", "rust"]))
def test_every_passage_is_a_stretch_of_both_texts(a: str, b: str, language: str) -> None:
    result = compare(a, b, language=language)
    assert 0 <= result.similarity <= 1
    for side, text, coverage in (("a", a, result.a), ("b", b, result.b)):
        spans = sorted(getattr(passage, side) for passage in result.passages)
        assert all(0 <= start < end <= len(text) for start, end in spans)
        assert all(one[1] <= two[0] for one, two in zip(spans, spans[1:], strict=False))
        assert coverage.counted + coverage.set_aside <= coverage.words
    assert [p.a for p in result.passages] == sorted(p.a for p in result.passages)
    assert Result.from_json(result.to_json()) == result
    if not result.passages:
        assert result.similarity == 0


@given(texts, texts)
def test_the_order_of_the_texts_makes_no_difference(a: str, b: str) -> None:
    there, back = compare(a, b), compare(b, a)
    assert there.similarity == back.similarity
    assert (there.a, there.b) == (back.b, back.a)
    assert {(p.kind, p.a, p.b) for p in there.passages} == {
        (p.kind, p.b, p.a) for p in back.passages
    }


@given(texts)
def test_a_text_with_itself_is_all_the_same(text: str) -> None:
    result = compare(text, text)
    if result.a.words > result.a.set_aside:
        assert result.similarity == 1
    assert result.a.counted + result.a.set_aside == result.a.words
    assert all(p.a == p.b for p in result.passages)


@given(texts, st.integers(0, 50))
def test_words_are_where_they_are_said_to_be(text: str, first: int) -> None:
    found = words_of(text)
    assert all(
        text[start:end] == raw
        for start, end, raw in zip(found.starts, found.ends, found.raw, strict=True)
    )
    sentences = found.sentences(20)
    assert [at for start, end in sentences for at in range(start, end)] == list(range(len(found)))


def test_texts_about_different_things_share_nothing() -> None:
    result = compare(SOURCE, OWN)
    assert (result.similarity, result.passages) == (0, ())


def test_case_accents_punctuation_and_spaces_make_no_difference() -> None:
    copied = SOURCE.upper().replace(", ", " –\r\n ").replace("E", "E\u0301").replace(".", "…")
    result = compare(copied, SOURCE)
    assert result.similarity == 1
    assert {p.kind for p in result.passages} == {"same"}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("coun\u200bted by the engine", "counted by the engine"),
        ("соunted by thе engine", "counted by the engine"),
        ("counted by the en-\ngine", "counted by the engine"),
        ("ﬁve links", "five links"),
    ],
    ids=["hidden signs", "letters of another script", "a word that is broken", "ligatures"],
)
def test_a_word_in_disguise_is_the_same_word(written: str, meant: str) -> None:
    assert words_of(written).plain == words_of(meant).plain


def test_a_copied_sentence_is_found_at_its_place() -> None:
    copied = "a link from a famous page counts for more than one from a page nobody reads"
    mine = f"👩‍👩‍👧 Élan vital! {OWN} And so, {copied}. {OWN}"
    result = compare(mine, SOURCE)
    assert said(result, mine) == [copied]
    assert said(result, SOURCE, "b") == [copied]
    assert result.passages[0].words == 16


def test_a_sentence_in_other_words_is_found() -> None:
    mine = (
        f"{OWN} It is true that the engine counts how many inbound links a page has; links of "
        "famous pages are counted for more."
    )
    result = compare(mine, SOURCE)
    assert {p.kind for p in result.passages} == {"close"}
    assert "inbound links" in " ".join(said(result, mine))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "El factor de amortiguación indica la probabilidad de que un internauta continúe.",
            "La probabilidad de que los internautas continúen la indican factores de amortiguación",
        ),
        (
            "Der Dämpfungsfaktor beschreibt die Wahrscheinlichkeit, mit der Surfer weiterklicken.",
            "Die Wahrscheinlichkeiten, mit denen ein Surfer weiterklickt, beschreibt der "
            "Dämpfungsfaktor.",
        ),
    ],
    ids=["Spanish", "German"],
)
def test_other_languages_have_stems_too(one: str, other: str) -> None:
    assert compare(one, other).similarity > 0.5


def test_a_quotation_is_set_aside() -> None:
    quoted = "A surfer who follows links at random gets bored in the end"
    mine = f"{OWN} As Ortega writes, “{quoted}” (Ortega, 2019). I never saw that."
    result = compare(mine, SOURCE)
    assert said(result, mine, kind="quoted") == [quoted]
    assert result.similarity == 0
    assert result.a.set_aside == 12
    unmarked = compare(mine.replace("“", "").replace("”", ""), SOURCE)
    assert unmarked.similarity > 0.2


@pytest.mark.parametrize(
    "form",
    ['"{}"', "«{}»", "„{}“", "``{}''", "‘{}’", "> {}\n", "「{}」"],
    ids=["straight", "guillemets", "German", "TeX", "single", "block", "Japanese"],
)
def test_every_manner_of_quoting_counts(form: str) -> None:
    quoted = "A surfer who follows links at random gets bored in the end"
    mine = f"{OWN}\n{form.format(quoted)}\n{OWN}"
    assert compare(mine, SOURCE).similarity == 0


def test_marks_around_a_whole_essay_set_nothing_aside() -> None:
    long = " ".join(f"{SOURCE} {n}" for n in range(8))
    assert len(long.split()) > CITED_WORDS
    assert compare(f"“{long}” (Ortega, 2019)", long).similarity > 0.9
    # Long, and no source is named.
    assert compare(f"{OWN} “{SOURCE}” {OWN}", SOURCE).similarity > 0.4


def test_what_everybody_writes_is_set_aside() -> None:
    one = f"{OWN} On the other hand, it is important to note that bees sleep."
    two = f"{SOURCE} On the other hand, it is important to note that readers leave."
    result = compare(one, two)
    assert {p.kind for p in result.passages} == {"common"}
    assert result.similarity == 0


def test_the_words_of_the_assignment_are_set_aside() -> None:
    task = "Explain how an engine ranks pages by the links that lead to them, with one example."
    one, two = f"{task} {OWN}", f"{task} {SOURCE}"
    assert compare(one, two).similarity > 0.2
    result = compare(one, two, common=[task])
    assert result.similarity == 0
    assert said(result, one, kind="common") == [task.rstrip(".")]


def test_an_empty_text_and_one_without_words_share_nothing() -> None:
    for one in ("", "\0\x01\ufffe", "!!! …\r\n", "🐝🐝"):
        result = compare(one, SOURCE)
        assert (result.similarity, result.passages, result.a.words) == (0, (), 0)


@pytest.mark.parametrize(
    ("a", "b", "language"),
    [
        ("spam " * 80_000, "spam " * 79_000, "text"),
        ("a b c. " * 57_000, "c b a. " * 57_000, "text"),
        ('"a b c ' * 66_000, "“a b ”c " * 50_000, "text"),
        ("e" + "\u0301" * 399_999, "e\u0301" * 200_000, "text"),
        ("日本語" * 130_000, "語本日" * 130_000, "text"),
        ("(2007 " * 66_000, "> " * 200_000, "text"),
        ("{}();" * 80_000, "(){};" * 80_000, "java"),
        ('"' + "\\" * 399_999, '"\\' * 200_000, "scala"),
        ('"""a' * 100_000, "'''\"" * 100_000, "python"),
        ("/*" * 200_000, "//*" * 130_000, "c"),
        ("public static void main( " * 16_000, "import " * 57_000, "java"),
    ],
    ids=["one word", "three", "marks", "accents", "dense", "brackets", "braces", "backslashes"]
    + ["triple", "comments", "signatures"],
)
def test_odd_texts_take_no_time_to_speak_of(a: str, b: str, language: str) -> None:
    begun = time.process_time()
    compare(a[:400_000], b[:400_000], language=language)
    assert time.process_time() - begun < 20


def test_ten_thousand_words_are_compared_in_less_than_a_second() -> None:
    vocabulary = sorted({word.strip(".,") for word in f"{SOURCE} {OWN}".split()})
    made = [
        " ".join(
            vocabulary[(i * i * factor + i // 7) % len(vocabulary)]
            + (str(i % 97) if i % 3 else "")
            + ("." if i % 15 == 0 else "")
            for i in range(10_000)
        )
        for factor in (3, 5)
    ]
    best = 9.0
    for _ in range(3):
        begun = time.process_time()
        compare(*made)
        best = min(best, time.process_time() - begun)
    assert best < 1


def test_a_language_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="klingon"):
        compare(SOURCE, OWN, language="klingon")


@pytest.mark.parametrize(
    ("name", "text", "language"),
    [
        ("T01.java", "", "java"),
        ("essay.txt", SOURCE, "text"),
        ("", SOURCE, "text"),
        ("Essay 2", "import java.util.*;\npublic class A {\n  System.out.print(1);\n}", "java"),
        ("", "def a(b):\n    for c in b:\n        print(c)\n", "python"),
        ("", f"{SOURCE}\n{OWN}\nIn the code, System.out.print(1) and public class A.", "text"),
        ("notes.", "x", "text"),
    ],
)
def test_the_language_is_told_by_name_or_words(name: str, text: str, language: str) -> None:
    assert guess_language(name, text) == language
    assert language in languages()


# Sources that are named


@pytest.mark.parametrize(
    "named",
    [
        "(Weber 2019)",
        "(see Hughes, 2007, p. 4; van der Berg & Li, 2010a)",
        "(Weber, Ruiz et al., 2019)",
        "[12]",
        "[3, 5-7]",
    ],
)
def test_a_source_in_brackets_is_no_word_of_either(named: str) -> None:
    mine = f"My bees had swarmed by noon {named} and nobody knew where to."
    theirs = f"Trains were late again {named} because of the snow."
    result = compare(mine, theirs)
    assert result.a.counted == result.b.counted == 0
    assert result.similarity == 0
    # In a sentence that is the same the rest counts, on both sides of it.
    copied = f"The old ferry sank slowly {named} beside the empty harbour wall."
    same = compare(f"{OWN} {copied}", f"{SOURCE} {copied}")
    assert same.a.counted == 10
    assert {p.kind for p in same.passages} == {"same", "quoted"}


def test_names_before_a_year_are_a_source_and_the_sentence_is_not() -> None:
    one = "As Weber, Ruiz and van der Berg (2019) have it, my bees had swarmed by noon."
    other = "Trains, as Weber, Ruiz and van der Berg (2019) noted, were late."
    result = compare(one, other)
    assert said(result, one, kind="quoted") == ["Weber, Ruiz and van der Berg (2019"]
    assert result.similarity == 0
    # A year in brackets, or a remark, names no source.
    remark = "the harvest of that year (in the summer of 1945 when nobody was left) was lost"
    assert compare(f"{OWN} {remark}.", f"{SOURCE} So {remark}!").a.counted == 16


LIST = """
References

Weber, M. (2019). Counting the links of famous pages. Web Journal, 12(3), 4-9.
Ruiz, Ana. The surfer who follows links at random and gets
bored. Madrid: Alba, 2010.
[4] Page, L. and Brin, S. 1998. The anatomy of a large search engine.
World Health Organization (2021). Screens and sleep. https://who.example/sleep
"""


@pytest.mark.parametrize(
    "heading", ["References", "Literaturverzeichnis", "Referencias", "7. Works cited:"]
)
def test_a_list_of_sources_is_set_aside_entry_by_entry(heading: str) -> None:
    sources = LIST.replace("References", heading)
    mine, theirs = OWN + "\n" + sources, SOURCE + "\n" + sources
    result = compare(mine, theirs)
    assert result.a.counted <= 2
    assert "large search engine" in " ".join(said(result, mine, kind="quoted"))


def test_an_entry_is_one_without_a_heading_too() -> None:
    entry = "Weber, M. (2019). Counting the links of famous pages. Web Journal, 12(3), 4-9."
    assert compare(f"{OWN}\n\n{entry}\n", f"{SOURCE}\n{entry}").similarity == 0


def test_a_heading_hides_no_prose() -> None:
    """Whoever writes "References" above what they copied has copied it."""
    result = compare(f"References\n{SOURCE}", SOURCE)
    assert result.similarity == 1
    later = compare(f"{OWN}\n{LIST}\n{SOURCE}", SOURCE)
    assert later.b.counted == later.b.words
