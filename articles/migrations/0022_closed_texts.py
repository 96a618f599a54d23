import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("articles", "0021_placing_of_editions"),
    ]

    operations = [
        migrations.CreateModel(
            name="ClosedText",
            fields=[
                (
                    "edition",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="closed_text",
                        serialize=False,
                        to="articles.edition",
                    ),
                ),
                ("reason", models.CharField(max_length=400, verbose_name="reason")),
                ("closed_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="closed at")),
                (
                    "closed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="closed by",
                    ),
                ),
            ],
            options={
                "verbose_name": "closed text",
                "verbose_name_plural": "closed texts",
                "constraints": [
                    models.CheckConstraint(condition=~models.Q(reason=""), name="closed_text_gives_its_reason")
                ],
            },
        ),
        migrations.AddIndex(
            "edition",
            models.Index(
                models.OrderBy(models.F("published_at"), descending=True),
                condition=models.Q(("kind", "correction")),
                name="edition_newest_correction",
            ),
        ),
    ]
