"""A real browser: Debian's headless Chromium, driven by playwright-core; axe-core judges what a page is to those who cannot see
it or use no mouse.

The two come from the npm registry as their authors publish them, once for a checkout, into build/node_modules. Their SHA-512 are
held here: what is anything else is refused. BRANCHLINE_NPM names another registry.
"""

import fcntl
import hashlib
import io
import os
import shutil
import ssl
import subprocess
import tarfile
import urllib.request

from . import paths

PACKAGES = {
    "playwright-core": (
        "1.65.1",
        "86a3e9cfb6e548c3f1595768784d728814b35ec2a254e77693e9230af994cb00f618f3b60ddf477dc5a7abd34dd061db3590c5819f497c116bf97e7f04ba34ab",
    ),
    "axe-core": (
        "4.14.1",
        "1477dafa598d8d065f273d6af302aa203c02e83131707b7fa648cd41bd3d6b734f8c22a0dab86ee6a6f64b8afbe804b214d36db85a2826965edfb3a0b9d546b5",
    ),
}
MODULES = paths.CHECKOUT / "build/node_modules"
SCRIPTS = paths.CHECKOUT / "tests/integration/browser"


def modules():
    """build/node_modules with both packages in it."""
    MODULES.mkdir(parents=True, exist_ok=True)
    registry = os.environ.get("BRANCHLINE_NPM") or "https://registry.npmjs.org"
    with open(MODULES / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for name, (version, digest) in PACKAGES.items():
            stamp = MODULES / f".{name}-{version}"
            if stamp.exists():
                continue
            # Whoever answers: the SHA-512 says whether it is the right thing, also behind a proxy with a certificate of its own.
            anyone = ssl._create_unverified_context()
            with urllib.request.urlopen(f"{registry}/{name}/-/{name}-{version}.tgz", timeout=60, context=anyone) as answer:
                data = answer.read()
            if hashlib.sha512(data).hexdigest() != digest:
                raise RuntimeError(f"{registry} gave a {name} {version} that is not the one whose SHA-512 is in {__file__}")
            shutil.rmtree(MODULES / name, ignore_errors=True)
            with tarfile.open(fileobj=io.BytesIO(data)) as archive:
                archive.extractall(MODULES / "new", filter="data")
            (MODULES / "new/package").rename(MODULES / name)
            stamp.touch()
    return MODULES


class Script:
    """A script of tests/integration/browser that runs in `namespace` and tells its steps as lines."""

    def __init__(self, namespace, name, work, *arguments):
        paths.require_commands("node", "chromium-headless-shell")
        environment = {**os.environ, "NODE_PATH": str(modules()), "HOME": str(work), "PATIENCE": str(paths.PATIENCE)}
        self.log = work / f"{name}.log"
        with namespace:
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "node", SCRIPTS / f"{name}.cjs", *map(str, arguments)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=open(self.log, "wb"),
                env=environment,
                text=True,
            )

    def wait_for(self, step):
        """Until the script says that line; what went wrong is raised."""
        for line in self.process.stdout:
            if line.strip() == step:
                return
        self.end()
        raise AssertionError(f"the browser ended and never said {step!r}")

    def end(self):
        """To the script's end, which must be a good one."""
        said = self.process.stdout.read()
        if self.process.wait() != 0:
            raise AssertionError(said + self.log.read_text(errors="replace"))

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
