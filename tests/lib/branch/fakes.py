"""Remote servers that misbehave, for what no real server can be made to do. Each writes down every question it was asked
(.asked, a list of Asked), answers from .files, and does `how` to every answer:

TFTP    "good"          as RFC 1350 and 2347 say (it knows blksize, tsize, windowsize is left out)
        "silent"        never answers
        "slow"          waits `delay` seconds before the first answer
        "error"         ERROR 0 to everything
        "other-address" the whole answer comes from another address of the host (`other`)
        "second-tid"    a second port of the same host answers the same request with other bytes, first
        "long-tsize"    promises more bytes than it sends
        "short-tsize"   promises fewer bytes than it sends
        "dies"          stops in the middle, without a word
        "endless"       never sends a last block
        "garbage"       answers with what is no TFTP packet
        "wrong-block"   numbers its blocks wrongly
HTTP    "good", "silent", "slow", "error" (500), "searching" (503)
        "long-length"   promises more bytes than it sends, then closes
        "short-length"  promises fewer bytes than it sends
        "dies"          closes in the middle
        "resets"        resets the connection in the middle
        "endless"       a body without length and without end
        "chunked", "no-length" (ends by closing): good bytes, told differently
        "two-lengths"   two different Content-Length fields
        "garbage"       no HTTP at all
        "drip"          one byte a second
"""

import dataclasses
import socket
import struct
import threading
import time

from . import tftp
from .serving import Serving


@dataclasses.dataclass
class Asked:
    at: float
    name: str
    peer: tuple
    transport: str
    head: str = ""


class _Server(Serving):
    def __init__(self, files, how, delay):
        self.files = dict(files or {})
        self.how = how
        self.delay = delay
        self.asked = []

    def names(self):
        return [question.name for question in self.asked]

    def count(self, name):
        """How often it was asked for that name. A TFTP request sent again from the same port is the same question."""
        asked = [question for question in self.asked if question.name == name]
        return len({question.peer if question.transport == "tftp" else question.at for question in asked})

    def _find(self, name):
        wanted = name.lstrip("/").lower()
        for key, data in list(self.files.items()):
            if key.lower() == wanted:
                return data
        return None


class FakeTftp(_Server):
    def __init__(self, namespace, address, files=None, how="good", delay=1.0, port=69, other=None):
        super().__init__(files, how, delay)
        self.namespace, self.address, self.other = namespace, address, other
        self.family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with namespace:
            self.socket = socket.socket(self.family, socket.SOCK_DGRAM)
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
            self.socket.bind((address, port))
        self._begin()

    def _serve(self):
        while not self._closing.is_set():
            try:
                packet, peer = self.socket.recvfrom(65536)
            except TimeoutError:
                continue
            if len(packet) < 4 or struct.unpack("!H", packet[:2])[0] != tftp.RRQ:
                continue
            words = packet[2:].split(b"\0")
            name = words[0].decode("latin-1")
            options = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in zip(words[2::2], words[3::2]) if k}
            self.asked.append(Asked(time.monotonic(), name, peer[:2], "tftp"))
            threading.Thread(target=self._answer, args=(name, options, peer), daemon=True).start()

    def _open(self, address=None):
        with self.namespace:
            new = socket.socket(self.family, socket.SOCK_DGRAM)
            new.bind((address or self.address, 0))
        new.settimeout(1)
        return new

    def _answer(self, name, options, peer):
        how, data = self.how, self._find(name)
        if how == "silent":
            return
        if how == "slow":
            time.sleep(self.delay)
        with self._open(self.other if how == "other-address" else None) as here:
            if how == "error":
                here.sendto(tftp.error(0, "out of order"), peer)
                return
            if how == "garbage":
                here.sendto(b"\x00\x09 what?", peer)
                return
            if data is None:
                here.sendto(tftp.error(tftp.NOT_FOUND, "File not found"), peer)
                return
            if how == "second-tid":
                with self._open() as second:
                    poison = b"P" * len(data)
                    self._send(second, poison, options, peer, how, waits=False)
                    self._send(here, data, options, peer, how)
                    return
            self._send(here, data, options, peer, how)

    def _send(self, here, data, options, peer, how, waits=True):
        block_size = 512
        accepted = []
        if "blksize" in options:
            block_size = min(int(options["blksize"]), 1428)
            accepted.append(("blksize", block_size))
        if "tsize" in options:
            size = len(data)
            size += {"long-tsize": 1000, "short-tsize": -min(1000, len(data) - 1)}.get(how, 0)
            accepted.append(("tsize", size))
        if accepted:
            words = b"".join(f"{key}".encode() + b"\0" + f"{value}".encode() + b"\0" for key, value in accepted)
            here.sendto(struct.pack("!H", tftp.OACK) + words, peer)
            if waits and not self._confirmed(here, peer, 0, struct.pack("!H", tftp.OACK) + words):
                return
        block, at = 1, 0
        while not self._closing.is_set():
            part = b"E" * block_size if how == "endless" else data[at : at + block_size]
            number = block + 7 if how == "wrong-block" else block
            packet = struct.pack("!HH", tftp.DATA, number & 0xFFFF) + part
            here.sendto(packet, peer)
            if how == "dies" and at >= len(data) // 2:
                return
            if not waits:
                return
            if not self._confirmed(here, peer, number & 0xFFFF, packet):
                return
            if len(part) < block_size:
                return
            at += block_size
            block += 1

    def _confirmed(self, here, peer, block, packet):
        for _ in range(4):
            end = time.monotonic() + 1
            while time.monotonic() < end:
                try:
                    answer, source = here.recvfrom(65536)
                except TimeoutError:
                    break
                if source[:2] != peer[:2]:
                    continue
                opcode, number = struct.unpack("!HH", answer[:4])
                if opcode == tftp.ERROR:
                    return False
                if opcode == tftp.ACK and number == block:
                    return True
            if self._closing.is_set():
                return False
            here.sendto(packet, peer)
        return False


