"""DHCPv6: who gets option 17, enterprise 9, sub-option 1, with what in it, by which road."""

import ipaddress
import struct

from branch import dhcp
from branch.branch import Router
from branch.case import BranchTest
from branch.phone import Phone

MAC = "00:11:22:33:66:{:02x}"
SERVERS = ["2001:db8:1::1", "2001:db8:1::2"]


class Phones6(BranchTest):
    @classmethod
    def prepare(cls):
        cls.start_kea(6, {"tftp-servers": ["auto", "192.0.2.2", "2001:db8:1::2"], "withdraw-dead": False})
        cls.host = cls.branch.phone_host("asker", v6="2001:db8:1::60")

    def client(self, last=1, **more):
        """A client; the one before is closed, since the host has one port 546."""
        if getattr(self, "open_client", None):
            self.open_client.close()
        self.open_client = self.own(dhcp.Client6(self.host, "eth0", MAC.format(last), **more))
        return self.open_client

    def test_AdvertiseAndReplyCarryTheServersInOrder(self):
        client = self.client(1)
        advertise = client.solicit()
        self.assertEqual((advertise.name, advertise.tftp_servers), ("ADVERTISE", SERVERS))
        reply = client.request(advertise)
        self.assertEqual((reply.name, reply.tftp_servers), ("REPLY", SERVERS))
        self.assertIsNotNone(reply.address)
        data = struct.pack("!IHH", 9, 1, 32) + b"".join(ipaddress.IPv6Address(a).packed for a in SERVERS)
        self.assertEqual(reply.all(17), [data])

    def test_InformationRequestIsAnswered(self):
        answer = self.client(2).information()
        self.assertEqual((answer.name, answer.tftp_servers), ("REPLY", SERVERS))

    def test_ThroughARelay(self):
        relay = self.own(dhcp.Relay6(self.host, "eth0", "2001:db8:1::60"))
        answer = relay.ask_for(self.client(3).message(dhcp.SOLICIT))
        self.assertIsNotNone(answer, "no answer through the relay")
        self.assertEqual(answer.tftp_servers, SERVERS)

    def test_AskingForOption17Suffices(self):
        self.assertEqual(self.client(4, vendor_class=None, ask=(17,)).solicit().tftp_servers, SERVERS)

    def test_BeingOfEnterprise9Suffices(self):
        self.assertEqual(self.client(5, ask=(23,)).solicit().tftp_servers, SERVERS)
        vendor_options = [(17, struct.pack("!I", 9))]
        self.assertEqual(self.client(6, vendor_class=None, ask=(23,), options=vendor_options).solicit().tftp_servers, SERVERS)

    def test_WhatIsNotAPhoneGetsNothing(self):
        other = [(16, struct.pack("!IH", 311, 8) + b"MSFT 5.0")]
        for options in ((), other):
            with self.subTest(options=options):
                answer = self.client(7, vendor_class=None, ask=(23,), options=options).solicit()
                self.assertIsNotNone(answer)
                self.assertEqual(answer.all(17), [])

    def test_ARealClientLearnsTheServers(self):
        self.own(Router(self.box.namespace, "lan0"))
        phone = Phone(self.branch, MAC.format(0x10), v4=False)
        phone.boot()
        self.assertEqual(phone.servers6, SERVERS)

    def test_DamagedPacketsStopNobody(self):
        for data in (b"", b"\0", b"\0\0\0\x09", b"\0\0\0\x09\xff\xff", b"\0\0\0\x09\0\x01\xff\xff"):
            for code in (6, 16, 17):
                client = self.client(8, vendor_class=None, ask=None, options=[(code, data)])
                client.socket.sendto(client.message(dhcp.SOLICIT).encode(), ("ff02::1:2", 547, 0, client.index))
                client.close()
        self.assertEqual(self.client(9).solicit().tftp_servers, SERVERS)


class Merged6(BranchTest):
    """The operator has configured vendor options of several enterprises."""

    @classmethod
    def prepare(cls):
        cls.start_kea(
            6,
            {"tftp-servers": ["2001:db8:1::2"], "withdraw-dead": False},
            **{
                "option-def": [
                    {"name": "tftp-name", "code": 2, "space": "vendor-9", "type": "string"},
                    {"name": "blob", "code": 33, "space": "vendor-4491", "type": "string"},
                ],
                "option-data": [
                    {"name": "vendor-opts", "data": "9", "always-send": True},
                    {"name": "tftp-name", "space": "vendor-9", "data": "tftp.branch.example", "always-send": True},
                    {"name": "dns-servers", "data": "2001:db8:1::53"},
                ],
            },
        )
        cls.host = cls.branch.phone_host("asker", v6="2001:db8:1::60")

    def test_ThereIsOneOptionOfEnterprise9WithBoth(self):
        client = self.own(dhcp.Client6(self.host, "eth0", MAC.format(1), ask=(17, 23)))
        for answer in (client.solicit(), client.information()):
            self.assertEqual(len(answer.vendor(9)), 1, "two options of one enterprise (RFC 8415 21.17 forbids it)")
            self.assertEqual(
                sorted(answer.vendor(9)[0]), [(1, ipaddress.IPv6Address("2001:db8:1::2").packed), (2, b"tftp.branch.example")]
            )
            self.assertEqual(answer.get(23), ipaddress.IPv6Address("2001:db8:1::53").packed)


class NothingToSend6(BranchTest):
    """Only IPv4 servers are configured, and an enterprise-9 option without sub-options: Kea alone would send it empty."""

    @classmethod
    def prepare(cls):
        cls.start_kea(6, {"tftp-servers": ["192.0.2.2"], "withdraw-dead": False})
        cls.host = cls.branch.phone_host("asker", v6="2001:db8:1::60")

    def test_NoEmptyOptionIsSent(self):
        answer = self.own(dhcp.Client6(self.host, "eth0", MAC.format(1))).solicit()
        self.assertIsNotNone(answer)
        self.assertEqual(answer.all(17), [])


class Alternatives6(BranchTest):
    """The way that is not recommended, only where the operator asks for it."""

    @classmethod
    def prepare(cls):
        cls.start_kea(6, {"tftp-servers": ["2001:db8:1::2"], "alternatives": ["sub-option-2"], "withdraw-dead": False})
        cls.host = cls.branch.phone_host("asker", v6="2001:db8:1::60")

    def test_SubOption2NamesTheServerToo(self):
        answer = self.own(dhcp.Client6(self.host, "eth0", MAC.format(1))).solicit()
        self.assertEqual(len(answer.vendor(9)), 1)
        options = dict(answer.vendor(9)[0])
        self.assertEqual(options[1], ipaddress.IPv6Address("2001:db8:1::2").packed)
        self.assertEqual(options[2], b"2001:db8:1::2")
