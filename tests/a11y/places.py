"""Every page there is, each once: an address and somebody who may read it.

The list of addresses comes from the resolver. Most pages can be read in the scene of the permission
matrix, by anybody whom its table lets in; `in_other_states` leads to those that exist only while
a case is in another state. What is never a page stands in `NO_PAGE`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

from django.test import Client
from django.urls import resolve, reverse

from cases import receipts
from cases.models import CheckIn, Report
from cases.services import (
    appeal,
    bad_faith,
    comparing,
    consent,
    more_time,
    reveal,
    review,
    statement,
)
from integrity.accounts.models import ClosingCode, User
from integrity.audit.services import Actor
from integrity.core import clock
from policies.models import Document
from policies.services import start_next
from tests.cases import builders as build
from tests.cases.test_one_letter import Small
from tests.cases.test_process import World
from tests.contracts.test_permission_matrix import ADMIN, Scene, routes, table
from tests.courses import builders as make
from tests.policies.pledged import pledged

# Files, probes, redirects, and addresses that only take something.
NO_PAGE = {
    *("desk:evidence_page", "desk:uncover", "desk:import_template"),
    *("desk:import_file", "desk:import_delete"),
    *("healthz", "readyz", "set_language", "set_theme"),
    *("account_confirm_login_code", "account_set_password"),
    *("evidence:file", "files:file", "report:resume"),
    *("desk:comparison_pdf", "my:comparison_pdf", "advising:comparison_pdf"),
    *("desk:claim", "desk:release", "desk:watch", "desk:unwatch", "desk:letter"),
    "policy_reviews:stop",
    *("desk:send_back", "desk:account_ask", "desk:case_report_read", "policy_office:start"),
    *("my:answer_report", "report:follow_answer", "report:follow_leave"),
    *("desk:message_file", "my:report_file", "report:follow_file"),
    *("desk:note_file", "my:note_file", "advising:note_file", "desk:presence", "desk:leave"),
    "desk:resume",
    *("api:schema", "tokens:revoke"),
    "policies:helpful",
    "my:consent_withdraw",
    *("desk:bulk", "desk:bulk_undo", "desk:merge_undo", "desk:unlink"),
    *("my:adviser_end", "advising:accept", "advising:decline", "desk:withdraw_statement"),
    *("pledges:export", "pledges:remind"),
    *("desk:queue_columns", "desk:queue_counts"),
    *("desk:meeting_calendar", "my:meeting_calendar", "advising:meeting_calendar"),
    "my:meeting_minutes",
}

# Who looks: somebody signed in, a visitor, or the session of a visitor who has done something.
Reader = User | Client | None
Place = tuple[Reader, str]


def client_of(reader: Reader) -> Client:
    """The session in which the reader looks."""
    if isinstance(reader, Client):
        return reader
    client = Client()
    if reader is not None:
        client.force_login(reader)
    return client


def readers(pages: dict[str, list[Place]]) -> Iterator[tuple[Reader, list[tuple[str, str]]]]:
    """Every reader once, with the names and addresses they look at."""
    found: dict[object, tuple[Reader, list[tuple[str, str]]]] = {}
    for route, places in pages.items():
        for reader, address in places:
            key = reader.pk if isinstance(reader, User) else reader
            found.setdefault(key, (reader, []))[1].append((route, address))
    yield from found.values()


def is_page(reader: Reader, address: str, route: str) -> bool:
    """Whether a GET is answered with a page of this very route."""
    answer = client_of(reader).get(address)
    return (
        answer.status_code == 200
        and answer.headers["Content-Type"].startswith("text/html")
        and resolve(address.partition("?")[0]).view_name == route
    )


def in_scene(scene: Scene) -> Iterator[tuple[str, Place]]:
    """The pages of the permission matrix's scene."""
    for (route, method), row in table().items():
        if method != "GET" or route not in routes():
            continue
        address = reverse(route, kwargs=scene.arguments(route))
        for name, verdict in row.items():
            if verdict == "in" and is_page(scene.people[name], address, route):
                yield route, (scene.people[name], address)
                break


