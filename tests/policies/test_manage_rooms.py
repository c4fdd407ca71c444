"""From a policy's page to what belongs to it: pledges, review, telling, and what readers say."""

from __future__ import annotations

import pytest

from policies.models import HelpfulVote
from tests.courses import builders as make
from tests.policies.conftest import document, version
from tests.policies.office import Office, administrator, text_of

pytestmark = pytest.mark.django_db


def test_every_room_opens_for_whom_it_is_shown(northbridge):
    make.course(institution=northbridge)
    of = document(institution=northbridge, needs_pledge=True)
    version(of, "2025-01-01")
    for office in (Office(), Office(administrator(northbridge))):
        rooms = office.get("document", of).context["rooms"]
        assert len(rooms) == 3
        for room in rooms:
            assert office.client.get(room.url).status_code == 200, room.url


def test_there_is_no_list_of_pledges_before_anybody_can_pledge():
    office = Office()
    make.course()
    unpublished, elsewhere = document(needs_pledge=True), make.institution()
    nowhere = document(needs_pledge=True, institution=elsewhere)
    version(nowhere, "2025-01-01")
    for of in (unpublished, nowhere):
        rooms = office.get("document", of).context["rooms"]
        assert not any(room.url.startswith("/pledges/") for room in rooms)


def test_administrators_read_how_many_were_helped():
    office, of = Office(), document()
    first = version(of, "2025-01-01")
    for number, helpful in enumerate((True, True, False)):
        HelpfulVote.objects.create(version=first, voter_ref=f"voter{number}", helpful=helpful)
    version(of, "2025-06-01")
    page = text_of(office.get("document", of))
    assert "2 yes, 1 no" in page
    assert "0 yes, 0 no" in page


def test_terms_of_a_course_of_the_platform_are_the_platforms():
    office = Office()
    home = make.institution(is_platform=True, name="Meridian Learning")
    course = make.course(institution=home)
    sent = {
        "title": "Terms", "slug": "terms", "kind": "terms", "institution": "platform",
        "course": course.slug,
    }  # fmt: skip
    assert office.post("new", given=sent).status_code == 303
    entry = office.get("list").context["entries"][0]
    assert (entry.document.course, entry.document.institution, entry.owner) == (course, home, None)
    of = entry.document
    assert office.form("names", of)["institution"] in ("platform", ["platform"])
    assert office.post("names", of, title="Other").status_code == 303
    of.refresh_from_db()
    assert (of.title, of.institution) == ("Other", home)
