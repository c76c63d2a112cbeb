"""The index can be made anew from the records."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from kheo.search import index
from kheo.search.finding import MACHINE, find
from kheo.search.models import Document

from .things import Thing, only_things

pytestmark = pytest.mark.django_db


def test_everything_is_found_again_and_what_is_gone_is_not():
    index_of = [Thing(number, f"Mô hình số {number}") for number in range(1, 2501)]
    with only_things(index_of):
        index.update(Thing(9999, "Mô hình đã xóa"))
        seen = []
        assert index.rebuild(progress=lambda kind, done: seen.append((kind, done))) == 2500
        assert seen == [("thing", 1000), ("thing", 2000), ("thing", 2500)]
        assert Document.objects.count() == 2500
        assert not find("xóa", who=MACHINE)
        # Twice changes nothing, and keeps the order.
        before = list(Document.objects.values_list("pk", "object_id").order_by("pk"))
        index.rebuild("thing")
        assert list(Document.objects.values_list("pk", "object_id").order_by("pk")) == before


def test_the_command_line_answers_in_json():
    with only_things([Thing(7, "Tiếng kẻng bình yên", place="Xã Tam Quang")]):
        out = StringIO()
        call_command("rebuild_search", stdout=out)
        assert "Đã lập chỉ mục 1 mục" in out.getvalue()
        out = StringIO()
        call_command("search", "tieng", "keng", "--json", stdout=out)
        assert json.loads(out.getvalue()) == [
            {"kind": "thing", "id": "7", "title": "Tiếng kẻng bình yên", "place": "Xã Tam Quang"}
        ]
        out = StringIO()
        call_command("search", "tieng keng", stdout=out)
        assert out.getvalue() == "thing · 7 · Tiếng kẻng bình yên · Xã Tam Quang\n"
        out = StringIO()
        call_command("search", "zzz", "--json", stdout=out)
        assert json.loads(out.getvalue()) == []
        with pytest.raises(CommandError, match="thing"):
            call_command("search", "x", "--kind", "nothing")
