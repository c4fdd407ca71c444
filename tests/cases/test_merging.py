"""Two cases become one, a group gets one case, and what does not belong goes out again (QU2)."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from cases.enums import CaseStatus, ReportStatus
from cases.models import Case, CaseLink, CaseMerge, Report, Respondent
from cases.selectors.alike import alike
from cases.services import allegation, merging, splitting, triage
from cases.views.my_reports import progress
from integrity.audit.models import Event
from integrity.core.errors import (
    Conflict,
    IllegalTransition,
    InvalidInput,
    NotFound,
    NotPermitted,
)
from notifications.models import OutboxMessage
from tests.cases import builders as build
from tests.cases.merging_world import Room, labels, names
from tests.cases.test_report_pages import text

pytestmark = pytest.mark.django_db


@pytest.fixture
def room() -> Room:
    return Room()


def join(room: Room, source: int, target: int, **kwargs: object) -> CaseMerge:
    actor = kwargs.get("actor", room.moderator)
    return merging.merge(
        actor=actor,  # type: ignore[arg-type]
        source=room.numbers[source],
        target=room.numbers[target],
        form_key="m1",
    )


def events(case: Case) -> list[str]:
    found = Event.objects.filter(case_number=case.number).order_by("sequence")
    return list(found.values_list("action", flat=True))


def test_reports_and_evidence_of_a_case_go_into_another(room: Room) -> None:
    row = join(room, 1, 0)
    gone, kept = room.fresh(1), room.fresh(0)
    assert (gone.status, gone.dismissal_reason) == (CaseStatus.DISMISSED, "duplicate")
    assert (gone.merged_into, gone.dismissed_by) == (kept, room.moderator)
    assert not gone.reports.exists()
    assert not gone.evidence.exists()
    assert kept.reports.count() == 2
    assert labels(kept) == ["E1", "E2", "E3", "E4"]
    assert names(kept) == ["Amara Okonjo", "Bruno Reyes"]
    assert kept.status == CaseStatus.TRIAGE
    assert events(gone) == ["case.merged_away"]
    assert [name for name in events(kept) if name.startswith("case.")] == ["case.merged_in"]
    assert row.moved["reports"] == [room.reports[1].pk]
    assert len(row.moved["evidence"]) == 2


def test_whoever_reported_hears_nothing_false(room: Room) -> None:
    before = progress(room.reports[1])
    join(room, 1, 0)
    report = Report.objects.get(pk=room.reports[1].pk)
    assert report.closed_at is None
    assert report.status == ReportStatus.SUBMITTED
    assert progress(report) == before
    assert not OutboxMessage.objects.exists()


def test_a_report_that_comes_into_an_investigation_is_looked_into(room: Room) -> None:
    triage.open_case(actor=room.moderator, number=room.numbers[0])
    row = join(room, 1, 0)
    report = Report.objects.get(pk=room.reports[1].pk)
    assert report.status == ReportStatus.LINKED
    assert {r.status for r in room.fresh(0).respondents.all()} == {CaseStatus.INVESTIGATION}
    merging.undo_merge(actor=room.moderator, merge_id=row.public_id)
    report.refresh_from_db()
    assert report.status == ReportStatus.SUBMITTED


def test_one_person_is_named_once(room: Room) -> None:
    second = build.case(
        course=room.course,
        learner=room.learners[0],
        policy_version=room.version,
    )
    merging.merge(actor=room.moderator, source=second.number, target=room.numbers[0], form_key="m2")
    assert names(room.fresh(0)) == ["Amara Okonjo"]


def test_the_same_join_again_is_the_first_one(room: Room) -> None:
    assert join(room, 1, 0) == join(room, 1, 0)
    assert CaseMerge.objects.count() == 1
    with pytest.raises(Conflict):
        join(room, 1, 2)
    with pytest.raises(Conflict):
        join(room, 1, 0, actor=room.officer)


def test_what_is_alleged_stays_with_its_person_and_comes_back(room: Room) -> None:
    triage.open_case(actor=room.moderator, number=room.numbers[1])
    person = room.fresh(1).respondents.get()
    violation = room.version.violation_types.first()
    assert violation is not None
    made = allegation.add(
        actor=room.moderator,
        number=room.numbers[1],
        respondent_id=person.public_id,
        violation_type_id=violation.pk,
        completion="completed",
        description="Two pages are the same.",
    )
    triage.open_case(actor=room.moderator, number=room.numbers[0])
    row = join(room, 1, 0)
    made.refresh_from_db()
    assert made.case == room.fresh(0)
    assert made.respondent.user == room.learners[1]
    merging.undo_merge(actor=room.moderator, merge_id=row.public_id)
    made.refresh_from_db()
    assert made.case == room.fresh(1)
    assert made.respondent == person
    assert room.fresh(1).status == CaseStatus.INVESTIGATION


def test_joined_cases_are_taken_apart_as_they_were(room: Room) -> None:
    row = join(room, 1, 0)
    merging.undo_merge(actor=room.moderator, merge_id=row.public_id)
    gone, kept = room.fresh(1), room.fresh(0)
    assert (gone.status, gone.merged_into, gone.dismissal_reason) == (CaseStatus.TRIAGE, None, "")
    assert [gone.closed_at, gone.dismissed_by] == [None, None]
    assert list(gone.reports.all()) == [room.reports[1]]
    assert labels(gone) == ["E1", "E2"]
    assert labels(kept) == ["E1", "E2"]
    assert names(kept) == ["Amara Okonjo"]
    assert "case.unmerged" in events(gone)
    assert "case.unmerged" in events(kept)
    again = merging.undo_merge(actor=room.moderator, merge_id=row.public_id)
    assert again.undone_by == room.moderator
    with pytest.raises(Conflict):
        merging.undo_merge(actor=room.officer, merge_id=row.public_id)
    # And they can be joined once more.
    assert join(room, 1, 0).pk != row.pk


def test_what_came_to_a_report_since_goes_back_with_it(room: Room) -> None:
    row = join(room, 1, 0)
    kept = room.fresh(0)
    build.evidence(kept, report=room.reports[1], position=9)
    merging.undo_merge(actor=room.moderator, merge_id=row.public_id)
    assert labels(room.fresh(1)) == ["E1", "E2", "E3"]


def test_after_a_notice_nothing_is_joined_or_taken_apart(room: Room) -> None:
    row = join(room, 1, 0)
    Respondent.objects.filter(case=room.cases[0]).update(status=CaseStatus.NOTIFIED)
    Case.objects.filter(pk=room.cases[0].pk).update(status=CaseStatus.NOTIFIED)
    with pytest.raises(IllegalTransition):
        merging.undo_merge(actor=room.officer, merge_id=row.public_id)
    with pytest.raises(IllegalTransition):
        join(room, 2, 0, actor=room.officer)


def test_an_investigation_is_joined_only_by_whoever_has_it(room: Room) -> None:
    triage.open_case(actor=room.other, number=room.numbers[0])
    with pytest.raises(NotPermitted):
        join(room, 1, 0)
    assert join(room, 1, 0, actor=room.officer)


def test_cases_that_other_texts_govern_stay_apart(room: Room) -> None:
    Case.objects.filter(pk=room.cases[1].pk).update(policy_version=build.policy())
    with pytest.raises(IllegalTransition):
        join(room, 1, 0)
    Case.objects.filter(pk=room.cases[2].pk).update(kind="conduct")
    with pytest.raises(IllegalTransition):
        join(room, 2, 0)
    elsewhere = build.case(policy_version=room.version)
    with pytest.raises(NotFound):
        merging.merge(
            actor=room.moderator, source=elsewhere.number, target=room.numbers[0], form_key="x"
        )
    with pytest.raises(Conflict):
        join(room, 0, 0)


def test_a_joined_case_is_not_taken_up_by_itself(room: Room) -> None:
    join(room, 1, 0)
    with pytest.raises(IllegalTransition):
        triage.reopen(actor=room.officer, number=room.numbers[1], reason="Look again.")


@pytest.mark.parametrize("place", [0, 1])
def test_hostile_21_22_a_conflict_in_either_case_hides_both(room: Room, place: int) -> None:
    build.conflict(room.cases[place], room.moderator)
    with pytest.raises(NotFound):
        join(room, 1, 0)
    assert not CaseMerge.objects.exists()
    party = build.officer("Petra Nowak")
    build.respondent(room.cases[place], party)
    with pytest.raises(NotFound):
        join(room, 1, 0, actor=party)


def test_hostile_22_a_conflict_in_the_one_holds_in_what_came_of_it(room: Room) -> None:
    triage.claim(actor=room.other, number=room.numbers[0])
    build.conflict(room.cases[1], room.other)
    join(room, 1, 0)
    kept = room.fresh(0)
    assert kept.assignee is None
    with pytest.raises(NotFound):
        triage.claim(actor=room.other, number=room.numbers[0])


def test_hostile_17_a_join_of_other_cases_is_not_found(room: Room, client: Client) -> None:
    row = join(room, 1, 0)
    client.force_login(room.moderator)
    wrong = reverse("desk:merge_undo", args=[room.numbers[2], row.public_id])
    assert client.post(wrong).status_code == 404
    right = reverse("desk:merge_undo", args=[room.numbers[0], row.public_id])
    assert client.post(right).status_code == 303
    row.refresh_from_db()
    assert row.undone_at is not None


def test_the_pages_of_both_say_what_happened(room: Room, client: Client) -> None:
    client.force_login(room.moderator)
    address = reverse("desk:merge", args=[room.numbers[0]])
    page = client.get(f"{address}?with={room.numbers[1]}")
    assert room.numbers[1] in text(page)
    token = page.context["form"]["form_token"].value()
    sent = {"other": room.numbers[1], "goes_on": "here", "form_token": token}
    answer = client.post(address, sent)
    kept_at = reverse("desk:case", args=[room.numbers[0]])
    assert answer.headers["Location"] == f"{kept_at}?joined={room.numbers[1]}"
    # The page it leads to says which of its forms undoes this, for the key that does.
    assert f'data-undo="{room.numbers[1]}"' in text(client.get(answer.headers["Location"]))
    assert "data-undo" not in text(client.get(kept_at))
    assert client.post(address, sent).status_code == 303
    kept = text(client.get(reverse("desk:case", args=[room.numbers[0]])))
    assert "Joined with this case" in kept
    assert "Take apart again" in kept
    gone = text(client.get(reverse("desk:case", args=[room.numbers[1]])))
    assert f"Its reports are in {room.numbers[0]}" in gone
    # Who may not know of the other one learns no number.
    client.force_login(room.officer)
    build.conflict(room.cases[0], room.officer)
    gone = text(client.get(reverse("desk:case", args=[room.numbers[1]])))
    assert "Its reports are in another case" in gone
    assert room.numbers[0] not in gone


def test_a_number_that_is_hidden_looks_like_one_that_is_not_there(
    room: Room, client: Client
) -> None:
    client.force_login(room.moderator)
    build.conflict(room.cases[1], room.moderator)
    address = reverse("desk:merge", args=[room.numbers[0]])
    token = client.get(address).context["form"]["form_token"].value()
    answers = []
    for other in (room.numbers[1], "IC-2026-999999"):
        sent = {"other": other, "goes_on": "here", "form_token": token}
        answer = client.post(address, sent)
        answers.append((answer.status_code, str(answer.context["form"].errors)))
    assert answers[0] == answers[1]
    assert answers[0][0] == 400


def test_a_joined_case_is_read_over_the_interface(room: Room, client: Client) -> None:
    join(room, 1, 0)
    client.force_login(room.moderator)
    for number in room.numbers[:2]:
        assert client.get(reverse("desk:case", args=[number])).status_code == 200


# Taking reports out


def test_reports_go_out_into_a_linked_case_of_their_own(room: Room) -> None:
    join(room, 1, 0)
    join(room, 2, 0)
    new = splitting.split(
        actor=room.moderator,
        number=room.numbers[0],
        report_ids=[room.reports[1].public_id],
        form_key="s1",
    )
    kept = room.fresh(0)
    assert new.status == CaseStatus.TRIAGE
    assert list(new.reports.all()) == [room.reports[1]]
    assert names(new) == ["Bruno Reyes"]
    assert names(kept) == ["Amara Okonjo", "Chen Li"]
    assert labels(new) == ["E1", "E2"]
    assert new.submission == room.cases[1].submission
    assert new.policy_version == kept.policy_version
    link = CaseLink.objects.get()
    assert (link.one, link.other, link.kind) == (kept, new, "split")
    assert events(new)[-2:] == ["case.linked", "case.split"]
    again = splitting.split(
        actor=room.moderator,
        number=room.numbers[0],
        report_ids=[room.reports[1].public_id],
        form_key="s1",
    )
    assert again == new


def test_a_person_on_both_sides_is_named_in_both(room: Room) -> None:
    second = build.report(room.cases[0])
    new = splitting.split(
        actor=room.moderator, number=room.numbers[0], report_ids=[second.public_id], form_key="s2"
    )
    assert names(new) == names(room.fresh(0)) == ["Amara Okonjo"]
    # Only one case in triage is about the work.
    assert new.submission is None
    assert room.fresh(0).submission is not None


def test_one_report_stays_and_none_of_another_case_is_taken(room: Room) -> None:
    with pytest.raises(InvalidInput):
        splitting.split(
            actor=room.moderator,
            number=room.numbers[0],
            report_ids=[room.reports[0].public_id],
            form_key="s3",
        )
    build.report(room.cases[0])
    with pytest.raises(NotFound):
        # HOSTILE 17
        splitting.split(
            actor=room.moderator,
            number=room.numbers[0],
            report_ids=[room.reports[0].public_id, room.reports[1].public_id],
            form_key="s4",
        )
    build.conflict(room.cases[0], room.officer)
    with pytest.raises(NotFound):
        # HOSTILE 21, 22
        splitting.split(
            actor=room.officer,
            number=room.numbers[0],
            report_ids=[room.reports[0].public_id],
            form_key="s5",
        )


def test_the_page_takes_reports_out(room: Room, client: Client) -> None:
    join(room, 1, 0)
    client.force_login(room.moderator)
    address = reverse("desk:split", args=[room.numbers[0]])
    page = client.get(address)
    token = page.context["form"]["form_token"].value()
    answer = client.post(
        address, {"reports": [str(room.reports[1].public_id)], "form_token": token}
    )
    assert answer.status_code == 303
    assert Report.objects.get(pk=room.reports[1].pk).case != room.cases[0]


# Suggested


def test_the_same_learner_in_the_same_course_is_suggested_with_a_way_to_join(room: Room) -> None:
    near = build.case(course=room.course, learner=room.learners[0], policy_version=room.version)
    found = {row.number: row for row in alike(room.moderator, room.cases[0])}
    assert near.number in found
    assert any("same learner" in str(reason) for reason in found[near.number].reasons)
    assert found[near.number].join_url.endswith(f"?with={near.number}")
    # Nearly the same words were told about the others.
    assert room.numbers[1] in found
    assert not found[room.numbers[1]].same_work
    auditor = build.auditor()
    assert not any(row.join_url for row in alike(auditor, room.cases[0]))
