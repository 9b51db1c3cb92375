"""Somebody with an SSH key, on a host of the wide area network, whom the box's "admin" lets in."""

import subprocess


class Operator:
    def __init__(self, branch, address, box):
        """`address`: the operator's own; `box`: the one that the box is reached by."""
        self.branch, self.address, self.box = branch, address, box
        self.host = branch.host("operator", f"{address}/24")
        self.key = branch.work / "id"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "operator", "-f", self.key], check=True)

    def let_in(self, appliance, *more):
        """The text of branchline-appliance.conf with "admin" for this operator, and `more` settings, each '"key": value'."""
        public = self.key.with_suffix(".pub").read_text().strip()
        admin = f'"admin": {{ "ssh-keys": [ "{public}" ], "networks": [ "{self.address}/32" ], "console-port": 6980 }}'
        changed = appliance.replace('"routes":', "".join(f"{one},\n  " for one in (*more, admin)) + '"routes":', 1)
        assert changed != appliance
        return changed

    def ssh(self, *words, data=b"", status=0, host=None, user="operator"):
        """What the box says to the words: its standard output; with a `status` other than 0, or None for any, both outputs. A box
        that shows another key than before is not believed."""
        command = ["ssh", "-i", self.key, "-o", "StrictHostKeyChecking=accept-new", "-o", f"UserKnownHostsFile={self.branch.work}/known",
                   "-o", "BatchMode=yes", "-o", "ConnectTimeout=20", f"{user}@{self.box}", *words]  # fmt: skip
        done = (host or self.host).run(command, check=False, timeout=600, text=False, input=data)
        if status is not None and done.returncode != status:
            raise AssertionError(f"{words} ended with {done.returncode}, not {status}: {done.stdout[-1000:]}{done.stderr[-1000:]}")
        return done.stdout if status == 0 else (done.stdout + done.stderr)
