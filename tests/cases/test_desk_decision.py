"""Findings, consequence, second officer and reversal through their pages."""

from __future__ import annotations

import html
import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from cases import recommendation
from cases.enums import CaseStatus as S
from cases.enums import DeterminationStatus, SanctionStatus
from cases.models import Case, Determination, Sanction
from cases.services import determination, triage
from cases.services.rehearsal import rehearse
from cases.views.desk.pictures import breakdown_of, ladder_of
from integrity.accounts.models import User
from integrity.accounts.selectors import active_restriction
from integrity.audit.models import Event
from integrity.core.errors import InvalidInput
from integrity.courses.selectors import effective_score
from notifications.models import Letter, OutboxMessage
from tests.cases import builders as build
from tests.cases.test_process import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return World()


def url(name: str, world: World, *args: Any) -> str:
    return reverse(f"desk:{name}", args=[world.number, *(args or [world.rid])])


def case_url(world: World) -> str:
    return reverse("desk:case", args=[world.number])


def words(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def fresh(world: World) -> Case:
    return Case.objects.get(number=world.number)


def goes_to(answer: Any, address: str) -> None:
    assert (answer.status_code, answer.headers.get("Location")) == (303, address)


def revision(world: World) -> str:
    return str(fresh(world).revision)


def shown_revision(answer: Any) -> str:
    found = re.search(r'name="revision" value="(\d+)"', answer.content.decode())
    assert found is not None
    return found[1]


# Findings


def findings(world: World, **changes: Any) -> dict[str, Any]:
    data: dict[str, Any] = {
        "reasons_finding": "The sentences are the article's.",
        "revision": revision(world),
    }
    for allegation in world.respondent.allegations.all():
        data[f"finding-{allegation.public_id}"] = "shown"
        data[f"completion-{allegation.public_id}"] = "completed"
        data[f"supports-{allegation.public_id}"] = build.rests_on(world.respondent)[
            str(allegation.public_id)
        ]
    for point in determination.points_to_answer(world.respondent):
        data[f"answer-{point.public_id}"] = "We looked at this."
    return {**data, **changes}


def test_findings_need_an_answer_to_every_point(client: Client, world: World) -> None:
    world.answered()
    client.force_login(world.moderator)
    page = words(client.get(url("findings", world)))
    assert "From my notes." in page
    assert "I was ill." in page
    assert "More likely than not" in page
    data = findings(world)
    for name in [key for key in data if key != "revision" and not key.startswith("completion-")]:
        answer = client.post(url("findings", world), {**data, name: ""})
        assert answer.status_code == 400
        assert f'href="#id_{name}' in answer.content.decode()
        if name != "reasons_finding":
            assert "The sentences are the article's." in words(answer)
    assert not Determination.objects.exists()
    goes_to(client.post(url("findings", world), data), url("consequence", world))
    draft = Determination.objects.get()
    assert (draft.status, draft.proposed_by) == (DeterminationStatus.DRAFT, world.moderator)
    again = words(client.get(url("findings", world)))
    assert "The sentences are the article's." in again
    assert again.count("We looked at this.") == 2


def test_62_findings_on_an_older_state_are_kept_and_not_recorded(
    client: Client, world: World
) -> None:
    world.answered()
    client.force_login(world.moderator)
    data = findings(world, reasons_finding="My long and careful reasons.")
    triage.add_note(actor=world.officer, number=world.number, body="Wait.", form_key=uuid4().hex)
    answer = client.post(url("findings", world), data)
    assert answer.status_code == 412
    assert "My long and careful reasons." in words(answer)
    assert not Determination.objects.exists()
    data["revision"] = shown_revision(answer)
    goes_to(client.post(url("findings", world), data), url("consequence", world))


def test_findings_wait_for_the_answer_and_for_the_right_respondent(
    client: Client, world: World
) -> None:
    world.notified()
    client.force_login(world.moderator)
    assert client.get(url("findings", world)).status_code == 409
    assert client.post(url("findings", world), {}).status_code == 409
    assert client.get(url("findings", world, uuid4())).status_code == 404
    other = build.case(status=S.REVIEW)
    assert client.get(url("findings", world, other.respondents.get().public_id)).status_code == 404


# What follows


def proposal(world: World, **changes: Any) -> dict[str, Any]:
    data: dict[str, Any] = {
        "revision": revision(world),
        "fact-severity": "slight",
        "choice": "warning",
        "reasons_penalty": "It is the first time.",
        "step": "send",
    }
    return {name: value for name, value in {**data, **changes}.items() if value is not None}


def test_earlier_findings_are_sealed_until_the_findings_are_recorded(
    client: Client, world: World
) -> None:
    world.answered()
    client.force_login(world.officer)
    goes_to(client.get(url("consequence", world)), url("findings", world))
    assert not Event.objects.filter(action="history.opened").exists()
    client.post(url("findings", world), findings(world))
    for _again in range(3):
        assert client.get(url("consequence", world)).status_code == 200
    assert Event.objects.filter(action="history.opened").count() == 1


def test_the_recommendation_is_explained_factor_by_factor(client: Client, world: World) -> None:
    world.found(by=world.officer)
    client.force_login(world.officer)
    first = words(client.get(url("consequence", world)))
    assert "How serious it was" in first
    assert "Recommended range" not in first
    assert "None in the last three years." in first
    typed = {"step": "weigh", "fact-severity": "serious", "reasons_penalty": "Half a thought."}
    second = words(client.post(url("consequence", world), typed))
    assert "Recommended range" in second
    assert "Finding on Plagiarism" in second
    assert "Your answer" in second
    assert "Half a thought." in second
    assert "needs another look" not in second
    assert second.count('role="img"') == 2
    assert not Sanction.objects.exists()
    wrong = client.post(url("consequence", world), {"step": "weigh", "fact-severity": "no such"})
    assert wrong.status_code == 400


def test_a_warning_is_checked_and_issued_by_one_officer(client: Client, world: World) -> None:
    world.found(by=world.officer)
    client.force_login(world.officer)
    data = proposal(world, revision=shown_revision(client.get(url("consequence", world))))
    letters, events = Letter.objects.count(), Event.objects.count()
    check = client.post(url("consequence", world), {**data, "step": "preview"})
    assert check.status_code == 200
    page = words(check)
    assert "You decide this alone" in page
    assert "It is the first time." in page
    body = page.partition('<article class="letter-page">')[2].partition("</article>")[0]
    # Nothing of the rehearsal stays.
    assert (Letter.objects.count(), Event.objects.count()) == (letters, events)
    assert (fresh(world).status, fresh(world).revision) == (S.REVIEW, int(data["revision"]))
    assert not Sanction.objects.exists()
    form = page.partition("<main")[2].partition("</main>")[0]
    carried = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form))
    carried.pop("csrfmiddlewaretoken", None)
    assert carried == {name: value for name, value in data.items() if name != "step"}
    goes_to(client.post(url("consequence", world), {**carried, "step": "send"}), case_url(world))
    issued = Determination.objects.get()
    assert (issued.status, issued.needs_second) == (DeterminationStatus.ISSUED, False)
    assert fresh(world).status == S.DECIDED
    assert issued.letter is not None
    client.force_login(world.learner)
    read = words(client.get(reverse("notifications:letter", args=[issued.letter.public_id])))
    for sentence in ("It is the first time.", "The sentences are the article's."):
        assert sentence in body
        assert sentence in read


