"""Views people save, and the columns they choose: whose they are, and what they can never show."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import QueueColumns, SavedView
from cases.services import queue_views as service
from integrity.accounts.models import User
from integrity.core.errors import InvalidInput, NotFound
from tests.cases import builders as build
from tests.cases.test_queue import page
from tests.courses import builders as make

pytestmark = pytest.mark.django_db

QUEUE = "/desk/queue/"
NEW = "/desk/queue/views/new/"


def save(user: User, name: str = "Conduct", query: str = "view=open", **given: str) -> SavedView:
    return service.save_view(actor=user, name=name, query=query, **given)


def offered(user: User) -> list[str]:
    return [view.name for view in page(user).saved]


def test_a_list_is_saved_opened_changed_and_deleted(client: Client) -> None:
    user = build.moderator()
    client.force_login(user)
    answer = client.post(
        f"{NEW}?view=open&kind=conduct&after=d1-1&peek=IC-1",
        {"name": "Conduct, all open", "columns": ["reports", "due"]},
    )
    view = SavedView.objects.get()
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"{QUEUE}?view=open&kind=conduct&saved={view.public_id}"
    # The place on the list is no part of it.
    assert view.query == "view=open&kind=conduct"
    build.case(kind="conduct")
    text = client.get(answer.headers["Location"]).content.decode()
    assert '<h2 id="list">Conduct, all open</h2>' in text
    assert ">Reports</th>" in text
    assert ">Next step</th>" not in text
    address = f"/desk/queue/views/{view.public_id}/"
    assert 'value="Conduct, all open"' in client.get(address).content.decode()
    client.post(address, {"name": "Conduct", "columns": ["due"]})
    view.refresh_from_db()
    assert (view.name, view.columns) == ("Conduct", ["due"])
    assert client.post(address, {"do": "delete"}).status_code == 303
    assert client.post(address, {"do": "delete"}).status_code == 303
    assert not SavedView.objects.exists()


def test_a_name_is_needed_and_stands_once(client: Client) -> None:
    user = build.moderator()
    save(user)
    client.force_login(user)
    assert client.post(f"{NEW}?view=open", {"name": ""}).status_code == 400
    answer = client.post(f"{NEW}?view=open", {"name": "Conduct"})
    assert answer.status_code == 400
    assert "You have a view of this name already." in answer.content.decode()
    assert save(build.moderator("Somebody else")).name == "Conduct"


def test_nobody_keeps_more_views_than_fit_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST", 1)
    user = build.moderator()
    save(user)
    with pytest.raises(InvalidInput):
        save(user, "Second")


def test_only_officers_share_and_those_of_an_institution_only_there() -> None:
    here, there = make.institution(), make.institution()
    platform, local = build.officer("Everywhere"), build.officer("Here", here)
    moderators = [build.moderator("A"), build.moderator("B", here), build.moderator("C", there)]
    with pytest.raises(InvalidInput):
        save(moderators[0], share=service.EVERYBODY)
    with pytest.raises(InvalidInput):
        save(local, share=service.EVERYBODY)
    with pytest.raises(InvalidInput):
        save(local, share=there.slug)
    save(platform, "For all", share=service.EVERYBODY)
    save(local, "For here", share=here.slug)
    save(local, "Mine")
    assert [offered(user) for user in moderators] == [
        ["For all", "For here"],
        ["For all", "For here"],
        ["For all"],
    ]
    assert offered(local) == ["For here", "Mine", "For all"]
    assert offered(build.auditor("D", there)) == ["For all"]


def test_words_to_search_by_are_not_shared() -> None:
    officer = build.officer()
    with pytest.raises(InvalidInput):
        save(officer, query="view=open&q=okonjo", share=service.EVERYBODY)
    assert save(officer, query="view=open&q=okonjo").query == "view=open&q=okonjo"


def test_hostile_16_a_shared_view_shows_what_its_reader_may_see(client: Client) -> None:
    here, there = make.institution(), make.institution()
    mine, theirs = build.case(institution=here), build.case(institution=there)
    officer = build.officer()
    view = save(officer, query="view=open&with=nobody", share=service.EVERYBODY)
    user = build.moderator(institution=here)
    client.force_login(user)
    text = client.get(f"{QUEUE}?{view.query}&saved={view.public_id}").content.decode()
    assert mine.number in text
    assert theirs.number not in text
    # A view for officers is the reader's own first one.
    view = save(officer, "To confirm", query="view=confirm", share=service.EVERYBODY)
    shown = page(user, f"{view.query}&saved={view.public_id}")
    assert shown.filters.view.name == "mine"


def test_somebody_elses_view_is_not_there(client: Client) -> None:
    user, other = build.moderator("One"), build.officer("Other")
    own, shared = save(other, "Own"), save(other, "Shared", share=service.EVERYBODY)
    client.force_login(user)
    for view in (own, shared):
        address = f"/desk/queue/views/{view.public_id}/"
        assert client.get(address).status_code == 404
        assert client.post(address, {"name": "Mine now"}).status_code == 404
        client.post(address, {"do": "delete"})
        with pytest.raises(NotFound):
            service.choose_columns(actor=user, columns=["due"], saved=str(view.public_id))
    assert SavedView.objects.count() == 2
    assert page(user, f"view=open&saved={own.public_id}").current is None
    assert page(user, f"view=open&saved={shared.public_id}").current.name == "Shared"


@pytest.mark.parametrize(
    "query", ["user__password__startswith=a", "view=open&assignee__email=x", "columns__x=1"]
)
def test_hostile_55_a_view_keeps_only_words_the_queue_knows(client: Client, query: str) -> None:
    user = build.moderator()
    client.force_login(user)
    with pytest.raises(InvalidInput):
        save(user, query=query)
    assert client.post(f"{NEW}?{query}", {"name": "Mine"}).status_code == 400
    assert client.post(f"/desk/queue/columns/?{query}", {"columns": "due"}).status_code == 400
    assert not SavedView.objects.exists()


def test_columns_are_chosen_and_unknown_ones_left_out(client: Client) -> None:
    user = build.moderator()
    case = build.case(assignee=user, priority=60)
    build.report(case)
    client.force_login(user)
    every = ["priority", "with", "institution", "course", "received", "reports", "password"]
    answer = client.post("/desk/queue/columns/?view=open", {"columns": every})
    assert answer.headers["Location"] == f"{QUEUE}?view=open"
    assert QueueColumns.objects.get(user=user).columns == every[:-1]
    [row] = page(user).rows
    assert [(cell.name, str(cell.text)) for cell in row.cells] == [
        ("priority", "High priority"),
        ("with", user.display_name),
        ("institution", case.institution.name),
        ("course", case.course.title),
        ("received", row.cells[4].text),
        ("reports", "1"),
    ]
    # None at all are the usual ones.
    client.post("/desk/queue/columns/?view=open", {})
    assert page(user).columns == ("status", "next", "due")


def test_columns_of_an_open_view_are_the_views() -> None:
    user = build.moderator()
    view = save(user)
    service.choose_columns(actor=user, columns=["due"], saved=str(view.public_id))
    assert page(user, f"view=open&saved={view.public_id}").columns == ("due",)
    assert page(user, "view=open").columns == ("status", "next", "due")


def test_hostile_27_an_auditor_keeps_no_views_and_no_columns(client: Client) -> None:
    auditor = build.auditor()
    client.force_login(auditor)
    listed = client.get("/desk/queue/?view=open").content.decode()
    assert "/desk/queue/columns/" not in listed
    assert reverse("desk:save_view") not in listed
    assert client.post("/desk/queue/columns/?view=open", {"columns": "due"}).status_code == 403
    assert client.get(reverse("desk:save_view")).status_code == 403
    assert client.post(reverse("desk:save_view"), {"name": "Mine"}).status_code == 403
    view = SavedView.objects.create(owner=auditor, name="Old", query="view=open")
    address = reverse("desk:saved_view", args=[view.public_id])
    assert client.post(address, {"do": "delete"}).status_code == 403
    assert SavedView.objects.get() == view
    assert not QueueColumns.objects.exists()
