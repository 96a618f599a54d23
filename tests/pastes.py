"""Clipboard HTML that used to come in wrongly, with what is kept of it: (name, html, kept, sentence or None).

Used for the function that reads it and for the editor in a browser.
"""

WORD = '<html xmlns:w="urn:schemas-microsoft-com:office:word"><head><meta name=Generator content="Microsoft Word 15"></head>'
PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
HELD = "[Picture {} is still to be uploaded]"

COMMENTS = "Comments on the text were left out."
HIDDEN = "Hidden text was left out."
DELETED = "Words that had been deleted with changes tracked were left out."


def word_list(*items, element="p", font=""):
    """Return paragraphs of one of Word's lists, from (level, marker, text)."""
    return WORD + "".join(
        f"<{element} class=MsoListParagraph style='text-indent:-21.0pt;mso-list:l0 level{level} lfo1'>"
        f"<![if !supportLists]><span lang=EN-US style='font-family:{font}'><span style='mso-list:Ignore'>{marker}"
        "<span style='font:7.0pt \"Times New Roman\"'>&nbsp;&nbsp; </span></span></span><![endif]>"
        f"<span>{text}</span></{element}>\n"
        for level, marker, text in items
    )


LISTS = [
    ("chinese", word_list((1, "一、", "修路"), (1, "二、", "架桥")), "<p>一、修路</p><p>二、架桥</p>"),
    ("brackets", word_list((1, "（一）", "修路"), (1, "（二）", "架桥")), "<p>（一）修路</p><p>（二）架桥</p>"),
    ("articles", word_list((1, "第一条", "本办法试行。")), "<p>第一条　本办法试行。</p>"),
    ("circled", word_list((1, "①", "修路"), (1, "②", "架桥")), "<p>①修路</p><p>②架桥</p>"),
    ("letters", word_list((1, "A.", "修路"), (1, "b)", "架桥")), "<p>A. 修路</p><p>b) 架桥</p>"),
    ("levels", word_list((1, "1.1", "修路"), (1, "（1）", "架桥")), "<p>1.1 修路</p><p>（1）架桥</p>"),
    ("numbers", word_list((1, "1.", "修路"), (1, "2.", "架桥")), "<ol><li>修路</li><li>架桥</li></ol>"),
    (
        "later",
        word_list((1, "3.", "修路"), (1, "5.", "架桥")),
        '<ol start="3"><li>修路</li></ol><ol start="5"><li>架桥</li></ol>',
    ),
    ("bullets", word_list((1, "·", "修路"), (1, "l", "架桥"), font="Wingdings"), "<ul><li>修路</li><li>架桥</li></ul>"),
    (
        "nested",
        word_list((1, "1.", "修路"), (2, "·", "备料"), (1, "2.", "架桥")),
        "<ol><li>修路<ul><li>备料</li></ul></li><li>架桥</li></ol>",
    ),
    (
        "text between",
        word_list((1, "1.", "修路")) + "<p>说明。</p>" + word_list((1, "2.", "架桥")),
        '<ol><li>修路</li></ol><p>说明。</p><ol start="2"><li>架桥</li></ol>',
    ),
    (
        "empty between",
        word_list((1, "1.", "修路")) + "<p>&nbsp;</p>" + word_list((1, "2.", "架桥")),
        "<ol><li>修路</li><li>架桥</li></ol>",
    ),
    ("heading", word_list((1, "一、", "回顾"), element="h1") + "<p>正文。</p>", "<h2>一、回顾</h2><p>正文。</p>"),
    ("numbered heading", word_list((1, "1.", "回顾"), element="h2"), "<h2>1. 回顾</h2>"),
    ("bold", word_list((1, "一、", "<b>修路</b>")), "<p><strong>一、修路</strong></p>"),
    ("html letters", "<ol type=A><li>甲</li><li value=5><p>乙</p></li></ol>", "<p>A. 甲</p><p>E. 乙</p>"),
    ("html roman", "<ol style='list-style-type:upper-roman' start=4><li>甲</li></ol>", "<p>IV. 甲</p>"),
    ("html chinese", "<ol style='list-style-type:cjk-ideographic' start=11><li>甲</li></ol>", "<p>十一、甲</p>"),
    ("html items", "<ol><li style='list-style-type:lower-alpha'>甲</li></ol>", "<p>a. 甲</p>"),
    ("html value", "<ol><li>甲</li><li value=7>乙</li></ol>", '<ol><li>甲</li></ol><ol start="7"><li>乙</li></ol>'),
    ("html none", "<ol style='list-style:none'><li>甲</li></ol>", "<p>甲</p>"),
    ("html inside", "<ol type=a><li>甲<ol><li>乙</li></ol></li></ol>", "<p>a. 甲</p><ol><li>乙</li></ol>"),
]

