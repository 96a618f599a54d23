"""The page on which a reader's browser checks the public log: an article by its number, and a pack without a network."""

import json

import pytest
from django.core.management import call_command

from articles import audit, checkpoints
from articles.merkle_log import PUBLIC_LOG, make_signer, printed_code
from tests.browser import chromium
from tests.cast import Cast
from tests.test_evidence import files_of, packed, with_honest_manifest, zipped

pytestmark = pytest.mark.django_db(transaction=True)
COUNT_LINES = """() => {
  window.said = 0;
  const count = (changes) => { for (const { addedNodes } of changes) window.said += addedNodes.length; };
  new MutationObserver(count).observe(document.querySelector("output"), { childList: true });
}"""


def test_articles_and_packs_are_checked_by_the_browser_itself(live_server, settings):
    settings.LANGUAGE_CODE = "en"
    cast = Cast()
    call_command("make_log_key")
    article = cast.article()
    cast.publish(article)
    cast.correct(article, body="<p>望桥乡的便民桥昨日通车。</p>")
    for _ in range(3):
        audit.record_entry("section.changed", cast.news, by=None)
    honest = files_of(packed(article, cast.editor))
    rows = json.loads(honest["sign_offs.json"])
    rows[1]["person_name"] = "别人"
    forged = with_honest_manifest({**honest, "sign_offs.json": json.dumps(rows).encode()})
    with chromium() as browser:
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{live_server.url}/log/check/#{article.number}")

        def said(lines):
            page.wait_for_selector(f"output p:nth-of-type({lines})")
            return [(line.get_attribute("class"), line.inner_text()) for line in page.query_selector_all("output p")]

        assert [kind for kind, _sentence in said(4)] == ["right"] * 4
        assert ("right", "Edition 2 is line 2 of the log, with this text.") in said(4)
        context.set_offline(True)
        for files, kinds in ((honest, ["right"] * 5), (forged, ["right"] * 3 + ["wrong", "right"])):
            page.evaluate("document.querySelector('output').replaceChildren()")
            pack = {"name": "pack.zip", "mimeType": "application/zip", "buffer": zipped(files).getvalue()}
            page.set_input_files("input[type=file]", pack)
            assert [kind for kind, _sentence in said(5)] == kinds
        page.set_input_files("input[type=file]", {"name": "a.zip", "mimeType": "application/zip", "buffer": b"no zip"})
        page.wait_for_selector("output p.wrong:only-child")


def test_a_state_that_somebody_kept_is_checked_by_its_code_or_its_file(live_server, settings):
    settings.LANGUAGE_CODE = "en"
    settings.SITE_URL = live_server.url
    cast = Cast()
    call_command("make_log_key")
    cast.publish(cast.article())
    kept = PUBLIC_LOG.signed_checkpoint()
    cast.publish(cast.article())
    text = f"{kept.partition(chr(10))[0]}\n2\n{'A' * 43}=\n"
    forged = f"{text}\n{make_signer(kept.partition(chr(10))[0]).sign(text)}"
    with chromium() as browser:
        page = browser.new_page()

        def said():
            page.wait_for_selector("output p:nth-of-type(4)")
            return [line.get_attribute("class") for line in page.query_selector_all("output p")]

        page.goto(checkpoints.paper_address(kept))
        assert page.url.lower().startswith(f"{live_server.url}/log/check/#")
        assert said() == ["right"] * 4
        assert "The log still begins with the 2 lines that you kept" in page.inner_text("output")
        for note, expected in ((kept, ["right"] * 4), (forged, ["right", "right", "wrong", "wrong"])):
            page.evaluate("document.querySelector('output').replaceChildren()")
            file = {"name": "checkpoint.txt", "mimeType": "text/plain", "buffer": note.encode()}
            page.set_input_files("input[type=file]", file)
            assert said() == expected
        page.evaluate("document.querySelector('output').replaceChildren()")
        page.fill("input[name=number]", printed_code(forged))
        page.click("form button")
        assert said() == ["right", "right", "wrong", "wrong"]


# A browser empties the data of a drop when the event has ended.
DROP_A_NOTE = """(note) => {
  const data = new DataTransfer();
  data.items.add(new File([note], "checkpoint.txt"));
  document.querySelector("form").dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}));
  data.items.clear();
}"""


def test_a_new_check_ends_the_one_before(live_server):
    cast = Cast()
    call_command("make_log_key")
    article = cast.article()
    cast.publish(article)
    held, no_zip = [], {"name": "a.zip", "mimeType": "application/zip", "buffer": b"PK no zip"}
    with chromium() as browser:
        page = browser.new_page()
        page.goto(f"{live_server.url}/log/check/")
        page.evaluate(COUNT_LINES)
        page.route("**/*", lambda route: held.append(route))
        page.fill("input[name=number]", str(article.number))
        with page.expect_request("**/*"):
            page.click("form button")
        page.set_input_files("input[type=file]", no_zip)
        page.wait_for_function("() => said === 2")  # that the article could not be read, and that this is no pack
        assert [line.get_attribute("class") for line in page.query_selector_all("output p")] == ["wrong"]


def test_a_file_that_is_dropped_while_a_check_runs_is_read(live_server):
    cast = Cast()
    call_command("make_log_key")
    cast.publish(cast.article())
    kept = PUBLIC_LOG.signed_checkpoint()
    held = []
    with chromium() as browser:
        page = browser.new_page()
        page.goto(f"{live_server.url}/log/check/")
        page.route("**/*", lambda route: held.append(route) if not held else route.continue_())
        page.fill("input[name=number]", "1")
        with page.expect_request("**/*"):
            page.click("form button")
        page.evaluate(DROP_A_NOTE, kept)
        page.wait_for_selector("output p:nth-of-type(4)")
        assert page.locator("output p.wrong").count() == 0
