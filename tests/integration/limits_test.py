"""What is bounded: transfers of one address, transfers of all, and the ports that they run on."""

import os
import socket
import time

from branch import clients, dhcp, fakes, paths, tftp, tftpd
from branch.case import BranchTest, some_bytes

V4, V6 = "192.0.2.1", "2001:db8:1::1"


class Limits(BranchTest):
    @classmethod
    def prepare(cls):
        cls.data = cls.box.put("file.bin", some_bytes(5000))
        cls.start_tftpd()
        cls.host = cls.branch.phone_host("pc", "192.0.2.50")
        cls.other = cls.branch.phone_host("other", "192.0.2.51")

    def test_TheSixtyFifthTransferOfAnAddressIsSilent(self):
        peers = [self.own(tftp.Peer(self.host, V4)) for _ in range(66)]
        for peer in peers[:64]:
            answer = peer.ask(tftp.rrq("file.bin"))
            self.assertEqual(answer.opcode, tftp.DATA)
            peer.send(tftp.ack(1), peer.tid)  # It has answered, so it is a phone and keeps its place.
        for peer in peers[64:]:
            peer.send(tftp.rrq("file.bin"))
            self.assertEqual(peer.collect(0.5), [], "more than 64 transfers at once")
        self.assertEqual(tftp.read(self.other, V4, "file.bin"), self.data, "another address is served all the same")
        self.assertGreaterEqual(self.tftpd.statistic("tftp-refused-by-limit"), 2)
        for peer in peers[:64]:
            peer.send(tftp.error(0), peer.tid)
        self.later(lambda: tftp.read(self.host, V4, "file.bin") == self.data, 3, "served again when the transfers are over")


class SinglePort(BranchTest):
    """transfer-ports = tftp-port: for networks that let nothing else through."""

    @classmethod
    def prepare(cls):
        cls.data = cls.box.put("file.bin", some_bytes(50000))
        cls.start_tftpd(transfer_ports={"first": 69, "last": 69})
        cls.host = cls.branch.phone_host("pc", "192.0.2.50", "2001:db8:1::50")

    def test_EverythingComesFromPort69(self):
        for server in (V4, V6):
            with self.subTest(server=server):
                self.assertEqual(tftp.read(self.host, server, "file.bin"), self.data)
                peer = self.own(tftp.Peer(self.host, server))
                peer.ask(tftp.rrq("file.bin"))
                self.assertEqual(peer.sources, {(server, 69)})


class PortRange(BranchTest):
    @classmethod
    def prepare(cls):
        cls.data = cls.box.put("file.bin", some_bytes(5000))
        cls.start_tftpd(transfer_ports={"first": 40000, "last": 40007})
        cls.host = cls.branch.phone_host("pc", "192.0.2.50", "2001:db8:1::50")

    def test_TransfersStayInTheRange(self):
        for server in (V4, V6):
            for _ in range(12):
                peer = self.own(tftp.Peer(self.host, server))
                peer.ask(tftp.rrq("file.bin"))
                self.assertLessEqual({port for _, port in peer.sources}, set(range(40000, 40008)))


