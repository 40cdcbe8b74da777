"""The keys and certificates of the matrix: good ones, old ones, faulty ones, an authority whose links can be left out."""
import base64
import pathlib
import subprocess

# Of an authority's own `openssl ca`; an extension section each fault.
CONFIGURATION = """[ca]
default_ca=d
[d]
database=index.txt
serial=serial
new_certs_dir=.
default_md=sha256
policy=p
unique_subject=no
default_crl_days=30
[p]
commonName=supplied
[authority]
basicConstraints=critical,CA:TRUE
[server]
subjectAltName=DNS:localhost,IP:127.0.0.1
[fetchable]
subjectAltName=DNS:localhost,IP:127.0.0.1
authorityInfoAccess=caIssuers;URI:http://ca.example/middle.crt
[elsewhere]
subjectAltName=DNS:db.example,IP:127.0.0.2
[client]
subjectAltName=DNS:localhost,IP:127.0.0.1
extendedKeyUsage=clientAuth
[encrypts]
subjectAltName=DNS:localhost,IP:127.0.0.1
keyUsage=keyEncipherment
"""
# name: key, issuer, section, first and last day, more
ISSUED = {
    "expired": ("rsa:2048", "rsa", "server", "20170901", "20180901"),
    "middle": ("rsa:2048", "root", "authority", "20200101", "20450101"),
    "old-middle": ("rsa:2048", "root", "authority", "20150101", "20200101"),
    "leaf": ("rsa:2048", "middle", "server", "20260101", "20270601"),
    "fetchable": ("rsa:2048", "middle", "fetchable", "20260101", "20270601"),
    "below-old": ("rsa:2048", "old-middle", "server", "20260101", "20270601"),
    "below-stranger": ("rsa:2048", "stranger", "server", "20260101", "20270601"),
    "elsewhere": ("rsa:2048", "root", "elsewhere", "20260101", "20270601"),
    "client": ("rsa:2048", "root", "client", "20260101", "20270601"),
    "encrypts": ("rsa:2048", "root", "encrypts", "20260101", "20270601"),
    "authority": ("rsa:2048", "root", "authority", "20260101", "20270601"),
    "future": ("rsa:2048", "root", "server", "20400101", "20410101"),
    "long": ("rsa:2048", "root", "server", "20200101", "20450101"),
    "md5": ("rsa:2048", "root", "server", "20260101", "20270601", "-md", "md5"),
    "revoked": ("rsa:2048", "root", "server", "20260101", "20270601"),
    "p384": ("ec:P-384", "root", "server", "20260101", "20270601"),
}
SHOWN = {"whole": ("leaf", "middle"), "fetchable-alone": ("fetchable",), "untidy": ("leaf", "root", "middle"), "twice": ("leaf", "middle", "middle"),
         "old-chain": ("below-old", "old-middle"), "strange-chain": ("below-stranger", "stranger")}


def make(where):
    """All of them as NAME.pem and NAME.key in `where`; the DER of rsa.pem."""
    def run(*args):
        return subprocess.run(["openssl", *args], cwd=where, check=True, capture_output=True).stdout

    def issue(name, key, issuer, section, first, last, *more):
        kind, detail = key.split(":")
        new = ["-newkey", "ec", "-pkeyopt", f"ec_paramgen_curve:{detail}"] if kind == "ec" else ["-newkey", key]
        common = "localhost" if section != "authority" else name
        run("req", "-new", *new, "-nodes", "-keyout", f"{name}.key", "-out", "request", "-subj", f"/CN={common}")
        run("ca", "-batch", "-config", "ca.cnf", "-in", "request", "-out", f"{name}.pem", "-cert", f"{issuer}.pem", "-keyfile", f"{issuer}.key",
            "-extensions", section, "-startdate", f"{first}000000Z", "-enddate", f"{last}000000Z", "-notext", *more)

    own = ["-nodes", "-days", "365", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    for name, key in (("rsa", ["-newkey", "rsa:2048"]), ("rsa1024", ["-newkey", "rsa:1024"]), ("rsa4096", ["-newkey", "rsa:4096"]),
                      ("ec", ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]), ("ed", ["-newkey", "ed25519"]),
                      ("sha1", ["-newkey", "rsa:2048", "-sha1"]), ("e3", ["-newkey", "rsa:2048", "-pkeyopt", "rsa_keygen_pubexp:3"])):
        run("req", "-x509", *key, "-keyout", f"{name}.key", "-out", f"{name}.pem", *own)
    for name in ("root", "stranger"):
        run("req", "-x509", "-newkey", "rsa:2048", "-keyout", f"{name}.key", "-out", f"{name}.pem", "-nodes", "-days", "3650", "-subj", f"/CN={name}")
    pathlib.Path(where, "ca.cnf").write_text(CONFIGURATION)
    pathlib.Path(where, "index.txt").touch()
    pathlib.Path(where, "serial").write_text("1001\n")
    for name, row in ISSUED.items():
        issue(name, *row)
    for name, links in SHOWN.items():
        pathlib.Path(where, f"{name}.pem").write_bytes(b"".join(pathlib.Path(where, f"{link}.pem").read_bytes() for link in links))
    run("ca", "-config", "ca.cnf", "-revoke", "revoked.pem", "-cert", "root.pem", "-keyfile", "root.key")
    revocations = run("ca", "-config", "ca.cnf", "-gencrl", "-cert", "root.pem", "-keyfile", "root.key")
    pathlib.Path(where, "trusted.pem").write_bytes(pathlib.Path(where, "root.pem").read_bytes() + revocations)
    pathlib.Path(where, "dh1024.pem").write_bytes(dh_pem(int(DH_1024, 16)))
    for name, issuer in (("expired", "rsa"), ("revoked", "root"), ("elsewhere", "root")):
        run("ocsp", "-index", "index.txt", "-CA", f"{issuer}.pem", "-rsigner", f"{issuer}.pem", "-rkey", f"{issuer}.key", "-issuer",
            f"{issuer}.pem", "-cert", f"{name}.pem", "-respout", f"{name}.ocsp", "-noverify", "-ndays", "30")
    for name in ("rsa", "ec"):
        run("pkcs12", "-export", "-in", f"{name}.pem", "-inkey", f"{name}.key", "-out", f"{name}.p12", "-passout", "pass:matrix")
    return run("x509", "-in", "rsa.pem", "-outform", "der")


# The Oakley group of RFC 2409 6.2; OpenSSL of today loads no shorter one.
DH_1024 = ("FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F"
           "14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE649286651ECE65381FFFFFFFFFFFFFFFF")


def der_number(n):
    body = n.to_bytes(n.bit_length() // 8 + 1, "big")
    return b"\x02" + der_length(len(body)) + body


def der_length(n):
    return bytes([n]) if n < 0x80 else bytes([0x81, n]) if n < 0x100 else b"\x82" + n.to_bytes(2, "big")


def dh_pem(prime):
    body = der_number(prime) + der_number(2)
    text = base64.encodebytes(b"\x30" + der_length(len(body)) + body)
    return b"-----BEGIN DH PARAMETERS-----\n" + text + b"-----END DH PARAMETERS-----\n"
