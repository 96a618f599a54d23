"""Which requests an old address answers, in Django: path and telling query, in any spelling, with one query."""

import importlib

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from articles import old_paths
from articles.models import OldPath, Topic
from articles.old_paths.spelling import matching_paths, stored_spelling
from tests.cast import refused

pytestmark = pytest.mark.django_db
migration = importlib.import_module("articles.migrations.0024_old_path_spelling")

CITY = "/%E6%96%B0%E9%97%BB/1.html"


def save(cast, path, target="/a/81/"):
    return old_paths.save_old_path(OldPath(path=path, target=target), by=cast.chief)


@pytest.fixture(autouse=True)
def _hosts(settings):
    settings.SITE_URL = "https://news.example.cn"
    settings.FORMER_HOSTS = ["old.example.cn", "xn--fsq.example.cn"]


@pytest.mark.parametrize(
    ("stored", "requested"),
    [
        ("/show.asp?id=123", "/show.asp?id=123"),
        ("/show.asp?id=123", "/Show.ASP?ID=123"),
        ("/show.asp?id=123", "/show.asp/?id=123"),
        ("/cn/show.asp?id=123", "/cn//show.asp?id=123"),
        ("/show.asp?id=123", "/show.asp?id=123&from=singlemessage&isappinstalled=0"),
        ("/show.asp?id=123", "/show.asp?utm_source=x&utm_medium=y&id=123&a=1&b=2&c=3&d=4&e=5&f=6&g=7"),
        ("/show.asp?id=123", "/show.asp?id=123&page=2"),
        ("/show.asp?id=123", "/show.asp%3Fid=123"),
        ("/show.asp?id=123&from=timeline", "/show.asp?id=123"),
        ("/plus/view.php?aid=456&cid=7", "/plus/view.php?cid=7&aid=456"),
        ("/plus/view.php?12345", "/plus/view.php?12345="),
        ("/html/2019/0312/12345.html", "/html/2019/0312/12345.html/"),
        ("/html/2019/0312/12345.html", "/html/2019/0312/12345.html?v=3"),
        ("/html/2019/0312/12345.html/", "/html/2019/0312/12345.html"),
        ("/news/show-377591", "/news/SHOW-377591"),
        ("/news/SHOW-377591/", "/news/show-377591"),
        ("/view.do;jsessionid=AB12?id=3", "/view.do?id=3"),
        ("/view.do?id=3", "/view.do;jsessionid=AB12?id=3"),
        ("/新闻/1.html", CITY),
        (CITY, "/新闻/1.html"),
        ("/%D0%C2%CE%C5/1.html", CITY),  # GBK
        (CITY, "/%D0%C2%CE%C5/1.html"),
        ("/list.asp?type=新闻", "/list.asp?type=%D0%C2%CE%C5"),
        ("/list.asp?type=%E6%96%B0%E9%97%BB", "/list.asp?type=新闻"),
        ("/a b.html", "/a%20b.html"),
        ("/list.asp?q=a+b", "/list.asp?q=a%20b"),
        ("http://old.example.cn/show.asp?id=123", "/show.asp?id=123"),
        ("HTTPS://OLD.example.cn:8080/show.asp?id=123", "/show.asp?id=123"),
        ("old.example.cn/show.asp?id=123", "/show.asp?id=123"),
        ("//news.example.cn/show.asp?id=123", "/show.asp?id=123"),
        ("http://例.example.cn/show.asp?id=123", "/show.asp?id=123"),
        (" \ufeff/show.asp?id=123\u3000", "/show.asp?id=123"),
    ],
)
def test_a_request_finds_its_old_address_in_any_spelling(client, cast, stored, requested):
    save(cast, stored)
    path, _mark, query = requested.partition("?")
    response = client.get(path, QUERY_STRING=query.encode().decode("latin-1"), secure=True)
    assert (response.status_code, response["Location"]) == (301, "/a/81/")


@pytest.mark.parametrize("requested", ["/show.asp", "/show.asp?id=124", "/show.asp?id=12", "/show.asp?x=123", "/%00"])
def test_another_page_of_the_same_script_is_not_found(client, cast, requested):
    save(cast, "/show.asp?id=123")
    assert client.get(requested, secure=True).status_code == 404


def test_the_row_with_the_most_parameters_answers_and_one_without_a_query_answers_the_rest(client, cast):
    for path, target in (("/show.asp", "/archive/"), ("/show.asp?id=1", "/a/1/"), ("/show.asp?id=1&page=2", "/a/2/")):
        save(cast, path, target)
    for query, target in (("id=1&page=2&x=y", "/a/2/"), ("page=3&id=1", "/a/1/"), ("id=7", "/archive/")):
        assert client.get(f"/show.asp?{query}", secure=True)["Location"] == target


def test_a_404_takes_one_indexed_query_whatever_is_requested(cast):
    save(cast, "/show.asp?id=123")
    many = "&".join(f"p{n}={n}" for n in range(500))
    for address in ("/show.asp?id=123", "/nowhere/", "/s/none/7/", f"/show.asp?{many}"):
        assert len(matching_paths(address)) <= 64
        with CaptureQueriesContext(
            connection,
        ) as sent:
            old_paths.find_old_path(address)
        (query,) = sent.captured_queries
        explained = OldPath.objects.filter(path__in=matching_paths(address)).explain()
        assert "articles_oldpath" in query["sql"]
        assert connection.vendor == "postgresql" or "USING INDEX" in explained


