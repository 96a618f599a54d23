"""How readers want it to look: kept in a cookie that chooses a style sheet, while the page stays the same for
everybody.
"""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from articles import appearance, baking, worker
from articles.models import BakeJob, SiteSettings
from tests.baked import files_on_disk

colours = st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)


# --- sheets ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "contrast"), [("#000000", "#ffffff", 21), ("#777777", "#ffffff", 4.48), ("#9d2b22", "#9d2b22", 1)]
)
def test_contrast_is_reckoned_as_the_norm_says(one, other, contrast):
    assert appearance.contrast_ratio(one, other) == pytest.approx(contrast, abs=0.01)
    assert appearance.contrast_ratio(other, one) == appearance.contrast_ratio(one, other)


@given(colours)
def test_every_accent_can_be_read_by_night(accent):
    assert appearance.contrast_ratio(appearance.lightened_accent(accent), appearance.NIGHT) >= appearance.LEGIBLE


@given(st.text() | st.sampled_from([f"look={name}" for name in appearance.BY_NAME]))
def test_a_cookie_chooses_one_of_the_looks_there_are(cookies):
    assert appearance.chosen_appearance(cookies) in appearance.BY_NAME.values()
    for name, one in appearance.BY_NAME.items():
        assert appearance.chosen_appearance(f"a=b; look={name}; c=d") == one
        assert str(one) == name
    assert appearance.chosen_appearance("xlook=elder-dark-large") == appearance.Appearance()


def test_the_sheets_differ_as_their_names_say():
    usual = appearance.style_sheet(appearance.Appearance(), "")
    assert "color-scheme: light dark" in usual
    assert "color-scheme: dark;" in appearance.style_sheet(appearance.Appearance(theme="dark"), "")
    assert (
        "prefers-color-scheme"
        not in appearance.style_sheet(appearance.Appearance(theme="light"), "").split("Elements.")[0]
    )
    assert "长辈版" in appearance.style_sheet(appearance.Appearance(elder=True), "")
    assert "--size: 1.18" in appearance.style_sheet(appearance.Appearance(size="large"), "")
    assert len({appearance.style_sheet(one, "") for one in appearance.all_appearances()}) == 24
    assert "--accent: #123456" in appearance.style_sheet(appearance.Appearance(), "#123456")
    assert appearance.style_digest("") != appearance.style_digest("#123456")


def test_old_kernels_drop_no_rule():
    """A browser drops a whole rule for one selector that it does not know (docs/decisions/browsers.md); where it drops
    this one, the page under the viewer can be scrolled, and that is all.
    """
    enhancement = "html:has(.viewer[open]) { overflow: hidden; }"
    sheets = "".join(appearance.style_sheet(one, "") for one in appearance.all_appearances())
    assert enhancement in sheets
    for unknown in (":is(", ":where(", ":has(", "@layer", "@container", "& "):
        assert unknown not in sheets.replace(enhancement, ""), unknown
    scripts = "".join(path.read_text("utf-8") for path in (settings.BASE_DIR / "static" / "site").glob("*.js"))
    for unknown in (":is(", ":where(", ":has(", ".at(", ".replaceAll(", "structuredClone", "||=", "??="):
        assert unknown not in scripts, unknown


# --- choosing -------------------------------------------------------------------------------------------------------

pytestmark = pytest.mark.django_db


def test_the_page_is_the_same_and_its_sheet_is_not(client, cast):
    article = cast.article()
    cast.publish(article)
    usual = client.get(article.get_absolute_url()).content
    sheet = appearance.style_sheet_url("")
    assert f'<link rel="stylesheet" href="{sheet}">'.encode() in usual
    first = client.get(sheet)
    client.cookies["look"] = "elder-dark-large"
    assert client.get(article.get_absolute_url()).content == usual
    second = client.get(sheet)
    assert (first.content != second.content, "Cookie" in second["Vary"]) == (True, True)
    assert second["Cache-Control"] == "private, no-cache"
    assert second["Content-Type"] == "text/css; charset=utf-8"
    assert client.get("/look/0123456789ab.css").content == second.content  # of an old page
    assert client.get("/look/0123456789ab/auto-normal.css").status_code == 404
    assert client.get(f"{sheet[:-4]}/nothing.css").status_code == 404


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("elder=1", "elder-auto-normal"),
        ("elder=other", "elder-auto-normal"),
        ("theme=dark&size=small", "dark-small"),
        ("theme=pink", "auto-normal"),
        ("", "auto-normal"),
        ("elder=0&size=large", "auto-large"),
        ("theme=contrast", "contrast-normal"),
    ],
)
def test_a_choice_is_kept_and_leads_back(client, query, kept):
    response = client.get(f"/look/set?{query}&to=/a/7/%3Fx=1")
    cookie = response.cookies["look"]
    assert (response.status_code, response["Location"], cookie.value) == (303, "/a/7/?x=1", kept)
    assert (cookie["path"], cookie["samesite"], int(cookie["max-age"])) == ("/", "Lax", 31536000)
    assert "no-store" in response["Cache-Control"]


def test_the_switch_turns_back_and_keeps_the_rest(client):
    client.cookies["look"] = "elder-dark-large"
    assert client.get("/look/set?elder=other").cookies["look"].value == "dark-large"
    assert client.get("/look/set?theme=auto").cookies["look"].value == "auto-large"


