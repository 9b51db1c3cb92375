"""How the daemon behaves towards bad, silent and strange peers (RFC 1350, 1123 4.2.3, 2347 to 2349, 7440)."""

import os
import random
import socket
import struct
import time

from branch import paths, tftp
from branch.case import BranchTest, some_bytes

V4, V6 = "192.0.2.1", "2001:db8:1::1"


class Manners(BranchTest):
    weight = 4

    @classmethod
    def prepare(cls):
        box = cls.box
        cls.data = box.put("file.bin", some_bytes(5000))
        box.put("empty.bin", b"")
        box.put("one.bin", b"x")
        box.put("text.txt", b"a\nb\r\nc\rd\n")
        # A second address of each family on the interface.
        box.namespace.ip("addr add 192.0.2.7/24 dev lan0", "addr add 2001:db8:1::7/64 dev lan0")
        # A canary outside, and what leads out of the root or is no regular file.
        (box.work / "canary").write_bytes(b"CANARY-of-this-test")
        os.symlink(box.work / "canary", box.files / "link.txt")
        os.symlink("/etc", box.files / "etclink")
        os.symlink("file.bin", box.files / "inner-link.bin")
        os.mkfifo(box.files / "fifo")
        (box.files / "directory").mkdir()
        os.mknod(box.files / "device", 0o600 | 0o020000, os.makedev(1, 5))
        cls.start_tftpd()
        cls.host = cls.branch.phone_host("pc", "192.0.2.50", "2001:db8:1::50")

    def peer(self, server=V4, **more):
        return self.own(tftp.Peer(self.host, server, **more))

    def still_serving(self):
        """A good request gets its file within three seconds."""
        start = time.monotonic()
        self.assertEqual(tftp.read(self.host, V4, "file.bin"), self.data)
        self.assertLess(time.monotonic() - start, 3 * paths.PATIENCE)

    def test_WritingIsRefused(self):
        for server in (V4, V6):
            answer = self.peer(server).ask(tftp.wrq("new.bin"))
            self.assertEqual((answer.opcode, answer.number), (tftp.ERROR, tftp.ACCESS))
        self.assertFalse((self.box.files / "new.bin").exists())

    def test_ASilentPeerGetsAtMostThreeDatagrams(self):
        mixes = {
            "none": (),
            "blksize": (("blksize", 1428),),
            "largest": (("blksize", 65464), ("windowsize", 65535), ("tsize", 0), ("timeout", 1)),
            "window": (("windowsize", 64),),
        }
        peers = []
        for what, options in mixes.items():
            for server in (V4, V6):
                peer = self.peer(server)
                peer.send(tftp.rrq("file.bin", options=options))
                peers.append((what, server, peer))
        time.sleep(12)
        for what, server, peer in peers:
            with self.subTest(options=what, server=server):
                packets = peer.collect(0.3)
                self.assertGreaterEqual(len(packets), 1)
                self.assertLessEqual(len(packets), 3, [p.opcode for p in packets])
                self.assertLessEqual(sum(p.size for p in packets), 1632)

    def test_TheOackComesBeforeAnyWindow(self):
        packets_expected = tftp.OACK
        peer = self.peer()
        peer.send(tftp.rrq("file.bin", options=[("windowsize", 8), ("blksize", 512)]))
        packets = peer.collect(0.15)
        self.assertEqual({p.opcode for p in packets}, {packets_expected})
        self.assertEqual(packets[0].options, {"windowsize": "8", "blksize": "512"})

    def test_OptionsAreAnsweredAsTheStandardsSay(self):
        peer = self.peer()
        answer = peer.ask(tftp.rrq("file.bin", options=[("TSIZE", 0), ("BlkSize", 1024), ("timeout", 3), ("unheard-of", 7)]))
        self.assertEqual(answer.opcode, tftp.OACK)
        self.assertEqual(answer.options, {"tsize": "5000", "blksize": "1024", "timeout": "3"})
        answer = self.peer().ask(tftp.rrq("empty.bin", options=[("tsize", 0)]))
        self.assertEqual(answer.options, {"tsize": "0"})

    def test_IllegalOptionValuesAreLeftOut(self):
        bad = [
            ("blksize", -5), ("blksize", 0), ("blksize", 7), ("blksize", 65465), ("blksize", "abc"), ("blksize", ""),
            ("timeout", 0), ("timeout", 256), ("timeout", -1), ("windowsize", 0), ("windowsize", -1), ("windowsize", 65536),
            ("tsize", -1), ("tsize", "1x"),
        ]  # fmt: skip
        for option in bad:
            with self.subTest(option=option):
                answer = self.peer().ask(tftp.rrq("file.bin", options=[option]))
                self.assertEqual(answer.opcode, tftp.DATA, "with no good option there is no OACK")
                self.assertEqual(answer.data, self.data[:512])
                good = ("blksize" if option[0] != "blksize" else "timeout", 8)
                answer = self.peer().ask(tftp.rrq("file.bin", options=[option, good]))
                self.assertEqual(answer.opcode, tftp.OACK)
                self.assertNotIn(option[0], answer.options)

    def test_ErrorsAreNotAnswered(self):
        peer = self.peer()
        for code in range(0, 10):
            peer.send(tftp.error(code))
        self.assertEqual(peer.collect(0.5), [])
        # Within a transfer an ERROR ends it, without a word.
        peer = self.peer()
        self.assertEqual(peer.ask(tftp.rrq("file.bin")).opcode, tftp.DATA)
        peer.send(tftp.error(0), peer.tid)
        self.assertEqual(peer.collect(1.5), [])

    def test_AnAckMayBePadded(self):
        peer = self.peer()
        first = peer.ask(tftp.rrq("file.bin"))
        peer.send(tftp.ack(first.number) + bytes(14), peer.tid)
        second = peer.receive()
        self.assertEqual((second.opcode, second.number), (tftp.DATA, 2))

    def test_ARepeatedAckDoublesNothing(self):
        """RFC 1123 4.2.3.1: Sorcerer's Apprentice."""
        peer = self.peer()
        peer.ask(tftp.rrq("file.bin"))
        for _ in range(30):
            peer.send(tftp.ack(1), peer.tid)
        # One answer, and what the resend timer adds meanwhile.
        self.assertIn([p.number for p in peer.collect(0.25)].count(2), range(1, 7))

    def test_ALateFirstAckIsStillTaken(self):
        """Whose first ACK is lost sends it again when its own timer says so, mostly after a second."""
        for _ in range(5):  # The daemon learns how quick this phone is; that must not make it impatient.
            tftp.read(self.host, V4, "file.bin")
        for wait in (0.3, 1.0, 2.5):
            with self.subTest(wait=wait):
                peer = self.peer()
                peer.send(tftp.rrq("file.bin"))
                self.assertIn(len(peer.collect(wait)), (1, 2, 3))
                peer.send(tftp.ack(1), peer.tid)
                packet = peer.receive(1)
                self.assertIsNotNone(packet, "the transfer was given up while the phone's timer ran")
                self.assertEqual((packet.opcode, packet.number), (tftp.DATA, 2))

    def test_AStrangerIsToldAndTheTransferGoesOn(self):
        peer, stranger = self.peer(), self.peer()
        got = peer.ask(tftp.rrq("file.bin")).data
        peer.send(tftp.ack(1), peer.tid)
        got += peer.receive().data
        for _ in range(3):
            stranger.send(tftp.ack(1), peer.tid)
        answers = stranger.collect(0.4)
        self.assertEqual([(p.opcode, p.number) for p in answers], [(tftp.ERROR, tftp.UNKNOWN_TID)])
        for block in range(2, 11):
            peer.send(tftp.ack(block), peer.tid)
            if len(got) < len(self.data):
                packet = peer.receive()
                while packet.number <= block:
                    packet = peer.receive()
                got += packet.data
        self.assertEqual(got, self.data)

    def test_AnswersComeFromTheAddressAsked(self):
        for server in (V4, "192.0.2.7", V6, "2001:db8:1::7"):
            with self.subTest(server=server):
                peer = self.peer(server)
                self.assertEqual(peer.ask(tftp.rrq("file.bin")).opcode, tftp.DATA)
                peer.send(tftp.ack(1), peer.tid)
                self.assertEqual(peer.receive().number, 2)
                self.assertEqual({address for address, _ in peer.sources}, {server})
                self.assertEqual(self.peer(server).ask(tftp.rrq("nothing")).opcode, tftp.ERROR)

    def test_AnErrorComesFromTheAddressAskedToo(self):
        for server in ("192.0.2.7", "2001:db8:1::7"):
            peer = self.peer(server)
            peer.ask(tftp.rrq("nothing"))
            self.assertEqual({address for address, _ in peer.sources}, {server})

    def test_TransfersNeverRunOnPort69(self):
        for name in ("file.bin", "empty.bin"):
            for _ in range(10):
                peer = self.peer()
                peer.ask(tftp.rrq(name))
                self.assertNotIn(69, {port for _, port in peer.sources})

    def test_ABroadcastRequestIsIgnored(self):
        """RFC 1123 4.2.3.5"""
        for target in ("192.0.2.255", "255.255.255.255"):
            peer = self.peer(target)
            peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"eth0")
            peer.send(tftp.rrq("file.bin"))
            self.assertEqual(peer.collect(0.7), [], target)
        with self.host:
            index = socket.if_nametoindex("eth0")
        peer = self.peer(V6)
        peer.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
        peer.send(tftp.rrq("file.bin"), ("ff02::1", 69, 0, index))
        self.assertEqual(peer.collect(0.7), [], "ff02::1")

    def test_TheNetasciiOfTheWire(self):
        got = tftp.read(self.host, V4, "text.txt", mode="netascii")
        self.assertEqual(got, b"a\r\nb\r\0\r\nc\r\0d\r\n")
        self.assertEqual(tftp.read(self.host, V4, "text.txt", mode="NetASCII"), got)

    def test_AnUnknownModeIsRefused(self):
        for mode in ("mail", "binary", ""):
            with self.subTest(mode):
                answer = self.peer().ask(tftp.rrq("file.bin", mode=mode), timeout=1)
                if answer is not None:
                    self.assertEqual(answer.opcode, tftp.ERROR)
        self.still_serving()

    def test_NoNameLeadsOut(self):
        canaries = (b"CANARY", b"root:x:0")
        work = str(self.box.work)
        names = []
        for base in ("canary", "../canary", "run/../canary", "../files/../canary"):
            for lead in ("", "/", "//", "./", "../", "..//", "directory/../../", "etclink/../", "....//", "..;/", ".../"):
                names.append(lead + base)
        for up in range(1, 12):
            for step in ("../", "..\\", "..//", ".././", "%2e%2e/", "..%2f", "..%5c", "..\0/", "directory/../../"):
                names += [step * up + "etc/passwd", "/" + step * up + "etc/passwd"]
        names += [
            "/etc/passwd", "//etc/passwd", "etclink/passwd", "etclink/../etc/passwd", "link.txt", "link.txt/", "link.txt\0.xml",
            f"{work}/canary", f"/{work}/canary", "C:\\boot.ini", "\\\\host\\share", "file.bin/../../canary", "~root/.profile",
            "/proc/self/environ", "/dev/zero", "device", "fifo", "directory", "directory/", ".", "..", "/", "",
            "SEP\x1b[2J.xml",
            "a" * 256, "a/" * 128 + "b", "../" * 80 + "etc/passwd", "file.bin\n", "CON", "etclink",
        ]  # fmt: skip
        for name in names:
            try:
                got = tftp.read(self.host, V4, name.encode("utf-8", "surrogateescape"), timeout=2)
            except tftp.Transfer as refused:
                self.assertNotIn("silence", str(refused), f"{name!r} got no answer")
                self.assertNotIn(work, str(refused), "an error's text shows a path")
                continue
            for canary in canaries:
                self.assertNotIn(canary, got, f"{name!r} leads out")
            self.assertEqual(got, self.data, f"{name!r} gave {got[:60]!r}")
        self.still_serving()

    def test_WhatIsNoRegularFileIsNotFound(self):
        for name in ("link.txt", "inner-link.bin", "etclink/passwd", "fifo", "directory", "device"):
            with self.subTest(name):
                answer = self.peer().ask(tftp.rrq(name))
                self.assertEqual(answer.opcode, tftp.ERROR)
                self.assertIn(answer.number, (tftp.NOT_FOUND, tftp.ACCESS))

    def test_AFileReplacedMeanwhileIsNeverMixed(self):
        old, new = some_bytes(300000, 1), some_bytes(300000, 2)
        self.box.put("replaced.bin", old)
        peer = self.peer()
        got = peer.ask(tftp.rrq("replaced.bin")).data
        temporary = self.box.files / "replaced.new"
        temporary.write_bytes(new)
        os.replace(temporary, self.box.files / "replaced.bin")
        block = 1
        while True:
            peer.send(tftp.ack(block), peer.tid)
            packet = peer.receive()
            if packet.number != (block + 1) & 0xFFFF:
                continue
            got += packet.data
            block += 1
            if len(packet.data) < 512:
                break
        peer.send(tftp.ack(block), peer.tid)
        self.assertTrue(got == old, "the old bytes to the end")
        self.assertTrue(tftp.read(self.host, V4, "replaced.bin", options=[("blksize", 8192)]) == new)

    def test_TheLastAckMayBeLost(self):
        peer = self.peer()
        self.assertEqual(peer.ask(tftp.rrq("one.bin")).data, b"x")
        again = peer.receive(3)
        self.assertEqual((again.opcode, again.number, again.data), (tftp.DATA, 1, b"x"))
        peer.send(tftp.ack(1), peer.tid)
        self.assertEqual(peer.collect(1.5), [])

    def test_ARepeatedRequestJoinsItsTransfer(self):
        peer = self.peer()
        for _ in range(3):
            peer.send(tftp.rrq("file.bin"))
        peer.collect(0.3)
        self.assertEqual(len({port for _, port in peer.sources}), 1, "one request made several transfers")

    def test_GarbageStopsNobody(self):
        random_ = random.Random(20260)
        opcodes = [1, 1, 1, 2, 3, 4, 5, 6, 0, 7, 255, 65535]
        peers = [self.peer(V4), self.peer(V6)]
        good = tftp.rrq("file.bin", options=[("blksize", 1428), ("windowsize", 4)])
        for number in range(20000):
            peer = peers[number % 2]
            kind = random_.random()
            if kind < 0.4:
                packet = random_.randbytes(random_.choice((0, 1, 2, 3, 4, 5, 20, 100, 600, 1400)))
            elif kind < 0.7:
                packet = struct.pack("!H", random_.choice(opcodes)) + random_.randbytes(random_.randrange(0, 80))
            else:
                packet = bytearray(good)
                for _ in range(random_.randrange(1, 6)):
                    packet[random_.randrange(2, len(packet))] = random_.randrange(256)
                packet = bytes(packet)
            try:
                peer.send(packet)
            except OSError:
                pass
            if number % 5000 == 4999:
                self.assertTrue(self.tftpd.process.running)
        self.still_serving()
        self.assertTrue(self.tftpd.process.running)
