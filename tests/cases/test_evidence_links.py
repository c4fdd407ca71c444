"""Files are opened by links that are made for one person and live two minutes."""

from __future__ import annotations

import io
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from cases.enums import EvidenceKind, FileRole
from cases.models import Disclosure, Evidence
from cases.services import links, triage
from integrity.accounts.models import User
from integrity.core import clock
from integrity.core.errors import NotFound
from tests.cases import builders
from tests.cases import intake_builders as make
from tests.courses import builders as base

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def root(settings: Any, tmp_path: Path) -> Path:
    settings.EVIDENCE_ROOT = tmp_path / "evidence"
    return settings.EVIDENCE_ROOT


@pytest.fixture
def scene() -> make.Scene:
    return make.scene()


@pytest.fixture
def piece(scene: make.Scene) -> Evidence:
    upload = make.upload("../../chat\r\nX-Evil: 1<b>.png", make.told_picture())
    case = make.send(scene, uploads=[upload]).case
    return case.evidence.get(kind=EvidenceKind.FILE)


def link(client: Client, piece: Evidence, user: User) -> str:
    client.force_login(user)
    answer = client.get(reverse("evidence:file", args=[piece.public_id]))
    assert answer.status_code == 303
    assert answer.content == b""
    assert "no-store" in answer["Cache-Control"]
    return str(answer["Location"])


def nothing(client: Client) -> bytes:
    """What an address of nothing says."""
    answer = client.get("/files/nothing/")
    assert answer.status_code == 404
    return answer.content


def test_the_address_of_a_piece_leads_to_a_link_that_gives_the_file(
    client: Client, piece: Evidence
) -> None:
    moderator = builders.moderator()
    address = link(client, piece, moderator)
    assert address.startswith("/files/")

    answer = client.get(address)

    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/png"
    assert Image.open(io.BytesIO(answer.content)).size[0] > 0
    # The same again while it lives: a browser may ask twice.
    assert client.get(address).content == answer.content


def test_a_link_names_nobody(client: Client, piece: Evidence) -> None:
    moderator = builders.moderator()

    address = link(client, piece, moderator)

    assert str(moderator.public_id) not in address
    assert moderator.public_id.hex not in address
    assert moderator.email not in address


def test_hostile_25_a_link_that_is_two_minutes_old_is_nothing(
    client: Client, piece: Evidence, frozen_clock: Any
) -> None:
    address = link(client, piece, builders.moderator())
    frozen_clock.advance(seconds=links.LIVES.total_seconds() - 2)
    assert client.get(address).status_code == 200

    frozen_clock.advance(seconds=2)

    answer = client.get(address)
    assert answer.status_code == 404
    assert answer.content == nothing(client)


def test_hostile_25_a_visitor_finds_nothing_with_somebody_elses_link(
    client: Client, piece: Evidence, root: Path
) -> None:
    address = link(client, piece, builders.moderator())
    client.logout()

    with make.nothing_changes(root):
        answer = client.get(address)

    assert answer.status_code == 404
    assert answer.content == nothing(client)


def test_a_link_works_for_nobody_but_whom_it_was_made_for(
    client: Client, piece: Evidence, scene: make.Scene, root: Path
) -> None:
    address = link(client, piece, builders.moderator())
    others = [
        # May open the file, with a link of their own.
        builders.officer(),
        scene.learner,
        scene.reporter,
        base.person(),
        builders.administrator(),
    ]
    with make.nothing_changes(root):
        for user in others:
            client.force_login(user)
            answer = client.get(address)
            assert answer.status_code == 404
            assert answer.content == nothing(client)


def forged(address: str, kind: str) -> str:
    token = address.split("/")[2]
    piece, until, mac = token.split(".")
    far = f"{int((clock.now() + timedelta(days=1)).timestamp()):x}"
    return {
        "other piece": f"/files/{uuid.uuid4().hex}.{until}.{mac}/",
        "other time": f"/files/{piece}.{far}.{mac}/",
        "other mark": f"/files/{piece}.{until}.{'0' * 64}/",
        "no mark": f"/files/{piece}.{until}./",
        "twice": f"/files/{token}.{token}/",
        "letters": f"/files/{piece}.{until}.{mac.upper()}/",
        "huge time": f"/files/{piece}.{'f' * 40}.{mac}/",
        "NUL": f"/files/{piece}.{until}.{mac}%00/",
        "long": f"/files/{'a' * 5000}/",
    }[kind]


