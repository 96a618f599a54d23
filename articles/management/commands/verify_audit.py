from django.core.management.base import BaseCommand, CommandError

from articles import audit
from articles.models import AuditEntry


class Command(BaseCommand):
    help = "Walk the audit's chain of hashes; exits 1 and names the first entry that does not fit."

    def handle(self, *args: object, **options: object) -> None:
        broken = audit.first_broken()
        if broken:
            raise CommandError(
                f"Entry {broken.pk} ({broken.action}, {broken.at:%Y-%m-%d %H:%M:%S}) does not fit the chain."
            )
        self.stdout.write(f"{AuditEntry.objects.count()} entries, unbroken.")
