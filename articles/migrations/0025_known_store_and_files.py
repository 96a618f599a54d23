from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("articles", "0024_old_path_spelling")]

    operations = [
        migrations.CreateModel(
            name="KnownStore",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("identity", models.CharField(max_length=32, verbose_name="identity")),
            ],
            options={
                "verbose_name": "store of baked pages",
                "verbose_name_plural": "stores of baked pages",
                "constraints": [models.CheckConstraint(condition=models.Q(("pk", 1)), name="known_store_is_one")],
            },
        ),
        migrations.CreateModel(
            name="CheckedFile",
            fields=[
                (
                    "name",
                    models.CharField(max_length=200, primary_key=True, serialize=False, verbose_name="file"),
                ),
                ("size", models.PositiveBigIntegerField(verbose_name="size")),
                ("sha256", models.CharField(max_length=64)),
                ("checked_at", models.DateTimeField(verbose_name="checked at")),
            ],
            options={"verbose_name": "checked file", "verbose_name_plural": "checked files"},
        ),
    ]
