"""Search in cases: what is found, by whom, and what never is (QU1; HOSTILE 16, 17, 35)."""

from __future__ import annotations

import io

import pytest
from django.core.management import call_command
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from cases import rules
from cases.enums import CaseStatus as S
from cases.models import Case, CaseWords, Redaction
from cases.selectors import search
from cases.selectors.search import matching
from cases.services import evidence, indexing, merging, triage
from cases.terms import LONGEST, asked, code_terms, joined, terms
from integrity.accounts.enums import Role
from integrity.accounts.models import RoleGrant, User
from tests.cases import builders as build
from tests.cases.merging_world import Room
from tests.cases.test_process import World
from tests.courses import builders as make

pytestmark = pytest.mark.django_db


def found(user: User, text: str) -> list[str]:
    cases = matching(rules.visible_to(user), user, text)
    return list(cases.order_by("number").values_list("number", flat=True))


@pytest.fixture
def world() -> World:
    return World()


# Words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Über die  Quellen, S. 12", ["uber", "die", "quellen", "s", "12"]),
        ("IC-2026-000012", ["ic", "2026", "000012"]),
        ("l’été n'est_pas", ["l", "ete", "n", "est", "pas"]),
        ("अनिता जी।", ["अनिता", "जी"]),
        ("王小明", ["王", "小", "明", "王小", "小明"]),
        ("%_*:()&|!<->\"'\\ -- NEAR", ["near"]),
        ("\u202eabc\u200b", ["abc"]),
        ("😀 …", []),
    ],
)
def test_a_text_becomes_words(text: str, words: list[str]) -> None:
    assert list(terms(text)) == words


def test_a_code_is_found_by_its_parts() -> None:
    assert {"cs050", "cs", "050", "50"} <= set(code_terms("CS050"))
    assert {"2026", "000012", "12"} <= set(code_terms("IC-2026-000012"))


def test_the_last_word_may_go_on_and_a_single_sign_may_not() -> None:
    assert asked("Essay mil", most=9) == ["essay", "mil*"]
    assert asked("week 3", most=9) == ["week", "3"]
    assert asked("王小明", most=9) == ["王小", "小明"]
    assert asked("a b c d", most=2) == ["a", "b"]
    assert asked("x" * 500, most=9) == ["x" * LONGEST + "*"]


def test_words_are_kept_once_and_up_to_an_end_in_bytes() -> None:
    assert joined(["b", "a", "b"], most=100) == "b a"
    assert joined(["王王", "a"], most=7) == "王王"


# What is found


def test_numbers_names_reports_evidence_and_notes_are_found(world: World) -> None:
    world.opened()
    officer = world.officer
    evidence.add(
        actor=world.moderator,
        number=world.number,
        kind="quote",
        title="A page of the wiki",
        description="Zwölf Sätze",
        text="Photosynthese beginnt im Blatt",
        form_key="quote-1",
    )
    triage.add_note(
        actor=world.moderator, number=world.number, body="Ask the librarian", form_key="note-1"
    )
    for text in (
        world.number,
        world.number[-6:],
        world.number[-6:].lstrip("0"),
        world.learner.display_name,
        "photosyn",
        "zwolf SÄTZE",
        "wiki librarian",
    ):
        assert found(officer, text) == [world.number], text
    assert found(officer, "photosyn librarians") == []
    # Only the last word may go on.
    assert found(officer, "photosyn wiki") == []


def test_an_address_is_found_by_its_parts(world: World) -> None:
    world.opened()
    evidence.add(
        actor=world.moderator,
        number=world.number,
        kind="link",
        title="A site",
        url="https://essays.example.org/Mill-17",
        form_key="link-1",
    )
    assert found(world.officer, "essays.example.org/mill-17") == [world.number]


def test_nothing_asked_is_everything_and_nothing_to_look_for_is_nothing(world: World) -> None:
    world.opened()
    for text in ("", "   "):
        assert found(world.officer, text) == [world.number]
    for text in ("%", "_", "*", "😀", "'", '"', "''; --"):
        assert found(world.officer, text) == [], text


