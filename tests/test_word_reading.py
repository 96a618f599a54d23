"""What is in a Word file comes into the text whole and in its order; what its author took out never does."""

import io

import docx
import pytest
from django.utils import translation

from articles.exchange.word import read_word_file
from articles.exchange.word.numbering import write_number
from tests.word_files import (
    NAMESPACES,
    cell,
    drawing,
    list_of,
    numbered,
    paragraph,
    relationship,
    run,
    styled,
    table,
    word_file,
)

LONG = "3月25日，望桥乡便民桥建成通车，沿线三个村的群众出行不再绕路。"


def read(body, **facts):
    with translation.override("en"):
        return read_word_file(word_file(body, **facts), "稿.docx")


def html_of(body, **facts):
    return read(body, **facts).html


# --- Text and marks ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (run("加粗", "<w:b/>"), "<strong>加粗</strong>"),
        (run("不粗", '<w:b w:val="0"/>'), "不粗"),
        (run("斜", "<w:i/>"), "<em>斜</em>"),
        (run("线", '<w:u w:val="single"/>'), "<u>线</u>"),
        (run("无线", '<w:u w:val="none"/>'), "无线"),
        (run("删", "<w:strike/>"), "<s>删</s>"),
        ("<w:r><w:t>m</w:t></w:r>" + run("2", '<w:vertAlign w:val="superscript"/>'), "m<sup>2</sup>"),
        (run("2", '<w:vertAlign w:val="subscript"/>'), "<sub>2</sub>"),
        (run("甲&lt;乙"), "甲&lt;乙"),
        ("<w:r><w:t>上</w:t><w:br/><w:t>下</w:t></w:r>", "上<br>下"),
        ('<w:r><w:t>上</w:t><w:br w:type="page"/><w:t>下</w:t></w:r>', "上下"),
        ("<w:r><w:t>甲</w:t><w:tab/><w:t>乙</w:t><w:noBreakHyphen/></w:r>", "甲 乙-"),
        ('<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>', "☑"),
        ('<w:r><w:sym w:font="Wingdings" w:char="00FE"/></w:r>', "☑"),
        ('<w:r><w:sym w:font="Symbol" w:char="0100"/></w:r>', "Ā"),
        ('<w:r><w:sym w:font="Symbol" w:char="F0AD"/><w:sym w:font="Wingdings" w:char="F0A0"/></w:r>', "↑▪"),
        (run("\uf0a8未选"), "□未选"),
        ('<w:r><w:sym w:font="Wingdings 2" w:char="F052"/><w:sym w:font="Wingdings 2" w:char="F0A3"/></w:r>', "☑□"),
        (run("\uf0fe", '<w:rFonts w:ascii="Wingdings"/>') + run("o", '<w:rFonts w:ascii="Wingdings"/>'), "☑□"),
        (run("张·李3×2°é", '<w:rFonts w:ascii="Symbol" w:eastAsia="宋体"/>'), "张·李3×2°é"),
        ("<w:smartTag>" + run("标签内") + "</w:smartTag><w:sdt><w:sdtContent>" + run("控件内") + "</w:sdtContent></w:sdt>",
         "标签内控件内"),
        ("<w:r><w:ruby><w:rt>" + run("hǎo") + "</w:rt><w:rubyBase>" + run("好") + "</w:rubyBase></w:ruby></w:r>",
         "好（hǎo）"),
        ("<m:oMath><m:sSup><m:e><m:r><m:t>r</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup></m:oMath>",
         "r<sup>2</sup>"),
        ("<m:oMath><m:sSub><m:sSubPr><m:ctrlPr/></m:sSubPr><m:e><m:r><m:rPr/><m:t>H</m:t></m:r></m:e><m:sub><m:r>"
         "<m:t>2</m:t></m:r></m:sub></m:sSub></m:oMath>", "H<sub>2</sub>"),
        ("<m:oMathPara><m:oMathParaPr/><m:oMath><m:sSup><m:sSupPr/><m:e><m:r><w:rPr/><m:t>m</m:t></m:r></m:e><m:sup><m:r>"
         "<m:t>3</m:t></m:r></m:sup></m:sSup></m:oMath></m:oMathPara>", "m<sup>3</sup>"),
    ],
)  # fmt: skip
def test_runs_keep_their_text_and_marks(written, shown):
    assert html_of(paragraph(written)) == f"<p>{shown}</p>"


