"""A few words of gdb's remote protocol, as QEMU understands it: $TEXT#CHECKSUM, answered by + and such a packet."""

import socket
import struct
import time


class Amd64:
    JUMP_TO_ITSELF = b"\xeb\xfe"
    ADDRESS, FLAGS = 16 * 8, 17 * 8  # rip and eflags in the answer to "g", after sixteen registers of eight bytes

    @staticmethod
    def undisturbed(flags):
        return flags & ~0x200  # IF


class Arm64:
    JUMP_TO_ITSELF = b"\x00\x00\x00\x14"
    ADDRESS, FLAGS = 32 * 8, 33 * 8  # pc and cpsr, after x0 to x30 and sp

    @staticmethod
    def undisturbed(flags):
        return flags | 0x3C0  # D, A, I, F


ARCHITECTURES = {"amd64": Amd64, "arm64": Arm64}


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


def hang(path, architecture):
    """Each processor runs one instruction for ever, which jumps to itself, with interrupts off."""
    machine = ARCHITECTURES[architecture]
    for attempt in range(5):
        connection = Connection(path)
        stuck = {}
        for thread in processors(connection):
            registers = bytearray.fromhex(connection.ask("g"))
            address, = struct.unpack_from("<Q", registers, machine.ADDRESS)
            flags, = struct.unpack_from("<I", registers, machine.FLAGS)
            connection.must(f"M{address:x},{len(machine.JUMP_TO_ITSELF):x}:{machine.JUMP_TO_ITSELF.hex()}")
            struct.pack_into("<I", registers, machine.FLAGS, machine.undisturbed(flags))
            connection.must(f"G{registers.hex()}")
            stuck[thread] = address
        connection.let_go()
        time.sleep(0.5)
        if where(path, architecture) == stuck:
            return
    raise RuntimeError(f"the machine goes on after {attempt + 1} attempts")


def where(path, architecture):
    """The address of each processor's next instruction."""
    connection = Connection(path)
    found = {}
    for thread in processors(connection):
        found[thread], = struct.unpack_from("<Q", bytes.fromhex(connection.ask("g")), ARCHITECTURES[architecture].ADDRESS)
    connection.let_go()
    return found
