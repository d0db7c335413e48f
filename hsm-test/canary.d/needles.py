"""The secrets of an instance, in every spelling in which they could leak."""

import base64
import re

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from orders import VALUE

KEY = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----", re.S)


class Needles:
    """Text to look for by one pass of grep, and bytes to look for one by one; each with the name
    of its secret."""

    def __init__(self):
        self.text, self.raw, self.kinds = {}, {}, {}

    def add_text(self, name, *spellings):
        for spelling in spellings:
            if len(spelling) < 12 or "\n" in spelling:
                raise ValueError(f"{name}: a spelling that cannot be looked for")
            self.text[spelling] = name

    def add_bytes(self, name, secret):
        self.raw[secret] = name
        self.add_text(name, secret.hex(), secret.hex().upper(), base64_of(secret),
                      base64_of(secret).translate(str.maketrans("+/", "-_")))

    def count(self, kind):
        self.kinds[kind] = self.kinds.get(kind, 0) + 1


def base64_of(secret):
    return base64.b64encode(secret).decode().rstrip("=")


def gather(instance, extra_keys=()):
    """PINs, the code key, every mailed value, every private key that lies in a file. The CA's own
    keys cannot be looked for: no one can read them from the token."""
    found = Needles()
    for path in sorted((instance / "secrets").glob("*.pin")):
        pin = path.read_text()
        found.add_text(f"PIN {path.stem}", pin, pin.upper(), pin.encode().hex(), base64_of(pin.encode()))
        found.count("PINs")
    found.add_bytes("the code key", (instance / "secrets/mailbox-code").read_bytes())
    found.count("code key")
    for line in (instance / "secrets/document-keys").read_text().splitlines():
        found.add_bytes("a key of documents", bytes.fromhex(line.split()[1]))
        found.count("document keys")
    for path in sorted((instance / "mail").glob("*.eml")):
        text = path.read_text("utf-8", "replace").replace("\r\n", "\n")
        for value in VALUE.findall(text):
            bare = value.replace("-", "")
            found.add_text(f"a value mailed in {path.name}", value, bare, value.lower(), bare.lower(),
                           value.encode().hex(), base64_of(value.encode()))
            found.count("mailed values")
    files = [*(instance / "tls").glob("*.key"), *(instance / "ceremony").glob("*.pem"),
             *(instance / "walks").glob("*/user.key"), instance / "clients.pem", *extra_keys]
    for path in files:
        for pem in KEY.findall(path.read_bytes()) if path.exists() else ():
            private_key(found, f"a key of {path.name}", pem)
    return found


def private_key(found, name, pem):
    """The key's secret numbers, and those lines of its PEM that hold them."""
    key = serialization.load_pem_private_key(pem, None)
    lines = pem.decode().splitlines()[1:-1]
    if isinstance(key, rsa.RSAPrivateKey):
        numbers = key.private_numbers()
        secrets = [n.to_bytes((n.bit_length() + 7) // 8, "big")
                   for n in (numbers.p, numbers.q, numbers.d)]
        # The modulus fills the first quarter, and is public.
        lines = lines[len(lines) // 3:]
    elif isinstance(key, ec.EllipticCurvePrivateKey):
        secrets = [key.private_numbers().private_value.to_bytes((key.key_size + 7) // 8, "big")]
        # PKCS #8: the scalar ends in the second line, what follows is the public key.
        lines = lines[:2]
    elif isinstance(key, ed25519.Ed25519PrivateKey):
        secrets = [key.private_bytes_raw()]
    else:
        raise ValueError(f"{name}: a kind of key this test does not know")
    for secret in secrets:
        found.add_bytes(name, secret)
    found.add_text(name, *(line for line in lines if len(line) >= 32))
    found.count("private keys")
