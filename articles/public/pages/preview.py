"""Previews for whoever holds a signed link: of a draft, and of a home page or topic that is not saved yet."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ... import home_and_topics, preview
from ..machines import page_metadata
from .article_page import ArticlePage
from .home import arranged_home_context
from .topics import topic_context


@never_cache
@require_safe
def preview_view(request: HttpRequest, token: str) -> HttpResponse:
    """A draft: never cached, never indexed, marked as not public. 403 if the link is not valid or no longer valid."""
    revision = preview.previewed_revision(token)
    if revision is None:
        response = _expired_response(request)
    else:
        page = ArticlePage.of_revision(revision)
        response = render(request, "public/article.html", {"page": page, "meta": page_metadata.unindexed_metadata()})
    return _with_private_headers(response)


@never_cache
@require_safe
def preview_arrangement_view(request: HttpRequest, token: str) -> HttpResponse:
    """The home page or a topic as an editor is arranging it; nothing is saved. 403 like `preview_view`."""
    found = home_and_topics.previewed_arrangement(token)
    if found is None:
        response = _expired_response(request)
    else:
        topic, arranged = found
        context = topic_context(topic, arranged) if topic else arranged_home_context(request, arranged)
        context["meta"].indexed = False
        response = render(request, "public/topic.html" if topic else "public/home.html", {**context, "draft": True})
    return _with_private_headers(response)


def _expired_response(request: HttpRequest) -> HttpResponse:
    return render(request, "public/preview_expired.html", {"meta": page_metadata.unindexed_metadata()}, status=403)


def _with_private_headers(response: HttpResponse) -> HttpResponse:
    """Keep the page out of search engines, and its address, which is the key to the draft, out of Referer headers."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response
