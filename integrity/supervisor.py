"""Web server, Celery worker and scheduler on one machine, started and stopped as one.

    python -m integrity.supervisor --port 8000

Migrates, seeds the demo when the database has no users, starts the three processes in one process
group, passes their output on with a name before each line and says when all of them answer.

Guarantees: Ctrl-C, SIGTERM and SIGHUP stop all and exit 0. When one of them ends by itself the
others are stopped and the exit status is 1. On Linux the kernel stops them too when the supervisor
itself is killed. Nothing is started twice on the same data, and a port in use is said in one line.
Not for production: there each process is a service of its own (docker-compose.yml).
"""

from __future__ import annotations

import argparse
import ctypes
import fcntl
import io
import json
import os
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, cast

from django.conf import settings

from integrity import probe

HOST = "127.0.0.1"
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# Seconds the processes get to end by themselves, and to answer for the first time.
GRACE = 10.0
READY_WITHIN = 300.0
PR_SET_PDEATHSIG = 1
# What `seed_demo` creates for people to try, in the order in which one meets them.
DEMO = tuple(
    f"{name}@example.edu"
    for name in (
        "learner accused reporter teacher adviser moderator moderator2 officer officer2 officer3 "
        "auditor admin partner.officer"
    ).split()
)

Announce = Callable[[str], None]


class CannotStart(Exception):
    """A reason, in one line, why nothing was started."""


def end_with_parent(
    expected_parent: int, number: signal.Signals = signal.SIGTERM
) -> Callable[[], None]:
    """For `preexec_fn`: the process gets this signal when its parent dies. Only on Linux."""
    if sys.platform != "linux":
        return lambda: None
    libc = ctypes.CDLL(None, use_errno=True)

    def bind() -> None:
        libc.prctl(PR_SET_PDEATHSIG, number)
        if os.getppid() != expected_parent:
            os._exit(1)

    return bind


