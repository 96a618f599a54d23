"""Arranging the home page and topics: slots show public articles until they expire; blocks fill the rest."""

import time
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone, translation

from articles import baking, discarding, home_and_topics, old_paths, pictures, publishing, worker
from articles.baking import affected_pages
from articles.home_and_topics import ArrangedBlock
from articles.models import AuditEntry, BakeJob, Block, SiteSettings, Slot, Topic
from tests.baked import assert_disk_matches_site
from tests.cast import Cast, all_rows, png, refused, upload

pytestmark = pytest.mark.django_db
Kind = Block.Kind


@pytest.fixture(scope="module")
def made(kept_rows):
    """The cast, and five public articles, once for this file."""
    cast = Cast()
    SiteSettings.objects.create(pk=1, name="霁川新闻网")
    articles = [cast.article(title=f"第{n}稿", keywords="大桥" if n == 1 else "") for n in range(5)]
    for article in articles:
        cast.publish(article)
    return cast, articles


@pytest.fixture
def cast(own_copies):
    return own_copies[0]


@pytest.fixture
def shown(own_copies):
    return own_copies[1]


def a_topic(**facts):
    return Topic.objects.create(**{"title": "大桥建成", "slug": "bridge", "state": Topic.State.OPEN, **facts})


def block(*slots, **facts):
    return ArrangedBlock(
        Block(**{"kind": Kind.LIST, "count": 3, **facts}),
        [s if isinstance(s, Slot) else Slot(article=s) for s in slots],
    )


def arrange(cast, *blocks, topic=None):
    home_and_topics.save_arrangement(topic, blocks, by=cast.chief, based_on=home_and_topics.arrangement_version(topic))


def lines(topic=None):
    return [
        [line.title for line in filled.lines]
        for filled in home_and_topics.fill_blocks(home_and_topics.arranged_blocks(topic))
    ]


# --- the topic itself ---------------------------------------------------------------------------------------------


def test_a_topic_is_added_and_changed_and_its_pages_are_asked_for(cast, shown):
    topic = home_and_topics.save_topic(Topic(title="大桥建成", slug="bridge", state=Topic.State.OPEN), by=cast.chief)
    assert AuditEntry.objects.first().action == "topic.added"
    arrange(cast, block(shown[0]), topic=topic)
    BakeJob.objects.all().delete()
    topic.title, topic.slug = "大桥通车", "opening"
    home_and_topics.save_topic(topic, by=cast.chief)
    details = AuditEntry.objects.first().details
    assert details["fields"] == ["topic.title", "topic.slug"]
    assert (details["old"], details["new"]) == (["大桥建成", "bridge"], ["大桥通车", "opening"])
    asked = set(BakeJob.objects.values_list("path", flat=True))
    article = f"/a/{shown[0].number}/"
    assert {"/t/opening/", "/topics/", article} <= asked
    assert {"/t/bridge/", "/feeds/t/bridge.atom"} <= asked, "the files under the old address go"
    assert old_paths.find_old_path("/t/bridge/").target == "/t/opening/"


def test_another_banner_asks_for_the_file_of_the_old_one_too(cast):
    old, new = (pictures.store_picture(upload(png(colour=(n, n, n))), by=cast.chief) for n in (1, 2))
    topic = a_topic(banner=old)
    topic.banner = new
    home_and_topics.save_topic(topic, by=cast.chief)
    assert {old.url, new.url} <= set(BakeJob.objects.values_list("path", flat=True))


def test_saving_a_topic_unchanged_makes_no_entry(cast):
    topic = a_topic()
    before = all_rows()
    home_and_topics.save_topic(topic, by=cast.chief)
    assert all_rows() == before


@pytest.mark.parametrize("who", ["editor", "stranger"])
def test_the_wrong_person_saves_no_topic(cast, who):
    for topic in (a_topic(), Topic(title="大桥", slug="other")):
        topic.title = "我的专题"
        with refused(PermissionDenied, "Arrange"):
            home_and_topics.save_topic(topic, by=getattr(cast, who))


def test_what_cannot_be_a_topic_is_refused(cast):
    a_topic()
    for facts in ({"title": "又一座", "slug": "bridge"}, {"title": "", "slug": "x"}, {"title": "桥", "slug": "不 好"}):
        with refused(ValidationError):
            home_and_topics.save_topic(Topic(**facts), by=cast.chief)


# --- what is shown --------------------------------------------------------------------------------------------------


def test_what_is_put_there_comes_first_and_the_newest_fill_up(cast, shown):
    arrange(cast, block(Slot(article=shown[0], title="老桥新事")), block(count=2))
    assert lines() == [["老桥新事", "第4稿", "第3稿"], ["第2稿", "第1稿"]]


def test_a_block_fills_itself_from_a_section_or_a_keyword(cast, shown):
    below = cast.article(title="乡镇稿", section=cast.towns)
    cast.publish(below)
    arrange(cast, block(section=cast.news, count=2), block(keyword="大桥"), block(section=cast.culture))
    assert lines() == [["乡镇稿", "第4稿"], ["第1稿"]]  # an empty block is not shown


