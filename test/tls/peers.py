"""What sslscan, sslyze and testssl say of a server, in the words of our facts. A check that one of them does not make, or could
not, is not in its answer."""
import base64
import calendar
import json
import os
import pathlib
import re
import subprocess
import tempfile
import time
import xml.etree.ElementTree

PEER_S = 1800  # testssl takes minutes of a busy machine
VERSIONS = ("SSLv2", "SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")
CLASSES = (("null", "NULL"), ("anonymous", "^ADH|^AECDH|_anon_"), ("export", "EXP"), ("des", r"(?<!3)DES-CBC-|_DES_CBC_"), ("rc4", "RC4"),
           ("3des", "3DES|DES-CBC3"), ("idea", "IDEA|SEED"))
GROUPS = {"prime256v1": "secp256r1"}


def classes_of(suite):
    """Those of hellos.c: a suite without a certificate or for export is only that."""
    found = [name for name, pattern in CLASSES if re.search(pattern, suite)]
    first = [name for name in ("anonymous", "export", "null") if name in found]
    return first[:1] or found


def facts_of_suites(suites):
    """`suites`: (version, name), as accepted."""
    weak = {c for _, suite in suites for c in classes_of(suite)}
    facts = {"tls.weak": ",".join(name for name, _ in CLASSES if name in weak) or "none"}
    good = [(version, suite) for version, suite in suites if not classes_of(suite)]
    forward = [suite for version, suite in good if version == "TLSv1.3" or re.match(r"(TLS_)?(ECDHE|DHE|EDH)", suite)]
    if good:
        facts["tls.forward_secrecy"] = "always" if len(forward) == len(good) else "sometimes" if forward else "never"
    if any(version in ("TLSv1.2", "TLSv1.3") for version, _ in suites):
        facts["tls.aead"] = any(re.search("GCM|CCM|CHACHA20|POLY1305", suite) or suite.startswith("TLS_AES") for suite in forward)
    return facts


def joined(versions):
    return ",".join(v for v in VERSIONS if v in versions)


def iso(text, form):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(calendar.timegm(time.strptime(text, form))))


def run(command, where):
    environment = {**os.environ, "HOME": where}
    return subprocess.run(command, cwd=where, capture_output=True, text=True, timeout=PEER_S, env=environment, stdin=subprocess.DEVNULL).stdout


# ---- sslscan ----------------------------------------------------------------------------------

SSLSCAN_INSIDE = {"ftp": "ftp", "imap": "imap", "ldap": "ldap", "mysql": "mysql", "pop3": "pop3", "postgres": "psql", "smtp": "smtp", "xmpp": "xmpp"}


def sslscan_certificate(root):
    facts, leaf = {}, root.find(".//certificate")
    if leaf is None:
        return facts
    signature, key, after = leaf.findtext("signature-algorithm"), leaf.find("pk"), leaf.findtext("not-valid-after")
    if signature:
        facts["cert.signature"] = signature.strip()
    if key is not None and key.get("bits"):
        facts["cert.key_bits"] = int(key.get("bits"))
    if after:
        facts["cert.not_after"] = iso(after, "%b %d %H:%M:%S %Y GMT")
    return facts


def sslscan(command, port, inside, where):
    options = [f"--starttls-{SSLSCAN_INSIDE[inside]}"] if inside else []
    out = run([command, "--no-colour", "--no-heartbleed", "--xml=-", *options, f"127.0.0.1:{port}"], where)
    try:
        root = xml.etree.ElementTree.fromstring(out[out.index("<?xml"):])
    except (ValueError, xml.etree.ElementTree.ParseError):
        return {}
    enabled = {("SSLv" if p.get("type") == "ssl" else "TLSv") + p.get("version").replace("1.0", "1")
               for p in root.iter("protocol") if p.get("enabled") == "1"}
    suites = [(c.get("sslversion").replace("1.0", "1"), c.get("cipher")) for c in root.iter("cipher")]
    facts = {"tls.versions": joined(enabled), **(facts_of_suites(suites) if suites else {}), **sslscan_certificate(root)}
    primes = [int(c.get("dhebits")) for c in root.iter("cipher") if c.get("dhebits") and c.get("cipher").startswith(("DHE", "EDH"))]
    if primes:
        facts["tls.dh_bits"] = min(primes)
    for tag, attribute, key in (("renegotiation", "secure", "tls.secure_renegotiation"), ("compression", "supported", "tls.compression"),
                                ("fallback", "supported", "tls.fallback_signal")):
        found = root.find(f".//{tag}")
        if found is not None and found.get(attribute) and found.get("supported") + found.get("secure", "") != "00":  # which means that it could not try
            facts[key] = found.get(attribute) == "1"
    return facts


# ---- sslyze -----------------------------------------------------------------------------------

SSLYZE_INSIDE = {"ftp": "ftp", "imap": "imap", "ldap": "ldap", "pop3": "pop3", "postgres": "postgres", "smtp": "smtp", "xmpp": "xmpp"}
SSLYZE_VERSIONS = (("ssl_2_0", "SSLv2"), ("ssl_3_0", "SSLv3"), ("tls_1_0", "TLSv1"), ("tls_1_1", "TLSv1.1"), ("tls_1_2", "TLSv1.2"), ("tls_1_3", "TLSv1.3"))
SSLYZE_CHECKS = (("tls_compression", "supports_compression", "tls.compression"), ("tls_fallback_scsv", "supports_fallback_scsv", "tls.fallback_signal"),
                 ("session_renegotiation", "supports_secure_renegotiation", "tls.secure_renegotiation"),
                 ("tls_extended_master_secret", "supports_ems_extension", "tls.master_secret"))


