"""The firmware's bill of materials (CycloneDX 1.5): every Debian package of which something is in the root, and our own programs.

It is whole, or there is no image: each program, library and kernel module in the root must belong to one of its components.
"""

import hashlib
import json
import os
import pathlib
import uuid

OWN = {
    "branchline-tftpd": "usr/sbin/branchline-tftpd",
    "branchline-signer": "usr/sbin/branchline-signer",
    "branchlinectl": "usr/bin/branchlinectl",
    "branchline-appliance": "usr/sbin/branchline-appliance",
    "libdhcp_branchline.so": "usr/lib/{triplet}/kea/hooks/libdhcp_branchline.so",
}


def used_packages(tree, owner, boot):
    """The packages of which at least one file is in the tree, and those in `boot`, which make the boot loader; sorted. The kernel's modules
    are unpacked, so its name differs."""
    used = {owner[path] for path in files(tree) if path in owner}
    return sorted(used | {*boot} | {name for name in owner.values() if name.startswith("linux-image")})


def files(tree):
    for base, _, names in os.walk(tree):
        for name in names:
            yield os.path.relpath(os.path.join(base, name), tree)


def without_owner(tree, owner, own):
    """Programs, libraries and modules that no component brings."""
    found = []
    for path in files(tree):
        full = pathlib.Path(tree) / path
        if path in owner or path + ".xz" in owner or path in own or full.is_symlink():
            continue
        with open(full, "rb") as opened:
            if opened.read(4) == b"\x7fELF":
                found.append(path)
    return sorted(found)


def write(root, out):
    """For a filled Root of image/build/root: `out`, and the same in the root."""
    own = {name: path.format(triplet=root.triplet) for name, path in OWN.items()}
    lost = without_owner(root.tree, root.owner, own.values())
    if lost:
        raise SystemExit(f"in the root, and of no package: {' '.join(lost)}")
    components = [
        {"type": "application", "name": name, "version": root.version, "licenses": [{"license": {"id": "MPL-2.0"}}],
         "hashes": [{"alg": "SHA-256", "content": hashlib.sha256((root.tree / path).read_bytes()).hexdigest()}]}
        for name, path in own.items()
    ]  # fmt: skip
    for name in root.used:
        version, digest, _ = root.packages[name]
        components.append(
            {"type": "operating-system" if name.startswith("linux-image") else "library", "name": name, "version": version,
             "purl": f"pkg:deb/debian/{name}@{version.replace(':', '%3A')}?arch={root.architecture}&distro=trixie",
             "hashes": [{"alg": "SHA-256", "content": digest}]}
        )  # fmt: skip
    serial = uuid.uuid5(uuid.NAMESPACE_URL, f"branchline-{root.board}-{root.version}")
    text = json.dumps(
        {"bomFormat": "CycloneDX", "specVersion": "1.5", "serialNumber": f"urn:uuid:{serial}", "version": 1,
         "metadata": {"component": {"type": "firmware", "name": f"branchline-{root.board}", "version": root.version}},
         "components": components}, indent=1)  # fmt: skip
    out.write_text(text + "\n")
    (root.tree / "usr/share/doc/branchline/sbom.cdx.json").write_text(text + "\n")
