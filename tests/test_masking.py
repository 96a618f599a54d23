"""脱敏: masking what the machine found changes exactly its places, and is an edit like any other."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from articles import masking, publishing, review
from articles.checks import hits
from articles.checks.plain_text import plain_text_of_html
from articles.checks.written_rules import WrittenRules
from articles.models import AuditEntry
from tests.cast import refused

NO_RULES = WrittenRules([])
IDENTITY, MASKED = "11010519491231002X", "110***********002X"


def hits_of(article):
    return hits.find_hits(article.newest.content, NO_RULES, at=timezone.now())


def key_of(article, rule="identity_number"):
    return next(hit.key for hit in hits_of(article) if hit.rule.name == rule)


@pytest.mark.django_db
def test_a_number_is_masked_in_title_summary_and_body_and_the_text_can_be_published(cast):
    body = f"<p>甲，{IDENTITY[:9]}<strong>{IDENTITY[9:]}</strong>；乙，{IDENTITY}。</p>"
    article = cast.article(body=body, summary=f"名单：{IDENTITY}", short_title=f"甲{IDENTITY}")
    masking.mask_hit(article, by=cast.writer, key=key_of(article))
    article.refresh_from_db()
    assert article.body == f"<p>甲，{MASKED[:9]}<strong>{MASKED[9:]}</strong>；乙，{MASKED}。</p>"
    assert (article.summary, article.short_title) == (f"名单：{MASKED}", f"甲{MASKED}")
    entry = AuditEntry.objects.get(action="article.hit_masked")
    assert (entry.details["words"], entry.details["places"], IDENTITY in str(entry.details)) == (MASKED, 4, False)
    cast.sign(article)
    assert publishing.publish_article(article, by=cast.editor).number == 1


@pytest.mark.django_db
def test_it_voids_sign_offs_like_any_edit_after_a_warning(cast):
    article = cast.article(body="<p>电话13800138000。</p>")
    cast.sign(article)
    key = key_of(article, "mobile_number")
    with refused(review.WouldVoid):
        masking.mask_hit(article, by=cast.writer, key=key)
    masking.mask_hit(article, by=cast.writer, key=key, voiding=True)
    article.refresh_from_db()
    assert (article.signed, article.body) == (None, "<p>电话138****8000。</p>")


@pytest.mark.django_db
def test_what_is_not_there_any_more_is_refused(cast):
    article = cast.article(body=f"<p>{IDENTITY}</p>")
    key = key_of(article)
    masking.mask_hit(article, by=cast.writer, key=key)
    with refused(masking.CannotMask):
        masking.mask_hit(article, by=cast.writer, key=key)


@pytest.mark.django_db
def test_words_that_are_no_number_and_names_of_files_are_refused(cast):
    article = cast.article(body="<p>方小舟（男，12岁）获奖。</p>")
    with refused(masking.CannotMask):
        masking.mask_hit(article, by=cast.writer, key=key_of(article, "minor"))


@pytest.mark.django_db
def test_who_may_not_write_does_not_mask(cast):
    article = cast.article(body=f"<p>{IDENTITY}</p>")
    key = key_of(article)
    for user in (cast.stranger, cast.culture_editor):
        with refused(PermissionDenied):
            masking.mask_hit(article, by=user, key=key)


@pytest.mark.django_db
def test_the_reading_page_masks_with_one_click(cast, client):
    article = cast.article(body=f"<p>{IDENTITY}</p>")
    client.force_login(cast.writer)
    page = reverse("admin:articles_article_review", args=[article.pk])
    address = reverse("admin:articles_article_mask", args=[article.pk])
    assert address in client.get(page).content.decode()
    assert client.post(address, {"key": key_of(article)}).url == page
    article.refresh_from_db()
    assert article.body == f"<p>{MASKED}</p>"
    assert address not in client.get(page).content.decode()
    assert client.post(address, {"key": "x"}).status_code == 302


PIECES = ["文", "１", "a", "&amp;", "<b>", "</b>", "<br>", " ", "，"]


@given(
    st.lists(st.sampled_from(PIECES), max_size=6).map("".join),
    st.lists(st.sampled_from(["", "<b>", "</b>", "<em>", "\u200b", "&#8203;", "-"]), min_size=18, max_size=18),
    st.lists(st.booleans(), min_size=18, max_size=18),
    st.lists(st.sampled_from(PIECES), max_size=6).map("".join),
)
def test_nothing_but_the_number_changes(before, between, wide, after):
    digits = [f"&#{ord(each)};" if entity else each for each, entity in zip(IDENTITY, wide, strict=True)]
    number = "".join(digit + tag for digit, tag in zip(digits[:-1], between[:-1], strict=True)) + digits[-1]
    source = f"<p>{before}号{number}。{after}</p>"
    content = {"title": "", "kicker": "", "subtitle": "", "summary": "", "body": source}
    found = hits.find_hits(content | {"pictures": [], "attachments": [], "credits": []}, NO_RULES, at=timezone.now())
    (hit,) = [hit for hit in found if hit.rule.name == "identity_number"]
    masked = masking.masked_source(source, hit)
    assert (masked[: hit.start], masked[len(masked) - len(source) + hit.end :]) == (
        source[: hit.start],
        source[hit.end :],
    )
    tags = [tag for tag in between[:-1] if tag.startswith("<")]
    assert [tag for tag in tags if tag in masked] == tags
    plain = plain_text_of_html(masked).text
    assert IDENTITY not in plain.replace("-", "")
    assert plain.count("*") >= 11
