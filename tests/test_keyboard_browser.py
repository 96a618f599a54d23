"""The keyboard alone: what has the focus is seen, and no act of the desk loses it.

The pages are those on which the focus can get lost: rows that come and go, dialogs, refusals, pages that answer an act.
"""

import pytest
from django.utils import timezone

from articles import home_and_topics, pictures, reporting, review, scheduling
from articles.home_and_topics import ArrangedBlock
from articles.models import Article, Block, ChangeSet, MarginalNote, Report
from tests.browser import chromium
from tests.cast import Cast, png, upload
from tests.change_sets import publish_texts, waiting

pytestmark = pytest.mark.django_db(transaction=True)
IS_AT = """(selector) => {
  const here = document.activeElement;
  return document.hasFocus() && here.matches(selector);
}"""
# Within the window, and nothing else covers its first characters.
IS_SEEN = """() => {
  const here = document.activeElement;
  const { left, top, width, height } = here.getBoundingClientRect();
  const over = document.elementFromPoint(left + Math.min(width, 24) / 2, top + Math.min(height, 24) / 2);
  return here.contains(over) || Boolean(over?.contains(here)) || [...(here.labels ?? [])].some((one) => one === over);
}"""


class Typist:
    """Somebody at the desk without a mouse."""

    def __init__(self, browser, client, site, user):
        client.force_login(user)
        self.site = site
        context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN")
        context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}])
        self.page = context.new_page()

    def opens(self, address):
        self.page.goto(self.site + address)

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text):
        self.page.keyboard.type(text)

    def goes_to(self, selector, key="Tab"):
        """Press the key until this has the focus."""
        for _ in range(120):
            if self.page.evaluate(IS_AT, selector):
                self.page.wait_for_function(IS_SEEN)
                return
            self.press(key)
        raise AssertionError(f"not reached by keyboard: {selector}")

    def is_at(self, selector):
        """Wait until this has the focus, and the scripts of its page have run."""
        self.page.wait_for_selector(f"{selector}:focus")
        self.page.wait_for_load_state()

    def follows(self, selector, key="Tab"):
        """Go to this link or button, and to the page that it leads to."""
        self.goes_to(selector, key=key)
        with self.page.expect_navigation():
            self.press("Enter")

    def acts(self, selector):
        """Press this button, and hear the result where the focus continues."""
        self.follows(selector)
        self.is_at("main > [role=status]")


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture
def desk(browser, client, live_server, settings):
    """Return the cast, and a function that gives somebody a keyboard."""
    settings.SITE_URL = live_server.url
    return Cast(), lambda user: Typist(browser, client, live_server.url, user)


def test_rows_dialogs_and_refusals_keep_the_focus(desk):
    cast, give_keyboard = desk
    article = cast.article(by=cast.writer)
    pictures.store_picture(upload(png(60, 40), "桥.png"), by=cast.writer)
    typist = give_keyboard(cast.writer)
    typist.opens(f"/admin/articles/article/{article.pk}/change/")
    page = typist.page
    page.wait_for_selector("[data-words]:not([hidden])")

    typist.goes_to(".add-row a")
    typist.press("Enter")
    typist.is_at("#id_credits-3-role")
    typist.goes_to(".inline-deletelink")
    typist.press("Enter")
    typist.is_at(".add-row a")

    typist.goes_to("[role=tab]", key="Shift+Tab")
    typist.press("ArrowRight")
    typist.goes_to("#tab-lists button:not([hidden]), .tab:not([hidden]) select[data-library] ~ button")
    typist.press("Enter")
    typist.is_at(".picture-library [name=q]")
    typist.press("Shift+Tab")
    assert page.evaluate("document.activeElement.ariaLabel") == "关闭"
    typist.press("Enter")
    page.wait_for_selector("dialog[open]", state="detached")
    typist.is_at("button")

    typist.goes_to("#id_title", key="Shift+Tab")
    typist.press("Control+a", "Delete", "Control+s")
    typist.is_at(".errornote")
    typist.press("Tab", "Enter")
    typist.is_at("#id_title")
    typist.type("桥通了")
    typist.press("Control+s")
    typist.is_at("main > [role=status]")
    article.refresh_from_db()
    assert article.title == "桥通了"
    assert article.credits.count() == 2  # the row that was left empty is none


