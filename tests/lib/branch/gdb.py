"""A few words of gdb's remote protocol, as QEMU understands it: $TEXT#CHECKSUM, answered by + and such a packet."""

import socket
import struct
import time

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

    def let_go(self):
        self.must("D")
        self.socket.close()


def processors(connection):
    """Each in turn, as the one that the next words are about."""
    threads = []
    answer = connection.ask("qfThreadInfo")
    while answer.startswith("m"):  # some at a time, until "l"
        threads += answer[1:].split(",")
        answer = connection.ask("qsThreadInfo")
    if not threads:
        raise RuntimeError(f"QEMU knows no processors: {answer!r}")
    for thread in threads:
        connection.must(f"Hg{thread}")
        yield thread


def hang(path):
    """Each processor of an x86 machine runs one instruction for ever, which jumps to itself, with interrupts off."""
    for attempt in range(5):
        connection = Connection(path)
        stuck = {}
        for thread in processors(connection):
            registers = bytearray.fromhex(connection.ask("g"))
            address, = struct.unpack_from("<Q", registers, RIP)
            flags, = struct.unpack_from("<I", registers, EFLAGS)
            connection.must(f"M{address:x},{len(JUMP_TO_ITSELF):x}:{JUMP_TO_ITSELF.hex()}")
            struct.pack_into("<I", registers, EFLAGS, flags & ~INTERRUPTS)
            connection.must(f"G{registers.hex()}")
            stuck[thread] = address
        connection.let_go()
        time.sleep(0.5)
        if where(path) == stuck:
            return
    raise RuntimeError(f"the machine goes on after {attempt + 1} attempts")


def where(path):
    """The address of each processor's next instruction."""
    connection = Connection(path)
    found = {}
    for thread in processors(connection):
        found[thread], = struct.unpack_from("<Q", bytes.fromhex(connection.ask("g")), RIP)
    connection.let_go()
    return found
