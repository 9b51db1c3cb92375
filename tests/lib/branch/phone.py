"""A phone: boots from nothing but a network cable. It learns its TFTP server from the DHCP option and from nowhere else,
then asks for its files as real phones do (DHCP by busybox udhcpc and dhclient -6, TFTP without options by curl and busybox,
HTTP with a phone's own bytes)."""

import dataclasses
import hashlib
import ipaddress
import os
import subprocess
import time

from . import clients, dhcp
from .netns import Namespace
from .process import Process, eventually

# What the DHCP clients call: it writes down what they learned and puts the address on the interface.
SCRIPT = """#!/bin/sh
{
    echo "event=${1:-$reason}"
    env
} > "$BRANCH_NOTES.new" && mv "$BRANCH_NOTES.new" "$BRANCH_NOTES.$(date +%s.%N)"
case ${1:-$reason} in
bound|renew)
    ip addr flush dev "$interface" scope global
    ip addr add "$ip/${mask:-24}" dev "$interface"
    [ -z "$router" ] || ip route replace default via "${router%% *}" dev "$interface"
    ;;
BOUND6|RENEW6|REBIND6)
    ip -6 addr replace "$new_ip6_address/$new_ip6_prefixlen" dev "$interface"
    ;;
esac
exit 0
"""

DHCLIENT = """
option space cisco code width 2 length width 2;
option cisco.tftp-servers code 1 = array of ip6-address;
option vsio.cisco code 9 = encapsulate cisco;
option dhcp6.vendor-class code 16 = {{ integer 32, unsigned integer 16, text }};
send dhcp6.vendor-class {enterprise} {length} "{vendor_class}";
also request dhcp6.vendor-opts;
initial-delay 0;
"""


@dataclasses.dataclass
class Fetched:
    name: str
    transport: str
    server: str
    data: bytes | None = None
    seconds: float = 0.0
    error: str = ""
    status: int | None = None
    at: float = 0.0  # when it was asked, on the clock of time.monotonic()

    @property
    def digest(self):
        return hashlib.sha256(self.data or b"").hexdigest()


