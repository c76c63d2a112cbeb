"""Phones that send: a process of its own, one thread and one kept-open connection for each.

Reads its orders as JSON from standard input and answers one object:

    {"port": …, "phones": [as `_ground` told them], "connections": 8, "seconds": 15, "work": "single", …}

`work`: "single" and "batch" send reports, "photo" a photo each, "wide" one long form each. `rate`: so many a
second in all, whatever was answered. `until`: so many acknowledged instead of seconds; then what fails is
sent again with the same id, as a phone does, until it has its receipt.
"""

import base64
import hashlib
import http.client
import json
import random
import sys
import threading
import time
import uuid
from typing import Any

WORDS = (
    "Bà con hai bên đường tự tháo dỡ tường rào, cổng ngõ; đoàn viên thanh niên góp công đổ bê tông. "
    "Đến nay đã làm xong một trăm hai mươi mét, còn lại làm trong tháng sau. "
)


class Orders:
    def __init__(self, told: dict[str, Any]) -> None:
        self.port, self.phones = told["port"], told["phones"]
        self.connections, self.work = told["connections"], told["work"]
        self.seconds, self.until = told.get("seconds", 3600.0), told.get("until")
        self.size, self.rate = told.get("size", 20), told.get("rate", 0)
        self.photo_bytes = told.get("photo_bytes", 200_000)
        self.lock = threading.Lock()
        self.milliseconds: list[float] = []
        self.when: list[float] = []
        self.acknowledged: list[str] = []
        self.answers: dict[str, int] = {}
        self.sent_bytes = self.got_bytes = self.things = self.retried = 0
        self.longest_wait = 0.0
        self.begun = time.monotonic()

    def is_over(self) -> bool:
        if self.until:
            return len(self.acknowledged) >= self.until
        return time.monotonic() - self.begun >= self.seconds

    def count(self, answer: str) -> None:
        self.answers[answer] = self.answers.get(answer, 0) + 1


def report(phone: dict[str, Any], roll: random.Random, words: str = WORDS) -> dict[str, Any]:
    return {
        "id": str(uuid.UUID(int=roll.getrandbits(128), version=4)),
        "kind": "report",
        "as": phone["post"],
        "pack_day": "2026-07-20",
        "form": "aaaaaaaaaaaa",
        "written_at": "2026-07-20T08:12:00+07:00",
        "replaces": None,
        "data": {
            "initiative": str(roll.choice(phone["initiatives"])),
            "happened_on": f"{roll.randint(1, 20):02}/07/2026",
            "span": "days",
            "narrative": words,
            "target": "420 m đường, 86 hộ tham gia",
            "reached": "120 m đường",
            "households": str(roll.randint(1, 200)),
            "people": str(roll.randint(1, 900)),
            "money_vnd_dan_gop": "1,5 triệu",
            "land_m2_dat_o": "105,5",
            "length_cm": "120",
            "work_days": "12,5",
        },
        "photos": [],
        "send": True,
    }


def periodic_report(phone: dict[str, Any], roll: random.Random) -> dict[str, Any]:
    """A commune's own report with a line and a note for each initiative: as many questions as two of each."""
    made = report(phone, roll)
    made["kind"] = "unit_report"
    made["data"] = {
        "entry": "",
        "period_first": "01/01/2026",
        "period_last": "30/06/2026",
        "results": WORDS,
        **{f"line_{pk}": "same" for pk in phone["initiatives"]},
        **{f"note_{pk}": "đang làm tiếp, bà con đồng thuận cao" for pk in phone["initiatives"]},
    }
    return made


