"""The desk as a Django app, which replaces `django.contrib.admin` in INSTALLED_APPS."""

from django.contrib.admin.apps import AdminConfig
from django.contrib.admin.templatetags import admin_list
from django.contrib.auth.signals import user_logged_in


class DeskConfig(AdminConfig):
    """Make `Desk` the default admin site, with which every `@admin.register` registers."""

    default_site = "articles.admin.site.Desk"

    def ready(self) -> None:
        """Import the screens, which registers them, after Django's own: `accounts` replaces two of those.

        One function of Django draws yes and no in lists and forms. Every log-in, of any kind, requires
        the second factor.
        """
        super().ready()
        from . import (  # noqa: F401, PLC0415 (screens import models, which are loaded by now)
            accounts,
            address_limit,
            article,
            attachment,
            audit_entry,
            baking,
            check_rule,
            check_up,
            django_words,
            duty_assignment,
            factor_owed,
            home_and_topics,
            link_checks,
            old_path,
            person,
            picture,
            report,
            roster,
            section,
            site_settings,
            source,
        )

        admin_list._boolean_icon = django_words.yes_or_no  # type: ignore[attr-defined]
        user_logged_in.connect(factor_owed.owe_factor)
