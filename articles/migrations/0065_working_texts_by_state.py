from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# A list of live texts must not look through all drafts that were saved later, nor one of drafts through live texts.
# Each row is in one of these indexes at most. SQLite reads both from the index of words in the order of the rows.
STATES = {"articles_workingwords_live": "\ue008live", "articles_workingwords_draft": "\ue008draft"}


def create(_apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for name, term in STATES.items():
            schema_editor.execute(
                f"CREATE INDEX {name} ON articles_workingwords (rowid) WHERE words @@ $$'{term}'$$::tsquery"
            )
        schema_editor.execute("ANALYZE articles_workingwords")


def drop(_apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for name in STATES:
            schema_editor.execute(f"DROP INDEX {name}")


class Migration(migrations.Migration):
    dependencies = [("articles", "0064_content_credentials")]

    operations = [migrations.RunPython(create, drop)]
