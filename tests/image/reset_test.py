"""The last resorts: a start without the configuration, and the factory reset, which leaves nothing of what the box has learned."""

import subprocess

from branch.appliance import Appliance
from branch.image_case import ImageTest

CANARY = "canary-7f3d9a1c"
DAEMON = """{ "Tftpd": { } } // %s """ % CANARY


class FactoryReset(ImageTest):
    time_limit = 900

    @classmethod
    def prepare(cls):
        cls.box = cls.branch.own(Appliance(cls.branch, cls.image, size=768 << 20))

    def found(self):
        return subprocess.run(["grep", "-c", "-a", CANARY, self.box.disk], stdout=subprocess.PIPE, text=True).stdout.strip()

    def at_the_console(self, key, word):
        """The menu, a choice in it, and the word that confirms it."""
        for keys, shown in (("", "f factory reset"), (key, f"Type {word}")):
            self.box.type(f"{keys}\n")
            self.box.wait_for(shown, 60)
        self.box.type(f"{word}\n")

    def test_NothingOfAPlantedCanaryStaysOnTheDisk(self):
        box = self.box
        # One that was longer lay there before: its end is in no file.
        box.configure(branchline_tftpd_conf="//" * 50_000 + CANARY)
        box.configure(branchline_tftpd_conf=DAEMON)
        box.put("branch-17.backup", CANARY)
        box.start().ready()
        # Without the configuration, once; it is still there.
        self.at_the_console("n", "rescue")
        box.wait_for(r"rescue: this start[\s\S]*no configuration[\s\S]*ready after")
        box.cut_power()
        self.assertNotEqual(self.found(), "0")
        box.start().ready()
        box.type("\n")
        box.wait_for("proxy TFTP +active", 60)
        self.at_the_console("f", "erase")
        box.wait_for("factory reset: done", 300)
        box.ready_again("A", 300)
        box.cut_power()
        self.assertEqual(self.found(), "0")
