"""The link of a public page for a chat is offered to those who work here; a returned story has its text."""

from django.test import TestCase
from django.urls import reverse

from kheo.initiatives.tests import cast as initiatives
from kheo.messaging.models import Message
from kheo.portal.published import address
from kheo.recognition.tests.cast import running
from kheo.stories.tests import cast as stories


class Chats(TestCase):
    def setUp(self):
        self.cast = initiatives.cast()
        self.editor = stories.editor(self.cast)
        self.initiative = running(self.cast)

    def test_the_public_page_offers_its_link_to_colleagues_alone(self):
        story = stories.published(self.cast, self.initiative)
        page = address(self.initiative)
        self.assertNotContains(self.client.get(page), "Chép tin nhắn")
        self.client.force_login(self.cast.minh.user)
        told = self.client.get(page)
        self.assertContains(told, "trang công khai ai cũng xem được:\nhttp://127.0.0.1:8000" + page)
        sent = {"text": "Mời đọc", "channel": "zalo", "to": "Nhóm Zalo của bản", "next": page}
        self.assertRedirects(self.client.post(reverse("message", args=["public_link", story.pk]), sent), page)
        self.assertContains(self.client.get(page), "đã nhắn 1 lần")
        self.assertEqual(Message.objects.get().to, "Nhóm Zalo của bản")
        # A reader looks on.
        self.client.force_login(self.cast.duc.user)
        self.assertNotContains(self.client.get(page), "Chép tin nhắn")

    def test_a_returned_story(self):
        story = stories.proposed(self.cast, self.initiative)
        story.return_(by=self.editor, reason="Cần ảnh rõ hơn")
        self.client.force_login(self.editor.user)
        page = self.client.get(story.get_absolute_url())
        self.assertContains(page, "Kính gửi Đảng ủy xã Tam Quang. Tin bài về")
        self.client.force_login(self.cast.minh.user)
        self.assertNotContains(self.client.get(story.get_absolute_url()), "Kính gửi")
