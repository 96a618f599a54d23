"""The screen on which the home page and topics are arranged: every button sends all forms, and no input is lost."""

import re

import pytest
from django.test import Client
from django.utils.translation import gettext, ngettext

from articles import home_and_topics
from articles.home_and_topics import ArrangedBlock
from articles.models import Block, Slot, Topic
from tests.browser import chromium, expect, forbidden_events

pytestmark = pytest.mark.django_db
HOME = "/admin/front/"


@pytest.fixture
def desk(cast):
    client = Client()
    client.force_login(cast.chief)
    return client


@pytest.fixture
def shown(cast):
    made = [cast.article(title=f"第{n}稿") for n in range(3)]
    for article in made:
        cast.publish(article)
    return made


def sent(*blocks, act="save", based_on=0):
    """Return the data of a request; blocks are (facts, slots)."""
    data = {"based_on": based_on, "act": act}
    for b, (facts, slots) in enumerate(blocks):
        facts = {"kind": "list", "title": "", "count": 6, "fills": "on", "section": "", "keyword": "", **facts}
        data |= {f"b{b}-{name}": value for name, value in facts.items() if value is not None}
        for s, slot in enumerate(slots):
            slot = {"article": "", "title": "", "picture": "", "until": "", **slot}
            data |= {f"b{b}s{s}-{name}": value for name, value in slot.items()}
    return data


def values(response, name):
    """Return the values of the fields with this name, in page order."""
    html = response.content.decode()
    return [v for _n, v in re.findall(rf'name="(b\d+(?:s\d+)?-{name})" value="([^"]*)"', html)]


def test_an_arrangement_is_saved_shown_and_recorded(desk, shown):
    response = desk.post(
        HOME, sent(({"title": "今日要闻", "kind": "headline"}, [{"article": shown[0].pk, "title": "自己的题"}]))
    )
    assert response.status_code == 302
    assert [(b.title, [s.title for s in b.slots.all()]) for b in Block.objects.all()] == [("今日要闻", ["自己的题"])]
    assert "自己的题" in desk.get("/").content.decode()
    page = desk.get(HOME)
    assert '<option value="" selected>全部栏目</option>' in page.content.decode()
    assert values(page, "title") == ["今日要闻", "自己的题"]
    assert f'<option value="{shown[0].pk}" selected>第0稿</option>' in page.content.decode()


@pytest.mark.parametrize(
    ("act", "titles", "empty"),
    [
        ("down-0", "乙 乙一 甲 甲一 甲二", 0),
        ("up-1", "乙 乙一 甲 甲一 甲二", 0),
        ("down-0-0", "甲 甲二 甲一 乙 乙一", 0),
        ("remove-0-1", "甲 甲一 乙 乙一", 0),
        ("remove-0", "乙 乙一", 0),
        ("add-1", "甲 甲一 甲二 乙 乙一", 1),
        ("up-0", "甲 甲一 甲二 乙 乙一", 0),
        ("down-9-9", "甲 甲一 甲二 乙 乙一", 0),
        ("remove-0-9", "甲 甲一 甲二 乙 乙一", 0),
        ("add", "甲 甲一 甲二 乙 乙一", 1),
    ],
)
def test_a_small_button_moves_a_row_and_keeps_all_input(desk, act, titles, empty):
    first = {"title": "甲"}, [{"title": "甲一", "until": "2026-13-45"}, {"title": "甲二"}]
    response = desk.post(HOME, sent(first, ({"title": "乙"}, [{"title": "乙一"}]), act=act))
    assert response.status_code == 200
    assert values(response, "title") == titles.split()
    fields = len(re.findall(r'name="b\d+(?:s\d+)?-title"', response.content.decode()))
    assert fields == len(titles.split()) + empty
    assert ("2026-13-45" in response.content.decode()) == ("甲一" in titles)
    assert not Block.objects.exists()


