"""What is bounded: transfers of one address, transfers of all, and the ports that they run on."""

import socket
import time

from branch import paths, tftp
from branch.case import BranchTest, some_bytes

V4, V6 = "192.0.2.1", "2001:db8:1::1"


class Limits(BranchTest):
    @classmethod
    def prepare(cls):
        cls.data = cls.box.put("file.bin", some_bytes(5000))
        cls.start_tftpd()
        cls.host = cls.branch.phone_host("pc", "192.0.2.50")
        cls.other = cls.branch.phone_host("other", "192.0.2.51")

    def test_TheSixtyFifthTransferOfAnAddressIsSilent(self):
        peers = [self.own(tftp.Peer(self.host, V4)) for _ in range(66)]
        for peer in peers[:64]:
            answer = peer.ask(tftp.rrq("file.bin"))
            self.assertEqual(answer.opcode, tftp.DATA)
            peer.send(tftp.ack(1), peer.tid)  # It has answered, so it is a phone and keeps its place.
        for peer in peers[64:]:
            peer.send(tftp.rrq("file.bin"))
            self.assertEqual(peer.collect(0.5), [], "more than 64 transfers at once")
        self.assertEqual(tftp.read(self.other, V4, "file.bin"), self.data, "another address is served all the same")
        self.assertGreaterEqual(self.tftpd.statistic("tftp-refused-by-limit"), 2)
        for peer in peers[:64]:
            peer.send(tftp.error(0), peer.tid)
        self.later(lambda: tftp.read(self.host, V4, "file.bin") == self.data, 3, "served again when the transfers are over")


class SinglePort(BranchTest):
    """transfer-ports = tftp-port: for networks that let nothing else through."""

    @classmethod
    def prepare(cls):
        cls.data = cls.box.put("file.bin", some_bytes(50000))
        cls.start_tftpd(transfer_ports={"first": 69, "last": 69})
        cls.host = cls.branch.phone_host("pc", "192.0.2.50", "2001:db8:1::50")

    def test_EverythingComesFromPort69(self):
        for server in (V4, V6):
            with self.subTest(server=server):
                self.assertEqual(tftp.read(self.host, server, "file.bin"), self.data)
                peer = self.own(tftp.Peer(self.host, server))
                peer.ask(tftp.rrq("file.bin"))
                self.assertEqual(peer.sources, {(server, 69)})


class PortRange(BranchTest):
    @classmethod
    def prepare(cls):
        cls.data = cls.box.put("file.bin", some_bytes(5000))
        cls.start_tftpd(transfer_ports={"first": 40000, "last": 40007})
        cls.host = cls.branch.phone_host("pc", "192.0.2.50", "2001:db8:1::50")

    def test_TransfersStayInTheRange(self):
        for server in (V4, V6):
            for _ in range(12):
                peer = self.own(tftp.Peer(self.host, server))
                peer.ask(tftp.rrq("file.bin"))
                self.assertLessEqual({port for _, port in peer.sources}, set(range(40000, 40008)))


class ManyHalfOpen(BranchTest):
    """R3: four thousand requests that nobody goes on with."""

    weight = 3

    @classmethod
    def prepare(cls):
        cls.data = cls.box.put("file.bin", some_bytes(12000))
        cls.start_tftpd(limits={"transfers": 4096, "transfers-per-client": 64})
        cls.host = cls.branch.phone_host("pc", "192.0.2.50", "2001:db8:1::50")
        # Hosts enough that the limit of one address does not end it: a /64 of one's own counts as one client.
        cls.host.ip(*[f"addr add 192.0.2.{n}/24 dev eth0" for n in range(100, 180)])

    def test_OthersAreServed(self):
        before = self.tftpd.memory()
        sockets = []
        for n in range(100, 164):
            for _ in range(64):
                with self.host:
                    new = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                new.bind((f"192.0.2.{n}", 0))
                new.sendto(tftp.rrq("file.bin", options=[("blksize", 65464), ("windowsize", 65535)]), (V4, 69))
                sockets.append(new)
        times = []
        for _ in range(20):
            start = time.monotonic()
            self.assertEqual(tftp.read(self.host, V4, "file.bin", source="192.0.2.50"), self.data)
            times.append(time.monotonic() - start)
        grown = self.tftpd.memory() - before
        for one in sockets:
            one.close()
        self.assertLess(sorted(times)[-1], 1.0 * paths.PATIENCE, "a good phone had to wait")
        if not paths.SANITIZED:
            self.assertLess(grown, 32 << 20, "resident bytes grew")
