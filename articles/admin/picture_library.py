"""The picture library as a grid: words, photographer, day or month, mine, unused; the newest first.

It is a screen of the desk, and, to choose from, a fragment of a page, which static/desk/picture_library.js shows in a
dialog next to the field or in the body editor.
"""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.validators import RegexValidator
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..duty_assignments import permissions
from ..duty_assignments.permissions import Duty
from ..duty_assignments.reading import readable_articles
from ..models import Article, Picture, RevisionPicture, SiteSettings, Slot, Topic
from ..models.article import ArticleQuerySet
from ..models.calendar_days import MONTH_OR_DAY, days_spelled, start_of_day
from ..sanitising import desk_addresses
from .acting_user import acting_user
from .form_fields import NUMBER
from .newsroom_admin import NewsroomAdmin
from .picture_thumbnail import picture_thumbnail

SHOWN = 24
SHOWN_ON_SCREEN = 48
MOST_COUNTED = 10_000  # pictures found; a larger number is shown as “more than”
MOST_USES = 50
MOST_WORDS = 5
# What shows pictures. The cover of an article is among the pictures of its revision.
USES: tuple[tuple[type[Model], str], ...] = (
    (RevisionPicture, "picture"),
    (Slot, "picture"),
    (Topic, "banner"),
    (SiteSettings, "logo"),
)


class LibraryForm(forms.Form):
    """What is looked for in the library. A field that is not valid narrows nothing."""

    q = forms.CharField(label=gettext_lazy("Words about the picture"), required=False, max_length=100)
    credit = forms.CharField(label=gettext_lazy("Photographer"), required=False, max_length=80)
    during = forms.CharField(
        label=gettext_lazy("Day or month"),
        required=False,
        validators=[RegexValidator(MONTH_OR_DAY)],
        widget=forms.TextInput(attrs={"placeholder": "2026-11", "size": 10}),
    )
    mine = forms.BooleanField(label=gettext_lazy("Mine"), required=False, widget=forms.TextInput)
    unused = forms.BooleanField(label=gettext_lazy("Unused"), required=False, widget=forms.TextInput)

    def narrowed(self, rows: QuerySet[Picture], user: User) -> QuerySet[Picture]:
        """Return the pictures that match the valid fields."""
        self.full_clean()
        facts = self.cleaned_data
        for word in facts.get("q", "").split()[:MOST_WORDS]:
            rows = rows.filter(
                Q(name__icontains=word)
                | Q(alt__icontains=word)
                | Q(caption__icontains=word)
                | Q(credit__icontains=word)
            )
        if facts.get("credit"):
            rows = rows.filter(credit__icontains=facts["credit"])
        if span := days_spelled(facts.get("during", "")):
            rows = rows.filter(uploaded_at__gte=start_of_day(span[0]), uploaded_at__lt=start_of_day(span[1]))
        if facts.get("mine"):
            rows = rows.filter(uploaded_by=user)
        if facts.get("unused"):
            for model, field in USES:
                rows = rows.exclude(Exists(model._default_manager.filter(**{field: OuterRef("pk")})))
        return rows


def choose_picture_view(request: HttpRequest) -> HttpResponse:
    """Show a page of the grid, for those who write or arrange: pictures are a library that all of them share."""
    user = acting_user(request)
    if not permissions.has_duty_anywhere(user, Duty.WRITE, Duty.ARRANGE):
        raise PermissionDenied(_("The picture library is for those who write or arrange."))
    form = LibraryForm(request.GET)
    page = _page_of_grid(request, form.narrowed(Picture.objects.order_by("-pk"), user), SHOWN)
    return TemplateResponse(request, "admin/articles/picture/choose.html", {"form": form, **page})


def library_view(screen: NewsroomAdmin[Picture], request: HttpRequest) -> HttpResponse:
    """Show the library as a screen of the desk, with how many pictures are found."""
    if not screen.has_view_permission(request):
        raise PermissionDenied
    form = LibraryForm(request.GET)
    rows = form.narrowed(Picture.objects.order_by("-pk"), acting_user(request))
    count, today = rows[: MOST_COUNTED + 1].count(), timezone.localdate()
    context = {
        **screen.admin_site.each_context(request),
        "title": _("Picture library"),
        "opts": screen.opts,
        "form": form,
        "spans": [(f"{today}", _("Uploaded today")), (f"{today:%Y-%m}", _("Uploaded this month"))],
        "count": min(count, MOST_COUNTED),
        "is_more": count > MOST_COUNTED,
        "may_add": screen.has_add_permission(request),
        **_page_of_grid(request, rows, SHOWN_ON_SCREEN),
    }
    return TemplateResponse(request, "admin/articles/picture/library.html", context)


def _page_of_grid(request: HttpRequest, rows: QuerySet[Picture], most: int) -> dict[str, Any]:
    """Return the pictures of a page of the grid, which follows the key `before` of the address."""
    before = request.GET.get("before", "")
    found = list((rows.filter(pk__lt=int(before)) if NUMBER.fullmatch(before) else rows)[: most + 1])
    return {
        "pictures": [
            {
                "thumbnail": picture_thumbnail(row, beside_its_name=True),
                "facts": facts_of_picture(row),
                "uploaded_at": row.uploaded_at,
            }
            for row in found[:most]
        ],
        "following": found[most - 1].pk if len(found) > most else None,
    }


def facts_of_picture(picture: Picture) -> dict[str, Any]:
    """Return what the editor and the fields need of a chosen picture."""
    words = {name: getattr(picture, name) for name in ("width", "height", "alt", "caption", "credit")}
    return {"key": picture.pk, "name": str(picture), "src": desk_addresses(picture.url), **words}


def articles_with_picture(picture: Picture, user: User) -> ArticleQuerySet:
    """The articles that show the picture now, to readers or in their working copy, and that the user may read."""
    uses = RevisionPicture.objects.filter(picture=picture).values("revision")
    shown = Article.objects.filter(Q(latest__in=uses) | Q(live__revision__in=uses))
    return readable_articles(user).filter(pk__in=shown.values("pk")).defer("body").order_by("-number")