class ManyHalfOpen(BranchTest):
    """R3: four thousand requests that nobody goes on with."""

    weight = 3

    @classmethod
    def prepare(cls):
        cls.data = cls.box.put("file.bin", some_bytes(12000))
        cls.start_tftpd(limits={"transfers": 4096, "transfers-per-client": 64})
        cls.host = cls.branch.phone_host("pc", "192.0.2.50", "2001:db8:1::50")
        # Hosts enough that the limit of one address does not end it: a /64 of one's own counts as one client.
        cls.host.ip(*[f"addr add 192.0.2.{n}/24 dev eth0" for n in range(100, 180)])

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.tftpd.process.pid}/fd"))

    def test_OthersAreServed(self):
        before, descriptors = self.tftpd.memory(), self.descriptors()
        sockets = []
        for n in range(100, 164):
            for _ in range(64):
                with self.host:
                    new = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                new.bind((f"192.0.2.{n}", 0))
                new.sendto(tftp.rrq("file.bin", options=[("blksize", 65464), ("windowsize", 65535)]), (V4, 69))
                sockets.append(new)
        times = []
        for _ in range(100):
            start = time.monotonic()
            self.assertEqual(tftp.read(self.host, V4, "file.bin", source="192.0.2.50"), self.data)
            times.append(time.monotonic() - start)
        grown = self.tftpd.memory() - before
        for one in sockets:
            one.close()
        self.assertLess(sorted(times)[-1], 1.0 * paths.PATIENCE, "a good phone had to wait")
        self.assertLess(sorted(times)[98], 0.25 * paths.PATIENCE, "good phones had to wait")
        if not paths.SANITIZED:
            self.assertLess(grown, 32 << 20, "resident bytes grew")
        self.later(lambda: self.descriptors() <= descriptors, 30, "all descriptors given back")


class NarrowPorts(BranchTest):
    """A range that the running threads hold whole: what to do is said, and doing it helps."""

    def test_AReloadSaysWhatToDo(self):
        self.box.put("file.bin", b"x")
        daemon = self.start_tftpd(transfer_ports={"first": 40000, "last": 40000}, threads=2)
        changed = tftpd.document(self.box, transfer_ports={"first": 40000, "last": 40000}, threads=1)
        daemon.write(changed)
        answer = daemon.command("config-reload")
        self.assertEqual(answer["result"], 1)
        self.assertRegex(answer["text"], r"branchline-tftpd\.conf:\d+:\d+.*held by the threads of the running configuration.*stop")
        for command in ("tftp-service-stop", "config-reload", "tftp-service-start"):
            answer = daemon.command(command)
            self.assertEqual(answer["result"], 0, answer)
        host = self.branch.phone_host("pc", "192.0.2.50")
        self.later(lambda: tftp.read(host, V4, "file.bin", timeout=0.5) == b"x", 5)


class LogFlood(BranchTest):
    """T19: whoever asks for hostile names as fast as he can writes less than 1 MiB a minute into the log, all of it harmless."""

    allowed = (1 << 20) / 60  # bytes a second, once what a booting branch may write at once is used up

    def test_TheLogStaysSmallAndClean(self):
        daemon = self.start_tftpd()
        host = self.branch.phone_host("flooder", "192.0.2.50")
        with host:
            asking = self.own(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))

        def by_http():
            with clients.HttpConnection(host, V4) as connection:
                connection.send(b"GET /%1b%5b31m" + b"B" * 180 + b" HTTP/1.1\r\nHost: x\r\n\r\n")
                self.assertGreaterEqual(connection.answer().status, 400)

        for _ in range(1100):
            by_http()
        start, before, sent = time.monotonic(), daemon.process.mark(), 0
        while time.monotonic() - start < 3:
            for _ in range(100):
                asking.sendto(tftp.rrq(f"\x1b[31m\r\n%s%n{sent:x}" + "A" * 180), (V4, 69))
                sent += 1
            by_http()
        a_second = (daemon.process.mark() - before) / (time.monotonic() - start)
        self.assertGreater(sent, 1000)
        self.assertLess(a_second, self.allowed)
        self.assertNotRegex(daemon.process.output(), r"[\x00-\x08\x0b-\x1f\x7f]")
        self.assertTrue(daemon.process.running)


