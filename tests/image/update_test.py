"""Updates: a good one is installed and started; a bad one, a foreign one or a damaged slot never takes the box down."""

import random
import re
import shutil
import subprocess
import time

from branch import bundles, paths
from branch.appliance import BOARD, ENVIRONMENT, EXAMPLES, MIB, Appliance
from branch.image_case import ImageTest

ROOT_A = (18 + 160 + 1 + 48 + 48) * MIB  # where image/build/disk puts the roots, in bytes
ROOT_B = ROOT_A + 112 * MIB
CORRUPTED = "Kernel panic .* dm-verity device corrupted"
ROT = slice(4 * MIB, 24 * MIB)  # of a root


class Updates(ImageTest):
    time_limit = 3000  # some eight starts
    weight = 2

    @classmethod
    def prepare(cls):
        cls.box = cls.branch.own(Appliance(cls.branch, cls.image))
        # A bundle whose root is no root: small, for what is refused, and it cannot start.
        cls.broken = cls.branch.work / "broken"
        cls.broken.mkdir()
        shutil.copy(cls.image.parent / "boot.img", cls.broken)
        (cls.broken / "root.img").write_bytes(random.Random(3).randbytes(4 * MIB))

    @classmethod
    def bundle(cls, name, version, slots=None, keys=None, board=BOARD):
        return bundles.make(cls.branch.work / name, version, slots or cls.image.parent, keys, board).read_bytes()

    def write(self, place, data):
        """On the disk of the box; returns what was there."""
        with open(self.box.disk, "r+b") as disk:
            disk.seek(place)
            before = disk.read(len(data))
            disk.seek(place)
            disk.write(data)
        return before

    def test_TheWholeLifeOfAnUpdate(self):
        box = self.box
        self.refused_ones()
        box.plug_in()
        box.put("v2.raucb", self.bundle("v2.raucb", "0.2.0"), stick=True)
        box.start().ready()
        self.assertEqual(box.slot, "A")
        box.wait_for(r"update refused: .*(signature|certificate|verif)", 120)
        box.wait_for(r"update refused: version 0.0.9 is below", 120)
        box.wait_for(f"update refused: it is for branchline-raspberry-pi-cm4, and this box is branchline-{BOARD}", 120)
        box.wait_for("updating from 0.1.0 to 0.1.5", 120)
        box.wait_for(r"update (refused|failed): ", 120)
        box.wait_for("to 0.2.0 is installed; restarting", 300)
        box.ready_again("B")
        box.cut_power()
        self.assertIn("update to 0.2.0 is installed", box.get("UPDATE.TXT", stick=True))

        # Root A rots, and the boot loader's memory with it: three tries, which a new memory counts, then B.
        whole = self.write(ROOT_A + ROT.start, random.Random(1).randbytes(ROT.stop - ROT.start))
        self.write(ENVIRONMENT, random.Random(4).randbytes(512))
        box.start().ready(600)
        self.assertEqual(box.slot, "B")
        self.assertEqual(len(re.findall(f"{CORRUPTED}|cannot start from slot A", box.said())), 3)
        box.cut_power()
        self.write(ROOT_A + ROT.start, whole)

        # Root B rots: three tries, then A again. There an update that cannot start: three tries, and it is not installed again.
        self.write(ROOT_B + ROT.start, random.Random(2).randbytes(ROT.stop - ROT.start))
        for name in ("changed.raucb", "foreign.raucb", "old.raucb", "other.raucb"):
            box.remove(name)
        box.put("broken.raucb", self.bundle("broken.raucb", "0.3.0", self.broken))
        box.start().ready(600)
        self.assertEqual(box.slot, "A")
        box.wait_for("to 0.3.0 is installed; restarting", 300)
        box.ready_again("A", 600)
        self.assertEqual(len(re.findall(f"{CORRUPTED}|cannot start from slot B", box.said())), 6)
        time.sleep(5)
        box.cut_power()
        self.assertEqual(box.get("UPDATE.TXT").count("update to 0.3.0 is installed"), 1)

    def refused_ones(self):
        """Another signer, another board, one bit changed, a version below the floor."""
        keys = self.branch.work / "foreign"
        subprocess.run([paths.CHECKOUT / "image/build/keys", keys], check=True, stdout=subprocess.PIPE)
        changed = bytearray(self.bundle("changed.raucb", "0.1.5", self.broken))
        changed[random.Random(1).randrange(len(changed) // 2)] ^= 1
        self.box.put("foreign.raucb", self.bundle("foreign.raucb", "0.2.0", self.broken, keys))
        self.box.put("other.raucb", self.bundle("other.raucb", "0.2.0", self.broken, board="raspberry-pi-cm4"))
        self.box.put("old.raucb", self.bundle("old.raucb", "0.0.9", self.broken))
        self.box.put("changed.raucb", bytes(changed))


class BadConfigurations(ImageTest):
    @classmethod
    def prepare(cls):
        cls.box = cls.branch.own(Appliance(cls.branch, cls.image))

    def test_ABadSetIsToldAndTheLastGoodOneStays(self):
        """Both come on a stick, which has the last word."""
        box = self.box
        box.configure()
        box.plug_in()
        box.configure(stick=True, branchline_appliance_conf=(EXAMPLES / "branchline-appliance.conf").read_text().replace("branch-17", "branch-18"))
        box.start().ready()
        box.cut_power()
        self.assertIsNone(box.get("ERRORS.TXT", stick=True))
        # Each program's own check must be reached: a mistake in Kea's file, with its place.
        bad = '{ "Dhcp4": {\n  "valid-lifetime": 28800,\n  "subnet4": [ { "id": 1, "subnet": "192.0.2.0/99" } ]\n} }\n'
        box.configure(stick=True, kea_dhcp4_conf=bad)
        box.start().ready()
        errors = box.get("ERRORS.TXT", stick=True)
        self.assertRegex(errors, r"kea-dhcp4.conf:3:\d+")
        self.assertIn("The last good configuration stays in force.", errors)
        box.type("\n")
        box.wait_for(r"branch-18[\s\S]*DHCP for IPv4 +active", 60)
        box.cut_power()


class Unconfigured(ImageTest):
    @classmethod
    def prepare(cls):
        cls.box = cls.branch.own(Appliance(cls.branch, cls.image, uefi=True, clock="2001-01-01"))
        cls.box.start().ready()

    def test_ItIsSafeAndSaysWhatToDo(self):
        self.box.type("\n")
        self.box.wait_for("DHCP for IPv4 +not configured", 60)
        self.assertIn("Put the four files on the partition BRANCHLINE", self.box.said())
        self.assertIn("Trusts development keys", self.box.said())

    def test_ItsWatchdogRestartsItWhenItHangs(self):
        self.box.hang()
        self.box.wait_for(r"ready after[\s\S]*ready after")

    def test_ItsWatchdogRestartsItWhenItHangsBeforeTheSystemRuns(self):
        self.box.restart().wait_for("starting the system in slot A, watchdog: .*timer")
        self.box.hang()
        self.box.wait_for(r"starting the system[\s\S]*starting the system[\s\S]*ready after", 600)

    def test_ItsClockIsNotBeforeItsOwnTime(self):
        self.box.type("\n")
        year, = self.box.wait_for(r"Branchline \S+ \(\S+\) +\S+ +(\d{4})-\d\d-\d\d", 60).groups()
        self.assertGreaterEqual(int(year), 2026)
