"""The certificates of the zoo, made with openssl, and what openssl says about each of them."""

import calendar
import hashlib
import re
import subprocess
import time

EXPIRED = ("170901000000Z", "180901000000Z")  # deployed in September 2017, never renewed

CA_CONFIG = """
[ca]
default_ca = zoo
[zoo]
dir = {dir}
database = {dir}/index.txt
new_certs_dir = {dir}
rand_serial = yes
default_md = sha256
default_days = 90
policy = any
unique_subject = no
copy_extensions = copy
[any]
commonName = supplied
"""


def openssl(*arguments, stdin=None):
    return subprocess.run(["openssl", *arguments], check=True, capture_output=True, input=stdin).stdout


def make_all(directory, address):
    """ca, good, expired, other (another host's name) and self, each as NAME.pem and NAME.key."""
    directory.mkdir()
    (directory / "ca.cnf").write_text(CA_CONFIG.format(dir=directory))
    (directory / "index.txt").write_text("")
    here = f"DNS:localhost,IP:{address}"
    self_signed(directory, "ca", "Zoo CA", None)
    self_signed(directory, "self", "zoo-self", here)
    issued(directory, "good", "zoo-good", here)
    issued(directory, "expired", "zoo-expired", here, EXPIRED)
    issued(directory, "other", "other.example", "DNS:other.example")
    for path in directory.iterdir():
        path.chmod(0o600)
    directory.chmod(0o755)


def self_signed(directory, name, common_name, alt_names):
    extensions = ["-addext", f"subjectAltName={alt_names}"] if alt_names else []
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "90", "-subj", f"/CN={common_name}",
            "-keyout", str(directory / f"{name}.key"), "-out", str(directory / f"{name}.pem"), *extensions)


def issued(directory, name, common_name, alt_names, dates=None):
    """A certificate signed by the zoo's own CA; the .pem holds the chain, as a server presents it."""
    request = openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={common_name}",
                      "-addext", f"subjectAltName={alt_names}", "-keyout", str(directory / f"{name}.key"))
    during = ["-startdate", dates[0], "-enddate", dates[1]] if dates else []
    leaf = openssl("ca", "-batch", "-notext", "-config", str(directory / "ca.cnf"), "-cert", str(directory / "ca.pem"),
                   "-keyfile", str(directory / "ca.key"), "-in", "/dev/stdin", *during, stdin=request)
    (directory / f"{name}.pem").write_bytes(leaf + (directory / "ca.pem").read_bytes())


def iso(openssl_date):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.strptime(openssl_date, "%b %d %H:%M:%S %Y %Z"))


def truth(pem):
    """What openssl says about the first certificate in a file, in the words of Ajar's certificate line."""
    ask = lambda *what: openssl("x509", "-in", str(pem), "-noout", *what).decode()
    value = lambda line: line.partition("=")[2].strip()
    not_before, not_after = (value(line) for line in ask("-startdate", "-enddate").splitlines())
    text = ask("-text")
    public_key = openssl("pkey", "-pubin", "-outform", "DER", stdin=ask("-pubkey").encode())
    end = calendar.timegm(time.strptime(not_after, "%b %d %H:%M:%S %Y %Z"))
    return {
        "not_before": iso(not_before),
        "not_after": iso(not_after),
        "key": "RSA " + re.search(r"Public-Key: \((\d+) bit\)", text).group(1),
        "signature": re.search(r"Signature Algorithm: (\S+)", text).group(1),
        "spki_sha256": hashlib.sha256(public_key).hexdigest(),
        "self_signed": ask("-subject").partition("=")[2] == ask("-issuer").partition("=")[2],
        "names": re.findall(r"(?:DNS|IP Address):([^,\s]+)", text),
        "days_left": (end - time.time()) / 86400,
    }
