"""The demo newsroom: its texts have no problems, and it is loaded once."""

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from articles.models import Article, Assignment, Attachment, AuditEntry, Person, Picture, Section, Source
from tests.test_public import Page

pytestmark = pytest.mark.django_db


def test_the_demo_loads_once_and_every_page_opens(capsys, monkeypatch):
    monkeypatch.setenv("LC_ALL", "C.UTF-8")  # what is said is in the system's language, what is stored in the site's
    call_command("load_demo")
    assert Section.objects.count() == 8
    assert Source.objects.count() >= 5
    assert Article.objects.count() >= 43
    assert Article.objects.public().count() >= 40
    assert Picture.objects.count() >= 20
    assert Attachment.objects.count() >= 4
    assert {article.state.value for article in Article.objects.all()} == {"draft", "live", "changed", "withdrawn"}
    public = list(Article.objects.public().select_related("live__revision"))
    assert sum("<table" in a.live.revision.content["body"] for a in public) >= 5
    assert sum("<figcaption" in a.live.revision.content["body"] for a in public) >= 15
    added = [action for (action,) in AuditEntry.objects.values_list("action") if action.endswith(".added")]
    assert {
        kind: added.count(f"{kind}.added") for kind in ("section", "source", "person", "topic", "sitesettings")
    } == {
        "section": 8,
        "source": Source.objects.count(),
        "person": Person.objects.count(),
        "topic": 1,
        "sitesettings": 1,
    }
    assert added.count("user.added") == User.objects.count()
    assert AuditEntry.objects.filter(action="duty.assigned").count() == Assignment.objects.count()
    client = Client()
    for address in ["/", *(f"/s/{slug}/" for slug in Section.objects.values_list("slug", flat=True))]:
        assert client.get(address).status_code == 200
    for article in public:
        response = client.get(article.get_absolute_url())
        assert response.status_code == 200
        assert article.live.title in Page(response).text
    out = capsys.readouterr().out
    for account in ("admin", "chief", "head", "editor", "reporter", "system", "security", "auditor"):
        assert account in out
    assert "Accounts, all with the password newsroom-demo:" in out
    assert "总编" not in out
    before = Article.objects.count()
    Article.objects.filter(pk=public[0].pk).update(keywords="后来改的")
    call_command("load_demo")
    assert Article.objects.count() == before
    assert Article.objects.get(pk=public[0].pk).keywords == "后来改的"
    assert Client().login(username="editor", password="newsroom-demo")
