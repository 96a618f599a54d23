"""忽略一次: a writer sets aside what need not be settled, of a saved text or one that is being typed; it stays on record."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone, translation

from articles import review
from articles.checks import hits
from articles.models import AuditEntry, CheckRule, SetAside
from articles.review_sheet import review_sheet
from tests.cast import all_rows, refused

pytestmark = pytest.mark.django_db
IDENTITY = "11010519491231002X"
TYPED = f"<p>电话13800138000，{IDENTITY}。</p>"


def typed_hits(text=TYPED):
    content = {"title": "", "kicker": "", "subtitle": "", "summary": "", "body": text}
    return hits.find_hits(
        {**content, "pictures": [], "attachments": [], "credits": []}, hits.current_rules(), at=timezone.now()
    )


def key_of(rule, found):
    return next(hit.key for hit in found if hit.rule.name == rule)


def test_a_writer_sets_aside_a_warning_without_a_reason_and_the_sheet_says_so(cast):
    article = cast.article(body="<p>值班电话13800138000。</p>")
    (hit,) = hits.machine_record(article).noticed
    review.set_hit_aside(article, by=cast.writer, key=hit.key)
    assert (hits.machine_record(article).noticed, hits.hits_to_show(article)) == ([], [])
    row = SetAside.objects.get()
    assert (row.severity, row.words, row.reason, row.by) == ("warn", "138****8000", "", cast.writer)
    decision = cast.sign(article, times=1)
    assert (decision.warnings, decision.checked["ignored"]) == ([], 1)
    sheet = review_sheet(article)
    with translation.override("en"):
        assert review_sheet(article).rounds[0].readings[0].machine.endswith("1 set aside.")
    assert [act.why for act in sheet.acts] == ["138****8000"]
    before = all_rows()
    review.set_hit_aside(article, by=cast.head, key=hit.key, reason="值班电话")
    assert all_rows() == before


def test_what_blocks_is_never_set_aside_by_its_writer(cast):
    article = cast.article(body=TYPED, by=cast.editor)
    key = key_of("identity_number", typed_hits())
    for by in (cast.writer, cast.editor):
        with refused(PermissionDenied):
            review.set_hit_aside(article, by=by, key=key, reason="可以")
    with refused(PermissionDenied):
        review.set_hit_aside(article, by=cast.culture_editor, key=key_of("mobile_number", typed_hits()))


def test_a_word_set_aside_as_a_warning_blocks_again_when_its_rule_blocks(cast):
    rule = CheckRule.objects.create(name="寒暄", pattern="寒喧", advice="错字", state="live", changed_at=timezone.now())
    article = cast.article(title="互相寒喧")
    (hit,) = hits.machine_record(article).noticed
    review.set_hit_aside(article, by=cast.writer, key=hit.key)
    CheckRule.objects.filter(pk=rule.pk).update(severity="block", changed_at=timezone.now())
    assert [hit.words for hit in hits.open_hits(hits.Candidate(article, timezone.now()))] == ["寒喧"]
    review.set_hit_aside(article, by=cast.chief, key=hit.key, reason="引用原文")
    assert hits.open_hits(hits.Candidate(article, timezone.now())) == []
    assert (SetAside.objects.get().by, SetAside.objects.get().severity) == (cast.chief, "block")


def test_a_hit_of_a_text_that_is_not_saved_is_set_aside_for_these_words(cast, client):
    article = cast.article(body="<p>原文。</p>")
    address = reverse("admin:articles_article_set_aside", args=[article.pk])
    facts = {"typed": "1", "number": article.pk, "body": TYPED, "key": key_of("mobile_number", typed_hits())}
    client.force_login(cast.writer)
    assert client.post(address, facts).json() == {"set_aside": facts["key"]}
    entry = AuditEntry.objects.get(action="article.hit_set_aside")
    assert (entry.details["words"], entry.details["rule"]) == ("138****8000", "mobile_number")
    found = client.post(reverse("admin:articles_article_typed"), facts).json()
    assert [(hit["weight"], hit["ignores"]) for hit in found["hits"]] == [("block", False)]

    before = all_rows()
    blocked = {**facts, "key": key_of("identity_number", typed_hits()), "reason": "可以"}
    assert client.post(address, blocked).status_code == 403
    assert client.post(address, {**facts, "body": "<p>改了。</p>", "key": "f" * 64}).status_code == 422
    assert {**all_rows(), "articles_auditentry": 0} == {**before, "articles_auditentry": 0}


def test_a_reader_who_corrects_sets_aside_what_blocks_with_a_reason(cast, client):
    article = cast.article(body=TYPED)
    cast.sign(article, times=2)
    client.force_login(cast.chief)
    facts = {"typed": "1", "number": article.pk, "body": TYPED, "key": key_of("identity_number", typed_hits())}
    (block, *_others) = client.post(reverse("admin:articles_article_typed"), facts).json()["hits"]
    assert (block["ignores"], block["needs_reason"]) == (True, True)
    address = reverse("admin:articles_article_set_aside", args=[article.pk])
    assert client.post(address, facts).status_code == 422
    assert client.post(address, {**facts, "reason": "本人同意公示"}).status_code == 200
    assert hits.open_hits(hits.Candidate(article, timezone.now())) == []


def test_the_reading_page_has_each_hit_beside_its_sentence_and_says_before_signing_what_is_open(cast, client):
    article = cast.article(body=f"<p>第一句。值班电话<b>138</b>00138000，证件{IDENTITY}。第三句。</p>")
    cast.sign(article, times=0)
    client.force_login(cast.editor)
    page = reverse("admin:articles_article_review", args=[article.pk])
    with translation.override("en"):
        text = client.get(page).content.decode()
    around = "<blockquote>值班电话<mark>138****8000</mark>，证件110***********002X。</blockquote>"
    assert (around in text, IDENTITY in text, "13800138000" in text) == (True, False, False)
    assert 'data-field="body" data-start="8" data-end="19"' in text
    assert client.get(page).context["warned"] == 2
    address = reverse("admin:articles_article_set_aside", args=[article.pk])
    client.post(address, {"key": hits.machine_record(article).noticed[0].key})
    assert client.get(page).context["warned"] == 1
