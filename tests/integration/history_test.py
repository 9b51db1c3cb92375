"""What is known of phones outlives the daemon: stopped, killed, or with its file damaged."""

import signal

from branch import clients, tftpd
from branch.case import BranchTest

MAC = "00:11:22:33:CC:{:02x}"


def device(mac):
    return "SEP" + mac.replace(":", "").upper()


class History(BranchTest):
    @classmethod
    def prepare(cls):
        cls.host = cls.branch.phone_host("asker", "192.0.2.60")
        cls.file = cls.box.cache.parent / "phones/history.db"

    def start(self, **history):
        daemon = tftpd.Tftpd(self.box, tftpd.document(self.box, phone_history={"write-interval": 1, **history})).start()
        self.addCleanup(daemon.stop)
        return daemon

    def boot(self, daemon, last):
        """A phone asks for its configuration, and the daemon knows of it."""
        name = f"{device(MAC.format(last))}.cnf.xml"
        self.box.put(name, b"<device/>")
        clients.phone_http(self.host, self.box.address4, name)
        self.later(lambda: self.files(daemon, last), 5)

    def files(self, daemon, last):
        answer = daemon.command("tftp-phone-get", {"phone": MAC.format(last)})
        if answer["result"] != 0:
            return []
        return [file["file"] for boot in answer["arguments"]["boots"] for file in boot["files"]]

    def test_AfterAStopAllIsKnown(self):
        daemon = self.start()
        self.boot(daemon, 1)
        before = daemon.command("tftp-phone-get", {"phone": MAC.format(1)})["arguments"]
        daemon.stop()
        daemon = self.start()
        self.becomes([f"{device(MAC.format(1))}.cnf.xml"], lambda: self.files(daemon, 1), 5)
        after = daemon.command("tftp-phone-get", {"phone": MAC.format(1)})["arguments"]
        self.assertEqual(after["boots"][0]["began"][:-2], before["boots"][0]["began"][:-2], "the same time of day")
        self.assertEqual(after["verdict"], before["verdict"])

    def test_AfterAKillWhatWasWrittenIsKnown(self):
        daemon = self.start()
        self.boot(daemon, 2)
        wal = self.file.parent / "history.db-wal"
        name = device(MAC.format(2)).encode()
        self.later(lambda: any(name in file.read_bytes() for file in (self.file, wal) if file.exists()), 5, "it is written")
        daemon.process.signal(signal.SIGKILL)
        daemon.stop()
        since = daemon.process.mark()
        daemon = self.start()
        self.becomes([f"{device(MAC.format(2))}.cnf.xml"], lambda: self.files(daemon, 2), 5)
        self.assertEqual(daemon.events("PHONES_HISTORY_SET_ASIDE", since), [])

    def test_ADamagedFileIsSetAsideAndPhonesAreServed(self):
        daemon = self.start()
        self.boot(daemon, 3)
        daemon.stop()
        data = bytearray(self.file.read_bytes())
        data[4096:] = b"\x5a" * (len(data) - 4096)
        self.file.write_bytes(data)
        daemon = self.start()
        daemon.wait_for_event("PHONES_HISTORY_SET_ASIDE", file=str(self.file))
        self.assertEqual((self.file.parent / "history.db.damaged").read_bytes(), data)
        self.boot(daemon, 4)
        daemon.stop()
        daemon = self.start()
        self.becomes([f"{device(MAC.format(4))}.cnf.xml"], lambda: self.files(daemon, 4), 5)

    def test_OffByReloadDeletesItAndOnBeginsAnew(self):
        daemon = self.start()
        self.boot(daemon, 5)
        self.later(self.file.exists, 5)
        daemon.content["Tftpd"]["phone-history"]["days"] = 0
        self.assertEqual(daemon.command("config-set", daemon.content)["result"], 0)
        self.later(lambda: not self.file.exists(), 5, "the file is deleted")
        daemon.content["Tftpd"]["phone-history"]["days"] = 30
        self.assertEqual(daemon.command("config-set", daemon.content)["result"], 0)
        self.later(self.file.exists, 5, "a new one")
        daemon.stop()
        daemon = self.start()
        self.becomes([f"{device(MAC.format(5))}.cnf.xml"], lambda: self.files(daemon, 5), 5)
