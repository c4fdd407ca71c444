"""One submission against the others of its course, by an index of fingerprints (CF3)."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from cases.models import PrintedSubmission, SubmissionPrint
from cases.services import printing
from cases.tasks import index_submissions
from integrity.courses.models import Submission
from tests.comparison.test_programs import JAVA, renamed
from tests.comparison.test_texts import OWN, SOURCE
from tests.courses import builders as make

pytestmark = pytest.mark.django_db


class Class:
    """A course with an assignment and whatever is handed in."""

    def __init__(self) -> None:
        self.course = make.course()
        self.assignment = make.assignment(self.course)

    def hands_in(self, text: str, **fields: Any) -> Submission:
        return make.submission(self.assignment, make.person(), text=text, title="", **fields)


@pytest.fixture
def room() -> Class:
    return Class()


def told(*arguments: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command("index_submissions", *arguments, stdout=out)
    return json.loads(out.getvalue())


def test_the_submission_that_shares_most_is_named_first(room: Class) -> None:
    mine = room.hands_in(f"{SOURCE} {OWN}")
    half = room.hands_in(f"{OWN} And that is all that I have to say of bees, hives and trees.")
    whole = room.hands_in(f"{SOURCE} {OWN} More of it.")
    room.hands_in("Nothing of this was ever said by anybody else who was in the room that day.")
    printing.index()
    found = printing.similar_in_course(mine)
    assert [candidate.submission_id for candidate in found] == [whole.pk, half.pk]
    assert found[0].shared > found[1].shared
    assert all(candidate.shared <= candidate.of for candidate in found)
    assert (found[0].similarity or 0) > (found[1].similarity or 0) > 0
    assert len(printing.similar_in_course(mine, limit=1)) == 1


def test_programs_are_found_under_other_names(room: Class) -> None:
    mine = room.hands_in(JAVA)
    other = room.hands_in(renamed(JAVA, "total", "count", "mark"))
    room.hands_in(SOURCE)
    printing.index()
    assert PrintedSubmission.objects.get(submission=mine).language == "java"
    assert [c.submission_id for c in printing.similar_in_course(mine)] == [other.pk]


def test_another_course_is_another_index(room: Class) -> None:
    mine = room.hands_in(SOURCE)
    elsewhere = Class().hands_in(SOURCE)
    printing.index()
    assert printing.similar_in_course(mine) == []
    values = SubmissionPrint.objects.filter(submission=mine).values("value")
    assert not SubmissionPrint.objects.filter(submission=elsewhere, value__in=values).exists()


def test_what_half_of_the_course_has_says_nothing(room: Class, monkeypatch: Any) -> None:
    monkeypatch.setattr(printing, "COMMON_FROM", 4)
    task = SOURCE
    others = [room.hands_in(f"{task} {number} bees") for number in range(8)]
    mine = room.hands_in(f"{task} {OWN}")
    friend = room.hands_in(f"{task} Indeed. {OWN}")
    printing.index()
    found = [candidate.submission_id for candidate in printing.similar_in_course(mine)]
    assert found == [friend.pk]
    assert not {other.pk for other in others} & set(found)


def test_a_changed_text_is_printed_again(room: Class) -> None:
    mine, other = room.hands_in(SOURCE), room.hands_in(OWN)
    printing.index()
    assert printing.similar_in_course(mine) == []
    other.text = f"{SOURCE} It is mine."
    other.save()
    assert PrintedSubmission.objects.get(submission=other).sha256 == ""
    assert index_submissions() == {"printed": 1, "prints": pytest.approx(13, abs=8), "stale": 0}
    assert [c.submission_id for c in printing.similar_in_course(mine)] == [other.pk]
    # Changed where nobody says so.
    Submission.objects.filter(pk=other.pk).update(text=OWN)
    assert told()["printed"] == 0
    assert told("--verify") == {"printed": 1, "prints": pytest.approx(8, abs=6), "stale": 1}
    assert printing.similar_in_course(mine) == []


def test_saving_the_same_text_again_prints_nothing(room: Class) -> None:
    mine = room.hands_in(SOURCE)
    assert printing.print_submission(mine) is True
    mine.score = 3
    mine.save()
    assert printing.print_submission(mine) is False
    mine.text = ""
    mine.save()
    assert not PrintedSubmission.objects.exists()
    assert not SubmissionPrint.objects.exists()


def test_a_submission_nobody_printed_is_printed_when_it_is_asked_about(room: Class) -> None:
    other = room.hands_in(SOURCE)
    printing.index()
    mine = room.hands_in(f"{OWN} {SOURCE}")
    assert [c.submission_id for c in printing.similar_in_course(mine)] == [other.pk]
    assert PrintedSubmission.objects.filter(submission=mine).exists()


def test_a_run_that_was_ended_is_gone_on_with(room: Class, monkeypatch: Any) -> None:
    monkeypatch.setattr(printing, "PORTION", 2)
    for number in range(5):
        room.hands_in(f"{SOURCE} {number}")
    room.hands_in("")
    assert printing.index(portions=1)["printed"] == 2
    assert printing.index(portions=1)["printed"] == 2
    assert told("--course", room.course.slug)["printed"] == 1
    assert told() == {"printed": 0, "prints": 0, "stale": 0}
    assert PrintedSubmission.objects.count() == 5


def test_one_course_can_be_indexed_alone(room: Class) -> None:
    room.hands_in(SOURCE)
    Class().hands_in(SOURCE)
    assert told("--course", room.course.slug)["printed"] == 1
    with pytest.raises(CommandError) as refused:
        told("--course", "no-such-course")
    assert refused.value.returncode == 2


def test_a_text_of_a_few_words_resembles_nothing(room: Class) -> None:
    mine = room.hands_in("Two words.")
    room.hands_in("Two words.")
    printing.index()
    assert printing.similar_in_course(mine) == []


def test_what_is_forgotten_is_found_no_more(room: Class) -> None:
    mine, other = room.hands_in(SOURCE), room.hands_in(f"{SOURCE} {OWN}")
    printing.index()
    printing.forget(other)
    assert printing.similar_in_course(mine) == []
    other.delete()
    assert SubmissionPrint.objects.filter(submission=mine).exists()


def test_only_so_much_is_compared_word_by_word(room: Class, monkeypatch: Any) -> None:
    monkeypatch.setattr(printing, "COMPARED_CHARACTERS", 2 * len(SOURCE) + 40)
    mine = room.hands_in(SOURCE)
    for number in range(3):
        room.hands_in(f"{SOURCE} {number}")
    printing.index()
    found = printing.similar_in_course(mine)
    assert [candidate.similarity is None for candidate in found] == [False, True, True]
