"""Two appliances with Kea's own high availability, hot standby: both hand out the same servers, both know all leases, and when
one dies its phones are served by the other."""

import concurrent.futures
import time

from branch import clients, dhcp, kea, paths, tftpd
from branch.case import BranchTest

SERVERS = {4: ["192.0.2.1", "192.0.2.2"], 6: ["2001:db8:1::1", "2001:db8:1::2"]}
MAC = "00:11:22:33:BB:{:02x}"
PAUSE = 10  # seconds; how long phones may wait when one box dies
PHONES = 15  # that boot while it dies


def file_of(last):
    return f"SEP{MAC.format(last).replace(':', '').upper()}.cnf.xml"


def availability(name):
    peers = [
        {"name": "one", "url": "http://192.0.2.1:8001/", "role": "primary", "auto-failover": True},
        {"name": "two", "url": "http://192.0.2.2:8001/", "role": "standby", "auto-failover": True},
    ]
    relationship = {
        "this-server-name": name,
        "mode": "hot-standby",
        "heartbeat-delay": 1000,
        "max-response-delay": 3000,
        "max-ack-delay": 1000,
        "max-unacked-clients": 0,
        "multi-threading": {
            "enable-multi-threading": True,
            "http-dedicated-listener": True,
            "http-listener-threads": 2,
            "http-client-threads": 2,
        },
        "peers": peers,
    }
    return {"library": "libdhcp_ha.so", "parameters": {"high-availability": [relationship]}}


class HotStandby(BranchTest):
    family = 4
    time_limit = 120
    weight = 2

    @classmethod
    def prepare(cls):
        cls.second = cls.branch.another_box("two", "192.0.2.2/24", "2001:db8:1::2/64", mac="02:00:5e:00:00:03")
        cls.second.address4 = "192.0.2.2"
        cls.second.namespace.ip("link set lo up")
        cls.keas, cls.daemons = [], []
        for name, box in (("one", cls.box), ("two", cls.second)):
            for last in (*range(8), *range(0x10, 0x10 + PHONES)):
                box.put(file_of(last), b"<device/>")
            daemon = tftpd.Tftpd(box, tftpd.document(box, device_binding="enforce"))
            cls.daemons.append(cls.branch.own(daemon.start()))
            libraries = [
                {"library": "libdhcp_lease_cmds.so"},
                availability(name),
                kea.hook({"tftp-servers": SERVERS[cls.family], "withdraw-dead": False}),
            ]
            make = kea.dhcp4 if cls.family == 4 else kea.dhcp6
            server = kea.Kea(box, cls.family, make(box, **{"hooks-libraries": libraries}))
            cls.keas.append(cls.branch.own(server.start()))

    def state(self, which):
        answer = self.keas[which].command("status-get")["arguments"]
        return answer["high-availability"][0]["ha-servers"]["local"]["state"]

    def host(self, last):
        host = self.branch.host(f"ha{last:02x}", switch=self.branch.lan, mac=MAC.format(last))
        self.link_local(host)
        return host

    def ask_once(self, client):
        """One try at a lease: (address, the servers told), or nothing."""
        if self.family == 4:
            offer = client.discover(timeout=1, tries=1)
            ack = offer and client.request(offer, timeout=1, tries=1)
            return (ack.yiaddr, ack.tftp_servers) if ack and ack.type == dhcp.ACK else None
        advertise = client.solicit(timeout=1, tries=1)
        reply = advertise and advertise.address and client.request(advertise, timeout=1, tries=1)
        return (reply.address, reply.tftp_servers) if reply and reply.address else None

    def lease(self, last, host=None):
        """(host, address, the servers told, seconds until the ACK or REPLY)"""
        host = host or self.host(last)
        kind = dhcp.Client4 if self.family == 4 else dhcp.Client6
        client = self.own(kind(host, "eth0", MAC.format(last)))
        start = time.monotonic()
        while not (got := self.ask_once(client)):
            self.assertLess(time.monotonic() - start, 3 * PAUSE * paths.PATIENCE, "no lease from anybody")
        seconds = time.monotonic() - start
        address, servers = got
        host.ip(f"addr add {address}/24 dev eth0" if self.family == 4 else f"addr add {address}/64 dev eth0 nodad")
        return host, address, servers, seconds

    def boot(self, host, last, delay):
        """A phone from DISCOVER to its file, as phones are: it asks until it has a lease, and each server that it was told of
        in turn until one has its file. (servers told, seconds for DHCP, seconds in all)"""
        time.sleep(delay)
        start = time.monotonic()
        _, _, servers, dhcp_seconds = self.lease(last, host)
        while True:
            for server in servers:
                try:
                    if clients.phone_http(host, server, file_of(last), timeout=2).status == 200:
                        return servers, dhcp_seconds, time.monotonic() - start
                except (OSError, clients.Failed):
                    pass
            self.assertLess(time.monotonic() - start, 3 * PAUSE * paths.PATIENCE, f"{file_of(last)} from neither server")
            time.sleep(0.2)

    def test_OneDiesAndPhonesGoOn(self):
        every = SERVERS[self.family]
        self.becomes(["hot-standby", "hot-standby"], lambda: [self.state(0), self.state(1)], 30)
        early, address, servers, _ = self.lease(1)
        self.assertEqual(servers, every)
        status = lambda host, last, server: clients.phone_http(host, server, file_of(last), timeout=5).status
        # The standby heard of that lease from its partner only, without any packet.
        for server in every:
            self.becomes(200, lambda server=server: status(early, 1, server), 10, f"{server} knows whose the address is")
            self.assertEqual(status(early, 2, server), 403)

        # Phones boot a fifth of a second apart: some are done when the first box dies, some half way, some begin after it.
        hosts = [self.host(0x10 + number) for number in range(PHONES)]
        with concurrent.futures.ThreadPoolExecutor(PHONES) as pool:
            boots = [pool.submit(self.boot, host, 0x10 + number, number * 0.2) for number, host in enumerate(hosts)]
            time.sleep(PHONES * 0.2 / 3)
            for process in (self.keas[0].process, self.daemons[0].process):
                process.kill()
            booted = [boot.result() for boot in boots]
        self.assertEqual([servers for servers, _, _ in booted], [every] * PHONES, "the same set from either box")
        longest = max(seconds for _, seconds, _ in booted)
        self.assertLess(longest, PAUSE * paths.PATIENCE, "DHCP paused for too long")
        print(f"{PHONES} phones booted while a box died: at most {longest:.1f} s for DHCP, "
              f"{max(seconds for _, _, seconds in booted):.1f} s until the file", flush=True)
        during, _, _, _ = self.lease(3)
        self.becomes(200, lambda: status(during, 3, every[1]), 10)
        self.assertEqual(status(early, 1, every[1]), 200, "who has a lease goes on with the other server")
        self.assertEqual(self.state(1), "partner-down")
        after, _, servers, _ = self.lease(4)
        self.becomes(200, lambda: status(after, 4, every[1]), 10)
        self.assertEqual(servers, every)

        self.keas[0].start()
        self.daemons[0].start()
        self.becomes(["hot-standby", "hot-standby"], lambda: [self.state(0), self.state(1)], 30)
        # What the standby gave meanwhile came to the first one when it fetched it, without a packet, too.
        self.becomes(200, lambda: status(during, 3, every[0]), 10)
        self.assertEqual([daemon.events("APP_FOREIGN_DHCP") for daemon in self.daemons], [[], []], "they are no strangers to each other")


class HotStandby6(HotStandby):
    family = 6
