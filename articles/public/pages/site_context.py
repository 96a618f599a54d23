"""What every public page prints: the site's settings, navigation and footer."""

from collections.abc import Hashable
from typing import NamedTuple

from django.conf import settings
from django.http import Http404
from django.templatetags.static import static
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from ... import appearance
from ...models import Section, SiteSettings
from ..machines import page_metadata


class FooterItem(NamedTuple):
    """One line of the footer: a stable key for inspectors' robots (`data-foot`), a label, the text, an address."""

    key: str
    label: str
    text: str
    url: str = ""


class SiteContext:
    """The site as the templates see it; two queries. Pages that are baked together share one object.

    `rendered` keeps what the template tag `shared_chrome` has rendered.
    """

    def __init__(self, settings: SiteSettings | None = None) -> None:
        self.settings = settings or SiteSettings.current()
        self.sections = Section.objects.tree()
        self.by_key = {section.pk: section for section in self.sections}
        self.rendered: dict[tuple[Hashable, ...], SafeString] = {}

    def section(self, slug: str) -> Section:
        """Return the section with this slug. Raises Http404 if there is none."""
        for section in self.sections:
            if section.slug == slug:
                return section
        raise Http404

    @property
    def sheet(self) -> str:
        """The address of the style sheet."""
        return appearance.style_sheet_url(self.settings.accent)

    @property
    def language(self) -> str:
        """The language that pages declare (BCP 47): Chinese is that of mainland China, for glyphs and voices."""
        return "zh-CN" if settings.LANGUAGE_CODE == "zh-hans" else settings.LANGUAGE_CODE

    @property
    def paper_by_day(self) -> str:
        """The colour of the browser's own bars by day (#rrggbb)."""
        return appearance.PAPER

    @property
    def paper_by_night(self) -> str:
        """The colour of the browser's own bars by night (#rrggbb)."""
        return appearance.NIGHT

    @property
    def grey(self) -> bool:
        """True if every page is shown in mourning grey now."""
        return self.settings.is_grey(SiteSettings.Grey.ALL)

    @property
    def grey_at_home(self) -> bool:
        """True if the home page is shown in mourning grey now, alone or with every page."""
        return self.settings.is_grey(SiteSettings.Grey.HOME)

    @property
    def wechat_sdk(self) -> str:
        """The address of WeChat's script; "" if the newsroom has not set it up."""
        return settings.WECHAT_SDK if settings.WECHAT_APP_ID else ""

    @property
    def accent(self) -> str:
        """The accent colour of the light theme (#rrggbb)."""
        return self.settings.accent or appearance.ACCENT

    @property
    def meta(self) -> list[tuple[str, str]]:
        """The meta tags of every page."""
        return page_metadata.site_metadata(self.settings)

    @property
    def picture(self) -> str:
        """The absolute address of the picture for pages without their own: the logo, else the icon."""
        logo = self.settings.logo
        return settings.SITE_URL + (logo.still_url if logo else static("site/apple-touch-icon.png"))

    @property
    def navigation(self) -> list[Section]:
        """The sections of the first level that list an article, themselves or in a section below."""
        filled = {section.pk for section in self.sections if section.last_ordinal}
        for section in reversed(self.sections):
            if section.pk in filled and section.parent_id:
                filled.add(section.parent_id)
        return [section for section in self.sections if section.level == 1 and section.pk in filled]

    @property
    def footer(self) -> list[FooterItem]:
        """What the law and inspectors require, as text; lines that are not filled in are left out."""
        s = self.settings
        items = [
            FooterItem("sponsor", _("Sponsor"), s.sponsor),
            FooterItem("operator", _("Operated by"), s.operator),
            FooterItem("phone", _("Telephone"), s.phone, f"tel:{s.phone}"),
            FooterItem("email", _("E-mail"), s.email, f"mailto:{s.email}"),
            FooterItem("address", _("Address"), s.address),
            FooterItem("licence", _("Internet news licence"), s.licence),
            FooterItem("report-phone", _("Report illegal or harmful content"), s.report_phone, f"tel:{s.report_phone}"),
            FooterItem("report-email", _("Reports by e-mail"), s.report_email, f"mailto:{s.report_email}"),
            FooterItem("icp", "", s.icp, "https://beian.miit.gov.cn/"),
            FooterItem("police", "", s.police, "https://beian.mps.gov.cn/"),
            FooterItem("site-code", _("Government site code"), s.site_code),
            FooterItem("conac", _("Party and government site mark"), s.conac, f"https://bszs.conac.cn/{s.conac}"),
            FooterItem(
                "find-error", "", s.find_error_url and _("Find an error on a government site"), s.find_error_url
            ),
        ]
        return [item for item in items if item.text]
