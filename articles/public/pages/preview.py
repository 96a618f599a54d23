"""Drafts as readers would see them: for holders of a signed link, and for the desk, which requires a log-in."""

import re
from collections.abc import Iterable
from typing import TypeVar

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from ... import audit, baking, home_and_topics, preview, sanitising
from ...client_address import request_address
from ...file_responses import file_response
from ...models import Revision
from ...models.revision import files_of_content
from ...refusals import Problem
from ..machines import page_metadata
from .article_page import ArticlePage
from .home import arranged_home_context
from .topics import topic_context

Response = TypeVar("Response", bound=HttpResponseBase)


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
    return draft_page(request, link.revision, files_at=f"{reverse('preview', args=[token])}media/")


@never_cache
@require_safe
def preview_file_view(request: HttpRequest, token: str, name: str) -> HttpResponseBase:
    """A file of the draft of an opened link; 404 for any other file, 403 if the link is not valid."""
    try:
        files = files_of_content(preview.find_opened_link(token).revision.content)
    except preview.CannotPreview as refusal:
        return _refused_response(request, refusal.problems[0])
    upload = baking.find_upload(name)
    if upload is None or upload.file.name not in files:
        raise Http404
    saved_as = files[upload.file.name]
    return _with_private_headers(file_response(request, name, saved_as=saved_as, cache_control="private, no-store"))


def draft_page(request: HttpRequest, revision: Revision, *, files_at: str = sanitising.DESK_FILES) -> HttpResponse:
    """Return the page of one revision, whose files it loads below `files_at`, on the desk by its session.

    The caller has checked that it may be shown.
    """
    page = ArticlePage.of_revision(revision)
    context = {"page": page, "meta": page_metadata.unindexed_metadata()}
    response = render(request, "public/article.html", context)
    return _with_private_headers(_with_files_at(files_at, response, files_of_content(revision.content)))


def arrangement_page(request: HttpRequest, token: str) -> HttpResponse:
    """Return the home page or a topic as an editor is arranging it, without saving anything; 403 if it has expired.

    The caller has checked that it may be shown.
    """
    found = home_and_topics.previewed_arrangement(token)
    if found is None:
        return _refused_response(request, preview.NOT_VALID)
    topic, arranged = found
    context = topic_context(topic, arranged) if topic else arranged_home_context(request, arranged)
    context["meta"].indexed = False
    template = "public/topic.html" if topic else "public/home.html"
    response = render(request, template, {**context, "draft": True})
    files = home_and_topics.files_of_arrangement(topic, arranged)
    return _with_private_headers(_with_files_at(sanitising.DESK_FILES, response, files))


def _with_files_at(start: str, response: HttpResponse, files: Iterable[str]) -> HttpResponse:
    """Let the page load these files below another address: their public ones may not answer yet."""
    stems = "|".join(re.escape(name.rpartition(".")[0]) for name in files)
    if stems:
        response.content = sanitising.addresses_below(start, response.content.decode(), stems).encode()
    return response


def _refused_response(request: HttpRequest, problem: Problem) -> HttpResponse:
    context = {"meta": page_metadata.unindexed_metadata(), "problem": problem}
    return _with_private_headers(render(request, "public/preview_refused.html", context, status=403))


def _with_private_headers(response: Response) -> Response:
    """Keep the page out of search engines, and its address, which is the key to the draft, out of Referer headers."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response
