import django.db.models.deletion
from django.db import migrations, models

from articles.search.words import CREATE, DROP


def _run(statements):
    def run(_apps, schema_editor):
        for statement in statements.get(schema_editor.connection.vendor, []):
            schema_editor.execute(statement)

    return run


class Migration(migrations.Migration):

    dependencies = [
        ('articles', '0004_daily_reads'),
    ]

    operations = [
        migrations.CreateModel(
            name='SearchText',
            fields=[
                ('id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('title', models.TextField()),
                ('text', models.TextField(help_text='Everything else in the order of the page, a field a line.')),
                ('marks', models.TextField(help_text='Words for its section, people, source and keywords.')),
                ('expires_at', models.DateTimeField(null=True)),
                ('article', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='search_text', to='articles.article')),
            ],
            options={
                'verbose_name': 'text for searches',
                'verbose_name_plural': 'texts for searches',
            },
        ),
        migrations.RunPython(_run(CREATE), _run(DROP)),
    ]
