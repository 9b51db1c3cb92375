"""What an operator does to the box over SSH: look, configure on trial, back up, restore, ask for a support bundle."""

import datetime
import io
import json
import re
import socket
import tarfile
import time

from branch import clients
from branch.appliance import EXAMPLES, SET, Appliance
from branch.image_case import ImageTest
from branch.ntp import NtpServer
from branch.ssh import Operator

SECRET = "canary-secret-51ab"
PASSPHRASE = "correct horse battery"
CONSOLE_PASSWORD = "first horse, second staple"
OPERATOR = "198.51.100.50"
BOX = "198.51.100.1"
CLOCK, AHEAD = "198.51.100.123", datetime.timedelta(days=3)  # the example's first NTP server
SO_RCVBUFFORCE = 33  # Linux; Python has no name for it


class OperatorsDay(ImageTest):
    time_limit = 1500  # four starts

    @classmethod
    def prepare(cls):
        cls.operator = Operator(cls.branch, OPERATOR, BOX)
        cls.ssh = cls.operator.ssh
        cls.appliance = cls.operator.let_in((EXAMPLES / "branchline-appliance.conf").read_text(), '"syslog": { "server": "%s" }' % OPERATOR)
        kea = (EXAMPLES / "kea-dhcp4.conf").read_text()
        cls.kea = kea.replace('"Dhcp4": {', '"Dhcp4": { "user-context": { "password": "%s" },' % SECRET, 1)
        assert SECRET in cls.kea
        tftpd = (EXAMPLES / "branchline-tftpd.conf").read_text()
        cls.tftpd = re.sub(r'"admin-listener": \{[^}]*\}', '"admin-listener": { "address": "%s", "port": 6980 }' % BOX, tftpd)
        assert BOX in cls.tftpd
        cls.box = cls.branch.own(Appliance(cls.branch, cls.image))
        cls.box.configure(branchline_appliance_conf=cls.appliance, kea_dhcp4_conf=cls.kea, branchline_tftpd_conf=cls.tftpd)
        cls.branch.own(NtpServer(cls.branch.host("clock", f"{CLOCK}/24"), AHEAD.total_seconds()))
        cls.other = cls.branch.host("other", "198.51.100.51/24")
        with cls.operator.host:
            cls.log = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        cls.log.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 8 << 20)
        cls.log.bind((OPERATOR, 514))
        cls.log.settimeout(30)
        cls.branch.own(cls.log)
        cls.box.start().ready()
        if "refused" in cls.box.said():
            raise AssertionError(cls.box.said())

    def a_set(self, **changed):
        """A tar of the set in force, with these changed."""
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w") as tar:
            for name in SET:
                text = {"branchline-appliance.conf": self.appliance, "kea-dhcp4.conf": self.kea,
                        "branchline-tftpd.conf": self.tftpd}.get(name)  # fmt: skip
                text = changed.get(name.split(".")[0].replace("-", "_"), text or (EXAMPLES / name).read_text())
                info = tarfile.TarInfo(name)
                info.size = len(text.encode())
                tar.addfile(info, io.BytesIO(text.encode()))
        return out.getvalue()

    def console(self, path, body=None, host=None):
        """The web console's answer, as it is seen over the network; nothing if the port is closed."""
        sent = [] if body is None else ["--header", "Content-Type: application/json", "--data", json.dumps(body)]
        done = (host or self.operator.host).run(
            ["curl", "--silent", "--insecure", "--max-time", "20", "--write-out", "\n%{http_code}", *sent, f"https://{BOX}:6980{path}"],
            check=False,
        )
        answer, _, status = done.stdout.rpartition("\n")
        return (int(status), json.loads(answer)) if done.returncode == 0 else None

    def sign_in(self, password):
        return self.console("/api/sign-in", {"user": "operator", "password": password})[0]

    def test_AnOperatorsDay(self):
        # Only with the key, only as the operator, only from the named network; and no shell.
        self.assertIn(b"DHCP for IPv4   active", self.ssh("status"))
        today = f"{datetime.datetime.now(datetime.timezone.utc) + AHEAD:%Y-%m-%d}"
        self.later(lambda: today.encode() in self.ssh("status"), 60, f"the box has the NTP server's date, {today}")
        self.ssh("status", host=self.other, status=255)
        self.ssh("status", user="root", status=255)
        self.assertIn(b"configure", self.ssh("sh", "-c", "id", status=2))
        for _ in range(2000):  # RFC 5424; the kernel's first lines are older than the host's name
            line = self.log.recv(4096)
            if b" branch-17 " in line:
                break
        self.assertRegex(line, rb"^<\d+>1 \S+ branch-17 ")
        self.assertIn(b"no version", self.ssh("rollback", status=1))

        # The support bundle: what is needed, no secret, no key.
        bundle = self.ssh("support")
        with tarfile.open(fileobj=io.BytesIO(bundle)) as tar:
            texts = {member.name: tar.extractfile(member).read() for member in tar if member.isfile()}
        self.assertIn(b"branch-17", texts["support/status.txt"])
        self.assertIn(b"left out", texts["support/kea-dhcp4.conf"])
        self.assertIn(b"Branchline", texts["support/journal.txt"] + texts["support/status.txt"])
        for name, text in texts.items():
            self.assertNotIn(SECRET.encode(), text, name)
            self.assertNotIn(b"PRIVATE KEY", text, name)
        self.assertTrue(any(word in texts["support/slots.txt"] for word in (b"A_OK=1",)))

        # The web console: from the named network alone, and with a password that only somebody on the box can set.
        self.assertIsNone(self.console("/api/session", host=self.other))
        self.assertEqual(self.console("/api/first-use", {"password": "who comes first"})[0], 403)
        self.ssh("console-password", data=CONSOLE_PASSWORD.encode() + b"\n")
        self.assertEqual(self.sign_in(CONSOLE_PASSWORD), 200)

        backup = self.ssh("backup", data=PASSPHRASE.encode() + b"\n")
        self.ssh("console-password", data=b"set after the backup\n")
        self.assertEqual(self.sign_in(CONSOLE_PASSWORD), 401)
        self.assertNotIn(SECRET.encode(), backup)
        self.assertIn(b"too short", self.ssh("backup", data=b"short\n", status=1))

        # A bad set is refused with its place; a good one that shuts the operator out comes back by itself.
        said = self.ssh("configure", data=self.a_set(branchline_appliance="{"), status=1)
        self.assertIn(b"branchline-appliance.conf:1:", said)
        shut_out = self.appliance.replace(OPERATOR, "203.0.113.9").replace("branch-17", "branch-18")
        self.ssh("configure", "60", data=self.a_set(branchline_appliance=shut_out))
        self.box.wait_for(r"on trial[\s\S]*ready after", 300)
        self.ssh("status", status=255)
        self.box.wait_for(r"not confirmed: going back[\s\S]*ready after", 400)
        self.assertIn(b"branch-17", self.ssh("status"))

        # A good one is kept once it is confirmed.
        better = self.appliance.replace("branch-17", "branch-19")
        self.box.since = self.box.console_log.stat().st_size
        self.ssh("configure", "600", data=self.a_set(branchline_appliance=better))
        self.box.wait_for(r"on trial[\s\S]*ready after", 300)
        self.assertIn(b"on trial", self.ssh("status"))
        self.ssh("confirm")
        status = self.ssh("status")
        self.assertIn(b"branch-19", status)
        self.assertNotIn(b"on trial", status)

        # A new box takes the dead one's place: configuration and keys come from the backup.
        self.assertIn(b"does not open", self.ssh("restore", data=b"another phrase\n" + backup, status=1))
        self.box.since = self.box.console_log.stat().st_size
        self.ssh("restore", data=PASSPHRASE.encode() + b"\n" + backup)
        self.box.wait_for("ready after", 300)
        self.assertIn(b"branch-17", self.ssh("status"))
        self.assertEqual(self.sign_in(CONSOLE_PASSWORD), 200)
        time.sleep(1)
        # Signed, so the signing process can read the key that came back.
        self.assertTrue(clients.curl(self.branch.phone_host("phone", "192.0.2.50"), "192.0.2.1", "branchline-version.txt.sgn", options=False))
