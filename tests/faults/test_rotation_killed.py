"""kill -9 in the middle of changing field keys, and a site that goes on writing meanwhile."""

from __future__ import annotations

import base64
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cases.evidence import store
from cases.models import Report
from integrity.core import crypto
from notifications import content
from notifications.models import OutboxMessage
from notifications.recipients import Recipient, unseal_address
from tests.cases import builders as build
from tests.courses import builders as make
from tests.faults.outbox import wait_for
from tests.notifications.builders import queued
from tests.support.processes import Process

pytestmark = pytest.mark.django_db(transaction=True)


def key() -> str:
    return base64.b64encode(os.urandom(32)).decode()


class Office:
    """Reports, letters and files, sealed with the older key."""

    def __init__(self, count: int, root: Path) -> None:
        self.root = root
        self.case = build.case()
        for number in range(count):
            build.report(self.case, make.person(f"Reporter {number}"))
            queued(make.person(f"Learner {number}"), key=f"letter:{number}")
        self.files = {
            store.write(f"content {number}".encode(), purpose=store.ORIGINAL): number
            for number in range(count)
        }

    def opens(self) -> None:
        """Everything is there and says what it said."""
        names = {
            Recipient.sealed(row.reporter_ref, row.reporter_sealed or b"").name
            for row in Report.objects.all()
        }
        assert names >= {f"Reporter {number}" for number in self.files.values()}
        for message in OutboxMessage.objects.select_related("letter"):
            assert unseal_address(message.recipient_sealed).name.startswith("Learner")
            assert content.unseal_message(message.content_sealed).subject
            assert content.unseal_letter(message.letter.content_sealed).html
        for path, number in self.files.items():
            assert store.read(path, purpose=store.ORIGINAL) == f"content {number}".encode()


def sealed_again() -> int:
    """How many reports, messages and files the newest key has sealed so far."""
    newest = crypto.newest_head()
    name = crypto.key_names()[0]
    rows = [
        *Report.objects.values_list("reporter_sealed", flat=True),
        *OutboxMessage.objects.values_list("content_sealed", flat=True),
    ]
    files = [store.sealed_with(path) for path, _at in store.everything() if ".part" not in path]
    return sum(bytes(row or b"").startswith(newest) for row in rows) + files.count(name)


def test_killed_again_and_again_nothing_is_lost_and_it_ends(
    start_process: Callable[..., Process], settings: Any, tmp_path: Path, thorough: bool
) -> None:
    older, newer = key(), key()
    settings.EVIDENCE_ROOT = tmp_path / "evidence"
    settings.FIELD_KEYS = [older]
    count = 200 if thorough else 40
    office = Office(count, settings.EVIDENCE_ROOT)
    settings.FIELD_KEYS = [newer, older]
    command = (sys.executable, "manage.py", "rotate_field_keys", "--batch", "5")
    around = {"FIELD_KEYS": f"{newer},{older}", "EVIDENCE_ROOT": str(settings.EVIDENCE_ROOT)}

    kills = 0
    while sealed_again() < 3 * count - 30 and kills < 20:
        before = sealed_again()
        process = start_process(*command, **around)
        wait_for(lambda before=before: sealed_again() >= before + 25)
        process.process.kill()
        process.process.wait(10)
        kills += 1
        office.opens()
        # The site goes on: what it writes now, it writes with the new key.
        build.report(office.case, make.person("Written Meanwhile"))
    assert kills >= 2

    last = start_process(*command, **around)
    assert last.process.wait(120) == 0, last.output
    report = json.loads(last.output[last.output.index("{") :])
    assert [(row["values"], row["files"], row["keep"]) for row in report["keys"]][1] == (
        0,
        0,
        False,
    )
    settings.FIELD_KEYS = [newer]
    office.opens()