class Sweep(BranchTest):
    """T1, R5: one address walks through the phones' names."""

    def test_EightDevicesAndNoMore(self):
        names = [f"SEP0011223344{n:02X}.cnf.xml" for n in range(20)]
        remote = self.branch.host("remote", "198.51.100.10/24")
        server = self.own(fakes.FakeHttp(remote, "198.51.100.10", {name: name.encode() for name in names}))
        daemon = self.start_tftpd(
            tftpd.cluster("a", "198.51.100.10", transport="http"), limits={"device-names-per-client": 8}
        )
        walker = self.branch.phone_host("walker", "192.0.2.50", "2001:db8:1::50")
        phone = self.branch.phone_host("other", "192.0.2.51")
        local = self.box.put("SEP00112233FFFF.cnf.xml", b"our own")

        def by_tftp(name):
            try:
                return tftp.read(walker, V4, name)
            except tftp.Transfer as refused:
                self.assertIn("ERROR 1", str(refused))
                return None

        got = []
        for number, name in enumerate(names):
            if number % 2:
                answer = clients.phone_http(walker, V4, name)
                self.assertIn(answer.status, (200, 404))
                got.append(answer.body if answer.status == 200 else None)
            else:
                got.append(by_tftp(name))
        self.assertEqual(got, [name.encode() for name in names[:8]] + [None] * 12)
        self.assertEqual(len(server.asked), 8)
        self.assertIsNone(by_tftp("SEP00112233FFFF.cnf.xml"), "a file of our own is one more device's, too")
        self.assertEqual(by_tftp(names[3]), names[3].encode(), "its own devices are served as before")
        self.assertEqual(clients.phone_http(walker, V4, "CTL" + names[3].replace(".cnf.xml", ".tlv")).status, 404)
        self.assertEqual(daemon.statistic("device-names-refused"), 13)
        self.assertEqual([event["asked-by"] for event in daemon.events("RESOLVE_DEVICE_SWEEP")], ["192.0.2.50"])
        self.assertEqual(clients.phone_http(phone, V4, "SEP00112233FFFF.cnf.xml").body, local, "somebody else")


class SweepOfANetwork(BranchTest):
    """A host that takes one address of its /64 after the other, and asks for one device's file from each."""

    def test_ItsAddressesAreOneClientAndAPhoneWithALeaseIsServedAllTheSame(self):
        names = [f"SEP0011223355{n:02X}.cnf.xml" for n in range(160)]
        mac = "00:11:22:33:77:01"
        own = f"SEP{mac.replace(':', '')}.cnf.xml"
        remote = self.branch.host("remote", "198.51.100.10/24")
        server = self.own(fakes.FakeHttp(remote, "198.51.100.10", {name: name.encode() for name in (*names, own)}))
        daemon = self.start_tftpd(
            tftpd.cluster("a", "198.51.100.10", transport="http"), limits={"device-names-per-client": 1}
        )
        self.start_kea(6, {"tftp-servers": ["auto"], "withdraw-dead": False})
        walker = self.branch.phone_host("walker")
        addresses = [f"2001:db8:1::bad:{n:x}" for n in range(len(names))]
        walker.ip(*[f"addr add {address}/64 dev eth0 nodad" for address in addresses])
        got = [clients.phone_http(walker, V6, name, source=address).status for name, address in zip(names, addresses)]
        self.assertEqual(got, [200] * 128 + [403] * 32)
        with self.assertRaisesRegex(tftp.Transfer, "ERROR 2"):
            tftp.read(walker, V6, names[-1], source=addresses[-1])
        self.assertEqual(len(server.asked), 128)
        (line,) = daemon.events("RESOLVE_DEVICE_SWEEP")
        self.assertEqual((line["asked-by"], line["limit"]), ("2001:db8:1::/64", "128"))
        self.assertEqual(daemon.statistic("device-name-sweeps"), 1)

        phone = self.branch.host("phone", switch=self.branch.lan, mac=mac)
        self.link_local(phone)
        client = self.own(dhcp.Client6(phone, "eth0", mac))
        reply = client.request(client.solicit())
        phone.ip(f"addr add {reply.address}/64 dev eth0 nodad")
        self.becomes(200, lambda: clients.phone_http(phone, V6, own).status, 5, "its own file")