@pytest.mark.parametrize(
    "kind",
    [
        *("other piece", "other time", "other mark", "no mark", "twice", "letters"),
        *("huge time", "NUL", "long"),
    ],
)
def test_a_forged_link_is_nothing(client: Client, piece: Evidence, root: Path, kind: str) -> None:
    address = forged(link(client, piece, builders.moderator()), kind)

    with make.nothing_changes(root):
        answer = client.get(address)

    assert answer.status_code == 404
    assert answer.content == nothing(client)


def test_a_link_that_would_live_longer_than_two_minutes_is_nothing(
    piece: Evidence, frozen_clock: Any
) -> None:
    # As one whose clock was set back would be.
    moderator = builders.moderator()
    token = links.token(actor=moderator, evidence_id=piece.public_id)
    frozen_clock.advance(hours=-1)

    with pytest.raises(NotFound):
        links.piece_of(actor=moderator, token=token)


def test_hostile_49_a_link_is_authorised_again_when_it_is_used(
    client: Client, piece: Evidence
) -> None:
    moderator = builders.moderator()
    address = link(client, piece, moderator)
    whole = client.get(address)
    part = client.get(address, headers={"range": "bytes=0-10"})
    assert part.status_code == 200
    assert part.content == whole.content
    for header in ("ETag", "Last-Modified", "Content-Range"):
        assert header not in part
    assert part["Accept-Ranges"] == "none"

    triage.declare_conflict(actor=moderator, number=piece.case.number, reason="My cousin.")

    for headers in ({}, {"range": "bytes=0-10"}, {"if-none-match": "*"}):
        answer = client.get(address, headers=headers)
        assert answer.status_code == 404
        assert answer.content == nothing(client)


def test_hostile_49_a_disclosure_that_was_taken_back_ends_the_link(
    client: Client, piece: Evidence, scene: make.Scene
) -> None:
    disclosure = Disclosure.objects.create(evidence=piece, respondent=piece.case.respondents.get())
    address = link(client, piece, scene.learner)
    assert client.get(address).status_code == 200

    disclosure.delete()

    assert client.get(address).status_code == 404


def test_asking_for_the_link_is_no_look_and_opening_it_is_one(
    client: Client, piece: Evidence, scene: make.Scene
) -> None:
    disclosure = Disclosure.objects.create(evidence=piece, respondent=piece.case.respondents.get())

    address = link(client, piece, scene.learner)
    disclosure.refresh_from_db()
    assert disclosure.first_viewed_at is None

    # Nor is a question that takes nothing.
    client.head(address)
    client.head(reverse("my:evidence", args=[piece.case.number, piece.public_id]))
    disclosure.refresh_from_db()
    assert disclosure.first_viewed_at is None

    client.get(address)
    disclosure.refresh_from_db()
    assert disclosure.first_viewed_at is not None


def test_hostile_37_39_and_45_the_answer_is_an_attachment_with_a_neutral_name(
    client: Client, piece: Evidence, scene: make.Scene
) -> None:
    Disclosure.objects.create(evidence=piece, respondent=piece.case.respondents.get())
    for user in (builders.moderator(), scene.learner):
        answer = client.get(link(client, piece, user))

        assert answer["Content-Disposition"] == f'attachment; filename="{piece.label}.png"'
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "no-store" in answer["Cache-Control"]
        for header in ("ETag", "Last-Modified", "X-Evil"):
            assert header not in answer
        assert make.CANARY.encode() not in answer.content
        assert "chat" not in str(answer.headers)


def test_no_link_is_made_for_whoever_may_not_open_the_file(
    piece: Evidence, scene: make.Scene
) -> None:
    for user in (scene.learner, scene.reporter, base.person()):
        with pytest.raises(NotFound):
            links.token(actor=user, evidence_id=piece.public_id)
    piece.files.filter(role=FileRole.DERIVATIVE).delete()
    with pytest.raises(NotFound):
        links.token(actor=builders.officer(), evidence_id=piece.public_id)
