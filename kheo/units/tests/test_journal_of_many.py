"""Many things recorded at once are found in the journal like those recorded one by one."""

import pytest

from kheo.audit.models import Entry, record, record_all
from kheo.units.tests import cast as people


@pytest.mark.django_db
def test_many_entries_say_and_are_found_by_what_single_ones_are():
    cast = people.cast()
    post = cast.minh.posts.get()
    record(cast.tinh_uy, "changed", by=post, reason="Nhầm tên")
    record_all([(cast.board, {}), (cast.women, {})], "changed", by=post, reason="Nhầm tên")
    single, *many = Entry.objects.filter(verb="changed").order_by("pk")
    assert {(each.acting_as, each.post_id, each.unit_id) for each in many} == {
        (single.acting_as, single.post_id, single.unit_id)
    }
    assert all(each.folded.endswith("nham ten") for each in (single, *many))
    assert many[0].folded.startswith("ban tuyen giao")
