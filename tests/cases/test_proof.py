"""The findings grid (CF5): what has to be shown, by what each piece of evidence says to it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Case, ProofMark, ProofPoint
from cases.selectors.case_head import head
from cases.selectors.case_page.grid import Grid, grid_alone
from cases.selectors.decision_page import standing
from cases.services import proof
from cases.services.proof import Point
from integrity.audit.models import Event
from integrity.core.errors import IllegalTransition, InvalidInput, NotFound, NotPermitted, Stale
from tests.cases import builders as build
from tests.cases.test_process import World

pytestmark = pytest.mark.django_db


def grid(world: World) -> Grid:
    top = head(world.officer, world.number)
    return grid_alone(top.case, top.respondents[0], standing(top, top.respondents[0]))


def weigh(world: World, *points: Point, by: Any = None, **kwargs: Any) -> int:
    allegation = world.respondent.allegations.get()
    return proof.weigh(
        actor=by or world.moderator,
        number=world.number,
        respondent_id=world.rid,
        points={str(allegation.public_id): points},
        **kwargs,
    )


def piece(world: World) -> Any:
    return world.case.evidence.get(title="Article")


def says(world: World, weight: str, remark: str = "") -> dict[str, tuple[str, str]]:
    return {str(piece(world).public_id): (weight, remark)}


def test_the_points_are_proposed_from_the_violation_until_somebody_weighs() -> None:
    world = World().alleged()
    part = grid(world).parts[0]
    violation = world.respondent.allegations.get().violation_type
    assert [row.text for row in part.rows] == (violation.elements or [violation.title])
    assert part.proposed
    assert {cell.weight for row in part.rows for cell in row.cells} == {""}
    assert not ProofPoint.objects.exists()


def test_points_are_added_changed_and_removed_and_nothing_is_lost() -> None:
    world = World().alleged()
    assert (
        weigh(world, Point("Words of somebody else", marks=says(world, "supports", "Line 3"))) == 2
    )
    row = ProofPoint.objects.get()
    weigh(world, Point("Another's words", key=str(row.public_id), marks=says(world, "against")))
    found = grid(world).parts[0]
    assert not found.proposed
    cell = next(c for c in found.rows[0].cells if c.exhibit.line.evidence.title == "Article")
    assert (found.rows[0].text, cell.weight, cell.remark) == ("Another's words", "against", "")
    weigh(world, Point("", key=str(row.public_id), gone=True))
    assert grid(world).parts[0].rows == []
    assert ProofPoint.objects.get().removed_at is not None
    assert ProofMark.objects.count() == 1


def test_keeping_it_again_unchanged_records_nothing() -> None:
    world = World().alleged()
    weigh(world, Point("A point", marks=says(world, "supports")))
    before, events = Case.objects.get(number=world.number).revision, Event.objects.count()
    key = str(ProofPoint.objects.get().public_id)
    assert weigh(world, Point("A point", key=key, marks=says(world, "supports"))) == 0
    assert weigh(world, Point("A point", key=key, marks=says(world, "supports")), Point("")) == 0
    assert Case.objects.get(number=world.number).revision == before
    assert Event.objects.count() == events


def test_a_stale_form_overwrites_nothing() -> None:
    world = World().alleged()
    old = Case.objects.get(number=world.number).revision
    weigh(world, Point("First", marks=says(world, "supports")))
    with pytest.raises(Stale):
        weigh(world, Point("Second"), revision=old)
    assert [row.text for row in grid(world).parts[0].rows] == ["First"]


def test_what_cannot_be_kept_is_refused_at_its_field() -> None:
    world = World().alleged()
    key = world.respondent.allegations.get().public_id
    label = piece(world).label
    for point, name in (
        (Point("", marks=says(world, "supports")), f"point-{key}-0"),
        (Point("x" * 201), f"point-{key}-0"),
        (Point("A", marks=says(world, "proves")), f"weight-{key}-0-{label}"),
        (Point("A", marks=says(world, "silent", "x" * 501)), f"remark-{key}-0-{label}"),
    ):
        with pytest.raises(InvalidInput) as error:
            weigh(world, point)
        assert name in error.value.fields
    with pytest.raises(InvalidInput):
        weigh(world, *(Point(f"Point {n}") for n in range(21)))
    assert not ProofPoint.objects.exists()


def test_hostile_17_points_and_evidence_of_another_case_are_not_found() -> None:
    world, other = World().alleged(), World().alleged()
    weigh(other, Point("Theirs"))
    with pytest.raises(NotFound):
        weigh(world, Point("Mine", marks=says(other, "supports")))
    with pytest.raises(NotFound):
        weigh(world, Point("Mine", key=str(ProofPoint.objects.get().public_id)))
    assert ProofPoint.objects.get().text == "Theirs"


def test_who_may_weigh_and_until_when() -> None:
    world = World().alleged()
    with pytest.raises(NotPermitted):
        weigh(world, Point("A"), by=build.auditor())
    with pytest.raises(NotPermitted):
        weigh(world, Point("A"), by=build.moderator("Somebody else"))
    with pytest.raises(NotFound):
        weigh(world, Point("A"), by=world.learner)
    world = World().found()
    world.propose(["assignment_failed"])
    with pytest.raises(IllegalTransition):
        weigh(world, Point("A"))


def test_what_the_learner_has_not_seen_is_marked() -> None:
    world = World().answered()
    build.evidence(world.case, title="Found later")
    found = grid(world)
    assert [exhibit.line.evidence.title for exhibit in found.unseen] == ["Found later"]
    given = world.case.evidence.get(title="Found later")
    given.respondent = world.respondent
    given.save()
    assert grid(world).unseen == []


def test_the_grid_is_filled_in_by_one_form_without_a_script(client: Client) -> None:
    world = World().answered()
    client.force_login(world.moderator)
    address = reverse("desk:grid", args=[world.number, world.rid])
    page = client.get(address)
    form = page.context["form"]
    data = {bound.html_name: bound.value() or "" for bound in form if "gone" not in bound.html_name}
    key = world.respondent.allegations.get().public_id
    label = piece(world).label
    data |= {f"weight-{key}-0-{label}": "supports", f"remark-{key}-0-{label}": "Line <b>3</b>"}
    assert client.post(address, data).status_code == 303
    html = client.get(reverse("desk:case", args=[world.number])).content.decode()
    assert "Line &lt;b&gt;3&lt;/b&gt;" in html
    assert "It is no finding" in html
    findings = client.get(reverse("desk:findings", args=[world.number, world.rid]))
    assert "Line &lt;b&gt;3&lt;/b&gt;" in findings.content.decode()
    # Sent once more from the old page: refused, with everything that was typed.
    again = client.post(address, {**data, f"remark-{key}-0-{label}": "Line 4"})
    assert again.status_code == 412
    assert "Line 4" in again.content.decode()
    assert ProofMark.objects.get(weight="supports").remark == "Line <b>3</b>"


def test_the_grid_finds_nothing_by_itself() -> None:
    world = World().answered()
    weigh(world, Point("A", marks=says(world, "supports")))
    assert not world.respondent.determinations.exists()
    with pytest.raises(IllegalTransition):
        world.propose(["warning_written"])
