"""What docs/operations.md promises to whoever looks after many boxes: updates from an https address, new signing keys, and a new box in
a dead one's place."""

import base64
import os
import pathlib
import random
import shutil
import subprocess

from branch import bundles, clients, paths, remote, samples, signing
from branch.appliance import BOARD, EXAMPLES, MIB, Appliance
from branch.image_case import ImageTest
from branch.phone import Phone
from branch.ssh import Operator

HQ, UPDATES, OPERATOR, BOX = "198.51.100.10", "198.51.100.60", "198.51.100.50", "198.51.100.1"
DAEMON = """{ "Tftpd": { "remote-clusters": [ { "cluster-id": "hq", "tftp-servers": [ "%s" ] } ] } }""" % HQ
PASSPHRASE = "correct horse battery"
DEVELOPMENT_KEYS = pathlib.Path("/var/cache/branchline/keys")
BUNDLE, BACKUP = "branchline.raucb", "branchline-branch-17.backup"


class Fleet(ImageTest):
    time_limit = 2400  # eight starts, and a root is made

    @classmethod
    def prepare(cls):
        cls.work = cls.branch.work
        cls.hq, cls.www = cls.work / "hq", cls.work / "www"
        cls.www.mkdir()
        cls.desk = cls.branch.phone_host("desk", "192.0.2.50")
        cls.branch.own(remote.TftpdHpa(cls.branch.host("hq", f"{HQ}/24"), cls.hq, cls.work).start())
        cls.server = cls.branch.host("updates", f"{UPDATES}/24")
        cls.right, cls.impostor = cls.certificate("right"), cls.certificate("impostor")
        cls.operator = Operator(cls.branch, OPERATOR, BOX)
        cls.ssh = cls.operator.ssh
        vouched = base64.b64encode(signing.openssl("x509", "-in", cls.right[0], "-outform", "DER")).decode()
        update = f'"update": {{ "url": "https://{UPDATES}/{BUNDLE}", "ca-certificate": "{vouched}" }}'
        cls.box = cls.branch.own(Appliance(cls.branch, cls.image))
        cls.box.configure(branchline_tftpd_conf=DAEMON,
                          branchline_appliance_conf=cls.operator.let_in((EXAMPLES / "branchline-appliance.conf").read_text(), update))  # fmt: skip

    @classmethod
    def certificate(cls, name):
        certificate, key = cls.work / f"{name}.pem", cls.work / f"{name}.key"
        signing.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", certificate,
                        "-subj", f"/CN={name}", "-addext", f"subjectAltName=IP:{UPDATES}")  # fmt: skip
        return certificate, key

    def serving(self, tls, label):
        """The update server, with this certificate."""
        return remote.Nginx(self.server, self.www, self.work, port=443, label=label, tls=tls).start()

    def bring(self, version, slots, keys):
        """The bundle that the update server has from now on; returns its size."""
        out = bundles.make(self.work / "new.raucb", version, slots, keys)
        size = out.stat().st_size
        out.rename(self.www / BUNDLE)
        return size

    @staticmethod
    def build(program, *arguments, **environment):
        subprocess.run([paths.CHECKOUT / "image/build" / program, *arguments], check=True, stdout=subprocess.PIPE,
                       env={**os.environ, **environment})  # fmt: skip

    def signer(self):
        """Name and certificate's number of who signs the box's own files."""
        signed = signing.Parsed(clients.curl(self.desk, "192.0.2.1", "branchline-version.txt.sgn", options=False))
        return signed.values[4], signed.values[5]

    @staticmethod
    def answer(box, *dialogue):
        """At the console: keys, and what is shown then."""
        for keys, shown in dialogue:
            box.type(f"{keys}\n")
            box.wait_for(shown, 120)

    def test_UpdatesNewKeysAndADeadBoxsPlace(self):
        box = self.box
        # The release that changes the keys: it believes the new one, and the old one has signed it.
        new, between, release = (self.work / name for name in ("new-keys", "between-keys", "release"))
        self.build("keys", new)
        shutil.copytree(DEVELOPMENT_KEYS, between)
        shutil.copy(new / "keyring.pem", between)
        self.build("root", BOARD, release, BRANCHLINE_VERSION="0.2.0", BRANCHLINE_KEYS=str(between), BRANCHLINE_ZSTD_LEVEL="3",
                   SOURCE_DATE_EPOCH=os.environ.get("SOURCE_DATE_EPOCH") or str(int(self.image.stat().st_mtime)))  # fmt: skip
        size = self.bring("0.2.0", release, between)
        box.start().ready()
        self.assertNotIn("refused", box.said())

        # Somebody else in the update server's place.
        server = self.serving(self.impostor, "impostor")
        self.assertIn(b"not vouched for", self.ssh("update", status=1))
        self.assertEqual(server.answers(), [])
        server.stop()

        # The right one. What the box asks for it writes at once: pieces, and none of them twice.
        server = self.own(self.serving(self.right, "right"))
        self.ssh("update")
        answers = server.answers()
        self.assertEqual({status for _, status, _ in answers}, {206})
        self.assertGreater(len(answers), 20)
        self.assertLess(sum(length for _, _, length in answers), 1.2 * size)
        box.ready_again("B")
        self.assertIn(b"Branchline 0.2.0", self.ssh("status"))

        # From now on the new key, and no more the old one.
        broken = self.work / "broken"
        broken.mkdir()
        shutil.copy(self.image.parent / "boot.img", broken)
        (broken / "root.img").write_bytes(random.Random(3).randbytes(4 * MIB))
        self.bring("0.3.0", broken, DEVELOPMENT_KEYS)
        self.assertRegex(self.ssh("update", status=1), b"update refused: .*(signature|certificate|verif)")
        signer = self.signer()
        self.answer(box, ("", "b backup to the medium"), ("b", "Passphrase of the backup"), (PASSPHRASE, f"The backup is on the medium: {BACKUP}"))
        self.bring("0.3.0", release, new)
        self.ssh("update")
        box.ready_again("A")
        self.assertIn(b"going back from 0.2.0 to 0.2.0; restarting", self.ssh("rollback", status=None))
        box.wait_for(r", slot B\n[\s\S]*, slot A\n[\s\S]*, slot B\n")

        # The box is gone; another one takes its place, with what was on its medium.
        box.cut_power()
        spare = self.branch.own(Appliance(self.branch, self.image, "spare"))
        spare.put(BACKUP, box.get(BACKUP, text=False))
        spare.start().ready()
        self.answer(spare, ("", "p put a backup back"), ("p", "Type restore"), ("restore", "Passphrase of the backup"), (PASSPHRASE, "restored; restarting"))
        spare.ready_again("A")
        self.assertIn(b"branch-17", self.ssh("status"))  # SSH would not believe another host's key.
        self.assertEqual(self.signer(), signer)
        phone = Phone(self.branch, "00:11:22:33:55:01", v4=True, v6=False)
        data = samples.device_config(phone.device, "hq", HQ)
        (self.hq / f"{phone.device}.cnf.xml").write_bytes(data)
        phone.boot(60)
        self.assertEqual(clients.curl(phone.namespace, phone.server, f"{phone.device}.cnf.xml", options=False), data)