def in_other_states() -> Iterator[tuple[str, Place]]:
    """The pages that the scene's case, in review, does not have."""

    def at(route: str, user: User, world: World, public_id: object = None) -> tuple[str, Place]:
        ids = {"public_id": public_id} if public_id else {}
        return route, (user, reverse(route, kwargs={"number": world.number, **ids}))

    world = World()
    yield at("desk:open", world.moderator, world)
    yield at("desk:merge", world.moderator, world)
    build.report(world.case)
    yield at("desk:split", world.moderator, world)
    bad_faith.find(
        actor=world.officer,
        number=world.number,
        report_id=world.report.public_id,
        reasons="It was made up, as a letter shows.",
    )
    yield at("desk:bad_faith_back", world.officer, world, world.report.public_id)

    world = World()
    reporters = [make.person("Quentin Reporter"), make.person("Rosa Reporter")]
    reports = [build.report(world.case, person) for person in reporters]
    build.dismissed(actor=world.officer, number=world.number, reason="not_enough")
    yield at("desk:reopen", world.officer, world)
    yield "my:review", (reporters[0], reverse("my:review", args=[reports[0].public_id]))
    reports[1].refresh_from_db()
    again = review.ask(report=reports[1], text="The second page.", form_key=uuid4().hex)
    yield at("desk:review", world.second, world, again.public_id)

    world = World().alleged()
    yield at("desk:allege", world.moderator, world)
    yield at("desk:incident", world.moderator, world)
    yield at("desk:add_evidence", world.moderator, world)
    compared = comparing.make(
        actor=world.moderator,
        number=world.number,
        a=comparing.Given(title="Essay", text="Kept for one use, it is not free for any other."),
        b=comparing.Given(title="Source", text="Kept for one use, it is not free for any use."),
        form_key=uuid4().hex,
    )
    yield at("desk:comparison_attach", world.moderator, world, compared.public_id)
    yield at("desk:notice", world.moderator, world, world.rid)
    yield at("desk:ask_statement", world.moderator, world)
    teacher = make.teach(world.enrolment.course)
    asked = statement.ask(
        actor=world.moderator,
        number=world.number,
        email=teacher.email,
        question="What was on the reading list?",
        form_key=uuid4().hex,
    )
    yield "my:statement", (teacher, reverse("my:statement", args=[asked.public_id]))
    alleged = world.respondent.allegations.get()
    yield at("desk:withdraw", world.moderator, world, alleged.public_id)

    yield at("desk:advise", world.moderator, world)
    small = Small()
    yield at("desk:settle", small.officer, small, small.rid)
    world = decided()
    yield at("desk:annul", world.officer, world, world.rid)

    world = World().notified()
    yield at("my:answer", world.learner, world)
    helper = build.adviser(world.respondent, may_write=True)
    yield "advising:answer", (helper.adviser, reverse("advising:answer", args=[helper.public_id]))
    yield at("desk:lapse", world.officer, world, world.rid)
    yield at("my:case", world.learner, world)

    world = World().notified().delivered()
    yield at("my:more_time", world.learner, world)
    yield at("desk:came_back", world.moderator, world, world.rid)
    world = World().notified().delivered()
    more_time.ask(
        actor=world.learner,
        respondent_id=world.rid,
        reason="I was ill for a week.",
        form_key=uuid4().hex,
    )
    yield at("desk:more_time", world.officer, world, world.rid)
    yield at("my:case", world.learner, world)

    world = World().found()
    yield at("desk:consequence", world.officer, world, world.rid)
    yield at("desk:grid", world.moderator, world, world.rid)

    world = World().found()
    world.propose(["assignment_failed"])
    yield at("desk:confirm", world.second, world, world.rid)

    world = decided()
    yield at("my:appeal", world.learner, world)
    helper = build.adviser(world.respondent, may_write=True)
    yield "advising:appeal", (helper.adviser, reverse("advising:appeal", args=[helper.public_id]))
    yield at("desk:reverse", world.officer, world, world.respondent.sanctions.get().public_id)

    world = decided()
    lodged = appeal.lodge(
        actor=world.learner,
        respondent_id=world.rid,
        grounds=["new_evidence"],
        text="I have found my notes.",
        form_key=uuid4().hex,
    )
    yield at("desk:appeal", build.officer("Kwame Boateng"), world, lodged.public_id)

    world = decided()
    issued = world.respondent.determinations.get()
    issued.appeal_until = clock.now() - timedelta(days=1)
    issued.save(update_fields=["appeal_until"])
    yield at("desk:take_up", build.officer("Kwame Boateng"), world, world.rid)


