"""A device's files go to the address that was leased to it, by TFTP and HTTP, IPv4 and IPv6; and to whom the allow-list names.
Phones behind relays are dhcp_relay_test's."""

from branch import clients, dhcp, fakes, tftp, tftpd
from branch.case import BranchTest

V4, V6 = "192.0.2.1", "2001:db8:1::1"
MAC = "00:11:22:33:77:{:02x}"
FOREIGN = [f"SEP00112244{n:04X}.cnf.xml" for n in range(500)]


def device(mac):
    return "SEP" + mac.replace(":", "").upper()


class Bound(BranchTest):
    @classmethod
    def prepare(cls):
        remote = cls.branch.host("remote", "198.51.100.10/24")
        own = [f"{device(MAC.format(last))}.cnf.xml" for last in range(16)]
        lists = [f"CTL{device(MAC.format(1))}.tlv"]
        cls.files = {name: name.encode() for name in [*FOREIGN, *own, *lists, "ringlist.xml"]}
        cls.server = cls.branch.own(fakes.FakeHttp(remote, "198.51.100.10", cls.files))
        cls.start_tftpd(
            tftpd.cluster("a", "198.51.100.10", transport="http"),
            device_binding="enforce",
            device_binding_allow=["192.0.2.48/28", "2001:db8:1::50", MAC.format(9)],
        )
        cls.start_kea(4, {"tftp-servers": ["auto"], "withdraw-dead": False})
        cls.start_kea(6, {"tftp-servers": ["auto"], "withdraw-dead": False})

    def phone(self, last, family=4):
        """A host whose address is leased to that MAC."""
        mac = MAC.format(last)
        host = self.branch.host(f"p{last:02x}", switch=self.branch.lan, mac=mac)
        if family == 4:
            _, ack = self.own(dhcp.Client4(host, "eth0", mac)).lease()
            host.ip(f"addr add {ack.yiaddr}/24 dev eth0")
            return host, ack.yiaddr
        self.link_local(host)
        client = self.own(dhcp.Client6(host, "eth0", mac))
        reply = client.request(client.solicit())
        host.ip(f"addr add {reply.address}/64 dev eth0 nodad")
        return host, reply.address

    def known(self, last):
        self.later(lambda: self.tftpd.has_lease(MAC.format(last)), 5, "the lease is known")

    def asked(self):
        return {one.name for one in self.server.asked}

    def status(self, host, name, server=V4):
        return clients.phone_http(host, server, name).status


class Enforced(Bound):
    def test_APhoneGetsItsOwnFilesByTftpAndHttp(self):
        host, _ = self.phone(1)
        self.known(1)
        name = f"{device(MAC.format(1))}.cnf.xml"
        self.assertEqual(clients.curl(host, V4, name, options=False), name.encode())
        self.assertEqual(clients.phone_http(host, V4, name).body, name.encode())
        self.assertEqual(self.status(host, f"CTL{device(MAC.format(1))}.tlv"), 200)
        self.assertEqual(self.status(host, "ringlist.xml"), 200)

    def test_TheSameForIpv6(self):
        host, _ = self.phone(3, family=6)
        self.known(3)
        self.assertEqual(self.status(host, f"{device(MAC.format(3))}.cnf.xml", V6), 200)
        self.assertEqual(self.status(host, FOREIGN[0], V6), 403)
        with self.assertRaises(clients.Failed):
            clients.curl(host, V6, f"{device(MAC.format(1))}.cnf.xml", timeout=5)

    def test_AnAddressWithoutALeaseIsRefusedAndTheVerdictSaysSo(self):
        host = self.branch.phone_host("static", "192.0.2.70")
        mac = MAC.format(4)
        self.assertEqual(self.status(host, f"{device(mac)}.cnf.xml"), 403)
        explained = lambda: self.tftpd.command("tftp-phone-explain", {"phone": mac})
        self.becomes("binding-refused", lambda: explained()["arguments"]["verdict"], 5)
        self.assertIn('put 192.0.2.70 into "device-binding-allow"', explained()["text"])

    def test_WhomTheAllowListNames(self):
        inside = self.branch.phone_host("inside", "192.0.2.63", "2001:db8:1::50")
        outside = self.branch.phone_host("outside", "192.0.2.64", "2001:db8:1::51")
        name = f"{device(MAC.format(5))}.cnf.xml"
        self.assertEqual([self.status(inside, name, server) for server in (V4, V6)], [200, 200])
        self.assertEqual([self.status(outside, name, server) for server in (V4, V6)], [403, 403])
        self.assertEqual(self.status(outside, f"{device(MAC.format(9))}.cnf.xml"), 200)

    def test_WhoeverSaysThatItHasAnAddressHasNoLease(self):
        host = self.branch.phone_host("liar", "192.0.2.80", mac=MAC.format(0x0A))
        victim, _ = self.phone(6)
        self.known(6)
        client = self.own(dhcp.Client4(host, "eth0", MAC.format(6)))
        client.inform("192.0.2.80", tries=1)
        self.assertEqual(self.status(host, f"{device(MAC.format(6))}.cnf.xml"), 403)
        self.assertEqual(self.status(victim, f"{device(MAC.format(6))}.cnf.xml"), 200)

    def test_AfterAReleaseTheAddressIsNobodys(self):
        host, address = self.phone(7)
        self.known(7)
        name = f"{device(MAC.format(7))}.cnf.xml"
        self.assertEqual(self.status(host, name), 200)
        client = self.own(dhcp.Client4(host, "eth0", MAC.format(7)))
        server_id = (54, bytes([192, 0, 2, 1]))
        client.send(client.message(dhcp.RELEASE, [server_id], ciaddr=address), source=address)
        self.becomes(403, lambda: self.status(host, name), 5)


