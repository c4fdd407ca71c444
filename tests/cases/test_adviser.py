"""Advisers: who was asked, who reads along, and until when; no hint of accounts, no way around."""

from __future__ import annotations

import html
import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cases import rules
from cases.models import AdviserAccess, Case
from cases.services import adviser, appeal, evidence, notice
from integrity.accounts import services as accounts
from integrity.accounts.enums import RestrictionKind, Role
from integrity.accounts.models import User
from integrity.audit.models import Event, EventValue
from integrity.core import clock
from integrity.core.errors import (
    Conflict,
    IllegalTransition,
    InvalidInput,
    NotFound,
    NotPermitted,
)
from integrity.web.forms import new_form_token
from notifications.content import unseal_message
from notifications.models import Letter, OutboxMessage
from notifications.recipients import unseal_address
from tests.cases import builders as build
from tests.cases.test_process import World
from tests.courses import builders as make

pytestmark = pytest.mark.django_db

FRIEND = "friend@example.org"


def words_of(answer: Any) -> str:
    """The text of a page in one line."""
    text = re.sub(r"<(script|style).*?</\1>", "", answer.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text)))


def friend(email: str = FRIEND, *, verified: bool = True, name: str = "Pauline Friend") -> User:
    """Somebody with an account whose address is confirmed, or not."""
    user = make.person(name, email=email)
    EmailAddress.objects.create(user=user, email=email, verified=verified, primary=True)
    return user


def invite(world: World, email: str = FRIEND, **kwargs: Any) -> AdviserAccess:
    return adviser.invite(
        **{
            "actor": world.learner,
            "number": world.number,
            "email": email,
            "form_key": uuid.uuid4().hex,
            **kwargs,
        }
    )


def suspend(user: User) -> None:
    now = clock.now()
    accounts.restrict(
        user=user,
        kind=RestrictionKind.SUSPENDED,
        source=f"sanction:{uuid.uuid4()}",
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(days=30),
    )


@pytest.fixture
def world() -> World:
    return World().notified()


@pytest.fixture
def helper(world: World) -> User:
    """Somebody who reads along."""
    user = friend()
    adviser.accept(actor=user, access_id=invite(world).public_id)
    return user


def page_of(user: User) -> str:
    access = AdviserAccess.objects.get(adviser=user)
    return reverse("advising:case", args=[access.public_id])


# Asking somebody


@pytest.mark.parametrize("known", [True, False])
def test_the_invitation_says_nothing_of_the_case_or_whose_it_is(world: World, known: bool) -> None:
    if known:
        friend()
    before = Letter.objects.count()
    invite(world)
    message = OutboxMessage.objects.get(event="adviser_invited")
    assert unseal_address(message.recipient_sealed).email == FRIEND
    text = unseal_message(message.content_sealed)
    whole = f"{text.subject} {text.text}"
    for telling in (
        world.number,
        "Amara",
        "Okonjo",
        "Data Ethics",
        "Essay",
        "College",
        "/my/cases",
    ):
        assert telling not in whole
    assert "/advising/" in whole
    assert Letter.objects.count() == before


def test_the_respondent_sees_the_same_whether_there_is_an_account(client: Client) -> None:
    pages = []
    for known in (True, False):
        world = World().notified()
        if known:
            friend()
        client.force_login(world.learner)
        url = reverse("my:advisers", args=[world.number])
        answer = client.post(url, {"form_token": new_form_token(), "email": FRIEND})
        assert answer.status_code == 303
        shown = words_of(client.get(url))
        pages.append(shown.replace(world.number, "N").replace(str(world.case.institution), "I"))
        AdviserAccess.objects.update(revoked_at=clock.now())
    assert FRIEND in pages[0]
    assert "Has not answered yet" in pages[0]
    assert pages[0] == pages[1]


def test_the_event_holds_no_address(world: World) -> None:
    invite(world)
    event = Event.objects.get(action="adviser.invited")
    assert FRIEND not in str(event.__dict__)
    assert EventValue.objects.filter(event=event, name="email", value=FRIEND).exists()


def test_the_same_form_again_is_the_same_invitation(world: World) -> None:
    first = invite(world, form_key="k")
    assert invite(world, form_key="k").pk == first.pk
    assert OutboxMessage.objects.filter(event="adviser_invited").count() == 1
    with pytest.raises(Conflict):
        invite(world, "else@example.org", form_key="k")


