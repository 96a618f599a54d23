"""The readers' addresses (docs/architecture.md lists them). Only those under /look/, and pages with
`?elder=`, read or set a cookie.
"""

from django.urls import path, re_path

from ..baking import BACK_SOON
from . import icons, media, qr_short_links, reads
from .machines import api, feeds, log_witness, merkle_log, oembed, sitemaps, wechat
from .pages import (
    appearance,
    archive,
    article,
    back_soon,
    copy_check,
    corrections,
    history,
    home,
    log_check,
    persons_sources_keywords,
    preview,
    reports,
    search,
    section,
    style_guide,
    topics,
)

urlpatterns = [
    path("", home.home_view, name="home"),
    path("a/<int:number>/", article.article_view, name="article"),
    path("a/<int:number>/history/", history.history_view, name="history"),
    path("a/<int:number>/since/<int:edition>/", article.printout_view, name="since"),
    path("report/<int:number>/", reports.report_view, name="report"),
    path("report/<str:token>/", reports.report_answer_view, name="report_answer"),
    path("copy/", copy_check.copy_check_view, name="copy_check"),
    path("s/<slug:slug>/", section.section_view, name="section"),
    path("s/<slug:slug>/<int:page>/", section.section_page_view, name="section_page"),
    path("p/<int:key>/", persons_sources_keywords.person_view, name="person"),
    path("o/<int:key>/", persons_sources_keywords.source_view, name="source"),
    path("k/<int:key>/", persons_sources_keywords.keyword_view, name="keyword"),
    path("corrections/", corrections.corrections_view, name="corrections"),
    path("archive/", archive.months_view, name="archive"),
    re_path(r"^archive/(?P<month>[0-9]{4}-[0-9]{2})/$", archive.month_view, name="month"),
    re_path(r"^archive/(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})/$", archive.day_view, name="day"),
    path("look/", appearance.choose_appearance, name="look"),
    path("look/set", appearance.keep_appearance, name="look_set"),
    re_path(r"^look/(?P<digest>[0-9a-f]{12})\.css$", appearance.style_sheet_view, name="sheet"),
    re_path(
        r"^look/(?P<digest>[0-9a-f]{12})/(?P<named>[a-z-]{1,40})\.css$", appearance.style_sheet_view, name="sheet_of"
    ),
    path("style/", style_guide.style_guide_view, name="style"),
    path("t/<slug:slug>/", topics.topic_view, name="topic"),
    path("topics/", topics.topics_view, name="topics"),
    path("search/", search.search_view, name="search"),
    path("preview/<str:token>/media/<path:name>", preview.preview_file_view, name="preview_media"),
    path("preview/<str:token>/", preview.preview_view, name="preview"),
    # QR codes contain capitals; people type codes in any case.
    re_path(r"^[qQ]/(?P<code>[A-Za-z0-9-]{2,32})\.(?P<form>svg|png)$", qr_short_links.code_image_view, name="qr_image"),
    re_path(r"^q/(?P<code>[A-Za-z0-9-]{2,32})$", qr_short_links.scan_view, name="short_link"),
    re_path(r"^Q/(?P<code>[A-Za-z0-9-]{2,32})$", qr_short_links.scan_view),
    path(BACK_SOON[1:], back_soon.back_soon_view, name="back_soon"),
    path("r/<int:number>", reads.count_read_view, name="read"),
    *feeds.feed_urls(),
    *api.api_urls(),
    path("log/check/", log_check.log_check_view, name="log_check"),
    # In printed codes all of it is in capitals.
    re_path(r"^log/kept/(?P<code>[A-Za-z0-9-]{1,180})$", log_check.kept_checkpoint_view, name="kept_checkpoint"),
    re_path(r"^LOG/KEPT/(?P<code>[A-Za-z0-9-]{1,180})$", log_check.kept_checkpoint_view),
    *merkle_log.log_urls(),
    *log_witness.witness_urls(),
    path("sitemap.xml", sitemaps.sitemap_index_view, name="sitemap"),
    path("sitemap-lists.xml", sitemaps.sitemap_lists_view, name="sitemap_lists"),
    *(
        re_path(
            rf"^sitemap-(?P<names>people|sources|keywords){part}\.xml$",
            sitemaps.sitemap_names_view,
            name="sitemap_names",
        )
        for part in ("", "-(?P<part>[2-9]|[1-9][0-9]{1,6})")
    ),
    re_path(r"^sitemap-(?P<month>[0-9]{4}-[0-9]{2})\.xml$", sitemaps.sitemap_month_view, name="sitemap_month"),
    re_path(
        r"^sitemap-(?P<month>[0-9]{4}-[0-9]{2})-(?P<part>[2-9]|[1-9][0-9]{1,4})\.xml$",
        sitemaps.sitemap_month_view,
        name="sitemap_month",
    ),
    path("news-sitemap.xml", sitemaps.news_sitemap_view, name="news_sitemap"),
    path("wx/sign", wechat.wechat_signature_view, name="wechat_sign"),
    path("oembed", oembed.oembed_view, name="oembed"),
    path("favicon.ico", icons.icon_view, {"name": "favicon.ico"}),
    path("apple-touch-icon.png", icons.icon_view, {"name": "apple-touch-icon.png"}),
    path("robots.txt", sitemaps.robots_view, name="robots"),
    path("media/<path:name>", media.media_view, name="media"),
]
