"""Documents of office programs become text: what they say, and nothing of who wrote them."""

from __future__ import annotations

import io
import socketserver
import stat
import struct
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from cases.enums import EvidenceKind, FileRole
from cases.evidence import FileRefused, clean, limits, office, preview, recognise, store, unzip
from cases.evidence import accept as kinds
from cases.evidence.refusal import Refused
from tests.cases import intake_builders as make
from tests.cases import office_builders as build
from tests.cases.office_builders import docx, odt


@pytest.fixture(autouse=True)
def root(settings: Any, tmp_path: Path) -> Path:
    settings.EVIDENCE_ROOT = tmp_path / "evidence"
    return settings.EVIDENCE_ROOT


def copied(name: str, content: bytes) -> str:
    copy = clean.copy(recognise(name, content), content)
    assert copy.content_type == "text/plain; charset=utf-8"
    return copy.content.decode()


def words(content: bytes, kind: str = "docx") -> str:
    """As the opener's process reads it, without starting one."""
    return office.text_of(kind, content)[0]


DOCX_TEXT = """What we found
=============

It is the same text as ours. <script>alert(1)</script>

1. First
  - Within
2. Second

Page | Words
3 | 120

See the notes[1]

the article <https://example.org/article>

Added

[picture: A page of the book]

[1] Week 3, page 9.

--------------------
Pictures that are not shown here: 1.
Remarks in the margin that are left out: 1.
Hidden passages that are left out: 1.
"""
ODT_TEXT = """What we found
=============

It is the same  text as ours.[1]

- First
  - Within

Page | Words
3 | 120

the article <https://example.org/article>

[picture: A page of the book]

[1] Week 3, page 9.

--------------------
Pictures that are not shown here: 1.
Remarks in the margin that are left out: 1.
"""


@pytest.mark.parametrize(
    ("name", "made", "text"), [("a.docx", docx, DOCX_TEXT), ("a.odt", odt, ODT_TEXT)]
)
def test_a_document_becomes_its_words(name: str, made: Callable[[], bytes], text: str) -> None:
    assert copied(name, made()) == text
    # In the language of the site, whoever sends it.
    with translation.override("de"):
        assert copied(name, made()) == text


@pytest.mark.parametrize(("name", "made"), [("a.docx", docx), ("a.odt", odt)])
def test_hostile_44_nothing_says_who_wrote_it(name: str, made: Callable[[], bytes]) -> None:
    content = made()
    inside = zipfile.ZipFile(io.BytesIO(content))
    assert any(make.CANARY.encode() in inside.read(part) for part in inside.namelist())

    text = copied(name, content)

    for secret in (make.CANARY, "taken out", "I saw it first", "invisible", "Mine"):
        assert secret not in text


@pytest.mark.django_db
def test_hostile_44_the_original_stays_whole_and_sealed(root: Path) -> None:
    content = docx()
    case = make.send(make.scene(), uploads=[make.upload("Essay.docx", content)]).case
    piece = case.evidence.get(kind=EvidenceKind.FILE)

    original = piece.files.get(role=FileRole.ORIGINAL)
    copy = piece.files.get(role=FileRole.DERIVATIVE)

    assert store.read(original.path, purpose=store.ORIGINAL) == content
    assert content[:200] not in (root / original.path).read_bytes()
    assert copy.content_type == "text/plain; charset=utf-8"
    assert (preview(copy) or "").startswith("What we found\n")


def test_strict_documents_of_word_are_read_too() -> None:
    strict = build.document(build.paragraph("Strict words")).replace(
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "http://purl.oclc.org/ooxml/wordprocessingml/main",
    )

    assert words(docx(**{"word/document.xml": strict})) == "Strict words"


def test_the_words_in_a_box_are_kept() -> None:
    box = (
        "<w:p><w:r><w:t>Before</w:t></w:r><w:r><w:pict><w:txbxContent>"
        + build.paragraph("In the box")
        + "</w:txbxContent></w:pict></w:r></w:p>"
    )

    assert words(docx(box)) == "Before\n\nIn the box"


def test_a_document_of_pictures_alone_asks_for_the_pictures() -> None:
    drawing = "<w:p><w:r><w:drawing/></w:r></w:p>"
    assert copied("a.docx", docx(drawing)).startswith("[picture]\n")
    with pytest.raises(FileRefused, match="no words in this document"):
        copied("a.docx", docx("<w:p/>"))


def test_a_document_cannot_pass_for_a_mark_of_ours() -> None:
    assert "\ue000" not in words(docx(build.paragraph("a\ue000b")))


