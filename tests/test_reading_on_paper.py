"""Articles on paper, as Chromium prints them: what stays together, what is repeated, where links lead."""

import io
import unicodedata

import pypdf
import pytest

from articles import appearance, attachments
from articles.models import SiteSettings
from tests.browser import chromium, load_pictures
from tests.cast import Cast, upload

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = "".join(f'<tr><th scope="row">第{n}处</th><td>{n}家</td></tr>' for n in range(1, 41))
TABLE = (
    '<table><caption>各处家数</caption><thead><tr><th scope="col">地点</th><th scope="col">家数</th></tr></thead>'
    f"<tbody>{ROWS}</tbody><tfoot><tr><th>合计</th><td>820家</td></tr></tfoot></table>"
)
# Puts so many lines more before the text of the article.
PUSH_DOWN = """(lines) => document.querySelector('.text').prepend(...Array.from({ length: lines }, () => {
  const line = document.createElement('p');
  line.textContent = '空行';
  return line;
}))"""


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture
def site(live_server, settings):
    settings.SITE_URL = live_server.url
    appearance._kept_parts.cache_clear()
    yield live_server.url
    appearance._kept_parts.cache_clear()


def opened(browser, address):
    """The page, as it is printed."""
    page = browser.new_page(locale="zh-CN")
    page.goto(address)
    page.emulate_media(media="print")
    load_pictures(page)
    return page


def printed(page):
    """The text of each sheet (A4), without white space."""
    sheets = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True, format="A4"))).pages
    # Fonts share glyphs between characters and radicals; NFKC makes characters of them again.
    texts = [unicodedata.normalize("NFKC", sheet.extract_text()) for sheet in sheets]
    return ["".join(text.split()) for text in texts]


def test_the_head_of_a_table_stays_with_its_first_rows_and_is_repeated_and_its_sum_is_not(browser, site):
    cast = Cast()
    article = cast.article(body=TABLE)
    cast.publish(article)
    page = opened(browser, site + article.get_absolute_url())
    page.evaluate(PUSH_DOWN, 23)
    for lines in range(24, 36):  # over the end of the first sheet
        page.evaluate(PUSH_DOWN, 1)
        sheets = printed(page)
        first = next(sheet for sheet in sheets if "各处家数" in sheet)
        assert "第2处2家" in first, lines
        with_rows = [sheet for sheet in sheets if "处" in sheet]
        assert len(with_rows) > 1
        assert all("地点家数" in sheet for sheet in with_rows), lines
        assert sum(sheet.count("合计") for sheet in sheets) == 1, lines


def test_links_and_attachments_say_where_they_lead(browser, site):
    cast = Cast()
    SiteSettings.objects.create(pk=1, name="霁川新闻网")
    file = attachments.store_attachment(upload("家,数\n甲,1\n".encode(), "名单.csv"), by=cast.writer)
    links = '<a href="/a/7/">前文</a>和<a href="https://www.example.cn/b">说明</a>'
    article = cast.article(body=f'<p>见{links}。</p><p><a href="{file.url}">附上</a></p>')
    cast.publish(article)
    text = "".join(printed(opened(browser, site + article.get_absolute_url())))
    for address in (f"前文({site}/a/7/)", "说明(https://www.example.cn/b)", f"名单.csv({site}{file.url})"):
        assert address in text
