"""What no real server does: remote servers that are slow, lie, die or answer twice (branch.fakes). Never a wrong byte."""

import socket
import threading
import time

from branch import clients, fakes, paths, tftp, tftpd
from branch.branch import Box
from branch.case import BranchTest, some_bytes

V4 = "192.0.2.1"
A, B, C = "198.51.100.10", "198.51.100.20", "198.51.100.30"


class Fakes(BranchTest):
    def setUp(self):
        self.hosts = {}
        if not hasattr(type(self), "phones"):
            type(self).phones = self.branch.phone_host("pc", V4.replace(".1", ".50"))
            type(self).remote = self.branch.host("remote", *[f"{a}/24" for a in (A, B, C, "198.51.100.11", "198.51.100.40")])

    def run_tftpd(self, *clusters, **more):
        daemon = self.own(tftpd.Tftpd(self.box, tftpd.document(self.box, clusters, **more)).start())
        self.addCleanup(self.forget)
        return daemon

    def forget(self):
        import shutil

        shutil.rmtree(self.box.cache, ignore_errors=True)

    def http(self, address, files=None, **more):
        return self.own(fakes.FakeHttp(self.remote, address, files, **more))

    def tftp(self, address, files=None, **more):
        return self.own(fakes.FakeTftp(self.remote, address, files, **more))

    def get(self, name, **more):
        return clients.phone_http(self.phones, V4, name, **more)


