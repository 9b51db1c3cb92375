"""Remote clusters behind real servers: Debian's tftpd-hpa and nginx."""

import itertools
import time

from branch import clients, paths, remote, samples, tftpd
from branch.case import BranchTest, some_bytes

V4, V6 = "192.0.2.1", "2001:db8:1::1"
HQ4, HQ6, NORTH_DEAD, NORTH = "198.51.100.10", "2001:db8:a::10", "203.0.113.10", "203.0.113.20"
FIRST, LATER = 2.0, 0.25  # seconds that a dead server may cost: the first time, and later (with the client's own start)


class RealClusters(BranchTest):
    time_limit = 90
    weight = 3
    transports = ("auto", "auto")

    @classmethod
    def prepare(cls):
        cls.hq, cls.north = cls.branch.work / "hq", cls.branch.work / "north"
        cls.hq_host = cls.branch.host("hq", f"{HQ4}/24", f"{HQ6}/64")
        cls.north_host = cls.branch.host("north", f"{NORTH}/24")
        cls.hpa = cls.branch.own(remote.TftpdHpa(cls.hq_host, cls.hq, cls.branch.work).start())
        cls.nginx = cls.branch.own(remote.Nginx(cls.north_host, cls.north, cls.branch.work).start())
        cls.start_tftpd(
            tftpd.cluster("hq", HQ4, transport=cls.transports[0]),
            tftpd.cluster("north", NORTH_DEAD, NORTH, transport=cls.transports[1]),
        )
        cls.host = cls.branch.phone_host("pc", "192.0.2.50", "2001:db8:1::50")
        # The first question of all finds the dead server; the tests below are about what comes later.
        cls.first = clients.timed(clients.phone_http, cls.host, V4, "CTLSEP000000000000.tlv")

    def get(self, name, server=V4, transport="http"):
        if transport == "http":
            answer = clients.phone_http(self.host, server, name)
            self.assertEqual(answer.status, 200, name)
            return answer.body
        return clients.curl(self.host, server, name, options=False)

    def source(self, mark, name):
        """Where the daemon had the file from, by its log since `mark`."""
        lines = self.later(
            lambda: [
                event
                for message in ("HTTP_READ_DONE", "TFTP_READ_DONE")
                for event in self.tftpd.events(message, mark, file=name)
            ],
            3,
        )
        return lines[-1]["source"]

    def test_TheDeadServerCostsTwoSecondsOnce(self):
        answer, seconds = self.first
        self.assertEqual(answer.status, 404)
        self.assertLess(seconds, FIRST * paths.PATIENCE + 0.3)
        for number in range(3):
            answer, seconds = clients.timed(clients.phone_http, self.host, V4, f"CTLSEP00000000010{number}.tlv")
            self.assertEqual(answer.status, 404)
            self.assertLess(seconds, LATER * paths.PATIENCE, "the server that is known to be dead was waited for again")

    def test_FilesOfBothClustersByBothTransportsAndFamilies(self):
        number = 0
        for root, cluster in ((self.hq, "hq"), (self.north, "north")):
            for server in (V4, V6):
                for transport in ("http", "tftp"):
                    number += 1
                    device = f"SEP0011223344{number:02X}"
                    with self.subTest(cluster=cluster, server=server, transport=transport):
                        data = samples.device_config(device, cluster, HQ4)
                        (root / f"{device}.cnf.xml").write_bytes(data)
                        mark = self.tftpd.process.mark()
                        self.assertEqual(self.get(f"{device}.cnf.xml", server, transport), data)
                        self.assertEqual(self.source(mark, f"{device}.cnf.xml"), f"cluster:{cluster}")

    def test_TheCacheAnswersTheSecondTime(self):
        data = some_bytes(1_000_003, 7)
        (self.hq / "firmware-a.loads").write_bytes(data)
        self.assertTrue(self.get("firmware-a.loads") == data)
        (self.hq / "firmware-a.loads").unlink()
        for transport in ("http", "tftp"):
            mark = self.tftpd.process.mark()
            self.assertTrue(self.get("firmware-a.loads", transport=transport) == data)
            self.assertEqual(self.source(mark, "firmware-a.loads"), "cache:hq")

    def test_ConfigurationsAreFetchedAfresh(self):
        """After config-lifetime the cluster is asked again; before, it is not."""
        document = tftpd.document(self.box, self.tftpd.content["Tftpd"]["remote-clusters"], cache={"config-lifetime": 1})
        old = self.tftpd.content
        self.tftpd.write(document)
        self.assertEqual(self.tftpd.command("config-reload")["result"], 0)
        self.addCleanup(lambda: (self.tftpd.write(old), self.tftpd.command("config-reload")))
        name = "SEP001122334477.cnf.xml"
        (self.north / name).write_bytes(b"<device>old</device>")
        self.assertEqual(self.get(name), b"<device>old</device>")
        (self.north / name).write_bytes(b"<device>new</device>")
        time.sleep(1.2)
        self.assertEqual(self.get(name), b"<device>new</device>")

    def test_TheOwnerIsAskedAlone(self):
        """What north has is not asked of hq again."""
        name = "SEP0011223344AA.cnf.xml"
        (self.north / name).write_bytes(b"<device>1</device>")
        self.get(name)
        self.assertEqual(self.tftpd.command("tftp-cache-flush", {"name": name})["result"], 0)
        self.get(name)
        self.assertEqual(self.nginx.requests().count(name), 2)

    def test_OwnFilesComeFirst(self):
        (self.hq / "own.xml").write_bytes(b"theirs")
        self.box.put("own.xml", b"ours")
        mark = self.tftpd.process.mark()
        self.assertEqual(self.get("own.xml"), b"ours")
        self.assertEqual(self.source(mark, "own.xml"), "files")

    def test_NamesOfUnusualShape(self):
        for name, data in (
            ("Some Locale/file with blanks.jar", b"blanks"),
            ("a/b/c/d.xml", b"deep"),
            ("plus+and (brackets) [2]&x=1.xml", b"marks"),
        ):
            (self.north / name).parent.mkdir(parents=True, exist_ok=True)
            (self.north / name).write_bytes(data)
            with self.subTest(name):
                self.assertEqual(clients.busybox(self.host, V4, name), data)

    def test_TheLiveStateIsShown(self):
        answer = self.tftpd.command("tftp-cluster-get", {"cluster-id": "north"})
        self.assertEqual(answer["result"], 0, answer)
        self.assertIn(NORTH_DEAD, str(answer["arguments"]))
        self.assertIn("http", str(answer["arguments"]))