def test_what_takes_something_away_goes_to_a_second_officer(client: Client, world: World) -> None:
    world.found(by=world.officer)
    client.force_login(world.officer)
    data = proposal(
        world,
        choice="other",
        consequences=["assignment_failed", "temporary_suspension"],
        **{"temporary_suspension-days": "14"},
        departure_reason="The scheme does not know of the second exam.",
        revision=shown_revision(client.get(url("consequence", world))),
    )
    check = client.post(url("consequence", world), {**data, "step": "preview"})
    assert "A second officer confirms this" in words(check)
    goes_to(client.post(url("consequence", world), data), case_url(world))
    waiting = Determination.objects.get()
    assert waiting.status == DeterminationStatus.PROPOSED
    assert waiting.departure_reason == "The scheme does not know of the second exam."
    assert Sanction.objects.get(code="temporary_suspension").params == {"days": 14}
    assert effective_score(world.submission) == 84
    page = words(client.get(case_url(world)))
    assert "Another officer has to confirm what you proposed." in page
    assert client.post(url("consequence", world), data).status_code == 409


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"fact-severity": None}, "fact-severity"),
        ({"choice": None}, "choice"),
        ({"choice": "no-such"}, "choice"),
        ({"choice": "other"}, "consequences"),
        ({"choice": "other", "consequences": "warning_written"}, "departure_reason"),
        ({"choice": "other", "consequences": "no_such", "departure_reason": "x"}, "consequences"),
        (
            {"choice": "other", "consequences": "temporary_suspension", "departure_reason": "x"},
            "temporary_suspension-days",
        ),
        (
            {
                "choice": "other",
                "consequences": "temporary_suspension",
                "departure_reason": "x",
                "temporary_suspension-days": "-3",
            },
            "temporary_suspension-days",
        ),
        ({"reasons_penalty": ""}, "reasons_penalty"),
        ({"reasons_penalty": "x" * 10_001}, "reasons_penalty"),
    ],
)
def test_a_wrong_proposal_is_refused_at_its_field_and_kept(
    client: Client, world: World, changes: dict[str, Any], field: str
) -> None:
    world.found(by=world.officer)
    client.force_login(world.officer)
    current = shown_revision(client.get(url("consequence", world)))
    for step in ("preview", "send"):
        data = proposal(world, revision=current, step=step, **changes)
        answer = client.post(url("consequence", world), data)
        assert answer.status_code == 400
        # Before the facts are known there is no range, and the consequences are asked openly.
        asked = "consequences" if "choice" in field and "fact-severity" not in data else field
        assert f"id_{asked}" in answer.content.decode()
        if "reasons_penalty" not in changes:
            assert "It is the first time." in words(answer)
    assert fresh(world).status == S.REVIEW
    assert not Sanction.objects.exists()


