"""R6: every way to be wrong that branch.odd_fakes knows, for a configuration, a firmware file and a signed file each. A cluster
has a bad server first and a good one second: the phone gets the right bytes within five seconds, and only they are kept."""

import threading
import time

from branch import clients, odd_fakes, paths, tftpd
from branch.case import BranchTest, some_bytes

V4 = "192.0.2.1"
GOOD, OTHER, NOBODY = "198.51.100.20", "198.51.100.11", "198.51.100.250"
FIRST_BAD = 100  # 198.51.100.100 and so on, one a way to be wrong: what is thought of one server is not thought of the next
LIMIT = 5.0  # seconds


class Matrix:
    """What both transports are put through."""

    time_limit = 150
    weight = 6
    transport = None
    ways = ()

    @classmethod
    def prepare(cls):
        addresses = [GOOD, OTHER, *(f"198.51.100.{FIRST_BAD + n}" for n in range(len(cls.ways)))]
        cls.phones = cls.branch.phone_host("pc", "192.0.2.50")
        cls.remote = cls.branch.host("remote", *[f"{address}/24" for address in addresses])
        # What was fetched well stays fresh, so that the cache can be looked into at the end.
        cls.start_tftpd(tftpd.cluster("a", GOOD, transport=cls.transport), cache={"config-lifetime": 600})

    def server(self, address, files, how="good"):
        raise NotImplementedError

    def cluster(self, *servers):
        answer = self.tftpd.command("tftp-cluster-update", {"cluster-id": "a", "tftp-servers": list(servers)})
        self.assertEqual(answer["result"], 0, answer)

    def get(self, name):
        """The file, or None if the transfer broke or there was none."""
        try:
            answer = clients.phone_http(self.phones, V4, name, timeout=20)
            return answer.body if answer.status == 200 else None
        except (clients.Failed, OSError):
            return None

    def ask(self, name, found):
        start = time.monotonic()
        got = self.get(name)
        if got is None:
            got = self.get(name)  # Broken off, since its server broke in the middle: the phone asks again, once.
        found[name] = (got, time.monotonic() - start)

    def together(self, names):
        found = {}
        threads = [threading.Thread(target=self.ask, args=(name, found)) for name in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return found

    def test_NoWrongByte(self):
        files = {}
        for number in range(len(self.ways)):
            files[f"SEP0011223344{number:02X}.cnf.xml"] = (
                b"<device>" + some_bytes(2000, 3 * number).hex().encode() + b"</device>"
            )
            files[f"phone{number}.sbn"] = some_bytes(150_000, 3 * number + 1)
            files[f"list{number}.xml.sgn"] = some_bytes(3000, 3 * number + 2)
        self.own(self.server(GOOD, files))
        all_names = list(files)
        for number, how in enumerate(self.ways):
            names = all_names[3 * number : 3 * number + 3]
            address = f"198.51.100.{FIRST_BAD + number}"
            with self.subTest(how=how):
                bad = self.server(address, files, how)
                try:
                    self.cluster(address, GOOD)
                    found = self.together(names)
                    for name in [name for name in names if not bad.count(name)]:
                        # The bad server's first answer came before this question, and it is asked last now: anew.
                        self.tftpd.command("tftp-cache-flush", {"name": name})
                        self.cluster(GOOD)
                        self.cluster(address, GOOD)
                        self.ask(name, found)
                    for name in names:
                        got, seconds = found[name]
                        said = "nothing" if got is None else f"{len(got)} bytes"
                        self.assertTrue(got == files[name], f"{name}: {said} instead of the file")
                        self.assertLess(seconds, LIMIT * paths.PATIENCE, name)
                        self.assertGreaterEqual(bad.count(name), 1, f"{name}: the bad server was not even asked")
                finally:
                    bad.close()
        self.cluster(NOBODY)
        kept = {name: self.get(name) for name in all_names}
        wrong = [name for name, data in kept.items() if data is not None and data != files[name]]
        self.assertEqual(wrong, [], "the cache holds something wrong")
        self.assertEqual([name for name, data in kept.items() if data is None], [], "what was fetched was not kept")
        self.assertTrue(self.tftpd.process.running)


class TftpServers(Matrix, BranchTest):
    transport = "tftp"
    ways = odd_fakes.TFTP_WAYS

    def server(self, address, files, how="good"):
        return odd_fakes.OddTftp(self.remote, address, files, how=how, other=OTHER)


class HttpServers(Matrix, BranchTest):
    transport = "http"
    ways = odd_fakes.HTTP_WAYS

    def server(self, address, files, how="good"):
        return odd_fakes.OddHttp(self.remote, address, files, how=how)
