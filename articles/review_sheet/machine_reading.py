"""What the machine had read when somebody signed, in one sentence."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from ..models import SignOff


def machine_sentence(row: SignOff) -> str:
    """Which rules the machine had read the text with, and what they found; never more than was recorded."""
    if not row.checked:
        return _("The machine’s reading was not recorded.")
    rules = _("none of the newsroom’s")
    if row.checked["rules"]:
        facts = {"count": row.checked["rules"], "at": _second_of(row.checked["rules_of"])}
        rules = _("%(count)d of the newsroom’s (as of %(at)s)") % facts
    if row.checked.get("roster"):
        facts = {"rules": rules, "count": row.checked["roster"], "at": _second_of(row.checked["roster_of"])}
        rules = _("%(rules)s, and a roster of %(count)d entries (as of %(at)s)") % facts
    sentence = _(
        "Read by the machine with the rules of Newsroom %(program)s and %(rules)s: %(block)d to be settled, of which "
        "%(set_aside)d set aside; %(warn)d to be checked; %(info)d for information."
    )
    if ignored := row.checked.get("ignored"):
        sentence += " " + _("Of those that need not be settled, %(ignored)d set aside.") % {"ignored": ignored}
    facts = {**row.checked["found"], "rules": rules, "program": row.checked["program"]}
    return sentence % {**facts, "set_aside": row.checked["set_aside"]}


def _second_of(instant: str) -> str:
    return f"{timezone.localtime(datetime.fromisoformat(instant)):%Y-%m-%d %H:%M:%S}"
