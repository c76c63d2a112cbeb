"""The editor of the level publishes, returns, and takes down in one step."""

from datetime import date

from django.db import connection, connections
from django.test import RequestFactory, TestCase, TransactionTestCase
from django.urls import reverse

from kheo.audit.models import Entry
from kheo.initiatives.models import Consent, Initiative
from kheo.initiatives.tests.cast import cast
from kheo.lib.refusals import FasterColleague, Refused
from kheo.search.finding import find
from kheo.search.models import Document
from kheo.stories.models import Story
from kheo.stories.tests.cast import editor, proposed, published, running, written
from kheo.ui.registry import panels
from kheo.units.models import ReachKind, Role
from kheo.units.tests import cast as people


class Deciding(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.cast = cast()
        cls.bell = running(cls.cast)
        cls.tuan = editor(cls.cast)

    def test_the_editor_publishes(self):
        story = published(self.cast, self.bell)
        assert Story.objects.published().get() == story
        assert Initiative.objects.get(pk=self.bell.pk).public
        assert Document.objects.get(kind="story").public
        assert [hit.title for hit in find("tieng keng giu", public=True, kinds=["story"])] == [story.title]
        assert Entry.objects.about(story).filter(verb="published").get().acting_as == str(self.tuan)

    def test_a_new_version_replaces_the_old_one(self):
        first = published(self.cast, self.bell)
        second = published(self.cast, self.bell, title="Tiếng kẻng, mùa thứ hai")
        first.refresh_from_db()
        assert (first.state, second.state) == ("replaced", "published")
        assert Story.objects.published().get() == second

    def test_the_editor_returns_with_a_reason(self):
        story = proposed(self.cast, self.bell)
        with self.assertRaises(Refused):
            story.return_(by=self.tuan, reason=" ")
        story.return_(by=self.tuan, reason="Thiếu ảnh")
        assert (story.state, story.steps.last().reason) == ("returned", "Thiếu ảnh")
        story.propose(by=self.cast.minh)
        story.publish(by=self.tuan)

    def test_one_step_takes_the_page_down(self):
        story = published(self.cast, self.bell)
        with self.assertRaises(Refused):
            story.take_down(by=self.tuan, reason="")
        story.take_down(by=self.tuan, reason="Người dân đề nghị gỡ")
        assert not Story.objects.published().exists()
        assert not Initiative.objects.get(pk=self.bell.pk).public
        assert find("tieng keng", public=True) == []
        assert Story.objects.get().state == "taken_down"

    def test_the_owners_head_takes_it_down_too(self):
        story = published(self.cast, self.bell)
        story.take_down(by=self.cast.vinh, reason="Sai số liệu")
        assert story.state == "taken_down"

    def test_neither_reporter_nor_reader_nor_an_editor_elsewhere_decides(self):
        elsewhere = people.post(
            people.person("em", "Vi Văn Em"), self.cast.world.dang_uy_tam_hop, Role.EDITOR, ReachKind.PLACE
        )
        story = proposed(self.cast, self.bell)
        for by in (self.cast.minh, self.cast.duc, elsewhere):
            with self.assertRaises(Refused):
                story.publish(by=by)
            with self.assertRaises(Refused):
                story.return_(by=by, reason="…")

    def test_nobody_decides_on_the_own_proposal_in_a_larger_unit(self):
        both = people.post(
            self.cast.minh.user, self.cast.world.dang_uy_tam_quang, Role.EDITOR, ReachKind.PLACE
        )
        story = proposed(self.cast, self.bell)
        with self.assertRaisesMessage(Refused, "người đề xuất"):
            story.publish(by=both)

    def test_in_a_unit_of_two_one_may_and_it_is_shown(self):
        alone = people.unit("Chi bộ bản Bãi Xa", self.cast.tam_quang, "chi_bo")
        sole = people.person("sau", "Lô Văn Sáu")
        writes = people.post(sole, alone, Role.SPECIALIST, ReachKind.PLACE)
        edits = people.post(sole, alone, Role.EDITOR, ReachKind.PLACE)
        story = written(self.cast, self.bell, by=writes)
        story.propose(by=writes)
        story.publish(by=edits)
        assert story.steps.last().self_confirmed

    def test_a_consent_taken_back_hides_the_page_at_once(self):
        person = running(self.cast, "Ông Lô Văn Sáng", kind="exemplar")
        Initiative.objects.filter(pk=person.pk).update(subject="person")
        person.refresh_from_db()
        consent = Consent.objects.create(
            initiative=person,
            person="Lô Văn Sáng",
            given_on=date(2026, 3, 1),
            how="written",
            recorded_by=self.cast.minh,
        )
        published(self.cast, person)
        assert Story.objects.published().exists()
        consent.take_back(by=self.cast.minh, on=date(2026, 4, 1))
        assert not Story.objects.published().exists()
        assert find("Lô Văn Sáng", public=True) == []

    def test_it_waits_on_the_editors_first_page(self):
        proposed(self.cast, self.bell)
        panel = next(each for each in panels.panels if each.name == "stories_editor")
        request = RequestFactory().get("/")
        request.user, request.post = self.tuan.user, self.tuan
        assert [row.title for row in panel.context(request)["rows"]] == ["Tiếng kẻng giữ bình yên bản làng"]
        request.user, request.post = self.cast.minh.user, self.cast.minh
        assert panel.context(request) is None

    def test_on_the_pages(self):
        story = proposed(self.cast, self.bell)
        self.client.force_login(self.tuan.user)
        assert "Công bố" in self.client.get(reverse("story", args=[story.pk])).content.decode()
        self.client.post(reverse("story_publish", args=[story.pk]))
        assert Story.objects.published().exists()
        self.client.post(reverse("story_take_down", args=[story.pk]), {"reason": "Gỡ theo đề nghị"})
        assert not Story.objects.published().exists()

    def test_the_second_editor_is_told_who_was_faster(self):
        story = proposed(self.cast, self.bell)
        same = Story.objects.get(pk=story.pk)
        story.publish(by=self.tuan)
        with self.assertRaisesMessage(FasterColleague, "Hồ Anh Tuấn"):
            same.publish(by=self.tuan)


class TwoEditorsAtOnce(TransactionTestCase):
    def test_one_publishes_and_the_other_is_told(self):
        from concurrent.futures import ThreadPoolExecutor
        from threading import Barrier

        here = cast()
        story = proposed(here, running(here))
        tuan, gate = editor(here), Barrier(2)

        def publish(_number):
            try:
                mine = Story.objects.get(pk=story.pk)
                gate.wait(10)
                mine.publish(by=tuan)
                return "published"
            except FasterColleague:
                return "told"
            finally:
                connections[connection.alias].close()

        with ThreadPoolExecutor(2) as both:
            assert sorted(both.map(publish, range(2))) == ["published", "told"]
        assert Story.objects.published().count() == 1
        assert story.steps.filter(state="published").count() == 1
