"""Copies what shared/web/vendor.json names out of npm packages, after checking each package's digest.

Run it after a change of vendor.json: ``python tools/vendor.py``. It needs ``npm``; the copies are kept in the
project, so nobody else does.
"""

import base64
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

WEB = Path(__file__).parents[1] / "shared" / "web"


def main() -> None:
    """Fetch every package that vendor.json names and copy its files and licence into the web layer."""
    packages: dict[str, dict[str, Any]] = json.loads((WEB / "vendor.json").read_text())
    with tempfile.TemporaryDirectory() as folder:
        for name, package in packages.items():
            archive = fetched(name, package["version"], Path(folder))
            verify(archive, package["sha512"])
            for copy in package["copies"]:
                extract(archive, copy["from"], WEB / copy["to"], copy["files"])
            print(f"{name} {package['version']}")  # noqa: T201 - the output of a command


def fetched(name: str, version: str, folder: Path) -> Path:
    """Return the path of the package's archive, downloaded from the registry that npm is set to use."""
    command = ["npm", "pack", "--silent", f"{name}@{version}"]
    run = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)  # noqa: S603 - fixed words and vendor.json
    return folder / run.stdout.split()[-1]


def verify(archive: Path, sha512: str) -> None:
    """Stop the program unless the archive has the base64 SHA-512 digest that the registry publishes for it."""
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if digest != sha512:
        sys.exit(f"{archive.name} has the digest {digest}, vendor.json says {sha512}")


def extract(archive: Path, source: str, target: Path, names: list[str]) -> None:
    """Copy the named files of the package's folder ``source`` into the folder ``target``."""
    target.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive) as package:
        for name in names:
            file = package.extractfile("/".join(part for part in ("package", source, name) if part))
            if file is None:
                sys.exit(f"{archive.name} holds no file {source}/{name}")
            (target / name).write_bytes(file.read())


if __name__ == "__main__":
    main()
