"""`make run`: starts everything, keeps the data, stops everything."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.compose import ROOT
from tests.support.processes import Process
from tests.support.services import LOOPBACK, free_port

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes through /proc")
START_WITHIN = 300.0


def _environment(folder: Path) -> dict[str, str]:
    # As on a fresh machine: nothing but a path and a home.
    home = folder / "home"
    home.mkdir(exist_ok=True)
    return {"PATH": os.environ["PATH"], "HOME": str(home), "VAR_DIR": str(folder / "var")}


def _alive(folder: Path) -> dict[int, str]:
    """Processes that work on this data folder: number and command line."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            variables = (entry / "environ").read_bytes().split(b"\0")
            if f"VAR_DIR={folder / 'var'}".encode() in variables:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                if command:
                    found[int(entry.name)] = command
        except OSError:
            continue
    return found


def _until(condition, timeout=20.0):
    limit = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.1)


def _start(folder: Path, log: str, *command: str) -> tuple[Process, int]:
    port = free_port()
    default = [sys.executable, "-m", "integrity.supervisor", "--port", str(port)]
    process = Process(command or default, _environment(folder), folder / log, ROOT)
    process.wait_for("Ctrl-C stops", START_WITHIN)
    return process, port


def _people(folder: Path) -> list[str]:
    code = (
        "import django; django.setup();"
        "from django.contrib.auth import get_user_model as model;"
        "import json; print(json.dumps(sorted(model().objects.values_list('email', flat=True))))"
    )
    settings = {"DJANGO_SETTINGS_MODULE": "integrity.settings.local", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**_environment(folder), **settings},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("run")
    yield made
    for number in _alive(made):
        os.kill(number, signal.SIGKILL)


def test_make_run_serves_the_demo_and_ctrl_c_stops_all_of_it(folder):
    port = free_port()
    process = Process(
        ["make", "run", f"PORT={port}"], _environment(folder), folder / "first.log", ROOT
    )
    process.wait_for("Ctrl-C stops", START_WITHIN)

    told = process.output
    assert f"http://{LOOPBACK}:{port}" in told
    assert "integrity-demo" in told
    for name in ("learner", "moderator", "officer2", "auditor", "partner.officer"):
        assert f"{name}@example.edu" in told
    commands = " ".join(_alive(folder).values())
    for part in ("granian", "integrity worker", "integrity beat"):
        assert part in commands

    with urllib.request.urlopen(f"http://{LOOPBACK}:{port}/", timeout=20) as answer:
        page = answer.read().decode()
    [style, *_] = re.findall(r'href="(/static/[^"]+\.css)"', page)
    with urllib.request.urlopen(f"http://{LOOPBACK}:{port}{style}", timeout=20) as answer:
        assert answer.status == 200
    with pytest.raises(urllib.error.HTTPError) as missing:
        urllib.request.urlopen(f"http://{LOOPBACK}:{port}/there-is-nothing-here", timeout=20)
    with missing.value as answer:
        assert answer.code == 404
        assert b"Traceback" not in answer.read()

    # Ctrl-C: the terminal sends it to make and to what make runs.
    os.killpg(process.process.pid, signal.SIGINT)
    process.process.wait(20)
    _until(lambda: not _alive(folder))


def test_a_second_run_keeps_the_data_and_sigterm_ends_well(folder):
    before = _people(folder)
    process, _ = _start(folder, "second.log")
    assert len(before) >= 13
    assert _people(folder) == before
    process.process.terminate()
    assert process.process.wait(20) == 0
    assert not _alive(folder)


def test_a_killed_child_takes_the_others_with_it(folder):
    process, _ = _start(folder, "third.log")
    [worker, *_] = [n for n, command in _alive(folder).items() if "integrity worker" in command]
    os.kill(worker, signal.SIGKILL)
    assert process.process.wait(20) == 1
    assert not _alive(folder)
    assert "worker ended" in process.output


def test_a_killed_supervisor_leaves_no_orphans(folder):
    process, port = _start(folder, "fourth.log")
    assert len(_alive(folder)) >= 4
    os.kill(process.process.pid, signal.SIGKILL)
    process.process.wait(20)
    _until(lambda: not _alive(folder))
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((LOOPBACK, port), timeout=5)


def _refused(folder: Path, port: int) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "integrity.supervisor", "--port", str(port)],
        env=_environment(folder),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    [line] = done.stderr.splitlines()
    return line


def test_a_busy_port_is_said_in_one_line(tmp_path):
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        taken.listen()
        port = taken.getsockname()[1]
        line = _refused(tmp_path, port)
    assert f"Port {port} cannot be used" in line
    assert f"PORT={port + 1}" in line


def test_the_same_data_is_not_served_twice(tmp_path):
    import fcntl

    (tmp_path / "var").mkdir()
    with (tmp_path / "var" / "run.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "already serves the data" in _refused(tmp_path, free_port())


def test_an_interrupted_demo_is_made_anew(tmp_path):
    # The marker is what an interrupted first start leaves behind, with a half-made database.
    var = tmp_path / "var"
    var.mkdir()
    (var / "demo-unfinished").touch()
    with closing(sqlite3.connect(var / "integrity.sqlite3")) as half_made:
        half_made.execute("CREATE TABLE left_over (x integer)")
    code = "from integrity import supervisor; print(supervisor.clear_unfinished())"
    answers = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={**_environment(tmp_path), "DJANGO_SETTINGS_MODULE": "integrity.settings.local"},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for _ in range(2)
    ]
    assert answers == ["True\n", "False\n"]
    assert not (var / "integrity.sqlite3").exists()
