"""Power cuts, in service and during updates. After each the box must come up, from the slot that the boot loader's environment names, and
serve a phone that it has never seen; it has forgotten no lease but those that it gave in the last moments.

Starts are what costs, so they are one chain: each is the check of the cut before and the stage of the next.

BRANCHLINE_CUTS says how many, "UPDATES SERVICE"; "make soak-image" sets it. BRANCHLINE_SEED chooses the same moments again.
"""

import os
import random
import time

from branch import bundles, clients, paths, remote, samples
from branch.appliance import ENVIRONMENT, Appliance
from branch.image_case import ImageTest
from branch.phone import Phone

HQ4 = "198.51.100.10"
# Requests are taken at one port alone, where the box must find itself healthy.
DAEMON = """{ "Tftpd": { "interfaces-config": { "interfaces": [ "port1" ] },
    "remote-clusters": [ { "cluster-id": "hq", "tftp-servers": [ "%s" ] } ] } }""" % HQ4
IN_UPDATES, IN_SERVICE = map(int, (os.environ.get("BRANCHLINE_CUTS") or "3 3").split())
SECTOR = 512
LOST = 5  # seconds before a cut, within which a lease may have been given that nobody remembers


class Environment:
    """The boot loader's two sectors on the disk of a box, as they are at this moment."""

    def __init__(self, disk):
        self.disk = disk

    def read(self):
        with open(self.disk, "rb") as disk:
            disk.seek(ENVIRONMENT)
            return disk.read(2 * SECTOR)

    def write(self, data):
        with open(self.disk, "r+b") as disk:
            disk.seek(ENVIRONMENT)
            disk.write(data)

    def slot(self):
        """The one that image/grub/grub.cfg starts next."""
        values = dict(line.split("=", 1) for line in self.read().decode().splitlines() if "=" in line)
        order = values["ORDER"].split()
        return next((slot for slot in order if values[f"{slot}_OK"] == "1" and values[f"{slot}_TRY"] in ("0", "1", "2")), order[0])

    def wait_for_writes(self, number, timeout):
        """Returns at the moment of the last of so many."""
        end = time.monotonic() + timeout * paths.PATIENCE
        last = self.read()
        while number:
            now = self.read()
            if now != last:
                last = now
                number -= 1
            elif time.monotonic() > end:
                raise TimeoutError(f"{number} writes of the boot loader's environment are missing; it is {now.rstrip(b'#')!r}")
            else:
                time.sleep(0.001)


