"""What is accepted as a file, what becomes of it, and how it is kept. No rows here."""

from __future__ import annotations

import errno
import io
import os
import stat
import threading
import unicodedata
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from PIL import Image

from cases.evidence import (
    FileRefused,
    Incoming,
    StorageFull,
    clean,
    limits,
    opener,
    received,
    recognise,
    store,
)
from cases.evidence import accept as kinds
from cases.evidence.figures import checked
from cases.evidence.incoming import MAX_FILES, NAME_PURPOSE
from cases.evidence.refusal import Refused
from integrity.core import crypto
from integrity.core.errors import InvalidInput
from tests.cases import intake_builders as make


@pytest.fixture(autouse=True)
def root(settings: Any, tmp_path: Path) -> Path:
    settings.EVIDENCE_ROOT = tmp_path / "evidence"
    return settings.EVIDENCE_ROOT


def copied(name: str, content: bytes) -> clean.CleanCopy:
    return clean.copy(recognise(name, content), content)


GOOD = {
    "picture.png": (make.picture, "image/png"),
    "photograph.JPG": (make.photograph, "image/jpeg"),
    "drawing.webp": (lambda: make.picture("WEBP", lossless=True), "image/png"),
    "photo.webp": (lambda: make.picture("WEBP"), "image/jpeg"),
    "picture.gif": (lambda: make.picture("GIF"), "image/png"),
    "document.pdf": (make.document, "application/pdf"),
    "notes.txt": (lambda: "Zoë wrote this.\r\n".encode(), "text/plain; charset=utf-8"),
    "Screenshot 2026-11-20 at 14.06.07.png": (make.picture, "image/png"),
    "essay.v2.final.pdf": (make.document, "application/pdf"),
}


@pytest.mark.parametrize("name", GOOD)
def test_accepted_kinds_become_clean_copies_of_a_plain_kind(name: str) -> None:
    made, content_type = GOOD[name]

    copy = copied(name, made())

    assert copy.content_type == content_type
    assert copy.content
    assert copy.content != made() or content_type == "image/png"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
        ("a.png", b'<svg xmlns="http://www.w3.org/2000/svg"/>'),
        ("a.html", b"<html><script>alert(1)</script></html>"),
        ("a.txt", b"  <!DOCTYPE html><p>hello"),
        ("a.txt", b"\xef\xbb\xbf<html>"),
        ("a.xhtml", b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>'),
        ("a.txt", b"<script>alert(1)</script>"),
    ],
)
def test_hostile_36_svg_html_and_xhtml_are_refused(name: str, content: bytes) -> None:
    with pytest.raises(FileRefused) as refusal:
        recognise(name, content)

    assert "web pages or SVG" in str(refusal.value.reason)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("program.exe", b"MZ\x90\x00\x03\x00\x00\x00"),
        ("archive.zip", b"PK\x03\x04\x14\x00\x00\x00"),
        ("letter.docx", b"PK\x03\x04\x14\x00\x06\x00"),
        ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        ("sound.mp3", b"ID3\x03\x00\x00\x00\x00\x0f\x76"),
        ("picture.bmp", b"BM\x9a\x00\x00\x00\x00\x00"),
        ("notes.txt", b"a text with \x00 in it"),
        ("notes.txt", b"a text with \x1b[31m in it"),
        ("notes.txt", "naïve".encode("latin-1")),
        ("before.pdf", b"<html>%PDF-1.7"),
    ],
)
def test_hostile_38_other_kinds_are_refused(name: str, content: bytes) -> None:
    with pytest.raises(FileRefused):
        copied(name, content)


