"""The operator's commands: through Kea's own tools, and what each changes for phones."""

import json
import signal
import time

from branch import clients, dhcp, fakes, kea, paths, remote, tftp, tftpd
from branch.case import BranchTest, some_bytes

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
        cls.peer_box = cls.branch.another_box("peer", "198.51.100.77/24", on="wan")
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


class Service(BranchTest):
    """tftp-service-stop, -start, -status, and what the hook makes of it."""

    time_limit = 90

    @classmethod
    def prepare(cls):
        cls.data = cls.box.put("big.bin", some_bytes(400_000))
        cls.box.put("file.xml", b"one")
        cls.start_tftpd()
        cls.host = cls.branch.phone_host("pc", "192.0.2.50")

    def setUp(self):
        self.assertEqual(self.tftpd.command("tftp-service-start")["result"], 0)

    def state(self):
        return self.tftpd.command("tftp-service-status")["arguments"]["state"]

    def asked(self):
        """The file over TFTP and HTTP; what is not answered is None."""
        got = []
        with tftp.Peer(self.host, V4) as peer:
            try:
                packet = peer.ask(tftp.rrq("file.xml"), timeout=0.5)
            except ConnectionRefusedError:
                packet = None
            if packet is not None:
                peer.send(tftp.ack(1), peer.tid)
            got.append(packet and packet.data)
        try:
            got.append(clients.phone_http(self.host, V4, "file.xml").body)
        except OSError:
            got.append(None)
        return got

    def transfer(self, peer, first, blocks):
        """Takes so many blocks of big.bin from `first` on; returns the bytes."""
        got = b""
        for number in range(first, first + blocks):
            peer.send(tftp.ack(number - 1), peer.tid)
            packet = peer.receive(3)
            while packet and packet.number == number - 1:  # sent again meanwhile
                packet = peer.receive(3)
            self.assertEqual((packet.opcode, packet.number), (tftp.DATA, number))
            got += packet.data
        return got

    def test_AStopLetsTransfersEndAndTakesNoNewOnes(self):
        self.assertEqual(self.asked(), [b"one", b"one"])
        with tftp.Peer(self.host, V4) as peer:
            got = peer.ask(tftp.rrq("big.bin")).data + self.transfer(peer, 2, 9)
            answer = self.tftpd.command("tftp-service-stop", {"timeout": 60})
            self.assertEqual((answer["result"], answer["arguments"]["state"]), (0, "stopping"), answer)
            self.assertEqual(self.asked(), [None, None])
            status = self.tftpd.command("tftp-service-status")
            self.assertIn("tftp-service-stop", status["text"])
            self.assertEqual([one["file"] for one in status["arguments"]["transfer-list"]], ["big.bin"])
            got += self.transfer(peer, 11, len(self.data) // 512 + 1 - 10)
            peer.send(tftp.ack(len(self.data) // 512 + 1), peer.tid)
        self.assertTrue(got == self.data)
        self.becomes("stopped", self.state, 5, "all transfers have ended")
        self.assertFalse(self.tftpd.command("status-get")["arguments"]["serving"])
        self.assertEqual(self.tftpd.command("config-reload")["result"], 0)
        self.assertEqual((self.state(), self.asked()), ("stopped", [None, None]), "a reload does not start it")
        self.assertEqual(self.tftpd.command("tftp-service-start")["arguments"]["state"], "serving")
        self.assertEqual(self.asked(), [b"one", b"one"])

    def test_WhatDoesNotEndIsCutOff(self):
        with tftp.Peer(self.host, V4) as peer:
            peer.ask(tftp.rrq("big.bin"))
            self.transfer(peer, 2, 2)
            self.tftpd.command("tftp-service-stop", {"timeout": 1})
            self.becomes("stopped", self.state, 4)
            self.assertEqual(self.tftpd.command("tftp-service-status")["arguments"]["cut-off"], 1)
            # What was sent before is still to be read.
            last = self.later(lambda: (lambda packet: packet.opcode == tftp.ERROR and packet)(peer.receive(0.2)), 3)
            self.assertEqual(last.number, 0, "the phone is told")

    def test_AWrongTimeoutStopsNothing(self):
        for timeout in (-1, 3601, "soon"):
            self.assertEqual(self.tftpd.command("tftp-service-stop", {"timeout": timeout})["result"], 1)
        self.assertEqual(self.asked(), [b"one", b"one"])

    def test_TheHookLeavesAStoppedServerOut(self):
        self.own(fakes.FakeTftp(self.branch.phone_host("other", "192.0.2.2"), "192.0.2.2"))  # else it is left out, too
        self.start_kea(4, {"tftp-servers": ["auto", "192.0.2.2"]})
        self.start_kea(6, {"tftp-servers": ["auto"]})
        numbers = iter(range(1, 200))

        def told(make):
            client = make(self.host, "eth0", f"00:11:22:33:88:{next(numbers):02x}")
            try:
                answer = client.discover() if make is dhcp.Client4 else client.solicit()
                return answer and answer.tftp_servers
            finally:
                client.close()

        self.becomes([V4, "192.0.2.2"], lambda: told(dhcp.Client4), 7)
        self.tftpd.command("tftp-service-stop")
        self.becomes(["192.0.2.2"], lambda: told(dhcp.Client4), 4, "the stopped server withdrawn")
        self.assertEqual(told(dhcp.Client6), [V6], "the only server stays: never an empty option")
        self.tftpd.command("tftp-service-start")
        self.becomes([V4, "192.0.2.2"], lambda: told(dhcp.Client4), 4, "the server back")

    def test_WithoutAnAddressStatusSaysSo(self):
        document = tftpd.document(self.box)
        document["Tftpd"]["interfaces-config"]["interfaces"] = ["phones9"]
        good = self.tftpd.content
        try:
            self.assertEqual(self.tftpd.command("config-set", document)["result"], 0)
            answer = self.tftpd.command("tftp-service-status")
            self.assertEqual(answer["arguments"]["state"], "not serving")
            self.assertIn("no interface", answer["arguments"]["reason"])
        finally:
            self.assertEqual(self.tftpd.command("config-set", good)["result"], 0)
        self.assertEqual(self.state(), "serving")
