"""`kheo user` makes an account and prints its one-time code."""

from io import StringIO

from django.core.management import CommandError, call_command
from django.test import TestCase

from kheo.accounts.models import User
from kheo.accounts.tests.cast import hoa, sign_in, signed_in
from kheo.audit.models import Entry


def user(*words: str) -> str:
    out = StringIO()
    call_command("user", *words, stdout=out)
    return out.getvalue()


def code_in(printed: str) -> str:
    return printed.split("Mã dùng một lần: ")[1].split()[0]


class UserCommandTest(TestCase):
    def test_add(self):
        printed = user("add", "Lan.TamHop", "--name", "Lô Thị Lan", "--phone", "0912 345 678")
        lan = User.objects.get()
        self.assertEqual(
            (lan.username, lan.full_name, lan.phone), ("lan.tamhop", "Lô Thị Lan", "+84912345678")
        )
        self.assertTrue(lan.must_change_password)
        verbs = set(Entry.objects.about(lan).values_list("verb", flat=True))
        self.assertEqual(verbs, {"created", "code_given"})
        sign_in(self.client, "0912345678", code_in(printed))
        self.assertTrue(signed_in(self.client))

    def test_password(self):
        hoa()
        sign_in(self.client, "hoa", code_in(user("password", "0912345678")))
        self.assertTrue(signed_in(self.client))

    def test_refusals_are_sentences(self):
        hoa()
        for words, sentence in {
            ("add", "hoa", "--name", "X"): "đã thuộc về một tài khoản",
            ("add", "HOA", "--name", "X"): "đã thuộc về một tài khoản",
            ("add", "y", "--name", "X"): "có từ 2 đến 60",
            ("add", "hai tu", "--name", "X"): "không có dấu cách",
            ("add", "0987654321", "--name", "X"): "không được là số điện thoại",
            ("add", "xuan", "--name", "X", "--phone", "12"): "không phải số điện thoại",
            ("add", "xuan", "--name", "X", "--phone", "0912345678"): "đã thuộc về một tài khoản",
            ("password", "ai-do"): "Không có tài khoản ai-do",
        }.items():
            with self.subTest(words), self.assertRaisesMessage(CommandError, sentence):
                user(*words)
        self.assertEqual(User.objects.count(), 1)
