"""Secrets that nobody has to think of: made once, kept in a folder, and handed over as files."""

import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.native.parts import kept_secret

PRIVATE: Final = "STEWARD_TOKEN_PRIVATE_KEY"
PUBLIC: Final = "STEWARD_TOKEN_PUBLIC_KEY"
ADMIN_PASSWORD: Final = "STEWARD_ADMIN_PASSWORD"  # noqa: S105 - a variable's name


def environment(folder: Path, services: Sequence[str], given: Mapping[str, str]) -> dict[str, str]:
    """Return ``…_FILE`` variables for every secret the services need and ``given`` lacks; the files are made once."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    wanted = {f"STEWARD_{service.upper()}_SECRET_KEY": folder / f"{service}-secret-key" for service in services}
    wanted |= {f"STEWARD_{service.upper()}_DATA_KEYS": folder / f"{service}-data-keys" for service in services}
    wanted[ADMIN_PASSWORD] = folder / "admin-password"
    missing = {variable: file for variable, file in wanted.items() if not has(given, variable)}
    for variable, file in missing.items():
        kept_secret(file, _short_password if variable == ADMIN_PASSWORD else _long_secret)
    if not (has(given, PRIVATE) or has(given, PUBLIC)):
        missing |= _key_pair(folder)
    return {f"{variable}_FILE": str(file) for variable, file in missing.items()}


def has(given: Mapping[str, str], variable: str) -> bool:
    """Say whether the environment has the setting, as a value or as a file."""
    return bool(given.get(variable) or given.get(f"{variable}_FILE"))


def _key_pair(folder: Path) -> dict[str, Path]:
    """Return the files of the pair that signs organizers' tokens; the public half is read off the private one."""
    private_file, public_file = folder / "token-private-key.pem", folder / "token-public-key.pem"
    pem = kept_secret(private_file, _new_private_key)
    key = serialization.load_pem_private_key(pem.encode("ascii"), password=None)
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    public_file.write_bytes(public)
    return {PRIVATE: private_file, PUBLIC: public_file}


def _long_secret() -> str:
    return secrets.token_urlsafe(32)


def _short_password() -> str:
    return secrets.token_urlsafe(9)  # somebody types it


def _new_private_key() -> str:
    return (
        Ed25519PrivateKey.generate()
        .private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        .decode("ascii")
    )