def test_a_document_that_is_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_DOCUMENT_CHARACTERS", 10)
    with pytest.raises(Refused, match="long"):
        words(docx(build.paragraph("eleven char")))


# Names that disagree with the content


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.docx", odt()),
        ("a.odt", docx()),
        ("a.docx", build.archive({"word/document.xml": build.document()})),
        ("a.docx", build.archive({"xl/workbook.xml": "<x/>", "[Content_Types].xml": "<Types/>"})),
    ],
)
def test_hostile_38_an_archive_under_a_wrong_name_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(FileRefused, match="does not fit"):
        copied(name, content)


@pytest.mark.parametrize("name", ["a.zip", "a.docm", "a.xlsx", "a.txt", "a.docx.pdf", "a"])
def test_hostile_38_an_archive_that_is_no_document_is_refused(name: str) -> None:
    with pytest.raises(FileRefused):
        recognise(name, docx())


def test_documents_with_macros_are_refused() -> None:
    types = str(build.PARTS["[Content_Types].xml"]).replace(build.MAIN, build.MACROS)
    for content in (
        docx(**{"[Content_Types].xml": types}),
        docx(**{"word/vbaProject.bin": b"\xd0\xcf\x11\xe0"}),
        docx(**{"word/VBAPROJECT.BIN": b"\xd0\xcf\x11\xe0"}),
    ):
        with pytest.raises(FileRefused, match="macros"):
            copied("a.docx", content)
    with pytest.raises(FileRefused, match="macros"):
        copied("a.odt", odt(**{"Basic/Standard/Module1.xml": "<x/>"}))


def test_a_locked_document_is_told_so() -> None:
    manifest = f'<manifest xmlns="{build.ODF}:manifest:1.0"><encryption-data/></manifest>'
    with pytest.raises(FileRefused, match="password"):
        copied("a.odt", odt(**{"META-INF/manifest.xml": manifest}))


# Archives


def entry(name: str, content: bytes = b"x", **changes: Any) -> bytes:
    out = io.BytesIO()
    info = zipfile.ZipInfo(name)
    for key, value in changes.items():
        setattr(info, key, value)
    with zipfile.ZipFile(out, "w") as zip_:
        zip_.writestr(info, content)
    return out.getvalue()


def patched(content: bytes, at: int, value: bytes) -> bytes:
    """A change in the list at the archive's end, where names and sizes are believed."""
    start = content.rindex(b"PK\x01\x02") + at
    return content[:start] + value + content[start + len(value) :]


@pytest.mark.parametrize(
    "name",
    ["/etc/passwd", "../x", "a/../../x", "a\\x", "C:x", "a\nb", "a//b", "./x"],
)
def test_hostile_42_names_that_lead_out_are_refused(name: str) -> None:
    with pytest.raises(Refused, match="archive"):
        unzip.Archive(entry(name))


def test_hostile_42_links_passwords_and_twins_are_refused() -> None:
    link = entry("word/document.xml", b"/etc/passwd", external_attr=(stat.S_IFLNK | 0o777) << 16)
    with pytest.raises(Refused, match="archive"):
        unzip.Archive(link)
    with pytest.raises(Refused, match="password"):
        unzip.Archive(patched(entry("a"), 8, struct.pack("<H", 1)))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as zip_:
        zip_.writestr("a", "one")
        with pytest.warns(UserWarning, match="Duplicate"):
            zip_.writestr("a", "two")
    with pytest.raises(Refused, match="archive"):
        unzip.Archive(out.getvalue())


def test_hostile_42_more_files_than_a_document_has_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "MAX_ZIP_ENTRIES", 3)
    with pytest.raises(Refused, match="bomb"):
        unzip.Archive(build.archive({str(number): "x" for number in range(4)}))


def test_hostile_42_an_archive_that_says_it_unfolds_to_too_much_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unfold(*_what: Any, **_how: Any) -> None:
        raise AssertionError("It was unfolded.")

    bomb = build.archive({"a": bytes(limits.ZIP_RATIO_FROM_BYTES * 3)})
    monkeypatch.setattr(zipfile.ZipFile, "open", unfold)
    with pytest.raises(Refused, match="bomb"):
        unzip.Archive(bomb)
    monkeypatch.setattr(limits, "MAX_ZIP_RATIO", 1_000_000)
    assert unzip.Archive(bomb).names == ["a"]
    monkeypatch.setattr(limits, "MAX_ZIP_UNPACKED_BYTES", 1_000)
    with pytest.raises(Refused, match="bomb"):
        unzip.Archive(bomb)


