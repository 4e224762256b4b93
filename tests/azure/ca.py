# SPDX-License-Identifier: MIT
# Makes the test CA and its server certificates, new at each start, and the TLS contexts for them.
# Knows nothing of what is served: it is given the names.

import datetime
import ipaddress
import ssl

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

KINDS = ("trusted", "untrusted", "expired", "wrong-host")


def _name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def builder(subject, issuer, key, days):
    now = datetime.datetime.utcnow()
    begin = now - datetime.timedelta(days=2)
    return (x509.CertificateBuilder().subject_name(_name(subject)).issuer_name(_name(issuer))
            .public_key(key.public_key()).serial_number(x509.random_serial_number())
            .not_valid_before(begin).not_valid_after(now + datetime.timedelta(days=days)))


def _usage(**wanted):
    names = ("digital_signature", "content_commitment", "key_encipherment",
             "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign",
             "encipher_only", "decipher_only")
    return x509.KeyUsage(**{name: wanted.get(name, False) for name in names})


class Authority:
    """A CA that signs leaves; its key never leaves the process."""

    def __init__(self, name):
        self.name = name
        self.key = ec.generate_private_key(ec.SECP256R1())
        public = self.key.public_key()
        self.certificate = (
            builder(name, name, self.key, 30)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .sign(self.key, hashes.SHA256()))

    def pem(self):
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def leaf(self, names, days=20):
        """A certificate and its key for the names, both as PEM."""
        key = ec.generate_private_key(ec.SECP256R1())
        issuer = self.key.public_key()
        entries = [_general(name) for name in names]
        certificate = (
            builder("keybearer test server", self.name, key, days)
            .add_extension(x509.SubjectAlternativeName(entries), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(digital_signature=True), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]),
                           critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()),
                           critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer),
                           critical=False)
            .sign(self.key, hashes.SHA256()))
        plain = serialization.NoEncryption()
        return (certificate.public_bytes(serialization.Encoding.PEM),
                key.private_bytes(serialization.Encoding.PEM,
                                  serialization.PrivateFormat.PKCS8, plain))


def _general(name):
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _context(folder, stem, pair):
    """A server context; Python loads keys from files only, so they pass through the folder."""
    path = folder / f"{stem}.pem"
    path.touch(mode=0o600)
    path.write_bytes(pair[0] + pair[1])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    context.load_cert_chain(path)
    path.unlink()
    return context


def contexts(folder, names):
    """TLS contexts by kind; writes the trusted CA to folder/ca.pem."""
    good, stranger = Authority("keybearer test CA"), Authority("keybearer stranger CA")
    (folder / "ca.pem").write_bytes(good.pem())
    leaves = {
        "trusted": good.leaf(names),
        "untrusted": stranger.leaf(names),
        "expired": good.leaf(names, days=-1),
        "wrong-host": good.leaf(["other.example"]),
    }
    return {kind: _context(folder, kind, leaves[kind]) for kind in KINDS}
