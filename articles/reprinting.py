"""Reprints (转载): a draft from a page of another site, and the original stored unchanged, so that it can be traced."""

import gzip
import hashlib
from dataclasses import replace
from typing import NamedTuple

import lxml.html
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import audit, comparing, editing, limited_process, sanitising, sources
from .duty_assignments import permissions, reading
from .duty_assignments.permissions import Duty
from .exchange.text import MAX_PAGE_BYTES, PrintedArticle
from .exchange.web_page import read_web_page
from .fetching import Fetched, fetch_public
from .models import Article, Credit, ReprintOriginal, Section
from .refusals import Problem, Refusal

MOST_ORIGINALS = 20  # of one article
LONGEST_TEXT = 500_000  # characters of an original that are read; all of its bytes are kept
LONGEST_ADDRESS = 500

NO_ARTICLE = Problem(
    "reprinting.no_article",
    gettext_lazy("%(address)s: %(why)s"),
    gettext_lazy("Copy the text into a new article, and keep the pasted original there."),
)
TOO_COSTLY = gettext_lazy("reading this page takes more time or memory than a page may.")
ADDRESS_IS_TOO_LONG = Problem(
    "reprinting.address_too_long", gettext_lazy("The address is longer than %(most)d characters.")
)
NOTHING_TO_KEEP = Problem(
    "reprinting.nothing_to_keep", gettext_lazy("Give the address of the original, or paste its text.")
)
TEXT_IS_TOO_LONG = Problem("reprinting.text_too_long", gettext_lazy("The text is longer than %(most)d characters."))
TOO_MANY = Problem("reprinting.too_many", gettext_lazy("%(most)d originals of this article are kept already."))


class CannotReprint(Refusal):
    """Raised where no article is read at an address, or nothing can be kept."""


class TakenReprint(NamedTuple):
    """A draft of a page; `already` if the same page was taken before. `notes` list what should be checked."""

    article: Article
    already: bool
    notes: tuple[str, ...]


def take_reprint(address: str, section: Section, *, by: User) -> TakenReprint:
    """Fetch a public page and make a draft of its article: a reprint that names its original, which is kept.

    Idempotent for a page that did not change, if `by` may read its draft. The source is one of the list, or none;
    people are not credited: the writers of the original are its authors. Raises PermissionDenied, or a Refusal: nothing
    has changed then.
    """
    permissions.require_duty(by, Duty.WRITE, section)
    fetched, page = _fetch_page(address)
    with transaction.atomic():
        mine = reading.readable_articles(by).order_by().values("pk")  # drafts of others are not revealed (law 8)
        same = ReprintOriginal.objects.filter(sha256=page.digest, address=fetched.address)
        known = same.filter(article__in=mine).first()
        if known:
            return TakenReprint(known.article, True, ())
        return _make_draft(fetched, page, section, by=by)


@transaction.atomic
def keep_original_text(article: Article, *, by: User, text: str) -> ReprintOriginal:
    """Keep the pasted text of the original with the article; idempotent.

    Raises PermissionDenied unless `by` may write the article, and CannotReprint.
    """
    text = text.strip()
    if not text:
        raise CannotReprint(NOTHING_TO_KEEP)
    if len(text) > LONGEST_TEXT:
        raise CannotReprint(TEXT_IS_TOO_LONG.filled(most=LONGEST_TEXT))
    lines = [line for part in text.splitlines() if (line := sanitising.plain_text(part))]
    original = ReprintOriginal(kind=ReprintOriginal.Kind.TEXT, text="\n".join(lines))
    return _keep(original, text.encode(), article, by=by)


def keep_original_page(article: Article, *, by: User, address: str) -> ReprintOriginal:
    """Fetch the page of the original and keep it with the article; idempotent while the page does not change.

    Raises PermissionDenied unless `by` may write the article, and a Refusal.
    """
    reading.require_writing(by, article)  # before anything is fetched; again with the lock
    fetched, page = _fetch_page(address)
    with transaction.atomic():
        return _keep(_original_of(fetched, page), fetched.content, article, by=by)


def compare_with_original(original: ReprintOriginal, article: Article) -> list[comparing.ContentChange]:
    """Return title and text of the original against the newest revision, line by line, including unchanged lines."""
    ours = article.newest.content
    pairs = (
        ("title", [original.title] if original.title else [], [ours["title"]]),
        ("body", original.text.splitlines(), comparing.body_lines(ours["body"])),
    )
    return [
        comparing.ContentChange(comparing.part_label(field), tuple(comparing.compare_lines(theirs, own)))
        for field, theirs, own in pairs
        if theirs
    ]


