"""The page of an article's preview links: who got one, and making another, whose address is shown this once."""

import base64

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import preview
from ..models import PreviewLink
from .acting_user import acting_user
from .article_actions import add_refusal
from .article_screen import ArticleScreen

SHOWN_LINKS = 20


class PreviewForm(forms.Form):
    given_to = forms.CharField(
        label=gettext_lazy("For whom"),
        max_length=80,
        widget=forms.TextInput(attrs={"class": "wide"}),
        help_text=gettext_lazy("The name of who will check the text. It is recorded in the audit."),
    )
    once = forms.BooleanField(
        label=gettext_lazy("Opens once only"),
        required=False,
        help_text=gettext_lazy("The first person to open it can read the text; after that it shows nothing."),
    )


def preview_links_view(screen: ArticleScreen, request: HttpRequest, number: int) -> HttpResponse:
    """List the newest links; POST makes one to the newest revision and shows its address and its QR code."""
    article = screen.get_article(request, number)
    user = acting_user(request)
    form = PreviewForm(request.POST if request.method == "POST" else None)
    made = None
    if request.method == "POST" and form.is_valid():
        try:
            made = preview.make_preview_link(article.newest, by=user, **form.cleaned_data)
        except preview.CannotPreview as refusal:
            add_refusal(form, refusal)
        else:
            form = PreviewForm()
    links = PreviewLink.objects.filter(revision__article=article).select_related("revision__article", "made_by__person")
    response = screen.render_page(
        request,
        article,
        "preview",
        _("Preview links of “%(title)s”") % {"title": article},
        form=form,
        made=made,
        address=preview.preview_url(made) if made else "",
        code=_data_url(preview.preview_qr_code(made)) if made else "",
        links=[(link, preview.is_preview_valid(link)) for link in links.defer("revision__content")[:SHOWN_LINKS]],
        may_revoke=preview.may_revoke_previews(user, article),
    )
    response["Cache-Control"] = "private, no-store"
    return response


def _data_url(svg: bytes) -> str:
    """Return the image as a data: URL. The code has no address of its own that others could open."""
    return f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}"
