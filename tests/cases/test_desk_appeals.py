"""Appeals at the desk: who sees and who hears them, what deciding does, and looking again."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from cases.enums import CaseStatus, SanctionStatus
from cases.models import Appeal, Case, Determination, Sanction
from cases.selectors import appeals as selectors
from cases.services import appeal as service
from cases.services import sanction, triage
from integrity.accounts.models import User
from integrity.audit.models import Event
from integrity.core import clock
from integrity.courses.selectors import effective_score
from notifications.models import Letter, OutboxMessage
from tests.cases import builders as build
from tests.cases.test_process import World
from tests.courses import builders as make

pytestmark = pytest.mark.django_db

LIST = reverse("desk:appeals")
WORDS = "I have found my notes of week two."
HOSTILE = "<script>alert(1)</script> {{7*7}} \"onload='x'"


class Scene:
    """An appeal against a failed essay and a suspension, by officer and second officer."""

    def __init__(self, *, lodged: bool = True) -> None:
        self.world = world = World()
        world.found()
        world.confirm(
            world.propose(
                ["assignment_failed", "temporary_suspension"],
                params={"temporary_suspension": {"days": 30}},
            ).digest
        )
        self.number = world.number
        self.third = build.officer("Kwame Boateng")
        if lodged:
            self.appeal = lodge(world)
            self.url = reverse("desk:appeal", args=[self.number, self.appeal.public_id])
        self.case_url = reverse("desk:case", args=[self.number])
        self.again = reverse("desk:take_up", args=[self.number, world.rid])

    @property
    def status(self) -> str:
        return str(Case.objects.get(number=self.number).status)

    def undecided(self) -> None:
        self.appeal.refresh_from_db()
        assert self.appeal.outcome == ""
        assert self.status == CaseStatus.APPEAL
        assert effective_score(self.world.submission) == 0
        assert not Event.objects.filter(action="appeal.decided").exists()
        assert not OutboxMessage.objects.filter(event="appeal_decided").exists()
        assert not Sanction.objects.filter(status=SanctionStatus.REVERSED).exists()

    def data(self, **changes: Any) -> dict[str, Any]:
        revision = str(Case.objects.get(number=self.number).revision)
        return {
            "revision": revision,
            "outcome": "overturned",
            "reasons": "The notes name the source.",
            "conditions": "Hand in your notes.",
            "private_notes": "Asked the library.",
            "step": "send",
            **changes,
        }


def lodge(world: World, text: str = WORDS) -> Appeal:
    return service.lodge(
        actor=world.learner,
        respondent_id=world.rid,
        grounds=["new_evidence"],
        text=text,
        form_key=uuid4().hex,
    )


def enter(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def words_of(answer: Any) -> str:
    text = re.sub(r"<(script|style).*?</\1>", "", answer.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text)))


def badge(client: Client) -> str:
    page = client.get(LIST).content.decode()
    found = re.search(r'<a href="/desk/appeals/"[^>]*>[^<]*(?:<span class="badge">(\d+))?', page)
    assert found is not None
    return found[1] or ""


@pytest.fixture
def scene() -> Scene:
    return Scene()


# Who


def test_15_who_sees_the_list_the_page_and_the_step(scene):
    world = scene.world
    assert world.case.course is not None
    conflicted = build.officer("Connie Flict")
    make.teach(world.case.course, conflicted)
    people = {
        "hears": scene.third,
        "proposed": world.officer,
        "confirmed": world.second,
        "alleged": world.moderator,
        "other moderator": build.moderator("Tomasz Wilk"),
        "conflicted": conflicted,
        "partner": build.officer("Pat Ner", make.institution()),
        "auditor": build.auditor(),
        "administrator": build.administrator(),
        "learner": world.learner,
    }
    seen, page, post = {}, {}, {}
    for name, user in people.items():
        client = enter(user)
        answer = client.get(LIST)
        seen[name] = answer.status_code == 200 and scene.number in words_of(answer)
        page[name] = client.get(scene.url).status_code
        if name != "hears":
            post[name] = client.post(scene.url, scene.data()).status_code
    assert seen == {
        "hears": True,
        "proposed": True,
        "confirmed": True,
        "alleged": True,
        "other moderator": False,
        "conflicted": False,
        "partner": False,
        "auditor": True,
        "administrator": False,
        "learner": False,
    }
    # The learner is suspended, and so is told that this is closed; 404 for others.
    assert page == {
        "hears": 200,
        "proposed": 200,
        "confirmed": 200,
        "alleged": 403,
        "other moderator": 403,
        "conflicted": 404,
        "partner": 404,
        "auditor": 403,
        "administrator": 404,
        "learner": 403,
    }
    # Who may not decide does not get further by sending the form.
    assert post == {
        name: 403 if code == 200 else code for name, code in page.items() if name != "hears"
    }
    scene.undecided()
    visitor = Client().get(LIST)
    assert visitor.status_code == 302


def test_23_whoever_had_a_hand_in_it_reads_it_without_a_form_and_cannot_decide(scene):
    for user in (scene.world.officer, scene.world.second):
        client = enter(user)
        page = client.get(scene.url)
        assert "Somebody else hears this appeal" in words_of(page)
        assert WORDS in words_of(page)
        assert 'name="outcome"' not in page.content.decode()
        assert "Somebody else: you had a hand in the decision" in words_of(client.get(LIST))
        case = words_of(client.get(scene.case_url))
        assert "You had a hand in this decision, so somebody else hears the appeal." in case
        for step in ("preview", "send"):
            answer = client.post(scene.url, scene.data(step=step))
            assert answer.status_code == 403
        assert badge(client) == ""
    scene.undecided()


def test_who_claims_the_case_has_a_hand_in_it_so_nobody_is_asked_to(scene):
    Case.objects.filter(number=scene.number).update(assignee=None, assigned_at=None)
    client = enter(scene.third)
    page = words_of(client.get(scene.case_url))
    assert "Next: decide the appeal" in page
    assert "Claim the case" not in page
    assert badge(client) == "1"
    triage.claim(actor=scene.third, number=scene.number)
    assert badge(client) == ""
    assert client.post(scene.url, scene.data()).status_code == 403
    scene.undecided()


def test_the_case_shows_the_appeal_and_leads_to_it(scene):
    client = enter(scene.third)
    page = client.get(scene.case_url)
    text = words_of(page)
    assert WORDS in text
    assert "There is something new that nobody knew before." in text
    assert "Next: decide the appeal" in text
    assert scene.url in page.content.decode()
    moderator = words_of(enter(scene.world.moderator).get(scene.case_url))
    assert WORDS in moderator
    assert "An officer who had no hand in the decision hears it." in moderator


def test_17_an_appeal_of_another_case_is_not_found(scene):
    other = Scene()
    client = enter(scene.third)
    wrong = reverse("desk:appeal", args=[scene.number, other.appeal.public_id])
    assert client.get(wrong).status_code == 404
    assert client.post(wrong, scene.data()).status_code == 404
    assert client.get(reverse("desk:appeal", args=[scene.number, uuid4()])).status_code == 404
    for one in (scene, other):
        one.appeal.refresh_from_db()
        assert one.appeal.outcome == ""


# Deciding


def test_the_whole_way_form_check_decision(scene):
    client = enter(scene.third)
    page = words_of(client.get(scene.url))
    for said in (
        WORDS,
        "There is something new that nobody knew before.",
        "The sentences are the article's.",
        "A large part.",
        "Plagiarism",
    ):
        assert said in page
    check = client.post(scene.url, scene.data(step="preview"))
    assert check.status_code == 200
    text = words_of(check)
    undone = text[text.index("What will be undone") :]
    for row in Sanction.objects.all():
        assert row.consequence.title in undone
    assert "The decision is overturned." in text
    assert "The notes name the source." in text
    assert "Not in the letter Asked the library." in text.replace("  ", " ")
    scene.undecided()
    carried: dict[str, list[str]] = {}
    form = next(
        part
        for part in re.findall(r"<form[^>]*>.*?</form>", check.content.decode(), re.DOTALL)
        if 'value="send"' in part
    )
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form):
        carried.setdefault(name, []).append(html.unescape(value))
    done = client.post(scene.url, {**carried, "step": "send"})
    assert (done.status_code, done.url) == (303, scene.case_url)
    scene.appeal.refresh_from_db()
    assert (scene.appeal.outcome, scene.appeal.decided_by) == ("overturned", scene.third)
    assert scene.appeal.conditions == "Hand in your notes."
    assert scene.appeal.private_notes == "Asked the library."
    assert effective_score(scene.world.submission) == 84
    assert Letter.objects.filter(event="appeal_decided").count() == 1
    after = words_of(client.get(scene.case_url))
    assert "The appeal is decided" in after
    assert "Asked the library." in after
    assert "The learner can appeal until" not in after
    assert client.get(scene.url).status_code == 303
    assert "The decision is overturned" in words_of(client.get(f"{LIST}?view=decided"))
    assert "No appeal waits" in words_of(client.get(LIST))


def test_less_follows_keeps_what_is_chosen_and_says_so_before(scene):
    client = enter(scene.third)
    rows = {row.code: row for row in Sanction.objects.all()}
    stays, goes = rows["assignment_failed"], rows["temporary_suspension"]
    keep = [str(stays.public_id)]
    check = words_of(
        client.post(scene.url, scene.data(step="preview", outcome="reduced", keep=keep))
    )
    undone = check[check.index("What will be undone") : check.index("What stands")]
    assert goes.consequence.title in undone
    assert stays.consequence.title not in undone
    scene.undecided()
    assert client.post(scene.url, scene.data(outcome="reduced", keep=keep)).status_code == 303
    stays.refresh_from_db()
    goes.refresh_from_db()
    assert (stays.status, goes.status) == ("active", "reversed")
    assert scene.status == CaseStatus.DECIDED


@pytest.mark.parametrize("step", ["preview", "send"])
@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"outcome": ""}, "Choose what the appeal leads to"),
        ({"outcome": "nonsense"}, "Select a valid choice"),
        ({"reasons": " \u200b"}, "Give the reasons"),
        ({"reasons": "a" * 10_001}, "at most 10,000 characters"),
        ({"conditions": "a" * 4_001}, "at most 4,000 characters"),
        ({"private_notes": "nul \x00"}, "control characters"),
        ({"outcome": "reduced"}, "Choose which consequences stand: some, but not all."),
        ({"outcome": "reduced", "keep": [str(uuid4())]}, "is not one of the available choices"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(scene, step, changes, says):
    answer = enter(scene.third).post(scene.url, scene.data(step=step, **changes))
    assert answer.status_code == 400
    assert says in words_of(answer)
    if "conditions" not in changes:
        assert "Hand in your notes." in words_of(answer)
    scene.undecided()


def test_less_cannot_follow_where_only_one_thing_does():
    scene = Scene(lodged=False)
    sanction.reverse(
        actor=scene.world.officer,
        number=scene.number,
        sanction_id=Sanction.objects.get(code="temporary_suspension").public_id,
        reason="Too long.",
    )
    scene.appeal = lodge(scene.world)
    scene.url = reverse("desk:appeal", args=[scene.number, scene.appeal.public_id])
    client = enter(scene.third)
    page = client.get(scene.url).content.decode()
    assert 'value="overturned"' in page
    assert 'value="reduced"' not in page
    assert client.post(scene.url, scene.data(outcome="reduced")).status_code == 400


def test_change_goes_back_with_everything(scene):
    keep = [str(Sanction.objects.get(code="assignment_failed").public_id)]
    answer = enter(scene.third).post(
        scene.url, scene.data(step="change", outcome="reduced", keep=keep)
    )
    page = answer.content.decode()
    assert answer.status_code == 200
    assert re.search(r'value="reduced"[^>]*checked', page)
    assert re.search(rf'value="{keep[0]}"[^>]*checked', page)
    assert "The notes name the source." in page
    scene.undecided()


def test_61_the_second_of_two_officers_is_told_and_keeps_the_words(scene):
    other = build.officer("Ada Okafor")
    late = scene.data(outcome="upheld", reasons="I see it differently.")
    assert enter(scene.third).post(scene.url, scene.data()).status_code == 303
    answer = enter(other).post(scene.url, late)
    assert answer.status_code == 409
    assert "I see it differently." in words_of(answer)
    assert Letter.objects.filter(event="appeal_decided").count() == 1
    scene.appeal.refresh_from_db()
    assert scene.appeal.outcome == "overturned"


def test_58_the_same_decision_twice_is_one(scene):
    client = enter(scene.third)
    data = scene.data()
    assert [client.post(scene.url, data).status_code for _ in range(2)] == [303, 303]
    assert Letter.objects.filter(event="appeal_decided").count() == 1


def test_62_on_an_older_state_of_the_case_it_is_stale(scene):
    data = scene.data()
    triage.watch(actor=scene.third, number=scene.number)
    client = enter(scene.third)
    for step in ("preview", "send"):
        answer = client.post(scene.url, {**data, "step": step})
        assert answer.status_code == 412
        assert "Somebody changed this case" in words_of(answer)
        assert "The notes name the source." in words_of(answer)
    scene.undecided()
    assert client.post(scene.url, scene.data()).status_code == 303


def test_50_what_people_typed_is_text():
    scene = Scene(lodged=False)
    scene.appeal = lodge(scene.world, HOSTILE)
    scene.url = reverse("desk:appeal", args=[scene.number, scene.appeal.public_id])
    client = enter(scene.third)
    hostile = scene.data(reasons=HOSTILE, conditions=HOSTILE, private_notes=HOSTILE)
    pages = [
        client.get(LIST),
        client.get(scene.url),
        client.get(scene.case_url),
        client.post(scene.url, {**hostile, "step": "preview"}),
        client.post(scene.url, {**hostile, "step": "change"}),
        client.post(scene.url, {**hostile, "outcome": ""}),
    ]
    assert client.post(scene.url, hostile).status_code == 303
    pages += [client.get(scene.case_url), client.get(f"{LIST}?view=decided")]
    for page in pages:
        assert b"<script>alert" not in page.content
    assert "{{7*7}}" in html.unescape(pages[-2].content.decode())


# Looking again


def test_an_officer_looks_at_a_decision_again_with_a_reason():
    scene = Scene(lodged=False)
    until = Determination.objects.get().appeal_until
    assert until is not None
    early = enter(scene.third).post(scene.again, {"reason": "New facts came in."})
    assert early.status_code == 409  # the learner can still appeal
    with clock.frozen(until + timedelta(seconds=1)):
        _looks_again(scene)


def _looks_again(scene):
    client = enter(scene.third)
    assert scene.again in client.get(scene.case_url).content.decode()
    page = words_of(client.get(scene.again))
    assert "The decision stands until a new one replaces it." in page
    empty = client.post(scene.again, {"reason": " "})
    assert empty.status_code == 400
    assert scene.status == CaseStatus.DECIDED
    done = client.post(scene.again, {"reason": "New facts came in."})
    assert (done.status_code, done.url) == (303, scene.case_url)
    assert scene.status == CaseStatus.REVIEW
    assert effective_score(scene.world.submission) == 0
    assert scene.again not in client.get(scene.case_url).content.decode()
    late = client.post(scene.again, {"reason": "Twice."})
    assert late.status_code == 409
    moderator = enter(scene.world.moderator)
    assert moderator.get(scene.again).status_code == 403
    assert enter(build.auditor()).get(scene.again).status_code == 403
    assert enter(make.person()).get(scene.again).status_code == 404


def test_after_it_was_overturned_no_decision_is_said_to_stand(scene):
    client = enter(scene.third)
    client.post(scene.url, scene.data())
    assert "The decision stands until" not in words_of(client.get(scene.again))
    assert client.post(scene.again, {"reason": "New facts."}).status_code == 303
    page = words_of(client.get(scene.case_url))
    assert "Next: record the finding" in page


# The list


def test_the_oldest_waits_first_and_pages_have_no_gaps(monkeypatch):
    monkeypatch.setattr(selectors, "PAGE_SIZE", 2)
    scenes = [Scene() for _ in range(3)]
    now = clock.now()
    for age, scene in zip((1, 3, 3), scenes, strict=True):
        Appeal.objects.filter(pk=scene.appeal.pk).update(lodged_at=now - timedelta(days=age))
    reader = build.officer("Ada Okafor")
    first = selectors.appeals_page(reader)
    second = selectors.appeals_page(reader, after=first.next)
    assert [row.number for row in (*first.rows, *second.rows)] == [
        scenes[1].number,
        scenes[2].number,
        scenes[0].number,
    ]
    assert second.next == ""
    assert selectors.waiting(reader).count() == 3
    for key in ("x", "w1", "d1-1", "w-1-1", "w" + "9" * 17 + "-1"):
        assert enter(reader).get(LIST, {"after": key}).status_code == 200
    for scene in scenes:
        service.decide(
            actor=reader,
            number=scene.number,
            appeal_id=scene.appeal.public_id,
            outcome="upheld",
            reasons="It was looked at again.",
        )
    first = selectors.appeals_page(reader, view="decided")
    second = selectors.appeals_page(reader, view="decided", after=first.next)
    assert [row.number for row in (*first.rows, *second.rows)] == [
        scene.number for scene in reversed(scenes)
    ]
    assert selectors.waiting(reader).count() == 0


def test_pages_cost_the_same_with_one_and_with_three(scene, count_queries):
    client = enter(build.officer("Ada Okafor"))

    def cost(url: str) -> int:
        with count_queries() as queries:
            assert client.get(url).status_code == 200
        return int(queries.number)

    urls = (LIST, scene.url, scene.case_url, f"{LIST}?view=decided")
    for url in urls:
        cost(url)
    one = [cost(url) for url in urls]
    for _ in range(2):
        Scene()
        build.evidence(scene.world.case)
    assert [cost(url) for url in urls] == one


def test_the_count_is_one_query_and_only_for_officers(scene, count_queries):
    for user, expected, most in (
        (build.officer("Ada Okafor"), 1, 1),
        (build.officer("Pat Ner", make.institution()), 0, 1),
        (build.moderator("Tomasz Wilk"), 0, 0),
    ):
        user.role_grants()
        with count_queries() as queries:
            assert selectors.waiting(user).count() == expected
        assert queries.number <= most
