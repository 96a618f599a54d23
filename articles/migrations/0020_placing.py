import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("articles", "0019_signed_notes")]

    operations = [
        migrations.AddField(
            "article",
            "shown_cover",
            models.ForeignKey(
                blank=True,
                editable=False,
                help_text="One of the pictures of the text that readers see.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="articles.picture",
                verbose_name="cover that readers see",
            ),
        ),
        migrations.AddField(
            "article",
            "corrected_at",
            models.DateTimeField(editable=False, null=True, verbose_name="last corrected at"),
        ),
        migrations.AlterField(
            "article",
            "expires_at",
            models.DateTimeField(
                blank=True,
                editable=False,
                help_text="After this instant readers no longer see the article.",
                null=True,
                verbose_name="expires at",
            ),
        ),
        migrations.AlterField(
            "article",
            "pinned_until",
            models.DateTimeField(
                blank=True,
                editable=False,
                help_text="Until then it stands first in its section.",
                null=True,
                verbose_name="pinned until",
            ),
        ),
        migrations.AddIndex(
            "article",
            models.Index(
                condition=models.Q(("live__isnull", False), ("pinned_until__isnull", False)),
                fields=["pinned_until"],
                name="article_pinned",
            ),
        ),
        migrations.AddIndex(
            "article",
            models.Index(
                condition=models.Q(("expires_at__isnull", False), ("live__isnull", False)),
                fields=["expires_at"],
                name="article_expiring",
            ),
        ),
    ]