def test_withdrawn_expired_and_timed_out_leave_their_place(cast, shown, monkeypatch):
    soon = timezone.now() + timedelta(hours=1)
    arrange(cast, block(Slot(article=shown[0], until=soon), shown[1], fills=False))
    assert lines() == [["第0稿", "第1稿"]]
    publishing.withdraw_article(shown[1], by=cast.chief, reason="核实")
    assert lines() == [["第0稿"]]
    monkeypatch.setattr(timezone, "now", lambda: soon)
    assert lines() == []


def test_a_slot_whose_time_ends_has_the_page_written_anew(cast, shown, monkeypatch):
    soon = timezone.now() + timedelta(hours=1)
    topic = a_topic()
    arrange(cast, block(Slot(article=shown[0], until=soon)), topic=topic)
    worker.queue_pages_changed_by_time()
    BakeJob.objects.all().delete()
    monkeypatch.setattr(timezone, "now", lambda: soon + timedelta(seconds=1))
    assert worker.queue_pages_changed_by_time() == 1
    assert BakeJob.objects.filter(path="/t/bridge/").exists()


# --- the act --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "kind"), [("zh-hans", "列表"), ("en", "List")])
def test_the_audit_tells_the_kinds_of_blocks_in_the_language_of_its_reader(cast, shown, language, kind):
    with translation.override("en" if language == "zh-hans" else "zh-hans"):
        arrange(cast, block(shown[0]), block(title="专栏"), topic=a_topic())
    entry = AuditEntry.objects.get(action="topic.arranged")
    before = AuditEntry(details={"blocks": [["列表", [1, 2]]]})
    with translation.override(language):
        assert f"{kind} ({shown[0].pk}); {kind} 专栏" in dict(entry.facts).values()
        assert "列表 (1, 2)" in dict(before.facts).values()


def test_arranging_asks_for_just_the_pages_that_show_it(cast, shown):
    topic = a_topic()
    BakeJob.objects.all().delete()
    arrange(cast, block(shown[0]), topic=topic)
    asked = set(BakeJob.objects.values_list("path", flat=True))
    feeds = {f"/feeds/t/bridge.{form}" for form in ("atom", "rss", "json")}
    assert asked == {"/t/bridge/", "/topics/", *feeds, shown[0].get_absolute_url()}
    entry = AuditEntry.objects.get(action="topic.arranged")
    assert entry.details["blocks"] == [["list", "", [shown[0].pk]]]
    BakeJob.objects.all().delete()
    arrange(cast, block(shown[1]), topic=topic)
    asked = set(BakeJob.objects.values_list("path", flat=True))
    assert {a.get_absolute_url() for a in shown[:2]} <= asked  # the one leads to the topic no more
    BakeJob.objects.all().delete()
    arrange(cast, block(shown[1]))
    assert set(BakeJob.objects.values_list("path", flat=True)) == {"/"}


def test_who_may_not_arrange_is_refused(cast, shown):
    for user in (cast.editor, cast.writer, cast.stranger):
        with refused(PermissionDenied):
            home_and_topics.save_arrangement(None, [block(shown[0])], by=user, based_on=0)


def test_the_second_of_two_who_arrange_at_once_is_told(cast, shown):
    version = home_and_topics.arrangement_version(None)
    arrange(cast, block(shown[0]))
    with refused(ValidationError, "Somebody else"):
        home_and_topics.save_arrangement(None, [block(shown[1])], by=cast.chief, based_on=version)


def test_what_cannot_be_shown_is_refused_with_sentences(cast, shown):
    for blocks, sentence in (
        ([block(*shown[:4])], "shows 3 lines"),
        ([block(shown[0], shown[0])], "twice"),
        ([block(fills=False)], "empty"),
        ([block()] * 13, "at most 12"),
    ):
        with refused(ValidationError, sentence):
            arrange(cast, *blocks)


# --- topics and publishing --------------------------------------------------------------------------------------------


def test_a_draft_that_was_discarded_meanwhile_is_refused_with_a_sentence(cast, shown):
    draft = cast.article()
    wanted = block(draft)
    discarding.discard_draft(draft, by=cast.admin)
    with refused(ValidationError, "deleted in the meantime"):
        arrange(cast, wanted)
    assert not AuditEntry.objects.filter(action="home.arranged").exists()


