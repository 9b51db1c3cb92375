"""DHCPv4: who gets option 150, with what in it, by which road."""

import struct

from branch import dhcp
from branch.case import BranchTest
from branch.phone import Phone

MAC = "00:11:22:33:44:{:02x}"


class Phones4(BranchTest):
    @classmethod
    def prepare(cls):
        cls.kea = cls.start_kea(
            4,
            {"tftp-servers": ["auto", "192.0.2.2", "2001:db8:1::2"], "withdraw-dead": False},
            **{
                "option-data": [
                    {"name": "domain-name", "data": "branch.example"},
                    {"name": "tftp-server-name", "data": "old.example"},
                ],
                "host-reservation-identifiers": ["hw-address"],
                "reservations-global": True,
                "reservations": [
                    {"hw-address": MAC.format(0x66), "user-context": {"branchline": {"alternatives": ["option-66"]}}},
                    {"hw-address": MAC.format(0x77), "user-context": {"branchline": {"endpoints": "all"}}},
                ],
            },
        )
        cls.host = cls.branch.phone_host("asker", "192.0.2.60")

    def client(self, last=1, **more):
        return self.own(dhcp.Client4(self.host, "eth0", MAC.format(last), **more))

    def test_OfferAndAckCarryTheServersInOrder(self):
        offer, ack = self.client(1).lease()
        self.assertEqual(offer.tftp_servers, ["192.0.2.1", "192.0.2.2"])
        self.assertEqual(ack.tftp_servers, ["192.0.2.1", "192.0.2.2"])
        self.assertEqual(ack.get(150).hex(), "c0000201c0000202")

    def test_APhoneThatDoesNotAskGetsItToo(self):
        for ask in ((1, 3), None):
            with self.subTest(ask=ask):
                self.assertEqual(self.client(2, ask=ask).discover().tftp_servers, ["192.0.2.1", "192.0.2.2"])

    def test_WhatIsNotAPhoneGetsNothing(self):
        for vendor_class in (None, b"MSFT 5.0", b"Cisco AP c1250", b"", b"\x00", b"XCisco Systems, Inc. IP Phone CP-8841"):
            with self.subTest(vendor_class=vendor_class):
                answer = self.client(3, vendor_class=vendor_class).discover()
                self.assertIsNotNone(answer, "an ordinary host is served all the same")
                self.assertIsNone(answer.get(150))

    def test_EverySpellingOfAPhone(self):
        for vendor_class in (
            b"Cisco Systems, Inc. IP Phone CP-7911G\0",
            b"Cisco Systems, Inc. IP Phone 7912",
            b"Cisco Systems Inc. Wireless Phone 7925",
        ):
            with self.subTest(vendor_class=vendor_class):
                self.assertEqual(self.client(4, vendor_class=vendor_class).discover().tftp_servers, ["192.0.2.1", "192.0.2.2"])

    def test_AVendorIdentifyingClassOfEnterprise9IsAPhone(self):
        text = b"CP-8841"
        data = struct.pack("!IB", 9, 1 + len(text)) + bytes([len(text)]) + text
        answer = self.client(5, vendor_class=None, options=[(124, data)]).discover()
        self.assertEqual(answer.tftp_servers, ["192.0.2.1", "192.0.2.2"])

    def test_InformIsAnswered(self):
        answer = self.client(6).inform("192.0.2.60")
        self.assertIsNotNone(answer, "no answer to INFORM")
        self.assertEqual(answer.name, "ACK")
        self.assertEqual(answer.tftp_servers, ["192.0.2.1", "192.0.2.2"])

    def test_ThroughARelay(self):
        relay = self.own(dhcp.Relay4(self.host, "192.0.2.60", self.box.address4))
        client = self.client(7)
        offer = relay.ask_for(client.message(dhcp.DISCOVER))
        self.assertIsNotNone(offer, "no answer through the relay")
        self.assertEqual(offer.tftp_servers, ["192.0.2.1", "192.0.2.2"])

    def test_ForeignOptionsStayAsTheyAre(self):
        phone = self.client(8, ask=(1, 3, 15, 51, 150)).discover()
        other = self.client(8, ask=(1, 3, 15, 51, 150), vendor_class=b"printer").discover()
        self.assertEqual([o for o in phone.options if o[0] != 150], other.options)
        self.assertEqual(phone.get(15), b"branch.example")

    def test_Option66IsTouchedOnlyOnDemand(self):
        self.assertEqual(self.client(9, ask=(66, 150)).discover().get(66), b"old.example")
        self.assertEqual(self.client(0x66, ask=(66, 150)).discover().get(66).rstrip(b"\0"), b"192.0.2.1")

    def test_EndpointsAllMeansEverybody(self):
        self.assertEqual(
            self.client(0x77, vendor_class=b"printer", ask=(1, 3)).discover().tftp_servers, ["192.0.2.1", "192.0.2.2"]
        )

    def test_ARealClientLearnsTheServers(self):
        phone = Phone(self.branch, MAC.format(0x10), v6=False)
        phone.boot()
        self.assertEqual(phone.servers4, ["192.0.2.1", "192.0.2.2"])

    def test_DamagedPacketsStopNobody(self):
        for data in (b"", b"\xff", b"\x00\x00\x00\x09", b"\x00\x00\x00\x09\xff", b"\x00\x00\x00\x09\x05abc"):
            for code in (60, 124, 125):
                client = self.client(11, vendor_class=None, options=[(code, data)])
                client.send(client.message(dhcp.DISCOVER))
        self.assertEqual(self.client(12).discover().tftp_servers, ["192.0.2.1", "192.0.2.2"])


