"""Minh's photos in real Chromium: they travel behind the words and go on at the byte where the line broke."""

import pytest

from kheo.fieldwork.models import FieldReport
from kheo.offline.models import ExpectedPhoto
from kheo.offline.tests.cast import cast, running
from kheo.offline.tests.phone import Handset, PoorLine, signed_in

pytestmark = pytest.mark.browser

PIECE = 256 * 1024


@pytest.fixture
def line(live_server):
    line = PoorLine(live_server.url)
    yield line
    line.close()


def test_a_photo_goes_on_where_the_line_broke(transactional_db, chromium, line):
    people = cast()
    road = running(people)
    context = chromium.new_context(base_url=line.url, service_workers="block")
    page = context.new_page()
    signed_in(page, line, people.minh.user)
    minh = Handset(page).open()
    minh("engine.register()")
    context.set_offline(True)
    draft = minh.write(
        "report",
        {
            "initiative": str(road.initiative_id),
            "happened_on": "05/07/2026",
            "span": "days",
            "narrative": "Bà con góp công mở đường",
            "photo_author": "Lô Văn Minh",
        },
    )
    photo = minh.photo(draft)
    assert photo["size"] > 2 * PIECE
    minh("engine.finish(given)", draft)
    minh(
        """globalThis.seen = [], engine.subscribe(() => {
            const [item] = engine.snapshot().outbox;
            if (item) seen.push([item.state, Math.floor(item.progress * 100), item.number !== '']);
        }) && null"""
    )
    # In the middle of the third piece.
    line.break_after(2 * PIECE + 50_000)
    context.set_offline(False)
    minh.until("s.sent.length === 1 && !s.outbox.length", 30)
    assert line.broken == 1
    # What had arrived was not sent again: only the piece under way, twice where the server still held it.
    assert line.sent < photo["size"] + 2 * PIECE
    expected = ExpectedPhoto.objects.get()
    assert expected.arrived_at is not None
    assert expected.sha256 == photo["sha256"]
    assert len(FieldReport.objects.get().photos()) == 1
    # The words were received, with their number, while the photo was on its way, and one saw how far it was.
    halfway = [percent for state, percent, numbered in minh("seen") if state == "sending" and numbered]
    assert any(0 < percent < 100 for percent in halfway)
    # Only now has the phone dropped its copy.
    assert minh.keeps["photos"] == []
    context.close()
