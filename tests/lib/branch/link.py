"""A long, thin line to the wide area network: a fixed delay each way, and a rate towards the branch.

    [wan switch] --- near  (delaying relay)  far --- eth0 [host]     the host's tbf limits what it sends

The kernel's own delay (netem) is missing on many machines, so a thread relays the frames. It copies Ethernet frames between two
interfaces and knows nothing of what is in them; offloading is switched off, so that every frame is one that a wire could carry.
"""

import collections
import ctypes
import fcntl
import select
import socket
import struct
import threading
import time

from .netns import Namespace, veth

SIOCETHTOOL = 0x8946
TX_CHECKSUM, SCATTER_GATHER, TSO, GSO, GRO = 0x17, 0x19, 0x1F, 0x24, 0x2C


def without_offloading(namespace, interface):
    with namespace, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        for command in (TSO, GSO, GRO, TX_CHECKSUM, SCATTER_GATHER):
            value = ctypes.create_string_buffer(struct.pack("II", command, 0), 8)
            request = struct.pack("16sP", interface.encode(), ctypes.addressof(value)) + bytes(16)
            try:
                fcntl.ioctl(control, SIOCETHTOOL, request)
            except OSError:
                pass  # what this kernel cannot switch off separately goes with another


class SlowLink:
    def __init__(self, branch, label, *addresses, delay=0.05, mbit=10):
        self.host = branch.own(Namespace(label))
        self.namespace = branch.own(Namespace(f"link-{label}"))
        self.delay = delay
        port = branch.wan.plug(self.namespace, "near")
        veth(self.host, "eth0", self.namespace, "far")
        for namespace, interface in (
            (self.host, "eth0"),
            (self.namespace, "near"),
            (self.namespace, "far"),
            (branch.wan.namespace, port),
            (branch.box.namespace, "wan0"),
        ):
            without_offloading(namespace, interface)
        self.host.ip(*[f"addr add {address} dev eth0" for address in addresses])
        self.host.run(["tc", "qdisc", "add", "dev", "eth0", "root", "tbf", "rate", f"{mbit}mbit", "burst", "16kb", "latency", "300ms"])
        with self.namespace:
            self.sockets = [self._open("near"), self._open("far")]
        self.bytes = [0, 0]  # relayed to the host, and from it
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._relay, daemon=True)
        self._thread.start()

    @staticmethod
    def _open(interface):
        opened = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        opened.bind((interface, 0))
        opened.setblocking(False)
        return opened

    def _relay(self):
        waiting = collections.deque()  # (when, where, frame): in order, since the delay is the same for all
        while not self._ending.is_set():
            now = time.monotonic()
            while waiting and waiting[0][0] <= now:
                _, where, frame = waiting.popleft()
                try:
                    self.sockets[where].send(frame)
                    self.bytes[0 if where == 1 else 1] += len(frame)
                except OSError:
                    pass  # lost, as on any wire
            pause = min(0.1, waiting[0][0] - now) if waiting else 0.1
            ready, _, _ = select.select(self.sockets, [], [], max(pause, 0))
            for opened in ready:
                for _ in range(64):
                    try:
                        frame, origin = opened.recvfrom(65536)
                    except BlockingIOError:
                        break
                    if origin[2] != socket.PACKET_OUTGOING:
                        waiting.append((time.monotonic() + self.delay, 1 - self.sockets.index(opened), frame))

    def close(self):
        self._ending.set()
        self._thread.join()
        for opened in self.sockets:
            opened.close()