class OnePhone:
    def __init__(self, orders: Orders, number: int) -> None:
        self.orders, self.number = orders, number
        self.phone = orders.phones[number % len(orders.phones)]
        self.roll = random.Random(f"{number} {time.time_ns()}")  # noqa: S311 - ids of a load, no secrets
        self.connection: http.client.HTTPConnection | None = None

    def run(self) -> None:
        orders, turn = self.orders, self.number
        while not orders.is_over():
            if orders.rate:
                # Each thing has its moment, whether or not those before have been answered.
                due = orders.begun + turn / orders.rate
                turn += orders.connections
                if due - orders.begun >= orders.seconds:
                    return
                time.sleep(max(0.0, due - time.monotonic()))
            self.send_once(due if orders.rate else time.monotonic())

    def send_once(self, begun: float) -> None:
        orders = self.orders
        path, headers, body, ids = self.ordered()
        failing_since = None
        while True:
            try:
                if self.connection is None:
                    self.connection = http.client.HTTPConnection("127.0.0.1", orders.port, timeout=20)
                self.connection.request("POST", path, body, headers)
                answer = self.connection.getresponse()
                content = answer.read()
                status = str(answer.status)
            except (OSError, http.client.HTTPException):
                status, content, self.connection = "broken", b"", None
            done = time.monotonic()
            good = status in ("200", "201") and (not ids or self.all_accepted(content))
            with orders.lock:
                orders.count(status if good or status not in ("200", "201") else "not accepted")
                if good:
                    orders.milliseconds.append((done - begun) * 1e3)
                    orders.when.append(done - orders.begun)
                    orders.acknowledged += ids
                    orders.things += len(ids) or 1
                    orders.sent_bytes += len(body)
                    orders.got_bytes += len(content)
                    if failing_since is not None:
                        orders.longest_wait = max(orders.longest_wait, done - failing_since)
                    return
                orders.retried += 1
            if not orders.until or status == "200":
                return
            failing_since = failing_since or done
            if orders.is_over() and done - failing_since > 30:
                return
            time.sleep(0.05)

    def all_accepted(self, content: bytes) -> bool:
        return all(each["state"] == "accepted" for each in json.loads(content)["receipts"])

    def ordered(self) -> tuple[str, dict[str, str], bytes, list[str]]:
        """Path, headers and body of the next request, and the ids it hands in."""
        headers = {"Authorization": self.phone["key"], "Content-Type": "application/json"}
        if self.orders.work == "photo":
            return self.photo()
        if self.orders.work == "wide":
            some = [periodic_report(self.phone, self.roll)]
        else:
            some = [report(self.phone, self.roll) for _ in range(self.orders.size)]
        body = json.dumps({"waiting": 0, "envelopes": some}).encode()
        return "/thuc-dia/api/v1/deliveries", headers, body, [each["id"] for each in some]

    def photo(self) -> tuple[str, dict[str, str], bytes, list[str]]:
        """A photo in one request (tus creation-with-upload); another one each time, of another phone:
        what waits to be washed is bounded for each."""
        phone = self.roll.choice(self.orders.phones)
        body = _JPEG[self.orders.photo_bytes] + self.roll.randbytes(16)
        sha = hashlib.sha256(body).hexdigest()
        about = {"sha256": sha, "envelope": str(uuid.uuid4()), "name": "anh.jpg"}
        said = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in about.items())
        headers = {
            "Authorization": phone["key"],
            "Tus-Resumable": "1.0.0",
            "Upload-Length": str(len(body)),
            "Upload-Metadata": said,
            "Content-Type": "application/offset+octet-stream",
        }
        return "/thuc-dia/api/v1/photos", headers, body, []


class _Photos(dict[int, bytes]):
    def __missing__(self, size: int) -> bytes:
        """A photo of about so many bytes."""
        from io import BytesIO

        from PIL import Image

        side = int((size / 0.55) ** 0.5)
        out = BytesIO()
        noise = Image.effect_noise((side, side), 60).convert("RGB")
        noise.save(out, "JPEG", quality=80)
        self[size] = out.getvalue()[:]
        return self[size]


_JPEG = _Photos()


def main() -> None:
    orders = Orders(json.load(sys.stdin))
    if orders.work == "photo":
        _JPEG[orders.photo_bytes]
    before = time.process_time()
    orders.begun = time.monotonic()
    phones = [threading.Thread(target=OnePhone(orders, n).run) for n in range(orders.connections)]
    for each in phones:
        each.start()
    for each in phones:
        each.join()
    print(
        json.dumps(
            {
                "milliseconds": orders.milliseconds,
                "when": orders.when,
                "acknowledged": orders.acknowledged if orders.until else [],
                "things": orders.things,
                "answers": orders.answers,
                "retried": orders.retried,
                "longest_wait": orders.longest_wait,
                "sent_bytes": orders.sent_bytes,
                "got_bytes": orders.got_bytes,
                "seconds": time.monotonic() - orders.begun,
                "cpu": time.process_time() - before,
            }
        )
    )


if __name__ == "__main__":
    main()
