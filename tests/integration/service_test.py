"""The daemon as a service: what it tells the service manager, played by a socket that listens (sd_notify(3))."""

import os
import signal
import socket
import time

from branch import paths, tftpd
from branch.case import BranchTest


class Manager:
    """Listens where NOTIFY_SOCKET points."""

    def __init__(self, path):
        self.path = path
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(path))
        self.heard = []

    def close(self):
        self.socket.close()
        os.unlink(self.path)

    def next(self, key, timeout=5):
        """The next message that holds `key`, as a dict; those before it are passed over."""
        until = time.monotonic() + timeout * paths.PATIENCE
        while (left := until - time.monotonic()) > 0:
            self.socket.settimeout(left)
            try:
                text = self.socket.recv(4096).decode()
            except TimeoutError:
                break
            message = dict(line.split("=", 1) for line in text.splitlines())
            self.heard.append(message)
            if key in message:
                return message
        raise AssertionError(f"{key} was not said within {timeout} s; said was {self.heard[-5:]}")


class ServiceManager(BranchTest):
    def setUp(self):
        self.manager = self.own(Manager(self.branch.work / "notify"))
        content = tftpd.document(self.box, [tftpd.cluster("hq", "203.0.113.9")])
        environment = {"NOTIFY_SOCKET": str(self.manager.path), "WATCHDOG_USEC": "2000000"}
        self.tftpd = self.own(tftpd.Tftpd(self.box, content, environment=environment).start())

    def test_ItHearsOfStartReloadAndEnd(self):
        self.assertEqual(self.manager.next("READY"), {"READY": "1", "STATUS": "serving, 1 cluster"})

        asked = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        self.tftpd.write(tftpd.document(self.box))
        self.tftpd.reload()
        # systemd takes the reload for this one only if it began after the signal was sent.
        self.assertGreaterEqual(int(self.manager.next("RELOADING")["MONOTONIC_USEC"]), asked)
        self.assertEqual(self.manager.next("READY")["STATUS"], "serving, 0 clusters")

        self.tftpd.write("{ broken")
        self.tftpd.reload()
        self.manager.next("RELOADING")
        self.assertIn("the last new configuration was refused", self.manager.next("READY")["STATUS"])

        self.tftpd.command("config-set", tftpd.document(self.box))
        self.manager.next("RELOADING")
        self.assertEqual(self.manager.next("READY")["STATUS"], "serving, 0 clusters")

        self.tftpd.process.signal(signal.SIGTERM)
        self.assertEqual(self.manager.next("STOPPING")["STATUS"], "ending: signal 15")

    def test_TheWatchdogHearsOfItEverySecond(self):
        start = time.monotonic()
        for _ in range(3):
            self.manager.next("WATCHDOG", timeout=2)
        self.assertGreater(time.monotonic() - start, 1, "once a second is enough")
        self.tftpd.process.signal(signal.SIGSTOP)
        self.addCleanup(self.tftpd.process.signal, signal.SIGCONT)
        with self.assertRaises(AssertionError):
            for _ in range(3):  # What was under way may still come.
                self.manager.next("WATCHDOG", timeout=2 / paths.PATIENCE)
