"""Tokens: made, shown once, narrowed, ended, and never more than their owner."""

from __future__ import annotations

import base64
import json
import logging
import os
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from cases.models import Report
from integrity.accounts import services as accounts
from integrity.accounts.enums import Role
from integrity.accounts.models import User
from integrity.api import limits, tokens
from integrity.api.models import ApiToken
from integrity.api.scopes import Scope, useful_to
from integrity.audit.models import Event
from integrity.core import clock
from integrity.core.errors import InvalidInput
from tests.api.caller import Program, refused
from tests.cases import builders as build
from tests.courses import builders as make

pytestmark = pytest.mark.django_db


def restrict(user: User, kind: str = "suspended", **days: float) -> None:
    accounts.restrict(
        user=user,
        kind=kind,
        source=f"tests:{kind}",
        starts_at=clock.now() - timedelta(days=1),
        ends_at=clock.now() + timedelta(**days) if days else None,
    )


# The secret


def test_case_107_the_database_holds_no_secret() -> None:
    program = Program(make.person())
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM api_apitoken")
        row = repr(cursor.fetchall())
        cursor.execute("SELECT payload FROM audit_event")
        history = repr(cursor.fetchall())
    assert program.secret not in row + history
    assert program.secret.removeprefix(tokens.PREFIX) not in row + history
    assert program.token.digest in row


def test_two_tokens_are_never_alike() -> None:
    user = make.person()
    made = {Program(user).secret for _number in range(5)}
    assert len(made) == 5
    assert all(len(secret) > 40 for secret in made)


def test_a_token_works_after_the_keys_were_rotated(settings: Any) -> None:
    program = Program(make.person())
    settings.FIELD_KEYS = [base64.b64encode(os.urandom(32)).decode(), *settings.FIELD_KEYS]
    assert program.get("letters").status_code == 200


def test_the_last_use_is_known_to_the_day_only(frozen_clock: Any) -> None:
    """Its minute beside the minute of a report would tell who sent that."""
    program = Program(make.person())
    frozen_clock.advance(days=1, hours=3, minutes=7)
    program.get("letters")
    used = ApiToken.objects.get().last_used_at
    assert used is not None
    assert (used.hour, used.minute, used.second) == (0, 0, 0)
    assert used.date() == clock.now().date()


def test_no_secret_and_no_person_gets_into_the_log(caplog: Any) -> None:
    caplog.set_level(logging.DEBUG)
    user = make.person("Zebedee Quillfeather")
    program = Program(user)
    program.get("letters")
    program.get("cases")
    wrong = Program()
    wrong.secret = program.secret + "x"
    wrong.get("letters")
    assert "Unauthorized" in caplog.text
    for word in (program.secret, "Quillfeather", user.email, str(user.public_id)):
        assert word not in caplog.text


# Who asks


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer a b",
        "Basic YTpi",
        "Token a",
        "Bearer \xe9\xe9",
        "Bearer " + "x" * 9000,
    ],
)
def test_anything_but_a_good_token_is_nobody(header: str) -> None:
    client = Client()
    headers = {"Authorization": header} if header else {}
    answer = client.get("/api/v1/letters", headers=headers)
    refused(answer, 401)
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer["Cache-Control"] == "no-store, private"


