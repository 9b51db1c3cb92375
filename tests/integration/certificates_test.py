"""Others' certificates: imported, listed, deleted, kept over a restart, and their ends told in time. Certificates are openssl's."""

import json
import subprocess

from branch import clients, paths, signing, tftpd
from branch.case import BranchTest

V4 = "192.0.2.1"


class Stores(BranchTest):
    time_limit = 90

    @classmethod
    def prepare(cls):
        cls.directory = cls.branch.work / "keys"
        cls.directory.mkdir()
        cls.east = signing.Authority(cls.directory, "east", "rsa:1024")
        cls.soon = signing.Authority(cls.directory, "soon", "prime256v1", days=5)
        cls.trust = cls.branch.work / "trust"
        cls.host = cls.branch.phone_host("pc", "192.0.2.50")

    def setUp(self):
        subprocess.run(["rm", "-rf", self.trust], check=True)
        self.start()

    def start(self):
        content = tftpd.document(self.box, trust={"path": str(self.trust)})
        self.tftpd = self.own(tftpd.Tftpd(self.box, content).start())

    def ctl(self, *words, status=0):
        done = self.box.run([paths.CTL, *words])
        self.assertEqual(done.returncode, status, f"{words}: {done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def listed(self, *words):
        answer = json.loads(self.box.run([paths.CTL, "--json", "trust", "list", *words]).stdout)
        return answer["arguments"]["certificates"]

    def fingerprint(self, authority):
        said = signing.openssl("x509", "-in", authority.certificate, "-noout", "-fingerprint", "-sha256").decode()
        return said.strip().split("=")[1]

    def test_ABundleIsTakenListedAsOpensslSeesItAndDeletedByItsFingerprint(self):
        bundle = self.directory / "bundle.pem"
        bundle.write_text(f"subject=one\n{self.east.pem}\n{self.soon.pem}")
        said = self.ctl("trust", "import", "callmanager", bundle, "--cluster", "hq-east")
        self.assertIn("2 certificates taken into callmanager", said)
        self.assertIn("No cluster of that name", said)
        self.assertIn("were there already", self.ctl("trust", "import", "callmanager", bundle, "--cluster", "hq-east"))
        der = self.directory / "east.der"
        der.write_bytes(self.east.der)
        self.ctl("trust", "import", "phone-sast", der)
        first = self.listed("callmanager")[0]
        self.assertEqual(first["fingerprint"], self.fingerprint(self.east).replace(":", "").lower())
        self.assertEqual(first["subject"], self.east.subject())
        self.assertEqual(first["serial"], self.east.serial().hex())
        self.assertEqual(first["cluster-id"], "hq-east")
        self.assertEqual(len(self.listed()), 3)
        self.assertIn("hq-east", self.ctl("trust", "list", "--cluster", "HQ-EAST"))
        self.ctl("trust", "list", "tvs", status=3)
        self.ctl("trust", "list", "tomcat", status=1)

        self.tftpd.stop()
        self.start()
        self.assertEqual(len(self.listed()), 3, "they are on the disk")
        kept = signing.openssl("x509", "-in", self.trust / "stores/callmanager.pem", "-outform", "DER")
        self.assertEqual(kept, self.east.der, "the store is a PEM file that openssl reads")

        self.ctl("trust", "del", self.fingerprint(self.east), "--store", "phone-sast")
        self.assertEqual(len(self.listed()), 2)
        self.ctl("trust", "del", self.fingerprint(self.east)[:11])
        self.ctl("trust", "del", self.fingerprint(self.east), status=3)
        self.assertEqual([one["fingerprint"][:6] for one in self.listed()], [self.fingerprint(self.soon).replace(":", "").lower()[:6]])

    def test_WhatIsNoCertificateIsRefusedWithTheWayOutAndChangesNothing(self):
        pkcs12 = self.directory / "east.p12"
        signing.openssl("pkcs12", "-export", "-in", self.east.certificate, "-inkey", self.east.key, "-passout", "pass:x", "-out", pkcs12)
        said = self.ctl("trust", "import", "callmanager", pkcs12, status=1)
        self.assertIn("openssl pkcs12 -in FILE -nokeys -out certificates.pem", said)
        converted = self.directory / "certificates.pem"
        signing.openssl("pkcs12", "-in", pkcs12, "-nokeys", "-passin", "pass:x", "-out", converted)
        self.ctl("trust", "import", "callmanager", converted)  # the line that was said works
        before = (self.trust / "stores/callmanager.pem").read_bytes()
        cut = self.directory / "cut.pem"
        cut.write_text(self.soon.pem + self.east.pem[:400])
        self.assertIn("certificate 2", self.ctl("trust", "import", "callmanager", cut, status=1))
        big = self.directory / "big.pem"
        big.write_bytes(b"x" * (513 << 10))
        self.assertIn("bytes", self.ctl("trust", "import", "callmanager", big, status=1))
        self.ctl("trust", "import", "callmanager", self.east.key, status=1)
        self.assertEqual((self.trust / "stores/callmanager.pem").read_bytes(), before)
        self.assertEqual(clients.phone_http(self.host, V4, "nothing.xml").status, 404, "phones are served meanwhile")

    def test_AnEndIsToldOnceInTheLogAndInStatus(self):
        mark = self.tftpd.process.mark()  # the log has what the tests before left
        self.ctl("trust", "import", "tvs", self.soon.certificate, "--cluster", "hq")
        line = self.tftpd.wait_for_event("TRUST_CERTIFICATE_ENDS", since=mark)
        self.assertEqual((line["store"], line["cluster"], line["name"]), ("tvs", "hq", "soon"))
        self.assertIn(line["days"], ("4", "5"))
        self.ctl("trust", "import", "capf", self.east.certificate)
        self.tftpd.wait_for_event("TRUST_IMPORTED", store="capf")
        self.assertEqual(len(self.tftpd.events("TRUST_CERTIFICATE_ENDS", mark)), 1)
        ending = self.tftpd.command("status-get")["arguments"]["certificates-ending"]
        self.assertEqual([one["name"] for one in ending], ["soon"])
        self.assertIn("soon (tvs) ends in", self.ctl("status"))

    def test_ADamagedStoreIsToldAndLeftAlone(self):
        self.tftpd.stop()
        (self.trust / "stores").mkdir(parents=True, exist_ok=True)
        damaged = self.trust / "stores/capf.pem"
        damaged.write_text(self.east.pem[:300])
        self.start()
        self.assertIn("capf.pem", self.tftpd.wait_for_event("TRUST_STORE_UNREADABLE")["reason"])
        self.assertIn("cannot be read", self.ctl("trust", "list"))
        self.assertIn("nothing in it is lost", self.ctl("trust", "import", "capf", self.east.certificate, status=1))
        self.ctl("trust", "import", "callmanager", self.east.certificate)
        self.assertEqual(damaged.read_text(), self.east.pem[:300])

    def test_OurOwnIsExportedAsPemAndDer(self):
        self.tftpd.wait_for_event("TRUST_SIGNER_READY")
        pem, der = self.directory / "ours.pem", self.directory / "ours.der"
        said = self.ctl("trust", "export", pem)
        self.assertIn("Phone-SAST-trust", said)
        self.assertIn("utils ctl update CTLFile", said)
        self.ctl("trust", "export", der, "--der")
        wanted = signing.openssl("x509", "-in", self.trust / "signer/signing.pem", "-outform", "DER")
        self.assertEqual(signing.openssl("x509", "-in", pem, "-outform", "DER"), wanted)
        self.assertEqual(der.read_bytes(), wanted)
        shown = signing.openssl("x509", "-in", pem, "-noout", "-fingerprint", "-sha256").decode().strip().split("=")[1]
        self.assertIn(shown.replace(":", "").lower(), said)
        self.assertIn("/nonexistent/file", self.ctl("trust", "export", "/nonexistent/file", status=1))
        self.assertNotIn("PRIVATE", pem.read_text() + said)
