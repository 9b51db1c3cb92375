"""What is in the firmware, and what is not: its root, looked at without starting it."""

import json
import os
import pathlib
import re
import stat
import subprocess
import tempfile
import unittest

from branch.appliance import BOARD
from branch.image_case import ImageTest

SLOTS = ImageTest.image.parent
SHIPS = SLOTS.name == BOARD  # Not a variant for tests, whose programs are larger and less compressed.
NOT_ON_AN_APPLIANCE = r"(perl|python[0-9.]*|gcc|cc|c\+\+|g\+\+|clang|ld|as|make|gdb|strace|dpkg|apt|apt-get|rpm|bash|sudo|su|passwd|login|sshd|telnetd)(-[0-9.]+)?"


class Content(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="content-", dir=os.environ.get("BRANCHLINE_RUNS") or "/tmp")
        cls.addClassCleanup(folder.cleanup)
        cls.tree = pathlib.Path(folder.name) / "root"
        subprocess.run(["unsquashfs", "-quiet", "-no-progress", "-dest", cls.tree, SLOTS / "root.img"], check=True, stdout=subprocess.DEVNULL)
        cls.files = [path for path in cls.tree.rglob("*") if not path.is_symlink() and path.is_file()]
        cls.bill = json.loads((SLOTS / "sbom.cdx.json").read_text())["components"]

    def names(self, paths):
        return [str(path.relative_to(self.tree)) for path in paths]

    def test_NoProgramBringsRights(self):
        self.assertGreater(len(self.files), 500)
        self.assertEqual(self.names(path for path in self.files if path.stat().st_mode & (stat.S_ISUID | stat.S_ISGID)), [])
        self.assertEqual(self.names(path for path in self.files if os.listxattr(path)), [])  # file capabilities
        self.assertEqual(self.names(path for path in self.files if path.stat().st_mode & stat.S_IWOTH), [])

    def test_NothingIsInItToBuildOrToBreakInWith(self):
        programs = [path for folder in ("usr/bin", "usr/sbin", "usr/lib/branchline") for path in (self.tree / folder).iterdir()]
        self.assertGreater(len(programs), 50)
        self.assertEqual(self.names(path for path in programs if re.fullmatch(NOT_ON_AN_APPLIANCE, path.name)), [])
        self.assertEqual(self.names(path for path in self.files if path.suffix in (".py", ".pyc", ".pm", ".a", ".h")), [])

    def test_NobodyHasAPasswordOrAKey(self):
        for line in (self.tree / "etc/shadow").read_text().splitlines():
            self.assertEqual(line.split(":")[1], "!*", line)
        # Libraries have some in them, to test themselves with.
        texts = {path: path.read_bytes() for path in self.files if path.open("rb").read(4) != b"\x7fELF"}
        self.assertEqual(self.names(path for path, text in texts.items() if b"PRIVATE KEY-----" in text), [])
        self.assertEqual([path.name for path in (self.tree / "etc").glob("*/authorized_keys")], [])

    def test_TheBillOfMaterialsAndTheLicencesAreWhole(self):
        packages = [one for one in self.bill if one.get("purl", "").startswith("pkg:deb/")]
        self.assertGreater(len(packages), 40)
        self.assertEqual([one["name"] for one in self.bill if not one["version"] or not one["hashes"]], [])
        documents = self.tree / "usr/share/doc"
        self.assertEqual([one["name"] for one in packages if not (documents / one["name"] / "copyright").exists()], [])
        self.assertIn("Mozilla Public License", (documents / "branchline/copyright").read_text())
        self.assertEqual((documents / "branchline/sbom.cdx.json").read_bytes(), (SLOTS / "sbom.cdx.json").read_bytes())

    def test_ItIsSmall(self):
        megabytes = (SLOTS / "root.img").stat().st_size / 1e6
        self.assertLess(megabytes, 60 if SHIPS else 90)
        for packed in SLOTS.parent.glob(f"branchline-{BOARD}-*.img.zst") if SHIPS else ():
            self.assertLess(packed.stat().st_size / 1e6, 100)

    def test_ServicesAreConfined(self):
        """Those that somebody can talk to, by systemd's own judgement: ten times its score."""
        for unit, limit in (("branchline-tftpd", 15), ("branchline-signer", 10), ("kea-dhcp4-server", 20), ("kea-dhcp6-server", 20),
                            ("branchline-console@tty1", 35), ("branchline-ssh", 35), ("systemd-netlogd", 35), ("systemd-networkd", 35), ("systemd-timesyncd", 35)):  # fmt: skip
            with self.subTest(unit=unit):
                done = subprocess.run(["systemd-analyze", "security", "--offline=true", f"--root={self.tree}", f"--threshold={limit}", "--no-pager",
                                       f"{unit}.service"], capture_output=True, text=True)  # fmt: skip
                self.assertEqual(done.returncode, 0, done.stdout[-400:] + done.stderr)
