"""The page on which a reader's own browser checks the public log (存证核验); all of it is in
static/site/log_check.js.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ... import baking, merkle_log, publication_log
from ..machines import page_metadata


@require_safe
def log_check_view(request: HttpRequest) -> HttpResponse:
    """The form; it contains the keys, so that it works for somebody who has saved the page."""
    context = {
        "keys": " ".join(str(key.verifier) for key in merkle_log.read_log_keys()),
        "checkpoint": baking.log_address(merkle_log.PUBLIC_LOG, "checkpoint"),
        "signed": " ".join(publication_log.SIGNED_FACTS),
        "meta": page_metadata.unindexed_metadata(_("Check what was published")),
    }
    return render(request, "public/log_check.html", context)


@require_safe
def kept_checkpoint_view(_request: HttpRequest, code: str) -> HttpResponse:
    """The target of a printed code: the page above, whose script reads what follows the #."""
    return redirect(f"{settings.SITE_URL}{reverse('log_check')}#{code.upper()}")
