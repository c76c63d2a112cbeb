"""A registration link: opened for the plan's window, paused, closed, opened again, renewed; its poster."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kheo.initiatives.tests.test_pages import as_
from kheo.lib.periods import today
from kheo.lib.refusals import Refused
from kheo.plans.models import CalendarEntry, Plan
from kheo.submissions.models import RegistrationLink
from kheo.submissions.tests.cast import opened, world_with_two_registrars

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return world_with_two_registrars()


def planned(world, first, last, **more):
    plan = Plan.objects.create(
        movement=world.movement, committee=world.committee, year=today().year, state="approved", **more
    )
    CalendarEntry.objects.create(plan=plan, kind="registration", name="Đăng ký", opens=first, closes=last)
    return plan


def address_of_new(world):
    return reverse("link_open", args=[world.committee.pk, world.movement.pk, today().year])


def test_it_follows_the_plan_also_its_new_versions(client, world):
    day = today()
    plan = planned(world, day - timedelta(days=3), day + timedelta(days=3))
    as_(client, world.nga)
    assert address_of_new(world) in client.get(reverse("registration_links")).content.decode()
    answer = client.post(address_of_new(world), {})
    link = RegistrationLink.objects.get()
    assert answer["Location"] == link.get_absolute_url()
    assert link.span() == (day - timedelta(days=3), day + timedelta(days=3))
    assert link.standing() == "open"
    Plan.objects.filter(pk=plan.pk).update(state="replaced")
    planned(world, day - timedelta(days=3), day - timedelta(days=1), version=2)
    assert link.standing() == "over", "the same poster, the new plan's window"


def test_without_a_plan_somebody_says_until_when(client, world):
    as_(client, world.nga)
    assert client.post(address_of_new(world), {}).status_code == 200
    assert not RegistrationLink.objects.exists()
    client.post(address_of_new(world), {"closes": (today() + timedelta(days=9)).strftime("%d/%m/%Y")})
    assert RegistrationLink.objects.get().span() == (None, today() + timedelta(days=9))
    assert client.post(address_of_new(world), {"closes": "1/1/2031"}).status_code == 200, "one a year"
    assert RegistrationLink.objects.count() == 1


@pytest.mark.parametrize("who", ["minh", "duc", "lan", "hoa"])
def test_whoever_does_not_receive_there_opens_nothing(client, world, who):
    answer = as_(client, getattr(world, who)).post(address_of_new(world), {"closes": "1/1/2031"})
    assert answer.status_code in (404, 409)
    assert not RegistrationLink.objects.exists()


def test_paused_closed_opened_again_each_with_its_reason(client, world):
    link = opened(world)
    as_(client, world.nga)
    for verb, state in (("pause", "paused"), ("resume", "open"), ("close", "closed"), ("reopen", "open")):
        url = reverse("link_change", args=[link.pk, verb])
        assert client.get(url).status_code == 200
        assert client.post(url, {"reason": " "}).status_code == 200
        client.post(url, {"reason": "Mưa lũ"})
        link.refresh_from_db()
        assert link.state == state
    assert [step.reason for step in link.steps.all()] == ["", *["Mưa lũ"] * 4]
    assert client.get(reverse("link_change", args=[link.pk, "delete"])).status_code == 404


def test_two_registrars_pausing_at_once(world):
    link = opened(world)
    other = RegistrationLink.objects.get()
    link.pause(by=world.nga, reason="Mưa lũ")
    with pytest.raises(Refused, match="Kha Thị Nga"):
        other.pause(by=world.oanh, reason="Mưa lũ")


def test_longer_than_the_plan_says_with_a_reason(client, world):
    link = opened(world)
    url = reverse("link_days", args=[link.pk])
    as_(client, world.nga)
    late = today() + timedelta(days=60)
    assert client.post(url, {"closes": late.strftime("%d/%m/%Y"), "reason": ""}).status_code == 200
    client.post(url, {"closes": late.strftime("%d/%m/%Y"), "reason": "Gia hạn vì mưa lũ"})
    link.refresh_from_db()
    assert link.closes == late
    wrong = {"opens": late.strftime("%d/%m/%Y"), "closes": today().strftime("%d/%m/%Y"), "reason": "x"}
    assert client.post(url, wrong).status_code == 200
    link.refresh_from_db()
    assert link.opens is None


def test_a_new_address_ends_the_old_one(client, world):
    link = opened(world)
    old = link.path
    link.renew(by=world.nga, reason="Bị phát tán")
    assert link.path != old
    assert client.get(link.path).status_code == 200
    gone = client.get(old)
    assert gone.status_code == 410
    assert "đã được thay" in gone.content.decode()


def test_neighbours_and_readers(client, world):
    link = opened(world)
    for name, more in (("registration_link", []), ("link_poster", []), ("link_qr", []), ("link_days", []),
                       ("link_change", ["pause"])):  # fmt: skip
        url = reverse(name, args=[link.pk, *more])
        assert as_(client, world.lan).get(url).status_code == 404, name
    for name, more in (("link_days", []), ("link_change", ["pause"])):
        answer = as_(client, world.duc).post(reverse(name, args=[link.pk, *more]), {"reason": "x"})
        assert answer.status_code == 409
    link.refresh_from_db()
    assert link.state == "open"


def test_page_poster_and_picture(client, world, settings):
    settings.SITE_ADDRESS = "https://danvan.nghean.vn"
    link = opened(world)
    as_(client, world.nga)
    page = client.get(link.get_absolute_url()).content.decode()
    assert f"https://danvan.nghean.vn{link.path}" in page
    assert "KHEO_ADDRESS" not in page
    assert "Đã gửi" in page, "and the message, to be noted as sent"
    poster = client.get(reverse("link_poster", args=[link.pk])).content.decode()
    assert f"danvan.nghean.vn{link.path}".rstrip("/") in poster
    assert "<svg" in poster
    assert "style=" not in poster
    picture = client.get(reverse("link_qr", args=[link.pk]))
    assert picture["Content-Type"] == "image/png"
    assert picture.content.startswith(b"\x89PNG")
    settings.SITE_ADDRESS = "http://127.0.0.1:8000"
    assert "KHEO_ADDRESS" in client.get(link.get_absolute_url()).content.decode()


def test_the_list_costs_the_same_for_one_and_three(client, world):
    as_(client, world.nga)
    url = reverse("registration_links")

    def cost():
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        return len(queries)

    opened(world)
    one = cost()
    for year in (2024, 2025):
        RegistrationLink.objects.open(
            world.committee, world.movement, year, by=world.nga, closes=date(year, 12, 1)
        )
    assert cost() == one
