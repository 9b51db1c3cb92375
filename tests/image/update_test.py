"""Updates: a good one is installed and started; a bad one, a foreign one or a damaged slot never takes the box down."""

import os
import random
import shutil
import subprocess
import time

from branch import paths
from branch.appliance import MIB, Appliance
from branch.image_case import ImageTest

SLOTS = paths.CHECKOUT / "build/image/pc-x86_64"
ROOT_B = 18 + 160 + 1 + 48 + 48 + 112  # where image/build/disk puts root-b, in MiB


class Updates(ImageTest):
    time_limit = 3000  # some twenty starts
    weight = 2

    @classmethod
    def prepare(cls):
        cls.box = cls.branch.own(Appliance(cls.branch, cls.image))

    @classmethod
    def bundle(cls, name, version, slots=SLOTS, keys=None):
        out = cls.branch.work / name
        environment = {**os.environ, "BRANCHLINE_VERSION": version, **({"BRANCHLINE_KEYS": str(keys)} if keys else {})}
        subprocess.run([paths.CHECKOUT / "image/build/bundle", "pc-x86_64", slots, out], env=environment, check=True, stdout=subprocess.PIPE)
        return out.read_bytes()

    def test_TheWholeLifeOfAnUpdate(self):
        box = self.box
        good = self.bundle("good.raucb", "0.2.0")

        # What must be refused: another signer, one bit changed, a version below the floor.
        keys = self.branch.work / "foreign"
        subprocess.run([paths.CHECKOUT / "image/build/keys", keys], check=True, stdout=subprocess.PIPE)
        changed = bytearray(good)
        changed[random.Random(1).randrange(len(changed) // 2)] ^= 1
        bad = {
            "foreign.raucb": self.bundle("foreign.raucb", "0.2.0", keys=keys),
            "old.raucb": self.bundle("old.raucb", "0.0.9"),
        }
        for name, data in bad.items():
            box.put(name, data)
        box.start().ready()
        self.assertEqual(box.slot, "A")
        box.wait_for(r"update refused: .*(signature|certificate|verif)", 120)
        box.wait_for(r"update refused: version 0.0.9 is below", 120)
        box.cut_power()
        for name in bad:
            box.remove(name)
        box.put("changed.raucb", bytes(changed))
        box.start().ready()
        self.assertEqual(box.slot, "A")
        box.wait_for(r"update (refused|failed): ", 120)
        box.cut_power()
        box.remove("changed.raucb")

        # A power cut while it is being installed: the old one starts, and the update is done then.
        box.put("good.raucb", good)
        box.start().ready()
        box.wait_for("updating from", 120)
        time.sleep(random.random() * 2)
        box.restart()
        box.ready()
        self.assertEqual(box.slot, "A")
        box.wait_for("is installed; restarting", 200)
        box.ready_again("B")
        box.cut_power()
        box.remove("good.raucb")

        # Root B rots: three tries, then A again.
        with open(box.disk, "r+b") as disk:
            disk.seek((ROOT_B + 4) * MIB)
            disk.write(random.Random(2).randbytes(20 * MIB))
        box.start().ready(600)
        self.assertEqual(box.slot, "A")
        box.cut_power()

        # An update that cannot start: three tries, then the old one, and it is not installed again.
        slots = self.branch.work / "broken"
        slots.mkdir()
        shutil.copy(SLOTS / "boot.img", slots)
        (slots / "root.img").write_bytes(random.Random(3).randbytes(8 * MIB))
        box.put("broken.raucb", self.bundle("broken.raucb", "0.3.0", slots=slots))
        box.start().ready()
        box.wait_for("is installed; restarting", 200)
        box.ready_again("A", 600)
        self.assertIn("cannot start from slot B", box.said())
        self.assertIn("is installed", box.get("UPDATE.TXT"))


class BadConfigurations(ImageTest):
    @classmethod
    def prepare(cls):
        cls.box = cls.branch.own(Appliance(cls.branch, cls.image))

    def test_ABadSetIsToldAndTheLastGoodOneStays(self):
        box = self.box
        box.configure()
        box.start().ready()
        box.cut_power()
        self.assertIsNone(box.get("ERRORS.TXT"))
        # Each program's own check must be reached: a mistake in Kea's file, with its place.
        box.put("kea-dhcp4.conf", '{ "Dhcp4": {\n  "valid-lifetime": 28800,\n  "subnet4": [ { "id": 1, "subnet": "192.0.2.0/99" } ]\n} }\n')
        box.start().ready()
        errors = box.get("ERRORS.TXT")
        self.assertRegex(errors, r"kea-dhcp4.conf:3:\d+")
        self.assertIn("The last good configuration stays in force.", errors)
        box.type("\n")
        box.wait_for(r"DHCP for IPv4 +active", 60)
        box.cut_power()


class Unconfigured(ImageTest):
    @classmethod
    def prepare(cls):
        cls.box = cls.branch.own(Appliance(cls.branch, cls.image, uefi=True))
        cls.box.start().ready()

    def test_ItIsSafeAndSaysWhatToDo(self):
        self.box.type("\n")
        self.box.wait_for("DHCP for IPv4 +not configured", 60)
        self.assertIn("Put the four files on the partition BRANCHLINE", self.box.said())
        self.assertIn("Trusts development keys", self.box.said())