HIDDEN_PARTS = [
    (
        "comment",
        f"{WORD}<p><a style='mso-comment-reference:甲_1'>全县</a><span class=MsoCommentReference><a class=msocomanchor"
        " href='#_msocom_1'>[甲1]</a></span>动员。</p><div style='mso-element:comment-list'><hr class=msocomoff><div"
        " style='mso-element:comment'><div class=msocomtxt><p class=MsoCommentText>未核实</p></div></div></div>",
        "<p>全县动员。</p>",
        COMMENTS,
    ),
    (
        "google comment",
        "<p>路<a href='#cmnt1'>[a]</a>通。</p><div><p><a href='#cmnt_ref1'>[a]</a><span>再查</span></p></div><p>完</p>",
        "<p>路通。</p><p>完</p>",
        COMMENTS,
    ),
    (
        "word hidden",
        f"{WORD}<p>公开<span style='display:none;mso-hide:all'>密件</span>文字</p>",
        "<p>公开文字</p>",
        HIDDEN,
    ),
    ("hidden attribute", "<p>公开</p><p hidden>密件</p>", "<p>公开</p>", HIDDEN),
    (
        "class",
        "<style>span.x {color:red;display:none}</style><p>公开<span class=x>密件</span></p>",
        "<p>公开</p>",
        HIDDEN,
    ),
    (
        "invisible",
        "<p style='visibility:hidden'>密件<b style='visibility:visible'>公开</b></p>",
        "<p><strong>公开</strong></p>",
        HIDDEN,
    ),
    (
        "row",
        "<table><tr><td>甲</td></tr><tr height=0 style='display:none'><td>乙</td></tr></table>",
        "<table><tbody><tr><td>甲</td></tr></tbody></table>",
        HIDDEN,
    ),
    ("paragraph", "<p style='display:none'>密件<p>公开", "<p>公开</p>", HIDDEN),
    ("deleted", "<p>共<del cite='mailto:甲'>三</del><ins>五</ins>人</p>", "<p>共五人</p>", DELETED),
    ("deleted class", "<p>共<span class=msoDel>三</span>五人</p>", "<p>共五人</p>", DELETED),
    (
        "field",
        "<p>见<span style='mso-element:field-begin'></span> REF _Ref1 <span style='mso-element:field-separator'>"
        "</span>图1<span style='mso-element:field-end'></span>。</p>",
        "<p>见图1。</p>",
        None,
    ),
    ("wechat body", "<div id=js_content style='visibility:hidden;opacity:0'><p>公开</p></div>", "<p>公开</p>", None),
    ("empty hidden", "<p>公开<span style='display:none'></span></p>", "<p>公开</p>", None),
]

