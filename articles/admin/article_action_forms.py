"""The forms of the acts on an article (article_actions.py): their fields are the parameters of the verbs."""

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.core.validators import MinValueValidator
from django.db.models import QuerySet
from django.utils.html import format_html
from django.utils.translation import gettext_lazy

from .. import closing, placing, review
from ..models import Article, Edition, Picture
from ..models.calendar_days import spell_minute
from .day_inputs import MinuteInput
from .form_fields import EARLIEST
from .picture import picture_thumbnail


class ActionForm(forms.Form):
    """The form of an act on this article; without parameters unless a subclass has fields."""

    def __init__(self, article: Article, data: Mapping[str, Any] | None = None) -> None:
        self.article = article
        super().__init__(data)

    def done_facts(self) -> dict[str, str]:
        """The facts that the sentence after the act has places for."""
        return {}


class ReasonForm(ActionForm):
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=400, widget=forms.Textarea(attrs={"rows": 3, "autofocus": True})
    )


class SubmissionForm(ActionForm):
    """The note about the change; readers sign it with the text."""

    note = forms.CharField(
        label=gettext_lazy("What readers are told about this change (optional)"),
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "autofocus": True}),
        help_text=gettext_lazy(
            "A correction needs it. What was wrong and what is right, for example: 第2段“3人”应为“5人”。 It is signed with "
            "the text and cannot be changed afterwards."
        ),
    )

    def __init__(self, article: Article, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(article, data)
        self.initial = {"note": article.note}


class CorrectionForm(ActionForm):
    close_reason = forms.CharField(
        label=gettext_lazy("Close the text that it corrects, because"),
        max_length=400,
        required=False,
        widget=forms.TextInput(attrs={"class": "wide"}),
        help_text=gettext_lazy(
            "Only if the history must not show readers the former text, for example a telephone number. They see "
            "this reason. Usually this stays empty."
        ),
    )


class ScheduleForm(ActionForm):
    at = forms.DateTimeField(
        label=gettext_lazy("Publish at"),
        widget=MinuteInput(autofocus=True),
        help_text=gettext_lazy("In the site's time zone."),
        validators=[MinValueValidator(EARLIEST)],
    )

    def __init__(self, article: Article, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(article, data)
        self.initial = {"at": article.scheduled_for}

    def done_facts(self) -> dict[str, str]:
        return {"at": spell_minute(self.cleaned_data["at"])}


class WithdrawalForm(ReasonForm):
    """After a reader rejected the public text, the reason is the reader's, until it is rewritten."""

    def __init__(self, article: Article, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(article, data)
        rejection = review.rejection_of_public_text(article)
        self.fields["reason"].initial = rejection.opinion if rejection else ""


class PictureChoice(forms.ModelChoiceField):
    """A choice of pictures by looking at them."""

    widget = forms.RadioSelect

    def label_from_instance(self, obj: Picture) -> str:
        seen = obj.alt or obj.caption
        words = format_html('<span class="{}">{}</span>', "" if seen else "visually-hidden", seen or obj.name)
        return format_html("{} {}", picture_thumbnail(obj, beside_its_words=True), words)


class PlacingForm(ActionForm):
    pinned_until = forms.DateTimeField(
        label=gettext_lazy("Pinned until"),
        required=False,
        show_hidden_initial=True,
        widget=MinuteInput(),
        help_text=gettext_lazy("Until then it comes first in its section. In the site's time zone."),
        validators=[MinValueValidator(EARLIEST)],
    )
    expires_at = forms.DateTimeField(
        label=gettext_lazy("Expires at"),
        required=False,
        show_hidden_initial=True,
        widget=MinuteInput(),
        help_text=gettext_lazy("After this instant readers no longer see the article."),
        validators=[MinValueValidator(EARLIEST)],
    )
    cover = PictureChoice(
        Picture.objects.none(),
        label=gettext_lazy("Cover"),
        required=False,
        blank=True,
        empty_label=gettext_lazy("No cover"),
        show_hidden_initial=True,
        help_text=gettext_lazy("One of the pictures of the text. A new picture is added to the text and read with it."),
    )

    def __init__(self, article: Article, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(article, data)
        cast(PictureChoice, self.fields["cover"]).queryset = placing.pictures_to_show(article)
        self.initial = {
            "pinned_until": article.pinned_until,
            "expires_at": article.expires_at,
            "cover": article.shown_cover_id,
        }

    def clean(self) -> dict[str, Any]:
        """Keep the stored value of unchanged fields: somebody else may have changed it since."""
        now = {"pinned_until": self.article.pinned_until, "expires_at": self.article.expires_at}
        for name, at in now.items():
            typed = self.cleaned_data.get(name)
            # The form shows minutes.
            same_minute = at is not None and typed == at.replace(second=0, microsecond=0)
            if same_minute or name not in self.changed_data:
                self.cleaned_data[name] = at
        if "cover" not in self.changed_data:
            self.cleaned_data["cover"] = self.article.shown_cover
        return self.cleaned_data


class EditionForm(ReasonForm):
    """An edition of the article, by its number, and a reason. The verb checks both, after the duty."""

    edition = forms.IntegerField(
        label=gettext_lazy("Edition"), min_value=1, max_value=10**9, widget=forms.Select(attrs={"autofocus": True})
    )
    field_order = ["edition", "reason"]

    def offer(self, editions: QuerySet[Edition]) -> None:
        """Offer these editions."""
        select = cast(forms.Select, self.fields["edition"].widget)
        select.choices = [(edition.number, closing.edition_name(edition)) for edition in editions]


class CloseTextForm(EditionForm):
    def __init__(self, article: Article, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(article, data)
        self.offer(closing.texts_to_close(article))
        self.fields["reason"].help_text = gettext_lazy("Readers see this reason in the history.")


class ReopenTextForm(EditionForm):
    def __init__(self, article: Article, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(article, data)
        self.offer(closing.closed_texts(article))
