"""Baked pages in an object store, tested with a server that implements S3's HTTP protocol."""

from importlib.util import find_spec

import pytest
import requests
from django.test import TestCase

from articles import attachments, baking, pictures, publishing, qr_short_links
from articles.baking.generations import baked_generations
from articles.models import BakedPage, BakeJob, PageCheck, SiteSettings
from serving.baked_files import FileServer
from serving.qr_short_links import FilesInStore
from tests.baked import assert_disk_matches_site, assert_queue_is_empty
from tests.cast import upload
from tests.conftest import needs

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def endpoint():
    needs(all(find_spec(name) for name in ("boto3", "moto", "storages")), "boto3, django-storages and moto")
    from moto.server import ThreadedMotoServer  # noqa: PLC0415 (optional)

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(endpoint, settings):
    import boto3  # noqa: PLC0415 (optional)

    keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x", "region_name": "us-east-1"}
    s3 = boto3.resource("s3", endpoint_url=endpoint, **keys)
    requests.post(f"{endpoint}/moto-api/reset", timeout=10)
    found = s3.create_bucket(Bucket="pages")
    settings.STORAGES = {
        **settings.STORAGES,
        "baked": {
            "BACKEND": "articles.baking.remote.RemoteFiles",
            "OPTIONS": {
                "bucket_name": "pages",
                "endpoint_url": endpoint,
                "access_key": "x",
                "secret_key": "x",
                "region_name": "us-east-1",
                "location": "site",
            },
        },
    }
    return found


def test_what_is_published_corrected_and_withdrawn_is_so_in_the_store(cast, bucket):
    article = cast.article()
    cast.publish(article)
    baking.bake_everything(processes=1)
    stored = bucket.Object(f"site/a/{article.number}/index.html").get()
    assert article.title in stored["Body"].read().decode()
    assert stored["ContentType"] == "text/html; charset=utf-8"
    assert "stale-if-error" in stored["CacheControl"]
    assert_disk_matches_site()
    cast.change(article, title="新题")
    cast.publish(article)
    baking.bake_pending()
    assert "新题" in baked_generations().served().read(f"a/{article.number}/index.html").decode()
    with TestCase.captureOnCommitCallbacks(execute=True):
        publishing.withdraw_article(article, by=cast.editor, reason="误")
    assert baked_generations().served().read(f"a/{article.number}/index.html") is None
    baking.bake_pending()
    assert_disk_matches_site()
    assert_queue_is_empty()


def test_the_whole_site_is_rewritten_in_place_and_what_is_no_page_any_more_goes(cast, bucket):
    cast.publish(cast.article())
    baking.bake_everything(processes=1)
    cast.news.slug = "xinwen"
    cast.news.save()
    SiteSettings.objects.update_or_create(pk=1, defaults={"name": "新站名"})
    baking.request_full_bake()
    baking.bake_everything(processes=1)
    assert "新站名" in baked_generations().served().read("index.html").decode()
    assert baked_generations().served().read("s/news/index.html") is None
    assert_disk_matches_site()
    assert set(BakedPage.objects.values_list("generation", flat=True)) == {""}


def test_a_strangers_object_is_found_and_removed(cast, bucket, monkeypatch):
    monkeypatch.setattr("articles.baking.checking.RECHECK_PAUSE", 0)
    cast.publish(cast.article())
    baking.bake_everything(processes=1)
    bucket.put_object(Key="site/casino.html", Body=b"x")
    assert baking.check_files(against=PageCheck.Against.MANIFEST, repair=True).findings == [["casino.html", "added"]]
    baking.bake_pending()
    assert baking.check_files(against=PageCheck.Against.MANIFEST).count == 0
    assert baking.check_files(against=PageCheck.Against.SITE).count == 0


def test_a_store_that_does_not_answer_leaves_the_page_waiting_with_the_reason(cast, bucket):
    cast.publish(cast.article())
    baking.bake_everything(processes=1)
    bucket.objects.all().delete()
    bucket.delete()
    baking.request_bake(["/"])
    baking.bake_pending()
    job = BakeJob.objects.get(path="/")
    assert "NoSuchBucket" in job.error


def test_machines_that_share_a_bucket_share_its_identity_and_another_bucket_is_refused(cast, bucket, settings):
    cast.publish(cast.article())
    for _machine in range(2):
        baking.require_own_store()
    baking.bake_everything(processes=1)
    assert baking.check_files(against=PageCheck.Against.MANIFEST).count == 0
    options = {**settings.STORAGES["baked"]["OPTIONS"], "location": "other"}
    settings.STORAGES = {**settings.STORAGES, "baked": {**settings.STORAGES["baked"], "OPTIONS": options}}
    with pytest.raises(baking.StoreIsForeign, match="s3://pages/other is not"):
        baking.require_own_store()
    baking.adopt_store()
    baking.require_own_store()


