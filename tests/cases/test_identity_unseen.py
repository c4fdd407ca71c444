"""What the respondent sees does not tell who reported, and no copy of the database does."""

from __future__ import annotations

import base64
import itertools
import re
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from cases import informants, receipts
from cases.models import AdviserAccess, Case, Report
from cases.services import consent, dialogue, export, reveal, triage
from integrity.accounts.models import User
from integrity.audit.models import Event
from integrity.core import clock
from notifications import content
from notifications import services as notifications
from notifications.models import Letter, OutboxMessage
from notifications.recipients import references_of
from tests.api.caller import Program
from tests.cases import builders as build
from tests.cases.test_process import World
from tests.courses import builders as make

pytestmark = pytest.mark.django_db

NAME, OTHER = "Zebedee Quillfeather", "Ophelia Marchbanks"
HOW = ("confidential", "somebody_else", "named", "without_a_name", "told_the_desk")


def reported(world: World, how: str) -> None:
    """Let the report of the case have come in this way."""
    sender = make.person(OTHER if how == "somebody_else" else NAME)
    # Whoever wrote it down works on this case no more, so it is somebody else of the desk.
    writer = build.moderator("Ida Desk")
    columns: dict[str, Any] = {
        "reporter_ref": notifications.reporter_ref(sender),
        "reporter_sealed": notifications.seal_reporter(sender),
    }
    if how == "named":
        columns["mode"] = "named"
    if how in ("without_a_name", "told_the_desk"):
        columns = {"reporter_ref": "", "reporter_sealed": None}
    if how == "without_a_name":
        columns |= {"mode": "anonymous", "receipt_ref": receipts.fingerprint(receipts.new_code())}
    if how == "told_the_desk":
        columns |= {
            "received_by": "phone",
            "entered_by": writer,
            "informant_sealed": informants.Informant(NAME, "zebedee@example.org").sealed(),
        }
    Report.objects.filter(pk=world.report.pk).update(**columns)


def decided(how: str, *, tell: bool = False) -> dict[str, str]:
    """The same case from report to decision, and everything its respondent and adviser can see."""
    world = World()
    reported(world, how)
    world.opened()
    dialogue.ask(
        actor=world.moderator,
        number=world.number,
        report_id=world.report.public_id,
        body="On which page?",
        form_key="a-question",
    )
    world.opened = lambda: world  # type: ignore[method-assign]
    world.found()
    adviser = make.person("Ada Viser")
    access = AdviserAccess.objects.create(
        respondent=world.respondent,
        email=adviser.email,
        adviser=adviser,
        accepted_at=clock.now(),
        form_key="the-access",
    )
    world.confirm(world.propose(["assignment_failed"]).digest)
    if tell:
        asked = consent.ask(
            actor=world.officer,
            number=world.number,
            kind="reporter",
            subject_id=world.report.public_id,
            purpose="tell_learner",
            learner_id=world.rid,
            reason="They want to say sorry.",
            form_key="a-consent",
        )
        sender = User.objects.get(display_name=NAME)
        consent.answer(actor=sender, consent_id=asked.public_id, yes=True)
        consent.use(actor=world.officer, number=world.number, consent_id=asked.public_id)
    return dict(everything(world, adviser, access))