def followed() -> Iterator[tuple[str, Place]]:
    """The pages of a report without a name, in the session in which its code was right."""
    code = receipts.new_code()
    world = World()
    Report.objects.filter(pk=world.report.pk).update(
        mode="anonymous",
        reporter_ref="",
        reporter_sealed=None,
        receipt_ref=receipts.fingerprint(code),
    )
    build.dismissed(actor=world.moderator, number=world.number, reason="not_enough")
    visitor, address = Client(), reverse("report:follow")
    assert visitor.post(address, {"code": code}).status_code == 303
    yield "report:follow", (visitor, address)
    yield "report:follow_review", (visitor, reverse("report:follow_review"))
    CheckIn.objects.create(report=world.report, days=14)
    yield "report:follow_check_in", (visitor, reverse("report:follow_check_in"))


def just_signed_in() -> Iterator[tuple[str, Place]]:
    """The pages that ask for the password once more, to somebody who has just given it."""
    person = make.person("Petra Programmer")
    person.set_password("a-long-pass-phrase")
    person.save()
    client = client_of(person)
    told = {"password": "a-long-pass-phrase"}
    assert client.post(reverse("account_reauthenticate"), told).status_code == 302
    yield "tokens:new", (client, reverse("tokens:new"))
    other = make.person("Petra Programmer")
    pair = make.pair(person, other, status="asked", asked_at=clock.now())
    yield "my:account_keep", (client, reverse("my:account_keep", args=[pair.public_id]))
    ClosingCode.objects.create(
        match=pair,
        keeps_older=True,
        digest="0" * 64,
        expires_at=clock.now(),
        proved_at=clock.now(),
        form_key=uuid4().hex,
    )
    yield "my:account_close", (client, reverse("my:account_close", args=[pair.public_id]))


def about_names() -> Iterator[tuple[str, Place]]:
    """The pages that open and tell names, to officers who have just given their password."""
    world = World().notified()
    clients = []
    for officer in (world.officer, world.second):
        officer.set_password("a-long-pass-phrase")
        officer.save()
        clients.append(client_of(officer))
        told = {"password": "a-long-pass-phrase"}
        assert clients[-1].post(reverse("account_reauthenticate"), told).status_code == 302
    officer, second = clients

    def at(route: str, client: Client, public_id: object) -> tuple[str, Place]:
        return route, (client, reverse(route, args=[world.number, public_id]))

    yield at("desk:identity_ask", officer, world.report.public_id)
    asked = reveal.ask(
        actor=world.officer,
        number=world.number,
        report_id=world.report.public_id,
        purpose="safety",
        reason="The text names a place and an hour.",
        form_key=uuid4().hex,
    )
    # Pages are looked at when all of this has been done: one request stays without an answer.
    other = World().notified()
    waiting = reveal.ask(
        actor=world.officer,
        number=other.number,
        report_id=other.report.public_id,
        purpose="safety",
        reason="The text names a place and an hour.",
        form_key=uuid4().hex,
    )
    address = reverse("desk:identity_answer", args=[other.number, waiting.public_id])
    yield "desk:identity_answer", (second, address)
    yield "desk:identity", (second, reverse("desk:identity"))
    reveal.answer(
        actor=world.second,
        number=world.number,
        reveal_id=asked.public_id,
        outcome="approved",
        reason="I see it the same way.",
    )
    yield at("desk:identity_read", officer, asked.public_id)
    question = consent.ask(
        actor=world.officer,
        number=world.number,
        kind="respondent",
        subject_id=world.rid,
        purpose="tell_others",
        to_whom="The dean of studies",
        reason="They could help.",
        form_key=uuid4().hex,
    )
    yield "my:consent", (world.learner, reverse("my:consent", args=[question.public_id]))
    consent.answer(actor=world.learner, consent_id=question.public_id, yes=True)
    yield "my:consent", (world.learner, reverse("my:consent", args=[question.public_id]))
    yield "my:consents", (world.learner, reverse("my:consents"))
    yield at("desk:use_consent", officer, question.public_id)
    yield "desk:names", (world.officer, reverse("desk:names", args=[world.number]))


