"""The page that puts the internal authority on phones: open, whole, and gone where nobody needs it."""

import pytest
from cryptography import x509

from kheo.upkeep import authority
from kheo.upkeep.trust import devices

HOST = "kheo.nghean.example"


@pytest.fixture
def own_authority(settings, tmp_path):
    authority.ensure(tmp_path, HOST)
    settings.AUTHORITY = str(tmp_path / "authority" / "root.pem")
    settings.CERTIFICATE = str(tmp_path / "tls" / "cert.pem")
    settings.SITE_ADDRESS = f"https://{HOST}"
    return authority.load(settings.AUTHORITY)


@pytest.mark.django_db
def test_a_visitor_gets_the_steps_and_the_fingerprint(client, own_authority):
    page = client.get("/chung-thu/").content.decode()
    assert authority.fingerprint(own_authority) in page
    assert f"http://{HOST}/chung-thu/" in page
    for device in devices():
        assert device.name in page
        assert device.off
    assert page.count('<svg class="screen"') >= 15


@pytest.mark.django_db
def test_the_certificate_is_what_phones_take(client, own_authority):
    answer = client.get("/chung-thu/kheo.crt")
    assert answer["Content-Type"] == "application/x-x509-ca-cert"
    assert x509.load_der_x509_certificate(answer.content) == own_authority


@pytest.mark.django_db
def test_where_the_office_has_a_certificate_of_its_own_there_is_no_such_page(client, settings):
    settings.AUTHORITY = ""
    assert client.get("/chung-thu/").status_code == 404
    assert client.get("/chung-thu/kheo.crt").status_code == 404


@pytest.mark.django_db
def test_the_port_without_https_stands_in_the_address(client, own_authority, settings):
    settings.PLAIN_PORT = 8080
    assert f"http://{HOST}:8080/chung-thu/" in client.get("/chung-thu/").content.decode()


@pytest.mark.browser
def test_it_is_read_on_every_screen(own_authority, visit_all, browser_page, axe):
    visit_all(["/chung-thu/"])
    for summary in browser_page.get_by_role("group").all():
        summary.locator("summary").click()
    assert browser_page.locator("svg.screen").first.is_visible()
    axe()
