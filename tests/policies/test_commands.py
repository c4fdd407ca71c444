"""The commands operators type: what they print and how they end."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from integrity.audit.models import Event
from policies.importer import read_source
from policies.models import Document, Scheme, SchemeVersion, Version
from policies.rules import process_terms
from policies.services.demo import load_demo_policies
from tests.policies.conftest import ACTOR, DATA, ROOT, at

pytestmark = pytest.mark.django_db


def run(*args: Any) -> dict[str, Any]:
    out = io.StringIO()
    call_command(*map(str, args), stdout=out)
    return json.loads(out.getvalue())


def refused(*args: Any, status: int = 2) -> tuple[str, str]:
    out = io.StringIO()
    with pytest.raises(CommandError) as error:
        call_command(*map(str, args), stdout=out)
    assert error.value.returncode == status
    return str(error.value), out.getvalue()


def policy(name: str = "wrapped.txt", **options: str) -> list[Any]:
    given = {
        "slug": "school", "kind": "honor_code", "title": "Rules of the school",
        "effective": "2024-05-03",
    } | options  # fmt: skip
    return ["import_policy", DATA / name, *(f"--{key}={value}" for key, value in given.items())]


class TestImportPolicy:
    def test_makes_a_draft_and_says_what_it_did(self):
        said = run(*policy())
        version = Version.objects.get()
        assert (said["document"], said["version"], said["status"]) == ("school", 1, "draft")
        assert version.effective_at == at("2024-05-03")
        assert version.published_at is None
        lines = said["lines"]
        assert lines["source"] == lines["kept"] + lines["dropped"]
        assert len(said["dropped"]) == lines["dropped"] == 4
        assert set(said["dropped"][0]) == {"line", "text", "reason"}
        assert [item["code"] for item in said["violation_types"]] == [
            "plagiarism", "unauthorised_collaboration", "fraud",
        ]  # fmt: skip
        assert [item["clause"] for item in said["violation_types"]] == ["2.1", "2.2", "2.3"]
        assert [item["code"] for item in said["consequences"]] == [
            "warning_written", "assignment_failed", "expulsion",
        ]  # fmt: skip
        assert version.violation_types.count() == 3
        assert version.consequences.get(code="expulsion").takes_away == "access"
        assert version.no_refunds == said["no_refunds"] != ""
        assert said["last_updated"] == "3 May 2024"

    def test_the_same_slug_again_is_the_next_version(self):
        assert run(*policy(), "--publish")["status"] == "published"
        again = run(*policy("lines.txt", effective="2025-01-01"), "--publish")
        assert (again["version"], again["status"]) == (2, "published")
        assert Document.objects.count() == 1
        assert [v.number for v in Version.objects.order_by("number")] == [1, 2]
        actions = list(Event.objects.order_by("sequence").values_list("action", flat=True))
        made = ["policy.version_created", "policy.imported", "policy.published"]
        assert actions == ["policy.document_saved", *made, *made]

    def test_the_history_and_the_report_say_what_was_proposed(self):
        said = run(*policy("helpcentre.txt"))
        data = Event.objects.get(action="policy.imported").data
        assert data["violation_types"] == [item["code"] for item in said["violation_types"]] != []
        assert data["consequences"] == [item["code"] for item in said["consequences"]] != []
        assert data["dropped_lines"] == [item["line"] for item in said["dropped"]] != []
        assert data["source_lines"] == said["lines"]["source"]
        assert data["unclear"] == len(said["unclear"]) == 1
        text = read_source(DATA / "helpcentre.txt")
        assert data["source_sha256"] == hashlib.sha256(text.encode()).hexdigest()
        listed = said["to_confirm"]
        assert len(listed) == len(data["violation_types"]) + len(data["consequences"]) + 1
        assert listed[-1].endswith("We write to your school.")
        assert "policies/school/v1" in said["url"]

    def test_nothing_found_is_said_too(self, tmp_path):
        file = tmp_path / "plain.txt"
        file.write_text("Rules\n\nBe kind to one another.\n")
        command = policy()
        command[1] = file
        assert run(*command)["to_confirm"] == [
            "No violation type was found.", "No consequence was found.",
        ]  # fmt: skip

    @pytest.mark.parametrize("publish", [[], ["--publish"]])
    def test_the_same_text_from_the_same_day_is_no_new_version(self, publish):
        run(*policy(), *publish)
        events = Event.objects.count()
        said, out = refused(*policy(), "--publish", status=1)
        assert "Version 1 has this text" in said
        assert ("it is a draft" in said) == (not publish)
        assert out == ""
        assert Version.objects.get().is_published == bool(publish)
        assert Event.objects.count() == events, "a repeated command makes no noise"
        # Another day is another version, and so is the text after it was changed and back.
        assert run(*policy(effective="2024-06-01"))["version"] == 2

    def test_an_institution_that_sets_no_window_leaves_the_platforms(self, northbridge):
        run(*policy(slug="platform"), "--publish")
        run(*policy(institution="northbridge"), "--publish")
        own = Version.objects.get(document__slug="school")
        assert (own.response_working_days, own.standard_of_proof, own.appeal_grounds) == (
            None, "", [],
        )  # fmt: skip
        platform = Version.objects.get(document__slug="platform")
        assert process_terms(own, platform) == process_terms(platform)

    def test_another_title_is_kept_in_the_history(self):
        run(*policy(), "--publish")
        run(*policy("lines.txt", effective="2025-01-01", title="New rules"))
        assert Document.objects.get().title == "New rules"
        last = Event.objects.filter(action="policy.document_saved").latest("sequence")
        assert last.data["title"] == "New rules"

    def test_a_bare_date_begins_in_the_owners_zone(self, northbridge):
        run(*policy(institution="northbridge"), "--publish")
        version = Version.objects.get()
        assert version.effective_at == at("2024-05-03 04:00")
        assert version.document.institution == northbridge

    def test_a_day_to_come_is_published_for_then(self, frozen_clock):
        frozen_clock.move_to(at("2026-01-01"))
        run(*policy(effective="2026-06-01"), "--publish")
        version = Version.objects.get()
        assert version.published_at == at("2026-01-01")
        assert version.effective_at == at("2026-06-01")

    @pytest.mark.parametrize(
        ("options", "word"),
        [
            ({"effective": "tomorrow"}, "--effective"),
            ({"effective": "20240503"}, "--effective"),
            ({"effective": "2024-02-30"}, "--effective"),
            ({"effective": "0001-01-01"}, "--effective"),
            ({"slug": "Not a slug"}, "slug"),
            ({"title": " "}, "title"),
            ({"title": "x" * 201}, "title"),
            ({"institution": "nowhere"}, "nowhere"),
        ],
    )
    def test_bad_use(self, options, word):
        said, _out = refused(*policy(**options))
        assert word in said
        assert not Version.objects.exists()
        assert not Document.objects.exists()
        assert not Event.objects.exists()

    def test_another_kind_or_owner_is_another_document(self, northbridge):
        run(*policy())
        assert "another kind" in refused(*policy(kind="terms"))[0]
        assert "somebody else" in refused(*policy(institution="northbridge"))[0]
        assert Version.objects.count() == 1

    def test_an_earlier_day_than_the_version_before_is_refused(self):
        run(*policy(), "--publish")
        assert "takes effect later" in refused(*policy(effective="2023-01-01"), "--publish")[0]
        assert Version.objects.count() == 1, "nothing is half written"

    @pytest.mark.parametrize(
        ("content", "word"),
        [(b"", "no text"), (b"a\nb\xff", "Line 2, byte 4"), (b"\x00", "Line 1, byte 1"),
         (b"<html>", "HTML"), ("R\u00e4".encode("utf-16"), "UTF-16"),
         (b"x" * 1_000_001, "bytes"), (b"word " * 50_000, "200,000")],
    )  # fmt: skip
    def test_what_it_cannot_read_it_refuses_saying_where(self, tmp_path, content, word):
        file = tmp_path / "file.txt"
        file.write_bytes(content)
        command = policy()
        command[1] = file
        said, out = refused(*command)
        assert word in said
        assert out == ""
        command[1] = tmp_path
        assert "not a file" in refused(*command)[0]
        assert not Document.objects.exists()


def test_a_wrong_option_ends_like_every_bad_use():
    command = [sys.executable, str(ROOT / "manage.py"), "import_policy", "x", "--kind", "poem"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 2
    assert "poem" in done.stderr
    assert done.stdout == ""


class TestImportScheme:
    def test_stores_and_publishes(self):
        said = run("import_scheme", DATA / "rule-table.json")
        assert (said["scheme"], said["version"], said["created"]) == ("workshop-table", 1, True)
        assert said["status"] == "published"
        assert Scheme.objects.get().kind == "table"

    def test_the_same_file_again_changes_nothing(self):
        run("import_scheme", DATA / "rule-table.json")
        assert run("import_scheme", DATA / "rule-table.json")["created"] is False
        assert SchemeVersion.objects.count() == 1

    def test_a_changed_file_is_the_next_version(self, tmp_path):
        run("import_scheme", DATA / "rule-table.json")
        file = tmp_path / "changed.json"
        file.write_text((DATA / "rule-table.json").read_text().replace("A pause", "One pause"))
        said = run("import_scheme", file)
        assert (said["version"], said["created"]) == (2, True)

    def test_a_draft_stays_a_draft(self):
        assert run("import_scheme", DATA / "credit-tariff.json")["status"] == "draft"
        assert "in force" in refused("recommend", "credit-tariff", "--facts", "{}")[0]

    def test_problems_are_named_with_line_and_place(self, tmp_path):
        file = tmp_path / "bad.json"
        file.write_text('{\n "format": 1,\n "slug": "x",\n "kind": "ladder",\n "titel": "X"\n}')
        said, _out = refused("import_scheme", file)
        assert "line 5, titel: is not known here" in said
        assert "title: is missing" in said
        file.write_text("{")
        assert "line 1, column 2" in refused("import_scheme", file)[0]
        assert "no such file" in refused("import_scheme", tmp_path / "none.json")[0]
        assert not Scheme.objects.exists()


class TestRecommend:
    @pytest.fixture(autouse=True)
    def _demo(self):
        load_demo_policies(ACTOR)

    def test_the_contract(self):
        facts = {
            "history": "second", "extent": "much", "critical": "yes", "level": "later",
            "value": "large", "disguise": "no",
        }  # fmt: skip
        said = run("recommend", "points-tariff", "--facts", json.dumps(facts))
        assert {"scheme", "version", "points", "band", "range", "default", "breakdown"} <= set(said)
        assert (said["scheme"], said["version"], said["points"]) == ("points-tariff", 1, 430)
        assert said["band"] == "band-3"
        assert said["default"] == said["range"][0]
        assert [set(line) for line in said["breakdown"]] == [
            {"factor", "option", "points", "why"}
        ] * 6
        assert sum(line["points"] for line in said["breakdown"]) == 430

    def test_numbers_are_facts_too(self):
        facts = {"kind": "plagiarism", "severity": "slight", "weight": 12.5, "earlier_findings": 0}
        assert (
            run("recommend", "honor-code-ladder", "--facts", json.dumps(facts))["band"] == "warning"
        )

    def test_missing_facts_are_listed_not_assumed(self):
        said, out = refused("recommend", "honor-code-ladder", "--facts", '{"kind": "fraud"}')
        assert [item["factor"] for item in json.loads(out)["missing"]] == [
            "severity", "stakes", "history",
        ]  # fmt: skip
        assert "severity" in said

    @pytest.mark.parametrize(
        ("scheme", "facts", "word"),
        [
            ("nothing", "{}", "honor-code-ladder"),
            ("honor-code-ladder", "{", "not JSON"),
            ("honor-code-ladder", "[]", "braces"),
            ("honor-code-ladder", '{"kind": "fraud", "kind": "fraud"}', "twice"),
            ("honor-code-ladder", '{"mood": "bad"}', "mood"),
            ("honor-code-ladder", '{"kind": "murder"}', "borrowed"),
            ("honor-code-ladder", "NaN", "not JSON"),
        ],
    )
    def test_bad_use(self, scheme, facts, word):
        said, out = refused("recommend", scheme, "--facts", facts)
        assert word in said
        assert out == ""


@pytest.mark.parametrize("name", ["import_policy", "import_scheme", "recommend"])
def test_help_tells_the_exit_status(name, capsys):
    with pytest.raises(SystemExit) as error:
        call_command(name, "--help")
    assert error.value.code == 0
    assert "Exit status" in capsys.readouterr().out
