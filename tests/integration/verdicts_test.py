"""Why a phone that reached its files does not come up all the same: staged with real servers, certificates and a lossy line.
What comes before the first file is phones_test's; device-binding's verdict is binding_test's."""

from branch import clients, dhcp, remote, signing, tftpd
from branch.case import BranchTest

MAC = "00:11:22:33:DD:{:02x}"
EAST, WEST = "198.51.100.10", "198.51.100.20"
SILENCE = 30  # seconds; a phone that asks nothing more for 20 s has stopped


def device(last):
    return "SEP" + MAC.format(last).replace(":", "").upper()


class TwoClusters(BranchTest):
    time_limit = 120
    weight = 2

    @classmethod
    def prepare(cls):
        cls.roots, clusters = {}, []
        for name, address in (("east", EAST), ("west", WEST)):
            cls.roots[name] = cls.branch.work / name
            host = cls.branch.host(name, f"{address}/24")
            cls.branch.own(remote.Nginx(host, cls.roots[name], cls.branch.work, label=name).start())
            clusters.append(tftpd.cluster(name, address, transport="http"))
        cls.start_tftpd(*clusters)
        cls.start_kea(4, {"tftp-servers": ["auto"], "withdraw-dead": False})

    def phone(self, last):
        """A phone that has just got its lease."""
        host = self.branch.host(f"p{last:02x}", switch=self.branch.lan, mac=MAC.format(last))
        self.lease(host, last)
        return host

    def lease(self, host, last):
        client = dhcp.Client4(host, "eth0", MAC.format(last))
        try:
            _, ack = client.lease()
        finally:
            client.close()
        host.ip(f"addr replace {ack.yiaddr}/24 dev eth0")
        own_boot = lambda: self.tftpd.has_lease(MAC.format(last)) and not self.tftpd.latest_boot(MAC.format(last))["files"]
        self.later(own_boot, 5, "the lease is known, and is a boot of its own")
        return ack

    def put(self, cluster, name, data):
        (self.roots[cluster] / name).write_bytes(data)

    def get(self, host, *names):
        return [clients.phone_http(host, self.box.address4, name).status for name in names]

    def explain(self, last):
        answer = self.tftpd.command("tftp-phone-explain", {"phone": MAC.format(last)})
        return answer["arguments"]["verdict"], answer["text"]

    def is_(self, last, verdict, *words, timeout=10):
        self.becomes(verdict, lambda: self.explain(last)[0], timeout, f"the verdict on {device(last)}")
        for word in words:
            self.assertIn(word, self.explain(last)[1])


class Files(TwoClusters):
    def test_ALossyLine(self):
        host = self.phone(1)
        name = f"{device(1)}.cnf.xml"
        self.put("east", name, b"<device>" + b"<featureLabel>line</featureLabel>" * 1000 + b"</device>")
        with host.loss(15):
            clients.busybox(host, self.box.address4, name)
        self.assertGreater(host.dropped, 0)
        self.is_(1, "lossy", "blocks had to be sent again", "MTU")

    def test_ItStopsAfterItsTrustList(self):
        host = self.phone(2)
        self.put("east", f"ITL{device(2)}.tlv", b"list")
        self.assertEqual(self.get(host, f"ITL{device(2)}.tlv"), [200])
        self.is_(2, "booting")
        self.is_(2, "stopped-early", "never for its configuration", timeout=SILENCE)

    def test_ItsLeaseIsGivenBack(self):
        host = self.branch.host("p03", switch=self.branch.lan, mac=MAC.format(3))
        ack = self.lease(host, 3)
        client = self.own(dhcp.Client4(host, "eth0", MAC.format(3)))
        client.send(client.message(dhcp.RELEASE, [(54, bytes([192, 0, 2, 1]))], ciaddr=ack.yiaddr), source=ack.yiaddr)
        self.is_(3, "gone", f"its lease of {ack.yiaddr} was given back")

    def test_ALinkIsInTheWayOfItsOwnFile(self):
        host = self.phone(4)
        (self.box.files / f"{device(4)}.cnf.xml").symlink_to("/etc/hostname")
        self.assertEqual(self.get(host, f"{device(4)}.cnf.xml"), [403])
        self.is_(4, "refused", f"{device(4)}.cnf.xml was refused: ")

    def test_TwoClustersHaveIt(self):
        host = self.phone(5)
        for cluster in ("east", "west"):
            self.put(cluster, f"{device(5)}.cnf.xml", b"<device/>")
        self.assertEqual(self.get(host, f"{device(5)}.cnf.xml"), [200])
        self.is_(5, "two-homes", "it gets that of east, and west has one, too", timeout=30)

    def test_BootAfterBoot(self):
        host = self.branch.host("p06", switch=self.branch.lan, mac=MAC.format(6))
        self.put("east", f"{device(6)}.cnf.xml", b"<device/>")
        for _ in range(4):
            self.lease(host, 6)
            self.assertEqual(self.get(host, f"{device(6)}.cnf.xml"), [200])
        self.is_(6, "loops", "booted 4 times")


