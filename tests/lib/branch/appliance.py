"""The firmware in QEMU, as a box between the branch's two switches: port1 is the phones' network, port2 the wide area network.

Software emulation, on purpose: it works on every machine, and the same everywhere.
"""

import os
import pathlib
import re
import shutil
import socket
import subprocess
import threading
import time

from . import gdb, paths
from .netns import Namespace
from .process import Process

MIB = 1 << 20
BOARD = os.environ.get("BRANCHLINE_BOARD") or "pc-x86_64"
CONFIG_PARTITION = 18 * MIB  # where image/build/disk puts BRANCHLINE, in bytes
ENVIRONMENT = (18 + 160) * MIB + 4096  # and the boot loader's environment, two sectors
EXAMPLES = paths.CHECKOUT / "docs/examples"
# One thread for both processors: with one for each, QEMU now and then aborts or stands still (docs/decisions.md 52).
ACCELERATOR = "tcg,thread=single"
# A killed QEMU leaves with the host all that it has written. To wait for the host's own disk would make a cut's moment depend on whoever
# else uses that.
CACHE = "cache=unsafe"
SET = ("branchline-appliance.conf", "kea-dhcp4.conf", "kea-dhcp6.conf", "branchline-tftpd.conf")


class Appliance:
    boot_limit = 300  # seconds until ready, on a machine that has much else to do

    def __init__(self, branch, image, label="appliance", size=1 << 30, uefi=False, clock=None, firmware=()):
        """`uefi`: rather than by BIOS, on a board that knows both. `clock`: what the machine's own says, such as "2001-01-01".
        `firmware`: QEMU's words for another UEFI than the board's."""
        self.branch, self.label, self.clock, self.firmware = branch, label, clock, firmware
        text = (paths.CHECKOUT / "board" / BOARD / "meta").read_text()
        self.meta = dict(re.findall(r'^(\w+)="?([^"\n]*)"?$', text, re.M))
        self.uefi = uefi or "bios" not in self.meta["FIRMWARE"]
        self.disk = branch.work / f"{label}.img"
        subprocess.run(["cp", "--sparse=always", image, self.disk], check=True)
        with open(self.disk, "r+b") as disk:
            disk.truncate(size)
        self.namespace = branch.own(Namespace(label))
        # A tap for each port, bridged with a cable to the switch.
        for number, switch in ((1, branch.lan), (2, branch.wan)):
            switch.plug(self.namespace, f"cable{number}")
            self.namespace.ip(
                f"link add name bridge{number} type bridge forward_delay 0 mcast_snooping 0",
                f"link set bridge{number} up",
                f"link set cable{number} master bridge{number}",
            )
            with self.namespace:
                subprocess.run(["ip", "tuntap", "add", "dev", f"tap{number}", "mode", "tap"], check=True)
            self.namespace.ip(f"link set tap{number} master bridge{number}", f"link set tap{number} up")
        self.console_log = branch.work / f"{label}-console.log"
        self.console = None
        self.process = None
        self.stick = None

    # The medium, while the box is off.

    def _fat(self, command, *arguments, stick=False):
        where = self.stick if stick else f"{self.disk}@@{CONFIG_PARTITION}"
        return subprocess.run([command, "-i", where, *map(str, arguments)], capture_output=True, check=True).stdout

    def put(self, name, text, stick=False):
        """A file on the partition BRANCHLINE, or on the stick."""
        file = self.branch.work / f"put-{name}"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        self._fat("mcopy", "-o", file, f"::{name}", stick=stick)

    def put_all(self, files):
        """These files, under their own names."""
        self._fat("mcopy", "-o", *files, "::")

    def remove(self, name):
        self._fat("mdel", f"::{name}")

    def get(self, name, text=True, stick=False):
        """A file of the partition BRANCHLINE or the stick, as text or as bytes, or None."""
        try:
            data = self._fat("mtype", f"::{name}", stick=stick)
            return data.decode() if text else data
        except subprocess.CalledProcessError:
            return None

    def plug_in(self):
        """An empty USB stick named BRANCHLINE, from the next start on."""
        self.stick = self.branch.work / f"{self.label}-stick.img"
        subprocess.run(["mkfs.vfat", "-C", "-F", "32", "-n", "BRANCHLINE", self.stick, str(160 * MIB // 1024)], check=True, stdout=subprocess.PIPE)

    def configure(self, stick=False, **other):
        """The shipped examples, except for what `other` says: name with _ for - and . = text, or None for no such file."""
        for name in SET:
            text = other.get(re.sub(r"[-.]", "_", name), (EXAMPLES / name).read_text())
            if text is not None:
                self.put(name, text, stick)

    # Power.

    def start(self):
        self.process = None
        self.console_log.touch()
        mark = self.console_log.stat().st_size
        self.since = mark
        path = self.branch.work / f"{self.label}.console"
        path.unlink(missing_ok=True)
        command = [
            *self.meta["QEMU"].split(), "-accel", ACCELERATOR, "-m", "512", "-smp", "2", "-nodefaults", "-display", "none",
            "-chardev", f"socket,id=console,path={path},server=on,wait=off,logfile={self.console_log},logappend=on",
            "-serial", "chardev:console", "-device", "i6300esb", "-action", "watchdog=reset", "-device", "virtio-rng-pci",
            "-drive", f"file={self.disk},format=raw,if=none,id=disk,{CACHE}", "-device", "virtio-blk-pci,drive=disk,bootindex=1",
            "-gdb", f"unix:{self.branch.work}/{self.label}.gdb,server=on,wait=off",
        ]  # fmt: skip
        if self.firmware:
            command += self.firmware
        elif self.uefi:
            command += ["-bios", self.meta["QEMU_UEFI"]]
        if self.clock:
            command += ["-rtc", f"base={self.clock}"]
        for number in (1, 2):
            command += ["-netdev", f"tap,id=n{number},ifname=tap{number},script=no,downscript=no",
                        "-device", f"virtio-net-pci,romfile=,netdev=n{number},mac=02:00:5e:10:00:0{number}"]  # fmt: skip
        if self.stick:
            command += ["-device", "qemu-xhci", "-drive", f"file={self.stick},format=raw,if=none,id=stick", "-device", "usb-storage,drive=stick"]
        self.began = time.monotonic()
        self.process = Process(f"{self.label}-qemu", command, self.branch.work / f"{self.label}-qemu.log", self.namespace)
        return self

    def said(self):
        """What the console showed since the last start."""
        with open(self.console_log, "rb") as file:
            file.seek(self.since)
            return file.read().decode("utf-8", "replace").replace("\r", "")

    def wait_for(self, pattern, timeout=None):
        """The console shows this since the last start; returns the match."""
        end = time.monotonic() + (timeout or self.boot_limit) * paths.PATIENCE
        while True:
            found = re.search(pattern, self.said(), re.M)
            if found:
                return found
            if not self.process.running:
                raise RuntimeError(f"QEMU ended: {self.process.tail()}")
            if time.monotonic() > end:
                raise TimeoutError(f"the console did not show /{pattern}/; {self.where()}; its end:\n{self.said()[-3000:]}")
            time.sleep(0.1)

    def where(self):
        """Where the processors are, twice, so that one sees whether they stand still."""
        found = []
        for moment in range(2):
            time.sleep(moment)
            try:
                addresses = gdb.where(self.branch.work / f"{self.label}.gdb", self.meta["ARCHITECTURE"]).values()
                found.append(" and ".join(f"{address:x}" for address in addresses))
            except (OSError, RuntimeError, ValueError) as error:
                found.append(f"unknown ({error})")
        return f"its processors are at {found[0]}, and a second later at {found[1]}"

    def ready(self, timeout=None):
        """Waits until the box says that it is; returns how long that took, and the CPU seconds of the emulation."""
        found = self.wait_for(r"branchline: ready after (\d+) s, Branchline (\S+), slot ([AB])", timeout)
        self.version, self.slot = found[2], found[3]
        self.seconds = time.monotonic() - self.began
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        self.cpu_seconds = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        return self

    def ready_again(self, slot, timeout=None):
        """The box restarted by itself and is ready from this slot."""
        self.wait_for(rf"(?:restarting|reset: done)[\s\S]*branchline: ready after \d+ s, Branchline \S+, slot {slot}", timeout)

    def type(self, text):
        """Keys pressed at the console."""
        if self.console is None:
            self.console = socket.socket(socket.AF_UNIX)
            self.console.connect(str(self.branch.work / f"{self.label}.console"))
            # What nobody read would in the end hold the box up; the log has it all.
            threading.Thread(target=self._drain, args=(self.console,), daemon=True).start()
        self.console.sendall(text.encode())

    @staticmethod
    def _drain(console):
        try:
            while console.recv(1 << 16):
                pass
        except OSError:
            pass

    def cut_power(self):
        """As when the plug is pulled: what the guest had not written is lost."""
        self.stop()

    def hang(self):
        """All that runs in the box stands still, with interrupts off; its watchdog is a device of its own."""
        gdb.hang(self.branch.work / f"{self.label}.gdb", self.meta["ARCHITECTURE"])

    def restart(self):
        self.cut_power()
        return self.start()

    def stop(self):
        if self.process:
            self.process.kill()
            self.process = None
        if self.console:
            self.console.close()
            self.console = None

    def close(self):
        self.stop()
        shutil.rmtree(self.disk, ignore_errors=True)
