"""Pin, expiry and cover move from the editions to their articles, which also say when they were last corrected.

Readers see what they saw before. Of an article that was withdrawn, they are those of its last edition, which putting back
shows again. Unpublished changes of them in a working copy stay in its revisions.
"""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import OuterRef, Subquery


def move_placing(apps: Apps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    editions = apps.get_model("articles", "Edition").objects
    articles = apps.get_model("articles", "Article").objects
    shown = editions.filter(pk=OuterRef("live"))
    last = editions.filter(article=OuterRef("pk")).order_by("-number")
    for rows, edition in (
        (articles.filter(live__isnull=False), shown),
        (articles.filter(withdrawn_at__isnull=False), last),
    ):
        rows.update(
            pinned_until=Subquery(edition.values("pinned_until")[:1]),
            expires_at=Subquery(edition.values("expires_at")[:1]),
            shown_cover=Subquery(edition.values("cover")[:1]),
        )
    corrections = editions.filter(article=OuterRef("pk"), kind="correction").order_by("-number")
    corrected = articles.filter(pk__in=editions.filter(kind="correction").values("article"))
    corrected.update(corrected_at=Subquery(corrections.values("published_at")[:1]))


class Migration(migrations.Migration):
    dependencies = [("articles", "0020_placing")]

    operations = [
        migrations.RunPython(move_placing, migrations.RunPython.noop),
        migrations.RemoveIndex("edition", "edition_pinned"),
        migrations.RemoveIndex("edition", "edition_expiring"),
        migrations.RemoveField("edition", "pinned_until"),
        migrations.RemoveField("edition", "expires_at"),
    ]
