"""Files that phones share come from each phone's own cluster, with that one's signature."""

from branch import clients, remote, signing, tftp, tftpd
from branch.case import BranchTest

V4, HQ, NORTH = "192.0.2.1", "198.51.100.10", "203.0.113.20"


class CommonFromHome(BranchTest):
    time_limit = 60

    @classmethod
    def prepare(cls):
        cls.roots, cls.servers, cls.authorities = {}, {}, {}
        keys = cls.branch.work / "keys"
        keys.mkdir()
        for name, address in (("hq", HQ), ("north", NORTH)):
            cls.roots[name] = cls.branch.work / name
            host = cls.branch.host(name, f"{address}/24")
            cls.servers[name] = cls.branch.own(remote.Nginx(host, cls.roots[name], cls.branch.work, label=name).start())
            cls.authorities[name] = signing.Authority(keys, name, "rsa:1024")
        cls.phones = {"hq": cls.branch.phone_host("phone1", "192.0.2.51"), "north": cls.branch.phone_host("phone2", "192.0.2.52"),
                      "own": cls.branch.phone_host("phone3", "192.0.2.53")}
        cls.devices = {"hq": "SEP001122334401", "north": "SEP001122334402", "own": "SEP001122334403"}
        for name, device in cls.devices.items():
            if name != "own":
                (cls.roots[name] / f"{device}.cnf.xml").write_bytes(b"<device/>")
        cls.box.put("SEP001122334403.cnf.xml", b"<device/>")
        cls.box.put("ringlist.xml", b"<own/>")
        cls.signed = {name: signing.sign(authority, "ringlist.xml.sgn", f"<{name}/>".encode())
                      for name, authority in cls.authorities.items()}
        for name, data in cls.signed.items():
            (cls.roots[name] / "ringlist.xml.sgn").write_bytes(data)

    def start(self, **more):
        clusters = [tftpd.cluster("hq", HQ), tftpd.cluster("north", NORTH)]
        self.tftpd = self.own(tftpd.Tftpd(self.box, tftpd.document(self.box, clusters, **more)).start())

    def get(self, phone, name):
        answer = clients.phone_http(self.phones[phone], V4, name)
        return answer.body if answer.status == 200 else answer.status

    def boot(self, phone):
        self.assertEqual(self.get(phone, f"{self.devices[phone]}.cnf.xml"), b"<device/>")

    def test_EachPhoneGetsItsOwnClustersFile(self):
        self.start(common_from_home=True)
        own = signing.Parsed(self.get("hq", "ringlist.xml.sgn"))
        self.assertEqual(own.body, b"<own/>", "its home is not known yet")
        for phone in self.phones:
            self.boot(phone)
        for _ in range(2):
            for name in ("hq", "north"):
                self.assertEqual(self.get(name, "ringlist.xml.sgn"), self.signed[name])
                self.assertEqual(tftp.read(self.phones[name], V4, "ringlist.xml.sgn"), self.signed[name])
        self.assertEqual(signing.Parsed(self.get("own", "ringlist.xml.sgn")).body, b"<own/>")
        self.assertEqual(self.get("hq", "ringlist.xml"), b"<own/>", "home has it only signed")
        self.box.put("only-here.xml", b"<here/>")
        self.assertEqual(signing.Parsed(self.get("hq", "only-here.xml.sgn")).body, b"<here/>")
        (self.roots["hq"] / "sip88xx.loads").write_bytes(b"of hq")
        self.assertEqual(self.get("north", "sip88xx.loads"), b"of hq", "firmware is the same everywhere")
        # The phone is moved: its own file says so.
        (self.roots["hq"] / "SEP001122334402.cnf.xml").write_bytes(b"<moved/>")
        (self.roots["north"] / "SEP001122334402.cnf.xml").unlink()
        self.tftpd.command("tftp-cache-flush", {"phone": "001122334402"})
        self.assertEqual(self.get("north", "SEP001122334402.cnf.xml"), b"<moved/>")
        self.assertEqual(self.get("north", "ringlist.xml.sgn"), self.signed["hq"])

    def test_WhatIsListedIsLocalAllTheSame(self):
        self.start(common_from_home=True, common_files=["tones/*", "RINGLIST.xml"])
        self.boot("hq")
        own = signing.Parsed(self.get("hq", "ringlist.xml.sgn"))
        self.assertTrue(own.verifies(self.box.trust / "signer/signing.pem", self.branch.work), "signed by this box")
        self.assertEqual(own.body, b"<own/>")
        (self.roots["hq"] / "dialrules.xml").write_bytes(b"<hq/>")
        self.box.put("dialrules.xml", b"<own/>")
        self.assertEqual(self.get("hq", "dialrules.xml"), b"<hq/>", "it is not listed")

    def test_WithoutTheSettingTheLocalCopyComesFirst(self):
        self.start()
        self.boot("hq")
        self.assertEqual(signing.Parsed(self.get("hq", "ringlist.xml.sgn")).body, b"<own/>")

    def test_AHomeThatIsDownIsNoReasonForNoFile(self):
        self.start(common_from_home=True)
        self.boot("hq")
        self.box.put("tones.xml", b"<tones/>")
        self.servers["hq"].stop()
        self.addCleanup(self.servers["hq"].start)
        self.assertEqual(signing.Parsed(self.get("hq", "tones.xml.sgn")).body, b"<tones/>")
