"""A small nation of two provinces, from its seed: what is made holds like what people enter."""

import hashlib
import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from kheo.accounts.models import User
from kheo.demo import nation
from kheo.demo.living import Life
from kheo.fieldwork.models import FieldReport, ReportFigure
from kheo.initiatives.models import Enrolment, Initiative
from kheo.lib.periods import FOREVER, Period
from kheo.lib.pouring import Pouring
from kheo.places.models import AreaCode
from kheo.search import finding
from kheo.tallies import counting
from kheo.tallies.figures import Reading
from kheo.tallies.models import Cell

TWO = ["04", "11"]


class Dry(Pouring):
    """Takes the lines and keeps their digest alone."""

    def __enter__(self):
        return self

    def __exit__(self, *_how):
        for table in self.tables:
            self.send(table)

    def _pass_on(self, table, lines):
        pass


def told_again(ground, seed):
    life = Life(ground, seed, 500, 2500)
    with Dry(*life.tables) as dry:
        list(life.live(dry))
    digests = dry.digests()
    del digests["Document"]
    return digests


def figures(year, **how):
    table = Reading(Period.year(year), everything=True, **how).by("field")
    return table.totals


@pytest.mark.django_db
def test_a_small_nation_holds_like_a_real_one():
    out = StringIO()
    made = nation.make(seed=7, scale=0.0005, provinces=TWO)

    assert made.rows["Initiative"] == Initiative.objects.count() == 500
    assert made.rows["FieldReport"] == FieldReport.objects.count() == 2500
    assert made.rows["Enrolment"] == Enrolment.objects.count() > 700
    assert made.rows["ReportFigure"] == ReportFigure.objects.count() > 4000
    assert {area.province.full_name for area in {each.commune for each in Initiative.objects.all()}} == {
        "Tỉnh Cao Bằng", "Tỉnh Điện Biên",
    }  # fmt: skip
    # Both eras, every line of bodies but the rarest, and a few communes do most.
    years = Initiative.objects.order_by().values_list("commune__valid_to", flat=True).distinct()
    assert set(years) == {date(2025, 7, 1), FOREVER}
    assert Initiative.objects.order_by().values("owner__line").distinct().count() >= 7
    by_heir: dict[str, int] = {}
    for path in Initiative.objects.values_list("commune__path_now", flat=True):
        by_heir[path] = by_heir.get(path, 0) + 1
    most = sorted(by_heir.values(), reverse=True)
    assert sum(most[:2]) > 100
    assert most[len(most) // 2] < 10

    # Everything invented says so; nobody can sign in as those who are.
    assert not Initiative.objects.filter(sample=False).exists()
    assert not User.objects.filter(is_sample=False).exists()
    assert not any(user.has_usable_password() for user in User.objects.all())

    # What the verbs would have kept in step.
    assert counting.verify()[1] == []
    call_command("verify", stdout=out)
    assert (
        f"FieldReport: the state is that of the last step: {made.rows['FieldReport']} hold" in out.getvalue()
    )
    rare = Initiative.objects.get(pk=7)
    assert [hit.title for hit in finding.find("đội sáo trúc", finding.MACHINE, kinds=["initiative"])] == [
        rare.name
    ]
    # Put together from pieces, names are folded and sorted as any other.
    kept = rare.name, rare.folded, rare.sort_key
    rare.save()
    assert (rare.name, rare.folded, rare.sort_key) == kept

    # What was known on a past day is less, and what was known at the end is all.
    now = figures(2024)
    early, late = figures(2024, known_on=date(2024, 7, 31)), figures(2024, known_on=date(2026, 11, 1))
    assert 0 < early["households"] < now["households"]
    assert late == now
    assert Cell.objects.exclude(known_to=FOREVER).exists()

    # The same seed tells the same, another does not; and it is what stands in the tables.
    assert told_again(made.ground, 7) == made.digests
    # In another database, whose ids are others, the same happens in the same places.
    places = [place for _first, _end, some in made.ground.eras for place in some]
    assert len({place.code for place in places}) == len(places)
    published = set(AreaCode.objects.values_list("code", flat=True))
    assert {place.code.split()[0] for place in places} <= published
    assert told_again(made.ground, 8)["FieldReport"] != made.digests["FieldReport"]
    held = hashlib.sha256()
    for row in ReportFigure.objects.order_by("pk").values_list("report", "measure", "kind", "amount"):
        held.update(("\t".join("\\N" if value is None else str(value) for value in row) + "\n").encode())
    assert held.hexdigest() == made.digests["ReportFigure"]

    # A commune of whose registrations none was approved has no sums that year.
    life = Life(made.ground, 7, 500, 2500)
    life.close(2024, places[0].area, {}, {})
    assert life.area_year.lines == []

    # Never beside work, not even its own.
    with pytest.raises(CommandError, match="KHEO_DATA"):
        call_command("sample", "nation", "--scale", "0.0005", "--json", stdout=out)


@pytest.mark.django_db
def test_a_scale_that_leaves_nothing_is_refused():
    with pytest.raises(CommandError, match="0\\.001"):
        call_command("sample", "nation", "--scale", "0")


@pytest.mark.django_db
def test_the_command_says_what_it_made_as_json(monkeypatch):
    made = nation.Sample(7, 0.1, 2, {"Cell": 10}, {"Cell": "ab"}, {"pour": 2.0}, None)
    monkeypatch.setattr(nation, "make", lambda *_how, **_more: made)
    out = StringIO()
    call_command("sample", "nation", "--json", stdout=out)
    assert json.loads(out.getvalue())["rows_a_second"] == 5