class Trust(TwoClusters):
    """Lists and configurations are signed by openssl. A phone that refuses its configuration asks for nothing after it."""

    @classmethod
    def prepare(cls):
        super().prepare()
        cls.signers = {name: signing.Authority(cls.branch.work, f"cucm-{name}") for name in ("east", "west")}
        cls.box.put("ringlist.xml", b"<CiscoIPPhoneRingList/>")

    def list_of(self, name):
        """The trust list of a cluster, as CUCM makes them: its own key signs, and is in it."""
        signer = self.signers[name]
        return signing.sign(signer, "ITLFile.tlv", signing.record(signer, 0, name) + signing.record(signer, 2, name), version=(1, 2))

    def configuration(self, last, signer):
        return signing.sign(self.signers[signer], f"{device(last)}.cnf.xml.sgn", b"<device/>")

    def put_phone(self, cluster, last, signer=None):
        self.put(cluster, f"ITL{device(last)}.tlv", self.list_of(cluster))
        self.put(cluster, f"{device(last)}.cnf.xml.sgn", self.configuration(last, signer or cluster))

    def names(self, last):
        return f"ITL{device(last)}.tlv", f"{device(last)}.cnf.xml.sgn"

    def test_WhoSigned(self):
        hosts = {last: self.phone(last) for last in (0x10, 0x11, 0x12, 0x13, 0x14)}
        # 10, 11: at home in east, and come up.
        for last in (0x10, 0x11):
            self.put_phone("east", last)
            self.assertEqual(self.get(hosts[last], *self.names(last), "ringlist.xml"), [200, 200, 200])
            self.is_(last, "well")
        # Then both are moved to west. 10 keeps the list of east and stops; 11 had its list erased and goes on.
        for last in (0x10, 0x11):
            for name in self.names(last):
                (self.roots["east"] / name).unlink()
            self.put_phone("west", last)
            self.lease(hosts[last], last)
            self.assertEqual(self.get(hosts[last], *self.names(last)), [200, 200])
            self.is_(last, "booting")
        self.assertEqual(self.get(hosts[0x11], "ringlist.xml"), [200])
        # 12: its configuration is another cluster's work.
        self.put_phone("east", 0x12, signer="west")
        self.assertEqual(self.get(hosts[0x12], *self.names(0x12)), [200, 200])
        # 13: signed is nowhere, and what is there has no signature. 14: plain under the signed name.
        self.put("east", f"ITL{device(0x13)}.tlv", self.list_of("east"))
        self.put("east", f"{device(0x13)}.cnf.xml", b"<device/>")
        self.assertEqual(self.get(hosts[0x13], *self.names(0x13), f"{device(0x13)}.cnf.xml"), [200, 404, 200])
        self.put_phone("east", 0x14)
        self.put("east", f"{device(0x14)}.cnf.xml.sgn", b"<device/>")
        self.assertEqual(self.get(hosts[0x14], *self.names(0x14)), [200, 200])

        self.is_(0x10, "wrong-signer", f"ITL{device(0x10)}.tlv (from ", ":west) is signed by CN=cucm-west", "ago (from cluster:east)",
                 "erase the trust list", timeout=SILENCE)
        self.is_(0x11, "well")
        self.is_(0x12, "wrong-signer", f"{device(0x12)}.cnf.xml.sgn (from cluster:east) is signed by CN=cucm-west", timeout=SILENCE)
        self.is_(0x13, "unsigned", f"{device(0x13)}.cnf.xml (from cluster:east) has no signature", timeout=SILENCE)
        self.is_(0x14, "unsigned", f"{device(0x14)}.cnf.xml.sgn (from cluster:east) has no signature", timeout=SILENCE)