class FakeHttp(_Server):
    def __init__(self, namespace, address, files=None, how="good", delay=1.0, port=6970):
        super().__init__(files, how, delay)
        with namespace:
            self.socket = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self.socket.bind((address, port))
            self.socket.listen(1024)
        self._begin()

    def _serve(self):
        while not self._closing.is_set():
            try:
                connection, peer = self.socket.accept()
            except TimeoutError:
                continue
            threading.Thread(target=self._talk, args=(connection, peer), daemon=True).start()

    def _talk(self, connection, peer):
        connection.settimeout(30)
        with connection:
            try:
                rest = b""
                while True:
                    while b"\r\n\r\n" not in rest:
                        part = connection.recv(65536)
                        if not part:
                            return
                        rest += part
                    head, rest = rest.split(b"\r\n\r\n", 1)
                    text = head.decode("latin-1")
                    name = text.split("\r\n")[0].split()[1].lstrip("/")
                    self.asked.append(Asked(time.monotonic(), name, peer[:2], "http", text))
                    if not self._answer(connection, name):
                        return
            except OSError:
                return

    def _answer(self, connection, name):
        """Returns whether the connection goes on."""
        how, data = self.how, self._find(name)
        if how == "silent":
            self._closing.wait(60)
            return False
        if how == "slow":
            time.sleep(self.delay)
        if how == "garbage":
            connection.sendall(b"\x00\x01\x02 no such protocol\r\n\r\n")
            return False
        if how == "error":
            connection.sendall(b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n")
            return True
        if how == "searching":
            connection.sendall(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")
            return True
        if data is None:
            connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            return True
        size = len(data)
        if how == "endless":
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: */*\r\n\r\n")
            while not self._closing.is_set():
                connection.sendall(b"E" * 65536)
            return False
        if how == "no-length":
            connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + data)
            return False
        if how == "chunked":
            connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            for at in range(0, size, 4096):
                part = data[at : at + 4096]
                connection.sendall(f"{len(part):x}\r\n".encode() + part + b"\r\n")
            connection.sendall(b"0\r\n\r\n")
            return True
        promised = size + {"long-length": 1000, "short-length": -min(1000, size - 1)}.get(how, 0)
        # As a CUCM writes it: no blank where none is needed, nothing about the connection.
        head = f"HTTP/1.1 200 OK\r\nContent-length: {promised}\r\n"
        if how == "two-lengths":
            head += f"Content-length: {promised + 5}\r\n"
        connection.sendall(head.encode() + b"Cache-Control: no-store\r\nContent-type: */*\r\n\r\n")
        if how in ("dies", "resets"):
            connection.sendall(data[: size // 2])
            if how == "resets":
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return False
        if how == "drip":
            for byte in data:
                connection.sendall(bytes([byte]))
                if self._closing.wait(1):
                    return False
            return False
        connection.sendall(data)
        return how not in ("long-length", "short-length")
