"""The clipboard's HTML after copying from Word, WPS, Excel, WeChat and Google Docs, and exactly what is kept of it."""

import pytest
from django.utils import translation

from articles.sanitising import sanitise

STYLING = "Fonts, colours and other styling were removed."
INDENTS = "Typed indents were removed; the page indents paragraphs itself."
EMPTY = "Empty paragraphs were removed."


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


WORD = """\
<html xmlns:v="urn:schemas-microsoft-com:vml"
xmlns:o="urn:schemas-microsoft-com:office:office"
xmlns:w="urn:schemas-microsoft-com:office:word"
xmlns="http://www.w3.org/TR/REC-html40">
<head>
<meta http-equiv=Content-Type content="text/html; charset=utf-8">
<meta name=Generator content="Microsoft Word 15">
<link rel=File-List href="file:///C:/Users/x/AppData/Local/Temp/msohtmlclip1/01/clip_filelist.xml">
<!--[if gte mso 9]><xml>
 <o:OfficeDocumentSettings><o:AllowPNG/></o:OfficeDocumentSettings>
</xml><![endif]-->
<style>
<!--
 @font-face {font-family:宋体; panose-1:2 1 6 0 3 1 1 1 1 1;}
 p.MsoNormal, li.MsoNormal {mso-style-unhide:no; margin:0cm; text-align:justify; font-size:10.5pt;}
-->
</style>
<!--[if gte mso 10]><style>table.MsoNormalTable {mso-style-name:普通表格;}</style><![endif]-->
</head>
<body lang=ZH-CN style='tab-interval:21.0pt;text-justify-trim:punctuation'>
<!--StartFragment-->
<h1 align=center style='text-align:center'><span style='font-family:方正小标宋简体'>月塘水库开闸放水<span
lang=EN-US><o:p></o:p></span></span></h1>
<p class=MsoNormal style='text-indent:32.0pt;mso-char-indent-count:2.0'><span style='font-size:16.0pt;
font-family:仿宋_GB2312;mso-hansi-font-family:宋体'>本报讯　</span><b style='mso-bidi-font-weight:normal'><span
style='font-size:16.0pt'>11月6日</span></b><span lang=EN-US style='font-size:16.0pt'>,</span><span
style='font-size:16.0pt'>霁川县石栗镇<span class=GramE>3.2万亩</span>梯田
迎来冬灌。<a href="https://e.example/a?x=1&amp;y=2"><span style='color:blue'>详情</span></a><a
href="#_ftn1" name="_ftnref1"><span class=MsoFootnoteReference>[1]</span></a></span><span lang=EN-US><o:p></o:p></span></p>
<p class=MsoNormal><span lang=EN-US><o:p>&nbsp;</o:p></span></p>
<p class=MsoListParagraph style='margin-left:21.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span lang=EN-US
style='mso-fareast-font-family:等线'><span style='mso-list:Ignore'>1.<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;&nbsp;
</span></span></span><![endif]>巡渠<span lang=EN-US><o:p></o:p></span></p>
<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><![if !supportLists]><span lang=EN-US><span
style='mso-list:Ignore'>2.<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp; </span></span></span><![endif]>清淤</p>
<table class=MsoTableGrid border=1 cellspacing=0 cellpadding=0 style='border-collapse:collapse;border:none'>
 <tr style='mso-yfti-irow:0;mso-yfti-firstrow:yes'>
  <td width=190 rowspan=2 valign=top style='width:142.0pt;border:solid windowtext 1.0pt'>
  <p class=MsoNormal align=center style='text-align:center'>乡镇<span lang=EN-US><o:p></o:p></span></p>
  </td>
  <td width=380 colspan=2 valign=top>
  <p class=MsoNormal>面积</p>
  </td>
 </tr>
 <tr>
  <td><p class=MsoNormal>水田</p></td>
  <td><p class=MsoNormal><span lang=EN-US><o:p>&nbsp;</o:p></span></p></td>
 </tr>
 <![if !supportMisalignedColumns]>
 <tr height=0><td width=190 style='border:none'></td></tr>
 <![endif]>
</table>
<p class=MsoNormal><!--[if gte vml 1]><v:shapetype id="_x0000_t75" coordsize="21600,21600"><v:stroke joinstyle="miter"/>
</v:shapetype><v:shape id="图片_x0020_1" type="#_x0000_t75"><v:imagedata src="file:///C:/Temp/clip_image001.jpg"/></v:shape>
<![endif]--><![if !vml]><img width=554 height=369 src="file:///C:/Temp/clip_image002.jpg" v:shapes="图片_x0020_1"><![endif]></p>
<p class=MsoNormal align=right>（通讯员　甲 乙）</p>
<!--EndFragment-->
</body>
</html>
"""

WORD_KEPT = (
    "<h2>月塘水库开闸放水</h2>"
    "<p>本报讯　<strong>11月6日</strong>,霁川县石栗镇3.2万亩梯田迎来冬灌。"
    '<a href="https://e.example/a?x=1&amp;y=2" rel="noopener">详情</a>[1]</p>'
    "<ol><li>巡渠</li><li>清淤</li></ol>"
    '<table><tbody><tr><td rowspan="2">乡镇</td><td colspan="2">面积</td></tr>'
    "<tr><td>水田</td><td></td></tr></tbody></table>"
    '<p class="align-right">（通讯员　甲 乙）</p>'
)


