"""Real clients: curl, busybox tftp, atftp, tftp-hpa; and the bytes that a real phone sends by HTTP.

Each returns the bytes it got and raises Failed, with what the client said, when it did not get the file.
"""

import pathlib
import socket
import tempfile
import time


class Failed(RuntimeError):
    pass


def _fetch(namespace, command, timeout):
    """Runs a client that writes to the file named OUT in its command; returns that file's bytes."""
    with tempfile.TemporaryDirectory(prefix="branch-") as directory:
        out = pathlib.Path(directory) / "out"
        words = [str(out) if word == "OUT" else word for word in command]
        done = namespace.run(words, check=False, timeout=timeout, cwd=directory)
        if done.returncode == 0 and not out.exists() and command[0] == "curl":
            return b""  # curl makes no file when there was nothing to write.
        if done.returncode != 0 or not out.exists():
            raise Failed(f"{' '.join(words)}: exit status {done.returncode}: {(done.stderr + done.stdout).strip()}")
        return out.read_bytes()


def in_url(address):
    return f"[{address}]" if ":" in address else address


def curl(namespace, server, name, options=True, blksize=None, timeout=60, port=69):
    command = ["curl", "--silent", "--show-error", "--max-time", str(timeout), "--globoff", "--output", "OUT"]
    if not options:
        command.append("--tftp-no-options")
    if blksize:
        command += ["--tftp-blksize", str(blksize)]
    return _fetch(namespace, [*command, f"tftp://{in_url(server)}:{port}/{name}"], timeout + 5)


def busybox(namespace, server, name, blksize=None, timeout=60, port=69):
    command = ["busybox", "tftp", "-g", "-r", name, "-l", "OUT"]
    if blksize:
        command += ["-b", str(blksize)]
    return _fetch(namespace, [*command, server, str(port)], timeout)


def atftp(namespace, server, name, options=(), timeout=60, port=69):
    """`options` are pairs, such as ("windowsize", 16)."""
    command = ["atftp", "--get", "--remote-file", name, "--local-file", "OUT"]
    for key, value in options:
        command += ["--option", f"{key} {value}"]
    return _fetch(namespace, [*command, server, str(port)], timeout)


def tftp_hpa(namespace, server, name, mode="octet", timeout=60):
    """tftp-hpa ends with 0 whatever happened; what it says tells."""
    with tempfile.TemporaryDirectory(prefix="branch-") as directory:
        out = pathlib.Path(directory) / "out"
        done = namespace.run(["tftp", "-m", mode, server, "-c", "get", name, out], check=False, timeout=timeout, cwd=directory)
        said = (done.stdout + done.stderr).strip()
        if done.returncode != 0 or "rror" in said or "timed out" in said or not out.exists():
            raise Failed(f"tftp {name}: exit status {done.returncode}: {said}")
        return out.read_bytes()


def phone_http_request(server, name, port=6970):
    """Byte for byte what a phone sends: no blank after "Host:" and no other header."""
    return f"GET /{name} HTTP/1.1\r\nHost:{in_url(server)}:{port}\r\n\r\n".encode()


class HttpAnswer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body


def connect(namespace, server, port, timeout=10, source=None, receive_buffer=None):
    with namespace:
        connection = socket.socket(socket.AF_INET6 if ":" in server else socket.AF_INET, socket.SOCK_STREAM)
        connection.settimeout(timeout)
        if receive_buffer:  # bytes; of a phone that takes little at a time
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        if source:
            connection.bind((source, 0))
        connection.connect((server, port))
    return connection


class HttpConnection:
    """A connection on which answers are read one by one (RFC 9112)."""

    def __init__(self, namespace, server, port=6970, timeout=10, source=None, receive_buffer=None):
        self.socket = connect(namespace, server, port, timeout, source, receive_buffer)
        self.rest = b""

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()

    def send(self, data):
        self.socket.sendall(data)

    def _more(self):
        part = self.socket.recv(1 << 16)
        if not part:
            return False
        self.rest += part
        return True

    def answer(self, head=False):
        """Reads one answer; None if the peer closed before one began."""
        while b"\r\n\r\n" not in self.rest:
            if not self._more():
                if self.rest:
                    raise Failed(f"the connection ended within a head: {self.rest!r}")
                return None
        top, self.rest = self.rest.split(b"\r\n\r\n", 1)
        lines = top.decode("latin-1").split("\r\n")
        status = int(lines[0].split()[1])
        headers = {key.strip().lower(): value.strip() for key, value in (line.split(":", 1) for line in lines[1:])}
        if head:
            return HttpAnswer(status, headers, b"")
        if "content-length" in headers:
            size = int(headers["content-length"])
            while len(self.rest) < size:
                if not self._more():
                    raise Failed(f"the connection ended after {len(self.rest)} of {size} bytes")
            body, self.rest = self.rest[:size], self.rest[size:]
        elif headers.get("transfer-encoding", "").lower() == "chunked":
            body = b""
            while True:
                while b"\r\n" not in self.rest:
                    if not self._more():
                        raise Failed("the connection ended within a chunk")
                line, self.rest = self.rest.split(b"\r\n", 1)
                size = int(line.split(b";")[0], 16)
                while len(self.rest) < size + 2:
                    if not self._more():
                        raise Failed("the connection ended within a chunk")
                body, self.rest = body + self.rest[:size], self.rest[size + 2 :]
                if size == 0:
                    break
        else:
            while self._more():
                pass
            body, self.rest = self.rest, b""
        return HttpAnswer(status, headers, body)


def phone_http(namespace, server, name, port=6970, timeout=30, source=None):
    """Asks as a phone does: one connection, one file."""
    with HttpConnection(namespace, server, port, timeout, source) as connection:
        connection.send(phone_http_request(server, name, port))
        answer = connection.answer()
        if answer is None:
            raise Failed(f"{name}: the server closed the connection without an answer")
        return answer


def timed(call, *arguments, **more):
    """(what the call returned, seconds it took)"""
    start = time.monotonic()
    result = call(*arguments, **more)
    return result, time.monotonic() - start
