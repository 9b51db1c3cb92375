"""The daemon's configuration: what is refused and how, what a reload keeps, what the commands say."""

import copy
import json
import signal
import time

from branch import clients, paths, signing, tftp, tftpd
from branch.case import BranchTest, some_bytes

V4 = "192.0.2.1"


class Checks(BranchTest):
    """branchline-tftpd -t and -T. Nothing runs."""

    @classmethod
    def prepare(cls):
        cls.number = 0

    def check(self, content, flag="-t"):
        type(self).number += 1
        file = self.box.work / f"checked-{self.number}.conf"
        file.write_text(content if isinstance(content, str) else json.dumps(content, indent=1))
        daemon = tftpd.Tftpd(self.box, tftpd.document(self.box))
        return daemon.check(flag, file)

    def refused(self, content, *words, where=None):
        status, _, said = self.check(content)
        self.assertEqual(status, 1, said)
        self.assertRegex(said, rf"checked-{self.number}\.conf:{where or r'[1-9][0-9]*:[1-9][0-9]*'}: ")
        for word in words:
            self.assertIn(word, said)

    def test_AGoodOneIsGood(self):
        for flag in ("-t", "-T"):
            status, out, said = self.check(tftpd.document(self.box, [tftpd.cluster("hq", "198.51.100.10")]), flag)
            self.assertEqual(status, 0, said)

    def test_KeasDialectIsUnderstood(self):
        cluster = '[ { "cluster-id": "hq", "fqdn": "a.example", "tftp-servers": [ "198.51.100.10" ] } ]'
        (self.box.work / "clusters.json").write_text(cluster)
        text = """# a comment
        { "Tftpd": { // another
            /* and
               another */
            "files": "/srv/files", # at the end of a line
            "remote-clusters": <?include "%s"?>,
            "limits": { "transfers": 10, },
        } }
        """
        status, _, said = self.check(text % (self.box.work / "clusters.json"))
        self.assertEqual(status, 0, said)

    def test_MistakesAreShownWithTheirPlace(self):
        self.refused('{ "Tftpd": {\n  "files": 7 } }', "files", where="2:12")
        self.refused('{ "Tftpd": {\n  "filez": "/x" } }', "filez")
        self.refused('{ "Tftpd": {\n  "files": "/x",\n  "files": "/y" } }', "files")
        self.refused('{ "Tftpd": { } } trailing')
        self.refused('{ "Tftpd": { "files": "/x" ')
        self.refused('{ "Dhcp4": { } }', "Tftpd")
        self.refused("[" * 100000)
        self.refused('{ "Tftpd": { "tftp-port": 65536 } }', "tftp-port")
        self.refused('{ "Tftpd": { "limits": { "transfers": -1 } } }')
        self.refused('{ "Tftpd": { "files": "relative/path" } }')

    def cluster(self, **changes):
        entry = tftpd.cluster("hq", "198.51.100.10") | {key.replace("_", "-"): value for key, value in changes.items()}
        return tftpd.document(self.box, [entry])

    def test_TheRulesForClusters(self):
        servers = ["198.51.100.1" + digit for digit in "1234"]
        good = {"cluster_id": "A-z.9", "fqdn": "f" * 50, "description": "d" * 128, "tftp_servers": servers[:3]}
        for key, value in good.items():
            with self.subTest(key):
                status, _, said = self.check(self.cluster(**{key: value}))
                self.assertEqual(status, 0, said)
        bad = [
            {"cluster_id": "under_score"}, {"cluster_id": ""}, {"cluster_id": "blank blank"}, {"fqdn": "f" * 51}, {"fqdn": "a/b"},
            {"description": "d" * 129},
            *[{"description": f"x{c}y"} for c in '"><\\-&%'], {"tftp_servers": []},
            {"tftp_servers": servers}, {"tftp_servers": ["198.51.100.10", "198.51.100.10"]},
            {"tftp_servers": ["nonsense"]}, {"tftp_servers": ["224.0.0.1"]}, {"tftp_servers": [V4]}, {"transport": "gopher"},
            {"tftp_servers": [{"address": "198.51.100.10", "port": 0}]},
        ]  # fmt: skip
        for change in bad:
            with self.subTest(change=change):
                self.refused(self.cluster(**change))
        first = tftpd.cluster("hq", "198.51.100.10")
        self.refused(tftpd.document(self.box, [first, tftpd.cluster("hq", "198.51.100.11")]), "hq")
        self.refused(tftpd.document(self.box, [first, tftpd.cluster("other", "198.51.100.10")]), "other")

    def test_FourServersIsTheExampleOfTheStyle(self):
        self.refused(self.cluster(tftp_servers=["198.51.100.1" + d for d in "1234"]), "hq", "4", "3")

    def test_DashCapitalTOpensWhatIsNamed(self):
        occupied = tftpd.document(self.box, files="/proc/version/files", cache={"path": str(self.box.work / "c2")})
        self.assertEqual(self.check(occupied, "-t")[0], 0)
        status, _, said = self.check(occupied, "-T")
        self.assertEqual(status, 1, said)

    def test_DashCapitalTOpensKeysAndCertificates(self):
        keys = self.box.work / "keys"
        keys.mkdir()
        ec, rsa = signing.Authority(keys, "ec", "prime256v1"), signing.Authority(keys, "rsa")
        for one in (ec, rsa):
            one.key.chmod(0o600)

        def checked(*entries):
            content = tftpd.document(self.box, trust={"https": [{"certificate": str(c), "key": str(k)} for c, k in entries]})
            self.assertEqual(self.check(content, "-t")[0], 0, "files are not looked at")
            text = json.dumps(content, indent=1).splitlines()
            list_at = text.index('   "https": [')
            at = [number for number, line in enumerate(text, 1) if line.strip() == "{" and number > list_at][: len(entries)]
            status, _, said = self.check(content, "-T")
            return status, [f"checked-{self.number}.conf:{line}:" in said for line in at], said

        good = (ec.certificate, ec.key), (rsa.certificate, rsa.key)
        self.assertEqual(checked(*good)[0], 0)
        self.assertFalse((self.box.trust / "https").exists(), "nothing is made")
        cut = keys / "cut.pem"
        cut.write_text(ec.pem[:200])
        for bad, phrase in (((ec.certificate, rsa.key), "the first certificate is not one of the key"), ((cut, ec.key), "END line is missing"),
                            ((ec.certificate, keys / "absent.key"), "No such file")):  # fmt: skip
            status, place, said = checked(good[1], bad)
            self.assertEqual((status, place), (1, [False, True]), said)
            self.assertIn(phrase, said)
        ec.key.chmod(0o644)
        status, place, said = checked(*good)
        self.assertEqual((status, place), (1, [True, False]), said)
        self.assertIn("everybody on this machine may read", said)
        ec.key.chmod(0o600)
        self.assertIn("a key of the same kind", checked(good[0], good[0])[2])

    def test_WrongUsageIsTwo(self):
        for arguments in ([], ["-x"], ["-c"], ["-p", "abc", "-c", "x"], ["-c", "x", "extra"]):
            with self.subTest(arguments):
                done = self.box.run([paths.TFTPD, *arguments], {"KEA_LOCKFILE_DIR": "none"})
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertTrue(done.stderr)

    def test_AMissingFileIsSaid(self):
        done = self.box.run([paths.TFTPD, "-c", "/nonexistent.conf"], {"KEA_LOCKFILE_DIR": "none"})
        self.assertEqual(done.returncode, 1)
        self.assertIn("/nonexistent.conf", done.stderr)

    def test_ABadFileAtStartEndsWithOne(self):
        file = self.box.work / "bad.conf"
        file.write_text('{ "Tftpd": {\n  "filez": "/x" } }')
        done = self.box.run([paths.TFTPD, "-c", file], {"KEA_LOCKFILE_DIR": "none"})
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"bad\.conf:2:\d+: ")

    def test_Versions(self):
        for flag in ("-v", "-V", "-W"):
            done = self.box.run([paths.TFTPD, flag], {"KEA_LOCKFILE_DIR": "none"})
            self.assertEqual(done.returncode, 0)
            self.assertRegex(done.stdout, r"\d+\.\d+")