def test_whom_one_cannot_ask(world: World) -> None:
    invite(world)
    for wrong in (FRIEND.upper(), world.learner.email, "nonsense", ""):
        with pytest.raises(InvalidInput) as refused:
            invite(world, wrong)
        assert list(refused.value.fields) == ["email"]


def test_three_at_a_time_and_ten_in_all(world: World) -> None:
    for number in range(10):
        if number >= 3:
            adviser.revoke(
                actor=world.learner,
                number=world.number,
                access_id=AdviserAccess.objects.filter(revoked_at=None).first().public_id,  # type: ignore[union-attr]
            )
        invite(world, f"f{number}@example.org")
    with pytest.raises(InvalidInput):
        invite(world, "f10@example.org")
    adviser.revoke(
        actor=world.learner,
        number=world.number,
        access_id=AdviserAccess.objects.filter(revoked_at=None).first().public_id,  # type: ignore[union-attr]
    )
    with pytest.raises(InvalidInput):
        invite(world, "f10@example.org")
    assert AdviserAccess.objects.count() == 10


def test_only_the_respondent_asks_and_only_after_the_notice(world: World) -> None:
    for somebody in (make.person(), world.moderator, world.officer):
        with pytest.raises(NotFound):
            invite(world, actor=somebody)
    early = World()
    early.alleged()
    with pytest.raises(NotFound):
        invite(early)


def test_a_closed_case_takes_no_invitation_and_keeps_its_adviser(
    helper: User, world: World
) -> None:
    world.respondent.case.respondents.update(status="closed")
    with pytest.raises(IllegalTransition):
        invite(world, "else@example.org")
    assert rules.advised(helper).exists()


def test_a_suspended_respondent_has_help(client: Client, world: World) -> None:
    suspend(world.learner)
    client.force_login(world.learner)
    url = reverse("my:advisers", args=[world.number])
    assert client.get(url).status_code == 200
    sent = client.post(url, {"form_token": new_form_token(), "email": FRIEND})
    assert sent.status_code == 303
    access = AdviserAccess.objects.get()
    end = reverse("my:adviser_end", args=[world.number, access.public_id])
    assert client.post(end).status_code == 303


def test_inviting_makes_no_form_of_the_desk_stale(world: World) -> None:
    before = Case.objects.get(number=world.number).revision
    adviser.accept(actor=friend(), access_id=invite(world).public_id)
    assert Case.objects.get(number=world.number).revision == before


# Accepting


def test_only_a_confirmed_address_accepts(world: World) -> None:
    access = invite(world)
    unconfirmed = friend(verified=False)
    stranger = friend("stranger@example.org")
    for user in (unconfirmed, stranger, world.learner, world.officer):
        assert not rules.invitations(user).exists()
        with pytest.raises(NotFound):
            adviser.accept(actor=user, access_id=access.public_id)
        with pytest.raises(NotFound):
            adviser.decline(actor=user, access_id=access.public_id)
    EmailAddress.objects.filter(user=unconfirmed).update(verified=True)
    adviser.accept(actor=unconfirmed, access_id=access.public_id)
    assert rules.advised(unconfirmed).exists()


def test_a_second_confirmed_address_counts(world: World) -> None:
    user = friend("main@example.org")
    EmailAddress.objects.create(user=user, email="Friend@Example.org", verified=True)
    adviser.accept(actor=user, access_id=invite(world).public_id)
    assert rules.advised(user).exists()


def test_accepting_twice_is_once_and_a_second_address_no_second_access(world: World) -> None:
    user = friend()
    EmailAddress.objects.create(user=user, email="other@example.org", verified=True)
    access = invite(world)
    for _time in range(2):
        assert adviser.accept(actor=user, access_id=access.public_id).adviser == user
    assert Event.objects.filter(action="adviser.accepted").count() == 1
    with pytest.raises(Conflict):
        adviser.accept(actor=user, access_id=invite(world, "other@example.org").public_id)