class Phone:
    def __init__(self, branch, mac, model="CP-8841", v4=True, v6=True):
        self.mac = mac
        self.device = "SEP" + mac.replace(":", "").upper()
        self.model = model
        self.v4, self.v6 = v4, v6
        self.work = branch.work / self.device
        self.work.mkdir()
        self.namespace = branch.own(Namespace(self.device))
        # IPv6 off means off: an IPv4-only phone does not even have a link-local address.
        self.namespace.sysctl("net.ipv6.conf.all.disable_ipv6", 0 if v6 else 1)
        self.namespace.sysctl("net.ipv6.conf.default.disable_ipv6", 0 if v6 else 1)
        branch.lan.plug(self.namespace, "eth0", mac)
        self.address4 = self.address6 = None
        self.servers4, self.servers6 = [], []
        self.script = self.work / "script"
        self.script.write_text(SCRIPT)
        self.script.chmod(0o755)
        self.notes = self.work / "notes"
        self.heard = []
        self.fetched = []
        self.dhclient = None

    @property
    def vendor_class(self):
        return f"Cisco Systems, Inc. IP Phone {self.model}"

    def _noted(self, event):
        """The environment of the script's last call for `event`, as a dict; empty = there was none."""
        for file in sorted(self.work.glob("notes.[0-9]*"), reverse=True):
            environment = dict(line.split("=", 1) for line in file.read_text().splitlines() if "=" in line)
            if environment.get("event") == event:
                return environment
        return {}

    def boot(self, timeout=20):
        """Gets the leases; afterwards .address4/.servers4 and .address6/.servers6 are what DHCP gave."""
        sniffer = dhcp.Sniffer(self.namespace, "eth0")
        try:
            if self.v4:
                self.boot4(timeout)
            if self.v6:
                self.boot6(timeout)
        finally:
            time.sleep(0.02)
            sniffer.close()
            self.heard = [one for one in sniffer.heard if self.concerns(one[-1])]

    def concerns(self, message):
        """Other hosts' broadcasts, and the hook's look for other DHCP servers, are on the wire, too."""
        if isinstance(message, dhcp.Message4):
            return message.mac.hex(":") == self.mac.lower()
        return b"branchline-probe" not in (message.get(1) or b"")

    def boot4(self, timeout):
        done = self.namespace.run(
            ["busybox", "udhcpc", "-i", "eth0", "-f", "-q", "-n", "-t", "8", "-T", "1", "-O", "150", "-V", self.vendor_class,
             "-x", f"hostname:{self.device}", "-s", self.script],
            check=False,
            timeout=timeout,
            env={**os.environ, "BRANCH_NOTES": str(self.notes)},
        )  # fmt: skip
        (self.work / "udhcpc.log").write_text(done.stdout + done.stderr)
        if done.returncode != 0:
            raise TimeoutError(f"{self.device} got no IPv4 lease: {done.stderr.strip()}")
        environment = self._noted("bound")
        self.address4 = environment["ip"]
        option = bytes.fromhex(environment.get("opt150", ""))
        self.servers4 = [str(ipaddress.IPv4Address(option[at : at + 4])) for at in range(0, len(option) - 3, 4)]

    def boot6(self, timeout):
        configuration = self.work / "dhclient.conf"
        text = self.vendor_class
        configuration.write_text(DHCLIENT.format(enterprise=dhcp.CISCO, length=len(text), vendor_class=text))

        # A link-local address must be there, and the router's word that the prefix is on this link.
        def link_ready():
            return "fe80" in self.namespace.run(["ip", "-6", "addr", "show", "dev", "eth0", "scope", "link"]).stdout and (
                "2001:db8:1::/64" in self.namespace.run(["ip", "-6", "route", "show", "dev", "eth0"]).stdout
            )

        eventually(link_ready, timeout, what=f"{self.device} hears the router")
        self.dhclient = Process(
            f"dhclient {self.device}",
            ["dhclient", "-6", "-1", "-v", "-d", "-D", "LL", "-cf", configuration, "-lf", self.work / "dhclient.leases",
             "-pf", self.work / "dhclient.pid", "-sf", self.script, "-e", f"BRANCH_NOTES={self.notes}", "eth0"],
            self.work / "dhclient.log",
            self.namespace,
        )  # fmt: skip
        try:
            environment = eventually(lambda: self._noted("BOUND6"), timeout, what=f"{self.device} gets an IPv6 lease")
        except TimeoutError as error:
            raise TimeoutError(f"{error}\n{self.dhclient.tail()}") from None
        self.address6 = environment["new_ip6_address"]
        self.servers6 = environment.get("new_cisco_tftp_servers", "").split()
        eventually(
            lambda: self.address6 in self.namespace.run(["ip", "-6", "addr", "show", "dev", "eth0"]).stdout,
            5,
            what=f"{self.device} has its address",
        )
        self.dhclient.kill()  # The lease stays; nobody renews it in so short a time.

    @property
    def server(self):
        """Where the phone asks: the first TFTP server of the family it prefers (IPv4 when it has both)."""
        servers = self.servers4 + self.servers6
        if not servers:
            raise LookupError(f"{self.device} was told no TFTP server")
        return servers[0]

    def fetch(self, name, transport, server=None, timeout=20):
        """Asks for a file by "curl" or "busybox" (TFTP without options) or "http" (a phone's own bytes). What went wrong is in
        the result, not raised."""
        fetched = Fetched(name, transport, server or self.server, at=time.monotonic())
        start = time.monotonic()
        try:
            if transport == "curl":
                fetched.data = clients.curl(self.namespace, fetched.server, name, options=False, timeout=timeout)
            elif transport == "busybox":
                fetched.data = clients.busybox(self.namespace, fetched.server, name, timeout=timeout)
            elif transport == "http":
                answer = clients.phone_http(self.namespace, fetched.server, name, timeout=timeout)
                fetched.status = answer.status
                if answer.status == 200:
                    fetched.data = answer.body
                else:
                    fetched.error = f"HTTP {answer.status}"
            else:
                raise ValueError(transport)
        except (clients.Failed, OSError, subprocess.TimeoutExpired) as error:
            fetched.error = str(error)
        fetched.seconds = time.monotonic() - start
        self.fetched.append(fetched)
        return fetched
