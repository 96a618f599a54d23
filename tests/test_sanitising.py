"""Sanitising: the elements that are kept, the normalised text, and what the editor is told."""

import pytest
from django.utils import translation

from articles.sanitising import as_paragraphs, plain_text, sanitise, used_files

PICTURE = "/media/pictures/0123456789abcdef0123456789abcdef.jpg"
OTHER_PICTURE = "/media/pictures/fedcba9876543210fedcba9876543210.png"
FILE = "/media/attachments/0123456789abcdef0123456789abcdef.xlsx"
IMG = f'<img src="{PICTURE}" alt="">'
INDENTS = "Typed indents were removed; the page indents paragraphs itself."
STYLING = "Fonts, colours and other styling were removed."
EMPTY = "Empty paragraphs were removed."


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    "html",
    [
        "",
        "<p>正文</p>",
        "<h2>一</h2><h3>二</h3><h4>三</h4>",
        "<p><strong>甲</strong><em>乙</em><u>丙</u><s>丁</s>H<sub>2</sub>O<sup>3</sup><cite>戊</cite></p>",
        "<p>甲<br>乙</p><hr><p>丙</p>",
        "<ul><li>甲<ol><li>乙</li></ol></li></ul>",
        '<ol start="3"><li>甲</li></ol>',
        "<blockquote><p>甲</p><p>乙</p></blockquote>",
        "<table><caption>表</caption><thead><tr><th>甲</th></tr></thead><tbody><tr><td></td></tr></tbody>"
        "<tfoot><tr><td>合计</td></tr></tfoot></table>",
        '<table><tbody><tr><th scope="row" colspan="2" rowspan="3">甲</th></tr></tbody></table>',
        "<table><tbody><tr><td><p>甲</p><p>乙</p></td><td>丙<ul><li>丁</li></ul></td></tr></tbody></table>",
        f"<figure>{IMG}<figcaption>月塘水库。</figcaption></figure>",
        "<figure><figcaption>表 1</figcaption><table><tbody><tr><td>甲</td></tr></tbody></table></figure>",
        f'<p><img src="{PICTURE}" alt="甲 &quot;乙&quot;" width="640" height="480"></p>',
        f'<p><a href="{FILE}">停水区域与时间表.xlsx</a></p>',
        '<p><a href="/a/12/">旧闻</a><a href="mailto:a@e.example">信箱</a><a href="tel:0000">电话</a></p>',
        '<p class="align-center">（第3号）</p><blockquote><p class="align-right">甲</p></blockquote>',
        '<p><a href="https://e.example/?a=1&amp;b=二" rel="noopener">外链</a></p>',
        "<p>张三　李四 a &lt; b &amp;nbsp; “引号”——1.5</p>",
        "<p>👨‍👩‍👧 می‌خواهم</p>",
        "<p>ᠮᠣᠩᠭᠣᠯ\u180eᠠ ⠝⠊\u2800⠓⠕ \u115f\u1161</p>",
    ],
)
def test_what_is_right_already_is_kept_as_it_is(html):
    assert sanitise(html).html == html
    assert sanitise(html).removed == ()


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        ("<b>甲</b><i>乙</i><strike>丙</strike>", "<p><strong>甲</strong><em>乙</em><s>丙</s></p>"),
        ("<h1>一</h1><h5>五</h5><h6>六</h6>", "<h2>一</h2><h3>五</h3><h4>六</h4>"),
        ("<h1>一</h1><h2>二</h2><h3>三</h3><h4>四</h4>", "<h2>一</h2><h3>二</h3><h4>三</h4><h4>四</h4>"),
        ("<h3>一</h3><p>文</p><h4>二</h4><h3>三</h3>", "<h2>一</h2><p>文</p><h3>二</h3><h2>三</h2>"),
        ("<h2>一</h2><h4>二</h4><h3>三</h3><h4>四</h4>", "<h2>一</h2><h3>二</h3><h3>三</h3><h4>四</h4>"),
        ("<h4>一</h4><h3>二</h3><h2>三</h2>", "<h2>一</h2><h2>二</h2><h2>三</h2>"),
        ("<h2>一</h2><ul><li>甲<h4>二</h4></li></ul>", "<h2>一</h2><ul><li>甲<h3>二</h3></li></ul>"),
        ("<div>甲</div><div><p>乙</p></div><div>丙<p>丁</p>戊</div>", "<p>甲</p><p>乙</p><p>丙</p><p>丁</p><p>戊</p>"),
        ("甲<section>乙</section>丙", "<p>甲</p><p>乙</p><p>丙</p>"),
        ("<p>甲<p>乙", "<p>甲</p><p>乙</p>"),
        ("<p id=x class=y lang=zh title=z dir=rtl data-a=b>甲</p>", "<p>甲</p>"),
        ("<p><span><font>甲</font><mark>乙</mark><kbd>丙</kbd><x-y>丁</x-y></span></p>", "<p>甲乙丙丁</p>"),
        ("<b>甲<p>乙</b>丙", "<p><strong>甲</strong></p><p><strong>乙</strong>丙</p>"),
        ("<b>甲<i>乙</b>丙</i>", "<p><strong>甲<em>乙</em></strong><em>丙</em></p>"),
        ("<b><b>甲</b></b><b></b>乙<b> </b>丙", "<p><strong>甲</strong>乙 丙</p>"),
        ("<a href='/a/1/'><p>甲</p></a>", '<p><a href="/a/1/">甲</a></p>'),
        ("<a href='/a/1/'>甲<a href='/a/2/'>乙</a>丙", '<p><a href="/a/1/">甲</a><a href="/a/2/">乙</a>丙</p>'),
        ("甲<br><br>乙<br>丙<br><br><br>丁", "<p>甲</p><p>乙<br>丙</p><p>丁</p>"),
        ("<h2><p>甲</p><p>乙</p></h2>", "<h2>甲<br>乙</h2>"),
        ("<h2>甲</h3>乙", "<h2>甲</h2><p>乙</p>"),
        ("<li>甲</li><td>乙</td><figcaption>丙</figcaption>", "<p>甲</p><p>乙</p><p>丙</p>"),
        ("<ul>甲<li>乙<li>丙</ul>丁", "<ul><li>甲</li><li>乙</li><li>丙</li></ul><p>丁</p>"),
        ("<ul><li>甲</li><ul><li>乙</li></ul><li>丙</li></ul>", "<ul><li>甲<ul><li>乙</li></ul></li><li>丙</li></ul>"),
        ("<ul><li>甲<ul></li><li>乙</ul><li>丙</ul>", "<ul><li>甲<ul><li>乙</li></ul></li><li>丙</li></ul>"),
        ("<ul><li><b>甲<li>乙</ul>", "<ul><li><strong>甲</strong></li><li>乙</li></ul>"),
        ("<ul><li><p>甲</p></li><li></li></ul><ol></ol>", "<ul><li>甲</li></ul>"),
        ("<dl><dt>甲<dd>乙</dl>", "<p>甲</p><p>乙</p>"),
        ("<blockquote>甲</blockquote><blockquote></blockquote>", "<blockquote><p>甲</p></blockquote>"),
        ("<p>甲<hr>乙", "<p>甲</p><hr><p>乙</p>"),
        ("x < y, y <z", "<p>x &lt; y, y &lt;z</p>"),
        ("<p>甲<!-- 批注 --><?php ?></p>", "<p>甲</p>"),
        ("<form>甲<input value=x><button>乙</button></form>", "<p>甲乙</p>"),
    ],
)
def test_other_html_becomes_it(html, kept):
    assert sanitise(html).html == kept


