"""A made-up archive is an archive as publishing would have left it: every law holds of it."""

import pytest
from django.core.management import call_command
from django.db.models import Value
from django.db.models.functions import Concat

from articles import audit, baking
from articles.models import Article, AuditEntry, Edition, Person, Section, Source
from articles.models.revision import content_digest
from tests.baked import assert_disk_matches_site
from tests.bench import archive_text, make_archive
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def test_every_page_of_it_is_there_and_every_digest_is_right(client):
    make_archive.main(["20", "--no-readers"])
    articles = list(Article.objects.public().select_related("latest", "live"))
    assert len(articles) == 20
    for article in articles:
        assert content_digest(article.latest.content) == article.latest.digest == article.live.digest
        assert article.migrated
        assert article.short_links.count() == 3
    for section in Section.objects.all():
        listed = list(Article.objects.filter(listed_in=section).order_by("first_published_at", "number"))
        assert [article.ordinal for article in listed] == list(range(1, section.last_ordinal + 1))
    for path in ("/", "/s/news/", "/s/news/1/", f"/a/{articles[0].number}/", "/sitemap.xml", "/feeds/all.atom"):
        assert client.get(path).status_code == 200
    call_command("reindex")
    baking.bake_everything(processes=1)
    assert_disk_matches_site()


# Other tests of the process may have used up numbers, which emptying a table does not give back.
@pytest.mark.django_db(transaction=True, reset_sequences=True)
def test_people_go_on_publishing_in_it():
    make_archive.main(["30", "--no-readers"])
    before = {model: model.objects.order_by("-pk").first().pk for model in (Article, Edition)}
    Section.objects.update(slug=Concat("slug", Value("-old")))  # the cast brings its own of these names
    Source.objects.update(name="旧站")
    Person.objects.update(unit="旧单位")
    cast = Cast()
    article = cast.article()
    edition = cast.publish(article)
    assert article.pk == before[Article] + 1
    assert edition.pk == before[Edition] + 1


def test_it_comes_on_top_of_what_there_is_and_the_audit_says_so(db):
    make_archive.main(["5", "--no-readers"])
    make_archive.main(["7", "--no-readers"])
    assert Article.objects.public().count() == 12
    assert [entry.details["count"] for entry in AuditEntry.objects.filter(action="article.archive_made")] == [7, 5]
    assert audit.first_broken_entry() is None


def test_it_is_not_made_in_a_newsroom_with_readers(settings):
    settings.DEBUG = False
    with pytest.raises(SystemExit, match="--no-readers"):
        make_archive.main(["5"])
    assert not Article.objects.exists()


def test_the_text_follows_from_the_number_and_is_not_always_the_same():
    assert archive_text.text_of(7) == archive_text.text_of(7)
    assert len({archive_text.text_of(n).title for n in range(500)}) > 400
