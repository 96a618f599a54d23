"""Editing: save revisions of the working copy, detect concurrent edits."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from . import audit, baking, merging, persons, pictures, review, sanitising, search, similar_texts, unsaved_texts
from .duty_assignments import permissions, reading
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
from .models.revision import CONTENT_VERSION, content_digest, text_of_content

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
# The fields of the working copy: `save_article` writes exactly these. Publishing and review write the others.
WORKING_FIELDS = (
    *PLAIN_FIELDS,
    "body",
    "cover",
    "section",
    "source",
    "origin",
    "ai_use",
    "original_url",
    "original_published_on",
    "embargo_until",
)


def split_keywords(text: str) -> list[str]:
    """Split keywords at any comma, semicolon or 、; without duplicates, in order."""
    for separator in "，、;；":
        text = text.replace(separator, ",")
    return list(dict.fromkeys(word for word in (part.strip() for part in text.split(",")) if word))


def refuse_if_saved_since(article: Article, based_on: int) -> None:
    """Raise ValidationError, saying who and when, if the article was saved after revision number `based_on`.

    The caller must hold the row lock if it saves afterwards.
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
    form: unsaved_texts.OpenedForm | None = None,
    locked: Article | None = None,
) -> Revision:
    """Save the working copy with these credits, (role, person) in reading order, and return its revision.

    If nothing changed, that is the existing newest revision. Its `removed` lists what the sanitiser removed from the
    body. `based_on` is the number of the revision that was opened; ValidationError is raised if there is a newer one.
    What was kept of `form` while it was typed into is dropped. `locked` is the stored row, if the caller has locked it.
    Also raises PermissionDenied, sanitising.BodyTooLong, persons.CannotCredit, and review.WouldVoid if saving would
    void sign-offs and `voiding` is False.
    """
    before = locked or (Article.objects.get_locked(article.pk) if article.pk else None)
    listed = baking.listed_names_of(before) if before and before.live else set()
    removed = _write_article_row(article, before, by=by, based_on=based_on)
    pictures.learn_picture_words(article.body, by=by)  # before the revision, which has the library's words
    _write_credits(article, list(dict.fromkeys((role, merging.current_row(person)) for role, person in credits)))
    revision = _make_revision(article, before, by=by, voiding=voiding)
    revision.removed = removed
    if form:
        unsaved_texts.clear_form(form, by=by)
    if before and before.live:
        baking.request_bake(baking.sitemaps_of_names(listed ^ baking.listed_names_of(article)))
    return revision


@transaction.atomic
def move_article(article: Article, *, to: Section, by: User, based_on: int) -> Revision:
    """Move the article to another section, with the text it has; `by` must write in both. Raises what saving raises."""
    article = Article.objects.get_locked(article.pk)
    article.section = to
    credits = [(credit.role, credit.person) for credit in article.credits.select_related("person__merged_into")]
    return save_article(article, by=by, credits=credits, based_on=based_on)


def _write_article_row(article: Article, before: Article | None, *, by: User, based_on: int | None) -> tuple[str, ...]:
    """Save the fields of the working copy, in place of `before`; returns messages about what the sanitiser removed."""
    correcting = before is not None and review.may_correct(before, by) and article.section_id == before.section_id
    if before is None:
        article.created_by = by
    else:
        if not correcting:
            reading.require_writing(by, before)
        if based_on is not None:
            refuse_if_saved_since(before, based_on)
        article.latest, article.live = before.latest, before.live
    if not correcting:
        permissions.require_duty(by, permissions.Duty.WRITE, article.section)
    removed = sanitise_texts(article)
    article.source = merging.current_row(article.source) if article.source else None
    article.save(update_fields=WORKING_FIELDS if before else None)
    return removed


def sanitise_texts(article: Article) -> tuple[str, ...]:
    """Sanitise every text of the working copy in place; returns messages about removals and replacements."""
    replaced = sanitising.character_sentences([*(getattr(article, field) for field in PLAIN_FIELDS), article.body])
    for field in PLAIN_FIELDS:
        setattr(article, field, sanitising.plain_text(getattr(article, field)))
    article.keywords = ",".join(split_keywords(article.keywords))
    cleaned = sanitising.sanitise(article.body)
    article.body = cleaned.html
    return cleaned.removed + replaced


def _write_credits(article: Article, wanted: list[tuple[str, Person]]) -> None:
    """Replace the credits. Equal rows are kept, since open forms refer to their keys."""
    there = {(credit.role, credit.person_id): credit for credit in article.credits.all()}
    credited = {person for _role, person in there}
    persons.refuse_technical_accounts(person for _role, person in wanted if person.pk not in credited)
    keys = [(role, person.pk) for role, person in wanted]
    if list(there) == keys:
        return
    article.credits.exclude(pk__in=[credit.pk for key, credit in there.items() if key in keys]).delete()
    for position, (role, person) in enumerate(wanted):
        credit = there.get((role, person.pk)) or Credit(article=article, role=role, person=person)
        if credit.pk is None or credit.position != position:
            credit.position = position
            credit.save()


