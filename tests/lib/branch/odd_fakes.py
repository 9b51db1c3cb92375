"""More ways for a remote server to be wrong than branch.fakes has, one function each: what it says instead of a good answer. A
server of these begins with a pause, so that several questions are under way before the first is answered."""

import gzip
import struct
import time
import zlib

from . import fakes, tftp

PAUSE = 0.08  # seconds

OK = b"HTTP/1.1 200 OK\r\n"


def length(data, says=None):
    return b"Content-length: %s\r\n\r\n" % (says if says is not None else str(len(data)).encode())


def chunks(data, size=4096):
    return b"".join(b"%x\r\n%s\r\n" % (len(data[at : at + size]), data[at : at + size]) for at in range(0, len(data), size))


def packed(kind, data):
    body = gzip.compress(data) if kind == b"gzip" else zlib.compress(data)
    return OK + b"Content-Encoding: " + kind + b"\r\n" + length(body) + body


CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"

SIGN_IN = b"<!DOCTYPE html>\n<html><body>Please accept the terms of use.</body></html>\n"

# What is said to a GET; the connection is closed behind it.
HTTP_WORDS = {
    "redirect": lambda data: b"HTTP/1.1 302 Found\r\nLocation: http://198.51.100.66:6970/x\r\n" + length(data) + data,
    "moved": lambda data: b"HTTP/1.1 308 Permanent Redirect\r\nLocation: /x\r\n" + length(b"") + b"",
    "gzip": lambda data: packed(b"gzip", data),
    "deflate": lambda data: packed(b"deflate", data),
    "gzip-in-chunks": lambda data: OK
    + b"Transfer-Encoding: gzip, chunked\r\n\r\n"
    + chunks(gzip.compress(data))
    + b"0\r\n\r\n",
    "chunk-without-number": lambda data: CHUNKED + b"zz\r\n" + data,
    "chunk-too-large": lambda data: CHUNKED + b"ffffffffffffffff\r\n" + data,
    "chunk-shorter": lambda data: CHUNKED + b"%x\r\n" % (len(data) + 9) + data + b"\r\n0\r\n\r\n",
    "chunks-without-end": lambda data: CHUNKED + chunks(data),
    "behind-the-chunks": lambda data: CHUNKED + chunks(data) + b"0\r\n\r\nand more",
    "behind-the-file": lambda data: OK + length(data) + data + b"and more",
    "part": lambda data: b"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-9/99\r\n" + length(data[:10]) + data[:10],
    "no-content": lambda data: b"HTTP/1.1 204 No Content\r\n\r\n",
    "not-modified": lambda data: b"HTTP/1.1 304 Not Modified\r\n\r\n",
    "password": lambda data: b'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm="x"\r\n' + length(b""),
    "sign-in-page": lambda data: OK + length(SIGN_IN) + SIGN_IN,
    "negative-length": lambda data: OK + length(data, b"-5") + data,
    "signed-length": lambda data: OK + length(data, b"+%d" % (len(data) - 1)) + data,
    "list-of-lengths": lambda data: OK + length(data, b"%d, %d" % (len(data), len(data) - 1)) + data,
    "length-of-no-number": lambda data: OK + length(data, b"many") + data,
    "huge-length": lambda data: OK + length(data, b"9223372036854775807") + data,
    "length-and-chunks": lambda data: OK + b"Transfer-Encoding: chunked\r\n" + length(data, b"3") + chunks(data) + b"0\r\n\r\n",
    "another-encoding": lambda data: OK + b"Transfer-Encoding: rot13\r\n\r\n" + data,
    "no-head": lambda data: data,
    "http-2": lambda data: b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + data,
    "zero-in-the-head": lambda data: OK + b"X: a\0b\r\n" + length(data) + data,
    "folded-length": lambda data: OK + b"Content-length:\r\n 5\r\n\r\n" + data,
    "endless-head": lambda data: OK + b"X-Filler: " + b"a" * 200_000,
    "interim-answers": lambda data: b"HTTP/1.1 100 Continue\r\n\r\n" * 2000,
    "nothing": lambda data: b"",
    "head-alone": lambda data: OK + length(data),
}
HTTP_PLAIN = (
    "error garbage searching silent dies resets endless drip chunked no-length two-lengths long-length short-length".split()
)
HTTP_WAYS = [*HTTP_WORDS, *HTTP_PLAIN, "stops"]


