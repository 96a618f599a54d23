"""The reading pages of the desk: the queue lists what the user may decide, and the page decides or says why not."""

import re

import pytest
from django.urls import reverse

from articles import review
from articles.admin import marked_copy
from articles.models import Article, AuditEntry, SignOff
from tests.change_sets import propose, publish_texts

pytestmark = pytest.mark.django_db

QUEUE = "/admin/queue/"


def page(article, name="review"):
    return reverse(f"admin:articles_article_{name}", args=[article.pk])


def submitted(cast, **facts):
    article = cast.article(**facts)
    review.submit_article(article, by=cast.admin)
    article.refresh_from_db()
    return article


def decision(article, **facts):
    return {"revision": article.latest.number, "opinion": "", "decision": "pass", **facts}


def test_three_people_read_and_sign(client, cast):
    article = submitted(cast)
    for stage, reader in enumerate(cast.readers(), start=1):
        client.force_login(reader)
        assert article.title in client.get(QUEUE).content.decode()
        html = client.get(page(article)).content.decode()
        assert 'value="pass"' in html
        client.post(page(article), decision(article, opinion="同意"))
        article.refresh_from_db()
        assert article.stage == stage + 1
        assert article.title not in client.get(QUEUE).content.decode().split('id="content-main"')[1]
    assert article.is_read_by_all


def test_the_page_shows_what_the_reader_before_signed_and_the_trail(client, cast):
    article = submitted(cast, body="<p>桥长三十米。</p>")
    review.sign_off_reading(article, by=cast.editor, revision=1, opinion="数字请再核")
    cast.change(article, by=cast.head, body="<p>桥长五十米。</p>")
    client.force_login(cast.head)
    html = client.get(page(article)).content.decode()
    assert '">三</del><ins class="step-1" title="head 复审">五</ins>' in html
    assert "数字请再核" in html
    assert "梁静姝" in html


@pytest.mark.parametrize(
    ("press", "facts", "stage"),
    [
        ("back", {"opinion": "补采"}, 0),
        ("back", {"opinion": "重读", "to_stage": 1}, 1),
        ("reject", {"opinion": "不用"}, 0),
        ("hold", {"opinion": "等通报"}, 2),
        ("hand_on", {"opinion": "我出差"}, 2),
    ],
)
def test_each_button_makes_its_decision(client, cast, press, facts, stage):
    article = submitted(cast)
    cast.sign(article, times=1)
    if press == "hand_on":
        colleague = cast.chief
        colleague.assignments.create(duty="second")
        facts = {**facts, "to": colleague.pk}
    client.force_login(cast.head)
    client.post(page(article), decision(article, decision=press, **facts))
    last = article.sign_offs.last()
    article.refresh_from_db()
    assert (last.decision, last.person, article.stage) == (press, cast.head, stage)


@pytest.mark.parametrize("press", ["back", "hold", "reject", "hand_on", "nonsense", ""])
def test_a_decision_without_a_reason_is_refused_and_keeps_the_input(client, cast, press):
    article = submitted(cast)
    client.force_login(cast.editor)
    facts = {"opinion": "写了一半的意见"} if press in ("hand_on", "nonsense", "") else {}
    response = client.post(page(article), decision(article, decision=press, **facts))
    assert response.context["form"].non_field_errors()
    assert facts.get("opinion", "") in response.content.decode()
    assert article.sign_offs.count() == 1


@pytest.mark.parametrize("who", ["writer", "head", "chief", "culture_editor"])
@pytest.mark.parametrize("press", ["pass", "back", "hold", "reject"])
def test_users_who_may_not_decide_are_refused(client, cast, who, press):
    article = submitted(cast)
    client.force_login(getattr(cast, who))
    response = client.post(page(article), decision(article, decision=press, opinion="理由"))
    assert response.status_code == 403
    assert article.sign_offs.count() == 1


def test_a_text_that_changed_since_it_was_opened_is_not_signed(client, cast):
    article = submitted(cast)
    opened = decision(article)
    cast.change(article, by=cast.admin, title="后来改的题目")
    client.force_login(cast.editor)
    response = client.post(page(article), opened)
    assert response.status_code == 403
    assert SignOff.objects.filter(decision="pass").count() == 0


def test_several_articles_are_signed_off_at_once_each_in_its_own_transaction(client, cast):
    good, changed, done = (submitted(cast) for _ in range(3))
    ticks = [f"{a.number}-{a.latest.number}" for a in (good, changed, done)]
    cast.change(changed, title="后来改的题目")
    review.sign_off_reading(done, by=cast.editor, revision=1)
    client.force_login(cast.editor)
    response = client.post(QUEUE, {"article": [*ticks, "999999-1", "x", "1-"], "opinion": "同意"}, follow=True)
    said = " ".join(str(message) for message in response.context["messages"])
    assert changed.sign_offs.filter(decision="pass").count() == 0
    assert good.sign_offs.get(decision="pass").opinion == "同意"
    assert done.sign_offs.filter(decision="pass").count() == 1
    assert str(changed.number) in said
    assert str(done.number) in said


def test_the_queue_is_for_readers(client, cast):
    client.force_login(cast.writer)
    assert client.get(QUEUE).status_code == 403
    assert client.post(QUEUE, {"article": ["1-1"]}).status_code == 403