def everything(world: World, adviser: User, access: AdviserAccess) -> Iterator[tuple[str, str]]:
    """Every page, answer, letter and export for the respondent and the adviser."""
    reader = Client()
    reader.force_login(world.learner)
    for name in ("my:home", "my:cases", "my:reports", "my:consents", "notifications:letters"):
        yield name, html(reader, reverse(name))
    for name in ("my:case", "my:answered", "my:advisers", "my:appeal"):
        yield name, html(reader, reverse(name, args=[world.number]))
    shown = world.respondent.disclosures.order_by("evidence__position")
    for place, row in enumerate(shown.select_related("evidence")):
        address = reverse("my:evidence", args=[world.number, row.evidence.public_id])
        yield f"evidence {place}", html(reader, address)
    for place, letter in enumerate(letters_of(world.learner)):
        yield (
            f"letter {place} {letter.event}",
            html(reader, reverse("notifications:letter", args=[letter.public_id])),
        )
    for place, message in enumerate(messages_of(world.learner)):
        told = content.unseal_message(message.content_sealed)
        yield f"email {place} {message.event}", f"{told.subject}\n{told.text}"
    beside = Client()
    beside.force_login(adviser)
    yield "advising", html(beside, reverse("advising:case", args=[access.public_id]))
    program = Program(world.learner)
    for path in ("letters/", f"cases/{world.number}/", "cases/", "reports/"):
        answer = program.ask("GET", path)
        yield f"api {path}", f"{answer.status_code} {answer.content.decode()}"
    for format in ("csv", "jsonl"):
        what = export.Filter(case_number=world.number, audience="respondent")
        lines = export.export_history(actor=None, format=format, what=what)
        yield f"export {format}", counted_from_the_first("".join(lines))


_PLACE = re.compile(r'^(\d+)(?=,)|(?<="sequence":)(\d+)|(?<="sequence": )(\d+)', re.MULTILINE)


def counted_from_the_first(exported: str) -> str:
    """Places in the chain, which counts everybody's events, from the first one that is shown.

    What was recorded before the notice moves all of them alike; what comes after must not.
    """
    found = [int(match[0]) for match in _PLACE.finditer(exported)]
    assert found
    return _PLACE.sub(lambda match: f"first+{int(match[0]) - found[0]}", exported)


def html(client: Client, address: str) -> str:
    answer = client.get(address)
    headers = sorted(f"{name}: {value}" for name, value in answer.headers.items())
    return "\n".join([str(answer.status_code), *headers, answer.content.decode()])


def letters_of(user: User) -> list[Letter]:
    return list(Letter.objects.filter(recipient_ref__in=references_of(user)).order_by("pk"))


def messages_of(user: User) -> list[OutboxMessage]:
    return list(OutboxMessage.objects.filter(recipient_ref__in=references_of(user)).order_by("pk"))


_RANDOM = re.compile(
    # ids, pseudonyms, hashes, and what is signed or drawn anew for each page
    r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"|person-[0-9a-f]{12}|\b[0-9a-f]{64}\b|[A-Za-z0-9_:-]{43,}"
)


def same_but_random(text: str) -> str:
    """The text with every random id and token replaced by its number in order of appearance."""
    seen: dict[str, str] = {}
    return _RANDOM.sub(lambda m: seen.setdefault(m[0], f"<{len(seen)}>"), text)