@given(st.text(alphabet="/aA.?&=%2520;+#中\0 ", max_size=30))
def test_a_spelling_is_stable_and_the_migration_knows_the_same_one(text):
    spelled = stored_spelling("/" + text)
    assert stored_spelling(spelled) == spelled
    if "#" not in text and "\0" not in text and "  " not in text:
        assert migration.spelled("/" + text) == spelled


def test_the_migration_keeps_the_newest_of_rows_that_become_the_same(cast):
    OldPath.objects.bulk_create(
        OldPath(path=path, target=target)
        for path, target in (("/X.html", "/a/1/"), ("/x.html", "/a/2/"), ("/Y?B=2&A=1", "/a/3/"), ("/X.html/", "/a/4/"))
    )
    migration.spell_paths(apps, None)
    assert set(OldPath.objects.values_list("path", "target")) == {("/x.html", "/a/4/"), ("/y/?a=1&b=2", "/a/3/")}


# --- what can never match -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/", "answers it itself"),
        ("/?p=12", "answers it itself"),
        ("/a/81/", "answers it itself"),
        ("/a/81", "answers it itself"),
        ("/A/81/", "answers it itself"),
        ("http://old.example.cn/a/81/", "answers it itself"),
        ("/q/W1", "answers it itself"),
        ("/s/news/", "answers it itself"),
        ("/s/news/7/", "answers it itself"),
        ("/t/bridge", "answers it itself"),
        ("/search/?q=x", "answers it itself"),
        ("/admin/old.asp", "answers it itself"),
        ("/static/old.css", "answers it itself"),
        ("/feeds/all.atom", "answers it itself"),
        ("/robots.txt", "answers it itself"),
        ("/show.html#c3", "do not send"),
        ("/#/news/1", "do not send"),
        ("http://elsewhere.example/show.asp", "not a host of this site"),
        ("//elsewhere.example/show.asp", "not a host of this site"),
        ("http://old.example.cn@elsewhere.example/x", "not a host of this site"),
        ("http://[x/show.asp", "not an address"),
        ("show.asp?id=1", "not an address"),
        ("/show\t.asp", "not an address"),
        ("/show%0a.asp", "not an address"),
        ("", "not an address"),
        ("/" + "x" * 500, "more than 500"),
    ],
)
def test_what_can_never_match_is_refused(cast, path, sentence):
    Topic.objects.create(title="桥", slug="bridge")
    with refused(ValidationError, sentence):
        save(cast, path)


def test_the_address_of_a_section_or_topic_that_is_no_more_can_be_an_old_one(client, cast):
    save(cast, "/s/former/", "/s/news/")
    assert client.get("/s/former/3/", secure=True)["Location"] == "/s/news/3/"
    save(cast, "/t/former/", "/s/news/")
    assert client.get("/t/former/", secure=True)["Location"] == "/s/news/"


@pytest.mark.parametrize(
    "target",
    [
        "(same row)",
        "a/81/",
        "//elsewhere.example/",
        "/\\elsewhere.example/",
        "/\t/elsewhere.example/",
        "https://elsewhere.example/",
        "https://news.example.cn//elsewhere.example/",
        "https://news.example.cn@elsewhere.example/",
        "javascript:alert(1)",
        "/x\r\nSet-Cookie: a=b",
        "/" + "x" * 200,
    ],
)
def test_a_target_is_on_this_site(cast, target):
    with refused(ValidationError, "'target'"):
        save(cast, "/x.html", target)


def test_a_target_may_be_written_with_our_host_and_leads_on_in_one_step(cast):
    assert save(cast, "/b.html", "https://news.example.cn/a/81/").target == "/a/81/"
    assert save(cast, "/a.html", "http://old.example.cn/B.html").target == "/a/81/"
    assert save(cast, "/c.html", "/d.html").target == "/d.html"
    save(cast, "/d.html", "/a/9/")
    assert OldPath.objects.get(path="/c.html").target == "/a/9/"


def test_no_circle(cast):
    save(cast, "/a.html", "/b.html")
    with refused(ValidationError, "lead to itself"):
        save(cast, "/B.html", "/a.html")
    with refused(ValidationError, "lead to itself"):
        save(cast, "/c.html", "/C.html")


def test_a_section_whose_name_changes_its_case_is_found_under_the_old_one(client, cast):
    old_paths.record_move("/s/Culture/", "/s/culture/")
    assert client.get("/s/Culture/", secure=True)["Location"] == "/s/culture/"
    cast.culture.delete()
    assert client.get("/s/culture/", secure=True).status_code == 404


def test_the_desk_says_beside_the_field_what_cannot_be(client, cast):
    client.force_login(cast.chief)
    add = "/admin/articles/oldpath/add/"
    answer = client.post(add, {"path": "/a/81/", "target": "//x/"}, secure=True, headers={"accept-language": "en"})
    errors = answer.context["adminform"].form.errors
    assert "itself" in errors["path"][0]
    assert "not on this site" in errors["target"][0]
    client.post(add, {"path": "http://old.example.cn/Show.asp?ID=5&from=timeline", "target": "/a/5/"}, secure=True)
    assert OldPath.objects.get().path == "/show.asp?id=5"
