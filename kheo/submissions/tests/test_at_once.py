"""Two registrars take the same submission at the same moment; a sender presses send many times at once."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from kheo.initiatives.models import Enrolment, Initiative
from kheo.lib.refusals import Refused
from kheo.submissions.forms import SubmissionForm, taking_form
from kheo.submissions.models import Submission
from kheo.submissions.tests.cast import opened, sent, typed, world_with_two_registrars

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(do, each):
    def closing(one):
        try:
            return do(one)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(closing, each))


def test_one_takes_it_the_other_is_told_who():
    world = world_with_two_registrars()
    submission = sent(world, opened(world))
    found = {by: Submission.objects.get(pk=submission.pk) for by in (world.nga, world.oanh)}
    forms = {by: taking_form(found[by], by) for by in found}
    assert all(form.is_valid() for form in forms.values())

    def take(by):
        try:
            found[by].take(by=by, values=forms[by].cleaned_data)
        except Refused as refusal:
            return str(refusal)
        return ""

    told = at_once(take, [world.nga, world.oanh])
    won = Submission.objects.get().steps.get(state="taken").by
    assert sorted(bool(each) for each in told) == [False, True]
    assert won.user.full_name in "".join(told)
    assert (Enrolment.objects.count(), Initiative.objects.count()) == (1, 1)


def test_many_presses_make_one_submission():
    world = world_with_two_registrars()
    link = opened(world)
    form = SubmissionForm(typed(world, link), link=link)
    assert form.is_valid()

    def press(key):
        return Submission.objects.send(link, form.cleaned_data, key=key, address="10.0.0.1").code

    same = uuid.uuid4()
    codes = at_once(press, [same, same, same, uuid.uuid4(), uuid.uuid4()])
    assert len(set(codes)) == 1
    assert Submission.objects.count() == 1