@pytest.fixture
def told(frozen_clock: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Build the case anew with the same numbers at the same moment, and take it back."""

    def read(how: str, **options: Any) -> dict[str, str]:
        monkeypatch.setattr(build, "_numbers", itertools.count(5_000))
        monkeypatch.setattr(make, "_numbers", itertools.count(5_000))
        with transaction.atomic():
            found = decided(how, **options)
            transaction.set_rollback(True)
        return {name: same_but_random(text) for name, text in found.items()}

    return read


def test_hostile_106_the_accused_sees_the_same_bytes_whoever_reported(told: Any) -> None:
    first = told(HOW[0])
    assert len(first) > 20
    assert all(text.startswith("200") for name, text in first.items() if name.startswith("my:"))
    for how in HOW[1:]:
        other = told(how)
        assert other.keys() == first.keys(), how
        for name, text in other.items():
            assert text == first[name], f"{name} differs when {how}"
    # The comparison would see it: with consent the learner is told the name.
    agreed = told(HOW[0], tell=True)
    assert agreed["my:case"] != first["my:case"]
    assert NAME in agreed["my:case"]
    assert NAME in agreed["advising"]


# Copies of the database

_OWN = ("accounts_user", "account_emailaddress")


def lived(person: User) -> World:
    """A case in which a reporter in confidence did everything a reporter can."""
    world = World()
    Report.objects.filter(pk=world.report.pk).update(
        reporter_ref=notifications.reporter_ref(person),
        reporter_sealed=notifications.seal_reporter(person),
    )
    sealed = build.report(world.case, person)
    world.notified()
    dialogue.ask(
        actor=world.moderator,
        number=world.number,
        report_id=sealed.public_id,
        body="On which page?",
        form_key="a-question",
    )
    dialogue.answer(report=Report.objects.get(pk=sealed.pk), body="Page 3.", form_key="an-answer")
    asked = reveal.ask(
        actor=world.officer,
        number=world.number,
        report_id=sealed.public_id,
        purpose="safety",
        reason="A threat.",
        form_key="a-reveal",
    )
    reveal.answer(
        actor=world.second,
        number=world.number,
        reveal_id=asked.public_id,
        outcome="approved",
        reason="Yes.",
    )
    reveal.read(actor=world.officer, number=world.number, reveal_id=asked.public_id)
    for purpose, more in (
        ("tell_learner", {"learner_id": world.rid}),
        ("tell_desk", {}),
        ("tell_others", {"to_whom": "The dean"}),
    ):
        question = consent.ask(
            actor=world.moderator,
            number=world.number,
            kind="reporter",
            subject_id=sealed.public_id,
            purpose=purpose,
            reason="They want to say sorry.",
            form_key=purpose,
            **more,
        )
        consent.answer(actor=person, consent_id=question.public_id, yes=True)
        consent.use(actor=world.officer, number=world.number, consent_id=question.public_id)
    triage.add_note(actor=world.moderator, number=world.number, body="A note.", form_key="n")
    client = Client()
    client.force_login(person)
    for address in (reverse("my:home"), reverse("my:report", args=[sealed.public_id])):
        assert client.get(address).status_code == 200
    return world


def copy_of_the_database() -> list[str]:
    """A dump as an operator makes it, line by line."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        return list(connection.connection.iterdump())
    now = connection.settings_dict
    tool = shutil.which("pg_dump")
    assert tool, "pg_dump is missing: apt-get install postgresql-client"
    command = [tool, "--inserts", "--no-owner", "-h", now["HOST"], "-p", str(now["PORT"])]
    dump = subprocess.run(
        [*command, "-U", now["USER"], now["NAME"]],
        env={"PGPASSWORD": now["PASSWORD"], "PATH": "/usr/bin:/bin"},
        check=True,
        capture_output=True,
        text=True,
    )
    return dump.stdout.splitlines()


@pytest.mark.django_db(transaction=True)
def test_hostile_107_a_copy_of_the_database_tells_nobody_who_reported() -> None:
    person = make.person(NAME)
    world = lived(person)
    dump = copy_of_the_database()
    assert sum(world.number in line for line in dump) > 5
    own = re.compile(rf'INSERT INTO "?(public\.)?"?({"|".join(_OWN)})"? ')
    elsewhere = "\n".join(line for line in dump if not own.match(line))
    assert any(NAME in line for line in dump if own.match(line))
    for value in (NAME, "Quillfeather", person.email, str(person.public_id)):
        for form in (value, value.encode().hex(), value.encode().hex().upper()):
            assert form not in elsewhere, f"{value!r} stands in the dump"
    everything_there = "\n".join(dump)
    secrets = [*settings.FIELD_KEYS, settings.SECRET_KEY, settings.AUDIT_SIGNING_KEY]
    for key in secrets:
        assert key not in everything_there
    for key in settings.FIELD_KEYS:
        assert base64.b64decode(key).hex() not in everything_there.lower()


def test_hostile_107_nor_do_events_and_messages() -> None:
    person = make.person(NAME)
    lived(person)
    for model in (Event, OutboxMessage, Letter, Report, Case):
        for row in model.objects.values():
            for column, value in row.items():
                text = bytes(value) if isinstance(value, bytes | memoryview) else str(value)
                for secret in (NAME, person.email):
                    raw = secret.encode() if isinstance(text, bytes) else secret
                    assert raw not in text, f"{model.__name__}.{column}"
