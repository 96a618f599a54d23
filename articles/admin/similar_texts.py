"""The page that compares a text with a similar one."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from .. import comparing
from ..models import Article
from .article_screen import ArticleScreen


def beside_view(screen: ArticleScreen, request: HttpRequest, number: int, other: int) -> HttpResponse:
    """Show the public text of another article next to the newest revision of this one; 404 if it is not public."""
    article = screen.get_article(request, number)
    public = Article.objects.public().select_related("live__revision").filter(pk=other).first()
    if public is None or public.live is None:
        raise Http404
    parts = comparing.compare_texts(public.live.revision.content, article.newest.content)
    title = _("“%(title)s” compared with article %(other)d") % {"title": article, "other": other}
    return screen.render_page(request, article, "similar_texts_beside", title, other=public, parts=parts)
