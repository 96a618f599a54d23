import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("articles", "0022_closed_texts"),
    ]

    operations = [
        migrations.AddField(
            "article", "discarded_at", models.DateTimeField(editable=False, null=True, verbose_name="discarded at")
        ),
        migrations.AddField(
            "article",
            "discarded_by",
            models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="discarded by",
            ),
        ),
        migrations.AddIndex(
            "article",
            models.Index(
                condition=models.Q(("discarded_at__isnull", False)), fields=["discarded_at"], name="article_in_bin"
            ),
        ),
        migrations.AddConstraint(
            "article",
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(("discarded_at__isnull", True), ("discarded_by__isnull", True)),
                    models.Q(
                        ("discarded_at__isnull", False),
                        ("discarded_by__isnull", False),
                        ("first_published_at__isnull", True),
                        ("stage", 0),
                    ),
                    _connector="OR",
                ),
                name="article_in_bin_is_a_draft",
            ),
        ),
    ]
