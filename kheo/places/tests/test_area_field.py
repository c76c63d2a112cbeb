"""Asking for a place in a form, without script."""

from django import forms

from kheo.places.forms import AreaField, PlaceField
from kheo.places.models import Area
from kheo.places.tests.lists import IN_2021, IN_2026, NgheAn
from kheo.ui.forms import Form


class Asking(Form):
    where = AreaField(label="Nơi", on=IN_2021)


class AskingToday(Form):
    where = AreaField(label="Nơi", required=False)


class AskingPlace(Form):
    where = PlaceField(label="Nơi")


class Fields(NgheAn):
    def test_what_was_typed_is_looked_up_on_the_day(self):
        form = Asking({"where": "Tam Hop, Tuong Duong"})
        self.assertTrue(form.is_valid(), form.errors)
        self.assertEqual(form.cleaned_data["where"], self.area("16936", IN_2021))

    def test_several_are_offered_and_the_text_stays(self):
        form = Asking({"where": "Tam Hợp"})
        self.assertFalse(form.is_valid())
        page = str(form["where"])
        self.assertIn('value="Tam Hợp"', page)
        self.assertIn("huyện Quỳ Hợp", page)
        self.assertEqual(page.count('type="radio"'), 2)

    def test_the_choice_below_decides(self):
        wanted = self.area("16936", IN_2021)
        form = Asking({"where": "Tam Hợp", "where_area": str(wanted.pk)})
        self.assertTrue(form.is_valid(), form.errors)
        self.assertEqual(form.cleaned_data["where"], wanted)

    def test_a_choice_that_was_not_offered_does_not_count(self):
        form = Asking({"where": "Tam Hợp", "where_area": str(self.area("16933", IN_2021).pk)})
        self.assertFalse(form.is_valid())

    def test_a_name_of_the_past_is_shown_before_it_is_taken(self):
        heir = self.area("16936", IN_2026)
        form = AskingToday({"where": "Tam Hợp, Tương Dương"})
        self.assertFalse(form.is_valid())
        self.assertIn("xã Tam Thái", str(form["where"]))
        form = AskingToday({"where": "Tam Hợp, Tương Dương", "where_area": str(heir.pk)})
        self.assertTrue(form.is_valid(), form.errors)
        self.assertEqual(form.cleaned_data["where"], heir)

    def test_a_commune_that_kept_its_name_is_taken_with_its_old_district(self):
        form = AskingToday({"where": "xã Tam Hợp, huyện Quỳ Hợp"})
        self.assertTrue(form.is_valid(), form.errors)
        self.assertEqual(form.cleaned_data["where"], self.area("17059", IN_2026))

    def test_nothing_typed(self):
        self.assertFalse(Asking({"where": ""}).is_valid())
        form = AskingToday({})
        self.assertTrue(form.is_valid(), form.errors)
        self.assertIsNone(form.cleaned_data["where"])

    def test_nothing_known(self):
        form = Asking({"where": "Atlantis"})
        self.assertFalse(form.is_valid())
        self.assertIn('value="Atlantis"', str(form["where"]))

    def test_the_day_can_be_set_for_one_form(self):
        form = AskingToday({"where": "Tam Hợp, Tương Dương"})
        form.fields["where"].on = IN_2021
        self.assertTrue(form.is_valid(), form.errors)
        self.assertIsNone(AskingToday().fields["where"].on)

    def test_a_hamlet_comes_with_its_commune(self):
        form = AskingPlace({"where": "bản Tùng Hương, xã Tam Quang"})
        self.assertTrue(form.is_valid(), form.errors)
        place = form.cleaned_data["where"]
        self.assertEqual(
            (place.commune.name, place.hamlet_name, place.hamlet), ("Tam Quang", "Tùng Hương", None)
        )
        hamlet = place.area()
        self.assertEqual(hamlet.full_name, "Bản Tùng Hương")
        again = AskingPlace({"where": "bản Tùng Hương, xã Tam Quang"})
        self.assertTrue(again.is_valid(), again.errors)
        self.assertEqual(again.cleaned_data["where"].area(), hamlet)

    def test_a_plain_field_does_not_take_a_new_hamlet(self):
        form = AskingToday({"where": "bản Tùng Hương, xã Tam Quang"})
        self.assertFalse(form.is_valid())

    def test_it_shows_what_a_record_holds(self):
        area = self.area("16933", IN_2026)
        for initial in (area, area.pk):
            self.assertIn("xã Tam Quang, tỉnh Nghệ An", str(AskingToday(initial={"where": initial})["where"]))

    def test_in_a_model_form(self):
        class Hanging(forms.ModelForm):
            parent = AreaField()

            class Meta:
                model = Area
                fields = ["parent"]

        form = Hanging({"parent": "xã Tam Quang"})
        self.assertTrue(form.is_valid(), form.errors)
        self.assertEqual(form.save(commit=False).parent, self.area("16933", IN_2026))