MEANINGS = [
    (
        "sup",
        "<p>10<span style='vertical-align:super'>8</span>吨H<span style='vertical-align:sub'>2</span></p>",
        "<p>10<sup>8</sup>吨H<sub>2</sub></p>",
    ),
    (
        "bold strike",
        "<p><span style='font-weight:700'>甲</span><span style='text-decoration:line-through'>乙</span></p>",
        "<p><strong>甲</strong><s>乙</s></p>",
    ),
    ("bold paragraph", "<p style='font-weight:bold'>甲<p>乙", "<p><strong>甲</strong></p><p>乙</p>"),
    ("bold heading", "<h2><span style='font-weight:bold'>甲</span></h2>", "<h2>甲</h2>"),
    (
        "excel class",
        "<style><!--.font5 {vertical-align:super}--></style><table><tr><td>m<font class=font5>2</font></td>"
        "</tr></table>",
        "<table><tbody><tr><td>m<sup>2</sup></td></tr></tbody></table>",
    ),
    (
        "linked",
        "<p><a href='/a/1/'><span style='text-decoration:underline'>甲</span></a>"
        "<span style='text-decoration:underline'>乙</span></p>",
        '<p><a href="/a/1/">甲</a><u>乙</u></p>',
    ),
    (
        "aligned",
        "<p align=center>（第3号）</p><p style='text-align: right'>办公室</p><p style='text-align:justify'>正文</p>",
        '<p class="align-center">（第3号）</p><p class="align-right">办公室</p><p>正文</p>',
    ),
    (
        "aligned around",
        "<div style='text-align:center'><p>一<p style='text-align:left'>二</div>三",
        '<p class="align-center">一</p><p>二</p><p>三</p>',
    ),
    (
        "aligned elsewhere",
        "<center><ul><li>一</ul><table><tr><td align=right>二</table></center>",
        "<ul><li>一</li></ul><table><tbody><tr><td>二</td></tr></tbody></table>",
    ),
    (
        "aligned by boxes",
        "<section style='display:flex;justify-content:center'><p>一</p></section>"
        "<section style='display: inline-flex;justify-content:flex-end'>二</section><p style='justify-content:center'>三",
        '<p class="align-center">一</p><p class="align-right">二</p><p>三</p>',
    ),
    (
        "shifted",
        "<p style='text-indent:288.0pt;mso-char-indent-count:18.0'>县政府<p style='margin-left:160pt;text-indent:40pt'>办公室"
        f"<p><span>{'&nbsp;' * 40}</span>3月1日</p><p>{'　' * 14}通知</p><p style='text-indent:32pt'>正文</p>",
        '<p class="align-right">县政府</p><p class="align-right">办公室</p><p class="align-right">3月1日</p>'
        "<p>通知</p><p>正文</p>",
    ),
    (
        "raised",
        "<p>10<span style='position:relative;top:-6.0pt;mso-text-raise:6.0pt'>8</span>吨"
        "H<span style='mso-text-raise:-2.0pt'>2</span>O<span style='mso-text-raise:0pt'>a</span></p>",
        "<p>10<sup>8</sup>吨H<sub>2</sub>Oa</p>",
    ),
    (
        "raised by a length",
        "<p>10<span style='vertical-align:5px'>8</span>吨10<span style='vertical-align:30%;font-size:8pt'>6</span>吨"
        "m<span style='position:relative;top:-.4em;font-size:75%'>2</span>、"
        "CO<span style='vertical-align:-3px;font-size:smaller'>2</span></p>",
        "<p>10<sup>8</sup>吨10<sup>6</sup>吨m<sup>2</sup>、CO<sub>2</sub></p>",
    ),
    (
        "nudged",
        "<p><span style='vertical-align:-3px'>一</span><span style='vertical-align:3px'>二</span>"
        "<span style='position:relative;top:-6px'>三</span><span style='vertical-align:baseline;font-size:50%'>四</span></p>",
        "<p>一二三四</p>",
    ),
    (
        "shifted on the web",
        "<p style='margin-left:20em'>县政府<p style='text-indent:8cm'>办公室<p style='padding-left:300px'>3月1日"
        "<div style='margin-left:300px'><p>正文<p style='text-indent:2em'>第二段<p style='margin-left:12em'>引文</div>",
        '<p class="align-right">县政府</p><p class="align-right">办公室</p><p class="align-right">3月1日</p>'
        "<p>正文</p><p>第二段</p><p>引文</p>",
    ),
    (
        "paragraphs by breaks",
        "<div>　　第一段。<br>　　第二段，<br>续行。<br>&nbsp;&nbsp; &nbsp;<b>第三段。</b></div><h2>甲<br>　　乙</h2>",
        "<p>第一段。</p><p>第二段，<br>续行。</p><p><strong>第三段。</strong></p><h2>甲<br>乙</h2>",
    ),
    (
        "emoji",
        "<p>好<img class=emoji alt=😀 src='https://e.example/1.svg'>的<img data-emoji=微笑 alt='[微笑]' src='file:///1'></p>",
        "<p>好😀的[微笑]</p>",
    ),
    (
        "wingdings",
        "<p><span style='font-family:Wingdings'>o</span>甲"
        "<span style='font-family:\"Wingdings 2\";mso-char-type:symbol'>R</span>乙</p>",
        "<p>□甲☑乙</p>",
    ),
    (
        "wingdings private",
        "<p><span style='font-family:Wingdings'>&#xF0FE; &#xF0FC;&#xF0A0;&#xF0AD;</span><font face=Symbol>a·&#xF0AD;</font></p>",
        "<p>☑ ✓▪✴α•↑</p>",
    ),
    (
        "not a symbol",
        "<p><span style='font-family:\"Segoe UI Symbol\"'>o</span><span style='font-family:Wingdings'>中"
        "<span style='font-family:宋体'>o</span></span></p>",
        "<p>o中o</p>",
    ),
    (
        "wrapped",
        "<p>今日\n通车，<span>长\n</span><span>\n三里</span> a\n<b>b</b></p>",
        "<p>今日通车，长三里 a<strong> b</strong></p>",
    ),
    (
        "wrapped beside marks",
        "<p>他说：\n“桥\n通”\n了\n——\n好 5\n村</p>",
        "<p>他说：“桥通”了——好 5 村</p>",
    ),
    ("pre", "<pre>第一段\n  第二段</pre>", "<p>第一段</p><p>第二段</p>"),
    (
        "pre-wrap",
        "<div style='white-space:pre-wrap'>第一段\n第二段<br>第三行</div>",
        "<p>第一段</p><p>第二段<br>第三行</p>",
    ),
    ("nowrap inside", "<pre>甲\n乙<span style='white-space:normal'>丙\n丁</span></pre>", "<p>甲</p><p>乙丙丁</p>"),
    (
        "spaces kept",
        "<div style='white-space-collapse: preserve; text-wrap-mode: wrap'>第一段\n第二段</div><textarea>三\n四</textarea>",
        "<p>第一段</p><p>第二段</p><p>三</p><p>四</p>",
    ),
    ("quotes written", "<p>他说：“<q>桥通了</q>”。</p>", "<p>他说：“桥通了”。</p>"),
    ("quotes", "<p>他说:<q>路<q>真</q>通了</q>。</p>", "<p>他说:“路‘真’通了”。</p>"),
    ("headings", "<h1>甲</h1><h5>乙</h5><h2><section><p>丙</p></section></h2>", "<h2>甲</h2><h3>乙</h3><h3>丙</h3>"),
    (
        "heading by role",
        "<p role=heading aria-level=1>甲</p><div role=heading aria-level=2>乙</div>",
        "<h2>甲</h2><h3>乙</h3>",
    ),
    (
        "font in font",
        "<meta name=generator content='LibreOffice 7.4'><p>甲<font size=3><font size=3>乙</font></font></p>",
        "<p>甲乙</p>",
    ),
    (
        "formula",
        "<p>式<math><mi>E</mi><mo>=</mo><semantics><annotation encoding='application/x-tex'>E=mc^2</annotation>"
        "</semantics></math></p>",
        "<p>式[Formula: E=mc^2]</p>",
    ),
    (
        "katex",
        "<p><span class=katex><math alttext='a+b'></math><span class=katex-html aria-hidden=true>a+b</span></span></p>",
        "<p>[Formula: a+b]</p>",
    ),
    (
        "katex alone",
        "<p>甲<span class=katex data-math='a+b'><span class=katex-html>a+b</span></span>乙</p>",
        "<p>甲[Formula: a+b]乙</p>",
    ),
    (
        "mathjax",
        "<p>甲<span class=MathJax data-mathml='<math><mi>E</mi></math>'><span>E</span><math>E</math></span>"
        "<script type='math/tex'>E</script>乙</p>",
        "<p>甲[Formula: E]乙</p>",
    ),
    (
        "nests",
        "<section><section style='display:flex'><section><section>甲</section></section><section><p>乙</p>"
        "</section></section></section>",
        "<p>甲</p><p>乙</p>",
    ),
]

