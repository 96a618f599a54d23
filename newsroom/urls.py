"""URLs: readers' pages at the root, the desk under /admin/."""

from django.contrib import admin
from django.urls import include, path

from articles.admin.preview_of_draft import arrangement_view, revision_text_view
from articles.public.pages.preview import arrangement_page, draft_page

urlpatterns = [
    path(
        "admin/articles/article/<int:number>/revisions/<int:revision>/text/",
        revision_text_view(draft_page),
        name="draft",
    ),
    path("admin/front/preview/<str:token>/", arrangement_view(arrangement_page), name="draft_arrangement"),
    path("admin/", admin.site.urls),
    path("", include("articles.public.urls")),
]

handler400 = "articles.admin.faults.bad_request_view"
handler404 = "articles.public.pages.errors.not_found_view"
handler500 = "articles.admin.faults.server_error_view"
