"""What people are told about their data, and what reporters say: each version for good (IN7)."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases import notices
from cases.enums import ReportMode, ReportStatus
from cases.models import Notice, Report
from notifications.content import unseal_letter
from tests.cases import intake_builders as make
from tests.cases.test_process import World
from tests.cases.test_report_pages import draft, fill, text, to_check, token

pytestmark = pytest.mark.django_db

# Never change one: write a new version above it in `cases/notices.py` and add its line here.
FINGERPRINTS = {
    "processing 2026-11-22-2": "660ec852b992abab",
    "processing 2026-11-22": "5aacd6f3c9d3cd69",
    "good faith 2026-11-22": "d5ea44ab28d08f19",
}


def told() -> dict[str, str]:
    found = {f"processing {row.version}": notices.fingerprint(row) for row in notices.PROCESSING}
    return found | {
        f"good faith {row.version}": notices.fingerprint(row) for row in notices.GOOD_FAITH
    }


@pytest.fixture
def scene(settings: Any, tmp_path: Any) -> make.Scene:
    settings.EVIDENCE_ROOT = tmp_path / "evidence"
    return make.scene()


@pytest.fixture
def reader(scene: make.Scene, client: Client) -> Client:
    client.force_login(scene.reporter)
    return client


def newer(monkeypatch: pytest.MonkeyPatch) -> None:
    """As after an update: the notice has a new version."""
    new = dataclasses.replace(notices.PROCESSING[0], version="2027-01-01")
    monkeypatch.setattr(notices, "PROCESSING", (new, *notices.PROCESSING))


def test_the_words_of_a_version_never_change() -> None:
    assert told() == FINGERPRINTS


def test_one_changed_letter_is_noticed() -> None:
    row = notices.PROCESSING[0]
    words = {**row.sentences, ReportMode.NAMED: (*row.sentences[ReportMode.NAMED][:-1], "Other.")}
    changed = dataclasses.replace(row, sentences=words)
    assert notices.fingerprint(changed) != notices.fingerprint(row)
    moved = dataclasses.replace(row, version="other")
    assert notices.fingerprint(moved) != notices.fingerprint(row)


def test_versions_are_told_apart_and_the_newest_stands_first() -> None:
    for rows in (notices.PROCESSING, notices.GOOD_FAITH):
        names = [row.version for row in rows]
        assert len(set(names)) == len(names)
        assert all(
            len(name) <= Report._meta.get_field("processing_notice").max_length for name in names
        )  # type: ignore[operator]
        assert [row.since for row in rows] == sorted((row.since for row in rows), reverse=True)
    for row in notices.PROCESSING:
        assert set(ReportMode.values) <= set(row.sentences)
    assert notices.current_processing().for_respondent


def test_every_version_is_read_by_anybody_at_its_address(client: Client) -> None:
    make.scene()
    for row in notices.PROCESSING:
        page = client.get(reverse("report:processing", args=[row.version]))
        assert page.status_code == 200
        for sentences in row.sentences.values():
            for line in sentences:
                assert str(line) in text(page)
        assert f"Version {row.version}" in text(page)
        old = row is not notices.PROCESSING[0]
        assert ("It holds no longer" in text(page)) is old
    for said in notices.GOOD_FAITH:
        page = client.get(reverse("report:good_faith", args=[said.version]))
        assert str(said.statement) in text(page)
        assert str(said.hint) in text(page)
    for route in ("report:processing", "report:good_faith"):
        assert client.get(reverse(route, args=["1999-01-01"])).status_code == 404


@pytest.mark.parametrize("mode", ReportMode.values)
def test_the_check_page_shows_what_holds_for_this_way_to_report_and_its_version_is_kept(
    reader: Client, scene: make.Scene, mode: str
) -> None:
    report = draft(reader, scene)
    fill(reader, reverse("report:step", args=[report.public_id, "evidence"]))
    on = fill(reader, reverse("report:step", args=[report.public_id, "name"]), mode=mode)
    page = reader.get(on["Location"])
    for line in notices.current_processing().for_report(mode):
        assert str(line) in text(page)
    held = notices.current_processing()
    own = " ".join(str(line) for line in held.for_report(mode))
    others = {str(line) for other in ReportMode.values for line in held.for_report(other)}
    assert [line for line in others if line not in own and line in text(page)] == []
    assert str(notices.current_good_faith().statement) in text(page)
    here = reverse("report:processing", args=[notices.current_processing().version])
    assert f'href="{here}"' in text(page)

    assert fill(reader, on["Location"], good_faith="on").status_code == 303
    sent = Report.objects.exclude(status=ReportStatus.DRAFT).get()
    assert sent.processing_notice == notices.current_processing().version
    assert sent.good_faith_statement == notices.current_good_faith().version


def test_words_that_changed_while_the_page_was_open_are_shown_before_anything_is_sent(
    reader: Client, scene: make.Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = draft(reader, scene)
    check = to_check(reader, report)
    seen = text(reader.get(check)).split('name="shown" value="')[1].split('"')[0]
    newer(monkeypatch)
    body = {"form_token": token(reader.get(check)), "shown": seen, "good_faith": "on"}

    refused = reader.post(check, body)

    assert refused.status_code == 400
    assert "has changed while this page was open" in text(refused)
    assert "2027-01-01" in text(refused)
    assert "checked" not in text(refused).split('name="good_faith"')[1].split(">")[0]
    report.refresh_from_db()
    assert (report.status, report.processing_notice) == (ReportStatus.DRAFT, "")
    shown = text(refused).split('name="shown" value="')[1].split('"')[0]
    again = {"form_token": token(refused), "shown": shown, "good_faith": "on"}
    assert reader.post(check, again).status_code == 303
    report.refresh_from_db()
    assert report.processing_notice == "2027-01-01"


def test_a_report_keeps_its_version_when_a_new_one_comes(
    scene: make.Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = make.send(scene)
    newer(monkeypatch)
    second = make.send(scene)
    first.refresh_from_db()
    assert first.processing_notice != second.processing_notice == "2027-01-01"


def test_a_respondent_gets_the_notice_with_the_letter_and_finds_it_with_the_case(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World().notified()
    version = notices.current_processing().version
    notice = Notice.objects.get()
    assert notice.processing_notice == version
    letter = unseal_letter(notice.letter.content_sealed).html
    address = reverse("report:processing", args=[version])
    lines = [str(line) for line in notices.current_processing().for_respondent]
    client.force_login(world.learner)
    page = text(client.get(reverse("my:case", args=[world.number])))
    for line in lines:
        assert line in letter
        assert line in page
    assert address in letter
    assert f'href="{address}"' in page
    newer(monkeypatch)
    again = text(client.get(reverse("my:case", args=[world.number])))
    assert f'href="{address}"' in again
    assert "2027-01-01" not in again