def test_62_a_proposal_on_an_older_state_is_kept_and_not_sent(client: Client, world: World) -> None:
    world.found(by=world.officer)
    client.force_login(world.officer)
    data = proposal(world, revision=shown_revision(client.get(url("consequence", world))))
    triage.add_note(actor=world.second, number=world.number, body="Wait.", form_key=uuid4().hex)
    answer = client.post(url("consequence", world), data)
    assert answer.status_code == 412
    assert "It is the first time." in words(answer)
    assert fresh(world).status == S.REVIEW
    data["revision"] = shown_revision(answer)
    goes_to(client.post(url("consequence", world), data), case_url(world))


def test_nothing_shown_nothing_follows(client: Client, world: World) -> None:
    world.found("not_shown", by=world.officer)
    client.force_login(world.officer)
    page = words(client.get(url("consequence", world)))
    assert "No violation was shown" in page
    assert 'name="choice"' not in page
    assert not Event.objects.filter(action="history.opened").exists()
    data = {"revision": shown_revision(client.get(url("consequence", world))), "step": "preview"}
    assert "Issue the decision" in words(client.post(url("consequence", world), data))
    goes_to(client.post(url("consequence", world), {**data, "step": "send"}), case_url(world))
    assert OutboxMessage.objects.filter(event="no_violation_found").count() == 1
    assert "Nothing follows." in words(client.get(case_url(world)))


def test_a_rehearsal_refuses_what_proposing_would(world: World) -> None:
    world.found(by=world.officer)
    common: dict[str, Any] = {
        "actor": world.officer,
        "number": world.number,
        "respondent_id": world.rid,
        "facts": {"severity": "slight"},
        "reasons_penalty": "So.",
    }
    with pytest.raises(InvalidInput):
        rehearse(consequences=[], **common)
    before = (Event.objects.count(), Letter.objects.count(), fresh(world).revision)
    found = rehearse(consequences=["warning_written"], **common)
    assert not found.needs_second
    assert "So." in found.html
    assert (Event.objects.count(), Letter.objects.count(), fresh(world).revision) == before


def test_the_picture_says_in_words_where_the_case_falls(world: World) -> None:
    world.found(by=world.officer)
    advice = determination.advise(
        actor=world.officer,
        number=world.number,
        respondent_id=world.rid,
        facts={"severity": "slight"},
    )
    picture = ladder_of(advice)
    assert picture is not None
    assert "step 1 of" in picture.description
    for drawing in picture.drawings:
        assert sum(segment.hit for segment in drawing.segments) == 1
        assert all(
            float(segment.x) + float(segment.width) <= drawing.width for segment in drawing.segments
        )
    lines = {line.title: line.why for line in breakdown_of(advice)}
    assert lines["Kind of behaviour"].startswith("Finding on Plagiarism")
    assert lines["How serious it was"].startswith("Your answer")
    draft = Determination.objects.get()
    nothing = recommendation.advise(world.respondent, draft, {}, history=[])
    assert ladder_of(nothing) is None
    assert breakdown_of(nothing) == []


