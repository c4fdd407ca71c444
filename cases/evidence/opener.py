"""Opens one file that strangers sent and writes a clean copy of what it shows.

A program of its own: `python -I opener.py KIND`, the file on standard input, and on standard output
one line of JSON and the copy. It runs without Django, environment or keys, and under limits of
memory and time, so that a hostile file can end this process and nothing else. It opens no
connection and starts no program, whatever a file asks for (HOSTILE 47).

KIND is png, jpeg, webp or gif for a picture, pdf, docx or odt for a document, words for the words
of a PDF, and result for what JPlag or Dolos found. Exit status 0: `{"type": ..., "pages": n,
"moving": bool, ...}` and the copy. Exit status 1: `{"error": word}`; `clean` knows the words.
"""

from __future__ import annotations

import io
import json
import math
import sys
import warnings
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn


def _stand_alone() -> None:
    # An isolated process does not know the project. The files beside this one are found under
    # their names, and nothing else of it is.
    for name, path in (("cases", []), ("cases.evidence", [str(Path(__file__).parent)])):
        package = ModuleType(name)
        package.__path__ = path
        sys.modules[name] = package


if __name__ == "__main__":
    _stand_alone()

from cases.evidence import limits  # noqa: E402 - found only after _stand_alone
from cases.evidence.refusal import Refused  # noqa: E402 - found only after _stand_alone

_FORBIDDEN = ("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.fork")


def _no_way_out(event: str, _arguments: tuple[Any, ...]) -> None:
    if event.startswith(_FORBIDDEN):
        raise PermissionError(event)


def confine() -> None:
    """Bound this process. Only Linux honours all; elsewhere the caller's clock still holds."""
    sys.addaudithook(_no_way_out)
    if sys.platform != "linux":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (limits.MEMORY_BYTES, limits.MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.CPU_SECONDS, limits.CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def image(kind: str, content: bytes) -> tuple[bytes, dict[str, Any]]:
    """The first picture, upright, on white, without anything but its pixels."""
    from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = limits.MAX_IMAGE_PIXELS
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        # The size stands in the head of the file; nothing has been unfolded yet.
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=[kind.upper()])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused("pixels") from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        raise Refused("damaged") from None
    width, height = picture.size
    if width * height > limits.MAX_IMAGE_PIXELS or max(width, height) > limits.MAX_IMAGE_SIDE:
        raise Refused("pixels")
    if not width or not height:
        raise Refused("damaged")
    try:
        moving = bool(getattr(picture, "is_animated", False))
        picture.load()
        upright = ImageOps.exif_transpose(picture)
        plain = _on_white(upright)
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError):
        raise Refused("damaged") from None
    # A photograph stays one; everything with edges and letters is kept without loss.
    photograph = kind == "jpeg" or (kind == "webp" and content[12:16] == b"VP8 ")
    out = io.BytesIO()
    if photograph:
        plain.save(out, "JPEG", quality=limits.JPEG_QUALITY)
    else:
        plain.save(out, "PNG", compress_level=6)
    if out.tell() > limits.MAX_COPY_BYTES:
        raise Refused("pixels")
    drawn = "image/jpeg" if photograph else "image/png"
    return out.getvalue(), {"type": drawn, "pages": 1, "moving": moving}


def _on_white(picture: Any) -> Any:
    """Grey or RGB pixels in a picture that carries no other information."""
    from PIL import Image

    if picture.mode in ("I;16", "I;16L", "I;16B", "I;16N", "I", "F"):
        picture = picture.convert("I").point(lambda value: value / 256).convert("L")
    if "A" in picture.getbands() or "transparency" in picture.info:
        # What lies under transparent pixels is not seen, and does not come along.
        layer = picture.convert("RGBA")
        white = Image.new("RGBA", layer.size, "white")
        white.alpha_composite(layer)
        picture = white
    mode = "L" if picture.mode in ("1", "L") else "RGB"
    plain = picture.convert(mode) if picture.mode != mode else picture.copy()
    plain.info.clear()
    return plain


def pdf(content: bytes) -> tuple[bytes, dict[str, Any]]:
    """What the pages show, as pictures in a new document that holds nothing else."""
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        raise Refused("password" if "assword" in str(error) else "damaged") from None
    count = len(document)
    if not count:
        raise Refused("damaged")
    if count > limits.MAX_PDF_PAGES:
        raise Refused("pages")
    document.init_forms()
    pages = []
    taken = 0
    try:
        for index in range(count):
            page = document[index]
            width, height = page.get_size()
            if not (math.isfinite(width) and math.isfinite(height) and width > 0 and height > 0):
                raise Refused("damaged")
            scale = min(
                limits.PDF_DOTS_PER_INCH / 72,
                math.sqrt(limits.MAX_PAGE_PIXELS / (width * height)),
                limits.MAX_PAGE_SIDE / max(width, height),
            )
            bitmap = page.render(scale=scale)
            picture = bitmap.to_pil().convert("RGB")
            picture.info.clear()
            out = io.BytesIO()
            picture.save(out, "JPEG", quality=limits.JPEG_QUALITY)
            pages.append((out.getvalue(), picture.size, (width, height)))
            taken += out.tell()
            if taken > limits.MAX_COPY_BYTES:
                raise Refused("effort")
            bitmap.close()
            page.close()
    except pdfium.PdfiumError:
        raise Refused("damaged") from None
    return write_pdf(pages), {"type": "application/pdf", "pages": count, "moving": False}