@pytest.mark.parametrize(
    "removed",
    [
        "<w:del><w:r><w:delText>不该公开</w:delText></w:r></w:del>",
        "<w:moveFrom>" + run("不该公开") + "</w:moveFrom>",
        run("不该公开", "<w:vanish/>"),
        run("不该公开", '<w:rStyle w:val="h"/>'),
        '<w:r><w:commentReference w:id="0"/></w:r>',
        "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>" + run("不该公开") + "</w:sdtContent></w:sdt>",
    ],
)
def test_what_was_taken_out_never_comes_in(removed):
    comments = {"word/comments.xml": f"<w:comments {NAMESPACES}>{paragraph('不该公开')}</w:comments>"}
    text = read(paragraph(run("公开") + removed + run("的字")), parts=comments)
    assert text.html == "<p>公开的字</p>"


def test_what_was_taken_out_is_said():
    body = paragraph("<w:del><w:r><w:delText>旧</w:delText></w:r></w:del>" + run("暗", "<w:vanish/>") + run("明"))
    assert read(body).notes == (
        "1 hidden passage was left out.",
        "1 tracked deletion was left out: the text was imported as if all changes were accepted.",
    )


@pytest.mark.parametrize(
    ("after", "shown"),
    [
        (paragraph("后半句。"), "<p>前半句，后半句。</p>"),
        ("", "<p>前半句，</p>"),
        (table(cell("甲")), "<p>前半句，</p><table><tbody><tr><td><p>甲</p></td></tr></tbody></table>"),
    ],
)
def test_a_deleted_paragraph_end_joins_the_paragraphs_if_one_follows(after, shown):
    assert html_of(paragraph("前半句，", "<w:rPr><w:del/></w:rPr>") + after) == shown


def test_links_of_both_kinds_and_results_of_fields():
    field = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> HYPERLINK "https://b.example/" </w:instrText>'
        '</w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        + run("乙")
        + '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    body = paragraph('<w:hyperlink r:id="l1">' + run("甲") + "</w:hyperlink>" + field)
    links = relationship("l1", "hyperlink", "https://a.example/", "External")
    assert html_of(body, links=links) == '<p><a href="https://a.example/">甲</a><a href="https://b.example/">乙</a></p>'


@pytest.mark.parametrize(("code", "kept"), [(r"eq \o\ac(○,2)", "②"), (r"EQ \F(1,2)", " 1/2")])
def test_what_an_equation_field_draws_is_text(code, kept):
    field = f'<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>{code}</w:instrText></w:r>'
    field += '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    assert html_of(paragraph(run("3") + field)) == f"<p>3{kept}</p>"
    result = '<w:r><w:fldChar w:fldCharType="separate"/></w:r>' + run("如图")
    shown = field.replace("</w:instrText></w:r>", f"</w:instrText></w:r>{result}")
    assert html_of(paragraph(run("3") + shown)) == "<p>3如图</p>", "what the program has drawn"
    hidden = field.replace("<w:r>", "<w:r><w:rPr><w:vanish/></w:rPr>")
    assert html_of(paragraph(run("3") + hidden)) == "<p>3</p>"


def test_a_field_that_is_never_closed_swallows_no_paragraph():
    opened = '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> PAGE </w:instrText></w:r>'
    assert html_of(paragraph(run("甲") + opened) + paragraph("乙")) == "<p>甲</p><p>乙</p>"


def test_the_address_of_a_link_stays_inside_its_quotes():
    links = relationship("l1", "hyperlink", "https://a.example/?a=1&amp;b=&lt;2&gt;&quot;", "External")
    shown = '<a href="https://a.example/?a=1&amp;b=&lt;2>&quot;">甲</a>'
    assert (
        html_of(paragraph('<w:hyperlink r:id="l1">' + run("甲") + "</w:hyperlink>"), links=links) == f"<p>{shown}</p>"
    )


