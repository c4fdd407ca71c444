"""What somebody suspended or expelled still reaches, to the second, and that it is nothing else."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from integrity.accounts import services as accounts
from integrity.accounts.enums import RestrictionKind, Role
from integrity.core import clock
from integrity.web import restricted
from tests.cases.test_process import World
from tests.courses import builders as make

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)

# Everything, written down: a new address is closed to restricted people until it is added here.
OPEN = {
    # to be signed in, to keep the account safe, to choose language and colours
    "home",
    "privacy",
    "accessibility",
    "contact",
    "set_language",
    "set_theme",
    "account_settings",
    "account_login",
    "account_logout",
    "account_reauthenticate",
    "account_email",
    "account_email_verification_sent",
    "account_confirm_email",
    "account_change_password",
    "account_set_password",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_inactive",
    # letters
    "notifications:letters",
    "notifications:letter",
    # my cases, what was shown, the answer, the appeal
    "my:home",
    "my:cases",
    "my:case",
    "my:answer",
    "my:answered",
    "my:appeal",
    "my:appealed",
    "my:evidence",
    "evidence:file",
    "files:file",
    # somebody to help with it, and what holds until there is a decision
    "my:advisers",
    "my:adviser",
    "my:adviser_end",
    "my:measure",
    # more time, and to be asked to talk
    "my:more_time",
    "my:meeting",
    "my:meeting_calendar",
    "my:meeting_minutes",
    # what happens to one's data
    "report:processing",
    # whether one may be named
    "my:consents",
    "my:consent",
    "my:consent_withdraw",
    # policies as other sites frame them, and answers to what one asked about them
    "policies:embed",
    "policies:embed_version",
    "policies:questions",
    # a second account: asked like everybody, and no restriction ends by closing one
    "my:account_check",
    "my:account_not_mine",
    "my:account_keep",
    "my:account_code",
    "my:account_close",
    "my:account_closed",
    # the rules
    "policies:list",
    "policies:document",
    "policies:version",
    "policies:compare",
    # what every visitor may read, and stopping programs that act for oneself
    "api:docs",
    "api:schema",
    "tokens:list",
    "tokens:revoke",
}


def named(
    patterns: list[Any] | None = None, space: str = "", given: tuple[Any, ...] = ()
) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Every named address with the converters of its parts."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        parts = (*given, *entry.pattern.converters.items())
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from named(entry.url_patterns, inner, parts)
        elif isinstance(entry, URLPattern) and entry.name:
            yield f"{space}{entry.name}", parts


def sample(converter: Any) -> Any:
    kind = type(converter).__name__
    return {"UUIDConverter": uuid.uuid4(), "IntConverter": 1}.get(kind, "x")


def address(name: str, parts: tuple[Any, ...]) -> str | None:
    try:
        return reverse(name, kwargs={key: sample(value) for key, value in parts})
    except NoReverseMatch:  # addresses by regular expression need more than a sample
        return None


def suspend(user: Any, **fields: Any) -> Any:
    now = clock.now()
    return accounts.restrict(
        user=user,
        **{
            "kind": RestrictionKind.SUSPENDED,
            "source": f"sanction:{uuid.uuid4()}",
            "starts_at": now - timedelta(hours=1),
            "ends_at": now + timedelta(days=30),
            **fields,
        },
    )


def test_the_list_is_exactly_this():
    assert restricted.allowed() == OPEN


def test_every_name_on_the_list_leads_somewhere():
    known = {name for name, _parts in named()}
    assert known >= OPEN


@pytest.mark.parametrize("kind", list(RestrictionKind))
def test_everything_else_is_closed_whatever_the_role(client, kind):
    user = make.person("Everybody")
    for role in Role:
        make.grant(user, role)
    suspend(user, kind=kind, ends_at=None)
    client.force_login(user)
    tried = 0
    for name, parts in named():
        url = address(name, parts)
        if url is None or name in OPEN or name.startswith(("admin:jsi18n",)):
            continue
        answer = client.get(url)
        # Some addresses take other methods only; the middleware speaks before the view does.
        assert answer.status_code == 403, name
        tried += 1
    assert tried > 60


def test_letters_cases_answer_policies_and_signing_out_stay_open(client):
    world = World().notified()
    suspend(world.learner)
    client.force_login(world.learner)
    letter = world.respondent.notices.get().letter
    piece = world.respondent.disclosures.get().evidence
    for url in (
        "/",
        reverse("my:home"),
        reverse("my:cases"),
        reverse("my:case", args=[world.number]),
        reverse("my:answer", args=[world.number]),
        reverse("my:evidence", args=[world.number, piece.public_id]),
        reverse("notifications:letters"),
        reverse("notifications:letter", args=[letter.public_id]),
        reverse("policies:list"),
        world.version.get_absolute_url(),
        reverse("account_settings"),
    ):
        assert client.get(url).status_code == 200, url
    for url in (
        reverse("courses:courses"),
        reverse("courses:course", args=[world.case.course.slug]),
        reverse("report:choose"),
    ):
        assert client.get(url).status_code == 403, url
    assert client.post(reverse("account_logout")).status_code == 302


def test_a_suspended_learner_can_send_the_answer(client):
    from tests.cases.test_my_answer import Desk

    desk = Desk(client)
    suspend(desk.world.learner)
    assert desk.post().status_code == 303
    assert client.get(reverse("my:answered", args=[desk.number])).status_code == 200


def test_it_begins_and_ends_to_the_second():
    learner = make.enrol(make.course()).learner
    start = clock.now()
    end = start + timedelta(hours=2)
    suspend(learner, starts_at=start, ends_at=end)
    for at, status in (
        (start - SECOND, 200),
        (start, 403),
        (end - SECOND, 403),
        (end, 200),
    ):
        with clock.frozen(at):
            client = Client()
            client.force_login(learner)
            assert client.get(reverse("courses:courses")).status_code == status, at
            assert client.get(reverse("my:cases")).status_code == 200


def test_lifting_it_opens_everything_on_the_next_request(client):
    learner = make.enrol(make.course()).learner
    source = suspend(learner).source
    client.force_login(learner)
    assert client.get(reverse("courses:courses")).status_code == 403
    accounts.lift(source=source)
    assert client.get(reverse("courses:courses")).status_code == 200
