"""URLs: readers' pages at the root, the desk under /admin/."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("articles.public.urls")),
]

handler400 = "articles.admin.faults.bad_request_view"
handler404 = "articles.public.pages.errors.not_found_view"
handler500 = "articles.admin.faults.server_error_view"