@pytest.mark.parametrize(
    ("cells", "kept"),
    [
        ("<tr><td>甲<td>乙<tr><td>丙", "<tr><td>甲</td><td>乙</td></tr><tr><td>丙</td></tr>"),
        ("<tbody><tr><td>甲</td></tr></tbody>", "<tr><td>甲</td></tr>"),
        ("<td>甲", "<tr><td>甲</td></tr>"),
        ("甲<tr><td>乙", "<tr><td>甲</td></tr><tr><td>乙</td></tr>"),
        ("<colgroup><col width=9></colgroup>\n<tr>\n<td>甲</td>\n</tr>&nbsp;<br>", "<tr><td>甲</td></tr>"),
        (
            "<tr><td colspan=0 rowspan=-1>甲<td colspan=x rowspan=1000>乙",
            '<tr><td>甲</td><td rowspan="100">乙</td></tr>',
        ),
        ("<tr><th scope=junk width=3>甲</th></tr><tr></tr>", "<tr><th>甲</th></tr>"),
        ("<tr><td>&nbsp;<td><p>&nbsp;</p>", "<tr><td></td><td></td></tr>"),
        ("<tr><td>甲<p>乙<tr><td>丙", "<tr><td><p>甲</p><p>乙</p></td></tr><tr><td>丙</td></tr>"),
        ("<tr><td><table><tr><td>甲</table>", "<tr><td><table><tbody><tr><td>甲</td></tr></tbody></table></td></tr>"),
    ],
)
def test_tables_are_made_whole(cells, kept):
    assert sanitise(f"<table>{cells}</table>").html == f"<table><tbody>{kept}</tbody></table>"
    assert EMPTY not in sanitise(f"<table>{cells}</table>").removed