class Searching(Fakes):
    weight = 3

    def test_AllClustersAreAskedAtOnce(self):
        servers = [self.http(address, how="slow", delay=0.8) for address in (A, B, C)]
        self.run_tftpd(*[tftpd.cluster(f"c{n}", address, transport="http") for n, address in enumerate((A, B, C))])
        answer, seconds = clients.timed(self.get, "CTLSEP001122334401.tlv")
        self.assertEqual(answer.status, 404)
        self.assertLess(seconds, 1.6 * paths.PATIENCE, "one after another would take 2.4 s")
        self.assertEqual([server.names() for server in servers], [["CTLSEP001122334401.tlv"]] * 3)

    def test_TheClusterListedFirstWins(self):
        self.http(A, {"both.xml": b"first"}, how="slow", delay=0.25)
        self.http(B, {"both.xml": b"second"})
        self.run_tftpd(tftpd.cluster("a", A, transport="http"), tftpd.cluster("b", B, transport="http"))
        self.assertEqual(self.get("both.xml").body, b"first")

    def test_ASlowFirstClusterIsWaitedForHalfASecond(self):
        self.http(A, {"both.xml": b"first"}, how="slow", delay=3)
        self.http(B, {"both.xml": b"second"})
        self.run_tftpd(tftpd.cluster("a", A, transport="http"), tftpd.cluster("b", B, transport="http"))
        answer, seconds = clients.timed(self.get, "both.xml")
        self.assertEqual(answer.body, b"second")
        self.assertGreater(seconds, 0.4)
        self.assertLess(seconds, 0.5 + 0.4 * paths.PATIENCE)

    def test_FiveHundredQuestionsAreOneQuery(self):
        data = some_bytes(3000)
        first = self.http(A, {"wanted.xml": data}, how="slow", delay=0.6)
        second = self.http(B, how="slow", delay=0.6)
        daemon = self.run_tftpd(
            tftpd.cluster("a", A, transport="http"),
            tftpd.cluster("b", B, transport="http"),
            limits={"transfers-per-client": 1000},
        )
        peers = [self.own(tftp.Peer(self.phones, V4)) for _ in range(500)]
        for peer in peers:
            peer.send(tftp.rrq("wanted.xml"))
        first_blocks = [peer.receive(5 * paths.PATIENCE) for peer in peers]
        for number, peer in enumerate(peers):
            if first_blocks[number] is None:  # what a burst loses the phone asks for again
                first_blocks[number] = peer.ask(tftp.rrq("wanted.xml"), timeout=1 * paths.PATIENCE, tries=3)
        served = sum(1 for packet in first_blocks if packet and packet.opcode == tftp.DATA and packet.data == data[:512])
        self.assertEqual(served, 500, "phones were not answered")
        for peer in peers:
            peer.send(tftp.error(0), peer.tid)
        self.assertEqual(first.count("wanted.xml"), 1)
        self.assertEqual(second.count("wanted.xml"), 1)
        self.assertTrue(daemon.process.running)

    def test_MissesToo(self):
        first, second = self.tftp(A, how="slow", delay=0.6), self.http(B, how="slow", delay=0.6)
        self.run_tftpd(tftpd.cluster("a", A, transport="tftp"), tftpd.cluster("b", B, transport="http"))
        peers = [self.own(tftp.Peer(self.phones, V4)) for _ in range(60)]
        for peer in peers:
            peer.send(tftp.rrq("missing.xml"))
        answers = [peer.receive(5 * paths.PATIENCE) for peer in peers]
        self.assertTrue(all(a and (a.opcode, a.number) == (tftp.ERROR, tftp.NOT_FOUND) for a in answers))
        self.assertEqual((first.count("missing.xml"), second.count("missing.xml")), (1, 1))

    def test_NotFoundIsRemembered(self):
        server = self.http(A)
        self.run_tftpd(tftpd.cluster("a", A, transport="http"), cache={"negative-lifetime": 2})
        for _ in range(3):
            self.assertEqual(self.get("later.xml").status, 404)
        self.assertEqual(server.count("later.xml"), 1)
        server.files["later.xml"] = b"here"
        time.sleep(2.1)
        self.assertEqual(self.get("later.xml").body, b"here")

    def test_AutoRemembersWhatWorks(self):
        """HTTP is refused here, so TFTP is used; the next file is not tried by HTTP first."""
        server = self.tftp(A, {f"f{n}.xml": b"%d" % n for n in range(5)})
        self.run_tftpd(tftpd.cluster("a", A))
        for n in range(5):
            answer, seconds = clients.timed(self.get, f"f{n}.xml")
            self.assertEqual(answer.body, b"%d" % n)
            if n:
                self.assertLess(seconds, 0.3 * paths.PATIENCE)
        self.assertEqual([server.count(f"f{n}.xml") for n in range(5)], [1] * 5)

    def test_ABigFileStartsBeforeItsFetchHasEnded(self):
        data = some_bytes(4 << 20)
        server = SlowBody(self.remote, A, data)
        self.own(server)
        self.run_tftpd(tftpd.cluster("a", A, transport="http"))
        peer = self.own(tftp.Peer(self.phones, V4))
        start = time.monotonic()
        packet = peer.ask(tftp.rrq("firmware.loads"), timeout=3)
        self.assertIsNotNone(packet, "no first block")
        self.assertLess(time.monotonic() - start, 2 * paths.PATIENCE)
        self.assertEqual(packet.data, data[:512])
        peer.send(tftp.error(0), peer.tid)
        self.assertTrue(self.get("firmware.loads", timeout=40).body == data)

    def test_OneQueryAtATimeForTheSameName(self):
        """A phone that asks by HTTP, gives up and asks by TFTP does not start a second fetch."""
        server = self.http(A, {"x.xml": b"x" * 2000}, how="slow", delay=1)
        self.run_tftpd(tftpd.cluster("a", A, transport="http"))
        connection = clients.HttpConnection(self.phones, V4)
        connection.send(clients.phone_http_request(V4, "x.xml"))
        time.sleep(0.3)
        connection.close()
        self.assertEqual(tftp.read(self.phones, V4, "x.xml"), b"x" * 2000)
        self.assertEqual(server.count("x.xml"), 1)


