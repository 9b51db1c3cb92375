"""Settings at every scope: the nearest one wins, as it is on the wire."""

import copy

from branch import dhcp, kea
from branch.case import BranchTest

LEVELS = ["host", "class", "pool", "subnet", "shared-network", "global", "parameters"]
MAC = "00:11:22:33:55:01"


def said(server):
    return {"branchline": {"tftp-servers": [server], "withdraw-dead": False}}


class Scopes4(BranchTest):
    family = 4
    network = "192.0.2.0/24"
    pool = "192.0.2.100 - 192.0.2.110"

    @classmethod
    def server(cls, level):
        return f"198.51.100.{200 + LEVELS.index(level)}"

    @classmethod
    def prepare(cls):
        cls.host = cls.branch.phone_host("asker")
        cls.kea = cls.branch.own(kea.Kea(cls.box, cls.family, cls.document(LEVELS)).start())

    @classmethod
    def document(cls, levels):
        """A configuration in which exactly these scopes say something."""

        def context(level):
            return {"user-context": said(cls.server(level))} if level in levels else {}

        subnet = {
            "id": 1,
            "subnet": cls.network,
            "pools": [{"pool": cls.pool, **context("pool")}],
            "reservations": [cls.reservation() | context("host")],
            **context("subnet"),
        }
        network = {"name": "floor", "interface": "lan0", f"subnet{cls.family}": [subnet], **context("shared-network")}
        make = kea.dhcp4 if cls.family == 4 else kea.dhcp6
        parameters = said(cls.server("parameters"))["branchline"] if "parameters" in levels else {"tftp-servers": ["auto"]}
        document = make(
            cls.box,
            parameters,
            subnets=[],
            **{
                "shared-networks": [network],
                "client-classes": [{"name": "desk", "test": cls.desk(), **context("class")}],
                **context("global"),
            },
        )
        document[f"Dhcp{cls.family}"][f"subnet{cls.family}"] = []
        return document

    @classmethod
    def reservation(cls):
        return {"hw-address": MAC}

    @classmethod
    def desk(cls):
        return "substring(option[60].hex, 0, 5) == 'Cisco'"

    def ask(self):
        client = dhcp.Client4(self.host, "eth0", MAC)
        try:
            return client.discover()
        finally:
            client.close()

    def test_TheNearestScopeWins(self):
        for at, level in enumerate(LEVELS):
            document = copy.deepcopy(self.document(LEVELS[at:]))
            answer = self.kea.command("config-set", document)
            self.assertEqual(answer["result"], 0, answer)
            offer = self.ask()
            self.assertIsNotNone(offer, f"no answer with {level} as the nearest scope")
            self.assertEqual(offer.tftp_servers, [self.server(level)], f"{level} should win")

    def test_EachKeyByItself(self):
        """A scope that says only one thing leaves the others to the wider scopes."""
        document = self.document(["parameters"])
        subnet = document[f"Dhcp{self.family}"]["shared-networks"][0][f"subnet{self.family}"][0]
        subnet["user-context"] = {"branchline": {"order": "listed"}, "somebody-elses": {"anything": [1, 2]}}
        self.assertEqual(self.kea.command("config-set", document)["result"], 0)
        self.assertEqual(self.ask().tftp_servers, [self.server("parameters")])


class Scopes6(Scopes4):
    family = 6
    network = "2001:db8:1::/64"
    pool = "2001:db8:1::1000 - 2001:db8:1::10ff"

    @classmethod
    def server(cls, level):
        return f"2001:db8:a::{200 + LEVELS.index(level)}"

    @classmethod
    def reservation(cls):
        return {"duid": "00:03:00:01:" + MAC}

    @classmethod
    def desk(cls):
        return "vendor-class[9].exists"

    def ask(self):
        client = dhcp.Client6(self.host, "eth0", MAC)
        try:
            return client.solicit()
        finally:
            client.close()