# Who finds it


def test_hostile_16_what_is_in_a_case_is_found_by_its_readers_alone() -> None:
    learner = make.person("Zebulon Quirke")
    case = build.case(learner=learner, status=S.INVESTIGATION, assignee=build.moderator())
    build.searched_by(case, case.number, case.course.code, "Zebulon Quirke", "essay mill")
    other = build.moderator()
    for text in ("quirke", "zeb", "mill", f"{case.number} quirke"):
        assert found(other, text) == [], text
    for text in (case.number, case.course.code, case.reported_as):
        assert found(other, text) == [case.number], text
    build.watcher(case, other)
    assert found(other, "quirke") == [case.number]
    assert found(build.officer(), "quirke") == [case.number]


def test_hostile_16_a_conflict_leaves_nothing_to_find(world: World) -> None:
    world.opened()
    assert found(world.moderator, world.number) == [world.number]
    triage.declare_conflict(actor=world.moderator, number=world.number, reason="We are related.")
    for text in (
        world.number,
        world.number[-6:],
        world.learner.display_name,
        world.case.course.code,
    ):
        assert found(world.moderator, text) == [], text
    # Whom a case is about may work on the desk too.
    RoleGrant.objects.create(user=world.learner, role=Role.OFFICER, institution=None)
    assert found(world.learner, world.number) == []
    assert found(world.officer, world.number) == [world.number]


def test_hostile_17_the_desk_of_another_institution_finds_nothing() -> None:
    here, there = make.institution(), make.institution()
    case = build.case(institution=here, course=None, learner=make.person("Zebulon Quirke"))
    build.searched_by(case, case.number, "Zebulon Quirke")
    for user in (build.officer(institution=there), build.moderator(institution=there)):
        assert found(user, case.number) == []
        assert found(user, "quirke") == []
    assert found(build.officer(institution=here), "quirke") == [case.number]


def test_hostile_16_in_triage_a_name_finds_nothing_wherever_it_stands() -> None:
    learner = make.person("Zebulon Quirke")
    case = build.case(learner=learner, status=S.TRIAGE, submission=None)
    build.evidence(case, title="Work of Zebulon", text="By Zebulon Quirke: on photosynthesis")
    indexing.write(case)
    officer = build.officer()
    assert found(officer, "photosynthesis") == [case.number]
    for text in ("zebulon", "quirke", "zeb"):
        assert found(officer, text) == [], text
    triage.open_case(actor=officer, number=case.number)
    for text in ("zebulon", "quirke", "by zebulon"):
        assert found(officer, text) == [case.number], text


def test_hostile_16_a_name_finds_no_case_that_was_joined_with_another() -> None:
    room = Room()
    gone, kept = room.numbers[:2]
    build.note(room.fresh(0), room.officer, "Ask Okonjo about chlorophyll.")
    merge = merging.merge(actor=room.officer, source=gone, target=kept)
    assert found(room.officer, "chlorophyll") == [gone]
    assert found(room.officer, "okonjo") == []
    merging.undo_merge(actor=room.officer, merge_id=merge.public_id)
    triage.open_case(actor=room.officer, number=gone)
    assert found(room.officer, "okonjo") == [gone]


def test_what_is_covered_finds_nothing() -> None:
    case = build.case(status=S.INVESTIGATION)
    piece = build.evidence(case, title="Chat", text="Mariposa wrote it")
    start = len("\n".join(piece.heads)) + 1
    indexing.keep(case)
    officer = build.officer()
    assert found(officer, "mariposa") == [case.number]
    piece.redacted_text = "[covered] wrote it"
    piece.save()
    Redaction.objects.create(
        evidence=piece, kind="text", start=start, end=start + 8, reason="A name", made_by=officer,
        form_key="cover-1",
    )  # fmt: skip
    indexing.keep(case)
    assert found(officer, "mariposa") == []
    assert found(officer, "wrote") == [case.number]


# The index


