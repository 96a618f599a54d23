"""Review sheets and evidence packs at the desk: of one article, or the sheets of a period in one file."""

import tempfile
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import audit, checkpoints, evidence, qr_short_links, review_sheet
from ..duty_assignments import permissions, reading
from ..duty_assignments.permissions import Duty
from ..merkle_log import parse_checkpoint
from ..models import Article, SiteSettings
from ..models.calendar_days import start_of_day
from .acting_user import acting_user
from .day_inputs import DayInput

PRINT_SIZE = 1024  # pixels of a code for print
MAX_SHEETS_PER_FILE = 300  # about as many articles as a county news desk publishes in its busiest month
# Outside this range converting midnight to UTC may overflow.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)


class DayField(forms.DateField):
    widget = DayInput
    default_validators = [MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)]


class PeriodForm(forms.Form):
    """A period of days in the site's time zone, first and last day included."""

    start = DayField(label=gettext_lazy("First day"))
    end = DayField(label=gettext_lazy("Last day"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("start") and cleaned.get("end") and cleaned["start"] > cleaned["end"]:
            raise forms.ValidationError(_("The last day is before the first; change one of them."))
        return cleaned

    def articles(self) -> QuerySet[Article] | None:
        """Return the articles of these days; None, with an error on the form, if they exceed MAX_SHEETS_PER_FILE."""
        start, end = self.cleaned_data["start"], self.cleaned_data["end"] + timedelta(days=1)
        articles = review_sheet.articles_between(start_of_day(start), start_of_day(end)).select_related(
            "signed", "latest"
        )
        if articles[MAX_SHEETS_PER_FILE:].exists():
            self.add_error(None, _("More than %(most)d articles; choose fewer days.") % {"most": MAX_SHEETS_PER_FILE})
            return None
        return articles


def review_sheet_urls(site: admin.AdminSite) -> list[URLPattern]:
    """Return the addresses of this module's views, for the desk to register."""
    article_path = "articles/article/<int:number>/"
    return [
        path(article_path + "sheet/", site.admin_view(review_sheet_view), name="article_sheet"),
        path(article_path + "sheet.pdf", site.admin_view(review_sheet_pdf_view), name="article_sheet_pdf"),
        path(article_path + "evidence.zip", site.admin_view(evidence_pack_view), name="article_evidence"),
        path("sheets/", site.admin_view(review_sheets_view), name="sheets"),
        path("sheets/log-code.<str:form>", site.admin_view(log_code_view), name="log_code"),
    ]


def review_sheet_view(request: HttpRequest, number: int) -> HttpResponse:
    """Show the review sheet of one article, to be read or printed."""
    article = _article_for_inspection(request, number)
    context = {
        **admin.site.each_context(request),
        "title": _("Review sheet of “%(title)s”") % {"title": article},
        "article": article,
        "sheets": [review_sheet.review_sheet(article)],
        "may_export_evidence": evidence.may_export_evidence(acting_user(request), article),
    }
    return TemplateResponse(request, "admin/review_sheets.html", context)


def review_sheet_pdf_view(request: HttpRequest, number: int) -> HttpResponse:
    """Send the review sheet of one article as PDF, and record that in the audit."""
    article = _article_for_inspection(request, number)
    audit.record_entry("article.sheet_exported", article, by=acting_user(request))
    name = f"{_('Review sheet')}-{number}.pdf"
    return _pdf_response([review_sheet.review_sheet(article)], article.title, name)


def evidence_pack_view(request: HttpRequest, number: int) -> FileResponse:
    """Send the evidence pack, written to a temporary file that is deleted once it is sent."""
    article = _article_for_inspection(request, number)
    target = tempfile.TemporaryFile()  # noqa: SIM115 (the response closes it)
    evidence.export_pack(article, target, by=acting_user(request))
    target.seek(0)
    response = FileResponse(target, as_attachment=True, filename=_("Evidence-%(number)d.zip") % {"number": number})
    response["Cache-Control"] = "private, no-store"
    return response


def may_see_sheets(user: User) -> bool:
    """Return True for those who may see the sheets of all sections: auditors, and who publishes in every section."""
    return permissions.has_duty_everywhere(user, Duty.PUBLISH, Duty.AUDIT)


def review_sheets_view(request: HttpRequest) -> HttpResponse:
    """Show the sheets of all articles published in a period as a page, or with `format=pdf` as one file."""
    user = acting_user(request)
    _require_sheets(user)
    form = PeriodForm(request.GET if "start" in request.GET else None)
    articles = form.articles() if form.is_bound and form.is_valid() else None
    if articles is not None:
        first_day, last_day = (str(form.cleaned_data[key]) for key in ("start", "end"))
        site = SiteSettings.current()
        audit.record_entry("sheets.exported", site, by=user, start=first_day, end=last_day)
        sheets = (review_sheet.review_sheet(article) for article in articles.iterator(chunk_size=50))
        if request.GET.get("format") == "pdf":
            title = f"{_('Review sheet')} {first_day} – {last_day}"
            name = f"{_('Review sheet')}-{first_day}-{last_day}.pdf"
            return _pdf_response(sheets, title, name)
    context = {
        **admin.site.each_context(request),
        "title": _("Review sheets"),
        "form": form,
        "sheets": list(sheets) if articles is not None else [],
        "period_is_chosen": articles is not None,
        "log_code": _log_code(),
    }
    return TemplateResponse(request, "admin/review_sheets.html", context)


def log_code_view(request: HttpRequest, form: str) -> HttpResponse:
    """Send the QR code of the public log's state now, for the printed paper, as svg or png; or the state as text."""
    _require_sheets(acting_user(request))
    note = checkpoints.note_of_now()
    kinds = {"svg": "image/svg+xml", "png": "image/png", "txt": "text/plain; charset=utf-8"}
    if not note or form not in kinds:
        raise Http404
    address = checkpoints.paper_address(note)
    body = note if form == "txt" else checkpoints.draw_code(address, "svg" if form == "svg" else "png", PRINT_SIZE)
    if body is None:
        raise Http404
    response = HttpResponse(body, content_type=kinds[form])
    name = f"log-{parse_checkpoint(note).size}.{form}"
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or ""
    response["Cache-Control"] = "private, no-store"
    return response


def _log_code() -> dict[str, str] | None:
    """The image of the code, and how wide it is printed at least; None without a key."""
    note = checkpoints.note_of_now()
    if not note:
        return None
    return {"image": checkpoints.code_as_data(checkpoints.paper_address(note)), "width": str(qr_short_links.PRINTED)}


def _require_sheets(user: User) -> None:
    if not may_see_sheets(user):
        raise PermissionDenied(_("Sheets of all sections are for those who publish in all of them, and for auditors."))


def _article_for_inspection(request: HttpRequest, number: int) -> Article:
    """Return the article. Raises PermissionDenied unless the user may read it, as auditors may, and Http404."""
    article = (
        Article.objects.kept().select_related("section__parent", "latest", "signed__previous").filter(pk=number).first()
    )
    if article is None:
        raise Http404
    reading.require_reading(acting_user(request), article)
    return article


def _pdf_response(sheets: Iterable[review_sheet.ReviewSheet], title: str, name: str) -> HttpResponse:
    from ..review_sheet.pdf import review_sheets_pdf  # noqa: PLC0415 (ReportLab is for those who export)

    response = HttpResponse(review_sheets_pdf(sheets, title=title), content_type="application/pdf")
    response.headers["Content-Disposition"] = content_disposition_header(False, name) or ""
    response["Cache-Control"] = "private, no-store"
    return response