PLAYERS = [
    (
        "iframe",
        "<p>正文。</p><iframe data-src='https://v.e.example/x'></iframe>",
        '<p>正文。</p><p><a href="https://v.e.example/x" rel="noopener">https://v.e.example/x</a></p>',
        "replaced by a link",
    ),
    (
        "video",
        "<video><source src='https://v.e.example/x.mp4'>看不了</video><p>甲</p>",
        '<p><a href="https://v.e.example/x.mp4" rel="noopener">https://v.e.example/x.mp4</a></p><p>甲</p>',
        "replaced by a link",
    ),
    ("voice", "<p>甲</p><mpvoice name=录音></mpvoice>", "<p>甲</p>", "was removed"),
    ("unsafe", "<p>甲</p><iframe src='javascript:x'></iframe>", "<p>甲</p>", "was removed"),
]

# Placeholders are reported by the editor, which knows which files came with the text.
PICTURES = [
    (
        "late",
        "<p>甲</p><p><img data-src='https://p.e.example/a' src=\"data:image/svg+xml,%3Csvg/%3E\"></p><p>乙</p>",
        f"<p>甲</p><p>{HELD.format(1)}</p><p>乙</p>",
        1,
    ),
    (
        "broken",
        "<p>甲</p><img src='data:image/jpeg;base64,@@@@'><p>乙</p>",
        f"<p>甲</p><p>{HELD.format(1)}</p><p>乙</p>",
        1,
    ),
    ("within", "<p>甲<img src='file:///C:/1.png'>乙</p>", f"<p>甲</p><p>{HELD.format(1)}</p><p>乙</p>", 1),
    ("two", "<img src='//e.example/1'><img src='cid:2'>", f"<p>{HELD.format(1)}</p><p>{HELD.format(2)}</p>", 2),
    (
        "caption",
        "<figure><img src='https://e.example/1'><figcaption>桥<b>头</b></figcaption></figure>",
        f"<p>{HELD.format(1)}桥<strong>头</strong></p>",
        1,
    ),
    (
        "linked",
        "<a href='https://e.example/'><img src='file:///1.png'></a>",
        f'<p>{HELD.format(1)}<a href="https://e.example/" rel="noopener">https://e.example/</a></p>',
        1,
    ),
    ("centred", "<p style='text-align:center'><img src='file:///1.png'></p>", f"<p>{HELD.format(1)}</p>", 1),
    (
        "cell",
        "<table><tr><td><img src='file:///1.png'></td></tr></table>",
        f"<table><tbody><tr><td>{HELD.format(1)}</td></tr></tbody></table>",
        1,
    ),
    (
        "pixel",
        f"<p>甲<img src='https://e.example/1' width=1 height=1><img src='{PIXEL}'>"
        f"<img src=\"data:image/svg+xml,%3Csvg width='1' height='1'%3E%3C/svg%3E\"></p>",
        "<p>甲</p>",
        0,
    ),
    ("hidden", "<p>甲<img style='display:none' src='https://e.example/1'></p>", "<p>甲</p>", 0),
]
