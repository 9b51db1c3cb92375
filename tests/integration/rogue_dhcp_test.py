"""A second DHCP server on the phones' network, a real dnsmasq, is found by the look for it, before any phone has fallen for it; and
when one has, between two looks."""

from branch import dhcp, paths, tftpd
from branch.case import BranchTest
from branch.process import Process

TOLD = 10  # seconds
ROUTER, ROUTER6 = "192.168.1.1", "2001:db8:1::251"


class Router(BranchTest):
    """dnsmasq is a home router: its subnet is none of ours."""

    @classmethod
    def prepare(cls):
        paths.require_commands("dnsmasq")
        cls.start_tftpd()
        cls.rogue = cls.branch.host("rogue", f"{ROUTER}/24", f"{ROUTER6}/64", switch=cls.branch.lan, mac="02:00:5e:00:00:66")
        cls.router_address = cls.rogue.run(["ip", "-6", "-o", "addr", "show", "dev", "eth0", "scope", "link"]).stdout.split()[3].split("/")[0]

    def start_dnsmasq(self, *ranges):
        command = ["dnsmasq", "--keep-in-foreground", "--no-ping", "--port=0", "--conf-file=/dev/null", "--user=root", "--group=root",
                   "--pid-file=", "--log-dhcp", "--log-facility=-", "--interface=eth0", "--dhcp-authoritative",
                   f"--dhcp-leasefile={self.branch.work / 'dnsmasq.leases'}", *[f"--dhcp-range={one}" for one in ranges]]
        process = self.own(Process("dnsmasq", command, self.branch.work / "dnsmasq.log", self.rogue))
        process.wait_for("DHCP, IP range|DHCPv6, IP range", 10 * paths.PATIENCE)
        return process

    def told(self, since=0):
        return {line["server"]: line["phone"] for line in self.tftpd.events("APP_FOREIGN_DHCP", since)}

    def listed(self):
        return [one["address"] for one in self.tftpd.command("status-get")["arguments"]["foreign-dhcp-servers"]]


class Looked(Router):
    def test_ItIsFoundAtTheStartAndEveryInterval(self):
        for family in (4, 6):
            server = self.start_kea(family, {"tftp-servers": ["auto"], "probe-interval": 2})
            self.addCleanup(server.stop)
        phone = self.branch.phone_host("quiet")
        client = self.own(dhcp.Client4(phone, "eth0", "00:11:22:33:EE:01"))
        self.assertIsNotNone(client.discover())
        self.assertEqual(self.told(), {}, "nobody else is there")
        # It comes later: the next look finds it.
        dnsmasq = self.start_dnsmasq("192.168.1.100,192.168.1.150", "2001:db8:1::5000,2001:db8:1::5fff")
        self.later(lambda: self.told().keys() >= {ROUTER, self.router_address}, TOLD, f"both families told: {self.told()}")
        self.assertEqual(self.told(), {ROUTER: "none", self.router_address: "none"})
        self.assertEqual(sorted(self.listed()), sorted([ROUTER, self.router_address]))
        self.assertEqual(self.tftpd.statistic("foreign-dhcp-servers"), 2)
        # Once an hour each, however often it is heard.
        sniffer = dhcp.Sniffer(phone, "eth0")
        asked = dnsmasq.output().count("DHCPDISCOVER")
        self.later(lambda: dnsmasq.output().count("DHCPDISCOVER") >= asked + 2, 15)
        sniffer.close()
        self.assertEqual(len(self.tftpd.events("APP_FOREIGN_DHCP")), 2)
        # Kea passes the look over: no address is offered to nobody.
        answered = {source for _, source, _, message in sniffer.heard if message.name in ("OFFER", "ADVERTISE")}
        self.assertIn("DISCOVER", [message.name for *_, message in sniffer.heard])
        self.assertLessEqual(answered, {ROUTER, self.router_address})
        # The look is no phone, and takes no lease.
        phones = self.tftpd.command("tftp-phone-list", {"all": True})["arguments"].get("phones", [])
        self.assertEqual([one["mac"] for one in phones], ["00:11:22:33:ee:01"])
        self.assertNotIn("DHCPREQUEST", dnsmasq.output())
        self.assertEqual(self.tftpd.events("PARTNER_DOWN"), [], "it is none of the TFTP servers that phones are told")

    def test_OneThatIsKnownIsNone(self):
        dnsmasq = self.start_dnsmasq("192.168.1.100,192.168.1.150", "2001:db8:1::5000,2001:db8:1::5fff")
        since = len(self.tftpd.process.output())
        for family in (4, 6):
            server = self.start_kea(family, {"tftp-servers": ["auto"], "known-dhcp-servers": [ROUTER, self.router_address]})
            self.addCleanup(server.stop)
        self.later(lambda: "DHCPOFFER" in dnsmasq.output() and "DHCPADVERTISE" in dnsmasq.output(), TOLD, "it was asked and answered")
        client = self.own(dhcp.Client4(self.branch.phone_host("other"), "eth0", "00:11:22:33:EE:02"))
        self.assertIsNotNone(client.discover())
        self.assertEqual(self.told(since), {})


class Chosen(Router):
    """By DHCPv6. A DHCPv4 server that a phone chose is phones_test's."""

    def test_AServerThatAPhoneChoseIsToldTogetherWithThePhone(self):
        server = self.start_kea(6, {"tftp-servers": ["auto"]})
        self.addCleanup(server.stop)
        host = self.branch.phone_host("phone")
        self.link_local(host)
        watcher = self.own(dhcp.Sniffer(host, "eth0"))
        looks = lambda: len([one for *_, one in watcher.heard if one.name == "SOLICIT" and one.get(1).endswith(b"branchline-probe")])
        self.becomes(2, looks, 15, "the look at the start, said twice")
        # A server that is nowhere, as the standby of two appliances hears phones name the other: it is looked for, and not told.
        client = dhcp.Client6(host, "eth0", "00:11:22:33:EE:11")
        self.assertIsNotNone(client.solicit())
        client.ask_for(client.message(dhcp.REQUEST6, [(2, bytes(range(14)))]), tries=1, timeout=0.1)
        client.close()
        self.becomes(4, looks, 15, "one more look")
        self.assertEqual(self.told(), {})
        # The home router, and a phone that takes its offer.
        self.start_dnsmasq("2001:db8:1::5000,2001:db8:1::5fff")
        phone = "00:11:22:33:ee:12"
        client = self.own(dhcp.Client6(host, "eth0", phone))
        advertise = client.solicit(of=self.router_address)
        self.assertEqual(client.request(advertise, of=self.router_address).name, "REPLY")
        self.becomes({self.router_address: phone}, self.told, TOLD)
        explained = lambda: self.tftpd.command("tftp-phone-explain", {"phone": phone})
        self.becomes("other-dhcp", lambda: explained()["arguments"]["verdict"], 5)
        self.assertIn(self.router_address, explained()["text"])
