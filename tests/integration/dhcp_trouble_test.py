"""DHCP service goes on: addresses that change, values that are wrong, a daemon that dies."""

import copy
import signal
import time

from branch import dhcp, kea
from branch.case import BranchTest

MAC = "00:11:22:33:77:{:02x}"
LEFT_OUT, BACK = 5, 15  # seconds


def ask4(host, last=1):
    client = dhcp.Client4(host, "eth0", MAC.format(last))
    try:
        answer = client.discover()
        return answer.tftp_servers if answer else "no answer"
    finally:
        client.close()


def ask6(host, last=1):
    client = dhcp.Client6(host, "eth0", MAC.format(last))
    try:
        answer = client.solicit()
        return answer.tftp_servers if answer else "no answer"
    finally:
        client.close()


class AddressChanges(BranchTest):
    @classmethod
    def prepare(cls):
        cls.start_kea(4, {"tftp-servers": ["auto"], "withdraw-dead": False})
        cls.start_kea(6, {"tftp-servers": ["auto"], "withdraw-dead": False})
        cls.host = cls.branch.phone_host("asker")

    def test_AutoFollowsWithinFiveSeconds(self):
        self.assertEqual(ask4(self.host), ["192.0.2.1"])
        self.assertEqual(ask6(self.host), ["2001:db8:1::1"])
        box = self.box.namespace
        box.ip(
            "addr del 192.0.2.1/24 dev lan0", "addr add 192.0.2.9/24 dev lan0",
            "addr del 2001:db8:1::1/64 dev lan0", "addr add 2001:db8:1::9/64 dev lan0",
        )  # fmt: skip
        self.becomes(["192.0.2.9"], lambda: ask4(self.host, 2), 5, "the new address in option 150")
        self.becomes(["2001:db8:1::9"], lambda: ask6(self.host, 2), 5, "the new address in option 17")


class WrongValues(BranchTest):
    @classmethod
    def prepare(cls):
        cls.good = kea.dhcp4(cls.box, {"tftp-servers": ["192.0.2.2"], "withdraw-dead": False})
        cls.kea = cls.branch.own(kea.Kea(cls.box, 4, cls.good).start())
        cls.host = cls.branch.phone_host("asker")

    def with_parameters(self, parameters):
        document = copy.deepcopy(self.good)
        document["Dhcp4"]["hooks-libraries"][0]["parameters"] = parameters
        return document

    BAD = {
        "unknown key": {"tftp-servres": ["192.0.2.2"]},
        "not an address": {"tftp-servers": ["192.0.2.256"]},
        "wrong type": {"tftp-servers": "192.0.2.2"},
        "there twice": {"tftp-servers": ["192.0.2.2", "192.0.2.2"]},
        "unknown order": {"tftp-servers": ["192.0.2.2"], "order": "random"},
        "sixty-four servers": {"tftp-servers": [f"198.51.100.{n}" for n in range(1, 65)]},
    }

    def test_DashTFindsItWithItsPosition(self):
        for what, parameters in self.BAD.items():
            with self.subTest(what):
                checked = kea.Kea(self.box, 4, self.with_parameters(parameters))
                checked.file = self.box.work / "checked.conf"
                checked.write(self.with_parameters(parameters))
                status, said = checked.check("-T")
                self.assertEqual(status, 1, said)
                self.assertRegex(said, r"checked\.conf:\d+:\d+")

    def test_DashTTakesAGoodOne(self):
        checked = kea.Kea(self.box, 4, self.good)
        checked.file = self.box.work / "good.conf"
        checked.write(self.good)
        status, said = checked.check("-T")
        self.assertEqual(status, 0, said)

    def test_ConfigSetAnswersWithAnErrorAndTheOldServersStay(self):
        for what, parameters in self.BAD.items():
            with self.subTest(what):
                answer = self.kea.command("config-set", self.with_parameters(parameters))
                self.assertEqual(answer["result"], 1, answer)
                self.assertEqual(ask4(self.host), ["192.0.2.2"], "the servers on the wire are no longer the old ones")
        document = copy.deepcopy(self.good)
        document["Dhcp4"]["subnet4"][0]["user-context"] = {"branchline": {"tftp-servers": ["nonsense"]}}
        answer = self.kea.command("config-set", document)
        self.assertEqual(answer["result"], 1, answer)
        self.assertEqual(ask4(self.host), ["192.0.2.2"])
        self.assertEqual(self.kea.command("config-set", self.good)["result"], 0)
        self.assertEqual(ask4(self.host), ["192.0.2.2"])

    def test_AServerOfTheOtherFamilyOnlyIsNoError(self):
        status, said = kea.Kea(self.box, 4, self.with_parameters({"tftp-servers": ["2001:db8:1::2"]})).check("-T")
        self.kea.write(self.good)
        self.assertEqual(status, 0, said)


class DaemonDies(BranchTest):
    time_limit = 90

    @classmethod
    def prepare(cls):
        cls.start_tftpd()
        cls.start_kea(4, {"tftp-servers": ["auto", "192.0.2.2"]})
        cls.start_kea(6, {"tftp-servers": ["auto", "2001:db8:1::2"]})
        cls.host = cls.branch.phone_host("asker")

    def setUp(self):
        if not self.tftpd.process.running:
            self.tftpd.start()

    def told(self):
        """Is a phone told of the appliance itself, by DHCPv4 and by DHCPv6?"""
        servers = ask4(self.host), ask6(self.host)
        self.assertNotIn("no answer", servers, "DHCP stopped with the daemon")
        return "192.0.2.1" in servers[0], "2001:db8:1::1" in servers[1]

    def test_ItsAddressIsWithdrawnAndComesBack(self):
        self.becomes((True, True), self.told, 7, "while all are well")
        self.tftpd.process.kill()
        self.told()
        self.becomes((False, False), self.told, LEFT_OUT, "the dead server left out")
        self.tftpd.start()
        self.becomes((True, True), self.told, BACK, "the server back")

    def test_TheSameWhileItHangs(self):
        """Its sockets are there, and nobody reads them."""
        self.becomes((True, True), self.told, 7, "while all are well")
        self.tftpd.process.signal(signal.SIGSTOP)
        try:
            self.becomes((False, False), self.told, LEFT_OUT, "the hanging server left out")
        finally:
            self.tftpd.process.signal(signal.SIGCONT)
        self.becomes((True, True), self.told, BACK, "the server back")


class OnlyServerDies(BranchTest):
    @classmethod
    def prepare(cls):
        cls.start_tftpd()
        cls.start_kea(4, {"tftp-servers": ["auto"]})
        cls.host = cls.branch.phone_host("asker")

    def test_TheLastServerIsNeverWithdrawn(self):
        self.becomes(["192.0.2.1"], lambda: ask4(self.host), 7)
        self.tftpd.process.kill()
        time.sleep(8)
        self.assertEqual(ask4(self.host, 2), ["192.0.2.1"])


class LeaseEvents(BranchTest):
    @classmethod
    def prepare(cls):
        cls.start_tftpd()
        cls.start_kea(4, {"tftp-servers": ["auto"]})
        cls.host = cls.branch.phone_host("asker")

    def test_TheDaemonHearsOfALease(self):
        client = self.own(dhcp.Client4(self.host, "eth0", MAC.format(1)))
        client.lease()
        self.later(lambda: self.tftpd.statistic("lease-events-received") >= 1, 5, "the hook's event counted by the daemon")
        self.assertEqual(self.tftpd.statistic("lease-events-malformed"), 0)
