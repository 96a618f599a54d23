import django.db.models.deletion
from django.db import migrations, models

# The index of words: this very SQL ran here. What changes it later is a migration of its own.
CREATE = {
    'sqlite': [
        "CREATE VIRTUAL TABLE articles_searchwords USING fts5(words, content='', detail=none, columnsize=0, prefix='1', "
        'tokenize="unicode61 remove_diacritics 0")'
    ],
    # A table of its own, that has nothing but the words: what a common word is in is read from few pages.
    'postgresql': [
        'CREATE TABLE articles_searchwords (rowid bigint PRIMARY KEY, words tsvector NOT NULL)',
        # So that the planner knows which words are common: those are read from the newest on, the others from the index.
        'ALTER TABLE articles_searchwords ALTER COLUMN words SET STATISTICS 1000',
        'CREATE INDEX articles_searchwords_words ON articles_searchwords USING gin (words)',
    ],
}
DROP = {'sqlite': ['DROP TABLE articles_searchwords'], 'postgresql': ['DROP TABLE articles_searchwords']}


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
