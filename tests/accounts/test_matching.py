"""By what second accounts are found: the mailbox and the name, and nothing else (PO9)."""

from __future__ import annotations

import ast
import inspect
import json
from types import ModuleType

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.services import account_search
from integrity.accounts import matching
from integrity.accounts.enums import MatchStatus
from integrity.accounts.models import AccountMatch, ClosingCode, User
from integrity.audit.models import Event
from tests.courses import builders as make


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ana.Li@Example.edu", "ana.li@example.edu"),
        ("ana.li+course@example.edu", "ana.li@example.edu"),
        ("a.n.a.li+x@googlemail.com", "anali@gmail.com"),
        ("ana@bücher.example", "ana@xn--bcher-kva.example"),
        ("ana@example.edu.", "ana@example.edu"),
    ],
)
def test_the_same_mailbox_has_one_key(one: str, other: str) -> None:
    assert matching.email_key(one) == matching.email_key(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # Only Gmail is known to ignore dots.
        ("ana.li@example.edu", "anali@example.edu"),
        ("ana@example.edu", "ana@example.com"),
        ("+x@example.edu", "+y@example.edu"),
    ],
)
def test_other_mailboxes_have_other_keys(one: str, other: str) -> None:
    assert matching.email_key(one) != matching.email_key(other)


@pytest.mark.parametrize("text", ["", "ana", "@example.edu", "ana@"])
def test_what_is_no_address_matches_nothing(text: str) -> None:
    assert matching.email_key(text) == ""


def test_keys_fit_their_columns() -> None:
    assert len(matching.email_key("x" * 300 + "@" + "y" * 300)) == 254
    assert len(matching.name_key("ﷺ " * 150)) <= 150


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Inés O’Neill", "oneill, INES"),
        ("Kovács Márta", "Marta Kovacs"),
        ("Dubois-Lefèvre Chloé", "Chloe Dubois Lefevre"),
        ("Renata  Villaseñor", "renata villasenor"),
    ],
)
def test_the_same_name_has_one_key(one: str, other: str) -> None:
    assert matching.name_key(one) == matching.name_key(other) != ""


def test_names_of_any_script_have_a_key_and_marks_alone_have_none() -> None:
    for name in ("森 結城", "ليلى حدّاد", "Олена Коваль", "प्रियंका शर्मा"):
        assert matching.name_key(name)
    assert matching.name_key("...") == ""
    assert matching.name_key("Sam Li") != matching.name_key("Sam Lin")


@pytest.mark.django_db
def test_saving_keeps_the_keys_up_to_date_also_when_few_columns_are_saved() -> None:
    user = make.person("Inés O’Neill", email="ines+a@gmail.com")
    assert (user.email_key, user.name_key) == ("ines@gmail.com", "ines oneill")
    user.display_name = "Inés Ibáñez"
    user.save(update_fields=["display_name"])
    user.email = "i.n.e.s@googlemail.com"
    user.save(update_fields=["email"])
    user.refresh_from_db()
    assert (user.email_key, user.name_key) == ("ines@gmail.com", "ibanez ines")


# What says on which device or network somebody is, in any of the usual words.
TELLING = ("device", "agent", "ip_", "_ip", "addr", "cookie", "fingerprint", "session", "request")


def _names(module: ModuleType) -> set[str]:
    tree = ast.parse(inspect.getsource(module))
    return {
        name.lower()
        for node in ast.walk(tree)
        for name in (
            getattr(node, "id", ""), getattr(node, "attr", ""), getattr(node, "arg", "") or "",
        )
    }  # fmt: skip


def test_no_device_network_or_cookie_is_read_or_kept() -> None:
    read = _names(matching) | _names(account_search)
    kept = {
        field.name
        for model in (User, AccountMatch, ClosingCode)
        for field in model._meta.concrete_fields
    }
    assert not [name for name in read | kept if any(word in name for word in TELLING)]
    assert {"email_key", "name_key"} <= kept


