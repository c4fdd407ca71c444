"""HOSTILE 60: kill -9 at any moment of sending a report with a file leaves all of it or nothing.

Afterwards the same form, sent again, makes exactly one report: row, case, evidence with its files
on the disk, history and acknowledgement. `make faults` goes through every moment there is, every
other run through moments spread over the whole request.
"""

from __future__ import annotations

import http.client
import os
import re
import signal
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings as conf
from django.core.cache import cache
from django.db import connection, connections
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import reverse

from cases.enums import ReportStatus
from cases.evidence import store
from cases.models import Case, DraftFile, Evidence, Report
from cases.services import drafts
from integrity.audit.models import Event
from integrity.core.forms import new_form_token
from integrity.supervisor import web_command
from notifications.models import OutboxMessage
from tests.cases import intake_builders as make
from tests.cases.test_report_pages import step
from tests.faults import killing
from tests.support.processes import Process
from tests.support.services import free_port

pytestmark = pytest.mark.django_db(transaction=True)

# Moments of each request in a run that was not asked for by name.
SOME = 5


@pytest.fixture(autouse=True)
def evidence_root(settings: Any) -> Path:
    """Where the killed process keeps its files too."""
    return Path(settings.EVIDENCE_ROOT)


@pytest.fixture
def scene() -> make.Scene:
    return make.scene()


@pytest.fixture
def reader(scene: make.Scene) -> Client:
    client = Client()
    client.force_login(scene.reporter)
    return client


def begun(scene: make.Scene) -> Report:
    """A flag of which everything but its file is told."""
    # Every moment is another report, and nobody sends so many in an hour.
    cache.clear()
    page = drafts.Page(
        step=3, violation_type=scene.type("plagiarism"), account=make.WORDS, mode="confidential"
    )
    return drafts.start(
        actor=scene.reporter,
        kind="flag",
        form_key=uuid4().hex,
        page=page,
        submission=scene.submission,
    )


def filled(scene: make.Scene) -> tuple[Report, str]:
    """A flag with its file that only has to be sent, and the token of its last page."""
    report = begun(scene)
    drafts.add_files(
        actor=scene.reporter,
        draft_id=report.public_id,
        uploads=[make.upload("screen.png", make.picture())],
        form_key=uuid4().hex,
    )
    return report, new_form_token()


def upload(client: Client, report: Report, key: str) -> Any:
    """Send the page of evidence with a picture."""
    files = [make.upload("screen.png", make.picture())]
    return client.post(step(report, "evidence"), {"form_token": key, "uploads": files})


def send(client: Client, report: Report, key: str) -> Any:
    """Send the last page."""
    return client.post(step(report, "check"), {"form_token": key, "good_faith": "on"})


