"""Chromium for the tests, driven by Playwright; tests are skipped if it is not installed."""

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
    """Start a browser, and close it at the end."""
    needs(CHROMIUM is not None, "Chromium")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 (optional for the other tests)

    # Playwright runs an event loop in this thread, in which Django refuses database access by default.
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
            thread.join(timeout=30)


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