class SlowBody(fakes.FakeHttp):
    """Sends its one file in eight pieces, half a second apart."""

    def __init__(self, namespace, address, data):
        super().__init__(namespace, address, {"firmware.loads": data})

    def _answer(self, connection, name):
        data = self._find(name)
        if data is None:
            connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            return True
        connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {len(data)}\r\n\r\n".encode())
        step = len(data) // 8
        for at in range(0, len(data), step):
            connection.sendall(data[at : at + step])
            if self._closing.wait(0.5):
                return False
        return True


class Loops(Fakes):
    def test_AConfiguredServersRequestIsNotPassedOn(self):
        one, two = self.http(A), self.http(B)
        self.run_tftpd(tftpd.cluster("a", A, transport="http"), tftpd.cluster("b", B, transport="http"))
        self.box.put("local.xml", b"local")
        # The remote server itself asks us, by TFTP and by HTTP, from its own address.
        with self.assertRaisesRegex(tftp.Transfer, "ERROR 1"):
            tftp.read(self.remote, "198.51.100.1", "loop.xml", source=A)
        self.assertEqual(clients.phone_http(self.remote, "198.51.100.1", "loop2.xml", source=B).status, 404)
        self.assertEqual(tftp.read(self.remote, "198.51.100.1", "local.xml", source=A), b"local")
        self.assertEqual((one.asked, two.asked), ([], []))
        # What a loop was told is not remembered against phones.
        one.files["loop.xml"] = b"there"
        self.assertEqual(self.get("loop.xml").body, b"there")

    def test_TwoProxiesThatNameEachOther(self):
        """R8: one question of a phone is at most one query of each."""
        import pathlib

        work = pathlib.Path(self.branch.work / "second")
        work.mkdir()
        other = self.own(Box(work))
        self.branch.wan.plug(other.namespace, "wan0", "02:00:5e:00:00:03")
        other.namespace.ip("addr add 198.51.100.99/24 dev wan0")
        first = self.run_tftpd(tftpd.cluster("other", "198.51.100.99"))
        second = self.own(tftpd.Tftpd(other, tftpd.document(other, [tftpd.cluster("first", "198.51.100.1")])).start())
        start = time.monotonic()
        self.assertEqual(self.get("nowhere.xml").status, 404)
        self.assertLess(time.monotonic() - start, 2 * paths.PATIENCE)
        time.sleep(0.5)
        self.assertEqual(first.statistic("fetches-started"), 1)
        self.assertEqual(second.statistic("fetches-started"), 0)
        other.put("there.xml", b"there")
        self.assertEqual(self.get("there.xml").body, b"there")