def test_what_stands_in_a_cell_stays_in_it():
    html = "<ul><li>甲<table><tr><td>乙<li>丙</li></ul>丁</table>戊</ul>"

    assert sanitise(html).html == (
        "<ul><li><p>甲</p><table><tbody><tr><td><p>乙</p><p>丙</p><p>丁</p></td></tr></tbody></table><p>戊</p></li></ul>"
    )


def test_a_caption_stands_first_and_survives_its_table():
    assert sanitise("<table><tr><td>甲</td></tr><caption>表</caption></table>").html.startswith("<table><caption>表<")
    assert sanitise("<table><caption>表</caption></table>").html == "<p>表</p>"


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        ("<figure><img src=x><figcaption>　题</figcaption></figure>", "<p>题</p>"),
        ("<figure><p>甲</p><figcaption>题</figcaption></figure>", "<p>甲</p><p>题</p>"),
        (f"<figure><div>{IMG}</div><p>{IMG}</p></figure>", f"<figure>{IMG}{IMG}</figure>"),
        (
            f"<figure>{IMG}<figcaption><h3>甲</h3><p>乙</p></figcaption></figure>",
            f"<figure>{IMG}<figcaption>甲<br>乙</figcaption></figure>",
        ),
        (f"<figure><h3>甲</h3>{IMG}</figure>", f"<h2>甲</h2><p>{IMG}</p>"),
        ("<figure></figure>", ""),
    ],
)
def test_a_figure_holds_pictures_or_a_table_and_a_caption(html, kept):
    assert sanitise(html).html == kept


@pytest.mark.parametrize(
    "src",
    [
        "https://e.example/a.jpg",
        "/media/pictures/x.jpg",
        f"{PICTURE}?v=1",
        PICTURE.replace(".jpg", "-480.webp"),
        PICTURE.upper(),
        f"https://e.example{PICTURE}",
        "/static/logo.png",
    ],
)
def test_a_picture_that_is_not_ours_is_removed(src):
    assert sanitise(f'<p>甲<img src="{src}" alt="乙"></p>').html == "<p>甲</p>"


def test_a_picture_keeps_what_it_needs_and_nothing_else():
    html = f'<img src="{PICTURE}" alt=" 巡\u200b堤 \n现场" width="20001" height="480" title=x srcset="y 2x">'

    assert sanitise(html).html == f'<p><img src="{PICTURE}" alt="巡堤 现场" height="480"></p>'