def test_the_queue_shows_the_right_count_with_few_queries(client, cast, django_assert_max_num_queries):
    for _ in range(12):
        submitted(cast)
    client.force_login(cast.editor)
    with django_assert_max_num_queries(12):
        response = client.get(QUEUE)
    assert (response.context["count"], len(response.context["rows"])) == (12, 12)
    with django_assert_max_num_queries(48):  # on PostgreSQL each search asks its planner first
        desk = client.get("/admin/")
    assert desk.context["queue"]["count"] == 12
    assert len(desk.context["queue"]["rows"]) == 10


def test_an_empty_queue_says_so_once(client, cast):
    client.force_login(cast.editor)
    html = client.get(QUEUE, headers={"accept-language": "en"}).content.decode()
    assert [html.count(words) for words in ("0 texts wait for you.", "Nothing is waiting for you.")] == [0, 1]
    propose(cast.writer, *publish_texts(cast, count=1))
    html = client.get(QUEUE, headers={"accept-language": "en"}).content.decode()
    assert [html.count(words) for words in ("Change sets waiting for you", "Nothing is waiting for you.")] == [1, 0]


def test_articles_on_hold_are_listed_separately(client, cast):
    article = submitted(cast)
    review.put_on_hold(article, by=cast.editor, reason="等通报")
    client.force_login(cast.editor)
    response = client.get(QUEUE)
    assert [row.pk for row in response.context["held"]] == [article.pk]
    assert response.context["rows"] == []


def test_opening_the_review_page_changes_nothing(client, cast):
    article = submitted(cast)
    before = AuditEntry.objects.count()
    client.force_login(cast.editor)
    assert client.get(page(article)).status_code == 200
    assert client.get(QUEUE).status_code == 200
    assert AuditEntry.objects.count() == before
    assert Article.objects.get().stage == 1


def test_signers_see_what_a_later_reader_corrected(client, cast):
    cast.let_readers_correct()
    article = submitted(cast, body="<p>桥长三十米。</p>")
    review.sign_off_reading(article, by=cast.editor, revision=1)
    client.force_login(cast.editor)
    assert client.get("/admin/").context["corrected"] == []
    cast.change(article, by=cast.head, body="<p>桥长五十米。</p>")
    assert client.get("/admin/").context["corrected"] == [article]
    review.sign_off_reading(article, by=cast.head, revision=2)
    assert client.get("/admin/").context["corrected"] == [article]
    assert '">三</del><ins class="step-1" title="head 复审">五</ins>' in client.get(page(article)).content.decode()
    client.force_login(cast.head)
    assert client.get("/admin/").context["corrected"] == [], "whoever corrected it knows"
    cast.change(article, by=cast.chief, title="终审改的题目")
    assert client.get("/admin/").context["corrected"] == [article]
    cast.change(article, by=cast.admin, title="别人又改了", voiding=True)
    assert client.get("/admin/").context["corrected"] == [], "nothing they signed counts any more"


def test_any_two_revisions_can_be_compared_whole(client, cast, django_assert_max_num_queries):
    article = cast.article(body="<p>桥长三十米。</p><p>不变的一段。</p>")
    for body in ("<p>桥长四十米。</p><p>不变的一段。</p>", "<p>桥长五十米。</p><p>不变的一段。</p>"):
        cast.change(article, body=body)
    client.force_login(cast.editor)
    with django_assert_max_num_queries(20):
        html = client.get(page(article, "changes"), {"before": 1, "after": 2}).content.decode()
    assert "四</ins>" in html
    assert "五" not in html
    assert "不变的一段" in html
    turned = client.get(page(article, "changes"), {"before": 2, "after": 1}).content.decode()
    assert "四</ins>" in turned, "the older one is the one before, however they are chosen"
    assert "五</ins>" in client.get(page(article, "changes")).content.decode(), "the newest save, if none is chosen"
    assert client.get(page(article, "changes"), {"before": "1", "after": "99"}).status_code == 404
    assert client.get(page(article, "changes"), {"before": "x", "after": ""}).status_code == 200
    assert 'name="before" value="1"' in client.get(page(article, "revisions")).content.decode()


def test_the_copy_of_a_long_text_has_a_page_of_its_own(client, cast, monkeypatch):
    article = submitted(cast)
    review.send_back(article, by=cast.editor, reason="补采")
    cast.change(article, body="<p>补了采访。</p>")
    review.submit_article(article, by=cast.admin)
    client.force_login(cast.editor)
    assert "补了采访" in client.get(page(article)).content.decode()
    monkeypatch.setattr(marked_copy, "MOST_ON_READING_PAGE", 10)
    html = client.get(page(article)).content.decode()
    assert "补了采访" not in html
    assert f"{page(article, 'changes')}?before=1" in html


def test_who_may_publish_goes_on_from_the_last_reading(client, cast):
    """To the acts of the article's card; somebody who may only read is offered none."""
    article = submitted(cast, title="桥<b>")
    acts = re.compile(r'href="[^"]*/(publish|correct|schedule)/"')
    for reader in cast.readers():
        client.force_login(reader)
        assert not acts.findall(client.get(page(article)).content.decode()), "before all have read it"
        html = client.post(page(article), decision(article), follow=True).content.decode()
    told = html.partition('class="messagelist"')[2].partition("</ul>")[0]
    assert acts.findall(told) == ["publish", "schedule"]
    assert "桥&lt;b&gt;" in told
    assert acts.findall(client.get(page(article)).content.decode()) == ["publish", "schedule"]
    client.force_login(cast.writer)
    assert not acts.findall(client.get(page(article)).content.decode())
    cast.publish(article)
    client.force_login(cast.chief)
    assert not acts.findall(client.get(page(article)).content.decode()), "it is published"
