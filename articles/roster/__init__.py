"""The roster of people and posts (人员职务表), which the machine reads texts against."""

from .keeping import export_roster, import_roster, save_roster_entry

__all__ = ["export_roster", "import_roster", "save_roster_entry"]
