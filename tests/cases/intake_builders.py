"""A platform with a course, a reporter, a learner and two policies; files of every kind."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pypdfium2
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Model
from PIL import Image, PngImagePlugin

from cases.models import (
    Case,
    CaseNumber,
    Disclosure,
    DraftFile,
    Evidence,
    EvidenceFile,
    Report,
    Respondent,
)
from cases.services import intake
from integrity.accounts.models import User
from integrity.audit.models import Event
from integrity.core import clock
from integrity.courses.models import Assignment, Course, Institution, Post, Submission
from notifications.models import Letter, OutboxMessage
from policies.enums import DocumentKind, VersionStatus, ViolationKind
from policies.models import Document, Version, ViolationType
from tests.cases import builders
from tests.courses import builders as make

WORDS = "The second paragraph is the same as the end of an article we read in week 3."
# What must never be seen where the reporter is not to be known.
CANARY = "Zebedee Quillfeather"


@dataclass(frozen=True)
class Scene:
    platform: Institution
    course: Course
    assignment: Assignment
    reporter: User
    learner: User
    submission: Submission
    post: Post
    honor: Version
    conduct: Version

    def type(self, code: str) -> ViolationType:
        return ViolationType.objects.get(code=code, version__in=[self.honor, self.conduct])


def scene() -> Scene:
    platform = make.institution(slug="platform", name="Meridian Learning", is_platform=True)
    course = make.course(institution=platform)
    assignment = make.assignment(course)
    reporter = make.person(CANARY)
    learner = make.person("Amara Okonjo")
    for person in (reporter, learner):
        make.enrol(course, person)
    return Scene(
        platform=platform,
        course=course,
        assignment=assignment,
        reporter=reporter,
        learner=learner,
        submission=make.submission(assignment, learner),
        post=make.post(course, learner, body="You people do not belong in this course."),
        honor=builders.policy(),
        conduct=conduct(),
    )


def conduct() -> Version:
    since = clock.now() - timedelta(days=365)
    version = Version.objects.create(
        document=Document.objects.create(
            slug="code-of-conduct", kind=DocumentKind.CODE_OF_CONDUCT, title="Code of conduct"
        ),
        number=1,
        body="## 2 Be kind\n\nBe kind.",
        effective_at=since,
    )
    for position, (code, urgent) in enumerate((("harassment", False), ("threats", True)), 1):
        ViolationType.objects.create(
            version=version,
            code=code,
            title=code.title(),
            description=f"What {code} means.",
            kind=ViolationKind.CONDUCT,
            urgent=urgent,
            position=position,
        )
    version.status = VersionStatus.PUBLISHED
    version.published_at = since
    version.save()
    return version


def next_version(of: Version, *, since: timedelta, code: str, title: str) -> Version:
    """Version 2 of the same document, in force `since` ago, with one violation type."""
    at = clock.now() - since
    version = Version.objects.create(
        document=of.document, number=of.number + 1, body="## 3.1 New words", effective_at=at
    )
    ViolationType.objects.create(
        version=version, code=code, title=title, kind=ViolationKind.ACADEMIC, position=1
    )
    version.status = VersionStatus.PUBLISHED
    version.published_at = at
    version.save()
    return version


def send(of: Scene, **fields: Any) -> Report:
    """A flag of the scene's submission, through the service."""
    return intake.submit_report(
        **{
            "actor": of.reporter,
            "kind": "flag",
            "mode": "confidential",
            "form_key": f"key-{Report.objects.count()}",
            "institution": of.platform,
            "submission": of.submission,
            "violation_type": of.type("plagiarism"),
            "account": WORDS,
            "good_faith": True,
            "language": "en",
            **fields,
        }
    )


_COUNTED: tuple[type[Model], ...] = (
    *(Case, CaseNumber, Respondent, Report, DraftFile, Evidence, EvidenceFile, Disclosure),
    *(Event, OutboxMessage, Letter),
)


def counts(root: Path) -> dict[str, int]:
    """How many rows of everything there are, and how many files."""
    found = {model.__name__: model._default_manager.count() for model in _COUNTED}
    found["files"] = len(files(root))
    return found


@contextmanager
def nothing_changes(root: Path) -> Iterator[None]:
    """No row, event, message, letter or file more or less after the block."""
    before = counts(root)
    yield
    assert counts(root) == before


def files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


# Files


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/octet-stream")


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30), **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **options)
    return out.getvalue()


def told_picture() -> bytes:
    """A PNG with text chunks that name its maker."""
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", CANARY)
    info.add_itxt("XML:com.adobe.xmp", f"<x:xmpmeta>{CANARY}</x:xmpmeta>")
    return picture(pnginfo=info)


def photograph() -> bytes:
    """A JPEG, 40 by 30, lying on its side, with EXIF, XMP and a comment that name its maker."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turn a quarter to the right
    exif[0x013B] = CANARY
    exif.get_ifd(0x8825)[1] = "N"
    return picture(
        "JPEG", exif=exif, comment=CANARY.encode(), xmp=f"<x>{CANARY}</x>".encode(), quality=95
    )


def document(pages: int = 2, author: str = CANARY, size: tuple[int, int] = (200, 300)) -> bytes:
    """A PDF with its author in its information, and a script that runs when it is opened."""
    made = pypdfium2.PdfDocument.new()
    for _page in range(pages):
        made.new_page(*size)
    out = io.BytesIO()
    made.save(out)
    text = out.getvalue()
    # Appended as an update: a new catalogue with an action, and an information dictionary.
    number = text.count(b" obj") + 1
    script = b"<< /Type /Action /S /JavaScript /JS (app.alert(1)) >>"
    extra = b"\n%d 0 obj\n%b\nendobj\n%d 0 obj\n<< /Author (%b) >>\nendobj\n" % (
        number,
        script,
        number + 1,
        author.encode(),
    )
    return text + extra


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def huge_picture(width: int = 50_000, height: int = 50_000) -> bytes:
    """A small PNG that says it is enormous."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(1000)))
        + chunk(b"IEND", b"")
    )


def moving_picture() -> bytes:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "green", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    return out.getvalue()