def test_hostile_42_an_archive_that_lies_about_its_size_is_refused() -> None:
    # It says ten bytes and holds a thousand.
    lying = patched(build.archive({"a": b"a" * 1000}), 24, struct.pack("<I", 10))
    archive = unzip.Archive(lying)
    with pytest.raises(Refused, match="damaged"):
        archive.read("a", limit=100)
    honest = unzip.Archive(build.archive({"a": b"a" * 1000}))
    with pytest.raises(Refused, match="bomb"):
        honest.read("a", limit=999)
    assert honest.read("a", limit=1000) == b"a" * 1000


def test_hostile_42_a_bomb_in_a_document_is_refused_with_words() -> None:
    bomb = docx(**{"word/document.xml": b" " * 50_000_000})
    assert len(bomb) < 100_000

    with pytest.raises(FileRefused, match="unfolds to far more"):
        copied("a.docx", bomb)


@pytest.mark.parametrize("cut", [4, 100, -30])
def test_a_damaged_archive_is_refused(cut: int) -> None:
    with pytest.raises(FileRefused, match="could not open"):
        copied("a.docx", docx()[:cut])


def test_deep_nesting_ends_early() -> None:
    deep = "<w:p>" + "<w:r>" * 5_000 + "</w:r>" * 5_000 + "</w:p>"
    with pytest.raises(FileRefused, match="too much work"):
        copied("a.docx", docx(deep))


# Whatever it points at


class _Ear(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    heard: list[bytes]


class _Hit(socketserver.BaseRequestHandler):
    server: _Ear

    def handle(self) -> None:
        self.server.heard.append(b"hit")


@pytest.fixture
def ear() -> Iterator[_Ear]:
    with _Ear(("127.0.0.1", 0), _Hit) as server:
        server.heard = []
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def address_of(ear: _Ear) -> str:
    return f"http://127.0.0.1:{ear.server_address[1]}"


def test_hostile_47_a_remote_template_picture_and_link_are_never_asked_for(ear: _Ear) -> None:
    at = address_of(ear)
    rels = "".join(
        f'<Relationship Id="{number}" Type="{build.OFFICE}/{kind}" Target="{at}/{kind}" '
        'TargetMode="External"/>'
        for number, kind in enumerate(
            ["attachedTemplate", "image", "hyperlink", "oleObject", "frame", "subDocument"]
        )
    )
    relations = f"{build.HEAD}<Relationships>{rels}</Relationships>"
    content = docx(
        build.paragraph("Words")
        + '<w:p><w:r><w:fldChar w:fldCharType="begin"/><w:instrText>INCLUDEPICTURE '
        + f'"{at}/field"</w:instrText></w:r></w:p><w:altChunk r:id="5"/>',
        **{
            "word/_rels/document.xml.rels": relations,
            "word/_rels/settings.xml.rels": relations,
            "word/settings.xml": f"{build.HEAD}<w:settings {build.W} {build.R}>"
            '<w:attachedTemplate r:id="0"/></w:settings>',
        },
    )

    assert copied("a.docx", content) == "Words\n"
    assert copied("a.odt", odt(f'<text:p>Words<draw:image xlink:href="{at}/x"/></text:p>'))
    assert ear.heard == []


@pytest.mark.parametrize("where", ["word/document.xml", "[Content_Types].xml", "word/styles.xml"])
@pytest.mark.parametrize(
    "declared",
    [
        '<!ENTITY x SYSTEM "{at}/xxe">',
        '<!ENTITY x SYSTEM "file:///etc/passwd">',
        '<!ENTITY % x SYSTEM "{at}/parameter"> %x;',
        '<!ENTITY x "lol">',
    ],
)
def test_hostile_47_entities_are_refused_and_nothing_is_asked_for(
    ear: _Ear, where: str, declared: str
) -> None:
    kind = f"<!DOCTYPE x [{declared.format(at=address_of(ear))}]>"
    part = build.document() if where == "word/document.xml" else str(build.PARTS[where])
    evil = part.replace(build.HEAD, build.HEAD + kind).replace("What we", "&x; we")

    with pytest.raises(Refused, match="archive"):
        words(docx(**{where: evil}))
    assert ear.heard == []


def test_hostile_47_a_document_type_kept_elsewhere_is_refused(ear: _Ear) -> None:
    kind = f'<!DOCTYPE x SYSTEM "{address_of(ear)}/x.dtd">'
    evil = build.document().replace(build.HEAD, build.HEAD + kind)

    with pytest.raises(FileRefused, match="not built the way"):
        copied("a.docx", docx(**{"word/document.xml": evil}))
    assert ear.heard == []


def test_hostile_47_the_process_that_opens_files_cannot_connect(
    ear: _Ear, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    source = Path(office.__file__).parent
    for name in ("opener.py", "limits.py", "refusal.py"):
        (tmp_path / name).write_text((source / name).read_text())
    (tmp_path / "office.py").write_text(
        "import socket\n"
        "def text_of(kind, content):\n"
        f"    socket.create_connection(('127.0.0.1', {ear.server_address[1]}))\n"
        "    return 'connected', {}\n"
    )
    monkeypatch.setattr(clean, "_OPENER", tmp_path / "opener.py")

    with pytest.raises(FileRefused):
        copied("a.docx", docx())
    assert ear.heard == []


# Programs and data


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("main.py", "import os\nos.system('true')  # <b>bold</b>\n"),
        ("Main.java", "public class Main { /* ü */ }\n"),
        ("main.c", "#include <stdio.h>\nint main(void) { return 0; }\n"),
        ("sort.cpp", "template <typename T> void sort(T &x) {}\n"),
        ("app.js", "fetch('https://example.org')\n"),
        ("model.R", "x <- c(1, 2)\n"),
        ("query.sql", "SELECT 1; DROP TABLE x;\n"),
        ("work.ipynb", '{"cells": [{"source": ["<script>alert(1)</script>"]}]}\n'),
        ("essay.tex", "\\documentclass{article}\n"),
        ("data.json", '{"a": 1}\n'),
        ("marks.csv", "=1+1,2\n"),
        ("index.php", "<?php system($_GET['x']); ?>\n"),
    ],
)
def test_programs_and_data_are_words(name: str, content: str) -> None:
    assert recognise(name, content.encode()) == kinds.TEXT
    assert copied(name, content.encode()) == content


