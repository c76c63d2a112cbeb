"""A question that is worded once is answered as the queryset it was made of."""

from datetime import date
from unittest import mock

from django.test import TestCase

from kheo.accounts.models import SignInRule, User
from kheo.audit.models import Entry
from kheo.lib.rows import Worded, WordedAmong, WordedRows, insert


class WordedOnce(TestCase):
    def test_a_question_worded_once_is_answered_as_django_answers_it(self):
        lan = User.objects.create(username="lan", full_name="Lan")
        minh = User.objects.create(username="minh", full_name="Minh")
        for n, user in enumerate((lan, minh, lan)):
            insert([Entry(verb="tried", object_type="x", object_id=str(n), user=user, reason="của Lan")])

        def asked(user, verb):
            return Entry.objects.filter(user=user, verb=verb).select_related("user").order_by("-pk")

        worded = Worded(asked, int, str)
        # The second time it isn't put together again.
        with mock.patch.object(worded, "_word", wraps=worded._word) as put_together:
            for user in (lan, minh):
                usual, here = list(asked(user.pk, "tried")), worded(user.pk, "tried")
                self.assertEqual([each.pk for each in here], [each.pk for each in usual])
                self.assertEqual([each.at for each in here], [each.at for each in usual])
                with self.assertNumQueries(0):
                    self.assertEqual({each.user.full_name for each in here}, {user.full_name})
        self.assertEqual(put_together.call_count, 1)
        self.assertEqual(worded(lan.pk, "never"), [])
        # Days and lists of keys, of any length; one value may stand in several places.
        SignInRule.objects.create(valid_from=date(2026, 7, 1))
        in_force = Worded(
            lambda day: SignInRule.objects.filter(valid_from__gte=day, valid_from__lte=day), date
        )
        self.assertEqual(len(in_force(date(2026, 7, 1))), 1)
        self.assertEqual(in_force(date(2026, 7, 2)), [])
        among = WordedAmong(lambda keys: Entry.objects.filter(pk__in=keys).values_list("object_id"), int)
        keys = list(Entry.objects.order_by("pk").values_list("pk", flat=True))
        for number in range(4):
            with self.assertNumQueries(1 if number else 0):
                self.assertEqual(len(among(keys[:number])), number)

    def test_a_statement_worded_once_has_in_its_words_what_never_changes(self):
        lan = User.objects.create(username="lan", full_name="Lan")
        SignInRule.objects.create(valid_from=date(2026, 7, 1))
        insert([Entry(verb="100 % o'clock", object_type="x", object_id="1", user=lan)])

        def asked(alias, user, day):
            rules = SignInRule.objects.filter(valid_from=day, valid_from__gt=date(2026, 6, 1))
            entries = (
                Entry.objects.filter(user=user, verb="100 % o'clock").order_by().values_list("object_id")
            )
            sql, params = entries.query.get_compiler(alias).as_sql()
            among, more = rules.order_by().values_list("valid_from").query.get_compiler(alias).as_sql()
            return f"SELECT e.object_id FROM ({sql}) e, ({among}) r", [*params, *more]

        worded = WordedRows(asked, int, date)
        self.assertEqual(worded("default", lan.pk, date(2026, 7, 1)), [("1",)])
        self.assertEqual(worded("default", lan.pk + 1, date(2026, 7, 1)), [])
        self.assertEqual(worded("default", lan.pk, date(2026, 7, 2)), [])
        sql, places = worded.worded["default"]
        self.assertEqual(len(places), 2)
        self.assertIn("'100 %% o''clock'", sql)
        self.assertIn("'2026-06-01'", sql)

    def test_a_value_that_is_changed_on_its_way_is_not_taken(self):
        with self.assertRaises(ValueError):
            Worded(lambda verb: Entry.objects.filter(verb__contains=verb), str)("tried")
