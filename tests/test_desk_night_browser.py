"""The desk by night: the body editor is as dark as the desk around it, and all in it can be read."""

import pytest

from articles.appearance import LEGIBLE, contrast_ratio
from tests.browser import chromium
from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)
BODY = """<h2>怎么去</h2><p>三路公交到<a href="https://example.org/">岭下站</a>。</p><blockquote><p>雪天关闭。</p></blockquote>
<table><caption>班次</caption><tbody><tr><th>上午</th><td>九点</td></tr></tbody></table>"""
COLOURS = """(selector) => {
  const hex = (colour) => "#" + colour.match(/\\d+/g).slice(0, 3).map((n) => Number(n).toString(16).padStart(2, "0")).join("");
  const here = document.querySelector(".cke_editable " + selector);
  let paper = here;
  while (getComputedStyle(paper).backgroundColor === "rgba(0, 0, 0, 0)") paper = paper.parentElement;
  return [hex(getComputedStyle(here).color), hex(getComputedStyle(paper).backgroundColor)];
}"""


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_the_text_is_legible_on_the_paper_of_the_theme(client, live_server, scheme):
    cast = Cast()
    article = cast.article(body=BODY)
    client.force_login(cast.writer)
    with chromium() as browser:
        context = browser.new_context(color_scheme=scheme, locale="zh-CN", base_url=live_server.url)
        cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
        context.add_cookies([cookie])
        page = context.new_page()
        page.goto(f"/admin/articles/article/{article.pk}/change/")
        page.wait_for_selector(".cke_editable table")
        for part in ("h2", "p", "a", "blockquote p", "caption", "th", "td"):
            ink, paper = page.evaluate(COLOURS, part)
            assert contrast_ratio(ink, paper) >= LEGIBLE, part
            assert (contrast_ratio(paper, "#000000") < 2) == (scheme == "dark"), part