def compare_titles(article: Article) -> list[comparing.ContentChange]:
    """Return the differences between our title and the original's; [] if there are none, or the original's is
    unknown.
    """
    ours = article.newest.content
    if not ours["original_title"] or ours["original_title"] == ours["title"]:
        return []
    lines = comparing.compare_lines([ours["original_title"]], [ours["title"]])
    return [comparing.ContentChange(_("Title of the original, and ours"), tuple(lines))]


def _fetch_page(address: str) -> tuple[Fetched, PrintedArticle]:
    """Return the page and what is read in it, in a process with limits. Raises Refusal."""
    fetched = fetch_public(address.strip(), max_bytes=MAX_PAGE_BYTES)
    if len(fetched.address) > LONGEST_ADDRESS:
        raise CannotReprint(ADDRESS_IS_TOO_LONG.filled(most=LONGEST_ADDRESS))
    try:
        return fetched, limited_process.call_limited(_read_fetched, fetched)
    except limited_process.LimitMet as error:
        raise CannotReprint(NO_ARTICLE.filled(address=fetched.address[:100], why=TOO_COSTLY)) from error
    except Refusal as refusal:
        why = " ".join(str(problem.message) for problem in refusal.problems)
        raise CannotReprint(NO_ARTICLE.filled(address=fetched.address[:100], why=why)) from refusal


def _read_fetched(fetched: Fetched) -> PrintedArticle:
    """Return the article of the page, with whole addresses in its text."""
    page = read_web_page(fetched.content)
    body = lxml.html.fragment_fromstring(page.html, create_parent="div")
    body.make_links_absolute(fetched.address, handle_failures="ignore")
    return replace(page, html=lxml.html.tostring(body, encoding="unicode"))


def _make_draft(fetched: Fetched, page: PrintedArticle, section: Section, *, by: User) -> TakenReprint:
    pasted = sanitising.read_pasted_html(page.html)
    writers = dict.fromkeys(name for role, name, _unit in page.credits if role in Credit.WRITING)
    article = Article(
        title=page.title[:120],
        body=pasted.html,
        section=section,
        source=sources.find_printed_source(page.source, fetched.address),
        origin=Article.Origin.REPRINT,
        original_title=page.title[:200],
        original_author="、".join(writers)[:120],
        original_url=fetched.address,
        original_published_on=page.published_at.date() if page.published_at else None,
    )
    try:
        article.clean_fields(exclude=["section", "created_by"])
    except ValidationError as error:
        why = " ".join(error.messages)
        raise CannotReprint(NO_ARTICLE.filled(address=fetched.address[:100], why=why)) from error
    revision = editing.save_article(article, by=by)
    _keep(_original_of(fetched, page), fetched.content, article, by=by)
    notes = [*(str(problem.message) for problem in page.doubts), *_missing_facts(article, page)]
    return TakenReprint(article, False, (*notes, *pasted.left_out, *revision.removed))


def _missing_facts(article: Article, page: PrintedArticle) -> list[str]:
    """Return a sentence for each fact of the original that somebody has to add."""
    sentences = []
    if article.source is None and page.source:
        sentences.append(_("The source “%(name)s” is not in the list of sources: choose one.") % {"name": page.source})
    elif article.source is None:
        sentences.append(_("The page names no source: choose one."))
    if not article.original_author:
        sentences.append(_("The page names no author: fill in “Original author”."))
    if not article.original_published_on:
        sentences.append(_("The page has no time of publication: fill in “Originally published on”."))
    return sentences


def _original_of(fetched: Fetched, page: PrintedArticle) -> ReprintOriginal:
    text = "\n".join(page.paragraphs)[:LONGEST_TEXT]
    return ReprintOriginal(kind=ReprintOriginal.Kind.PAGE, address=fetched.address, title=page.title[:200], text=text)


def _keep(original: ReprintOriginal, content: bytes, article: Article, *, by: User) -> ReprintOriginal:
    """Write the row, unless the same bytes are kept already. The caller is in a transaction."""
    article = Article.objects.get_locked(article.pk)
    reading.require_writing(by, article)
    digest = hashlib.sha256(content).hexdigest()
    kept = ReprintOriginal.objects.filter(article=article)
    if known := kept.filter(sha256=digest).first():
        return known
    if kept.count() >= MOST_ORIGINALS:
        raise CannotReprint(TOO_MANY.filled(most=MOST_ORIGINALS))
    original.article, original.kept_at, original.kept_by = article, timezone.now(), by
    original.packed, original.size, original.sha256 = gzip.compress(content), len(content), digest
    original.save(force_insert=True)
    audit.record_entry("article.original_kept", article, by=by, sha256=digest, page=original.address)
    return original
