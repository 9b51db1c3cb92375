"""DHCPv4 and DHCPv6 as bytes (RFC 2131, 2132, 3925, 8415): clients that ask exactly what a test wants asked, relays, and a
sniffer that decodes what a real client and a real server say to each other.

Options are kept as a list of (code, bytes) in the order of the packet, so that a test can see an option that is there twice.
"""

import dataclasses
import ipaddress
import os
import random
import select
import socket
import struct
import threading
import time

PHONE_CLASS = b"Cisco Systems, Inc. IP Phone CP-8841"
CISCO = 9  # IANA enterprise number

DISCOVER, OFFER, REQUEST, DECLINE, ACK, NAK, RELEASE, INFORM = range(1, 9)
NAMES4 = {1: "DISCOVER", 2: "OFFER", 3: "REQUEST", 4: "DECLINE", 5: "ACK", 6: "NAK", 7: "RELEASE", 8: "INFORM"}
SOLICIT, ADVERTISE, REQUEST6, CONFIRM, RENEW, REBIND, REPLY, RELEASE6, DECLINE6, RECONFIGURE, INFORMATION_REQUEST = range(1, 12)
RELAY_FORW, RELAY_REPL = 12, 13
NAMES6 = {
    1: "SOLICIT", 2: "ADVERTISE", 3: "REQUEST", 4: "CONFIRM", 5: "RENEW", 6: "REBIND", 7: "REPLY", 8: "RELEASE", 9: "DECLINE",
    11: "INFORMATION-REQUEST", 12: "RELAY-FORW", 13: "RELAY-REPL",
}  # fmt: skip
MAGIC = bytes([99, 130, 83, 99])


def mac_bytes(mac):
    return bytes.fromhex(mac.replace(":", ""))


@dataclasses.dataclass
class Message4:
    op: int = 1
    xid: int = 0
    flags: int = 0
    ciaddr: str = "0.0.0.0"
    yiaddr: str = "0.0.0.0"
    siaddr: str = "0.0.0.0"
    giaddr: str = "0.0.0.0"
    mac: bytes = bytes(6)
    options: list = dataclasses.field(default_factory=list)

    def encode(self):
        head = struct.pack("!BBBBIHH", self.op, 1, 6, 0, self.xid, 0, self.flags)
        head += b"".join(socket.inet_aton(a) for a in (self.ciaddr, self.yiaddr, self.siaddr, self.giaddr))
        head += self.mac.ljust(16, b"\0") + bytes(64) + bytes(128)
        body = b"".join(bytes([code, len(data)]) + data for code, data in self.options)
        return (head + MAGIC + body + b"\xff").ljust(300, b"\0")

    @classmethod
    def decode(cls, data):
        if len(data) < 240 or data[236:240] != MAGIC:
            raise ValueError("not a DHCPv4 message")
        op, _, length, _, xid, _, flags = struct.unpack("!BBBBIHH", data[:12])
        message = cls(op, xid, flags, *(socket.inet_ntoa(data[at : at + 4]) for at in (12, 16, 20, 24)), data[28 : 28 + length])
        message.options = []
        at = 240
        while at < len(data) and data[at] != 255:
            if data[at] == 0:
                at += 1
                continue
            size = data[at + 1]
            message.options.append((data[at], data[at + 2 : at + 2 + size]))
            at += 2 + size
        return message

    def all(self, code):
        return [data for got, data in self.options if got == code]

    def get(self, code):
        """The option's bytes, several instances put together (RFC 3396); None = absent."""
        found = self.all(code)
        return b"".join(found) if found else None

    @property
    def type(self):
        return (self.get(53) or b"\0")[0]

    @property
    def name(self):
        return NAMES4.get(self.type, f"type {self.type}")

    @property
    def tftp_servers(self):
        """Option 150; None = absent."""
        data = self.get(150)
        return None if data is None else [socket.inet_ntoa(data[at : at + 4]) for at in range(0, len(data), 4)]


@dataclasses.dataclass
class Message6:
    type: int = SOLICIT
    xid: int = 0
    options: list = dataclasses.field(default_factory=list)

    def encode(self):
        return struct.pack("!I", (self.type << 24) | self.xid) + encode6(self.options)

    @classmethod
    def decode(cls, data):
        word = struct.unpack("!I", data[:4])[0]
        return cls(word >> 24, word & 0xFFFFFF, decode6(data[4:]))

    def all(self, code):
        return [data for got, data in self.options if got == code]

    def get(self, code):
        found = self.all(code)
        return found[0] if found else None

    @property
    def name(self):
        return NAMES6.get(self.type, f"type {self.type}")

    def vendor(self, enterprise=CISCO):
        """Every option 17 of that enterprise, each as a list of (sub-option, bytes)."""
        return [decode6(data[4:]) for data in self.all(17) if struct.unpack("!I", data[:4])[0] == enterprise]

    @property
    def tftp_servers(self):
        """Option 17, enterprise 9, sub-option 1; None = absent."""
        found = [data for options in self.vendor() for code, data in options if code == 1]
        if not found:
            return None
        data = b"".join(found)
        return [str(ipaddress.IPv6Address(data[at : at + 16])) for at in range(0, len(data), 16)]

    @property
    def address(self):
        """The address of the first IA_NA, or None."""
        for data in self.all(3):
            for code, inner in decode6(data[12:]):
                if code == 5:
                    return str(ipaddress.IPv6Address(inner[:16]))
        return None