def test_what_is_copied_from_our_own_pages_stays_ours(settings):
    settings.SITE_URL = "https://news.example"
    html = f'<img src="https://news.example{PICTURE}"><a href="https://news.example{FILE}">甲</a>'

    assert sanitise(html).html == f'<p>{IMG}<a href="{FILE}">甲</a></p>'
    assert sanitise(f'<img src="https://news.example.evil.example{PICTURE}">').html == ""
    assert 'href="https://news.example.evil.example/"' in sanitise("<a href=https://news.example.evil.example/>甲").html


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        ("<p>　　正文</p>", "<p>正文</p>"),
        ("<p><span>　　正文</span></p>", "<p>正文</p>"),
        ("<p><b>　</b><i>&emsp;&ensp;</i>　正文</p>", "<p>正文</p>"),
        ("<p>&nbsp;&nbsp; &nbsp;正文</p>", "<p>正文</p>"),
        ("<li>　正文", "<p>正文</p>"),
        ("<ul><li>　正文</ul>", "<ul><li>正文</li></ul>"),
        ("<h2>　正文</h2>", "<h2>正文</h2>"),
        ("<blockquote>　正文</blockquote>", "<blockquote><p>正文</p></blockquote>"),
        ("<p>甲<br>　乙</p>", "<p>甲<br>乙</p>"),
        ("<p>　　甲<br>　　乙</p>", "<p>甲</p><p>乙</p>"),
        ("<p>床前明月光，<br>　　疑是地上霜。</p>", "<p>床前明月光，<br>疑是地上霜。</p>"),
    ],
)
def test_typed_indents_are_removed_and_the_editor_is_told(html, kept):
    assert sanitise(html).html == kept
    assert sanitise(html).removed == (INDENTS,)


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        ("<p> \n 甲 \t 乙 </p>", "<p>甲 乙</p>"),
        ("<p>甲&nbsp;乙&nbsp;&nbsp;&nbsp;丙</p>", "<p>甲 乙 丙</p>"),
        ("<p>甲 <b> 乙 </b> 丙</p>", "<p>甲 <strong>乙 </strong>丙</p>"),
        ("<p>甲　　&nbsp;<br><br/></p>", "<p>甲</p>"),
        ("<p>通　　知</p>", "<p>通　　知</p>"),
        ("<p>梯田\r\n  迎来，\n冬灌 a\nb</p>", "<p>梯田迎来，冬灌 a b</p>"),
        ("<p>甲\u200d乙\u034f丙\u180e1\u200c3丁\u3164戊\u2800己\uffa0庚\u1160辛</p>", "<p>甲乙丙13丁 戊 己 庚 辛</p>"),
        ("<p>甲\u200b乙\ufeff丙\u2060丁\u00ad戊\u202e己\u2066庚\x08辛\ud800壬</p>", "<p>甲乙丙丁戊己庚辛壬</p>"),
        ("<p>甲&#8203;乙&shy;丙&#0;&#xD800;</p>", "<p>甲乙丙\ufffd\ufffd</p>"),
        ("<p>甲\u2028乙\x0b丙</p>", "<p>甲 乙 丙</p>"),
    ],
)
def test_spaces_are_single_and_nothing_is_invisible(html, kept):
    assert sanitise(html).html == kept
    assert sanitise(html).removed == ()


@pytest.mark.parametrize("html", ["<p></p>", "<p>&nbsp;</p>", "<p><br></p>", "<h2><b>　</b></h2>", "<div>&nbsp;</div>"])
def test_empty_paragraphs_are_removed_and_the_editor_is_told(html):
    assert sanitise(f"<p>甲</p>{html}<p>乙</p>").html == "<p>甲</p><p>乙</p>"
    assert sanitise(f"<p>甲</p>{html}<p>乙</p>").removed == (EMPTY,)


@pytest.mark.parametrize(
    ("html", "told"),
    [
        (
            "<p><img src=http://e.example/1><img src=//e.example/2><img data-src=https://e.example/3>",
            "3 pictures from other sites were removed: upload them instead.",
        ),
        ("<img src=https://e.example/1>甲", "1 picture from another site was removed: upload it instead."),
        (
            "<img src=file:///C:/clip_image001.png>",
            "1 pasted picture was not copied from the document: upload it with the picture button.",
        ),
        (
            "<img src=data:image/png;base64,AAAA><img src='C:\\a.png'>",
            "2 pasted pictures were not copied from the document: upload them with the picture button.",
        ),
        ("<script>1</script>", "1 script was removed."),
        ("<script>1</script><p onclick=x>甲", "2 scripts were removed."),
        ("<iframe src=x></iframe>", "1 embedded player, card, map or frame was removed: it has no address."),
        ("<svg></svg><svg/>", "2 drawings were removed: upload them as pictures instead."),
        ("<a href=javascript:x>甲</a><a href=//x>乙</a>", "2 links with an unsafe address were unlinked."),
        ("<a href=#_ftn1>甲</a>", "1 link to a place within the text was unlinked."),
        ("<a href=' #_ftn1 '>甲</a>", "1 link to a place within the text was unlinked."),
        (f"<a href='/{'x' * 2000}'>甲</a>", "1 link with an unsafe address was unlinked."),
        ("<a name=_Toc1>甲</a><a href=' '>乙</a>", None),
        ("<p style='color:red'>甲", STYLING),
        ("<font color=red>甲</font>", STYLING),
        ("<style>p{}</style>甲", STYLING),
        ("<p style='' class=MsoNormal lang=ZH-CN>甲", None),
    ],
)
def test_the_editor_is_told_what_was_removed(html, told):
    assert sanitise(html).removed == ((told,) if told else ())


