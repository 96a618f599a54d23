"""The screen of the roster of people and posts (人员职务表), and its tables."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from .. import roster
from ..duty_assignments.permissions import Duty
from ..models import RosterEntry
from .row_tables import RowTableMixin


@admin.register(RosterEntry)
class RosterEntryAdmin(RowTableMixin[RosterEntry]):
    duty = Duty.ROSTER
    save_act = staticmethod(roster.save_roster_entry)
    import_act = staticmethod(roster.import_roster)
    export_act = staticmethod(roster.export_roster)
    import_title = gettext_lazy("Import a table of the roster")
    not_theirs = gettext_lazy("The roster is kept by those who have that duty.")
    exported_name = "roster.csv"
    list_display = ["name", "unit", "post", "since", "until", "rank", "in_use"]
    list_filter = ["in_use"]
    search_fields = ["name", "unit", "post"]
    change_list_template = "admin/articles/rosterentry/change_list.html"
    fields = ["name", "unit", "post", "since", "until", "rank", "forbidden", "in_use"]
