"""Bundles with one bit changed, anywhere: the box installs none of them, and then the one that is as it was signed."""

import random
import re

from branch import bundles
from branch.appliance import Appliance
from branch.image_case import ImageTest

NUMBER = 200
SLOT = 1 << 16  # bytes of each of the bundle's images: what they hold is never started


class TamperedBundles(ImageTest):
    time_limit = 2400  # one start, and some seconds a bundle

    def test_NoneIsInstalled(self):
        slots, folder = (self.branch.work / name for name in ("slots", "bundles"))
        for one in (slots, folder):
            one.mkdir()
        for name in ("root.img", "boot.img"):
            (slots / name).write_bytes(random.Random(name).randbytes(SLOT))
        signed = folder / "signed.raucb"  # the last by its name; short ones, for the FAT's directory
        bundles.make(signed, "0.2.0", slots)
        chance = random.Random(22)
        for number in range(NUMBER):
            changed = bytearray(signed.read_bytes())
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
            (folder / f"c{number:03}.raucb").write_bytes(changed)

        box = self.branch.own(Appliance(self.branch, self.image))
        box.configure()
        box.put_all(folder.iterdir())
        box.start().ready()
        said = box.wait_for(r"updat[\s\S]*is installed; restarting", 2000)[0]
        self.assertEqual(len(re.findall("^branchline: update (?:refused|failed): ", said, re.M)), NUMBER)
