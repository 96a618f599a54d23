"""Word files for tests, written part by part, so that each test shows the XML it is about."""

import io
import zipfile

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
NAMESPACES = (
    f'xmlns:w="{WORD}" xmlns:r="{RELATIONSHIPS}" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
)
_OFFICE = "application/vnd.openxmlformats-officedocument"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
STYLES = """
<w:style w:type="paragraph" w:default="1" w:styleId="a"><w:name w:val="Normal"/></w:style>
<w:style w:type="paragraph" w:styleId="t"><w:name w:val="Title"/></w:style>
<w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/><w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="2"><w:name w:val="heading 2"/><w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="c"><w:name w:val="caption"/></w:style>
<w:style w:type="paragraph" w:styleId="mine"><w:name w:val="落款样式"/><w:pPr><w:jc w:val="right"/></w:pPr></w:style>
<w:style w:type="character" w:styleId="h"><w:name w:val="hidden"/><w:rPr><w:vanish/></w:rPr></w:style>
"""


def word_file(body, *, parts=None, links="", styles=STYLES, numbering="", types="document.main+xml"):
    """Return a .docx with this content of w:body; `parts` are more members, `links` more relationships of the text."""
    members = {
        "[Content_Types].xml": f'<Types><Override ContentType="{_OFFICE}.wordprocessingml.{types}"/></Types>',
        "_rels/.rels": relationships(relationship("rId1", "officeDocument", "word/document.xml")),
        "word/document.xml": f"<w:document {NAMESPACES}><w:body>{body}</w:body></w:document>",
        "word/styles.xml": f"<w:styles {NAMESPACES}>{styles}</w:styles>",
        "word/numbering.xml": f"<w:numbering {NAMESPACES}>{numbering}</w:numbering>",
        "word/_rels/document.xml.rels": relationships(links),
        **(parts or {}),
    }
    return zipped(members)


def zipped(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)  # the same bytes at any time
    return out.getvalue()


def relationships(inner):
    return f'<Relationships xmlns="{_PACKAGE}">{inner}</Relationships>'


def relationship(key, kind, target, mode=""):
    external = ' TargetMode="External"' if mode else ""
    return f'<Relationship Id="{key}" Type="{RELATIONSHIPS}/{kind}" Target="{target}"{external}/>'


def run(text, properties=""):
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(content="", properties=""):
    """Return a paragraph; `content` is text, or runs as XML."""
    inner = content if content.startswith("<") else run(content) if content else ""
    return f"<w:p><w:pPr>{properties}</w:pPr>{inner}</w:p>"


def styled(style, text):
    return paragraph(text, f'<w:pStyle w:val="{style}"/>')


def numbered(text, key="1", level=0):
    return paragraph(text, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{key}"/></w:numPr>')


def list_of(*levels, key="1", abstract=None, overrides=""):
    """Return the definition of a list, each level as (format, text) or (format, text, more XML)."""
    written = "".join(
        f'<w:lvl w:ilvl="{place}"><w:start w:val="1"/><w:numFmt w:val="{level[0]}"/><w:lvlText w:val="{level[1]}"/>'
        f"{''.join(level[2:])}</w:lvl>"
        for place, level in enumerate(levels)
    )
    number = abstract or key
    made = f'<w:abstractNum w:abstractNumId="{number}">{written}</w:abstractNum>' if levels else ""
    return f'{made}<w:num w:numId="{key}"><w:abstractNumId w:val="{number}"/>{overrides}</w:num>'


def drawing(key, words="", more=""):
    return (
        f'<w:r><w:drawing><wp:inline><wp:docPr id="1" name="p" descr="{words}"/>'
        f'<a:graphic><a:graphicData><a:blip r:embed="{key}"/>{more}</a:graphicData></a:graphic></wp:inline></w:drawing></w:r>'
    )


def table(*rows):
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"


def cell(text, properties=""):
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(text)}</w:tc>"
