"""HTTPS 6971 as independent tools see it: curl with and without the certificate, openssl s_client for versions, suites and tickets,
Python's ssl for many and for slow connections."""

import re
import resource
import ssl
import stat
import time

from branch import clients, paths, signing, tftp, tftpd
from branch.case import BranchTest, some_bytes

V4, V6 = "192.0.2.1", "2001:db8:1::1"
RINGLIST = b"<CiscoIPPhoneRingList/>\n"
TLS13 = {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"}
TLS12 = {"AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305"}


class Https(BranchTest):
    time_limit = 60

    @classmethod
    def prepare(cls):
        cls.host = cls.branch.phone_host("pc", "192.0.2.50", "2001:db8:1::50")
        cls.keys = cls.branch.work / "keys"
        cls.keys.mkdir()
        cls.box.put("ringlist.xml", RINGLIST)
        cls.big = cls.box.put("firmware.bin", some_bytes(3_000_001))

    def start(self, **more):
        more.setdefault("https_port", 6971)
        more.setdefault("limits", {"transfers-per-client": 400})
        self.tftpd = self.own(tftpd.Tftpd(self.box, tftpd.document(self.box, **more)).start())
        return self.exported()

    def exported(self):
        """What an operator would give to others: a file with the certificates."""
        done = self.box.run([paths.CTL, "trust", "https", "--pem"])
        self.assertEqual(done.returncode, 0, done.stderr)
        file = self.keys / "exported.pem"
        file.write_text(done.stdout)
        return file

    def curl(self, name, *options, server=V4, port=6971, host="localhost"):
        return self.host.run(["curl", "-sS", "--max-time", "20", "--connect-to", f"{host}:{port}:{clients.in_url(server)}:{port}",
                              *map(str, options), f"https://{host}:{port}/{name}"], text=False, check=False, timeout=30)  # fmt: skip

    def s_client(self, *options, port=6971):
        done = self.host.run(["openssl", "s_client", "-connect", f"{V4}:{port}", *map(str, options)], check=False, timeout=20)
        return done.stdout + done.stderr

    def plain(self, port=6971, **more):
        """A connection on which nothing is said yet."""
        return self.own(clients.HttpConnection(self.host, V4, port, **more))

    def connection(self, port=6971, **more):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection = self.plain(port, **more)
        connection.socket = context.wrap_socket(connection.socket)
        return connection

    def shown(self, connection):
        """The certificate that the other side shows, in DER."""
        return connection.socket.getpeercert(True)

    def authority(self, name, kind):
        made = signing.Authority(self.keys, name, kind, subject=f"/O=Example/CN={name}")
        made.key.chmod(0o600)
        return made

    def files(self, *authorities):
        return [{"certificate": str(one.certificate), "key": str(one.key)} for one in authorities]

    def test_CurlWithAndWithoutTheCertificate(self):
        certificate = self.start()
        mark = self.tftpd.process.mark()  # the tests of the class share one log
        for server in (V4, V6):
            for name, data in (("ringlist.xml", RINGLIST), ("FIRMWARE.bin", self.big)):
                done = self.curl(name, "--cacert", certificate, server=server)
                self.assertEqual((done.returncode, done.stderr), (0, b""))
                self.assertTrue(done.stdout == data, name)
        self.assertEqual(self.curl("ringlist.xml").returncode, 60)
        self.tftpd.process.wait_for(r"HTTPS_HANDSHAKE_FAILED phone=192.0.2.50 reason=it refused with unknown_ca", since=mark)
        self.assertEqual(self.curl("ringlist.xml", "--tls-max", "1.2").returncode, 60)
        self.later(lambda: self.tftpd.process.output(mark).count("it refused with unknown_ca") == 2, what="the same by TLS 1.2")
        self.assertEqual(self.curl("ringlist.xml", "--insecure").stdout, RINGLIST)
        self.assertEqual(self.curl("absent.xml", "--insecure", "-w", "%{http_code}").stdout, b"404")
        self.assertEqual(self.tftpd.events("HTTP_READ_DONE", mark, file="ringlist.xml")[0]["by"], "https")
        self.assertEqual(self.tftpd.statistic("tls-handshakes-failed"), 2)
        key = self.box.trust / "https/https.key"
        self.assertEqual((stat.S_IMODE(key.stat().st_mode), stat.S_IMODE(key.parent.stat().st_mode)), (0o600, 0o700))
        self.assertEqual(self.tftpd.command("status-get")["arguments"]["sockets"]["https-ports"], [6971])

    def test_ANameWithSgnIsAnsweredUnsignedInsideAndSignedOutside(self):
        self.start(https_port=[6971, 6972])
        for port in (6971, 6972):
            self.assertEqual(self.curl("ringlist.xml.sgn", "--insecure", port=port).stdout, RINGLIST)
        outside = clients.phone_http(self.host, V4, "ringlist.xml.sgn").body
        self.assertEqual(signing.Parsed(outside).body, RINGLIST)
        self.box.put("given.xml.sgn", outside.replace(b"ringlist", b"ringlisx"))
        self.assertEqual(self.curl("given.xml.sgn", "--insecure", "-w", "%{http_code}").stdout, b"404")

    def test_VersionsAndSuites(self):
        """As nmap and testssl list them: everything is offered, and what was chosen is left out the next time."""
        ec, rsa = self.authority("ec", "prime256v1"), self.authority("rsa", "rsa:2048")
        self.start(trust={"https": self.files(ec, rsa)})
        for version in ("-tls1", "-tls1_1"):
            said = self.s_client(version, "-cipher", "ALL:@SECLEVEL=0")
            self.assertIn("Cipher is (NONE)", said, version)
        every = signing.openssl("ciphers", "ALL:COMPLEMENTOFALL:@SECLEVEL=0").decode().strip().split(":")
        self.assertGreater(len(every), 100)
        found = self.chosen(every, lambda left: ("-tls1_2", "-cipher", ":".join(left) + ":@SECLEVEL=0"))
        self.assertEqual(found, {f"ECDHE-{kind}-{suite}" for kind in ("ECDSA", "RSA") for suite in TLS12})
        every13 = ["TLS_AES_128_CCM_8_SHA256", "TLS_AES_128_CCM_SHA256", *sorted(TLS13)]
        self.assertEqual(self.chosen(every13, lambda left: ("-tls1_3", "-ciphersuites", ":".join(left))), TLS13)
        for group, good in (("X25519", True), ("P-256", True), ("P-384", True), ("P-521", False), ("ffdhe2048", False)):
            said = self.s_client("-tls1_3", "-groups", group)
            self.assertEqual("Cipher is TLS_" in said, good, f"{group}: {said}")
        self.assertIn("Secure Renegotiation IS supported", self.s_client("-tls1_2"))
        self.assertIn("Compression: NONE", self.s_client("-tls1_2"))

    def chosen(self, every, options):
        left, found = list(every), set()
        while left:
            said = re.search(r"Cipher is (\S+)", self.s_client(*options(left)))
            name = said[1] if said else "(NONE)"
            if name == "(NONE)":
                break
            self.assertIn(name, left)
            left.remove(name)
            found.add(name)
        return found

    def test_EachFindsTheKindOfCertificateThatItKnows(self):
        ec, rsa = self.authority("two-ec", "secp384r1"), self.authority("two-rsa", "rsa:3072")
        self.start(trust={"https": self.files(ec, rsa)})
        for kind, authority in (("ECDSA", ec), ("RSA", rsa)):
            said = self.s_client("-tls1_2", "-cipher", f"ECDHE-{kind}-AES128-GCM-SHA256", "-CAfile", authority.certificate)
            self.assertIn(f"CN={authority.name}", said.replace(" = ", "="))
            self.assertIn("Verify return code: 0 (ok)", said)
        for algorithms, authority in (("ecdsa_secp384r1_sha384", ec), ("rsa_pss_rsae_sha256", rsa)):
            said = self.s_client("-tls1_3", "-sigalgs", algorithms, "-CAfile", authority.certificate)
            self.assertIn("Verify return code: 0 (ok)", said)

    def test_TicketsResumeSessions(self):
        self.start()
        for version in ("-tls1_2", "-tls1_3"):
            ticket = self.keys / f"session{version}"
            request = b"GET /ringlist.xml HTTP/1.1\r\nHost:x\r\nConnection: close\r\n\r\n"
            common = ["openssl", "s_client", "-connect", f"{V4}:6971", version, "-ign_eof"]
            first = self.host.run([*common, "-sess_out", ticket], text=False, input=request, timeout=20)
            self.assertIn(RINGLIST, first.stdout)
            self.assertIn(b"New, TLSv1", first.stdout)
            second = self.host.run([*common, "-sess_in", ticket], text=False, input=request, timeout=20)
            self.assertIn(b"Reused, TLSv1", second.stdout, version)
            self.assertIn(RINGLIST, second.stdout)

    def test_ThreeHundredAtOnce(self):
        self.start()
        before = self.tftpd.memory()
        connections, seconds = clients.timed(lambda: [self.connection() for _ in range(300)])
        self.assertEqual(self.tftpd.command("status-get")["arguments"]["http-connections"], 300)
        for connection in connections:
            connection.send(clients.phone_http_request(V4, "ringlist.xml.sgn", 6971))
        for connection in connections:
            self.assertEqual(connection.answer().body, RINGLIST)
        grown = self.tftpd.memory() - before
        print(f"300 TLS connections: {seconds:.1f} s to open one after the other, {grown / 300 / 1024:.0f} KiB each")
        if not paths.SANITIZED:
            self.assertLess(grown, 300 * 80 * 1024)
        self.assertEqual(self.tftpd.statistic("tls-handshakes"), 300)

    def test_OneMoreThanAThousandIsTurnedAwayAndServiceGoesOn(self):
        """Two hundred fetch and take nothing, eight hundred have not said a word yet; the limit is all phones' together."""
        self.start(limits={"transfers-per-client": 2000})
        before = self.tftpd.memory()
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]),) * 2)
        held = []
        for number in range(1000):
            connection = self.connection(receive_buffer=4096) if number < 200 else self.plain()
            if number < 200:
                connection.send(b"GET /firmware.bin HTTP/1.1\r\nHost:x\r\n\r\n")
            held.append(connection)
        self.becomes(1000, lambda: self.tftpd.command("status-get")["arguments"]["http-connections"])
        grown = self.tftpd.memory() - before
        print(f"1,000 TLS connections: {grown / 1000 / 1024:.0f} KiB each")
        if not paths.SANITIZED:
            self.assertLess(grown, 1000 * 80 * 1024)
        mark = self.tftpd.process.mark()
        for _ in range(3):
            with self.assertRaises(OSError, msg="one more got a handshake"):
                self.connection(timeout=3)
        self.assertEqual(self.tftpd.statistic("http-refused"), 3)
        self.assertEqual(self.tftpd.events("HTTP_CONNECTION_REFUSED", mark)[0]["phone"], "192.0.2.50")
        self.assertEqual(clients.phone_http(self.host, V4, "ringlist.xml").body, RINGLIST, "HTTP has places of its own")
        self.assertEqual(tftp.read(self.host, V4, "ringlist.xml"), RINGLIST)
        held.pop().close()
        self.later(lambda: self.curl("ringlist.xml", "--insecure").stdout == RINGLIST, what="the next takes the place")
        self.assertEqual(held[0].answer().body, self.big, "who was there before is served to the end")

    def test_SlowHandshakesAreEndedAndHoldUpNobody(self):
        """Ten seconds are the deadline: no sooner, for slow phones' sake."""
        self.start()
        hello = bytes.fromhex("1603010200010001fc0303")
        slow = [self.own(clients.HttpConnection(self.host, V4, 6971, timeout=1)) for _ in range(100)]
        opened = time.monotonic()
        ended = {}
        for at in range(16):
            for number, connection in enumerate(slow):
                if number in ended:
                    continue
                try:
                    if at < len(hello) and number % 2:
                        connection.send(hello[at : at + 1])
                    connection.socket.setblocking(False)
                    if not connection.socket.recv(100):
                        ended[number] = time.monotonic() - opened
                except BlockingIOError:
                    pass
                except OSError:
                    ended[number] = time.monotonic() - opened
            answer, seconds = clients.timed(self.curl, "ringlist.xml", "--insecure")
            self.assertEqual(answer.stdout, RINGLIST)
            self.assertLess(seconds, 2 * paths.PATIENCE)
            if len(ended) == len(slow):
                break
            time.sleep(max(0, opened + at + 1 - time.monotonic()))
        self.assertEqual(len(ended), len(slow))
        self.assertGreater(min(ended.values()), 9)
        self.assertGreaterEqual(self.tftpd.statistic("tls-handshakes-failed"), len(slow))
        self.assertEqual(self.tftpd.command("status-get")["arguments"]["http-connections"], 0)

    def test_AReloadTakesTheNewCertificateAndCutsNobody(self):
        first = self.authority("first", "prime256v1")
        self.start(trust={"https": self.files(first)})
        self.assertIn("CN=first", self.box.run([paths.CTL, "trust", "https"]).stdout)
        old = self.connection(timeout=20)
        self.assertEqual(self.shown(old), first.der)
        old.send(b"GET /firmware.bin HTTP/1.1\r\nHost:x\r\n\r\n")
        second = self.authority("second", "rsa:2048")
        first.certificate.write_bytes(second.certificate.read_bytes())  # renewed in its place, but not its key
        mark = self.tftpd.process.mark()
        self.tftpd.reload()
        self.tftpd.wait_for_event("APP_RELOAD_REFUSED", since=mark)
        self.assertIn("the first certificate is not one of the key", self.tftpd.process.output())
        self.assertNotEqual(self.shown(self.connection()), second.der)
        first.key.write_bytes(second.key.read_bytes())
        self.tftpd.reload()
        self.later(lambda: self.shown(self.connection()) == second.der, what="the new certificate is shown")
        self.assertTrue(old.answer().body == self.big)
        old.send(clients.phone_http_request(V4, "ringlist.xml", 6971))
        self.assertEqual(old.answer().body, RINGLIST)

    def test_TwoStartsShowTheSameCertificateAndAnotherBoxAnother(self):
        self.start()
        before = self.shown(self.connection())
        self.tftpd.stop()
        self.start()
        self.assertEqual(self.shown(self.connection()), before)
        self.tftpd.stop()
        self.start(trust={"path": str(self.branch.work / "other-trust")})
        self.assertNotEqual(self.shown(self.connection()), before)

    def test_AWrongFileIsToldWithItsLineAndTheWayOut(self):
        content = tftpd.document(self.box, trust={"https": [{"certificate": "/nowhere.pem", "key": "/nowhere.key"}]})
        daemon = self.own(tftpd.Tftpd(self.box, content))
        daemon.start(wait=False)
        self.later(lambda: not daemon.process.running, what="the daemon ends")
        self.assertRegex(daemon.process.output(), r"branchline-tftpd\.conf:\d+:\d+: HTTPS has no certificate: /nowhere\.key: No such file")