def test_the_editor_is_told_everything_in_a_fixed_order():
    html = "<p></p><p>　甲<a href=javascript:x>乙</a><span style='x:y'>丙</span><script>1</script><img src=http://e.example>"

    assert sanitise(html).removed == (
        "1 picture from another site was removed: upload it instead.",
        "1 script was removed.",
        "1 link with an unsafe address was unlinked.",
        STYLING,
        INDENTS,
        EMPTY,
    )


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("  标　题\n\t副题\u00a0 ", "标 题 副题"),
        ("\ufeff标\u200b题\u202e\x00\x07\ud800", "标题"),
        ("“霁川”——1，2。《x》？！：；", "“霁川”——1，2。《x》？！：；"),
        ("\u3000\u2003", ""),
        ("<b>&amp;</b>", "<b>&amp;</b>"),
    ],
)
def test_plain_is_one_line_of_visible_characters(text, line):
    assert plain_text(text) == line


def test_paragraphs_are_escaped_and_without_blank_lines():
    assert (
        sanitise(as_paragraphs(["　　甲 & <b>乙</b>", "", " \u3000", "张三　李四\n"])).html
        == "<p>甲 &amp; &lt;b&gt;乙&lt;/b&gt;</p><p>张三　李四</p>"
    )


def test_used_files_are_those_of_ours_in_order_and_once():
    html = sanitise(
        f'<p>src="{PICTURE}" &lt;img src="{PICTURE}"</p><img src={OTHER_PICTURE} alt=x><img src={PICTURE}>'
        f"<img src={OTHER_PICTURE}><a href={FILE}>甲</a><a href=/media/attachments/x.pdf>乙</a><a href={FILE}?x>丙</a>"
    ).html

    assert used_files(html) == (
        ("pictures/fedcba9876543210fedcba9876543210.png", "pictures/0123456789abcdef0123456789abcdef.jpg"),
        ("attachments/0123456789abcdef0123456789abcdef.xlsx",),
    )


def test_used_files_follow_media_url(settings):
    settings.MEDIA_URL = "/files/"

    assert used_files(sanitise(f"<img src={PICTURE.replace('media', 'files')}>").html)[0] == (
        "pictures/0123456789abcdef0123456789abcdef.jpg",
    )


@pytest.mark.parametrize(
    "name",
    ["svg", "xml", "template", "noscript", "object", "applet", "title", "video", "audio", "canvas"],
)
def test_what_is_left_out_is_left_out_to_the_end_of_the_outermost(name):
    inner = f"<{name}><p>一</p></{name}>"
    assert sanitise(f"<p>前</p><{name}>{inner}<p>二</p>{inner}三</{name}><p>后</p>").html == "<p>前</p><p>后</p>"
    assert sanitise(f"<p>前</p><{name}>{inner}<p>未闭合</p>").html == "<p>前</p>"


def test_only_its_own_end_ends_what_is_left_out():
    assert sanitise("<p>前</p><svg><object>一</svg>二</object><p>后</p>").html == "<p>前</p><p>二</p><p>后</p>"
    assert sanitise("<svg></math>一</svg><p>后</p>").html == "<p>后</p>"


@pytest.mark.parametrize("name", ["script", "style", "iframe"])
def test_what_is_no_markup_ends_at_its_first_end(name):
    assert sanitise(f"<{name}><{name}>一</{name}><p>后</p>").html == "<p>后</p>"


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        ("<svg/><p>后</p>", "<p>后</p>"),
        ("<math /><p>后</p>", "<p>后</p>"),
        ("<object/><p>内</p></object><p>后</p>", "<p>后</p>"),
        ("<svg><p>内</p>", ""),
        ("<script/><p>内</p></script><p>后</p>", "<p>后</p>"),
    ],
)
def test_only_what_is_not_html_closes_itself(html, kept):
    assert sanitise(html).html == kept
