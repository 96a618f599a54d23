"""The writing screen without its scripts: the next act in the bar, the panel, and problems that lead to their places."""

import re

import pytest
from django.urls import reverse

from articles import publishing, review
from articles.models import Article, Source
from tests.cast import make_user
from tests.test_admin_article import ADD, change_url, form, login

pytestmark = pytest.mark.django_db
ENGLISH = {"accept-language": "en"}


def page(client, user, address):
    response = login(client, user).get(address)
    assert response.status_code == 200
    return response.content.decode()


def next_act(client, user, article):
    """The label of the next act, and the name of its button or the last part of its address."""
    html = page(client, user, change_url(article) if article else ADD)
    bar = html[html.index('class="desk-bar"') : html.index('class="desk-main"')]
    found = re.findall(r'(?:name="(_\w+)" class|<a class)="button next (\w*)"(?: href="[^"]*/(\w+)/")?', bar)
    assert len(found) <= 1
    return (found[0][0] or found[0][2], found[0][1]) if found else None


def test_the_bar_offers_each_person_the_next_act_of_the_text(client, cast):
    assert next_act(client, cast.writer, None) == ("_submit", "default")
    article = cast.article(by=cast.writer)
    assert next_act(client, cast.writer, article) == ("_submit", "default")
    review.submit_article(article, by=cast.writer)
    article.refresh_from_db()
    assert next_act(client, cast.writer, article) is None
    assert next_act(client, cast.editor, article) == ("_decide", "default")
    cast.sign(article)
    assert next_act(client, cast.chief, article) == ("publish", "default")
    cast.publish(article)
    assert next_act(client, cast.chief, article) is None
    cast.change(article, body="<p>改过。</p>")
    assert next_act(client, cast.writer, article) == ("submit", "default")


def test_a_withdrawn_text_is_put_back_and_submitted_only_once_it_is_changed(client, cast):
    article = cast.article(by=cast.writer)
    cast.publish(article)
    publishing.withdraw_article(article, by=cast.chief, reason="核实")
    assert next_act(client, cast.chief, article) == ("put_back", "default")
    assert next_act(client, cast.writer, article) is None
    assert 'href="../submit/"' in page(client, cast.writer, change_url(article))
    cast.change(article, by=cast.writer, body="<p>核实过。</p>")
    for user in (cast.writer, cast.chief):
        assert next_act(client, user, article) == ("submit", "default")


def test_what_was_changed_before_its_withdrawal_or_never_read_is_submitted(client, cast):
    changed, unread = cast.article(by=cast.writer), cast.article(by=cast.writer, title="突发")
    cast.publish(changed)
    cast.change(changed, by=cast.writer, body="<p>更正过。</p>")
    review.submit_article(unread, by=cast.writer)
    publishing.publish_urgent(unread, by=cast.chief, reason="突发事件")
    review.reject_article(Article.objects.get(pk=unread.pk), by=cast.editor, reason="存疑")
    for article in (changed, unread):
        publishing.withdraw_article(article, by=cast.chief, reason="核实")
        assert next_act(client, cast.writer, article) == ("submit", "default")
        assert next_act(client, cast.chief, article) != ("put_back", "default")


def test_the_bar_leads_to_what_readers_see_as_long_as_they_see_it(client, cast):
    article = cast.article()
    link = f'href="{article.get_absolute_url()}" target="_blank"'
    assert link not in page(client, cast.writer, change_url(article))
    cast.publish(article)
    assert link in page(client, cast.writer, change_url(article))
    cast.change(article, body="<p>改过。</p>")
    assert link in page(client, cast.writer, change_url(article))
    publishing.withdraw_article(article, by=cast.chief, reason="核实")
    assert link not in page(client, cast.writer, change_url(article))


def test_the_card_says_whose_turn_it_is_and_why_an_article_was_withdrawn(client, cast):
    article = cast.article(by=cast.writer)
    review.submit_article(article, by=cast.writer)
    article.refresh_from_db()
    address = reverse("admin:articles_article_review", args=[article.pk])
    for user, where, told in (
        (cast.writer, change_url(article), True),
        (cast.chief, address, True),
        (cast.editor, change_url(article), False),
        (cast.editor, address, False),
    ):
        assert (review.sentence_of_turn(article) in page(client, user, where)) == told
    public = cast.publish(cast.article(title="另一篇")).article
    publishing.withdraw_article(public, by=cast.chief, reason="等核实数字")
    card = page(client, cast.writer, change_url(public)).partition("before-writing")[2].partition("desk-main")[0]
    assert "等核实数字" in card


def test_a_reader_who_corrected_comes_to_the_decision_with_one_click(client, cast):
    article = cast.article()
    review.submit_article(article, by=cast.writer)
    article.refresh_from_db()
    sent = form(cast, article, body="<p>改了一个字。</p>", _decide="1")
    response = login(client, cast.editor).post(change_url(article), sent)
    assert response.url == reverse("admin:articles_article_review", args=[article.pk])
    article.refresh_from_db()
    assert article.latest.number == 2


