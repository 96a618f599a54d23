"""Editing: save a revision, restore one, discard a draft, notice two people on one text."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import audit, persons, review, sanitising
from .assignments import permissions
from .models import (
    Article,
    Attachment,
    Credit,
    Person,
    Picture,
    Revision,
    RevisionAttachment,
    RevisionPicture,
    Section,
    Source,
)
from .models.revision import content_digest
from .refusals import Problem, Refusal

# Text without markup.
PLAIN_FIELDS = (
    "kicker",
    "title",
    "subtitle",
    "short_title",
    "summary",
    "keywords",
    "original_title",
    "original_author",
)
# The working copy: what saving writes, and all that it writes. What acts set is theirs alone.
WORKING_FIELDS = (
    *PLAIN_FIELDS,
    "body",
    "cover",
    "section",
    "source",
    "origin",
    "original_url",
    "original_published_on",
    "embargo_until",
    "expires_at",
    "pinned_until",
)
INSTANTS = ("embargo_until", "expires_at", "pinned_until")


WAS_PUBLIC = Problem(
    "editing.was_public", gettext_lazy("“%(title)s” was public; it can be withdrawn, but not deleted.")
)
WAS_SUBMITTED = Problem(
    "editing.was_submitted",
    gettext_lazy("“%(title)s” was submitted; its readers' decisions are kept, and so is it."),
)


class CannotDiscard(Refusal):
    """Raised for a draft that somebody has seen: readers, or a reviewer (law 7)."""


def split_keywords(text: str) -> list[str]:
    """The keywords of a line in which people separate them with any comma, semicolon or 、; each once, in order."""
    for separator in "，、;；":
        text = text.replace(separator, ",")
    return list(dict.fromkeys(word for word in (part.strip() for part in text.split(",")) if word))


def refuse_if_saved_since(article: Article, based_on: int) -> None:
    """Raise ValidationError, with who and when, if someone saved the article after revision number `based_on`.

    The caller holds the row's lock, so that what is true here is still true when it saves.
    """
    latest = article.latest
    if latest is None or latest.number == based_on:
        return
    raise ValidationError(
        _(
            "%(name)s saved this article at %(time)s, after you opened it. Your text is still here and is not saved: "
            "compare the two, then choose."
        )
        % {
            "name": audit.account_name(latest.created_by),
            "time": date_format(timezone.localtime(latest.created_at), "H:i:s"),
        },
        code="edited_meanwhile",
    )


@transaction.atomic
def save_article(
    article: Article,
    *,
    by: User,
    credits: Sequence[tuple[str, Person]] = (),
    voiding: bool = False,
    based_on: int | None = None,
) -> Revision:
    """Write the working copy with these credits, (role, person) in reading order, and make a revision of it; the newest
    one is returned where nothing changed. Its `removed` says in sentences what the sanitiser took out of the body.

    `based_on` is the number of the revision that was opened; saving over a newer one raises ValidationError. Raises
    review.WouldVoid where saving would void sign-offs, unless `voiding` says that whoever saves knows; PermissionDenied;
    sanitising.TooLong. Nothing has changed then.
    """
    removed = _write_article_row(article, by=by, based_on=based_on)
    _write_credits(article, list(dict.fromkeys(credits)))
    revision = _make_revision(article, by=by, voiding=voiding)
    revision.removed = removed
    return revision


def _write_article_row(article: Article, *, by: User, based_on: int | None) -> tuple[str, ...]:
    """Store the working copy's fields; return what the sanitiser removed."""
    fields = None
    correcting = False
    if article.pk:
        before = Article.objects.get_locked(article.pk)
        correcting = review.may_correct(before, by) and article.section_id == before.section_id
        if not correcting:
            permissions.require_duty(by, permissions.Duty.WRITE, before.section)
        if based_on is not None:
            refuse_if_saved_since(before, based_on)
        article.latest = before.latest
        fields = WORKING_FIELDS
    else:
        article.created_by = by
    if not correcting:
        permissions.require_duty(by, permissions.Duty.WRITE, article.section)
    removed = _sanitise_texts(article)
    article.save(update_fields=fields)
    return removed


def _sanitise_texts(article: Article) -> tuple[str, ...]:
    """Sanitise every text of the working copy in place; return what was removed from the body, in sentences."""
    for field in PLAIN_FIELDS:
        setattr(article, field, sanitising.plain_text(getattr(article, field)))
    article.keywords = ",".join(split_keywords(article.keywords))
    cleaned = sanitising.sanitise(article.body)
    article.body = cleaned.html
    return cleaned.removed


def _write_credits(article: Article, wanted: list[tuple[str, Person]]) -> None:
    """Make the credits these. Rows that say the same stay: somebody may have a form open that names them."""
    there = {(credit.role, credit.person_id): credit for credit in article.credits.all()}
    keys = [(role, person.pk) for role, person in wanted]
    if list(there) == keys:
        return
    article.credits.exclude(pk__in=[credit.pk for key, credit in there.items() if key in keys]).delete()
    for position, (role, person) in enumerate(wanted):
        credit = there.get((role, person.pk)) or Credit(article=article, role=role, person=person)
        if credit.pk is None or credit.position != position:
            credit.position = position
            credit.save()


