"""Phones on another floor, behind a real relay: Debian's dhcrelay, for DHCPv4 and DHCPv6.

    phone --- floor0 [dhcrelay] up0 --- phone network --- lan0 [appliance]
"""

from branch import clients, dhcp, paths, tftp
from branch.case import BranchTest
from branch.netns import Namespace, Switch
from branch.process import Process

MAC = "00:11:22:33:88:{:02x}"


class ThroughDhcrelay(BranchTest):
    @classmethod
    def prepare(cls):
        paths.require_commands("dhcrelay")
        branch, box = cls.branch, cls.box
        cls.floor = branch.own(Switch("floor"))
        cls.relay = branch.own(Namespace("relay"))
        cls.floor.plug(cls.relay, "floor0", "02:00:5e:00:01:01")
        branch.lan.plug(cls.relay, "up0", "02:00:5e:00:01:02")
        cls.relay.ip(
            "addr add 203.0.113.1/24 dev floor0",
            "addr add 192.0.2.60/24 dev up0",
            "addr add 2001:db8:b::1/64 dev floor0 nodad",
            "addr add 2001:db8:1::60/64 dev up0 nodad",
        )
        cls.relay.sysctl("net.ipv4.ip_forward", 1)
        cls.relay.sysctl("net.ipv6.conf.all.forwarding", 1)
        box.namespace.ip("route replace 203.0.113.0/24 via 192.0.2.60", "route replace 2001:db8:b::/64 via 2001:db8:1::60")
        cls.host = branch.host("upstairs", switch=cls.floor)
        cls.start_tftpd(device_binding="enforce")
        cls.start_kea(
            4,
            {"tftp-servers": ["auto", "192.0.2.2"], "withdraw-dead": False},
            subnets=[{"id": 1, "subnet": "203.0.113.0/24", "pools": [{"pool": "203.0.113.100 - 203.0.113.200"}]}],
        )
        cls.start_kea(
            6,
            {"tftp-servers": ["auto", "2001:db8:1::2"], "withdraw-dead": False},
            subnets=[{"id": 1, "subnet": "2001:db8:b::/64", "pools": [{"pool": "2001:db8:b::1000 - 2001:db8:b::1fff"}]}],
            **{"interfaces-config": {"interfaces": [f"lan0/{box.address6}"]}},
        )
        for label, arguments in (
            ("dhcrelay4", ["-4", "-d", "-i", "floor0", "-i", "up0", box.address4]),
            ("dhcrelay6", ["-6", "-d", "-l", "floor0", "-u", f"{box.address6}%up0"]),
        ):
            command = ["dhcrelay", "--no-pid", *arguments]
            process = branch.own(Process(label, command, branch.work / f"{label}.log", cls.relay))
            process.wait_for("Sending on|Listening on", 10 * paths.PATIENCE)

    def test_APhoneUpstairsLearnsTheServers(self):
        client = self.own(dhcp.Client4(self.host, "eth0", MAC.format(1)))
        offer, ack = client.lease()
        for answer in (offer, ack):
            self.assertEqual(answer.giaddr, "203.0.113.1", "it did not come through the relay")
            self.assertEqual(answer.tftp_servers, ["192.0.2.1", "192.0.2.2"])
        self.assertTrue(ack.yiaddr.startswith("203.0.113."))

    def test_WhatIsNotAPhoneUpstairsGetsNone(self):
        client = self.own(dhcp.Client4(self.host, "eth0", MAC.format(2), vendor_class=b"printer"))
        answer = client.discover()
        self.assertEqual(answer.giaddr, "203.0.113.1")
        self.assertIsNone(answer.get(150))

    def test_TheSameForIpv6(self):
        client = self.own(dhcp.Client6(self.host, "eth0", MAC.format(3)))
        advertise = client.solicit()
        self.assertEqual((advertise.name, advertise.tftp_servers), ("ADVERTISE", ["2001:db8:1::1", "2001:db8:1::2"]))
        reply = client.request(advertise)
        self.assertEqual((reply.name, reply.tftp_servers), ("REPLY", ["2001:db8:1::1", "2001:db8:1::2"]))
        self.assertTrue(str(reply.address).startswith("2001:db8:b::1"), reply.address)

    def test_APhoneUpstairsGetsItsOwnFilesAndNoOthers(self):
        """device-binding: the relay's address is not the phone's."""
        mac = MAC.format(4)
        host = self.branch.host("bound", switch=self.floor, mac=mac)
        names = [f"SEP{one.replace(':', '').upper()}.cnf.xml" for one in (mac, MAC.format(5))]
        for name in names:
            self.box.put(name, b"<device/>")
        _, ack = self.own(dhcp.Client4(host, "eth0", mac)).lease()
        self.link_local(host)
        client = self.own(dhcp.Client6(host, "eth0", mac))
        reply = client.request(client.solicit())
        host.ip(f"addr add {ack.yiaddr}/24 dev eth0", f"addr add {reply.address}/64 dev eth0 nodad")
        host.ip("route add default via 203.0.113.1", "route add default via 2001:db8:b::1")
        status = lambda server, name: clients.phone_http(host, server, name).status
        for server in (self.box.address4, self.box.address6):
            self.becomes(200, lambda: status(server, names[0]), 5, "its own file")
            self.assertEqual(status(server, names[1]), 403)
            self.assertEqual(clients.curl(host, server, names[0]), b"<device/>")
            with tftp.Peer(host, server) as peer:
                answer = peer.ask(tftp.rrq(names[1]), tries=3)
                self.assertEqual((answer.opcode, answer.number), (tftp.ERROR, tftp.ACCESS))
