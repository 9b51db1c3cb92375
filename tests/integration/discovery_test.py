"""Clusters whose servers are learned from the DNS: a real DNS server (dnsmasq), real TFTP and HTTP servers behind what it says."""

import json
import time

from branch import clients, remote, samples, tftpd
from branch.case import BranchTest
from branch.process import eventually

V4 = "192.0.2.1"
DNS = "198.51.100.53"
ONE, TWO, THREE, FOUR, ONE6 = "198.51.100.21", "198.51.100.22", "198.51.100.23", "198.51.100.24", "2001:db8:a::21"
NAME = "cucm.west.example.com"
ADDRESSES = [f"--host-record={NAME},{ONE},300"]


def services(*servers, ttl=300):
    """Records of these servers, each (host, address, priority)."""
    records = [f"--srv-host=_tftp._udp.{NAME},{host}.example.com,69,{priority},1" for host, _, priority in servers]
    return records + [f"--host-record={host}.example.com,{address},{ttl}" for host, address, _ in servers]


class Discovery(BranchTest):
    time_limit = 90
    weight = 3

    @classmethod
    def prepare(cls):
        cls.dns = cls.branch.own(remote.Dnsmasq(cls.branch.host("dns", f"{DNS}/24"), cls.branch.work, ADDRESSES).start())
        cls.roots = {}
        for address in (ONE, TWO):
            host = cls.branch.host(f"tftp-{address}", f"{address}/24", *([f"{ONE6}/64"] if address == ONE else []))
            root = cls.roots[address] = cls.branch.work / address
            cls.branch.own(remote.Nginx(host, root, cls.branch.work, label=f"nginx-{address}").start())
        cls.phones = cls.branch.phone_host("pc", "192.0.2.50")

    def run_tftpd(self, *clusters, learned=None, **discovery):
        learned = learned if learned is not None else {"cluster-id": "west", "fqdn": NAME}
        content = {"clusters": [learned], "dns-servers": [DNS], **{k.replace("_", "-"): v for k, v in discovery.items()}}
        (self.box.cache / "learned-clusters.json").unlink(missing_ok=True)
        daemon = self.own(tftpd.Tftpd(self.box, tftpd.document(self.box, clusters, discovery=content)).start())
        self.addCleanup(lambda: self.dns.now(*ADDRESSES))
        return daemon

    def cluster(self, daemon, name="west"):
        return daemon.command("tftp-cluster-get", {"cluster-id": name})["arguments"]

    def servers(self, daemon, name="west"):
        return [server["address"] for server in self.cluster(daemon, name)["tftp-servers"]]

    def get(self, name):
        return clients.phone_http(self.phones, V4, name)

    def give(self, address, name):
        data = f"{name} of {address}".encode()
        (self.roots[address] / name).write_bytes(data)
        return data

    def test_TheNamesOwnAddresses(self):
        self.dns.now(f"--host-record={NAME},{ONE},{ONE6},300")
        daemon = self.run_tftpd()
        self.becomes([ONE, ONE6], lambda: self.servers(daemon), 5)
        data = self.give(ONE, "addresses.xml")
        self.assertEqual(self.get("addresses.xml").body, data)
        self.assertTrue(self.cluster(daemon)["learned"])

    def test_ServicesComeBeforeAddressesInTheOrderOfTheirPriority(self):
        self.dns.now(*services(("second", ONE, 20), ("first", TWO, 10)), *ADDRESSES)
        daemon = self.run_tftpd()
        self.becomes([TWO, ONE], lambda: self.servers(daemon), 5)
        self.give(ONE, "services.xml")
        data = self.give(TWO, "services.xml")
        self.assertEqual(self.get("services.xml").body, data)

    def test_RefreshByCommand(self):
        daemon = self.run_tftpd()
        self.becomes([ONE], lambda: self.servers(daemon), 5)
        self.dns.now(f"--host-record={NAME},{TWO},300")
        answer = daemon.command("tftp-cluster-refresh", {"cluster-id": "west"})
        self.assertEqual((answer["result"], answer["arguments"]["clusters"]), (0, [{"cluster-id": "west", "tftp-servers": [TWO]}]))
        data = self.give(TWO, "refreshed.xml")
        self.assertEqual(self.get("refreshed.xml").body, data)
        self.assertEqual(daemon.command("tftp-cluster-refresh", {"cluster-id": "east"})["result"], 3)
        self.dns.stop()
        answer = daemon.command("tftp-cluster-refresh")
        self.assertEqual(answer["result"], 1, answer)
        self.assertEqual(self.servers(daemon), [TWO], "what is known stays")

    def test_RefreshByLifetime(self):
        self.dns.now(f"--host-record={NAME},{ONE},1")
        daemon = self.run_tftpd(min_refresh=5)
        self.becomes([ONE], lambda: self.servers(daemon), 5)
        start = time.monotonic()
        self.dns.now(f"--host-record={NAME},{TWO},300")
        self.becomes([TWO], lambda: self.servers(daemon), 8)
        self.assertLess(time.monotonic() - start, 8)
        self.assertGreater(self.cluster(daemon)["discovery"]["next-lookup"], 250)

    def test_WhatWasLearnedSurvivesARestartWithoutDns(self):
        daemon = self.run_tftpd()
        self.becomes([ONE], lambda: self.servers(daemon), 5)
        eventually(lambda: (self.box.cache / "learned-clusters.json").exists(), 5)
        daemon.stop()
        self.dns.stop()
        daemon.start()
        data = self.give(ONE, "restart.xml")
        self.assertEqual(self.get("restart.xml").body, data, "the first request after the restart")
        daemon.wait_for_event("DISCOVERY_FAILED", 15, cluster="west")
        self.assertEqual(self.servers(daemon), [ONE])

    def test_AFileThatMakesNoSenseIsLearnedAnew(self):
        daemon = self.run_tftpd()
        self.becomes([ONE], lambda: self.servers(daemon), 5)
        for text in ("", "{", '{"clusters": 3}', json.dumps({"clusters": [{"cluster-id": "west"}]})):
            daemon.stop()
            (self.box.cache / "learned-clusters.json").write_text(text)
            daemon.start()
            self.becomes([ONE], lambda: self.servers(daemon), 5)

    def test_WhatIsConfiguredWholeWins(self):
        manual = tftpd.cluster("west", TWO)
        daemon = self.run_tftpd(manual)
        self.assertIn('cluster "west" of "discovery" is not looked up', daemon.process.output())
        self.assertEqual(self.servers(daemon), [TWO])
        self.assertFalse(self.cluster(daemon)["learned"])
        daemon.stop()
        daemon = self.run_tftpd({**tftpd.cluster("other", TWO), "fqdn": NAME.upper()})
        self.assertEqual(daemon.command("tftp-cluster-list")["arguments"]["count"], 1)
        daemon.stop()
        # A server of a configured cluster is not another cluster's, whatever the DNS says.
        self.dns.now(f"--host-record={NAME},{ONE},300", f"--host-record={NAME},{TWO},300")
        daemon = self.run_tftpd(tftpd.cluster("east", TWO))
        self.becomes([ONE], lambda: self.servers(daemon), 5)
        self.assertIn(f'server="west {TWO}: a server of cluster east"', daemon.process.output())

    def test_OfMoreThanThreeTheFirstThree(self):
        self.dns.now(*[f"--host-record={NAME},{address},300" for address in (FOUR, TWO, ONE, THREE)])
        daemon = self.run_tftpd()
        self.becomes([ONE, TWO, THREE], lambda: self.servers(daemon), 5)
        self.assertIn(f"west {FOUR}: the DNS names more than 3 servers", daemon.process.output())

    def test_WhatNoClusterCanBeIsNotBelieved(self):
        bad = ("127.0.0.1", "0.0.0.0", "224.0.0.1", self.box.wan4, self.box.address4)
        self.dns.now(*[f"--host-record={NAME},{address},300" for address in (*bad, ONE)])
        daemon = self.run_tftpd()
        self.becomes([ONE], lambda: self.servers(daemon), 5)
        for address in bad:
            self.assertIn(f"west {address}: ", daemon.process.output())

    def test_ALearnedServersRequestIsNotPassedOn(self):
        """The loop rule holds for learned servers, too."""
        daemon = self.run_tftpd()
        self.becomes([ONE], lambda: self.servers(daemon), 5)
        self.give(ONE, "loop.xml")
        host = self.branch.host("other", f"{THREE}/24")
        self.dns.now(f"--host-record={NAME},{THREE},300")
        daemon.command("tftp-cluster-refresh")
        self.assertEqual(self.servers(daemon), [THREE])
        self.assertEqual(clients.phone_http(host, self.box.wan4, "loop.xml").status, 404)
        daemon.wait_for_event("RESOLVE_LOOP")

    def test_UntilSomethingIsLearnedNobodySaysThatAPhoneHasNoConfiguration(self):
        self.dns.stop()
        self.run_tftpd()
        device = "SEP001122334455"
        self.assertEqual(self.get(f"{device}.cnf.xml").status, 503)
        self.dns.now(*ADDRESSES)
        (self.roots[ONE] / f"{device}.cnf.xml").write_bytes(samples.device_config(device, "west", ONE))

    def test_TheReloadedConfigurationCounts(self):
        daemon = self.run_tftpd()
        self.becomes([ONE], lambda: self.servers(daemon), 5)
        content = daemon.content
        content["Tftpd"]["discovery"]["clusters"].append({"cluster-id": "south", "fqdn": "cucm.south.example.com"})
        self.dns.now(*ADDRESSES, f"--host-record=cucm.south.example.com,{TWO},300")
        daemon.write(content)
        self.assertEqual(daemon.command("config-reload")["result"], 0)
        self.becomes([TWO], lambda: self.servers(daemon, "south"), 5)
        self.assertEqual(self.servers(daemon), [ONE])
        content["Tftpd"]["discovery"]["clusters"] = []
        daemon.write(content)
        self.assertEqual(daemon.command("config-reload")["result"], 0)
        self.assertEqual(daemon.command("tftp-cluster-list")["arguments"]["count"], 0)
