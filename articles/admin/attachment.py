"""The screen of attachments."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from .. import attachments, uploads
from ..models import Attachment
from ..sanitising import desk_addresses
from .acting_user import acting_user
from .instant_column import instant_column
from .uploads import FileAdmin


@admin.register(Attachment)
class AttachmentAdmin(FileAdmin[Attachment]):
    store = staticmethod(attachments.store_attachment)
    prepare = staticmethod(attachments.prepare_attachment_upload)
    save_act = staticmethod(attachments.save_attachment)
    takes_films = True
    fields = ["link", "name", "length", "ai_label", "content_credentials", "uploaded_at", "uploaded_by"]
    readonly_fields = ["link", "length", "ai_label", "content_credentials", "uploaded_at", "uploaded_by"]
    list_display = ["name", "kind", "length", instant_column(Attachment, "uploaded_at")]
    search_fields = ["name"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Attachment]:
        """Return those whose names the user may know: a document of a draft is as secret as the draft.

        For a single attachment: all, so that it is refused, not missing.
        """
        match = request.resolver_match
        is_single = match is not None and "object_id" in match.kwargs
        return Attachment.objects.all() if is_single else uploads.readable_attachments(acting_user(request))

    def has_view_permission(self, request: HttpRequest, obj: Attachment | None = None) -> bool:
        if not super().has_view_permission(request, obj):
            return False
        return obj is None or uploads.may_read_upload(acting_user(request), obj)

    @admin.display(description=_("file"))
    def link(self, attachment: Attachment) -> SafeString:
        return format_html('<a href="{}">{}</a>', desk_addresses(attachment.url), attachment.name)

    @admin.display(description=_("kind"))
    def kind(self, attachment: Attachment) -> str:
        return attachment.kind

    @admin.display(description=_("size"), ordering="size")
    def length(self, attachment: Attachment) -> str:
        return filesizeformat(attachment.size)
