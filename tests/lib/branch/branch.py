"""The office: an appliance between a phone network and a wide area network.

    phones --- switch (lan) --- lan0 [appliance] wan0 --- switch (wan) --- remote clusters

Addresses are those reserved for documentation (RFC 5737, RFC 3849):

    phone network   192.0.2.0/24        2001:db8:1::/64     the appliance is .1 and ::1
    wide area       198.51.100.0/24     2001:db8:a::/64     the appliance is .1 and ::1
    further off     203.0.113.0/24      2001:db8:b::/64     on the same wire, reached through wan0
"""

import os
import pathlib
import shutil
import socket
import struct
import subprocess
import tempfile
import threading

from . import paths
from .netns import Namespace, Switch
from .process import Process

# The appliance's programs run with /run/kea of their own: the places that the documentation names are the places used.
PRIVATE_RUN = 'busybox mount -o bind "$1" /run/kea && shift && exec "$@"'


def usable(line):
    """That line of the ip command, for an address that can be used at once: the kernel looks for duplicates of an IPv6 address
    from a queue, even where the look is switched off, and on a busy machine the queue takes its time."""
    return line + (" nodad" if ":" in line else "")


class Box:
    """The appliance."""

    def __init__(self, work):
        self.work = work
        self.namespace = Namespace("box")
        self.run_directory = work / "run"
        self.run_directory.mkdir(mode=0o750)
        self.run_directory.chmod(0o750)  # Kea demands exactly this mode.
        self.hooks_directory = work / "hooks"
        self.hooks_directory.mkdir()
        for library in [*paths.KEA_HOOKS.glob("*.so"), paths.HOOK]:
            link = self.hooks_directory / library.name
            link.unlink(missing_ok=True)
            link.symlink_to(library)
        self.lease_directory = work / "leases"
        self.lease_directory.mkdir()
        self.files = work / "files"
        self.files.mkdir()
        self.cache = work / "cache"
        self.trust = work / "trust"
        self.address4 = "192.0.2.1"
        self.address6 = "2001:db8:1::1"
        self.wan4 = "198.51.100.1"
        self.wan6 = "2001:db8:a::1"
        self._processes = []

    def _inside(self, command):
        return ["unshare", "--mount", "--propagation", "private", "sh", "-c", PRIVATE_RUN, "sh", self.run_directory, *command]

    def start(self, label, command, environment):
        process = Process(label, self._inside(command), self.work / f"{label}.log", self.namespace, environment)
        self._processes.append(process)
        return process

    def run(self, command, environment=None, timeout=60, **options):
        """Runs one of the appliance's programs to its end."""
        return self.namespace.run(
            self._inside(command),
            check=False,
            timeout=timeout,
            env={**os.environ, "PATH": f"{paths.BIN}:{os.environ['PATH']}", **(environment or {})},
            **options,
        )

    def put(self, name, data):
        """A file of the appliance's own."""
        path = self.files / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return data

    def close(self):
        for process in self._processes:
            process.stop(5)
        self.namespace.close()


class Router:
    """Announces the phone network's IPv6 prefix, as a branch's router does (RFC 4861): addresses come from DHCPv6 (flags M
    and O), the prefix is on the link."""

    def __init__(self, namespace, interface, prefix="2001:db8:1::"):
        with namespace:
            self.socket = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, socket.if_nametoindex(interface))
            self.scope = socket.if_nametoindex(interface)
        option = struct.pack("!BBBBIII", 3, 4, 64, 0x80, 86400, 14400, 0) + socket.inet_pton(socket.AF_INET6, prefix)
        self.packet = struct.pack("!BBHBBHII", 134, 0, 0, 64, 0xC0, 0, 0, 0) + option
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._announce, daemon=True)
        self._thread.start()

    def _announce(self):
        while not self._end.is_set():
            try:
                self.socket.sendto(self.packet, ("ff02::1", 0, 0, self.scope))
            except OSError:
                pass
            self._end.wait(0.3)

    def close(self):
        self._end.set()
        self._thread.join()
        self.socket.close()