def test_word():
    sanitised = sanitise(WORD)

    assert sanitised.html == WORD_KEPT
    assert sanitised.removed == (
        "1 pasted picture was not copied from the document: upload it with the picture button.",
        "1 link to a place within the text was unlinked.",
        STYLING,
        EMPTY,
    )


WPS = """\
<!--StartFragment--><div class="Section0" style="layout-grid:15.6000pt;"><p class=MsoNormal align=center
style="text-align:center;"><b><span style="mso-spacerun:'yes';font-family:黑体;font-weight:bold;
font-size:22.0000pt;">望桥古街花灯开展</span></b><b><span style="font-size:22.0000pt;"><o:p></o:p></span></b></p>
<p class=MsoNormal style="mso-char-indent-count:2.0000;"><span style="font-family:仿宋;">　　<font
face="仿宋">望桥乡</font></span><span style="font-family:仿宋;">&nbsp;<font
face="仿宋">花灯</font>&nbsp;&nbsp;&nbsp;&nbsp;共</span><span>28</span><span>组。</span></p>
<p class=MsoNormal><img width="553" height="311"
src="file:///C:\\Users\\x\\AppData\\Local\\Temp\\ksohtml1234\\wps1.jpg">&nbsp;</p>
<p class=MsoNormal><span>&nbsp;</span></p></div><!--EndFragment-->
"""


def test_wps():
    sanitised = sanitise(WPS)

    assert sanitised.html == (
        '<p class="align-center"><strong>望桥古街花灯开展</strong></p><p>望桥乡 花灯 共28组。</p>'
    )
    assert sanitised.removed == (
        "1 pasted picture was not copied from the document: upload it with the picture button.",
        STYLING,
        INDENTS,
        EMPTY,
    )


EXCEL = """\
<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head>
<style><!--.xl65 {mso-number-format:General; text-align:right;}--></style></head>
<body link=blue vlink=purple><table border=0 cellpadding=0 cellspacing=0 width=216 style='border-collapse:
 collapse;width:162pt'><!--StartFragment-->
 <col width=72 span=3 style='width:54pt'>
 <tr height=19 style='height:14.25pt'>
  <td colspan=2 height=19 class=xl65 width=144>路线</td><td>首班</td>
 </tr>
 <tr><td class=xl65 align=right x:num="1">1</td><td x:str>县城—望桥</td><td x:num="0.270833333">6:30</td></tr>
<!--EndFragment--></table></body></html>
"""


def test_excel():
    sanitised = sanitise(EXCEL)

    assert sanitised.html == (
        '<table><tbody><tr><td colspan="2">路线</td><td>首班</td></tr>'
        "<tr><td>1</td><td>县城—望桥</td><td>6:30</td></tr></tbody></table>"
    )
    assert sanitised.removed == (STYLING,)


WECHAT = """\
<section data-role="outer" style="font-size:16px"><section style="text-align:center"><section data-brushtype="text">
<strong style="letter-spacing:1px">第一站</strong></section></section><section><p style="text-indent:2em"><span
leaf="">白苇湿地来了小天鹅。</span></p><p style="text-align:center"><img class="rich_pages wxw-img" data-ratio="0.66"
data-type="jpeg" data-src="https://mmbiz.e.example/0?wx_fmt=jpeg" src="data:image/svg+xml,%3Csvg%3E"></p><p><br></p>
<mp-common-profile data-pluginname="mpprofile" data-nickname="霁川发布"></mp-common-profile>
<section><svg viewBox="0 0 1 1"><text>滑动</text></svg></section>
<iframe class="video_iframe" data-src="https://v.e.example/x"></iframe></section></section>
"""


def test_wechat():
    sanitised = sanitise(WECHAT)

    assert sanitised.html == (
        '<p class="align-center"><strong>第一站</strong></p><p>白苇湿地来了小天鹅。</p>'
        '<p><a href="https://v.e.example/x" rel="noopener">https://v.e.example/x</a></p>'
    )
    assert sanitised.removed == (
        "1 picture from another site was removed: upload it instead.",
        "1 embedded player, card, map or frame was removed: it has no address.",
        "1 embedded player, card, map or frame was replaced by a link to it.",
        "1 drawing was removed: upload it as a picture instead.",
        STYLING,
        EMPTY,
    )


GOOGLE_DOCS = """\
<meta charset="utf-8"><b style="font-weight:normal;" id="docs-internal-guid-1f2e"><p dir="ltr"
style="line-height:1.38"><span style="font-size:11pt;white-space:pre-wrap;">青崖雾毫开采</span></p><br /><ul
style="margin-top:0"><li dir="ltr" aria-level="1"><p dir="ltr" role="presentation"><span>采摘</span></p></li><ul><li
dir="ltr" aria-level="2"><p dir="ltr"><span>手工</span></p></li></ul></ul><div dir="ltr" align="left"><table><colgroup>
<col /></colgroup><tbody><tr style="height:0pt"><td><p dir="ltr"><span>亩产</span></p></td></tr></tbody></table></div></b>
<br class="Apple-interchange-newline">
"""


def test_google_docs():
    sanitised = sanitise(GOOGLE_DOCS)

    assert sanitised.html == (
        "<p>青崖雾毫开采</p><ul><li>采摘<ul><li>手工</li></ul></li></ul>"
        "<table><tbody><tr><td>亩产</td></tr></tbody></table>"
    )
    assert sanitised.removed == (STYLING, EMPTY)
