"""The proxy TFTP daemon under test: configuration, start, commands, its log."""

import json
import re
import signal

from . import paths, tftp
from .kea import Unix
from .process import eventually


def server(address, port=None, http_port=None):
    """An entry of "tftp-servers"."""
    if port is None and http_port is None:
        return address
    entry = {"address": address}
    if port is not None:
        entry["port"] = port
    if http_port is not None:
        entry["http-port"] = http_port
    return entry


def cluster(name, *servers, transport="auto", **more):
    """An entry of "remote-clusters"."""
    return {
        "cluster-id": name,
        "fqdn": f"cucm-{name}.example.com",
        "tftp-servers": list(servers),
        "transport": transport,
        **more,
    }


def document(box, clusters=(), **more):
    """A "Tftpd" document for an appliance; further keys replace the ones made here."""
    content = {
        "interfaces-config": {"interfaces": ["*"]},
        "files": str(box.files),
        "cache": {"path": str(box.cache)},
        "trust": {"path": str(box.trust), "key-bits": 1024},  # a small key is made in a moment
        "remote-clusters": list(clusters),
        "limits": {"device-names-per-client": 65536},  # one host of the tests plays many phones
        "admin-listener": {"address": "127.0.0.1", "port": 0},
        "control-socket": {"socket-type": "unix", "socket-name": "/run/kea/branchline-tftpd.sock"},
        "loggers": [
            {"name": "branchline-tftpd", "severity": "INFO", "output-options": [{"output": "stdout", "flush": True}]}
        ],
    }
    for key, value in more.items():
        key = key.replace("_", "-")
        if key in ("cache", "limits", "trust"):
            content[key].update(value)
        else:
            content[key] = value
    return {"Tftpd": content}


class Tftpd(Unix):
    def __init__(self, box, content, arguments=(), environment=None):
        super().__init__(box.run_directory / "branchline-tftpd.sock")
        self.more_environment = environment or {}
        self.box = box
        self.file = box.work / "branchline-tftpd.conf"
        self.arguments = list(arguments)
        self.write(content)
        self.process = None

    def write(self, content):
        self.content = content
        self.file.write_text(content if isinstance(content, str) else json.dumps(content, indent=2))

    def environment(self):
        return {
            "KEA_LOCKFILE_DIR": "none",
            **paths.sanitizer_environment(self.box.work, leaks=True),
            **self.more_environment,
        }

    def start(self, wait=True):
        self.process = self.box.start("branchline-tftpd", [paths.TFTPD, "-c", self.file, *self.arguments], self.environment())
        if wait:
            self.wait_until_serving()
        return self

    def listens(self):
        """For HTTP and, which comes last at the start, for commands; as far as the configuration has them."""
        content = self.content["Tftpd"] if isinstance(self.content, dict) else {"http-port": 0}
        port = content.get("http-port", 6970)
        control = content.get("control-socket")
        with self.box.namespace, open("/proc/thread-self/net/tcp") as tcp, open("/proc/thread-self/net/unix") as unix:
            return (port == 0 or f":{port:04X} 00000000:0000 0A" in tcp.read()) and (
                not control or re.search(rf" 00010000 0001 01 +\d+ {re.escape(control['socket-name'])}\n", unix.read())
            )

    def wait_until_serving(self, timeout=10):
        """Asks for a name that is refused whatever the configuration, so that no cluster hears of it. TFTP is there a moment before
        the rest."""

        def answers():
            if not self.process.running:
                raise SystemError(f"branchline-tftpd ended with {self.process.process.returncode}:\n{self.process.tail()}")
            with tftp.Peer(self.box.namespace, "127.0.0.1") as peer:
                return peer.ask(tftp.rrq("../probe"), timeout=0.2) and self.listens()

        eventually(answers, timeout * paths.PATIENCE, what="branchline-tftpd answers on port 69, and listens for HTTP and commands")

    def reload(self):
        self.process.signal(signal.SIGHUP)

    def stop(self, timeout=15):
        if self.process:
            return self.process.stop(timeout)

    def check(self, flag="-t", file=None):
        """branchline-tftpd -t or -T: (exit status, stdout, stderr)."""
        done = self.box.run([paths.TFTPD, flag, file or self.file], self.environment())
        return done.returncode, done.stdout, done.stderr

    def events(self, message, since=0, **wanted):
        """The log's lines with that message ID as dicts of their key=value pairs, those that match `wanted`."""
        found = events(self.process.output(since), message)
        return [event for event in found if all(event.get(key) == value for key, value in wanted.items())]

    def wait_for_event(self, message, timeout=5, since=0, **wanted):
        return eventually(
            lambda: self.events(message, since, **wanted), timeout * paths.PATIENCE, what=f"log line {message} with {wanted}"
        )[-1]

    def latest_boot(self, mac):
        """As tftp-phone-get tells it; empty of a phone that is not known."""
        return self.command("tftp-phone-get", {"phone": mac}).get("arguments", {}).get("boots", [{}])[-1]

    def has_lease(self, mac):
        """The event of the phone's lease has come: it goes its own way, and may be a moment behind the answer to the phone."""
        return any(step["step"] in ("ACK", "REPLY") for step in self.latest_boot(mac).get("dhcp", []))

    def statistic(self, name):
        """One counter's present value."""
        answer = self.command("statistic-get", {"name": name})
        value = answer["arguments"][name]
        while isinstance(value, list):
            value = value[0]
        return value

    def memory(self):
        """Resident bytes."""
        with open(f"/proc/{self.process.pid}/status") as file:
            return int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1)) * 1024


def events(text, message):
    found = []
    for line in text.splitlines():
        at = re.search(rf"\b{message}\b(.*)", line)
        if at:
            found.append(dict(re.findall(r"([\w-]+)=(\S*)", at.group(1))))
    return found
