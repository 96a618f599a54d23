from django.contrib import admin

from .. import permissions
from ..models import Person
from .screen import Screen


@admin.register(Person)
class PersonScreen(Screen):
    """Whoever writes may add the people credited on an article, without leaving it."""

    duty = permissions.Duty.WRITE
    everywhere = False
    fields = ["name", "unit"]
    list_display = ["name", "unit", "user"]
    list_select_related = ["user"]
    search_fields = ["name", "unit"]
