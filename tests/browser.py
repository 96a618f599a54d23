"""Chromium for the tests, driven by Playwright; tests are skipped if it is not installed."""

import os
import shutil
import threading
from contextlib import contextmanager, nullcontext
from importlib.util import find_spec

from django.db import connection
from django.utils import timezone

from tests import slow_pages
from tests.conftest import needs

# The shell has Chromium's pages without its windows, which takes less than half of the processor's time.
CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-sync",
    "--disable-component-update",
]
# The rules of axe whose result depends on colours and widths; one look at a page is checked for everything, the others
# for these. A finger needs 24 px; axe asks for that only where it is told to.
OF_LOOK = ["color-contrast", "scrollable-region-focusable", "link-in-text-block", "target-size"]
FIND_BARRIERS = """(rules) => axe.run(
  {resultTypes: ["violations"], ...(rules ? {runOnly: {type: "rule", values: rules}}
    : {rules: {"target-size": {enabled: true}}})},
).then((found) => found.violations.map((one) => [one.id, one.impact, ...one.nodes.map((node) => node.html.slice(0, 120))]))"""
PATIENCE = 120  # seconds in which a page does what is waited for, however busy the machine is
_running = []


@contextmanager
def chromium():
    """Start a browser, and close it at the end."""
    needs(CHROMIUM is not None, "Chromium")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 (optional for the other tests)

    # Playwright runs an event loop in this thread, in which Django refuses database access by default.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright, slow_pages.slow_server() if slow_pages.SEED else nullcontext():
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        browser.on("context", lambda context: context.set_default_timeout(PATIENCE * 1000))
        if slow_pages.SEED:
            slow_pages.slow_down(browser)
        _running.append(browser)
        try:
            yield browser
        finally:
            _running.remove(browser)
            browser.close()
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def half_of(pages):
    """Return every other page; the run on the other database, or tomorrow's, looks at those between.

    For what axe finds, which takes seconds for a page and is the same on every database: `.ci/run` looks at all.
    """
    turn = (timezone.localdate().toordinal() + (connection.vendor == "postgresql")) % 2
    return list(pages)[turn::2]


def expect(what):
    """Playwright's `expect`, as patient as its other waits."""
    from playwright.sync_api import expect  # noqa: PLC0415 (optional for the other tests)

    expect.set_options(timeout=PATIENCE * 1000)
    return expect(what)


def close_all_pages():
    """Close every page, and wait until the test server has answered all their requests.

    Call it before the database is emptied: what the pages still ask for (the read counter, their last picture) would
    otherwise be answered, or written, in the next test.
    """
    for browser in _running:
        for context in browser.contexts:
            context.close()
    for thread in threading.enumerate():
        if "process_request_thread" in thread.name:  # one for each open connection; ends when the browser hangs up
            thread.join(timeout=PATIENCE)


def find_barriers(page, rules=None):
    """Return what axe finds on the page that is open: [rule, impact, elements…]; `rules`: only these.

    The test is skipped where axe is absent.
    """
    if not page.evaluate("'axe' in window"):
        needs(find_spec("axe_playwright_python") is not None, "axe-playwright-python")
        from axe_playwright_python.base import AXE_SCRIPT  # noqa: PLC0415 (optional for the other tests)

        page.evaluate(AXE_SCRIPT)
    return page.evaluate(FIND_BARRIERS, rules)


def load_pictures(page):
    """Load and decode all pictures of the page, lazy ones included."""
    page.evaluate("""Promise.all(Array.from(document.images, (image) => {
      image.loading = "eager"; image.decoding = "sync"; return image.decode().catch(() => null);
    }))""")


def forbidden_events(page, site):
    """Return a list that collects script errors, policy violations, foreign requests and dialogs of the page.

    `site`: the address, or a list of addresses, to which requests are allowed.
    """
    wrong = []
    page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    page.on("console", lambda m: wrong.append(m.text) if m.type == "error" and "Content Security" in m.text else None)
    page.on(
        "request",
        lambda r: (
            None
            if r.url.startswith((*([site] if isinstance(site, str) else site), "data:", "blob:"))
            else wrong.append(f"request: {r.url}")
        ),
    )
    page.on("dialog", lambda dialog: (wrong.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    return wrong
