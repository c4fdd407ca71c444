"""Paints over areas of a clean copy and draws it again, or draws one page of it.

A program of its own like `opener`, with its limits: `python -I coverer.py`. On standard input one
line of JSON, `{"kind": "png"|"jpeg"|"pdf", "areas": [[page, left, top, width, height]], "page": n}`
(areas in ten-thousandths of the page, `page` only for a single page), then the copy; on standard
output one line of JSON and the new file. Exit status and errors as `opener` says.
"""

from __future__ import annotations

import io
import json
import math
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn


def _stand_alone() -> None:
    # As in `opener`: an isolated process finds the files beside this one, and nothing else.
    for name, path in (("cases", []), ("cases.evidence", [str(Path(__file__).parent)])):
        package = ModuleType(name)
        package.__path__ = path
        sys.modules[name] = package


if __name__ == "__main__":
    _stand_alone()

from cases.evidence import limits, opener  # noqa: E402 - found only after _stand_alone
from cases.evidence.refusal import Refused  # noqa: E402 - found only after _stand_alone

WHOLE = 10_000
Area = list[int]


def paint(picture: Any, areas: list[Area]) -> None:
    """Black over each area, outwards to whole pixels: no edge of what is covered is left."""
    across, down = picture.size
    for _page, left, top, width, height in areas:
        box = (
            math.floor(left * across / WHOLE),
            math.floor(top * down / WHOLE),
            min(across, math.ceil((left + width) * across / WHOLE)),
            min(down, math.ceil((top + height) * down / WHOLE)),
        )
        picture.paste(0 if picture.mode == "L" else (0, 0, 0), box)


def image(kind: str, content: bytes, areas: list[Area]) -> tuple[bytes, dict[str, Any]]:
    """The picture drawn again with the areas painted over."""
    from PIL import Image

    # The clean copy is one already: this opens it under the same checks.
    clean, head = opener.image(kind, content)
    picture = Image.open(io.BytesIO(clean))
    picture.load()
    picture.info.clear()
    paint(picture, areas)
    out = io.BytesIO()
    if kind == "jpeg":
        picture.save(out, "JPEG", quality=limits.JPEG_QUALITY)
    else:
        picture.save(out, "PNG", compress_level=6)
    return out.getvalue(), head


def pdf(content: bytes, areas: list[Area], only: int | None) -> tuple[bytes, dict[str, Any]]:
    """The pages drawn again with the areas painted over; of `only` one, the picture alone."""
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(content)
        count = len(document)
        wanted = range(count) if only is None else range(only, only + 1)
        if not count or count > limits.MAX_PDF_PAGES or wanted[-1] >= count:
            raise Refused("pages")
        pages = []
        for index in wanted:
            page = document[index]
            width, height = page.get_size()
            scale = min(
                limits.PDF_DOTS_PER_INCH / 72,
                math.sqrt(limits.MAX_PAGE_PIXELS / (width * height)),
                limits.MAX_PAGE_SIDE / max(width, height),
            )
            bitmap = page.render(scale=scale)
            picture = bitmap.to_pil().convert("RGB")
            picture.info.clear()
            paint(picture, [area for area in areas if area[0] == index])
            out = io.BytesIO()
            picture.save(out, "JPEG", quality=limits.JPEG_QUALITY)
            pages.append((out.getvalue(), picture.size, (width, height)))
            bitmap.close()
            page.close()
    except pdfium.PdfiumError:
        raise Refused("damaged") from None
    if only is not None:
        return pages[0][0], {"type": "image/jpeg", "pages": count, "moving": False}
    made = opener.write_pdf(pages)
    return made, {"type": "application/pdf", "pages": count, "moving": False}


def _answer(head: dict[str, Any], body: bytes = b"") -> None:
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + body)
    sys.stdout.buffer.flush()


def main() -> NoReturn:
    """Read, paint, write."""
    asked = json.loads(sys.stdin.buffer.readline())
    content = sys.stdin.buffer.read()
    opener.confine()
    try:
        if asked["kind"] == "pdf":
            body, head = pdf(content, asked["areas"], asked["page"])
        else:
            body, head = image(asked["kind"], content, asked["areas"])
    except Refused as refusal:
        _answer({"error": str(refusal)})
        sys.exit(1)
    except MemoryError:
        _answer({"error": "pixels"})
        sys.exit(1)
    _answer(head, body)
    sys.exit(0)


if __name__ == "__main__":
    main()
