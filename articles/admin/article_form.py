"""The form of an article and the view that shows and saves it: the working copy's fields and its credits."""

import re
from contextlib import suppress
from copy import copy
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.admin.options import InlineModelAdmin
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.contrib.auth.models import User
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied
from django.forms.utils import ErrorDict, ErrorList
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import editing, persons, placing, reconciling, review, sanitising
from ..duty_assignments import permissions, reading
from ..models import Article, Person, Picture
from ..reconciling import JointSave
from .acting_user import acting_user
from .article_card import card_beside_form
from .article_saved import respond_to_save
from .article_screen import ArticleScreen
from .editor import BodyWidget, with_editor_policy
from .last_choices import LastChoices, last_choices
from .reconciling import CHOICE
from .unsaved_text import opened_form, text_asked_for, typed_data, unsaved_context


class ArticleForm(forms.ModelForm):
    """The working copy. `conflict` is set if somebody else has saved and changed the same passages.

    `error_targets` are the parts of the page that errors of no field lead to, by their codes; `error_ticks` the fields
    that are the answer to them.
    """

    error_targets = {"edited_meanwhile": "conflict"}
    error_ticks = {"would_void": "voiding"}

    # The number of the revision that was opened; a newer one is put together with the text of the form.
    based_on = forms.IntegerField(widget=forms.HiddenInput, required=False)
    # Confirms that saving voids sign-offs; shown only if it would.
    voiding = forms.BooleanField(
        required=False,
        label=gettext_lazy("Only to change the text: save it as a draft, to be submitted again"),
    )
    conflict: reconciling.ChangedByBoth | None = None

    class Meta:
        model = Article
        fields = [
            "kicker",
            "title",
            "subtitle",
            "short_title",
            "summary",
            "body",
            "cover",
            "keywords",
            "section",
            "source",
            "origin",
            "ai_use",
            "original_title",
            "original_author",
            "original_url",
            "original_published_on",
            "embargo_until",
        ]
        widgets = {
            "body": BodyWidget,
            "summary": forms.Textarea(attrs={"rows": 3, "maxlength": 300}),
            "kicker": forms.TextInput(attrs={"class": "wide"}),
            "title": forms.Textarea(attrs={"class": "title", "rows": 1, "placeholder": gettext_lazy("Title")}),
            "subtitle": forms.TextInput(attrs={"class": "wide"}),
        }
        help_texts = {"title": gettext_lazy("30 characters or fewer read well in lists and in WeChat.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            self.fields["title"].widget.attrs["autofocus"] = True
        if self.instance.latest_id:
            self.fields["based_on"].initial = self.instance.latest.number

    def clean_title(self) -> str:
        """Join its lines: the field grows with a long title, but a title is one line."""
        return re.sub(r"\s*[\r\n]+\s*", " ", self.cleaned_data["title"])

    def clean_cover(self) -> Picture | None:
        """Refuse another picture of the text that readers see: it is chosen at once, without readings."""
        cover, live = self.cleaned_data["cover"], self.instance.live
        is_new = live and cover and "cover" in self.changed_data and cover.pk != live.cover_id
        if is_new and placing.pictures_to_show(self.instance).filter(pk=cover.pk).exists():
            raise forms.ValidationError(
                _(
                    "Readers see this picture in the text already, so it needs no readings to be the cover: choose it "
                    "under “Pin, expiry, cover”."
                )
            )
        return cover

    def revision_opened(self) -> int | None:
        """Return the number of the revision that saving replaces; None for a new article.

        It is the revision opened, or the newer one shown with a conflict (`_over`). Returns 0, which no
        revision has, if the request has no valid number.
        """
        if self.instance.pk is None:
            return None
        seen = str(self.data.get("_over") or self.cleaned_data.get("based_on") or "")
        return int(seen) if re.fullmatch("[0-9]{1,9}", seen) else 0

    def choices(self) -> dict[str, str]:
        """Return what was chosen for each passage that both changed, by its key."""
        return {name.removeprefix(CHOICE): self.data[name] for name in self.data if name.startswith(CHOICE)}

    def show_conflict(self, refusal: reconciling.ChangedByBoth) -> None:
        """Show what both changed, with the choices made so far."""
        self.conflict = refusal
        self.add_error(None, forms.ValidationError(str(refusal), code="edited_meanwhile"))


class CreditForm(forms.ModelForm):
    """One credit. A new row with only its position filled in still counts as empty."""

    def has_changed(self) -> bool:
        return bool(set(self.changed_data) - {"position"}) or (bool(self.instance.pk) and super().has_changed())


class CreditFormSet(forms.BaseInlineFormSet):
    """The credits. `editing.save_article` saves them, because they are part of the signed text."""

    def add_fields(self, form: forms.ModelForm, index: int | None) -> None:
        """Name the fields: their labels are in the head of the table, which is not linked to them.

        A row's key may belong to a row that somebody else has removed: person and role count, not the key.
        """
        super().add_fields(form, index)
        form.fields["position"].initial = index or 0  # a new row follows the existing ones
        form.fields["id"] = forms.IntegerField(initial=form.instance.pk, required=False, widget=forms.HiddenInput)
        for field in form.fields.values():
            # A wrapper around a copied widget still has the attributes of the one it was copied from.
            widget = getattr(field.widget, "widget", None) or field.widget
            widget.attrs.setdefault("aria-label", str(field.label))

    def in_reading_order(self) -> list[tuple[str, Person]]:
        """Return (role, person) of every row that is filled in and not marked for deletion, by position."""
        deleted = self.deleted_forms
        rows = [form for form in self.forms if form not in deleted and (form.instance.pk or form.has_changed())]
        rows.sort(key=lambda form: form.cleaned_data["position"])
        return [(form.cleaned_data["role"], form.cleaned_data["person"]) for form in rows]


def edit_article(screen: ArticleScreen, request: HttpRequest, object_id: str | None) -> HttpResponse:
    """Show the form of an article, or save it. A refusal is shown on the form, with everything that was typed.

    With `?unsaved=<key>` it is shown as this user left it, unsaved.
    """
    article = screen.get_object(request, unquote(object_id)) if object_id else None
    _require_access(screen, request, article, adding=object_id is None)
    if object_id and article is None:
        return screen.redirect_missing(request, object_id)
    text = text_asked_for(request, article)
    form, credits, inline = _build_forms(screen, request, article, typed_data(text) if text else None)
    user = acting_user(request)
    if request.method == "POST" and all([form.is_valid(), credits.is_valid()]):
        saved = _save_or_add_errors(form, credits, request)
        if saved:
            return respond_to_save(screen, request, saved)
    elif request.method == "POST" and article:
        _add_conflict_error(form, credits, user)
    asked = form.has_error(NON_FIELD_ERRORS, "would_void")
    if "unsaved" in request.GET and request.method == "GET" and text is None:
        screen.message_user(request, _("That text has already been saved or discarded."), messages.WARNING)
    card = {**card_beside_form(user, article, asked=asked), **unsaved_context(request, article, text)}

    def show_form(request: HttpRequest) -> HttpResponse:
        return screen.render_form(request, form, article, [(credits, inline)], **card)

    may_edit = screen.has_change_permission(request, article) if article else screen.has_add_permission(request)
    return cast(HttpResponse, (with_editor_policy(show_form) if may_edit else show_form)(request))


def _require_access(screen: ArticleScreen, request: HttpRequest, article: Article | None, *, adding: bool) -> None:
    if adding:
        allowed = screen.has_add_permission(request)
    elif request.method == "POST":
        allowed = screen.has_change_permission(request, article)
    else:
        allowed = screen.has_view_or_change_permission(request, article)
    if allowed:
        return
    if article:
        user = acting_user(request)
        reading.require_reading(user, article)
        permissions.require_duty(user, permissions.Duty.WRITE, article.section)
    raise PermissionDenied


def _build_forms(
    screen: ArticleScreen, request: HttpRequest, article: Article | None, typed: QueryDict | None
) -> tuple[ArticleForm, CreditFormSet, InlineModelAdmin]:
    """Return the form, the credits and the credits' options, bound to the request's data if it is a POST.

    They write what was typed into a copy of the article, so that the card next to them shows the saved one. A new
    article's have defaults. Those that show what was `typed` before do not report missing values.
    """
    fields = flatten_fieldsets(screen.get_fieldsets(request, article))
    form_class = cast(type[ArticleForm], screen.get_form(request, article, change=article is not None, fields=fields))
    inline = screen.get_inline_instances(request, article)[0]
    formset_class = cast(type[CreditFormSet], inline.get_formset(request, article))
    chosen = LastChoices({}, [])
    if article is None and request.method != "POST" and typed is None:
        chosen = last_choices(acting_user(request))
        formset_class.extra += len(chosen.credits)
    data = request.POST if request.method == "POST" else typed
    form = form_class(data, instance=copy(article), initial=chosen.fields)
    facts = screen.get_formset_kwargs(request, form.instance, inline, formset_class.get_default_prefix())
    credits = formset_class(**{**facts, "data": data}, initial=chosen.credits)
    if typed is not None:
        for one in (form, *credits.forms):
            one._errors = ErrorDict()
        vars(credits).update(_errors=[], _non_form_errors=ErrorList())
    return form, credits, inline


def _save_or_add_errors(form: ArticleForm, credits: CreditFormSet, request: HttpRequest) -> JointSave | None:
    """Save the article and return what was saved. Returns None, with errors on the form, if saving is refused."""
    by, credited, opened = acting_user(request), credits.in_reading_order(), opened_form(request)
    based_on, voiding = form.revision_opened(), form.cleaned_data["voiding"]
    try:
        if based_on is None:
            return JointSave(editing.save_article(form.instance, by=by, credits=credited, form=opened), 0)
        return reconciling.save_beside_others(
            form.instance,
            by=by,
            based_on=based_on,
            credits=credited,
            choices=form.choices(),
            voiding=voiding,
            form=opened,
        )
    except sanitising.BodyTooLong as refusal:
        form.add_error("body", str(refusal))
    except persons.CannotCredit as refusal:
        form.add_error(None, str(refusal))
    except review.WouldVoid as refusal:
        form.add_error(None, forms.ValidationError(str(refusal), code="would_void"))
    except reconciling.ChangedByBoth as refusal:
        form.show_conflict(refusal)
    except Article.DoesNotExist:
        sentence = _("This draft has been deleted. Copy what you need from your text: it cannot be saved here.")
        form.add_error(None, forms.ValidationError(sentence, code="gone"))
    return None


def _add_conflict_error(form: ArticleForm, credits: CreditFormSet, user: User) -> None:
    """Add the conflict to a form that has other errors, so that the user can resolve all at once."""
    credited = credits.in_reading_order() if credits.is_valid() else None
    with suppress(Article.DoesNotExist, sanitising.BodyTooLong):
        refusal = reconciling.contested_passages(
            form.instance, by=user, based_on=form.revision_opened() or 0, credits=credited, choices=form.choices()
        )
        if refusal:
            form.show_conflict(refusal)