@pytest.mark.parametrize(
    ("path", "query", "back", "kept"),
    [
        ("/", "elder=1", "/", "elder-dark-large"),
        ("/a/7/", "elder=1", "/a/7/", "elder-dark-large"),
        ("/search/", "q=%E6%A1%A5&elder=0&page=2", "/search/?q=%E6%A1%A5&page=2", "dark-large"),
        ("//evil.example/", "elder=1", "/%2Fevil.example/", "elder-dark-large"),
        ("/\\evil.example/", "elder=1", "/%5Cevil.example/", "elder-dark-large"),
        ("/a\r\nb: c/", "elder=1", "/a%0D%0Ab:%20c/", "elder-dark-large"),
    ],
)
def test_elder_mode_can_be_chosen_on_the_address_of_every_page(client, path, query, back, kept):
    client.cookies["look"] = "dark-large"
    response = client.get("/", PATH_INFO=path, QUERY_STRING=query)
    assert (response.status_code, response["Location"], response.cookies["look"].value) == (303, back, kept)
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize(
    "address", ["/?elder=2", "/?elder=", "/api/v1/?elder=1", "/admin/?elder=1", "/robots.txt?elder=1", "/?other=elder"]
)
def test_nothing_else_is_taken_for_that_choice(client, cast, address):
    assert "look" not in client.get(address).cookies
    assert "look" not in client.post("/a/7/?elder=1").cookies


@pytest.mark.parametrize(
    "to",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example/",
        "javascript:alert(1)",
        "/%09/evil.example",
        "\t//evil",
        "a",
        "/look/",
        "/look/set?to=/x",
        "/admin/",
        "",
        "/\x00//evil",
    ],
)
def test_nobody_is_led_to_another_site(client, to):
    assert client.get("/look/set", {"to": to})["Location"] in ("/", to if to.startswith("/%09") else "/")


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        ("http://testserver/a/7/", "/a/7/"),
        ("http://evil.example/a/7/", "/"),
        ("http://testserver//evil.example/", "/"),
        ("", "/"),
        ("http://[bad", "/"),
    ],
)
def test_without_a_place_to_go_it_leads_where_the_reader_came_from(client, settings, referer, back):
    settings.ALLOWED_HOSTS = ["testserver"]
    assert client.get("/look/set?elder=1", headers={"referer": referer})["Location"] == back


def test_the_settings_show_what_is_chosen(client):
    client.cookies["look"] = "elder-dark-small"
    html = client.get("/look/", headers={"referer": "http://testserver/a/7/"}).content.decode()
    for name, value in (("elder", "1"), ("theme", "dark"), ("size", "small")):
        assert f'name="{name}" value="{value}" checked' in html
    assert 'content="noindex' in html


# --- files ----------------------------------------------------------------------------------------------------------


def test_every_look_is_a_file(cast):
    baking.bake_everything(processes=1)
    found, _copies = files_on_disk()
    assert set(appearance.style_sheet_files()) <= set(found)
    assert found[appearance.style_sheet_files()[0]].decode() == appearance.style_sheet(appearance.Appearance(), "")


# --- mourning -------------------------------------------------------------------------------------------------------


def grey(client, path):
    return '<html lang="zh-CN" class="grey">' in client.get(path).content.decode()


@pytest.mark.parametrize(
    ("where", "home", "others"), [("off", False, False), ("home", True, False), ("all", True, True)]
)
def test_mourning_is_where_it_was_asked_for(client, cast, where, home, others):
    SiteSettings.objects.create(pk=1, grey=where)
    assert (grey(client, "/"), grey(client, "/s/news/")) == (home, others)


def test_mourning_begins_and_ends_by_itself(client, cast, monkeypatch):
    now = timezone.now()
    SiteSettings.objects.create(
        pk=1, grey="all", grey_from=now + timedelta(hours=1), grey_until=now + timedelta(hours=2)
    )
    worker.queue_pages_changed_by_time()
    BakeJob.objects.all().delete()
    for hours, is_grey, asks in (
        (0.5, False, False),
        (1, True, True),
        (1.5, True, False),
        (2, False, True),
        (3, False, False),
    ):
        at = now + timedelta(hours=hours)
        monkeypatch.setattr(timezone, "now", lambda at=at: at)
        worker.queue_pages_changed_by_time()
        assert (grey(client, "/"), BakeJob.objects.filter(path=BakeJob.EVERYTHING).exists()) == (is_grey, asks), hours
        BakeJob.objects.all().delete()


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"accent": "#ffcc00"}, "对比度只有"),
        ({"accent": "red"}, "请写成"),
        ({"accent": "#9D2B22"}, ""),
        (
            {
                "grey_from": "2026-11-25T10:00",
                "grey_until": "2026-11-25T09:00",
            },
            "请调换",
        ),
    ],
)
def test_settings_that_nobody_could_read_are_refused_with_a_sentence(client, cast, facts, sentence):
    client.force_login(cast.admin)
    page = client.get("/admin/articles/sitesettings/add/")
    form = page.context["adminform"].form
    asked = {name: form[name].value() or "" for name in form.fields} | {"name": "霁川新闻网"} | facts
    response = client.post("/admin/articles/sitesettings/add/", asked)
    if sentence:
        assert sentence in response.content.decode()
        assert not SiteSettings.objects.exists()
    else:
        assert response.status_code == 302
        assert SiteSettings.objects.get().accent == "#9d2b22"


def test_the_living_page_of_components_is_there_for_who_changes_them_and_for_nobody_else(client, cast, settings):
    cast.publish(cast.article(keywords="大桥"))
    assert client.get("/style/").status_code == 404
    settings.DEBUG = True
    page = client.get("/style/").content.decode()
    for part in (
        'class="text"',
        'class="tools"',
        'class="codes"',
        'class="list dense"',
        "<blockquote>",
        'class="report"',
    ):
        assert part in page
    assert "noindex" in page
    assert appearance.ACCENT in (appearance._FOLDER / "appearance/light.css").read_text()
    assert appearance.PAPER in (appearance._FOLDER / "appearance/light.css").read_text()
