"""The desk's messages about a text that was merged with what others had saved."""

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..comparing import part_label
from ..reconciling import JointSave

# The names of a form's fields that choose a version: this, and the key of the passage.
CHOICE = "choice-"


def sentence_of_joint_save(saved: JointSave) -> SafeString:
    """Return whose words are in the saved text now, and which, with a link to the marked copy."""
    parts = [part_label(name) for name in saved.fields]
    if saved.paragraphs:
        count = ngettext("%(count)d paragraph", "%(count)d paragraphs", saved.paragraphs)
        parts.append(count % {"count": saved.paragraphs})
    sentence = _("Merged with what %(names)s saved in the meantime; their changes: %(parts)s.") % {
        "names": _(", ").join(saved.names),
        "parts": _(", ").join(parts),
    }
    changes = reverse("admin:articles_article_changes", args=[saved.revision.article_id])
    between = urlencode({"before": saved.based_on, "after": saved.revision.number})
    return format_html('{} <a href="{}?{}">{}</a>', sentence, changes, between, _("See who wrote what"))
