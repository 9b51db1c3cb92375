"""Files fetched before phones ask: by command, by the schedule, with the members of a firmware; and the rate limit that keeps it
from filling the line. Real servers (nginx and tftpd-hpa), branchlinectl as the operator uses it."""

import json
import time

from branch import clients, paths, remote, tftpd
from branch.case import BranchTest, some_bytes

V4 = "192.0.2.1"
HQ, HPA = "198.51.100.10", "198.51.100.20"
# As the real ones: a signed file's binary head, which carries the file's own name, then the members' names.
HEAD = b"\x01\x00\x02\x01\x02\x02\x00\x02\x00\x70\x0e\x00\x15%s\0" + bytes(80) + b"\n"
MEMBERS = ("kern88xx.14-2-1.sbn", "rootfs88xx.14-2-1.sbn", "sb288xx.14-2-1.sbn")


def loads(name, *members):
    return HEAD % name.encode() + "".join(f"{member}\r\n" for member in members).encode()


class Prewarming(BranchTest):
    time_limit = 60
    weight = 2

    @classmethod
    def prepare(cls):
        cls.root = cls.branch.work / "hq"
        cls.hq = cls.branch.host("hq", f"{HQ}/24")
        cls.nginx = cls.branch.own(remote.Nginx(cls.hq, cls.root, cls.branch.work).start())
        cls.start_tftpd(tftpd.cluster("hq", HQ, transport="http"), cache={"valid-lifetime": 1, "negative-lifetime": 1})
        cls.phones = cls.branch.phone_host("pc", "192.0.2.50")

    def ctl(self, *words):
        done = self.box.run([paths.CTL, *words], timeout=40)
        return done.returncode, done.stdout, done.stderr

    def put(self, **files):
        for name, data in files.items():
            (self.root / name).write_bytes(data)

    def test_AFirmwareWithAllItsMembers(self):
        data = {name: some_bytes(300_000 + number, number) for number, name in enumerate(MEMBERS)}
        self.put(**data, **{"sip88xx.14-2-1.loads": loads("sip88xx.14-2-1.loads", *MEMBERS)})
        status, out, err = self.ctl("prewarm", "sip88xx.14-2-1.loads")
        self.assertEqual((status, err), (0, ""), out)
        for name in MEMBERS:
            self.assertRegex(out, rf"{name} +present +\d+ +cluster:hq +sip88xx.14-2-1.loads")
        # Phones get it from here, long after valid-lifetime.
        time.sleep(1.2)
        for name in MEMBERS:
            mark = self.tftpd.process.mark()
            self.assertTrue(clients.phone_http(self.phones, V4, name).body == data[name])
            self.tftpd.wait_for_event("HTTP_READ_DONE", since=mark, file=name, source="cache:hq")
        # A firmware's file has its version in its name: it is not fetched again.
        self.assertEqual(self.ctl("prewarm", "sip88xx.14-2-1.loads")[0], 0)
        for name in MEMBERS:
            self.assertEqual(self.nginx.requests().count(name), 1)

    def test_AMissingMemberIsNamed(self):
        self.put(**{"half.1-0.loads": loads("half.1-0.loads", "here.1-0.sbn", "gone.1-0.sbn"), "here.1-0.sbn": b"x" * 5000})
        mark = self.tftpd.process.mark()
        status, out, _ = self.ctl("prewarm", "half.1-0.loads")
        self.assertEqual(status, 1)
        self.assertRegex(out, r"here\.1-0\.sbn +present")
        self.assertRegex(out, r"gone\.1-0\.sbn +missing")
        self.tftpd.wait_for_event("PREWARM_NOT_THERE", since=mark, name="gone.1-0.sbn", set="half.1-0.loads")
        self.tftpd.wait_for_event("PREWARM_DONE", since=mark, files="3", present="2", missing="1", failed="0")

    def test_WhatIsNoFirmwareIsFetchedAfresh(self):
        self.put(**{"ringlist.xml": b"old"})
        self.assertEqual(self.ctl("prewarm", "ringlist.xml")[0], 0)
        self.put(**{"ringlist.xml": b"new"})
        self.assertEqual(clients.phone_http(self.phones, V4, "ringlist.xml").body, b"old")
        status, out, _ = self.ctl("--json", "prewarm", "ringlist.xml")
        self.assertEqual((status, json.loads(out)["arguments"]["present"]), (0, 1))
        self.assertEqual(clients.phone_http(self.phones, V4, "ringlist.xml").body, b"new")

    def test_OwnFilesAndBadNames(self):
        self.box.put("own.bin", b"own")
        status, out, _ = self.ctl("prewarm", "own.bin", "../etc/passwd", "nobody-has.bin")
        self.assertEqual(status, 1)
        self.assertRegex(out, r"own\.bin +present +3 +files")
        self.assertRegex(out, r"etc/passwd +missing")
        self.assertRegex(out, r"nobody-has\.bin +missing")
        self.assertEqual(self.tftpd.command("tftp-prewarm", {"names": []})["result"], 1)
        self.assertEqual(self.tftpd.command("tftp-prewarm", {"name": "x"})["result"], 1)

    def test_BySchedule(self):
        self.put(**{"scheduled.1-0.loads": loads("scheduled.1-0.loads", "scheduled.1-0.sbn"), "scheduled.1-0.sbn": b"s" * 1000})
        content = json.loads(json.dumps(self.tftpd.content))
        now = time.time()
        times = [time.strftime("%H:%M", time.localtime(now + shift)) for shift in (0, 60)]
        content["Tftpd"]["prewarm"] = [{"names": ["scheduled.1-0.loads"], "at": times}]
        old = self.tftpd.content
        self.tftpd.write(content)
        self.addCleanup(lambda: (self.tftpd.write(old), self.tftpd.command("config-reload")))
        mark = self.tftpd.process.mark()
        self.assertEqual(self.tftpd.command("config-reload")["result"], 0)
        self.tftpd.wait_for_event("PREWARM_DONE", 10, since=mark, files="2", present="2")
        self.assertIn("scheduled.1-0.sbn", self.nginx.requests())


