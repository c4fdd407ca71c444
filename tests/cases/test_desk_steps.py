"""Steps of the desk before a decision, each through its page: done, refused, stale, twice."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cases.enums import CaseStatus as S
from cases.models import Allegation, Case, ConflictDeclaration, Evidence, Note, Notice, Watcher
from cases.services import triage
from integrity.accounts.models import User
from integrity.audit.models import Event
from integrity.core import clock
from integrity.web.forms import new_form_token
from notifications.models import Letter, OutboxMessage
from tests.cases import builders as build
from tests.cases.intake_builders import picture
from tests.cases.test_process import World
from tests.courses import builders as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture(autouse=True)
def _evidence_root(settings: Any, tmp_path: Any) -> None:
    settings.EVIDENCE_ROOT = tmp_path / "evidence"


def url(name: str, world: World, *args: Any) -> str:
    return reverse(f"desk:{name}", args=[world.number, *args])


def words(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def fresh(world: World) -> Case:
    return Case.objects.get(number=world.number)


def goes_to(answer: Any, address: str) -> None:
    assert (answer.status_code, answer.headers.get("Location")) == (303, address)


def nothing_happened(world: World, events: int) -> None:
    assert Event.objects.count() == events
    assert fresh(world).status == world.case.status


# Claim, release, follow


def test_claim_release_and_follow(client: Client, world: World) -> None:
    client.force_login(world.moderator)
    goes_to(client.post(url("claim", world)), url("case", world))
    assert fresh(world).assignee == world.moderator
    goes_to(client.post(url("claim", world)), url("case", world))
    goes_to(client.post(url("watch", world)), url("case", world))
    assert Watcher.objects.get().user == world.moderator
    goes_to(client.post(url("unwatch", world)), url("case", world))
    assert not Watcher.objects.exists()
    goes_to(client.post(url("release", world)), url("case", world))
    assert fresh(world).assignee is None
    assert client.get(url("claim", world)).status_code == 405


def test_a_case_somebody_else_claimed_first_is_told_so(client: Client, world: World) -> None:
    triage.claim(actor=world.officer, number=world.number)
    client.force_login(world.moderator)
    answer = client.post(url("claim", world))
    assert answer.status_code == 409
    assert "Somebody else has claimed this case." in words(answer)
    assert fresh(world).assignee == world.officer


# Open


def test_open_a_case_whose_learner_is_known(client: Client, world: World) -> None:
    client.force_login(world.moderator)
    page = words(client.get(url("open", world)))
    assert "Email address" not in page
    goes_to(client.post(url("open", world)), url("case", world))
    case = fresh(world)
    assert (case.status, case.assignee) == (S.INVESTIGATION, world.moderator)
    # A second click does nothing and leads to the same place; somebody else was not first.
    goes_to(client.post(url("open", world)), url("case", world))
    client.force_login(world.officer)
    assert client.post(url("open", world)).status_code == 409


def test_open_a_case_nobody_is_named_in(client: Client, world: World) -> None:
    case = build.case(learner=None, course=None)
    address = reverse("desk:open", args=[case.number])
    client.force_login(world.moderator)
    assert "Say whom it is about" in words(client.get(address))
    for typed, message in (
        ("", "Enter the email address of the learner"),
        ("no address", "Enter an email address like"),
        ("nobody@example.edu", "There is no account with this email address."),
        (world.moderator.email, "You cannot open a case about yourself."),
    ):
        answer = client.post(address, {"learner_email": typed})
        assert answer.status_code == 400
        assert message in words(answer)
        assert f'value="{typed}"' in answer.content.decode() or not typed
    assert not case.respondents.exists()
    goes_to(
        client.post(address, {"learner_email": world.learner.email.upper()}),
        reverse("desk:case", args=[case.number]),
    )
    assert case.respondents.get().user == world.learner


# Dismiss, take up again


def test_dismiss_with_a_reason_and_undo_it(client: Client, world: World) -> None:
    client.force_login(world.officer)
    events = Event.objects.count()
    answer = client.post(url("dismiss", world), {"note": "Looked at with care."})
    assert answer.status_code == 400
    assert "Choose a reason" in words(answer)
    assert "Looked at with care." in words(answer)
    assert client.post(url("dismiss", world), {"reason": "because"}).status_code == 400
    nothing_happened(world, events)
    answer = client.post(url("dismiss", world), {"reason": "permitted", "note": "It is allowed."})
    goes_to(answer, f"{url('case', world)}?dismissed=1")
    assert (fresh(world).status, fresh(world).dismissal_reason) == (S.DISMISSED, "permitted")
    page = words(client.get(answer.headers["Location"]))
    assert "The assignment permits what was done" in page
    undo = re.search(r'name="reason"\s+value="([^"]+)"', page)
    assert undo is not None
    goes_to(client.post(url("reopen", world), {"reason": undo[1]}), url("case", world))
    assert fresh(world).status == S.TRIAGE


def test_a_moderator_is_offered_no_undo_they_may_not_do(client: Client, world: World) -> None:
    """Who dismissed it may; whoever follows the case may not."""
    triage.dismiss(actor=world.officer, number=world.number, reason="not_enough")
    build.watcher(fresh(world), world.moderator)
    client.force_login(world.moderator)
    page = words(client.get(url("case", world) + "?dismissed=1"))
    assert "Dismissed" in page
    assert url("reopen", world) not in page
    assert client.post(url("reopen", world), {"reason": "Oh."}).status_code == 403


def test_take_up_again_needs_a_reason(client: Client, world: World) -> None:
    triage.dismiss(actor=world.officer, number=world.number, reason="not_enough")
    client.force_login(world.officer)
    answer = client.post(url("reopen", world), {"reason": " "})
    assert answer.status_code == 400
    assert "Say why the case is taken up again" in words(answer)
    other = build.case(submission=fresh(world).submission, learner=None)
    answer = client.post(url("reopen", world), {"reason": "New evidence came."})
    assert answer.status_code == 409
    assert "Another case about the same matter waits in triage already." in words(answer)
    assert "New evidence came." in words(answer)
    Case.objects.filter(pk=other.pk).update(status=S.CLOSED)
    goes_to(client.post(url("reopen", world), {"reason": "New evidence."}), url("case", world))


# Notes


def test_58_59_a_note_sent_twice_is_one(client: Client, world: World) -> None:
    client.force_login(world.moderator)
    token = new_form_token()
    data = {"body": "The marks are missing.", "form_token": token}
    for _again in range(3):
        goes_to(client.post(url("notes", world), data), url("notes", world))
    assert Note.objects.get().body == "The marks are missing."
    answer = client.post(url("notes", world), {**data, "body": "Something else."})
    assert answer.status_code == 409
    assert "Something else." in words(answer)
    assert Note.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"body": ""}, "Write the note first"),
        ({"body": "x" * 10_001}, "Please use at most 10,000 characters"),
        ({"body": "a\x00b"}, "control characters"),
        ({"form_token": "forged"}, "We could not tell where this form came from"),
        ({"form_token": None}, "We could not tell where this form came from"),
    ],
)
def test_32_35_wrong_notes_are_refused_and_kept(
    client: Client, world: World, changes: dict[str, Any], message: str
) -> None:
    client.force_login(world.moderator)
    data = {"body": "A note to keep.", "form_token": new_form_token(), **changes}
    answer = client.post(
        url("notes", world), {name: value for name, value in data.items() if value is not None}
    )
    assert answer.status_code == 400
    assert message in words(answer)
    if "body" not in changes:
        assert "A note to keep." in words(answer)
    assert not Note.objects.exists()


# Conflict


def test_22_after_a_declared_conflict_the_case_is_gone(client: Client, world: World) -> None:
    world.opened()
    client.force_login(world.moderator)
    assert client.post(url("conflict", world), {"reason": "x" * 501}).status_code == 400
    answer = client.post(url("conflict", world), {"reason": "We are neighbours."})
    goes_to(answer, reverse("desk:queue"))
    assert ConflictDeclaration.objects.get().reason == "We are neighbours."
    assert fresh(world).assignee is None
    for name in ("case", "notes", "conflict"):
        assert client.get(url(name, world)).status_code == 404
    assert world.number not in words(client.get(reverse("desk:queue") + "?view=open"))


# Allegations


def allegation(world: World, **changes: Any) -> dict[str, Any]:
    assert world.version is not None
    return {
        "respondent": str(world.rid),
        "violation_type": str(world.version.violation_types.get(code="plagiarism").pk),
        "completion": "completed",
        "description": "Three sentences stand in an article.",
        **changes,
    }


def test_allege_and_take_back(client: Client, world: World) -> None:
    world.opened()
    client.force_login(world.moderator)
    page = words(client.get(url("allege", world)))
    assert "Honor code, version" in page
    goes_to(client.post(url("allege", world), allegation(world)), url("case", world))
    row = Allegation.objects.get()
    assert (row.added_by, row.respondent) == (world.moderator, world.respondent)
    again = client.post(url("allege", world), allegation(world, description="Something else."))
    assert again.status_code == 409
    assert "This violation is alleged already." in words(again)
    assert "Something else." in words(again)
    address = url("withdraw", world, row.public_id)
    assert client.post(address, {"reason": ""}).status_code == 400
    goes_to(client.post(address, {"reason": "It was quoted."}), url("case", world))
    row.refresh_from_db()
    assert row.withdrawn_at is not None
    assert client.get(address).status_code == 404


def test_17_24_an_allegation_takes_nothing_from_elsewhere(client: Client, world: World) -> None:
    world.opened()
    other_version = build.policy()
    other = build.case(status=S.INVESTIGATION, policy_version=other_version)
    client.force_login(world.moderator)
    foreign = str(other_version.violation_types.first().pk)  # type: ignore[union-attr]
    for changes in (
        {"violation_type": foreign},
        {"violation_type": "1; drop"},
        {"respondent": str(other.respondents.get().public_id)},
        {"respondent": str(uuid4())},
        {"completion": "perhaps"},
        {"description": ""},
        {"description": "x" * 4_001},
    ):
        answer = client.post(url("allege", world), allegation(world, **changes))
        assert answer.status_code == 400
    assert not Allegation.objects.exists()
    world2 = build.allegation(other, by=world.moderator)
    assert client.post(url("withdraw", world, world2.public_id)).status_code == 404


# Evidence


def evidence(**changes: Any) -> dict[str, Any]:
    return {"form_token": new_form_token(), "title": "The article", "description": "", **changes}


def test_add_a_link_words_and_a_file(client: Client, world: World) -> None:
    world.opened()
    client.force_login(world.moderator)
    address = url("add_evidence", world)
    link = evidence(kind="link", url="https://example.org/article")
    for _again in range(2):
        goes_to(client.post(address, link), url("case", world))
    goes_to(
        client.post(f"{address}?kind=quote", evidence(kind="quote", text="The same words.")),
        url("case", world),
    )
    upload = SimpleUploadedFile("amara.png", picture(), "image/png")
    goes_to(
        client.post(f"{address}?kind=file", evidence(kind="file", upload=upload)),
        url("case", world),
    )
    rows = list(Evidence.objects.order_by("position"))
    assert [(row.kind, row.label) for row in rows] == [
        ("link", "E1"),
        ("quote", "E2"),
        ("file", "E3"),
    ]
    page = words(client.get(url("case", world)))
    assert reverse("evidence:file", args=[rows[2].public_id]) in page
    assert "amara.png" not in page


@pytest.mark.parametrize(
    ("kind", "changes", "message"),
    [
        ("link", {"url": ""}, "Fill in “Address”"),
        ("link", {"url": "javascript:alert(1)"}, "Enter the whole address"),
        ("link", {"url": "https://example.org", "title": ""}, "Give it a short name"),
        ("quote", {"text": ""}, "Enter the words you want to keep"),
        ("quote", {"text": "words", "title": "x" * 201}, "at most 200 characters"),
        ("file", {}, "Choose a file"),
        ("quote", {"text": "words", "form_token": "x"}, "We could not tell where"),
    ],
)
def test_wrong_evidence_is_refused_at_its_field(
    client: Client, world: World, kind: str, changes: dict[str, str], message: str
) -> None:
    world.opened()
    client.force_login(world.moderator)
    data = evidence(kind=kind, description="What it shows.", **changes)
    answer = client.post(f"{url('add_evidence', world)}?kind={kind}", data)
    assert answer.status_code == 400
    assert message in words(answer)
    assert "What it shows." in words(answer)
    assert not Evidence.objects.exists()


def test_36_a_refused_file_says_so_at_its_field(client: Client, world: World) -> None:
    world.opened()
    client.force_login(world.moderator)
    upload = SimpleUploadedFile("x.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    answer = client.post(
        f"{url('add_evidence', world)}?kind=file", evidence(kind="file", upload=upload)
    )
    assert answer.status_code == 400
    assert 'id="id_upload_error"' in answer.content.decode()
    assert not Evidence.objects.exists()


def test_another_kind_than_the_page_is_for_is_refused(client: Client, world: World) -> None:
    world.opened()
    client.force_login(world.moderator)
    data = evidence(kind="submission", url="https://example.org")
    assert client.post(url("add_evidence", world), data).status_code == 400
    assert client.get(f"{url('add_evidence', world)}?kind=submission").status_code == 404


def test_after_the_notice_nothing_is_added(client: Client, world: World) -> None:
    world.notified()
    client.force_login(world.moderator)
    for name in ("add_evidence", "allege"):
        assert client.get(url(name, world)).status_code == 409
    data = evidence(kind="link", url="https://example.org")
    assert client.post(url("add_evidence", world), data).status_code == 409
    assert "Add evidence" not in words(client.get(url("case", world)))


# Notice


def revision(world: World) -> str:
    return str(fresh(world).revision)


def test_the_notice_is_previewed_exactly_and_then_sent(client: Client, world: World) -> None:
    world.alleged()
    client.force_login(world.moderator)
    address = url("notice", world, world.rid)
    page = words(client.get(address))
    assert f'name="revision" value="{revision(world)}"' in page
    data = {"questions": "How did it come about?", "revision": revision(world)}
    letters = Letter.objects.count()
    check = client.post(address, {**data, "step": "preview"})
    assert check.status_code == 200
    assert "How did it come about?" in words(check)
    assert Letter.objects.count() == letters
    body = words(check).partition('<article class="letter-page">')[2].partition("</article>")[0]
    assert "Three sentences are in an article." in body
    change = client.post(address, {**data, "step": "change"})
    assert "How did it come about?" in words(change)
    goes_to(client.post(address, {**data, "step": "send"}), url("case", world))
    sent = Notice.objects.get()
    assert sent.questions == "How did it come about?"
    assert fresh(world).status == S.NOTIFIED
    client.force_login(world.learner)
    read = words(client.get(reverse("notifications:letter", args=[sent.letter.public_id])))
    told = re.sub(r"\s+", " ", body.partition("</header>")[2])
    assert told.strip() in re.sub(r"\s+", " ", read)
    client.force_login(world.moderator)
    assert client.post(address, {**data, "step": "send"}).status_code == 409
    assert Notice.objects.count() == 1


def test_62_a_notice_on_an_older_state_is_not_sent(client: Client, world: World) -> None:
    world.alleged()
    client.force_login(world.moderator)
    address = url("notice", world, world.rid)
    data = {"questions": "My careful questions?", "revision": revision(world), "step": "send"}
    triage.add_note(actor=world.officer, number=world.number, body="Wait.", form_key=uuid4().hex)
    answer = client.post(address, data)
    assert answer.status_code == 412
    page = words(answer)
    assert "Somebody changed this case after you opened the page" in page
    assert "My careful questions?" in page
    assert f'value="{revision(world)}"' in page
    assert not Notice.objects.exists()
    goes_to(client.post(address, {**data, "revision": revision(world)}), url("case", world))


@pytest.mark.parametrize("wrong", ["", "x", "-1", "9" * 30, "\x00"])
def test_a_revision_that_is_none_counts_as_old(client: Client, world: World, wrong: str) -> None:
    world.alleged()
    client.force_login(world.moderator)
    data = {"questions": "", "revision": wrong, "step": "send"}
    assert client.post(url("notice", world, world.rid), data).status_code in (400, 412)
    assert not OutboxMessage.objects.filter(event="notice_sent").exists()


def test_a_notice_says_what_is_missing(client: Client, world: World) -> None:
    world.opened()
    client.force_login(world.moderator)
    answer = client.get(url("notice", world, world.rid))
    assert answer.status_code == 409
    assert "Add at least one allegation first." in words(answer)
    assert client.get(url("notice", world, uuid4())).status_code == 404


# Going on without an answer


def test_going_on_without_an_answer_waits_until_it_may(
    client: Client, world: World, frozen_clock: Any
) -> None:
    world.notified()
    client.force_login(world.officer)
    address = url("lapse", world, world.rid)
    page = words(client.get(address))
    assert "The letter has not been delivered" in page
    assert "<textarea" not in page
    answer = client.post(address, {"reason": "They do not answer."})
    assert answer.status_code == 409
    assert fresh(world).status == S.NOTIFIED
    sent = Notice.objects.get()
    OutboxMessage.objects.filter(letter=sent.letter).update(state="sent", sent_at=clock.now())
    Letter.objects.filter(pk=sent.letter.pk).update(first_read_at=clock.now())
    frozen_clock.move_to(sent.due_at + timedelta(seconds=1))
    client.logout()
    client.force_login(world.officer)
    assert "Go on without an answer" in words(client.get(url("case", world)))
    assert client.post(address, {"reason": ""}).status_code == 400
    goes_to(client.post(address, {"reason": "Two letters, no answer."}), url("case", world))
    assert fresh(world).status == S.REVIEW


def test_only_an_officer_goes_on_without_an_answer(client: Client, world: World) -> None:
    world.notified()
    client.force_login(world.moderator)
    address = url("lapse", world, world.rid)
    assert client.get(address).status_code == 403
    assert client.post(address, {"reason": "x"}).status_code == 403


# No step without its proof of origin


def test_13_no_step_without_a_csrf_token(world: World) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(world.officer)
    events = Event.objects.count()
    for name in ("claim", "release", "watch", "unwatch", "open", "dismiss", "notes", "conflict"):
        assert strict.post(url(name, world), {"reason": "not_enough"}).status_code == 403
    nothing_happened(world, events)


def test_28_methods_that_are_not_offered_change_nothing(client: Client, world: World) -> None:
    other: User = make.person()
    events = Event.objects.count()
    for name in ("case", "claim", "dismiss", "notes"):
        for method in ("put", "patch", "delete"):
            client.force_login(world.officer)
            assert getattr(client, method)(url(name, world)).status_code == 405
            client.force_login(other)
            assert getattr(client, method)(url(name, world)).status_code == 404
    client.force_login(world.officer)
    assert client.head(url("case", world)).status_code == 200
    assert (
        client.post(url("claim", world), headers={"X-HTTP-Method-Override": "GET"}).status_code
        == 303
    )
    assert Event.objects.count() == events + 1


def test_a_lost_case_is_not_there_for_the_next_step(client: Client, world: World) -> None:
    world.alleged()
    client.force_login(world.moderator)
    build.conflict(world.case, world.moderator)
    for name, args in (("notice", [world.rid]), ("allege", []), ("open", [])):
        assert client.post(url(name, world, *args), {}).status_code == 404


def test_dismissing_an_unopened_case_and_undoing_it_shows_nobodys_name(client: Client) -> None:
    """Names open with the case, and nothing else opens them: two clicks would unmask anybody."""
    case = build.case(learner=make.person("Balthazar Ollivander"))
    user = build.moderator()
    client.force_login(user)
    triage.dismiss(actor=user, number=case.number, reason="not_enough")
    for name in ("case", "people", "history", "print", "notes"):
        page = client.get(reverse(f"desk:{name}", args=[case.number]))
        assert page.status_code == 200, name
        assert "Ollivander" not in page.content.decode(), name
    found = client.get(reverse("desk:queue"), {"q": "Ollivander", "view": "all"})
    assert case.number not in found.content.decode()
    triage.reopen(actor=user, number=case.number, reason="A mistake.")
    triage.open_case(actor=user, number=case.number)
    triage.dismiss(actor=user, number=case.number, reason="not_enough")
    assert "Ollivander" in client.get(reverse("desk:case", args=[case.number])).content.decode()


def test_a_step_that_is_not_open_leads_back_to_the_case_with_a_reason(client: Client) -> None:
    world = World().notified()
    client.force_login(world.moderator)
    page = client.get(reverse("desk:pause", args=[world.number]))
    assert page.status_code == 409
    text = page.content.decode()
    assert "This was not done" in text
    assert f'href="{reverse("desk:history", args=[world.number])}"' in text


def test_whoever_gives_away_an_unclaimed_case_is_told_to_claim_it_first(client: Client) -> None:
    case = build.case()
    client.force_login(build.moderator())
    page = client.get(reverse("desk:give", args=[case.number]), follow=True)
    assert page.redirect_chain == [(reverse("desk:case", args=[case.number]), 303)]
    assert "Claim the case first" in page.content.decode()


def test_on_paper_everybody_has_a_name(client: Client) -> None:
    world = World().alleged()
    client.force_login(world.moderator)
    page = client.get(reverse("desk:print", args=[world.number])).content.decode()
    assert f"by {world.moderator.display_name}" in page
    assert "by you" not in page
