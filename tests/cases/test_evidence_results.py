"""What a similarity tool found, as evidence (IN10)."""

from __future__ import annotations

import csv
import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.enums import EvidenceKind, FileRole
from cases.evidence import FileRefused, Incoming, limits, similar, store
from cases.evidence.figures import in_words, numbered
from cases.evidence.incoming import prepare, prepare_result
from cases.evidence.refusal import Refused
from cases.models import Evidence
from cases.services import evidence, showing
from integrity.core.errors import InvalidInput, NotFound
from tests.cases import builders
from tests.cases import intake_builders as make
from tests.cases import result_builders as results
from tests.cases.office_builders import archive

MADE: list[tuple[str, Callable[[], bytes], str, str]] = [
    ("result.zip", results.jplag_4, "JPlag", "4.3.0"),
    ("result.zip", results.jplag_5, "JPlag", "5.1.0"),
    ("results.jplag", results.jplag_6, "JPlag", "6.2.0"),
    ("dolos.zip", results.dolos_report, "Dolos", ""),
    ("pairs.csv", results.dolos_pairs, "Dolos", ""),
]


@pytest.fixture(autouse=True)
def root(settings: Any, tmp_path: Path) -> Path:
    settings.EVIDENCE_ROOT = tmp_path / "evidence"
    return settings.EVIDENCE_ROOT


@pytest.mark.parametrize(("name", "made", "tool", "version"), MADE)
def test_a_result_is_known_by_its_content_and_read_for_its_pairs(
    name: str, made: Callable[[], bytes], tool: str, version: str
) -> None:
    found = similar.figures_of(made())

    assert (found["tool"], found["version"], found["total"]) == (tool, version, 3)
    assert [pair["similarity"] for pair in found["pairs"]] == [0.9731, 0.4125, 0.0]
    first = found["pairs"][0]
    if tool == "JPlag":
        assert (first["a"], first["b"]) == ("Amara Okonjo", "Chi Tran")
    else:
        assert (first["a"], first["b"]) == ("work/okonjo, amara/main.py", "work/tran.py")


@pytest.mark.parametrize(("name", "made", "tool", "version"), MADE)
def test_a_result_is_opened_apart_and_told_in_words_without_names(
    name: str, made: Callable[[], bytes], tool: str, version: str
) -> None:
    _kind, copy, _scan = prepare_result(Incoming(name, made()))

    assert copy.figures is not None
    assert copy.figures["tool"] == tool
    text = copy.content.decode()
    assert text.startswith(f"{tool} {version}".strip() + " compared submissions in pairs.")
    assert "Submission 1 and submission 2: 97.3 % alike" in text
    assert "Submission 1 and submission 3: 41.2 % alike" in text
    assert "proves nothing by itself" in text
    for said in ("Okonjo", "okonjo", "Tran", "tran.py"):
        assert said not in text


def test_a_number_stays_with_its_submission() -> None:
    pairs = numbered(similar.figures_of(results.jplag_5()))

    assert [(pair.first, pair.second, pair.percent) for pair in pairs] == [
        (1, 2, 97.3),
        (1, 3, 41.2),
        (3, 2, 0.0),
    ]
    assert {(pair.first, pair.a) for pair in pairs} == {(1, "Amara Okonjo"), (3, "Ben Sorel")}


def test_only_the_highest_pairs_are_kept_and_that_is_said() -> None:
    rows = [
        {"firstSubmission": f"a{n}", "secondSubmission": f"b{n}", "similarities": {"AVG": n / 1000}}
        for n in range(limits.MAX_PAIRS + 5)
    ]
    found = similar.figures_of(results.jplag_6(top=rows))

    assert len(found["pairs"]) == limits.MAX_PAIRS
    assert found["total"] == limits.MAX_PAIRS + 5
    assert found["pairs"][0]["similarity"] == (limits.MAX_PAIRS + 4) / 1000
    assert "Its result lists 505 pairs. These are the 500 with the highest numbers." in in_words(
        found
    )


def pair(share: Any, first: Any = "a", second: Any = "b") -> list[dict[str, Any]]:
    return [{"firstSubmission": first, "secondSubmission": second, "similarities": {"AVG": share}}]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (results.jplag_6(top=[]), "nothing"),
        (results.jplag_6(top={"a": 1}), "result"),
        (results.jplag_6(top=pair(1.5)), "result"),
        (results.jplag_6(top=pair(-0.1)), "result"),
        (results.jplag_6(top=pair(float("nan"))), "result"),
        (results.jplag_6(top=pair(True)), "result"),
        (results.jplag_6(top=pair("0.5")), "result"),
        (results.jplag_6(top=pair(0.5, first="")), "result"),
        (results.jplag_6(top=pair(0.5, second=["x"])), "result"),
        (results.jplag_6(**{"topComparisons.json": "{not json"}), "damaged"),
        (results.jplag_6(**{"topComparisons.json": "[" * 100_000}), "damaged"),
        (results.jplag_6(**{"topComparisons.json": b"\xff\xfe\x00"}), "damaged"),
        (archive({"overview.json": "{}"}), "result"),
        (archive({"overview.json": "[1]"}), "result"),
        (archive({"something.json": "{}"}), "result"),
        (b"id,name\n1,a\n", "result"),
        (results.HEADER.encode() + b"\n", "nothing"),
        (results.HEADER.encode() + b"\n0,1,a,2,b,much,1,1,1,1\n", "result"),
        (results.HEADER.encode() + b"\n0,1,a\n", "result"),
    ],
)
def test_what_is_no_result_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        similar.figures_of(content)


