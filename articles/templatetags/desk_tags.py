"""What the desk's templates ask for."""

from django import template
from django.contrib.auth.models import User

from .. import audit

register = template.Library()


@register.filter
def person_name(user: User | None) -> str:
    """The name that the desk shows for an account: the person's, or the account's own; '' for nobody."""
    return audit.account_name(user)


# What a browser's name for itself contains, in the order in which it is looked for: most contain those after them.
BROWSERS = {
    **{"MicroMessenger": "WeChat", "DingTalk": "DingTalk", "QQBrowser": "QQ", "Edg": "Edge", "OPR": "Opera"},
    **{"Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"},
}
SYSTEMS = {
    **{"HarmonyOS": "HarmonyOS", "Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows"},
    **{"Mac OS": "macOS", "Linux": "Linux"},
}


@register.filter
def browser_name(user_agent: str) -> str:
    """Return browser and system in two words; of an unknown one, the beginning of what it calls itself."""
    found = [next((name for mark, name in marks.items() if mark in user_agent), None) for marks in (BROWSERS, SYSTEMS)]
    return " · ".join(filter(None, found)) or user_agent[:60]
