"""Recognitions that run out soon wait on the first page of those who decide."""

from datetime import timedelta

import pytest
from django.test import RequestFactory

from kheo.initiatives.tests.cast import cast
from kheo.lib.periods import today
from kheo.recognition.panels import running_out
from kheo.recognition.tests.cast import decided, running

pytestmark = pytest.mark.django_db


def asked(post):
    request = RequestFactory().get("/")
    request.user, request.post = post.user, post
    return running_out(request)


def test_the_committee_is_told_in_time_and_nobody_else():
    here = cast()
    soon = today() + timedelta(days=20)
    decided(here, running(here), valid_until=soon)
    decided(here, running(here, "Đường hoa"), number="13-QĐ/BCĐ", valid_until=soon + timedelta(days=300))
    told = asked(here.binh)
    assert [row.initiative.name for row in told["rows"]] == ["Tiếng kẻng bình yên"]
    assert asked(here.thanh) is None
    assert asked(here.minh) is None