class PowerCuts(ImageTest):
    time_limit = 600 + 150 * (IN_UPDATES + IN_SERVICE)
    weight = 2

    @classmethod
    def prepare(cls):
        cls.seed = int(os.environ.get("BRANCHLINE_SEED") or time.time_ns())
        cls.random = random.Random(cls.seed)
        cls.files = cls.branch.work / "hq"
        cls.branch.own(remote.TftpdHpa(cls.branch.host("hq", f"{HQ4}/24"), cls.files, cls.branch.work).start())
        cls.box = cls.branch.own(Appliance(cls.branch, cls.image))
        cls.box.configure(branchline_tftpd_conf=DAEMON)
        cls.environment = Environment(cls.box.disk)
        cls.phones = []
        cls.kept = set()  # addresses
        cls.version = cls.updated_from = None
        # Somebody pulls the plug of a new box at once, too: its data partition is half made.
        cls.box.start().wait_for("first start: making the data partition")
        time.sleep(cls.random.random() * 4)
        cls.box.cut_power()

    def comes_up(self):
        box, slot = self.box, self.environment.slot()
        box.start().ready()
        self.assertEqual(box.slot, slot)
        self.assertNotIn("refused", box.said())

    def serves(self):
        """A phone that nobody has seen gets a lease of its own, and its file from the cluster; the one before has its file still."""
        number = len(self.phones) + 1
        phone = Phone(self.branch, f"00:11:22:33:{number >> 8:02x}:{number & 255:02x}", v4=True, v6=False)
        (self.files / f"{phone.device}.cnf.xml").write_bytes(samples.device_config(phone.device, "hq", HQ4))
        phone.boot(60)
        phone.leased = time.monotonic()
        self.assertNotIn(phone.address4, self.kept)
        self.phones.append(phone)
        for one in self.phones[-2:]:
            data = clients.curl(phone.namespace, phone.server, f"{one.device}.cnf.xml", options=False)
            self.assertEqual(data, samples.device_config(one.device, "hq", HQ4))

    def cut(self):
        last = self.phones[-1]
        if time.monotonic() - last.leased > LOST:
            self.kept.add(last.address4)
        self.box.cut_power()

    # The moments: each returns, in words, when the cut comes.

    def in_service(self):
        """Just after a lease and a file of the cache were written, in the seconds in which they reach the disk, or after these."""
        return self.pause(2 * LOST, "after a phone's boot")

    def as_the_slot_is_written(self):
        self.box.wait_for("updating from .* to")
        return self.pause(8, "into an update")

    def as_the_environment_is_written(self):
        """RAUC's choice of the new slot, or the boot loader's count of its first try."""
        number = self.random.randint(1, 2)
        self.environment.wait_for_writes(number, self.box.boot_limit)
        return f"with write {number} of the environment in an update"

    def as_the_new_slot_starts(self):
        self.box.wait_for("is installed; restarting")
        return self.pause(20, "after an update was installed")

    def pause(self, most, what):
        seconds = self.random.random() * most
        time.sleep(seconds)
        return f"{seconds:.1f} s {what}"

    IN_AN_UPDATE = (as_the_slot_is_written, as_the_environment_is_written, as_the_new_slot_starts)

    def bring_update(self):
        """A bundle on the medium, which the box takes once it is healthy: the same as before, unless that one is in force."""
        slot = self.environment.slot()
        if slot == self.updated_from:
            return
        self.updated_from = slot
        self.version = 0 if self.version is None else self.version + 1
        bundle = bundles.make(self.branch.work / "update.raucb", f"0.2.{self.version}", self.image.parent)
        self.box.put("update.raucb", bundle.read_bytes())
        bundle.unlink()

    def test_ItComesUpAfterEachAndServes(self):
        number = 0
        for moment in [PowerCuts.in_service] * IN_SERVICE + [self.IN_AN_UPDATE[n % 3] for n in range(IN_UPDATES)]:
            if moment in self.IN_AN_UPDATE:
                self.bring_update()
            self.comes_up()
            self.serves()
            when = moment(self)
            self.cut()
            number += 1
            print(f"seed {self.seed}: cut {number} of {IN_SERVICE + IN_UPDATES}, {when}; slot {self.environment.slot()} is next,"
                  f" {len(self.kept)} leases to be kept", flush=True)  # fmt: skip
        self.comes_up()
        self.serves()
        self.box.cut_power()

    def test_AnEnvironmentThatIsHalfWritten(self):
        """A disk writes a sector whole or not at all, and what ever changes lies in the first of the two. Should a disk not keep that
        promise, the boot loader begins with the slot A, and the box writes a new one."""
        box, environment = self.box, self.environment
        text = environment.read()
        self.assertTrue(text.startswith(b"# GRUB Environment Block\n"))
        self.assertEqual(text[SECTOR:], b"#" * SECTOR)
        environment.write(random.Random(5).randbytes(SECTOR))
        box.start().ready()
        self.assertEqual(box.slot, "A")
        box.cut_power()
        mended = environment.read()
        self.assertTrue(mended.startswith(b"# GRUB Environment Block\n"), mended[:80])
        for line in (b"ORDER=A B", b"A_OK=1", b"A_TRY=0"):
            self.assertIn(line, mended.splitlines())
        self.assertEqual(mended[SECTOR:], b"#" * SECTOR)
