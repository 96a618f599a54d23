"""Setting up an app and a passkey in a real browser, losing both, and coming back with two colleagues' help.

Chromium has a virtual authenticator (WebAuthn over the DevTools protocol), so the passkey is a real one. The pages are
looked at in Chinese, on a phone and on a large screen, by day and by night.
"""

import os

import pytest

from articles.desk_sessions.store import SessionStore
from articles.models import Factor, SignOff
from tests.browser import OF_LOOK, chromium, find_barriers, forbidden_events
from tests.cast import Cast, make_user
from tests.factors import code_of, demand

pytestmark = pytest.mark.django_db(transaction=True)

SHOTS = os.environ.get("SHOTS")  # a folder for screenshots of these pages, to be looked at


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture
def site(live_server, settings):
    settings.SITE_URL = live_server.url
    assert "//localhost:" in live_server.url
    return live_server.url


def log_in(page, site, name):
    page.goto(f"{site}/admin/")
    page.fill("#id_username", name)
    page.fill("#id_password", f"secret-of-{name}")
    goes_on(page, "#login-form [type=submit]")


def log_out(page):
    """Log out by the menu, which is folded on a phone."""
    page.wait_for_load_state()
    if page.is_visible(".menu summary"):
        page.click(".menu summary")
    page.click("#user-tools summary")
    goes_on(page, "#logout-form button")


def goes_on(page, button):
    """Press the button, and wait for the page that it leads to: a click does not wait for the next."""
    with page.expect_navigation():
        page.click(button)


def opened(browser, site, **facts):
    page = browser.new_context(**{"viewport": {"width": 390, "height": 844}, "locale": "zh-CN", **facts}).new_page()
    return page, forbidden_events(page, site)


def add_authenticator(page):
    """Plug a security key into the browser; return the session of the protocol and its number."""
    protocol = page.context.new_cdp_session(page)
    protocol.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "usb", "hasUserVerification": False, "isUserVerified": False}
    made = protocol.send(
        "WebAuthn.addVirtualAuthenticator", {"options": {**options, "automaticPresenceSimulation": True}}
    )
    return protocol, made["authenticatorId"]


def is_logged_in(page):
    page.wait_for_selector(".desk-home")
    return page.locator("#user-tools").count() == 1


def test_both_are_set_up_lost_and_replaced(browser, site):
    cast = Cast()
    make_user("officer", ["grant"])
    make_user("system", ["accounts"])
    demand("final")
    article = cast.article()
    cast.sign(article, times=2)

    # The duty demands a factor: an app is set up before anything else.
    page, wrong = opened(browser, site)
    log_in(page, site, "chief")
    secret = page.inner_text(".secret").replace(" ", "")
    code = page.wait_for_selector("img[src^='data:image/svg+xml']")
    page.wait_for_function("image => image.complete && image.naturalWidth > 0", arg=code)
    page.fill("#app-code", code_of(secret, steps=-1))
    goes_on(page, "[value=app]")
    page.wait_for_selector(".recovery-codes")
    codes = page.locator(".recovery-codes code").all_inner_texts()
    assert len(codes) == 10
    goes_on(page, ".acts a.default")
    assert is_logged_in(page)

    # And a passkey.
    protocol, key = add_authenticator(page)
    page.goto(f"{site}/admin/second-factor/own/")
    page.fill("#passkey-name", "值班室的钥匙")
    page.click("button[data-passkey=new]")
    page.wait_for_selector("strong >> text=值班室的钥匙")
    assert [factor.kind for factor in Factor.objects.all()] == ["totp", "passkey"]
    log_out(page)

    # The passkey logs in, and signs finally after a quarter of an hour.
    log_in(page, site, "chief")
    page.click("button[data-passkey=get]")
    assert is_logged_in(page)
    forget_proof(page)
    page.goto(f"{site}/admin/articles/article/{article.pk}/review/")
    page.fill("#id_opinion", "同意签发")
    page.click("[name=decision][value=pass]:visible")
    page.wait_for_selector("button[data-passkey=get]")
    assert not SignOff.objects.filter(person=cast.chief).exists()
    page.click("button[data-passkey=get]")
    page.wait_for_selector(".messagelist .success")
    assert SignOff.objects.get(person=cast.chief).opinion == "同意签发"
    log_out(page)

    # Both are lost: another key is plugged in, and the telephone is gone.
    protocol.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": key})
    add_authenticator(page)
    log_in(page, site, "chief")
    page.click("button[data-passkey=get]")
    page.wait_for_selector("[data-passkey-failed]:not([hidden])")
    for name in ("officer", "system"):
        colleague, wrong_there = opened(browser, site, viewport={"width": 1280, "height": 900})
        log_in(colleague, site, name)
        assert is_logged_in(colleague)
        colleague.goto(f"{site}/admin/second-factor/lost/")
        if name == "officer":
            colleague.fill("#id_account", "chief")
            colleague.fill("#id_reason", "当面核实")
            colleague.click("form.act button")
        else:
            colleague.click("[name=reset]")
        colleague.wait_for_selector(".messagelist .success")
        assert wrong_there == []
    assert not Factor.objects.exists()
    goes_on(page, "[name=cancel]")
    log_in(page, site, "chief")
    page.click("button[data-passkey=new]")
    page.wait_for_selector(".recovery-codes")
    assert "officer" in page.inner_text(".messagelist")
    goes_on(page, ".acts a.default")
    assert is_logged_in(page)
    assert Factor.objects.get().kind == "passkey"
    assert wrong == []