def test_a_case_that_goes_leaves_the_index_and_a_rollback_leaves_it_whole(world: World) -> None:
    case = build.case(status=S.INVESTIGATION)
    build.searched_by(case, "bumblebee")
    officer = build.officer()
    assert found(officer, "bumblebee") == [case.number]
    build.searched_by(case, "dragonfly")
    assert found(officer, "bumblebee") == []
    assert found(officer, "dragonfly") == [case.number]
    CaseWords.objects.filter(case=case).delete()
    assert found(officer, "dragonfly") == []


def test_the_words_are_read_again_only_when_something_changed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.opened()
    case = Case.objects.get(number=world.number)
    indexing.keep(case)
    read: list[Case] = []
    monkeypatch.setattr(indexing, "searchable", lambda case: read.append(case) or "")
    indexing.keep(case)
    assert not read
    build.evidence(case, title="More")
    indexing.keep(case)
    assert read == [case]


def test_very_much_evidence_is_read_up_to_an_end(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "MOST_READ", 50)
    monkeypatch.setattr(indexing, "SEARCH_LENGTH", 300)
    case = build.case(status=S.INVESTIGATION)
    for n in range(3):
        build.evidence(case, title=f"E{n}", text=f"first{n} " + "x" * 60 + f" last{n}")
    indexing.write(case)
    assert len(CaseWords.objects.get(case=case).text.encode()) <= 300
    assert found(build.officer(), case.number) == [case.number]
    assert found(build.officer(), "last2") == []


def test_words_beyond_what_a_vector_holds_do_no_harm() -> None:
    case = build.case(status=S.INVESTIGATION)
    text = " ".join(chr(0x10400 + n % 40) * (n % 70 + 1) + str(n) for n in range(30_000))
    build.evidence(case, title="Odd", text=text[:200_000])
    build.evidence(case, title="Odder", text=text[200_000:400_000])
    indexing.write(case)
    assert found(build.officer(), case.number) == [case.number]


def test_the_index_can_be_made_anew(world: World) -> None:
    world.opened()
    CaseWords.objects.all().delete()
    assert found(world.officer, world.number) == []
    out = io.StringIO()
    call_command("index_cases", stdout=out)
    assert found(world.officer, world.learner.display_name) == [world.number]
    assert '"cases": 1' in out.getvalue()


def test_the_index_is_what_answers(world: World) -> None:
    """The plan looks words up; it never walks through all texts."""
    world.opened()
    rows = CaseWords.objects.filter(text__has=("photosynthesis",)).order_by()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_indexscan = off")
    plan = rows.explain()
    assert "cases_casewords_text_vector" in plan or "cases_casewords_fts" in plan


def test_frequent_words_find_the_same_as_rare_ones(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.opened()
    closed = build.case(status=S.INVESTIGATION, assignee=build.moderator())
    build.searched_by(closed, closed.number, "Amara Okonjo")
    texts = ("amara", "ic", world.number, closed.number, "2026", "nothing")
    people = (world.officer, world.moderator, build.moderator())
    rare = [found(user, text) for user in people for text in texts]
    monkeypatch.setattr(search, "RARE", 0)
    assert [found(user, text) for user in people for text in texts] == rare
    assert rare[0] == [world.number, closed.number]


class Anything(TestCase):
    """HOSTILE 35: whatever is typed is looked for or inert."""

    @given(text=st.text(max_size=200))
    @settings(deadline=None, max_examples=60)
    def test_hostile_35_no_text_breaks_the_search(self, text: str) -> None:
        user = build.officer()
        list(matching(rules.visible_to(user), user, text).values_list("pk", flat=True))

    @given(text=st.text(alphabet="'\"\\*:()&|!<>-^{}+ANDORNOTEAR%_ ab\u0000\u202e王", max_size=60))
    @settings(deadline=None, max_examples=60)
    def test_hostile_35_signs_of_query_languages_are_inert(self, text: str) -> None:
        user = build.officer()
        list(matching(rules.visible_to(user), user, text).values_list("pk", flat=True))
