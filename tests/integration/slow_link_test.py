"""A branch behind a thin line: 100 ms away, 10 Mbit/s (a delaying relay and tbf). One fetch over the line serves everybody."""

import concurrent.futures
import selectors
import time

from branch import clients, paths, remote, tftpd
from branch.case import BranchTest, some_bytes
from branch.link import SlowLink

V4 = "192.0.2.1"
FAR, FAR_TFTP = "198.51.100.30", "198.51.100.40"
MEGABYTE = 1 << 20


class Phones:
    """Many phones that ask by HTTP at once, each with a phone's own bytes on a connection of its own; every byte is compared."""

    def __init__(self, namespace, name, data):
        self.namespace, self.name, self.data = namespace, name, data
        self.good, self.bad, self.longest_silence, self.first = 0, [], 0.0, 0.0

    def run(self, count, patience):
        loop = selectors.DefaultSelector()
        start = time.monotonic()
        for number in range(count):
            connection = clients.connect(self.namespace, V4, 6970)
            connection.sendall(clients.phone_http_request(V4, self.name))
            connection.setblocking(False)
            loop.register(connection, selectors.EVENT_READ, {"number": number, "head": b"", "at": None, "heard": start})
        view = memoryview(self.data)
        open_connections = count
        while open_connections and time.monotonic() < start + patience:
            for key, _ in loop.select(0.5):
                phone, connection = key.data, key.fileobj
                part = connection.recv(1 << 18)
                now = time.monotonic()
                self.longest_silence = max(self.longest_silence, now - phone["heard"])
                phone["heard"] = now
                if phone["at"] is None:
                    self.first = max(self.first, now - start)
                    phone["head"] += part
                    if b"\r\n\r\n" in phone["head"]:
                        head, part = phone["head"].split(b"\r\n\r\n", 1)
                        phone["at"] = 0 if b" 200 " in head.split(b"\r\n")[0] else -1
                        if phone["at"] < 0:
                            self.bad.append(head)
                    else:
                        continue
                at = phone["at"]
                if at >= 0 and part == view[at : at + len(part)]:
                    phone["at"] = at + len(part)
                elif at >= 0:
                    self.bad.append(f"wrong bytes at {at}")
                    phone["at"] = -1
                if not part and at < len(self.data):
                    self.bad.append(f"ended at {at}")
                if not part or phone["at"] in (-1, len(self.data)):
                    self.good += phone["at"] == len(self.data)
                    loop.unregister(connection)
                    connection.close()
                    open_connections -= 1
        for key in list(loop.get_map().values()):
            self.bad.append(f"not done, at {key.data['at']}")
            key.fileobj.close()
        return self


