"""Rows written by hand are what Django would have written."""

import uuid

from django.db import DataError, connection, transaction
from django.test import TestCase
from django.utils import timezone

from kheo.audit.models import Entry
from kheo.lib.rows import insert, often


class Rows(TestCase):
    def test_rows_come_back_as_they_went_in(self):
        made = [
            Entry(
                verb="tried", object_type="x", object_id=str(uuid.uuid4()), changes={"tên": [None, "Ấp 1"]}
            ),
            Entry(verb="tried", object_type="x", object_id="2", user=None, reason="100 % 'đúng'"),
        ]
        insert(made)
        read = list(Entry.objects.filter(verb="tried").order_by("pk"))
        self.assertEqual([each.pk for each in made], [each.pk for each in read])
        for one, other in zip(made, read, strict=True):
            for field in Entry._meta.concrete_fields:
                self.assertEqual(getattr(one, field.attname), getattr(other, field.attname), field)
        self.assertFalse(made[0]._state.adding)
        self.assert_as_by_django(30)
        # Nothing to write is nothing to ask.
        with self.assertNumQueries(0):
            insert([])

    def assert_as_by_django(self, number):
        """Many rows of all kinds of values, some of them empty."""
        made = [
            Entry(
                verb="many", object_type="x", object_id=str(n), reason="'{\"Ấp\\ 1\",NULL}" * (n % 3),
                changes={"tên": [None, n], "mảng": [["a"]]}, unit_id=10**n if n % 2 and n < 18 else None,
                words_erased_at=timezone.now() if n % 4 else None,
            )
            for n in range(number)
        ]  # fmt: skip
        insert(made)
        for one, other in zip(made, Entry.objects.filter(verb="many").order_by("pk"), strict=True):
            for field in Entry._meta.concrete_fields:
                self.assertEqual(getattr(one, field.attname), getattr(other, field.attname), field)

    def test_a_text_too_long_for_its_column_is_not_shortened(self):
        if connection.vendor == "sqlite":
            self.skipTest("SQLite bounds no text.")
        for number in (1, 40):
            rows = [Entry(verb="v" * 61, object_type="x", object_id=str(n)) for n in range(number)]
            with self.assertRaises(DataError), transaction.atomic():
                insert(rows)

    def test_one_statement_writes_many_and_is_counted_as_one(self):
        with self.assertNumQueries(1):
            insert([Entry(verb="tried", object_type="x", object_id=str(n)) for n in range(20)])
        # More than one statement takes come all the same, each with its own key.
        many = [Entry(verb="tried", object_type="x", object_id=f"many {n}") for n in range(900)]
        insert(many)
        keys = Entry.objects.filter(object_id__startswith="many").values_list("object_id", "pk")
        self.assertEqual(dict(keys), {each.object_id: each.pk for each in many})
        # The usual way of asking is as it was, also after an error.
        with self.assertRaises(ValueError), often(connection):
            raise ValueError
        self.assertEqual(Entry.objects.filter(verb="tried").count(), 920)