def test_case_13_a_session_does_not_open_the_api() -> None:
    """So nobody's cookies can be used by another site, with or without a CSRF token."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(build.officer())
    assert client.get("/api/v1/cases").status_code == 401
    answer = client.post("/api/v1/reports", {"kind": "violation"}, content_type="application/json")
    assert answer.status_code == 401


def test_a_session_beside_the_token_changes_nothing() -> None:
    officer = build.officer()
    program = Program(make.person())
    program.client.force_login(officer)
    assert program.get("cases").status_code == 403
    sender = make.person()
    restrict(officer, days=1)
    program = Program(sender)
    assert program.get("reports").status_code == 200


def test_case_9_a_deactivated_person_is_nobody_at_once() -> None:
    user = build.officer()
    program = Program(user)
    assert program.get("cases").status_code == 200
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert program.get("cases").status_code == 401


def test_case_9_an_ended_role_is_gone_at_the_next_request() -> None:
    user = build.officer()
    case = build.case()
    program = Program(user)
    assert program.get(f"cases/{case.number}").status_code == 200
    user.grants.update(ended_at=clock.now())
    refused(program.get("cases"), 403)
    refused(program.get(f"cases/{case.number}"), 404)


@pytest.mark.parametrize("kind", ["suspended", "expelled"])
def test_case_9_whoever_is_restricted_reads_letters_and_nothing_else(kind: str) -> None:
    user = build.officer()
    program = Program(user)
    restrict(user, kind)
    assert program.get("letters").status_code == 200
    for path in ("", "cases", "reports", "policies", "schemes"):
        assert "restricted" in refused(program.get(path), 403)["detail"]
    body = {"kind": "violation", "mode": "named", "account": "Words.", "good_faith": True}
    refused(program.post("reports", body), 403)
    assert not Report.objects.exists()


def test_case_82_a_suspension_ends_for_programs_to_the_second(frozen_clock: Any) -> None:
    user = make.person()
    program = Program(user)
    restrict(user, days=3)
    frozen_clock.advance(days=3, seconds=-1)
    assert program.get("reports").status_code == 403
    frozen_clock.advance(seconds=1)
    assert program.get("reports").status_code == 200


def test_case_82_a_token_ends_with_the_second_it_names(frozen_clock: Any) -> None:
    user = make.person()
    _token, secret = tokens.create(user=user, name="x", scopes=["letters:read"], days=1)
    program = Program()
    program.secret = secret
    frozen_clock.advance(days=1, seconds=-1)
    assert program.get("letters").status_code == 200
    frozen_clock.advance(seconds=1)
    assert program.get("letters").status_code == 401


def test_a_revoked_token_is_dead_at_once() -> None:
    user = make.person()
    program = Program(user)
    tokens.revoke(actor=user, token_id=program.token.public_id)
    refused(program.get("letters"), 401)
    tokens.revoke(actor=user, token_id=program.token.public_id)
    assert Event.objects.filter(action="token.revoked").count() == 1


def test_many_wrong_tokens_have_to_wait_and_a_good_one_never(monkeypatch: Any) -> None:
    monkeypatch.setattr(limits, "BAD_TOKENS", 3)
    good = Program(make.person())
    wrong = Program()
    wrong.secret = "ict_wrong"
    statuses = [wrong.get("letters").status_code for _number in range(5)]
    assert statuses == [401, 401, 401, 429, 429]
    answer = wrong.get("letters")
    assert int(answer["Retry-After"]) >= 1
    assert good.get("letters").status_code == 200


def test_a_program_that_asks_too_often_is_told_how_long_to_wait(monkeypatch: Any) -> None:
    monkeypatch.setattr(limits, "READS", 2)
    program, other = Program(make.person()), Program(make.person())
    assert [program.get("letters").status_code for _number in range(3)] == [200, 200, 429]
    answer = program.get("letters")
    refused(answer, 429)
    assert 1 <= int(answer["Retry-After"]) <= limits.WINDOW
    assert other.get("letters").status_code == 200


def test_case_3_another_address_in_a_header_is_the_same_limit(monkeypatch: Any) -> None:
    monkeypatch.setattr(limits, "BAD_TOKENS", 2)
    wrong = Program()
    wrong.secret = "ict_wrong"
    statuses = [
        wrong.get("letters", X_Forwarded_For=f"203.0.113.{number}").status_code
        for number in range(4)
    ]
    assert statuses == [401, 401, 429, 429]


# Making one


@pytest.mark.parametrize(
    ("scopes", "name", "days"),
    [([], "x", 90), (["everything"], "x", 90), (["letters:read"], " ", 90),
     (["letters:read"], "a\x00b", 90), (["letters:read"], "x", 0), (["letters:read"], "x", 366)],
)  # fmt: skip
def test_a_bad_token_is_not_made(scopes: list[str], name: str, days: int) -> None:
    with pytest.raises(InvalidInput):
        tokens.create(user=make.person(), name=name, scopes=scopes, days=days)
    assert not ApiToken.objects.exists()
    assert not Event.objects.filter(action="token.created").exists()


def command(**options: Any) -> dict[str, Any]:
    out = StringIO()
    call_command("create_api_token", stdout=out, **options)
    told: dict[str, Any] = json.loads(out.getvalue())
    return told


def test_the_command_makes_a_token_that_works() -> None:
    user = make.person()
    told = command(user=user.email.upper(), scopes="letters:read, reports:read")
    assert told["scopes"] == ["reports:read", "letters:read"]
    program = Program()
    program.secret = told["token"]
    assert program.get("letters").status_code == 200
    refused(program.get("policies"), 403)
    event = Event.objects.get(action="token.created")
    assert event.actor == "operator"
    assert event.personal["person"] == str(user.public_id)


def test_the_command_ends_with_what_happened() -> None:
    user = make.person()
    gone = make.person(is_active=False)
    for email in ("nobody@example.edu", gone.email):
        with pytest.raises(CommandError) as nobody:
            command(user=email, scopes="letters:read")
        assert nobody.value.returncode == 1
        assert email not in str(nobody.value)
    letters = "letters:read"
    for options in ({"scopes": "everything"}, {"scopes": ","}, {"scopes": letters, "days": 0}):
        with pytest.raises(CommandError) as bad:
            command(user=user.email, **options)
        assert bad.value.returncode == 2
    assert not ApiToken.objects.exists()


def test_scopes_are_offered_to_those_who_can_use_them() -> None:
    learner, auditor = make.person(), build.auditor()
    assert Scope.CASES_READ not in useful_to(learner)
    assert Scope.EXPORTS_WRITE in useful_to(auditor)
    assert Scope.CASES_WRITE not in useful_to(auditor)
    assert Scope.CASES_WRITE in useful_to(build.staff(Role.MODERATOR, "Mo"))


# The pages


def signed_in(user: User) -> Client:
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    client = Client()
    client.post(reverse("account_login"), {"login": user.email, "password": "a-long-password"})
    client.post(reverse("account_reauthenticate"), {"password": "a-long-password"})
    return client


def filled(client: Client, **changes: Any) -> dict[str, Any]:
    page = client.get(reverse("tokens:new"))
    assert page.status_code == 200
    form = page.context["form"]
    return {
        "form_token": form["form_token"].value(),
        "name": "My script",
        "scopes": ["letters:read"],
        "days": "30",
        **changes,
    }


def test_a_token_is_made_on_the_page_and_shown_once() -> None:
    user = make.person()
    client = signed_in(user)
    form = filled(client)
    made = client.post(reverse("tokens:new"), form)
    secret = made.context["secret"]
    assert secret in made.content.decode()
    assert "no-store" in made["Cache-Control"]
    program = Program()
    program.secret = secret
    assert program.get("letters").status_code == 200
    again = client.post(reverse("tokens:new"), form)
    assert (again.status_code, again["Location"]) == (303, reverse("tokens:list"))
    assert ApiToken.objects.count() == 1
    listed = client.get(reverse("tokens:list")).content.decode()
    assert "My script" in listed
    assert secret not in listed


def test_what_was_typed_stays_when_something_is_missing() -> None:
    client = signed_in(make.person())
    answer = client.post(reverse("tokens:new"), filled(client, scopes=[]))
    assert answer.status_code == 400
    assert "My script" in answer.content.decode()
    assert not ApiToken.objects.exists()


def test_a_scope_one_cannot_use_is_not_taken() -> None:
    client = signed_in(make.person())
    answer = client.post(reverse("tokens:new"), filled(client, scopes=["exports:write"]))
    assert answer.status_code == 400


def test_case_14_a_token_is_made_only_after_proving_who_one_is(frozen_clock: Any) -> None:
    user = make.person()
    client = Client()
    client.force_login(user)
    for answer in (client.get(reverse("tokens:new")), client.post(reverse("tokens:new"), {})):
        assert answer["Location"].startswith(reverse("account_reauthenticate"))
    assert not ApiToken.objects.exists()


def test_case_17_somebody_elses_token_is_not_there() -> None:
    owner, other = Program(make.person()), make.person()
    client = Client()
    client.force_login(other)
    assert client.post(reverse("tokens:revoke", args=[owner.token.public_id])).status_code == 404
    assert "Tests" not in client.get(reverse("tokens:list")).content.decode()
    assert owner.get("letters").status_code == 200


def test_whoever_is_suspended_can_still_stop_a_program() -> None:
    user = make.person()
    program = Program(user)
    restrict(user, days=1)
    client = Client()
    client.force_login(user)
    assert client.get(reverse("tokens:list")).status_code == 200
    address = reverse("tokens:revoke", args=[program.token.public_id])
    assert client.post(address).status_code == 303
    assert program.get("letters").status_code == 401
