"""The operator's commands: through Kea's own tools, and what each changes for phones."""

import json
import signal
import time

from branch import clients, kea, paths, remote, tftpd
from branch.branch import Box
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


class ClusterCommands(BranchTest):
    """tftp-cluster-add, -update, -del: the rules of the file, in force at once, kept by config-write."""

    @classmethod
    def prepare(cls):
        cls.hq, cls.north = cls.branch.work / "hq", cls.branch.work / "north"
        for label, address, root in (("hq", HQ, cls.hq), ("north", "203.0.113.20", cls.north)):
            host = cls.branch.host(label, f"{address}/24")
            cls.branch.own(remote.Nginx(host, root, cls.branch.work, label=label).start())
        cls.host = cls.branch.phone_host("pc", "192.0.2.50")

    def setUp(self):
        self.tftpd = self.own(tftpd.Tftpd(self.box, tftpd.document(self.box)).start())

    def status(self, name):
        return clients.phone_http(self.host, V4, name).status

    def test_AClusterIsInForceAtOnceAndGoneAtOnce(self):
        name = "SEP0011223344C1.cnf.xml"
        (self.hq / name).write_bytes(b"<device>hq</device>")
        self.assertEqual(self.status(name), 404)
        answer = self.tftpd.command("tftp-cluster-add", {"cluster-id": "hq", "tftp-servers": [HQ]})
        self.assertEqual(answer["result"], 0, answer)
        self.assertEqual(answer["arguments"]["tftp-servers"][0]["address"], HQ)
        self.assertEqual(self.status(name), 200, "what was not found a moment ago is found at once")
        answer = self.tftpd.command("tftp-cluster-update", {"cluster-id": "HQ", "description": "headquarters"})
        self.assertEqual((answer["result"], answer["arguments"]["description"]), (0, "headquarters"))
        self.assertEqual(answer["arguments"]["tftp-servers"][0]["address"], HQ, "what was not named stays")
        self.assertEqual(self.tftpd.command("tftp-cluster-del", {"cluster-id": "hq"})["result"], 0)
        self.assertEqual(self.status(name), 404, "the copy went with its cluster")
        self.assertEqual(self.tftpd.command("tftp-cluster-del", {"cluster-id": "hq"})["result"], 3)

    def test_TheOrderCanBeChanged(self):
        name = "SEP0011223344C2.cnf.xml"
        (self.hq / name).write_bytes(b"<device>hq</device>")
        (self.north / name).write_bytes(b"<device>north</device>")
        self.tftpd.command("tftp-cluster-add", {"cluster-id": "hq", "tftp-servers": [HQ]})
        answer = self.tftpd.command("tftp-cluster-add", {"cluster-id": "north", "tftp-servers": ["203.0.113.20"], "before": "hq"})
        self.assertEqual(answer["result"], 0, answer)
        self.assertEqual(clients.phone_http(self.host, V4, name).body, b"<device>north</device>")

    def test_ARuleBrokenIsTheSameWordsAsInTheFileAndChangesNothing(self):
        self.tftpd.command("tftp-cluster-add", {"cluster-id": "hq", "tftp-servers": [HQ]})
        bad = {
            "too many servers": {"cluster-id": "b", "tftp-servers": [f"198.51.100.{n}" for n in range(20, 24)]},
            "the same server": {"cluster-id": "b", "tftp-servers": [HQ]},
            "the same name": {"cluster-id": "HQ", "tftp-servers": ["198.51.100.11"]},
            "ourselves": {"cluster-id": "b", "tftp-servers": [V4]},
            "an unknown key": {"cluster-id": "b", "tftp-serverz": ["198.51.100.11"]},
            "no servers": {"cluster-id": "b"},
            "a bad name": {"cluster-id": "b_c", "tftp-servers": ["198.51.100.11"]},
        }
        for what, cluster in bad.items():
            with self.subTest(what):
                answer = self.tftpd.command("tftp-cluster-add", cluster)
                self.assertEqual(answer["result"], 1, answer)
                file = self.box.work / "same.conf"
                document = tftpd.document(self.box, [{"cluster-id": "hq", "tftp-servers": [HQ]}, cluster])
                file.write_text(json.dumps(document))
                said = self.tftpd.check("-t", file)[2].strip()
                words = said.split(": ", 1)[1]  # without the place, which is another one
                if "is there already, at" not in words:
                    self.assertIn(words, answer["text"])
                else:
                    self.assertIn(words.split(", at ")[0], answer["text"])
                self.assertIn("The running configuration was kept.", answer["text"])
        self.assertEqual(len(self.tftpd.command("tftp-cluster-list")["arguments"]["clusters"]), 1)

    def test_ConfigWriteKeepsThem(self):
        self.tftpd.command("tftp-cluster-add", {"cluster-id": "hq", "tftp-servers": [HQ]})
        self.assertEqual(self.tftpd.command("config-write")["result"], 0)
        self.tftpd.command("tftp-cluster-add", {"cluster-id": "north", "tftp-servers": ["203.0.113.20"]})
        self.tftpd.stop()
        self.tftpd.start()
        clusters = self.tftpd.command("tftp-cluster-list")["arguments"]["clusters"]
        self.assertEqual([one["cluster-id"] for one in clusters], ["hq"], "what was not written does not survive")


class Loops(BranchTest):
    """Two daemons that have each other as a cluster."""

    @classmethod
    def prepare(cls):
        work = cls.branch.work / "peer"
        work.mkdir()
        cls.peer_box = cls.branch.own(Box(work))
        cls.branch.wan.plug(cls.peer_box.namespace, "wan0")
        cls.peer_box.namespace.ip("addr add 198.51.100.77/24 dev wan0")
        cls.start_tftpd(tftpd.cluster("peer", "198.51.100.77"))
        other = tftpd.document(cls.peer_box, [tftpd.cluster("branch", cls.box.wan4)])
        cls.peer = cls.branch.own(tftpd.Tftpd(cls.peer_box, other).start())
        cls.host = cls.branch.phone_host("pc", "192.0.2.50")

    def test_TheyAreNamed(self):
        clean = self.tftpd.command("tftp-cluster-get", {"cluster-id": "peer"})["arguments"]
        self.assertNotIn("loop", clean)
        start = time.monotonic()
        self.assertEqual(clients.phone_http(self.host, V4, "SEP0011223344D1.cnf.xml").status, 404)
        self.assertLess(time.monotonic() - start, 3 * paths.PATIENCE, "the question went round")
        # The peer was asked by us; that is what the peer names.
        named = self.later(lambda: self.peer.command("tftp-cluster-get", {"cluster-id": "branch"})["arguments"].get("loop"), 5)
        self.assertIn("branch asks this daemon", named)
        self.assertTrue(self.peer.wait_for_event("RESOLVE_LOOP"))
        answer = self.peer.command("tftp-cluster-update", {"cluster-id": "branch", "description": "the branch"})
        self.assertEqual(answer["result"], 0)
        self.assertIn("point at each other", answer["text"])
        self.peer.command("tftp-cluster-del", {"cluster-id": "branch"})
        answer = self.peer.command("tftp-cluster-add", {"cluster-id": "again", "tftp-servers": [self.box.wan4]})
        self.assertIn("point at each other", answer["text"], "known already when it is added")
