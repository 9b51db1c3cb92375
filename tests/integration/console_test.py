"""The web console as an operator uses it: a real browser, the real daemon, real Kea and a phone that boots meanwhile."""

import json
import random

from branch import clients, paths, remote, tftpd
from branch.browser import Script
from branch.case import BranchTest
from branch.phone import Phone

MAC = "00:11:22:33:77:{:02x}"
EAST = "198.51.100.10"
PORT = 6980
ADDRESS = f"http://127.0.0.1:{PORT}"


class Console(BranchTest):
    time_limit = 240
    weight = 3

    @classmethod
    def prepare(cls):
        cls.root = cls.branch.work / "east"
        cls.branch.own(remote.TftpdHpa(cls.branch.host("east", f"{EAST}/24"), cls.root, cls.branch.work).start())
        cls.start_kea(4, {"tftp-servers": ["auto"], "withdraw-dead": False})

    def setUp(self):
        self.accounts = self.box.work / "console/accounts.json"
        self.accounts.unlink(missing_ok=True)
        content = tftpd.document(
            self.box, [tftpd.cluster("east", EAST, transport="tftp")], admin_listener={"address": "127.0.0.1", "port": PORT}
        )
        self.tftpd = self.own(tftpd.Tftpd(self.box, content).start())
        self.began = self.tftpd.process.mark()  # The tests of the class share one log.

    def ask(self, path, body=None, *options):
        """(status, answer), by curl on the appliance."""
        sent = [] if body is None else ["--header", "Content-Type: application/json", "--data", json.dumps(body)]
        done = self.box.namespace.run(
            ["curl", "--silent", "--max-time", "20", "--write-out", "\n%{http_code}", *sent, *options, ADDRESS + path], check=False
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        answer, _, status = done.stdout.rpartition("\n")
        return int(status), json.loads(answer or "null")

    def test_AnOperatorsDay(self):
        phone = Phone(self.branch, MAC.format(1), v6=False)
        browser = self.own(Script(self.box.namespace, "operators_day", self.branch.work, ADDRESS, phone.device))
        browser.wait_for("watching")
        phone.boot4(20)
        self.assertEqual(phone.fetch(f"{phone.device}.cnf.xml", "http").status, 404)
        browser.wait_for("passed")
        browser.end()
        self.assertEqual([event["user"] for event in self.tftpd.events("CONSOLE_PASSWORD_SET", self.began)], ["operator", "viewer"])
        self.assertNotIn("battery", self.tftpd.process.output(), "a password is in the log")

    def test_WhatAnOperatorChanges(self):
        firmware = self.branch.work / "sip88xx.14-2-1.loads"
        firmware.write_bytes(random.Random(7).randbytes(1_200_000))
        browser = self.own(Script(self.box.namespace, "operators_changes", self.branch.work, ADDRESS, firmware))
        browser.wait_for("passed")
        browser.end()
        self.assertEqual((self.box.files / "firmware/88xx" / firmware.name).read_bytes(), firmware.read_bytes())
        changes = [(event["command"].removeprefix("tftp-"), event["result"]) for event in self.tftpd.events("CONSOLE_COMMAND", self.began)]
        self.assertEqual(changes[:4], [("cluster-add", "1"), ("cluster-add", "0"), ("cluster-update", "0"), ("cluster-del", "0")])
        # One line a file, however many pieces it came in: the firmware; refused; stored; in the way; replaced twice.
        self.assertEqual(changes[4:10], [("file-add", result) for result in ("0", "1", "0", "4", "0", "0")])
        self.assertEqual(changes[10:], [("file-del", "0"), ("service-stop", "0"), ("service-start", "0"), ("cluster-refresh", "3")])

    def test_ItIsOneCommandSetAndEveryChangeIsLogged(self):
        jar = ["--cookie-jar", self.branch.work / "jar", "--cookie", self.branch.work / "jar"]
        self.assertEqual(self.ask("/api/command", {"command": "tftp-cluster-list"})[0], 401)
        self.assertEqual(self.ask("/api/first-use", {"password": "correct horse"}, *jar)[0], 200)
        self.assertEqual(
            self.ask("/api/command", {"command": "tftp-file-list"}, *jar), (200, self.tftpd.command("tftp-file-list"))
        )
        status, answer = self.ask("/api/command", {"command": "tftp-cluster-add", "arguments": {"cluster-id": "west"}}, *jar)
        self.assertEqual((status, answer["result"]), (200, 1))
        self.assertIn("tftp-servers", answer["text"])
        event = self.tftpd.wait_for_event("CONSOLE_COMMAND", since=self.began)
        self.assertEqual((event["user"], event["command"], event["result"]), ("operator", "tftp-cluster-add", "1"))
        self.assertEqual(self.ask("/api/command", {"command": "shutdown"}, *jar)[0], 403)

    def test_ThePasswordIsSetOnTheMachine(self):
        password = "chosen on the machine"

        def set_it(text, *user):
            return self.box.run([paths.CTL, "console", "password", *user], input=text)

        self.assertEqual(set_it("too short\n").returncode, 1)
        self.assertEqual(set_it("").returncode, 1)
        self.assertTrue(self.ask("/api/session")[1]["first-use"])
        self.assertEqual(set_it(password + "\n").returncode, 0)
        self.assertEqual(self.ask("/api/first-use", {"password": "correct horse"})[0], 403)
        self.assertEqual(self.ask("/api/sign-in", {"user": "operator", "password": password})[0], 200)
        self.assertEqual(set_it("battery staple\n", "viewer").returncode, 0)
        self.assertEqual(self.ask("/api/sign-in", {"user": "viewer", "password": "battery staple"})[0], 200)
        self.assertEqual(set_it("battery staple\n", "root").returncode, 1)
        self.assertEqual(
            [(event["user"], event["from"]) for event in self.tftpd.events("CONSOLE_PASSWORD_SET", self.began)],
            [("operator", "control-socket"), ("viewer", "control-socket")],
        )
        self.assertNotIn("chosen on", self.tftpd.process.output(self.began), "a password is in the log")

    def test_OtherPagesAndNamesAreRefused(self):
        jar = ["--cookie-jar", self.branch.work / "jar", "--cookie", self.branch.work / "jar"]
        self.assertEqual(self.ask("/api/first-use", {"password": "correct horse"}, "--header", "Host: evil.example")[0], 403)
        self.assertEqual(self.ask("/api/first-use", {"password": "correct horse"}, *jar)[0], 200)
        listed = {"command": "tftp-file-list"}
        self.assertEqual(self.ask("/api/command", listed, *jar)[0], 200)
        self.assertEqual(self.ask("/api/command", listed, *jar, "--header", "Origin: http://evil.example")[0], 403)
        self.assertEqual(self.ask("/api/command", listed, *jar, "--header", "Sec-Fetch-Site: cross-site")[0], 403)


class ConsoleByHttps(BranchTest):
    """The console from another machine: by TLS, on the same port, and not otherwise."""

    BOX = f"192.0.2.1:{PORT}"

    @classmethod
    def prepare(cls):
        cls.start_tftpd(admin_listener={"address": "0.0.0.0", "port": PORT})
        cls.pc = cls.branch.phone_host("pc", "192.0.2.50")

    def curl(self, url, body=None, host=None):
        """(status, head and body)"""
        sent = [] if body is None else ["--header", "Content-Type: application/json", "--data", json.dumps(body)]
        jar = ["--cookie-jar", self.branch.work / "jar", "--cookie", self.branch.work / "jar"]
        done = (host or self.pc).run(["curl", "--silent", "--include", "--insecure", "--max-time", "10", *jar, *sent, url], check=False)
        self.assertEqual(done.returncode, 0, f"{url}: {done.stderr}")
        return int(done.stdout.split()[1]), done.stdout

    def test_FromElsewhereByHttpsOnlyAndItsCookieToo(self):
        status, answer = self.curl(f"http://{self.BOX}/?a")
        self.assertEqual(status, 308)
        self.assertIn(f"Location: https://{self.BOX}/?a", answer)
        password = {"user": "operator", "password": "correct horse"}
        self.assertEqual(self.curl(f"http://127.0.0.1:{PORT}/api/first-use", password, self.box.namespace)[0], 200)
        self.assertEqual(self.curl(f"http://{self.BOX}/api/sign-in", password)[0], 403)
        self.assertEqual(self.curl(f"https://{self.BOX}/")[0], 200)
        status, answer = self.curl(f"https://{self.BOX}/api/sign-in", password)
        self.assertEqual(status, 200)
        self.assertRegex(answer, r"Set-Cookie: .*; HttpOnly; SameSite=Strict; Secure")
        command = {"command": "tftp-file-list"}
        self.assertEqual(self.curl(f"https://{self.BOX}/api/command", command)[0], 200)
        live = self.pc.run(["curl", "--silent", "--insecure", "--max-time", "5", "--cookie", self.branch.work / "jar",
                            f"https://{self.BOX}/api/live?service"], check=False)  # fmt: skip
        self.assertGreaterEqual(live.stdout.count("\n\n"), 2, "the feed ended, or never came")
        for scheme in ("http", "https"):
            self.assertEqual(self.curl(f"{scheme}://{self.BOX}/healthz")[0], 200)

    def test_WhoSaysNothingIsClosed(self):
        with clients.connect(self.pc, "192.0.2.1", PORT, timeout=9) as silent, clients.connect(self.pc, "192.0.2.1", PORT, timeout=9) as slow:
            slow.sendall(b"\x16\x03\x01")
            self.assertEqual(silent.recv(1), b"")
            self.assertEqual(slow.recv(1), b"")