# The second officer


@pytest.fixture
def proposed(world: World) -> World:
    world.found(by=world.officer)
    world.propose(["assignment_failed"])
    return world


def test_a_second_officer_reads_everything_and_confirms(client: Client, proposed: World) -> None:
    client.force_login(proposed.second)
    page = words(client.get(url("confirm", proposed)))
    for piece in (
        "Jonas Abara proposes this.",
        "Three sentences are in an article.",
        "The sentences are the article's.",
        "From my notes.",
        "We looked at this.",
        "A large part.",
        "Confirm and issue the decision",
    ):
        assert piece in page
    digest = Determination.objects.get().digest
    for _twice in range(2):
        goes_to(client.post(url("confirm", proposed), {"digest": digest}), case_url(proposed))
    assert fresh(proposed).status == S.DECIDED
    assert effective_score(proposed.submission) == 0
    assert OutboxMessage.objects.filter(event="determination_issued").count() == 1


def test_61_of_two_officers_one_decides(client: Client, proposed: World) -> None:
    digest = Determination.objects.get().digest
    third = build.officer("Kwame Boateng")
    statuses = []
    for user in (proposed.second, third):
        client.force_login(user)
        statuses.append(client.post(url("confirm", proposed), {"digest": digest}).status_code)
    assert statuses == [303, 409]
    assert Determination.objects.get().decided_by == proposed.second
    assert OutboxMessage.objects.filter(event="determination_issued").count() == 1


def test_an_edit_voids_what_is_on_the_screen(client: Client, proposed: World) -> None:
    old = Determination.objects.get().digest
    determination.send_back(
        actor=proposed.second,
        number=proposed.number,
        respondent_id=proposed.rid,
        reason="Look again.",
    )
    proposed.propose(["assignment_failed"], reasons_penalty="Other reasons.")
    client.force_login(proposed.second)
    answer = client.post(url("confirm", proposed), {"digest": old})
    assert answer.status_code == 412
    assert "Other reasons." in words(answer)
    assert fresh(proposed).status == S.APPROVAL
    for digest in ("", "x" * 64, "x" * 65):
        assert client.post(url("confirm", proposed), {"digest": digest}).status_code in (400, 412)


def test_the_proposer_sees_that_somebody_else_must_confirm(client: Client, proposed: World) -> None:
    client.force_login(proposed.officer)
    page = words(client.get(url("confirm", proposed)))
    assert "Somebody else has to confirm" in page
    assert "Confirm and issue the decision" not in page
    digest = Determination.objects.get().digest
    assert client.post(url("confirm", proposed), {"digest": digest}).status_code == 403
    client.force_login(proposed.moderator)
    assert client.get(url("confirm", proposed)).status_code == 403
    assert fresh(proposed).status == S.APPROVAL


def test_send_back_with_a_reason_the_proposer_reads(client: Client, proposed: World) -> None:
    client.force_login(proposed.second)
    answer = client.post(url("send_back", proposed), {"reason": ""})
    assert answer.status_code == 400
    assert "Say what should be looked at again" in words(answer)
    goes_to(
        client.post(url("send_back", proposed), {"reason": "What of the forum?"}),
        case_url(proposed),
    )
    assert fresh(proposed).status == S.REVIEW
    assert client.post(url("send_back", proposed), {"reason": "Again."}).status_code == 409
    client.force_login(proposed.officer)
    for name in ("findings", "consequence"):
        assert "What of the forum?" in words(client.get(url(name, proposed)))
    assert "Sent back by the second officer" in words(client.get(case_url(proposed)))


# Reversal, and the list of what is in force


def decided(world: World, *codes: str, **kwargs: Any) -> list[Sanction]:
    world.found(by=world.officer)
    made = world.propose(list(codes), **kwargs)
    if made.status == DeterminationStatus.PROPOSED:
        world.confirm(made.digest)
    return list(Sanction.objects.order_by("pk"))