def test_text_that_is_no_utf_8_is_told_how_to_mend_it() -> None:
    with pytest.raises(FileRefused, match="UTF-8"):
        recognise("notes.txt", "Hello".encode("utf-16"))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("picture.jpg", "does not fit"),
        ("picture.pdf", "does not fit"),
        ("picture.html", "does not fit"),
        ("picture", "no ending"),
        ("picture.", "no ending"),
        ("", "no ending"),
        ("picture.html.png", "two endings"),
        ("picture.PHP.png", "two endings"),
        ("picture.pdf.png", "two endings"),
        ("picture.png .png", "two endings"),
    ],
)
def test_hostile_38_names_that_disagree_with_the_content_are_refused(
    name: str, message: str
) -> None:
    with pytest.raises(FileRefused, match=message):
        recognise(name, make.picture())


def test_empty_and_too_large_files_are_refused(settings: Any) -> None:
    with pytest.raises(FileRefused, match="empty"):
        recognise("a.txt", b"")
    with pytest.raises(FileRefused, match="empty"):
        copied("a.txt", b" \n\t \n")
    limit = settings.EVIDENCE_MAX_FILE_BYTES
    assert recognise("a.txt", b"a" * limit) == kinds.TEXT
    with pytest.raises(FileRefused, match="larger than 10 MB"):
        recognise("a.txt", b"a" * (limit + 1))


def test_of_an_upload_that_is_too_large_only_so_much_is_read(settings: Any) -> None:
    settings.EVIDENCE_MAX_FILE_BYTES = 100

    file = Incoming.from_upload(make.upload("a.txt", b"a" * 5000))

    assert len(file.content) == 101


def test_hostile_37_a_polyglot_loses_its_second_language() -> None:
    polyglot = make.picture() + b"<html><script>alert(document.cookie)</script></html>"

    copy = copied("a.png", polyglot)

    assert copy.content_type == "image/png"
    assert b"script" not in copy.content
    assert Image.open(io.BytesIO(copy.content)).size == (40, 30)


def test_hostile_37_a_polyglot_in_a_comment_of_a_gif_loses_it() -> None:
    out = io.BytesIO()
    Image.new("RGB", (9, 9)).save(out, "GIF", comment=b"*/=1;alert(1)//")

    assert b"alert" not in copied("a.gif", out.getvalue()).content


@pytest.mark.parametrize("size", [(50_000, 50_000), (20_001, 10), (8_000, 7_000)])
def test_hostile_43_a_huge_picture_is_refused_before_it_is_unfolded(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    from PIL import ImageFile

    def unfold(self: Any) -> None:
        raise AssertionError("The pixels were unfolded.")

    monkeypatch.setattr(ImageFile.ImageFile, "load", unfold)
    with pytest.raises(opener.Refused, match="pixels"):
        opener.image("png", make.huge_picture(*size))
    with pytest.raises(FileRefused, match="too many pixels"):
        copied("a.png", make.huge_picture(*size))


def test_hostile_43_a_picture_that_only_claims_its_size_is_damaged() -> None:
    with pytest.raises(FileRefused, match="could not open"):
        copied("a.png", make.huge_picture(300, 300))


def test_hostile_42_a_small_file_that_unfolds_beyond_the_memory_given_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The opener takes its bounds from a file beside it; here it is given less than it needs.
    monkeypatch.setattr(clean, "_OPENER", _opener_with("MEMORY_BYTES = 180_000_000"))

    with pytest.raises(FileRefused):
        copied("a.png", make.picture(size=(7000, 7000)))


def test_a_file_that_never_ends_to_be_opened_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clean.limits, "WALL_SECONDS", 0.01)

    with pytest.raises(FileRefused, match="too much work"):
        copied("a.png", make.picture(size=(3000, 3000)))


def test_who_waits_long_for_a_turn_is_asked_to_send_the_file_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "TURN_SECONDS", 0.05)
    monkeypatch.setattr(clean, "_turns", threading.BoundedSemaphore(1))
    with clean._turns, pytest.raises(FileRefused, match="opening many files"):  # noqa: SLF001
        copied("a.png", make.picture())
    with (
        clean._turns,  # noqa: SLF001
        pytest.raises(InvalidInput) as refusal,
        received([Incoming(f"{number}.png", make.picture()) for number in range(3)]),
    ):
        pass
    # The first waited; the others are told without waiting too.
    assert len(refusal.value.fields["uploads"]) == 3
    # Nobody is left waiting afterwards.
    assert copied("a.png", make.picture()).content_type == "image/png"