def test_files_are_objects_while_something_public_uses_them(cast, bucket):
    picture = pictures.store_picture(upload(), by=cast.writer)
    paper = attachments.store_attachment(upload("名单".encode(), "名单.txt"), by=cast.writer)

    def stored():
        return {found.key for found in bucket.objects.filter(Prefix="site/media/")}

    with TestCase.captureOnCommitCallbacks(execute=True):
        article = cast.publish_with(picture, paper)
    names = [*picture.stored_names, *paper.stored_names]
    assert stored() == {f"site/media/{name}" for name in names}
    facts = bucket.Object(f"site/media/{paper.file.name}").get()
    assert (facts["Body"].read(), facts["ContentType"]) == (paper.file.open().read(), "text/plain; charset=utf-8")
    assert facts["CacheControl"] == "public, max-age=300, must-revalidate"
    assert "%E5%90%8D%E5%8D%95.txt" in facts["ContentDisposition"]
    assert bucket.Object(f"site/media/{picture.stored_names[1]}").get()["ContentType"] == "image/webp"
    baking.bake_everything(processes=1)
    assert baking.check_files(against=PageCheck.Against.MANIFEST).count == 0
    assert_disk_matches_site()
    with TestCase.captureOnCommitCallbacks(execute=True):
        publishing.withdraw_article(article, by=cast.editor, reason="误")
    assert stored() == set()
    with TestCase.captureOnCommitCallbacks(execute=True):
        publishing.put_back_article(article, by=cast.editor, reason="核实")
    assert stored() == {f"site/media/{name}" for name in names}


def test_a_bucket_that_does_not_answer_refuses_no_withdrawal(client, cast, bucket):
    picture = pictures.store_picture(upload(), by=cast.writer)
    with TestCase.captureOnCommitCallbacks(execute=True):
        article = cast.publish_with(picture)
    bucket.objects.all().delete()
    bucket.delete()
    with TestCase.captureOnCommitCallbacks(execute=True):
        publishing.withdraw_article(article, by=cast.editor, reason="误")
    assert client.get(picture.url).status_code == 410
    assert BakeJob.objects.filter(path=picture.url).exists(), "the worker tries again"


def test_codes_lead_where_the_store_tells_without_the_database(cast, bucket, settings, django_assert_num_queries):
    article = cast.article()
    cast.publish(article)
    baking.bake_pending()
    cast.correct(article, body="<p>望桥乡的便民桥昨日通车。</p>")
    baking.bake_pending()
    server = FileServer(lambda _environ, start: start("418 Django", []) or [], settings.BAKED_DIR, settings.MEDIA_ROOT)
    store, asked = server.has_file.store, []

    class CountedStore:
        def holds(self, name):
            asked.append(name)
            return store.holds(name)

    server.has_file.store = CountedStore()

    def scan(code):
        told = []
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": f"/q/{code}", "HTTP_HOST": "127.0.0.1"}
        server({**environ, "wsgi.url_scheme": "http"}, lambda status, headers: told.extend([status, dict(headers)]))
        return told[0][:3], told[1].get("Location", "").removeprefix(settings.SITE_URL)

    number = article.number
    with django_assert_num_queries(0):
        assert scan(f"w{number}") == ("302", f"/a/{number}/")
        assert scan(f"P{number}-1") == ("302", f"/a/{number}/since/1/")
        assert scan(f"P{number}-2") == ("302", f"/a/{number}/")
        assert scan("W999") == ("418", "")
        count = len(asked)
        assert [scan(f"W{number}")[0], scan("W999")[0]] == ["302", "418"]
        assert len(asked) == count, "the store is asked once for each"
        requests.post(f"{bucket.meta.client.meta.endpoint_url}/moto-api/reset", timeout=10)
        assert [scan("W998")[0], scan("W997")[0]] == ["418", "418"]
        assert len(asked) == count + 1, "a store that is away is not asked again"
    assert qr_short_links.counted_scans._counts


def test_what_the_store_has_is_remembered_within_bounds(monkeypatch):
    class EmptyStore:
        def holds(self, _name):
            return False

    monkeypatch.setattr("serving.qr_short_links.MOST_KEPT", 3)
    has_file = FilesInStore(EmptyStore())
    for number in range(9):
        has_file(f"q/W{number}.png")
    assert list(has_file.known) == ["q/W6.png", "q/W7.png", "q/W8.png"]
