"""What operators and the build server rely on: make targets, pins, layout, catalogues."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import polib
import pytest
import yaml
from django.template import TemplateSyntaxError
from django.template.loader import get_template

from integrity import catalogues
from notifications import rendering
from tests.support.compose import ROOT

TARGETS = (
    "setup run test test-sqlite check bench faults fuzz a11y screenshots help"  # CONTRACTS
).split()
TOP = {
    *("manage.py", "integrity", "cases", "policies", "notifications", "templates", "static"),
    *("tests", "docs", "locale", "pyproject.toml", "docker-compose.yml", "Dockerfile", "Makefile"),
    *("README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "requirements"),
    *(".ci", ".dockerignore", ".env.example", ".gitignore", ".pre-commit-config.yaml"),
}


def _lines(name: str) -> list[str]:
    return (ROOT / name).read_text().splitlines()


def _names(path: str) -> set[str]:
    found = (re.match(r"([A-Za-z0-9][\w.-]*)", line) for line in _lines(path))
    return {match[1].lower().replace("_", "-") for match in found if match}


def _pins(path: str) -> dict[str, str]:
    found = (re.match(r"([\w.-]+)(?:\[[\w,]+\])?==([^\s;]+)", line) for line in _lines(path))
    return {match[1].lower(): match[2] for match in found if match}


def test_help_lists_every_target():
    told = subprocess.run(
        ["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    listed = set(re.findall(r"^  make ([\w-]+)", told, re.MULTILINE))
    phony = next(line for line in _lines("Makefile") if line.startswith(".PHONY:"))
    assert listed == set(phony.split()[1:])
    assert set(TARGETS) <= listed


def test_the_build_server_runs_what_the_readme_tells():
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    lines = [line for line in script.read_text().splitlines() if line and line[0] != "#"]
    assert lines == [
        "set -euo pipefail",
        'cd "$(dirname "$0")/.."',
        "make check",
        "make test",
    ]
    readme = (ROOT / "README.md").read_text()
    assert all(f"make {name}" in readme for name in ("setup", "run", "test", "check"))


def test_a_run_without_tests_fails():
    command = [sys.executable, "-m", "tests.support.run", "--embedded", "-q", "-k", "no_such_test"]
    done = subprocess.run(
        [*command, "tests/contracts/test_tooling.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 5, done.stdout


def test_development_and_production_use_the_same_versions():
    base, dev = _pins("requirements/base.txt"), _pins("requirements/dev.txt")
    assert base
    assert {name: dev.get(name) for name in base} == base


@pytest.mark.parametrize("name", ["base", "dev", "uv"])
def test_every_wish_is_pinned(name):
    assert _names(f"requirements/{name}.in") <= set(_pins(f"requirements/{name}.txt"))


def test_no_package_index_is_named():
    files = ["Makefile", "Dockerfile", "pyproject.toml", ".ci/run"]
    files += [f"requirements/{path.name}" for path in (ROOT / "requirements").iterdir()]
    for name in files:
        text = (ROOT / name).read_text()
        assert not re.search(
            r"(?:index-url|find-links|trusted-host|pypi\.|https?://(?!127\.0\.0\.1))", text
        ), name


def test_every_dependency_is_explained():
    told = (ROOT / "docs" / "dependencies.md").read_text().lower().replace("_", "-")
    wished = _names("requirements/base.in") | _names("requirements/dev.in") | {"uv"}
    assert not {name for name in wished if f"| {name}" not in told}


def test_the_project_says_what_it_is():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["name"] == "academic-integrity"
    assert project["requires-python"] == ">=3.11"
    assert project["license"] == "Apache-2.0"
    licence = (ROOT / "LICENSE").read_text()
    assert "Apache License" in licence
    assert "END OF TERMS AND CONDITIONS" in licence


def test_nothing_else_lies_at_the_top():
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert {Path(line).parts[0] for line in listed.splitlines()} <= TOP


def test_hooks_before_a_commit_use_what_setup_installed():
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    assert [repository["repo"] for repository in config["repos"]] == ["local"]
    for hook in config["repos"][0]["hooks"]:
        program = Path(hook["entry"].split()[0])
        assert program.parent == Path(".venv/bin")
        assert (Path(sys.executable).parent / program.name).exists()


TEMPLATES = sorted((ROOT / "templates").rglob("*.*"))


def test_every_template_compiles():
    assert TEMPLATES
    letters = rendering._engine(autoescape=True)
    for path in TEMPLATES:
        name = str(path.relative_to(ROOT / "templates"))
        try:
            get_template(name)
        except TemplateSyntaxError:
            # Letters have an engine of their own, with tags that pages do not know.
            assert name.startswith("notifications/")
            letters.get_template(name)


GOOD = """
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\nPlural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "Case %(number)s"
msgstr "Caso %(number)s"

msgid "One report"
msgid_plural "%(count)s reports"
msgstr[0] "Un informe"
msgstr[1] "%(count)s informes"
"""


def test_catalogues_compile_without_gettext(tmp_path):
    source = tmp_path / "django.po"
    source.write_text(GOOD)
    assert catalogues.main(["--check", str(source)]) == 0
    assert not source.with_suffix(".mo").exists()
    assert catalogues.main([str(source)]) == 0
    compiled = polib.mofile(str(source.with_suffix(".mo")))
    assert compiled.find("Case %(number)s").msgstr == "Caso %(number)s"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Caso %(number)s", "Caso", "other placeholders"),
        ("Caso %(number)s", "", "not translated"),
        ("Caso %(number)s", "Caso <b>%(number)s</b>", "other placeholders"),
        ("%(count)s informes", "%(cuenta)s informes", "other placeholders"),
        ('msgid "Case', 'msgid Case"', "django.po"),
    ],
)
def test_faults_in_catalogues_are_found(tmp_path, capsys, old, new, said):
    source = tmp_path / "django.po"
    source.write_text(GOOD.replace(old, new))
    assert catalogues.main(["--check", str(source)]) == 1
    assert said in capsys.readouterr().err


def test_what_gettext_guessed_is_thrown_away(tmp_path, capsys):
    source = tmp_path / "es" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text(GOOD.replace('msgid "Case', '#, fuzzy, python-format\nmsgid "Case'))
    assert catalogues.main(["--tidy", str(source)]) == 0
    assert catalogues.main(["--count", str(source)]) == 0
    assert capsys.readouterr().out == "es: 1 of 2 translated\n"
    entry = polib.pofile(str(source)).find("Case %(number)s")
    assert (entry.msgstr, entry.flags) == ("", ["python-format"])
