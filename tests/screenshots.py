"""Screenshots of every kind of page (`make screenshots`): three widths, light, dark, elder mode, print; of the heads of
a newsroom with a long name; and of what the desk shows only while something happens.

They are written to var/screenshots; `make screenshots DOCS=1` updates those in docs/pictures too.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import django  # noqa: E402
from PIL import Image  # noqa: E402

django.setup()

from tests.browser import chromium, load_pictures  # noqa: E402
from tests.serving import Newsroom  # noqa: E402

OUT, DOCS = ROOT / "var" / "screenshots", ROOT / "docs" / "pictures"
WIDTHS = (390, 768, 1280)
# (name, the cookie, whether the device prefers dark colours)
LOOKS = (("day", "", "light"), ("night", "", "dark"), ("elder", "elder-auto-normal", "light"))
ASK = """
from django.utils import timezone
from articles.models import Article, Person
corrected = Article.objects.filter(live__kind="correction").first()
table = Article.objects.public().filter(body__contains="<table").first()
day = timezone.localdate(Article.objects.public().order_by("-first_published_at").first().first_published_at)
writer = Person.objects.get(pk=table.credits.first().person_id)
print(corrected.pk, table.pk, f"{day:%Y-%m}", day, writer.pk)
"""
LONG_NAME = """
from articles.models import SiteSettings
SiteSettings.objects.update(name="霁川县城北区融媒体中心")
"""
# Articles of the desk's pictures: one to be read by the head of department, one read by all, by what they lack.
ASK_DESK = """
from articles.models import Article
waiting = Article.objects.filter(stage=2).first()
ready = Article.objects.filter(stage=4, scheduled_for=None).first()
print(waiting.pk, ready.pk)
"""
ASK_PICTURE = """
from articles.models import Article
print(Article.objects.public().filter(body__contains="<figcaption>").first().pk)
"""
# A colleague changes the caption of the first picture of the article {key}.
CHANGE_PICTURE = """
from django.contrib.auth.models import User
from articles import editing
from articles.models import Article
article = Article.objects.get(pk={key})
article.body = article.body.replace("<figcaption>", "<figcaption>清晨六点，", 1)
credits = [(credit.role, credit.person) for credit in article.credits.all()]
editing.save_article(article, by=User.objects.get(username="head"), credits=credits)
"""
CHANGE_IT_TOO = """() => {
  const editor = CKEDITOR.instances.id_body;
  editor.setData(editor.getData().replace("<figcaption>", "<figcaption>天亮前，"));
}"""
# Pictures for the docs: (name, address, width, height, cookie, who is logged in).
SHOWN = (
    ("site-home.jpg", "/", 1280, 1500, "", ""),
    ("site-home-elder.jpg", "/", 390, 1100, "elder-auto-normal", ""),
    ("site-topic.jpg", "/t/shuangdu/", 1280, 1300, "", ""),
    ("site-search.jpg", "/search/?q=大桥", 1280, 900, "", ""),
    ("arranging.jpg", "/admin/front/", 1280, 900, "", "chief"),
    ("home.png", "/admin/", 1280, 900, "", "chief"),
    ("writing.png", "/admin/articles/article/{waiting}/change/", 1280, 900, "", "head"),
    ("review.png", "/admin/articles/article/{waiting}/review/", 1280, 900, "", "head"),
    ("review-on-a-phone.png", "/admin/articles/article/{waiting}/review/", 390, 844, "", "head"),
    ("ready-to-publish.png", "/admin/articles/article/{ready}/change/", 1280, 640, "", "chief"),
    ("assigning-a-role.png", "/admin/articles/assignment/add/", 1280, 900, "", "security"),
)


def main() -> None:
    folder = Path(tempfile.mkdtemp())
    newsroom = Newsroom(folder)
    newsroom.environment["SITE_URL"] = site = f"http://127.0.0.1:{newsroom.port}"
    try:
        for command in (("migrate", "-v0"), ("collectstatic", "--noinput", "-v0"), ("load_demo",)):
            newsroom.manage(*command)
        corrected, table, month, day, writer = newsroom.run(ASK).split()
        newsroom.serve()
        pages = {
            "home": "/",
            "section": "/s/news/",
            "numbered": "/s/news/1/",
            "article": f"/a/{table}/",
            "corrected": f"/a/{corrected}/",
            "history": f"/a/{corrected}/history/",
            "topic": "/t/shuangdu/",
            "topics": "/topics/",
            "person": f"/p/{writer}/",
            "source": "/o/1/",
            "archive": "/archive/",
            "month": f"/archive/{month}/",
            "day": f"/archive/{day}/",
            "search": "/search/?q=大桥",
            "nothing-found": "/search/?q=无此词",
            "report": f"/report/{table}/",
            "keyword": "/k/1/",
            "look": "/look/",
            "not-found": "/none/",
        }
        shutil.rmtree(OUT, ignore_errors=True)
        with chromium() as browser:
            if os.environ.get("DOCS"):
                for_docs(browser, newsroom, site)
            for name, path in pages.items():
                of_page(browser, site, name, path)
            of_desk(browser, newsroom, site)
            newsroom.run(LONG_NAME)
            newsroom.manage("bake", "--all")
            for name in ("home", "article"):
                of_page(browser, site, f"long-name-{name}", pages[name])
        print(f"Look at them: {OUT}")
    finally:
        newsroom.stop()
        shutil.rmtree(folder)


def of_page(browser, site, name, path) -> None:
    """One page in every look and width, and on paper."""
    for look, cookie, scheme in LOOKS:
        for width in WIDTHS:
            page = opened(browser, site, path, width, 900, cookie, scheme)
            picture(page, OUT / look / f"{name}-{width}.png", whole=True)
    page = opened(browser, site, path, 794, 1123, "", "light")
    page.emulate_media(media="print")
    picture(page, OUT / "paper" / f"{name}.png", whole=True)


def of_desk(browser, newsroom, site) -> None:
    """The codes of an article, a picture that two have changed, and the log-in over a text whose session has ended."""
    key = newsroom.run(ASK_PICTURE).strip()
    path = f"/admin/articles/article/{key}/change/"

    page = opened(browser, site, path, 1280, 900, "", "light", user="chief")
    page.wait_for_selector("[data-words]:not([hidden])")
    page.evaluate("document.querySelector('.codes').closest('.tab').dispatchEvent(new Event('open-tab'))")
    in_every_width(page, "codes", ".codes")

    page = opened(browser, site, path, 1280, 900, "", "light", user="chief")
    page.wait_for_selector("[data-words]:not([hidden])")
    newsroom.run(CHANGE_PICTURE.format(key=key))
    page.evaluate(CHANGE_IT_TOO)
    page.keyboard.press("Control+s")
    page.wait_for_selector("#conflict")
    in_every_width(page, "picture-conflict", "#conflict")

    page = opened(browser, site, path, 1280, 900, "", "light", user="chief")
    page.wait_for_selector("[data-words]:not([hidden])")
    page.context.clear_cookies(name="sessionid")
    page.click("#id_title")
    page.keyboard.type("今晨")
    page.wait_for_selector("#log_in_again[open]")
    in_every_width(page, "log-in-again", "#log_in_again")


def in_every_width(page, name, part) -> None:
    """The current page, scrolled to this part of it, in light and dark."""
    for look, _cookie, scheme in LOOKS[:2]:
        page.emulate_media(color_scheme=scheme)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            page.locator(part).scroll_into_view_if_needed()
            file = OUT / look / f"desk-{name}-{width}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=file)
    page.context.close()


def for_docs(browser, newsroom, site) -> None:
    waiting, ready = newsroom.run(ASK_DESK).split()
    for name, path, width, height, cookie, user in SHOWN:
        path = path.format(waiting=waiting, ready=ready)
        page = opened(browser, site, path, width, height, cookie, "light", user=user)
        if page.locator("#id_body").count():
            page.wait_for_selector(".cke_inner")
        picture(page, DOCS / name, whole=False)
        reduce_colours(DOCS / name)


def reduce_colours(file) -> None:
    """Make a picture of a desk page small: it has few colours."""
    if file.suffix == ".png":
        with Image.open(file) as image:
            image.convert("RGB").quantize(128, method=Image.Quantize.FASTOCTREE).save(file, optimize=True)


def opened(browser, site, path, width, height, cookie, scheme, user=""):
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, locale="zh-CN")
    if cookie:
        context.add_cookies([{"name": "look", "value": cookie, "url": site}])
    page = context.new_page()
    if user:
        page.goto(f"{site}/admin/login/")
        page.fill("[name=username]", user)
        page.fill("[name=password]", "newsroom-demo")
        page.click("[type=submit]")
        page.wait_for_load_state()
    page.goto(site + path)
    load_pictures(page)
    return page


def picture(page, file, *, whole) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=file, full_page=whole, **({"quality": 82} if file.suffix == ".jpg" else {}))
    page.context.close()


if __name__ == "__main__":
    main()
