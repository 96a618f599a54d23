"""Searching what readers may see: by words of any length, section, person and time; the same on both databases."""

from .finding import LONGEST, Found, Hit, Query, find, newest, suggestions
from .index import rebuild, remove, write

__all__ = ["LONGEST", "Found", "Hit", "Query", "find", "newest", "rebuild", "remove", "suggestions", "write"]
