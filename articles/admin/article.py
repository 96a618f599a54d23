"""The screen of articles: the list, the form, and the addresses of acts, review and revisions."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.contrib.auth.models import User
from django.db.models import Field, ForeignKey, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import discarding, review, search
from ..duty_assignments import permissions, reading
from ..models import Article, Credit, Section
from .acting_user import acting_user
from .article_action_page import action_view
from .article_actions import ARTICLE_ACTIONS
from .article_form import ArticleForm, CreditForm, CreditFormSet, edit_article
from .article_list import article_list_view
from .article_screen import ArticleScreen, public_title
from .discarding import bin_view
from .editor import BodyWidget
from .form_fields import NUMBER, CleanTextMixin
from .marginal_notes import notes_view
from .marked_copy import marked_copy_view
from .masking import mask_view
from .pasting import paste_view
from .presence import ping_view
from .preview import preview_links_view
from .reprint import beyond_right_view, original_file_view, original_view, take_reprint_view
from .review import review_view
from .revisions import revision_view, revisions_view
from .setting_aside import allow_source_view, set_aside_view
from .similar_texts import beside_view
from .typed_text import read_typed_view
from .typography import typography_view
from .unsaved_text import discard_unsaved_view, keep_view
from .word import (
    article_word_view,
    comparison_word_view,
    edition_word_view,
    import_word_view,
    take_word_view,
)

MOST_CHOICES = 100  # newest articles to choose from before anything is typed
MOST_CREDITS = 100  # of an article, on its form


def without_related_links(field: forms.Field | None, *, add: bool = True) -> forms.Field | None:
    """Remove the links to view, change or delete the chosen row; with `add=False` also the link to add one."""
    widget = field.widget if field else None
    if isinstance(widget, RelatedFieldWidgetWrapper):
        widget.can_change_related = widget.can_delete_related = widget.can_view_related = False
        widget.can_add_related = widget.can_add_related and add
    return field


def may_edit_article(user: User, article: Article) -> bool:
    """Return True for its writers, and for the reader who may decide now and may correct while reading."""
    return reading.may_write_article(user, article) or review.may_correct(article, user)


class CreditInline(CleanTextMixin, admin.TabularInline):
    model = Credit
    form = CreditForm
    formset = CreditFormSet
    fields = ["role", "person", "position"]
    autocomplete_fields = ["person"]
    extra = 1
    max_num = MOST_CREDITS

    def get_formset(
        self, request: HttpRequest, obj: Article | None = None, **kwargs: Any
    ) -> type[forms.BaseInlineFormSet]:
        """Build no more rows than MOST_CREDITS, however many a request says it has: each row takes queries."""
        return super().get_formset(request, obj, absolute_max=MOST_CREDITS, **kwargs)

    def has_view_permission(self, request: HttpRequest, obj: Article | None = None) -> bool:
        """Return True: the article's screen has checked that the user may see the article."""
        return True

    def has_change_permission(self, request: HttpRequest, obj: Article | None = None) -> bool:
        return obj is None or may_edit_article(acting_user(request), obj)

    has_add_permission = has_delete_permission = has_change_permission

    def formfield_for_dbfield(self, db_field: Field, request: HttpRequest, **kwargs: Any) -> forms.Field | None:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        return without_related_links(field) if db_field.name == "person" else field


