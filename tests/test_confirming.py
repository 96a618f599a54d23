"""Confirming and rejecting words that somebody else proposed: then readers see them, or never."""

from html import unescape

import pytest
from django.core.exceptions import PermissionDenied

from articles import audit, confirming, home_and_topics, old_paths, sections
from articles.admin.proposed_change import WAITS
from articles.arrangement_facts import ArrangedBlock
from articles.confirming import CannotConfirm
from articles.models import AuditEntry, BakeJob, Block, ProposedChange, Section, SiteSettings, Slot, Topic
from tests.cast import make_user, refused

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def site(cast):
    """A site on which a second person confirms words."""
    return SiteSettings.objects.create(pk=1, name="霁川新闻网", words_are_confirmed=True)


@pytest.fixture
def second(cast):
    """Somebody else who arranges."""
    return make_user("second", ["arrange"])


@pytest.fixture
def topic(cast):
    return Topic.objects.create(title="大桥建成", slug="bridge", state=Topic.State.OPEN)


@pytest.fixture
def change(cast, topic):
    """The title of the topic, proposed by the chief."""
    topic.title = "新桥"
    home_and_topics.save_topic(topic, by=cast.chief)
    return ProposedChange.objects.get()


@pytest.fixture
def shown(cast):
    made = [cast.article(title=f"第{n}稿") for n in range(3)]
    for article in made:
        cast.publish(article)
    return made


def arrange(*slots, by, topic=None, **facts):
    blocks = [ArrangedBlock(Block(**{"kind": "list", "count": 6, "fills": True, **facts}), list(slots))]
    version = home_and_topics.arrangement_version(topic)
    return home_and_topics.save_arrangement(topic, blocks, by=by, based_on=version)


def test_a_second_person_confirms_it_and_readers_see_it(client, cast, second, topic, change):
    BakeJob.objects.all().delete()
    confirming.confirm_change(change.pk, by=second)
    assert Topic.objects.get().title == "新桥"
    assert "新桥" in client.get("/t/bridge/").content.decode()
    assert BakeJob.objects.filter(path="/t/bridge/").exists()
    assert not ProposedChange.objects.exists()
    confirmed, changed = AuditEntry.objects.all()[:2]
    assert (changed.action, changed.actor, changed.details["new"]) == ("topic.changed", second, ["新桥"])
    assert (confirmed.action, confirmed.actor, confirmed.details["proposed_by"]) == ("topic.confirmed", second, "chief")


def test_the_name_of_a_section_is_confirmed(cast, second):
    cast.news.name = "头条"
    sections.save_section(cast.news, by=cast.chief)
    BakeJob.objects.all().delete()
    confirming.confirm_change(ProposedChange.objects.get().pk, by=second)
    assert Section.objects.get(pk=cast.news.pk).name == "头条"
    assert BakeJob.objects.get().path == BakeJob.EVERYTHING


def test_what_is_new_is_added_when_it_is_confirmed(cast, second):
    sections.save_section(Section(name="桥", slug="bridges", parent=cast.news), by=cast.chief)
    home_and_topics.save_topic(Topic(title="大桥", slug="bridge", state=Topic.State.OPEN), by=cast.chief)
    for change in ProposedChange.objects.all():
        confirming.confirm_change(change.pk, by=second)
    section = Section.objects.get(slug="bridges")
    assert (section.name, section.parent, section.level) == ("桥", cast.news, 2)
    assert Topic.objects.public().get().title == "大桥"
    actions = list(AuditEntry.objects.values_list("action", flat=True)[:4])
    assert actions == ["topic.confirmed", "topic.added", "section.confirmed", "section.added"]


@pytest.mark.parametrize("where", ["home", "topic"])
def test_an_arrangement_is_confirmed(client, cast, second, topic, shown, where):
    page = topic if where == "topic" else None
    change = arrange(Slot(article=shown[0], title="自己的题"), by=cast.chief, topic=page, title="版块题")
    confirming.confirm_change(change.pk, by=second)
    html = client.get("/t/bridge/" if page else "/").content.decode()
    assert "自己的题" in html
    assert "版块题" in html
    confirmed, arranged = AuditEntry.objects.all()[:2]
    assert (arranged.action, arranged.actor, confirmed.action) == (f"{where}.arranged", second, f"{where}.confirmed")