def _make_revision(article: Article, *, by: User, voiding: bool) -> Revision:
    """Make a revision of the working copy as it is now, unless the newest one says the same."""
    content = revision_content(article)
    digest = content_digest(content)
    latest = article.latest
    if latest and latest.digest == digest:
        return latest
    stage = review.apply_edit_to_review(Article.objects.get_locked(article.pk), by=by, voiding=voiding) if latest else 0
    revision = Revision.objects.create(
        article=article,
        number=latest.number + 1 if latest else 1,
        content=content,
        digest=digest,
        stage=stage,
        created_by=by,
    )
    RevisionPicture.objects.bulk_create(
        RevisionPicture(revision=revision, picture=picture) for picture in _used_pictures(article)
    )
    RevisionAttachment.objects.bulk_create(
        RevisionAttachment(revision=revision, attachment=attachment) for attachment in _used_attachments(article)
    )
    Article.objects.filter(pk=article.pk).update(latest=revision)
    article.latest = revision
    audit.record_entry("article.saved", article, by=by, revision=revision.number, digest=digest)
    return revision


@transaction.atomic
def restore_revision(revision: Revision, *, by: User, voiding: bool = False) -> Revision:
    """Make the working copy what it was at this revision. That is a new revision; nothing in between is lost."""
    article = Article.objects.get_locked(revision.article_id)
    content = revision.content
    for field in (*PLAIN_FIELDS, "body", "origin", "original_url"):
        setattr(article, field, content[field])
    article.keywords = ",".join(content["keywords"])
    article.section = Section.objects.get(pk=content["section"])
    article.source = Source.objects.filter(name=content["source"]["name"]).first() if content["source"] else None
    article.cover = Picture.objects.get(sha256=content["cover"]["sha256"]) if content["cover"] else None
    article.original_published_on = content["original_published_on"]
    for field in INSTANTS:
        setattr(article, field, datetime.fromisoformat(content[field]) if content.get(field) else None)
    credits = [
        (credit["role"], persons.find_or_add_person(credit["name"], credit["unit"], by=by))
        for credit in content["credits"]
    ]
    restored = save_article(article, by=by, credits=credits, voiding=voiding)
    audit.record_entry("article.restored", article, by=by, revision=revision.number, as_revision=restored.number)
    return restored


@transaction.atomic
def discard_draft(article: Article, *, by: User) -> None:
    """Delete a draft that readers never saw; what readers saw is kept for good, and withdrawn instead."""
    article = Article.objects.get_locked(article.pk)
    permissions.require_duty(by, permissions.Duty.WRITE, article.section)
    if article.editions.exists():
        raise CannotDiscard(WAS_PUBLIC.filled(title=article))
    if article.sign_offs.exists():
        raise CannotDiscard(WAS_SUBMITTED.filled(title=article))
    audit.record_entry(
        "article.discarded", article, by=by, title=article.title, digest=article.latest.digest if article.latest else ""
    )
    article.delete()


def revision_content(article: Article) -> dict[str, Any]:
    """Everything readers would see of the working copy, spelled out, so that later changes elsewhere cannot alter it.

    The section is a key, because renaming a section is meant to rename it on its old articles too; everything else is
    text, or the hash of a file's bytes.
    """
    content: dict[str, Any] = {field: getattr(article, field) for field in PLAIN_FIELDS}
    content |= {
        "body": article.body,
        "keywords": split_keywords(article.keywords),
        "section": article.section_id,
        "source": {"name": article.source.name, "url": article.source.url} if article.source else None,
        "origin": article.origin,
        "original_url": article.original_url,
        "original_published_on": str(article.original_published_on or "") or None,
        "credits": [
            {"role": credit.role, "name": credit.person.name, "unit": credit.person.unit}
            for credit in article.credits.select_related("person")
        ],
        "cover": _picture_content(article.cover) if article.cover else None,
        "pictures": [_picture_content(picture) for picture in _used_pictures(article)],
        "attachments": [_attachment_content(attachment) for attachment in _used_attachments(article)],
    }
    for field in INSTANTS:
        instant = getattr(article, field)
        content[field] = instant.isoformat() if instant else None
    return content


def _attachment_content(attachment: Attachment) -> dict[str, Any]:
    facts = {field: getattr(attachment, field) for field in ("sha256", "name", "size", "width", "height", "seconds")}
    # Those of films say nothing of a document.
    return {"file": attachment.file.name} | {name: value for name, value in facts.items() if value is not None}


def _picture_content(picture: Picture) -> dict[str, Any]:
    return {
        "sha256": picture.sha256,
        "file": picture.file.name,
        "width": picture.width,
        "height": picture.height,
        "alt": picture.alt,
        "credit": picture.credit,
        "ai_label": picture.ai_label,
    }


def _used_pictures(article: Article) -> list[Picture]:
    """The pictures in the body, in order, then the cover if it is not among them."""
    names, _unused = sanitising.used_files(article.body)
    found = {picture.file.name: picture for picture in Picture.objects.filter(file__in=names)}
    pictures = [found[name] for name in names if name in found]
    if article.cover and article.cover not in pictures:
        pictures.append(article.cover)
    return pictures


def _used_attachments(article: Article) -> list[Attachment]:
    _unused, names = sanitising.used_files(article.body)
    found = {attachment.file.name: attachment for attachment in Attachment.objects.filter(file__in=names)}
    return [found[name] for name in names if name in found]
