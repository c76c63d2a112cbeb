"""Which photos may be shown, with what words, and that an answer taken back hides them."""

import pytest

from kheo.initiatives.tests.cast import cast
from kheo.lib.refusals import Refused
from kheo.stories.tests.cast import NOBODY, WORDS, photo, published, running, written

pytestmark = pytest.mark.django_db

SEEN = {"recognisable_people": True, "children": False}
MATRIX = [
    ({}, False),
    ({"public_activity": True}, False),
    (NOBODY, True),
    ({**NOBODY, "public_activity": False}, True),
    ({**SEEN, "public_activity": True}, False),
    ({**SEEN, "public_activity": True, "told_or_agreed": False}, False),
    ({**SEEN, "public_activity": True, "told_or_agreed": True}, True),
    ({**SEEN, "public_activity": False, "told_or_agreed": False}, False),
    ({**SEEN, "public_activity": False, "told_or_agreed": True}, True),
    ({**SEEN, "children": True, "public_activity": True, "told_or_agreed": True}, False),
    (
        {**SEEN, "children": True, "public_activity": True, "told_or_agreed": True, "child_consent": True},
        False,
    ),
    (
        {
            **SEEN,
            "children": True,
            "public_activity": True,
            "told_or_agreed": True,
            "child_consent": True,
            "guardian_consent": True,
        },
        True,
    ),
]


@pytest.mark.parametrize(("answers", "may"), MATRIX)
def test_only_what_may_be_published_can_be_chosen(answers, may):
    here = cast()
    bell = running(here)
    kept = photo(here, bell, **answers)
    story = written(here, bell)
    if may:
        story.choose([{"photo": kept, **WORDS}], by=here.minh)
        assert story.shown_photos()[0].photo == kept
    else:
        with pytest.raises(Refused) as refusal:
            story.choose([{"photo": kept, **WORDS}], by=here.minh)
        assert kept.publishable()[1] in str(refusal.value)
        assert not story.photos.exists()


@pytest.mark.parametrize("missing", ["caption", "author", "alt"])
def test_a_photo_needs_its_words(missing):
    here = cast()
    bell = running(here)
    story = written(here, bell)
    with pytest.raises(Refused):
        story.choose([{"photo": photo(here, bell, **NOBODY), **WORDS, missing: " "}], by=here.minh)


def test_a_photo_of_another_initiative_is_refused():
    here = cast()
    other = photo(here, running(here, "Đường hoa"), **NOBODY)
    story = written(here, running(here))
    with pytest.raises(Refused):
        story.choose([{"photo": other, **WORDS}], by=here.minh)


def test_an_answer_taken_back_hides_the_photo_at_once():
    here = cast()
    bell = running(here)
    kept = photo(here, bell, **NOBODY)
    story = published(here, bell, kept)
    assert story.shown_photos()
    kept.answer(here.minh, recognisable_people=None)
    assert not type(story).objects.with_photos().get().shown_photos()


def test_between_choice_and_publication_the_answers_are_asked_again():
    here = cast()
    bell = running(here)
    kept = photo(here, bell, **NOBODY)
    story = written(here, bell, kept)
    kept.answer(here.minh, recognisable_people=None)
    with pytest.raises(Refused):
        story.propose(by=here.minh)