def encode6(options):
    return b"".join(struct.pack("!HH", code, len(data)) + data for code, data in options)


def decode6(data):
    options = []
    at = 0
    while at + 4 <= len(data):
        code, size = struct.unpack("!HH", data[at : at + 4])
        options.append((code, data[at + 4 : at + 4 + size]))
        at += 4 + size
    return options


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


class Client4:
    """Asks a DHCPv4 server on the same link, as a host without an address does: frames through a packet socket."""

    def __init__(self, namespace, interface, mac, vendor_class=PHONE_CLASS, ask=(1, 3, 66, 150), options=()):
        self.mac = mac_bytes(mac)
        self.vendor_class = vendor_class
        self.ask = ask
        self.extra = list(options)
        with namespace:
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0800))
            self.socket.bind((interface, 0x0800))

    def close(self):
        self.socket.close()

    def message(self, kind, options=(), **fields):
        content = [(53, bytes([kind])), (61, b"\x01" + self.mac)]
        if self.vendor_class is not None:
            content.append((60, self.vendor_class))
        if self.ask is not None:
            content.append((55, bytes(self.ask)))
        return Message4(xid=random.getrandbits(32), mac=self.mac, options=content + self.extra + list(options), **fields)

    def send(self, message, source="0.0.0.0", target="255.255.255.255"):
        body = message.encode()
        udp = struct.pack("!HHHH", 68, 67, 8 + len(body), 0) + body
        addresses = socket.inet_aton(source) + socket.inet_aton(target)
        head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0) + addresses
        head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
        self.socket.send(b"\xff" * 6 + self.mac + struct.pack("!H", 0x0800) + head + udp)

    def receive(self, xid, timeout):
        """The server's answer to that transaction, or None."""
        end = time.monotonic() + timeout
        while True:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.socket], [], [], left)[0]:
                return None
            frame = self.socket.recv(65536)
            found = dhcp_in_frame(frame)
            if found and isinstance(found[2], Message4) and found[2].op == 2 and found[2].xid == xid:
                return found[2]

    def ask_for(self, message, timeout=2, tries=3, **way):
        for _ in range(tries):
            self.send(message, **way)
            answer = self.receive(message.xid, timeout)
            if answer:
                return answer
        return None

    def discover(self, **more):
        return self.ask_for(self.message(DISCOVER), **more)

    def request(self, offer, **more):
        options = [(50, socket.inet_aton(offer.yiaddr)), (54, offer.get(54))]
        return self.ask_for(self.message(REQUEST, options), **more)

    def inform(self, address, **more):
        """An INFORM from a host that has `address` already; the answer comes to that address by unicast."""
        return self.ask_for(self.message(INFORM, ciaddr=address), source=address, **more)

    def lease(self):
        """DISCOVER to ACK; returns (offer, ack)."""
        offer = self.discover()
        if offer is None:
            raise TimeoutError("no OFFER came")
        ack = self.request(offer)
        if ack is None or ack.type != ACK:
            raise TimeoutError("no ACK came")
        return offer, ack


class Relay4:
    """A DHCPv4 relay (RFC 1542): an ordinary socket on `address`, port 67."""

    def __init__(self, namespace, address, server):
        self.address, self.server = address, server
        with namespace:
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.socket.bind((address, 67))

    def close(self):
        self.socket.close()

    def ask_for(self, message, timeout=2, tries=3):
        message.giaddr = self.address
        for _ in range(tries):
            self.socket.sendto(message.encode(), (self.server, 67))
            self.socket.settimeout(timeout)
            try:
                while True:
                    answer = Message4.decode(self.socket.recv(65536))
                    if answer.xid == message.xid:
                        return answer
            except TimeoutError:
                pass
        return None


