"""One account per person: asking, proving both, closing one without losing anything (PO9)."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases import rules
from cases.enums import CaseStatus
from cases.governing import governing_texts
from cases.models import AdviserAccess, Case, ConflictDeclaration, Respondent
from cases.recommendation import earlier_findings
from cases.sanctions.record import submission_of
from cases.selectors import accounts as selectors
from cases.selectors.my import my_case, my_cases
from cases.services import accounts, carrying, filing, response
from integrity.accounts import services as restrictions
from integrity.accounts.enums import MatchStatus, Role
from integrity.accounts.models import AccountMatch, ClosingCode, Restriction, User
from integrity.accounts.selectors import active_restriction, find_by_email
from integrity.api import tokens
from integrity.audit.models import Event
from integrity.core import clock
from integrity.core.errors import (
    Conflict,
    IllegalTransition,
    InvalidInput,
    NotFound,
    NotPermitted,
    TooMany,
)
from integrity.courses.models import (
    Certificate,
    DirectMessage,
    Effect,
    Enrolment,
    HeldRole,
    Submission,
)
from integrity.courses.selectors import course_result
from integrity.courses.services.effects import apply_effect
from notifications import services as notifications
from notifications.content import unseal_message
from notifications.models import Letter, OutboxMessage
from notifications.selectors import letters_for
from policies.models import Pledge
from tests.cases import builders as build
from tests.cases.test_process import World
from tests.courses import builders as make
from tests.notifications import builders as letters

pytestmark = pytest.mark.django_db

PASSWORD = "a-long-password"


def confirmed(name: str = "Nadia Rahal", **fields: Any) -> User:
    user = make.person(name, password=PASSWORD, **fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def asked(kept: User, other: User) -> AccountMatch:
    return make.pair(kept, other, status=MatchStatus.ASKED, asked_at=clock.now())


def code_of(match: AccountMatch) -> str:
    message = OutboxMessage.objects.filter(event="one_account_code").latest("pk")
    text = unseal_message(message.content_sealed).text
    found = re.search(r"\d{4} \d{4}", text)
    assert found, text
    return found[0]


def prove(match: AccountMatch, kept: User) -> None:
    other = match.other_than(kept)
    accounts.send_code(
        actor=kept, match_id=match.public_id, email=other.email, form_key=uuid4().hex
    )
    accounts.prove(actor=kept, match_id=match.public_id, code=code_of(match))


def close(kept: User, other: User) -> AccountMatch:
    match = asked(kept, other)
    prove(match, kept)
    done = accounts.close_other(actor=kept, match_id=match.public_id)
    kept.refresh_from_db()
    other.refresh_from_db()
    return done


# Nothing forgotten


def test_every_relation_of_a_person_is_carried_or_stays_for_a_reason() -> None:
    parts = (carrying.MOVED, carrying.ONCE, carrying.SPECIAL, carrying.STAYS)
    named = [name for part in parts for name in part]
    assert len(named) == len(set(named)), "in two places"
    assert set(named) == set(carrying.relations()), "say in cases/services/carrying.py"
    assert all(len(reason) > 20 for reason in carrying.STAYS.values())
    assert set(carrying.SPECIAL_ORDER) <= set(carrying.SPECIAL)


def test_what_can_be_there_once_is_named_with_all_its_columns() -> None:
    """A relation in a unique constraint cannot just be moved."""
    for name, row in carrying.relations().items():
        meta = row.related_model._meta
        field = row.field.name
        once = [
            constraint.fields
            for constraint in meta.constraints
            if field in getattr(constraint, "fields", ())
        ]
        if name in carrying.ONCE:
            columns = {column for one in once for column in one} - {field}
            assert columns == set(carrying.ONCE[name][1]), name
        else:
            assert not once or name not in carrying.MOVED, name


def test_every_simple_relation_moves() -> None:
    """One row for each, written without the checks that are not of interest here."""
    kept, other = confirmed(), confirmed()
    course = make.course()
    post = make.post(course, other)
    source = "tests"
    restrictions.restrict(
        user=other, kind="suspended", source=source, starts_at=clock.now(), ends_at=None
    )
    case = build.case()
    note = build.note(case, other) if hasattr(build, "note") else None
    close(kept, other)
    post.refresh_from_db()
    assert post.author == kept
    assert Restriction.objects.get().user == kept
    if note is not None:
        note.refresh_from_db()
        assert note.author == kept
    for name in carrying.MOVED:
        assert not carrying._of(name, other).exists(), name


# Carrying over


def test_learning_comes_along_and_the_history_has_numbers_alone() -> None:
    kept, other = confirmed(), confirmed()
    course = make.course()
    enrolment = make.enrol(course, other)
    make.certificate(enrolment)
    work = make.submission(make.assignment(course), other)
    make.role(course, other)
    friend = make.person()
    make.message(other, friend)
    make.message(friend, other)
    make.message(kept, other)
    make.teach(make.course(), other)
    version = World().version
    assert version is not None
    Pledge.objects.create(learner=other, course=course, version=version)
    match = close(kept, other)
    assert match.carried == {
        "certificates": 1, "courses": 1, "left": 1, "messages": 2, "pledges": 1, "roles": 1,
        "submissions": 1, "teaching": 1,
    }  # fmt: skip
    assert Certificate.objects.filter(enrolment__learner=kept).count() == 1
    work.refresh_from_db()
    assert work.learner == kept
    assert HeldRole.objects.get().user == kept
    assert Pledge.objects.get().learner == kept
    assert DirectMessage.objects.filter(sender=friend, recipient=kept).exists()
    event = Event.objects.get(action="person.account_closed")
    assert json.loads(event.payload)["data"] == {"carried": match.carried}
    for secret in (str(other.public_id), str(kept.public_id), other.email, kept.email):
        assert secret not in str(event.payload)


def test_who_reported_is_in_no_number() -> None:
    kept, other = confirmed(), confirmed()
    build.report(build.case(), other)
    match = close(kept, other)
    assert match.carried == {}
    assert "report" not in str(Event.objects.get(action="person.account_closed").payload)


def test_enrolled_twice_the_earlier_day_the_further_state_and_every_decision_count() -> None:
    kept, other = confirmed(), confirmed()
    course = make.course()
    early = clock.now() - timedelta(days=90)
    theirs = make.enrol(course, other, enrolled_at=early, status="completed")
    mine = make.enrol(course, kept)
    make.certificate(theirs)
    apply_effect(kind="removed_from_course", source="sanction:1", enrolment=theirs)
    role = make.role(course, other)
    own_role = make.role(course, kept)
    apply_effect(kind="role_ended", source="sanction:1", role=role)
    match = close(kept, other)
    mine.refresh_from_db()
    assert (mine.enrolled_at, mine.status) == (early, "completed")
    assert Certificate.objects.get().enrolment == mine
    assert Effect.objects.get(kind="removed_from_course").enrolment == mine
    assert Effect.objects.get(kind="role_ended").role == own_role
    # Nothing is lost: the second enrolment and role stay with the closed account.
    assert Enrolment.objects.filter(learner=other, course=course).exists()
    assert match.carried["left"] == 2


def test_a_zero_is_not_left_behind_with_the_closed_account() -> None:
    kept, other = confirmed(), confirmed()
    course = make.course()
    task = make.assignment(course)
    zeroed = make.submission(task, other)
    apply_effect(kind="score_zero", source="sanction:1", submission=zeroed)
    # Handed in later through the other account, and so what would count.
    later = make.submission(task, kept, submitted_at=clock.now())
    enrolment = make.enrol(course, kept)
    close(kept, other)
    assert course_result(enrolment).percent == 0
    zeroed.refresh_from_db()
    later.refresh_from_db()
    assert (zeroed.learner, later.learner) == (kept, other)


def test_the_other_way_round_the_zero_stays_as_well() -> None:
    kept, other = confirmed(), confirmed()
    task = make.assignment(make.course())
    zeroed = make.submission(task, kept)
    apply_effect(kind="score_zero", source="sanction:1", submission=zeroed)
    make.submission(task, other, submitted_at=clock.now())
    close(kept, other)
    assert list(Submission.objects.filter(learner=kept)) == [zeroed]
    assert Submission.objects.filter(learner=other).count() == 1


def test_who_may_not_write_to_whom_binds_the_kept_account_once() -> None:
    kept, other, friend = confirmed(), confirmed(), make.person()
    for person in (kept, other):
        apply_effect(kind="no_messages", source="sanction:1", person=person, other=friend)
    apply_effect(kind="no_messages", source="sanction:2", person=other)
    apply_effect(kind="no_messages", source="sanction:3", person=friend, other=other)
    close(kept, other)
    assert Effect.objects.filter(person=kept).count() == 2
    assert Effect.objects.filter(person=friend, other=kept).exists()
    assert Effect.objects.filter(person=other).count() == 1


def test_pledged_twice_is_pledged_and_no_row_is_lost() -> None:
    kept, other = confirmed(), confirmed()
    course = make.course()
    version = World().version
    assert version is not None
    for person in (kept, other):
        Pledge.objects.create(learner=person, course=course, version=version)
    close(kept, other)
    assert Pledge.objects.filter(learner=kept).count() == 1
    assert Pledge.objects.count() == 2


# Cases


def test_an_open_case_goes_on_with_the_kept_account() -> None:
    world = World().notified()
    other, kept = world.learner, confirmed("Amara Okonjo")
    close(kept, other)
    assert world.respondent.user == kept
    (row,) = my_cases(kept)
    assert row.needs_me
    assert my_cases(other) == []
    # The letter sent before, and the next one, are the kept account's.
    assert letters_for(kept).filter(event="notice_sent").exists()
    response.submit(
        actor=kept,
        respondent_id=world.rid,
        points=world.points(),
        form_key=uuid4().hex,
    )
    assert Letter.objects.filter(event="response_received").get() in letters_for(kept)
    case = Case.objects.get(number=world.number)
    assert case.revision > world.case.revision
    assert Event.objects.filter(
        action="respondent.account_closed", case_number=world.number
    ).exists()


def test_both_named_in_one_case_go_on_and_are_both_reached() -> None:
    world = World().notified()
    other, kept = world.learner, confirmed("Amara Okonjo")
    own = build.respondent(world.case, kept, status=CaseStatus.REVIEW)
    match = close(kept, other)
    assert match.carried["left"] == 1
    rows = Respondent.objects.filter(case__number=world.number)
    assert {row.user_id for row in rows} == {kept.pk, other.pk}
    assert {row.pk for row in rules.respondent_cases(kept)} == {rows.get(user=other).pk}
    page = my_case(kept, world.number)
    assert page.can_answer
    points = {
        str(a.public_id): ("explain", "From my notes.") for a in page.respondent.allegations.all()
    }
    response.submit(
        actor=kept, respondent_id=page.respondent.public_id, points=points, form_key=uuid4().hex
    )
    # A letter about the part that stayed goes to the kept account.
    assert Letter.objects.get(event="response_received") in letters_for(kept)
    assert own.user == kept


def test_earlier_findings_under_the_closed_account_count_as_this_persons() -> None:
    world = World().found()
    world.confirm(world.propose(["assignment_failed"]).digest)
    other, kept = world.learner, confirmed("Amara Okonjo")
    later = build.respondent(build.case(), kept)
    assert earlier_findings(later) == []
    close(kept, other)
    later.refresh_from_db()
    assert [row.respondent.case.number for row in earlier_findings(later)] == [world.number]


def test_a_suspension_follows_at_once_and_by_whatever_account_it_came() -> None:
    kept, other = confirmed(), confirmed()
    restrictions.restrict(
        user=other,
        kind="suspended",
        source="sanction:1",
        starts_at=clock.now(),
        ends_at=clock.now() + timedelta(days=30),
    )
    assert active_restriction(kept) is None
    close(kept, other)
    assert active_restriction(kept) is not None
    # One that was on its way to the closed account while it was closed binds the kept one too.
    Restriction.objects.update(user=other)
    assert active_restriction(kept) is not None
    client = Client()
    client.force_login(kept)
    assert client.get(reverse("courses:courses")).status_code == 403


def test_reports_and_letters_of_the_closed_account_are_reached_from_the_kept_one() -> None:
    kept, other = confirmed(), confirmed()
    report = build.report(build.case(), other)
    message = letters.queued(other)
    queued = OutboxMessage.objects.get(pk=message.pk)
    close(kept, other)
    assert report in rules.own_reports(kept)
    client = Client()
    client.force_login(kept)
    assert client.get(reverse("my:report", args=[report.public_id])).status_code == 200
    letter = Letter.objects.get(message=queued)
    answer = client.get(reverse("notifications:letter", args=[letter.public_id]))
    assert answer.status_code == 200
    # What still waits goes to the address of the kept account.
    mail.outbox.clear()
    notifications.deliver_due(seconds=5)
    (sent,) = [one for one in mail.outbox if "IC-2026-000418" in one.body]
    assert sent.to == [kept.email]
    # The reporter's own conflict of interest follows too.
    assert report.case is not None
    assert rules.in_conflict(kept, report.case)


def test_whoever_closed_nothing_pays_no_query() -> None:
    user = confirmed()
    with CaptureQueriesContext(connection) as seen:
        rules.reporter_refs(user)
        letters_for(user)
        # Built, not shown as text: that would read what it only asks about.
        rules.conflict_filter(user)
    assert len(seen) == 0
    kept, other = confirmed(), confirmed()
    close(kept, other)
    with CaptureQueriesContext(connection) as seen:
        assert len(rules.reporter_refs(kept)) == 2 * len(rules.reporter_refs(user))
    assert len(seen) == 0


def test_closing_twice_over_leads_to_the_last_kept_account() -> None:
    first, second, third = confirmed(), confirmed(), confirmed()
    report = build.report(build.case(), first)
    close(second, first)
    close(third, second)
    first.refresh_from_db()
    assert first.closed_into == third
    assert third.former_ids == [str(second.public_id), str(first.public_id)]
    assert report in rules.own_reports(third)
    assert find_by_email(first.email) == third


def test_advice_and_declared_conflicts_follow_and_nobody_advises_themselves() -> None:
    kept, other = confirmed(), confirmed()
    case, own = build.case(), build.case(learner=kept)
    for of in (case, own):
        AdviserAccess.objects.create(
            respondent=of.respondents.get(),
            email=other.email,
            adviser=other,
            accepted_at=clock.now(),
            form_key=uuid4().hex,
        )
    ConflictDeclaration.objects.create(case=case, user=other, reason="A friend")
    close(kept, other)
    assert {row.respondent.case for row in AdviserAccess.objects.filter(adviser=kept)} == {case}
    assert ConflictDeclaration.objects.get().user == kept


def test_somebody_of_the_desk_loses_the_case_that_turns_out_to_be_about_them() -> None:
    kept, other = confirmed(), confirmed()
    make.grant(kept, Role.MODERATOR)
    case = build.case(
        learner=other, assignee=kept, assigned_at=clock.now(), status=CaseStatus.INVESTIGATION
    )
    assert rules.access(kept, case) == rules.Access.WORK
    close(kept, other)
    case.refresh_from_db()
    assert case.assignee is None
    assert rules.access(kept, case) == rules.Access.NONE


def test_the_case_they_reported_is_not_taken_from_them_for_all_to_see() -> None:
    kept, other = confirmed(), confirmed()
    make.grant(kept, Role.MODERATOR)
    case = build.case(assignee=kept, assigned_at=clock.now(), status=CaseStatus.INVESTIGATION)
    build.report(case, other)
    close(kept, other)
    case.refresh_from_db()
    assert rules.access(kept, case) == rules.Access.NONE
    assert case.assignee == kept
    assert not Event.objects.filter(action="case.released").exists()


def test_work_left_with_the_closed_account_leads_to_its_person() -> None:
    kept, other = confirmed(), confirmed()
    make.grant(kept, Role.MODERATOR)
    close(kept, other)
    work = make.submission(make.assignment(make.course()), other)
    case = build.case(submission=work, learner=other)
    assert rules.access(kept, case) == rules.Access.NONE
    matter = filing.Matter(
        kind="flag",
        institution=case.institution,
        course=case.course,
        submission=work,
        post=None,
        code="",
        violation=None,
        governing=governing_texts(
            "academic",
            institution=case.institution,
            course=case.course,
            incident_at=None,
            day_only=False,
            received=clock.now(),
        ),
        incident_at=None,
        day_only=False,
    )
    assert matter.accused == kept


def test_what_is_decided_about_a_part_that_stayed_binds_the_kept_account() -> None:
    world = World().notified()
    other, kept = world.learner, confirmed("Amara Okonjo")
    work = world.case.submission
    assert work is not None
    build.respondent(world.case, kept, status=CaseStatus.NOTIFIED)
    close(kept, other)
    stayed = Respondent.objects.get(case=world.case, user=other)
    assert stayed.person == kept
    work.refresh_from_db()
    assert work.learner == kept
    assert submission_of(stayed) == work


# The closed account


def test_nobody_signs_in_with_it_and_the_answer_is_that_of_a_wrong_password() -> None:
    kept, other = confirmed(), confirmed()
    session = Client()
    session.force_login(other)
    _token, secret = tokens.create(user=other, name="A program", scopes=["letters:read"])
    close(kept, other)
    # Case 9: a replayed session and a replayed token are dead on the next request.
    assert session.get(reverse("my:home")).status_code == 302
    answer = Client().get("/api/v1/letters/", headers={"authorization": f"Bearer {secret}"})
    assert answer.status_code == 401
    # Case 2: its old password is a wrong password, and its address one like any other.
    pages = []
    for email, password in (
        (other.email, PASSWORD), (kept.email, "not-my-password"), ("no@example.edu", PASSWORD),
    ):  # fmt: skip
        page = Client().post(reverse("account_login"), {"login": email, "password": password})
        assert page.status_code == 200
        pages.append(page.context["form"].non_field_errors())
    assert pages[0] == pages[1] == pages[2]
    mail.outbox.clear()
    answers = [
        Client().post(reverse("account_reset_password"), {"email": email})
        for email in (other.email, "no@example.edu")
    ]
    assert [page["Location"] for page in answers] == [answers[0]["Location"]] * 2
    assert not any("/key/" in str(one.body) for one in mail.outbox)


def test_its_person_reads_of_it_on_the_account_page() -> None:
    kept, other = confirmed(), confirmed()
    close(kept, other)
    client = Client()
    client.force_login(kept)
    page = client.get(reverse("account_settings")).content.decode()
    assert "Accounts closed into this one" in page
    assert other.email in page


# Proof of both


def test_without_the_code_nothing_is_closed() -> None:
    kept, other = confirmed(), confirmed()
    match = asked(kept, other)
    with pytest.raises(NotPermitted):
        accounts.close_other(actor=kept, match_id=match.public_id)
    prove(match, kept)
    # The proof is of the one who asked: it closes nothing from the other side.
    with pytest.raises(NotPermitted):
        accounts.close_other(actor=other, match_id=match.public_id)
    with clock.frozen(clock.now() + accounts.PROOF_LASTS), pytest.raises(NotPermitted):
        accounts.close_other(actor=kept, match_id=match.public_id)
    other.refresh_from_db()
    assert other.is_active


def test_case_2_a_wrong_address_is_answered_like_a_right_one_and_both_count() -> None:
    kept, other, third = confirmed(), confirmed(), confirmed()
    match = asked(kept, other)
    client = fresh(kept)
    address = reverse("my:account_keep", args=[match.public_id])
    answers = []
    for email in (other.email, third.email, "nobody@example.edu"):
        token = client.get(address).context["form"]["form_token"].value()
        answers.append(client.post(address, {"email": email, "form_token": token}))
    assert {(one.status_code, one["Location"]) for one in answers} == {
        (303, reverse("my:account_code", args=[match.public_id]))
    }
    assert OutboxMessage.objects.filter(event="one_account_code").count() == 1
    assert ClosingCode.objects.count() == 3
    for _ in range(accounts.CODES_A_DAY - 3):
        accounts.send_code(
            actor=kept, match_id=match.public_id, email="x@example.edu", form_key=uuid4().hex
        )
    for email in (other.email, "nobody@example.edu"):
        with pytest.raises(TooMany):
            accounts.send_code(
                actor=kept, match_id=match.public_id, email=email, form_key=uuid4().hex
            )
    with clock.frozen(clock.now() + timedelta(days=1, seconds=1)):
        accounts.send_code(
            actor=kept, match_id=match.public_id, email=other.email, form_key=uuid4().hex
        )


def test_what_one_side_asks_for_does_not_show_on_the_other() -> None:
    one, two = confirmed(), confirmed()
    match = asked(one, two)
    for _ in range(accounts.CODES_A_DAY):
        accounts.send_code(
            actor=one, match_id=match.public_id, email="x@example.edu", form_key=uuid4().hex
        )
    accounts.send_code(actor=two, match_id=match.public_id, email=one.email, form_key=uuid4().hex)
    assert OutboxMessage.objects.filter(event="one_account_code").count() == 1


def test_a_form_sent_twice_sends_one_code() -> None:
    kept, other = confirmed(), confirmed()
    match = asked(kept, other)
    for _ in range(3):
        accounts.send_code(
            actor=kept, match_id=match.public_id, email=other.email, form_key="the-form"
        )
    assert ClosingCode.objects.count() == 1


def test_a_code_is_limited_in_tries_and_time_and_kept_as_a_fingerprint() -> None:
    kept, other = confirmed(), confirmed()
    match = asked(kept, other)
    accounts.send_code(
        actor=kept, match_id=match.public_id, email=other.email, form_key=uuid4().hex
    )
    code = code_of(match)
    row = ClosingCode.objects.get()
    assert code.replace(" ", "") not in row.digest
    at = row.expires_at
    with clock.frozen(at), pytest.raises(InvalidInput):
        accounts.prove(actor=kept, match_id=match.public_id, code=code)
    wrong = "0000 0000" if code != "0000 0000" else "1111 1111"
    for _ in range(accounts.TRIES):
        with pytest.raises(InvalidInput):
            accounts.prove(actor=kept, match_id=match.public_id, code=wrong)
    with pytest.raises(InvalidInput):
        accounts.prove(actor=kept, match_id=match.public_id, code=code)
    row.refresh_from_db()
    assert row.tries == accounts.TRIES
    assert row.proved_at is None


def test_an_account_with_a_role_is_not_closed_by_its_person() -> None:
    kept, other = confirmed(), confirmed()
    make.grant(other, Role.OFFICER)
    match = asked(kept, other)
    prove(match, kept)
    with pytest.raises(IllegalTransition) as refused:
        accounts.close_other(actor=kept, match_id=match.public_id)
    assert "has a role" in str(refused.value.message)
    other.refresh_from_db()
    assert other.is_active
    # Nor does a role come along when it has ended.
    other.grants.update(ended_at=clock.now() - timedelta(days=1))
    other.forget_roles()
    accounts.close_other(actor=kept, match_id=match.public_id)
    assert not kept.grants.exists()


def test_the_last_button_pressed_again_is_what_it_was_and_the_other_way_is_refused() -> None:
    kept, other = confirmed(), confirmed()
    match = close(kept, other)
    again = accounts.close_other(actor=kept, match_id=match.public_id)
    assert again.closed_at == match.closed_at
    assert Event.objects.filter(action="person.account_closed").count() == 1
    with pytest.raises(Conflict):
        accounts.close_other(actor=other, match_id=match.public_id)


def test_an_error_in_the_middle_leaves_everything_as_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept, other = confirmed(), confirmed()
    post = make.post(make.course(), other)
    match = asked(kept, other)
    prove(match, kept)

    def fails(*_args: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(accounts, "_end", fails)
    with pytest.raises(RuntimeError):
        accounts.close_other(actor=kept, match_id=match.public_id)
    post.refresh_from_db()
    kept.refresh_from_db()
    assert post.author == other
    assert kept.former_ids == []
    assert not Event.objects.filter(action="person.account_closed").exists()


# The pages of the person


def fresh(user: User) -> Client:
    client = Client()
    client.force_login(user)
    told = {"password": PASSWORD}
    assert client.post(reverse("account_reauthenticate"), told).status_code == 302
    return client


def test_the_walk_page_by_page() -> None:
    kept, other = confirmed(), confirmed("N. Rahal")
    make.enrol(make.course(), other)
    match = asked(kept, other)

    def at(name: str) -> str:
        return reverse(f"my:account_{name}", args=[match.public_id])

    client = Client()
    client.force_login(kept)
    # Nothing of the other account before its person has proved to have both.
    for name in ("check", "not_mine", "code"):
        page = client.get(at(name)).content.decode()
        assert other.email not in page
        assert other.display_name not in page
    assert client.post(at("check"), {}).status_code == 400
    assert client.post(at("check"), {"whose": "mine"})["Location"] == at("keep")
    assert client.get(at("keep"))["Location"].startswith(reverse("account_reauthenticate"))
    client = fresh(kept)
    keep = client.get(at("keep"))
    assert kept.email in keep.content.decode()
    assert other.email not in keep.content.decode()
    token = keep.context["form"]["form_token"].value()
    sent = client.post(at("keep"), {"email": other.email.upper(), "form_token": token})
    assert sent["Location"] == at("code")
    assert client.get(at("close"))["Location"] == at("code")
    assert client.post(at("code"), {"code": "12"}).status_code == 400
    assert client.post(at("code"), {"code": code_of(match)})["Location"] == at("close")
    page = client.get(at("close")).content.decode()
    assert other.email in page
    assert "Courses" in page
    for _ in range(2):
        assert client.post(at("close"))["Location"] == at("closed")
    page = client.get(at("closed")).content.decode()
    assert "The other account is closed" in page
    assert client.get(at("check"))["Location"] == at("closed")


def test_not_mine_is_an_answer_and_neither_reads_what_the_other_says() -> None:
    one, two = confirmed(), confirmed()
    match = asked(one, two)
    address = reverse("my:account_not_mine", args=[match.public_id])
    clients = {}
    for user, text in ((one, "I have a namesake."), (two, "I know nobody.")):
        clients[user.pk] = client = Client()
        client.force_login(user)
        assert "We have your answer" not in client.get(address).content.decode()
        assert client.post(address, {"text": text}).status_code == 303
        assert client.post(address, {"text": text}).status_code == 303
        assert client.post(address, {"text": "Something else"}).status_code == 409
        assert "We have your answer" in client.get(address).content.decode()
    match.refresh_from_db()
    assert match.status == MatchStatus.DENIED
    page = selectors.pair_page(build.moderator(), match.public_id)
    assert [(who, text) for who, _at, text in page.answers] == [
        (one, "I have a namesake."), (two, "I know nobody."),
    ]  # fmt: skip
    assert "namesake" not in clients[two.pk].get(address).content.decode()


def test_a_pair_that_nobody_asked_about_is_not_there() -> None:
    one, two, stranger = confirmed(), confirmed(), confirmed()
    match = make.pair(one, two)
    nowhere = reverse("my:account_check", args=[uuid4()])
    for user in (one, stranger):
        client = Client()
        client.force_login(user)
        hidden = client.get(reverse("my:account_check", args=[match.public_id]))
        assert hidden.status_code == 404
        assert hidden.content == client.get(nowhere).content
        with pytest.raises(NotFound):
            accounts.deny(actor=user, match_id=match.public_id, text="")
        with pytest.raises(NotFound):
            accounts.close_other(actor=user, match_id=match.public_id)


def test_the_suspended_are_asked_and_answer_like_everybody() -> None:
    one, two = confirmed(), confirmed()
    restrictions.restrict(
        user=one, kind="suspended", source="t", starts_at=clock.now(), ends_at=None
    )
    match = asked(one, two)
    client = Client()
    client.force_login(one)
    assert client.get(reverse("my:account_check", args=[match.public_id])).status_code == 200


def test_case_10_after_signing_out_the_cookie_opens_nothing_here() -> None:
    kept, other = confirmed(), confirmed()
    match = asked(kept, other)
    client = fresh(kept)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    client.post(reverse("account_logout"))
    client.cookies[settings.SESSION_COOKIE_NAME] = session
    for name in ("check", "keep", "code", "close"):
        answer = client.get(reverse(f"my:account_{name}", args=[match.public_id]))
        assert answer["Location"].startswith(reverse("account_login"))


# The desk


def test_both_are_asked_once_in_the_same_words_that_tell_nothing_of_the_other() -> None:
    one, two = confirmed("Márta Kovács"), confirmed("Kovacs Marta")
    match = make.pair(one, two)
    desk = build.moderator()
    for _ in range(2):
        accounts.ask(actor=desk, match_id=match.public_id)
    messages = OutboxMessage.objects.filter(event="one_account_asked")
    assert messages.count() == 2
    for user, other in ((one, two), (two, one)):
        letter = letters_for(user).get(event="one_account_asked")
        client = Client()
        client.force_login(user)
        page = client.get(reverse("notifications:letter", args=[letter.public_id]))
        text = page.content.decode()
        assert reverse("my:account_check", args=[match.public_id]) in text
        for secret in (other.email, other.display_name, str(other.public_id)):
            assert secret not in text
    assert Event.objects.filter(action="person.account_asked").count() == 1


def test_case_16_21_the_list_shows_what_the_reader_may_see_and_no_pair_of_their_own() -> None:
    course, elsewhere = make.course(), make.course()
    one, two, three = confirmed(), confirmed(), confirmed()
    make.enrol(course, one)
    make.role(course, two)
    make.enrol(elsewhere, three)
    inside, across = make.pair(one, two), make.pair(one, three)
    everywhere = build.moderator()
    local = build.officer("Owen", course.institution)
    own = make.pair(everywhere, one)
    assert set(selectors.pairs_for(everywhere)) == {inside, across}
    assert set(selectors.pairs_for(local)) == {inside}
    assert not selectors.pairs_for(build.auditor())
    assert not selectors.pairs_for(confirmed())
    for reader, hidden in ((everywhere, own), (local, across)):
        client = Client()
        client.force_login(reader)
        nowhere = client.get(reverse("desk:account_pair", args=[uuid4()]))
        for name in ("pair", "dismiss"):
            answer = client.get(reverse(f"desk:account_{name}", args=[hidden.public_id]))
            assert (answer.status_code, answer.content) == (404, nowhere.content)
        with pytest.raises(NotFound):
            accounts.ask(actor=reader, match_id=hidden.public_id)
        with pytest.raises(NotFound):
            accounts.dismiss(actor=reader, match_id=hidden.public_id, reason="They spoke.")


def test_the_list_goes_on_from_any_depth_with_one_query(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selectors, "PAGE_SIZE", 2)
    first = confirmed()
    at = clock.now()
    found = [make.pair(first, confirmed(), found_at=at) for _ in range(5)]
    reader = build.moderator()
    reader.role_grants()
    seen, after = [], ""
    for _ in range(3):
        with CaptureQueriesContext(connection) as queries:
            page = selectors.pairs_page(reader, after=after)
        assert len(queries) == 1
        seen += [row.url for row in page.rows]
        after = page.next
    assert seen == [reverse("desk:account_pair", args=[row.public_id]) for row in reversed(found)]
    assert after == ""


def test_the_page_of_a_pair_counts_cases_the_reader_may_know_of() -> None:
    one, two = confirmed(), confirmed()
    case, hidden = build.case(learner=one), build.case(learner=one)
    make.enrol(make.course(), one)
    match = make.pair(one, two)
    reader = build.moderator()
    ConflictDeclaration.objects.create(case=hidden, user=reader, reason="A friend")
    page = selectors.pair_page(reader, match.public_id)
    assert [(row.cases, row.courses) for row in page.accounts] == [(1, 1), (0, 0)]
    client = Client()
    client.force_login(reader)
    text = client.get(reverse("desk:account_pair", args=[match.public_id])).content.decode()
    assert case.number not in text
    assert "Both take part in courses of the same institution" in text


def test_two_people_with_the_reason_and_it_is_over() -> None:
    match = make.pair(confirmed(), confirmed())
    reader = build.moderator()
    client = Client()
    client.force_login(reader)
    address = reverse("desk:account_dismiss", args=[match.public_id])
    assert client.post(address, {"reason": ""}).status_code == 400
    assert client.post(address, {"reason": "Sisters. We spoke."}).status_code == 303
    match.refresh_from_db()
    assert (match.status, match.note, match.settled_by) == (
        "dismissed",
        "Sisters. We spoke.",
        reader,
    )
    with pytest.raises(IllegalTransition):
        accounts.ask(actor=reader, match_id=match.public_id)
    event = Event.objects.get(action="person.accounts_told_apart")
    assert "Sisters" not in str(event.payload)


# When it may be alleged


def test_alleged_only_fourteen_days_after_a_request_without_an_answer() -> None:
    one, two = confirmed(), confirmed()
    at = clock.now()
    assert "not asked" in str(accounts.may_allege_second_account(one, at))
    match = make.pair(one, two)
    assert "not asked" in str(accounts.may_allege_second_account(one, at))
    accounts.ask(actor=build.moderator(), match_id=match.public_id)
    match.refresh_from_db()
    assert match.asked_at is not None
    due = match.asked_at + timedelta(days=14)
    assert "less than 14 days" in str(
        accounts.may_allege_second_account(one, due - timedelta(seconds=1))
    )
    assert accounts.may_allege_second_account(one, due) is None
    assert "not asked" in str(accounts.may_allege_second_account(confirmed(), due))
    accounts.deny(actor=one, match_id=match.public_id, text="I have one.")
    assert "not theirs" in str(accounts.may_allege_second_account(one, due))


def test_an_answer_is_doubted_by_an_officer_with_a_reason() -> None:
    one, two = confirmed(), confirmed()
    match = asked(one, two)
    accounts.deny(actor=one, match_id=match.public_id, text="")
    with pytest.raises(NotPermitted):
        accounts.doubt(actor=build.moderator(), match_id=match.public_id, reason="Same work.")
    with pytest.raises(InvalidInput):
        accounts.doubt(actor=build.officer(), match_id=match.public_id, reason=" ")
    accounts.doubt(actor=build.officer(), match_id=match.public_id, reason="Same work.")
    assert accounts.may_allege_second_account(one, clock.now()) is None


def test_an_officer_elsewhere_does_not_doubt_it_as_a_moderator_here() -> None:
    one, two, reader = confirmed(), confirmed(), build.moderator()
    here, there = make.institution(), make.institution()
    reader.grants.update(institution=here)
    make.grant(reader, Role.OFFICER, there)
    reader.forget_roles()
    course = make.course(institution=here)
    make.enrol(course, one)
    make.enrol(course, two)
    match = asked(one, two)
    accounts.deny(actor=one, match_id=match.public_id, text="")
    assert not selectors.pair_page(reader, match.public_id).officer
    with pytest.raises(NotPermitted):
        accounts.doubt(actor=reader, match_id=match.public_id, reason="Same work.")


def test_whoever_closed_the_second_account_is_not_accused_of_it() -> None:
    kept, other = confirmed(), confirmed()
    close(kept, other)
    later = clock.now() + timedelta(days=30)
    assert accounts.may_allege_second_account(kept, later) is not None


def test_the_desk_is_told_why_it_cannot_allege_yet() -> None:
    from cases.services import allegation

    world = World().opened()
    assert world.version is not None
    kind = world.version.violation_types.get(code=accounts.VIOLATION)
    told: dict[str, Any] = {
        "actor": world.moderator,
        "number": world.number,
        "respondent_id": world.rid,
        "violation_type_id": kind.pk,
        "completion": "completed",
        "description": "Two accounts.",
    }
    with pytest.raises(InvalidInput) as refused:
        allegation.add(**told)
    assert "Ask first" in str(refused.value.fields["violation_type"][0])
    match = asked(world.learner, confirmed())
    AccountMatch.objects.filter(pk=match.pk).update(asked_at=clock.now() - timedelta(days=14))
    assert allegation.add(**told).violation_type == kind
