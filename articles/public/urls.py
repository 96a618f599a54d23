"""The readers' addresses (docs/architecture.md lists them). None of them sets or reads a cookie."""

from django.urls import path, re_path

from . import archive, beacon, feeds, files, history, look, names, oembed, scans, search, sitemaps, topics, views

urlpatterns = [
    path("", views.home, name="home"),
    path("a/<int:number>/", views.article, name="article"),
    path("a/<int:number>/history/", history.history, name="history"),
    path("a/<int:number>/since/<int:edition>/", views.since, name="since"),
    path("s/<slug:slug>/", views.section, name="section"),
    path("s/<slug:slug>/<int:page>/", views.section_page, name="section_page"),
    path("p/<int:key>/", names.person, name="person"),
    path("o/<int:key>/", names.source, name="source"),
    path("archive/", archive.months, name="archive"),
    re_path(r"^archive/(?P<month>[0-9]{4}-[0-9]{2})/$", archive.month, name="month"),
    re_path(r"^archive/(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})/$", archive.day, name="day"),
    path("look/", look.choose, name="look"),
    path("look/set", look.keep, name="look_set"),
    re_path(r"^look/(?P<digest>[0-9a-f]{12})\.css$", look.sheet, name="sheet"),
    re_path(r"^look/(?P<digest>[0-9a-f]{12})/(?P<named>[a-z-]{1,40})\.css$", look.sheet, name="sheet_of"),
    path("t/<slug:slug>/", topics.topic, name="topic"),
    path("topics/", topics.topics, name="topics"),
    path("search/", search.page, name="search"),
    path("preview/front/<str:token>/", views.preview_front, name="preview_front"),
    path("preview/<str:token>/", views.preview, name="preview"),
    # Codes are scanned in capitals and typed in any case.
    re_path(r"^[qQ]/(?P<code>[A-Za-z0-9-]{2,32})\.(?P<form>svg|png)$", scans.image, name="qr_image"),
    re_path(r"^q/(?P<code>[A-Za-z0-9-]{2,32})$", scans.landing, name="short_link"),
    re_path(r"^Q/(?P<code>[A-Za-z0-9-]{2,32})$", scans.landing),
    path("r/<int:number>", beacon.read, name="read"),
    *feeds.addresses(),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemap-<int:thousands>.xml", sitemaps.part, name="sitemap_part"),
    path("news-sitemap.xml", sitemaps.news, name="news_sitemap"),
    path("oembed", oembed.oembed, name="oembed"),
    path("robots.txt", sitemaps.robots, name="robots"),
    path("media/<path:name>", files.stored, name="media"),
]
