"""make flash: what it refuses to write to, and that it notices a medium which does not hold what was written. The disk is a loop device,
which is not removable, just as the disk of the machine that one works at."""

import os
import pathlib
import random
import shutil
import subprocess
import tempfile
import unittest

from branch import paths

MIB = 1 << 20
SIZE = 6 * MIB


class Flash(unittest.TestCase):
    def setUp(self):
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="flash-"))
        self.addCleanup(shutil.rmtree, self.work)
        self.board = f"flash-{os.getpid()}"
        self.content = random.Random(7).randbytes(SIZE)
        packed = paths.CHECKOUT / f"build/image/branchline-{self.board}-1.0.0.img.zst"
        packed.parent.mkdir(parents=True, exist_ok=True)
        self.addCleanup(packed.unlink)
        subprocess.run(["zstd", "-q", "-1", "-o", packed, "-"], input=self.content, check=True)
        self.disk = self.work / "disk"

    def loop(self, size):
        with open(self.disk, "wb") as disk:
            disk.truncate(size)
        device = subprocess.run(["losetup", "--find", "--show", self.disk], check=True, capture_output=True, text=True).stdout.strip()
        self.addCleanup(subprocess.run, ["losetup", "--detach", device], check=True)
        return device

    def flash(self, device, really="", path=None):
        environment = {**os.environ, "REALLY": really, "PATH": f"{path}:{os.environ['PATH']}" if path else os.environ["PATH"]}
        done = subprocess.run([paths.CHECKOUT / "image/build/flash", self.board, device], env=environment, capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    def untouched(self):
        self.assertNotIn(self.content[:4096], self.disk.read_bytes())

    def test_ADiskThatIsNotRemovableMustBeNamedTwice(self):
        device = self.loop(2 * SIZE)
        for really in ("", "yes", "/dev/null"):
            status, said = self.flash(device, really)
            self.assertEqual(status, 1)
            self.assertIn(f"REALLY={device}", said)
        self.untouched()
        status, said = self.flash(device, really=device)
        self.assertEqual(status, 0, said)
        self.assertIn("Reading it back", said)
        self.assertEqual(self.disk.read_bytes()[:SIZE], self.content)

    def test_AMountedDiskIsRefusedHoweverOftenItIsNamed(self):
        device = self.loop(2 * SIZE)
        subprocess.run(["mke2fs", "-q", device], check=True)
        at = self.work / "mounted"
        at.mkdir()
        subprocess.run(["mount", device, at], check=True)
        try:
            status, said = self.flash(device, really=device)
        finally:
            subprocess.run(["umount", at], check=True)
        self.assertEqual(status, 1)
        self.assertIn("is mounted", said)
        self.untouched()

    def test_ADiskThatIsTooSmallIsNotBegun(self):
        device = self.loop(SIZE - MIB)
        status, said = self.flash(device, really=device)
        self.assertEqual(status, 1)
        self.assertIn("too small", said)
        self.untouched()

    def test_WhatIsNoDiskIsRefused(self):
        for what in ("/dev/null", str(self.work), "/dev/branchline-no-such-disk"):
            status, said = self.flash(what, really=what)
            self.assertEqual(status, 1)
            self.assertIn("is no disk", said)

    def test_AMediumThatForgetsIsNoticed(self):
        device = self.loop(2 * SIZE)
        # Called between writing and reading back.
        programs = self.work / "programs"
        programs.mkdir()
        forget = programs / "blockdev"
        forget.write_text(f"#!/bin/sh\nprintf X | dd of={self.disk} bs=1 seek={SIZE - 12345} conv=notrunc status=none\n")
        forget.chmod(0o755)
        self.assertNotEqual(self.content[SIZE - 12345 : SIZE - 12344], b"X")
        status, said = self.flash(device, really=device, path=programs)
        self.assertEqual(status, 1)
        self.assertIn("does not hold what was written", said)
