"""The keyboard alone: what has the focus is seen, and no act of the desk loses it.

The pages are those on which the focus can get lost: rows that come and go, dialogs, refusals, pages that answer an act.
"""

import pytest

from articles import home_and_topics, pictures
from articles.home_and_topics import ArrangedBlock
from articles.models import Article, Block, ChangeSet
from tests.browser import chromium
from tests.cast import Cast, png, upload
from tests.change_sets import publish_texts, waiting

pytestmark = pytest.mark.django_db(transaction=True)
IS_AT = """(selector) => {
  const here = document.activeElement;
  return document.hasFocus() && here.matches(selector);
}"""
# Within the window, and nothing else lies over its first characters.
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
                assert self.page.evaluate(IS_SEEN), selector
                return
            self.press(key)
        raise AssertionError(f"not reached by keyboard: {selector}")

    def is_at(self, selector):
        """Wait until this has the focus."""
        self.page.wait_for_selector(f"{selector}:focus")

    def follows(self, selector, key="Tab"):
        """Go to this link or button, and to the page that it leads to."""
        self.goes_to(selector, key=key)
        with self.page.expect_navigation():
            self.press("Enter")

    def acts(self, selector):
        """Press this button, and be told what was done where the keyboard goes on."""
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
    typist.is_at("button")
    assert page.locator("dialog[open]").count() == 0

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
    for act in ("withdraw", "put_back"):
        typist.follows(f".other-acts a[href$='/{act}/']")
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
