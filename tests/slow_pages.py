"""Slow pages: with SLOW_PAGES in the environment, pages and the test server do late what a busy machine does late.

A test that passes under it waits for what it looks at. SLOW_PAGES=1 delays everything alike; any other number is the
seed of random delays, in which what usually comes first may come last.
"""

import os
import random
import time
from contextlib import contextmanager
from unittest import mock

from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpResponse

SEED = int(os.environ.get("SLOW_PAGES", "0"))
SLOWDOWN = 3  # of the processor, in pages
LATE = 0.3  # seconds: an answer of the server, and the end of a page after its beginning
# The page's own callbacks; Playwright looks at pages from another world, which this does not change. Events that a
# script may cancel come in time, and events keep their order among each other.
SCRIPT = """((seed) => {
  let state = seed + location.pathname.length;
  const chance = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const late = () => (seed === 1 ? 300 : chance() * 600);
  const later = window.setTimeout.bind(window);
  window.setTimeout = (act, wait = 0, ...facts) => later(act, Number(wait) + late(), ...facts);
  window.requestAnimationFrame = (act) => later(() => act(performance.now()), late());
  window.cancelAnimationFrame = window.clearTimeout;
  window.requestIdleCallback = (act) => later(() => act({ didTimeout: false, timeRemaining: () => 10 }), late());
  window.cancelIdleCallback = window.clearTimeout;

  for (const name of ["MutationObserver", "IntersectionObserver", "ResizeObserver"]) {
    const Plain = window[name];
    window[name] = class extends Plain {
      constructor(act, facts) {
        super((seen, self) => later(() => act.call(self, seen, self), late()), facts);
      }
    };
  }

  const pause = () => new Promise((done) => later(done, late()));
  const promises = [
    [window, "fetch createImageBitmap"], [window.Response?.prototype, "json text blob arrayBuffer"],
    [window.Blob?.prototype, "text arrayBuffer"], [window.HTMLImageElement?.prototype, "decode"],
    [window.Clipboard?.prototype, "read readText write writeText"], [window.FontFaceSet?.prototype, "load"],
    [window.SubtleCrypto?.prototype, "digest verify importKey sign"],
    [window.CredentialsContainer?.prototype, "get create"], [window.Navigator.prototype, "share"],
  ];
  for (const [owner, names] of promises)
    for (const name of names.split(" ").filter((one) => owner?.[one])) {
      const plain = owner[name];
      owner[name] = async function (...facts) {
        try {
          return await plain.apply(this, facts);
        } finally {
          await pause();
          if (name === "fetch") facts[1]?.signal?.throwIfAborted();
        }
      };
    }

  const events = new Set(("load loadend error abort timeout readystatechange close toggle transitionend animationend " +
    "online offline DOMContentLoaded scroll resize hashchange popstate storage selectionchange message").split(" "));
  const twins = new WeakMap();
  let last = 0;
  const twin = (heard) => {
    if (!heard || !(heard instanceof Object)) return heard;
    if (!twins.has(heard)) twins.set(heard, function (event) {
      const act = () => (heard.handleEvent ? heard.handleEvent(event) : heard.call(this, event));
      if (!events.has(event.type) || (event.type === "readystatechange" && this.readyState !== 4)) return act();
      Object.defineProperty(event, "currentTarget", { value: this });
      last = Math.max(last, performance.now() + late());
      later(act, last - performance.now());
    });
    return twins.get(heard);
  };
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  EventTarget.prototype.addEventListener = function (type, heard, ...facts) {
    return addEventListener.call(this, type, events.has(type) ? twin(heard) : heard, ...facts);
  };
  EventTarget.prototype.removeEventListener = function (type, heard, ...facts) {
    return removeEventListener.call(this, type, events.has(type) ? twin(heard) : heard, ...facts);
  };
  const owners = [HTMLElement, XMLHttpRequestEventTarget, XMLHttpRequest, FileReader].map((one) => one.prototype);
  for (const owner of [...owners, window])
    for (const type of events) {
      const plain = Object.getOwnPropertyDescriptor(owner, `on${type}`);
      if (!plain?.set) continue;
      const given = new WeakMap();
      Object.defineProperty(owner, `on${type}`, {
        ...plain,
        get() { return given.get(this) ?? null; },
        set(heard) { given.set(this, heard); plain.set.call(this, twin(heard)); },
      });
    }
})"""


def slow_down(browser):
    """Make all pages late that the browser opens from now on."""
    plain = browser.new_context

    def new_context(**facts):
        context = plain(**facts)
        context.add_init_script(f"{SCRIPT}({SEED})")
        context.on("page", throttle)
        return context

    def new_page(**facts):
        context = new_context(**facts)
        page = context.new_page()
        page.close = lambda **_facts: context.close()
        return page

    browser.new_context, browser.new_page = new_context, new_page


def throttle(page):
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})


@contextmanager
def slow_server():
    """The server in this process answers late, and the end of its pages comes after a pause."""
    chance = random.Random(SEED)
    answer = WSGIHandler.__call__

    def wait():
        time.sleep(LATE if SEED == 1 else chance.random() * 2 * LATE)

    def in_two_parts(response):
        try:
            for part in response:
                yield part[: len(part) // 2]
                wait()
                yield part[len(part) // 2 :]
        finally:
            response.close()

    def answer_late(handler, environ, start_response):
        environ.pop("HTTP_ACCEPT_ENCODING", None)  # half of a compressed page shows nothing
        wait()
        response = answer(handler, environ, start_response)
        is_page = isinstance(response, HttpResponse) and response.headers.get("Content-Type", "").startswith(
            "text/html"
        )
        return in_two_parts(response) if is_page else response

    with mock.patch.object(WSGIHandler, "__call__", answer_late):
        yield