@pytest.mark.parametrize(
    ("block", "slot", "sentence"),
    [
        ({"count": 99}, None, "12"),
        ({"kind": "x"}, None, ""),
        ({}, {"article": ""}, "必填"),
        ({}, {"article": 10**17}, ""),
        ({}, {"article": "draft"}, "读者还看不到"),
        ({"count": 0}, None, "1"),
        ({}, {"article": "shown", "until": "2026-13-45T08:00"}, ""),
        ({}, {"article": "shown", "until": "0001-01-01T00:00"}, "日期不对"),
        ({"fills": None}, None, "空的"),
        ({"title": "长" * 21}, None, "20"),
        ({"section": "9" * 17}, None, ""),
    ],
)
def test_errors_are_shown_beside_the_field_and_nothing_is_saved(desk, cast, shown, block, slot, sentence):
    known = {"draft": cast.article().pk, "shown": shown[0].pk}
    slots = [{**slot, "article": known.get(slot["article"], slot["article"])}] if slot else []
    response = desk.post(HOME, sent(({"title": "留着的字", **block}, slots)))
    assert response.status_code == 200
    html = response.content.decode()
    assert 'role="alert"' in html
    assert sentence in html
    assert "title" in block or "留着的字" in html
    assert not Block.objects.exists()


def test_what_is_wrong_is_named_by_block_and_article_and_leads_there(desk, shown):
    blocks = [({}, []), ({"count": 99}, [{"article": shown[0].pk}, {"article": ""}])]
    html = " ".join(desk.post(HOME, sent(*blocks)).content.decode().split())
    led = re.findall(r'<a href="#([^"]+)"> ([^<：]+)：', html)
    article = gettext("article %(number)s of the block") % {"number": 2}
    assert led == [("id_b1-count", "版块 2 · 条数"), ("id_b1s1-article", f"版块 2 · {article} · 稿件")]
    assert all(f'id="{target}"' in html for target, _label in led)
    assert not Block.objects.exists()


def lines(response):
    """Return the lines of the blocks: name, what it shows, whether it is open."""
    html = " ".join(response.content.decode().split())
    line = r"<details( open)?>\s*<summary>.*?<strong>(.*?)</strong>.*?<small[^>]*>(.*?)</small>\s*</summary>"
    return [(name, shows.strip(), bool(is_open)) for is_open, name, shows in re.findall(line, html)]


def test_a_block_is_a_line_that_tells_what_it_shows(desk, shown):
    placed = [{"article": article.pk} for article in shown]
    own = {"article": shown[0].pk, "title": "自己的题"}
    desk.post(HOME, sent(({"title": "要闻"}, placed), ({"kind": "headline", "fills": None}, [own]), ({}, [])))
    some = gettext("%(chosen)d chosen, filled with the newest up to %(count)s") % {"chosen": 3, "count": 6}
    one = ngettext("%(chosen)d chosen article", "%(chosen)d chosen articles", 1) % {"chosen": 1}
    assert lines(desk.get(HOME)) == [
        ("列表 · 要闻", f"{some} · 第0稿 · 第1稿 · 第2稿", False),
        ("头条", f"{one} · 自己的题", False),
        ("列表", gettext("automatically the newest %(count)s") % {"count": 6}, False),
    ]


def test_a_block_opens_where_it_is_wrong_or_new_or_was_open(desk, shown):
    own = {"article": shown[0].pk}
    kept = sent(({"title": "甲", "open": "1"}, []), ({"title": "乙"}, []), ({"count": 99}, []), ({"title": "丁"}, []))
    assert [is_open for *_told, is_open in lines(desk.post(HOME, kept))] == [True, False, True, False]
    wrong = sent(({"title": "甲"}, [own, {"article": ""}]), ({"title": "乙"}, []))
    assert [is_open for *_told, is_open in lines(desk.post(HOME, wrong))] == [True, False]
    opened_by = {"down-0": {"甲"}, "add": {"甲", "列表"}, "add-1": {"甲", "乙"}, "up-1-0": {"甲", "乙"}}
    for act, opened in opened_by.items():
        data = sent(({"title": "甲", "open": "1"}, []), ({"title": "乙"}, [own]), ({"title": "丁"}, []), act=act)
        told = lines(desk.post(HOME, data))
        assert {name.removeprefix("列表 · ") for name, _shows, is_open in told if is_open} == opened


