"""Colleagues who are named in a note: @ and the name of the person or account."""

import re

from django.contrib.auth.models import User
from django.db.models import Q

from .. import audit
from ..duty_assignments import reading
from ..models import Article

LONGEST_NAME = 20  # characters
MOST_MENTIONS = 10
_MENTION = re.compile(r"@([^\s@]{1,20})")


def find_mentioned(text: str) -> list[User]:
    """The active accounts named in the text, at most MOST_MENTIONS names; other words are plain text.

    Chinese has no blanks between words, so the longest name that matches after @ is used. Several people
    of one name are all named. One query.
    """
    after = [found[1] for found in _MENTION.finditer(text)][:MOST_MENTIONS]
    beginnings = {word[:length] for word in after for length in range(1, len(word) + 1)}
    if not beginnings:
        return []
    named = Q(person__name__in=beginnings) | Q(username__in=beginnings)
    accounts = list(User.objects.filter(named, is_active=True).select_related("person").order_by("pk"))
    mentioned: dict[int, User] = {}
    for word in after:
        names = {user.pk: _longest_name(user, word) for user in accounts}
        longest = max(names.values(), default=0)
        mentioned |= {user.pk: user for user in accounts if longest and names[user.pk] == longest}
    return list(mentioned.values())


def unable_to_read(users: list[User], article: Article) -> list[str]:
    """The names of those of them who may not read the article."""
    return [audit.account_name(user) for user in users if not reading.may_read_article(user, article)]


def _longest_name(user: User, word: str) -> int:
    """The length of the account's longest name that the word begins with; 0 if there is none."""
    names = (audit.account_name(user), user.get_username())
    return max((len(name) for name in names if word.startswith(name)), default=0)
