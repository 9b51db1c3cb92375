"""The daemon knows the leases that Kea has, however they came about: also those given before it started, or by a command."""

import os
import signal
import time

from branch import clients, dhcp, kea, paths, tftpd
from branch.case import BranchTest

V4, V6 = "192.0.2.1", "2001:db8:1::1"
MAC = "00:11:22:33:99:{:02x}"
AGREED = 10  # seconds
PHONES = 24  # more than the event socket takes while nobody reads


def file_of(last):
    return f"SEP{MAC.format(last).replace(':', '').upper()}.cnf.xml"


class Agreement(BranchTest):
    time_limit = 90

    @classmethod
    def prepare(cls):
        for last in (*range(8), *range(0x10, 0x10 + PHONES)):
            cls.box.put(file_of(last), b"<device/>")
        libraries = [{"library": "libdhcp_lease_cmds.so"}, kea.hook({"tftp-servers": ["auto"], "withdraw-dead": False})]
        cls.kea4 = cls.start_kea(4, **{"hooks-libraries": libraries})
        cls.kea6 = cls.start_kea(6, **{"hooks-libraries": libraries})

    def start(self):
        daemon = self.start_tftpd(device_binding="enforce")
        self.addCleanup(daemon.stop)
        return daemon

    def status(self, host, last, server=V4):
        return clients.phone_http(host, server, file_of(last)).status

    def test_LeasesGivenBeforeTheDaemonStarted(self):
        host = self.branch.host("early", switch=self.branch.lan, mac=MAC.format(1))
        self.link_local(host)
        _, ack = self.own(dhcp.Client4(host, "eth0", MAC.format(1))).lease()
        client = self.own(dhcp.Client6(host, "eth0", MAC.format(1)))
        reply = client.request(client.solicit())
        host.ip(f"addr add {ack.yiaddr}/24 dev eth0", f"addr add {reply.address}/64 dev eth0 nodad")
        for _ in range(2):  # the second time it has been told before, in another life
            daemon = self.start()
            self.becomes([200, 200], lambda: [self.status(host, 1, server) for server in (V4, V6)], AGREED)
            self.assertEqual([self.status(host, 2, server) for server in (V4, V6)], [403, 403])
            daemon.stop()

    def test_LeasesMadeAndDeletedByCommand(self):
        self.start()
        host = self.branch.phone_host("by-command", "192.0.2.90", "2001:db8:1::90")
        lease = {"hw-address": MAC.format(3), "ip-address": "192.0.2.90", "subnet-id": 1, "valid-lft": 600}
        self.assertEqual(self.kea4.command("lease4-add", lease)["result"], 0)
        duid = "00:03:00:01:" + MAC.format(3)
        lease = {"duid": duid, "iaid": 1, "ip-address": "2001:db8:1::90", "subnet-id": 1, "valid-lft": 600}
        self.assertEqual(self.kea6.command("lease6-add", lease)["result"], 0)
        self.becomes([200, 200], lambda: [self.status(host, 3, server) for server in (V4, V6)], AGREED)
        self.assertEqual(self.kea4.command("lease4-del", {"ip-address": "192.0.2.90"})["result"], 0)
        self.assertEqual(self.kea6.command("lease6-del", {"ip-address": "2001:db8:1::90"})["result"], 0)
        self.becomes([403, 403], lambda: [self.status(host, 3, server) for server in (V4, V6)], AGREED)

    def dropped(self):
        """Events that the hooks of both Keas could not hand over."""
        name = "branchline.events-dropped"
        return [kea.command("statistic-get", {"name": name})["arguments"][name][0][0] for kea in (self.kea4, self.kea6)]

    def test_LeasesWhoseEventsWereDropped(self):
        """The daemon hangs while phones get leases: its socket fills, and the hooks drop what it cannot take."""
        daemon = self.start()
        host = self.branch.host("many", switch=self.branch.lan)
        self.link_local(host)
        leases = []
        before = self.dropped()
        os.kill(daemon.process.pid, signal.SIGSTOP)
        try:
            for last in range(0x10, 0x10 + PHONES):
                _, ack = self.own(dhcp.Client4(host, "eth0", MAC.format(last))).lease()
                client = dhcp.Client6(host, "eth0", MAC.format(last))
                reply = client.request(client.solicit())
                client.close()
                leases.append((last, ack.yiaddr, reply.address))
            self.later(lambda: all(now > then for now, then in zip(self.dropped(), before)), 5, "events of both families are dropped")
        finally:
            os.kill(daemon.process.pid, signal.SIGCONT)
        host.ip(*[f"addr add {v4}/24 dev eth0" for _, v4, _ in leases], *[f"addr add {v6}/64 dev eth0 nodad" for _, _, v6 in leases])
        end = time.monotonic() + AGREED * paths.PATIENCE
        for last, v4, v6 in leases:
            for server, source in ((V4, v4), (V6, v6)):
                left = max(end - time.monotonic(), 0.1) / paths.PATIENCE
                status = lambda server=server, source=source, last=last: clients.phone_http(host, server, file_of(last), source=source).status
                self.becomes(200, status, left, f"the lease of {source} is known {AGREED} s after the daemon came back")
                other = file_of(last + 1 if last + 1 < 0x10 + PHONES else 0x10)
                self.assertEqual(clients.phone_http(host, server, other, source=source).status, 403)

    def test_ALeaseThatIsOnlyToldOfIsNoBoot(self):
        daemon = self.start()
        lease = {"hw-address": MAC.format(4), "ip-address": "192.0.2.91", "subnet-id": 1, "valid-lft": 600}
        self.assertEqual(self.kea4.command("lease4-add", lease)["result"], 0)
        host = self.branch.phone_host("no-boot", "192.0.2.91")
        self.becomes(200, lambda: self.status(host, 4), AGREED)
        (boot,) = daemon.command("tftp-phone-get", {"phone": MAC.format(4)})["arguments"]["boots"]
        self.assertEqual(boot.get("dhcp", []), [])