def pairs() -> set[tuple[int, int]]:
    return set(AccountMatch.objects.values_list("older", "newer"))


@pytest.mark.django_db
def test_the_same_mailbox_is_a_pair_and_a_name_alone_is_none() -> None:
    one = make.person("Ana Li", email="ana@gmail.com")
    two = make.person("Somebody Else", email="a.n.a+2@googlemail.com")
    make.person("Ana Li", email="ana@example.edu")
    assert account_search.run() == {"looked_at": 3, "found": 1}
    match = AccountMatch.objects.get()
    assert (match.older, match.newer, match.reasons) == (one, two, ["email"])
    assert Event.objects.filter(action="person.accounts_compared").count() == 1


@pytest.mark.django_db
def test_a_name_counts_with_the_same_institution_and_not_with_another() -> None:
    course, elsewhere = make.course(), make.course()
    one, two, three = (make.person("Márta Kovács") for _ in range(3))
    make.enrol(course, one)
    make.role(make.course(institution=course.institution), two)
    make.enrol(elsewhere, three)
    account_search.run()
    match = AccountMatch.objects.get()
    assert (match.older, match.newer) == (one, two)
    assert match.reasons == ["institution", "name"]


@pytest.mark.django_db
def test_a_name_many_people_have_says_nothing() -> None:
    course = make.course()
    for _ in range(account_search.FEW + 1):
        make.enrol(course, make.person("Wei Zhang"))
    assert account_search.run()["found"] == 0


@pytest.mark.django_db
def test_many_accounts_of_one_mailbox_are_each_paired_with_the_oldest() -> None:
    people = [make.person(f"P {n}", email=f"p+{n}@example.edu") for n in range(8)]
    assert account_search.run()["found"] == 7
    assert pairs() == {(people[0].pk, other.pk) for other in people[1:]}


@pytest.mark.django_db
def test_closed_and_inactive_accounts_are_left_out() -> None:
    make.person(email="ana+1@example.edu", is_active=False)
    kept = make.person(email="kept@example.edu")
    make.person(email="ana+2@example.edu", is_active=False, closed_into=kept)
    make.person(email="ana+3@example.edu")
    account_search.run()
    assert not AccountMatch.objects.exists()


@pytest.mark.django_db
def test_a_dismissed_pair_never_comes_back_and_portions_meet_everybody() -> None:
    people = [make.person(f"P {n}", email=f"p{n % 2}+{n}@example.edu") for n in range(4)]
    assert [account_search.run(portion=2)["found"] for _ in range(2)] == [2, 0]
    assert pairs() == {(people[0].pk, people[2].pk), (people[1].pk, people[3].pk)}
    AccountMatch.objects.update(status=MatchStatus.DISMISSED)
    # The run after the last account begins again.
    assert account_search.run(portion=2) == {"looked_at": 0, "found": 0}
    assert account_search.run(portion=9) == {"looked_at": 4, "found": 0}
    assert set(AccountMatch.objects.values_list("status", flat=True)) == {"dismissed"}


@pytest.mark.django_db
def test_the_command_looks_at_everybody(capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(3):
        make.person(f"P {number}", email=f"p+{number}@example.edu")
    call_command("find_accounts", "--all")
    assert json.loads(capsys.readouterr().out) == {"looked_at": 3, "found": 3}


@pytest.mark.django_db
def test_the_work_of_a_run_does_not_grow_with_the_number_of_accounts() -> None:
    def queries() -> int:
        account_search.MatchPlace.objects.update(last_id=0)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            account_search.run(portion=5)
        return len(seen)

    def people(start: int) -> None:
        course = make.course()
        for number in range(start, start + 10):
            make.enrol(course, make.person(f"Name {number // 2}", email=f"m+{number}@e.edu"))

    people(0)
    account_search.run(portion=5)
    few = queries()
    people(10)
    assert queries() == few
