"""The form of an article: the working copy's fields, and the revision it was opened at."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .. import comparing, editing, review, sanitising
from ..models import Article
from .editor import BodyWidget


class ArticleForm(forms.ModelForm):
    # What the editor saw when opening the form; saving on top of somebody else's newer text is refused.
    based_on = forms.IntegerField(widget=forms.HiddenInput, required=False)
    # Said by whoever edits a text that others have signed; shown only then.
    voiding = forms.BooleanField(required=False, label=_("I know; save it, and have it read again"))
    conflict: list[comparing.Change] | None = None

    class Meta:
        model = Article
        fields = [
            "kicker", "title", "subtitle", "short_title", "summary", "body", "cover", "keywords",
            "section", "source", "origin", "original_title", "original_author", "original_url",
            "original_published_on", "embargo_until", "expires_at", "pinned_until",
        ]  # fmt: skip
        widgets = {
            "body": BodyWidget,
            "summary": forms.Textarea(attrs={"rows": 3, "maxlength": 300}),
            "kicker": forms.TextInput(attrs={"class": "wide"}),
            "title": forms.TextInput(attrs={"class": "wide title"}),
            "subtitle": forms.TextInput(attrs={"class": "wide"}),
        }
        help_texts = {"title": _("30 characters or fewer read well in lists and in WeChat.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.latest_id:
            self.fields["based_on"].initial = self.instance.latest.number

    def clean_body(self) -> str:
        """The sanitised text; what sanitising refuses is refused here, so that the sentence is shown beside the text."""
        try:
            return sanitising.SanitisedHtml(self.cleaned_data["body"])
        except sanitising.TooLong as refusal:
            raise forms.ValidationError(str(refusal)) from refusal

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.instance.pk:
            try:
                # The button that saves over a newer text names the revision that it was shown.
                seen = self.data.get("_over") or cleaned.get("based_on")
                editing.refuse_if_saved_since(
                    self.instance, int(seen) if re.fullmatch("[0-9]{1,9}", str(seen or "")) else 0
                )
            except forms.ValidationError:
                self.conflict = self._against_the_newest(cleaned)
                raise
            if set(self.changed_data) - {"based_on", "voiding"} or "_asked" in self.data:
                refuse_unasked_void(self)
        return cleaned

    def _against_the_newest(self, cleaned: dict[str, Any]) -> list[comparing.Change]:
        """What somebody else saved meanwhile, compared with what was typed here."""
        newest = self.instance.newest.content
        typed = {field: cleaned.get(field) or "" for field in editing.PLAIN_FIELDS if field != "keywords"}
        if "body" in cleaned:
            typed["body"] = cleaned["body"]
        return comparing.compare(newest, {**newest, **typed})


class CreditFormSet(forms.BaseInlineFormSet):
    """Credits are part of the signed text: changing them is an edit like any other."""

    def clean(self) -> None:
        super().clean()
        if self.instance.pk and any(form.has_changed() for form in self.forms):
            refuse_unasked_void(self)


def refuse_unasked_void(form: Any) -> None:
    """Raise ValidationError where saving would void sign-offs and whoever saves did not say that it may."""
    article = Article.objects.select_related("section__parent", "signed", "handed_to").get(pk=form.instance.pk)
    moved = form.instance.section_id != article.section_id or "section" in getattr(form, "changed_data", ())
    correcting = review.may_correct(article, form.instance.edited_by) and not moved and "_asked" not in form.data
    said = forms.CheckboxInput().value_from_datadict(form.data, {}, "voiding")
    if article.signed and not said and not correcting:
        raise forms.ValidationError(review.void_warning(article), code="would_void")