@pytest.mark.parametrize(("kind", "word"), [("png", "pixels"), ("pdf", "effort")])
def test_hostile_42_a_copy_that_would_fill_the_memory_is_refused(
    kind: str, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_COPY_BYTES", 10)
    content = make.document() if kind == "pdf" else make.picture()
    with pytest.raises(Refused, match=word):
        opener.opened(kind, content)


def _opener_with(line: str) -> Path:
    import tempfile

    folder = Path(tempfile.mkdtemp())
    source = Path(opener.__file__)
    (folder / "opener.py").write_text(source.read_text())
    bounds = source.with_name("limits.py").read_text()
    (folder / "limits.py").write_text(f"{bounds}\n{line}\n")
    return folder / "opener.py"


def test_the_process_that_opens_files_has_no_keys_and_no_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    spy = tmp_path / "opener.py"
    spy.write_text(
        "import json, os, sys\n"
        "sys.stdin.buffer.read()\n"
        "names = sorted(set(os.environ) - {'LC_CTYPE'})\n"
        "head = {'type': 'image/png', 'pages': 1, 'moving': False}\n"
        "print(json.dumps(head)); print(names, [a for a in sys.argv[1:]], end='')\n"
    )
    monkeypatch.setattr(clean, "_OPENER", spy)
    monkeypatch.setenv("FIELD_KEYS", "secret")

    assert copied("a.png", make.picture()).content == b"[] ['png']"


def test_a_process_that_dies_is_a_refusal_and_says_nothing_of_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    dying = tmp_path / "opener.py"
    dying.write_text("import os, sys; sys.stderr.write('secret words'); os.kill(os.getpid(), 11)")
    monkeypatch.setattr(clean, "_OPENER", dying)

    with pytest.raises(FileRefused, match="too much work"):
        copied("a.png", make.picture())

    assert "status=-11" in caplog.text
    assert "secret" not in caplog.text


# What the clean copy no longer says


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.png", make.told_picture()),
        ("a.jpg", make.photograph()),
        ("a.pdf", make.document()),
    ],
)
def test_hostile_44_metadata_is_in_the_original_and_not_in_the_copy(
    name: str, content: bytes
) -> None:
    assert make.CANARY.encode() in content

    copy = copied(name, content)

    assert make.CANARY.encode() not in copy.content
    assert b"JavaScript" not in copy.content
    if copy.content_type != "application/pdf":
        picture = Image.open(io.BytesIO(copy.content))
        assert not picture.getexif()
        assert not set(picture.info) - {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_a_photograph_is_turned_upright_before_its_orientation_is_forgotten() -> None:
    picture = Image.open(io.BytesIO(copied("a.jpg", make.photograph()).content))

    assert picture.size == (30, 40)


def test_what_lies_under_transparent_pixels_does_not_come_along() -> None:
    hidden = Image.new("RGBA", (20, 20), (200, 10, 10, 0))
    out = io.BytesIO()
    hidden.save(out, "PNG")

    picture = Image.open(io.BytesIO(copied("a.png", out.getvalue()).content))

    assert picture.mode == "RGB"
    assert picture.getcolors() == [(400, (255, 255, 255))]


def test_of_a_moving_picture_the_beginning_is_kept_and_that_is_said() -> None:
    copy = copied("a.gif", make.moving_picture())

    assert copy.moving
    red, green, blue = Image.open(io.BytesIO(copy.content)).convert("RGB").getpixel((5, 5))
    assert red > 200
    assert green < 50
    assert blue < 50


def test_a_copied_pdf_has_the_pages_as_pictures_and_says_nothing_of_itself() -> None:
    copy = copied("a.pdf", make.document(pages=3, size=(200, 300)))

    document = pypdfium2.PdfDocument(copy.content)
    assert len(document) == copy.pages == 3
    assert document[0].get_size() == (200, 300)
    assert not any(document.get_metadata_dict().values())
    assert document[0].get_textpage().get_text_range() == ""
    assert b"/Info" not in copy.content
    assert b"/ID" not in copy.content


def test_a_pdf_may_have_so_many_pages_and_none_may_be_enormous() -> None:
    assert copied("a.pdf", make.document(pages=opener.limits.MAX_PDF_PAGES)).pages == 50
    with pytest.raises(FileRefused, match="more than 50 pages"):
        copied("a.pdf", make.document(pages=opener.limits.MAX_PDF_PAGES + 1))

    wide = pypdfium2.PdfDocument(copied("a.pdf", make.document(1, size=(14_000, 14_000))).content)
    picture = next(wide[0].get_objects())
    assert picture.get_px_size()[0] <= 2_000


@pytest.mark.parametrize("content", [b"%PDF-1.7\nnothing", b"%PDF-1.7"])
def test_a_damaged_pdf_is_refused(content: bytes) -> None:
    with pytest.raises(FileRefused, match="could not open"):
        copied("a.pdf", content)


def test_the_same_file_gives_the_same_copy() -> None:
    for name, content in (
        ("a.png", make.told_picture()),
        ("a.jpg", make.photograph()),
        ("a.pdf", make.document()),
        ("a.txt", b"words"),
    ):
        assert copied(name, content).content == copied(name, content).content


def test_hostile_35_a_text_keeps_its_words_and_loses_what_is_invisible() -> None:
    sent = "\ufeffZoe\u0301 said:\r\n\u202eevil\u202c\u200b =1+1\r".encode()

    assert copied("a.txt", sent).content == "Zoé said:\nevil =1+1\n".encode()


# On disk


def test_letters_that_become_two_by_composing_are_no_damage() -> None:
    hindi = "\u0958\u0959\u095a" * 60
    composed = unicodedata.normalize("NFC", hindi)
    assert len(composed) == 2 * len(hindi)
    assert copied("a.txt", hindi.encode()).content.decode() == f"{composed}\n"
    assert len(kinds.clean_name(f"{hindi}.txt")) <= 150
    assert kinds.clean_name("\u0958.txt") == unicodedata.normalize("NFC", "\u0958.txt")
    pairs = [{"a": hindi, "b": "B", "similarity": 0.5}]
    found = checked({"tool": "JPlag", "version": "", "total": 1, "pairs": pairs})
    assert found["pairs"][0]["a"] == composed


def test_a_text_of_endless_lines_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_TEXT_LINES", 3)
    assert copied("a.txt", b"1\n2\n3\n").content == b"1\n2\n3\n"
    with pytest.raises(FileRefused, match="more than"):
        copied("a.txt", b"1\n2\n3\n4\n")


def test_files_are_sealed_under_random_names(root: Path) -> None:
    path = store.write(b"what was seen", purpose=store.ORIGINAL)

    file = root / path
    assert path.count("/") == 2
    assert b"what was seen" not in file.read_bytes()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert store.read(path, purpose=store.ORIGINAL) == b"what was seen"


def test_an_original_does_not_open_as_a_copy() -> None:
    path = store.write(b"what was seen", purpose=store.ORIGINAL)

    with pytest.raises(crypto.CannotOpen):
        store.read(path, purpose=store.DERIVATIVE)


def test_a_changed_file_does_not_open(root: Path) -> None:
    path = store.write(b"what was seen", purpose=store.ORIGINAL)
    content = bytearray((root / path).read_bytes())
    content[-1] ^= 1
    (root / path).write_bytes(bytes(content))

    with pytest.raises(crypto.CannotOpen):
        store.read(path, purpose=store.ORIGINAL)


@pytest.mark.parametrize("path", ["../../etc/passwd", "/etc/passwd", "ab/cd/../../x", "", "a" * 32])
def test_a_row_cannot_lead_out_of_the_store(path: str) -> None:
    with pytest.raises(crypto.CannotOpen):
        store.read(path, purpose=store.ORIGINAL)
    with pytest.raises(crypto.CannotOpen):
        store.remove(path)


@pytest.mark.parametrize("step", ["write", "fsync", "rename"])
def test_hostile_48_a_full_disk_is_said_and_leaves_nothing(
    step: str, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: Any, **kwargs: Any) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    if step == "fsync":
        monkeypatch.setattr(os, "fsync", full)
    elif step == "rename":
        monkeypatch.setattr(Path, "rename", full)
    else:
        monkeypatch.setattr(os, "fdopen", full)
    with pytest.raises(StorageFull):
        store.write(b"what was seen", purpose=store.ORIGINAL)

    assert make.files(root) == []


def test_hostile_48_when_the_second_file_finds_no_room_the_first_goes_too(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = store.write

    def second_fails(content: bytes, *, purpose: str) -> str:
        if purpose == store.DERIVATIVE:
            raise StorageFull
        return write(content, purpose=purpose)

    monkeypatch.setattr(store, "write", second_fails)
    with (
        pytest.raises(StorageFull),
        received([make.upload("a.png", make.picture())]),
    ):
        pass

    assert make.files(root) == []


def test_received_files_stay_only_when_they_are_kept(root: Path) -> None:
    uploads = [make.upload("a.png", make.picture()), make.upload("b.txt", b"words")]
    with received(uploads) as files:
        assert len(make.files(root)) == 4
        files[0].kept = True

    assert len(make.files(root)) == 2
    with pytest.raises(LookupError), received(uploads) as files:
        for file in files:
            file.kept = True
        raise LookupError
    assert len(make.files(root)) == 2


def test_every_refused_file_is_named_and_none_is_written(root: Path) -> None:
    uploads = [
        make.upload("good.png", make.picture()),
        make.upload("bad.png", b"%!PS"),
        make.upload("worse.svg", b"<svg/>"),
    ]
    with pytest.raises(InvalidInput) as refusal, received(uploads):
        pass

    messages = [str(message) for message in refusal.value.fields["uploads"]]
    assert [message.split(":")[0] for message in messages] == ["bad.png", "worse.svg"]
    assert make.files(root) == []


def test_there_is_an_end_to_the_number_of_files() -> None:
    with pytest.raises(InvalidInput), received([Incoming("a.txt", b"a")] * (MAX_FILES + 1)):
        pass


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("..\\..\\boot.txt", "boot.txt"),
        ("a\r\nX-Evil: 1.txt", "a X-Evil: 1.txt"),
        ("a\x00b.txt", "a b.txt"),
        ("<img src=x onerror=alert(1)>.txt", "<img src=x onerror=alert(1)>.txt"),
        ("\u202etxt.exe.txt", "txt.exe.txt"),
        ("x" * 300 + ".txt", "x" * 146 + ".txt"),
    ],
)
def test_hostile_39_names_are_cleaned_and_sealed_and_never_a_path(
    name: str, kept: str, root: Path
) -> None:
    file = Incoming(name, b"words")
    if "exe" in name:
        with pytest.raises(InvalidInput), received([file]):
            pass
        return
    with received([file]) as files:
        assert crypto.unseal(files[0].name_sealed, purpose=NAME_PURPOSE) == kept
        for path in make.files(root):
            assert root in path.parents
            assert len(path.name) == 32


def test_hostile_46_two_senders_of_one_file_leave_no_common_sign(root: Path) -> None:
    for _sender in range(2):
        with received([Incoming("a.txt", b"the same words")]) as files:
            files[0].kept = True

    contents = {path.read_bytes() for path in make.files(root)}
    assert len(contents) == 4
