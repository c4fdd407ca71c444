"""Production, as far as it can be shown without a container engine.

Hostile cases 112 (check --deploy), 113 (headers), 114 (weak set-ups do not start), 115 (tampered
dependencies do not install) and 117 (the containers' commands run as processes, on the settings,
roles and servers that docker-compose.yml describes).
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import os
import re
import secrets
import subprocess
import sys
import time
import zipfile
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPMessage
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest

from tests.support import environment as test_environment
from tests.support import production
from tests.support.compose import ROOT, compose, dockerfile, interpolate
from tests.support.plugin import note_use
from tests.support.processes import Process
from tests.support.services import LOOPBACK, Redis, execute, find_postgres, free_port

BIN = Path(sys.executable).parent
HOST = "integrity.example.org"


# 112: the settings


def test_112_deployment_check_is_clean(tmp_path):
    done = production.manage("check", "--deploy", "--fail-level", "WARNING", VAR_DIR=str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no issues" in done.stdout


# 114: weak set-ups

SHORT = base64.b64encode(b"too short").decode()
EVEN = base64.b64encode(b"\0" * 32).decode()
SAME = production.key()
WEAK = {
    "debug": ("DEBUG", {"DEBUG": "1"}),
    "no secret": ("SECRET_KEY", {"SECRET_KEY": None}),
    "short secret": ("SECRET_KEY", {"SECRET_KEY": "a-short-one"}),
    "typed secret": ("SECRET_KEY", {"SECRET_KEY": "changeme" * 10}),
    "django's secret": ("SECRET_KEY", {"SECRET_KEY": "django-insecure-" + "q7Zx!b" * 12}),
    "no field key": ("FIELD_KEYS", {"FIELD_KEYS": None}),
    "short field key": ("FIELD_KEYS", {"FIELD_KEYS": SHORT}),
    "even field key": ("FIELD_KEYS", {"FIELD_KEYS": EVEN}),
    "one weak field key": ("FIELD_KEYS", {"FIELD_KEYS": f"{production.key()},{EVEN}"}),
    "no signing key": ("AUDIT_SIGNING_KEY", {"AUDIT_SIGNING_KEY": None}),
    "no base64": ("AUDIT_SIGNING_KEY", {"AUDIT_SIGNING_KEY": "not base64 at all"}),
    "one key for two": ("AUDIT_SIGNING_KEY", {"FIELD_KEYS": SAME, "AUDIT_SIGNING_KEY": SAME}),
    "no host": ("ALLOWED_HOSTS", {"ALLOWED_HOSTS": None}),
    "any host": ("ALLOWED_HOSTS", {"ALLOWED_HOSTS": "*"}),
    "other host": ("ALLOWED_HOSTS", {"ALLOWED_HOSTS": "elsewhere.example.org"}),
    "no encryption": ("SITE_URL", {"SITE_URL": f"http://{HOST}"}),
    "no database": ("DATABASE_URL", {"DATABASE_URL": None}),
    "embedded database": ("DATABASE_URL", {"DATABASE_URL": "sqlite:///x.sqlite3"}),
    "embedded broker": ("REDIS_URL", {"REDIS_URL": None}),
    "no mail": ("EMAIL_URL", {"EMAIL_URL": None}),
    "mail to a file": ("EMAIL_URL", {"EMAIL_URL": "filemail:///tmp/mail"}),
}


@pytest.mark.parametrize("case", WEAK)
def test_114_a_weak_set_up_does_not_start(case, tmp_path):
    name, changes = WEAK[case]
    done = production.manage("check", VAR_DIR=str(tmp_path), **changes)
    assert done.returncode != 0
    told = done.stdout + done.stderr
    assert "Refusing to start" in told
    assert name in told.rsplit("Refusing to start", 1)[1]
    for value in changes.values():
        assert value in {None, "1", "*"} or value not in told


def test_114_the_web_server_itself_refuses(tmp_path):
    process = Process(
        [str(BIN / "granian"), "--interface", "wsgi", "integrity.wsgi:application"],
        production.environment(
            SECRET_KEY="weak", VAR_DIR=str(tmp_path), GRANIAN_PORT=str(free_port())
        ),
        tmp_path / "log",
        ROOT,
    )
    assert process.process.wait(30) != 0
    assert "Refusing to start" in process.output


# 115: tampered dependencies


def _wheel(folder: Path, content: str) -> Path:
    path = folder / "harmless-1.0-py3-none-any.whl"
    info = "harmless-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("harmless.py", content)
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: harmless\nVersion: 1.0\n")
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{info}/RECORD", f"harmless.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n")
    return path


@pytest.mark.parametrize(
    "installer",
    [
        [str(BIN / "uv"), "pip", "install", "--offline", "--no-cache"],
        [sys.executable, "-m", "pip", "--isolated", "install", "--no-deps", "--no-cache-dir"],
    ],
    ids=["uv", "pip"],
)
def test_115_a_tampered_package_does_not_install(installer, tmp_path):
    wheel = _wheel(tmp_path, "GOOD = True\n")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    locked = tmp_path / "locked.txt"
    locked.write_text(f"harmless==1.0 --hash=sha256:{digest}\n")

    def install(target: str) -> int:
        where = ["--no-index", "--find-links", str(tmp_path), "--target", str(tmp_path / target)]
        command = [*installer, "--require-hashes", *where, "-r", str(locked)]
        return subprocess.run(command, capture_output=True, cwd=tmp_path, check=False).returncode

    assert install("good") == 0
    assert (tmp_path / "good" / "harmless.py").exists()

    _wheel(tmp_path, "GOOD = False\n")
    assert install("tampered") != 0
    assert not (tmp_path / "tampered" / "harmless.py").exists()


def test_115_every_package_is_pinned_with_hashes_wherever_it_is_installed():
    for name in ("base", "dev", "uv"):
        text = (ROOT / "requirements" / f"{name}.txt").read_text()
        blocks = re.split(r"\n(?=\S)", re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE).strip())
        assert all(re.match(r"[\w.\[\]-]+==\S+", block) for block in blocks)
        assert all("--hash=sha256:" in block for block in blocks)
    makefile = (ROOT / "Makefile").read_text()
    installs = re.findall(r"pip (?:install|sync) [^;\\]*", makefile)
    assert len(installs) == 3
    assert all("--require-hashes" in line for line in installs)


# 117: the containers' commands as processes


@dataclass
class Answer:
    status: int
    headers: HTTPMessage
    body: bytes


@dataclass
class Stack:
    """The services of docker-compose.yml on the servers of this test run."""

    folder: Path
    port: int
    environments: dict[str, dict[str, str]]
    processes: dict[str, Process]
    redis: Redis
    owner_url: str

    def run(self, service: str, command: list[str]) -> subprocess.CompletedProcess[str]:
        """Run a command to its end in a service's environment."""
        return subprocess.run(
            _found(command),
            env=self.environments[service],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

    def get(self, path: str, *, secure: bool = True, host: str = HOST) -> Answer:
        """Ask the web server as the proxy would."""
        headers = {"Host": host, **({"X-Forwarded-Proto": "https"} if secure else {})}
        with closing(http.client.HTTPConnection(LOOPBACK, self.port, timeout=20)) as connection:
            connection.request("GET", path, headers=headers)
            with connection.getresponse() as answer:
                return Answer(answer.status, answer.headers, answer.read())


class ProtectedRedis(Redis):
    """Redis started with the command of docker-compose.yml."""

    def __init__(self, command: list[str], password: str) -> None:
        super().__init__()
        self.rest = command[1:]
        self.password = password

    def command(self) -> list[str]:
        place = ["--bind", LOOPBACK, "--port", str(self.port), "--dir", str(self.folder)]
        return [str(self.program), *self.rest, *place]

    def url(self, database: int = 0) -> str:
        return f"redis://:{self.password}@{LOOPBACK}:{self.port}/{database}"

    def answers(self) -> bool:
        import redis

        client = redis.Redis.from_url(self.url())
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()


def _found(command: list[str]) -> list[str]:
    return [str(BIN / command[0]) if (BIN / command[0]).exists() else command[0], *command[1:]]


def _make_role(script: str, url: str, password: str) -> None:
    parts = urlsplit(url)
    programs = find_postgres()
    path = f"{programs}:{os.environ['PATH']}" if programs else os.environ["PATH"]
    done = subprocess.run(
        ["bash", "-c", script],
        env={
            "PATH": path,
            "PGHOST": str(parts.hostname),
            "PGPORT": str(parts.port or 5432),
            "PGPASSWORD": str(parts.password),
            "POSTGRES_USER": str(parts.username),
            "POSTGRES_DB": parts.path.lstrip("/"),
            "APPLICATION_PASSWORD": password,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def stack(tmp_path_factory, pytestconfig):
    note_use(pytestconfig, "web, worker and beat of docker-compose.yml as processes")
    server = os.environ[test_environment.DATABASE]
    folder = tmp_path_factory.mktemp("production")
    name = f"production_{secrets.token_hex(4)}"
    execute(server, f'CREATE DATABASE "{name}"')
    owner_url = f"{server.rsplit('/', 1)[0]}/{name}"
    place = urlsplit(owner_url)
    password = secrets.token_hex(16)
    values = {
        **{k: v for k, v in production.environment().items() if k.isupper()},
        "DEFAULT_FROM_EMAIL": f"office@{HOST}",
        "EMAIL_URL": f"smtp://{LOOPBACK}:{free_port()}",
        "DATABASE_PASSWORD": password,
        "DATABASE_OWNER_PASSWORD": "unused",
        "REDIS_PASSWORD": secrets.token_hex(16),
    }
    described = interpolate(compose(), values)
    services = described["services"]
    _make_role(described["configs"]["application-role"]["content"], owner_url, password)
    redis = ProtectedRedis(services["redis"]["command"], values["REDIS_PASSWORD"])
    redis.start()

    port = free_port()
    image = dockerfile()[-1].environment
    environments = {}
    for service in ("migrate", "web", "worker", "beat"):
        own = {str(k): str(v) for k, v in services[service]["environment"].items()}
        # Only the addresses of the other containers and their folders are of this machine.
        here = f"@{place.hostname}:{place.port}/{name}"
        own["DATABASE_URL"] = re.sub(r"@postgres:5432/\w+", here, own["DATABASE_URL"])
        own["REDIS_URL"] = own["REDIS_URL"].replace("@redis:6379", f"@{LOOPBACK}:{redis.port}")
        if "MIGRATION_DATABASE_URL" in own:
            own["MIGRATION_DATABASE_URL"] = owner_url
        environments[service] = {
            **image,
            **own,
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "VAR_DIR": str(folder / service),
            "EVIDENCE_ROOT": str(folder / "evidence"),
            "STATIC_ROOT": str(folder / "static"),
            "GRANIAN_HOST": LOOPBACK,
            "GRANIAN_PORT": str(port),
        }
    made = Stack(folder, port, environments, {}, redis, owner_url)
    try:
        collected = subprocess.run(
            [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"],
            cwd=ROOT,
            env={
                "PATH": os.environ["PATH"],
                "DJANGO_SETTINGS_MODULE": "integrity.settings.build",
                "VAR_DIR": str(folder / "build"),
                "STATIC_ROOT": str(folder / "static"),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert collected.returncode == 0, collected.stderr
        migrated = made.run("migrate", services["migrate"]["command"])
        assert migrated.returncode == 0, migrated.stderr
        for service in ("web", "worker", "beat"):
            made.processes[service] = Process(
                _found(services[service]["command"]),
                environments[service],
                folder / f"{service}.log",
                ROOT,
            )
        for service, process in made.processes.items():
            probe = services[service]["healthcheck"]["test"][1:]
            process.wait_until(
                lambda service=service, probe=probe: made.run(service, probe).returncode == 0,
                timeout=120,
                every=0.5,
            )
        yield made
    finally:
        for process in made.processes.values():
            process.stop()
        redis.remove()
        execute(server, f'DROP DATABASE "{name}" WITH (FORCE)', "DROP ROLE IF EXISTS integrity_app")


@pytest.mark.postgres
@pytest.mark.redis
class TestRunningAsInProduction:
    def test_117_web_answers_alive_and_ready(self, stack):
        for path, body in (("/healthz", b"ok\n"), ("/readyz", b"ready\n")):
            # Probes of an engine come without TLS and are not redirected.
            answer = stack.get(path, secure=False)
            assert (answer.status, answer.body) == (200, body)
            assert "no-store" in answer.headers["Cache-Control"]

    def test_113_pages_carry_the_protecting_headers(self, stack):
        answer = stack.get("/")
        assert answer.status == 200, stack.processes["web"].output[-2000:]
        head = answer.headers
        assert head["Strict-Transport-Security"].startswith("max-age=31536000; includeSubDomains")
        assert head["X-Content-Type-Options"] == "nosniff"
        assert head["X-Frame-Options"] == "DENY"
        assert head["Referrer-Policy"] == "no-referrer"
        assert head["Cross-Origin-Opener-Policy"] == "same-origin"
        policy = head["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert all(
            {"Secure", "HttpOnly"} <= set(re.findall(r"\w+", cookie))
            for cookie in head.get_all("Set-Cookie", [])
        )

    def test_113_plain_http_is_sent_to_https(self, stack):
        answer = stack.get("/", secure=False)
        assert answer.status == 301
        assert answer.headers["Location"] == f"https://{HOST}/"

    def test_54_another_host_is_refused(self, stack):
        answer = stack.get("/", host="evil.example")
        assert answer.status == 400, stack.processes["web"].output[-3000:]

    def test_117_static_files_have_lasting_names(self, stack):
        page = stack.get("/").body.decode()
        [address, *_] = re.findall(r'href="(/static/[^"]+\.css)"', page)
        assert re.search(r"\.[0-9a-f]{12}\.css$", address)
        answer = stack.get(address)
        assert answer.status == 200
        assert "immutable" in answer.headers["Cache-Control"]

    def test_117_the_applications_role_owns_nothing(self, stack):
        url = stack.environments["web"]["DATABASE_URL"]
        assert "integrity_app" in url
        for statement in (
            "UPDATE audit_event SET action = action",
            "DELETE FROM audit_event",
            "TRUNCATE audit_event",
            "DROP TABLE audit_event",
            "CREATE TABLE elsewhere (x integer)",
        ):
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                execute(url, statement)

    def test_117_nothing_of_the_demo_gets_in(self, stack):
        done = stack.run("web", ["python", "manage.py", "seed_demo"])
        assert done.returncode != 0
        told = done.stdout + done.stderr
        assert "Traceback" not in told

    def test_117_absent_broker_is_told_apart_and_not_described(self, stack):
        stack.redis.stop()
        try:
            answer = stack.get("/readyz")
            assert (answer.status, answer.body) == (503, b"not ready\n")
            assert stack.get("/healthz").status == 200
        finally:
            stack.redis.start()
        limit = time.monotonic() + 20
        while stack.get("/readyz").status != 200:
            assert time.monotonic() < limit
            time.sleep(0.2)

    def test_117_keys_stay_out_of_the_logs(self, stack):
        secret = [
            value
            for name, value in stack.environments["web"].items()
            if re.search("KEY|PASSWORD", name) and value
        ]
        secret += [str(urlsplit(stack.environments["web"]["DATABASE_URL"]).password)]
        for process in stack.processes.values():
            assert not any(value in process.output for value in secret)

    def test_117_all_end_in_order(self, stack):
        probe = compose()["services"]["web"]["healthcheck"]["test"][1:]
        assert {name: p.stop(30) for name, p in stack.processes.items()} == {
            "web": 0,
            "worker": 0,
            "beat": 0,
        }
        assert stack.run("web", probe).returncode == 1
