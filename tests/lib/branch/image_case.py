"""The base of the firmware's tests: a branch without the daemon's own box, and the image under test."""

import os
import pathlib

from . import paths
from .appliance import BOARD
from .case import BranchTest


class ImageTest(BranchTest):
    time_limit = 900  # seconds: a start in software emulation on a busy machine is most of it
    branch_options = {"v4": False, "v6": False}
    needs = ()  # they are in the image
    image = pathlib.Path(os.environ.get("BRANCHLINE_IMAGE") or paths.CHECKOUT / "build/image" / BOARD / "disk.img")

    @classmethod
    def setUpClass(cls):
        if not cls.image.exists():
            raise paths.Missing(f"{cls.image} does not exist. Run 'make image BOARD={BOARD}' first.")
        super().setUpClass()
