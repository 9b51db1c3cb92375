"""tftp-trust-check: what is said beforehand of each file, for phones of a real cluster and of our own."""

import json

from branch import clients, paths, remote, signing, tftpd
from branch.case import BranchTest

V4, HQ, NORTH = "192.0.2.1", "198.51.100.10", "203.0.113.20"
PHONE, SECURE_PHONE = "SEP001122334455", "SEP001122334477"


class TrustCheck(BranchTest):
    time_limit = 90

    @classmethod
    def prepare(cls):
        roots = {}
        for name, address in (("hq", HQ), ("north", NORTH)):
            roots[name] = cls.branch.work / name
            cls.branch.own(remote.Nginx(cls.branch.host(name, f"{address}/24"), roots[name], cls.branch.work, label=name).start())
        cls.hq, cls.north = roots["hq"], roots["north"]
        cls.keys = cls.branch.work / "keys"
        cls.keys.mkdir()
        cls.cucm, cls.other, cls.tvs = (signing.Authority(cls.keys, name) for name in ("cucm", "other", "tvs"))
        cls.box.put("ringlist.xml", b"<CiscoIPPhoneRingList/>")
        cls.start_tftpd(tftpd.cluster("hq", HQ), tftpd.cluster("north", NORTH))
        cls.tftpd.wait_for_event("TRUST_SIGNER_READY")
        cls.host = cls.branch.phone_host("pc", "192.0.2.50")

    def put(self, root, name, data):
        (root / name).write_bytes(data)
        self.assertEqual(clients.phone_http(self.host, V4, name).body, data)

    def itl(self, *extra, name="ITLFile.tlv"):
        records = signing.record(self.cucm, 0, HQ) + signing.record(self.cucm, 2, HQ) + b"".join(extra)
        return signing.sign(self.cucm, name, records, version=(1, 2))

    def check(self, of):
        answer = json.loads(self.box.run([paths.CTL, "--json", "trust", "check", of]).stdout)
        return {row["file"]: row for row in answer["arguments"]["files"]}, answer

    def test_ForAPhoneOfAClusterAndForTheCluster(self):
        rows, answer = self.check(PHONE)
        self.assertIn("No trust list of this phone is here", answer["text"])
        self.put(self.hq, f"ITL{PHONE}.tlv", self.itl(signing.record(self.tvs, 21, HQ)))
        self.put(self.hq, f"{PHONE}.cnf.xml.sgn", signing.sign(self.cucm, f"{PHONE}.cnf.xml.sgn", b"<device/>"))
        self.put(self.north, "dialrules.xml.sgn", signing.sign(self.other, "dialrules.xml.sgn", b"<rules/>"))
        rows, answer = self.check(PHONE)
        self.assertEqual(answer["arguments"]["home"], "hq")
        wanted = {f"ITL{PHONE}.tlv": "accepted", f"CTL{PHONE}.tlv": "unknown", f"{PHONE}.cnf.xml.sgn": "accepted",
                  "ringlist.xml.sgn": "asks-tvs", "dialrules.xml.sgn": "asks-tvs"}
        self.assertEqual({name: rows[name]["verdict"] for name in wanted}, wanted)
        own = rows["ringlist.xml.sgn"]
        self.assertEqual((own["from"], own["signer"]), ("this box", signing.name_of(self.box.trust / "signer/signing.pem", "subject")))
        for word in ("Phone-SAST-trust", "trust export", "Rollback to pre 8.0", "blanks the ITL"):
            self.assertIn(word, own["remedy"])
        self.assertEqual(rows["dialrules.xml.sgn"]["from"], "north")
        said = self.box.run([paths.CTL, "trust", "check", "hq"])
        self.assertEqual((said.returncode, said.stderr), (0, ""))
        self.assertIn("asks-tvs", said.stdout)
        self.assertIn("For ringlist.xml.sgn: set \"common-from-home\"", said.stdout)
        self.assertEqual(self.box.run([paths.CTL, "trust", "check", "nowhere"]).returncode, 3)

    def test_ASecurePhoneNeedsTheCtl(self):
        self.put(self.hq, f"ITL{SECURE_PHONE}.tlv", self.itl())
        self.put(self.hq, f"CTL{SECURE_PHONE}.tlv", self.itl(name="CTLFile.tlv"))
        rows, _ = self.check(SECURE_PHONE)
        own = rows["ringlist.xml.sgn"]
        self.assertEqual(own["verdict"], "refused")
        self.assertIn("utils ctl update CTLFile", own["remedy"])
        self.assertIn("does not help: it blanks the ITL alone", own["remedy"])

    def test_APhoneOfOurOwnGoesByOurList(self):
        self.box.put("SEP001122334499.cnf.xml", b"<device/>")
        self.box.run([paths.CTL, "trust", "build", "itl"])
        self.addCleanup(self.box.run, [paths.CTL, "trust", "drop", "itl"])
        rows, answer = self.check("00:11:22:33:44:99")
        self.assertEqual(answer["arguments"]["home"], "this box")
        for name in ("ITLSEP001122334499.tlv", "SEP001122334499.cnf.xml.sgn", "ringlist.xml.sgn"):
            self.assertEqual(rows[name]["verdict"], "accepted", rows[name])
