"""Cases that belong together know of each other, as far as their readers may (QU2)."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Case, CaseLink
from cases.selectors.links import MOST, network
from cases.selectors.timeline import case_events, timeline
from cases.services import linking, merging, splitting
from integrity.accounts.models import User
from integrity.audit.models import Event
from integrity.core.errors import Conflict, InvalidInput, NotFound, NotPermitted
from tests.cases import builders as build
from tests.cases.merging_world import Room
from tests.cases.test_report_pages import text

pytestmark = pytest.mark.django_db


@pytest.fixture
def room() -> Room:
    return Room()


def tie(room: Room, one: int, other: int, **kwargs: str) -> CaseLink:
    return linking.link(
        actor=room.moderator,
        number=room.numbers[one],
        other=room.numbers[other],
        **{"kind": "related", "note": "The same lab.", **kwargs},
    )


def test_a_link_stands_in_the_history_of_both(room: Room) -> None:
    row = tie(room, 2, 0)
    # The one with the lower primary key comes first.
    assert (row.one, row.other) == (room.cases[0], room.cases[2])
    events = Event.objects.filter(action="case.linked")
    assert set(events.values_list("case_number", flat=True)) == {room.numbers[0], room.numbers[2]}
    assert tie(room, 0, 2) == row
    with pytest.raises(Conflict):
        tie(room, 0, 2, kind="same_source")
    with pytest.raises(InvalidInput):
        tie(room, 0, 0)
    with pytest.raises(InvalidInput):
        tie(room, 0, 1, kind="twins")


def test_a_removed_link_stays_on_record_and_can_be_made_again(room: Room) -> None:
    row = tie(room, 0, 1)
    linking.unlink(actor=room.moderator, number=room.numbers[1], link_id=row.public_id)
    linking.unlink(actor=room.moderator, number=room.numbers[0], link_id=row.public_id)
    row.refresh_from_db()
    assert row.removed_by == room.moderator
    assert Event.objects.filter(action="case.unlinked").count() == 2
    assert tie(room, 0, 1).pk != row.pk


def test_hostile_17_a_link_of_other_cases_is_not_found(room: Room, client: Client) -> None:
    row = tie(room, 0, 1)
    with pytest.raises(NotFound):
        linking.unlink(actor=room.moderator, number=room.numbers[2], link_id=row.public_id)
    with pytest.raises(NotFound):
        linking.unlink(actor=room.moderator, number=room.numbers[0], link_id=uuid4())
    client.force_login(room.moderator)
    wrong = reverse("desk:unlink", args=[room.numbers[2], row.public_id])
    assert client.post(wrong).status_code == 404
    right = reverse("desk:unlink", args=[room.numbers[0], row.public_id])
    assert client.post(right).status_code == 303


def test_hostile_21_22_a_hidden_case_looks_like_none(room: Room) -> None:
    build.conflict(room.cases[1], room.moderator)
    said = []
    for other in (room.numbers[1], "IC-2026-999999"):
        with pytest.raises(InvalidInput) as refused:
            linking.link(actor=room.moderator, number=room.numbers[0], other=other, kind="related")
        said.append(str(refused.value.fields))
    assert said[0] == said[1]
    with pytest.raises(NotFound):
        linking.link(
            actor=room.moderator, number=room.numbers[1], other=room.numbers[0], kind="related"
        )
    row = linking.link(
        actor=room.officer, number=room.numbers[0], other=room.numbers[1], kind="related"
    )
    with pytest.raises(NotFound):
        linking.unlink(actor=room.moderator, number=room.numbers[0], link_id=row.public_id)


def test_an_auditor_links_nothing(room: Room) -> None:
    with pytest.raises(NotPermitted):
        linking.link(
            actor=build.auditor(), number=room.numbers[0], other=room.numbers[1], kind="related"
        )


def test_the_network_goes_two_steps_and_no_further(room: Room) -> None:
    far = build.case(course=room.course)
    further = build.case(course=room.course)
    tie(room, 0, 1)
    for one, other in ((room.numbers[1], far.number), (far.number, further.number)):
        linking.link(actor=room.moderator, number=one, other=other, kind="same_people")
    shown = network(room.moderator, room.cases[0])
    assert {node.number for node in shown.nodes} == {*room.numbers[:2], far.number}
    assert [edge.far.number for edge in shown.direct] == [room.numbers[1]]
    assert len(shown.beyond) == 1
    assert not shown.more
    assert not any(edge.unlink_url for edge in shown.edges)
    assert network(room.moderator, room.cases[0], works=True).direct[0].unlink_url


def test_hostile_16_what_is_hidden_is_not_in_the_picture_nor_what_lies_behind(room: Room) -> None:
    tie(room, 0, 1)
    tie(room, 1, 2)
    build.conflict(room.cases[1], room.officer)
    assert network(room.moderator, room.cases[0]).edges
    shown = network(room.officer, room.cases[0])
    assert [node.number for node in shown.nodes] == [room.numbers[0]]
    assert shown.edges == []


def test_at_most_twelve_cases_are_drawn(room: Room, django_assert_max_num_queries: object) -> None:
    for _number in range(MOST + 2):
        other = build.case(course=room.course)
        linking.link(
            actor=room.moderator, number=room.numbers[0], other=other.number, kind="related"
        )
    with django_assert_max_num_queries(4):  # type: ignore[operator]
        shown = network(room.moderator, room.cases[0])
    assert len(shown.nodes) == MOST
    assert shown.more
    places = {(node.x, node.y) for node in shown.nodes}
    assert len(places) == MOST
    assert all(0 < node.x < shown.width for node in shown.nodes)
    assert all(shown.top < node.y < shown.top + shown.height for node in shown.nodes)


def test_the_page_draws_it_names_nobody_and_says_it_in_words(room: Room, client: Client) -> None:
    client.force_login(room.moderator)
    address = reverse("desk:links", args=[room.numbers[0]])
    assert client.get(address).status_code == 200
    sent = {"other": room.numbers[1].lower(), "kind": "same_source", "note": "The same page."}
    assert client.post(address, sent).status_code == 303
    page = text(client.get(reverse("desk:case", args=[room.numbers[0]])))
    picture = page[page.index("<svg") :]
    assert "<title" in picture
    assert "<desc" in picture
    assert room.numbers[1] in page
    assert "The same source was used" in page
    assert "The same page." in page
    for learner in room.learners[1:]:
        assert learner.display_name not in page
    refused = client.post(address, {"other": "IC-2026-999999", "kind": "related"})
    assert refused.status_code == 400


def test_of_a_case_one_may_not_read_only_number_and_stage_are_shown(room: Room) -> None:
    linking.link(
        actor=room.officer,
        number=room.numbers[0],
        other=room.numbers[1],
        kind="related",
        note="Bruno wrote both.",
    )
    Case.objects.filter(pk=room.cases[1].pk).update(
        status="investigation", reported_as="Copied from Bruno"
    )
    (edge,) = network(room.officer, room.cases[0]).direct
    assert (edge.note, edge.far.matter) == ("Bruno wrote both.", "Copied from Bruno")
    (edge,) = network(room.moderator, room.cases[0]).direct
    assert (edge.far.number, edge.far.status) == (room.numbers[1], "investigation")
    assert (edge.note, edge.far.matter) == ("", "")


def test_a_link_needs_reading_the_other_case_and_leaves_it_as_it_was(room: Room) -> None:
    Case.objects.filter(pk=room.cases[1].pk).update(status="investigation")
    with pytest.raises(InvalidInput) as refused:
        tie(room, 0, 1)
    assert "cannot read that case" in str(refused.value.fields)
    before = room.fresh(2).revision
    near = room.fresh(0).revision
    row = tie(room, 0, 2)
    assert room.fresh(2).revision == before
    assert room.fresh(0).revision == near + 1
    linking.unlink(actor=room.moderator, number=room.numbers[0], link_id=row.public_id)
    assert room.fresh(2).revision == before
    assert room.fresh(0).revision == near + 2


def told(room: Room, reader: User, place: int) -> dict[str, str]:
    lines = timeline(room.numbers[place], reader=reader).lines
    return {str(line.text): f"{line.detail} {line.url}".strip() for line in lines}


def test_the_history_names_the_other_case_for_who_may_see_it(room: Room) -> None:
    row = tie(room, 0, 1)
    other = room.numbers[1]
    link = f"{other}: Belongs to the same matter {reverse('desk:case', args=[other])}"
    assert told(room, room.moderator, 0)["Linked with another case"] == link
    linking.unlink(actor=room.moderator, number=room.numbers[0], link_id=row.public_id)
    assert other in told(room, room.moderator, 0)["Link with another case removed"]
    assert room.numbers[0] in told(room, room.moderator, 1)["Link with another case removed"]


def test_hostile_16_the_history_says_another_case_where_that_is_hidden(
    room: Room, client: Client
) -> None:
    tie(room, 0, 1)
    row = merging.merge(actor=room.moderator, source=room.numbers[2], target=room.numbers[0])
    seen = told(room, room.moderator, 0)["Reports and evidence of another case came in"]
    assert seen.startswith(f"From {room.numbers[2]}")
    merging.undo_merge(actor=room.moderator, merge_id=row.public_id)
    for place in (1, 2):
        build.conflict(room.cases[place], room.officer)
    lines = told(room, room.officer, 0)
    assert lines["Linked with another case"] == ""
    assert lines["Reports and evidence of another case came in"] == "From another case"
    assert lines["Taken apart again"] == "From another case"
    client.force_login(room.officer)
    for page in ("history", "case", "print"):
        html = client.get(reverse(f"desk:{page}", args=[room.numbers[0]])).content.decode()
        assert "From another case" in html
        assert not any(number in html for number in room.numbers[1:])
    assert told(room, room.moderator, 2)["Joined with another case, which goes on"].startswith(
        f"Into {room.numbers[0]}"
    )


def test_the_print_view_has_the_cases_one_may_see(room: Room, client: Client) -> None:
    tie(room, 0, 1)
    merging.merge(actor=room.moderator, source=room.numbers[2], target=room.numbers[0])
    address = reverse("desk:print", args=[room.numbers[0]])
    client.force_login(room.moderator)
    html = client.get(address).content.decode()
    assert 'id="network"' in html
    assert 'id="joined"' in html
    assert all(f">{number}</a>" in html for number in room.numbers[1:])
    # Nothing on paper is a button, and a picture the width of a page says no more than the list.
    assert "Take apart again" not in html
    assert 'aria-labelledby="net-title net-desc"' not in html
    for place in (1, 2):
        build.conflict(room.cases[place], room.officer)
    client.force_login(room.officer)
    hidden = client.get(address).content.decode()
    assert 'id="network"' not in hidden
    assert not any(number in hidden for number in room.numbers[1:])


def test_both_ends_of_a_split_say_which_way_reports_went(room: Room) -> None:
    second = build.report(room.cases[0], room.reporters[1])
    new = splitting.split(
        actor=room.moderator, number=room.numbers[0], report_ids=[second.public_id]
    )
    at_home = told(room, room.moderator, 0)["Reports taken out into a case of their own"]
    assert at_home.startswith(f"Into {new.number}")
    lines = timeline(new.number, reader=room.moderator).lines
    assert f"From {room.numbers[0]}" in [line.detail for line in lines]


def test_naming_the_other_cases_costs_two_queries_at_any_number(
    room: Room, django_assert_num_queries: Any
) -> None:
    tie(room, 0, 1)
    tie(room, 0, 2)
    with django_assert_num_queries(3):
        timeline(room.numbers[0], reader=room.moderator)


def test_the_interface_names_the_other_case_as_the_desk_does(room: Room) -> None:
    tie(room, 0, 1)
    for person, number in ((room.moderator, room.numbers[1]), (room.officer, "")):
        if not number:
            build.conflict(room.cases[1], room.officer)
        found, _earlier = case_events(room.numbers[0], reader=person, officer=False)
        (event,) = [row for row in found if row[0].action == "case.linked"]
        assert event[3] is not None
        assert event[3].number == number