def test_publishing_withdrawing_and_arranging(desk):
    cast, give_keyboard = desk
    article = cast.article(by=cast.writer)
    cast.sign(article)
    typist = give_keyboard(cast.admin)
    typist.opens(f"/admin/articles/article/{article.pk}/review/")
    typist.goes_to(".skip-text")
    typist.press("?")
    typist.is_at("#keys button")
    typist.press("Escape")
    typist.is_at(".skip-text")

    form = f"/admin/articles/article/{article.pk}/change/"
    typist.opens(form)
    typist.follows(".bar-acts .next")
    typist.acts("form.act button")
    for act, place in (("withdraw", ".other-acts"), ("put_back", ".bar-acts")):
        typist.follows(f"{place} a[href$='/{act}/']")
        typist.is_at("#id_reason")
        if act == "put_back":
            typist.follows("form.act button")
            typist.is_at(".errornote")
        typist.goes_to("#id_reason")
        typist.type("数字已核")
        typist.acts("form.act button")
    assert Article.objects.public().filter(pk=article.pk).exists()

    blocks = [ArrangedBlock(Block(kind=Block.Kind.LIST, title=title, count=3, fills=True), []) for title in "甲乙"]
    home_and_topics.save_arrangement(None, blocks, by=cast.chief, based_on=0)
    typist.opens("/admin/front/")
    typist.follows("[value='up-1']")
    typist.is_at("[value='up-0']")
    typist.follows("[value='add-0']")
    typist.is_at(".slots .select2-selection")
    typist.follows("[value='remove-0-0']", key="Shift+Tab")
    typist.is_at("[value='add-0']")
    typist.acts("[value='save']")
    assert [block.title for block, _slots in home_and_topics.arranged_blocks(None)] == ["乙", "甲"]


def test_words_are_replaced_in_many(desk):
    cast, give_keyboard = desk
    kept, changed = publish_texts(cast, 2)
    typist = give_keyboard(cast.admin)
    typist.opens("/admin/change-sets/replace/")
    typist.goes_to("#id_words")
    typist.type("县长")
    typist.press("Tab")
    typist.type("市长")
    typist.follows("#id_replacement")
    typist.is_at("[role=status]")
    typist.goes_to(f"#article-{kept.pk}")
    typist.press("Space")
    typist.goes_to("#reason")
    typist.type("任职变动")
    typist.press("Tab")
    typist.type("职务有误，现更正。")
    typist.acts("[value=propose]")
    proposed = ChangeSet.objects.get()
    assert [item.article_id for item in proposed.items.filter(is_ticked=True)] == [changed.pk]
    for reader in cast.readers():
        typist = give_keyboard(reader)
        typist.opens(f"/admin/change-sets/{proposed.pk}/")
        typist.acts("[value=read]")
        assert not waiting(proposed, reader)
    typist.opens(f"/admin/change-sets/{proposed.pk}/")
    typist.acts("[value=carry_out]")
    proposed.refresh_from_db()
    assert proposed.state == ChangeSet.State.RUNNING