def _make_revision(article: Article, before: Article | None, *, by: User, voiding: bool) -> Revision:
    """Create a revision of the working copy, unless the newest one has the same text. `before` is updated to what is
    saved.

    The text that readers see gets the content and digest of their edition again. It needs no readings.
    """
    content = revision_content(article)
    latest, stage, facts = article.latest, 0, {}
    if before and latest:
        text = text_of_content(content)
        if text_of_content(latest.content) == text:
            return latest
        if before.section_id != article.section_id:
            before.section = Section.objects.select_related("parent").get(pk=article.section_id)
        for field in set(WORKING_FIELDS) - {"section"}:
            setattr(before, field, getattr(article, field))
        stage = review.apply_edit_to_review(before, by=by, voiding=voiding)
        if before.live and text_of_content(before.live.revision.content) == text:
            content = before.live.revision.content
            facts = {"closes_review": True} if _end_review(before) else {}
    digest = content_digest(content)
    revision = Revision.objects.create(
        article=article,
        number=latest.number + 1 if latest else 1,
        content=content,
        digest=digest,
        stage=stage,
        created_by=by,
    )
    _keep_used_files(revision, article)
    similar_texts.keep_text_print(article, content)
    Article.objects.filter(pk=article.pk).update(latest=revision)
    article.latest = revision
    search.index_working_copy(article)
    audit.record_entry("article.saved", article, by=by, revision=revision.number, digest=digest, **facts)
    return revision


def _keep_used_files(revision: Revision, article: Article) -> None:
    """Record which pictures and attachments the revision uses."""
    RevisionPicture.objects.bulk_create(
        RevisionPicture(revision=revision, picture=picture) for picture in _used_pictures(article)
    )
    RevisionAttachment.objects.bulk_create(
        RevisionAttachment(revision=revision, attachment=attachment) for attachment in _used_attachments(article)
    )


def _end_review(article: Article) -> bool:
    """End the review of a locked article that has the text that readers see again; returns True if one was open.

    Urgent text that is public unread still waits for its readings.
    """
    if not article.stage or article.readings_due_at:
        return False
    review.finish_review(article)
    article.save(update_fields=review.REVIEW_FIELDS)
    return True


def revision_content(article: Article, credits: Iterable[Credit] | None = None) -> dict[str, Any]:
    """Everything readers would see of the working copy, copied, so that changes to other rows cannot alter it.

    `credits`: instead of those that are saved.

    The section is a key alone, because renaming a section renames it on old articles too. Sources and people have
    their keys beside their names, so that restoring finds them under a new name. Everything else is text, or the hash
    of a file.
    """
    content: dict[str, Any] = {field: getattr(article, field) for field in PLAIN_FIELDS}
    content |= {
        "version": CONTENT_VERSION,
        "body": article.body,
        "keywords": split_keywords(article.keywords),
        "section": article.section_id,
        "source": _source_content(article.source) if article.source else None,
        "origin": article.origin,
        "original_url": article.original_url,
        "original_published_on": str(article.original_published_on or "") or None,
        "credits": [
            {"role": credit.role, "key": credit.person_id, "name": credit.person.name, "unit": credit.person.unit}
            for credit in (article.credits.select_related("person") if credits is None else credits)
        ],
        "cover": _picture_content(article.cover) if article.cover else None,
        "pictures": [_picture_content(picture) for picture in _used_pictures(article)],
        "attachments": [_attachment_content(attachment) for attachment in _used_attachments(article)],
        "embargo_until": article.embargo_until.isoformat() if article.embargo_until else None,
    }
    return content | ({"ai_use": str(article.ai_use)} if article.ai_use else {})


def _source_content(source: Source) -> dict[str, Any]:
    return {"key": source.pk, "name": source.name, "url": source.url}


def _attachment_content(attachment: Attachment) -> dict[str, Any]:
    facts = {field: getattr(attachment, field) for field in ("sha256", "name", "size", "width", "height", "seconds")}
    facts |= {"ai_label": attachment.ai_label or None, "credentials": attachment.content_credentials or None}
    # Documents have no width, height or length, and few files a label or credentials.
    return {"file": attachment.file.name} | {name: value for name, value in facts.items() if value is not None}


def _picture_content(picture: Picture) -> dict[str, Any]:
    facts = {
        "sha256": picture.sha256,
        "file": picture.file.name,
        "width": picture.width,
        "height": picture.height,
        "alt": picture.alt,
        "credit": picture.credit,
        "ai_label": picture.ai_label,
    }
    return facts | ({"credentials": picture.content_credentials} if picture.content_credentials else {})


def _used_pictures(article: Article) -> list[Picture]:
    """The pictures in the body, in order, then the cover unless it is among them."""
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