def test_publishing_rewrites_the_topics_that_may_show_it_and_no_others(cast, shown):
    for n, blocks in enumerate(
        [
            [block(shown[0])],
            [block(section=cast.news)],
            [block(keyword="大桥", section=None)],
            [block(section=cast.culture)],
            [block(shown[1], fills=False)],
        ]
    ):
        arrange(cast, *blocks, topic=a_topic(slug=f"t{n}"))
    fresh = cast.article(title="又一稿", keywords="大桥", section=cast.towns)
    cast.publish(fresh)
    fresh.refresh_from_db()
    found = {path for path in affected_pages.article_pages(fresh) if path.startswith("/t/")}
    assert found == {"/t/t0/", "/t/t1/", "/t/t2/"}  # the first fills up from anywhere
    assert {p for p in affected_pages.article_pages(shown[1]) if p.startswith("/t/")} == {
        "/t/t0/",
        "/t/t1/",
        "/t/t2/",
        "/t/t4/",
    }


def test_all_pages_agree_with_the_site_after_arranging(cast, shown):
    for group in affected_pages.all_addresses():
        baking.request_bake(group)
    topic = a_topic()
    arrange(cast, block(shown[0]), topic=topic)
    arrange(cast, block(shown[1], kind=Kind.HEADLINE))
    baking.bake_pending()
    assert_disk_matches_site()
    publishing.withdraw_article(shown[0], by=cast.chief, reason="核实")
    publishing.withdraw_article(shown[1], by=cast.chief, reason="核实")
    baking.bake_pending()
    assert_disk_matches_site()


# --- readers --------------------------------------------------------------------------------------------------------


def test_a_topics_page_its_state_and_the_way_to_it(client, cast, shown):
    topic = a_topic(introduction="从合龙到通车。")
    arrange(
        cast,
        block(shown[0], kind=Kind.HEADLINE, fills=False),
        block(shown[1], shown[2], kind=Kind.CAROUSEL),
        topic=topic,
    )
    html = client.get("/t/bridge/").content.decode()
    assert "从合龙到通车。" in html
    assert html.index("第0稿") < html.index("第1稿")
    assert 'href="/t/bridge/"' in client.get("/topics/").content.decode()
    assert '<a href="/t/bridge/">大桥建成</a>' in client.get(shown[0].get_absolute_url()).content.decode()
    Topic.objects.update(state=Topic.State.ARCHIVED)
    assert "已归档" in client.get("/t/bridge/").content.decode()
    Topic.objects.update(state=Topic.State.DRAFT)
    assert client.get("/t/bridge/").status_code == 404
    assert "大桥建成" not in client.get("/topics/").content.decode()
    assert "大桥建成" not in client.get(shown[0].get_absolute_url()).content.decode()


def test_the_home_page_is_as_it_was_until_somebody_arranges_it(client, cast, shown):
    before = client.get("/").content
    arrange(cast, block(shown[0], kind=Kind.HEADLINE))
    assert client.get("/").content != before
    arrange(cast)
    assert client.get("/").content == before


def test_a_list_with_no_list_beside_it_is_told_apart(client, cast, shown):
    """It takes its row; a class marks it, since old kernels cannot select by neighbours."""
    alone, together = block(shown[1], fills=False), [block(s, fills=False) for s in shown[2:4]]
    arrange(
        cast,
        block(shown[0], kind=Kind.HEADLINE, fills=False),
        alone,
        block(shown[4], kind=Kind.PICTURES, fills=False),
        *together,
    )
    page = client.get("/").content.decode()
    assert page.count('<section class="arranged alone">') == 1
    assert page.count('<section class="arranged">') == 2
    assert page.index("第1稿") < page.index("第4稿") < page.index("第2稿") < page.index("第3稿")


def test_an_arranged_page_asks_little(client, cast, shown, django_assert_max_num_queries):
    arrange(cast, *[block(shown[n], kind=kind, count=1) for n, kind in enumerate(Kind)])
    with django_assert_max_num_queries(7):
        client.get("/")


def test_a_preview_has_the_files_of_its_slots_and_its_banner_and_no_others(cast, shown):
    banner, own, _other = (pictures.store_picture(upload(png(colour=(n, n, n))), by=cast.chief) for n in (1, 2, 3))
    arranged = [block(Slot(article=shown[0], picture=own), shown[1])]
    files = {picture.file.name: "" for picture in (own, banner)}
    assert home_and_topics.files_of_arrangement(a_topic(banner=banner), arranged) == files
    assert home_and_topics.files_of_arrangement(None, arranged) == {own.file.name: ""}


def test_a_preview_is_signed_expires_and_saves_nothing(client, cast, shown, monkeypatch):
    draft = cast.article(title="机密")
    address = home_and_topics.arrangement_preview_url(
        None, [block(Slot(article=shown[0], title="将来的样子")), block(draft, count=1)]
    )
    assert client.get(address).status_code == 302, "an anonymous browser is asked to log in"
    client.force_login(cast.writer)
    assert client.get(address).status_code == 403
    client.force_login(cast.chief)
    response = client.get(address)
    assert "将来的样子" in response.content.decode()
    assert "未发布" in response.content.decode()
    assert "机密" not in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert not Block.objects.exists()
    assert client.get(address[:-2] + "x/").status_code == 403
    later = time.time() + 3700
    monkeypatch.setattr("time.time", lambda: later)
    assert client.get(address).status_code == 403
