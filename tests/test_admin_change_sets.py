"""The screens of change sets: found from the list, proposed, read, carried out, shown on the first page."""

import re

import pytest
from django.urls import reverse

from articles import change_sets
from articles.models import Article, ChangeSet, ChangeSetItem
from tests.cast import SEARCH_INDEX_QUERIES
from tests.change_sets import NOTE, keys_of, propose, publish_texts, read_by_all

pytestmark = pytest.mark.django_db
REPLACE = "/admin/change-sets/replace/?words=县长&replacement=市长&texts=body&texts=title"
FACTS = {"reason": "任职变动", "note": NOTE}


def address(change_set):
    return reverse("admin:change_set", args=[change_set.pk])


def test_words_are_found_ticked_proposed_read_and_carried_out(client, cast, public_texts, proposer):
    draft = cast.article(body="<p>县长将到会。</p>")
    client.force_login(proposer)
    page = client.get(REPLACE)
    assert page.content.decode().count("<del>县长</del><ins>市长</ins>") == 4
    ticks = re.findall(r'name="article" value="(\d+-\d+)"', page.content.decode())
    assert [int(tick.partition("-")[0]) for tick in ticks] == [article.pk for article in public_texts][::-1]
    assert f"/admin/articles/article/{draft.pk}/change/" in page.content.decode()  # with the reason, and no tick
    response = client.post(REPLACE, {"act": "propose", "article": ticks[1:], **FACTS})
    change_set = ChangeSet.objects.get()
    assert response["Location"] == address(change_set)
    assert (change_set.items.count(), change_set.about) == (2, "县长 → 市长")
    for reader in cast.readers():
        client.force_login(reader)
        assert address(change_set) in client.get("/admin/").content.decode()
        assert address(change_set) in client.get("/admin/queue/").content.decode()
        text = client.get(address(change_set)).content.decode()
        assert text.count('<del class="step-1"') == 4  # one half of the word was strong
        assert text.count('<ins class="step-1"') == 2
        keys = keys_of(change_set)
        client.post(address(change_set), {"act": "read", "shown": keys, "item": keys})
    assert address(change_set) in client.get("/admin/").content.decode()  # the chief publishes, too
    client.post(address(change_set), {"act": "carry_out"})
    assert 'http-equiv="refresh"' in client.get(address(change_set)).content.decode()
    client.post(address(change_set), {"act": "stop"})
    assert ChangeSet.objects.get().state == ChangeSet.State.STOPPED
    client.post(address(change_set), {"act": "carry_out"})
    while change_sets.continue_change_sets():
        pass
    assert Article.objects.filter(live__number=2).count() == 2
    assert address(change_set) not in client.get("/admin/").content.decode()
    assert client.get(address(change_set), {"state": "refused"}).context["items"] == []


def test_ticks_are_kept_from_page_to_page(client, cast, public_texts, proposer, monkeypatch):
    monkeypatch.setattr("articles.admin.change_sets_of_words.SHOWN", 2)
    client.force_login(proposer)
    first = client.get(REPLACE).context
    ticks = [row.tick for row in first["rows"]]
    second = client.post(REPLACE, {"act": "more", "following": first["following"], "article": ticks[:1]}).context
    assert (second["earlier"], [row.article for row in second["rows"]]) == (ticks[:1], [public_texts[0]])
    sent = {"chosen": ticks[:1], "here": second["here"], "article": [row.tick for row in second["rows"]]}
    told = client.post(REPLACE, {"act": "propose", **sent, "reason": "", "note": NOTE})
    assert told.context["earlier"] == ticks[:1]  # nothing is lost
    assert [row.article for row in told.context["rows"]] == [public_texts[0]]
    assert NOTE in told.content.decode()
    client.post(REPLACE, {"act": "propose", **sent, **FACTS})
    assert ChangeSetItem.objects.filter(article__in=[public_texts[0], public_texts[2]]).count() == 2


def test_what_cannot_be_looked_for_is_told(client, proposer):
    client.force_login(proposer)
    page = client.get("/admin/change-sets/replace/?words=%E2%80%8B&texts=body")
    assert page.context["form"].errors.keys() == {"words"}
    assert client.post("/admin/change-sets/replace/?words=&texts=body", {"act": "propose"}).status_code == 200
    assert client.post(REPLACE, {"act": "guess"}).status_code == 403


def test_a_reader_leaves_out_what_is_not_ticked_and_a_proposer_takes_back(client, cast, public_texts, proposer):
    change_set = propose(proposer, *public_texts)
    keys = keys_of(change_set)
    client.force_login(cast.editor)
    client.post(address(change_set), {"act": "read", "shown": keys, "item": keys[:1]})
    assert list(change_set.items.filter(is_ticked=True).values_list("pk", flat=True)) == keys[:1]
    client.force_login(proposer)
    client.post(address(change_set), {"act": "tick", "shown": keys, "item": keys})
    assert change_set.items.filter(is_ticked=True).count() == 3
    told = client.post(address(change_set), {"act": "end", "reason": ""}, follow=True)
    assert "请用一句话写明原因" in told.content.decode() or "Say in one sentence" in told.content.decode()
    client.post(address(change_set), {"act": "end", "reason": "任命未公布"})
    change_set.refresh_from_db()
    assert change_set.state == ChangeSet.State.ENDED
    assert client.post(address(change_set), {"act": "burn"}).status_code == 403


def test_who_may_not_read_the_articles_does_not_see_the_set(client, cast, public_texts, proposer):
    change_set = propose(proposer, *public_texts)
    client.force_login(cast.culture_editor)
    assert client.get(address(change_set)).status_code == 403
    assert client.get("/admin/change-sets/").context["rows"] == []


def test_the_pages_take_as_many_queries_for_many_as_for_one(client, cast, proposer, django_assert_max_num_queries):
    publish_texts(cast, 1)
    client.force_login(proposer)

    def pages():
        change_set = ChangeSet.objects.first()
        return ["/admin/change-sets/", address(change_set), REPLACE]

    propose(proposer, *Article.objects.all())
    counted = []
    for path, most in zip(pages(), (14, 22, 20 + SEARCH_INDEX_QUERIES), strict=True):
        with django_assert_max_num_queries(most) as few:
            client.get(path)
        counted.append(len(few))
    change_sets.end_change_set(ChangeSet.objects.get(), by=proposer, reason="重来")
    publish_texts(cast, 6)
    propose(proposer, *Article.objects.all())
    for path, most in zip(pages(), counted, strict=True):
        with django_assert_max_num_queries(most):
            client.get(path)


def test_a_set_that_was_read_is_shown_to_those_who_publish(client, cast, public_texts, proposer):
    change_set = propose(proposer, *public_texts)
    read_by_all(cast, change_set)
    assert list(change_sets.change_sets_to_act_on(cast.chief)) == [change_set]
    assert list(change_sets.change_sets_to_act_on(cast.culture_editor)) == []
    assert list(change_sets.change_sets_to_act_on(proposer)) == []
