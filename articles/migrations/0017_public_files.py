from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0016_preview_link"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("attachment", "was_public", models.BooleanField(default=False, editable=False)),
        migrations.AddField("picture", "was_public", models.BooleanField(default=False, editable=False)),
        migrations.AlterField("attachment", "sha256", models.CharField(editable=False, max_length=64)),
        migrations.AddIndex("attachment", models.Index(fields=["file"], name="attachment_file")),
        migrations.AddIndex("picture", models.Index(fields=["file"], name="picture_file")),
        migrations.AddConstraint(
            "attachment",
            models.UniqueConstraint(
                fields=("sha256", "uploaded_by", "name"), name="attachment_once_for_each_uploader"
            ),
        ),
    ]