def test_a_consequence_is_taken_back_with_a_reason(client: Client, world: World) -> None:
    [failed, suspended] = decided(
        world,
        "assignment_failed",
        "temporary_suspension",
        params={"temporary_suspension": {"days": 10}},
    )
    client.force_login(world.officer)
    page = words(client.get(case_url(world)))
    assert url("reverse", world, failed.public_id) in page
    address = url("reverse", world, suspended.public_id)
    answer = client.post(address, {"reason": ""})
    assert answer.status_code == 400
    assert "Say why this consequence is taken back" in words(answer)
    assert active_restriction(world.learner) is not None
    goes_to(client.post(address, {"reason": "It was too hard."}), case_url(world))
    assert active_restriction(world.learner) is None
    assert effective_score(world.submission) == 0
    failed.refresh_from_db()
    assert failed.status == SanctionStatus.ACTIVE
    assert client.get(address).status_code == 409
    client.force_login(world.moderator)
    assert client.get(url("reverse", world, failed.public_id)).status_code == 403


def test_17_a_sanction_of_another_case_is_not_found(client: Client, world: World) -> None:
    decided(world, "warning_written")
    other = World()
    [*_mine, theirs] = decided(other, "warning_written")
    client.force_login(world.officer)
    assert client.get(url("reverse", world, theirs.public_id)).status_code == 404
    assert client.get(url("reverse", world, uuid4())).status_code == 404


def test_the_list_of_sanctions_shows_what_ends_next_first(
    client: Client, world: World, count_queries: Any
) -> None:
    decided(
        world,
        "assignment_failed",
        "temporary_suspension",
        params={"temporary_suspension": {"days": 10}},
    )
    address = reverse("desk:sanctions")

    def rows(user: User, query: str = "") -> list[str]:
        client.force_login(user)
        page = words(client.get(address + query))
        return re.findall(r'<td class="m"[^>]*><a [^>]*>([^<]+)</a>', page)

    assert rows(world.officer) == ["Account suspended for a time", "Task failed"]
    assert rows(world.officer, "?view=past") == []
    assert rows(world.officer, "?view=nonsense&after=%00") == rows(world.officer)
    # Sanctions follow the cases one may read.
    assert rows(build.moderator("Not Involved")) == []
    conflicted = build.officer("Theo")
    build.conflict(world.case, conflicted)
    assert rows(conflicted) == []
    client.force_login(world.officer)
    client.get(address)
    with count_queries() as queries:
        client.get(address)
    one = queries.number
    decided(World(), "warning_written")
    with count_queries() as queries:
        client.get(address)
    assert queries.number == one


# The register of letters


def test_the_register_shows_letters_of_cases_one_may_read(client: Client, world: World) -> None:
    world.answered()
    address = reverse("desk:letters")

    def said(user: User) -> str:
        client.force_login(user)
        return words(client.get(address))

    assert world.number in said(world.officer)
    assert "Amara Okonjo" in said(world.officer)
    assert world.number in said(world.moderator)
    assert world.number not in said(build.moderator("Not Involved"))
    conflicted = build.officer("Theo")
    build.conflict(world.case, conflicted)
    assert world.number not in said(conflicted)
    assert "Send again" not in said(world.officer)


def test_a_letter_that_failed_is_sent_again_or_marked(client: Client, world: World) -> None:
    world.notified()
    message = OutboxMessage.objects.get(event="notice_sent")
    OutboxMessage.objects.filter(pk=message.pk).update(state="dead")
    client.force_login(world.officer)
    page = words(client.get(reverse("desk:letters") + "?state=attention"))
    assert "Send again" in page
    address = reverse("desk:letter", args=[message.public_id])
    assert address in page
    assert client.post(address, {"action": "explode"}).status_code == 400
    goes_to(client.post(address, {"action": "resend"}), reverse("desk:letters"))
    message.refresh_from_db()
    assert message.state == "queued"
    assert client.post(address, {"action": "resend"}).status_code == 409
    OutboxMessage.objects.filter(pk=message.pk).update(state="uncertain")
    goes_to(client.post(address, {"action": "mark_sent"}), reverse("desk:letters"))
    message.refresh_from_db()
    assert message.state == "sent"
    OutboxMessage.objects.filter(pk=message.pk).update(state="dead", sent_at=None)
    conflicted = build.officer("Theo")
    build.conflict(world.case, conflicted)
    for user, status in (
        (conflicted, 404),
        (build.moderator("Not Involved"), 404),
        (build.auditor(), 403),
        (world.learner, 404),
    ):
        client.force_login(user)
        assert client.post(address, {"action": "resend"}).status_code == status
