"""Hostile case 117, first half: Dockerfile and docker-compose.yml, read and judged.

No engine runs here. That their commands work is shown in `test_deploy.py`.
"""

from __future__ import annotations

import json
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.compose import ROOT, compose, dockerfile, variables

SERVICES = compose()["services"]
OURS = ("migrate", "web", "worker", "beat")
TAG = re.compile(r"^[\w./-]+:\d+\.\d+(\.\d+)?[\w.-]*$")


def test_117_the_image_runs_as_a_numbered_user_that_is_not_root():
    users = dockerfile()[-1].of("USER")
    assert users
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", users[-1])


def test_117_every_base_image_has_an_exact_version():
    stages = dockerfile()
    assert len(stages) > 1
    assert all(TAG.match(stage.image) for stage in stages)


def test_117_the_image_has_a_health_check_and_a_command_without_a_shell():
    last = dockerfile()[-1]
    [health] = last.of("HEALTHCHECK")
    assert json.loads(health.partition("CMD ")[2])[-1] == "web"
    [command] = last.of("CMD")
    assert json.loads(command)[0] == "granian"


def test_117_nothing_is_added_from_elsewhere_and_hashes_are_required():
    stages = dockerfile()
    kinds = {kind for stage in stages for kind, _ in stage.instructions}
    assert kinds <= {"ENV", "WORKDIR", "RUN", "COPY", "USER", "EXPOSE", "HEALTHCHECK", "CMD"}
    runs = [text for stage in stages for text in stage.of("RUN")]
    installs = [text for text in runs if "pip install" in text]
    assert len(installs) == 1
    assert "--require-hashes" in installs[0]
    assert not any(re.search(r"curl|wget|://|sudo|chmod 777", text) for text in runs)


def test_117_no_secret_and_no_test_gets_into_the_image():
    names = {name for stage in dockerfile() for name in stage.environment}
    assert not {n for n in names if re.search("KEY|PASSWORD|SECRET|TOKEN|_URL", n)}
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    kept = {line[1:] for line in rules if line.startswith("!")}
    assert not kept & {"tests", ".env", "var", ".git", ".venv", "docs"}
    assert {"manage.py", "integrity", "cases", "policies", "notifications", "templates"} <= kept
    assert all((ROOT / name).exists() for name in kept)


@pytest.mark.skipif(
    (sys.platform, platform.machine()) != ("linux", "x86_64"),
    reason="hadolint is published for Linux on x86-64 only",
)
def test_117_hadolint_finds_nothing():
    program = shutil.which("hadolint", path=str(Path(sys.executable).parent))
    assert program is not None, "make setup installs it here"
    done = subprocess.run(
        [program, "Dockerfile"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_117_compose_has_every_service():
    assert set(SERVICES) == {"postgres", "redis", *OURS}
    assert compose()["networks"]["inside"] == {"internal": True}


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_117_every_service_is_confined(name):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["user"] not in {"root", "0", 0}
    assert service["tmpfs"]
    assert "privileged" not in service
    assert name in OURS or TAG.match(service["image"])


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"migrate"}))
def test_117_every_lasting_service_is_watched(name):
    health = SERVICES[name]["healthcheck"]
    assert health["test"][0] == "CMD"
    assert {"interval", "timeout", "retries"} <= set(health)
    assert SERVICES[name]["restart"] == "unless-stopped"


def test_117_the_others_wait_for_the_migration():
    for name in ("web", "worker", "beat"):
        waits = {other: how["condition"] for other, how in SERVICES[name]["depends_on"].items()}
        assert waits == {
            "migrate": "service_completed_successfully",
            "postgres": "service_healthy",
            "redis": "service_healthy",
        }


def test_117_only_the_migration_knows_the_owner_of_the_tables():
    knows = {
        name
        for name in OURS
        if "DATABASE_OWNER_PASSWORD" in variables(SERVICES[name]["environment"])
    }
    assert knows == {"migrate"}
    assert SERVICES["web"]["environment"]["DATABASE_URL"].startswith("postgres://integrity_app:")


def test_117_only_the_web_server_is_published_and_only_locally():
    published = {name: s["ports"] for name, s in SERVICES.items() if "ports" in s}
    assert published == {"web": ["${BIND:-127.0.0.1}:${PORT:-8000}:8000"]}


def test_117_evidence_and_database_outlive_their_containers():
    assert SERVICES["postgres"]["volumes"] == ["database:/var/lib/postgresql/data"]
    root = dockerfile()[-1].environment["EVIDENCE_ROOT"]
    for name in ("web", "worker"):
        assert SERVICES[name]["volumes"] == [f"evidence:{root}"]
    assert set(compose()["volumes"]) == {"database", "evidence"}


def test_117_the_example_names_every_variable():
    told = set(re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    used = variables(compose())
    assert used - told == {"VERSION"}
    assert told - used == set()


def test_117_the_example_holds_no_key():
    for line in (ROOT / ".env.example").read_text().splitlines():
        name, _, value = line.partition("=")
        if re.fullmatch(r"\w*(KEY|KEYS|PASSWORD|EMAIL_URL)", name):
            assert value == ""