@pytest.mark.parametrize("name", ["a.js", "a.py", "a.json", "a.tex", "a.php", "a.csv"])
@pytest.mark.parametrize(
    "content",
    [
        b"<html><script>alert(1)</script></html>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\n <!DOCTYPE html>",
        b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'/>",
    ],
)
def test_hostile_36_a_web_page_is_none_by_the_name_of_a_program(name: str, content: bytes) -> None:
    with pytest.raises(FileRefused, match="web pages or SVG"):
        recognise(name, content)


@pytest.mark.parametrize("name", ["a.html", "a.htm", "a.xhtml", "a.svg", "a.xml", "a.exe", "a.jar"])
def test_hostile_36_names_of_pages_and_packages_are_no_names_of_text(name: str) -> None:
    with pytest.raises(FileRefused):
        recognise(name, b"just words")


@pytest.mark.parametrize("name", ["main.py.txt", "a.tar.py", "main.js.pdf", "a.html.py"])
def test_hostile_38_a_program_with_two_endings_is_refused(name: str) -> None:
    content = make.document() if name.endswith("pdf") else b"words"
    with pytest.raises(FileRefused, match="two endings"):
        recognise(name, content)


# The beginning of a text


@pytest.mark.django_db
def test_the_beginning_of_a_text_is_shown_and_no_more(root: Path) -> None:
    content = b"// <script>alert(1)</script>\n" + b"word " * 3_000
    case = make.send(make.scene(), uploads=[make.upload("a.js", content)]).case
    copy = case.evidence.get(kind=EvidenceKind.FILE).files.get(role=FileRole.DERIVATIVE)

    beginning = preview(copy) or ""

    assert beginning.startswith("// <script>alert(1)</script>\nword")
    assert beginning.endswith("…")
    assert len(beginning) <= limits.PREVIEW_CHARACTERS + 1


@pytest.mark.django_db
def test_a_picture_has_no_beginning() -> None:
    case = make.send(make.scene(), uploads=[make.upload("a.png", make.picture())]).case
    copy = case.evidence.get(kind=EvidenceKind.FILE).files.get(role=FileRole.DERIVATIVE)

    assert preview(copy) is None


@pytest.mark.parametrize("level", ["", ' text:outline-level=""', ' text:outline-level="12"'])
def test_a_heading_without_a_level_is_a_heading(level: str) -> None:
    text = copied("a.odt", odt(f"<text:h{level}>What we found</text:h>"))
    assert text.startswith("What we found\n=============")
