"""The links to one site are taken out of all public texts: one change set, in which the words stay."""

import pytest
from django.urls import reverse

from articles import change_sets, link_checks, link_removal
from articles.models import ChangeSet, LinkHost
from tests.cast import refused

pytestmark = pytest.mark.django_db
FACTS = {"reason": "网站已被抢注", "note": "去掉失效链接。"}


@pytest.fixture
def host(cast):
    """A site that three public texts link to, and a draft."""
    body = '<p>见<a href="https://bad.example/1"><b>通知</b></a>和<a href="https://good.example/">原文</a>。</p>'
    for _text in range(3):
        cast.publish(cast.article(body=body))
    cast.article(body=body)
    link_checks.continue_register()
    found = LinkHost.objects.get(host="bad.example")
    assert found.articles == 4
    return found


def test_the_words_stay_and_other_links_too(cast, host):
    change_set = link_removal.propose_link_removal(host, by=cast.writer, **FACTS)
    assert (change_set.kind, change_set.about) == (ChangeSet.Kind.LINKS, "bad.example")
    items = change_set.items.all()
    assert {item.state for item in items} == {"open"}
    assert {item.content["body"] for item in items} == {
        '<p>见<strong>通知</strong>和<a href="https://good.example/" rel="noopener">原文</a>。</p>'
    }
    assert len(items) == 3
    with refused(link_removal.CannotTakeLinksOut, "No public text"):  # all are in that set
        link_removal.propose_link_removal(host, by=cast.writer, **FACTS)


def test_links_behind_thousands_of_others_are_taken_out_too(monkeypatch):
    monkeypatch.setattr("articles.link_checks.finding.MOST_LINKS", 3)
    body = "".join(f'<p><a href="https://good.example/{n}">页</a></p>' for n in range(5))
    assert link_removal.without_links(f'{body}<p><a href="https://bad.example/">字</a></p>', "bad.example") == (
        f"{body}<p>字</p>"
    )


def test_texts_of_a_set_that_was_taken_back_are_proposed_again(cast, host):
    change_set = link_removal.propose_link_removal(host, by=cast.writer, **FACTS)
    change_sets.end_change_set(change_set, by=cast.writer, reason="先不改")
    assert link_removal.propose_link_removal(host, by=cast.writer, **FACTS).items.count() == 3


def test_it_is_refused(cast, host):
    with refused(change_sets.CannotPropose, "what readers are told"):
        link_removal.propose_link_removal(host, by=cast.writer, reason="抢注", note="")
    with refused(change_sets.CannotPropose):
        link_removal.propose_link_removal(host, by=cast.stranger, **FACTS)


def test_the_desk_proposes_it(cast, client, host):
    client.force_login(cast.editor)
    page = client.get(reverse("admin:articles_linkhost_change", args=[host.pk]))
    address = reverse("admin:articles_linkhost_remove", args=[host.pk])
    assert address in page.content.decode()
    answer = client.post(address, FACTS)
    assert answer.url == reverse("admin:change_set", args=[ChangeSet.objects.get().pk])
    client.force_login(cast.writer)
    assert client.post(address, FACTS).status_code == 403  # does not work on links


def test_a_set_has_a_bounded_number_of_texts_and_another_has_the_others(cast, host, monkeypatch):
    monkeypatch.setattr(change_sets, "MOST_ITEMS", 2)
    counts = [link_removal.propose_link_removal(host, by=cast.writer, **FACTS).items.count() for _set in range(2)]
    assert counts == [2, 1]


def test_a_picture_stays_where_it_is():
    body = '<p><img src="https://bad.example/a.png" alt=""><a href="https://bad.example/">桥</a></p>'
    assert link_removal.without_links(body, "bad.example") == '<p><img src="https://bad.example/a.png" alt="">桥</p>'
