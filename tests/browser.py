"""A real Chromium for the tests, driven by Playwright; skipped by name where there is none."""

import os
import shutil
import threading
from contextlib import contextmanager

from tests.conftest import needs

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-sync",
    "--disable-component-update",
]
_running = []


@contextmanager
def chromium():
    """A browser, closed at the end."""
    needs(CHROMIUM is not None, "Chromium")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 (the tests run without it where it is absent)

    # Playwright keeps an event loop in this thread; the ORM's calls here are our own and wait for nothing.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        _running.append(browser)
        try:
            yield browser
        finally:
            _running.remove(browser)
            browser.close()
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def nobody_reads():
    """Close every page and wait until the test server has answered what they asked.

    To be called before the database is emptied: on SQLite the server's threads use the test's own connection, and a
    table that one of them reads (a page's beacon, its last picture) cannot be changed.
    """
    for browser in _running:
        for context in browser.contexts:
            context.close()
    for thread in threading.enumerate():
        if "process_request_thread" in thread.name:  # one for each open connection; ends when the browser hangs up
            thread.join(timeout=30)


def load_pictures(page):
    """Pictures further down load when they come near, and are painted once they are decoded; after this all are."""
    page.evaluate("""Promise.all(Array.from(document.images, (image) => {
      image.loading = "eager"; image.decoding = "sync"; return image.decode().catch(() => null);
    }))""")


def watched(page, site):
    """A list that fills with what must not happen on a page: script errors, policy violations, foreign requests, dialogs.

    `site`: where its requests may go, an address or several.
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