def test_what_was_taken_back_or_declined_is_accepted_no_more(world: World) -> None:
    user = friend()
    access = invite(world)
    adviser.revoke(actor=world.learner, number=world.number, access_id=access.public_id)
    with pytest.raises(NotFound):
        adviser.accept(actor=user, access_id=access.public_id)
    again = invite(world)
    for _time in range(2):
        adviser.decline(actor=user, access_id=again.public_id)
    assert Event.objects.filter(action="adviser.declined").count() == 1
    with pytest.raises(NotFound):
        adviser.accept(actor=user, access_id=again.public_id)


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.OFFICER, Role.AUDITOR])
def test_whoever_works_on_or_checks_such_cases_does_not_advise(world: World, role: Role) -> None:
    user = friend()
    make.grant(user, role)
    with pytest.raises(NotPermitted):
        adviser.accept(actor=user, access_id=invite(world).public_id)
    # Nobody is taken out of a case by being asked.
    assert rules.visible_to(user).filter(number=world.number).exists()


def test_an_officer_of_somewhere_else_can_advise(world: World) -> None:
    user = friend()
    make.grant(user, Role.OFFICER, make.institution())
    adviser.accept(actor=user, access_id=invite(world).public_id)
    assert rules.advised(user).exists()


def test_whoever_has_a_part_in_the_case_does_not_advise(world: World) -> None:
    reporter = friend("reporter@example.org")
    build.report(Case.objects.get(number=world.number), reporter)
    other = friend("other@example.org")
    build.respondent(Case.objects.get(number=world.number), other)
    for user in (reporter, other):
        access = invite(world, user.email)
        with pytest.raises(NotPermitted):
            adviser.accept(actor=user, access_id=access.public_id)


def test_a_refusal_is_told_to_whoever_was_asked_and_not_to_who_asks(
    client: Client, world: World
) -> None:
    reporter = friend()
    build.report(Case.objects.get(number=world.number), reporter)
    access = invite(world)
    client.force_login(reporter)
    shown = words_of(client.get(reverse("advising:list")))
    assert "cannot be accepted from your account" in shown
    assert "work on" not in shown
    refused = client.post(reverse("advising:accept", args=[access.public_id]))
    assert refused.status_code == 409
    client.force_login(world.learner)
    mine = words_of(client.get(reverse("my:advisers", args=[world.number])))
    assert "Has not answered yet" in mine


# Reading along


def test_an_adviser_reads_what_the_respondent_reads(client: Client, helper: User) -> None:
    access = AdviserAccess.objects.get()
    client.force_login(helper)
    page = client.get(page_of(helper))
    assert page.status_code == 200
    shown = words_of(page)
    for text in (
        "Amara Okonjo",
        "Three sentences are in an article.",
        "How did it come about?",
        "Article",
        "Nothing has been decided.",
    ):
        assert text in shown
    assert "<form" not in page.content.decode().split("<main")[1].split("</main")[0]
    piece = access.respondent.disclosures.get().evidence
    one = client.get(reverse("advising:evidence", args=[access.public_id, piece.public_id]))
    assert "The same sentences." in words_of(one)


def test_an_adviser_reads_answer_decision_and_appeal(client: Client) -> None:
    world = World()
    world.found()
    user = friend()
    adviser.accept(actor=user, access_id=invite(world).public_id)
    world.propose(["warning_written"])
    appeal.lodge(
        actor=world.learner,
        respondent_id=world.rid,
        grounds=["new_evidence"],
        text="I found my notes.",
        form_key="a",
    )
    client.force_login(user)
    shown = words_of(client.get(page_of(user)))
    for text in (
        "From my notes.",
        "I was ill.",
        "The sentences are the article's.",
        "We looked at this.",
        "I found my notes.",
        "An appeal is looked at",
    ):
        assert text in shown


def test_case_19_an_adviser_learns_of_nobody_else(client: Client) -> None:
    world = World()
    world.found()
    case = Case.objects.get(number=world.number)
    reporter = make.person("Rosa Canary")
    build.report(case, reporter, visible_name="Rosa Canary", account="CANARY-ACCOUNT")
    build.note(case, world.moderator, "CANARY-NOTE")
    user = friend()
    adviser.accept(actor=user, access_id=invite(world).public_id)
    world.propose(["warning_written"])
    other = build.respondent(case, make.person("Otto Other"))
    client.force_login(user)
    for url in (page_of(user), reverse("advising:list"), reverse("my:home"), "/"):
        body = client.get(url, follow=True).content.decode()
        for hidden in (
            "Otto Other",
            str(other.public_id),
            "Canary",
            "CANARY",
            world.moderator.display_name,
            world.officer.display_name,
            world.learner.email,
        ):
            assert hidden not in body, (url, hidden)


