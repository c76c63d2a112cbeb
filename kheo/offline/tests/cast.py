"""The cast of the reports, with Minh's phone: what it writes, sends and is told."""

import base64
import hashlib
import json
import uuid
from datetime import date
from typing import Any

from django.test import Client

from kheo.fieldwork.tests.cast import DAY, Cast, accepted, cast, kind, picture, report, running
from kheo.initiatives.models import Enrolment
from kheo.offline.kinds import KINDS
from kheo.offline.models import Phone
from kheo.places.changes import AreaChange, Opening, Succeeding
from kheo.units import bodies, reorganise
from kheo.units.models import Post, Unit

API = "/thuc-dia/api/v1/"


def merged(cast: Cast, on: date) -> Unit:
    """Tam Quang and Tam Hợp become xã Tam Thái. Answers the Party committee of Tam Thái."""
    return _reorganised(cast, on, ["Tam Thái"], [("whole", 0), ("whole", 0)])


def divided(cast: Cast, on: date) -> Unit:
    """Tam Quang is divided between Tam Đình and Tam Thái, and nobody decides what goes where."""
    return _reorganised(cast, on, ["Tam Đình", "Tam Thái"], [("part", 0), ("part", 1)], both=False)


def _reorganised(
    cast: Cast, on: date, names: list[str], links: list[tuple[str, int]], both: bool = True
) -> Unit:
    bodies.load_functions()
    here = [cast.tam_quang, cast.world.tam_hop]
    Unit.objects.filter(area__in=here, competences__function="cap_uy").update(key="dang_uy")
    one, other, province = f"#{cast.tam_quang.pk}", f"#{cast.world.tam_hop.pk}", f"#{cast.world.province.pk}"
    change = AreaChange(
        on=on,
        legal_basis="Nghị quyết mẫu",
        closes=(one, other) if both else (one,),
        opens=tuple(
            Opening(key=name, level="commune", type="xã", name=name, parent=province) for name in names
        ),
        successions=tuple(
            Succeeding(other if both and place else one, f"new:{names[new]}", kind)
            for place, (kind, new) in enumerate(links)
        ),
    )
    reorganise.carry_out(reorganise.Plan("mau", "Sắp xếp mẫu", change))
    return Unit.objects.filter(area__name=names[-1], key="dang_uy").get()


class OnThePhone:
    """One person's phone: it knows its key, and what the server answered last."""

    def __init__(self, post: Post, *, name: str = "Android · Chrome") -> None:
        self.post = post
        self.phone, self.secret = Phone.objects.register(post.user, name=name)
        self.client = Client()
        self.forms: dict[str, str] = {}
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

    def sends_photo(self, content: bytes) -> None:
        """A whole photo in one request of the upload protocol."""
        sha256 = hashlib.sha256(content).hexdigest()
        self.answer = self.client.generic(
            "POST",
            API + "photos",
            content,
            content_type="application/offset+octet-stream",
            headers={
                "Authorization": self.key,
                "Tus-Resumable": "1.0.0",
                "Upload-Length": str(len(content)),
                "Upload-Metadata": "sha256 " + base64.b64encode(sha256.encode()).decode(),
            },
        )
        assert self.answer.status_code in (200, 201), self.answer.content

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

    def form(self, kind: str) -> str:
        """The version of a form as this phone's pack has it."""
        if kind not in self.forms:
            known = KINDS.get(kind)
            self.forms[kind] = known.version(self.post) if known and known.version else "aaaaaaaaaaaa"
        return self.forms[kind]

    def envelope(self, kind: str, data: dict[str, Any], /, **changed: Any) -> dict[str, Any]:
        return {
            "id": str(uuid.uuid4()),
            "kind": kind,
            "as": self.post.pk,
            "pack_day": "2026-07-20",
            "form": self.form(kind),
            "written_at": "2027-07-05T08:12:00+07:00",
            "replaces": None,
            "data": data,
            "photos": [],
            "send": True,
            **changed,
        }


__all__ = [
    "API",
    "DAY",
    "Cast",
    "OnThePhone",
    "accepted",
    "cast",
    "divided",
    "kind",
    "merged",
    "picture",
    "report",
    "running",
]