class Client6:
    """Asks DHCPv6 servers on a link from a link-local address (RFC 8415)."""

    def __init__(self, namespace, interface, mac, vendor_class=PHONE_CLASS, ask=(17,), options=()):
        self.duid = struct.pack("!HH", 3, 1) + mac_bytes(mac)
        self.mac = mac_bytes(mac)
        self.vendor_class, self.ask, self.extra = vendor_class, ask, list(options)
        with namespace:
            self.socket = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
            self.index = socket.if_nametoindex(interface)
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, self.index)
            self.socket.bind(("::", 546))

    def close(self):
        self.socket.close()

    def message(self, kind, options=()):
        content = [(1, self.duid), (8, b"\0\0")]
        if kind != INFORMATION_REQUEST:
            content.append((3, self.mac[-4:] + bytes(8)))
        if self.vendor_class is not None:
            content.append((16, struct.pack("!IH", CISCO, len(self.vendor_class)) + self.vendor_class))
        if self.ask is not None:
            content.append((6, b"".join(struct.pack("!H", code) for code in self.ask)))
        return Message6(kind, random.getrandbits(24), content + self.extra + list(options))

    def ask_for(self, message, timeout=2, tries=3, of=None):
        """The first answer, or, with `of`, that of the server with this address."""
        for _ in range(tries):
            self.socket.sendto(message.encode(), ("ff02::1:2", 547, 0, self.index))
            self.socket.settimeout(timeout)
            try:
                while True:
                    data, source = self.socket.recvfrom(65536)
                    answer = Message6.decode(data)
                    if answer.xid == message.xid and of in (None, source[0].split("%")[0]):
                        return answer
            except TimeoutError:
                pass
        return None

    def solicit(self, **more):
        return self.ask_for(self.message(SOLICIT), **more)

    def request(self, advertise, **more):
        message = self.message(REQUEST6, [(2, advertise.get(2))])
        message.options = [option for option in message.options if option[0] != 3] + [(3, advertise.get(3))]
        return self.ask_for(message, **more)

    def information(self, **more):
        return self.ask_for(self.message(INFORMATION_REQUEST), **more)


class Relay6:
    """A DHCPv6 relay on the server's link (RFC 8415 section 19): an ordinary socket on `address`, port 547."""

    def __init__(self, namespace, interface, address):
        self.address = address
        with namespace:
            self.socket = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, socket.if_nametoindex(interface))
            self.socket.bind((address, 547))

    def close(self):
        self.socket.close()

    def ask_for(self, message, link=None, peer="fe80::1", timeout=2, tries=3):
        head = bytes([RELAY_FORW, 0]) + ipaddress.IPv6Address(link or self.address).packed + ipaddress.IPv6Address(peer).packed
        packet = head + encode6([(18, b"port7"), (9, message.encode())])
        for _ in range(tries):
            self.socket.sendto(packet, ("ff02::1:2", 547))
            self.socket.settimeout(timeout)
            try:
                while True:
                    data = self.socket.recv(65536)
                    if data[0] != RELAY_REPL:
                        continue
                    for code, inner in decode6(data[34:]):
                        if code == 9:
                            answer = Message6.decode(inner)
                            if answer.xid == message.xid:
                                return answer
            except TimeoutError:
                pass
        return None


def dhcp_in_frame(frame):
    """(source, target, message) if an Ethernet frame carries DHCP, else None. Never raises."""
    try:
        kind = struct.unpack("!H", frame[12:14])[0]
        packet = frame[14:]
        if kind == 0x0800 and packet[9] == 17:
            at = (packet[0] & 15) * 4
            source_port, target_port = struct.unpack("!HH", packet[at : at + 4])
            if {source_port, target_port} & {67, 68}:
                message = Message4.decode(packet[at + 8 :])
                return socket.inet_ntoa(packet[12:16]), socket.inet_ntoa(packet[16:20]), message
        if kind == 0x86DD and packet[6] == 17:
            source_port, target_port = struct.unpack("!HH", packet[40:44])
            if {source_port, target_port} & {546, 547}:
                text = lambda data: str(ipaddress.IPv6Address(data))
                return text(packet[8:24]), text(packet[24:40]), Message6.decode(packet[48:])
    except (ValueError, IndexError, struct.error):
        pass
    return None


class Sniffer:
    """Writes down all DHCP that passes an interface, both ways: .heard is a list of (time, source, target, message)."""

    def __init__(self, namespace, interface):
        self.heard = []
        with namespace:
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0003))
            self.socket.bind((interface, 0x0003))
        self._end_reader, self._end_writer = os.pipe()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self):
        while True:
            ready = select.select([self.socket, self._end_reader], [], [])[0]
            if self.socket in ready:
                found = dhcp_in_frame(self.socket.recv(65536))
                if found:
                    self.heard.append((time.monotonic(), *found))
            elif self._end_reader in ready:
                return

    def close(self):
        os.close(self._end_writer)
        self._thread.join()
        os.close(self._end_reader)
        self.socket.close()