def killed(act: Callable[[], Any], at: int) -> bool:
    """Do it in a process of its own that ends at this moment; False when it had ended before."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        # Nothing of the test runs on in the child, whatever happens.
        try:
            # While a browser is open this thread has two sets of connections, one of them for async
            # code, which the child is not: it would find one of the parent's, that stays open with
            # its locks when the child is gone. Held, for closing it would tell the server.
            inherited = [connections[alias] for alias in connections]
            for alias in connections:
                del connections[alias]
            assert inherited
            with killing.Moments(at).watched():
                act()
        finally:
            os._exit(0)
    _pid, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def moments_of(act: Callable[[], Any]) -> tuple[int, int]:
    """How many moments a request has, and how many of them are around commits."""
    with killing.Moments().watched() as moments:
        assert act().status_code == 303
    return moments.passed, moments.commits


def chosen(count: int, commits: int, *, every: bool) -> list[int]:
    """All moments, or some spread over them, and always those before and after each commit."""
    step = 1 if every else max(1, count // SOME)
    return [*range(1, count - 3, step), *range(-1, -commits - 1, -1)]


def on_disk(path: str) -> bool:
    return (store.root() / path).is_file()


def nothing(report: Report) -> None:
    """It is a draft, and nobody has heard of it."""
    assert report.status == ReportStatus.DRAFT
    assert (report.case_id, report.acknowledged_at) == (None, None)
    assert not report.good_faith
    assert not Evidence.objects.filter(report=report).exists()
    assert not Event.objects.filter(subject_id=str(report.public_id)).exists()
    assert not OutboxMessage.objects.filter(key__contains=str(report.public_id)).exists()


def whole(report: Report, *, files: int) -> None:
    """Row, case, evidence, files on the disk, history and acknowledgement, each once."""
    assert report.status == ReportStatus.SUBMITTED
    assert report.case is not None
    assert report.acknowledged_at is not None
    pieces = list(Evidence.objects.filter(report=report).prefetch_related("files"))
    assert len(pieces) == files
    for piece in pieces:
        assert len(piece.files.all()) == 2
        assert all(on_disk(file.path) for file in piece.files.all())
    assert not DraftFile.objects.filter(report=report).exists()
    received = Event.objects.filter(action="report.received", subject_id=str(report.public_id))
    assert received.count() == 1
    key = f"report_received:{report.public_id}"
    assert OutboxMessage.objects.filter(key=key, letter__isnull=False).count() == 1


def all_or_nothing(report: Report, *, files: int) -> bool:
    """Whether it is there; fails for anything between."""
    report.refresh_from_db()
    if report.status == ReportStatus.DRAFT:
        nothing(report)
        return False
    whole(report, files=files)
    return True


def test_hostile_60_killed_while_sending_it_is_whole_or_not_there_and_once_after_the_retry(
    reader: Client, scene: make.Scene, thorough: bool
) -> None:
    # The first makes the case that the others join.
    first, key = filled(scene)
    assert send(reader, first, key).status_code == 303
    second, key = filled(scene)
    count, commits = moments_of(lambda: send(reader, second, key))
    # The request reads, writes in one transaction, and commits near its end.
    assert count > 30
    assert commits >= 2
    there = []
    for at in chosen(count, commits, every=thorough):
        report, key = filled(scene)
        assert killed(lambda report=report, key=key: send(reader, report, key), at), at
        there.append(all_or_nothing(report, files=1))
        answer = send(reader, report, key)
        assert answer["Location"] == reverse("report:sent", args=[report.public_id])
        assert all_or_nothing(report, files=1)
    # Not before its commit, and from then on for good.
    assert there[:-commits] == [False] * (len(there) - commits)
    assert there[-commits:] == sorted(there[-commits:])
    assert there[-1]
    assert Case.objects.count() == 1
    received = Event.objects.filter(action="report.received").count()
    assert received == Report.objects.count() == len(there) + 2


def test_hostile_60_killed_while_a_file_arrives_it_is_kept_once_after_the_retry(
    reader: Client, scene: make.Scene, thorough: bool
) -> None:
    for _time in range(2):
        # The first request of a process does what the later ones need not.
        report, key = begun(scene), new_form_token()
        count, commits = moments_of(lambda report=report, key=key: upload(reader, report, key))
    for at in chosen(count, commits, every=thorough):
        report, key = begun(scene), new_form_token()
        assert killed(lambda report=report, key=key: upload(reader, report, key), at), at
        rows = list(report.draft_files.all())
        assert len(rows) <= 1
        for row in rows:
            assert on_disk(row.original_path)
            assert on_disk(row.derivative_path)
        assert upload(reader, report, key).status_code == 303
        kept = report.draft_files.get()
        assert on_disk(kept.original_path)
        assert on_disk(kept.derivative_path)
        drafts.throw_away(actor=scene.reporter, draft_id=report.public_id)
    assert not Event.objects.filter(action="report.received").exists()


# The same with the web server as `make run` starts it


class Browser:
    """A browser without scripts, signed in, on the real server."""

    def __init__(self, client: Client, port: int) -> None:
        self.origin = f"http://127.0.0.1:{port}"
        self.cookies = {name: morsel.value for name, morsel in client.cookies.items()}

    def ask(self, path: str, body: bytes | None = None) -> tuple[int, str, str]:
        """Status, where it leads, and the page. Raises where the server is gone."""
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if body is not None:
            headers |= {"Content-Type": MULTIPART_CONTENT, "Referer": self.origin + path}
        request = urllib.request.Request(self.origin + path, body, headers)  # noqa: S310
        opener = urllib.request.build_opener(_Stay)
        try:
            answer = opener.open(request, timeout=30)
        except urllib.error.HTTPError as refused:
            answer = refused
        for line in answer.headers.get_all("Set-Cookie", []):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        page = answer.read().decode()
        return answer.status, answer.headers.get("Location", ""), page

    def form(self, path: str) -> dict[str, str]:
        """The hidden fields of the page."""
        status, _where, page = self.ask(path)
        assert status == 200, (status, path)
        hidden = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page)
        found = dict(hidden)
        assert {"csrfmiddlewaretoken", "form_token"} <= set(found)
        return found


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: Any) -> None:
        return None


@pytest.fixture
def served(start_process: Callable[..., Process]) -> Iterator[Callable[[], int]]:
    """Call for the port of the web server; one that was killed is started again."""
    port = free_port()
    running: list[Process] = []

    def answers() -> bool:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).read()  # noqa: S310
        except (OSError, http.client.HTTPException):
            return False
        return True

    def serve() -> int:
        if running and running[-1].process.poll() is None and answers():
            return port
        for old in running:
            old.kill()
        variables = {"DJANGO_SETTINGS_MODULE": "tests.faults.killing_settings"}
        running.append(start_process(*web_command(port), **variables))
        running[-1].wait_until(answers)
        return port

    yield serve
    for process in running:
        process.kill()


def test_hostile_60_the_web_server_itself_is_killed_and_started_again(
    reader: Client, scene: make.Scene, served: Callable[[], int], thorough: bool
) -> None:
    def one() -> tuple[Report, Browser, str, bytes]:
        report, _key = filled(scene)
        browser = Browser(reader, served())
        path = step(report, "check")
        answers = {**browser.form(path), "good_faith": "on"}
        return report, browser, path, encode_multipart(BOUNDARY, answers)

    def order(at: int) -> None:
        (Path(conf.VAR_DIR) / killing.ORDER).write_text(str(at))

    for _time in range(2):
        # The first makes the case that the others join.
        report, browser, path, body = one()
        order(0)
        assert browser.ask(path, body)[0] == 303
    count, commits = map(int, (Path(conf.VAR_DIR) / killing.TOLD).read_text().split())
    moments = [count // 2, *range(-1, -commits - 1, -1)]
    if thorough:
        moments += range(1, count - 3, 3)
    there = []
    for at in moments:
        report, browser, path, body = one()
        order(at)
        with pytest.raises((OSError, http.client.HTTPException)):
            browser.ask(path, body)
        connection.close()
        there.append(all_or_nothing(report, files=1))
        served()
        status, where, _page = browser.ask(path, body)
        assert (status, where) == (303, reverse("report:sent", args=[report.public_id]))
        assert all_or_nothing(report, files=1)
    # Some were killed before the report was there, and some after.
    assert set(there) == {False, True}
    assert Event.objects.filter(action="report.received").count() == len(moments) + 2
