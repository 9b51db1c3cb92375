"""The Trust Verification Service as a phone asks it: bytes as captures show them, over TLS by Python's ssl, certificates by openssl."""

import ssl
import struct
import time

from branch import clients, paths, signing, tftpd
from branch.case import BranchTest

V4, V6 = "192.0.2.1", "2001:db8:1::1"
PHONE = b"CP-8861-SEPB000B4BA0AEE"


def query(issuer, serial, session=1001, subject="CN=somebody"):
    elements = signing.field(1, b"\x01" + PHONE) + signing.text(3, subject) + signing.text(4, issuer) + signing.field(5, serial)
    return b"\x57\x01\x03\x00" + struct.pack("!IH", session, len(elements)) + elements


class Tvs(BranchTest):
    @classmethod
    def prepare(cls):
        cls.host = cls.branch.phone_host("pc", "192.0.2.50", "2001:db8:1::50")
        cls.keys = cls.branch.work / "keys"
        cls.keys.mkdir()
        cls.proxy = signing.Authority(cls.keys, "proxy", "rsa:1024")

    def start(self, **more):
        self.tftpd = self.own(tftpd.Tftpd(self.box, tftpd.document(self.box, tvs_port=2445, **more)).start())
        self.tftpd.wait_for_event("TRUST_SIGNER_READY")

    def connect(self, server=V4):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return self.own_socket(context.wrap_socket(clients.connect(self.host, server, 2445)))

    def own_socket(self, connection):
        self.addCleanup(connection.close)
        return connection

    def ask(self, connection, message):
        """(session, {tag: value}), or nothing if the service closed."""
        connection.sendall(message)
        stream = connection.makefile("rb")
        head = stream.read(10)
        if len(head) < 10:
            return None
        self.assertEqual(head[:4], b"\x57\x01\x04\xf7")
        session, size = struct.unpack("!IH", head[4:])
        body, elements = stream.read(size), {}
        while body:
            tag, length = struct.unpack("!BH", body[:3])
            elements[tag], body = body[3 : 3 + length], body[3 + length :]
        return session, elements

    def test_ImportedSignersAreToldAndOthersAreNot(self):
        self.start()
        self.box.run([paths.CTL, "trust", "import", "phone-sast", self.proxy.certificate])
        for server in (V4, V6):
            connection = self.connect(server)
            session, told = self.ask(connection, query(self.proxy.subject(), self.proxy.serial(), session=7))
            self.assertEqual(session, 7)
            self.assertEqual(told, {7: b"\0", 2: self.proxy.der, 8: b"\0\x03", 9: struct.pack("!I", 86400)})
            session, told = self.ask(connection, query(self.proxy.subject(), b"\x01\x02", session=8))
            self.assertEqual((session, told), (8, {7: b"\x01"}))
        answered = self.tftpd.events("TVS_ANSWERED", device=PHONE.decode())
        self.assertEqual([event["roles"] for event in answered], ["0+3", "unknown"] * 2)

    def test_OurOwnSignerIsKnownAndTheConnectionIsOurs(self):
        self.start()
        signer = self.box.trust / "signer/signing.pem"
        serial = signing.openssl("x509", "-in", signer, "-noout", "-serial").decode().strip().split("=")[1]
        _, told = self.ask(self.connect(), query(signing.name_of(signer, "issuer"), bytes.fromhex(serial)))
        self.assertEqual(told[2], signing.openssl("x509", "-in", signer, "-outform", "DER"))
        self.assertEqual(told[8], b"\0\x03")
        exported = self.keys / "exported.pem"
        exported.write_text(self.box.run([paths.CTL, "trust", "https", "--pem"]).stdout)
        said = self.host.run(["openssl", "s_client", "-connect", f"{V4}:2445", "-CAfile", exported], check=False).stdout
        self.assertIn("Verify return code: 0 (ok)", said)

    def test_WhoAsksTooMuchOrWrongIsCutOff(self):
        self.start()
        connection = self.connect()
        message = query("CN=nobody", b"\x01")
        answered, end = 0, time.monotonic() + 10
        while self.ask(connection, message) and time.monotonic() < end:
            answered += 1
        self.assertTrue(25 <= answered <= 40, answered)
        self.assertIn("more queries than one phone has", self.tftpd.process.output())
        time.sleep(2.1)  # two more may come
        garbage = self.connect()
        garbage.sendall(b"GET / HTTP/1.1\r\n\r\n")
        self.assertEqual(garbage.recv(10), b"")
        self.assertIn("not a message of the Trust Verification Service", self.tftpd.process.output())

    def test_ItIsOffUnlessAskedFor(self):
        daemon = self.own(tftpd.Tftpd(self.box, tftpd.document(self.box)).start())
        with self.assertRaises(ConnectionRefusedError):
            clients.connect(self.host, V4, 2445)
        content = tftpd.document(self.box, tvs_port=2445)
        daemon.write(content)
        mark = daemon.process.mark()  # the tests of the class share one log
        daemon.reload()
        daemon.wait_for_event("TVS_STARTED", since=mark)
        self.connect()
        content["Tftpd"]["tvs-port"] = 6970
        daemon.write(content)
        daemon.reload()
        daemon.wait_for_event("APP_RELOAD_REFUSED", since=mark)
        self.connect()