@pytest.mark.parametrize("address", ["javascript:alert(1)", "file:///C:/Users/a/附件.xlsx", "附件.xlsx"])
def test_a_link_that_readers_cannot_follow_is_only_text_and_is_named(address):
    links = relationship("l1", "hyperlink", address, "External")
    text = read(paragraph('<w:hyperlink r:id="l1">' + run("甲") + "</w:hyperlink>"), links=links)
    assert text.html == "<p>甲</p>"
    assert text.notes[0].startswith("1 link to a file on a computer was left out")


def test_headings_alignments_and_styles():
    body = (
        paragraph("正文一段，比标题长得多，说明这是正文。")
        + styled("1", run("一、概况", "<w:b/>"))
        + styled("2", "二级")
    )
    body += styled("mine", "霁川县人民政府") + paragraph("居中", '<w:jc w:val="center"/>')
    assert html_of(body) == (
        "<p>正文一段，比标题长得多，说明这是正文。</p><h2>一、概况</h2><h3>二级</h3>"
        '<p style="text-align:right">霁川县人民政府</p><p style="text-align:center">居中</p>'
    )


def test_a_whole_paragraph_in_the_style_of_a_heading_is_text():
    assert html_of(paragraph("前文。") + styled("2", "（一）加强领导。" + LONG * 5)).count("<h") == 0


def test_a_text_box_comes_once():
    inner = f"<w:txbxContent>{paragraph('框中的话')}</w:txbxContent>"
    box = (
        f'<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:wsp><wps:txbx>{inner}</wps:txbx></wps:wsp>'
        f"</w:drawing></mc:Choice><mc:Fallback><w:pict><v:shape><v:textbox>{inner}</v:textbox></v:shape></w:pict>"
        "</mc:Fallback></mc:AlternateContent></w:r>"
    )
    assert html_of(paragraph(run("前") + box + run("后"))) == "<p>前</p><p>框中的话</p><p>后</p>"


def test_footnotes_stand_at_the_end_in_the_order_of_their_marks():
    mark = '<w:r><w:{}Reference w:id="{}"/></w:r>'
    notes = {
        "word/footnotes.xml": f'<w:footnotes {NAMESPACES}><w:footnote w:id="2">{paragraph("脚注二")}</w:footnote>'
        f'<w:footnote w:id="1">{paragraph("脚注一")}</w:footnote></w:footnotes>',
        "word/endnotes.xml": f'<w:endnotes {NAMESPACES}><w:endnote w:id="1">{paragraph("尾注")}</w:endnote></w:endnotes>',
    }
    body = paragraph(run("甲") + mark.format("footnote", 2) + mark.format("endnote", 1) + mark.format("footnote", 1))
    text = read(body, parts=notes)
    assert text.html == "<p>甲<sup>[1][2][3]</sup></p><p>[1] 脚注二</p><p>[2] 尾注</p><p>[3] 脚注一</p>"
    assert text.paragraphs == ("甲[1][2][3]", "[1] 脚注二", "[2] 尾注", "[3] 脚注一")


def test_strict_files_of_word_are_read_too():
    strict = 'xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"'
    strict += ' xmlns:dgm="http://purl.oclc.org/ooxml/drawingml/diagram"'
    body = paragraph("严格") + paragraph("<w:r><w:drawing><dgm:relIds/></w:drawing></w:r>")
    text = read("", parts={"word/document.xml": f"<w:document {strict}><w:body>{body}</w:body></w:document>"})
    assert text.html.startswith("<p>严格</p>")
    assert text.notes[0].startswith("1 chart or diagram was left out")


# --- Numbers -------------------------------------------------------------------------------------------------------


def test_numbers_of_official_documents_are_text():
    numbering = list_of(("chineseCountingThousand", "%1、"), ("chineseCountingThousand", "（%2）"), ("decimal", "%3．"))
    body = (
        numbered("总则")
        + numbered("范围", level=1)
        + numbered("职责", level=1)
        + numbered("附则")
        + numbered("甲", level=1)
    )
    assert html_of(body, numbering=numbering) == (
        "<p>一、总则</p><p>（一）范围</p><p>（二）职责</p><p>二、附则</p><p>（一）甲</p>"
    )


