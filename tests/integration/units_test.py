"""The systemd units, as "cmake --install" puts them into a machine: sound, confined, and what Kea and AppArmor make of them.

What is installed is laid over this root's /usr and /etc in a mount namespace, so that systemd's own tools see a machine that has
Branchline. That the services also live with it is for a booted machine to show.
"""

import os
import pathlib
import subprocess
import tempfile
import unittest

from branch import paths

BUILD = paths.CHECKOUT / "build/dev"
KEA = ("kea-dhcp4-server.service", "kea-dhcp6-server.service")

# Lays $1/usr over /usr and $1/etc over /etc, for the command that follows only.
INSTALLED = """
for tree in usr etc; do mount -t overlay overlay -o "lowerdir=$1/$tree:/$tree" "/$tree" || exit; done
shift; exec "$@"
"""


class Units(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        paths.require(paths.TFTPD, paths.HOOK)
        directory = tempfile.TemporaryDirectory(prefix="units-", dir=os.environ.get("BRANCHLINE_RUNS") or "/tmp")
        cls.addClassCleanup(directory.cleanup)
        cls.stage = pathlib.Path(directory.name)
        subprocess.run(
            ["cmake", "--install", BUILD, "--prefix", "/usr"],
            env={**os.environ, "DESTDIR": str(cls.stage)},
            check=True,
            capture_output=True,
            timeout=60,
        )

    def run_installed(self, *command, status=0):
        done = subprocess.run(
            ["unshare", "--mount", "--propagation", "private", "sh", "-c", INSTALLED, "sh", self.stage, *map(str, command)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        said = done.stdout + done.stderr
        self.assertEqual(done.returncode, status, f"{' '.join(map(str, command))}:\n{said}")
        return said

    def test_SystemdFindsNoFault(self):
        self.assertEqual(self.run_installed("systemd-analyze", "verify", "--man=no", "branchline-tftpd.service", "branchline-signer.service",
                                            "branchline-signer.socket", *KEA), "")

    def test_ExposureStaysBelowTheLimits(self):
        # The threshold is ten times the score.
        for unit, limit in (("branchline-tftpd.service", 15), ("branchline-signer.service", 10), *((unit, 20) for unit in KEA)):
            with self.subTest(unit=unit):
                self.run_installed("systemd-analyze", "security", "--offline=true", f"--threshold={limit}", "--no-pager", unit)

    def test_TheExposureTestCanFail(self):
        # Debian's unit as it is, without what we add, is far above.
        subprocess_status = subprocess.run(
            ["systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager", KEA[0]],
            capture_output=True,
            timeout=60,
            check=False,
        ).returncode
        self.assertNotEqual(subprocess_status, 0)

    def test_TheDaemonHasOneCapability(self):
        unit = (self.stage / "usr/lib/systemd/system/branchline-tftpd.service").read_text()
        for key in ("AmbientCapabilities", "CapabilityBoundingSet"):
            self.assertEqual([line for line in unit.splitlines() if line.startswith(key)], [f"{key}=CAP_NET_BIND_SERVICE"])

    def test_UserAndGroupAreMade(self):
        said = self.run_installed("systemd-sysusers", "--dry-run", "branchline.conf")
        self.assertIn("branchline-tftpd", said)
        self.assertIn("branchline-signer", said)

    def test_TheSigningProcessHasNothingButItsDirectory(self):
        units = self.stage / "usr/lib/systemd/system"
        unit = (units / "branchline-signer.service").read_text().splitlines()
        for line in ("CapabilityBoundingSet=", "PrivateNetwork=yes", "RestrictAddressFamilies=none", "LimitCORE=0", "StateDirectoryMode=0700"):
            self.assertIn(line, unit)
        self.assertNotIn("User=branchline-tftpd", unit)
        socket = (units / "branchline-signer.socket").read_text().splitlines()
        self.assertIn("SocketUser=branchline-tftpd", socket)
        self.assertIn("SocketMode=0600", socket)

    def test_DirectoriesAndLinksAreMade(self):
        # Into an empty root that knows the users.
        root = self.stage / "root"
        (root / "etc").mkdir(parents=True)
        (root / "etc/passwd").write_text("root:x:0:0::/:/bin/sh\n_kea:x:101:101::/:/bin/false\nbranchline-tftpd:x:102:102::/:/bin/false\n")
        (root / "etc/group").write_text("root:x:0:\n_kea:x:101:\nbranchline:x:102:\n")
        self.run_installed(
            "systemd-tmpfiles", f"--root={root}", "--create", self.stage / "usr/lib/tmpfiles.d/branchline.conf"
        )
        kea = root / "run/kea"
        self.assertEqual(kea.stat().st_mode & 0o7777, 0o750, "Kea takes no other mode")
        self.assertEqual(kea.stat().st_uid, 101)
        for name in ("branchline-tftpd.sock", "branchline-events.sock", "branchline-servers"):
            self.assertEqual(os.readlink(kea / name), f"/run/branchline/{name}")
        etc = (root / "etc/kea").stat()
        self.assertEqual((etc.st_mode & 0o7777, etc.st_uid, etc.st_gid), (0o1770, 101, 102))

    def test_AppArmorTakesTheOverride(self):
        for program in ("kea-dhcp4", "kea-dhcp6"):
            with self.subTest(program=program):
                profile = f"/etc/apparmor.d/usr.sbin.{program}"
                said = self.run_installed("apparmor_parser", "--skip-kernel-load", "--skip-cache", "--preprocess", profile)
                self.assertIn("branchline-events.sock w,", said)
                self.run_installed("apparmor_parser", "--skip-kernel-load", "--skip-cache", "--dump=rule-exprs", profile)