class OwnOption150(BranchTest):
    """The operator configured option 150 by hand too."""

    @classmethod
    def prepare(cls):
        cls.start_kea(
            4,
            {"tftp-servers": ["192.0.2.2"], "withdraw-dead": False},
            **{
                "option-def": [{"name": "tftp150", "code": 150, "space": "dhcp4", "type": "ipv4-address", "array": True}],
                "option-data": [{"name": "tftp150", "data": "203.0.113.1", "always-send": True}],
            },
        )
        cls.host = cls.branch.phone_host("asker")

    def test_ItIsReplacedAndThereOnlyOnce(self):
        answer = self.own(dhcp.Client4(self.host, "eth0", MAC.format(1))).discover()
        self.assertEqual([data.hex() for data in answer.all(150)], ["c0000202"])

    def test_OthersGetWhatWasConfigured(self):
        answer = self.own(dhcp.Client4(self.host, "eth0", MAC.format(2), vendor_class=b"printer")).discover()
        self.assertEqual(answer.tftp_servers, ["203.0.113.1"])


class Spread4(BranchTest):
    @classmethod
    def prepare(cls):
        cls.servers = ["192.0.2.2", "192.0.2.3", "192.0.2.4"]
        cls.kea = cls.start_kea(4, {"tftp-servers": cls.servers, "order": "spread", "withdraw-dead": False})
        cls.host = cls.branch.phone_host("asker")

    def ask(self, last):
        client = dhcp.Client4(self.host, "eth0", MAC.format(last))
        try:
            return client.discover().tftp_servers
        finally:
            client.close()

    def test_ThePhoneKeepsItsOrderAndThePhonesDiffer(self):
        first = [self.ask(last) for last in range(32)]
        for order in first:
            self.assertEqual(sorted(order), self.servers)
        for server in self.servers:
            self.assertGreater(sum(1 for order in first if order[0] == server), 2, f"{server} is hardly ever the first")
        self.assertEqual([self.ask(last) for last in range(8)], first[:8], "a phone's order changed")
        self.assertEqual(self.kea.command("config-reload")["result"], 0)
        self.assertEqual([self.ask(last) for last in range(8)], first[:8], "a phone's order changed with a reload")


class ManyServers4(BranchTest):
    @classmethod
    def prepare(cls):
        cls.servers = [f"198.51.100.{n}" for n in range(1, 64)]
        cls.start_kea(4, {"tftp-servers": cls.servers, "withdraw-dead": False})
        cls.host = cls.branch.phone_host("asker")

    def test_SixtyThreeFitIntoOneOption(self):
        answer = self.own(dhcp.Client4(self.host, "eth0", MAC.format(1))).discover()
        self.assertEqual(answer.tftp_servers, self.servers)
        self.assertEqual(len(answer.all(150)), 1)
