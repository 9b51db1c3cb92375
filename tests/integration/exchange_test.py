"""Clusters and certificates exchanged between two boxes, each in its own namespace, with a third host between them or in their way. The
protocol is spoken by Python's ssl with openssl's certificates, too, which share nothing with the project's code."""

import json
import signal
import ssl
import struct
import threading

from branch import clients, paths, signing, tftpd
from branch.case import BranchTest
from branch.terminal import Terminal

EAST, WEST, MIDDLE = "192.0.2.1", "192.0.2.2", "192.0.2.66"
PORT = 6973
STORES = ("callmanager", "phone-sast", "tvs", "capf", "phone-edge")


def message(kind, elements=b""):
    return b"BLX\1" + bytes([kind]) + struct.pack("!I", len(elements)) + elements


def heard(stream):
    """(kind, [(tag, value)]), or nothing at the end."""
    head = stream.read(9)
    if len(head) < 9:
        return None
    assert head[:4] == b"BLX\1", head
    body, elements = stream.read(struct.unpack("!I", head[5:])[0]), []
    while body:
        tag, size = struct.unpack("!BH", body[:3])
        elements.append((tag, body[3 : 3 + size]))
        body = body[3 + size :]
    return head[4], elements


class Side:
    """One box with its daemon."""

    def __init__(self, case, box, address, **more):
        self.case, self.box, self.address = case, box, address
        log = box.work / "branchline-tftpd.log"
        self.mark = log.stat().st_size if log.exists() else 0  # the tests of the class share it
        self.tftpd = case.own(tftpd.Tftpd(box, tftpd.document(box, **more)).start())
        self.tftpd.wait_for_event("TRUST_SIGNER_READY", since=self.mark)
        self.fingerprint = self.ctl_json("trust", "https")["arguments"]["certificates"][0]["fingerprint"]

    def ctl(self, *words, status=0):
        done = self.box.run([paths.CTL, *words])
        self.case.assertEqual(done.returncode, status, f"{words}: {done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def ctl_json(self, *words):
        return json.loads(self.box.run([paths.CTL, "--json", *words]).stdout)

    def begin(self, *words):
        """`exchange …` in the background; returns a function that waits for (status, what it said)."""
        said = []
        thread = threading.Thread(target=lambda: said.append(self.box.run([paths.CTL, "exchange", *words])))
        thread.start()
        under_way = ("waiting", "connecting", "unconfirmed", "confirmed")
        self.case.later(lambda: self.state() in under_way or not thread.is_alive(), what="the exchange has begun")

        def end():
            thread.join(20 * paths.PATIENCE)
            return said[0].returncode, said[0].stdout + said[0].stderr

        return end

    def state(self):
        return self.ctl_json("exchange", "status").get("arguments", {}).get("state", "none")

    def log(self):
        return self.tftpd.process.output(self.mark)

    def at_terminal(self, *words):
        return self.case.own(Terminal(self.box.namespace, self.box._inside([paths.CTL, "exchange", *words])))

    def holds(self):
        """What an exchange may change: the clusters and the stores."""
        clusters = self.tftpd.command("config-get")["arguments"]["Tftpd"]["remote-clusters"]
        stored = self.ctl_json("trust", "list")["arguments"]["certificates"]
        return clusters, [(one["store"], one["cluster-id"], one["fingerprint"]) for one in stored]


class Exchange(BranchTest):
    time_limit = 90
    weight = 2

    @classmethod
    def prepare(cls):
        cls.west_box = cls.branch.another_box("west", f"{WEST}/24", "2001:db8:1::2/64", mac="02:00:5e:00:00:22")
        cls.host = cls.branch.phone_host("pc", "192.0.2.50")
        cls.middle = cls.branch.phone_host("middle", MIDDLE)
        cls.keys = cls.branch.work / "keys"
        cls.keys.mkdir()
        cls.third = signing.Authority(cls.keys, "third", "prime256v1")
        cls.box.put("ringlist.xml", b"<east/>")
        cls.west_box.put("only-west.xml", b"<west/>")

    def setUp(self):
        for box in (self.box, self.west_box):
            box.namespace.run(["rm", "-rf", box.trust / "stores"])
        self.east = Side(self, self.box, EAST, tvs_port=2445)
        self.west = Side(self, self.west_box, WEST)

    def unchanged(self, *sides):
        for side in sides or (self.east, self.west):
            self.assertEqual(side.holds(), ([], []), f"something was changed at {side.address}")

    def exchange(self, address=EAST):
        offered = self.east.begin("offer", "--fingerprint", self.west.fingerprint, "--cluster", "west")
        came = self.west.begin("with", address, "--fingerprint", self.east.fingerprint, "--cluster", "east")
        return offered(), came()

    def signer(self, side):
        said = signing.openssl("x509", "-in", side.box.trust / "signer/signing.pem", "-noout", "-fingerprint", "-sha256").decode()
        return said.strip().split("=")[1].replace(":", "").lower()

    def python(self, certificate=None, version=ssl.TLSVersion.TLSv1_3, server=EAST):
        """A TLS connection that shows this authority's certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.minimum_version = context.maximum_version = version
        if certificate:
            context.load_cert_chain(certificate.certificate, certificate.key)
        return self.own(context.wrap_socket(clients.connect(self.middle, server, PORT)))

    def offer(self, name=b"third"):
        return message(1, signing.field(1, name) + signing.field(2, struct.pack("!H", 69)) + signing.field(3, struct.pack("!H", 0))
                       + signing.field(16, self.third.der))  # fmt: skip

    def third_fingerprint(self):
        said = signing.openssl("x509", "-in", self.third.certificate, "-noout", "-fingerprint", "-sha256").decode()
        return said.strip().split("=")[1]

    def test_TwoOperatorsSayYesAndTheBoxesServeFromEachOther(self):
        self.east.ctl("trust", "import", "capf", self.third.certificate)
        self.east.ctl("trust", "import", "callmanager", self.third.certificate, "--cluster", "hq")
        offered = self.east.at_terminal("offer", "--cluster", "west")
        offered.wait_for("Waiting for the other box")
        came = self.west.at_terminal("with", EAST, "--cluster", "east")
        for here, other, own in ((offered, WEST, self.east), (came, EAST, self.west)):
            here.wait_for(r"Does the other box show the same as its own\? \[yes/no\]")
            shown = here.text.split(f"{other} shows the fingerprint")
            digits = ["".join(part.split()) for part in shown]
            self.assertIn(own.fingerprint, digits[0])
            self.assertIn((self.west if own is self.east else self.east).fingerprint, digits[1])
        came.type("yes\n")
        came.wait_for("Waiting for the other side's yes")
        before = self.east.holds()
        self.unchanged(self.west)
        offered.type("yes\n")
        for here, name, other, count in ((offered, "west", WEST, 2), (came, "east", EAST, 4)):
            self.assertEqual(here.end(), 0, here.text)
            self.assertRegex(here.text, rf"Cluster {name} \({other}\) added; config-write makes it survive a restart\. {count} certificates taken")
            self.assertIn("have each other as a cluster", here.text)
        self.assertEqual(len(before[1]), 2)

        clusters, stored = self.west.holds()
        self.assertEqual(clusters, [{"cluster-id": "east", "tftp-servers": [{"address": EAST, "port": 69, "http-port": 6970}], "transport": "auto"}])
        capf = self.third_fingerprint().replace(":", "").lower()
        wanted = {("callmanager", self.signer(self.east)), ("phone-sast", self.signer(self.east)), ("tvs", self.east.fingerprint), ("capf", capf)}
        self.assertEqual(set(stored), {(store, "east", fingerprint) for store, fingerprint in wanted}, "of this site, and nothing of hq")
        self.assertEqual({one for one in self.east.holds()[1] if one[1] == "west"},
                         {(store, "west", self.signer(self.west)) for store in ("callmanager", "phone-sast")})  # fmt: skip

        # Files come from the other one, signed by it, also as from a secure cluster; and nothing goes round.
        self.assertEqual(clients.phone_http(self.host, EAST, "only-west.xml").body, b"<west/>")
        self.west.ctl("cluster", "update", "east", "--set", "secure=true")
        signed = clients.phone_http(self.host, WEST, "ringlist.xml.sgn").body
        self.assertTrue(signing.Parsed(signed).verifies(self.box.trust / "signer/signing.pem", self.branch.work))
        for server in (EAST, WEST):
            answer, seconds = clients.timed(clients.phone_http, self.host, server, "nowhere.xml")
            self.assertEqual(answer.status, 404)
            self.assertLess(seconds, 2 * paths.PATIENCE)
        for side, name in ((self.east, "west"), (self.west, "east")):
            self.assertIn("the two point at each other", side.ctl_json("cluster", "get", name)["arguments"]["loop"])
        self.east.ctl("config-write")
        self.tftpd = self.east.tftpd
        self.tftpd.stop()
        self.tftpd.start()
        self.assertEqual([one["cluster-id"] for one in self.east.holds()[0]], ["west"])

    def test_FingerprintsGivenOnBothSidesNeedNoTerminalAndTwiceIsOnce(self):
        for server, again in ((EAST, False), (EAST, True)):
            for status, said in self.exchange(server):
                self.assertEqual(status, 0, said)
                self.assertIn("was there already" if again else "added", said)
                self.assertRegex(said, r"0 certificates taken, [23] there already" if again else r"[23] certificates taken, 0 there already")
        self.assertEqual([len(side.holds()[0]) for side in (self.east, self.west)], [1, 1])
        done = self.east.tftpd.events("EXCHANGE_DONE", self.east.mark)
        self.assertEqual((done[0]["other"], done[0]["fingerprint"]), (WEST, self.west.fingerprint))

    def test_ByIpv6(self):
        for status, said in self.exchange("2001:db8:1::1"):
            self.assertEqual(status, 0, said)
        self.assertEqual(self.west.holds()[0][0]["tftp-servers"][0]["address"], "2001:db8:1::1")

    def test_ANoIsANoForBoth(self):
        for first in ("offered", "came"):
            with self.subTest(first):
                sides = {"offered": self.east.at_terminal("offer")}
                sides["offered"].wait_for("Waiting for the other box")
                sides["came"] = self.west.at_terminal("with", EAST)
                other = sides["came" if first == "offered" else "offered"]
                for one in sides.values():
                    one.wait_for(r"\[yes/no\]")
                other.type("yes\n")
                other.wait_for("Waiting for the other side's yes")
                sides[first].type("no\n")
                self.assertEqual([one.end() for one in sides.values()], [1, 1])
                self.assertIn("The operator said no", other.text)
                self.unchanged()
                for one in sides.values():
                    self.assertIn("was changed here", one.text)

    def test_WithoutATerminalNobodyIsAsked(self):
        self.assertIn("say --fingerprint", self.east.ctl("exchange", "offer", status=1))
        self.assertEqual(self.east.state(), "none")

    def test_AManInTheMiddleIsSeenByEither(self):
        """He speaks TLS with both and passes on every word."""
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.load_cert_chain(self.third.certificate, self.third.key)
        with self.middle:
            listening = self.own(clients.socket.create_server(("", PORT)))

        def pass_on(one, other):
            try:
                while data := one.recv(65536):
                    other.sendall(data)
                other.close()
            except OSError:
                pass

        def between():
            while True:
                try:
                    taken, _ = listening.accept()
                    west = server.wrap_socket(taken, server_side=True)
                    east = self.python(self.third)
                except OSError:
                    return
                for pair in ((west, east), (east, west)):
                    threading.Thread(target=pass_on, args=pair, daemon=True).start()

        threading.Thread(target=between, daemon=True).start()
        self.addCleanup(listening.shutdown, 2)

        # Neither side confirms by itself: what they see is not what the other shows.
        offered = self.east.at_terminal("offer")
        offered.wait_for("Waiting for the other box")
        came = self.west.at_terminal("with", MIDDLE)
        wrong = self.third_fingerprint().replace(":", "").lower()
        for one, other in ((offered, self.west), (came, self.east)):
            one.wait_for(r"\[yes/no\]")
            self.assertIn(wrong, "".join(one.text.split()))
            self.assertNotIn(other.fingerprint, "".join(one.text.split()))
        came.type("yes\n")  # one of the two does not look
        came.wait_for("Waiting for the other side's yes")
        offered.type("no\n")
        self.assertEqual((offered.end(), came.end()), (1, 1))
        self.unchanged()

        # With fingerprints the right box still comes through.
        offered = self.east.begin("offer", "--fingerprint", self.west.fingerprint, "--cluster", "west")
        status, said = self.west.begin("with", MIDDLE, "--fingerprint", self.east.fingerprint)()
        self.assertEqual(status, 1)
        self.assertIn(wrong, said)
        self.assertIn("somebody is in between", said)
        self.later(lambda: any(wrong in line for line in self.east.log().splitlines() if "EXCHANGE_TURNED_AWAY" in line))
        self.unchanged()
        self.assertEqual(self.west.begin("with", EAST, "--fingerprint", self.east.fingerprint, "--cluster", "east")()[0], 0)
        self.assertEqual(offered()[0], 0)

    def test_AnIndependentClientSpeaksItAndIsHeldToIt(self):
        fingerprint = self.third_fingerprint()

        def offered():
            return self.east.begin("offer", "--fingerprint", fingerprint)

        # What openssl says of the port.
        end = offered()
        exported = self.keys / "exported.pem"
        exported.write_text(self.east.ctl("trust", "https", "--pem"))
        shows = ("-cert", self.third.certificate, "-key", self.third.key)
        for options, wanted in (((), "No client certificate CA names sent"), (("-tls1_2", *shows), r"Cipher is \(NONE\)"),
                                (shows, r"(?s)TLSv1.3.*Verify return code: 0 \(ok\)")):  # fmt: skip
            done = self.middle.run(["openssl", "s_client", "-connect", f"{EAST}:{PORT}", "-CAfile", exported, *map(str, options)],
                                   check=False, text=False)  # the last one gets an offer, which is no text
            self.assertRegex((done.stdout + done.stderr).decode(errors="replace"), wanted)
        self.assertIn("it showed no certificate", self.east.log())
        self.assertIn("Nothing was changed here", end()[1])  # the last one had the right certificate and said nothing
        end = None
        # Out of turn, garbage, another version, too much.
        for said, why in ((message(2), "out of its turn"), (b"GET / HTTP/1.1\r\n", "does not speak this protocol"),
                          (self.offer().replace(b"BLX\1", b"BLX\2"), "version 2"), (b"BLX\1\1\0\4\0\1", "too long"),
                          (self.offer(b"a_b"), "a name that no cluster can have")):  # fmt: skip
            if end is None:
                end = offered()
            connection = self.python(self.third)
            connection.sendall(said)
            status, text = end()
            end = None
            self.assertEqual(status, 1)
            self.assertIn(why, text)
            self.unchanged(self.east)
        # The line breaks after the offers.
        end = offered()
        connection = self.python(self.third)
        connection.sendall(self.offer())
        stream = connection.makefile("rb")
        kind, elements = heard(stream)
        self.assertEqual(kind, 1)
        stream.close()
        connection.close()
        self.assertIn("Nothing was changed here", end()[1])
        self.unchanged(self.east)
        # All of it.
        end = offered()
        connection = self.python(self.third)
        stream = connection.makefile("rb")
        connection.sendall(self.offer())
        kind, elements = heard(stream)
        values = dict(elements)
        self.assertEqual((values[2], values[3]), (struct.pack("!H", 69), struct.pack("!H", 6970)))
        self.assertEqual(values[16], signing.openssl("x509", "-in", self.box.trust / "signer/signing.pem", "-outform", "DER"))
        connection.sendall(message(2))
        self.assertEqual(heard(stream), (3, []))
        self.assertIsNone(heard(stream))
        self.assertEqual(end()[0], 0)
        clusters, stored = self.east.holds()
        self.assertEqual(clusters, [{"cluster-id": "third", "tftp-servers": [{"address": MIDDLE, "port": 69}], "transport": "tftp"}])
        self.assertEqual(stored, [("callmanager", "third", fingerprint.replace(":", "").lower())])

    def test_ItsTimeIsOverAndAnInterruptEndsIt(self):
        status, said = self.east.begin("offer", "--timeout", "10", "--fingerprint", self.west.fingerprint)()
        self.assertEqual(status, 1)
        self.assertIn("The time for it is over", said)
        offered = self.east.at_terminal("offer")
        offered.wait_for("Waiting for the other box")
        self.assertIn("under way", self.east.ctl("exchange", "offer", "--fingerprint", self.west.fingerprint, status=4))
        offered.process.send_signal(signal.SIGINT)
        self.assertEqual(offered.end(), 1)
        self.assertEqual(self.east.state(), "failed")
        with self.assertRaises(ConnectionRefusedError):
            clients.connect(self.middle, EAST, PORT)
        self.assertIn("branchlinectl exchange offer", self.west.ctl("exchange", "with", EAST, "--fingerprint", "00" * 32, status=1))
        self.unchanged()

    def test_WhatIsRefusedBeforehand(self):
        self.assertIn("all 64 hexadecimal digits", self.east.ctl("exchange", "offer", "--fingerprint", self.west.fingerprint[:16], status=1))
        said = self.west.ctl("exchange", "with", "east.example", "--fingerprint", self.east.fingerprint, status=1)
        self.assertIn("names are not looked up", said)
        self.east.ctl("exchange", "cancel", status=3)
        self.east.ctl("cluster", "add", "west", "--server", "198.51.100.9")
        offered, came = self.exchange()
        self.assertIn("give this one another name with --cluster", offered[1])
        self.assertIn("give this one another name with --cluster", came[1])
        self.assertEqual((offered[0], came[0]), (1, 1))
        self.assertEqual(self.west.holds(), ([], []))
        self.assertEqual(self.east.holds()[1], [])
