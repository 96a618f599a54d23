"""Commands that import a table (CSV): as a whole, or nothing and a sentence for each wrong line."""

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from ..csv_tables import ImportedRows, UnusableTable
from .acting import ActingCommand


class TableImportCommand(ActingCommand):
    """A command that imports a table and says what became of its rows."""

    def import_table(self, name: str | None, act: Callable[[], ImportedRows]) -> None:
        """Call the act, which reads the file called `name`. Raises CommandError if nothing was imported."""
        try:
            done = act()
        except OSError as error:
            raise CommandError(f"{name}: {error.strerror}") from error
        except PermissionDenied as refusal:
            raise CommandError(str(refusal)) from refusal
        except UnusableTable as refusal:
            for problem in refusal.problems:
                self.stderr.write(f"{name}: {problem}")
            raise CommandError(_("Nothing was imported. Correct what is listed above, and run it again.")) from refusal
        self.stdout.write(_("%(added)d added, %(changed)d changed, %(unchanged)d unchanged.") % done._asdict())