def test_an_adviser_acts_nowhere(client: Client, world: World, helper: User) -> None:
    client.force_login(helper)
    for name in ("case", "answer", "answered", "appeal", "appealed", "advisers"):
        url = reverse(f"my:{name}", args=[world.number])
        assert client.get(url).status_code == 404
        assert client.post(url, {}).status_code in (404, 405)


def test_case_17_every_number_belongs_to_its_owner(
    client: Client, world: World, helper: User
) -> None:
    """Others' accesses, and children of other cases, are as if they were not there."""
    access = AdviserAccess.objects.get()
    other = World().notified()
    theirs = invite(other, "x@example.org")
    foreign = other.respondent.disclosures.get().evidence
    piece = access.respondent.disclosures.get().evidence
    undisclosed = build.evidence(world.case, title="Kept back")
    client.force_login(helper)
    absent = client.get(reverse("advising:case", args=[uuid.uuid4()]))
    for url in (
        reverse("advising:case", args=[theirs.public_id]),
        reverse("advising:evidence", args=[theirs.public_id, foreign.public_id]),
        reverse("advising:evidence", args=[access.public_id, foreign.public_id]),
        reverse("advising:evidence", args=[access.public_id, undisclosed.public_id]),
    ):
        answer = client.get(url)
        assert answer.status_code == 404, url
        assert answer.content == absent.content
    for name in ("accept", "decline"):
        assert client.post(reverse(f"advising:{name}", args=[theirs.public_id])).status_code == 404
    # Of another respondent's adviser, of the respondent and of the desk.
    for user in (friend("z@example.org"), world.learner, world.officer, world.moderator):
        client.force_login(user)
        assert client.get(page_of(helper)).status_code == 404
        assert (
            client.get(
                reverse("advising:evidence", args=[access.public_id, piece.public_id])
            ).status_code
            == 404
        )
    client.force_login(other.learner)
    for number in (world.number, other.number):
        end = reverse("my:adviser_end", args=[number, access.public_id])
        assert client.post(end).status_code == 404
    assert rules.advised(helper).exists()


def test_taken_back_it_is_gone_at_the_next_request(
    client: Client, world: World, helper: User
) -> None:
    client.force_login(helper)
    url = page_of(helper)
    assert client.get(url).status_code == 200
    access = AdviserAccess.objects.get()
    mine = Client()
    mine.force_login(world.learner)
    end = reverse("my:adviser_end", args=[world.number, access.public_id])
    for _time in range(2):
        assert mine.post(end).status_code == 303
    assert Event.objects.filter(action="adviser.revoked").count() == 1
    assert client.get(url).status_code == 404
    assert world.number not in client.get(reverse("advising:list")).content.decode()


def test_a_suspended_adviser_reads_nothing_and_reads_on_afterwards(
    client: Client, helper: User
) -> None:
    client.force_login(helper)
    suspend(helper)
    assert client.get(page_of(helper)).status_code == 403
    assert not rules.advised(helper).exists()
    body = client.get(reverse("my:home")).content.decode()
    assert "/advising/" not in body


def test_an_adviser_who_comes_to_be_named_in_the_case_reads_no_more(
    client: Client, world: World, helper: User
) -> None:
    build.respondent(Case.objects.get(number=world.number), helper)
    client.force_login(helper)
    assert client.get(page_of(helper)).status_code == 404


