"""Gives an article, an edition or a comparison (花脸稿) out as a Word file, and records it."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from .. import audit, comparing, qr_short_links
from ..duty_assignments import reading
from ..models import Article, Credit, Edition, Revision
from ..models.ai_use import ai_sentence
from ..qr_short_links import Purpose
from .word.typeset_body import BodyTypesetter
from .word.typesetting import (
    CODE_WIDTH,
    RIGHT,
    add_image,
    add_line,
    add_small_lines,
    document_bytes,
    make_document,
    mark_span,
    without_indent,
)


def export_word_file(article: Article, revision: Revision, *, by: User, edition: Edition | None = None) -> bytes:
    """Return a revision as .docx: title, provenance, text, pictures, and for what readers see its code; record it.

    `edition` is the one that was published from the revision. Raises PermissionDenied unless `by` may read the article.
    """
    reading.require_reading(by, article)
    facts = {"edition": edition.number} if edition else {}
    audit.record_entry(
        "article.word_exported", article, by=by, revision=revision.number, digest=revision.digest, **facts
    )
    with override(settings.LANGUAGE_CODE):  # the document is of the site, not of the desk
        return _article_document(article, revision, edition)


def _article_document(article: Article, revision: Revision, edition: Edition | None) -> bytes:
    content = revision.content
    document = make_document(content["title"])
    if content["kicker"]:
        add_line(document, content["kicker"], "Subtitle")
    add_line(document, content["title"], "Title")
    if content["subtitle"]:
        add_line(document, content["subtitle"], "Subtitle")
    add_small_lines(document, [_provenance_line(content, revision, edition)])
    if told := ai_sentence(content):
        add_line(document, told, "Normal")
    BodyTypesetter(document, _picture_bytes, settings.SITE_URL).add_body(content["body"])
    add_small_lines(document, _credit_lines(content), RIGHT)
    if edition and edition.kind == Edition.Kind.CORRECTION and edition.basis == Edition.Basis.SIGNED:
        add_line(document, _("Correction: %(note)s") % {"note": edition.note}, "Normal")
    if edition and article.live_id == edition.pk:
        _add_code(document, article, edition)
    add_small_lines(document, [_origin_line(article, revision, edition)])
    return document_bytes(document)


def export_comparison(article: Article, before: Revision, after: Revision, *, by: User) -> bytes:
    """Return what changed from one revision to another as .docx, word by word, and record it.

    Added words are blue and underlined, removed ones red and struck through. Raises PermissionDenied unless `by` may
    read the article.
    """
    reading.require_reading(by, article)
    audit.record_entry(
        "article.word_exported", article, by=by, revision=after.number, digest=after.digest, against=before.number
    )
    with override(settings.LANGUAGE_CODE):
        return _comparison_document(before, after)


def _comparison_document(before: Revision, after: Revision) -> bytes:
    document = make_document(after.content["title"])
    add_line(document, after.content["title"], "Title")
    add_small_lines(document, [_revision_line(before), _revision_line(after)])
    legend = without_indent(document.add_paragraph(style="Caption"))
    for kind, text in (("added", _("added")), ("same", "　"), ("removed", _("removed"))):
        mark_span(legend.add_run(text), kind)
    changes = comparing.compare_contents(before.content, after.content)
    for change in changes:
        add_line(document, change.label, "Heading 1")
        for line in change.lines:
            paragraph = document.add_paragraph()
            for span in line.spans:
                mark_span(paragraph.add_run(span.text), span.kind)
    if not changes:
        add_line(document, _("Nothing changed."), "Normal")
    return document_bytes(document)


def _provenance_line(content: dict[str, Any], revision: Revision, edition: Edition | None) -> str:
    at = edition.published_at if edition else revision.created_at
    source = content["source"]["name"] if content["source"] else ""
    when = date_format(timezone.localtime(at), "Y-m-d H:i")
    parts = [_("Source: %(name)s") % {"name": source} if source else "", when]
    return "　".join(part for part in parts if part)


def _credit_lines(content: dict[str, Any]) -> list[str]:
    """Return a line for each role, with its people."""
    people: dict[str, list[str]] = {}
    for credit in content["credits"]:
        people.setdefault(credit["role"], []).append(credit["name"])
    return [f"{Credit.Role(role).label}：{'　'.join(names)}" for role, names in people.items()]


def _origin_line(article: Article, revision: Revision, edition: Edition | None) -> str:
    """Return what identifies this text: its number, edition or revision, and the start of its digest."""
    facts = {"number": article.number, "revision": revision.number, "digest": revision.digest[:16]}
    if edition:
        facts["edition"] = edition.number
        return _("No. %(number)d, edition %(edition)d · SHA-256 %(digest)s") % facts
    return _("No. %(number)d, revision %(revision)d, not published · SHA-256 %(digest)s") % facts


def _revision_line(revision: Revision) -> str:
    facts = {
        "number": revision.number,
        "name": audit.account_name(revision.created_by),
        "at": date_format(timezone.localtime(revision.created_at), "Y-m-d H:i:s"),
    }
    return _("Revision %(number)d, saved by %(name)s at %(at)s.") % facts


def _add_code(document: Any, article: Article, edition: Edition) -> None:
    code = qr_short_links.code_for(article.number, Purpose.PRINT, edition.number)
    image = qr_short_links.draw_qr_code(qr_short_links.code_url(code), form="png", size=656)
    add_image(document.add_paragraph(style="Caption"), image, most=CODE_WIDTH)
    add_small_lines(document, [article.public_url])


def _picture_bytes(address: str) -> bytes | None:
    """Return the picture at an address of our library; None if its file is missing."""
    name = address.removeprefix(settings.MEDIA_URL)
    if not default_storage.exists(name):
        return None
    with default_storage.open(name, "rb") as file:
        return file.read()
