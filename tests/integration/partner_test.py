"""A second TFTP server that phones are told: once it is dead the hook leaves it out, and it comes back by itself. Kea and both
daemons are real, each appliance in its own namespace."""

import os
import signal

from branch import dhcp, fakes, tftpd
from branch.case import BranchTest

OWN = {4: "192.0.2.1", 6: "2001:db8:1::1"}
OTHER = {4: "192.0.2.2", 6: "2001:db8:1::2"}
LEFT_OUT, BACK = 5, 15  # seconds


class Partner(BranchTest):
    time_limit = 90
    weight = 2

    @classmethod
    def prepare(cls):
        cls.other = cls.branch.another_box("other", f"{OTHER[4]}/24", f"{OTHER[6]}/64", mac="02:00:5e:00:00:22")
        remote = cls.branch.host("remote", "198.51.100.10/24")
        cls.cluster = cls.branch.own(fakes.FakeHttp(remote, "198.51.100.10"))
        clusters = [tftpd.cluster("hq", "198.51.100.10", transport="http")]
        cls.partner = cls.branch.own(tftpd.Tftpd(cls.other, tftpd.document(cls.other, clusters)).start())
        cls.start_tftpd(*clusters)
        for family in (4, 6):
            cls.start_kea(family, {"tftp-servers": ["auto", OTHER[family]]})
        cls.host = cls.branch.phone_host("pc")
        cls.numbers = iter(range(1, 250))

    def told(self, family):
        """What one more phone is told."""
        kind = dhcp.Client4 if family == 4 else dhcp.Client6
        client = kind(self.host, "eth0", f"00:11:22:33:99:{next(self.numbers):02x}")
        try:
            answer = client.discover() if family == 4 else client.solicit()
            return answer and answer.tftp_servers
        finally:
            client.close()

    def test_ItIsLeftOutWhileItIsDead(self):
        both = {family: [OWN[family], OTHER[family]] for family in (4, 6)}
        for family in (4, 6):
            self.becomes(both[family], lambda: self.told(family), 7)
        # It hangs: its sockets take what comes, and nobody answers.
        os.kill(self.partner.process.pid, signal.SIGSTOP)
        try:
            for family in (4, 6):
                self.becomes([OWN[family]], lambda: self.told(family), LEFT_OUT, "the hanging server left out")
        finally:
            os.kill(self.partner.process.pid, signal.SIGCONT)
        for family in (4, 6):
            self.becomes(both[family], lambda: self.told(family), BACK, "the server back")
        # It stops by command: its own hook leaves it out, and so does ours.
        self.partner.command("tftp-service-stop")
        self.becomes([OWN[4]], lambda: self.told(4), LEFT_OUT, "the stopped server left out")
        self.partner.command("tftp-service-start")
        self.becomes(both[4], lambda: self.told(4), BACK, "the server back")
        # Both down: the list goes out whole.
        self.tftpd.command("tftp-service-stop")
        self.partner.command("tftp-service-stop")
        self.becomes(2, lambda: len(self.tftpd.events("PARTNER_DOWN", server=OTHER[4])), LEFT_OUT + 2)
        self.becomes(both[4], lambda: self.told(4), 3, "never an empty option")
        self.tftpd.command("tftp-service-start")
        self.partner.command("tftp-service-start")
        # Being asked whether it lives left no line in its log, and nothing was asked of its cluster.
        self.assertNotIn("branchline-probe", self.partner.process.output())
        self.assertEqual(self.cluster.names(), [])
