"""Pages in a real browser: wide and narrow, light and dark, for those who see and those who listen."""

import pytest

from kheo.tests.test_doors import doors

pytestmark = pytest.mark.browser


def test_every_open_page_holds_to_the_rules(visit_all):
    """Pages that need no parameter; those about one record are visited by the tests of their rooms."""
    from django.test import Client

    client = Client()
    paths = []
    for door in doors():
        if door.open_because() and not door.sampled:
            response = client.get(door.path)
            if response.status_code == 200 and response["Content-Type"].startswith("text/html"):
                paths.append(door.path)
    assert paths
    visit_all(paths)


def test_an_address_that_leads_nowhere_is_a_page_too(browser_page, axe):
    answer = browser_page.goto("/khong-co-trang-nay/")
    assert answer.status in (200, 404)
    axe()


@pytest.mark.path
def test_the_watch_sees_what_must_not_happen(chromium, live_server):
    """Another host, an inline script and a missing style are each noticed; else no other test proves much."""
    from kheo.tests.browser import Watch

    context = chromium.new_context()
    watch = Watch(live_server.url)
    page = context.new_page()
    watch.look_at(page)
    page.route(
        f"{live_server.url}/bad/",
        lambda route: route.fulfill(
            content_type="text/html",
            headers={"Content-Security-Policy": "script-src 'self'"},
            body="<title>x</title><script>1</script><img src='http://example.com/x.png'>"
            "<link rel=stylesheet href='/static/no-such.css'><script src='/static/no-such.js'></script>",
        ),
    )
    page.goto(f"{live_server.url}/bad/", wait_until="networkidle")
    context.close()
    told = "\n".join(watch.faults)
    assert "Asked another host: http://example.com/x.png" in told
    assert "Content Security Policy" in told
    assert "404 for the stylesheet" in told
    assert "404 for the script" in told


def test_a_person_can_be_put_before_the_page(sign_in, django_user_model):
    an = django_user_model.objects.create_user("an", "mot mat khau dai", full_name="Lê Thị An")
    page = sign_in(an)
    answer = page.goto("/tai-khoan/")
    assert answer.status == 200
    assert "Lê Thị An" in page.content()
