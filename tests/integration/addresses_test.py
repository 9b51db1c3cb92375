"""Addresses that are not there yet, tentative, or come and go."""

import time

from branch import clients, paths, tftp
from branch.case import BranchTest, some_bytes
from branch.process import eventually


class NoAddressAtStart(BranchTest):
    branch_options = {"v4": False, "v6": False}

    @classmethod
    def prepare(cls):
        cls.data = cls.box.put("file.bin", some_bytes(5000))
        cls.box.namespace.ip("link set lo down", "link set lan0 down", "link set wan0 down")
        from branch import tftpd

        cls.tftpd = cls.branch.own(tftpd.Tftpd(cls.box, tftpd.document(cls.box)).start(wait=False))
        cls.host = cls.branch.phone_host("pc", "192.0.2.50", "2001:db8:1::50")

    def test_ItStartsAndServesAsSoonAsThereIsOne(self):
        time.sleep(1.5)
        self.assertTrue(self.tftpd.process.running, self.tftpd.process.tail())
        self.box.namespace.ip("link set lan0 up", "addr add 192.0.2.1/24 dev lan0")
        start = time.monotonic()
        self.later(lambda: tftp.read(self.host, "192.0.2.1", "file.bin", timeout=0.3) == self.data, 2)
        self.box.namespace.ip("addr add 2001:db8:1::1/64 dev lan0")
        self.later(lambda: tftp.read(self.host, "2001:db8:1::1", "file.bin", timeout=0.3) == self.data, 2)
        self.assertLess(time.monotonic() - start, 4 * paths.PATIENCE)
        self.assertEqual(clients.phone_http(self.host, "192.0.2.1", "file.bin").body, self.data)
        self.assertEqual(clients.phone_http(self.host, "2001:db8:1::1", "file.bin").body, self.data)


class TentativeAddress(BranchTest):
    branch_options = {"v6": False}

    @classmethod
    def prepare(cls):
        cls.data = cls.box.put("file.bin", some_bytes(5000))
        cls.host = cls.branch.phone_host("pc", v6="2001:db8:1::50")

    def test_ItStartsAndServesWhenTheAddressIsUsable(self):
        from branch import tftpd

        box = self.box.namespace
        box.sysctl("net.ipv6.conf.lan0.dad_transmits", 1)
        box.sysctl("net.ipv6.conf.lan0.accept_dad", 1)
        box.ip("addr add 2001:db8:1::1/64 dev lan0")
        self.assertIn("tentative", box.run(["ip", "-6", "addr", "show", "dev", "lan0"]).stdout)
        daemon = self.own(tftpd.Tftpd(self.box, tftpd.document(self.box)).start(wait=False))
        eventually(lambda: "tentative" not in box.run(["ip", "-6", "addr", "show", "dev", "lan0"]).stdout, 10)
        self.later(lambda: tftp.read(self.host, "2001:db8:1::1", "file.bin", timeout=0.3) == self.data, 1.5)
        self.assertTrue(daemon.process.running)


class LinkFlaps(BranchTest):
    @classmethod
    def prepare(cls):
        cls.data = cls.box.put("file.bin", some_bytes(60000))
        cls.start_tftpd()
        cls.host = cls.branch.phone_host("pc", "192.0.2.50", "2001:db8:1::50")

    def test_TheDaemonStaysAndServes(self):
        box = self.box.namespace
        peer = self.own(tftp.Peer(self.host, "192.0.2.1"))
        self.assertEqual(peer.ask(tftp.rrq("file.bin")).number, 1)
        for _ in range(50):
            box.ip("link set lan0 down", "link set lan0 up")
        box.ip("addr replace 2001:db8:1::1/64 dev lan0")  # The kernel drops IPv6 addresses with the link.
        self.assertTrue(self.tftpd.process.running)
        self.later(lambda: tftp.read(self.host, "192.0.2.1", "file.bin", timeout=0.5) == self.data, 3)
        self.later(lambda: tftp.read(self.host, "2001:db8:1::1", "file.bin", timeout=0.5) == self.data, 3)
        # The transfer that was under way lives on.
        peer.send(tftp.ack(1), peer.tid)
        self.later(lambda: (packet := peer.receive(0.5)) and packet.number == 2, 5, "the old transfer goes on")


class ChosenInterfaces(BranchTest):
    @classmethod
    def prepare(cls):
        cls.data = cls.box.put("file.bin", some_bytes(1000))
        cls.start_tftpd(interfaces_config={"interfaces": ["lan0"]})
        cls.host = cls.branch.phone_host("pc", "192.0.2.50", "2001:db8:1::50")
        cls.far = cls.branch.host("far", "198.51.100.50/24", "2001:db8:a::50/64")

    @classmethod
    def start_tftpd(cls, **more):
        from branch import tftpd

        cls.tftpd = cls.branch.own(tftpd.Tftpd(cls.box, tftpd.document(cls.box, **more)).start(wait=False))

    def test_OnlyTheseAreServed(self):
        self.later(lambda: tftp.read(self.host, "192.0.2.1", "file.bin", timeout=0.3) == self.data, 5)
        self.assertEqual(tftp.read(self.host, "2001:db8:1::1", "file.bin"), self.data)
        for address in ("198.51.100.1", "2001:db8:a::1"):
            with tftp.Peer(self.far, address) as peer:
                self.assertIsNone(peer.ask(tftp.rrq("file.bin"), timeout=0.7), address)
            with self.assertRaises((OSError, clients.Failed)):
                clients.phone_http(self.far, address, "file.bin", timeout=2)

    def test_TheMachineItselfMayAskAtTheirAddresses(self):
        """Over loopback, which Linux tells as the interface that holds the address; the firmware asks so whether it is healthy."""
        self.later(lambda: tftp.read(self.box.namespace, "192.0.2.1", "file.bin", timeout=0.3) == self.data, 5)
        self.assertEqual(tftp.read(self.box.namespace, "2001:db8:1::1", "file.bin"), self.data)
        for address in ("198.51.100.1", "127.0.0.1", "::1"):
            with tftp.Peer(self.box.namespace, address) as peer:
                self.assertIsNone(peer.ask(tftp.rrq("file.bin"), timeout=0.7), address)
