"""Words that nobody signs, where a second person confirms them: they wait, and readers see what they saw before."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from articles import home_and_topics, pictures, proposing, sections, site_settings
from articles.arrangement_facts import ArrangedBlock
from articles.exchange.importing import import_article
from articles.exchange.text import UnreadablePage, read_printed_page
from articles.models import AuditEntry, BakeJob, Block, ProposedChange, Section, SiteSettings, Slot, Topic
from tests.cast import make_user, refused, upload

pytestmark = pytest.mark.django_db
Kind = ProposedChange.Kind


@pytest.fixture
def security(cast):
    return make_user("security", ["grant"])


@pytest.fixture
def confirming_site(cast):
    """A site on which a second person confirms words."""
    SiteSettings.objects.create(pk=1, name="霁川新闻网", words_are_confirmed=True)


@pytest.fixture
def topic(cast):
    return Topic.objects.create(title="大桥建成", slug="bridge", state=Topic.State.OPEN)


def arrange(cast, *slots, topic=None, by=None, **facts):
    blocks = [ArrangedBlock(Block(**{"kind": "list", "count": 6, **facts}), list(slots))]
    version = home_and_topics.arrangement_version(topic)
    return home_and_topics.save_arrangement(topic, blocks, by=by or cast.chief, based_on=version)


# --- the setting ------------------------------------------------------------------------------------------------------


def test_only_who_may_change_rules_switches_it_and_old_and_new_are_recorded(cast, security):
    SiteSettings.objects.create(pk=1, name="霁川新闻网")
    for who in (cast.chief, cast.admin, cast.editor):
        changed = SiteSettings.current()
        changed.words_are_confirmed = True
        with refused(PermissionDenied, "security administrator, who works on no texts|Arrange"):
            site_settings.save_site_settings(changed, by=who)
    site_settings.save_site_settings(changed, by=security)
    assert SiteSettings.current().words_are_confirmed
    details = AuditEntry.objects.first().details
    assert (details["old"], details["new"]) == (["False"], ["True"])
    assert not BakeJob.objects.exists(), "no page shows it"


def test_whoever_switches_it_changes_nothing_else(cast, security):
    SiteSettings.objects.create(pk=1, name="霁川新闻网")
    changed = SiteSettings.current()
    changed.words_are_confirmed, changed.name = True, "别的网"
    with refused(PermissionDenied, "Arrange"):
        site_settings.save_site_settings(changed, by=security)


def test_the_screen_offers_everybody_what_they_may_change(client, cast, security):
    SiteSettings.objects.create(pk=1, name="霁川新闻网")
    address = "/admin/articles/sitesettings/1/change/"
    for user, offered in [(cast.chief, {"name"}), (security, {"words_are_confirmed"}), (cast.editor, set())]:
        client.force_login(user)
        page = client.get(address).content.decode()
        fields = {name for name in ("name", "words_are_confirmed") if f'name="{name}"' in page}
        assert fields == offered, user
    client.force_login(security)
    assert client.post(address, {"words_are_confirmed": "on"}).status_code == 302
    assert SiteSettings.current().words_are_confirmed


def test_without_the_setting_nothing_waits(cast, topic):
    topic.title = "新桥"
    home_and_topics.save_topic(topic, by=cast.chief)
    assert Topic.objects.get().title == "新桥"
    assert not ProposedChange.objects.exists()


# --- words of sections and topics -------------------------------------------------------------------------------------


@pytest.mark.usefixtures("confirming_site")
def test_the_words_of_a_topic_wait_and_everything_else_is_saved(client, cast, topic):
    topic.title, topic.introduction, topic.position = "新桥", "从合龙到通车。", 3
    home_and_topics.save_topic(topic, by=cast.chief)
    stored = Topic.objects.get()
    assert (stored.title, stored.introduction, stored.position) == ("大桥建成", "", 3)
    assert topic.title == "大桥建成", "the row in hand is what is stored"
    assert "新桥" not in client.get("/t/bridge/").content.decode()
    change = ProposedChange.objects.get()
    assert (change.kind, change.key, change.proposed_by) == (Kind.TOPIC, topic.pk, cast.chief)
    assert change.new == {"title": "新桥", "introduction": "从合龙到通车。"}
    assert change.old == {"title": "大桥建成", "introduction": ""}
    saved, proposed = AuditEntry.objects.all()
    assert (proposed.action, proposed.object_id) == ("topic.proposed", str(topic.pk))
    assert proposed.details["new"] == ["新桥", "从合龙到通车。"]
    assert (saved.action, saved.details["fields"]) == ("topic.changed", ["topic.position"])


@pytest.mark.usefixtures("confirming_site")
def test_the_name_of_a_section_waits_and_its_readings_do_not(cast, security):
    cast.news.name = "头条"
    sections.save_section(cast.news, by=cast.chief)
    cast.news.refresh_from_db()
    assert cast.news.name == "要闻"
    cast.news.stages = 2
    sections.save_section(cast.news, by=security)
    assert Section.objects.get(pk=cast.news.pk).stages == 2
    assert ProposedChange.objects.get().new == {"name": "头条"}


@pytest.mark.usefixtures("confirming_site")
def test_what_is_new_waits_as_a_whole(cast):
    section = sections.save_section(Section(name="桥", slug="bridges", parent=cast.news), by=cast.chief)
    topic = home_and_topics.save_topic(Topic(title="大桥", slug="bridge"), by=cast.chief)
    assert section.pk is topic.pk is None
    assert not Section.objects.filter(slug="bridges").exists()
    assert not Topic.objects.exists()
    assert [(change.kind, change.key) for change in ProposedChange.objects.all()] == [
        ("section", None),
        ("topic", None),
    ]


@pytest.mark.usefixtures("confirming_site")
def test_other_words_for_the_same_are_refused_while_some_wait(cast, topic):
    topic.title = "新桥"
    home_and_topics.save_topic(topic, by=cast.chief)
    topic.title, topic.position = "老桥", 5
    with refused(ValidationError, "waits for a second person already"):
        home_and_topics.save_topic(topic, by=cast.admin)
    topic.refresh_from_db()
    topic.position = 5
    home_and_topics.save_topic(topic, by=cast.admin)
    assert Topic.objects.get().position == 5, "what is no words is saved all the same"


@pytest.mark.usefixtures("confirming_site")
def test_what_is_not_valid_or_not_allowed_is_not_proposed(cast, topic):
    topic.title = ""
    with refused(ValidationError):
        home_and_topics.save_topic(topic, by=cast.chief)
    topic.title = "我的专题"
    with refused(PermissionDenied, "Arrange"):
        home_and_topics.save_topic(topic, by=cast.editor)
    with refused(ValidationError):
        home_and_topics.save_topic(Topic(title="又一座", slug="bridge"), by=cast.chief)


@pytest.mark.usefixtures("confirming_site")
def test_saving_unchanged_proposes_nothing(cast, topic):
    home_and_topics.save_topic(topic, by=cast.chief)
    assert not ProposedChange.objects.exists()
    assert not AuditEntry.objects.exists()


@pytest.mark.usefixtures("confirming_site")
def test_an_import_into_a_section_that_would_have_to_wait_is_refused(cast):
    page = read_printed_page("题名：旧闻\n\n正文。".encode())
    with refused(UnreadablePage, "have it confirmed"):
        import_article(page, by=cast.chief, section="elsewhere", archive=False)


# --- arrangements -----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("confirming_site")
@pytest.mark.parametrize("where", ["home", "topic"])
@pytest.mark.parametrize("word", ["title", "picture", "block"])
def test_an_arrangement_with_new_words_waits(cast, topic, where, word):
    article = cast.article()
    cast.publish(article)
    page = topic if where == "topic" else None
    picture = pictures.store_picture(upload(), by=cast.chief) if word == "picture" else None
    slot = Slot(article=article, title="自己的题" if word == "title" else "", picture=picture)
    BakeJob.objects.all().delete()
    change = arrange(cast, slot, topic=page, title="版块题" if word == "block" else "")
    assert change == ProposedChange.objects.get()
    assert (change.kind, change.key) == (Kind.ARRANGEMENT, topic.pk if page else ProposedChange.HOME)
    assert not Block.objects.exists()
    assert not BakeJob.objects.exists()
    assert AuditEntry.objects.first().action == f"{where}.proposed"
    with refused(ValidationError, "waits for a second person already"):
        arrange(cast, slot, topic=page, title="又一题", by=cast.admin)


@pytest.mark.usefixtures("confirming_site")
def test_moving_and_placing_articles_under_their_signed_titles_waits_for_nobody(cast):
    articles = [cast.article() for _ in range(3)]
    for article in articles:
        cast.publish(article)
    SiteSettings.objects.update(words_are_confirmed=False)
    arrange(cast, Slot(article=articles[0], title="自己的题"), Slot(article=articles[1]), title="版块题")
    SiteSettings.objects.update(words_are_confirmed=True)
    assert arrange(cast, Slot(article=articles[2]), Slot(article=articles[0], title="自己的题"), title="版块题") is None
    assert list(Slot.objects.values_list("article", flat=True)) == [articles[2].pk, articles[0].pk]
    assert arrange(cast, Slot(article=articles[2], title="自己的题")), "the title of another article"


@pytest.mark.usefixtures("confirming_site")
def test_who_arranges_finds_what_waits_and_nobody_else_does(cast, topic):
    topic.title = "新桥"
    home_and_topics.save_topic(topic, by=cast.chief)
    for user, found in [(cast.chief, 1), (cast.admin, 1), (cast.editor, 0), (cast.stranger, 0)]:
        assert proposing.changes_waiting_for(user).count() == found, user
