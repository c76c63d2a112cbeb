"""What visitors see: what is published, and not a word more."""

import xml.etree.ElementTree as ElementTree
from datetime import date

from django.db import connection
from django.test import TestCase, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kheo.initiatives.models import Consent, Initiative
from kheo.initiatives.tests.cast import cast
from kheo.portal.published import address, whole
from kheo.recognition.tests.cast import decided
from kheo.stories.models import Story
from kheo.stories.tests.cast import NOBODY, editor, known, photo, proposed, published, running, written

PLACES = ("public_home", "public_list", "public_map", "public_feed", "sitemap")


class Visiting(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.cast = cast()
        cls.bell = running(cls.cast, contact_phone="0912 345 678")
        cls.open_photo = photo(cls.cast, cls.bell, **NOBODY)
        cls.story = published(cls.cast, cls.bell, cls.open_photo)
        cls.page = address(cls.bell)

    def read(self, url, **query):
        answer = self.client.get(url, query)
        assert answer.status_code == 200, url
        return answer.content.decode()

    def test_the_first_address_leads_to_the_public_page(self):
        self.assertRedirects(self.client.get("/"), reverse("public_home"))

    def test_the_story_is_told_with_its_photo_and_credit(self):
        page = self.read(self.page)
        for said in (self.story.title, "Từ ngày có kẻng, bản yên hẳn.", "Ảnh: Lô Văn Minh", "xã Tam Quang"):
            assert said in page
        assert reverse("public_photo", args=[self.open_photo.key, "web"]) in page

    def test_every_public_page_holds_it(self):
        assert self.story.title in self.read(reverse("public_home"))
        assert self.story.title in self.read(reverse("public_list"))
        assert self.story.title in self.read(reverse("public_feed"))
        assert self.page in self.read(reverse("sitemap_part", args=[0]))

    @override_settings(SITE_ADDRESS="https://khe.example")
    def test_links_shared_elsewhere_bring_title_and_picture(self):
        page = self.read(self.page)
        shared = "https://khe.example" + reverse("public_photo", args=[self.open_photo.key, "web"])
        assert f'<meta property="og:image" content="{shared}">' in page
        assert f'<meta property="og:title" content="{self.story.title}">' in page
        assert f'<link rel="canonical" href="https://khe.example{self.page}">' in page
        assert f"<loc>https://khe.example{self.page}</loc>" in self.read(reverse("sitemap_part", args=[0]))
        assert "https://khe.example/sitemap.xml" in self.read(reverse("robots"))
        assert self.client.get(reverse("public_feed"), headers={"host": "localhost"}).content.count(
            b"https://khe.example"
        )

    def test_without_a_photo_the_houses_own_card_is_shared(self):
        road = running(self.cast, "Mở rộng đường bản")
        published(self.cast, road, title="Mở đường")
        assert "ui/share.png" in self.read(address(road))

    def test_another_name_in_the_address_leads_to_the_right_one(self):
        answer = self.client.get(reverse("public_initiative", args=[self.bell.pk, "x"]))
        assert (answer.status_code, answer["Location"]) == (301, self.page)

    def test_readers_get_no_cookie_and_caches_are_told_how_long(self):
        for url in (*map(reverse, PLACES), self.page, reverse("robots")):
            answer = self.client.get(url)
            assert not answer.cookies, url
            assert answer["Cache-Control"] == "public, max-age=300"

    def test_colleagues_see_it_fresh(self):
        self.client.force_login(self.cast.minh.user)
        assert self.client.get(self.page)["Cache-Control"] == "private, no-cache"
        assert self.client.get("/").status_code == 302

    def test_phone_contact_and_goal_are_nowhere(self):
        for url in (*map(reverse, PLACES), self.page):
            page = self.client.get(url).content.decode()
            for secret in ("0912", "Vi Thị Mai", "86 hộ cùng tham gia"):
                assert secret not in page, (url, secret)

    def test_the_photo_is_served_clean_and_small(self):
        answer = self.client.get(reverse("public_photo", args=[self.open_photo.key, "thumb"]))
        assert answer["Content-Type"] == "image/webp"
        assert answer["Cache-Control"] == "public, max-age=300"
        assert b"SECRET" not in b"".join(answer.streaming_content)

    def photo_status(self, kept, size="web"):
        return self.client.get(reverse("public_photo", args=[kept.key, size])).status_code

    def test_photos_that_are_not_published_are_not_found(self):
        draft_only = photo(self.cast, self.bell, 65, **NOBODY)
        unanswered = photo(self.cast, self.bell, 66)
        assert self.photo_status(draft_only) == self.photo_status(unanswered) == 404
        assert self.photo_status(self.open_photo, "full") == 404
        assert self.client.get(reverse("photo", args=[self.open_photo.key, "web"])).status_code == 302

    def test_taken_down_it_is_gone_with_its_photos(self):
        self.story.take_down(by=editor(self.cast), reason="Theo đề nghị")
        assert self.client.get(self.page).status_code == 404
        assert self.client.get(reverse("public_story", args=[self.story.pk])).status_code == 404
        assert self.photo_status(self.open_photo) == self.photo_status(self.open_photo, "thumb") == 404
        for url in map(reverse, PLACES):
            assert self.story.title not in self.client.get(url).content.decode()

    def test_an_answer_taken_back_hides_the_photo_and_keeps_the_story(self):
        self.open_photo.answer(self.cast.minh, recognisable_people=None)
        assert str(self.open_photo.key) not in self.read(self.page)
        assert self.photo_status(self.open_photo) == 404

    def test_a_photo_of_the_version_before_is_gone_with_it(self):
        other = photo(self.cast, self.bell, 70, **NOBODY)
        published(self.cast, self.bell, other, title="Mùa thứ hai")
        assert self.photo_status(self.open_photo) == 404
        assert self.photo_status(other) == 200

    def test_what_is_not_published_leaks_nowhere(self):
        waiting = running(self.cast, "Mật danh Hoa Sen", goal="chưa công bố")
        proposed(self.cast, waiting, title="Chuyện chờ biên tập")
        returned = proposed(self.cast, running(self.cast, "Đường hoa"), title="Chuyện bị trả")
        returned.return_(by=editor(self.cast), reason="Thiếu ảnh")
        written(self.cast, running(self.cast, "Nhà sạch"), title="Chuyện còn nháp")
        newspaper = known(self.cast, "Thả cá xuống suối")
        second = written(self.cast, self.bell, title="Bản sửa chưa duyệt")
        assert second.state == "draft"
        for url in (*map(reverse, PLACES), self.page, reverse("sitemap_part", args=[0])):
            page = self.client.get(url).content.decode()
            for secret in ("Mật danh", "Chuyện", "Đường hoa", "Nhà sạch", "Thả cá", "Bản sửa chưa duyệt"):
                assert secret not in page, (url, secret)
        for hidden in (waiting, newspaper):
            assert self.client.get(address(hidden)).status_code == 404
        assert "Hoa Sen" not in self.read(reverse("public_list"), q="hoa sen").replace('value="hoa sen"', "")

    def test_a_person_whose_consent_is_taken_back_is_gone(self):
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
        kept = photo(self.cast, person, 80, **NOBODY)
        published(self.cast, person, kept, title="Người giữ rừng Lô Văn Sáng")
        assert self.client.get(address(person)).status_code == 200
        assert whole().total == 2
        consent.take_back(by=self.cast.minh, on=date(2026, 4, 1))
        assert self.client.get(address(person)).status_code == 404
        assert self.photo_status(kept) == 404
        assert whole().total == 1
        for url in map(reverse, PLACES):
            assert "Lô Văn Sáng" not in self.client.get(url).content.decode()

    def test_what_a_newspaper_told_names_its_source_and_what_is_not_known(self):
        fish = known(self.cast, year=None)
        story = written(self.cast, fish, by=self.cast.hoa, title="Thả cá xuống suối")
        story.propose(by=self.cast.hoa)
        story.publish(by=editor(self.cast))
        page = self.read(address(fish))
        assert "Báo Nghệ An, 29/05/2021" in page
        assert "chưa xác định" in page
        assert 'href="https://baonghean.vn/"' in page

    def test_recognition_stands_on_the_page_while_it_holds(self):
        row = decided(self.cast, self.bell).recognitions.get()
        assert "12-QĐ/BCĐ" in self.read(self.page)
        row.end(by=self.cast.binh, on=date(2026, 9, 2), reason="Không duy trì")
        assert "12-QĐ/BCĐ" not in self.read(self.page)

    def test_words_are_shown_as_words(self):
        road = running(self.cast, "Đường <b>hoa</b>")
        published(self.cast, road, title="<script>alert(1)</script>", text="Đoạn <i>một</i>\nhai")
        page = self.read(address(road))
        assert "<script>alert" not in page
        assert "<i>một" not in page

    def test_the_list_is_searched_without_accents_and_narrowed(self):
        assert self.story.title in self.read(reverse("public_list"), q="tieng keng tam quang")
        assert self.story.title not in self.read(reverse("public_list"), q="duong hoa")
        assert self.story.title in self.read(reverse("public_list"), commune=self.cast.tam_quang.pk)
        assert self.story.title not in self.read(reverse("public_list"), commune=self.cast.world.tam_hop.pk)
        assert self.story.title in self.read(reverse("public_list"), year=2026, field=self.cast.economy.pk)
        assert self.story.title not in self.read(reverse("public_list"), year=2021)
        assert self.story.title in self.read(reverse("public_list"), year="chín", commune="x")

    def test_what_is_invented_can_be_hidden(self):
        Story.objects.filter(pk=self.story.pk).update(sample=True)
        assert self.story.title in self.read(reverse("public_home"))
        assert whole().total == 0, "what is invented is read but never counted"
        self.client.cookies["kheo_sample"] = "hidden"
        for url in map(reverse, PLACES):
            assert self.story.title not in self.client.get(url).content.decode()
        assert self.client.get(self.page).status_code == 404

    def test_the_list_leaves_as_a_spreadsheet(self):
        answer = self.client.get(reverse("public_list"), {"format": "xlsx"})
        assert answer["Content-Type"].endswith("sheet")

    def test_feed_and_sitemap_are_well_formed(self):
        for url in (reverse("public_feed"), reverse("sitemap"), reverse("sitemap_part", args=[0])):
            assert ElementTree.fromstring(self.client.get(url).content) is not None

    def test_nothing_is_written_by_visitors(self):
        for url in (*map(reverse, PLACES), self.page):
            assert self.client.post(url).status_code == 405

    def test_pages_cost_the_same_with_one_story_and_with_three(self):
        pages = ("public_home", "public_list", "public_map", "public_feed", "sitemap")

        def costs():
            found = []
            for name in pages:
                with CaptureQueriesContext(connection) as asked:
                    self.read(reverse(name))
                found.append(len(asked))
            return found

        before = costs()
        for place, name in enumerate(("Đường hoa", "Nhà sạch vườn đẹp")):
            more = running(self.cast, name)
            kept = [photo(self.cast, more, 90 + 10 * place + each, **NOBODY) for each in (1, 2)]
            published(self.cast, more, *kept, title=name)
        assert costs() == before
        assert Story.objects.published().count() == 3


class NothingPublished(TestCase):
    def test_the_pages_say_so_kindly(self):
        for name in PLACES:
            assert self.client.get(reverse(name)).status_code == 200
        page = self.client.get(reverse("public_home")).content.decode()
        assert "Chưa có mô hình, điển hình nào được công bố" in page
