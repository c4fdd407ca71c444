"""What goes along when reports go out, or joined cases go apart, and what keeps them (QU2)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.enums import EvidenceKind, ReportStatus
from cases.models import (
    Case,
    Comparison,
    ConflictDeclaration,
    Evidence,
    InterimMeasure,
    ProofMark,
    ProofPoint,
    Report,
    RetaliationMark,
    StatementRequest,
)
from cases.services import conflicts, merging, splitting, triage
from cases.views.my_reports import progress
from integrity.core import clock
from integrity.core.errors import Conflict, IllegalTransition
from policies.models import Version, ViolationType
from tests.cases import builders as build
from tests.cases.merging_world import Room
from tests.cases.test_report_pages import text
from tests.courses import builders as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def room() -> Room:
    return Room()


def join(room: Room, source: int = 1, target: int = 0) -> Any:
    return merging.merge(
        actor=room.moderator, source=room.numbers[source], target=room.numbers[target]
    )


def part(room: Room, report: int = 1) -> Case:
    return splitting.split(
        actor=room.moderator,
        number=room.numbers[0],
        report_ids=[room.reports[report].public_id],
    )


def undo(room: Room, row: Any) -> None:
    merging.undo_merge(actor=room.moderator, merge_id=row.public_id)


def kind_of(room: Room, *, code: str = "other", urgent: bool = False) -> ViolationType:
    """A violation type of a version that is still being written: a published one never changes."""
    document = room.version.document
    draft = Version.objects.create(
        document=document, number=2, body="## 3", effective_at=clock.now() + timedelta(days=9)
    )
    return ViolationType.objects.create(
        version=draft, code=code, title="Else", kind="academic", position=1, urgent=urgent
    )


def declared(case: Case) -> set[str]:
    rows = ConflictDeclaration.objects.filter(case=case)
    return set(rows.values_list("user__display_name", flat=True))


# Conflicts


def test_hostile_22_who_declared_a_conflict_has_it_in_what_goes_out(room: Room) -> None:
    join(room)
    conflicts.declare(actor=room.other, number=room.numbers[0], reason="My cousin.")
    assert declared(part(room)) == {room.other.display_name}


def test_hostile_22_a_conflict_declared_while_they_were_one_stays_with_both(room: Room) -> None:
    conflicts.declare(actor=room.officer, number=room.numbers[0], reason="Before.")
    row = join(room)
    conflicts.declare(actor=room.other, number=room.numbers[0], reason="My cousin.")
    undo(room, row)
    assert declared(room.fresh(1)) == {room.other.display_name}
    assert room.other.display_name in declared(room.fresh(0))


# Urgent


def test_taken_apart_a_case_stays_urgent_while_a_report_in_it_is(room: Room) -> None:
    row = join(room)
    pressing = kind_of(room, urgent=True)
    build.report(room.fresh(0), violation_type=pressing)
    Case.objects.filter(pk=room.cases[0].pk).update(urgent=True)
    undo(room, row)
    assert room.fresh(0).urgent


def test_taken_apart_a_case_presses_no_more_than_its_reports(room: Room) -> None:
    Case.objects.filter(pk=room.cases[1].pk).update(urgent=True)
    row = join(room)
    assert room.fresh(0).urgent
    undo(room, row)
    assert not room.fresh(0).urgent
    assert room.fresh(1).urgent


# Beside the process


def test_whom_an_interim_measure_is_about_stays(room: Room) -> None:
    join(room)
    person = room.fresh(0).respondents.get(user=room.learners[1])
    InterimMeasure.objects.create(
        case=room.fresh(0),
        respondent=person,
        kind="request_to_stop",
        reason="Please stop.",
        starts_at=clock.now(),
        ends_at=clock.now() + timedelta(days=3),
        taken_by=room.moderator,
        form_key="i1",
    )
    with pytest.raises(IllegalTransition, match="interim measure"):
        part(room)
    assert room.fresh(0).reports.count() == 2
    # About somebody else it keeps nobody.
    InterimMeasure.objects.update(respondent=room.fresh(0).respondents.get(user=room.learners[0]))
    assert part(room).respondents.get().user == room.learners[1]


def test_while_somebody_was_asked_whom_it_is_about_stays(room: Room) -> None:
    join(room)
    asked = StatementRequest.objects.create(
        case=room.fresh(0),
        person=make.person("Sina Seen"),
        question="What did you see?",
        asked_by=room.moderator,
        form_key="q1",
    )
    with pytest.raises(IllegalTransition, match="asked for a statement"):
        part(room)
    StatementRequest.objects.filter(pk=asked.pk).update(withdrawn_at=clock.now())
    assert part(room).respondents.exists()


# Retaliation (IN9)


def each_other(room: Room) -> None:
    """The learner of the first case has reported the second one, who then reported them."""
    for place, (by, minutes) in enumerate(((1, 0), (0, -30))):
        report = build.report(
            room.cases[place],
            room.learners[by],
            submitted_at=clock.now() + timedelta(minutes=minutes),
        )
        room.reports[place].delete()
        room.reports[place] = report


def marks() -> set[tuple[int | None, int]]:
    return set(RetaliationMark.objects.values_list("case", "earlier_case"))


def test_joined_with_its_own_answer_a_case_is_no_answer_to_itself(room: Room) -> None:
    build.evidence(room.cases[0])
    Evidence.objects.filter(report__in=room.reports[:2]).delete()
    each_other(room)
    first, second = room.cases[0].pk, room.cases[1].pk
    mark = RetaliationMark.objects.create(
        kind="report",
        case=room.cases[0],
        earlier_case=room.cases[1],
        earlier_report=room.reports[1],
    )
    row = join(room)
    mark.refresh_from_db()
    assert (mark.case, mark.earlier_case_id) == (None, first)
    undo(room, row)
    assert marks() == {(first, second)}


def test_taken_out_an_answer_to_what_stays_is_marked(room: Room) -> None:
    Evidence.objects.filter(report__in=room.reports[:2]).delete()
    each_other(room)
    row = join(room)
    assert not RetaliationMark.objects.exists()
    undo(room, row)
    first, second = room.cases[0].pk, room.cases[1].pk
    assert marks() == {(first, second)}


def test_an_answer_that_goes_out_of_its_case_is_marked(room: Room) -> None:
    Evidence.objects.filter(report__in=room.reports[:2]).delete()
    each_other(room)
    join(room)
    new = part(room)
    assert marks() == {(room.cases[0].pk, new.pk)}


def test_a_mark_that_a_join_set_aside_comes_back_as_it_was_when_reports_go_out(
    room: Room,
) -> None:
    Evidence.objects.filter(report__in=room.reports[:2]).delete()
    each_other(room)
    mark = RetaliationMark.objects.create(
        kind="report",
        case=room.cases[0],
        earlier_case=room.cases[1],
        earlier_report=room.reports[1],
        outcome="nothing",
        reasons="They had both cited it.",
        settled_by=room.officer,
        settled_at=clock.now(),
    )
    join(room)
    new = part(room)
    # The same one, with what somebody had said to it, and none beside it.
    assert RetaliationMark.objects.get() == mark
    assert marks() == {(room.cases[0].pk, new.pk)}
    mark.refresh_from_db()
    assert mark.reasons == "They had both cited it."


@pytest.mark.parametrize("target", [0, 1])
def test_what_was_told_and_set_aside_by_a_join_comes_back_with_its_report(
    room: Room, target: int
) -> None:
    told = kind_of(room, code="retaliation")
    build.evidence(room.cases[1 - target])
    complaint, before = room.reports[1], room.reports[0]
    Report.objects.filter(pk=complaint.pk).update(violation_type=told)
    mark = RetaliationMark.objects.create(
        kind="told", case=room.cases[1], earlier_case=room.cases[0], earlier_report=before
    )
    # Of an unrelated report that goes out nothing is said.
    loose = build.report(room.cases[target], room.reporters[2])
    join(room, 1 - target, target)
    out = splitting.split(
        actor=room.moderator, number=room.numbers[target], report_ids=[loose.public_id]
    )
    mark.refresh_from_db()
    assert mark.case is None
    new = splitting.split(
        actor=room.moderator, number=room.numbers[target], report_ids=[complaint.public_id]
    )
    mark.refresh_from_db()
    assert (mark.case, mark.earlier_case) == (new, room.cases[target])
    assert out != new


# Taken apart after a part went out


def test_joined_and_parted_since_they_are_not_offered_to_be_taken_apart(
    room: Room, client: Client
) -> None:
    row = join(room)
    client.force_login(room.moderator)
    address = reverse("desk:case", args=[room.numbers[0]])
    way = reverse("desk:merge_undo", args=[room.numbers[0], row.public_id])
    assert way in client.get(address).content.decode()
    part(room)
    html = text(client.get(address))
    assert way not in client.get(address).content.decode()
    assert "They cannot be taken apart again." in html
    assert "The reports that came with it are in other cases now." in html
    with pytest.raises(Conflict, match="in other cases"):
        undo(room, row)
    room.cases[1].refresh_from_db()
    assert room.cases[1].merged_into_id == room.cases[0].pk


def test_where_another_case_waits_about_the_same_work_it_is_said_why_they_stay_one(
    room: Room, client: Client
) -> None:
    row = join(room)
    build.case(course=room.course, submission=room.cases[1].submission, status="triage")
    client.force_login(room.moderator)
    html = text(client.get(reverse("desk:case", args=[room.numbers[0]])))
    assert "Take apart again" not in html
    assert "Another case about the same matter waits in triage already." in html
    with pytest.raises(Conflict, match="waits in triage"):
        undo(room, row)


def test_parted_in_part_the_rest_goes_back(room: Room) -> None:
    second = build.report(room.cases[1], room.reporters[2])
    row = join(room)
    new = splitting.split(
        actor=room.moderator, number=room.numbers[0], report_ids=[second.public_id]
    )
    undo(room, row)
    assert list(room.fresh(1).reports.all()) == [room.reports[1]]
    assert list(new.reports.all()) == [second]


# Comparisons and the findings grid


def comparison(room: Room, *pieces: Evidence, **fields: Any) -> Comparison:
    a, b = [*pieces, None, None][:2]
    return Comparison.objects.create(
        case=room.fresh(0),
        language="text",
        a_title="A",
        b_title="B",
        a_evidence=a,
        b_evidence=b,
        a_text="x",
        b_text="x",
        result={},
        made_by=room.moderator,
        form_key=f"c{Comparison.objects.count()}",
        **fields,
    )


def pieces(room: Room, place: int) -> Evidence:
    return Evidence.objects.get(report=room.reports[place])


def test_a_comparison_goes_with_what_it_compares_and_with_the_evidence_it_is(room: Room) -> None:
    row = join(room)
    piece = build.evidence(room.fresh(0), kind=EvidenceKind.COMPARISON, position=9)
    going = comparison(room, pieces(room, 1), evidence=piece)
    staying = comparison(room, pieces(room, 0))
    loose = comparison(room)
    new = part(room)
    for found in (going, staying, loose, piece):
        found.refresh_from_db()
    assert (going.case, piece.case) == (new, new)
    assert staying.case == loose.case == room.cases[0]
    assert row.undone_at is None


def test_a_comparison_made_since_goes_back_with_what_it_compares(room: Room) -> None:
    row = join(room)
    piece = build.evidence(room.fresh(0), kind=EvidenceKind.COMPARISON, position=9)
    made = comparison(room, pieces(room, 1), evidence=piece)
    undo(room, row)
    made.refresh_from_db()
    piece.refresh_from_db()
    assert made.case == piece.case == room.cases[1]


def test_what_compares_both_sides_keeps_them_together(room: Room) -> None:
    row = join(room)
    comparison(room, pieces(room, 0), pieces(room, 1))
    with pytest.raises(IllegalTransition, match="comparison"):
        part(room)
    with pytest.raises(IllegalTransition, match="comparison"):
        undo(room, row)
    assert Report.objects.get(pk=room.reports[1].pk).case == room.cases[0]


def test_evidence_weighed_for_an_allegation_of_the_other_side_keeps_them_together(
    room: Room,
) -> None:
    row = join(room)
    person = room.fresh(0).respondents.get(user=room.learners[0])
    said = build.allegation(room.fresh(0), person, by=room.moderator)
    point = ProofPoint.objects.create(
        allegation=said, position=1, text="They wrote it.", added_by=room.moderator
    )
    mark = ProofMark.objects.create(
        point=point, evidence=pieces(room, 1), weight="supports", marked_by=room.moderator
    )
    with pytest.raises(IllegalTransition, match="weighed"):
        part(room)
    with pytest.raises(IllegalTransition, match="weighed"):
        undo(room, row)
    # Set to say nothing it keeps nobody.
    ProofMark.objects.filter(pk=mark.pk).update(weight="silent")
    assert part(room).reports.count() == 1


# What whoever reported is shown while a dismissal can be undone


def test_reports_that_moved_look_as_before_while_their_closing_is_held(room: Room) -> None:
    triage.open_case(actor=room.moderator, number=room.numbers[0])
    join(room)
    new = part(room)
    triage.dismiss(actor=room.moderator, number=new.number, reason="not_enough")
    report = Report.objects.get(pk=room.reports[1].pk)
    assert progress(report).word == "Being looked into"
    triage.reopen(actor=room.moderator, number=new.number, reason="A slip.")
    report.refresh_from_db()
    assert (report.status, report.status_before) == (ReportStatus.LINKED, "")


# Who follows


def test_whoever_follows_the_one_follows_the_other_while_they_are_one(room: Room) -> None:
    triage.watch(actor=room.other, number=room.numbers[1])
    row = join(room)
    assert room.fresh(0).watchers.filter(user=room.other).exists()
    undo(room, row)
    assert not room.fresh(0).watchers.exists()
    assert room.fresh(1).watchers.filter(user=room.other).exists()


# Notes


def test_notes_of_a_case_that_was_joined_are_read_where_it_went(room: Room, client: Client) -> None:
    build.note(room.cases[1], room.other, body="Seen in the other lab.")
    row = join(room)
    client.force_login(room.other)
    address = reverse("desk:notes", args=[room.numbers[0]])
    page = text(client.get(address))
    assert f"Written in {room.numbers[1]}" in page
    assert "Seen in the other lab." in page
    # Whoever may not know of the one reads nothing of it.
    build.conflict(room.cases[1], room.officer)
    client.force_login(room.officer)
    assert "Seen in the other lab." not in text(client.get(address))
    undo(room, row)
    client.force_login(room.other)
    assert "Seen in the other lab." not in text(client.get(address))
