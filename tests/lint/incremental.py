"""Runs a slow check over many files and remembers which passed, so that the next run looks only at what changed.

A file that passed leaves an empty stamp at build/lint/CHECK/FINGERPRINT. The fingerprint is made from the check's own command, the
file, every file of ours that it includes, directly or not, and what the Debian 13 root consists of (the package lists).
"""
import concurrent.futures
import functools
import hashlib
import os
import pathlib
import re
import subprocess
import sys

root = pathlib.Path(__file__).resolve().parents[2]
build = root / "build/alone"
jobs = int(os.environ.get("JOBS") or os.cpu_count() or 1)

include_line = re.compile(rb'^[ \t]*#[ \t]*include[ \t]+"([^"\n]+)"', re.M)
surroundings = b"".join((root / name).read_bytes() for name in
                        ("image/sdk/packages-build.txt", "image/sdk/packages-test.txt", ".clang-tidy", "cmake/compiler.cmake"))


@functools.lru_cache(maxsize=None)
def text_and_includes(path):
    """A file's bytes and the paths of ours that it names. An include that is found nowhere is made by the build from a .mes file."""
    content = path.read_bytes()
    found = []
    for name in include_line.findall(content):
        for directory in (root, path.parent):
            candidate = directory / name.decode()
            if candidate.is_file():
                found.append(candidate)
                break
        else:
            found.extend(sorted(root.glob(f"*/**/{pathlib.Path(name.decode()).stem}.mes")) if name.endswith(b"messages.h") else [])
    return content, found


def fingerprint(path, command):
    digest = hashlib.sha256(surroundings + repr(command).encode())
    waiting, seen = [path], set()
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        content, includes = text_and_includes(one)
        digest.update(content)
        waiting.extend(includes)
    return digest.hexdigest()


def ours(ending):
    """The sources or headers of the daemon, the hook and the appliance's own program."""
    return sorted(path for folder in ("tftpd", "kea-hooks", "image/appliance") for path in (root / folder).rglob("*" + ending))


def check_each(name, commands, whole=True):
    """`commands`: path to a command whose success means that the file is good. `whole`: they are all that there is, so that stamps
    of others are thrown away. Ends the program: 0 if all files are good."""
    stamps = root / "build/lint" / name
    stamps.mkdir(parents=True, exist_ok=True)
    marks = {path: stamps / fingerprint(path, command) for path, command in commands.items()}
    known = set(marks.values())
    for stamp in stamps.iterdir() if whole else ():
        if stamp not in known:
            stamp.unlink()

    def run(path):
        done = subprocess.run(commands[path], cwd=root, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode == 0:
            marks[path].touch()
        return path, done

    waiting = [path for path in commands if not marks[path].exists()]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for path, done in pool.map(run, waiting):
            if done.returncode != 0:
                failed += 1
                print(f"{name}: {path.relative_to(root)}\n{done.stdout}", flush=True)
    print(f"{name}: {len(commands)} files, {len(waiting)} looked at, {failed} with findings")
    sys.exit(1 if failed else 0)
