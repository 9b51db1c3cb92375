"""Keys, certificates, signed files and trust lists, made and checked by openssl and this file alone: nothing of the project's own
code is used, so that what the project makes and what it takes is held against something independent."""

import pathlib
import re
import struct
import subprocess

MODULUS = {1024: 1, 2048: 2, 4096: 3}
DIGESTS = {1: "sha1", 2: "sha256", 3: "sha512"}
ORDER = ("CN", "OU", "O", "L", "ST", "C")


def openssl(*arguments, given=b""):
    return subprocess.run(("openssl", *map(str, arguments)), input=given, capture_output=True, check=True, timeout=60).stdout


class Authority:
    """An RSA or EC key with a certificate of its own, as CUCM's CallManager certificate is."""

    def __init__(self, directory, name, kind="rsa:2048", days=365, subject=None):
        self.directory = pathlib.Path(directory)
        self.name = name
        self.is_rsa = kind.startswith("rsa")
        self.key = self.directory / f"{name}.key"
        self.certificate = self.directory / f"{name}.pem"
        subject = subject or f"/C=DE/O=Example/OU=voice/CN={name}/ST=BB/L=Branch"
        algorithm = ["-newkey", kind] if self.is_rsa else ["-newkey", "ec", "-pkeyopt", f"ec_paramgen_curve:{kind}"]
        openssl("req", "-x509", *algorithm, "-nodes", "-keyout", self.key, "-out", self.certificate, "-days", days,
                "-subj", subject, "-sha256")

    @property
    def pem(self):
        return self.certificate.read_text()

    @property
    def der(self):
        return openssl("x509", "-in", self.certificate, "-outform", "DER")

    def subject(self):
        return name_of(self.certificate, "subject")

    def serial(self):
        return bytes.fromhex(openssl("x509", "-in", self.certificate, "-noout", "-serial").decode().strip().split("=")[1]).lstrip(b"\0")

    def bits(self):
        return int(re.search(r"Public-Key: \((\d+) bit", openssl("x509", "-in", self.certificate, "-noout", "-text").decode())[1])

    def sign(self, digest, data):
        return openssl("dgst", f"-{digest}", "-sign", self.key, given=data)

    def public_key(self):
        """As trust lists carry it."""
        pem = openssl("x509", "-in", self.certificate, "-noout", "-pubkey")
        if not self.is_rsa:
            return openssl("pkey", "-pubin", "-outform", "DER", given=pem)[-(1 + 2 * ((self.bits() + 7) // 8)):]
        return openssl("rsa", "-pubin", "-RSAPublicKey_out", "-outform", "DER", given=pem)


def name_of(certificate, which):
    """A certificate's subject or issuer in Cisco's form."""
    line = openssl("x509", "-in", certificate, "-noout", f"-{which}", "-nameopt", "sep_multiline,utf8").decode()
    parts = dict(part.strip().split("=", 1) for part in line.splitlines()[1:])
    return ";".join(f"{word}={parts[word]}" for word in ORDER if word in parts)


def field(tag, value):
    return struct.pack("!BH", tag, len(value)) + value


def text(tag, value):
    return field(tag, value.encode() + b"\0")


def sign(authority, name, body, digest=1, time=1_800_000_000, version=(1, 0), signer_version=None, ca_first=False):
    """The body in a signed file's envelope. `ca_first`: the order of the signer's elements that other makers use."""
    subject, serial, issuer = text(4, authority.subject()), field(5, authority.serial()), text(6, authority.subject())
    identity = subject + (issuer + serial if ca_first else serial + issuer)
    bits = authority.bits()
    info = field(8, bytes([digest])) + field(9, field(10, b"\0") + field(11, bytes([MODULUS[bits]])))
    extra = field(28, bytes(signer_version)) if signer_version else b""
    between = extra + field(3, identity) + field(7, info)
    after = text(14, name) + field(15, struct.pack("!I", time))
    size = 10 + len(between) + 3 + bits // 8 + len(after)
    after += b"\x0d" * (-size % 4)
    before = field(1, bytes(version)) + field(2, struct.pack("!H", size + -size % 4)) + between
    return before + field(12, authority.sign(DIGESTS[digest], before + after + body)) + after + body


def record(authority, role, host, certificate=True):
    """A trust list's record of an authority's certificate."""
    body = text(2, host) + text(3, authority.subject()) + field(4, struct.pack("!H", role)) + text(5, authority.subject())
    body += field(6, authority.serial()) + field(7, authority.public_key())
    body += field(9, authority.der) if certificate else b""
    return field(1, struct.pack("!H", 5 + len(body))) + body


class Parsed:
    """A signed file taken apart, as formats describe it; knows nothing of how the project does it."""

    def __init__(self, data):
        self.size = struct.unpack("!H", data[8:10])[0]
        self.body = data[self.size:]
        self.tags = []
        self.values = {}
        at = 0
        while at < self.size and data[at] != 13:
            tag, length = struct.unpack("!BH", data[at:at + 3])
            self.tags.append(tag)
            if tag in (3, 7, 9):
                at += 3
                continue
            self.values[tag] = data[at + 3:at + 3 + length]
            if tag == 12:
                self.hashed = data[:at] + data[at + 3 + length:]
            at += 3 + length
        self.padding = data[at:self.size]

    def text(self, tag):
        assert self.values[tag].endswith(b"\0")
        return self.values[tag][:-1].decode()

    def verifies(self, certificate, directory):
        """Does openssl find the signature to be one by this certificate's key?"""
        directory = pathlib.Path(directory)
        (directory / "signature").write_bytes(self.values[12])
        (directory / "public.pem").write_bytes(openssl("x509", "-in", certificate, "-noout", "-pubkey"))
        done = subprocess.run(("openssl", "dgst", f"-{DIGESTS[self.values[8][0]]}", "-verify", directory / "public.pem", "-signature",
                               directory / "signature"), input=self.hashed, capture_output=True, timeout=60)
        return done.returncode == 0
