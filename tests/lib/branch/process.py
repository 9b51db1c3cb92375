"""Programs that are started, watched by their log, and surely ended."""

import os
import re
import signal
import subprocess
import time


class Ended(RuntimeError):
    """A program ended that should have gone on."""


class Process:
    """A program that runs in the background. Its output goes to a file; the kernel kills it when this program dies.

    A process belongs to the thread that started it: when that thread ends, the kernel kills the process too.
    """

    def __init__(self, label, command, log, namespace=None, env=None, cwd=None):
        self.label = label
        self.log = log
        self.command = [str(word) for word in command]
        environment = dict(os.environ)
        environment.update(env or {})
        log.parent.mkdir(parents=True, exist_ok=True)
        with open(log, "ab") as output:
            start = lambda: subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *self.command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment,
                cwd=cwd,
            )
            if namespace is None:
                self.process = start()
            else:
                with namespace:
                    self.process = start()

    @property
    def pid(self):
        return self.process.pid

    @property
    def running(self):
        return self.process.poll() is None

    def output(self, since=0):
        """What the program wrote, from byte `since` on."""
        with open(self.log, "rb") as file:
            file.seek(since)
            return file.read().decode("utf-8", "replace")

    def mark(self):
        """How much has been written so far; for output(since) and wait_for(since)."""
        return self.log.stat().st_size

    def wait_for(self, pattern, timeout=10, since=0):
        """Waits until the output matches; returns the match. Raises if the program ends or the time is over."""
        end = time.monotonic() + timeout
        expression = re.compile(pattern, re.MULTILINE)
        while True:
            running = self.running
            found = expression.search(self.output(since))
            if found:
                return found
            if not running:
                raise Ended(f"{self.label} ended with {self.process.returncode}; the end of its log {self.log}:\n{self.tail()}")
            if time.monotonic() > end:
                raise TimeoutError(
                    f"{self.label} did not write /{pattern}/ within {timeout} s; the end of its log {self.log}:\n{self.tail()}"
                )
            time.sleep(0.01)

    def tail(self, lines=15):
        return "\n".join(self.output().splitlines()[-lines:])

    def signal(self, number):
        if self.running:
            self.process.send_signal(number)

    def wait(self, timeout=10):
        return self.process.wait(timeout)

    def stop(self, timeout=10):
        """Asks the program to end, and kills it if it does not. Returns its exit status; -9 = had to be killed."""
        if self.running:
            self.signal(signal.SIGTERM)
            try:
                self.process.wait(timeout)
            except subprocess.TimeoutExpired:
                self.kill()
        return self.process.returncode

    def kill(self):
        if self.running:
            self.process.kill()
        return self.process.wait(10)


def eventually(check, timeout=10, interval=0.05, what=None):
    """Calls `check` until it returns something true; returns that. Bounded: raises TimeoutError."""
    end = time.monotonic() + timeout
    last = None
    while True:
        try:
            value = check()
            if value:
                return value
            last = value
        except (AssertionError, OSError, LookupError, RuntimeError, ValueError) as error:
            last = error
        if time.monotonic() > end:
            raise TimeoutError(f"not within {timeout} s: {what or getattr(check, '__doc__', None) or check}; last: {last!r}")
        time.sleep(interval)
