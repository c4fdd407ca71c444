"""What a Word or OpenDocument text says, as plain text (HOSTILE 44, 47).

The words in their order: headings, paragraphs, lists, tables, notes, targets of links. Not who
wrote them and when, nor what was deleted, hidden or remarked in the margin. Nothing a document
points at is ever fetched: parts are read by their names within the archive, and a document type
declaration, where entities would be defined, is refused.

No Django here: the process that opens files uses this.
"""

from __future__ import annotations

from typing import NoReturn
from xml.etree import ElementTree
from xml.parsers import expat

from cases.evidence import limits
from cases.evidence.docx import Word
from cases.evidence.odt import Odt
from cases.evidence.refusal import Refused
from cases.evidence.unzip import Archive

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_ODT = b"application/vnd.oasis.opendocument.text"
_MACROS = ("vbaproject.bin", "vbadata.xml")


def text_of(kind: str, content: bytes) -> tuple[str, dict[str, int]]:
    """The text of a document of `kind` ("docx" or "odt"), and how much of what was left out.

    Left out are counted `pictures`, `comments` and `hidden` words. A picture is `PICTURE` in
    brackets, for the caller to name. Raises `Refused` with `kind` when it is another document,
    `macros`, `long`, and what `unzip.Archive` raises.
    """
    archive = Archive(content)
    names = [name.lower() for name in archive.names]
    if any(name.endswith(_MACROS) for name in names):
        raise Refused("macros")
    found = _kind_of(archive)
    if found != kind:
        raise Refused("kind")
    document: Word | Odt
    if kind == "docx":
        document = Word({name: part(archive, name) for name in Word.parts(archive.names)})
    else:
        if any(name.startswith(("basic/", "scripts/")) for name in names):
            raise Refused("macros")
        manifest = archive.read("META-INF/manifest.xml", limit=limits.MAX_XML_BYTES) or b""
        if b"encryption-data" in manifest:
            raise Refused("password")
        document = Odt(part(archive, "content.xml"))
    text = document.text()
    if len(text) > limits.MAX_DOCUMENT_CHARACTERS:
        raise Refused("long")
    if not text.strip():
        raise Refused("empty")
    return text, document.left_out


def _kind_of(archive: Archive) -> str:
    # The first file of an OpenDocument says what it is; of a Word file a list of contents does.
    if (archive.read("mimetype", limit=200) or b"").strip() == _ODT:
        return "odt"
    types = archive.read("[Content_Types].xml", limit=limits.MAX_XML_BYTES)
    if types is None:
        return ""
    main = {element.get("ContentType", "") for element in parse(types).iter()}
    if any("macroenabled" in name.lower() for name in main):
        raise Refused("macros")
    return "docx" if _WORD in main else ""


def part(archive: Archive, name: str) -> ElementTree.Element | None:
    """An XML file of the archive, read; None when there is none."""
    content = archive.read(name, limit=limits.MAX_XML_BYTES)
    return None if content is None else parse(content)


def parse(content: bytes) -> ElementTree.Element:
    """The tree of an XML file without a document type. Raises `Refused` for one with."""
    builder = ElementTree.TreeBuilder()
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    depth = 0

    def declared(*_what: object) -> NoReturn:
        raise Refused("archive")

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > limits.MAX_XML_DEPTH:
            raise Refused("effort")
        builder.start(name, attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(name)

    # Where entities, and with them addresses and repetitions, would be defined.
    parser.StartDoctypeDeclHandler = declared
    parser.EntityDeclHandler = declared
    parser.ExternalEntityRefHandler = declared
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    try:
        parser.Parse(content, True)
        return builder.close()
    except (expat.ExpatError, ValueError, AssertionError):
        raise Refused("damaged") from None
