"""Trust lists of our own: what the daemon signs is taken apart and verified by openssl; a change of keys strands no phone."""

import json
import shutil
import subprocess

from branch import clients, paths, signing, tftp, tftpd
from branch.case import BranchTest

V4, HQ = "192.0.2.1", "198.51.100.10"
PASSPHRASE = "correct horse battery"


def records(body):
    """The records of a list: each a dict of its elements by their tags."""
    found = []
    while body:
        size = int.from_bytes(body[3:5])
        record, body = body[:size], body[size:]
        elements = {}
        at = 0
        while at < size:
            length = int.from_bytes(record[at + 1:at + 3])
            elements[record[at]] = record[at + 3:at + 3 + length]
            at += 3 + length
        found.append(elements)
    return found


class OwnLists(BranchTest):
    time_limit = 90

    @classmethod
    def prepare(cls):
        cls.host = cls.branch.phone_host("pc", "192.0.2.50")
        cls.keys = cls.branch.work / "keys"
        cls.keys.mkdir()
        cls.trust = cls.branch.work / "trust"
        cls.signer = cls.trust / "signer"
        cls.box.put("ringlist.xml", b"<CiscoIPPhoneRingList/>")

    def setUp(self):
        shutil.rmtree(self.trust, ignore_errors=True)

    def start(self, *clusters, **more):
        content = tftpd.document(self.box, clusters, trust={"path": str(self.trust)}, **more)
        self.tftpd = self.own(tftpd.Tftpd(self.box, content).start())
        self.tftpd.wait_for_event("TRUST_SIGNER_READY")

    def ctl(self, *words, status=0):
        done = self.box.run([paths.CTL, *words])
        self.assertEqual(done.returncode, status, f"{words}: {done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def get(self, name):
        answer = clients.phone_http(self.host, V4, name)
        return answer.body if answer.status == 200 else answer.status

    def checked(self, name, roles):
        """The list that phones get by this name: signed as openssl finds right, with records of these roles."""
        data = self.get(name)
        self.assertIsInstance(data, bytes, f"{name}: {data}")
        self.assertEqual(tftp.read(self.host, V4, name), data)
        parsed = signing.Parsed(data)
        self.assertTrue(parsed.verifies(self.signer / "signing.pem", self.branch.work), "openssl finds the signature wrong")
        self.assertEqual(parsed.values[1], bytes((1, 2)))
        self.assertEqual(parsed.text(4), signing.name_of(self.signer / "signing.pem", "subject"))
        found = records(parsed.body)
        self.assertEqual([int.from_bytes(one[4]) for one in found], roles)
        for one in found:
            shown = signing.openssl("x509", "-inform", "DER", "-noout", "-serial", given=one[9]).decode()
            self.assertEqual(one[6], bytes.fromhex(shown.strip().split("=")[1]).lstrip(b"\0"))
        return parsed, found

    def authority(self, name, kind="rsa:2048"):
        return signing.Authority(self.keys, name, kind)

    def use_key(self, key, certificate):
        self.tftpd.stop()
        shutil.copy(key, self.signer / "signing.key")
        shutil.copy(certificate, self.signer / "signing.pem")
        (self.signer / "signing.key").chmod(0o600)
        self.start()

    def test_PhonesOfASiteWithoutClustersGetTheLists(self):
        https = self.authority("https", "secp384r1")
        (self.trust / "https").mkdir(parents=True)
        shutil.copy(https.certificate, self.trust / "https/https.pem")
        shutil.copy(https.key, self.trust / "https/https.key")
        (self.trust / "https/https.key").chmod(0o600)
        self.start(security_mode="mixed", https_port=6971)
        self.assertEqual(self.get("ITLFile.tlv"), 404)
        for store in ("capf", "tvs"):
            self.ctl("trust", "import", store, self.authority(store).certificate)
        said = self.ctl("trust", "build", "itl", "--as", V4, "--address", V4, "--list-version", "1.1")
        self.assertIn("ITLFile.tlv", said)
        self.ctl("trust", "build", "ctl", "--as", V4)
        for name in ("ITLFile.tlv", "ITLSEP001122334455.tlv"):
            parsed, found = self.checked(name, [0, 2, 3, 4, 21])
            self.assertEqual(parsed.text(14), "ITLFile.tlv")
            self.assertEqual(parsed.values[28], bytes((1, 1)))
        self.assertEqual(found[2][7], https.public_key())
        self.assertEqual(found[1][10], bytes((192, 0, 2, 1)))
        for name in ("CTLFile.tlv", "CTLSEP001122334455.tlv"):
            parsed, found = self.checked(name, [0, 2, 3, 4])
            self.assertEqual(parsed.text(14), "CTLFile.tlv")
            self.assertNotIn(28, parsed.tags)
        shown = self.branch.work / "ITLFile.tlv"
        shown.write_bytes(self.get("ITLFile.tlv"))
        self.assertIn("valid: made by the key of record 1", self.ctl("trust", "show", shown))
        signed = signing.Parsed(self.get("ringlist.xml.sgn"))
        self.assertTrue(signed.verifies(self.signer / "signing.pem", self.branch.work))
        before = self.get("ITLFile.tlv")
        self.tftpd.stop()
        self.start(security_mode="mixed", https_port=6971)
        self.assertEqual(self.get("ITLFile.tlv"), before, "it is on the disk")
        self.assertIn("keep it", self.ctl("trust", "drop", "itl"))
        self.ctl("trust", "drop", "itl", status=3)
        self.assertEqual(self.get("ITLFile.tlv"), 404)

    def test_OurOwnTvsIsInTheListThatPhonesGet(self):
        self.start(tvs_port=2445)
        self.ctl("trust", "build", "itl", "--as", V4)
        _, found = self.checked("ITLFile.tlv", [0, 3, 21])
        shown = self.host.run(["openssl", "s_client", "-connect", f"{V4}:2445"], check=False).stdout
        self.assertEqual(found[2][9], signing.openssl("x509", "-outform", "DER", given=shown.encode()))
        self.assertEqual(found[2][2], V4.encode() + b"\0")

    def test_PhonesOfClustersAreNotGivenThem(self):
        self.start(tftpd.cluster("hq", HQ, transport="tftp"))
        self.ctl("trust", "build", "itl")
        self.box.put("SEP001122334455.cnf.xml", b"<device/>")
        self.checked("ITLSEP001122334455.tlv", [0, 3])
        for name in ("ITLSEP001122334456.tlv", "ITLFile.tlv"):
            self.assertIsInstance(self.get(name), int, name)
        said = self.ctl("trust", "build", "ctl", status=1)
        self.assertIn('Set "security-mode" to "mixed"', said)

    def test_AKeyIsAnnouncedBeforeItIsUsed(self):
        self.start()
        self.ctl("trust", "build", "itl")
        first = [self.keys / "first.key", self.keys / "first.pem"]
        shutil.copy(self.signer / "signing.key", first[0])
        shutil.copy(self.signer / "signing.pem", first[1])
        following = self.authority("next")
        self.use_key(following.key, following.certificate)
        before = self.get("ITLFile.tlv")
        said = self.ctl("trust", "build", "itl", status=1)
        self.assertIn("phones that have the list in force would refuse this one", said)
        self.assertEqual(self.get("ITLFile.tlv"), before)
        # What the message says to do.
        self.use_key(*first)
        self.ctl("trust", "import", "phone-sast", following.certificate)
        self.ctl("trust", "build", "itl")
        self.checked("ITLFile.tlv", [0, 0, 3, 3])
        self.use_key(following.key, following.certificate)
        self.ctl("trust", "build", "itl")
        self.checked("ITLFile.tlv", [0, 0, 3])
        fingerprint = json.loads(self.ctl("--json", "trust", "list"))["arguments"]["certificates"][0]["fingerprint"]
        self.ctl("trust", "del", fingerprint)
        self.ctl("trust", "build", "itl")
        self.checked("ITLFile.tlv", [0, 3])

    def test_EachLimitIsSaid(self):
        self.start()
        for number in range(2):
            self.ctl("trust", "import", "phone-sast", self.authority(f"sast{number}", "rsa:1024").certificate)
            said = self.ctl("trust", "build", "itl", status=number)
        self.assertIn("phones take at most 2", said)
        self.ctl("trust", "build", "itl", "--list-version", "1.2", status=1)
        self.ctl("trust", "build", "itl", "--address", "::1", status=1)
        self.ctl("trust", "build", "atl", status=1)
        self.tftpd.stop()
        shutil.rmtree(self.trust)
        self.start()
        self.ctl("trust", "import", "capf", self.authority("large", "rsa:4096").certificate)
        self.assertIn("more than 2048 bits", self.ctl("trust", "build", "itl", status=1))

    def test_ACopyOfTheKeyIsOpensslsAndComesBack(self):
        self.start()
        self.tftpd.stop()

        def signer(word, directory, given):
            return subprocess.run([paths.SIGNER, word, directory], input=given, capture_output=True, text=True, timeout=60,
                                  start_new_session=True)  # without a terminal to ask at

        done = signer("export", self.signer, PASSPHRASE + "\n")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        copy = self.branch.work / "copy.pem"
        copy.write_text(done.stdout)
        key = signing.openssl("pkey", "-in", copy, "-passin", f"pass:{PASSPHRASE}")
        self.assertEqual(signing.openssl("pkey", "-in", self.signer / "signing.key"), key)
        self.assertNotIn(key.decode().splitlines()[2], done.stdout)
        fresh = self.branch.work / "fresh"
        fresh.mkdir(mode=0o700)
        self.assertIn("right passphrase", signer("import", fresh, f"{PASSPHRASE}!\n{done.stdout}").stderr)
        self.assertEqual(list(fresh.iterdir()), [])
        taken = signer("import", fresh, f"{PASSPHRASE}\n{done.stdout}")
        self.assertEqual((taken.returncode, taken.stderr), (0, ""))
        self.assertEqual(signing.openssl("pkey", "-in", fresh / "signing.key"), key)
        self.assertEqual((fresh / "signing.pem").read_bytes(), (self.signer / "signing.pem").read_bytes())
        self.assertEqual((fresh / "signing.key").stat().st_mode & 0o777, 0o600)
        again = signer("import", fresh, f"{PASSPHRASE}\n{done.stdout}")
        self.assertEqual(again.returncode, 1)
        self.assertIn("never overwritten", again.stderr)
        self.assertIn("12 to 256", signer("export", self.signer, "short\n").stderr)
        # What openssl makes is taken, too.
        made = signing.openssl("pkcs8", "-topk8", "-in", self.signer / "signing.key", "-passout", f"pass:{PASSPHRASE}")
        other = self.branch.work / "other"
        other.mkdir(mode=0o700)
        taken = signer("import", other, f"{PASSPHRASE}\n{(self.signer / 'signing.pem').read_text()}{made.decode()}")
        self.assertEqual((taken.returncode, taken.stderr), (0, ""))
