"""branchlinectl: every word against the real daemon; its manual and its completions name the same words."""

import io
import json
import os
import re
import zipfile

from branch import clients, paths, tftp, tftpd
from branch.case import BranchTest, some_bytes

V4, HQ = "192.0.2.1", "198.51.100.10"
COMPLETIONS = paths.CHECKOUT / "tftpd/ctl/completion"


class Words(BranchTest):
    time_limit = 90

    @classmethod
    def prepare(cls):
        cls.box.put("file.xml", b"one")
        cls.start_tftpd(tftpd.cluster("hq", HQ, transport="tftp"))
        cls.host = cls.branch.phone_host("pc", "192.0.2.50")

    def ctl(self, *words, status=0, **options):
        done = self.box.run([paths.CTL, *words], **options)
        self.assertEqual(done.returncode, status, f"{words}: {done.stdout}{done.stderr}")
        if status in (1, 2, 4):
            self.assertTrue(done.stderr.strip(), "why not is said on standard error")
        else:
            self.assertEqual(done.stderr, "")
            self.assertTrue(done.stdout.strip())
        return done.stdout

    def get(self, name):
        answer = clients.phone_http(self.host, V4, name)
        return answer.body if answer.status == 200 else answer.status

    def test_Clusters(self):
        self.ctl("cluster", "add", "west", "--server", "198.51.100.21", "--server", "198.51.100.22", "--fqdn", "west.example",
                 "--before", "hq", "--set", "secure=false")  # fmt: skip
        listed = json.loads(self.ctl("--json", "cluster", "list"))["arguments"]["clusters"]
        self.assertEqual([one["cluster-id"] for one in listed], ["west", "hq"])
        self.assertEqual([one["address"] for one in listed[0]["tftp-servers"]], ["198.51.100.21", "198.51.100.22"])
        self.ctl("cluster", "update", "west", "--description", "the west")
        self.assertIn("the west", self.ctl("cluster", "get", "west"))
        self.assertIn("west", self.ctl("cluster", "list"))
        self.ctl("cluster", "add", "west", "--server", "198.51.100.23", status=1)
        self.ctl("cluster", "update", "nowhere", "--fqdn", "x", status=3)
        self.ctl("cluster", "update", "west", "--set", "nonsense", status=2)
        self.ctl("cluster", "update", "west", "--set", "secure={", status=2)
        self.ctl("cluster", "add", "west", status=2)
        self.ctl("cluster", "del", "west")
        self.ctl("cluster", "get", "west", status=3)
        self.ctl("cluster", "refresh", status=3)

    def test_Files(self):
        data = some_bytes(2_000_000, 4)
        file = self.branch.work / "firmware.loads"
        file.write_bytes(data)
        file.chmod(0o600)
        self.assertIn("stored", self.ctl("file", "add", file))
        self.assertTrue(self.get("firmware.loads") == data)
        self.ctl("file", "add", file, status=4)
        self.ctl("file", "add", file, "--replace")
        self.ctl("file", "add", file, "--name", "SEP001122334455.cnf.xml", status=1)
        self.ctl("file", "add", self.branch.work / "missing", status=1)
        self.ctl("file", "add", self.branch.work, status=1)
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("a/one.xml", b"1")
            archive.writestr("two.xml", b"2")
        (self.branch.work / "pack.zip").write_bytes(packed.getvalue())
        self.assertIn("2 files stored", self.ctl("file", "add", self.branch.work / "pack.zip", "--unpack", "--name", "pack"))
        self.assertEqual(self.get("pack/a/one.xml"), b"1")
        self.assertIn("pack/two.xml", self.ctl("file", "list", "pack"))
        self.assertNotIn("firmware", self.ctl("file", "list", "pack"))
        self.ctl("file", "del", "pack", status=1)
        self.ctl("file", "del", "pack", "--recursive")
        self.ctl("file", "del", "firmware.loads")
        self.ctl("file", "del", "firmware.loads", status=3)
        self.assertIn("file.xml", self.ctl("file", "list"))

    def test_AnEmptyFileIsAFile(self):
        (self.branch.work / "empty.xml").write_bytes(b"")
        self.ctl("file", "add", self.branch.work / "empty.xml")
        self.assertEqual(self.get("empty.xml"), b"")
        self.ctl("file", "del", "empty.xml")

    def test_ATerminalGetsAProgressBarAndAScriptDoesNot(self):
        file = self.branch.work / "big.bin"
        file.write_bytes(some_bytes(3_000_000, 5))
        # script(1) runs it at a terminal of its own.
        done = self.box.run(["script", "-qec", f"{paths.CTL} file add {file}", "/dev/null"])
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertRegex(done.stdout, r"big\.bin  (\[#+-+\]  )? *\d+ %  \d\.\d/3\.0 MB")
        self.assertRegex(done.stdout, r"\x1b\[K1 file stored", "the line is taken away at the end")
        self.ctl("file", "add", file, "--replace")  # where standard error must stay empty
        self.ctl("file", "del", "big.bin")

    def test_Service(self):
        self.assertIn("serving", self.ctl("service", "status"))
        with tftp.Peer(self.host, V4) as peer:
            self.box.put("big2.bin", some_bytes(100_000))
            peer.ask(tftp.rrq("big2.bin"))
            self.assertIn("1 transfers were cut off", self.ctl("service", "stop", "--timeout", "1"))
        self.assertIn("stopped", self.ctl("service", "status"))
        self.assertIn("NO: stopped by", self.ctl("status"))
        self.ctl("service", "start")
        self.assertEqual(self.get("file.xml"), b"one")
        self.ctl("service", "stop", "--no-wait")
        self.ctl("service", "start")
        self.ctl("service", "stop", "--timeout", "3601", status=2)

    def test_TheRest(self):
        for words in ("status", "statistics", "statistics http-requests", "version", "build-report", "config-get", "reload",
                      "config-write ctl-test.conf", "statistics --reset", "send list-commands", "cache flush --all"):  # fmt: skip
            with self.subTest(words):
                self.ctl(*words.split(), status=3 if words.startswith("cache") else 0)
        self.ctl("cache", "get", "nothing.xml", status=3)
        self.ctl("cache", "list", "--phone", "00:11:22:33:44:55", status=3)
        self.ctl("statistics", "no-such", "--reset", status=1)
        self.ctl("send", "no-such-command", status=1)
        for words in ((), ("--no-such-flag",), ("no-such-word",), ("cache", "flush")):
            with self.subTest(words):
                self.ctl(*words, status=2)
        self.assertEqual(json.loads(self.ctl("--json", "service", "status"))["arguments"]["state"], "serving")

    def test_AFileIsChecked(self):
        file = self.box.work / "to-check.conf"
        file.write_text('{ "Tftpd": {\n  "filez": "/x" } }')
        done = self.box.run([paths.CTL, "config-test", file])
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"to-check\.conf:2:\d+: ")
        file.write_text('{ "Tftpd": { "files": "/x" } }')
        self.assertEqual(self.box.run([paths.CTL, "config-test", file]).returncode, 0)

    def test_ADaemonThatDoesNotRunIsNamed(self):
        self.tftpd.stop()
        try:
            done = self.box.run([paths.CTL, "status"])
            self.assertEqual(done.returncode, 1)
            self.assertIn("branchline-tftpd", done.stderr)
        finally:
            self.tftpd.start()


