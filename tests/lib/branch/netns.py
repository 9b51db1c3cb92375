"""Network namespaces, links and switches.

A namespace here has no name in the file system: it lives as long as an open descriptor or a process holds it. When this
program ends, however it ends, its children are killed by the kernel (branch.process) and the namespaces with all their
links are gone. Nothing is left to be cleaned up, and runs side by side cannot meet.
"""

import contextlib
import os
import re
import subprocess
import threading

HOME = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
_where = threading.local()  # Each thread's way back out of nested `with` blocks.


class Namespace:
    """A network namespace. `with namespace:` moves the calling thread into it: sockets opened and processes started there
    belong to it and stay there."""

    def __init__(self, label):
        self.label = label
        failure = []

        def make():  # In a thread of its own, so that the caller stays where it is.
            try:
                os.unshare(os.CLONE_NEWNET)
                self.fd = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
            except OSError as error:
                failure.append(error)

        thread = threading.Thread(target=make)
        thread.start()
        thread.join()
        if failure:
            raise RuntimeError(
                f"a network namespace could not be made ({failure[0].strerror}). Run this as root on a kernel with network "
                "namespaces; in a container it needs the right to make them (CAP_SYS_ADMIN)."
            )
        # Duplicate address detection would hold every IPv6 address back for about two seconds. Tests of exactly that
        # turn it on again.
        self.sysctl("net.ipv6.conf.default.dad_transmits", 0)
        self.sysctl("net.ipv6.conf.default.accept_dad", 0)
        self.ip("link set lo up")

    @property
    def path(self):
        return f"/proc/{os.getpid()}/fd/{self.fd}"

    def __enter__(self):
        if not hasattr(_where, "way"):
            _where.way = [HOME]
        os.setns(self.fd, os.CLONE_NEWNET)
        _where.way.append(self.fd)
        return self

    def __exit__(self, *unused):
        _where.way.pop()
        os.setns(_where.way[-1], os.CLONE_NEWNET)

    def close(self):
        if self.fd is not None:
            os.close(self.fd)
            self.fd = None

    def ip(self, *lines):
        """Runs lines of the ip command, all in one go: ns.ip("link set eth0 up", "addr add 192.0.2.1/24 dev eth0")."""
        text = "\n".join(lines) + "\n"
        with self:
            done = subprocess.run(["ip", "-batch", "-"], input=text, text=True, capture_output=True)
        if done.returncode != 0:
            raise RuntimeError(f"ip in {self.label} failed: {done.stderr.strip()}\n{text}")
        return done.stdout

    def sysctl(self, name, value):
        with self, open("/proc/sys/" + name.replace(".", "/"), "w") as file:
            file.write(str(value))

    def run(self, command, check=True, timeout=30, **options):
        """Runs a short program to its end inside the namespace."""
        options.setdefault("capture_output", True)
        options.setdefault("text", True)
        with self:
            process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *map(str, command)],
                stdin=subprocess.DEVNULL if "input" not in options else subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=options["text"],
                env=options.get("env"),
                cwd=options.get("cwd"),
            )
        try:
            out, err = process.communicate(options.get("input"), timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise
        done = subprocess.CompletedProcess(command, process.returncode, out, err)
        if check and done.returncode != 0:
            raise RuntimeError(f"{' '.join(map(str, command))} in {self.label} ended with {done.returncode}: {err}{out}")
        return done

    @contextlib.contextmanager
    def loss(self, percent, interface="eth0"):
        """Drops this share of all UDP packets, coming and going, while the block runs; .dropped is then how many it were.

        On the wire rather than in the output chain, whose drops the sender would be told of as errors.
        """
        drop = f"numgen random mod 100 < {percent} counter drop"
        chains = "".join(
            f" chain {way} {{\n  type filter hook {way} device \"{interface}\" priority 0;\n"
            f"  ip protocol udp {drop}\n  ip6 nexthdr udp {drop}\n }}\n"
            for way in ("ingress", "egress")
        )
        self.nft(f"table netdev loss {{\n{chains}}}\n")
        try:
            yield
        finally:
            listed = self.run(["nft", "list", "table", "netdev", "loss"]).stdout
            self.dropped = sum(int(count) for count in re.findall(r"counter packets (\d+)", listed))
            self.nft("delete table netdev loss\n")

    def nft(self, text):
        self.run(["nft", "-f", "-"], input=text)


def veth(a, a_name, b, b_name, a_mac=None, b_mac=None):
    """A cable between two namespaces; both ends are up afterwards."""
    mac = f" address {a_mac}" if a_mac else ""
    peer_mac = f" address {b_mac}" if b_mac else ""
    a.ip(f"link add name {a_name}{mac} type veth peer name {b_name}{peer_mac} netns {b.path}", f"link set {a_name} up")
    b.ip(f"link set {b_name} up")


class Switch:
    """An Ethernet switch: a bridge in a namespace of its own."""

    def __init__(self, label):
        self.namespace = Namespace(label)
        self._ports = 0
        self._lock = threading.Lock()
        self.namespace.ip("link add name switch type bridge forward_delay 0 mcast_snooping 0", "link set switch up")

    def plug(self, namespace, name, mac=None):
        """Connects an interface `name` of `namespace` to a new port; returns the port's name."""
        with self._lock:
            self._ports += 1
            port = f"port{self._ports}"
        veth(namespace, name, self.namespace, port, a_mac=mac)
        self.namespace.ip(f"link set {port} master switch")
        return port

    def close(self):
        self.namespace.close()