def test_a_field_that_is_too_long_for_a_table_is_refused() -> None:
    long = results.HEADER.encode() + b"\n0,1," + b"a" * (csv.field_size_limit() + 1) + b",2,b,1\n"
    with pytest.raises(Refused, match="damaged"):
        similar.figures_of(long)


def test_a_version_that_is_none_is_left_out() -> None:
    for version in ({"major": "6"}, {}, [6], {"major": 0, "minor": 0, "patch": 0}, {"major": True}):
        run = json.dumps({"version": version})
        found = similar.figures_of(results.jplag_6(**{"runInformation.json": run}))
        assert found["version"] == ""


def test_names_are_cleaned_before_they_are_kept() -> None:
    evil = "\u202eevil\n<b>\x1b[31m" + "x" * 500
    _kind, copy, _scan = prepare_result(
        Incoming("r.jplag", results.jplag_6(top=pair(0.5, first=evil)))
    )

    assert copy.figures is not None
    name = copy.figures["pairs"][0]["a"]
    assert name.startswith("evil <b> [31mx")
    assert len(name) <= limits.MAX_PAIR_NAME


def test_hostile_42_a_bomb_among_results_is_refused() -> None:
    bomb = results.jplag_6(**{"topComparisons.json": b" " * 60_000_000})

    with pytest.raises(FileRefused, match="unfolds to far more"):
        prepare_result(Incoming("r.jplag", bomb))
    with pytest.raises(Refused, match="archive"):
        similar.figures_of(results.jplag_6(**{"../../x": "y"}))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("result.exe", results.jplag_5()),
        ("result.docx", results.jplag_5()),
        ("notes.txt", b"just words"),
        ("picture.png", make.picture()),
        ("result.jplag", b"just words"),
        ("result.csv.zip", results.jplag_5()),
    ],
)
def test_hostile_38_other_files_are_no_results(name: str, content: bytes) -> None:
    with pytest.raises(FileRefused):
        prepare_result(Incoming(name, content))


def test_an_archive_is_no_evidence_of_another_kind() -> None:
    with pytest.raises(FileRefused, match="cannot take this kind"):
        prepare(Incoming("result.zip", results.jplag_5()))


# At the desk


def add(name: str, content: bytes, **fields: Any) -> Evidence:
    case = make.send(make.scene()).case
    return evidence.add(
        actor=builders.moderator(),
        number=case.number,
        kind="similarity",
        title="What JPlag found",
        upload=make.upload(name, content),
        form_key=uuid.uuid4().hex,
        **fields,
    )


@pytest.mark.django_db
def test_the_desk_adds_a_result_with_figures_and_words_and_a_sealed_original(root: Path) -> None:
    content = results.jplag_6()

    piece = add("results.jplag", content)

    assert piece.kind == EvidenceKind.SIMILARITY
    assert piece.figures["pairs"][0] == {
        "a": "Amara Okonjo",
        "b": "Chi Tran",
        "similarity": 0.9731,
    }
    assert piece.pairs[0].percent == 97.3
    assert piece.text.startswith("JPlag 6.2.0 compared")
    # Everybody's work lies in the archive: nobody opens it.
    file = piece.files.get()
    assert file.role == FileRole.ORIGINAL
    assert store.read(file.path, purpose=store.ORIGINAL) == content
    assert len(make.files(root)) == 1
    with pytest.raises(NotFound):
        showing.open_file(actor=builders.officer(), evidence_id=piece.public_id)


@pytest.mark.django_db
def test_a_pdf_of_a_tool_is_kept_as_it_looks() -> None:
    piece = add("similarity.pdf", make.document())

    assert piece.kind == EvidenceKind.SIMILARITY
    assert piece.figures is None
    assert piece.text == ""
    assert piece.files.get(role=FileRole.DERIVATIVE).content_type == "application/pdf"


@pytest.mark.django_db
def test_what_is_no_result_is_said_at_the_field_and_leaves_nothing(root: Path) -> None:
    case = make.send(make.scene()).case
    moderator = builders.moderator()
    with make.nothing_changes(root), pytest.raises(InvalidInput) as refusal:
        evidence.add(
            actor=moderator,
            number=case.number,
            kind="similarity",
            title="A result",
            upload=make.upload("r.zip", archive({"a": "b"})),
            form_key="k",
        )

    assert list(refusal.value.fields) == ["upload"]


@pytest.mark.django_db
def test_the_form_takes_a_result_and_the_page_shows_it(client: Client) -> None:
    case = make.send(make.scene()).case
    moderator = builders.moderator()
    client.force_login(moderator)
    address = reverse("desk:add_evidence", args=[case.number]) + "?kind=similarity"
    form = client.get(address)
    assert form.status_code == 200
    assert ".jplag" in form.content.decode()
    token = form.context["form"]["form_token"].value()

    answer = client.post(
        address,
        {
            "kind": "similarity",
            "form_token": token,
            "title": "What JPlag found",
            "upload": make.upload("results.jplag", results.jplag_6()),
        },
    )

    assert answer.status_code == 303
    piece = case.evidence.get(kind=EvidenceKind.SIMILARITY)
    page = client.get(reverse("desk:evidence", args=[case.number, piece.public_id]))
    text = page.content.decode()
    assert "Amara Okonjo" in text
    assert "97.3" in text
    assert "proves nothing by itself" in text
