"""Own files signed for phones: what the daemon signs is taken apart and verified by openssl, not by the daemon's own code."""

import os
import stat
import time

from branch import clients, paths, signing, tftp, tftpd
from branch.case import BranchTest, some_bytes

V4, V6, HQ = "192.0.2.1", "2001:db8:1::1", "198.51.100.10"
# In the order that Cisco's own files have.
ORDER = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15]
RINGLIST = b"<CiscoIPPhoneRingList/>\n"


class Signing(BranchTest):
    time_limit = 120

    @classmethod
    def prepare(cls):
        cls.host = cls.branch.phone_host("pc", "192.0.2.50", "2001:db8:1::50")
        cls.box.put("ringlist.xml", RINGLIST)
        cls.box.put("Poland/g3-tones.xml", b"<tones/>")
        cls.certificate = cls.box.trust / "signer/signing.pem"
        long_ago = time.time() - 60
        for file in cls.box.files.rglob("*.xml"):
            os.utime(file, (long_ago, long_ago))

    def start(self, *clusters, **more):
        self.tftpd = self.own(tftpd.Tftpd(self.box, tftpd.document(self.box, clusters, **more)).start())

    def get(self, name):
        answer = clients.phone_http(self.host, V4, name)
        return answer.body if answer.status == 200 else answer.status

    def signed(self, name, body, digest=1, bits=1024, certificate=None):
        """Gets `name` and holds every part of it against what phones demand."""
        data = self.get(name)
        self.assertIsInstance(data, bytes, f"{name}: {data}")
        parsed = signing.Parsed(data)
        certificate = certificate or self.certificate
        self.assertEqual(parsed.tags, ORDER)
        self.assertEqual(parsed.values[1], bytes((1, 0)))
        self.assertEqual(parsed.size % 4, 0)
        self.assertLess(len(parsed.padding), 4)
        self.assertEqual(set(parsed.padding) - {13}, set())
        self.assertEqual(parsed.text(4), signing.name_of(certificate, "subject"))
        self.assertEqual(parsed.text(6), signing.name_of(certificate, "issuer"))
        serial = signing.openssl("x509", "-in", certificate, "-noout", "-serial").decode().strip().split("=")[1]
        self.assertEqual(parsed.values[5], bytes.fromhex(serial).lstrip(b"\0"))
        self.assertEqual(parsed.values[8], bytes([digest]))
        self.assertEqual(parsed.values[10], b"\0")
        self.assertEqual(parsed.values[11], bytes([signing.MODULUS[bits]]))
        self.assertEqual(len(parsed.values[12]), bits // 8)
        self.assertEqual(parsed.text(14), name.lstrip("/"))
        self.assertLess(abs(int.from_bytes(parsed.values[15]) - time.time()), 3600)
        self.assertEqual(parsed.body, body)
        self.assertTrue(parsed.verifies(certificate, self.branch.work), "openssl finds the signature wrong")
        parsed.hashed += b"x"
        self.assertFalse(parsed.verifies(certificate, self.branch.work))
        return data

    def key_by_openssl(self, bits):
        """A trust directory whose key was made elsewhere."""
        directory = self.branch.work / f"keys{bits}"
        signer = directory / "signer"
        signer.mkdir(mode=0o700, parents=True)
        made = signing.Authority(signer, "made", f"rsa:{bits}")
        made.key.rename(signer / "signing.key").chmod(0o600)
        made.certificate.rename(signer / "signing.pem")
        return directory

    def test_OwnFilesAreSignedAsPhonesWantThem(self):
        self.start()
        data = self.signed("ringlist.xml.sgn", RINGLIST)
        self.signed("Poland/g3-tones.xml.sgn", b"<tones/>")
        self.signed("/RingList.xml.sgn", RINGLIST)
        self.assertEqual(tftp.read(self.host, V4, "ringlist.xml.sgn"), data)
        self.assertEqual(tftp.read(self.host, V6, "ringlist.xml.sgn"), data)
        self.assertEqual(self.get("ringlist.xml"), RINGLIST)
        self.assertEqual(self.get("absent.xml.sgn"), 404)
        self.assertEqual(self.tftpd.events("TRUST_SIGNED", file="ringlist.xml.sgn")[0]["digest"], "SHA-1")
        done = self.tftpd.wait_for_event("TFTP_READ_DONE", file="ringlist.xml.sgn")
        self.assertEqual(done["source"], "signed")
        key = self.box.trust / "signer/signing.key"
        self.assertEqual(stat.S_IMODE(key.stat().st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(key.parent.stat().st_mode), 0o700)

    def test_TenThousandRequestsCostOneSignature(self):
        self.start()
        first = self.signed("ringlist.xml.sgn", RINGLIST)
        served = 0
        while served < 10_000:
            with clients.connect(self.host, V4, 6970) as connection:
                stream = connection.makefile("rb")
                for _ in range(100):  # a connection's share
                    connection.sendall(b"GET /ringlist.xml.sgn HTTP/1.1\r\nHost:x\r\n\r\n")
                    size = 0
                    while (line := stream.readline()) not in (b"\r\n", b""):
                        if line.lower().startswith(b"content-length:"):
                            size = int(line.split(b":")[1])
                    self.assertEqual(len(stream.read(size)), len(first))
                    served += 1
        self.assertEqual(self.tftpd.statistic("signatures-made"), 1)
        self.assertEqual(self.tftpd.statistic("answers-signed"), 10_001)

    def test_TheKeyIsMadeOnceAndTheFileSignedAnewWhenItChanges(self):
        self.start()
        self.signed("ringlist.xml.sgn", RINGLIST)
        before = self.certificate.read_bytes()
        self.tftpd.stop()
        self.start()
        self.assertEqual(self.certificate.read_bytes(), before)
        self.box.put("changing.xml", b"one")
        self.signed("changing.xml.sgn", b"one")
        self.box.put("changing.xml", b"two")
        self.signed("changing.xml.sgn", b"two")

    def test_EverySizeAndDigestThatPhonesKnow(self):
        for bits, algorithm, digest in ((1024, "sha512", 3), (2048, "sha1", 1), (4096, "sha512", 3)):
            with self.subTest(bits=bits, algorithm=algorithm):
                directory = self.key_by_openssl(bits)
                self.start(trust={"path": str(directory)}, signature_algorithm=algorithm)
                self.signed("ringlist.xml.sgn", RINGLIST, digest, bits, directory / "signer/signing.pem")
                self.tftpd.stop()

    def test_AKeyThatPhonesHaveNoCodeForIsRefusedAndTheRestGoesOn(self):
        directory = self.key_by_openssl(3072)
        self.start(trust={"path": str(directory)})
        self.tftpd.wait_for_event("TRUST_NO_SIGNER")
        self.assertIn("codes for 1024, 2048 and 4096 bit only", self.tftpd.process.output())
        self.assertEqual(self.get("ringlist.xml.sgn"), 404)
        self.assertEqual(self.get("ringlist.xml"), RINGLIST)
        content = tftpd.document(self.box)
        content["Tftpd"]["trust"]["key-bits"] = 3072
        self.tftpd.write(content)
        status, _, said = self.tftpd.check()
        self.assertEqual(status, 1)
        self.assertIn("codes for RSA 1024, 2048 and 4096 only", said)

    def test_FirmwareTrustListsAndEncryptedFilesAreUntouched(self):
        files = {name: self.box.put(name, some_bytes(5000, seed)) for seed, name in enumerate(
            ("sip88xx.loads", "kern88xx.sbn", "CTLFile.tlv", "ITLFile.tlv", "SEP001122334455.cnf.xml.enc.sgn", "made.xml.sgn"))}
        self.addCleanup(lambda: [(self.box.files / name).unlink() for name in files])
        self.start()
        for name, data in files.items():
            self.assertEqual(self.get(name), data, name)
            self.assertEqual(tftp.read(self.host, V4, name), data, name)
        for name in ("sip88xx.loads.sgn", "kern88xx.sbn.sgn", "CTLFile.tlv.sgn", "SEP001122334455.cnf.xml.enc"):
            self.assertEqual(self.get(name), 404, name)
        self.assertEqual(self.tftpd.statistic("signatures-made"), 0)

    def test_AnEnvelopeComesOffIfItsSignatureHolds(self):
        self.start()
        data = self.signed("ringlist.xml.sgn", RINGLIST)
        self.box.put("enveloped.xml.sgn", data)
        self.box.put("changed.xml.sgn", data[:-1] + bytes([data[-1] ^ 1]))
        stranger = signing.Authority(self.branch.work, "stranger", "rsa:1024")
        self.box.put("foreign.xml.sgn", signing.sign(stranger, "foreign.xml.sgn", RINGLIST))
        self.assertEqual(self.get("enveloped.xml"), RINGLIST)
        self.assertEqual(tftp.read(self.host, V4, "enveloped.xml"), RINGLIST)
        self.assertEqual(self.get("enveloped.xml.sgn"), data)
        for name in ("changed.xml", "foreign.xml"):
            self.assertEqual(self.get(name), 404, name)
        self.tftpd.wait_for_event("TRUST_NOT_STRIPPED")


class SigningProcess(BranchTest):
    """The key with a user of its own: the daemon's user has signatures made, and can read neither the key nor the process."""

    time_limit = 90
    DAEMON, SIGNER = 64701, 64702  # users that no machine has

    @classmethod
    def prepare(cls):
        cls.host = cls.branch.phone_host("pc", "192.0.2.50")
        cls.box.put("ringlist.xml", RINGLIST)
        cls.keys = cls.box.trust / "signer"
        cls.keys.mkdir(parents=True, mode=0o700)
        os.chown(cls.keys, cls.SIGNER, cls.SIGNER)
        cls.sockets = cls.branch.work / "sockets"
        cls.sockets.mkdir(mode=0o711)
        os.chown(cls.sockets, cls.SIGNER, cls.SIGNER)
        cls.socket = cls.sockets / "signer.sock"
        # The way there is open to everybody, as it is on an appliance.
        for path in (cls.box.trust, cls.branch.work, *cls.branch.work.parents):
            if path.stat().st_mode & 0o011 != 0o011 and path.is_relative_to("/tmp"):
                path.chmod(path.stat().st_mode | 0o011)

    def as_user(self, user, *command):
        return ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "--no-new-privs", *command]

    def start_signer(self):
        self.socket.unlink(missing_ok=True)
        signer = self.own(self.branch.box.start("signer", self.as_user(self.SIGNER, paths.SIGNER, self.keys, self.socket), {}))
        self.later(lambda: self.socket.exists() and signer.running, what="the signing process listens")
        return signer

    def start_tftpd(self):
        self.tftpd = self.own(tftpd.Tftpd(self.box, tftpd.document(self.box, trust={"signer-socket": str(self.socket)})).start())
        return self.tftpd.wait_for_event("TRUST_SIGNER_READY")

    def get(self, name):
        answer = clients.phone_http(self.host, V4, name)
        return answer.body if answer.status == 200 else answer.status

    def check_signed(self):
        parsed = signing.Parsed(self.get("ringlist.xml.sgn"))
        self.assertEqual(parsed.body, RINGLIST)
        self.assertTrue(parsed.verifies(self.keys / "signing.pem", self.branch.work))

    def test_TheDaemonsUserCanReadNeitherTheKeyNorTheProcess(self):
        signer = self.start_signer()
        self.assertEqual(self.start_tftpd()["in"], "signing-process")
        self.check_signed()
        key = self.keys / "signing.key"
        self.assertEqual((key.stat().st_uid, stat.S_IMODE(key.stat().st_mode)), (self.SIGNER, 0o600))
        looked = self.box.run(["busybox", "cat", f"/proc/{signer.pid}/limits"]).stdout
        self.assertRegex(looked, r"Max core file size +0 +0 ")
        for path in (key, f"/proc/{self.tftpd.process.pid}/root{key}", f"/proc/{signer.pid}/mem", f"/proc/{signer.pid}/root{key}"):
            done = self.box.run(self.as_user(self.DAEMON, "busybox", "head", "-c", "1", str(path)))
            self.assertNotEqual(done.returncode, 0, path)
            self.assertIn("ermission denied", done.stderr, path)
        # The same look as the key's own user finds it: the test can fail.
        self.assertEqual(self.box.run(self.as_user(self.SIGNER, "busybox", "head", "-c", "1", str(key))).stdout, "-")
        secret = signing.openssl("rsa", "-in", key, "-noout", "-text").decode().split("prime1:")[1].split("prime2:")[0]
        prime = bytes(int(byte, 16) for byte in "".join(secret.split()).removesuffix("prime2").split(":") if byte).lstrip(b"\0")
        if not paths.SANITIZED:  # whose shadow of the memory is terabytes
            self.assertFalse(self.holds(self.tftpd.process.pid, prime), "the daemon has the key in its memory")
            self.assertTrue(self.holds(signer.pid, prime), "the signing process has it, so that this looks right")
        for log in (signer.output(), self.tftpd.process.output()):
            for line in ("PRIVATE KEY", *key.read_text().splitlines()[1:-1]):
                self.assertNotIn(line, log)

    def holds(self, pid, secret):
        """Has the process these bytes in its memory, in either order?"""
        with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb") as memory:
            for line in maps:
                begin, end = (int(number, 16) for number in line.split()[0].split("-"))
                if not line.split()[1].startswith("rw"):
                    continue
                memory.seek(begin)
                content = memory.read(end - begin)
                if secret in content or secret[::-1] in content:
                    return True
        return False

    def test_ItMayBeStartedAnewAndMissing(self):
        signer = self.start_signer()
        self.start_tftpd()
        self.check_signed()
        signer.stop()
        self.box.put("other.xml", RINGLIST)
        self.assertEqual(self.get("other.xml.sgn"), 404)
        self.assertEqual(self.get("other.xml"), RINGLIST)
        self.tftpd.wait_for_event("TRUST_NOT_SIGNED")
        self.start_signer()  # whose socket is there a moment before it listens
        self.later(lambda: isinstance(self.get("other.xml.sgn"), bytes), what="files are signed again")