def words(content: bytes) -> tuple[bytes, dict[str, Any]]:
    """The words of a PDF, page after page, in the order its pages hold them."""
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        raise Refused("password" if "assword" in str(error) else "damaged") from None
    count = len(document)
    if not count:
        raise Refused("damaged")
    if count > limits.MAX_PDF_PAGES:
        raise Refused("pages")
    pages = []
    left = limits.MAX_DOCUMENT_CHARACTERS
    try:
        for index in range(count):
            page = document[index]
            text = page.get_textpage()
            left -= text.count_chars()
            if left < 0:
                raise Refused("long")
            pages.append(text.get_text_range())
            text.close()
            page.close()
    except pdfium.PdfiumError:
        raise Refused("damaged") from None
    said = "\n\n".join(pages).replace("\r\n", "\n")
    if not said.strip():
        raise Refused("empty")
    head = {"type": "text/plain; charset=utf-8", "pages": count, "moving": False}
    return said.encode("utf-8", "replace"), head


def write_pdf(pages: list[tuple[bytes, tuple[int, int], tuple[float, float]]]) -> bytes:
    """A PDF of JPEG pages: (JPEG, its pixels, the page's points). No date, author, identifier.

    The same pages always give the same bytes.
    """
    objects: list[bytes] = []
    kids = " ".join(f"{3 + 3 * index} 0 R" for index in range(len(pages)))
    objects.append(b"<< /Type /Catalog /Pages 2 0 R >>")
    objects.append(f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode())
    for index, (jpeg, (across, down), (width, height)) in enumerate(pages):
        first = 3 + 3 * index
        draw = f"{width:.2f} 0 0 {height:.2f} 0 0 cm /P Do".encode()
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width:.2f} {height:.2f}]"
            f" /Resources << /XObject << /P {first + 2} 0 R >> >>"
            f" /Contents {first + 1} 0 R >>".encode()
        )
        objects.append(b"<< /Length %d >>\nstream\n%b\nendstream" % (len(draw), draw))
        objects.append(
            f"<< /Type /XObject /Subtype /Image /Width {across} /Height {down}"
            f" /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode"
            f" /Length {len(jpeg)} >>\nstream\n".encode()
            + jpeg
            + b"\nendstream"
        )
    out = io.BytesIO()
    out.write(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%b\nendobj\n" % (number, body))
    table = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    for offset in offsets:
        out.write(b"%010d 00000 n \n" % offset)
    out.write(
        b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    )
    return out.getvalue()


def document(kind: str, content: bytes) -> tuple[bytes, dict[str, Any]]:
    """What a document of an office program says, as plain text."""
    from cases.evidence import office

    text, left_out = office.text_of(kind, content)
    head = {"type": "text/plain; charset=utf-8", "pages": 1, "moving": False, "left_out": left_out}
    # Lone surrogates, which XML cannot hold either, would otherwise end this process.
    return text.encode("utf-8", "replace"), head


def result(content: bytes) -> tuple[bytes, dict[str, Any]]:
    """What a similarity tool found, as JSON."""
    from cases.evidence import similar

    found = json.dumps(similar.figures_of(content)).encode()
    return found, {"type": "application/json", "pages": 1, "moving": False}


def opened(kind: str, content: bytes) -> tuple[bytes, dict[str, Any]]:
    """The copy and what is said of it."""
    if kind == "pdf":
        return pdf(content)
    if kind == "words":
        return words(content)
    if kind in ("docx", "odt"):
        return document(kind, content)
    return result(content) if kind == "result" else image(kind, content)


def _answer(head: dict[str, Any], body: bytes = b"") -> None:
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + body)
    sys.stdout.buffer.flush()


def main() -> NoReturn:
    """Read, copy, write."""
    kind = sys.argv[1]
    content = sys.stdin.buffer.read()
    confine()
    try:
        body, head = opened(kind, content)
    except Refused as refusal:
        _answer({"error": str(refusal)})
        sys.exit(1)
    except (MemoryError, RecursionError):
        _answer({"error": "effort"})
        sys.exit(1)
    _answer(head, body)
    sys.exit(0)


if __name__ == "__main__":
    main()
