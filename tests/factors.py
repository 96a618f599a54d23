"""Second factors for tests: an app that anybody can be given, its codes, and the demand of the site settings."""

from contextlib import contextmanager
from datetime import timedelta

import pyotp
from django.utils import timezone

from articles import second_factor
from articles.models import SiteSettings
from articles.second_factor import Proof, acting_with_proof


def demand(*duties):
    """From now on these duties demand a second factor."""
    SiteSettings.objects.update_or_create(pk=1, defaults={"factor_duties": list(duties)})


def code_of(secret, *, steps=0):
    """Return the code that the app shows now, or `steps` half minutes later."""
    app = pyotp.TOTP(secret)
    return app.generate_otp(app.timecode(timezone.now()) + steps)


def give_app(user):
    """Set up an app for the user; return its secret and the recovery codes. The code of the minute before is used up."""
    secret = second_factor.new_app_secret()
    return secret, second_factor.add_app(secret, code_of(secret, steps=-2), by=user)


@contextmanager
def proven(user, *, ago=timedelta(0)):
    """Context manager: acts inside it know that the user proved a factor some time ago."""
    with acting_with_proof(Proof(user.pk, timezone.now() - ago)):
        yield
