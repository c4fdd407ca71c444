"""Closing accounts at the same instant, each try over a connection of its own (PO9)."""

from __future__ import annotations

from uuid import uuid4

import pytest

from cases.services import accounts
from integrity.accounts.models import AccountMatch, ClosingCode, User
from integrity.audit.models import Event
from integrity.core import clock
from integrity.core.errors import Conflict, InvalidInput
from integrity.courses.models import Post
from tests.cases.test_intake_concurrency import at_once
from tests.courses import builders as make

pytestmark = pytest.mark.django_db(transaction=True)


def asked() -> tuple[User, User, AccountMatch]:
    one, two = make.person("Nadia Rahal"), make.person("Nadia Rahal")
    make.post(make.course(), one)
    make.post(make.course(), two)
    return one, two, make.pair(one, two, status="asked", asked_at=clock.now())


def proof(match: AccountMatch, *, keeps_older: bool) -> None:
    ClosingCode.objects.create(
        match=match,
        keeps_older=keeps_older,
        digest="0" * 64,
        expires_at=clock.now(),
        proved_at=clock.now(),
        form_key=uuid4().hex,
    )


def test_case_61_closed_from_both_sides_at_once_one_account_is_left() -> None:
    one, two, match = asked()
    for keeps_older in (True, False):
        proof(match, keeps_older=keeps_older)
    results = at_once(
        2,
        lambda number: accounts.close_other(actor=(one, two)[number], match_id=match.public_id),
    )
    assert {type(result) for result in results} == {AccountMatch, Conflict}
    one.refresh_from_db()
    two.refresh_from_db()
    assert {one.is_active, two.is_active} == {True, False}
    kept = one if one.is_active else two
    assert Post.objects.filter(author=kept).count() == 2
    assert Event.objects.filter(action="person.account_closed").count() == 1


def test_case_58_the_last_button_pressed_five_times_at_once_closes_once() -> None:
    one, two, match = asked()
    proof(match, keeps_older=True)
    results = at_once(5, lambda _number: accounts.close_other(actor=one, match_id=match.public_id))
    assert [type(result) for result in results] == [AccountMatch] * 5
    one.refresh_from_db()
    assert one.former_ids == [str(two.public_id)]
    assert Event.objects.filter(action="person.account_closed").count() == 1


def test_case_5_wrong_codes_at_once_are_no_more_than_the_limit() -> None:
    one, two, match = asked()
    accounts.send_code(actor=one, match_id=match.public_id, email=two.email, form_key="f")
    results = at_once(
        12, lambda _number: accounts.prove(actor=one, match_id=match.public_id, code="x")
    )
    assert {type(result) for result in results} == {InvalidInput}
    assert ClosingCode.objects.get().tries == accounts.TRIES
