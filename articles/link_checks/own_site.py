"""Whether an address of this site leads anywhere: asks the database, never the network."""

from http import HTTPStatus
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.urls import Resolver404, resolve

from .. import old_paths
from ..models import Article, Attachment, Picture

ARTICLE_PAGES = ("article", "history", "since")


def status_of_own_address(address: str) -> int:
    """Return the HTTP status that readers get for an address of this site: 200, 301, 404 or 410.

    Of pages it knows articles, sections, topics, and old addresses; that others have something to show is not looked
    at.
    """
    parts = urlsplit(address)
    path = unquote(parts.path) or "/"
    if path.startswith(settings.MEDIA_URL):
        return _status_of_file(path.removeprefix(settings.MEDIA_URL))
    try:
        found = resolve(path)
    except Resolver404:
        found = None
    if found and found.url_name in ARTICLE_PAGES:
        return _status_of_article(found.kwargs["number"])
    if old_paths.is_own_path(path):
        return HTTPStatus.OK
    old = old_paths.find_old_path(f"{parts.path}?{parts.query}" if parts.query else parts.path)
    if old is None:
        return HTTPStatus.NOT_FOUND
    return HTTPStatus.MOVED_PERMANENTLY if old.target else HTTPStatus.GONE


def _status_of_file(name: str) -> int:
    kept = Picture.objects.filter(file=name).exists() or Attachment.objects.filter(file=name).exists()
    return HTTPStatus.OK if kept else HTTPStatus.NOT_FOUND


def _status_of_article(number: int) -> int:
    article = Article.objects.filter(pk=min(number, 2**63 - 1)).only("live", "expires_at", "withdrawn_at").first()
    if article and article.is_public:
        return HTTPStatus.OK
    return HTTPStatus.GONE if article and article.withdrawn_at else HTTPStatus.NOT_FOUND