class Help(BranchTest):
    """What the program says of itself, against what is written about it."""

    @classmethod
    def prepare(cls):
        cls.words = {}  # "cluster add": its options
        for word in cls._words([]):
            below = cls._words([word])
            for path in [[word, second] for second in below] or [[word]]:
                text = cls.box.run([paths.CTL, *path, "--help"]).stdout
                cls.words[" ".join(path)] = [o for o in re.findall(r"^  (?:-\w,\s*)?(--[a-z-]+)", text, re.M)
                                             if o not in ("--help", "--socket", "--json", "--help-all")]  # fmt: skip

    @classmethod
    def _words(cls, path):
        text = cls.box.run([paths.CTL, *path, "--help"]).stdout
        section = re.split(r"^(?:Subcommands|SUBCOMMANDS):\s*$", text, flags=re.M)
        return re.findall(r"^  ([a-z][a-z-]*)", section[1], re.M) if len(section) > 1 else []

    def test_TheWordsAreFound(self):
        self.assertIn("cluster add", self.words)
        self.assertIn("--server", self.words["cluster add"])
        self.assertGreater(len(self.words), 25)

    def test_TheManualHasThemAll(self):
        manual = (paths.CHECKOUT / "docs/man/branchlinectl.1").read_text().replace("\\-", "-")
        plain = re.sub(r"\\f.|[\"]", "", manual)
        for word, options in self.words.items():
            self.assertRegex(plain, rf"(?m)^\.\w+ .*\b{word}\b", f"{word} is not in the manual")
            for option in options:
                self.assertIn(option, plain, f"{option} of {word} is not in the manual")
        for number in range(5):
            self.assertRegex(plain, rf"\.TP\n\.B {number}\n")

    def test_TheDocumentationHasThemAll(self):
        text = (paths.CHECKOUT / "docs/commands.md").read_text()
        section = text[text.index("\n## branchlinectl") :]
        for word in self.words:
            self.assertIn(f"`{word}", section)

    def bash(self, *words):
        """What bash offers for the last of these words."""
        script = (
            f'. "{COMPLETIONS}/branchlinectl.bash"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _branchlinectl; '
            'printf "%s\\n" "${COMPREPLY[@]}"'
        )
        done = self.box.run(["bash", "-euc", script, "bash", "branchlinectl", *words])
        self.assertEqual((done.returncode, done.stderr), (0, ""), words)
        return done.stdout.split()

    def test_BashOffersThem(self):
        for word, options in self.words.items():
            path = word.split()
            for at in range(len(path)):
                self.assertIn(path[at], self.bash(*path[:at], path[at][:1]))
            for option in options:
                self.assertIn(option, self.bash(*path, option[:4]), f"{word} {option}")
        self.assertEqual(self.bash("cluster", "add", "x", "--transport", "h"), ["http"])

    def test_BashOffersTheRunningClusters(self):
        self.start_tftpd(tftpd.cluster("hq-east", HQ), tftpd.cluster("hq-west", "198.51.100.11"))
        os.environ["PATH"], before = f"{paths.BIN}:{os.environ['PATH']}", os.environ["PATH"]
        self.addCleanup(os.environ.__setitem__, "PATH", before)
        self.assertEqual(self.bash("cluster", "del", "hq"), ["hq-east", "hq-west"])
        self.assertEqual(self.bash("cache", "flush", "--cluster", "hq-w"), ["hq-west"])

    def test_ZshHasThemAllAndTakesTheFile(self):
        text = (COMPLETIONS / "_branchlinectl").read_text()
        for word, options in self.words.items():
            for one in [*word.split(), *options]:
                self.assertRegex(text, rf"(?<![\w-]){re.escape(one)}(?![\w-])", f"{word}: {one}")
        done = self.box.run(["zsh", "-fc", f'autoload -Uz compinit; compinit -D -u; fpath=("{COMPLETIONS}" $fpath); '
                             "autoload -Uz +X _branchlinectl && print good"])  # fmt: skip
        self.assertEqual((done.returncode, done.stdout.strip()), (0, "good"), done.stderr)
        self.assertEqual(self.box.run(["zsh", "-n", COMPLETIONS / "_branchlinectl"]).returncode, 0)
