"""What the box shows to somebody in the phones' network, and what a factory reset leaves."""

import selectors
import socket
import subprocess
import time

from branch import clients
from branch.appliance import Appliance
from branch.image_case import ImageTest

CANARY = "canary-7f3d9a1c"
DAEMON = """{ "Tftpd": { } } // %s """ % CANARY


def open_tcp_ports(namespace, family, address, ports, patience=4):
    """Which of the ports accept a connection. Silence within `patience` seconds counts as closed."""
    found, selector, waiting = set(), selectors.DefaultSelector(), {}
    with namespace:
        for port in ports:
            one = socket.socket(family, socket.SOCK_STREAM)
            one.setblocking(False)
            one.connect_ex((address, port))
            selector.register(one, selectors.EVENT_WRITE)
            waiting[one] = port
    end = time.monotonic() + patience
    while waiting and time.monotonic() < end:
        for key, _ in selector.select(0.2):
            if key.fileobj.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0:
                found.add(waiting[key.fileobj])
            selector.unregister(key.fileobj)
            del waiting[key.fileobj]
            key.fileobj.close()
    for one in waiting:
        one.close()
    return found


class SeenFromThePhones(ImageTest):
    @classmethod
    def prepare(cls):
        cls.box = cls.branch.own(Appliance(cls.branch, cls.image))
        cls.box.configure(branchline_tftpd_conf=DAEMON)
        cls.box.start().ready()
        cls.host = cls.branch.phone_host("scanner", "192.0.2.50", "2001:db8:1::50")

    def test_OnlyThePhonesPortsAnswer(self):
        for family, address in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8:1::1")):
            found = set()
            for first in range(1, 10001, 500):
                found |= open_tcp_ports(self.host, family, address, range(first, first + 500), 1.5)
            self.assertEqual(found, {6970}, address)  # 6971 is allowed and off until HTTPS is configured

    def test_OtherUdpPortsAreSilent(self):
        with self.host:
            for port in (53, 68, 111, 123, 161, 514, 546, 5353, 40000):
                one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                one.settimeout(0.3)
                one.connect(("192.0.2.1", port))
                one.send(b"\0\1x\0octet\0")
                with self.assertRaises(TimeoutError, msg=f"UDP port {port}"):  # not even "port unreachable"
                    one.recv(100)
                one.close()
        self.assertTrue(clients.curl(self.host, "192.0.2.1", "branchline-version.txt", options=False))


class FactoryReset(ImageTest):
    time_limit = 600

    @classmethod
    def prepare(cls):
        cls.box = cls.branch.own(Appliance(cls.branch, cls.image, size=768 << 20))

    def found(self):
        return subprocess.run(["grep", "-c", "-a", CANARY, self.box.disk], stdout=subprocess.PIPE, text=True).stdout.strip()

    def test_NothingOfAPlantedCanaryStaysOnTheDisk(self):
        box = self.box
        box.configure(branchline_tftpd_conf=DAEMON)
        box.start().ready()
        box.type("\n")
        box.wait_for("f factory reset", 60)
        box.cut_power()
        self.assertNotEqual(self.found(), "0")
        box.start().ready()
        box.type("\n")
        box.wait_for("f factory reset", 60)
        box.type("f\n")
        box.wait_for("Type erase", 30)
        box.type("erase\n")
        box.wait_for("factory reset: done", 300)
        box.ready_again("A", 300)
        box.cut_power()
        self.assertEqual(self.found(), "0")