def sslyze_certificate(result):
    leaf = result["certificate_deployments"][0]["received_certificate_chain"][0]
    return {"cert.not_after": leaf["not_valid_after"].replace("+00:00", "Z") if "Z" not in leaf["not_valid_after"] else leaf["not_valid_after"],
            "cert.key_bits": leaf["public_key"]["key_size"] or 256, "cert.sha256": leaf["fingerprint_sha256"] and
            base64.b64decode(leaf["fingerprint_sha256"]).hex(),
            "tls.stapled": result["certificate_deployments"][0]["ocsp_response"] is not None}


def sslyze(command, port, inside, where):
    with tempfile.TemporaryDirectory(dir=where) as folder:
        file = pathlib.Path(folder, "y.json")
        options = ["--starttls", SSLYZE_INSIDE[inside]] if inside else []
        run([command, "--mozilla_config", "disable", "--json_out", str(file), "--sslv2", "--sslv3", "--tlsv1", "--tlsv1_1", "--tlsv1_2", "--tlsv1_3",
             "--certinfo", "--compression", "--fallback", "--reneg", "--ems", *options, f"127.0.0.1:{port}"], where)
        results = json.loads(file.read_text())["server_scan_results"] if file.exists() else []
    scan = results[0]["scan_result"] if results else None
    if not scan:
        return {}
    suites = [(version, row["cipher_suite"]["name"]) for key, version in SSLYZE_VERSIONS
              for row in (scan[f"{key}_cipher_suites"]["result"] or {}).get("accepted_cipher_suites", [])]
    facts = {"tls.versions": joined({version for version, _ in suites}), **(facts_of_suites(suites) if suites else {})}
    for check, key, ours in SSLYZE_CHECKS:
        if scan[check]["status"] == "COMPLETED":
            facts[ours] = scan[check]["result"][key]
    if scan["certificate_info"]["status"] == "COMPLETED":
        facts.update(sslyze_certificate(scan["certificate_info"]["result"]))
    return facts


# ---- testssl ----------------------------------------------------------------------------------

TESTSSL_INSIDE = {"ftp": "ftp", "imap": "imap", "ldap": "ldap", "mysql": "mysql", "pop3": "pop3", "postgres": "postgres", "smtp": "smtp", "xmpp": "xmpp"}
TESTSSL_VERSIONS = (("SSLv2", "SSLv2"), ("SSLv3", "SSLv3"), ("TLS1", "TLSv1"), ("TLS1_1", "TLSv1.1"), ("TLS1_2", "TLSv1.2"), ("TLS1_3", "TLSv1.3"))
# It knows categories, some of which hold two of ours: those are compared as one.
TESTSSL_CLASSES = (("null", "cipherlist_NULL"), ("anonymous", "cipherlist_aNULL"), ("export", "cipherlist_EXPORT"), ("des or rc4", "cipherlist_LOW"),
                   ("3des or idea", "cipherlist_3DES_IDEA"))
TESTSSL_YES = {"secure_renego": ("tls.secure_renegotiation", "supported"), "CRIME_TLS": ("tls.compression", "VULNERABLE"),
               "fallback_SCSV": ("tls.fallback_signal", "supported"), "OCSP_stapling": ("tls.stapled", "offered")}


def coarse(weak):
    """tls.weak in testssl's categories."""
    rows = [name for name, _ in TESTSSL_CLASSES if any(part in weak.split(",") for part in name.split(" or "))]
    return ",".join(rows) or "none"


def testssl(command, port, inside, where):
    with tempfile.TemporaryDirectory(dir=where) as folder:
        file = pathlib.Path(folder, "t.json")
        options = ["-t", TESTSSL_INSIDE[inside]] if inside else []
        run([command, "--quiet", "--color", "0", "--warnings", "off", "--nodns", "none", "--jsonfile", str(file), *options, "-p", "-s", "-S", "-R", "-C", "-Z",
             f"127.0.0.1:{port}"], where)
        try:
            found = {row["id"]: row["finding"] for row in json.loads(file.read_text())}
        except (OSError, ValueError):
            return {}
    if "SSLv2" not in found and "TLS1_2" not in found:
        return {}
    facts = {"tls.versions": joined({version for key, version in TESTSSL_VERSIONS if found.get(key, "").startswith("offered")})}
    if "cipherlist_NULL" in found:
        facts["tls.weak as categories"] = ",".join(name for name, key in TESTSSL_CLASSES if found.get(key) == "offered") or "none"
    for key, (ours, yes) in TESTSSL_YES.items():
        if key in found and not re.search("test failed|N/A|no .*session|protocol|only", found[key]):
            facts[ours] = found[key].startswith(yes)
    bits = re.search(r"(\d+) bits", found.get("cert_keySize", ""))
    if bits:
        facts["cert.key_bits"] = int(bits[1])
    if re.fullmatch(r"[0-9A-F]{64}", found.get("cert_fingerprintSHA256", "")):
        facts["cert.sha256"] = found["cert_fingerprintSHA256"].lower()
    return facts


PEERS = {"sslscan": (sslscan, SSLSCAN_INSIDE), "sslyze": (sslyze, SSLYZE_INSIDE), "testssl": (testssl, TESTSSL_INSIDE)}
