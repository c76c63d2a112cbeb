"""Those who carry an initiative out propose what is told of it."""

from datetime import date

from django.test import TestCase
from django.urls import reverse

from kheo.audit.models import Entry
from kheo.directives.models import Directive
from kheo.initiatives.models import Consent, Enrolment, Initiative
from kheo.initiatives.tests.cast import brought, cast, draft
from kheo.lib.refusals import FasterColleague, Refused
from kheo.plans.models import Field, Plan
from kheo.search.models import Document
from kheo.stories.models import Story
from kheo.stories.tests.cast import (
    NOBODY,
    TOLD,
    WORDS,
    editor,
    known,
    photo,
    proposed,
    published,
    running,
    written,
)


class Proposing(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.cast = cast()
        cls.bell = running(cls.cast)

    def test_the_reporter_writes_and_proposes(self):
        story = proposed(self.cast, self.bell)
        assert (story.state, story.version) == ("proposed", 1)
        assert [step.state for step in story.steps.all()] == ["draft", "proposed"]
        assert Entry.objects.about(story).filter(verb="submitted").get().acting_as == str(self.cast.minh)
        assert Document.objects.get(kind="story").public is False
        assert not Initiative.objects.get(pk=self.bell.pk).public

    def test_two_people_begin_one_proposal(self):
        one = Story.objects.begin(self.bell, by=self.cast.minh)
        other = Story.objects.begin(self.bell, by=self.cast.vinh)
        assert one == other

    def test_the_specialist_of_the_province_proposes_what_a_newspaper_told(self):
        story = written(self.cast, known(self.cast), by=self.cast.hoa)
        story.propose(by=self.cast.hoa)
        assert story.state == "proposed"
        assert story.year == 2021

    def test_what_is_in_no_catalogue_is_not_told_of(self):
        waiting = brought(draft(self.cast, "Đường hoa"), "sent", self.cast).initiative
        with self.assertRaisesMessage(Refused, "danh mục"):
            Story.objects.begin(waiting, by=self.cast.minh)

    def test_it_says_what_is_missing(self):
        story = Story.objects.begin(self.bell, by=self.cast.minh)
        with self.assertRaisesMessage(Refused, "nội dung"):
            story.propose(by=self.cast.minh)

    def test_phone_numbers_stay_inside(self):
        for said in ("Gọi 0912 345 678.", "LH: +84 912.345.678", "số 0238-3842-123", "84912345678"):
            story = written(self.cast, self.bell, text=f"Có việc xin liên hệ. {said}")
            with self.assertRaisesMessage(Refused, "số điện thoại"):
                story.propose(by=self.cast.minh)

    def test_amounts_are_no_phone_numbers(self):
        story = written(self.cast, self.bell, text="Huy động 84.500.000.000 đồng và 0,5 ha, ngày 05/7/2026.")
        story.propose(by=self.cast.minh)
        assert story.state == "proposed"

    def test_the_contacts_name_stays_inside_however_it_is_written(self):
        for said in ("Bà Vi Thị Mai, trưởng bản.", "VI THỊ MAI"):
            story = written(self.cast, self.bell, text=said)
            with self.assertRaisesMessage(Refused, "Vi Thị Mai"):
                story.propose(by=self.cast.minh)

    def test_captions_are_read_too(self):
        kept = photo(self.cast, self.bell, **NOBODY)
        story = written(self.cast, self.bell)
        story.choose([{"photo": kept, **WORDS, "caption": "Vi Thị Mai đánh kẻng"}], by=self.cast.minh)
        with self.assertRaises(Refused):
            story.propose(by=self.cast.minh)

    def test_a_field_internal_by_default_takes_a_purpose_and_a_reason(self):
        Field.objects.filter(pk=self.cast.security.pk).update(internal_by_default=True)
        watch = running(self.cast, "Tổ tự quản đường biên", field=Field.objects.get(pk=self.cast.security.pk))
        story = written(self.cast, watch)
        assert story.needs_purpose
        with self.assertRaisesMessage(Refused, "công khai có chủ ý"):
            story.propose(by=self.cast.minh)
        story.propose(by=self.cast.minh, deliberately="Chỉ kể chuyện bà con tuần tra")
        assert story.steps.last().reason == "Chỉ kể chuyện bà con tuần tra"
        assert Story.objects.get(pk=story.pk).deliberate_reason

    def test_what_rests_on_an_internal_document_is_never_proposed(self):
        secret = Directive.objects.create(
            number="9-CV/TU", internal=True, entered_for=self.cast.world.tinh_uy
        )
        plan = Plan.objects.create(movement=self.cast.movement, committee=self.cast.committee, year=2026)
        plan.basis.add(secret)
        Enrolment.objects.filter(initiative=self.bell).update(plan=plan)
        with self.assertRaisesMessage(Refused, "lưu hành nội bộ"):
            Story.objects.begin(self.bell, by=self.cast.minh)

    def test_a_person_is_told_of_with_consent_only(self):
        person = running(self.cast, "Ông Lô Văn Sáng", kind="exemplar")
        Initiative.objects.filter(pk=person.pk).update(subject="person")
        person.refresh_from_db()
        with self.assertRaisesMessage(Refused, "sự đồng ý"):
            proposed(self.cast, person)
        Consent.objects.create(
            initiative=person,
            person="Lô Văn Sáng",
            given_on=date(2026, 3, 1),
            how="written",
            recorded_by=self.cast.minh,
        )
        Story.objects.open().get(initiative=person).propose(by=self.cast.minh)

    def test_reader_and_editor_do_not_propose(self):
        for by in (self.cast.duc, editor(self.cast)):
            with self.assertRaises(Refused):
                Story.objects.begin(self.bell, by=by)

    def test_a_neighbour_is_refused(self):
        with self.assertRaises(Refused):
            Story.objects.begin(self.bell, by=self.cast.lan)

    def test_what_is_published_changes_by_a_new_version_only(self):
        first = published(self.cast, self.bell)
        with self.assertRaises(FasterColleague):
            first.write(by=self.cast.minh, **TOLD)
        second = Story.objects.begin(self.bell, by=self.cast.minh)
        assert (second.version, second.title, second.replaces) == (2, first.title, first)
        assert Story.objects.published().get() == first

    def test_it_can_be_withdrawn_and_begun_again(self):
        story = proposed(self.cast, self.bell)
        story.withdraw(by=self.cast.minh, reason="Chưa đủ ảnh")
        assert Story.objects.begin(self.bell, by=self.cast.minh).version == 2


class ProposingOnPages(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.cast = cast()
        cls.bell = running(cls.cast)

    def setUp(self):
        self.client.force_login(self.cast.minh.user)

    def test_from_the_initiative_to_the_editor(self):
        begun = self.client.post(reverse("initiative_stories", args=[self.bell.pk]))
        story = Story.objects.get()
        self.assertRedirects(begun, reverse("story_write", args=[story.pk]))
        kept = photo(self.cast, self.bell, **NOBODY)
        prefix = f"photo-{kept.pk}"
        answer = self.client.post(
            begun["Location"],
            {**TOLD, f"{prefix}-use": "on", **{f"{prefix}-{key}": said for key, said in WORDS.items()}},
        )
        self.assertRedirects(answer, reverse("story", args=[story.pk]))
        assert story.photos.get().photo == kept
        self.client.post(reverse("story_propose", args=[story.pk]))
        story.refresh_from_db()
        assert story.state == "proposed"

    def test_the_extra_step_on_its_page(self):
        Field.objects.filter(pk=self.bell.field_id).update(internal_by_default=True)
        story = written(self.cast, self.bell)
        address = reverse("story_propose", args=[story.pk])
        self.client.post(address, {"reason": "Vì dân"})
        story.refresh_from_db()
        assert story.state == "draft"
        self.client.post(address, {"reason": "Vì dân", "on_purpose": "on"})
        story.refresh_from_db()
        assert story.state == "proposed"

    def test_photos_are_added_and_answered_for(self):
        from kheo.files.tests.cast import telling_jpeg, upload

        story = written(self.cast, self.bell)
        added = self.client.post(
            reverse("story_upload", args=[story.pk]),
            {"author": "Lô Văn Minh", "photos": [upload(telling_jpeg())]},
        )
        assert added.status_code == 302
        assert self.client.get(added["Location"]).status_code == 200
        page = self.client.get(reverse("story_write", args=[story.pk])).content.decode()
        assert "Chưa có ai trả lời" in page or "Chưa" in page
        answered = {**WORDS, "public_activity": "yes", "recognisable_people": "no", "children": "no"}
        self.assertRedirects(
            self.client.post(added["Location"], answered), reverse("story_write", args=[story.pk])
        )
        assert story.candidates()[0].publishable()[0]

    def test_pages_of_a_neighbours_story_are_not_found(self):
        story = proposed(self.cast, self.bell)
        self.client.force_login(self.cast.lan.user)
        names = ("story", "story_write", "story_upload", "story_propose", "story_return", "story_take_down")
        for name in (*names, "story_withdraw"):
            assert self.client.get(reverse(name, args=[story.pk])).status_code == 404, name
        assert self.client.get(reverse("initiative_stories", args=[self.bell.pk])).status_code == 404
        assert self.client.post(reverse("story_publish", args=[story.pk])).status_code == 404

    def test_a_reader_reads_but_is_refused(self):
        story = proposed(self.cast, self.bell)
        self.client.force_login(self.cast.duc.user)
        assert self.client.get(reverse("story", args=[story.pk])).status_code == 200
        assert self.client.post(reverse("story_publish", args=[story.pk])).status_code == 409
        assert self.client.get(reverse("story_write", args=[story.pk])).status_code == 409

    def test_the_list_costs_the_same_with_one_row_and_with_three(self):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        self.client.force_login(self.cast.duc.user)
        proposed(self.cast, self.bell)
        costs = []
        for name in (None, "Đường hoa", "Nhà sạch vườn đẹp"):
            if name:
                proposed(self.cast, running(self.cast, name), title=name)
            with CaptureQueriesContext(connection) as asked:
                assert self.client.get(reverse("story_list")).status_code == 200
            costs.append(len(asked))
        assert costs[0] == costs[2]

    def test_the_list_leaves_as_a_spreadsheet(self):
        proposed(self.cast, self.bell)
        answer = self.client.get(reverse("story_list"), {"format": "xlsx"})
        assert answer["Content-Type"].endswith("sheet")
