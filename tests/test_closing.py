"""Closing the text of an older edition: readers see that it was closed and why, and the text nowhere."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from articles import closing, evidence, publishing
from articles.models import Article, AuditEntry, BakeJob, ClosedText, Edition
from tests.cast import refused

pytestmark = pytest.mark.django_db
PHONE = "0000-5550271"
WHY = "含个人电话"


@pytest.fixture
def corrected(cast):
    """Edition 1 has a telephone number, edition 2 another sentence, edition 3 no number, edition 4 is what readers see."""
    article = cast.article(body=f"<p>联系人电话{PHONE}。</p>")
    cast.publish(article)
    for body in (f"<p>联系人电话{PHONE}，工作日接听。</p>", "<p>请联系村委会。</p>", "<p>请联系村委会，工作日。</p>"):
        cast.correct(article, note="更正联系方式。", body=body)
    article.refresh_from_db()
    return article


def edition(article, number):
    return Edition.objects.get(article=article, number=number)


def history(client, article):
    return client.get(f"/a/{article.number}/history/").content.decode()


def test_the_text_and_every_comparison_with_it_are_gone_and_the_fact_stays(client, cast, corrected):
    assert PHONE in history(client, corrected)
    closing.close_text(corrected, by=cast.editor, edition=2, reason=WHY)
    shown = history(client, corrected)
    assert PHONE not in shown
    assert WHY in shown
    assert edition(corrected, 2).digest in shown
    assert "工作日" in shown, "the change from edition 3 to 4 is still told"
    for number in (1, 2, 3):
        assert PHONE not in client.get(f"/a/{corrected.number}/since/{number}/").content.decode()
    assert PHONE not in client.get(f"/api/v1/articles/{corrected.number}/editions").content.decode()
    entry = AuditEntry.objects.first()
    assert (entry.action, entry.details) == (
        "article.text_closed",
        {"edition": 2, "digest": edition(corrected, 2).digest, "reason": WHY},
    )


def test_opening_it_again_shows_what_was_changed(client, cast, corrected):
    closing.close_text(corrected, by=cast.editor, edition=2, reason=WHY)
    closing.reopen_text(corrected, by=cast.chief, edition=2, reason="号码是公开的值班电话")
    assert PHONE in history(client, corrected)
    assert WHY not in history(client, corrected)
    assert AuditEntry.objects.first().action == "article.text_reopened"
    with refused(closing.CannotClose, "is not closed"):
        closing.reopen_text(corrected, by=cast.chief, edition=2, reason="再开")


@pytest.mark.parametrize("who", ["writer", "head", "culture_editor", "stranger"])
def test_it_takes_the_duty_to_publish_or_to_withdraw(client, cast, corrected, who):
    with refused(PermissionDenied):
        closing.close_text(corrected, by=getattr(cast, who), edition=2, reason=WHY)
    client.force_login(getattr(cast, who))
    address = reverse("admin:articles_article_close_text", args=[corrected.pk])
    assert client.post(address, {"edition": 2, "reason": WHY}).status_code == 403
    assert not ClosedText.objects.exists()


def test_what_is_refused(cast, corrected):
    wrong = ((4, WHY, "newest text"), (2, " \n", "need a reason"), (5, WHY, "has no edition 5"))
    for number, reason, sentence in wrong:
        with refused(closing.CannotClose, sentence):
            closing.close_text(corrected, by=cast.editor, edition=number, reason=reason)
    other = cast.article()
    cast.publish(other)
    with refused(closing.CannotClose, "newest text"):
        closing.close_text(other, by=cast.editor, edition=1, reason=WHY)


def test_a_reason_is_kept_as_far_as_there_is_room(cast, corrected):
    closing.close_text(corrected, by=cast.editor, edition=2, reason="长" * 401)
    assert ClosedText.objects.get().reason == AuditEntry.objects.first().details["reason"] == "长" * 400


def test_a_withdrawn_edition_is_one_until_it_is_put_back(cast, corrected):
    publishing.withdraw_article(corrected, by=cast.chief, reason="核实")
    assert closing.withdrawn_editions(corrected) == {4}
    publishing.put_back_article(corrected, by=cast.chief, reason="无误")
    assert closing.withdrawn_editions(corrected) == set()


def test_closing_it_twice_changes_nothing(cast, corrected):
    closing.close_text(corrected, by=cast.editor, edition=2, reason=WHY)
    before = AuditEntry.objects.count()
    closing.close_text(corrected, by=cast.editor, edition=2, reason="别的理由")
    assert (AuditEntry.objects.count(), ClosedText.objects.get().reason) == (before, WHY)


def test_a_correction_closes_the_text_that_it_corrects_in_the_same_act(client, cast, corrected):
    cast.change(corrected, body="<p>请联系镇政府。</p>")
    cast.sign(corrected)
    with refused(publishing.CannotPublish):
        closing.publish_closing_correction(corrected, by=cast.editor, close_reason=WHY)
    cast.change(corrected, body="<p>请联系镇政府办公室。</p>", voiding=True)
    cast.sign(corrected, note="更正。")
    client.force_login(cast.editor)
    address = reverse("admin:articles_article_correct", args=[corrected.pk])
    assert client.post(address, {"close_reason": WHY}).status_code == 302
    assert ClosedText.objects.get().edition == edition(corrected, 4)
    cast.change(corrected, body="<p>请联系县政府。</p>")
    cast.sign(corrected, note="再更正。")
    client.post(address, {"close_reason": " "})
    assert ClosedText.objects.count() == 1


def test_the_desk_offers_older_editions_to_close_and_closed_ones_to_open(client, cast, corrected):
    client.force_login(cast.editor)
    card = reverse("admin:articles_article_change", args=[corrected.pk])
    close, reopen = (
        reverse(f"admin:articles_article_{name}", args=[corrected.pk]) for name in ("close_text", "reopen_text")
    )
    assert "../reopen_text/" not in client.get(card).content.decode()
    choices = client.get(close).context["form"].fields["edition"].widget.choices
    assert [number for number, _name in choices] == [3, 2, 1]
    assert all(str(number) in name for number, name in choices)
    assert client.post(close, {"edition": 2, "reason": WHY}).status_code == 302
    assert client.post(close, {"edition": 4, "reason": WHY}).status_code == 200
    assert "../reopen_text/" in client.get(card).content.decode()
    assert client.post(reopen, {"edition": 2, "reason": "查实"}).status_code == 302
    assert not ClosedText.objects.exists()


def test_the_pages_with_older_texts_are_baked(cast, corrected):
    BakeJob.objects.all().delete()
    closing.close_text(corrected, by=cast.editor, edition=2, reason=WHY)
    pages = {"history/", "since/1/", "since/2/", "since/3/"}
    assert {f"/a/{corrected.number}/{page}" for page in pages} <= set(BakeJob.objects.values_list("path", flat=True))


def test_the_evidence_keeps_the_text(cast, corrected, tmp_path):
    closing.close_text(corrected, by=cast.editor, edition=2, reason=WHY)
    with (tmp_path / "pack.zip").open("w+b") as pack:
        evidence.export_pack(corrected, pack, by=cast.editor)
        pack.seek(0)
        evidence.check_pack(pack)
    assert PHONE in Article.objects.get(pk=corrected.pk).editions.get(number=2).revision.content["body"]