@admin.register(Article)
class ArticleAdmin(ArticleScreen):
    form = ArticleForm
    inlines = [CreditInline]
    duty = permissions.Duty.WRITE
    everywhere = False
    search_fields = ["number"]  # an article is chosen by typing: see get_search_results
    autocomplete_fields = ["source", "cover"]
    fieldsets = [
        (None, {"fields": ["kicker", "title", "subtitle", "summary", "body", "based_on"]}),
        (gettext_lazy("Article"), {"fields": ["section", "source", "origin", "ai_use"], "classes": ["provenance"]}),
        (
            gettext_lazy("Original of a reprint"),
            {
                "fields": ["original_title", "original_author", "original_url", "original_published_on"],
                "classes": ["collapse", "reprint"],
            },
        ),
        (
            gettext_lazy("Lists, keywords and dates"),
            {
                "fields": ["short_title", "cover", "keywords", "embargo_until"],
                "classes": ["lists"],
            },
        ),
    ]

    # --- Permissions -------------------------------------------------------------------------------------------

    def has_view_permission(self, request: HttpRequest, obj: Article | None = None) -> bool:
        if not super().has_view_permission(request, obj):
            return False
        return obj is None or reading.may_read_article(acting_user(request), obj)

    def has_change_permission(self, request: HttpRequest, obj: Article | None = None) -> bool:
        if obj is None:
            return permissions.has_duty_anywhere(acting_user(request), self.duty)
        return may_edit_article(acting_user(request), obj)

    def has_delete_permission(self, request: HttpRequest, obj: Article | None = None) -> bool:
        """Return True for its writers, if the article was neither published nor read."""
        if obj is None or not reading.may_write_article(acting_user(request), obj):
            return False
        return not obj.first_published_at and not obj.sign_offs.exists()

    def formfield_for_foreignkey(
        self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any
    ) -> forms.ModelChoiceField | None:
        """Offer the sections the user writes in, and the one the article is in, for readers who correct it."""
        if db_field.name == "section":
            allowed = Q(pk__in=permissions.sections_with_duty(acting_user(request), self.duty).values("pk"))
            number = request.resolver_match.kwargs.get("object_id", "") if request.resolver_match else ""
            if NUMBER.fullmatch(number):
                # Not by a join, for which PostgreSQL would read the whole table of articles.
                allowed |= Q(pk__in=Article.objects.filter(number=number).order_by().values("section"))
            kwargs["queryset"] = Section.objects.filter(allowed)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Field, request: HttpRequest, **kwargs: Any) -> forms.Field | None:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, BodyWidget):
            may_edit_html = permissions.has_duty_everywhere(acting_user(request), permissions.Duty.ARRANGE)
            field.widget.with_source = may_edit_html
        return without_related_links(field, add=db_field.name != "section") if db_field.is_relation else field

    # --- List ---------------------------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[Article]:
        """Return the articles the user may read. For a single article: all, so that the refusal can say why.

        The form's page loads what it prints. When articles are chosen, for the home page or
        a topic, they are public ones, by their public titles. None is in the bin.
        """
        match = request.resolver_match
        page = match.url_name if match else None
        if page == "autocomplete":
            return Article.objects.public().for_lists()
        rows = Article.objects.kept()
        if match is None or "object_id" not in match.kwargs:
            rows = reading.readable_articles(acting_user(request))
        if page == "articles_article_change":
            return rows.select_related(
                "section__parent", "live", "latest__created_by__person", "signed__previous", "handed_to__person"
            )
        return rows

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return article_list_view(self, request)

    def label_of_choice(self, row: Article) -> str:
        return public_title(row)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Article], search_term: str
    ) -> tuple[QuerySet[Article], bool]:
        """Narrow the articles that one is chosen from to a few, found by the readers' index: by number, or by words of
        their titles; the newest without either.
        """
        term = search_term.strip()
        if term:
            numbers = search.numbers_titled(search.SearchQuery.words_in(term))
            numbers += [int(term)] if NUMBER.fullmatch(term) else []
        else:
            numbers = list(queryset.values_list("number", flat=True)[:MOST_CHOICES])
        return queryset.filter(number__in=numbers), False

    # --- Form ---------------------------------------------------------------------------------------------------

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        return edit_article(self, request, object_id)

    def delete_model(self, request: HttpRequest, obj: Article) -> None:
        discarding.discard_draft(obj, by=acting_user(request))

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: int) -> HttpResponse:
        """Say where the draft is now, and show the bin."""
        self.message_user(request, _("“%(title)s” is in the bin.") % {"title": obj_display}, messages.SUCCESS)
        return redirect("admin:articles_article_bin")

    # --- Acts ---------------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        return [
            *(
                self._article_path(f"{act.name}/", partial(action_view, self, act=act), act.name)
                for act in ARTICLE_ACTIONS
            ),
            self._article_path("review/", partial(review_view, self), "review"),
            self._article_path("set-aside/", partial(set_aside_view, self), "set_aside"),
            self._article_path("allow-source/", partial(allow_source_view, self), "allow_source"),
            self._article_path("mask/", partial(mask_view, self), "mask"),
            self._article_path("preview/", partial(preview_links_view, self), "preview"),
            self._article_path("revisions/", partial(revisions_view, self), "revisions"),
            self._article_path("revisions/<int:revision>/", partial(revision_view, self), "revision"),
            path("word/", self.admin_site.admin_view(take_word_view), name="articles_article_word_take"),
            path("word-files/", self.admin_site.admin_view(import_word_view), name="articles_article_word_files"),
            self._article_path("notes/", partial(notes_view, self), "notes"),
            self._article_path("changes/", partial(marked_copy_view, self), "changes"),
            self._article_path("word.docx", partial(article_word_view, self), "word"),
            self._article_path("editions/<int:edition>.docx", partial(edition_word_view, self), "edition_word"),
            self._article_path(
                "changes/<int:before>-<int:after>.docx", partial(comparison_word_view, self), "comparison_word"
            ),
            path("reprint/", self.admin_site.admin_view(take_reprint_view), name="articles_article_reprint"),
            path("beyond-right/", self.admin_site.admin_view(beyond_right_view), name="articles_article_beyond_right"),
            self._article_path("beside/<int:other>/", partial(beside_view, self), "beside"),
            self._article_path("original/", partial(original_view, self), "original"),
            self._article_path("original/<int:original>/", partial(original_file_view, self), "original_file"),
            path("paste/", self.admin_site.admin_view(paste_view), name="articles_article_paste"),
            path("typography/", self.admin_site.admin_view(typography_view), name="articles_article_typography"),
            path("typed/", self.admin_site.admin_view(read_typed_view), name="articles_article_typed"),
            path("keep/", self.admin_site.admin_view(keep_view), name="articles_article_keep"),
            path("ping/", self.admin_site.admin_view(ping_view), name="articles_article_ping"),
            path("unsaved/", self.admin_site.admin_view(discard_unsaved_view), name="articles_article_unsaved"),
            path("bin/", self.admin_site.admin_view(bin_view), name="articles_article_bin"),
            *super().get_urls(),
        ]

    def _article_path(self, address: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
        """Return the URL pattern of a page of one article, below the article's own address.

        If the article is deleted while the view runs (ArticleIsGone), the user is redirected to the desk's index.
        """

        def view_or_redirect(request: HttpRequest, number: int, **facts: int) -> HttpResponse:
            try:
                return view(request, number=number, **facts)
            except Article.DoesNotExist:
                return self.redirect_missing(request, str(number))

        guarded = self.admin_site.admin_view(view_or_redirect)
        return path(f"<int:number>/{address}", guarded, name=f"articles_article_{name}")
