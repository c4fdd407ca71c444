"""Texts of Word and OpenDocument as their programs write them, with secrets in their places."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from xml.sax.saxutils import escape

from tests.cases.intake_builders import CANARY, picture

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
WP = 'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
MACROS = "application/vnd.ms-word.document.macroEnabled.main+xml"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

STYLES = f"""{HEAD}<w:styles {W}>
<w:style w:type="paragraph" w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style>
<w:style w:type="paragraph" w:styleId="berschrift2"><w:name w:val="heading 2"/></w:style>
</w:styles>"""
NUMBERING = f"""{HEAD}<w:numbering {W}>
<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/></w:lvl>
<w:lvl w:ilvl="1"><w:numFmt w:val="bullet"/></w:lvl></w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>"""
CORE = f"""{HEAD}<cp:coreProperties
 xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>{CANARY}</dc:creator>
<cp:lastModifiedBy>{CANARY}</cp:lastModifiedBy></cp:coreProperties>"""


def paragraph(text: str, properties: str = "") -> str:
    """A paragraph of one run."""
    before = f"<w:pPr>{properties}</w:pPr>" if properties else ""
    return f'<w:p>{before}<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'


def item(text: str, level: int = 0) -> str:
    """A line of list 1."""
    return paragraph(text, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="1"/></w:numPr>')


BODY = "".join(
    [
        paragraph("What we found", '<w:pStyle w:val="berschrift1"/>'),
        paragraph("It is the same text as ours. <script>alert(1)</script>"),
        item("First"),
        item("Within", 1),
        item("Second"),
        "<w:tbl><w:tr><w:tc>" + paragraph("Page") + "</w:tc><w:tc>" + paragraph("Words"),
        "</w:tc></w:tr><w:tr><w:tc>" + paragraph("3") + "</w:tc><w:tc>" + paragraph("120"),
        "</w:tc></w:tr></w:tbl>",
        '<w:p><w:r><w:t>See the notes</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r></w:p>',
        '<w:p><w:hyperlink r:id="link"><w:r><w:t>the article</w:t></w:r></w:hyperlink></w:p>',
        f'<w:p><w:ins w:author="{CANARY}" w:date="2026-01-01T10:00:00Z"><w:r><w:t>Added</w:t></w:r>'
        f'</w:ins><w:del w:author="{CANARY}"><w:r><w:delText>taken out</w:delText></w:r></w:del>'
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>invisible</w:t></w:r>"
        '<w:r><w:commentReference w:id="0"/></w:r></w:p>',
        '<w:p><w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:inline>'
        '<wp:docPr id="1" name="x" descr="A page of the book"/></wp:inline></w:drawing></mc:Choice>'
        "<mc:Fallback><w:pict/></mc:Fallback></mc:AlternateContent></w:r></w:p>",
    ]
)
PARTS: Mapping[str, str | bytes] = {
    "[Content_Types].xml": f'{HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    f'content-types"><Override PartName="/word/document.xml" ContentType="{MAIN}"/></Types>',
    "_rels/.rels": f'{HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
    f'relationships"><Relationship Id="rId1" Type="{OFFICE}/officeDocument" '
    'Target="word/document.xml"/></Relationships>',
    "docProps/core.xml": CORE,
    "docProps/app.xml": f"{HEAD}<Properties><Company>{CANARY}</Company></Properties>",
    "word/styles.xml": STYLES,
    "word/numbering.xml": NUMBERING,
    "word/footnotes.xml": f'{HEAD}<w:footnotes {W}><w:footnote w:id="2">'
    + paragraph("Week 3, page 9.")
    + "</w:footnote></w:footnotes>",
    "word/comments.xml": f'{HEAD}<w:comments {W}><w:comment w:id="0" w:author="{CANARY}">'
    + paragraph("I saw it first.")
    + "</w:comment></w:comments>",
    "word/_rels/document.xml.rels": f'{HEAD}<Relationships xmlns="http://schemas.openxmlformats.'
    f'org/package/2006/relationships"><Relationship Id="link" Type="{OFFICE}/hyperlink" '
    'Target="https://example.org/article" TargetMode="External"/></Relationships>',
    "word/media/image1.png": picture(),
}


def archive(parts: Mapping[str, str | bytes], **how: int) -> bytes:
    """A zip of these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(
        out, "w", compression=how.get("compression", zipfile.ZIP_DEFLATED)
    ) as zip_:
        for name, content in parts.items():
            zip_.writestr(name, content)
    return out.getvalue()


def document(body: str = BODY) -> str:
    """The main part of a Word document."""
    return f"{HEAD}<w:document {W} {R} {MC} {WP}><w:body>{body}<w:sectPr/></w:body></w:document>"


def docx(body: str = BODY, **parts: str | bytes) -> bytes:
    """A Word document; `parts` replace or add files of the archive by name."""
    return archive({**PARTS, "word/document.xml": document(body), **parts})


ODF = "urn:oasis:names:tc:opendocument:xmlns"
ODT_BODY = (
    "<text:tracked-changes><text:changed-region><text:deletion><office:change-info>"
    f"<dc:creator>{CANARY}</dc:creator></office:change-info><text:p>taken out</text:p>"
    "</text:deletion></text:changed-region></text:tracked-changes>"
    '<text:h text:outline-level="1">What we found</text:h>'
    '<text:p>It is   the same<text:s text:c="2"/>text as ours.<text:note><text:note-citation>1'
    "</text:note-citation><text:note-body><text:p>Week 3, page 9.</text:p></text:note-body>"
    f"</text:note><office:annotation><dc:creator>{CANARY}</dc:creator><text:p>Mine</text:p>"
    "</office:annotation></text:p>"
    "<text:list><text:list-item><text:p>First</text:p><text:list><text:list-item>"
    "<text:p>Within</text:p></text:list-item></text:list></text:list-item></text:list>"
    "<table:table><table:table-header-rows><table:table-row><table:table-cell><text:p>Page</text:p>"
    "</table:table-cell><table:table-cell><text:p>Words</text:p></table:table-cell>"
    "</table:table-row></table:table-header-rows><table:table-row><table:table-cell><text:p>3"
    "</text:p></table:table-cell><table:table-cell><text:p>120</text:p></table:table-cell>"
    "</table:table-row></table:table>"
    '<text:p><text:a xlink:href="https://example.org/article">the article</text:a></text:p>'
    '<text:p><draw:frame><draw:image xlink:href="Pictures/1.png"/><svg:desc>A page of the book'
    "</svg:desc></draw:frame></text:p>"
)


def odt(body: str = ODT_BODY, **parts: str | bytes) -> bytes:
    """An OpenDocument text; `parts` replace or add files of the archive by name."""
    spaces = " ".join(f'xmlns:{name}="{ODF}:{name}:1.0"' for name in ("office", "text", "table"))
    content = (
        f'{HEAD}<office:document-content {spaces} xmlns:draw="{ODF}:drawing:1.0" '
        f'xmlns:svg="{ODF}:svg-compatible:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:xlink="http://www.w3.org/1999/xlink"><office:body><office:text>'
        f"{body}</office:text></office:body></office:document-content>"
    )
    meta = (
        f'{HEAD}<office:document-meta xmlns:office="{ODF}:office:1.0" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><office:meta>'
        f"<dc:creator>{CANARY}</dc:creator></office:meta></office:document-meta>"
    )
    return archive(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": content,
            "meta.xml": meta,
            "META-INF/manifest.xml": f'{HEAD}<manifest xmlns="{ODF}:manifest:1.0"/>',
            **parts,
        }
    )