def web_command(port: int) -> list[str]:
    """The web server: one process with a few threads is plenty for one machine."""
    options = ["--host", HOST, "--port", str(port), "--workers", "1", "--blocking-threads", "4"]
    return [
        *[sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", *options],
        "integrity.wsgi:application",
    ]


def worker_command() -> list[str]:
    """The worker. Threads: no children of its own that a killed worker would leave behind."""
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    pool = ["--pool", "threads", "--concurrency", "2"]
    return [sys.executable, "-m", "celery", "-q", "-A", "integrity", "worker", *pool, *quiet]


def beat_command() -> list[str]:
    """The scheduler, a process of its own: inside the worker it would outlive a kill."""
    return [sys.executable, "-m", "celery", "-q", "-A", "integrity", "beat", "--pidfile="]


class Child:
    """A started process whose output is passed on line by line."""

    def __init__(self, name: str, process: subprocess.Popen[bytes]) -> None:
        self.name = name
        self.process = process
        self.output = cast("IO[bytes]", process.stdout)
        self.rest = b""

    def lines(self, data: bytes) -> list[str]:
        """Whole lines in what was read; at the end (no data) also one without a line break."""
        *whole, self.rest = (self.rest + data).split(b"\n")
        if not data and self.rest:
            whole.append(self.rest)
            self.rest = b""
        return [line.decode(errors="replace") for line in whole]


class Supervisor:
    """Runs the three processes until a signal comes or one of them ends."""

    def __init__(self, port: int, announce: Announce) -> None:
        self.port = port
        self.announce = announce
        self.children: list[Child] = []
        self.group = 0
        self.stopping = False
        self.selector = selectors.DefaultSelector()
        # A signal must end the wait for output at once.
        self.bell, bell_in = socket.socketpair()
        for end in (self.bell, bell_in):
            end.setblocking(False)
        self.bell_in = bell_in
        self.selector.register(self.bell, selectors.EVENT_READ, None)
        self.environment = {
            **os.environ,
            "PYTHONUNBUFFERED": "1",
            # On one's own machine root is no danger to others, and the warning fills the screen.
            "PYTHONWARNINGS": "ignore:You're running the worker with superuser",
            "SITE_URL": os.environ.get("SITE_URL", f"http://{HOST}:{port}"),
        }

    def listen_to_signals(self) -> None:
        """From here on a stop signal stops everything in order instead of ending this process."""
        signal.set_wakeup_fd(self.bell_in.fileno(), warn_on_full_buffer=False)
        for number in STOP_SIGNALS:
            signal.signal(number, self._on_stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def _on_stop(self, *_: object) -> None:
        self.stopping = True

    def start(self, name: str, command: list[str], **variables: str) -> Child:
        """Start one process in the common group, bound to the life of this one."""
        process = subprocess.Popen(  # noqa: S603
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**self.environment, **variables},
            cwd=settings.BASE_DIR,
            process_group=self.group,
            preexec_fn=end_with_parent(os.getpid()),  # noqa: PLW1509  (one thread here)
        )
        child = Child(name, process)
        self.group = self.group or process.pid
        self.children.append(child)
        os.set_blocking(child.output.fileno(), False)
        self.selector.register(child.output, selectors.EVENT_READ, child)
        return child

    def pass_on(self, timeout: float | None) -> None:
        """Wait for output or a signal, and print what came."""
        for key, _ in self.selector.select(timeout):
            if key.data is None:
                self.bell.recv(4096)
                continue
            child: Child = key.data
            data = child.output.read(65536)
            if data is None:
                continue
            for line in child.lines(data):
                self.announce(f"{child.name:<6} | {line}")
            if not data:
                self.selector.unregister(child.output)

    def run_to_end(self, name: str, command: list[str]) -> None:
        """Run one preparing step; raises `CannotStart` when it fails or is interrupted."""
        child = self.start(name, command, LOG_LEVEL="WARNING")
        while child.process.poll() is None:
            self.pass_on(0.5)
            if self.stopping:
                self.stop()
                raise CannotStart("Stopped before the start.")
        self.pass_on(0)
        self.children.clear()
        self.group = 0
        if child.process.returncode:
            raise CannotStart(f"The step “{name}” failed; see the lines above.")

    def ended(self) -> Child | None:
        """A process that ended by itself, if there is one."""
        return next((c for c in self.children if c.process.poll() is not None), None)

    def _silent(self) -> list[str]:
        """Names of the processes that do not answer yet."""
        silent = [name for name in ("worker", "beat") if probe.age(name) is None]
        if not probe.web_answers(self.port, "/readyz"):
            silent.insert(0, "web")
        return silent

    def serve(self, ready: Callable[[], None]) -> int:
        """Start all, call `ready` when they answer, return the exit status when all have ended."""
        try:
            return self._serve(ready)
        finally:
            self.stop()

    def _serve(self, ready: Callable[[], None]) -> int:
        for name in ("worker", "beat"):
            probe.sign(name).unlink(missing_ok=True)
        commands = {
            "web": web_command(self.port),
            "worker": worker_command(),
            "beat": beat_command(),
        }
        for name, command in commands.items():
            self.start(name, command)
        give_up = time.monotonic() + READY_WITHIN
        waiting = True
        while not self.stopping:
            self.pass_on(0.2 if waiting else None)
            gone = self.ended()
            if gone is not None:
                self.pass_on(0)
                self.announce(
                    f"{gone.name} ended (status {gone.process.returncode}); stopping the rest."
                )
                return 1
            if waiting and not (silent := self._silent()):
                waiting = False
                ready()
            elif waiting and time.monotonic() > give_up:
                self.announce(f"No answer within {READY_WITHIN:.0f} s from: {', '.join(silent)}.")
                return 1
        return 0

    def stop(self) -> None:
        """SIGTERM to each, time to end, then SIGKILL to whatever is left of the group."""
        if not self.children:
            return
        for child in self.children:
            if child.process.poll() is None:
                child.process.terminate()
        limit = time.monotonic() + GRACE
        while any(c.process.poll() is None for c in self.children) and time.monotonic() < limit:
            self.pass_on(0.1)
        # Usually nothing of the group is left.
        with suppress(ProcessLookupError):
            os.killpg(self.group, signal.SIGKILL)
        for child in self.children:
            child.process.wait()
        self.pass_on(0)
        self.children.clear()
        self.group = 0


def claim_port(port: int) -> None:
    """Raise `CannotStart` when somebody listens on the port already."""
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((HOST, port))
        except OSError as error:
            raise CannotStart(
                f"Port {port} cannot be used ({error.strerror}). "
                f"Choose another one: make run PORT={port + 1}"
            ) from error


def claim_data(folder: Path) -> IO[str]:
    """Hold the data folder; raises `CannotStart` when another supervisor has it."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = (folder / "run.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise CannotStart(f"Another `make run` already serves the data in {folder}.") from error
    return lock


def unfinished() -> Path:
    """A file that is there while the demo is being made."""
    return Path(settings.VAR_DIR) / "demo-unfinished"


def clear_unfinished() -> bool:
    """Throw away a demo whose making was interrupted; nobody can have worked with it yet.

    Returns whether there was one. Raises `CannotStart` where the data are not ours to delete.
    """
    if not unfinished().exists():
        return False
    database = settings.DATABASES["default"]
    if not database["ENGINE"].endswith("sqlite3"):
        raise CannotStart(
            "Making the demo was interrupted. "
            f"Empty the database, remove {unfinished()} and start again."
        )
    for ending in ("", "-wal", "-shm"):
        Path(f"{database['NAME']}{ending}").unlink(missing_ok=True)
    shutil.rmtree(settings.EVIDENCE_ROOT, ignore_errors=True)
    unfinished().unlink()
    return True


def prepare_data(report: Path) -> None:
    """Seed the demo into a database without users; write the demo accounts there are to `report`.

    Runs in a process of its own, so that the supervisor stays small.
    """
    import django

    django.setup()
    from django.contrib.auth import get_user_model
    from django.core.management import call_command

    users = get_user_model().objects
    if not users.exists():
        unfinished().touch()
        call_command("seed_demo", stdout=io.StringIO())
        unfinished().unlink()
    there = set(users.filter(is_active=True, email__in=DEMO).values_list("email", flat=True))
    report.write_text(json.dumps([email for email in DEMO if email in there]))


def banner(port: int, accounts: list[str], seconds: float) -> str:
    """What is printed when everything answers."""
    lines = ["", f"Ready after {seconds:.0f} s: http://{HOST}:{port}"]
    if accounts:
        lines += ["Demo accounts, password integrity-demo:", *(f"  {email}" for email in accounts)]
    if settings.EMAIL_BACKEND.endswith("filebased.EmailBackend"):
        lines.append(f"Emails land in {settings.EMAIL_FILE_PATH}")
    return "\n".join([*lines, "Ctrl-C stops all of it.", ""])


def run(port: int, announce: Announce) -> int:
    """The whole life of `make run`. Returns the exit status."""
    began = time.monotonic()
    if settings.PRODUCTION:
        raise CannotStart("This is for one machine; production runs its processes as services.")
    claim_port(port)
    with claim_data(Path(settings.VAR_DIR)):
        supervisor = Supervisor(port, announce)
        supervisor.listen_to_signals()
        if clear_unfinished():
            announce("An earlier start was interrupted while it made the demo; making it anew.")
        report = Path(settings.VAR_DIR) / "demo-accounts.json"
        supervisor.run_to_end("setup", [sys.executable, "manage.py", "migrate", "--noinput", "-v0"])
        prepare = [sys.executable, "-m", "integrity.supervisor", "--prepare", str(report)]
        supervisor.run_to_end("setup", prepare)
        accounts: list[str] = json.loads(report.read_text())

        def ready() -> None:
            announce(banner(port, accounts, time.monotonic() - began))

        return supervisor.serve(ready)


def main(arguments: list[str] | None = None) -> int:
    """Exit status 0: stopped on request. 1: could not start, or a process ended by itself."""
    parser = argparse.ArgumentParser(prog="python -m integrity.supervisor")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument(
        "--stop-with-parent", action="store_true", help="stop when the calling process dies"
    )
    parser.add_argument("--prepare", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.prepare:
        prepare_data(given.prepare)
        return 0
    if given.stop_with_parent:
        end_with_parent(os.getppid())()
    try:
        return run(given.port, lambda line: print(line, flush=True))
    except CannotStart as reason:
        print(reason, file=sys.stderr)
        return 1


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "integrity.settings.local")
    sys.exit(main())
