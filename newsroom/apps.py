from django.contrib.admin.apps import AdminConfig


class DeskConfig(AdminConfig):
    """Makes our desk the project's admin site, so that every `@admin.register` lands in it."""

    default_site = "newsroom.desk.Desk"