@pytest.mark.parametrize(
    ("levels", "shown"),
    [
        ([("chineseCounting", "第%1条")], "<p>第一条　甲</p><p>第二条　乙</p>"),
        ([("decimalEnclosedCircleChinese", "%1")], "<p>①甲</p><p>②乙</p>"),
        ([("decimal", "%1、")], "<p>1、甲</p><p>2、乙</p>"),
        ([("decimal", "（%1）")], "<p>（1）甲</p><p>（2）乙</p>"),
        ([("upperLetter", "%1.")], "<p>A. 甲</p><p>B. 乙</p>"),
        ([("decimal", "%1.")], "<ol><li>甲</li><li>乙</li></ol>"),
        ([("bullet", "")], "<ul><li>甲</li><li>乙</li></ul>"),
        ([("none", "")], "<p>甲</p><p>乙</p>"),
    ],
)
def test_only_plain_lists_are_lists(levels, shown):
    assert html_of(numbered("甲") + numbered("乙"), numbering=list_of(*levels)) == shown


def test_lists_nest_and_go_on_after_a_paragraph():
    numbering = list_of(("decimal", "%1."), ("bullet", "·"))
    body = (
        numbered("一")
        + numbered("甲", level=1)
        + numbered("乙", level=1)
        + numbered("二")
        + paragraph("插话")
        + numbered("三")
    )
    assert html_of(body, numbering=numbering) == (
        '<ol><li>一<ul><li>甲</li><li>乙</li></ul></li><li>二</li></ol><p>插话</p><ol start="3"><li>三</li></ol>'
    )


def test_a_list_that_restarts_and_one_that_continues():
    restart = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    numbering = (
        list_of(("decimal", "%1、"))
        + list_of(key="2", abstract="1")
        + list_of(key="3", abstract="1", overrides=restart)
    )
    body = numbered("甲") + numbered("乙", "2") + numbered("丙", "3") + numbered("丁", "3")
    assert html_of(body, numbering=numbering) == "<p>1、甲</p><p>2、乙</p><p>1、丙</p><p>2、丁</p>"


def test_a_list_that_has_the_levels_of_a_list_style():
    numbering = list_of(("decimal", "%1、")).replace("<w:lvl ", '<w:styleLink w:val="s"/><w:lvl ', 1)
    numbering += '<w:abstractNum w:abstractNumId="2"><w:numStyleLink w:val="s"/></w:abstractNum>'
    numbering += list_of(key="2")
    assert html_of(numbered("甲", "2") + numbered("乙", "2"), numbering=numbering) == "<p>1、甲</p><p>2、乙</p>"


def test_numbers_of_headings_and_of_styles_linked_to_a_list():
    numbering = list_of(("decimal", "%1.", '<w:pStyle w:val="1"/>'), ("decimal", "%1.%2", '<w:pStyle w:val="2"/>'))
    styles = (
        '<w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/><w:pPr><w:numPr><w:numId w:val="1"/>'
        '</w:numPr><w:outlineLvl w:val="0"/></w:pPr></w:style><w:style w:type="paragraph" w:styleId="2"><w:name w:val='
        '"heading 2"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr><w:outlineLvl w:val="1"/></w:pPr></w:style>'
    )
    body = paragraph(LONG) + styled("1", "概况") + styled("2", "人口") + styled("1", "工作")
    shown = html_of(body, numbering=numbering, styles=styles)
    assert shown == f"<p>{LONG}</p><h2>1. 概况</h2><h3>1.1 人口</h3><h2>2. 工作</h2>"


@pytest.mark.parametrize(
    ("number", "form", "written"),
    [
        (10, "chineseCounting", "十"),
        (12, "chineseCountingThousand", "十二"),
        (20, "chineseCounting", "二十"),
        (105, "chineseCountingThousand", "一百零五"),
        (110, "chineseCountingThousand", "一百一十"),
        (105, "chineseCounting", "一〇五"),
        (12, "chineseLegalSimplified", "壹拾贰"),
        (3, "ideographTraditional", "丙"),
        (21, "decimalEnclosedCircle", "㉑"),
        (28, "lowerLetter", "bb"),
        (1994, "upperRoman", "MCMXCIV"),
        (7, "decimalZero", "07"),
        (12, "decimalFullWidth", "１２"),
        (5, "someFutureFormat", "5"),
        (0, "chineseCounting", "0"),
    ],
)
def test_numbers_are_written_as_word_writes_them(number, form, written):
    assert write_number(number, form) == written


