from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("articles", "0037_working_texts")]

    operations = [
        migrations.AddField(
            model_name="article",
            name="is_template",
            field=models.BooleanField(
                default=False,
                editable=False,
                help_text="Offered to everybody who writes in its section, to begin articles from.",
                verbose_name="template",
            ),
        ),
        migrations.AddIndex(
            model_name="article",
            index=models.Index(
                condition=models.Q(("is_template", True)), fields=["section", "title"], name="article_template"
            ),
        ),
    ]
