"""A program at a terminal of its own, with somebody who reads and types."""

import os
import pty
import re
import select
import subprocess
import time


class Terminal:
    def __init__(self, namespace, command):
        self.master, slave = pty.openpty()
        with namespace:
            self.process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *map(str, command)], stdin=slave, stdout=slave,
                                            stderr=slave, start_new_session=True)  # fmt: skip
        os.close(slave)
        self.text = ""

    def _read(self, seconds):
        if not select.select([self.master], [], [], max(0, seconds))[0]:
            return True
        try:
            part = os.read(self.master, 4096)
        except OSError:  # the program has closed the terminal's other end
            return False
        self.text += part.decode(errors="replace").replace("\r\n", "\n")
        return True

    def wait_for(self, pattern, timeout=10):
        """The match, once the program has written it."""
        end = time.monotonic() + timeout
        going = True
        while not (found := re.search(pattern, self.text)):
            if not going or time.monotonic() > end:
                raise AssertionError(f"no /{pattern}/ at the terminal, but:\n{self.text}")
            going = self._read(end - time.monotonic())
        return found

    def type(self, text):
        os.write(self.master, text.encode())

    def end(self, timeout=10):
        """The program's exit status, once it has ended."""
        end = time.monotonic() + timeout
        while self._read(end - time.monotonic()) and time.monotonic() < end:
            pass
        return self.process.wait(max(0.1, end - time.monotonic()))

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)
        os.close(self.master)
