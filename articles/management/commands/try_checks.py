import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from articles.checks.trial import ENDINGS, read_clean_texts, try_rules

LEAST_FOUND, MOST_FALSE = 0.97, 0.3


class Command(BaseCommand):
    help = (
        "Try the rules of the machine's reading on a folder of clean texts: plants errors into them and prints how "
        "many are found by rule, and what is found in the clean texts by rule. Exits 1 if fewer than 97% are found, or "
        "more than 0.3 hits a clean text block or warn. Changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help=f"with files {', '.join(ENDINGS)}; 2026-11-28-….html has its day")
        parser.add_argument("--errors", type=int, default=1000, metavar="N", help="how many to plant (default: 1000)")
        parser.add_argument("--seed", type=int, default=1, metavar="N", help="another one plants other errors")

    def handle(self, *args: object, folder: Path, errors: int, seed: int, **options: Any) -> None:
        try:
            texts = list(read_clean_texts(folder))
        except OSError as error:
            raise CommandError(f"{folder} cannot be read: {error.strerror}.") from error
        if not texts:
            raise CommandError(f"{folder} has no files {', '.join(ENDINGS)}.")
        trial = try_rules(texts, errors=errors, seed=seed)
        self.stdout.write(f"{'rule':30}{'planted':>8}{'found':>8}")
        for rule, planted in trial.planted.items():
            self.stdout.write(f"{rule:30}{planted:8}{trial.found[rule]:8}")
        self.stdout.write(f"\n{'class':30}{'planted':>8}{'found':>8}{'false':>8}{'info':>8}")
        for name, (planted, found, false, information) in trial.by_class().items():
            self.stdout.write(f"{name:30}{planted:8}{found:8}{false:8}{information:8}")
        self.stdout.write(f"\nFound {trial.found_share:.1%} of {trial.planted.total()} errors.\n")
        self.stdout.write(f"{'rule':30}{'weight':>8}{'hits':>8}")
        for (rule, severity), count in trial.false_hits.most_common():
            self.stdout.write(f"{rule:30}{severity.value:>8}{count:8}")
        self.stdout.write(f"{trial.false_hits_a_text:.3f} hits that are not information in each of {len(texts)} texts.")
        if (errors and trial.found_share < LEAST_FOUND) or trial.false_hits_a_text > MOST_FALSE:
            sys.exit(1)
