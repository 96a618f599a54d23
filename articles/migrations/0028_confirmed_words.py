import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0027_hits_set_aside"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="sitesettings",
            name="words_are_confirmed",
            field=models.BooleanField(
                default=False,
                help_text=(
                    "Own titles and pictures on the home page and topics, titles and introductions of topics, names of "
                    "sections: readers see them once somebody else who arranges has confirmed them."
                ),
                verbose_name="a second person confirms words for readers that nobody signs",
            ),
        ),
        migrations.CreateModel(
            name="ProposedChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("section", "Section"), ("topic", "Topic"), ("arrangement", "Arrangement")],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("key", models.PositiveBigIntegerField(null=True)),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("old", models.JSONField()),
                ("new", models.JSONField()),
                ("proposed_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="proposed at")),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="proposed by",
                    ),
                ),
            ],
            options={
                "verbose_name": "proposed change",
                "verbose_name_plural": "proposed changes",
                "ordering": ["pk"],
                "constraints": [models.UniqueConstraint(fields=("kind", "key"), name="proposed_change_one_of_each")],
            },
        ),
    ]
