"""Own files added, listed and deleted by command while phones are served."""

import base64
import io
import os
import random
import tarfile
import time
import zipfile

from branch import clients, kea, paths, tftp, tftpd
from branch.case import BranchTest, some_bytes

V4 = "192.0.2.1"
PIECE = 256 * 1024


def archive(entries, kind="zip"):
    """The bytes of an archive of {name: bytes}."""
    out = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
            for name, data in entries.items():
                made.writestr(name, data)
    else:
        with tarfile.open(fileobj=out, mode=f"w:{kind}") as made:
            for name, data in entries.items():
                info = tarfile.TarInfo(name)
                info.size = len(data)
                made.addfile(info, io.BytesIO(data))
    return out.getvalue()


class Files(BranchTest):
    time_limit = 90

    def setUp(self):
        if not hasattr(type(self), "host"):
            type(self).host = self.branch.phone_host("pc", "192.0.2.50")
        self.tftpd = self.own(tftpd.Tftpd(self.box, tftpd.document(self.box)).start())

    def tearDown(self):
        for name in os.listdir(self.box.files):
            self.tftpd.command("tftp-file-del", {"name": name, "recursive": True})

    def add(self, name=None, data=b"", **more):
        """Sends a file in pieces as the documentation says; returns the last answer."""
        wish = {"size": len(data), **more}
        if name is not None:
            wish["name"] = name
        answer = self.tftpd.command("tftp-file-add", {**wish, "data": base64.b64encode(data[:PIECE]).decode()}, timeout=30)
        while answer["result"] == 0 and answer["arguments"]["state"] != "stored":
            said = answer["arguments"]
            question = {"upload": said["upload"]}
            if said["state"] == "receiving":
                at = said["received"]
                question |= {"offset": at, "data": base64.b64encode(data[at : at + PIECE]).decode()}
            answer = self.tftpd.command("tftp-file-add", question, timeout=30)
        return answer

    def get(self, name):
        answer = clients.phone_http(self.host, V4, name)
        return answer.body if answer.status == 200 else answer.status

    def test_AFileIsServedFromTheNextRequestOn(self):
        self.assertEqual(self.get("ringlist.xml"), 404)
        self.assertEqual(self.add("ringlist.xml", b"<one/>")["result"], 0)
        self.assertEqual(self.get("RingList.xml"), b"<one/>")
        self.assertEqual(tftp.read(self.host, V4, "ringlist.xml"), b"<one/>")
        answer = self.add("ringlist.xml", b"<two/>")
        self.assertEqual(answer["result"], 4, answer)
        self.assertEqual(self.get("ringlist.xml"), b"<one/>")
        self.assertEqual(self.add("ringlist.xml", b"<two/>", replace=True)["result"], 0)
        self.assertEqual(self.get("ringlist.xml"), b"<two/>")
        self.assertEqual(self.tftpd.command("tftp-file-del", {"name": "RINGLIST.xml"})["result"], 0)
        self.assertEqual(self.get("ringlist.xml"), 404)
        self.assertEqual(self.tftpd.command("tftp-file-del", {"name": "ringlist.xml"})["result"], 3)

    def test_AReplacedFileKeepsItsTransfersWhole(self):
        old, new = some_bytes(300_000, 1), some_bytes(300_000, 2)
        self.add("firmware.loads", old)
        with tftp.Peer(self.host, V4) as peer:
            packet = peer.ask(tftp.rrq("firmware.loads"))
            got, block = packet.data, 1
            while len(packet.data) == 512:
                if block == 100:
                    self.assertEqual(self.add("firmware.loads", new, replace=True)["result"], 0)
                peer.send(tftp.ack(block), peer.tid)
                packet = peer.receive(3)
                if packet.number == block + 1:
                    got += packet.data
                    block += 1
            peer.send(tftp.ack(block), peer.tid)
        self.assertTrue(got == old)
        self.assertTrue(self.get("firmware.loads") == new)

    def test_ALargeFileComesInPiecesWhilePhonesAreServed(self):
        data = some_bytes(5_000_003, 3)
        self.box.put("small.xml", b"small")
        answer = self.add("sub/dir/big.bin", data)
        self.assertEqual(answer["result"], 0, answer)
        self.assertTrue(self.get("sub/dir/big.bin") == data)
        listing = self.tftpd.command("tftp-file-list", {"directory": "sub"})["arguments"]
        self.assertEqual([(one["name"], one["size"]) for one in listing["files"]], [("sub/dir/big.bin", len(data))])
        self.assertEqual(self.get("small.xml"), b"small")

    def test_ConfigurationsTrustListsAndUnsafeNamesAreRefused(self):
        for name in ("SEP001122334455.cnf.xml", "ATA001122334455.cnf.xml.sgn", "XMLDefault.cnf.xml", "CTLFile.tlv",
                     "ITLSEP001122334455.tlv", "../outside.xml", "a/../../b.xml", "a\\b.xml", "x" * 256):  # fmt: skip
            with self.subTest(name):
                self.assertEqual(self.add(name, b"x")["result"], 1)
            with self.subTest(f"{name} in an archive"):
                packed = archive({"good.xml": b"good", name: b"x"}, "gz")
                self.assertEqual(self.add(data=packed, unpack=True)["result"], 1)
                self.assertEqual(self.get("good.xml"), 404, "an archive is taken whole or not at all")

    def test_ArchivesAreTakenApart(self):
        for kind in ("zip", "gz", "bz2", "xz", ""):
            with self.subTest(kind or "tar"):
                entries = {f"fw{kind}/a.loads": some_bytes(100_000, 5), f"fw{kind}/b.sbn": some_bytes(600_000, 6)}
                answer = self.add(name="into/", data=archive(entries, kind), unpack=True)
                self.assertEqual((answer["result"], answer["arguments"].get("files")), (0, 2), answer)
                for name, data in entries.items():
                    self.assertTrue(self.get(f"into/{name}") == data)

    def test_TheQuotaHolds(self):
        document = tftpd.document(self.box, limits={"files-max-size-mb": 1})
        self.assertEqual(self.tftpd.command("config-set", document)["result"], 0)
        self.assertEqual(self.add("a.bin", some_bytes(700_000))["result"], 0)
        for answer in (
            self.add("b.bin", some_bytes(700_000)),
            self.add(data=archive({"zeros.bin": bytes(2_000_000)}), unpack=True),
        ):
            self.assertEqual(answer["result"], 1, answer)
            self.assertIn("files-max-size-mb", answer["text"])
        self.assertEqual(self.add("a.bin", some_bytes(1_000_000), replace=True)["result"], 0, "what is replaced makes room")
        self.assertEqual(sorted(os.listdir(self.box.files)), ["%incoming", "a.bin"])
        self.assertEqual(os.listdir(self.box.files / "%incoming"), [])

    def test_FromAPathAndThroughKea(self):
        source = self.branch.work / "list.xml"
        source.write_bytes(b"<list/>")
        source.chmod(0o600)
        answer = self.tftpd.command("tftp-file-add", {"path": str(source)})
        self.assertEqual(answer["result"], 1)
        self.assertIn("not everybody may read it", answer["text"])
        source.chmod(0o644)
        kea4 = self.start_kea(4, {"tftp-servers": ["auto"]})
        answer = kea4.command("tftp-file-add", {"path": str(source), "name": "through/kea.xml"})
        self.assertEqual((answer["result"], answer["arguments"]["state"]), (0, "stored"), answer)
        self.assertEqual(self.get("through/kea.xml"), b"<list/>")
        kea4.stop()

    def test_BadArgumentsAreSaid(self):
        for arguments in (
            {}, {"name": "a.xml"}, {"name": "a.xml", "data": "%%%"}, {"name": "a.xml", "data": 7}, {"data": "YQ=="},
            {"name": "a.xml", "data": "YQ==", "path": "/etc/hostname"}, {"name": "a.xml", "data": "YQ==", "size": 0},
            {"name": "a.xml", "data": "YQ==", "size": -1}, {"upload": "1", "name": "x"}, {"nmae": "a.xml", "data": "YQ=="},
        ):  # fmt: skip
            with self.subTest(arguments):
                self.assertEqual(self.tftpd.command("tftp-file-add", arguments)["result"], 1)
        self.assertEqual(self.tftpd.command("tftp-file-add", {"upload": "1"})["result"], 3)

    def test_ADirectoryThatCannotBeWrittenIsSaid(self):
        document = tftpd.document(self.box, files="/proc/files")
        self.assertEqual(self.tftpd.command("config-set", document)["result"], 0)
        answer = self.add("a.xml", b"x")
        self.assertEqual(answer["result"], 1)
        self.assertIn("/proc/files", answer["text"])
        self.assertEqual(self.tftpd.command("config-set", tftpd.document(self.box))["result"], 0)

    def test_NothingAcknowledgedIsLostByKilling(self):
        """R12: kill -9 at random moments of uploads; what was said to be stored is there whole, and nothing is there in part."""
        chance = random.Random(12)
        acknowledged, sent = {}, {}
        for round_ in range(12):
            end = time.monotonic() + chance.uniform(0.01, 0.25) * paths.PATIENCE
            number = 0
            while time.monotonic() < end:
                number += 1
                name = f"kill/{round_}/{number}.bin"
                data = some_bytes(chance.choice((1000, 100_000, 900_000)), round_ * 1000 + number)
                sent[name] = data
                first = base64.b64encode(data[:PIECE]).decode()
                answer = self.tftpd.command("tftp-file-add", {"name": name, "size": len(data), "data": first})
                at = PIECE
                while answer["arguments"]["state"] == "receiving" and time.monotonic() < end:
                    piece = base64.b64encode(data[at : at + PIECE]).decode()
                    question = {"upload": answer["arguments"]["upload"], "offset": at, "data": piece}
                    answer = self.tftpd.command("tftp-file-add", question)
                    at += PIECE
                if answer["arguments"]["state"] == "stored":
                    acknowledged[name] = data
            self.tftpd.process.kill()
            self.tftpd.start()
            self.assertFalse((self.box.files / "%incoming").exists(), "what was left staged is removed at the start")
        self.assertGreater(len(acknowledged), 3)
        for name, data in acknowledged.items():
            self.assertTrue((self.box.files / name).read_bytes() == data, f"{name} was acknowledged and is not there whole")
        for file in (self.box.files / "kill").rglob("*.bin"):
            self.assertTrue(file.read_bytes() == sent[str(file.relative_to(self.box.files))], f"{file} is there in part")