class Sweeping(Bound):
    """R5: one address walks through 500 names that are others'."""

    def sweep(self, family, last):
        server = V4 if family == 4 else V6
        host, address = self.phone(last, family)
        self.known(last)
        before = self.tftpd.statistic("device-binding-refused")
        with clients.HttpConnection(host, server) as connection:
            for name in FOREIGN[:250]:
                connection.send(clients.phone_http_request(server, name))
                answer = connection.answer()
                self.assertEqual((answer.status, answer.body), (403, b""), name)
        for name in FOREIGN[250:]:
            with tftp.Peer(host, server) as peer:
                answer = peer.ask(tftp.rrq(name), tries=3)
                self.assertEqual((answer.opcode, answer.number), (tftp.ERROR, tftp.ACCESS), name)
        self.assertEqual(self.asked() & set(FOREIGN), set())
        self.assertGreaterEqual(self.tftpd.statistic("device-binding-refused") - before, len(FOREIGN))
        lines = self.tftpd.events("RESOLVE_BINDING_REFUSED", **{"asked-by": address})
        self.assertEqual([line["leased-to"] for line in lines], [MAC.format(last)], "one line for a sweep")
        self.assertEqual(self.status(host, f"{device(MAC.format(last))}.cnf.xml", server), 200, "its own, all the same")


class Sweep4(Sweeping):
    def test_Of500ForeignNamesNoneIsServedAndNoneReachesTheCluster(self):
        self.sweep(4, 2)


class Sweep6(Sweeping):
    def test_TheSameForIpv6(self):
        self.sweep(6, 8)


class NotEnforced(BranchTest):
    name = f"{device(MAC.format(1))}.cnf.xml"

    def begin(self, **more):
        """A host that asks for the files of a phone, whose address is another's; returns the file, and what asks for it."""
        self.start_tftpd(**more)
        self.start_kea(4, {"tftp-servers": ["auto"], "withdraw-dead": False})
        data = self.box.put(self.name, b"<device/>")
        host = self.branch.phone_host("other", "192.0.2.70")
        return data, host

    def lease(self, host):
        self.own(dhcp.Client4(host, "eth0", MAC.format(1))).lease()
        self.later(lambda: self.tftpd.has_lease(MAC.format(1)), 5, "the lease is known")


class Logged(NotEnforced):
    """ "log", the default: all are served, and what "enforce" would refuse is said."""

    def test_ItIsServedAndSaid(self):
        data, host = self.begin()
        self.assertEqual(clients.phone_http(host, V4, self.name).body, data)
        self.assertEqual(self.tftpd.statistic("device-binding-foreign"), 0, "no lease is known at all: nothing to compare with")
        self.lease(host)
        self.assertEqual(clients.phone_http(host, V4, self.name).body, data)
        self.assertEqual(self.tftpd.statistic("device-binding-foreign"), 1)
        line = self.tftpd.wait_for_event("RESOLVE_BINDING_FOREIGN")
        self.assertEqual((line["asked-by"], line["leased-to"]), ("192.0.2.70", "nobody-known"))


class Off(NotEnforced):
    """ "off": all are served, and nothing is said of it."""

    def test_ItIsServedWithoutAWord(self):
        data, host = self.begin(device_binding="off")
        self.lease(host)
        self.assertEqual(clients.phone_http(host, V4, self.name).body, data)
        self.assertEqual(clients.curl(host, V4, self.name, options=False), data)
        self.assertEqual((self.tftpd.statistic("device-binding-foreign"), self.tftpd.statistic("device-binding-refused")), (0, 0))
        self.assertEqual(self.tftpd.events("RESOLVE_BINDING_FOREIGN") + self.tftpd.events("RESOLVE_BINDING_REFUSED"), [])
