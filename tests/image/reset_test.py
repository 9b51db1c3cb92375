"""A factory reset leaves nothing of what the box has learned."""

import subprocess

from branch.appliance import Appliance
from branch.image_case import ImageTest

CANARY = "canary-7f3d9a1c"
DAEMON = """{ "Tftpd": { } } // %s """ % CANARY


class FactoryReset(ImageTest):
    time_limit = 600

    @classmethod
    def prepare(cls):
        cls.box = cls.branch.own(Appliance(cls.branch, cls.image, size=768 << 20))

    def found(self):
        return subprocess.run(["grep", "-c", "-a", CANARY, self.box.disk], stdout=subprocess.PIPE, text=True).stdout.strip()

    def test_NothingOfAPlantedCanaryStaysOnTheDisk(self):
        box = self.box
        box.configure(branchline_tftpd_conf=DAEMON)
        box.start().ready()
        box.type("\n")
        box.wait_for("f factory reset", 60)
        box.cut_power()
        self.assertNotEqual(self.found(), "0")
        box.start().ready()
        box.type("\n")
        box.wait_for("f factory reset", 60)
        box.type("f\n")
        box.wait_for("Type erase", 30)
        box.type("erase\n")
        box.wait_for("factory reset: done", 300)
        box.ready_again("A", 300)
        box.cut_power()
        self.assertEqual(self.found(), "0")
