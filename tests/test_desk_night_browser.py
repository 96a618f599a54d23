"""The desk by night: the body editor and its dialogs are as dark as the desk, and all in them can be read."""

import pytest

from articles.appearance import LEGIBLE, contrast_ratio
from tests.browser import chromium
from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)
BODY = """<h2>怎么去</h2><p>三路公交到<a href="https://example.org/">岭下站</a>。</p><blockquote><p>雪天关闭。</p></blockquote>
<table><caption>班次</caption><tbody><tr><th>上午</th><td>九点</td></tr></tbody></table>"""
COLOURS = """(selector) => {
  const hex = (colour) => "#" + colour.match(/\\d+/g).slice(0, 3).map((n) => Number(n).toString(16).padStart(2, "0")).join("");
  const here = [...document.querySelectorAll(selector)].find((one) => one.checkVisibility());
  let paper = here;
  while (getComputedStyle(paper).backgroundColor === "rgba(0, 0, 0, 0)") paper = paper.parentElement;
  return [hex(getComputedStyle(here).color), hex(getComputedStyle(paper).backgroundColor)];
}"""


# Of the dialogs: title, tabs, labels, fields, and both buttons at their foot.
PARTS = {
    "link": (".cke_dialog_title", "label", "input", "select", ".cke_dialog_ui_button_ok span"),
    "table": (".cke_dialog_title", "label", "input", "select", ".cke_dialog_ui_button_cancel span"),
    "find": (".cke_dialog_tab_selected", ".cke_dialog_tab:not(.cke_dialog_tab_selected)", "input", "legend"),
}


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture(params=["dark", "light"])
def night(request):
    return request.param == "dark"


@pytest.fixture
def page(browser, client, live_server, night):
    """The form of an article."""
    cast = Cast()
    article = cast.article(body=BODY)
    client.force_login(cast.writer)
    scheme = "dark" if night else "light"
    context = browser.new_context(color_scheme=scheme, locale="zh-CN", base_url=live_server.url)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    context.add_cookies([cookie])
    page = context.new_page()
    page.goto(f"/admin/articles/article/{article.pk}/change/")
    page.wait_for_selector(".cke_editable table")
    return page


def assert_legible(page, part, *, night):
    ink, paper = page.evaluate(COLOURS, part)
    assert contrast_ratio(ink, paper) >= LEGIBLE, part
    # The red of a button is dark by day and light by night.
    assert part.startswith(".cke_dialog .cke_dialog_ui_button_ok") or (contrast_ratio(paper, "#000000") < 2) == night, (
        part
    )


def test_the_text_is_legible_on_the_paper_of_the_theme(page, night):
    for part in ("h2", "p", "a", "blockquote p", "caption", "th", "td"):
        assert_legible(page, f".cke_editable {part}", night=night)


@pytest.mark.parametrize("dialog", PARTS)
def test_a_dialog_is_legible_and_has_the_colours_of_the_theme(page, night, dialog):
    page.evaluate("name => { CKEDITOR.instances.id_body.openDialog(name) }", dialog)
    page.wait_for_selector(".cke_dialog .cke_dialog_title:visible")
    for part in PARTS[dialog]:
        assert_legible(page, f".cke_dialog {part}", night=night)
