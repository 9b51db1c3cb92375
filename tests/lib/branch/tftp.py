"""TFTP as bytes (RFC 1350, 2347 to 2349, 7440), for what no real client does: bad packets, silence, strangers.

For good behaviour the tests use real clients (branch.clients).
"""

import dataclasses
import socket
import struct
import time

RRQ, WRQ, DATA, ACK, ERROR, OACK = 1, 2, 3, 4, 5, 6
NOT_DEFINED, NOT_FOUND, ACCESS, FULL, ILLEGAL, UNKNOWN_TID, EXISTS, NO_USER, BAD_OPTIONS = range(9)


def rrq(name, mode="octet", options=(), opcode=RRQ):
    if isinstance(name, str):
        name = name.encode()
    words = [name, mode.encode()]
    for key, value in options:
        words += [key.encode(), str(value).encode()]
    return struct.pack("!H", opcode) + b"".join(word + b"\0" for word in words)


def wrq(name, mode="octet", options=()):
    return rrq(name, mode, options, WRQ)


def ack(block):
    return struct.pack("!HH", ACK, block & 0xFFFF)


def error(code, text="x"):
    return struct.pack("!HH", ERROR, code) + text.encode() + b"\0"


@dataclasses.dataclass
class Packet:
    opcode: int
    number: int = 0  # block or error code
    data: bytes = b""
    options: dict = dataclasses.field(default_factory=dict)
    size: int = 0
    raw: bytes = b""

    @classmethod
    def decode(cls, raw):
        opcode = struct.unpack("!H", raw[:2])[0]
        if opcode == OACK:
            words = raw[2:].split(b"\0")
            if words[-1] != b"" or len(words) % 2 != 1:
                raise ValueError(f"malformed OACK {raw!r}")
            pairs = zip(words[0:-1:2], words[1:-1:2])
            return cls(opcode, options={k.decode().lower(): v.decode() for k, v in pairs}, size=len(raw), raw=raw)
        return cls(opcode, struct.unpack("!H", raw[2:4])[0], raw[4:], size=len(raw), raw=raw)


class Peer:
    """One client socket (one TID). `server` is (address, port)."""

    def __init__(self, namespace, server, source=None, port=69):
        self.server = (server, port) if isinstance(server, str) else server
        self.family = socket.AF_INET6 if ":" in self.server[0] else socket.AF_INET
        with namespace:
            self.socket = socket.socket(self.family, socket.SOCK_DGRAM)
            if self.family == socket.AF_INET:
                self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            wildcard = "::" if self.family == socket.AF_INET6 else "0.0.0.0"
            self.socket.bind((source or wildcard, 0))
        self.tid = None  # the server's transfer port, once it has answered
        self.sources = set()

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()

    def send(self, packet, to=None):
        self.socket.sendto(packet, to or self.server)

    def receive(self, timeout=3):
        """The next packet, or None when none comes in time."""
        self.socket.settimeout(max(timeout, 0.001))
        try:
            raw, source = self.socket.recvfrom(70000)
        except TimeoutError:
            return None
        self.sources.add(source[:2])
        self.tid = source
        return Packet.decode(raw)

    def ask(self, packet, timeout=3, tries=1):
        for _ in range(tries):
            self.send(packet)
            answer = self.receive(timeout)
            if answer:
                return answer
        return None

    def collect(self, seconds):
        """Everything that comes within that time."""
        packets = []
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            packet = self.receive(left)
            if packet:
                packets.append(packet)
        return packets


class Transfer(RuntimeError):
    pass


def read(namespace, server, name, options=(), timeout=5, source=None, port=69, limit=256 << 20, mode="octet"):
    """Reads a whole file as a plain client would; returns the bytes. Raises Transfer with the server's error."""
    with Peer(namespace, server, source=source, port=port) as peer:
        peer.send(rrq(name, mode, options))
        received = bytearray()
        expected, block_size, window = 1, 512, 1
        in_window = 0
        last = time.monotonic()
        while True:
            packet = peer.receive(min(1, timeout))
            if packet is None:
                if time.monotonic() - last > timeout:
                    raise Transfer(f"{name}: silence for {timeout} s after {len(received)} bytes")
                peer.send(ack(expected - 1) if peer.tid else rrq(name, mode, options), peer.tid)
                continue
            last = time.monotonic()
            if packet.opcode == ERROR:
                raise Transfer(f"ERROR {packet.number} {packet.data[:-1].decode(errors='replace')}")
            if packet.opcode == OACK:
                block_size = int(packet.options.get("blksize", 512))
                window = int(packet.options.get("windowsize", 1))
                peer.send(ack(0), peer.tid)
                continue
            if packet.opcode == DATA and window == 1 and packet.number == (expected - 1) & 0xFFFF:
                peer.send(ack(expected - 1), peer.tid)  # the server did not see this one
                continue
            if packet.opcode != DATA or packet.number != expected & 0xFFFF:
                continue
            received += packet.data
            if len(received) > limit:
                raise Transfer(f"{name}: more than {limit} bytes")
            in_window += 1
            if len(packet.data) < block_size or in_window >= window:
                peer.send(ack(expected), peer.tid)
                in_window = 0
            if len(packet.data) < block_size:
                return bytes(received)
            expected += 1