class OddHttp(fakes.FakeHttp):
    def _answer(self, connection, name):
        data = self._find(name)
        time.sleep(PAUSE)
        if data is not None and self.how in HTTP_WORDS:
            connection.sendall(HTTP_WORDS[self.how](data))
            return False
        if data is not None and self.how == "stops":
            connection.sendall(OK + length(data) + data[: len(data) // 2])
            self._closing.wait(60)
            return False
        return super()._answer(connection, name)


def oack(*words):
    return struct.pack("!H", tftp.OACK) + b"".join(word + b"\0" for word in words)


def block(number, part):
    return struct.pack("!HH", tftp.DATA, number & 0xFFFF) + part


# What is sent in answer to the request, packet after packet, without waiting for an acknowledgement.
TFTP_WORDS = {
    "option-not-asked": lambda data: [oack(b"blksize", b"1428", b"multicast", b"224.0.0.1,1758,1")],
    "larger-blocks": lambda data: [oack(b"blksize", b"9000", b"tsize", b"%d" % len(data)), block(1, data[:9000])],
    "tiny-blocks": lambda data: [oack(b"blksize", b"7"), block(1, data[:7])],
    "negative-size": lambda data: [oack(b"tsize", b"-5"), block(1, data[:512])],
    "size-of-no-number": lambda data: [oack(b"tsize", b"many"), block(1, data[:512])],
    "huge-size": lambda data: [oack(b"tsize", b"99999999999999999999"), block(1, data[:512])],
    "size-zero": lambda data: [oack(b"tsize", b"0"), block(1, data[:512])],
    "larger-window": lambda data: [oack(b"windowsize", b"65535"), *(block(n, b"W" * 512) for n in range(1, 9))],
    "oack-without-end": lambda data: [struct.pack("!H", tftp.OACK) + b"blksize"],
    "oack-again-and-again": lambda data: [oack(b"blksize", b"1428", b"tsize", b"%d" % len(data))] * 40,
    "block-zero": lambda data: [block(0, data[:512])],
    "block-two-first": lambda data: [block(2, data[:512])],
    "block-too-long": lambda data: [oack(b"blksize", b"512"), block(1, b"L" * 1400)],
    "empty-though-it-has-a-size": lambda data: [oack(b"tsize", b"%d" % len(data)), block(1, b"")],
    "ends-early": lambda data: [oack(b"tsize", b"%d" % len(data)), block(1, data[:512]), block(2, b"")],
    "acks": lambda data: [tftp.ack(0), tftp.ack(1)] * 4,
    "asks-us": lambda data: [tftp.rrq("SEP001122334455.cnf.xml")] * 3,
    "wants-to-write": lambda data: [tftp.wrq("x")] * 3,
    "three-bytes": lambda data: [b"\0\3\0"] * 3,
    "one-byte": lambda data: [b"\0"] * 3,
    "disk-full": lambda data: [tftp.error(3, "disk full")],
    "error-without-text": lambda data: [struct.pack("!HH", tftp.ERROR, 0)],
    "error-in-the-middle": lambda data: [oack(b"tsize", b"%d" % len(data)), block(1, data[:512]), tftp.error(0, "sorry")],
    "from-no-options-to-none": lambda data: [block(1, b"N" * 512), oack(b"blksize", b"1428")],
}
TFTP_PLAIN = "error garbage silent dies endless other-address second-tid long-tsize short-tsize wrong-block".split()
TFTP_WAYS = [*TFTP_WORDS, *TFTP_PLAIN, "other-port-midway", "drip"]


class OddTftp(fakes.FakeTftp):
    def _answer(self, name, options, peer):
        data = self._find(name)
        time.sleep(PAUSE)
        if data is not None and self.how in TFTP_WORDS:
            with self._open() as here:
                for packet in TFTP_WORDS[self.how](data):
                    here.sendto(packet, peer)
                    time.sleep(0.002)  # for acknowledgements in between
            return
        if data is not None and self.how == "drip":
            with self._open() as here:
                number = 0
                while not self._closing.is_set() and number < 8:
                    number += 1
                    here.sendto(block(number, data[512 * (number - 1) : 512 * number]), peer)
                    self._closing.wait(1.4)
            return
        if data is not None and self.how == "other-port-midway":
            with self._open() as here, self._open() as other:
                here.sendto(block(1, data[:512]), peer)
                for number in range(2, 6):
                    time.sleep(0.01)
                    other.sendto(block(number, b"O" * 512), peer)
            return
        super()._answer(name, options, peer)