class RateLimit(BranchTest):
    """800 kbit/s are 100 kB a second."""

    time_limit = 60
    weight = 3
    kbps = 800

    @classmethod
    def prepare(cls):
        cls.root = cls.branch.work / "hq"
        cls.branch.own(remote.Nginx(cls.branch.host("hq", f"{HQ}/24"), cls.root, cls.branch.work).start())
        cls.hpa = cls.branch.work / "hpa"
        cls.branch.own(remote.TftpdHpa(cls.branch.host("hpa", f"{HPA}/24"), cls.hpa, cls.branch.work).start())
        limit = {"rate-limit-kbps": cls.kbps}
        cls.start_tftpd(
            tftpd.cluster("hq", HQ, transport="http", **limit), tftpd.cluster("hpa", HPA, transport="tftp", **limit)
        )
        cls.phones = cls.branch.phone_host("pc", "192.0.2.50")

    def check(self, root, name):
        data = some_bytes(400_000, 8)
        (root / name).write_bytes(data)
        answer, seconds = clients.timed(clients.phone_http, self.phones, V4, name)
        self.assertTrue(answer.body == data)
        self.assertGreater(seconds, 400_000 * 8 / self.kbps / 1000 * 0.75, "faster than the limit")
        self.assertLess(seconds, 400_000 * 8 / self.kbps / 1000 * 1.5 + paths.PATIENCE, "much slower than the limit")

    def test_HttpKeepsToIt(self):
        self.check(self.root, "http.bin")

    def test_TftpKeepsToIt(self):
        self.check(self.hpa, "tftp.bin")

    def test_TwoAtOnceShareItAndAConfigurationIsNotHeldBack(self):
        data = some_bytes(200_000, 9)
        device = "SEP001122334455.cnf.xml"
        (self.root / device).write_bytes(b"<device/>")
        for name in ("one.bin", "two.bin"):
            (self.root / name).write_bytes(data)
        start = time.monotonic()
        connections = []
        for name in ("one.bin", "two.bin"):
            connection = self.own(clients.HttpConnection(self.phones, V4, timeout=30))
            connection.send(clients.phone_http_request(V4, name))
            connections.append(connection)
        time.sleep(0.5)
        answer, seconds = clients.timed(clients.phone_http, self.phones, V4, device)
        self.assertEqual(answer.body, b"<device/>")
        self.assertLess(seconds, 0.7 * paths.PATIENCE)
        self.assertTrue(all(connection.answer().body == data for connection in connections))
        self.assertGreater(time.monotonic() - start, 400_000 * 8 / self.kbps / 1000 * 0.75)
