"""NUL characters, which PostgreSQL neither stores nor compares: no address and no field with one is a server error."""

import pytest

from articles.models import AuditEntry, KeptView, Person

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "path",
    [
        *("/%00/", "/s/%00/", "/media/%00", "/preview/%00/", "/q/%00", "/old.asp%00", "/nowhere?id=%00"),
        *(
            "/admin/%00/",
            "/admin/media/%00",
            "/admin/articles/article/%00/change/",
            "/admin/articles/picture/1%00/delete/",
        ),
    ],
)
def test_an_address_with_one_is_not_found(client, cast, path):
    client.force_login(cast.stranger)
    assert client.get(path).status_code == 404
    assert not AuditEntry.objects.exists(), "nothing was refused"


@pytest.mark.parametrize(
    "query",
    [
        *(
            "article/?q=%00",
            "article/?section=%00",
            "article/?state=%00",
            "article/?before=%00",
            "source/?standing=%00",
        ),
        *("person/?q=a%00b", "picture/choose/?q=%00", "checkup/findings/?rule=%00", "linktarget/?state=%00"),
        *(
            "person/doubles/?after=%00",
            "auditentry/?q=%00",
            "auditentry/?at__gte=%00",
            "rosterentry/?o=%00",
            "source/?%00=1",
        ),
    ],
)
def test_parameters_are_read_without_them(client, cast, query):
    client.force_login(cast.admin)
    assert client.get(f"/admin/articles/{query}").status_code in (200, 302)


def test_what_readers_send_is_read_without_them(client, cast):
    number = cast.publish(cast.article()).article_id
    assert client.get("/search/?q=%00桥").status_code == 200
    assert client.get("/search/?q=桥&section=%00&source=%00&person=%00").status_code in (200, 404)
    assert client.get("/copy/?of=%00").status_code == 200
    assert client.post("/copy/", {"of": "\0", "copy": "桥\0"}).status_code < 500
    sent = {"text": "错\0字", "quote": "\0", "contact": "\0", "edition": "\0"}
    assert client.post(f"/report/{number}/", sent).status_code < 500
    assert client.get("/api/v1/articles?section=%00").status_code == 400


def test_forms_are_read_without_them(client, cast):
    client.force_login(cast.writer)
    client.post("/admin/articles/person/add/", {"name": "王\0五", "unit": "\0"})
    assert Person.objects.filter(name="王五", unit="").exists()
    for path in ("/admin/sessions/", "/admin/second-factor/own/", "/admin/articles/article/bin/", "/admin/queue/"):
        fields = ("session", "act", "name", "code", "factor", "number", "article", "opinion")
        assert client.post(path, dict.fromkeys(fields, "\0")).status_code < 500, path
    assert not KeptView.objects.exists()
