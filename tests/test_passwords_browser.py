"""The pages of log-in, resets, locks and sessions in a browser: axe finds no barrier, nothing is wider than a phone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from articles import password_resets, passwords
from articles.models import LoginLock
from tests.browser import OF_LOOK, chromium, find_barriers, forbidden_events
from tests.cast import Cast, make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def newsroom(live_server, settings):
    """A newsroom with mail, a confirmed reset, a locked name and a demo account; returns paths by who opens them."""
    settings.SITE_URL = live_server.url
    settings.MAIL_FROM = "newsroom@jichuan.example"
    cast = Cast()
    system, security = make_user("system", ["accounts"]), make_user("security", ["grant"])
    passwords.set_demo_password(cast.stranger)
    reset, link = password_resets.start_reset(cast.chief, by=system)
    password_resets.confirm_reset(reset, by=security)
    password_resets.start_reset(cast.head, by=system)
    later = timezone.now() + timedelta(hours=1)
    facts = {"failed_at": timezone.now(), "locked_until": later, "forgotten_at": later}
    LoginLock.objects.create(key="0" * 64, kind="account", subject="writer", **facts)
    return live_server.url, {
        "": ["/admin/login/", "/admin/forgotten/", link.partition(live_server.url)[2], "/admin/reset/none/"],
        "security": ["/admin/", "/admin/resets/", "/admin/locks/", "/admin/sessions/", "/admin/recovery/"],
        "system": [f"/admin/auth/user/{cast.writer.pk}/password/", "/admin/password_change/"],
    }


def test_pages_have_no_barriers_on_a_phone_by_day_and_by_night(newsroom):
    site, pages = newsroom
    found = []
    with chromium() as browser:
        for user, paths in pages.items():
            size = {"width": 390, "height": 844}
            context = browser.new_context(viewport=size, locale="zh-CN", reduced_motion="reduce")
            page = context.new_page()
            wrong = forbidden_events(page, site)
            if user:
                page.goto(f"{site}/admin/login/")
                page.fill("#id_username", user)
                page.fill("#id_password", f"secret-of-{user}")
                with page.expect_navigation():
                    page.click("[type=submit]")
            for path in paths:
                page.goto(site + path)
                for scheme, rules in (("light", None), ("dark", OF_LOOK)):
                    page.emulate_media(color_scheme=scheme)
                    page.wait_for_function(
                        "() => document.getAnimations().every((one) => one.playState === 'finished')"
                    )
                    found += [f"{path} {scheme}: {one}" for one in find_barriers(page, rules)]
                if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                    found.append(f"{path}: wider than the phone")
            found += wrong
            context.close()
    assert found == []