def test_a_conflicting_save_is_refused_and_keeps_the_input(desk, shown):
    desk.post(HOME, sent(({"title": "先来"}, [])))
    response = desk.post(HOME, sent(({"title": "后到"}, []), based_on=0))
    assert "已有他人保存" in response.content.decode()
    assert values(response, "title") == ["后到"]
    assert Block.objects.get().title == "先来"


def test_the_preview_shows_the_arrangement_and_saves_nothing(desk, shown):
    response = desk.post(
        HOME, sent(({"kind": "headline"}, [{"article": shown[0].pk, "title": "将来的题"}]), act="preview")
    )
    assert response["Location"].startswith("/admin/front/preview/")
    html = desk.get(response["Location"]).content.decode()
    assert "将来的题" in html
    assert "未发布" in html
    assert not Slot.objects.exists()


def test_a_topic_is_added_arranged_and_moved(desk, shown):
    desk.post(
        "/admin/articles/topic/add/",
        {"title": "大桥", "slug": "bridge", "state": "0open", "position": 0, "introduction": ""},
    )
    topic = Topic.objects.get()
    desk.post(f"/admin/articles/topic/{topic.pk}/arrange/", sent(({}, [{"article": shown[0].pk}])))
    assert "第0稿" in desk.get("/t/bridge/").content.decode()
    desk.post(
        f"/admin/articles/topic/{topic.pk}/change/", {"title": "大桥", "slug": "qiao", "state": "0open", "position": 0}
    )
    assert desk.get("/t/bridge/")["Location"] == "/t/qiao/"
    assert desk.get("/admin/articles/topic/999/arrange/").status_code == 404


def test_the_number_of_blocks_and_slots_is_limited(desk):
    response = desk.post(HOME, sent(*[({"title": f"块{n}"}, [{"title": str(s)} for s in range(3)]) for n in range(30)]))
    assert response.status_code == 200
    assert len(re.findall(r'name="b\d+-title"', response.content.decode())) == 13
    assert not Block.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_blocks_and_articles_are_moved_by_dragging(cast, shown, desk, live_server):
    slots = [Slot(article=article, title=f"第{n}条") for n, article in enumerate(shown)]
    blocks = [ArrangedBlock(Block(title="甲"), slots), ArrangedBlock(Block(title="乙", kind="headline"), [])]
    home_and_topics.save_arrangement(None, blocks, by=cast.chief, based_on=0)
    with chromium() as browser:
        context = browser.new_context(viewport={"width": 1280, "height": 1400}, locale="zh-CN")
        cookie = desk.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        page = context.new_page()
        wrong = forbidden_events(page, live_server.url)
        page.goto(live_server.url + HOME)
        names = page.locator(".block-name")
        expect(names).to_have_text(["1 列表 · 甲", "2 头条 · 乙"])
        page.click("[data-block]:first-of-type summary")
        handles = page.locator("[data-slot] .handle")
        handles.nth(2).drag_to(handles.nth(0), target_position={"x": 5, "y": 1})
        page.locator("[data-block] > .moves .handle").nth(1).drag_to(names.nth(0))
        expect(names).to_have_text(["1 头条 · 乙", "2 列表 · 甲"])
        first_up = page.locator("[data-block] > .moves [aria-label]").first
        expect(first_up).to_have_attribute("aria-label", "上移版块 1")
        page.fill("[name=b1-title]", "丙")
        expect(names.nth(1)).to_have_text("2 列表 · 丙")
        expect(page.locator("summary small").nth(1)).to_have_text(gettext("changed, not saved yet"))
        page.click("[value='up-1']")
        page.wait_for_selector("[data-goes-on='up-0']")
        expect(names).to_have_text(["1 列表 · 丙", "2 头条 · 乙"])
        expect(page.locator("details[open] .block-name")).to_have_text(["1 列表 · 丙"])
        page.click("[value='down-0']")
        page.wait_for_selector("[data-goes-on='down-1']")
        page.click("[value=save]")
        page.wait_for_selector(".messagelist")
        assert wrong == []
    assert [b.title for b in Block.objects.all()] == ["乙", "丙"]
    assert [slot.title for slot in Slot.objects.all()] == ["第2条", "第0条", "第1条"]
