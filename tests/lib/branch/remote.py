"""Real remote servers, as a remote cluster has them: Debian's tftpd-hpa on port 69, nginx on port 6970."""

import pathlib
import re
import subprocess

from . import paths, tftp
from .process import Process, eventually


def find_tftpd_hpa():
    """The file of tftpd-hpa. atftpd brings a program of the same name, and the two packages exclude each other."""
    program = pathlib.Path("/usr/sbin/in.tftpd")
    if program.exists():
        version = subprocess.run([program, "-V"], capture_output=True, text=True)
        if "tftp-hpa" in version.stdout + version.stderr:
            return program
    raise paths.Missing(
        f"Debian's tftpd-hpa is missing here ({program} is not it). It belongs to the Debian 13 root "
        "(image/sdk/packages-build.txt); make the root anew with 'image/sdk/create build'."
    )


class TftpdHpa:
    def __init__(self, namespace, root, work, label="tftpd-hpa", refused_options=()):
        self.namespace, self.root, self.work, self.label = namespace, root, work, label
        self.refusals = [word for option in refused_options for word in ("--refuse", option)]
        root.mkdir(parents=True, exist_ok=True)
        self.process = None

    def start(self):
        self.process = Process(
            self.label,
            [find_tftpd_hpa(), "--foreground", "--listen", "--user", "root", "--secure", "-v", *self.refusals, self.root],
            self.work / f"{self.label}.log",
            self.namespace,
        )

        def answers(address):
            if not self.process.running:
                raise SystemError(f"tftpd-hpa ended with {self.process.process.returncode}: {self.process.tail()}")
            with tftp.Peer(self.namespace, address) as peer:
                return peer.ask(tftp.rrq("no-such-file"), timeout=0.2)

        # Of each family's socket it drops the very first request: it asks for the packets' own address only then.
        for address in ("127.0.0.1", "::1"):
            eventually(lambda: answers(address), 10 * paths.PATIENCE, what=f"tftpd-hpa answers on {address}")
        return self

    def stop(self):
        if self.process:
            self.process.stop()


class Atftpd:
    """The one of Debian's servers that knows windowsize (RFC 7440)."""

    def __init__(self, namespace, root, work, label="atftpd"):
        self.namespace, self.root, self.work, self.label = namespace, root, work, label
        root.mkdir(parents=True, exist_ok=True)
        self.process = None

    def start(self):
        self.process = Process(
            self.label,
            ["/usr/sbin/atftpd", "--daemon", "--no-fork", "--user", "root", "--group", "root", "--logfile", "-", self.root],
            self.work / f"{self.label}.log",
            self.namespace,
        )

        def answers():
            if not self.process.running:
                raise SystemError(f"atftpd ended with {self.process.process.returncode}: {self.process.tail()}")
            with tftp.Peer(self.namespace, "127.0.0.1") as peer:
                return peer.ask(tftp.rrq("no-such-file"), timeout=0.2)

        eventually(answers, 10 * paths.PATIENCE, what="atftpd answers")
        return self

    def stop(self):
        if self.process:
            self.process.stop()


NGINX = """
daemon off;
master_process off;
pid {work}/{label}.pid;
error_log {work}/{label}.log info;
user root;
events {{ worker_connections 512; }}
http {{
    access_log {work}/{label}.access;
    default_type application/octet-stream;
    client_body_temp_path {work}/{label}.body;
    proxy_temp_path {work}/{label}.proxy;
    fastcgi_temp_path {work}/{label}.fastcgi;
    uwsgi_temp_path {work}/{label}.uwsgi;
    scgi_temp_path {work}/{label}.scgi;
    server {{
        listen {port}{tls};
        listen [::]:{port} ipv6only=on{tls};
        root {root};
        {certificate}
    }}
}}
"""


class Nginx:
    def __init__(self, namespace, root, work, port=6970, label="nginx", tls=None):
        """`tls`: the files of a certificate and its key, to speak HTTPS with."""
        self.namespace, self.root, self.work, self.port, self.label, self.tls = namespace, root, work, port, label, tls
        root.mkdir(parents=True, exist_ok=True)
        self.process = None

    def start(self):
        file = self.work / f"{self.label}.conf"
        certificate = "ssl_certificate {}; ssl_certificate_key {};".format(*self.tls) if self.tls else ""
        file.write_text(NGINX.format(work=self.work, label=self.label, port=self.port, root=self.root, certificate=certificate,
                                     tls=" ssl" if self.tls else ""))  # fmt: skip
        self.process = Process(
            self.label, ["nginx", "-c", file, "-p", self.work], self.work / f"{self.label}.output", self.namespace
        )

        def answers():
            if not self.process.running:
                raise SystemError(f"nginx ended with {self.process.process.returncode}: {self.process.tail()}")
            import socket

            with self.namespace:
                connection = socket.create_connection(("127.0.0.1", self.port), 0.2)
            connection.close()
            return True

        eventually(answers, 10 * paths.PATIENCE, what="nginx answers")
        return self

    def stop(self):
        if self.process:
            self.process.stop()

    def answers(self):
        """(name, HTTP status, bytes of the answer) of each request so far, in order."""
        file = self.work / f"{self.label}.access"
        lines = file.read_text().splitlines() if file.exists() else []
        found = (re.search(r'"\S+ /*(\S*)[^"]*" (\d+) (\d+) ', line) for line in lines)
        return [(one[1], int(one[2]), int(one[3])) for one in found if one]

    def requests(self):
        """The names asked so far, in order."""
        return [name for name, _, _ in self.answers()]


class Dnsmasq:
    """A real DNS server; `records` are its own options, such as "--host-record=a.example.com,192.0.2.1,300"."""

    def __init__(self, namespace, work, records, label="dnsmasq"):
        self.namespace, self.work, self.records, self.label = namespace, work, list(records), label
        self.process = None

    def start(self):
        log = self.work / f"{self.label}.log"
        mark = log.stat().st_size if log.exists() else 0
        self.process = Process(
            self.label,
            ["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--log-queries",
             "--log-facility=-", "--user=root", "--pid-file", "--local-ttl=300", "--auth-ttl=300",
             "--local=/example.com/", *self.records],
            log,
            self.namespace,
        )  # fmt: skip
        self.process.wait_for("dnsmasq.*: started", 10 * paths.PATIENCE, since=mark)
        return self

    def now(self, *records):
        """Other records from now on."""
        self.stop()
        self.records = list(records)
        return self.start()

    def stop(self):
        if self.process:
            self.process.stop()