class WithoutWan(BranchTest):
    """The wide area network is gone; what was fetched before is still answered, after a restart too."""

    time_limit = 90

    @classmethod
    def prepare(cls):
        cls.north = cls.branch.work / "north"
        host = cls.branch.host("north", f"{NORTH}/24")
        cls.branch.own(remote.Nginx(host, cls.north, cls.branch.work).start())
        cls.firmware = samples.firmware()
        (cls.north / "firmware.loads").write_bytes(cls.firmware)
        (cls.north / "SEP001122334401.cnf.xml").write_bytes(b"<device>1</device>")
        cls.start_tftpd(tftpd.cluster("north", NORTH), cache={"config-lifetime": 1})
        cls.host = cls.branch.phone_host("pc", "192.0.2.50")

    def test_TheCacheOutlivesARestart(self):
        fetch = lambda name: clients.phone_http(self.host, V4, name)
        self.assertTrue(fetch("firmware.loads").body == self.firmware)
        self.assertEqual(fetch("SEP001122334401.cnf.xml").body, b"<device>1</device>")
        self.box.namespace.ip("link set wan0 down")
        self.assertEqual(self.tftpd.stop(), 0, "a stop on request ends with 0")
        time.sleep(1)
        self.tftpd.start()
        mark = 0
        for _ in range(2):
            answer, seconds = clients.timed(fetch, "firmware.loads")
            self.assertEqual(answer.status, 200)
            self.assertTrue(answer.body == self.firmware)
        answer, seconds = clients.timed(fetch, "SEP001122334401.cnf.xml")
        self.assertEqual((answer.status, answer.body), (200, b"<device>1</device>"), "the last good copy")
        self.assertLess(seconds, 3 * paths.PATIENCE)
        self.later(lambda: "stale:north" in [e["source"] for e in self.tftpd.events("HTTP_READ_DONE", mark)], 2, "the log line")
        self.assertEqual(fetch("SEP00112233440F.cnf.xml").status, 503, "not known whether it exists: not a 404")
        self.box.namespace.ip("link set wan0 up", "route replace 203.0.113.0/24 dev wan0")
        (self.north / "SEP00112233440F.cnf.xml").write_bytes(b"<device>15</device>")
        self.later(lambda: fetch("SEP00112233440F.cnf.xml").body == b"<device>15</device>", 16, "recovery within 15 s")

    def test_ADamagedCacheIsNeverServed(self):
        fetch = lambda name: clients.phone_http(self.host, V4, name)
        (self.north / "damaged.loads").write_bytes(self.firmware[:300000])
        self.assertTrue(fetch("damaged.loads").body == self.firmware[:300000])
        self.assertEqual(self.tftpd.stop(), 0)
        changed = 0
        for file in self.box.cache.rglob("*"):
            if file.is_file() and file.stat().st_size >= 300000:
                data = bytearray(file.read_bytes())
                data[len(data) // 2] ^= 1
                file.write_bytes(data)
                changed += 1
        self.assertGreater(changed, 0, "no file of the cache was found to be damaged")
        self.tftpd.start()
        self.assertTrue(fetch("damaged.loads").body == self.firmware[:300000])


class DeadFirstServer(BranchTest):
    """The first server of a cluster takes packets and says nothing, then comes back."""

    time_limit = 90

    @classmethod
    def prepare(cls):
        cls.root = cls.branch.work / "north"
        cls.first_host = cls.branch.host("north-1", f"{NORTH_DEAD}/24")
        second = cls.branch.host("north-2", f"{NORTH}/24")
        drop = "type filter hook input priority 0; ip protocol { tcp, udp } drop"
        cls.first_host.nft(f"table inet mute {{ chain in {{ {drop}; }}; }}\n")
        cls.first = cls.branch.own(remote.Nginx(cls.first_host, cls.root, cls.branch.work, label="first"))
        cls.second = cls.branch.own(remote.Nginx(second, cls.root, cls.branch.work, label="second").start())
        cls.start_tftpd(tftpd.cluster("north", NORTH_DEAD, NORTH))
        cls.host = cls.branch.phone_host("pc", "192.0.2.50")

    def fetch(self, number):
        name = f"SEP{number:012}.cnf.xml"
        (self.root / name).write_bytes(name.encode())
        answer, seconds = clients.timed(clients.phone_http, self.host, V4, name)
        self.assertEqual((answer.status, answer.body), (200, name.encode()))
        return seconds

    def test_ItCostsTwoSecondsOnceAndItsReturnIsNoticed(self):
        self.assertLess(self.fetch(1), FIRST * paths.PATIENCE + 0.3)
        for number in range(2, 8):
            self.assertLess(self.fetch(number), LATER * paths.PATIENCE)
        self.first_host.nft("delete table inet mute\n")
        self.first.start()
        numbers = itertools.count(10)

        def asked_again():
            self.fetch(next(numbers))
            return any(name.startswith("SEP") for name in self.first.requests())

        self.later(asked_again, 15.5, "the first server is asked again within 15 s of its return")


class WholeClusterDead(BranchTest):
    """R15 with a whole cluster silent: the others do not suffer."""

    @classmethod
    def prepare(cls):
        cls.root = cls.branch.work / "north"
        host = cls.branch.host("north", f"{NORTH}/24")
        cls.branch.own(remote.Nginx(host, cls.root, cls.branch.work).start())
        cls.start_tftpd(tftpd.cluster("gone", "198.51.100.20", "198.51.100.21", "198.51.100.22"), tftpd.cluster("north", NORTH))
        cls.host = cls.branch.phone_host("pc", "192.0.2.50")

    def test_TheOtherClusterAnswersInTime(self):
        for number in range(4):
            name = f"SEP0000000000{number:02}.cnf.xml"
            (self.root / name).write_bytes(name.encode())
            answer, seconds = clients.timed(clients.phone_http, self.host, V4, name)
            self.assertEqual(answer.body, name.encode())
            # An earlier-listed cluster that is slower is waited for at most 500 ms.
            self.assertLess(seconds, 0.5 * paths.PATIENCE + 0.3)


class TransportsByForce(RealClusters):
    """The same with the transport named rather than found out."""

    transports = ("tftp", "http")
    weight = 2