# --- Tables and pictures -------------------------------------------------------------------------------------------


def test_merged_cells_become_spans():
    body = table(
        cell("甲", '<w:gridSpan w:val="2"/>') + cell("乙", '<w:vMerge w:val="restart"/>'),
        cell("丙") + cell("丁") + cell("", "<w:vMerge/>"),
    )
    assert html_of(body) == (
        '<table><tbody><tr><td colspan="2"><p>甲</p></td><td rowspan="2"><p>乙</p></td></tr>'
        "<tr><td><p>丙</p></td><td><p>丁</p></td></tr></tbody></table>"
    )


def test_repeated_rows_are_the_head_and_deleted_ones_are_gone():
    body = table(
        "<w:trPr><w:tblHeader/></w:trPr>" + cell("项目"),
        "<w:trPr><w:del/></w:trPr>" + cell("删去"),
        "<w:trPr><w:hidden/></w:trPr>" + cell("隐去"),
        cell("数据"),
    )
    assert html_of(body) == (
        "<table><thead><tr><th><p>项目</p></th></tr></thead><tbody><tr><td><p>数据</p></td></tr></tbody></table>"
    )


def test_a_row_of_continued_cells_only_is_no_row():
    body = table(
        cell("甲", '<w:vMerge w:val="restart"/>') + cell("乙", '<w:vMerge w:val="restart"/>'),
        cell("", "<w:vMerge/>") + cell("", "<w:vMerge/>"),
        cell("丙") + cell("丁"),
    )
    assert "rowspan" not in html_of(body)
    assert html_of(body).count("<tr>") == 2


def test_every_cell_comes_as_another_reader_reads_it():
    document = docx.Document()
    made = document.add_table(6, 5)
    for place, one in enumerate(made._cells):
        one.text = f"格{place}"
    made.cell(0, 0).merge(made.cell(2, 1))
    made.cell(3, 2).merge(made.cell(3, 4))
    out = io.BytesIO()
    document.save(out)
    text = read_word_file(out.getvalue(), "a.docx")
    for row in made.rows:
        for one in row.cells:
            for line in one.text.split("\n"):
                assert f"<p>{line}</p>" in text.html


@pytest.mark.parametrize(
    "below",
    [
        paragraph("图：村民走过新桥。"),
        paragraph("▲村民走过新桥。"),
        paragraph("图1 村民走过新桥"),
        styled("c", "村民走过新桥"),
        paragraph("村民走过新桥。林晓舟 摄"),
        paragraph("村民走过新桥", '<w:jc w:val="center"/>'),
    ],
)
def test_the_line_below_a_picture_is_its_caption(below):
    body = paragraph(LONG) + paragraph(drawing("p1", "新桥")) + below + paragraph(LONG)
    links, parts = relationship("p1", "image", "media/image1.png"), {"word/media/image1.png": b"PNG"}
    text = read(body, links=links, parts=parts)
    assert '<figure data-picture="1"><img alt="新桥"><figcaption>' in text.html
    assert text.html.count("<p>") == 2
    assert text.pictures[0].data == b"PNG"
    assert text.paragraphs == (LONG, LONG)  # where bylines are looked for: 图： is a photographer's label there


def test_text_below_a_picture_is_no_caption_and_stands_where_it_stood():
    body = paragraph(run("前") + drawing("p1") + run("后")) + paragraph(drawing("p1")) + paragraph(LONG)
    text = read(body, links=relationship("p1", "image", "media/i.png"), parts={"word/media/i.png": b"PNG"})
    figure = '<figure data-picture="1"><img alt=""></figure>'
    assert text.html == f"<p>前</p>{figure}<p>后</p>{figure}<p>{LONG}</p>"
    assert len(text.pictures) == 1
