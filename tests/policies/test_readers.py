"""Was this helpful: one answer for each voter and version, counted for administrators alone."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from integrity.accounts.enums import Role
from integrity.core.errors import NotFound, TooMany
from integrity.web import floods
from policies import services
from policies.models import HelpfulVote
from policies.services import readers
from policies.services.readers import Voter
from policies.views import voters
from tests.courses import builders as make
from tests.policies.conftest import ACTOR, at, document, version
from tests.policies.test_pages import text

pytestmark = pytest.mark.django_db
HERE = floods.Source.address("192.0.2.7")


@pytest.fixture
def rules():
    """A document with two published versions and a draft."""
    of = document(slug="rules", title="Rules")
    version(of, "2024-09-01")
    version(of, "2025-09-01", "## One\n\nOther text.")
    services.create_draft(actor=ACTOR, document=of, body="Text.", effective_at=at("2030-01-01"))
    return of


def say(client, answer: str, number: int = 2, **more: str):
    return client.post(f"/policies/rules/v{number}/helpful/", {"helpful": answer, **more})


def test_a_visitor_says_it_once_and_may_change_it(client, rules):
    answer = say(client, "yes")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/policies/rules/v2/#helpful"
    cookie = answer.cookies[voters.COOKIE]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/policies/", True, "Lax")
    for said, helpful in (("yes", True), ("no", False), ("no", False), ("yes", True)):
        say(client, said)
        assert HelpfulVote.objects.get().helpful is helpful
    assert readers.helpful_counts(rules) == {1: (0, 0), 2: (1, 0)}


def test_nobody_gets_a_cookie_for_reading(client, rules):
    page = client.get("/policies/rules/")
    assert voters.COOKIE not in page.cookies
    assert "You said" not in text(page)


def test_the_page_says_what_this_browser_said(client, rules):
    answer = say(client, "no", **{"from": "document"})
    assert answer.headers["Location"] == "/policies/rules/#helpful"
    page = client.get("/policies/rules/")
    assert "You said no." in text(page)
    assert "Cookie" in page.headers["Vary"]
    assert "You said" not in text(client.get("/policies/rules/v1/")), "of another version"
    assert "You said" not in text(Client().get("/policies/rules/")), "in another browser"


def test_an_account_has_one_answer_in_all_its_browsers(rules):
    person = make.person()
    one, other = Client(), Client()
    for client in (one, other):
        client.force_login(person)
    assert voters.COOKIE not in say(one, "yes").cookies
    say(other, "no")
    assert HelpfulVote.objects.get().helpful is False
    assert "You said no." in text(one.get("/policies/rules/"))
    stored = HelpfulVote.objects.get().voter_ref
    assert str(person.public_id) not in stored
    assert stored not in repr(Voter.account(person))


def test_a_key_that_was_not_signed_here_speaks_for_nobody(client, rules):
    say(client, "yes")
    stranger = Client()
    for forged in ("abc", "abc:def", client.cookies[voters.COOKIE].value[:-1] + "x"):
        stranger.cookies[voters.COOKIE] = forged
        assert "You said" not in text(stranger.get("/policies/rules/"))
    say(stranger, "no")
    assert readers.helpful_counts(rules)[2] == (1, 1)


def test_an_answer_from_before_a_new_key_is_found(rules, settings):
    person = make.person()
    of = rules.versions.get(number=2)
    readers.vote(version=of, voter=Voter.account(person), helpful=True, source=HERE)
    settings.FIELD_KEYS = ["A" * 43 + "=", *settings.FIELD_KEYS]
    readers.vote(version=of, voter=Voter.account(person), helpful=False, source=HERE)
    assert HelpfulVote.objects.get().helpful is False


def test_the_database_keeps_one_answer_for_each_voter(rules):
    of = rules.versions.get(number=2)
    HelpfulVote.objects.create(version=of, voter_ref="a" * 64, helpful=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        HelpfulVote.objects.create(version=of, voter_ref="a" * 64, helpful=False)


@pytest.mark.parametrize("said", ["", "maybe", "1", "<script>"])
def test_anything_but_yes_and_no_is_refused(client, rules, said):
    assert say(client, said).status_code == 400
    assert not HelpfulVote.objects.exists()


def test_what_is_not_published_takes_no_answer(client, rules):
    for number in (3, 4):
        assert say(client, "yes", number).status_code == 404
    with pytest.raises(NotFound):
        readers.vote(
            version=rules.versions.get(number=3),
            voter=Voter.visitor("k"),
            helpful=True,
            source=HERE,
        )


def test_case_30_floods_are_refused_and_repetitions_are_not_counted(rules):
    of = rules.versions.get(number=2)
    for _time in range(readers.VOTES.count * 2):
        readers.vote(version=of, voter=Voter.visitor("same"), helpful=True, source=HERE)
    for number in range(readers.VOTES.count - 1):
        readers.vote(version=of, voter=Voter.visitor(str(number)), helpful=False, source=HERE)
    with pytest.raises(TooMany):
        readers.vote(version=of, voter=Voter.visitor("one more"), helpful=True, source=HERE)
    assert readers.helpful_counts(rules)[2] == (1, readers.VOTES.count - 1)


def test_a_flood_from_one_address_is_answered_with_429(rules):
    for _time in range(readers.VOTES.count):
        assert say(Client(), "yes").status_code == 303
    answer = say(Client(), "yes")
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert voters.COOKIE not in answer.cookies


def test_case_13_another_site_cannot_answer_for_anybody(rules):
    strict = Client(enforce_csrf_checks=True)
    assert say(strict, "yes").status_code == 403


def test_only_administrators_in_scope_see_how_many(client, rules, northbridge):
    own = document(slug="own", title="Own", institution=northbridge)
    version(own, "2025-01-01")
    say(client, "yes")
    told = "Version 2 so far: 1 yes, 0 no."
    assert told not in text(client.get("/policies/rules/"))
    for role, institution, platform, theirs in (
        (Role.ADMINISTRATOR, None, True, True),
        (Role.ADMINISTRATOR, northbridge, False, True),
        (Role.ADMINISTRATOR, make.institution(), False, False),
        (Role.MODERATOR, None, False, False),
        (Role.AUDITOR, None, False, False),
    ):
        person = make.person()
        make.grant(person, role, institution)
        client.force_login(person)
        assert (told in text(client.get("/policies/rules/"))) is platform, (role, institution)
        assert ("so far: 0 yes" in text(client.get("/policies/own/"))) is theirs


def test_counting_is_one_query_however_many_versions(rules, count_queries, client):
    with count_queries() as two:
        readers.helpful_counts(rules)
    version(rules, "2026-01-01", "## One\n\nMore.")
    say(client, "yes")
    with count_queries() as three:
        assert set(readers.helpful_counts(rules)) == {1, 2, 4}
    assert two.number == three.number == 1
