from collections.abc import Callable

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# The texts for searches are stored in the form in which they are compared. The worker indexes all articles again.
EMPTY = {
    "sqlite": [
        "INSERT INTO articles_searchwords(articles_searchwords) VALUES ('delete-all')",
        "DELETE FROM articles_searchtext",
    ],
    "postgresql": ["TRUNCATE articles_searchwords, articles_searchtext"],
}


def _run(statements: dict[str, list[str]]) -> Callable[[Apps, BaseDatabaseSchemaEditor], None]:
    def run(_apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        for statement in statements.get(schema_editor.connection.vendor, []):
            schema_editor.execute(statement)

    return run


class Migration(migrations.Migration):
    dependencies = [("articles", "0013_bake_job_version")]

    operations = [
        migrations.RunPython(_run(EMPTY), _run(EMPTY)),
        migrations.AlterField(
            model_name="searchtext",
            name="title",
            field=models.TextField(help_text="Folded, as queries are."),
        ),
        migrations.AlterField(
            model_name="searchtext",
            name="text",
            field=models.TextField(help_text="Everything else in the order of the page, a field a line; folded."),
        ),
    ]
