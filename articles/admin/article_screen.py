"""What the pages of one article share: finding the article and rendering a page about it."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from ..duty_assignments import reading
from ..models import Article
from .acting_user import acting_user
from .newsroom_admin import NewsroomAdmin


def public_title(article: Article) -> str:
    """Return the title in lists of readers, for choices; the working copy's is for those who may read it."""
    return article.live.list_title if article.live else _("Article %(number)d, not public") % {"number": article.pk}


class ArticleScreen(NewsroomAdmin[Article]):
    """The part of the article's screen that the views of its acts, review and revisions use."""

    def get_article(self, request: HttpRequest, number: int) -> Article:
        """Return the article. Raises PermissionDenied if the user may not read it, Http404 if there is none."""
        articles = Article.objects.kept().select_related(
            "section__parent", "live__revision", "latest", "signed__previous", "handed_to__person"
        )
        article = articles.filter(pk=number).first()
        if not self.has_view_permission(request, article):
            if article:
                reading.require_reading(acting_user(request), article)
            raise PermissionDenied(_("Articles are for those who work on them."))
        if article is None:
            raise Http404
        return article

    def render_page(
        self, request: HttpRequest, article: Article, name: str, title: str, **context: object
    ) -> HttpResponse:
        """Render the template `name` of the article's folder."""
        page = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "article": article,
            "original": article,
            "back": reverse("admin:articles_article_change", args=[article.pk]),
            **context,
        }
        return TemplateResponse(request, f"admin/articles/article/{name}.html", page)
