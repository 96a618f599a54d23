"""The screen of sources, and the table of those that may be reprinted."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from .. import source_list, sources
from ..models import Article, Source
from .merging import MergeableAdmin
from .proposed_change import ProposingAdmin
from .row_tables import RowTableMixin


@admin.register(Source)
class SourceAdmin(RowTableMixin[Source], MergeableAdmin[Source], ProposingAdmin[Source]):
    save_act = staticmethod(sources.save_source)
    merge_act = staticmethod(sources.merge_source)
    import_act = staticmethod(source_list.import_source_list)
    export_act = staticmethod(source_list.export_source_list)
    import_title = gettext_lazy("Import a list of sources")
    not_theirs = gettext_lazy("The list of sources is kept by those who arrange the site.")
    exported_name = "sources.csv"
    used_by = (Article, "source")
    list_display = ["name", "standing", "category", "list_edition", "valid_from", "valid_until", "url"]
    list_filter = ["standing", "list_edition"]
    search_fields = ["name", "short_name"]
    change_list_template = "admin/articles/source/change_list.html"
    fieldsets = [
        (None, {"fields": ["name", "short_name", "category", "url"]}),
        (
            gettext_lazy("List of sources that may be reprinted"),
            {"fields": ["standing", "list_edition", "valid_from", "valid_until"]},
        ),
    ]
