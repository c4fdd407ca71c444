"""Every consequence: what carrying it out and taking it back does to the learning record.

Each is carried out twice and taken back twice: the second time changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases import sanctions
from cases.services import issuing
from integrity.accounts.models import Restriction
from integrity.accounts.selectors import active_restriction
from integrity.core import clock
from integrity.core.errors import InvalidInput
from integrity.courses import rules, selectors
from integrity.courses.models import Effect, Enrolment
from policies.enums import TAKES_AWAY, ConsequenceCode
from policies.schemes.params import PARAMS
from tests.cases import builders as build
from tests.cases.sanction_builders import Talk
from tests.courses import builders as make

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


@pytest.fixture
def talk() -> Talk:
    return Talk()


def score(talk: Talk) -> Any:
    talk.case.submission.refresh_from_db()  # type: ignore[union-attr]
    return selectors.effective_score(talk.case.submission)  # type: ignore[arg-type]


def certificate(talk: Talk) -> str:
    return selectors.course_result(
        Enrolment.objects.select_related("course").get(pk=talk.enrolment.pk)
    ).certificate


def shown(talk: Talk) -> str | None:
    effects = selectors.active_effects().filter(post=talk.post, kind="content_hidden")
    return None if effects.exists() else selectors.replacement_of(talk.post) or talk.post.body


# Code, parameters, what to look at, what it is before and while it stands.
Look = Callable[[Talk], Any]
EVERY: list[tuple[str, Callable[[Talk], dict[str, Any]], Look, Any, Any]] = [
    ("no_action", lambda t: {}, lambda t: Effect.objects.count(), 0, 0),
    ("warning_verbal", lambda t: {}, lambda t: Effect.objects.count(), 0, 0),
    ("warning_written", lambda t: {}, lambda t: Effect.objects.count(), 0, 0),
    ("assignment_failed", lambda t: {}, score, 80, 0),
    ("certificate_withheld", lambda t: {}, certificate, "issued", "withheld"),
    ("certificate_revoked", lambda t: {}, certificate, "issued", "revoked"),
    (
        "removal_from_course",
        lambda t: {},
        lambda t: rules.in_course(t.learner, t.course),
        True,
        False,
    ),
    (
        "temporary_suspension",
        lambda t: {"days": "7"},
        lambda t: active_restriction(t.learner) is None,
        True,
        False,
    ),
    ("expulsion", lambda t: {}, lambda t: active_restriction(t.learner) is None, True, False),
    ("content_removed", lambda t: {}, shown, "You fool", None),
    ("content_edited", lambda t: {"text": "I disagree"}, shown, "You fool", "I disagree"),
    (
        "no_contact",
        lambda t: {"to": t.peer.email},
        lambda t: (rules.may_message(t.learner, t.peer), rules.may_message(t.learner, t.other)),
        (True, True),
        (False, True),
    ),
    (
        "no_direct_messages",
        lambda t: {},
        lambda t: (rules.may_message(t.learner, t.peer), rules.may_message(t.learner, t.other)),
        (True, True),
        (False, False),
    ),
    (
        "barred_from_channels",
        lambda t: {"channels": [str(t.channel.public_id)]},
        lambda t: (rules.may_post(t.learner, t.channel), rules.may_post(t.learner, t.cafe)),
        (True, True),
        (False, True),
    ),
    (
        "roles_ended",
        lambda t: {"roles": ["mentor"]},
        lambda t: [rules.holds_role(t.learner, t.course, role) for role in ("mentor", "speaker")],
        [True, True],
        [False, True],
    ),
]


def test_the_table_holds_every_handler() -> None:
    assert {row[0] for row in EVERY} == sanctions.codes()
    assert sanctions.codes() <= set(ConsequenceCode.values)


@pytest.mark.parametrize(("code", "params", "look", "before", "while_it_stands"), EVERY)
def test_applied_twice_and_taken_back_twice(
    talk: Talk,
    code: str,
    params: Callable[[Talk], dict[str, Any]],
    look: Look,
    before: Any,
    while_it_stands: Any,
) -> None:
    handler = sanctions.handler(code)
    assert look(talk) == before
    assert handler.unavailable(talk.respondent) is None
    row = talk.sanction(code, params(talk))
    assert str(handler.describe(row))
    rows = []
    for _again in range(2):
        handler.apply(talk.again(row))
        assert look(talk) == while_it_stands
        rows.append((Effect.objects.count(), Restriction.objects.count()))
    assert rows[0] == rows[1]
    restored = handler.reverse(talk.again(row))
    assert look(talk) == before
    assert bool(restored) is (before != while_it_stands)
    assert handler.reverse(talk.again(row)) == []
    assert look(talk) == before
    assert not selectors.active_effects().exists()
    # Taken back, it can be decided anew.
    second = talk.applied(code, params(talk))
    assert look(talk) == while_it_stands
    handler.reverse(second)
    assert look(talk) == before


@pytest.mark.parametrize(("code", "params", "look", "before", "while_it_stands"), EVERY)
def test_of_two_for_the_same_thing_the_other_still_stands(
    talk: Talk,
    code: str,
    params: Callable[[Talk], dict[str, Any]],
    look: Look,
    before: Any,
    while_it_stands: Any,
) -> None:
    first, second = talk.applied(code, params(talk)), talk.applied(code, params(talk))
    said = sanctions.handler(code).reverse(talk.again(first))
    assert look(talk) == while_it_stands
    if before != while_it_stands and code != "assignment_failed":
        assert "another" in " ".join(said)
    sanctions.handler(code).reverse(talk.again(second))
    assert look(talk) == before


def test_what_a_failed_assignment_takes_along_comes_back(talk: Talk) -> None:
    talk.course.pass_mark = 50
    talk.course.save()
    row = talk.applied("assignment_failed")
    assert (score(talk), certificate(talk)) == (0, "withheld")
    direct = talk.applied("certificate_withheld")
    said = sanctions.handler("assignment_failed").reverse(row)
    assert (score(talk), certificate(talk)) == (80, "withheld")
    assert not any("valid again" in line for line in said if "certificate" in line)
    assert "valid again" in " ".join(sanctions.handler("certificate_withheld").reverse(direct))
    assert certificate(talk) == "issued"


@pytest.mark.parametrize(
    "code",
    ["no_contact", "no_direct_messages", "barred_from_channels", "temporary_suspension"],
)
def test_82_what_has_an_end_ends_to_the_second(talk: Talk, code: str) -> None:
    _code, params, look, before, standing = next(row for row in EVERY if row[0] == code)
    start = clock.now() + timedelta(days=1)
    with clock.frozen(start):
        row = talk.applied(code, {**params(talk), "days": "3"})
    assert row.ends_at == start + timedelta(days=3)
    for at, expected in (
        (start - SECOND, before),
        (start, standing),
        (row.ends_at - SECOND, standing),
        (row.ends_at, before),
    ):
        with clock.frozen(at):
            assert look(talk) == expected
    with clock.frozen(row.ends_at):
        # Nothing stands again that had not ended already.
        if code != "temporary_suspension":
            assert sanctions.handler(code).reverse(row) == []


@pytest.mark.parametrize(
    ("code", "params", "field"),
    [
        ("content_edited", {}, "text"),
        ("content_edited", {"text": "  "}, "text"),
        ("content_edited", {"text": "You fool"}, "text"),
        ("content_edited", {"text": "x" * 20_001}, "text"),
        ("content_edited", {"text": "nul \x00"}, "text"),
        ("no_contact", {}, "to"),
        ("no_contact", {"to": "nobody@example.edu"}, "to"),
        ("no_direct_messages", {"days": "0"}, "days"),
        ("no_direct_messages", {"days": "3651"}, "days"),
        ("no_direct_messages", {"days": "soon"}, "days"),
        ("no_direct_messages", {"days": True}, "days"),
        ("barred_from_channels", {}, "channels"),
        ("barred_from_channels", {"channels": ["no-such"]}, "channels"),
        ("barred_from_channels", {"channels": []}, "channels"),
        ("roles_ended", {}, "roles"),
        ("roles_ended", {"roles": ["assistant"]}, "roles"),
        ("temporary_suspension", {}, "days"),
        ("temporary_suspension", {"days": "366"}, "days"),
    ],
)
def test_wrong_parameters_are_refused_at_their_field(
    talk: Talk, code: str, params: dict[str, Any], field: str
) -> None:
    handler = sanctions.handler(code)
    with pytest.raises(InvalidInput) as error:
        handler.clean(talk.respondent, params)
    assert list(error.value.fields) == [field]
    assert field in handler.fields(talk.respondent)


def test_only_people_and_channels_of_the_course_can_be_named(talk: Talk) -> None:
    elsewhere = make.course()
    stranger = make.enrol(elsewhere).learner
    channel = make.channel(elsewhere)
    for code, params in (
        ("no_contact", {"to": f"{talk.peer.email}, {stranger.email}"}),
        ("no_contact", {"to": talk.learner.email}),
        (
            "barred_from_channels",
            {"channels": [str(talk.channel.public_id), str(channel.public_id)]},
        ),
    ):
        with pytest.raises(InvalidInput):
            sanctions.handler(code).clean(talk.respondent, params)


def test_several_people_are_named_and_each_comes_back(talk: Talk) -> None:
    row = talk.applied(
        "no_contact", {"to": f"{talk.peer.email.upper()}\n{talk.teacher.email}, {talk.peer.email}"}
    )
    assert row.params == {"people": sorted([str(talk.peer.public_id), str(talk.teacher.public_id)])}
    described = str(sanctions.handler("no_contact").describe(row))
    assert "Ruth Adler and Tomás Rivera" in described
    assert "@" not in described
    anyone = talk.applied("no_direct_messages")
    said = sanctions.handler("no_contact").reverse(row)
    assert said == ["This reason is gone, but another one still stands."]
    assert sanctions.handler("no_direct_messages").reverse(anyone) == [
        "You can write direct messages again."
    ]


def test_two_sanctions_on_one_post_are_taken_back_one_by_one(talk: Talk) -> None:
    edited = talk.applied("content_edited", {"text": "I disagree"})
    removed = talk.applied("content_removed")
    assert shown(talk) is None
    said = sanctions.handler("content_removed").reverse(removed)
    assert shown(talk) == "I disagree"
    assert "still edited" in said[0]
    removed = talk.applied("content_removed")
    said = sanctions.handler("content_edited").reverse(edited)
    assert shown(talk) is None
    assert "still removed" in said[0]
    sanctions.handler("content_removed").reverse(removed)
    assert shown(talk) == "You fool"


@pytest.mark.parametrize(
    ("code", "missing"),
    [
        ("content_edited", "post"),
        ("content_removed", "post"),
        ("no_contact", "course"),
        ("barred_from_channels", "course"),
        ("roles_ended", "course"),
        ("removal_from_course", "course"),
        ("certificate_revoked", "course"),
    ],
)
def test_what_cannot_be_given_says_why(talk: Talk, code: str, missing: str) -> None:
    setattr(talk.case, missing, None)
    talk.case.save()
    assert str(sanctions.handler(code).unavailable(talk.respondent))


def test_a_post_of_somebody_else_is_not_this_learners(talk: Talk) -> None:
    second = build.respondent(talk.case, talk.peer)
    for code in ("content_edited", "content_removed"):
        assert sanctions.handler(code).unavailable(second) is not None
    assert sanctions.handler("roles_ended").unavailable(second) is not None


def test_what_takes_access_away(talk: Talk) -> None:
    expected = {
        "assignment_failed": True,
        "barred_from_channels": True,
        "certificate_revoked": True,
        "certificate_withheld": True,
        "expulsion": True,
        "removal_from_course": True,
        "roles_ended": True,
        "temporary_suspension": True,
    }
    found = {
        code: sanctions.handler(code).takes_away(talk.respondent, {}) for code in sanctions.codes()
    }
    assert {code: True for code, takes in found.items() if takes} == expected
    bar = sanctions.handler("barred_from_channels")
    assert not bar.takes_away(talk.respondent, {"days": 30})
    assert ConsequenceCode.BARRED_FROM_CHANNELS not in TAKES_AWAY


def test_a_scheme_names_only_parameters_that_are_asked(talk: Talk) -> None:
    for code in sanctions.codes():
        known = set(PARAMS.get(code, {}))
        assert known <= set(sanctions.handler(code).fields(talk.respondent)), code


def test_a_removed_learner_finds_no_page_of_the_course(client: Client, talk: Talk) -> None:
    client.force_login(talk.learner)
    case_submission = talk.case.submission
    assert case_submission is not None
    slug, task = talk.course.slug, case_submission.assignment.public_id
    urls = [
        reverse("courses:course", args=[slug]),
        reverse("courses:assignment", args=[slug, task]),
        reverse("courses:submission", args=[slug, task, case_submission.public_id]),
        reverse("courses:channel", args=[slug, talk.channel.public_id]),
        reverse("courses:post", args=[slug, talk.post.public_id]),
        reverse("messages:conversation", args=[talk.peer.public_id]),
    ]
    assert [client.get(url).status_code for url in urls] == [200] * len(urls)
    row = talk.applied("removal_from_course")
    assert [client.get(url).status_code for url in urls] == [404] * len(urls)
    sanctions.handler(row.code).reverse(row)
    assert [client.get(url).status_code for url in urls] == [200] * len(urls)


def test_the_period_starts_with_the_decision(talk: Talk) -> None:
    row = talk.sanction("no_direct_messages", {"days": 2}, starts_at=None, ends_at=None)
    at = clock.now()
    issuing.begin(row, at=at)
    assert (row.starts_at, row.ends_at) == (at, at + timedelta(days=2))
