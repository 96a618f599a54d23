"""Django's sessions in the database, with the columns of DeskSession (SESSION_ENGINE)."""

from typing import Any, cast

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.utils import timezone

from ..models import DeskSession
from . import ADDRESS, BROWSER, SEEN, STARTED, instant_in


class SessionStore(db.SessionStore):
    @classmethod
    def get_model_class(cls) -> type[DeskSession]:
        return DeskSession

    def create_model_instance(self, data: dict[str, Any]) -> DeskSession:
        session = cast(DeskSession, super().create_model_instance(data))
        session.user_id = data.get(SESSION_KEY)
        session.started_at, session.seen_at = instant_in(data, STARTED), instant_in(data, SEEN) or timezone.now()
        session.address, session.browser = data.get(ADDRESS), data.get(BROWSER, "")
        return session