@pytest.mark.parametrize("boss", [False, True])
def test_nobody_confirms_their_own_words(cast, topic, boss):
    by = cast.admin if boss else cast.chief
    topic.title = "新桥"
    home_and_topics.save_topic(topic, by=by)
    with refused(CannotConfirm, "somebody else has to confirm"):
        confirming.confirm_change(ProposedChange.objects.get().pk, by=by)


@pytest.mark.parametrize("who", ["editor", "stranger"])
@pytest.mark.parametrize("act", [confirming.confirm_change, confirming.reject_change])
def test_the_wrong_person_decides_nothing(cast, change, who, act):
    with refused(PermissionDenied, "Arrange"):
        act(change.pk, by=getattr(cast, who))


@pytest.mark.parametrize("act", [confirming.confirm_change, confirming.reject_change])
@pytest.mark.parametrize("before", [confirming.confirm_change, confirming.reject_change])
def test_what_was_decided_already_is_not_decided_again(cast, second, change, act, before):
    before(change.pk, by=second)
    with refused(CannotConfirm, "already"):
        act(change.pk, by=second)


@pytest.mark.parametrize("act", [confirming.confirm_change, confirming.reject_change])
def test_what_somebody_decides_while_this_waits_for_its_turn_is_decided_once(cast, second, change, act, monkeypatch):
    monkeypatch.setattr(audit, "lock_audit_chain", lambda: ProposedChange.objects.all().delete())
    with refused(CannotConfirm, "already"):
        act(change.pk, by=second)


def test_words_that_were_changed_since_are_not_replaced_by_those_proposed_before(cast, second, site, topic, change):
    site.words_are_confirmed = False
    site.save()
    topic.refresh_from_db()
    topic.title = "老桥"
    home_and_topics.save_topic(topic, by=cast.chief)
    with refused(CannotConfirm, "changed after this was proposed"):
        confirming.confirm_change(change.pk, by=second)
    confirming.reject_change(change.pk, by=second)
    assert Topic.objects.get().title == "老桥"


def test_a_page_arranged_since_is_not_replaced_by_what_was_proposed_before(cast, second, shown):
    change = arrange(Slot(article=shown[0], title="自己的题"), by=cast.chief)
    arrange(Slot(article=shown[1]), by=cast.chief)
    with refused(CannotConfirm, "changed after this was proposed"):
        confirming.confirm_change(change.pk, by=second)


def test_an_address_that_was_taken_meanwhile_is_refused_with_the_reason(cast, second):
    for title in ("大桥", "长桥"):
        home_and_topics.save_topic(Topic(title=title, slug="bridge"), by=cast.chief)
    first, other = ProposedChange.objects.all()
    confirming.confirm_change(first.pk, by=second)
    with refused(CannotConfirm, "can no longer take effect"):
        confirming.confirm_change(other.pk, by=second)


def test_rejecting_keeps_what_readers_see_and_the_reason(cast, second, change):
    confirming.reject_change(change.pk, by=second, reason="太长")
    assert Topic.objects.get().title == "大桥建成"
    assert not ProposedChange.objects.exists()
    entry = AuditEntry.objects.first()
    assert (entry.action, entry.actor, entry.details["reason"]) == ("topic.turned_down", second, "太长")


def test_what_is_turned_down_is_recorded_with_the_row_that_it_is_about(cast, second, topic, shown):
    cast.news.name = "头条"
    sections.save_section(cast.news, by=cast.chief)
    arrange(Slot(article=shown[0], title="自己的题"), by=cast.chief, topic=topic)
    for change in ProposedChange.objects.all():
        confirming.reject_change(change.pk, by=second)
    entries = AuditEntry.objects.filter(action__endswith=".turned_down")
    assert set(entries.values_list("action", "object_type", "object_id")) == {
        ("section.turned_down", "section", str(cast.news.pk)),
        ("topic.turned_down", "topic", str(topic.pk)),
    }


