"""Where the programs under test are.

By default the ones that `make build` leaves in build/bin and build/lib. BRANCHLINE_BIN (a directory) and BRANCHLINE_HOOK (a
file) choose others; BRANCHLINE_SANITIZED=1 says that they were built with AddressSanitizer.
"""

import os
import pathlib
import platform
import subprocess

CHECKOUT = pathlib.Path(__file__).resolve().parents[3]

BIN = pathlib.Path(os.environ.get("BRANCHLINE_BIN") or CHECKOUT / "build/bin")
TFTPD = BIN / "branchline-tftpd"
SIGNER = BIN / "branchline-signer"
CTL = BIN / "branchlinectl"
HOOK = pathlib.Path(os.environ.get("BRANCHLINE_HOOK") or CHECKOUT / "build/lib/libdhcp_branchline.so")
HOOK_NAME = "libdhcp_branchline.so"
KEA_HOOKS = pathlib.Path(f"/usr/lib/{platform.machine()}-linux-gnu/kea/hooks")

SANITIZED = os.environ.get("BRANCHLINE_SANITIZED") == "1"
# How much longer than on a quiet machine things may take before a test calls it too long.
PATIENCE = float(os.environ.get("BRANCHLINE_PATIENCE") or (4 if SANITIZED else 1))


class Missing(RuntimeError):
    """Something that is needed is not there; the text says what to do."""


def require(*programs):
    for program in programs:
        if not pathlib.Path(program).exists():
            raise Missing(f"{program} does not exist. Run 'make build' first (it builds and puts the programs there).")


def require_commands(*names):
    import shutil

    missing = [name for name in names if not shutil.which(name)]
    if missing:
        raise Missing(
            f"these programs are missing here: {', '.join(missing)}. They come with the Debian 13 root: run this through "
            "'image/sdk/enter --own-netns-names …' or by 'make'."
        )


def sanitizer_environment(work, leaks):
    """What a sanitized program needs: reports in files of their own, so that none is overlooked."""
    if not SANITIZED:
        return {}
    reports = pathlib.Path(work) / "sanitizer"
    reports.mkdir(parents=True, exist_ok=True)
    return {
        "ASAN_OPTIONS": f"detect_leaks={1 if leaks else 0}:log_path={reports}/report:exitcode=99:alloc_dealloc_mismatch=0"
        ":detect_odr_violation=0",
        "UBSAN_OPTIONS": f"log_path={reports}/report:print_stacktrace=1",
    }


def preload_for_kea():
    """Kea itself is Debian's and knows nothing of the sanitizer's run time, which must come first."""
    if not SANITIZED:
        return {}
    libraries = [
        subprocess.run(["gcc", f"-print-file-name={name}"], capture_output=True, text=True, check=True).stdout.strip()
        for name in ("libasan.so", "libubsan.so")
    ]
    return {"LD_PRELOAD": ":".join(libraries)}


def sanitizer_reports(work):
    return sorted((pathlib.Path(work) / "sanitizer").glob("report*"))
