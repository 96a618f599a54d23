"""The desk as a Django app: takes the place of `django.contrib.admin` in INSTALLED_APPS."""

from django.contrib.admin.apps import AdminConfig


class DeskConfig(AdminConfig):
    """Makes our desk the project's admin site, so that every `@admin.register` registers with it."""

    default_site = "articles.admin.site.Desk"

    def ready(self) -> None:
        """Import each screen, which registers it; after Django's own, two of which `accounts` replaces."""
        super().ready()
        from . import (  # noqa: F401, PLC0415 (screens import models, which are loaded by now)
            accounts,
            arrangement,
            article,
            assignment,
            attachment,
            audit_entry,
            baking,
            old_path,
            person,
            picture,
            report,
            section,
            site_settings,
            source,
        )