def test_its_proposer_takes_it_back_and_writes_another(cast, second, topic, change):
    confirming.reject_change(change.pk, by=cast.chief)
    assert "reason" not in AuditEntry.objects.first().details
    topic.title, topic.slug = "彩虹桥", "rainbow"
    home_and_topics.save_topic(topic, by=cast.chief)
    confirming.confirm_change(ProposedChange.objects.get().pk, by=second)
    assert Topic.objects.get().title == "彩虹桥"
    assert old_paths.find_old_path("/t/bridge/").target == "/t/rainbow/"


# --- the desk ---------------------------------------------------------------------------------------------------------


def test_who_may_confirm_finds_it_compares_and_confirms(client, cast, second, topic, change):
    address = f"/admin/proposed/{change.pk}/"
    client.force_login(second)
    assert address in client.get("/admin/").content.decode()
    assert address in client.get(f"/admin/articles/topic/{topic.pk}/change/").content.decode()
    page = client.get(address).content.decode()
    assert "<del>大桥建成</del><ins>新桥</ins>" in page
    assert 'value="confirm"' in page
    assert client.post(address, {"decision": "confirm"}, follow=True).redirect_chain == [("/admin/", 302)]
    assert Topic.objects.get().title == "新桥"
    assert client.get(address, follow=True).redirect_chain == [("/admin/", 302)]


def test_its_proposer_may_only_take_it_back_there(client, cast, change):
    address = f"/admin/proposed/{change.pk}/"
    client.force_login(cast.chief)
    assert 'value="confirm"' not in client.get(address).content.decode()
    page = client.post(address, {"decision": "confirm"})
    assert len(page.context["problems"]) == 1
    assert page.context["problems"][0] in unescape(page.content.decode())
    client.post(address, {"decision": "reject"})
    assert not ProposedChange.objects.exists()


def test_an_arrangement_is_compared_and_shown_as_it_would_be(client, cast, second, shown):
    change = arrange(Slot(article=shown[0], title="自己的题"), by=cast.chief)
    client.force_login(second)
    page = client.get(f"/admin/proposed/{change.pk}/")
    html = page.content.decode()
    assert f"{shown[0].pk} 第0稿 → 自己的题" in html
    assert "自己的题" in client.get(page.context["page"]).content.decode()
    assert "自己的题" not in client.get("/").content.decode()
    assert f"/admin/proposed/{change.pk}/" in client.get("/admin/front/").content.decode()


def test_an_arrangement_too_large_for_a_preview_is_compared_all_the_same(client, cast, second, shown, monkeypatch):
    change = arrange(Slot(article=shown[0], title="自己的题"), by=cast.chief)
    monkeypatch.setattr(home_and_topics, "LONGEST_TOKEN", 1)
    client.force_login(second)
    page = client.get(f"/admin/proposed/{change.pk}/").content.decode()
    assert "自己的题" in page
    assert "<iframe" not in page


@pytest.mark.parametrize("model", ["topic", "section"])
def test_the_screens_say_that_words_wait(client, cast, model):
    client.force_login(cast.chief)
    facts = {"slug": "bridge", "position": 0, "state": "draft", "kind": "工作动态", "title": "大桥", "name": "大桥"}
    response = client.post(f"/admin/articles/{model}/add/", facts, follow=True)
    assert response.redirect_chain == [(f"/admin/articles/{model}/", 302)]
    assert [str(message) for message in response.context["messages"]] == [str(WAITS)]
    change = ProposedChange.objects.get()
    confirming.confirm_change(change.pk, by=cast.admin)
    row = (Topic if model == "topic" else Section).objects.get(slug="bridge")
    facts |= {"title": "长桥", "name": "长桥"}
    response = client.post(f"/admin/articles/{model}/{row.pk}/change/", facts, follow=True)
    assert str(WAITS) in [str(message) for message in response.context["messages"]]
    row.refresh_from_db()
    assert str(row) == "大桥"
    assert ProposedChange.objects.get().key == row.pk


def test_the_first_page_asks_once_for_what_waits(client, cast, second, change, django_assert_max_num_queries):
    client.force_login(second)
    client.get("/admin/")
    with django_assert_max_num_queries(40) as few:
        client.get("/admin/")
    sections.save_section(Section(name="桥", slug="bridges"), by=cast.chief)
    with django_assert_max_num_queries(len(few)):
        client.get("/admin/")
