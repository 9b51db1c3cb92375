"""Update bundles for the firmware under test, made as `make bundle` makes them."""

import os
import subprocess

from . import paths
from .appliance import BOARD


def make(out, version, slots, keys=None, board=BOARD):
    """The file `out`, a bundle of what is in the folder `slots` (root.img and boot.img); `keys`: a folder as image/build/keys makes it."""
    environment = {**os.environ, "BRANCHLINE_VERSION": version, **({"BRANCHLINE_KEYS": str(keys)} if keys else {})}
    subprocess.run([paths.CHECKOUT / "image/build/bundle", board, slots, out], env=environment, check=True, stdout=subprocess.PIPE)
    return out
