"""Power cuts at random moments, in service and during updates, after each of which the box must come up and serve; and what the boot
loader's environment may look like after one.

BRANCHLINE_CUTS says how many, "UPDATES SERVICE"; "make soak-image" sets it. BRANCHLINE_SEED chooses other moments.
"""

import os
import random
import subprocess
import time

from branch import clients, paths, remote, samples
from branch.appliance import BOARD, ENVIRONMENT, Appliance
from branch.image_case import ImageTest
from branch.phone import Phone

HQ4 = "198.51.100.10"
DAEMON = """{ "Tftpd": { "remote-clusters": [ { "cluster-id": "hq", "tftp-servers": [ "%s" ] } ] } }""" % HQ4
IN_UPDATES, IN_SERVICE = map(int, (os.environ.get("BRANCHLINE_CUTS") or "3 3").split())
SECTOR = 512


class PowerCuts(ImageTest):
    time_limit = 900 + 400 * max(IN_UPDATES, IN_SERVICE)

    @classmethod
    def prepare(cls):
        cls.seed = int(os.environ.get("BRANCHLINE_SEED") or time.time())
        cls.random = random.Random(cls.seed)
        cls.files = cls.branch.work / "hq"
        cls.branch.own(remote.TftpdHpa(cls.branch.host("hq", f"{HQ4}/24"), cls.files, cls.branch.work).start())
        cls.box = cls.branch.own(Appliance(cls.branch, cls.image))
        cls.box.configure(branchline_tftpd_conf=DAEMON)

    def say(self, text):
        print(f"seed {self.seed}: {text}", flush=True)

    def serves(self, number):
        """A phone that nobody has seen gets a lease, and its file from the cluster."""
        mac = f"00:11:22:33:{number >> 8:02x}:{number & 255:02x}"
        device = "SEP" + mac.replace(":", "").upper()
        data = samples.device_config(device, "hq", HQ4)
        (self.files / f"{device}.cnf.xml").write_bytes(data)
        phone = Phone(self.branch, mac, v4=True, v6=False)
        phone.boot(60)
        self.assertEqual(clients.curl(phone.namespace, phone.servers4[0], f"{device}.cnf.xml", options=False), data)

    def test_InService(self):
        box = self.box
        box.start().ready()
        for number in range(IN_SERVICE):
            # Just after a lease and a file of the cache were written, or in the seconds in which they reach the disk.
            self.serves(number)
            pause = self.random.random() * 8
            time.sleep(pause)
            box.restart().ready()
            self.say(f"cut {number + 1} of {IN_SERVICE} in service, {pause:.1f} s after a phone's boot; ready after {box.seconds:.0f} s")
            self.assertNotIn("refused", box.said())
        self.serves(IN_SERVICE)
        box.cut_power()

    def test_DuringUpdates(self):
        box = self.box
        box.start().ready()
        slot = box.slot
        for number in range(IN_UPDATES):
            box.cut_power()
            version = f"0.2.{number}"
            bundle = self.branch.work / "update.raucb"
            subprocess.run([paths.CHECKOUT / "image/build/bundle", BOARD, self.image.parent, bundle], check=True, stdout=subprocess.PIPE,
                           env={**os.environ, "BRANCHLINE_VERSION": version})  # fmt: skip
            box.put("update.raucb", bundle.read_bytes())
            bundle.unlink()
            # Anywhere from the first block to the new slot's first start: the boot loader's environment is written in between.
            box.start()
            box.wait_for(f"updating from .* to {version}", 600)
            pause = self.random.random() * 25
            time.sleep(pause)
            last = box.said().strip().splitlines()[-1]
            box.restart().ready()
            came_up = box.slot
            other = {"A": "B", "B": "A"}[slot]
            if came_up == slot:  # Not yet: it is taken again, and comes to its end.
                box.wait_for(f"update to {version} is installed; restarting")
                box.ready_again(other)
            self.say(f"cut {number + 1} of {IN_UPDATES} in updates, {pause:.1f} s after it began ({last}); came up from {came_up} of {slot} to {other}")
            slot = other
            self.serves(1000 + number)
        box.cut_power()

    def environment(self, write=None):
        with open(self.box.disk, "r+b") as disk:
            disk.seek(ENVIRONMENT)
            if write is None:
                return disk.read(2 * SECTOR)
            disk.write(write)

    def test_AnEnvironmentThatIsHalfWritten(self):
        """A disk writes a sector whole or not at all, and what ever changes lies in the first of the two. Should a disk not keep that
        promise, the boot loader begins with the slot A, and the box writes a new one."""
        box = self.box
        box.start().ready()
        box.cut_power()
        text = self.environment()
        self.assertTrue(text.startswith(b"# GRUB Environment Block\n"))
        self.assertEqual(text[SECTOR:], b"#" * SECTOR)
        self.environment(random.Random(5).randbytes(SECTOR))
        box.start().ready()
        self.assertEqual(box.slot, "A")
        time.sleep(2)
        box.cut_power()
        mended = self.environment()
        self.assertTrue(mended.startswith(b"# GRUB Environment Block\n"), mended[:80])
        for line in (b"ORDER=A B", b"A_OK=1", b"A_TRY=0"):
            self.assertIn(line, mended.splitlines())
        self.assertEqual(mended[SECTOR:], b"#" * SECTOR)