def forget_proof(page):
    """Let a quarter of an hour pass since the last proof."""
    (cookie,) = [cookie for cookie in page.context.cookies() if cookie["name"] == "sessionid"]
    session = SessionStore(cookie["value"])
    session["factor_proven_at"] -= 16 * 60
    session.save()


def test_without_scripts_an_app_is_set_up_and_proven(browser, site):
    Cast()
    demand("final")
    page, _wrong = opened(browser, site, java_script_enabled=False)
    log_in(page, site, "chief")
    secret = page.inner_text(".secret").replace(" ", "")
    assert not page.locator("button[data-passkey]").is_visible()
    page.fill("#app-code", code_of(secret, steps=-1))
    goes_on(page, "[value=app]")
    goes_on(page, ".acts a.default")
    assert is_logged_in(page)
    log_out(page)
    log_in(page, site, "chief")
    page.fill("#factor-code", code_of(secret))
    goes_on(page, "button.default")
    assert is_logged_in(page)


LOOKS = [("light", 390, None), ("dark", 390, OF_LOOK), ("light", 1280, None), ("dark", 1280, OF_LOOK)]


def test_the_pages_are_accessible_and_fit(browser, site):
    cast = Cast()
    make_user("officer", ["grant"])
    demand("final", "grant")
    article = cast.article()
    cast.sign(article, times=2)
    page, wrong = opened(browser, site)

    def looks_right(name):
        for scheme, width, rules in LOOKS:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.set_viewport_size({"width": width, "height": 900})
            assert find_barriers(page, rules) == [], (name, scheme, width)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} scrolls sideways"
            if SHOTS:
                page.screenshot(path=f"{SHOTS}/{name}-{scheme}-{width}.png", full_page=True)

    page.goto(f"{site}/admin/login/")
    looks_right("log-in")
    log_in(page, site, "chief")
    page.wait_for_selector(".secret")
    looks_right("set-up")
    secret = page.inner_text(".secret").replace(" ", "")
    page.fill("#app-code", "000000")
    goes_on(page, "[value=app]")
    looks_right("wrong-code")
    page.fill("#app-code", code_of(secret, steps=-1))
    goes_on(page, "[value=app]")
    page.wait_for_selector(".recovery-codes")
    looks_right("recovery-codes")
    page.goto(f"{site}/admin/second-factor/own/")
    looks_right("own")
    page.goto(f"{site}/admin/second-factor/lost/")
    looks_right("lost")
    forget_proof(page)
    page.goto(f"{site}/admin/articles/article/{article.pk}/review/")
    goes_on(page, "[name=decision][value=pass]:visible")
    page.wait_for_selector("#factor-code")
    looks_right("asked-again")
    page.goto(f"{site}/admin/")
    log_out(page)
    log_in(page, site, "chief")
    page.wait_for_selector("#factor-code")
    looks_right("second-step")
    assert wrong == []
