"""Transfers over a lossy network: nothing but the whole file, and soon."""

import concurrent.futures
import time

from branch import clients, paths, tftp
from branch.case import BranchTest, some_bytes

V4, V6 = "192.0.2.1", "2001:db8:1::1"


class Loss(BranchTest):
    weight = 6
    time_limit = 120

    @classmethod
    def prepare(cls):
        cls.data = {size: cls.box.put(f"{size}.bin", some_bytes(size, size)) for size in (8192, 12000, 60001, 300000)}
        cls.start_tftpd(limits={"transfers-per-client": 200})
        cls.host = cls.branch.phone_host("pc", "192.0.2.50", "2001:db8:1::50")

    def many(self, sizes, count, options=()):
        """So many transfers, ten at a time; returns how long each took."""

        def one(number):
            size = sizes[number % len(sizes)]
            server = (V4, V6)[number % 2]
            start = time.monotonic()
            got = tftp.read(self.host, server, f"{size}.bin", options=options, timeout=40)
            return got == self.data[size], time.monotonic() - start

        with concurrent.futures.ThreadPoolExecutor(10) as pool:
            results = list(pool.map(one, range(count)))
        self.assertEqual([right for right, _ in results].count(False), 0, "wrong bytes")
        return sorted(seconds for _, seconds in results)

    def test_TenPercentEachWay(self):
        with self.host.loss(10):
            times = self.many((8192, 12000), 60)
        self.assertGreater(self.host.dropped, 100, "hardly anything was lost: the test tests nothing")
        self.assertLess(times[-1], 20 * paths.PATIENCE)
        # With fixed timers of a second these would take several seconds each.
        self.assertLess(times[len(times) // 2], 2.5 * paths.PATIENCE, f"median of {times}")

    def test_FivePercentEachWay(self):
        with self.host.loss(5):
            times = self.many((12000, 60001), 40)
        self.assertLess(times[-1], 20 * paths.PATIENCE)

    def test_WindowsToo(self):
        with self.host.loss(5):
            times = self.many((60001, 300000), 20, options=[("windowsize", 8), ("blksize", 1400)])
        self.assertLess(times[-1], 30 * paths.PATIENCE)

    def test_ARealClient(self):
        with self.host.loss(5):
            for _ in range(5):
                self.assertEqual(clients.busybox(self.host, V4, "8192.bin", timeout=60), self.data[8192])

    def test_OneLostBlockCostsLittle(self):
        """Exactly DATA 3 of the transfer is lost, once."""
        self.host.nft(
            "table inet one {\n"
            " chain in { type filter hook input priority 0;\n"
            "  meta l4proto udp @th,64,32 0x00030003 limit rate over 1/hour burst 1 packets accept\n"
            "  meta l4proto udp @th,64,32 0x00030003 counter drop\n"
            " }\n}\n"
        )
        try:
            peer = self.own(tftp.Peer(self.host, V4))
            start = time.monotonic()
            got, block = b"", 0
            peer.send(tftp.rrq("8192.bin"))
            while len(got) < 8192:
                packet = peer.receive(8)
                self.assertIsNotNone(packet, "a lost block was not sent again")
                if packet.number == block + 1:
                    got += packet.data
                    block += 1
                    peer.send(tftp.ack(block), peer.tid)
            self.assertEqual(got, self.data[8192])
            self.assertIn("packets 1", self.host.run(["nft", "list", "table", "inet", "one"]).stdout)
            self.assertLess(time.monotonic() - start, 1.2 * paths.PATIENCE)
        finally:
            self.host.nft("delete table inet one\n")