def drafted() -> Iterator[tuple[str, Place]]:
    """The pages of a policy's next version, while it is a draft."""
    version = World().case.policy_version
    assert version is not None
    of = version.document
    draft = start_next(actor=Actor.system("tests"), document=of, after=version.number)
    keeper = build.administrator()
    for name in ("text", "terms", "violations", "consequences", "check", "delete"):
        route = f"policy_office:{name}"
        yield route, (keeper, reverse(route, args=[of.slug, draft.number]))


def decided() -> World:
    """A case whose essay counts zero, by two officers."""
    world = World().found()
    world.confirm(world.propose(["assignment_failed"]).digest)
    return world


def fill_in(client: Client, address: str, **answers: str) -> None:
    """Open a page of a form, fill it in and go on."""
    token = re.search(r'name="form_token"\s+value="([^"]+)"', client.get(address).content.decode())
    assert token, address
    answer = client.post(address, {"form_token": token[1], **answers})
    assert answer.status_code == 303, address


def to_pledge() -> Iterator[tuple[str, Place]]:
    """The page of a pledge before and after, and of a new version; a course of which one waits."""
    world = World()
    address = reverse("pledges:course", args=[world.enrolment.course.slug])
    yield "pledges:course", (world.learner, address)
    again = make.enrol(world.enrolment.course)
    before = Document.objects.get(slug="honor-code").versions.get(number=1)
    pledged(again, before)
    yield "pledges:course", (again.learner, address)
    yield "pledges:mine", (again.learner, reverse("pledges:mine"))
    yield "courses:courses", (again.learner, reverse("courses:courses"))
    yield "messages:messages", (again.learner, reverse("messages:messages"))


def drafts() -> Iterator[tuple[str, Place]]:
    """The steps of a report that is not sent yet; each is a page of its own."""
    world = World()
    reporter = make.enrol(world.enrolment.course).learner
    client = Client()
    client.force_login(reporter)
    address = f"{reverse('report:flag')}?submission={world.submission.public_id}"
    told = {"code": "plagiarism", "account": "The second paragraph is the end of an article."}
    fill_in(client, address, **told)
    report = Report.objects.latest("pk")
    for slug, more in (("evidence", {}), ("name", {"mode": report.mode})):
        fill_in(client, reverse("report:step", args=[report.public_id, slug]), **more)
    steps = (("report:step", {"slug": slug}) for slug in ("details", "evidence", "name", "check"))
    for route, more in (*steps, ("report:discard", {})):
        yield route, (reporter, reverse(route, kwargs={"report_id": report.public_id, **more}))


def every_page() -> dict[str, list[Place]]:
    """Where to look, by name of the address. Fails when a page is missing or is none."""
    pages: dict[str, list[Place]] = {}
    for route, place in in_scene(Scene()):
        pages.setdefault(route, []).append(place)
    for route, place in (
        *in_other_states(),
        *followed(),
        *just_signed_in(),
        *about_names(),
        *drafts(),
        *drafted(),
    ):
        assert is_page(*place, route), f"{route} is no page at {place[1]}"
        pages.setdefault(route, []).append(place)
    pages.pop(f"{ADMIN}:index")
    unseen = routes().keys() - pages.keys() - NO_PAGE - {f"{ADMIN}:index"}
    assert not unseen, f"say in {__name__} when one can look at {sorted(unseen)}"
    assert not NO_PAGE & pages.keys(), "a page after all"
    assert not NO_PAGE - routes().keys(), "no such address"
    return pages
