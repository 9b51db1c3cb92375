"""Why a phone does not come up: each case is staged with real Kea, real clients and real servers, and the verdict is asked for."""

import csv
import io
import json

from branch import clients, dhcp, paths, remote, tftp, tftpd
from branch.case import BranchTest
from branch.phone import Phone

MAC = "00:11:22:33:66:{:02x}"
EAST = "198.51.100.10"


def device(mac):
    return "SEP" + mac.replace(":", "").upper()


class Verdicts(BranchTest):
    """Cluster east is a real tftpd-hpa; cluster west is an address where nobody is."""

    time_limit = 90
    weight = 2

    @classmethod
    def prepare(cls):
        cls.root = cls.branch.work / "east"
        host = cls.branch.host("east", f"{EAST}/24")
        cls.branch.own(remote.TftpdHpa(host, cls.root, cls.branch.work).start())
        cls.start_tftpd(tftpd.cluster("east", EAST, transport="tftp"))
        cls.start_kea(
            4,
            {"tftp-servers": ["auto"], "withdraw-dead": False},
            **{
                "host-reservation-identifiers": ["hw-address"],
                "reservations-global": True,
                "reservations": [
                    {"hw-address": MAC.format(0x20), "user-context": {"branchline": {"tftp-servers": ["2001:db8:1::2"]}}},
                    {"hw-address": MAC.format(0x21), "user-context": {"branchline": {"tftp-servers": ["192.0.2.2", "auto"]}}},
                ],
            },
        )
        cls.host = cls.branch.phone_host("asker")

    def client(self, last, **more):
        return self.own(dhcp.Client4(self.host, "eth0", MAC.format(last), **more))

    def explain(self, mac):
        answer = self.tftpd.command("tftp-phone-explain", {"phone": mac})
        self.assertEqual(answer["result"], 0, answer)
        return answer["arguments"]["verdict"], answer["text"]

    def is_(self, mac, verdict, *words, timeout=10):
        self.becomes(verdict, lambda: self.explain(mac)[0], timeout, f"the verdict on {mac}")
        for word in words:
            self.assertIn(word, self.explain(mac)[1])

    def test_APhoneThatComesUpAndItsTimeline(self):
        (self.root / f"{device(MAC.format(1))}.cnf.xml").write_bytes(b"<device/>" * 200)
        self.box.put("sip88xx.loads", b"loads" * 400)
        phone = Phone(self.branch, MAC.format(1), v6=False)
        phone.boot4(20)
        self.assertEqual(phone.fetch(f"CTL{phone.device}.tlv", "curl").data, None)
        self.assertIsNotNone(phone.fetch(f"{phone.device}.cnf.xml", "http").data)
        self.assertIsNotNone(phone.fetch("sip88xx.loads", "busybox").data)
        self.is_(phone.mac, "well", f"{phone.device}.cnf.xml (1800 bytes, from cluster:east)")

        def told_of():
            return self.tftpd.command("tftp-phone-get", {"phone": phone.device})["arguments"]

        # The last file is told of when the phone's last ACK has come; the phone does not wait for that.
        self.becomes(3, lambda: len(told_of()["boots"][0]["files"]), 10, "files in the timeline")
        answer = told_of()
        (boot,) = answer["boots"]
        self.assertEqual([step["step"] for step in boot["dhcp"]], ["DISCOVER", "OFFER", "ACK"])
        ack = boot["dhcp"][-1]
        self.assertEqual((ack["address"], ack["servers"], ack["subnet-id"]), (phone.address4, ["192.0.2.1"], 1))
        told = [(one["file"], one["by"], one["answer"], one["source"], one["bytes"], one["from"]) for one in boot["files"]]
        self.assertEqual(
            told,
            [
                (f"CTL{phone.device}.tlv", "tftp", "not-found", "none", 0, phone.address4),
                (f"{phone.device}.cnf.xml", "http", "sent", "cluster:east", 1800, phone.address4),
                ("sip88xx.loads", "tftp", "sent", "files", 2000, phone.address4),
            ],
        )
        self.assertEqual((answer["model"], answer["address"]), ("CP-8841", phone.address4))
        # The operator's words, and the same by way of Kea.
        done = self.box.run([paths.BIN / "branchlinectl", "phone", "show", phone.mac], {"KEA_CONTROL_SOCKET_DIR": "/run/kea"})
        for word in ("DHCPv4 ACK", "servers 192.0.2.1", "http sent", "cluster:east 1800 B", "Verdict: well"):
            self.assertIn(word, done.stdout, done.stderr)

    def test_NothingHeard(self):
        self.is_("00:11:22:33:66:ff", "nothing-heard", "helper-address")

    def test_NoServersForItsFamily(self):
        self.client(0x20).lease()
        self.is_(MAC.format(0x20), "no-servers", "option 150", "no server of its address family")

    def test_NoServersSinceItIsNoPhone(self):
        self.client(2, vendor_class=b"MSFT 5.0").lease()
        self.is_(MAC.format(2), "no-servers", "not that of a phone")
        listed = self.tftpd.command("tftp-phone-list")["arguments"].get("phones", [])
        self.assertNotIn(device(MAC.format(2)), [one["device"] for one in listed], "hosts that are no phones are not listed")

    def test_AnotherDhcpServerIsChosen(self):
        client = self.client(0x0B)
        offer = client.discover()
        stranger = [(50, bytes([192, 0, 2, 250])), (54, bytes([192, 0, 2, 251]))]
        client.send(client.message(dhcp.REQUEST, stranger))
        self.is_(MAC.format(0x0B), "other-dhcp", "DHCP server 192.0.2.251")
        self.assertIsNotNone(offer)
        line = self.tftpd.wait_for_event("APP_FOREIGN_DHCP", server="192.0.2.251")
        self.assertEqual(line["phone"], MAC.format(0x0B))

    def test_NothingOfferedAndOfferedAndNotTaken(self):
        elsewhere = self.client(0x0A)
        elsewhere.send(elsewhere.message(dhcp.DISCOVER, giaddr="203.0.113.1"))  # of a subnet that Kea does not know
        self.assertIsNotNone(self.client(3).discover())
        self.is_(MAC.format(0x0A), "booting", "DISCOVER")
        self.is_(MAC.format(3), "booting")
        self.is_(MAC.format(3), "no-lease", "second DHCP server", timeout=15)
        self.is_(MAC.format(0x0A), "no-offer", "through relay 203.0.113.1", "offered nothing")

    def test_NoFileIsAsked(self):
        self.client(4).lease()
        self.is_(MAC.format(4), "booting")
        self.client(0x21).lease()
        self.is_(MAC.format(4), "no-file-request", "192.0.2.1", "UDP 69", timeout=25)
        self.is_(MAC.format(0x21), "other-server", "192.0.2.2")

    def test_ConfigurationNowhere(self):
        phone = Phone(self.branch, MAC.format(5), v6=False)
        phone.boot4(20)
        self.assertEqual(phone.fetch(f"{phone.device}.cnf.xml", "http").status, 404)
        self.is_(phone.mac, "configuration-nowhere", "east: ", f"add the phone as {phone.device}")
        done = self.box.run([paths.BIN / "branchlinectl", "phone", "explain", phone.mac], {"KEA_CONTROL_SOCKET_DIR": "/run/kea"})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(f"{phone.device}.cnf.xml is nowhere", done.stdout)

    def test_AnswersThatNeverArrive(self):
        mac, address = MAC.format(6), "192.0.2.66"
        self.box.put(f"{device(mac)}.cnf.xml", b"<device/>")
        host = self.branch.phone_host("deaf", address)
        with tftp.Peer(host, self.box.address4) as peer:
            peer.send(tftp.rrq(f"{device(mac)}.cnf.xml"))
            self.is_(mac, "answers-lost", "never answered", "firewall", timeout=40)

    def test_AFirmwareFileIsMissing(self):
        mac = MAC.format(7)
        host = self.branch.phone_host("flashing", "192.0.2.67")
        self.box.put(f"{device(mac)}.cnf.xml", b"<device/>")
        clients.phone_http(host, self.box.address4, f"{device(mac)}.cnf.xml")
        self.assertEqual(clients.phone_http(host, self.box.address4, "rootfs88xx.14-1-1.sbn").status, 404)
        self.is_(mac, "firmware-incomplete", "rootfs88xx.14-1-1.sbn")

    def test_RoundAndRound(self):
        mac = MAC.format(8)
        host = self.branch.phone_host("loop", "192.0.2.68")
        self.box.put(f"{device(mac)}.cnf.xml", b"<device/>")
        for _ in range(4):
            clients.phone_http(host, self.box.address4, f"{device(mac)}.cnf.xml")
        self.is_(mac, "loops", "4 times")

    def test_TheList(self):
        mac = MAC.format(9)
        host = self.branch.phone_host("listed", "192.0.2.69")
        clients.phone_http(host, self.box.address4, f"{device(mac)}.cnf.xml")
        self.is_(mac, "configuration-nowhere")
        ask = lambda **given: [
            one["mac"] for one in self.tftpd.command("tftp-phone-list", given)["arguments"].get("phones", [])
        ]
        self.assertIn(mac, ask())
        self.assertIn(mac, ask(problems=True, verdict="configuration-nowhere"))
        self.assertNotIn(mac, ask(verdict="well"))
        self.assertNotIn(mac, ask(model="8841"))
        done = self.box.run([paths.BIN / "branchlinectl", "--json", "phone", "list", "--problems"], {"KEA_CONTROL_SOCKET_DIR": "/run/kea"})
        self.assertIn(mac, [one["mac"] for one in json.loads(done.stdout)["arguments"]["phones"]])
        done = self.box.run([paths.BIN / "branchlinectl", "phone", "list", "--csv"], {"KEA_CONTROL_SOCKET_DIR": "/run/kea"})
        rows = list(csv.DictReader(io.StringIO(done.stdout)))
        self.assertIn((mac, "problem"), [(row["mac"], row["level"]) for row in rows])


class ClustersAway(BranchTest):
    @classmethod
    def prepare(cls):
        cls.start_tftpd(tftpd.cluster("west", "203.0.113.9"))
        cls.host = cls.branch.phone_host("asker", "192.0.2.60")

    def test_TheClustersCannotBeReached(self):
        mac = MAC.format(0x30)
        clients.phone_http(self.host, self.box.address4, f"{device(mac)}.cnf.xml", timeout=20)
        explained = lambda: self.tftpd.command("tftp-phone-explain", {"phone": mac})["arguments"]
        self.becomes("unavailable", lambda: explained()["verdict"], 5)
        self.assertIn("west: ", explained()["wrong"])
