"""One account for each person: found by address and name, asked about, closed without a loss."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from cases.services import account_search, accounts
from integrity.accounts.models import AccountMatch, User
from integrity.core import clock
from integrity.courses.models import Enrolment
from notifications.content import unseal_message
from notifications.models import OutboxMessage
from tests.cases import builders as build
from tests.cases.test_process import World
from tests.courses import builders as make
from tests.promises.helpers import mail, page
from tests.promises.register import HONOR, PLEDGE, promise

pytestmark = [pytest.mark.usefixtures("shared"), pytest.mark.django_db]


class Pair:
    """One person with two accounts, found by the search, and an officer."""

    def __init__(self, first: str = "ana.li@gmail.com", second: str = "analI+b@gmail.com") -> None:
        self.older = make.person("Ana Li", email=first)
        self.newer = make.person("Ana Li", email=second)
        self.officer = build.officer("Kwame Boateng")

    def found(self) -> AccountMatch:
        account_search.run()
        return AccountMatch.objects.get(older=self.older, newer=self.newer)

    def asked(self) -> AccountMatch:
        return accounts.ask(actor=self.officer, match_id=self.found().public_id)


@pytest.fixture
def pair(shared: World, db: None) -> Pair:
    return Pair()


@promise(HONOR, "1.1", "A second address of one mailbox is a second account, and is noticed", "PO9")
def test_two_addresses_of_one_mailbox_are_shown_to_the_desk(pair: Pair) -> None:
    match = pair.found()
    assert "email" in match.reasons
    page(pair.officer, reverse("desk:account_pair", args=[match.public_id]))


@promise(HONOR, "1.1", "An account stands for its email address", "PO9")
def test_an_address_is_registered_once(pair: Pair) -> None:
    assert User.objects.filter(email__iexact="ANA.LI@gmail.com").count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        make.person("Ana Li", email="ANA.LI@gmail.com")


@promise(HONOR, "1.1", "Whoever has two accounts is shown the way to close one", "PO9")
def test_the_person_is_asked_and_walked_through_it_and_nothing_is_lost(pair: Pair) -> None:
    enrolment = make.enrol(make.course(), pair.newer)
    match = pair.asked()
    assert (
        "http"
        in unseal_message(
            OutboxMessage.objects.filter(event="one_account_asked")[0].content_sealed
        ).text
    )
    page(pair.older, reverse("my:account_check", args=[match.public_id]))
    accounts.send_code(
        actor=pair.older, match_id=match.public_id, email=pair.newer.email, form_key="code"
    )
    said = mail("one_account_code")
    code = re.search(r"\b\d{4} \d{4}\b", said)
    assert code, said
    accounts.prove(actor=pair.older, match_id=match.public_id, code=code.group())
    accounts.close_other(actor=pair.older, match_id=match.public_id)
    pair.newer.refresh_from_db()
    assert pair.newer.closed_into == pair.older
    assert Enrolment.objects.get(pk=enrolment.pk).learner == pair.older


@promise(
    HONOR, "1.1", "Two accounts become a violation only after a request went unanswered", "PO9"
)
def test_fourteen_days_pass_before_anything_can_be_alleged(pair: Pair) -> None:
    now = clock.now()
    assert accounts.may_allege_second_account(pair.older, now) is not None
    match = pair.asked()
    assert match.asked_at is not None
    end = match.asked_at + timedelta(days=14)
    assert accounts.may_allege_second_account(pair.older, end - timedelta(seconds=1)) is not None
    assert accounts.may_allege_second_account(pair.older, end) is None


@promise(PLEDGE, "2.1", "One account each: a second one is a violation with a clause", "PO9")
def test_a_second_account_is_a_violation_type_of_the_code(world: World) -> None:
    assert world.version is not None
    assert world.version.violation_types.get(code="multiple_accounts").clause
