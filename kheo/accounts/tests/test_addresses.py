"""From which machine a request comes, with and without web servers before Kheo."""

from django.test import RequestFactory, SimpleTestCase, override_settings

from kheo.accounts.addresses import address_of


def seen(remote: str, forwarded: str | None = None) -> str | None:
    more = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    return address_of(RequestFactory().get("/", REMOTE_ADDR=remote, **more))


class AddressTest(SimpleTestCase):
    def test_alone_only_the_connection_counts(self):
        self.assertEqual(seen("10.1.2.3"), "10.1.2.3")
        self.assertEqual(seen("10.1.2.3", "6.6.6.6"), "10.1.2.3")

    def test_an_ipv4_machine_seen_through_ipv6_is_the_same_machine(self):
        self.assertEqual(seen("::ffff:10.1.2.3"), "10.1.2.3")
        self.assertEqual(seen("2001:DB8::1"), "2001:db8::1")

    @override_settings(TRUSTED_PROXIES=1)
    def test_behind_one_server_its_last_entry_counts(self):
        self.assertEqual(seen("127.0.0.1", "6.6.6.6, 10.1.2.3"), "10.1.2.3")

    @override_settings(TRUSTED_PROXIES=2)
    def test_behind_two_servers_the_entry_of_the_outer_one_counts(self):
        self.assertEqual(seen("127.0.0.1", "6.6.6.6, 203.0.113.9, 10.0.0.1"), "203.0.113.9")

    @override_settings(TRUSTED_PROXIES=2)
    def test_fewer_entries_than_servers_give_the_outermost_known(self):
        self.assertEqual(seen("127.0.0.1", "10.1.2.3"), "10.1.2.3")

    @override_settings(TRUSTED_PROXIES=1)
    def test_nonsense_is_no_address(self):
        for forwarded in ("", "unknown", "10.1.2.3:4567x", "<script>"):
            with self.subTest(forwarded):
                self.assertIsNone(seen("127.0.0.1", forwarded))

    def test_a_socket_has_no_address(self):
        self.assertIsNone(seen(""))
