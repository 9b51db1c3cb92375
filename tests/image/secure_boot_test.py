"""UEFI Secure Boot with our own keys: the chain from the firmware to the root's hash. What is changed on the way is not started."""

import subprocess

from branch.appliance import MIB, Appliance
from branch.image_case import ImageTest

OWNER = "8d5a1c0e-6b1f-4b0a-9c4d-42524e434831"
ESP = 2 * MIB  # where image/build/disk puts the EFI system partition and boot-a, in bytes
BOOT_A = (18 + 160 + 1) * MIB


class SecureBoot(ImageTest):
    time_limit = 1500

    @classmethod
    def prepare(cls):
        """A machine whose firmware trusts the certificate on the disk, and nobody else."""
        certificate = cls.branch.work / "branchline.cer"
        certificate.write_bytes(subprocess.run(["mtype", "-i", f"{cls.image}@@{ESP}", "::branchline.cer"], check=True, capture_output=True).stdout)
        pem = cls.branch.work / "branchline.pem"
        subprocess.run(["openssl", "x509", "-inform", "DER", "-in", certificate, "-out", pem], check=True)
        variables = cls.branch.work / "vars.fd"
        done = subprocess.run(["virt-fw-vars", "--input", "/usr/share/OVMF/OVMF_VARS_4M.fd", "--output", variables, "--set-pk", OWNER, pem,
                               "--add-kek", OWNER, pem, "--add-db", OWNER, pem, "--sb"], capture_output=True, text=True)  # fmt: skip
        if done.returncode:
            raise RuntimeError(done.stderr)
        firmware = ["-machine", "smm=on", "-global", "driver=cfi.pflash01,property=secure,value=on",
                    "-drive", "if=pflash,unit=0,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.secboot.fd",
                    "-drive", f"if=pflash,unit=1,format=raw,file={variables}"]  # fmt: skip
        cls.box = cls.branch.own(Appliance(cls.branch, cls.image, uefi=True, firmware=firmware))

    def change(self, start, end, what, by):
        """Changes one place of the disk, as hands on it would."""
        with open(self.box.disk, "r+b") as disk:
            disk.seek(start)
            at = disk.read(end - start).find(what)
            self.assertGreater(at, 0)
            disk.seek(start + at)
            disk.write(by)

    def test_TheChainReachesTheRootsHash(self):
        box = self.box
        box.start().ready()
        self.assertEqual(box.slot, "A")
        box.cut_power()

        # Another kernel line, which names the root's hash.
        self.change(BOOT_A, BOOT_A + 48 * MIB, b"panic=10 quiet", b"panic=99 quiet")
        box.start()
        box.wait_for("no slot can be started", 300)
        box.cut_power()

        # Another boot loader: one byte of the text that it would show.
        subprocess.run(["mcopy", "-o", "-i", f"{self.image}@@{ESP}", "::EFI/BOOT/BOOTX64.EFI", self.branch.work], check=True)
        loader = self.branch.work / "BOOTX64.EFI"
        data = loader.read_bytes()
        self.assertIn(b"no slot can be started", data)
        loader.write_bytes(data.replace(b"no slot can be started", b"no slot may be started"))
        subprocess.run(["mcopy", "-o", "-i", f"{box.disk}@@{ESP}", loader, "::EFI/BOOT/BOOTX64.EFI"], check=True)
        box.start()
        box.wait_for("Access Denied|Security Violation", 300)
        self.assertNotIn("slot", box.said())
