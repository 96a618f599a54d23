"""The rules for passwords, as Django's validators (AUTH_PASSWORD_VALIDATORS)."""

import re
from collections.abc import Iterator

from django.contrib.auth.hashers import check_password
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import MinimumLengthValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from ..models import Person
from . import KEPT, known_hashes, password_facts
from .guessing import find_parts

KINDS = (str.islower, str.isupper, str.isdigit)
KINDS_NEEDED = 3
FEWEST_PARTS = 6  # that a guesser has to find
SHORTEST_NAME = 3  # letters of a name in Latin letters; names in Chinese characters have two


class LengthValidator(MinimumLengthValidator):
    """At least PASSWORD_LENGTH characters, and so few that hashing them is quick."""

    MOST = 128

    def validate(self, password: str, user: User | None = None) -> None:
        super().validate(password, user)
        if len(password) > self.MOST:
            raise ValidationError(_("Use at most %(most)d characters.") % {"most": self.MOST}, "too_long")


class KindsValidator:
    """At least three of four kinds: small letters, capitals, digits, others."""

    def validate(self, password: str, user: User | None = None) -> None:
        kinds = [any(map(kind, password)) for kind in KINDS]
        others = any(not any(kind(character) for kind in KINDS) for character in password)
        if sum(kinds) + others < KINDS_NEEDED:
            raise ValidationError(self.get_help_text(), "too_few_kinds")

    def get_help_text(self) -> str:
        return _("Use at least three of: small letters, capital letters, digits, other characters.")


class PersonalValidator:
    """Nothing of the account's name, the person's name, unit or mail address, forwards or backwards."""

    def validate(self, password: str, user: User | None = None) -> None:
        text = password.casefold()
        for word in words_about(user) if user else ():
            if word in text or word[::-1] in text:
                raise ValidationError(self.get_help_text(), "about_the_person")

    def get_help_text(self) -> str:
        return _("Do not use your name, your account's name, your unit or your mail address, not backwards either.")


class GuessableValidator:
    """Six parts at least that a guesser has to find: words, names in pinyin, years and rows of keys are one each."""

    def validate(self, password: str, user: User | None = None) -> None:
        parts = find_parts(password)
        if len(parts) < FEWEST_PARTS:
            raise ValidationError(
                _("This is easy to guess: it consists of %(parts)s. %(help)s")
                % {"parts": " + ".join(parts), "help": self.get_help_text()},
                "guessable",
            )

    def get_help_text(self) -> str:
        return _(
            "Names, common words, years, telephone numbers and rows of keys count as one sign each; six are needed."
        )


class HistoryValidator:
    """None of the last five."""

    def validate(self, password: str, user: User | None = None) -> None:
        if user and user.pk and any(check_password(password, old) for old in known_hashes(user, password_facts(user))):
            raise ValidationError(self.get_help_text(), "used_before")

    def get_help_text(self) -> str:
        return _("Do not use one of your last %(count)d passwords again.") % {"count": KEPT}


def words_about(user: User) -> Iterator[str]:
    """Yield what is known about the account, in small letters: names whole and in their pieces, the unit, the mail."""
    person = Person.objects.filter(user=user).first() if user.pk else None
    named = [user.get_username(), user.first_name, user.last_name, user.email.partition("@")[0]]
    for name in [*named, *([person.name, person.unit] if person else [])]:
        for piece in {name.casefold(), *re.split(r"[\W_\d]+", name.casefold())}:
            if len(piece) >= (SHORTEST_NAME if piece.isascii() else 2):
                yield piece
