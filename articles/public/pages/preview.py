"""Drafts as readers would see them: for whoever holds a signed link, and for the desk, which asks for its log-in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from ... import audit, home_and_topics, preview
from ...client_address import request_address
from ...models import Revision
from ...refusals import Problem
from ..machines import page_metadata
from .article_page import ArticlePage
from .home import arranged_home_context
from .topics import topic_context


@csrf_exempt  # there is no session to misuse; the address itself is the key
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def preview_view(request: HttpRequest, token: str) -> HttpResponse:
    """The draft of a link: never cached, never indexed, marked as not public; 403, and why, if it cannot be opened.

    A link that opens once shows a button first: messengers fetch every address that is sent through them.
    """
    try:
        link = preview.find_preview_link(token)
        if link.once and request.method != "POST":
            meta = page_metadata.unindexed_metadata()
            return _with_private_headers(render(request, "public/preview_once.html", {"meta": meta}))
        with audit.acting_from(request_address(request)):
            preview.open_preview_link(link)
    except preview.CannotPreview as refusal:
        return _refused_response(request, refusal.problems[0])
    return draft_page(request, link.revision)


def draft_page(request: HttpRequest, revision: Revision) -> HttpResponse:
    """Return the page of one revision. The caller has checked that it may be shown."""
    page = ArticlePage.of_revision(revision)
    context = {"page": page, "meta": page_metadata.unindexed_metadata()}
    return _with_private_headers(render(request, "public/article.html", context))


def arrangement_page(request: HttpRequest, token: str) -> HttpResponse:
    """Return the home page or a topic as an editor is arranging it, nothing of which is saved; 403 if it has expired.

    The caller has checked that it may be shown.
    """
    found = home_and_topics.previewed_arrangement(token)
    if found is None:
        return _refused_response(request, preview.NOT_VALID)
    topic, arranged = found
    context = topic_context(topic, arranged) if topic else arranged_home_context(request, arranged)
    context["meta"].indexed = False
    template = "public/topic.html" if topic else "public/home.html"
    return _with_private_headers(render(request, template, {**context, "draft": True}))


def _refused_response(request: HttpRequest, problem: Problem) -> HttpResponse:
    context = {"meta": page_metadata.unindexed_metadata(), "problem": problem}
    return _with_private_headers(render(request, "public/preview_refused.html", context, status=403))


def _with_private_headers(response: HttpResponse) -> HttpResponse:
    """Keep the page out of search engines, and its address, which is the key to the draft, out of Referer headers."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response
