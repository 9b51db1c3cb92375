"""Signs what starts the box: PE programs for UEFI Secure Boot, and files that the boot loader checks by their OpenPGP signature."""

import datetime
import os
import pathlib
import subprocess
import tempfile

KEYS = pathlib.Path(os.environ.get("BRANCHLINE_KEYS") or "/var/cache/branchline/keys")
PUBLIC = KEYS / "boot.public.gpg"
CERTIFICATE = KEYS / "secureboot.cert.pem"


def sign_program(path, epoch):
    """In place, beside the signatures that it may have. The time is part of the signature, and sbsign takes the clock's."""
    when = datetime.datetime.fromtimestamp(int(epoch), datetime.timezone.utc).strftime("%Y-%m-%d %H:%M:%S")
    subprocess.run(["env", "TZ=UTC", "faketime", "-f", when, "sbsign", "--key", KEYS / "secureboot.key.pem", "--cert", CERTIFICATE, "--output", path, path],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip


def sign_files(paths, epoch):
    """FILE.sig beside each; the same bytes for the same file and time."""
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "GNUPGHOME": home}
        gpg = ["gpg", "--batch", "--quiet", "--no-permission-warning", "--pinentry-mode", "loopback", "--passphrase", ""]
        subprocess.run([*gpg, "--import", KEYS / "boot.secret.gpg"], env=environment, check=True, stderr=subprocess.DEVNULL)
        for path in paths:
            subprocess.run([*gpg, "--yes", "--faked-system-time", f"{epoch}!", "--digest-algo", "SHA256", "--detach-sign",
                            "--output", f"{path}.sig", path], env=environment, check=True)  # fmt: skip
        subprocess.run(["gpgconf", "--kill", "gpg-agent"], env=environment, check=False)