class SilentServers(Fakes):
    """R15: what never answers costs one phone at most two seconds and the next ones nothing; its return is noticed in 15 s."""

    first, later_on, noticed = 2.0, 0.05, 15  # seconds

    def silent_by(self, how, address, files=None):
        """Makes `address` a server that is silent in that way; returns (its transport, what makes it answer)."""
        if how == "tftp-silent":
            fake = self.tftp(address, files, how="silent")
            return "tftp", lambda: setattr(fake, "how", "good")
        if how == "http-accepts":
            fake = self.http(address, files, how="silent")
            return "auto", lambda: setattr(fake, "how", "good")
        if how == "tcp-dropped":
            self.http(address, files)
            rule = f"type filter hook input priority 0; ip daddr {address} tcp dport 6970 drop"
            self.remote.nft(f"table inet mute {{ chain in {{ {rule}; }}; }}\n")
            state = {"muted": True}

            def speak():
                if state.pop("muted", False):
                    self.remote.nft("delete table inet mute\n")

            self.addCleanup(speak)
            return "http", speak
        assert how == "refused"
        return "auto", lambda: self.http(address, files)

    def quickest(self, names):
        """Seconds of the quickest of some questions: a busy machine makes some slow, and none quick."""
        return min(clients.timed(self.get, name)[1] for name in names)

    def test_TheNextServerAnswersInTime(self):
        files = {f"f{n}.xml": b"%d" % n for n in range(5)}
        for how in ("tftp-silent", "http-accepts", "tcp-dropped", "refused"):
            with self.subTest(how=how):
                transport, speak = self.silent_by(how, A, files)
                good = (self.tftp if transport == "tftp" else self.http)(B, files)
                daemon = self.run_tftpd(tftpd.cluster("a", A, B, transport=transport))
                answer, seconds = clients.timed(self.get, "f0.xml")
                self.assertEqual(answer.body, b"0")
                self.assertLess(seconds, self.first * paths.PATIENCE)
                self.assertLess(self.quickest([f"f{n}.xml" for n in range(1, 5)]), self.later_on * paths.PATIENCE)
                daemon.stop()
                self.doCleanups()

    def test_AClusterListedBeforeIsWaitedForOnce(self):
        """The phone is answered by the next cluster before the first one's silence has lasted long: a probe tells."""
        self.http(A, how="silent")
        self.http(B, {f"f{n}.xml": b"%d" % n for n in range(20)})
        daemon = self.run_tftpd(tftpd.cluster("a", A, transport="http"), tftpd.cluster("b", B, transport="http"))
        self.assertEqual(self.get("f0.xml").body, b"0")
        self.later(lambda: daemon.events("UPSTREAM_SERVER_DOWN"), 4)
        self.assertLess(self.quickest([f"f{n}.xml" for n in range(1, 4)]), self.later_on * paths.PATIENCE)

    def test_ReturningIsNoticed(self):
        ways = {A: "tftp-silent", B: "http-accepts", C: "tcp-dropped", "198.51.100.40": "refused"}
        clusters, speak = [], []
        for number, (address, how) in enumerate(ways.items()):
            transport, make_it_answer = self.silent_by(how, address)
            clusters.append(tftpd.cluster(f"c{number}", address, transport=transport))
            speak.append(make_it_answer)
        daemon = self.run_tftpd(*clusters)
        answer, seconds = clients.timed(self.get, "missing0.xml")
        self.assertEqual(answer.status, 503)
        self.assertLess(seconds, self.first * paths.PATIENCE + 0.1)
        self.assertLess(self.quickest([f"missing{n}.xml" for n in range(1, 4)]), self.later_on * paths.PATIENCE)
        for make_it_answer in speak:
            make_it_answer()
        self.becomes(4, lambda: len(daemon.events("UPSTREAM_SERVER_UP")), self.noticed)


class Poison(Fakes):
    """R7: answers to a request that somebody else sends."""

    each = 1000  # forged datagrams for each of ten files

    def test_NoneOfTenThousandForgedAnswersIsTaken(self):
        good = some_bytes(3000, 9)
        names = [f"p{n}.xml" for n in range(10)]
        server = self.tftp(A, dict.fromkeys(names, good), how="slow", delay=0.4)
        self.run_tftpd(tftpd.cluster("a", A, transport="tftp"))
        attacker = self.branch.host("attacker", "198.51.100.66/24")
        with attacker:
            elsewhere = self.own(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        # From the server's own address, as whoever forges it would: another port each time, that is another TID.
        with self.remote:
            same_address = [self.own(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) for _ in range(50)]
        for forging in same_address:
            forging.bind((A, 0))
        packet = b"\0\x03\0\x01" + b"POISON"
        sent = 0
        for number, name in enumerate(names):
            got = []
            thread = threading.Thread(target=lambda: got.append(self.get(name).body))
            thread.start()
            # The attacker knows the port that the daemon asks from: the worst case.
            self.later(lambda: server.count(name) > 0, 3)
            target = ("198.51.100.1", server.asked[-1].peer[1])
            for n in range(self.each):
                # Not of the first file: only who has answered with options once is known to do so.
                forged = n % 2 and number > 0
                (same_address[n // 2 % 50] if forged else elsewhere).sendto(packet, target)
                sent += 1
            thread.join(20)
            self.assertEqual(got, [good])
        self.assertEqual(sent, 10_000)
