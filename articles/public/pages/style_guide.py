"""The style guide, a page with every component of readers' pages; it exists only with DEBUG."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ... import appearance, sanitising
from ...models import Article
from ..machines.page_metadata import PageMetadata
from .article_page import ArticlePage, Crumb
from .page_batch import PageBatch

# One of each element that a text may contain.
TEXT = """<h2>小标题一级</h2><p>正文段落。国庆期间，霁川县图书馆接待读者<strong>1.2万人次</strong>，同比增长<em>18%</em>，
<a href="https://www.example.cn/">延时开放</a>最受欢迎。</p><h3>小标题二级</h3><blockquote><p>灯亮到九点，下班的人也赶得上。</p></blockquote>
<ul><li>周一至周五：9:00—21:00</li><li>周末：9:00—18:00</li></ul><ol><li>带身份证</li><li>到二楼办证</li></ol>
<table><thead><tr><th>分馆</th><th>座位</th></tr></thead><tbody>
<tr><td>城关分馆</td><td>240</td></tr><tr><td>望桥分馆</td><td>60</td></tr></tbody></table>
<hr><p>（完）</p>"""


@require_safe
def style_guide_view(request: HttpRequest) -> HttpResponse:
    """Every component once, rendered by the templates of the pages, with the newest articles."""
    if not settings.DEBUG:
        raise Http404
    batch = PageBatch.of_request(request)
    site = batch.site
    newest = list(Article.objects.public().for_lists()[:5])
    article = batch.article(newest[0].number) if newest else None
    context = {
        "contrast": f"{appearance.contrast_ratio(site.accent, appearance.PAPER):.1f}",
        "digest": appearance.style_digest(site.settings.accent),
        "looks": list(appearance.BY_NAME),
        "colours": ["paper", "wash", "line", "quiet", "ink", "accent"],
        "text": sanitising.mark_kept_html(sanitising.sanitise(TEXT).html),
        "articles": newest,
        "page": ArticlePage.of_edition(article) if article else None,
        "trail": [Crumb("要闻", "/s/news/"), Crumb("乡镇", "/s/towns/")],
        "meta": PageMetadata(title="Style", indexed=False),
    }
    return render(request, "public/style_guide.html", context)
