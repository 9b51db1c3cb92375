"""Debian's Kea with our hook: configuration, start, commands. Nothing of Kea is replaced or wrapped."""

import json
import socket

from . import paths


class Unix:
    """The command protocol of Kea's control sockets: one JSON document each way, one connection a command."""

    def __init__(self, path):
        self.path = path

    def command(self, name, arguments=None, timeout=10):
        """Returns the answer as a dict: result, text, arguments."""
        question = {"command": name}
        if arguments is not None:
            question["arguments"] = arguments
        return json.loads(self.raw(json.dumps(question).encode(), timeout))

    def raw(self, text, timeout=10):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(timeout)
            connection.connect(str(self.path))
            connection.sendall(text)
            connection.shutdown(socket.SHUT_WR)
            answer = b""
            while part := connection.recv(1 << 16):
                answer += part
            return answer.decode()


class Kea(Unix):
    """kea-dhcp4 or kea-dhcp6 on the appliance."""

    def __init__(self, box, family, document):
        self.box = box
        self.family = family
        self.program = f"kea-dhcp{family}"
        self.top = f"Dhcp{family}"
        self.file = box.work / f"{self.program}.conf"
        super().__init__(box.run_directory / f"kea{family}.sock")
        self.write(document)
        self.process = None

    def write(self, document):
        self.document = document
        self.file.write_text(document if isinstance(document, str) else json.dumps(document, indent=2))

    def environment(self):
        return {
            "KEA_HOOKS_PATH": str(self.box.hooks_directory),
            "KEA_LOCKFILE_DIR": "none",
            "KEA_DHCP_DATA_DIR": str(self.box.lease_directory),
            **paths.sanitizer_environment(self.box.work, leaks=False),
            **paths.preload_for_kea(),
        }

    def start(self, wait=True):
        self.process = self.box.start(self.program, [self.program, "-c", self.file], self.environment())
        if wait:
            self.process.wait_for(f"DHCP{self.family}_STARTED", 30 * paths.PATIENCE)
        return self

    def stop(self):
        if self.process:
            return self.process.stop()

    def check(self, flag="-T"):
        """kea-dhcp4 -t or -T on the file: (exit status, everything it said)."""
        done = self.box.run([self.program, flag, self.file], self.environment())
        return done.returncode, done.stdout + done.stderr


def hook(parameters=None, **more):
    """The "hooks-libraries" entry. None = no parameters at all."""
    entry = {"library": paths.HOOK_NAME}
    if parameters is not None:
        entry["parameters"] = parameters
    entry.update(more)
    return entry


def dhcp4(box, parameters=None, subnets=None, with_hook=True, **more):
    """A kea-dhcp4 document: one pool on the phone network, the hook with these parameters."""
    only = {
        "id": 1,
        "subnet": "192.0.2.0/24",
        "pools": [{"pool": "192.0.2.100 - 192.0.2.200"}],
        "option-data": [{"name": "routers", "data": box.address4}],
    }
    return _document(4, parameters, subnets or [only], with_hook, more)


def dhcp6(box, parameters=None, subnets=None, with_hook=True, **more):
    only = {
        "id": 1,
        "subnet": "2001:db8:1::/64",
        "interface": "lan0",
        "pools": [{"pool": "2001:db8:1::1000 - 2001:db8:1::1fff"}],
    }
    return _document(6, parameters, subnets or [only], with_hook, more)


def _document(family, parameters, subnets, with_hook, more):
    output = {"output": "stdout", "flush": True}
    content = {
        "interfaces-config": {"interfaces": ["lan0"]},
        "lease-database": {"type": "memfile", "persist": False},
        "control-socket": {"socket-type": "unix", "socket-name": f"/run/kea/kea{family}.sock"},
        "valid-lifetime": 3600,
        f"subnet{family}": subnets,
        "hooks-libraries": [hook(parameters)] if with_hook else [],
        "loggers": [{"name": f"kea-dhcp{family}", "severity": "INFO", "output-options": [output]}],
    }
    content.update(more)
    return {f"Dhcp{family}": content}


class ControlAgent:
    """kea-ctrl-agent on the appliance's loopback, in front of kea-dhcp4 and kea-dhcp6; and kea-shell to talk to it."""

    def __init__(self, box):
        self.box = box
        self.file = box.work / "kea-ctrl-agent.conf"
        sockets = {f"dhcp{family}": {"socket-type": "unix", "socket-name": f"/run/kea/kea{family}.sock"} for family in (4, 6)}
        self.file.write_text(
            json.dumps({"Control-agent": {"http-host": "127.0.0.1", "http-port": 8000, "control-sockets": sockets}})
        )
        self.process = None

    def start(self):
        environment = {"KEA_LOCKFILE_DIR": "none"}
        self.process = self.box.start("kea-ctrl-agent", ["kea-ctrl-agent", "-c", self.file], environment)
        self.process.wait_for("CTRL_AGENT_STARTED|CTRL_AGENT_HTTP_SERVICE_STARTED", 30 * paths.PATIENCE)
        return self

    def stop(self):
        if self.process:
            return self.process.stop()

    def shell(self, service, command, arguments=None):
        """What kea-shell prints for a command: the daemon's answer."""
        given = json.dumps(arguments)[1:-1] if arguments else ""  # kea-shell puts the braces around it itself
        done = self.box.run(["kea-shell", "--port", "8000", "--service", service, command], input=given)
        if done.returncode != 0:
            raise RuntimeError(f"kea-shell: exit status {done.returncode}: {done.stdout}{done.stderr}")
        return json.loads(done.stdout)[0]
