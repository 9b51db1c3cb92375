"""HTTP 6970 as phones use it."""

import time

from branch import clients, paths
from branch.case import BranchTest, some_bytes

V4, V6 = "192.0.2.1", "2001:db8:1::1"


class Http(BranchTest):
    time_limit = 90

    @classmethod
    def prepare(cls):
        cls.data = cls.box.put("SEP001122334401.cnf.xml", b"<device>" + some_bytes(6000).hex().encode() + b"</device>")
        cls.big = cls.box.put("firmware.bin", some_bytes(3_000_001))
        cls.box.put("empty.tlv", b"")
        cls.start_tftpd()
        cls.host = cls.branch.phone_host("pc", "192.0.2.50", "2001:db8:1::50")

    def connection(self, server=V4, **more):
        return self.own(clients.HttpConnection(self.host, server, **more))

    def test_ThePhonesOwnRequest(self):
        for server in (V4, V6):
            with self.subTest(server=server):
                answer = clients.phone_http(self.host, server, "SEP001122334401.cnf.xml")
                self.assertEqual((answer.status, answer.body), (200, self.data))
                self.assertEqual(answer.headers["content-length"], str(len(self.data)))
        connection = self.connection()
        connection.send(b"GET /SEP001122334401.cnf.xml HTTP/1.1\r\nHost:198.51.100.0:6970\r\n\r\n")
        self.assertEqual(connection.answer().body, self.data)

    def test_AllSizesAreWhole(self):
        for name, data in (("firmware.bin", self.big), ("empty.tlv", b"")):
            answer = clients.phone_http(self.host, V4, name)
            self.assertEqual(answer.status, 200)
            self.assertTrue(answer.body == data)

    def test_ARequestInPieces(self):
        connection = self.connection()
        for byte in clients.phone_http_request(V4, "empty.tlv"):
            connection.send(bytes([byte]))
        self.assertEqual(connection.answer().status, 200)

    def test_OneConnectionCarriesSeveralFiles(self):
        connection = self.connection()
        for name, data in (("SEP001122334401.cnf.xml", self.data), ("empty.tlv", b""), ("firmware.bin", self.big)):
            connection.send(f"GET /{name} HTTP/1.1\r\nHost: branch\r\n\r\n".encode())
            answer = connection.answer()
            self.assertEqual(answer.status, 200)
            self.assertTrue(answer.body == data)
        # Asked all at once they are answered in order (RFC 9112 9.3.2).
        names = ("SEP001122334401.cnf.xml", "none", "empty.tlv")
        connection.send(b"".join(clients.phone_http_request(V4, name) for name in names))
        self.assertEqual([connection.answer().status for _ in range(3)], [200, 404, 200])

    def test_CloseMeansClose(self):
        connection = self.connection()
        connection.send(b"GET /empty.tlv HTTP/1.1\r\nHost: branch\r\nConnection: close\r\n\r\n")
        self.assertEqual(connection.answer().status, 200)
        self.assertIsNone(connection.answer())

    def test_HeadHasNoBody(self):
        connection = self.connection()
        connection.send(b"HEAD /firmware.bin HTTP/1.1\r\nHost: branch\r\n\r\n")
        answer = connection.answer(head=True)
        self.assertEqual((answer.status, answer.headers["content-length"]), (200, str(len(self.big))))
        connection.send(clients.phone_http_request(V4, "empty.tlv"))
        self.assertEqual(connection.answer().status, 200, "what follows a HEAD must be the next answer")

    def test_MissingIs404(self):
        self.assertEqual(clients.phone_http(self.host, V4, "CTLSEP001122334401.tlv").status, 404)

    def test_OtherMethodsAre405(self):
        for method in ("POST", "PUT", "DELETE", "OPTIONS"):
            with self.subTest(method):
                connection = self.connection()
                connection.send(f"{method} /x HTTP/1.1\r\nHost: branch\r\nContent-Length: 0\r\n\r\n".encode())
                self.assertEqual(connection.answer().status, 405)
        self.assertFalse((self.box.files / "x").exists())

    def test_NothingIsListedAndNoNameLeadsOut(self):
        (self.box.work / "canary").write_bytes(b"CANARY")
        for target in (
            "/", "/.", "/..", "/../canary", "//../canary", "/%2e%2e/canary", "/..%2fcanary", "/a/../../canary",
            "/..\\canary", "/%5c..%5ccanary", "/%00", "/firmware.bin%00.xml", "/%zz", "/etc/passwd", "/?x", "/#x",
        ):  # fmt: skip
            with self.subTest(target):
                connection = self.connection()
                connection.send(f"GET {target} HTTP/1.1\r\nHost: branch\r\nConnection: close\r\n\r\n".encode())
                answer = connection.answer()
                self.assertIn(answer.status, (400, 403, 404))
                self.assertNotIn(b"CANARY", answer.body)
                self.assertNotIn(str(self.box.work).encode(), answer.body)

    def test_WhatIsNoHttpIsTurnedAwayAndOthersAreServed(self):
        for data in (
            b"\x16\x03\x01\x02\x00\x01\x00" + bytes(200), b"\0" * 500, b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
            b"GET /" + b"a" * 20000 + b" HTTP/1.1\r\n\r\n", b"GET /x HTTP/1.1\r\n" + b"X: y\r\n" * 5000 + b"\r\n",
        ):  # fmt: skip
            connection = self.connection()
            try:
                connection.send(data)
                answer = connection.answer()
                if answer is not None:
                    self.assertGreaterEqual(answer.status, 400)
            except (OSError, clients.Failed, ValueError, IndexError):
                pass
        self.assertEqual(clients.phone_http(self.host, V4, "SEP001122334401.cnf.xml").body, self.data)

    def test_ASlowSpeakerIsClosed(self):
        connection = self.connection(timeout=40 * paths.PATIENCE)
        connection.send(b"GET /empty.tlv HTTP/1.1\r\n")
        start = time.monotonic()
        try:
            while time.monotonic() - start < 35:
                connection.send(b"X")
                connection.socket.settimeout(1)
                try:
                    if not connection.socket.recv(1000):
                        break
                except TimeoutError:
                    pass
        except OSError:
            pass
        self.assertLess(time.monotonic() - start, 34, "a head that never ends is waited for too long")

    def test_FiftyAtOnce(self):
        connections = [self.connection(timeout=20) for _ in range(50)]
        for connection in connections:
            connection.send(clients.phone_http_request(V4, "SEP001122334401.cnf.xml"))
        for connection in connections:
            self.assertEqual(connection.answer().body, self.data)

    def test_Curl(self):
        for url in (f"http://{V4}:6970/firmware.bin", f"http://[{V6}]:6970/FIRMWARE.BIN"):
            done = self.host.run(["curl", "-sSfg", url], text=False, timeout=30)
            self.assertTrue(done.stdout == self.big)


class NoCluster(BranchTest):
    """The only server that may have the file cannot be reached."""

    @classmethod
    def prepare(cls):
        from branch import tftpd

        cls.start_tftpd(tftpd.cluster("hq", "198.51.100.10", transport="http"))
        cls.host = cls.branch.phone_host("pc", "192.0.2.50")

    def test_TheAnswerIs503(self):
        self.assertEqual(clients.phone_http(self.host, V4, "SEP001122334401.cnf.xml").status, 503)
