"""The forms of the acts on an article (article_actions.py): their fields are the parameters of the verbs."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any, cast

from django import forms
from django.core.validators import MinValueValidator
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import closing, placing, review
from ..models import Article, Edition, Picture
from ..models.calendar_days import spell_instant, spell_minute
from .day_inputs import MinuteInput
from .form_fields import EARLIEST
from .picture import picture_thumbnail

# When people look for news: in the morning, at noon, after work, in the evening.
USUAL_HOURS = (7, 12, 17, 20)


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
        label=gettext_lazy("What readers are told about this change"),
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "autofocus": True}),
        help_text=gettext_lazy(
            "To be published as a correction, a change needs it: what was wrong and what is right, for example: "
            "第2段“3人”应为“5人”。 It is signed with the text and cannot be changed afterwards. Leave it empty where readers "
            "need not be told, as of a typing mistake."
        ),
    )

    def __init__(self, article: Article, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(article, data)
        self.initial = {"note": article.note}

    def done_facts(self) -> dict[str, str]:
        self.article.refresh_from_db()
        return {"turn": review.sentence_of_turn(self.article)}


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

    @property
    def usual_times(self) -> list[tuple[str, str]]:
        """The next usual times, from the end of the embargo on: each as the field spells it, and in words."""
        times = _next_usual_times(timezone.now(), self.article.embargo_until)
        return [(f"{timezone.localtime(at):%Y-%m-%dT%H:%M}", _spell_soon(at)) for at in times]

    def done_facts(self) -> dict[str, str]:
        return {"at": spell_minute(self.cleaned_data["at"])}


def _next_usual_times(now: datetime, embargo_until: datetime | None) -> list[datetime]:
    first = max(now, embargo_until or now)
    today = timezone.localdate(first)
    days = (today, today + timedelta(days=1))
    times = [timezone.make_aware(datetime.combine(day, time(hour))) for day in days for hour in USUAL_HOURS]
    return [at for at in times if at > now and at >= first][: len(USUAL_HOURS)]


def _spell_soon(at: datetime) -> str:
    is_tomorrow = timezone.localdate(at) == timezone.localdate() + timedelta(days=1)
    return _("tomorrow %(time)s") % {"time": f"{timezone.localtime(at):%H:%M}"} if is_tomorrow else spell_instant(at)


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
