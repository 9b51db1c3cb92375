"""R11, R12: a disk that fails, and a daemon that is killed. Never a wrong byte, never a bad file in the cache, and service goes on."""

import errno
import os
import random
import subprocess
import time

from branch import clients, fakes, paths, tftpd
from branch.case import BranchTest, some_bytes

V4 = "192.0.2.1"
A = "198.51.100.10"
SMALL = b"<device>" + some_bytes(1500, 7).hex().encode() + b"</device>"
LARGE = some_bytes(1_200_000, 8)  # more than a growing content keeps in memory


class AnyFile(fakes.FakeHttp):
    """Has every name: large ones end in .loads."""

    def _find(self, name):
        return LARGE if name.endswith(".loads") else SMALL


class StorageFaults(BranchTest):
    time_limit = 120
    weight = 3

    def setUp(self):
        if not hasattr(type(self), "remote"):
            type(self).remote = self.branch.host("remote", f"{A}/24")
            type(self).phone = self.branch.phone_host("pc", "192.0.2.50")
        self.server = self.own(AnyFile(self.remote, A))
        self.content = tftpd.document(self.box, [tftpd.cluster("a", A, transport="http")], cache={"max-size-mb": 64})

    def run_tftpd(self, **environment):
        return self.own(tftpd.Tftpd(self.box, self.content, environment=environment).start())

    def get(self, name):
        return clients.phone_http(self.phone, V4, name)

    def right(self, name):
        return LARGE if name.endswith(".loads") else SMALL

    def check_what_the_cache_gives(self, names):
        """With the cluster gone: each name right or not at all, and nothing in the cache is broken."""
        self.server.close()
        given = 0
        for name in names:
            answer = self.get(name)
            self.assertIn(answer.status, (200, 503), name)
            if answer.status == 200:
                self.assertTrue(answer.body == self.right(name), f"{name} came out of the cache wrong")
                given += 1
        return given

    def test_EveryCallThatTheCacheMakesMayFail(self):
        library = self.branch.work / "fail_calls.so"
        source = paths.CHECKOUT / "tests/lib/faults/fail_calls.c"
        subprocess.run(["gcc", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", library, source], check=True)
        control = self.branch.work / "fault"
        preload = paths.preload_for_kea().get("LD_PRELOAD")
        daemon = self.run_tftpd(
            **paths.sanitizer_environment(self.box.work, leaks=False),  # the shell that starts the daemon leaks
            LD_PRELOAD=f"{preload}:{library}" if preload else str(library),
            FAULTS_BENEATH=str(self.box.cache),
            FAULTS_CONTROL=str(control),
        )

        def order(text):
            fresh = control.with_suffix(".new")
            fresh.write_text(text)
            os.replace(fresh, control)

        names = []
        for call in ("open", "write", "fsync", "rename"):
            failed_before = daemon.statistic("cache-write-errors")
            for error in (errno.ENOSPC, errno.EIO, errno.EROFS, errno.EMFILE):
                for skip in range(8):
                    for mode in ("once", "on"):
                        number = f"{call}-{error}-{skip}-{mode}"
                        order(f"{number} {call} {error} {skip} {mode}")
                        # The large one first: part of it may be written already when the disk fails.
                        for name in ([f"{number}.loads"] if skip < 3 else []) + [f"{number}.xml"]:
                            answer = self.get(name)
                            self.assertEqual(answer.status, 200, name)
                            self.assertTrue(answer.body == self.right(name), f"{name} was served wrong")
                            names.append(name)
                order("")
                self.assertTrue(daemon.process.running, f"{call} {error}")
            failed = daemon.statistic("cache-write-errors") - failed_before
            self.assertGreaterEqual(failed, 4, f"the faults of {call} did not reach the cache")

        # It recovers by itself.
        self.get("after.xml")
        listed = lambda: str(daemon.command("tftp-cache-list").get("arguments"))
        self.later(lambda: "after.xml" in listed(), 10, "a file is cached again")
        self.assertEqual(daemon.stop(), 0)
        self.run_tftpd()
        self.assertGreater(self.check_what_the_cache_gives([*names, "after.xml"]), 0)
        self.assertEqual(self.get("after.xml").status, 200)

    def test_TwentyKills(self):
        chance = random.Random(20)
        names = []
        daemon = self.run_tftpd()
        for number in range(20):
            ask = [f"kill-{number}.loads", f"kill-{number}.xml"]
            connections = [clients.HttpConnection(self.phone, V4) for _ in ask]
            for connection, name in zip(connections, ask):
                connection.send(clients.phone_http_request(V4, name))
            time.sleep(chance.uniform(0, 0.03))
            daemon.process.kill()
            for connection in connections:
                connection.close()
            start = time.monotonic()
            daemon.start()
            self.assertLess(time.monotonic() - start, 2 * paths.PATIENCE)
            names += ask
            name = chance.choice(names)
            self.assertTrue(self.get(name).body == self.right(name))
            self.assertEqual(daemon.statistic("cache-files-corrupt"), 0)
        self.assertGreater(self.check_what_the_cache_gives(names), 0)
        self.assertEqual(daemon.statistic("cache-files-corrupt"), 0)
