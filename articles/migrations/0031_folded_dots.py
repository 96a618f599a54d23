from collections.abc import Callable

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# More kinds of dots, and circles for 〇, are folded. The worker indexes all articles again.
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
    dependencies = [("articles", "0030_doubles")]

    operations = [migrations.RunPython(_run(EMPTY), _run(EMPTY))]
