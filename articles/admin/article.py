"""The article's screen: writing, the acts that are possible now, and what it was before."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import audit, editing, review
from ..assignments import permissions
from ..models import Article, Credit, Section
from .article_actions import ARTICLE_ACTIONS, action_view
from .article_card import reading_of
from .article_filters import ReadingFilter, StateFilter
from .article_form import ArticleForm, CreditFormSet, edit_article
from .newsroom_admin import NUMBER, CleanTextMixin, NewsroomAdmin
from .review import review_view
from .revisions import revision_view, revisions_view


def without_related_links(field: Any, *, add: bool = True) -> Any:
    """A choice with at most a + beside it: editing the chosen thing is done on its own screen."""
    for icon in ("can_change_related", "can_delete_related", "can_view_related"):
        setattr(field.widget, icon, False)
    field.widget.can_add_related = field.widget.can_add_related and add
    return field


def may_edit_article(user: Any, article: Article) -> bool:
    """Whoever writes in the section, and the reader whose turn it is, who corrects while reading."""
    return permissions.has_duty(user, permissions.Duty.WRITE, article.section) or review.may_correct(article, user)


class CreditInline(CleanTextMixin, admin.TabularInline):
    model = Credit
    formset = CreditFormSet
    fields = ["role", "person", "position"]
    autocomplete_fields = ["person"]
    extra = 1
    # Whoever may change the article may change its credits: the screen below has asked already.
    has_view_permission = lambda self, request, obj=None: True  # noqa: E731

    def has_change_permission(self, request: HttpRequest, obj: Article | None = None) -> bool:
        return obj is None or may_edit_article(request.user, obj)

    has_add_permission = has_delete_permission = has_change_permission

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        return without_related_links(field) if db_field.name == "person" else field


@admin.register(Article)
class ArticleAdmin(NewsroomAdmin):
    form = ArticleForm
    inlines = [CreditInline]
    duty = permissions.Duty.WRITE
    everywhere = False
    list_display = ["number", "title", "section", "state_now", "reading_now", "saved", "first_published_at"]
    list_display_links = ["title"]
    list_filter = [StateFilter, ReadingFilter, "section", "origin"]
    list_select_related = ["section", "latest__created_by__person", "live"]
    search_fields = ["title", "=number"]
    search_help_text = gettext_lazy("Words of the title, or a number.")
    autocomplete_fields = ["source", "cover"]
    fieldsets = [
        (None, {"fields": ["kicker", "title", "subtitle", "summary", "body", "based_on"]}),
        (gettext_lazy("Provenance"), {"fields": ["section", "source", "origin"], "classes": ["provenance"]}),
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
                "fields": ["short_title", "cover", "keywords", "embargo_until", "pinned_until", "expires_at"],
                "classes": ["collapse"],
            },
        ),
    ]

    # --- Who may ------------------------------------------------------------------------------------------------

    def has_change_permission(self, request: HttpRequest, obj: Article | None = None) -> bool:
        if obj is None:
            return permissions.has_duty_anywhere(request.user, self.duty)
        return may_edit_article(request.user, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Article | None = None) -> bool:
        may = obj is not None and permissions.has_duty(request.user, self.duty, obj.section)
        return may and not obj.first_published_at and not obj.sign_offs.exists()

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "section":
            allowed = Q(pk__in=permissions.sections_with_duty(request.user, self.duty).values("pk"))
            number = request.resolver_match.kwargs.get("object_id", "")
            if NUMBER.fullmatch(number):  # a reader who corrects may not write elsewhere, and leaves it where it is
                allowed |= Q(working_articles=number)
            kwargs["queryset"] = Section.objects.filter(allowed).distinct()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "body":
            field.widget.with_source = permissions.has_duty_everywhere(request.user, permissions.Duty.ARRANGE)
        return without_related_links(field, add=db_field.name != "section") if db_field.is_relation else field

    # --- Reading ------------------------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = super().get_queryset(request)
        if request.resolver_match.url_name == "articles_article_changelist":
            return rows.defer("body")
        if request.resolver_match.url_name == "articles_article_change":
            return rows.select_related(
                "section__parent", "live", "latest__created_by__person", "signed__previous", "handed_to__person"
            )
        return rows

    @admin.display(description=gettext_lazy("state"))
    def state_now(self, article: Article) -> str:
        return article.state.label

    @admin.display(description=gettext_lazy("readings"))
    def reading_now(self, article: Article) -> str:
        return reading_of(article)

    @admin.display(description=gettext_lazy("saved"), ordering="latest")
    def saved(self, article: Article) -> str:
        if not article.latest:
            return "–"
        at = timezone.localtime(article.latest.created_at)
        return f"{at:%m-%d %H:%M} {audit.account_name(article.latest.created_by)}"

    # --- Writing ------------------------------------------------------------------------------------------------

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        return edit_article(self, request, object_id)

    def delete_model(self, request: HttpRequest, obj: Article) -> None:
        editing.discard_draft(obj, by=request.user)

    # --- Acts ---------------------------------------------------------------------------------------------------

    def get_urls(self) -> list[Any]:
        def route(path_of: str, view: Any, name: str) -> Any:
            def still_there(request: HttpRequest, number: int, **facts: int) -> HttpResponse:
                try:
                    return view(request, number=number, **facts)
                except Article.DoesNotExist:
                    return self.say_it_is_gone(request, str(number))

            return path(
                f"<int:number>/{path_of}", self.admin_site.admin_view(still_there), name=f"articles_article_{name}"
            )

        return [
            *(route(f"{act.name}/", partial(action_view, self, act=act), act.name) for act in ARTICLE_ACTIONS),
            route("review/", partial(review_view, self), "review"),
            route("revisions/", partial(revisions_view, self), "revisions"),
            route("revisions/<int:revision>/", partial(revision_view, self), "revision"),
            *super().get_urls(),
        ]

    def article(self, request: HttpRequest, number: int) -> Article:
        article = (
            Article.objects.select_related(
                "section__parent", "live__revision", "latest", "signed__previous", "handed_to__person"
            )
            .filter(pk=number)
            .first()
        )
        if not self.has_view_permission(request, article):
            raise PermissionDenied(_("Articles are for those who work on them."))
        if article is None:
            raise Http404
        return article

    def page(self, request: HttpRequest, article: Article, name: str, title: str, **context: Any) -> HttpResponse:
        return TemplateResponse(
            request,
            f"admin/articles/article/{name}.html",
            {
                **self.admin_site.each_context(request),
                "title": title,
                "opts": self.opts,
                "article": article,
                "original": article,
                "back": reverse("admin:articles_article_change", args=[article.pk]),
                **context,
            },
        )