def test_every_error_of_a_form_leads_to_its_field(client, cast):
    sent = form(cast, title="", section="", **{"credits-0-person": "", "embargo_until": "昨天"})
    html = login(client, cast.writer).post(ADD, sent).content.decode()
    note = html[html.index('class="errornote"') : html.index('class="desk-bar"')]
    targets = re.findall(r'href="#([\w-]+)"', note)
    assert targets == ["id_title", "id_section", "id_embargo_until", "id_credits-0-person"]
    for target in targets:
        assert f'id="{target}"' in html


@pytest.mark.parametrize("who", ["writer", "head"])
def test_what_only_has_to_be_ticked_is_ticked_where_the_refusal_is_told(client, cast, who):
    article = cast.article()
    cast.sign(article, times=1)
    user, sent = getattr(cast, who), form(cast, article, section=cast.culture.pk, title="改了")
    login(client, user)
    assert ('id="id_voiding"' in page(client, user, change_url(article))) == (who == "writer"), "the reader may correct"
    html = client.post(change_url(article), sent, headers=ENGLISH).content.decode()
    note = html[html.index('class="errornote"') : html.index('class="desk-bar"')]
    assert "tick here that you agree" in note
    assert "below" not in note, "nothing below is marked"
    assert '<input type="checkbox" name="voiding" id="id_voiding">' in note
    assert html.count('name="voiding"') == 1
    assert client.post(change_url(article), {**sent, "voiding": "on"}).status_code == 302
    article.refresh_from_db()
    assert (article.title, article.signed) == ("改了", None)


def test_a_refusal_of_the_whole_text_does_not_speak_of_fields(client, cast):
    article = cast.article()
    sent = form(cast, article, body="<p>我的。</p>")
    cast.change(article, body="<p>他的。</p>")
    html = login(client, cast.writer).post(change_url(article), sent, headers=ENGLISH).content.decode()
    note = html[html.index('class="errornote"') : html.index('class="desk-bar"')]
    assert "This is not saved yet." in note
    assert 'href="#conflict"' in note
    html = client.post(change_url(article), {**sent, "title": ""}, headers=ENGLISH).content.decode()
    assert "correct the errors below" in html
    assert 'href="#id_title"' in html


def test_errors_of_other_forms_lead_to_their_fields_too(client, cast):
    Source.objects.create(name="已有的来源", standing="own")
    html = login(client, cast.admin).post(reverse("admin:articles_source_add"), {"name": ""}).content.decode()
    assert 'href="#id_name"' in html


def test_problems_lead_to_the_field_of_the_form_or_to_the_page_of_the_act(client, cast):
    article = cast.article(by=cast.writer, source=None, body="<p>［待填：时间］停水。</p>", credits=[])
    html = page(client, cast.writer, change_url(article))
    for target in ("#id_source", "#id_body", "#credits-group"):
        assert f'href="{change_url(article)}{target}"' in html
    assert 'id="credits-group"' in html
    submitting = page(client, cast.writer, reverse("admin:articles_article_submit", args=[article.pk]))
    assert f'href="{change_url(article)}#id_source"' in submitting


def test_the_panel_shows_the_trail_and_the_newest_revisions(client, cast):
    article = cast.article()
    review.submit_article(article, by=cast.writer)
    article.refresh_from_db()
    review.send_back(article, by=cast.editor, reason="数字核一下")
    cast.change(article, body="<p>核过。</p>")
    html = page(client, cast.writer, change_url(article))
    assert "数字核一下" in html[html.index('id="tab-way"') :]
    assert reverse("admin:articles_article_revision", args=[article.pk, 2]) in html[html.index('id="tab-editions"') :]


def test_who_may_only_read_has_no_button_that_saves(client, cast):
    article = cast.article()
    cast.sign(article)
    html = page(client, make_user("publisher", ["publish"]), change_url(article))
    assert "_save" not in html
    assert "data-keep=" not in html


def test_a_title_sent_in_lines_is_saved_as_one(client, cast):
    article = cast.article()
    login(client, cast.writer).post(change_url(article), form(cast, article, title="大桥\r\n 今日通车"))
    article.refresh_from_db()
    assert article.title == "大桥 今日通车"


@pytest.mark.parametrize("name", ["change", "revision"])
def test_the_tick_for_signatures_that_a_change_voids_says_what_becomes_of_the_text(client, cast, name):
    article = cast.article()
    cast.change(article, title="第二份")
    cast.sign(article, times=1)
    address = reverse(f"admin:articles_article_{name}", args=[article.pk, *([1] if name == "revision" else [])])
    html = login(client, cast.writer).get(address, headers=ENGLISH).content.decode()
    label = html[html.index('name="voiding"') :].partition("</label>")[0]
    if name == "change":
        assert html.index('id="id_voiding"') < html.index('id="id_title"'), "Tab reaches it before the text"
    assert "Only to change the text: save it as a draft, to be submitted again" in label
    changed = form(cast, article, title="改了") if name == "change" else {}
    client.post(address, {**changed, "voiding": "1"})
    article.refresh_from_db()
    assert (article.stage, article.latest.number) == (0, 3), "a draft; it waits for no reader"