def test_rows_of_the_list_and_a_time_are_reached_with_few_keys(desk):
    cast, give_keyboard = desk
    articles = [cast.article(title=title) for title in ("甲", "乙", "丙")]
    cast.sign(articles[0])
    now = timezone.localtime()
    at = now.replace(year=now.year + 1, month=6, day=15, hour=9, minute=30, second=0, microsecond=0)
    scheduling.schedule_article(articles[0], by=cast.admin, at=at)
    typist = give_keyboard(cast.admin)
    page = typist.page
    typist.opens("/admin/articles/article/")
    typist.goes_to(".skip-text")
    typist.press("Enter")
    typist.is_at("#list-acts")
    assert "#" not in page.url  # in an answer to this address, the message would not get the focus
    typist.press("Tab", "Tab", "ArrowDown", "Space", "End")
    typist.is_at("tbody tr:last-child [name=article]")
    page.wait_for_selector(".ticked")
    typist.goes_to("tbody tr:last-child .row-menu summary")
    typist.press("ArrowUp")
    typist.is_at("tbody tr:nth-child(2):has(:checked) .row-menu summary")
    typist.press("Enter", "Tab")
    typist.follows("[value^=copy]")
    typist.is_at("main > [role=status]")
    assert Article.objects.filter(title="乙").count() == 2

    typist.opens(f"/admin/articles/article/{articles[0].pk}/schedule/")
    typist.is_at("#id_at")  # it shows the time that was chosen
    typist.press("ArrowUp")
    last = ".usual-times button:last-child"  # the first time may pass before the form is sent
    typist.goes_to(last)
    chosen = page.get_attribute(last, "value")
    typist.press("Enter")
    typist.acts("form.act [type=submit]")
    articles[0].refresh_from_db()
    assert f"{timezone.localtime(articles[0].scheduled_for):%Y-%m-%dT%H:%M}" == chosen
    typist.opens(f"/admin/articles/article/{articles[0].pk}/unschedule/")
    typist.acts("form.act button")
    articles[0].refresh_from_db()
    assert articles[0].scheduled_for is None


def test_readings_suggestions_and_reports_are_answered(desk):
    cast, give_keyboard = desk
    public, article = cast.article(title="甲"), cast.article(title="乙", by=cast.writer)
    cast.publish(public)
    review.submit_article(article, by=cast.writer)
    typist = give_keyboard(cast.editor)
    typist.opens(f"/admin/articles/article/{article.pk}/review/")
    typist.goes_to("#new-note summary")
    typist.press("Enter")
    typist.goes_to("[name=quote]")
    typist.type("便民桥")
    typist.goes_to("[name=replacement]")
    typist.type("大桥")
    typist.acts("[value=suggest]")
    typist.press("b")
    typist.is_at("[name=opinion]")
    typist.type("请改")
    typist.press("Tab", "b")
    typist.is_at("[value=back]")
    with typist.page.expect_navigation():
        typist.press("b")
    typist.is_at("main > [role=status]")
    assert not Article.objects.get(pk=article.pk).stage

    typist = give_keyboard(cast.writer)
    typist.opens(f"/admin/articles/article/{article.pk}/notes/")
    assert typist.page.get_by_role("button", name="采纳 便民桥", exact=True).count() == 1
    typist.acts("[value=take]")
    assert MarginalNote.objects.get().state == "taken"

    report = reporting.receive_report(public, text="错了", address="192.0.2.1")
    typist = give_keyboard(cast.chief)
    typist.opens(f"/admin/articles/report/{report.pk}/change/")
    typist.goes_to("#answer")
    typist.type("已更正")
    typist.acts("[value=answer]")
    assert Report.objects.get().answer == "已更正"


def test_on_a_phone_a_refused_decision_is_in_view_below_the_text(desk):
    cast, give_keyboard = desk
    article = cast.article(body="<p>桥通了。</p>" * 40, by=cast.writer)
    review.submit_article(article, by=cast.writer)
    typist = give_keyboard(cast.editor)
    page = typist.page
    page.set_viewport_size({"width": 390, "height": 844})
    typist.opens(f"/admin/articles/article/{article.pk}/review/")
    for _again in range(2):
        page.click("[value=back]")
        typist.is_at(".errornote")
        page.wait_for_load_state("load")
        page.wait_for_function("() => document.querySelector('iframe.reading').offsetHeight > 1500")
        page.wait_for_function(IS_SEEN)
