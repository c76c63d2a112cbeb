"""The demonstration plays the whole circle on the real structure, once, and what it shows adds up."""

import io
import json
from datetime import date, timedelta

from django.apps import apps
from django.core.management import call_command
from django.test import TestCase

from kheo.demo import ordered, play
from kheo.directives.models import Directive, Duty
from kheo.fieldwork.models import FieldReport
from kheo.fieldwork.models.unit_reports import asked_of
from kheo.initiatives.models import Enrolment, Initiative
from kheo.lib.tests.clock import on_day
from kheo.papers.models import Paper
from kheo.places.loading import DISTRICTS_ENDED
from kheo.plans.models import CriteriaSet
from kheo.reporting.models import ReportedFigure
from kheo.stories.models import Story
from kheo.submissions.models import RegistrationLink
from kheo.tallies import counting, figures, sampling
from kheo.units.models import Post, Unit


def spoken(name, *words, **options):
    """What a command prints."""
    out = io.StringIO()
    call_command(name, *words, stdout=out, **options)
    return out.getvalue()


class TheDemonstration(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.scenes = []
        play.play(cls.scenes.append)

    def test_progress_is_told(self):
        self.assertGreater(len(self.scenes), 6)

    def test_playing_it_again_changes_nothing(self):
        def everything():
            ours = (
                model
                for model in apps.get_models()
                if model.__module__.startswith("kheo.") and model._meta.managed
            )
            return {model.__name__: model._base_manager.count() for model in ours}

        before = everything()
        play.play(lambda scene: None)
        self.assertEqual(everything(), before)

    def test_every_figure_is_what_its_records_say(self):
        compared, wrong = counting.verify()
        self.assertGreater(compared, 40)
        self.assertEqual(wrong, [])
        # Counted anew commune by commune, as it is at night, it is the same cells.
        nights = [date(2026, 1, 1) + timedelta(days=n) for n in range(sampling.NIGHTS)]
        told = [counting.verify(sampling.of_night(night)) for night in nights]
        self.assertEqual((sum(n for n, _wrong in told), [w for _n, w in told if w]), (compared, []))
        spoken("verify")

    def test_the_directive_was_read_confirmed_and_handed_down(self):
        directive = Directive.objects.get(source=ordered.SOURCE)
        self.assertEqual(
            (directive.number, directive.issued_on, directive.state),
            ("05-CT/TU", date(2021, 5, 23), "confirmed"),
        )
        self.assertEqual(directive.issuer.short_name, "BTV Tỉnh ủy")
        board = Unit.objects.get(key="ban_dan_van", level="province")
        self.assertTrue(Duty.objects.filter(assignment__directive=directive, unit=board).exists())
        # The board was merged; its duty is answered by its heir.
        self.assertTrue(Duty.objects.of_unit(board.today).filter(unit=board).exists())
        self.assertFalse(
            Duty.objects.filter(
                assignment__directive=directive, unit__valid_from__gt=directive.issued_on
            ).exists()
        )

    def test_what_the_press_told_stands_at_its_true_place(self):
        told = Initiative.objects.exclude(source_id="")
        self.assertEqual(told.count(), 60)
        self.assertEqual(told.filter(source_url="").count(), 0)
        fish = told.get(source_id="dvk-002")
        self.assertEqual((fish.area.in_text, fish.area.today.in_text), ("xã Tam Hợp", "xã Tam Thái"))
        # Without a commune or a year it stays outside the yearly figures.
        unplaced = told.filter(commune=None)
        self.assertGreater(unplaced.count(), 0)
        self.assertFalse(Enrolment.objects.filter(initiative__in=unplaced).exists())
        self.assertEqual(CriteriaSet.objects.filter(reference=True).count(), 5)
        self.assertTrue(ReportedFigure.objects.filter(value=4494).exists())

    def test_a_year_reads_as_it_was_and_as_of_today(self):
        then = figures.year(2021, "area", everything=True)
        now = figures.year(2021, "area", everything=True, structure=date(2026, 1, 1))
        self.assertEqual((then.communes, now.communes), (460, 130))
        self.assertEqual(then.totals, now.totals)
        counted = {row.label for row in now.rows if row.values.get("enrolled_unknown")}
        self.assertEqual(counted, {"Xã Tam Quang", "Xã Tam Thái"})

    def test_what_is_invented_is_marked_and_not_counted_with_the_real(self):
        sample = Initiative.objects.filter(source_id="")
        self.assertEqual(sample.exclude(sample=True).count(), 0)
        self.assertFalse(Post.objects.exclude(user__is_sample=True).exists())
        real = figures.year(2026, "area", everything=True)
        self.assertEqual(sum(real.totals.values()), 0)
        played = figures.year(2026, "area", everything=True, sample=True)
        self.assertEqual(played.totals["enrolled_new"], 2)
        self.assertEqual(played.totals["enrolled_continuing"], 3)

    def test_running_initiatives_are_found_at_the_heir(self):
        minh = Post.objects.current().get(user__username="minh")
        self.assertEqual(minh.unit.area.valid_from, DISTRICTS_ENDED)
        old = Initiative.objects.filter(owner__valid_to=DISTRICTS_ENDED, sample=True)
        self.assertEqual(old.count(), 3)
        self.assertEqual(set(old), set(old.visible_to(minh)))

    def test_the_clerk_finds_papers_in_each_state(self):
        thu = Post.objects.current().get(user__username="thu", role="clerk")
        (waiting,) = Paper.objects.waiting(thu)
        (unsigned,) = Paper.objects.unsigned(thu)
        signed = Paper.objects.get(state="signed")
        self.assertEqual(
            [each.kind for each in (waiting, unsigned, signed)], ["plan", "registration", "registration_list"]
        )
        self.assertEqual(len(signed.pages()), 1)
        self.assertFalse(Paper.objects.filter(sample=False).exists())

    def test_defence_stays_internal_and_one_story_waits_for_the_editor(self):
        self.assertFalse(
            Story.objects.published().filter(initiative__field__internal_by_default=True).exists()
        )
        self.assertEqual(Story.objects.filter(state="proposed").count(), 1)

    def test_the_commands_of_the_readme_answer(self):
        place = spoken("place", "Tam Hợp, Tương Dương", on="2021-05-29")
        self.assertIn("xã Tam Thái", place)
        found = json.loads(spoken("search", "tieng keng", "--json"))
        self.assertIn("Tiếng kẻng học bài", {each["title"] for each in found})
        table = json.loads(
            spoken("figures", "--year", "2021", "--by", "area", "--structure", "then", "--json")
        )
        self.assertEqual(table["communes"], 460)


class LookedAtInJanuary(TestCase):
    """Whoever opens the demonstration in a young year finds that year under way."""

    @classmethod
    def setUpTestData(cls):
        cls.enterClassContext(on_day(date(2027, 1, 6)))
        play.play(lambda scene: None)

    def test_what_ran_last_year_goes_on_and_something_is_due(self):
        minh = Post.objects.current().get(user__username="minh")
        going_on = Enrolment.objects.filter(year=2027, initiative__sample=True)
        self.assertEqual({each.kind for each in going_on}, {Enrolment.Kind.CONTINUING})
        self.assertEqual(going_on.count(), 5)
        self.assertEqual([each.name for each in asked_of(minh)], ["Báo cáo quý I năm 2027"])
        (waiting,) = FieldReport.objects.filter(state="sent")
        self.assertEqual((waiting.enrolment.year, waiting.happened_on), (2027, date(2027, 1, 6)))
        self.assertEqual(RegistrationLink.objects.get().year, 2027)

    def test_the_year_before_is_told_as_ever(self):
        played = figures.year(2026, "area", everything=True, sample=True)
        self.assertEqual(
            (played.totals["enrolled_new"], played.totals["enrolled_continuing"]),
            (2, 3),
        )
        _compared, wrong = counting.verify()
        self.assertEqual(wrong, [])
