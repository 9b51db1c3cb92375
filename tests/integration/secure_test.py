"""Secure clusters behind real servers: nothing leaves that the cluster has not signed. Files are signed by openssl's keys."""

import re

from branch import clients, paths, remote, signing, tftp, tftpd
from branch.case import BranchTest, some_bytes

V4, HQ, NORTH = "192.0.2.1", "198.51.100.10", "203.0.113.20"
CONFIG = b"<device><fullConfig>true</fullConfig></device>\n"


class SecureClusters(BranchTest):
    time_limit = 90
    weight = 2

    @classmethod
    def prepare(cls):
        cls.hq, cls.north = cls.branch.work / "hq", cls.branch.work / "north"
        cls.branch.own(remote.Nginx(cls.branch.host("hq", f"{HQ}/24"), cls.hq, cls.branch.work).start())
        cls.branch.own(remote.TftpdHpa(cls.branch.host("north", f"{NORTH}/24"), cls.north, cls.branch.work).start())
        cls.keys = cls.branch.work / "keys"
        cls.keys.mkdir()
        cls.cucm = signing.Authority(cls.keys, "cucm")
        cls.recovery = signing.Authority(cls.keys, "ITLRECOVERY_cucm")
        cls.stranger = signing.Authority(cls.keys, "cucm2", subject="/C=DE/O=Example/OU=voice/CN=cucm/ST=BB/L=Branch")
        cls.host = cls.branch.phone_host("pc", "192.0.2.50")
        cls.start_tftpd(tftpd.cluster("hq", HQ, secure=True), tftpd.cluster("north", NORTH), cache={"config-lifetime": 0})
        for authority in (cls.cucm, cls.recovery):
            cls.box.run([paths.CTL, "trust", "import", "callmanager", authority.certificate, "--cluster", "hq"])

    def get(self, name):
        """The same by HTTP and by TFTP: the bytes, or HTTP's status and TFTP's error; a refusal's words are in both."""
        answer = clients.phone_http(self.host, V4, name)
        try:
            over_tftp = tftp.read(self.host, V4, name)
        except tftp.Transfer as error:
            if answer.status == 403:
                self.assertEqual(f"ERROR 2 {answer.body.decode()}", f"{error}\n")
            return answer.status, str(error)
        self.assertEqual(answer.status, 200, name)
        self.assertTrue(over_tftp == answer.body, name)
        return over_tftp

    def refused(self, name, phrase):
        self.assertEqual(self.get(name), (403, f"ERROR 2 Cluster hq is secure: {phrase}"), name)

    def put(self, name, data):
        (self.hq / name).write_bytes(data)
        return data

    def test_WhatTheClusterSignedIsPassedOn(self):
        for digest in (1, 3):
            name = f"SEP00112233440{digest}.cnf.xml.sgn"
            data = self.put(name, signing.sign(self.cucm, name, CONFIG, digest))
            self.assertEqual(self.get(name), data)
        records = signing.record(self.recovery, 0, HQ) + signing.record(self.cucm, 3, HQ)
        itl = signing.sign(self.recovery, "ITLFile.tlv", records, version=(1, 2), signer_version=(1, 1))
        self.put("ITLSEP001122334401.tlv", itl)
        self.assertEqual(self.get("ITLSEP001122334401.tlv"), itl)
        encrypted = "SEP001122334409.cnf.xml.enc.sgn"
        data = self.put(encrypted, signing.sign(self.cucm, encrypted, some_bytes(2000), version=(2, 0)))
        self.assertEqual(self.get(encrypted), data)
        firmware = self.put("sip88xx.14-2-1.sbn", some_bytes(700_000))
        self.assertTrue(self.get("sip88xx.14-2-1.sbn") == firmware)

    def test_ForeignSignersUnsignedFilesAndOneFlippedByteAreRefused(self):
        before = self.tftpd.statistic("secure-content-refused")
        name = "SEP001122334411.cnf.xml.sgn"
        self.put(name, signing.sign(self.stranger, name, CONFIG))
        self.refused(name, "signed by somebody else")  # whose names are the cluster's, and whose key is not
        good = signing.sign(self.cucm, name, CONFIG)
        for at in (0x0d + 5, len(good) // 2, len(good) - 1):
            self.put(name, good[:at] + bytes([good[at] ^ 1]) + good[at + 1:])
            self.refused(name, "changed after it was signed")
        self.put(name, good[:-1])
        self.refused(name, "changed after it was signed")
        self.put(name, CONFIG)
        self.refused(name, "not signed")
        self.put("SEP001122334411.cnf.xml", CONFIG)
        self.refused("SEP001122334411.cnf.xml", "not signed")
        self.put(name, signing.sign(self.cucm, "SEP001122334412.cnf.xml.sgn", CONFIG))
        self.refused(name, "signed as another file")
        self.put("CTLSEP001122334411.tlv", signing.sign(self.cucm, "ITLFile.tlv", signing.record(self.cucm, 0, HQ), version=(1, 2)))
        self.refused("CTLSEP001122334411.tlv", "signed as another file")
        self.put(name, good)
        self.assertEqual(self.get(name), good, "what is mended is passed on at once")
        said = re.findall(r'TRUST_CLUSTER_REFUSED cluster=hq file=\S+ reason="(.*)"', self.tftpd.process.output())
        for cause in ("it is signed by CN=cucm;", "does not fit", "not a signed file|carries no signature", "it was signed as"):
            self.assertEqual(len([reason for reason in said if re.search(cause, reason)]), 1, f"{cause}: {said}")
        self.assertGreater(self.tftpd.statistic("secure-content-refused") - before, 8)
        cached = self.tftpd.command("tftp-cache-list")["arguments"]["files"]
        kept = {one["name"].lower() for one in cached if "334411" in one["name"]}
        self.assertEqual(kept, {name.lower()}, "what was refused is not kept")

    def test_NoByteOfALargeFileLeavesBeforeItsSignatureHolds(self):
        name = "sp-sip.jar.sgn"
        good = signing.sign(self.cucm, name, some_bytes(3_000_000, 5))
        self.put(name, good[:-1] + bytes([good[-1] ^ 1]))
        with tftp.Peer(self.host, V4) as peer:
            first = peer.ask(tftp.rrq(name), timeout=5)
            self.assertEqual((first.opcode, first.number), (tftp.ERROR, tftp.ACCESS), "the first packet is the refusal")
        self.refused(name, "changed after it was signed")
        self.put(name, good)
        self.assertTrue(self.get(name) == good)
        self.assertTrue(self.get(name) == good, "out of the cache, too")

    def test_OtherClustersAreAskedAndNotHeldToIt(self):
        (self.north / "SEP001122334421.cnf.xml").write_bytes(CONFIG)
        self.assertEqual(self.get("SEP001122334421.cnf.xml"), CONFIG)
        self.put("SEP001122334421.cnf.xml", b"<device/>")
        self.assertEqual(self.get("SEP001122334421.cnf.xml"), CONFIG)
        self.assertEqual(self.get("SEP001122334422.cnf.xml.sgn"), (404, "ERROR 1 File not found"))

    def test_ADeletedCertificateEndsWhatItSigned(self):
        short_lived = signing.Authority(self.keys, "short")
        name = "dialrules.xml.sgn"
        data = self.put(name, signing.sign(short_lived, name, CONFIG))
        self.refused(name, "signed by somebody else")
        self.box.run([paths.CTL, "trust", "import", "callmanager", short_lived.certificate, "--cluster", "hq"])
        self.assertEqual(self.get(name), data)
        fingerprint = signing.openssl("x509", "-in", short_lived.certificate, "-noout", "-fingerprint", "-sha256").decode().strip().split("=")[1]
        self.box.run([paths.CTL, "trust", "del", fingerprint])
        self.refused(name, "signed by somebody else")
