"""Real clients get files byte for byte: curl, busybox tftp, atftp and tftp-hpa, over IPv4 and IPv6."""

import os

from branch import clients, paths
from branch.case import BranchTest, some_bytes

SIZES = (0, 1, 511, 512, 513, 1 << 20)
SERVERS = ("192.0.2.1", "2001:db8:1::1")


class Clients(BranchTest):
    weight = 5

    @classmethod
    def prepare(cls):
        cls.files = {size: cls.box.put(f"size-{size}.bin", some_bytes(size, size)) for size in SIZES}
        cls.files[20000] = cls.box.put("size-20000.bin", some_bytes(20000))
        cls.box.put("Some/Where/Deep.XML", b"<deep/>")
        cls.box.put("text.txt", b"".join(b"line %d\n" % n for n in range(3000)))
        cls.start_tftpd()
        cls.host = cls.branch.phone_host("pc", "192.0.2.50", "2001:db8:1::50")

    def each_size(self, fetch, sizes=SIZES, servers=SERVERS):
        for server in servers:
            for size in sizes:
                with self.subTest(server=server, size=size):
                    got = fetch(server, f"size-{size}.bin")
                    self.assertEqual(len(got), size)
                    self.assertTrue(got == self.files[size], "the bytes differ")

    def test_CurlWithoutOptionsLikeAPhone(self):
        self.each_size(lambda server, name: clients.curl(self.host, server, name, options=False))

    # curl refuses the tsize of an empty file, 0, as invalid; RFC 2349 and the other clients do not.

    def test_CurlWithOptions(self):
        self.each_size(lambda server, name: clients.curl(self.host, server, name), SIZES[1:])

    def test_CurlWithEveryBlockSize(self):
        for blksize in (8, 9, 511, 512, 1024, 1428, 8192, 65464):
            sizes = (1, 20000) if blksize < 512 else (1, 513, 20000, 1 << 20)
            self.each_size(lambda server, name: clients.curl(self.host, server, name, blksize=blksize), sizes)

    def test_Busybox(self):
        self.each_size(lambda server, name: clients.busybox(self.host, server, name))
        self.each_size(lambda server, name: clients.busybox(self.host, server, name, blksize=1400), (512, 1400, 20000)[::2])

    def test_Atftp(self):
        self.each_size(lambda server, name: clients.atftp(self.host, server, name), servers=SERVERS[:1])

    def test_AtftpWithAWindow(self):
        for options in ((("windowsize", 16),), (("windowsize", 8), ("blksize", 1428), ("tsize", 0))):
            sizes = (1, 512, 20000, 1 << 20)
            self.each_size(lambda server, name: clients.atftp(self.host, server, name, options), sizes, SERVERS[:1])

    def test_TftpHpa(self):
        self.each_size(lambda server, name: clients.tftp_hpa(self.host, server, name))

    def test_Netascii(self):
        """tftp-hpa turns the line ends of the wire (CR LF) back into its own."""
        for server in SERVERS:
            with self.subTest(server=server):
                got = clients.tftp_hpa(self.host, server, "text.txt", mode="netascii")
                self.assertEqual(got, (self.box.files / "text.txt").read_bytes())

    def test_NamesAreMatchedWithoutRegardToCase(self):
        for name in ("Some/Where/Deep.XML", "some/where/deep.xml", "SOME/WHERE/DEEP.XML"):
            with self.subTest(name):
                self.assertEqual(clients.busybox(self.host, SERVERS[0], name), b"<deep/>")

    def test_ALeadingSlashIsDropped(self):
        self.assertEqual(clients.busybox(self.host, SERVERS[0], "/Some/Where/Deep.XML"), b"<deep/>")
        self.assertEqual(clients.curl(self.host, SERVERS[0], "/size-513.bin"), self.files[513])

    def test_AMissingFileIsSaidToBeMissing(self):
        for fetch in (clients.curl, clients.busybox, clients.atftp, clients.tftp_hpa):
            with self.subTest(fetch.__name__), self.assertRaises(clients.Failed):
                fetch(self.host, SERVERS[0], "no-such-file")


class TwoHundredMegabytes(BranchTest):
    """At 512 bytes a block the block number comes round five times."""

    weight = 10
    time_limit = 200
    size = (70 if paths.SANITIZED else 200) * 1000 * 1000

    @classmethod
    def prepare(cls):
        # Every block says which one it is; the file is not made of zeros that any other block could stand for.
        with open(cls.box.files / "big.bin", "wb") as file:
            for at in range(0, cls.size, 1 << 20):
                part = b"".join(n.to_bytes(8, "big") * 64 for n in range(at // 512, (at + (1 << 20)) // 512))
                file.write(part[: min(1 << 20, cls.size - at)])
        cls.start_tftpd()
        cls.host = cls.branch.phone_host("pc", "192.0.2.50")

    def test_TheBlockNumberWraps(self):
        out = self.branch.work / "out"
        self.host.run(
            ["curl", "-sS", "--tftp-no-options", "--max-time", "180", "-o", out, "tftp://192.0.2.1/big.bin"],
            timeout=190,
        )
        self.assertEqual(out.stat().st_size, self.size)
        self.host.run(["cmp", out, self.box.files / "big.bin"], timeout=60)
        os.unlink(out)
