"""A few words of gdb's remote protocol, as QEMU understands it: $TEXT#CHECKSUM, answered by + and such a packet."""

import socket
import struct

JUMP_TO_ITSELF = b"\xeb\xfe"
INTERRUPTS = 0x200  # the flag in x86's eflags
RIP, EFLAGS = 16 * 8, 17 * 8  # in the answer to "g", after sixteen registers of eight bytes


class Connection:
    def __init__(self, path):
        """The machine stands still while one is connected."""
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(30)
        self.socket.connect(str(path))
        self.received = b""

    def ask(self, text):
        self.socket.sendall(b"$%s#%02x" % (text.encode(), sum(text.encode()) % 256))
        while b"#" not in self.received[:-2]:
            more = self.socket.recv(65536)
            if not more:
                raise ConnectionError("QEMU closed the connection")
            self.received += more
        start, end = self.received.index(b"$") + 1, self.received.index(b"#")
        answer, self.received = self.received[start:end].decode(), self.received[end + 3 :]
        self.socket.sendall(b"+")
        return answer

    def must(self, text):
        answer = self.ask(text)
        if answer != "OK":
            raise RuntimeError(f"QEMU answers {text[:20]} with {answer!r}")


def hang(path):
    """Each processor of an x86 machine runs one instruction for ever, which jumps to itself, with interrupts off."""
    connection = Connection(path)
    threads = connection.ask("qfThreadInfo")
    if not threads.startswith("m"):
        raise RuntimeError(f"QEMU knows no processors: {threads!r}")
    for thread in threads[1:].split(","):
        connection.must(f"Hg{thread}")
        registers = bytearray.fromhex(connection.ask("g"))
        address, = struct.unpack_from("<Q", registers, RIP)
        flags, = struct.unpack_from("<I", registers, EFLAGS)
        connection.must(f"M{address:x},{len(JUMP_TO_ITSELF):x}:{JUMP_TO_ITSELF.hex()}")
        struct.pack_into("<I", registers, EFLAGS, flags & ~INTERRUPTS)
        connection.must(f"G{registers.hex()}")
    connection.must("D")
    connection.socket.close()
