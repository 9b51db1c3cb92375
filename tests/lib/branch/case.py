"""The base of the integration tests: one branch a class, logs kept when something failed, an end to everything.

A class says what it needs in `prepare()`, which runs once for the class; each test then uses self.branch, self.box and what
prepare() left in the class. No test may need another one to have run.
"""

import os
import random
import signal
import unittest

from . import kea, paths, tftpd
from .branch import Branch
from .process import eventually


class TookTooLong(Exception):
    pass


def some_bytes(size, seed=1):
    """Bytes that compress badly and repeat nowhere, the same for the same seed."""
    return random.Random(seed).randbytes(size)


class BranchTest(unittest.TestCase):
    time_limit = 60  # seconds a test (and prepare) may take, before patience is counted in
    branch_options = {}  # for Branch()
    needs = (paths.TFTPD, paths.HOOK)  # programs under test

    @classmethod
    def prepare(cls):
        pass

    @classmethod
    def setUpClass(cls):
        paths.require(*cls.needs)
        cls.failed = False
        cls._watch(cls.time_limit)
        try:
            cls.branch = Branch(cls.__name__, **cls.branch_options)
            cls.box = cls.branch.box
            try:
                cls.prepare()
            except BaseException:
                cls.failed = True
                cls._close()
                raise
        finally:
            signal.alarm(0)

    @classmethod
    def tearDownClass(cls):
        cls._watch(cls.time_limit)
        try:
            cls._close()
        finally:
            signal.alarm(0)

    @classmethod
    def _close(cls):
        # Daemons first, so that a sanitizer's word at the end is there to be read.
        for process in getattr(cls.box, "_processes", ()):
            process.stop(15)
        reports = paths.sanitizer_reports(cls.branch.work)
        said = "\n".join(file.read_text(errors="replace") for file in reports)
        keep = (cls.failed or reports) and os.environ.get("BRANCHLINE_TEST_LOGS")
        cls.branch.close(keep_logs_in=os.path.join(keep, cls.__module__ + "." + cls.__name__) if keep else None)
        if reports:
            raise AssertionError(f"a sanitizer reported:\n{said[:8000]}")

    @classmethod
    def _watch(cls, seconds):
        def end(*unused):
            raise TookTooLong(f"not done within {seconds * paths.PATIENCE:.0f} s")

        signal.signal(signal.SIGALRM, end)
        signal.alarm(int(seconds * paths.PATIENCE) or 1)

    def run(self, result=None):
        before = len(result.failures) + len(result.errors)
        self._watch(self.time_limit)
        try:
            super().run(result)
        finally:
            signal.alarm(0)
            if len(result.failures) + len(result.errors) > before:
                type(self).failed = True

    # What many tests need.

    @classmethod
    def start_tftpd(cls, *clusters, arguments=(), **more):
        cls.tftpd = cls.branch.own(tftpd.Tftpd(cls.box, tftpd.document(cls.box, clusters, **more), arguments).start())
        return cls.tftpd

    @classmethod
    def start_kea(cls, family, parameters=None, **more):
        make = kea.dhcp4 if family == 4 else kea.dhcp6
        return cls.branch.own(kea.Kea(cls.box, family, make(cls.box, parameters, **more)).start())

    def later(self, check, timeout=10, what=None):
        """`check` holds within that time, or the test fails."""
        try:
            return eventually(check, timeout * paths.PATIENCE, what=what)
        except TimeoutError as error:
            raise self.failureException(str(error)) from None

    def becomes(self, wanted, ask, timeout=10, what=""):
        """`ask` returns `wanted` within that time, or the test fails and shows what it returned last."""
        last = []

        def check():
            last[:] = [ask()]
            return last[0] == wanted

        try:
            return eventually(check, timeout * paths.PATIENCE)
        except TimeoutError:
            seen = repr(last[0]) if last else "nothing"
            raise self.failureException(
                f"{what}: wanted {wanted!r} within {timeout * paths.PATIENCE:.0f} s, the last was {seen}"
            ) from None

    def link_local(self, host):
        """Waits until the host may use its link-local address, which DHCPv6 asks from."""
        self.later(lambda: "fe80" in host.run(["ip", "-6", "addr", "show", "dev", "eth0", "-tentative"]).stdout, what="link-local")

    def own(self, thing):
        """Closes or stops `thing` when this test ends."""
        self.addCleanup(getattr(thing, "close", None) or thing.stop)
        return thing
