"""The admin listener: metrics and health, as curl and promtool see them."""

import socket
import time

from branch import clients, paths, remote, tftp, tftpd
from branch.case import BranchTest, some_bytes

PORT = 6980
MAC_NAME = "SEP001122334455.cnf.xml"


class Admin(BranchTest):
    @classmethod
    def prepare(cls):
        cls.data = cls.box.put("ringlist.xml", some_bytes(3000))
        content = tftpd.document(
            cls.box,
            [tftpd.cluster("hq", "198.51.100.10", transport="http"), tftpd.cluster("gone", "203.0.113.9", transport="tftp")],
            admin_listener={"address": "127.0.0.1", "port": PORT},
        )
        cls.remote_host = cls.branch.host("hq", "198.51.100.10/24")
        cls.root = cls.branch.work / "hq"
        cls.root.mkdir()
        cls.branch.own(remote.Nginx(cls.remote_host, cls.root, cls.branch.work).start())
        cls.content = content

    def setUp(self):
        self.tftpd = self.own(tftpd.Tftpd(self.box, self.content).start())
        self.began = self.tftpd.process.mark()  # The tests of the class share one log.
        self.phone = self.branch.phone_host("phone", "192.0.2.50")
        self.addCleanup(self.phone.close)

    def get(self, path, port=PORT, address="127.0.0.1", *options):
        """(status, body), by curl on the appliance."""
        done = self.box.namespace.run(
            ["curl", "--silent", "--show-error", "--max-time", "10", "--globoff", "--write-out", "\n%{http_code}", *options,
             f"http://{clients.in_url(address)}:{port}{path}"],
            check=False,
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        body, _, status = done.stdout.rpartition("\n")
        return int(status), body

    def metric(self, name):
        values = [line.rpartition(" ")[2] for line in self.get("/metrics")[1].splitlines() if line.rpartition(" ")[0] == name]
        self.assertEqual(len(values), 1, f"{name} should be there once")
        return float(values[0])

    def test_TransfersAreCounted(self):
        self.assertEqual(tftp.read(self.phone, "192.0.2.1", "ringlist.xml"), self.data)
        self.later(lambda: self.metric("branchline_tftp_transfers_completed_total") == 1, 3)
        self.assertEqual(self.metric("branchline_tftp_bytes_sent_total"), len(self.data))
        self.assertEqual(self.metric("branchline_answers_from_files_total"), 1)
        self.assertEqual(self.metric("branchline_tftp_transfer_seconds_count"), 1)
        self.assertEqual(self.metric("branchline_serving"), 1)

    def test_ATransferIsOneLineInTheLog(self):
        for _ in range(5):
            self.assertEqual(tftp.read(self.phone, "192.0.2.1", "ringlist.xml"), self.data)
            self.assertEqual(clients.phone_http(self.phone, "192.0.2.1", "ringlist.xml").body, self.data)
        told = lambda message: len(self.tftpd.events(message, self.began))
        self.becomes(10, lambda: told("HTTP_READ_DONE") + told("TFTP_READ_DONE"), 3)
        lines = [line for line in self.tftpd.process.output(self.began).splitlines() if "ringlist.xml" in line]
        self.assertEqual(len(lines), 10, "\n".join(lines))

    def test_ClustersAreTold(self):
        data = some_bytes(50000)
        (self.root / "firmware.bin").write_bytes(data)
        self.assertEqual(tftp.read(self.phone, "192.0.2.1", "firmware.bin"), data)
        self.assertEqual(self.metric('branchline_cluster_up{cluster="hq"}'), 1)
        self.assertEqual(self.metric('branchline_cluster_fetches_total{cluster="hq",result="complete"}'), 1)
        self.assertEqual(self.metric('branchline_cluster_bytes_total{cluster="hq"}'), len(data))
        self.assertEqual(self.metric('branchline_cluster_answer_seconds_count{cluster="hq"}'), 1)
        with tftp.Peer(self.phone, "192.0.2.1") as peer:  # What nobody has is asked of every cluster.
            peer.ask(tftp.rrq("nobody.has"), timeout=5 * paths.PATIENCE)
        self.later(lambda: self.metric('branchline_server_up{cluster="gone",server="203.0.113.9:69"}') == 0, 5)
        self.assertEqual(self.metric('branchline_cluster_up{cluster="gone"}'), 0)
        self.later(lambda: self.metric("branchline_cache_files") == 1, 3)
        self.assertGreater(self.metric("branchline_cache_bytes"), len(data))

    def test_PromtoolTakesThem(self):
        status, body = self.get("/metrics")
        self.assertEqual(status, 200)
        done = self.box.namespace.run(["promtool", "check", "metrics"], check=False, input=body)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))

    def test_NoPhoneAndNoFileIsInThem(self):
        tftp.read(self.phone, "192.0.2.1", "ringlist.xml")
        with tftp.Peer(self.phone, "192.0.2.1") as peer:
            peer.ask(tftp.rrq(MAC_NAME), timeout=5 * paths.PATIENCE)
        body = self.get("/metrics")[1].lower()
        for secret in ("001122334455", "ringlist", ".xml", "192.0.2.50"):
            self.assertNotIn(secret, body)

    def test_HealthAndOtherPages(self):
        self.assertEqual(self.get("/healthz"), (200, "serving\n"))
        self.assertEqual(self.get("/healthz?verbose")[0], 200)
        status, body = self.get("/nothing")
        self.assertEqual((status, "/metrics" in body), (404, True))
        self.assertEqual(self.get("/metrics", PORT, "127.0.0.1", "--request", "POST", "--data", "x")[0], 405)
        large = self.branch.work / "large"
        large.write_bytes(bytes(600 << 10))
        self.assertEqual(self.get("/metrics", PORT, "127.0.0.1", "--request", "POST", "--data-binary", f"@{large}")[0], 413)
        self.assertEqual(self.get("/metrics", PORT, "127.0.0.1", "--request", "DELETE")[0], 405)
        self.assertEqual(self.get("/metrics", PORT, "127.0.0.1", "--header", "X: " + "x" * 9000)[0], 413)
        self.assertEqual(self.get("/healthz"), (200, "serving\n"))

    def test_WhileItEndsItIsNotHealthy(self):
        with tftp.Peer(self.phone, "192.0.2.1") as peer:  # A transfer that keeps the daemon from ending at once.
            peer.ask(tftp.rrq("ringlist.xml"))
            peer.send(tftp.ack(1), peer.tid)
            self.tftpd.process.process.terminate()
            self.later(lambda: self.get("/healthz") == (503, "not serving: the service is ending\n"), 3)

    def test_ItIsForThisMachineAlone(self):
        with self.assertRaises(OSError):
            clients.connect(self.phone, "192.0.2.1", PORT, timeout=1)

    def test_AReloadMovesItAndTurnsItOff(self):
        def reload(**admin):
            self.tftpd.write({"Tftpd": {**self.content["Tftpd"], "admin-listener": admin}})
            return self.tftpd.command("config-reload")

        self.assertEqual(reload(address="::1", port=PORT + 1)["result"], 0)
        self.assertEqual(self.get("/healthz", PORT + 1, "::1")[0], 200)
        with self.assertRaises(OSError):
            clients.connect(self.box.namespace, "127.0.0.1", PORT, timeout=1)
        # The same port at an address that holds the old one.
        self.assertEqual(reload(address="127.0.0.1", port=PORT)["result"], 0)
        self.assertEqual(reload(address="0.0.0.0", port=PORT)["result"], 0)
        self.assertEqual(self.get("/healthz", PORT, "192.0.2.1")[0], 200)
        self.tftpd.wait_for_event("HTTP_ADMIN_NOT_LOOPBACK", since=self.began, address="0.0.0.0")
        self.assertEqual(reload(address="127.0.0.1", port=0)["result"], 0)
        with self.assertRaises(OSError):
            clients.connect(self.box.namespace, "127.0.0.1", PORT, timeout=1)

    def test_ATakenPortIsRefusedAndTheOldOneStays(self):
        with self.box.namespace:
            taken = self.own(socket.socket(socket.AF_INET))
        taken.bind(("127.0.0.1", PORT + 5))
        taken.listen()
        self.tftpd.write({"Tftpd": {**self.content["Tftpd"], "admin-listener": {"address": "127.0.0.1", "port": PORT + 5}}})
        answer = self.tftpd.command("config-reload")
        self.assertEqual(answer["result"], 1)
        self.assertIn("admin-listener", answer["text"])
        self.assertEqual(self.get("/healthz")[0], 200)
        self.assertEqual(self.metric("branchline_config_last_reload_successful"), 0)

    def test_ATakenPortAtStartKeepsNobodyFromBooting(self):
        self.tftpd.stop()
        with self.box.namespace:
            taken = socket.socket(socket.AF_INET)
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", PORT))
        taken.listen()
        try:
            second = self.own(tftpd.Tftpd(self.box, self.content).start())
            second.wait_for_event("HTTP_ADMIN_UNAVAILABLE")
            self.assertEqual(tftp.read(self.phone, "192.0.2.1", "ringlist.xml"), self.data)
        finally:
            taken.close()
        self.assertEqual(second.command("config-reload")["result"], 0)
        self.assertEqual(self.get("/healthz")[0], 200)

    def test_ManyConnectionsAndSilentOnesAreNoHindrance(self):
        held = [self.own(clients.connect(self.box.namespace, "127.0.0.1", PORT)) for _ in range(70)]
        start = time.monotonic()
        # The first 64 are kept for five seconds; whoever comes then is served again.
        self.later(lambda: self.box.namespace.run(
            ["curl", "--silent", "--max-time", "2", f"http://127.0.0.1:{PORT}/healthz"], check=False).stdout == "serving\n", 15)
        self.assertLess(time.monotonic() - start, 14 * paths.PATIENCE)
        self.assertEqual(tftp.read(self.phone, "192.0.2.1", "ringlist.xml"), self.data)
        del held
