from typing import Any

from django.core.management.base import BaseCommand, CommandError

from articles import search

from .bake import Bar


class Command(BaseCommand):
    help = "Make the index of the search anew. Everything stays findable meanwhile; can be interrupted and run again."

    def handle(self, *args: object, **options: Any) -> None:
        bar = Bar(self.stdout, "articles")
        try:
            count = search.rebuild(bar.show)
        except KeyboardInterrupt as error:
            raise CommandError("Interrupted. What was found before is found still; run it again to finish.") from error
        bar.end()
        self.stdout.write(f"Indexed {count} articles.")
