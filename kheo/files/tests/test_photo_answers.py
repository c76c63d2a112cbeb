"""A photo stays inside until somebody has answered for the people in it."""

import itertools

import pytest

from kheo.audit.models import Entry
from kheo.files.models import Photo
from kheo.lib.refusals import Refused

from .cast import person, telling_jpeg, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def minh():
    return person("minh")


@pytest.fixture
def photo(minh):
    return Photo.objects.store(upload(telling_jpeg()), by=minh)


def test_a_new_photo_is_internal_whatever_it_shows(photo):
    assert photo.publishable() == (False, "Chưa có ai trả lời các câu hỏi về người trong ảnh này.")


@pytest.mark.parametrize(
    ("answers", "publishable", "sentence"),
    [
        ({"public_activity": True}, False, "Chưa có ai trả lời"),
        (
            {"public_activity": True, "recognisable_people": True, "children": False},
            False,
            "Chưa có ai trả lời",
        ),
        (
            {"public_activity": False, "recognisable_people": False, "children": False},
            True,
            "Không nhận ra ai",
        ),
        (
            {"public_activity": True, "recognisable_people": True, "children": False, "told_or_agreed": True},
            True,
            "đã được báo trước hoặc đã đồng ý",
        ),
        (
            {
                "public_activity": True,
                "recognisable_people": True,
                "children": False,
                "told_or_agreed": False,
            },
            False,
            "chưa được báo",
        ),
        (
            {
                "public_activity": False,
                "recognisable_people": True,
                "children": False,
                "told_or_agreed": False,
            },
            False,
            "chưa đồng ý",
        ),
    ],
)
def test_what_the_answers_allow(photo, minh, answers, publishable, sentence):
    photo.answer(by=minh, **answers)
    allowed, reason = Photo.objects.get(pk=photo.pk).publishable()
    assert allowed is publishable
    assert sentence in reason


@pytest.mark.parametrize("consents", list(itertools.product([None, False, True], repeat=2)))
def test_a_recognisable_child_needs_both_consents(photo, minh, consents):
    child, guardian = consents
    photo.answer(
        by=minh,
        public_activity=True,
        recognisable_people=True,
        children=True,
        told_or_agreed=True,
        child_consent=child,
        guardian_consent=guardian,
    )
    assert photo.publishable()[0] is (consents == (True, True))


def test_an_answer_taken_back_keeps_the_photo_inside_again(photo, minh):
    yes = {"public_activity": True, "recognisable_people": True, "children": False, "told_or_agreed": True}
    photo.answer(by=minh, **yes)
    assert photo.publishable()[0]
    photo.answer(by=minh, told_or_agreed=None)
    assert not Photo.objects.get(pk=photo.pk).publishable()[0]
    assert Entry.objects.about(photo).first().changes == {"told_or_agreed": [True, None]}


def test_an_unknown_question_is_a_mistake_of_ours(photo, minh):
    with pytest.raises(TypeError):
        photo.answer(by=minh, ethnicity=True)


def test_a_withdrawn_photo_is_neither_answered_nor_published(photo, minh):
    photo.answer(by=minh, public_activity=True, recognisable_people=False, children=False)
    photo.withdraw(by=minh, reason="Ảnh mờ")
    assert not photo.publishable()[0]
    with pytest.raises(Refused, match="thu hồi"):
        photo.answer(by=minh, children=True)


def test_a_caption_of_ten_thousand_letters_and_nfd_is_kept(photo, minh):
    photo.describe(by=minh, author="Vi Văn Minh", caption="e\u0302\u0323" * 10_000)
    assert Photo.objects.get(pk=photo.pk).caption == "ệ" * 10_000
    assert len(str(photo)) == 80
