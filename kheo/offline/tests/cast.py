"""The cast of the reports, with Minh's phone: what it writes, sends and is told."""

import json
import uuid
from typing import Any

from django.test import Client

from kheo.fieldwork.tests.cast import DAY, Cast, accepted, cast, kind, picture, report, running
from kheo.initiatives.models import Enrolment
from kheo.offline.models import Phone
from kheo.units.models import Post

API = "/thuc-dia/api/v1/"


class OnThePhone:
    """One person's phone: it knows its key, and what the server answered last."""

    def __init__(self, post: Post, *, name: str = "Android · Chrome") -> None:
        self.post = post
        self.phone, self.secret = Phone.objects.register(post.user, name=name)
        self.client = Client()
        self.answer: Any = None

    @property
    def key(self) -> str:
        return f"Kheo {self.phone.pk}.{self.secret}"

    def ask(self, path: str, sent: Any = None, *, method: str = "post") -> Any:
        """The JSON answer; its status stays in `answer`."""
        headers = {"Authorization": self.key}
        if method == "get":
            self.answer = self.client.get(API + path, headers=headers)
        else:
            body = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
            self.answer = self.client.generic(
                "POST", API + path, body, content_type="application/json", headers=headers
            )
        return self.answer.json()

    def send(self, *envelopes: Any, waiting: int = 0) -> list[dict[str, Any]]:
        """The receipts of some envelopes sent in one request."""
        told = self.ask("deliveries", {"waiting": waiting, "envelopes": list(envelopes)})
        assert self.answer.status_code == 200, told
        receipts: list[dict[str, Any]] = told["receipts"]
        return receipts

    def writes(self, enrolment: Enrolment, **changed: Any) -> dict[str, Any]:
        """An envelope with a report of an initiative. `changed` are fields of the form, None to leave out;
        `envelope` is a dict of changes to the envelope itself."""
        outer = changed.pop("envelope", {})
        data = {
            "initiative": str(enrolment.initiative_id),
            "happened_on": "05/07/2026",
            "span": "days",
            "narrative": "Bà con góp công mở đường",
            "reached": "120 m đường",
            "households": "86",
            **changed,
        }
        return self.envelope(
            "report", {name: text for name, text in data.items() if text is not None}, **outer
        )

    def registers(self, cast: Cast, **changed: Any) -> dict[str, Any]:
        """An envelope with a short registration."""
        outer = changed.pop("envelope", {})
        data = {
            "name": "Ngõ sạch vườn xanh",
            "kind": "model",
            "subject": "collective",
            "field": str(cast.economy.pk),
            "owner": str(self.post.unit_id),
            "contact_name": "Vi Thị Mai",
            "goal": "86 hộ cùng tham gia",
            "hamlet": "bản Bãi Xa",
            "year": "2026",
            "year_kind": "new",
            "level_asked": "commune",
            **changed,
        }
        return self.envelope(
            "registration", {name: text for name, text in data.items() if text is not None}, **outer
        )

    def envelope(self, kind: str, data: dict[str, Any], **changed: Any) -> dict[str, Any]:
        return {
            "id": str(uuid.uuid4()),
            "kind": kind,
            "as": self.post.pk,
            "pack_day": "2026-07-20",
            "form": "aaaaaaaaaaaa",
            "written_at": "2027-07-05T08:12:00+07:00",
            "replaces": None,
            "data": data,
            "photos": [],
            "send": True,
            **changed,
        }


__all__ = ["API", "DAY", "Cast", "OnThePhone", "accepted", "cast", "kind", "picture", "report", "running"]