class Branch:
    """Everything of one run, in a directory of its own. Use it in a `with` block, or close() it."""

    def __init__(self, label="branch", v4=True, v6=True):
        paths.require_commands("ip", "unshare", "setpriv", "busybox")
        # Short, since sockets lie in it whose paths may have 107 bytes.
        self.work = pathlib.Path(tempfile.mkdtemp(prefix=f"bl-{label[:20]}-", dir=os.environ.get("BRANCHLINE_RUNS") or "/tmp"))
        self._open = []
        try:
            self.lan = self.own(Switch("lan"))
            self.wan = self.own(Switch("wan"))
            self.box = self.own(Box(self.work))
            self.lan.plug(self.box.namespace, "lan0", "02:00:5e:00:00:01")
            self.wan.plug(self.box.namespace, "wan0", "02:00:5e:00:00:02")
            box = self.box
            if v4:
                box.namespace.ip(f"addr add {box.address4}/24 dev lan0", f"addr add {box.wan4}/24 dev wan0")
                box.namespace.ip("route add 203.0.113.0/24 dev wan0")
            if v6:
                box.namespace.ip(usable(f"addr add {box.address6}/64 dev lan0"), usable(f"addr add {box.wan6}/64 dev wan0"))
                box.namespace.ip("route add 2001:db8:b::/64 dev wan0")
        except BaseException:
            self.close()
            raise
        self._hosts = 0

    def own(self, thing):
        """Closes or stops `thing` at the end."""
        self._open.append(thing)
        return thing

    def another_box(self, label, *addresses, on="lan", mac=None):
        """A second appliance, on the phone network or (`on="wan"`) on the wide area network, with these addresses."""
        work = self.work / label
        work.mkdir()
        box = self.own(Box(work))
        {"lan": self.lan, "wan": self.wan}[on].plug(box.namespace, f"{on}0", mac)
        box.namespace.ip(*[usable(f"addr add {address} dev {on}0") for address in addresses])
        return box

    def host(self, label, *addresses, switch=None, mac=None):
        """A host on the wide area network (or another switch) with these addresses; returns its namespace."""
        namespace = self.own(Namespace(label))
        (switch or self.wan).plug(namespace, "eth0", mac)
        if addresses:
            namespace.ip(*[usable(f"addr add {address} dev eth0") for address in addresses])
        if switch is None:
            for line in (
                "route add 198.51.100.0/24 dev eth0",
                "route add 203.0.113.0/24 dev eth0",
                "route add 2001:db8:a::/64 dev eth0",
                "route add 2001:db8:b::/64 dev eth0",
            ):
                try:  # What the addresses already brought is refused.
                    namespace.ip(line)
                except RuntimeError:
                    pass
        return namespace

    def phone_host(self, label="phone", v4=None, v6=None, mac=None):
        """A host on the phone network with fixed addresses, for tests that are not about DHCP."""
        addresses = ([f"{v4}/24"] if v4 else []) + ([f"{v6}/64"] if v6 else [])
        return self.host(label, *addresses, switch=self.lan, mac=mac)

    def dead(self):
        """The servers that have ended although nobody stopped them, each as (label, exit status, end of its log)."""
        processes = [thing.process for thing in self._open if isinstance(getattr(thing, "process", None), Process)]
        return [(one.label, one.process.returncode, one.tail(8)) for one in processes if not one.running]

    def close(self, keep_logs_in=None):
        """Ends everything, newest first, and removes the directory. `keep_logs_in`: a directory that gets the logs."""
        while self._open:
            thing = self._open.pop()
            try:
                (getattr(thing, "close", None) or thing.stop)()
            except (OSError, RuntimeError, subprocess.SubprocessError) as error:
                print(f"closing {thing!r}: {error}", flush=True)
        if keep_logs_in is not None and self.work.exists():
            keep_logs_in = pathlib.Path(keep_logs_in)
            keep_logs_in.mkdir(parents=True, exist_ok=True)
            for pattern in ("*.log", "*.conf", "*.access", "*.output", "sanitizer/*"):
                for file in self.work.glob(pattern):
                    if file.is_file() and file.stat().st_size < 50 << 20:
                        shutil.copy(file, keep_logs_in / file.name)
        shutil.rmtree(self.work, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()
