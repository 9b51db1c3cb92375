"""The wide area network is gone. Every phone that booted before boots again from last good copies, also after the appliance was
restarted without the network. Real Kea, real phones, real remote servers."""

from branch import paths, remote, samples, tftpd
from branch.case import BranchTest
from branch.phone import Phone

EAST, WEST = "198.51.100.10", "203.0.113.20"
MAC = "00:11:22:33:66:{:02x}"


class WanDown(BranchTest):
    time_limit = 90
    weight = 3
    common = {
        "German_Germany/sp-sip.jar": samples.locale("German_Germany"),
        "ringlist.xml": samples.ring_list(),
        "firmware.14-2-1.sbn": samples.firmware(1_500_000),
    }

    @classmethod
    def prepare(cls):
        cls.roots = {"east": cls.branch.work / "east", "west": cls.branch.work / "west"}
        cls.branch.own(remote.TftpdHpa(cls.branch.host("east", f"{EAST}/24"), cls.roots["east"], cls.branch.work).start())
        cls.branch.own(remote.Nginx(cls.branch.host("west", f"{WEST}/24"), cls.roots["west"], cls.branch.work).start())
        for name, data in cls.common.items():
            path = cls.roots["west"] / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        cls.start_tftpd(
            tftpd.cluster("east", EAST, transport="tftp"),
            tftpd.cluster("west", WEST),
            cache={"config-lifetime": 1, "valid-lifetime": 1, "negative-lifetime": 1},
        )
        cls.kea = cls.start_kea(4, {"tftp-servers": ["auto"]})
        cls.expected = {}
        cls.phones = []
        # Some have a trust list and some have none, some are in one cluster and some in the other.
        for number, (home, transport, signed) in enumerate(
            (("east", "http", True), ("west", "http", False), ("east", "curl", False), ("west", "busybox", True))
        ):
            phone = Phone(cls.branch, MAC.format(number), v6=False)
            phone.road = transport
            files = {f"CTL{phone.device}.tlv": None, f"ITL{phone.device}.tlv": None}
            files[f"{phone.device}.cnf.xml"] = samples.device_config(phone.device, home, EAST)
            if signed:
                files[f"ITL{phone.device}.tlv"] = samples.trust_list(phone.device, home)
            for name, data in files.items():
                if data is not None:
                    (cls.roots[home] / name).write_bytes(data)
            cls.expected[phone.device] = {**files, **cls.common}
            cls.phones.append(phone)

    def boot(self, phone):
        """A lease, then every file in a phone's order; what it got, by name. None = it was told that there is none."""
        phone.boot4(20)
        got = {}
        for name in self.expected[phone.device]:
            fetched = phone.fetch(name, phone.road)
            said_none = fetched.status == 404 or "not found" in fetched.error.lower()
            self.assertTrue(fetched.data is not None or said_none, f"{name} by {phone.road}: {fetched.error}")
            self.assertLess(fetched.seconds, 3 * paths.PATIENCE, name)
            got[name] = fetched.data
        return got

    def all_boot(self):
        for phone in self.phones:
            with self.subTest(phone=phone.device, road=phone.road):
                self.assertTrue(self.boot(phone) == self.expected[phone.device])

    def test_AllBootAgain(self):
        self.all_boot()
        self.box.namespace.ip("link set wan0 down")
        self.all_boot()
        self.assertEqual(self.tftpd.stop(), 0)
        self.tftpd.start()
        self.all_boot()
        # Killed rather than stopped, as by a power cut: what was on the disk is there again.
        self.tftpd.process.kill()
        self.tftpd.start()
        self.all_boot()
        # A phone that never booted here is told to come again, not that it has no configuration.
        stranger = Phone(self.branch, MAC.format(0x99), v6=False)
        stranger.boot4(20)
        self.assertEqual(stranger.fetch(f"{stranger.device}.cnf.xml", "http").status, 503)
