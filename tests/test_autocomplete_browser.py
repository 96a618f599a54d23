"""Choosing by fast typing, in a browser: Enter takes what was typed or nothing, however slow the server answers."""

import pytest

from articles.models import Source
from tests.browser import chromium
from tests.cast import Cast
from tests.test_browser import log_in

pytestmark = pytest.mark.django_db(transaction=True)
FIELD, OPTIONS = ".select2-search__field", ".select2-results__option[role=option]"


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


class SlowChoice:
    """The choice of a source; the server's answers are held until the test lets them through."""

    def __init__(self, page, site):
        self.page, self.held, self.answers = page, [], False
        log_in(page, site, "writer")
        page.goto(f"{site}/admin/articles/article/add/")
        page.click("#id_source + .select2")
        page.wait_for_selector(f"{OPTIONS} >> text=霁川新闻网")
        page.route("**/admin/autocomplete/**", self.hold)

    def hold(self, route):
        route.continue_() if self.answers else self.held.append(route)

    def type(self, words):
        with self.page.expect_request("**/admin/autocomplete/**"):
            self.page.fill(FIELD, words)

    def enter(self):
        self.page.keyboard.press("Enter")

    def answer(self, count):
        """Let the held answers through and wait until the list has this many entries, or is closed."""
        self.answers = True
        for route in self.held:
            if route.request.failure is None:  # what was typed on has aborted it
                route.continue_()
        self.page.wait_for_function(
            "([options, count]) => !document.querySelector('.select2-search__field')"
            " || !document.querySelector('.loading-results')"
            " && document.querySelectorAll(options).length === count",
            arg=[OPTIONS, count],
        )

    @property
    def chosen(self):
        return self.page.eval_on_selector("#id_source", "select => select.selectedOptions[0]?.text ?? ''").strip("-")


@pytest.fixture
def choice(browser, live_server, settings):
    settings.SITE_URL = live_server.url
    Cast()
    Source.objects.create(name="霁川新闻网客户端", standing=Source.Standing.OWN)
    page = browser.new_page()
    yield SlowChoice(page, live_server.url)
    page.close()


def test_enter_before_the_answer_takes_what_was_typed(choice):
    choice.type("霁川新闻网")
    choice.enter()
    assert choice.chosen == ""
    choice.answer(2)
    choice.page.wait_for_selector(FIELD, state="detached")
    assert choice.chosen == "霁川新闻网"


def test_enter_before_the_answer_takes_nothing_that_was_not_typed(choice):
    choice.type("霁川新")
    choice.enter()
    choice.answer(2)
    assert choice.page.is_visible(FIELD)
    assert choice.chosen == ""
    choice.page.keyboard.press("ArrowDown")
    choice.enter()
    choice.page.wait_for_selector(FIELD, state="detached")
    assert choice.chosen == "霁川新闻网客户端"


def test_typing_on_after_enter_takes_nothing(choice):
    choice.type("霁川新闻网")
    choice.enter()
    choice.type("泽南")
    choice.answer(1)
    assert choice.page.is_visible(FIELD)
    assert choice.chosen == ""


def test_enter_on_the_list_that_is_shown_takes_its_first_entry(choice):
    choice.type("泽南")
    choice.answer(1)
    choice.enter()
    choice.page.wait_for_selector(FIELD, state="detached")
    assert choice.chosen == "泽南日报"
