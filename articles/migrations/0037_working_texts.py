from collections.abc import Callable

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# The index of working copies, as that of readers (0005). The worker indexes what there is, the newest first.
CREATE = {
    "sqlite": [
        "CREATE VIRTUAL TABLE articles_workingwords USING fts5(words, content='', detail=none, columnsize=0, "
        "prefix='1', tokenize=\"unicode61 remove_diacritics 0\")"
    ],
    "postgresql": [
        "CREATE TABLE articles_workingwords (rowid bigint PRIMARY KEY, words tsvector NOT NULL)",
        "ALTER TABLE articles_workingwords ALTER COLUMN words SET STATISTICS 1000",
        "CREATE INDEX articles_workingwords_words ON articles_workingwords USING gin (words)",
    ],
}
DROP = {"sqlite": ["DROP TABLE articles_workingwords"], "postgresql": ["DROP TABLE articles_workingwords"]}


def _run(statements: dict[str, list[str]]) -> Callable[[Apps, BaseDatabaseSchemaEditor], None]:
    def run(_apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        for statement in statements.get(schema_editor.connection.vendor, []):
            schema_editor.execute(statement)

    return run


class Migration(migrations.Migration):
    dependencies = [("articles", "0036_address_limits_and_audit_days")]

    operations = [
        migrations.CreateModel(
            name="WorkingText",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("title", models.TextField(help_text="Folded, as queries are.")),
                (
                    "text",
                    models.TextField(help_text="Everything else in the order of the page, a field a line; folded."),
                ),
                ("marks", models.TextField(help_text="Words for its section, people, source and keywords.")),
                (
                    "article",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="working_text",
                        to="articles.article",
                    ),
                ),
            ],
            options={
                "verbose_name": "text for searches at the desk",
                "verbose_name_plural": "texts for searches at the desk",
            },
        ),
        migrations.AddIndex(
            model_name="article",
            index=models.Index(
                condition=models.Q(("schedule_problem", ""), _negated=True),
                fields=["number"],
                name="article_not_on_time",
            ),
        ),
        migrations.RunPython(_run(CREATE), _run(DROP)),
    ]
