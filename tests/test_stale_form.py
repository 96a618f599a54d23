"""A form whose token is old is not sent, and what was typed in it is kept; one of another site is refused."""

import re

import pytest
from django.conf import settings
from django.test import Client

from articles.models import Article, Report
from tests.cast import png, upload
from tests.test_admin_article import form
from tests.test_faults import typed_fields

pytestmark = pytest.mark.django_db
OURS, FOREIGN = "http://testserver", "https://elsewhere.example"


@pytest.fixture
def browser(cast):
    """A browser in which the editor logged in again after its page was opened."""
    client = Client(enforce_csrf_checks=True, headers={"accept-language": "en"})
    client.force_login(cast.editor)
    return client


def token_of(html):
    return re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', html)[1]


def test_what_was_typed_is_kept_and_sent_by_a_button_with_a_token_of_today(browser, cast):
    article = cast.article(title="旧题")
    address = f"/admin/articles/article/{article.pk}/change/"
    typed = form(cast, article, title='新题 "&<b>', body="<p>第一段，有二十多个字的正文，足够长，可以复制。</p>")
    answer = browser.post(address, {**typed, "csrfmiddlewaretoken": "x" * 64}, headers={"origin": OURS})
    html = answer.content.decode()
    assert answer.status_code == 403
    assert "Your text is safe" in html
    assert "no-store" in answer["Cache-Control"]
    assert "<script" not in html
    assert "&lt;p&gt;第一段" in html.partition("<pre>")[2], "it can be read and copied"
    assert "梁静姝（editor）" in html, "and is sent by whoever is logged in now"
    assert Article.objects.get(pk=article.pk).title == "旧题"
    kept = typed_fields(html)
    assert kept["title"] == '新题 "&<b>'
    sent = browser.post(address, {**kept, "csrfmiddlewaretoken": token_of(html)}, headers={"origin": OURS})
    assert sent.status_code == 302
    assert Article.objects.get(pk=article.pk).title == '新题 "&<b>'


@pytest.mark.parametrize(
    "headers",
    [{"origin": FOREIGN}, {"referer": f"{FOREIGN}/x"}, {"referer": f"{OURS}.example/"}, {"origin": "null"}, {}],
)
def test_a_form_of_another_site_gets_no_token_and_nothing_of_what_it_said(browser, headers):
    answer = browser.post("/admin/articles/source/add/", {"name": "别人写的"}, headers=headers)
    html = answer.content.decode()
    assert answer.status_code == 403
    assert "refused and nothing has been changed" in html
    assert "别人写的" not in html
    assert "csrfmiddlewaretoken" not in html
    assert 'href="/"' in html


def test_a_stranger_gets_nothing_back_either(cast):
    answer = Client(enforce_csrf_checks=True).post(
        "/admin/articles/source/add/",
        "name=谁",
        content_type="application/x-www-form-urlencoded",
        headers={"origin": OURS},
    )
    assert answer.status_code == 403
    assert "谁" not in answer.content.decode()


def test_a_password_is_not_kept(browser):
    answer = browser.post("/admin/login/", {"username": "x", "password": "secret-of-mine"}, headers={"origin": OURS})
    html = answer.content.decode()
    assert answer.status_code == 403
    assert "too long. Please open it again" in html
    assert "secret-of-mine" not in html
    assert "<form" not in html


def test_the_body_editor_is_told_in_its_own_format(browser):
    sent = {"upload": upload(png(), "新.png")}
    answer = browser.post("/admin/articles/picture/upload/", sent, headers={"origin": OURS})
    assert answer.status_code == 403
    assert "logged in again" in answer.json()["error"]["message"]


def test_a_readers_report_from_another_site_is_refused_with_a_sentence(client, cast):
    article = cast.article()
    cast.publish(article)
    answer = client.post(f"/report/{article.pk}/", {"text": "错了"}, headers={"origin": FOREIGN})
    assert answer.status_code == 403
    assert 'role="alert"' in answer.content.decode()
    assert not Report.objects.exists()
    sent = client.post(f"/report/{article.pk}/", {"text": "错了"}, headers={"origin": settings.SITE_URL})
    assert sent.status_code == 303
