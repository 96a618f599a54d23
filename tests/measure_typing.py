"""How long typing into a long text blocks the page (`.venv/bin/python -m tests.measure_typing`); docs/performance.md.

By hand only, since no test depends on time: Chromium with the processor slowed four times, a text of 20,000 characters
in the article's form, CHARACTERS typed in its middle with pauses in which the text is kept, counted and checked.
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

django.setup()

from tests.browser import chromium  # noqa: E402
from tests.serving import Newsroom  # noqa: E402

SCENE = """
from tests.cast import Cast
cast = Cast()
paragraph = "<p>" + "望桥乡的便民桥今日通车，两岸居民步行过江，老人说等了四十年。" * 7 + "</p>"
print(cast.article(by=cast.writer, title="长稿", body=paragraph * 96).pk)
"""
SLOWED = 4
CHARACTERS = 150
EVERY = 90  # milliseconds between two keys
PAUSES = 5  # of PAUSE milliseconds, in which what waits for a pause begins
PAUSE = 1800
WATCH = """() => {
  window.tasks = [];
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => tasks.push(Math.round(entry.duration))))
    .observe({ type: "longtask" });
}"""
PUT_CARET = """
const editor = CKEDITOR.instances.id_body;
const middle = editor.editable().getChild(48);
const range = editor.createRange();
range.setStart(middle.getFirst(), 20);
range.collapse(true);
editor.focus();
editor.getSelection().selectRanges([range]);
middle.$.scrollIntoView({ block: "center" });
"""


def main() -> None:
    folder = Path(tempfile.mkdtemp())
    newsroom = Newsroom(folder)
    try:
        for command in (("migrate", "-v0"), ("collectstatic", "--noinput", "-v0")):
            newsroom.manage(*command)
        number = newsroom.run(SCENE).split()[-1]
        newsroom.serve()
        with chromium() as browser:
            measure(browser, f"http://127.0.0.1:{newsroom.port}", number)
    finally:
        newsroom.stop()
        shutil.rmtree(folder)


def measure(browser, site, number) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{site}/admin/login/?next=/admin/articles/article/{number}/change/")
    page.fill("#id_username", "writer")
    page.fill("#id_password", "secret-of-writer")
    page.click("[type=submit]")
    page.wait_for_selector("[data-words]:not([hidden])")
    page.wait_for_timeout(3000)
    page.evaluate(PUT_CARET)
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
    page.evaluate(WATCH)
    for _ in range(PAUSES):
        page.keyboard.type("桥" * (CHARACTERS // PAUSES), delay=EVERY)
        page.wait_for_timeout(PAUSE)
    tasks = sorted(page.evaluate("() => tasks"), reverse=True)
    print(f"{CHARACTERS} characters: {len(tasks)} tasks of more than 50 ms, the longest {tasks[:6]} ms")
    print(f"load of this computer, which the clock counts: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