def test_files_come_as_clean_copies_under_a_neutral_name(client: Client) -> None:
    world = World()
    world.alleged()
    file = evidence.add(
        actor=world.moderator,
        number=world.number,
        kind="file",
        title="Notes",
        upload=SimpleUploadedFile("ruben-notes.txt", b"Week 3"),
        form_key="f",
    )
    notice.send(
        actor=world.moderator,
        number=world.number,
        respondent_id=world.rid,
        questions="",
        revision=None,
    )
    late = friend("late@example.org")
    user = friend()
    url = reverse("evidence:file", args=[file.public_id])
    client.force_login(user)
    assert client.get(url).status_code == 404
    adviser.accept(actor=user, access_id=invite(world).public_id)
    answer = client.get(url, follow=True)
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == 'attachment; filename="E2.txt"'
    # The ledger says when the respondent looked, and nobody else.
    assert file.disclosures.get().first_viewed_at is None
    suspend(user)
    assert client.get(url).status_code == 404
    client.force_login(late)
    assert client.get(url).status_code == 404


def test_a_file_that_was_not_shown_stays_closed(client: Client, world: World, helper: User) -> None:
    hidden = build.evidence(world.case, title="Kept back")
    client.force_login(helper)
    assert client.get(reverse("evidence:file", args=[hidden.public_id])).status_code == 404
    assert not rules.advised_on(helper, hidden)


# The desk


def test_case_21_an_adviser_does_no_desk_work_in_the_case(
    client: Client, world: World, helper: User
) -> None:
    make.grant(helper, Role.OFFICER)
    assert rules.access(helper, world.case) == rules.Access.NONE
    client.force_login(helper)
    number = world.number
    for name in ("case", "notes", "people", "history", "case_letters", "dismiss"):
        assert client.get(reverse(f"desk:{name}", args=[number])).status_code == 404
    assert number not in client.get(reverse("desk:queue")).content.decode()


def test_case_22_the_conflict_stays_when_the_access_has_ended(world: World, helper: User) -> None:
    access = AdviserAccess.objects.get()
    adviser.revoke(actor=world.learner, number=world.number, access_id=access.public_id)
    make.grant(helper, Role.OFFICER)
    assert rules.in_conflict(helper, world.case)


def test_case_20_being_asked_alone_shuts_nobody_out(world: World) -> None:
    user = friend()
    make.grant(user, Role.OFFICER)
    invite(world)
    assert rules.access(user, world.case) == rules.Access.WORK


# The start page


def test_an_invitation_is_seen_on_the_start_page_without_any_role(
    client: Client, world: World
) -> None:
    user = friend()
    access = invite(world)
    client.force_login(user)
    start = client.get("/")
    assert "Somebody asks for your help" in words_of(start)
    assert "Amara Okonjo" in words_of(start)
    assert world.number not in start.content.decode()
    answer = client.post(reverse("advising:accept", args=[access.public_id]))
    assert (answer.status_code, answer.headers["Location"]) == (303, page_of(user))
    assert world.number in client.get("/").content.decode()


def test_an_invitation_does_not_take_the_desk_away(client: Client, world: World) -> None:
    user = friend()
    make.grant(user, Role.OFFICER)
    invite(world)
    client.force_login(user)
    assert client.get("/").headers["Location"] == reverse("desk:dashboard")


def test_advisers_by_role_find_it_there_as_well(client: Client, world: World) -> None:
    user = friend()
    make.grant(user, Role.ADVISER)
    client.force_login(user)
    assert "Nobody asks for your help now." in words_of(client.get("/"))
    access = invite(world)
    assert reverse("advising:accept", args=[access.public_id]) in client.get("/").content.decode()


def test_a_refused_address_stays_typed(client: Client, world: World) -> None:
    client.force_login(world.learner)
    url = reverse("my:advisers", args=[world.number])
    answer = client.post(url, {"form_token": new_form_token(), "email": world.learner.email})
    assert answer.status_code == 400
    assert "This is your own address." in words_of(answer)
    assert world.learner.email in answer.content.decode()
    forged = client.post(url, {"form_token": "x", "email": FRIEND})
    assert forged.status_code == 400
    assert not AdviserAccess.objects.exists()


def test_pages_cost_the_same_for_one_and_three(client: Client, count_queries: Any) -> None:
    costs = []
    user = friend()
    client.force_login(user)
    client.get(reverse("advising:list"))
    for more in (1, 2):
        for _case in range(more):
            world = World().notified()
            adviser.accept(actor=user, access_id=invite(world).public_id)
            invite(World().notified())
        with count_queries() as queries:
            assert client.get(reverse("advising:list")).status_code == 200
        costs.append(queries.number)
    assert len(set(costs)) == 1, costs
