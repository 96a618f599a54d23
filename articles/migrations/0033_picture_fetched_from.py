from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("articles", "0032_settings_of_links_and_feeds")]

    operations = [
        migrations.AddField(
            model_name="picture",
            name="fetched_from",
            field=models.CharField(blank=True, editable=False, max_length=2000, verbose_name="fetched from"),
        ),
    ]