class Running(BranchTest):
    time_limit = 60

    def setUp(self):
        self.data = self.box.put("big.bin", some_bytes(400_000))
        self.box.put("file.xml", b"one")
        self.hq = tftpd.cluster("hq", "198.51.100.10", transport="tftp")
        self.tftpd = self.own(tftpd.Tftpd(self.box, tftpd.document(self.box, [self.hq])).start())
        if not hasattr(type(self), "host"):
            type(self).host = self.branch.phone_host("pc", "192.0.2.50")

    def slow_transfer(self, change):
        """Reads big.bin and calls `change` in the middle; returns the bytes."""
        with tftp.Peer(self.host, V4) as peer:
            packet = peer.ask(tftp.rrq("big.bin"))
            got, block = packet.data, 1
            while len(packet.data) == 512:
                if block == 300:
                    change()
                peer.send(tftp.ack(block), peer.tid)
                packet = peer.receive(3)
                self.assertIsNotNone(packet, f"the transfer ended after block {block}")
                self.assertEqual(packet.opcode, tftp.DATA, packet)
                if packet.number != block + 1:
                    continue
                got += packet.data
                block += 1
            peer.send(tftp.ack(block), peer.tid)
            return got

    def changed(self):
        other = self.branch.work / "other-files"
        other.mkdir(exist_ok=True)
        (other / "file.xml").write_bytes(b"two")
        return tftpd.document(self.box, [copy.deepcopy(self.hq)], files=str(other))

    def asked(self):
        return tftp.read(self.host, V4, "file.xml", timeout=2)

    def test_SighupReloadsAndKeepsTransfers(self):
        def change():
            self.tftpd.write(self.changed())
            self.tftpd.reload()
            self.later(lambda: self.asked() == b"two", 5, "the new configuration in force")

        self.assertTrue(self.slow_transfer(change) == self.data)

    def test_ConfigReloadAndPortChangesKeepTransfers(self):
        def change():
            document = self.changed()
            document["Tftpd"]["threads"] = 3
            document["Tftpd"]["transfer-ports"] = {"first": 41000, "last": 41020}
            self.tftpd.write(document)
            answer = self.tftpd.command("config-reload")
            self.assertEqual(answer["result"], 0, answer)
            self.assertEqual(self.asked(), b"two")

        self.assertTrue(self.slow_transfer(change) == self.data)

    def test_TwoHundredTransfersLiveThroughReloadsAndTheEnd(self):
        """R14. Each is acknowledged block by block, as phones do; then the daemon is told to end and lets them end, too."""
        data = self.box.put("mid.bin", some_bytes(20_000, 14))
        document = tftpd.document(self.box, [self.hq], limits={"transfers-per-client": 1000})
        self.tftpd.write(document)
        self.assertEqual(self.tftpd.command("config-reload")["result"], 0)
        peers = [self.own(tftp.Peer(self.host, V4)) for _ in range(200)]
        got = {peer: peer.ask(tftp.rrq("mid.bin"), tries=3).data for peer in peers}
        last = len(data) // 512 + 1
        for block in range(1, last):
            if block == 10:
                self.tftpd.reload()
            if block == 20:
                document["Tftpd"]["threads"] = 3
                document["Tftpd"]["transfer-ports"] = {"first": 42000, "last": 42040}
                self.tftpd.write(document)
                self.assertEqual(self.tftpd.command("config-reload")["result"], 0)
            if block == 30:
                self.tftpd.process.signal(signal.SIGTERM)
            for peer in peers:
                peer.send(tftp.ack(block), peer.tid)
            for peer in peers:
                packet = peer.receive(3)
                while packet and packet.number == block:  # sent again meanwhile
                    packet = peer.receive(3)
                self.assertIsNotNone(packet, f"a transfer ended after block {block}")
                self.assertEqual((packet.opcode, packet.number), (tftp.DATA, block + 1))
                got[peer] += packet.data
        for peer in peers:
            peer.send(tftp.ack(last), peer.tid)
        self.assertEqual([peer for peer in peers if got[peer] != data], [])
        self.assertEqual(self.tftpd.process.wait(10), 0)

    def test_ABadReloadKeepsTheOld(self):
        self.tftpd.write('{ "Tftpd": {\n  "filez": "/x" } }')
        answer = self.tftpd.command("config-reload")
        self.assertEqual(answer["result"], 1)
        self.assertRegex(answer["text"], r"branchline-tftpd\.conf:2:\d+")
        self.tftpd.reload()
        time.sleep(0.5)
        self.assertTrue(self.tftpd.process.running)
        self.assertEqual(self.asked(), b"one")
        self.assertEqual(self.tftpd.command("config-get")["arguments"]["Tftpd"]["files"], str(self.box.files))

    def test_ConfigSetAndTest(self):
        document = self.changed()
        self.assertEqual(self.tftpd.command("config-test", document)["result"], 0)
        self.assertEqual(self.asked(), b"one", "config-test changed something")
        bad = self.changed()
        bad["Tftpd"]["remote-clusters"][0]["tftp-servers"] = []
        for command in ("config-test", "config-set"):
            answer = self.tftpd.command(command, bad)
            self.assertEqual(answer["result"], 1, answer)
            self.assertIn("hq", answer["text"])
            self.assertRegex(answer["text"], r"^command:1:\d+: /Tftpd/remote-clusters/0/tftp-servers: ")
            self.assertEqual(self.asked(), b"one")
        answer = self.tftpd.command("config-set", document)
        self.assertEqual(answer["result"], 0, answer)
        self.assertEqual(self.asked(), b"two")
        written = self.box.work / "branchline-tftpd.conf"
        self.assertEqual(self.tftpd.command("config-write", {"filename": str(written)})["result"], 0)
        self.assertEqual(self.tftpd.check("-t", written)[0], 0)
        self.assertEqual(json.loads(written.read_text())["Tftpd"]["files"], document["Tftpd"]["files"])

    def test_ThePortMayMove(self):
        document = tftpd.document(self.box, tftp_port=6969, http_port=0)
        answer = self.tftpd.command("config-set", document)
        self.assertEqual(answer["result"], 0, answer)
        self.assertEqual(tftp.read(self.host, V4, "file.xml", port=6969), b"one")
        with tftp.Peer(self.host, V4) as peer:
            try:
                self.assertIsNone(peer.ask(tftp.rrq("file.xml"), timeout=0.5), "the old port still answers")
            except ConnectionRefusedError:
                pass
        with self.assertRaises(OSError):
            clients.phone_http(self.host, V4, "file.xml")

    def test_ThePortMayMoveAndComeStraightBack(self):
        """While a transfer runs on the old port's account, and without a pause between the reloads."""

        def change():
            here = tftpd.document(self.box, [self.hq])
            there = tftpd.document(self.box, [self.hq], tftp_port=6969)
            for _ in range(5):
                for document in (there, here):
                    self.tftpd.write(document)
                    answer = self.tftpd.command("config-reload")
                    self.assertEqual(answer["result"], 0, answer)
            mark = len(self.tftpd.process.output())
            for document in (there, here):
                self.tftpd.write(document)
                self.tftpd.process.signal(signal.SIGHUP)
                self.later(lambda: self.tftpd.command("config-get")["arguments"]["Tftpd"] == document["Tftpd"], 5)
            self.assertNotIn("APP_RELOAD_REFUSED", self.tftpd.process.output()[mark:])
            self.assertEqual(self.asked(), b"one")

        self.assertTrue(self.slow_transfer(change) == self.data)

    def test_WhileItStopsItAnswersCommands(self):
        with tftp.Peer(self.host, V4) as peer:
            self.assertEqual(peer.ask(tftp.rrq("big.bin")).opcode, tftp.DATA)
            peer.send(tftp.ack(1), peer.tid)
            self.tftpd.process.signal(signal.SIGTERM)
            self.tftpd.wait_for_event("APP_STOPPING")
            self.assertEqual(self.tftpd.command("status-get")["result"], 0)
            for command, arguments in (("config-set", self.changed()), ("config-reload", None)):
                answer = self.tftpd.command(command, arguments)
                self.assertEqual(answer["result"], 1)
                self.assertIn("ending", answer["text"])
            self.assertEqual(self.tftpd.command("shutdown")["result"], 0)
            self.tftpd.process.signal(signal.SIGHUP)
            self.assertTrue(self.tftpd.process.running, "it did not wait for the transfer")
            peer.send(tftp.error(0), peer.tid)
        self.assertEqual(self.tftpd.process.wait(10 * paths.PATIENCE), 0)

    def test_EveryCommandAnswers(self):
        listed = self.tftpd.command("list-commands")["arguments"]
        for name in (
            "config-get", "config-test", "config-set", "config-reload", "config-write", "status-get", "statistic-get",
            "statistic-get-all", "version-get", "list-commands", "shutdown", "tftp-cluster-list", "tftp-cluster-get",
            "tftp-cache-list", "tftp-cache-flush",
        ):  # fmt: skip
            self.assertIn(name, listed)
        self.assertIn("pid", self.tftpd.command("status-get")["arguments"])
        self.assertEqual(self.tftpd.command("status-get")["arguments"]["pid"], self.tftpd.process.pid)
        self.assertIn("hq", str(self.tftpd.command("tftp-cluster-list")["arguments"]))
        self.assertIn(self.tftpd.command("tftp-cluster-get", {"cluster-id": "nowhere"})["result"], (1, 3))
        version = self.box.run([paths.TFTPD, "-v"], {"KEA_LOCKFILE_DIR": "none"}).stdout.strip()
        self.assertIn(version, self.tftpd.command("version-get")["text"])
        before = self.tftpd.statistic("tftp-transfers-completed")
        self.asked()
        self.later(lambda: self.tftpd.statistic("tftp-transfers-completed") == before + 1, 2)
        self.assertIn("tftp-requests", self.tftpd.command("statistic-get-all")["arguments"])

    def test_BadCommandsAreAnsweredAndHarmNothing(self):
        self.assertEqual(self.tftpd.command("no-such-command")["result"], 2)
        for text in (b"", b"{", b"[]", b'{"command": 7}', b"nonsense", b'{"command": "config-set"}', b"[" * 5000, b"\0" * 100):
            try:
                answer = self.tftpd.raw(text, 3)
                if answer:
                    self.assertNotEqual(json.loads(answer)["result"], 0)
            except (TimeoutError, ConnectionError):
                pass
        for name, arguments in (("tftp-cluster-get", {}), ("tftp-cache-flush", {"nmae": "x"}), ("config-set", {"Dhcp4": {}})):
            self.assertNotEqual(self.tftpd.command(name, arguments)["result"], 0, name)
        self.assertEqual(self.asked(), b"one")

    def test_ShutdownEndsWithZero(self):
        self.assertEqual(self.tftpd.command("shutdown")["result"], 0)
        self.assertEqual(self.tftpd.process.wait(10 * paths.PATIENCE), 0)

    def test_TermEndsWithZero(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            self.tftpd.process.signal(number)
            self.assertEqual(self.tftpd.process.wait(10 * paths.PATIENCE), 0)
            self.tftpd.start()

    def test_TheSocketIsNotForEverybody(self):
        self.assertEqual(self.tftpd.path.stat().st_mode & 0o007, 0)

    def test_SocketsOfAKilledDaemonAreNoHindrance(self):
        self.tftpd.process.kill()
        self.assertTrue(self.tftpd.path.exists())
        self.tftpd.start()  # TFTP is served a moment before commands are
        self.later(lambda: self.tftpd.command("status-get")["result"] == 0, 3)

    def test_ASecondDaemonSaysWhatIsInTheWay(self):
        done = self.box.run([paths.TFTPD, "-c", self.tftpd.file], self.tftpd.environment(), timeout=20)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(self.asked(), b"one")
        self.assertEqual(self.tftpd.command("status-get")["result"], 0, "the first one's socket was taken away")
