"""Nobody learns from their own upload that somebody else sent the same file (HOSTILE 46)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.enums import FileRole
from cases.models import EvidenceFile, Report
from cases.services import showing
from integrity.accounts.models import User
from integrity.core.errors import NotFound
from tests.cases import intake_builders as make
from tests.courses import builders as base

pytestmark = pytest.mark.django_db

_VARIES = (
    r'(csrfmiddlewaretoken|form_token|next)"\s+value="[^"]+"',
    r"R-[0-9A-Z]{4}-[0-9A-Z]{4}",
    r"person\d+@example\.edu",
    r"[0-9a-f]{8}-[0-9a-f-]{27}",
)


@pytest.fixture(autouse=True)
def root(settings: Any, tmp_path: Path) -> Path:
    settings.EVIDENCE_ROOT = tmp_path / "evidence"
    return settings.EVIDENCE_ROOT


def plain(response: Any) -> str:
    text = f"{response.status_code} {response.get('Location', '')}\n{response.content.decode()}"
    for pattern in _VARIES:
        text = re.sub(pattern, "", text)
    return text


def walk(scene: make.Scene, user: User, content: bytes) -> list[str]:
    """Everything one sees from choosing a file to the report that was sent."""
    client = Client()
    client.force_login(user)
    seen = []

    def go(address: str, **answers: Any) -> str:
        page = client.get(address)
        seen.append(plain(page))
        found = re.search(r'name="form_token" value="([^"]+)"', page.content.decode())
        assert found
        answer = client.post(address, {"form_token": found.group(1), **answers})
        assert answer.status_code == 303, answer.status_code
        seen.append(plain(answer))
        return str(answer["Location"])

    flag = f"{reverse('report:flag')}?submission={scene.submission.public_id}"
    onward = go(flag, code="plagiarism", account=make.WORDS)
    onward = go(onward, action="upload", uploads=[make.upload("chat.txt", content)])
    onward = go(onward.split("?")[0])
    onward = go(onward, mode="confidential")
    onward = go(onward, good_faith="on")
    seen.append(plain(client.get(onward)))
    report = Report.objects.latest("pk")
    seen.append(plain(client.get(reverse("my:report", args=[report.public_id]))))
    seen.append(plain(client.get(reverse("my:reports"))))
    return seen


def test_hostile_46_the_second_reporter_of_a_file_sees_what_the_first_would(
    frozen_clock: Any,
) -> None:
    scene = make.scene()
    # Somebody reported the same work before, each time: only the file differs.
    make.send(scene, uploads=[make.upload("first.txt", b"These words were sent")])
    one, other = base.person("Robin Reporter"), base.person("Robin Reporter")
    for person in (one, other):
        base.enrol(scene.course, person)

    # As long as the known one, for its size stands on the page.
    with_fresh = walk(scene, one, b"Those words were fresh"[:21])
    with_known = walk(scene, other, b"These words were sent")

    for one_page, other_page in zip(with_fresh, with_known, strict=True):
        told_apart = set(one_page.splitlines()) ^ set(other_page.splitlines())
        assert not told_apart


def test_hostile_46_the_same_file_is_kept_twice_and_opens_for_neither_sender() -> None:
    scene = make.scene()
    first, second = base.person("First"), base.person("Second")
    for person in (first, second):
        make.send(scene, actor=person, uploads=[make.upload("a.png", make.picture())])

    copies = list(EvidenceFile.objects.filter(role=FileRole.DERIVATIVE))
    assert len({file.path for file in copies}) == 2
    for person in (first, second):
        for file in copies:
            with pytest.raises(NotFound):
                showing.open_file(actor=person, evidence_id=file.evidence.public_id)
