"""The operator's commands: through Kea's own tools, and what each changes for phones."""

import signal
import time

from branch import kea, paths, tftpd
from branch.case import BranchTest

V4, V6 = "192.0.2.1", "2001:db8:1::1"
HQ = "198.51.100.10"


class ThroughKea(BranchTest):
    """kea-shell -> kea-ctrl-agent -> kea-dhcp4 or kea-dhcp6 with the hook -> the daemon."""

    time_limit = 90

    @classmethod
    def prepare(cls):
        cls.kea4 = cls.start_kea(4, {"tftp-servers": ["auto"]})
        cls.kea6 = cls.start_kea(6, {"tftp-servers": ["auto"]})
        cls.agent = cls.branch.own(kea.ControlAgent(cls.box).start())
        cls.start_tftpd(tftpd.cluster("hq", HQ, transport="tftp"))

    def test_KeaShellDrivesTheDaemon(self):
        for service in ("dhcp4", "dhcp6"):
            with self.subTest(service):
                answer = self.agent.shell(service, "tftp-cluster-list")
                self.assertEqual(answer, self.tftpd.command("tftp-cluster-list"))
                self.assertEqual(answer["arguments"]["clusters"][0]["cluster-id"], "hq")
                answer = self.agent.shell(service, "tftp-cluster-get", {"cluster-id": "hq"})
                self.assertEqual(answer["arguments"]["tftp-servers"][0]["address"], HQ)
                answer = self.agent.shell(service, "tftp-cluster-get", {"cluster-id": "nowhere"})
                self.assertEqual(answer["result"], 3, "the daemon's result is not changed")
                answer = self.agent.shell(service, "tftp-cluster-get", {"clustre-id": "hq"})
                self.assertEqual(answer["result"], 1)
                self.assertIn("clustre-id", answer["text"])

    def test_KeaListsEveryOneOfTheDaemonsCommands(self):
        ours = [name for name in self.tftpd.command("list-commands")["arguments"] if name.startswith("tftp-")]
        for server in (self.kea4, self.kea6):
            self.assertLessEqual(set(ours), set(server.command("list-commands")["arguments"]))

    def test_AStoppedDaemonIsAClearErrorAndDhcpGoesOn(self):
        self.tftpd.stop()
        try:
            answer = self.agent.shell("dhcp4", "tftp-cluster-list")
            self.assertEqual(answer["result"], 1)
            self.assertIn("branchline-tftpd is not running", answer["text"])
            self.assertIn("DHCP is not affected", answer["text"])
            self.assertEqual(self.kea4.command("status-get")["result"], 0)
        finally:
            self.tftpd.start()

    def test_ADaemonThatHangsHoldsKeaForTwoSecondsAtMost(self):
        self.tftpd.process.signal(signal.SIGSTOP)
        try:
            start = time.monotonic()
            answer = self.kea4.command("tftp-cluster-list")
            self.assertLess(time.monotonic() - start, 2 * paths.PATIENCE + 1)
            self.assertEqual(answer["result"], 1)
            self.assertIn("no answer within 2 s", answer["text"])
        finally:
            self.tftpd.process.signal(signal.SIGCONT)
        self.later(lambda: self.kea4.command("tftp-cluster-list")["result"] == 0, 5)
