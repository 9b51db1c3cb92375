"""A known phone's files lie ready when it asks: over a line of 150 ms and 2 Mbit/s."""

import time

from branch import clients, dhcp, remote, tftpd
from branch.case import BranchTest, some_bytes
from branch.link import SlowLink

EAST = "198.51.100.10"
MAC = "00:11:22:33:AA:01"
DEVICE = "SEP" + MAC.replace(":", "")
NAMES = [f"CTL{DEVICE}.tlv", f"ITL{DEVICE}.tlv", f"{DEVICE}.cnf.xml.sgn", f"{DEVICE}.cnf.xml"]


class Prefetch(BranchTest):
    time_limit = 90
    weight = 2

    @classmethod
    def prepare(cls):
        cls.line = cls.branch.own(SlowLink(cls.branch, "east", f"{EAST}/24", delay=0.075, mbit=2))
        root = cls.branch.work / "east"
        root.mkdir()
        cls.content = {NAMES[1]: some_bytes(3000), NAMES[3]: some_bytes(6000, 2)}
        for name, data in cls.content.items():
            (root / name).write_bytes(data)
        cls.nginx = cls.branch.own(remote.Nginx(cls.line.host, root, cls.branch.work).start())
        cls.start_tftpd(tftpd.cluster("east", EAST, transport="http"))
        cls.start_kea(4, {"tftp-servers": ["auto"], "withdraw-dead": False})
        cls.host = cls.branch.host("phone", switch=cls.branch.lan, mac=MAC.lower())

    def boot(self):
        """Seconds from the ACK to the last byte of the configuration."""
        client = dhcp.Client4(self.host, "eth0", MAC)
        try:
            _, ack = client.lease()
        finally:
            client.close()
        start = time.monotonic()
        self.host.ip(f"addr replace {ack.yiaddr}/24 dev eth0")
        time.sleep(0.1)  # no phone is faster, and the hook's word comes some 10 ms behind the ACK
        for name in NAMES:
            answer = clients.phone_http(self.host, self.box.address4, name)
            self.assertEqual(answer.body if answer.status == 200 else None, self.content.get(name), name)
        return time.monotonic() - start

    def test_FromTheLeaseToTheLastByteInTwoFifthsOfTheTime(self):
        self.boot()  # what it asks for is known from now on
        timelines = lambda: self.tftpd.command("tftp-phone-get", {"phone": DEVICE})["arguments"]["boots"][-1]["files"]
        self.later(lambda: len(timelines()) == len(NAMES), 5)
        without, ready = [], []
        for _ in range(2):
            for times, prefetch in ((ready, True), (without, False)):
                self.tftpd.content["Tftpd"]["prefetch"] = prefetch
                self.assertEqual(self.tftpd.command("config-set", self.tftpd.content)["result"], 0)
                before = len(self.nginx.requests())
                times.append(self.boot())
                time.sleep(0.5)
                asked = self.nginx.requests()[before:]
                self.assertEqual(sorted(asked), sorted(NAMES), "each once, as the phone would have asked")
                time.sleep(10.5 if prefetch else 0)  # a second lease within ten seconds is the same boot's
        print(f"from ACK to the last byte: {min(ready):.2f} s with prefetch, {min(without):.2f} s without", flush=True)
        self.assertGreaterEqual(self.tftpd.statistic("prefetches-started"), 2 * len(NAMES))
        self.assertLessEqual(min(ready), 0.4 * min(without), f"with {ready}, without {without}")
