"""An NTP server whose clock is ahead of the machine's (RFC 5905; as much of it as a client looks at)."""

import socket
import struct
import time

from .serving import Serving

SINCE_1900 = 2_208_988_800  # seconds from NTP's era to Unix's


class NtpServer(Serving):
    def __init__(self, namespace, ahead):
        """`ahead`: seconds."""
        self.ahead = ahead
        with namespace:
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.socket.bind(("0.0.0.0", 123))
        self._begin()

    def _serve(self):
        while not self._closing.is_set():
            try:
                asked, peer = self.socket.recvfrom(1024)
            except TimeoutError:
                continue
            now = int((time.time() + self.ahead + SINCE_1900) * 2**32).to_bytes(8, "big")
            # Version 4, server, stratum 1, precision 2^-20; the client's own time comes back to it.
            head = struct.pack("!BBbbII4s", 0x24, 1, asked[2], -20, 0, 16, b"TEST")
            self.socket.sendto(head + now + asked[40:48] + now + now, peer)
