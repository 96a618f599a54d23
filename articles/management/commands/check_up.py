from typing import Any

from django.core.management.base import CommandError, CommandParser

from articles import check_ups
from articles.management.acting import ActingCommand, acting_account
from articles.management.terminal import ProgressBar
from articles.models import CheckUp, Section


class Command(ActingCommand):
    help = (
        "Check all public texts with today's rules (历史稿件体检), or one section or year. If interrupted, it "
        "is stopped: the same command, or the desk, resumes it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--section", metavar="SLUG", help="this section and those below it")
        parser.add_argument("--year", type=int, metavar="YYYY", help="what was first published in this year")
        parser.add_argument("--by", metavar="USER", help="the account that is responsible, with the duty for rules")

    def handle(self, *args: object, section: str | None, year: int | None, by: str | None, **options: Any) -> None:
        user = acting_account(by)
        chosen = Section.objects.filter(slug=section).first() if section else None
        if section and chosen is None:
            raise CommandError(f"--section {section}: there is no such section.")
        if year is not None and not 1900 <= year < 9999:
            raise CommandError(f"--year {year}: write a year with four digits.")
        check_up = check_ups.begin_check_up(by=user, section=chosen, year=year)
        bar = ProgressBar(self.stdout, "texts")
        try:
            while check_ups.continue_check_ups():
                check_up.refresh_from_db()
                bar.show(check_up.read, check_up.texts or 0)
        except KeyboardInterrupt as error:
            check_ups.stop_check_up(check_up, by=user)
            raise CommandError("Interrupted. Run it again to go on.") from error
        bar.end()
        check_up.refresh_from_db()
        if not check_up.is_done:
            raise CommandError("The worker reads it at the moment; see the desk.")
        self.show_result(check_up)

    def show_result(self, check_up: CheckUp) -> None:
        """Print the counts by rule, and the digest that the audit has."""
        for row in check_ups.counts_by_rule(check_up):
            self.stdout.write(f"{row['severity']:8}{row['texts']:8} {row['rule']}")
        self.stdout.write(f"Read {check_up.read} texts. SHA-256 {check_up.digest}")
