from collections.abc import Callable

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# The search index. This SQL is frozen: later changes need a migration of their own.
CREATE = {
    'sqlite': [
        "CREATE VIRTUAL TABLE articles_searchwords USING fts5(words, content='', detail=none, columnsize=0, prefix='1', "
        'tokenize="unicode61 remove_diacritics 0")'
    ],
    # A separate table with the terms only, so that scanning it for a common term reads few pages.
    'postgresql': [
        'CREATE TABLE articles_searchwords (rowid bigint PRIMARY KEY, words tsvector NOT NULL)',
        # The planner needs to know which terms are common: rows of those are scanned, others are read from the index.
        'ALTER TABLE articles_searchwords ALTER COLUMN words SET STATISTICS 1000',
        'CREATE INDEX articles_searchwords_words ON articles_searchwords USING gin (words)',
    ],
}
DROP = {'sqlite': ['DROP TABLE articles_searchwords'], 'postgresql': ['DROP TABLE articles_searchwords']}


def _run(statements: dict[str, list[str]]) -> Callable[[Apps, BaseDatabaseSchemaEditor], None]:
    def run(_apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
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
