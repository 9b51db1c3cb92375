"""Phones that are moved from one cluster to another, and phones that were just set up: real Kea, real phones' boots, and real
remote servers (tftpd-hpa in one cluster, nginx in the other)."""

import time

from branch import clients, paths, remote, tftpd
from branch.case import BranchTest
from branch.phone import Phone

V4 = "192.0.2.1"
EAST, WEST = "198.51.100.10", "203.0.113.20"
MAC = "00:11:22:33:55:{:02x}"


def config(cluster):
    return f"<device><cluster>{cluster}</cluster></device>".encode()


class Moves(BranchTest):
    """Cluster east is listed first."""

    time_limit = 90
    weight = 3

    @classmethod
    def prepare(cls):
        cls.roots = {"east": cls.branch.work / "east", "west": cls.branch.work / "west"}
        cls.hosts = {
            "east": cls.branch.host("east", f"{EAST}/24"),
            "west": cls.branch.host("west", f"{WEST}/24"),
        }
        cls.branch.own(remote.TftpdHpa(cls.hosts["east"], cls.roots["east"], cls.branch.work).start())
        cls.branch.own(remote.Nginx(cls.hosts["west"], cls.roots["west"], cls.branch.work).start())
        cls.start_tftpd(tftpd.cluster("east", EAST, transport="tftp"), tftpd.cluster("west", WEST, transport="http"))
        cls.start_kea(4, {"tftp-servers": ["auto"]})

    def phone(self, last):
        return Phone(self.branch, MAC.format(last), v6=False)

    def set_up(self, phone, cluster):
        (self.roots[cluster] / f"{phone.device}.cnf.xml").write_bytes(config(cluster))

    def remove(self, phone, cluster):
        (self.roots[cluster] / f"{phone.device}.cnf.xml").unlink()

    def boots(self, phone, transport="http"):
        """What a phone gets that starts from nothing: a lease, then its configuration, asked for once."""
        heard = self.tftpd.statistic("lease-events-received")
        phone.boot4(20)
        self.later(lambda: self.tftpd.statistic("lease-events-received") > heard, 5, "the hook's word of the lease")
        return phone.fetch(f"{phone.device}.cnf.xml", transport)

    def test_TheFirstRequestAfterTheMoveGetsTheNewHomesFile(self):
        for number, (old, new) in enumerate((("east", "west"), ("west", "east"))):
            for transport in ("http", "curl"):
                with self.subTest(old=old, new=new, transport=transport):
                    phone = self.phone(0x10 + 2 * number + (transport == "curl"))
                    self.set_up(phone, old)
                    self.assertEqual(self.boots(phone, transport).data, config(old))
                    self.set_up(phone, new)
                    self.remove(phone, old)
                    self.assertEqual(self.boots(phone, transport).data, config(new))

    def test_WhileTheOldHomeIsUnreachable(self):
        for number, (old, new) in enumerate((("west", "east"), ("east", "west"))):
            with self.subTest(old=old, new=new):
                phone = self.phone(0x20 + number)
                self.set_up(phone, old)
                self.assertEqual(self.boots(phone).data, config(old))
                host = self.hosts[old]
                host.ip("link set eth0 down")
                try:
                    self.set_up(phone, new)
                    fetched = self.boots(phone)
                    self.assertEqual(fetched.data, config(new))
                    self.assertLess(fetched.seconds, 2 * paths.PATIENCE + 0.3)
                finally:
                    host.ip("link set eth0 up")
                    for network in ("198.51.100.0/24", "203.0.113.0/24"):
                        host.ip(f"route replace {network} dev eth0")
                    self.later(lambda: self.tftpd.command("tftp-cluster-get", {"cluster-id": old})["arguments"]["up"], 16)

    def test_WhenBothHaveItTheOneListedFirstWinsAndItIsSaid(self):
        phone = self.phone(0x30)
        self.set_up(phone, "west")
        self.assertEqual(self.boots(phone).data, config("west"))
        self.set_up(phone, "east")
        mark = self.tftpd.process.mark()
        self.assertEqual(self.boots(phone).data, config("east"), "the cluster that is listed first")
        event = self.tftpd.wait_for_event("RESOLVE_TWO_HOMES", since=mark, name=f"{phone.device}.cnf.xml")
        self.assertEqual((event["cluster"], event["also-in"]), ("east", "west"))
        listed = lambda: self.tftpd.command("tftp-cluster-list")["arguments"]["in-two-clusters"]
        name = f"{phone.device}.cnf.xml"
        self.assertEqual([one for one in listed() if one["name"] == name], [{"name": name, "cluster": "east", "also-in": "west"}])
        self.assertGreaterEqual(self.tftpd.statistic("names-in-two-clusters"), 1)
        # The move is finished: the list is empty of it after the next boot.
        self.remove(phone, "west")
        self.assertEqual(self.boots(phone).data, config("east"))
        self.later(lambda: not [one for one in listed() if one["name"] == name], 5, "the case is closed")

    def test_ANewPhoneIsFoundAtOnceWhenItsLeaseArrives(self):
        phone = self.phone(0x40)
        first = self.boots(phone)
        self.assertEqual(first.status, 404)
        self.set_up(phone, "west")
        self.assertEqual(self.boots(phone).data, config("west"))

    def test_ANewPhoneThatKeepsAskingIsFoundSoonAfterItIsSetUp(self):
        """Without a new lease: five seconds, not the half minute of other names; a file of our own at once."""
        phone = self.phone(0x41)
        self.assertEqual(self.boots(phone).status, 404)
        self.set_up(phone, "east")
        start = time.monotonic()
        self.later(lambda: phone.fetch(f"{phone.device}.cnf.xml", "http").data == config("east"), 7, "its configuration")
        self.assertLess(time.monotonic() - start, 6 * paths.PATIENCE)
        other = self.phone(0x42)
        self.assertEqual(self.boots(other).status, 404)
        self.box.put(f"{other.device}.cnf.xml", config("own"))
        self.assertEqual(other.fetch(f"{other.device}.cnf.xml", "http").data, config("own"))

    def test_OtherPhonesAbsencesAreKept(self):
        """One phone's lease does not make everybody's missing files be asked for again."""
        phone, other = self.phone(0x50), self.phone(0x51)
        host = self.branch.phone_host("pc", "192.0.2.51")
        self.assertEqual(clients.phone_http(host, V4, f"CTL{other.device}.tlv").status, 404)
        asked = self.tftpd.statistic("fetches-started")
        phone.boot4(20)
        self.later(lambda: self.tftpd.events("HTTP_READ_DONE") or True, 1)
        self.assertEqual(clients.phone_http(host, V4, f"CTL{other.device}.tlv").status, 404)
        self.assertEqual(self.tftpd.statistic("fetches-started"), asked)