class SlowLinkTests(BranchTest):
    time_limit = 120
    weight = 9

    @classmethod
    def prepare(cls):
        cls.root = cls.branch.work / "far"
        cls.link = cls.branch.own(SlowLink(cls.branch, "far", f"{FAR}/24"))
        cls.nginx = cls.branch.own(remote.Nginx(cls.link.host, cls.root, cls.branch.work).start())
        cls.tftp_root = cls.branch.work / "far-tftp"
        cls.tftp_link = cls.branch.own(SlowLink(cls.branch, "far-tftp", f"{FAR_TFTP}/24"))
        cls.atftpd = cls.branch.own(remote.Atftpd(cls.tftp_link.host, cls.tftp_root, cls.branch.work).start())
        cls.start_tftpd(
            tftpd.cluster("far", FAR, transport="http"),
            tftpd.cluster("far-tftp", FAR_TFTP, transport="tftp"),
            limits={"transfers-per-client": 1000},
        )
        cls.phones = cls.branch.phone_host("phones", "192.0.2.50")

    def test_TheLineIsWhatItIsSaidToBe(self):
        self.root.joinpath("line.bin").write_bytes(bytes(MEGABYTE))
        with self.box.namespace:
            start = time.monotonic()
            clients.connect(self.box.namespace, FAR, 6970).close()
            self.assertGreater(time.monotonic() - start, 0.099)
        answer, seconds = clients.timed(clients.phone_http, self.box.namespace, FAR, "line.bin")
        self.assertEqual(len(answer.body), MEGABYTE)
        self.assertGreater(seconds, MEGABYTE * 8 / 10e6 * 0.9)

    def test_TwoHundredPhonesAndOneFirmware(self):
        """176 by HTTP, 24 by TFTP in lock-step, all at once."""
        data = some_bytes(8 * MEGABYTE, 21)
        (self.root / "firmware-8mb.sbn").write_bytes(data)
        before = self.link.bytes[1]
        start = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(24) as pool:
            by_tftp = [pool.submit(clients.curl, self.phones, V4, "firmware-8mb.sbn", False, None, 100) for _ in range(24)]
            by_http = Phones(self.phones, "firmware-8mb.sbn", data).run(176, 80 * paths.PATIENCE)
            good = sum(future.result() == data for future in by_tftp)
        self.assertEqual(by_http.bad, [])
        self.assertEqual((by_http.good, good), (176, 24))
        self.assertEqual(self.nginx.requests().count("firmware-8mb.sbn"), 1, "one fetch over the line")
        carried = self.link.bytes[1] - before
        self.assertLess(carried, 1.15 * len(data), "the line carried the file once")
        self.assertLess(by_http.first, 3 * paths.PATIENCE, "the last phone's first byte")
        self.assertLess(by_http.longest_silence, 5 * paths.PATIENCE, "no phone waits so long that it gives up")
        print(f"200 phones: {time.monotonic() - start:.1f} s, first byte {by_http.first:.2f} s")

    def test_FromATftpServerInWindowsForPhonesOfBothKinds(self):
        """One block of 1428 bytes a round trip would take 74 s; the phones' bytes come while the fetch runs."""
        data = some_bytes(MEGABYTE, 22)
        (self.tftp_root / "firmware-1mb.sbn").write_bytes(data)
        start = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            by_tftp = [pool.submit(clients.curl, self.phones, V4, "firmware-1mb.sbn", False) for _ in range(4)]
            by_http = Phones(self.phones, "firmware-1mb.sbn", data).run(16, 40 * paths.PATIENCE)
            self.assertTrue(all(future.result() == data for future in by_tftp))
        self.assertEqual((by_http.good, by_http.bad), (16, []))
        self.assertLess(time.monotonic() - start, 15 * paths.PATIENCE)
        self.assertLess(by_http.first, 3 * paths.PATIENCE)
        self.assertLess(by_http.longest_silence, 5 * paths.PATIENCE)


class OptionsRefused(BranchTest):
    """Upstream TFTP falls back cleanly: real servers that know none of the options, or only some."""

    @classmethod
    def prepare(cls):
        cls.phones = cls.branch.phone_host("pc", "192.0.2.50")

    def test_EachServerGivesTheRightBytes(self):
        data = some_bytes(100_001, 5)
        refusals = ((), ("tsize",), ("blksize",), ("blksize", "tsize", "timeout", "utimeout", "rollover", "blksize2"))
        for number, refused in enumerate(refusals):
            with self.subTest(refused=refused):
                address = f"198.51.100.{60 + number}"
                host = self.branch.host(f"hpa-{number}", f"{address}/24")
                root = self.branch.work / f"hpa-{number}"
                server = self.own(remote.TftpdHpa(host, root, self.branch.work, f"hpa-{number}", refused).start())
                (root / f"file-{number}.bin").write_bytes(data)
                daemon = tftpd.Tftpd(self.box, tftpd.document(self.box, [tftpd.cluster("hq", address, transport="tftp")])).start()
                try:
                    self.later(lambda: clients.connect(self.phones, V4, 6970).close() is None, 5, "HTTP is served, too")
                    answer, seconds = clients.timed(clients.phone_http, self.phones, V4, f"file-{number}.bin")
                    self.assertTrue(answer.body == data)
                    self.assertLess(seconds, 3 * paths.PATIENCE)
                finally:
                    daemon.stop()
                    server.stop()
