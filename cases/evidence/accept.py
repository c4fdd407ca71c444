"""What a file is, told by its content. The name can only speak against it (HOSTILE 36, 38)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from cases.evidence.errors import FileRefused
from integrity.core.text import clean_text


@dataclass(frozen=True)
class Kind:
    """A kind of file that is accepted. `extensions` are the names that agree with its content."""

    name: str
    content_type: str
    extensions: frozenset[str]


PNG = Kind("png", "image/png", frozenset({"png"}))
JPEG = Kind("jpeg", "image/jpeg", frozenset({"jpg", "jpeg", "jpe", "jfif"}))
WEBP = Kind("webp", "image/webp", frozenset({"webp"}))
GIF = Kind("gif", "image/gif", frozenset({"gif"}))
PDF = Kind("pdf", "application/pdf", frozenset({"pdf"}))
_OFFICE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
DOCX = Kind("docx", _OFFICE, frozenset({"docx"}))
ODT = Kind("odt", "application/vnd.oasis.opendocument.text", frozenset({"odt"}))
# Programs and data are words too: their copies are text, whatever they would do elsewhere.
_WORDS = ("txt", "text", "md", "rst", "csv", "tsv", "log", "tex", "bib", "srt")
_DATA = ("json", "ipynb", "yaml", "yml", "toml", "ini", "sql")
_PROGRAMS = (
    *("py", "pyi", "java", "kt", "scala", "c", "h", "cc", "cpp", "cxx", "hpp", "cs", "m", "swift"),
    *("js", "mjs", "ts", "jsx", "tsx", "r", "rmd", "jl", "go", "rs", "rb", "pl", "php", "lua"),
    *("hs", "ml", "lisp", "scm", "pro", "asm", "s", "v", "vhd", "f90", "pas", "sh"),
)
TEXT = Kind("text", "text/plain", frozenset({*_WORDS, *_DATA, *_PROGRAMS}))
KINDS = (PNG, JPEG, WEBP, GIF, PDF, DOCX, ODT, TEXT)
# What a similarity tool wrote. Only the desk adds these, in a form of their own.
RESULT = Kind("result", "application/zip", frozenset({"jplag", "zip"}))
RESULT_CSV = Kind("result", "text/csv", frozenset({"csv"}))

# For the `accept` attribute of a file control; a convenience, never the check.
ACCEPT = ",".join(f".{extension}" for kind in KINDS for extension in sorted(kind.extensions))
ACCEPT_RESULT = ".jplag,.zip,.csv,.pdf"

# Ends of names that mean something to a system. One of them before the last end ("a.pdf.png",
# "a.html.txt") is a name that wants to be read in two ways. Other inner dots are harmless.
_MEANINGFUL = frozenset(
    {
        *("apk", "app", "bat", "bin", "bmp", "cgi", "cmd", "com", "css", "dll", "dmg", "doc"),
        *("docm", "docx", "eml", "exe", "gz", "hta", "htm", "html", "ico", "iso", "jar", "js"),
        *("jsp", "lnk", "mht", "mhtml", "msi", "mp3", "mp4", "odp", "ods", "odt", "php", "phtml"),
        *("pl", "ppt", "pptm", "pptx", "ps", "ps1", "py", "rar", "rtf", "scr", "sh", "shtml"),
        *("svg", "svgz", "swf", "tar", "tgz", "tif", "tiff", "url", "vbs", "wasm", "wsf", "xht"),
        *("xhtml", "xls", "xlsm", "xlsx", "xml", "xsl", "zip", "7z"),
    }
) | frozenset(e for kind in KINDS for e in kind.extensions if len(e) > 1)

_WEB_PAGE = re.compile(
    r"\s*(<\?xml|<!doctype|<!--|<(html|head|body|svg|script|style|math|iframe|meta|title)\b)",
    re.IGNORECASE,
)
_ACCEPTED = _("PNG, JPEG, WebP or GIF picture, a PDF, a DOCX or ODT document, or a text file")
_ZIP = b"PK\x03\x04"


def recognise(name: str, content: bytes) -> Kind:
    """The kind of `content`. Raises `FileRefused` with what to do instead.

    Refused are empty and too large files, contents of any other kind, web pages and drawings that
    can hold programs, and names whose end is missing, doubled or of another kind.
    """
    if not content:
        raise FileRefused(_("This file is empty. Please choose another one."))
    _check_size(content)
    kind = _by_content(name, content)
    if kind is None:
        raise FileRefused(
            _("We cannot take this kind of file. Please send a %(kinds)s, or a screenshot of it.")
            % {"kinds": _ACCEPTED}
        )
    _check_name(name, kind)
    return kind


def recognise_result(name: str, content: bytes) -> Kind:
    """The kind of what a similarity tool wrote: `RESULT`, `RESULT_CSV` or `PDF`.

    Whether JPlag or Dolos wrote it is told by what is in it, when it is opened. Raises
    `FileRefused`.
    """
    if content.startswith(_ZIP):
        kind = RESULT
        _check_size(content)
    else:
        kind = recognise(name, content)
        if kind == TEXT and _last_ending(name) == "csv":
            kind = RESULT_CSV
        if kind not in (RESULT_CSV, PDF):
            raise FileRefused(
                _(
                    "This is not a result of JPlag or Dolos. Please send the “.jplag” or “.zip” "
                    "file, the “pairs.csv” file, or a PDF of it."
                )
            )
    _check_name(name, kind)
    return kind


def _check_size(content: bytes) -> None:
    limit = settings.EVIDENCE_MAX_FILE_BYTES
    if len(content) > limit:
        raise FileRefused(
            _("This file is larger than %(limit)s MB. Please choose a smaller one.")
            % {"limit": limit // (1024 * 1024)}
        )


def _last_ending(name: str) -> str:
    return base_name(name).lower().rpartition(".")[2].strip()


def _by_content(name: str, content: bytes) -> Kind | None:
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith((b"GIF87a", b"GIF89a")):
        return GIF
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return WEBP
    # Only at the very start: what stands before it elsewhere is read by other programs.
    if content.startswith(b"%PDF-"):
        return PDF
    # Both are archives: the name says which one it wants to be, and opening it whether it is.
    if content.startswith(_ZIP):
        return {"docx": DOCX, "odt": ODT}.get(_last_ending(name))
    return TEXT if _is_text(content) else None


def _is_text(content: bytes) -> bool:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FileRefused(
            _("This text is not stored as UTF-8. Please save it again as “UTF-8” and send that.")
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    if any(char < " " and char not in "\t\n\r" for char in text):
        return False
    if _WEB_PAGE.match(text):
        raise FileRefused(
            _("We cannot take web pages or SVG drawings. Please send a screenshot or a PDF of it.")
        )
    return True


def _check_name(name: str, kind: Kind) -> None:
    parts = base_name(name).lower().split(".")
    if len(parts) < 2 or not parts[-1].strip():
        raise FileRefused(
            _("The name of this file has no ending. Please give it one, such as “.%(ending)s”.")
            % {"ending": ending(kind)}
        )
    if parts[-1].strip() not in kind.extensions:
        raise FileRefused(
            _(
                "The name of this file does not fit what is in it: that looks like “.%(ending)s”. "
                "Please give it the right ending."
            )
            % {"ending": ending(kind)}
        )
    if any(part.strip() in _MEANINGFUL for part in parts[1:-1]):
        raise FileRefused(
            _("The name of this file has two endings. Please rename it, so that it has one.")
        )


def base_name(name: str) -> str:
    """The last part of a name, whatever separators the sender's system uses."""
    return re.split(r"[/\\]", name)[-1].strip()


def ending(kind: Kind) -> str:
    """The usual ending of names of this kind."""
    return {"jpeg": "jpg", "text": "txt", "result": "zip"}.get(kind.name, kind.name)


def clean_name(name: str) -> str:
    """The sender's name of the file, fit to be shown to the sender again; never longer than 150."""
    printable = "".join(c if c.isprintable() else " " for c in base_name(name))
    # Composed before it is cut: some letters become two by that.
    composed = unicodedata.normalize("NFC", printable)
    return clean_text(composed[-150:], max_length=150, single_line=True) or "file"
