#!/usr/bin/env python3
"""TLS servers of many settings, each audited by `ajar tls`: the facts are to equal the settings. In a network namespace of
its own, since gnutls-serv listens on all addresses.

    test/tls/run.py [BUILD] [--only WORD] [--peers]      --peers: sslscan's answer beside ours, where it is installed

The last line is "N passed, N failed"."""
import argparse
import concurrent.futures
import contextlib
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
JOBS = 4  # most of the time is waiting for a server to begin
START_S = 300  # for a server that lives; one that has ended is not waited for
OUTPUT_LINES = 20
V10, V11, V12, V13 = "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"


def enter_namespace():
    """Of the network, and of mounts: see in_memory(). $AJAR_TLS_INSIDE then says whether it was root who entered."""
    if os.environ.get("AJAR_TLS_INSIDE"):
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        return
    is_root = os.geteuid() == 0
    os.environ["AJAR_TLS_INSIDE"] = "root" if is_root else "user"
    os.execvp("unshare", ["unshare", "-nm" if is_root else "-rnm", sys.executable, str(pathlib.Path(__file__).resolve()), *sys.argv[1:]])


@contextlib.contextmanager
def in_memory():
    """A folder for the servers' files, in memory where that can be had: MariaDB and PostgreSQL write theirs through to the
    disk when they are made, which takes minutes on a slow one."""
    with tempfile.TemporaryDirectory() as where:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1g,mode=755", "ajar-tls", where], stderr=subprocess.DEVNULL).returncode == 0
        os.chmod(where, 0o755)
        try:
            yield where
        finally:
            if mounted:
                subprocess.run(["umount", "-l", where], check=True)


# ---- servers ----------------------------------------------------------------------------------

class Server:
    def __init__(self, command, cwd, env=None):
        self.output = tempfile.TemporaryFile()
        self.process = subprocess.Popen(command, cwd=cwd, stdin=subprocess.PIPE, stdout=self.output, stderr=subprocess.STDOUT,
                                        env={**os.environ, **(env or {})})

    def ended(self):
        """How, in a few words; None while it lives."""
        code = self.process.poll()
        return None if code is None else f"the server ended with {code}"

    def last_output(self):
        self.output.seek(0)
        return self.output.read().decode(errors="replace").splitlines()[-OUTPUT_LINES:]

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def why_not_there(server, port):
    """Waits until it listens; None then, or why it does not."""
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", port)) == 0:
                return None
        if server.ended():
            return server.ended()
        time.sleep(0.05)
    return f"nothing listens on {port} after {START_S} s"


def openssl(where, port, *args, key="rsa"):
    # LEVEL 0: a distribution's own list forbids what is to be found.
    return Server(["openssl", "s_server", "-accept", str(port), "-key", f"{key}.key", "-cert", f"{key}.pem", "-www", *args], where)


def gnutls(where, port, priority, *args):
    return Server(["gnutls-serv", "--port", str(port), "--x509keyfile", "rsa.key", "--x509certfile", "rsa.pem", "--http",
                   "--quiet", "--priority", priority, *args], where)


def nginx(where, port, settings):
    conf = pathlib.Path(where, f"nginx-{port}.conf")
    conf.write_text(f"""daemon off; master_process off; pid {where}/nginx-{port}.pid; error_log stderr;
events {{}} http {{ access_log off; server {{ listen 127.0.0.1:{port} ssl; ssl_certificate {where}/rsa.pem;
ssl_certificate_key {where}/rsa.key; {settings} }} }}""")
    return Server(["nginx", "-p", where, "-c", str(conf)], where)


def as_user(user, script):
    """For servers that refuse to be root. In a user's own namespace there is nobody but root, so one within it has another."""
    if os.environ["AJAR_TLS_INSIDE"] == "user":
        return ["unshare", "-U", "--map-user=1000", "--map-group=1000", "sh", "-ec", script]
    return ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "sh", "-ec", script]


def service(where, port, name, script, user=None):
    """A server of the system's packages, in a folder of its own, which is $D; $P is its port, $D/rsa.key and .pem are there."""
    folder = pathlib.Path(where, f"{name}-{port}")
    folder.mkdir()
    for file in ("rsa.key", "rsa.pem"):
        shutil.copy(pathlib.Path(where, file), folder / file)
    if user and os.environ["AJAR_TLS_INSIDE"] == "root":
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, user, user)
    environment = {"D": str(folder), "P": str(port), "PATH": "/usr/lib/postgresql/15/bin:/usr/sbin:" + os.environ["PATH"]}
    return Server(as_user(user, script) if user else ["sh", "-ec", script], folder, environment)


POSTGRESQL = """initdb -D $D/db -U postgres -A trust --no-sync --locale=C; chmod 600 $D/rsa.key
exec postgres -D $D/db -p $P -k $D -c ssl=on -c ssl_cert_file=$D/rsa.pem -c ssl_key_file=$D/rsa.key %s"""
# Its installer looks up the machine's name, unless it is to be for another machine.
MARIADB = """mariadb-install-db --no-defaults --datadir=$D/db --auth-root-authentication-method=normal --skip-test-db --cross-bootstrap \
--innodb-log-file-size=4M --innodb-flush-method=nosync
exec mariadbd --no-defaults --datadir=$D/db --port=$P --bind-address=127.0.0.1 --socket=$D/s --ssl-cert=$D/rsa.pem --ssl-key=$D/rsa.key %s"""
SLAPD = """mkdir db; printf '%%s\\n' 'include /etc/ldap/schema/core.schema' 'modulepath /usr/lib/ldap' 'moduleload back_mdb' \
"TLSCertificateFile $D/rsa.pem" "TLSCertificateKeyFile $D/rsa.key" %s 'database mdb' 'suffix dc=zoo' "directory $D/db" >s.conf
exec slapd -h ldap://127.0.0.1:$P -f s.conf -d 0"""
REDIS = "exec redis-server --port 0 --tls-port $P --tls-cert-file $D/rsa.pem --tls-key-file $D/rsa.key --tls-ca-cert-file $D/rsa.pem --save '' %s"
NATS = "printf 'port: %s\\ntls { cert_file: \"%s/rsa.pem\", key_file: \"%s/rsa.key\" }\\n' $P $D $D >n.conf; exec nats-server -c n.conf"
MOSQUITTO = "printf 'listener %s 127.0.0.1\\ncertfile %s/rsa.pem\\nkeyfile %s/rsa.key\\nallow_anonymous true\\nuser root\\n' $P $D $D >m.conf; exec mosquitto -c m.conf"
DOVECOT = """printf '%%s\\n' "base_dir = $D/run" "state_dir = $D/state" 'protocols = imap pop3' "log_path = /dev/stderr" "ssl_cert = <$D/rsa.pem" \
"ssl_key = <$D/rsa.key" 'ssl_min_protocol = TLSv1.2' 'passdb {' 'driver = static' 'args = nopassword=no' '}' 'service imap-login {' 'inet_listener imap {' "port = %s" '}' 'inet_listener imaps {' 'port = 0' '}' '}' \
'service pop3-login {' 'inet_listener pop3 {' "port = %s" '}' 'inet_listener pop3s {' 'port = 0' '}' '}' >d.conf; exec dovecot -F -c d.conf"""
VSFTPD = """mkdir empty; printf '%s\\n' listen=YES listen_address=127.0.0.1 listen_port=$P background=NO ssl_enable=YES \
rsa_cert_file=$D/rsa.pem rsa_private_key_file=$D/rsa.key secure_chroot_dir=$D/empty seccomp_sandbox=NO anonymous_enable=NO local_enable=YES >v.conf
exec vsftpd $D/v.conf"""


STUNNEL = """printf '%s\n' 'foreground = yes' 'pid =' '[s]' "accept = 127.0.0.1:$P" 'exec = /bin/cat' 'execArgs = cat' "cert = $D/rsa.pem" \
"key = $D/rsa.key" >s.conf; exec stunnel4 s.conf"""


class Canned:
    """Answers each connection as `answer` says, which is None where it hangs up; for what no library of today speaks."""

    def __init__(self, port, answer):
        self.listener = socket.create_server(("127.0.0.1", port))
        self.answer = answer
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                s, _ = self.listener.accept()
            except OSError:
                return
            with s:
                s.settimeout(2)
                try:
                    said = s.recv(4096)
                    reply = self.answer(said) if said else None
                    if reply:
                        s.sendall(reply)
                        s.shutdown(socket.SHUT_WR)
                        s.recv(4096)
                except (OSError, IndexError):
                    pass

    def ended(self):
        return None

    def last_output(self):
        return []

    def stop(self):
        self.listener.close()


def old_server(certificate, versions, suites, prime=None):
    """A server of before 1999, by RFC 6101 and the SSLv2 draft: it takes `suites` in SSLv3 and TLS 1.0 (those of `versions`),
    and SSLv2 where 2 is among them."""
    def record(version, messages):
        return b"\x16" + version.to_bytes(2, "big") + len(messages).to_bytes(2, "big") + messages

    def message(kind, body):
        return bytes([kind]) + len(body).to_bytes(3, "big") + body

    def answer(said):
        if said[0] & 0x80:
            if 2 not in versions:
                return None
            specs = b"\x01\x00\x80\x07\x00\xc0"
            body = (b"\x04\x00\x01\x00\x02" + len(certificate).to_bytes(2, "big") + len(specs).to_bytes(2, "big") + b"\x00\x10" +
                    certificate + specs + b"c" * 16)
            return (0x8000 | len(body)).to_bytes(2, "big") + body
        if said[0] != 0x16:
            return None
        newest = int.from_bytes(said[9:11], "big")
        version = max((v for v in versions if v != 2 and v <= newest), default=None)
        at = 43 + 1 + said[43]
        offered = [said[i:i + 2] for i in range(at + 2, at + 2 + int.from_bytes(said[at:at + 2], "big"), 2)]
        chosen = next((s for s in offered if s in suites), None)
        if version is None or chosen is None:
            return b"\x15\x03\x00\x00\x02\x02\x28"
        chain = len(certificate).to_bytes(3, "big") + certificate
        messages = message(2, version.to_bytes(2, "big") + b"R" * 32 + b"\x00" + chosen + b"\x00")
        messages += message(11, len(chain).to_bytes(3, "big") + chain)
        if prime and chosen in (b"\x00\x33", b"\x00\x16", b"\x00\x15", b"\x00\x14"):
            messages += message(12, len(prime).to_bytes(2, "big") + prime + b"\x00\x01\x02" + len(prime).to_bytes(2, "big") + prime +
                                b"\x00\x40" + b"s" * 64)
        return record(version, messages + message(14, b""))
    return answer


# ---- cases ------------------------------------------------------------------------------------

LEVEL_0 = "@SECLEVEL=0"


def cases(where, der):
    """name -> (start(port), facts). A fact that is None must not be stated."""
    def s(*args, key="rsa"):
        return lambda port: openssl(where, port, *args, key=key)

    def g(priority, *args):
        return lambda port: gnutls(where, port, priority, *args)

    def n(settings):
        return lambda port: nginx(where, port, settings)

    def old(versions, suites, prime=None):
        return lambda port: Canned(port, old_server(der, versions, suites, prime))

    def of(name, script, user=None):
        return lambda port: service(where, port, name, script, user)

    modern = {"tls.versions": f"{V12},{V13}", "tls.weak": "none"}
    all_versions = f"{V10},{V11},{V12},{V13}"
    table = {
        "openssl as it is": (s(), {**modern, "tls.forward_secrecy": "sometimes", "tls.aead": True, "tls.dh_bits": 2048,
                                   "tls.group": "x25519", "tls.post_quantum": "none", "tls.compression": False,
                                   "tls.secure_renegotiation": True, "tls.preference": "client", "tls.sha1_signatures": False}),
        "openssl everything": (s("-cipher", "ALL:COMPLEMENTOFALL:" + LEVEL_0), {
            "tls.versions": all_versions, "tls.weak": "null,anonymous", "tls.sha1_signatures": True, "tls.fallback_signal": True}),
        "openssl server preference": (s("-serverpref"), {**modern, "tls.preference": "server"}),
        "openssl no renegotiation extension": (s("-no_renegotiation"), {"tls.secure_renegotiation": True}),
        "openssl compression asked for": (s("-comp"), {"tls.compression": False}),
        "openssl only 1.3": (s("-tls1_3"), {"tls.versions": V13, "tls.weak": "none", "tls.forward_secrecy": "always",
                                            "tls.dh_bits": None, "tls.preference": None}),
        "openssl only 1.2": (s("-tls1_2"), {"tls.versions": V12, "tls.weak": "none", "tls.post_quantum": None}),
        "openssl only 1.1": (s("-tls1_1", "-cipher", "DEFAULT" + LEVEL_0), {"tls.versions": V11, "tls.weak": "none",
                                                                           "tls.fallback_signal": None}),
        "openssl only 1.0": (s("-tls1", "-cipher", "DEFAULT" + LEVEL_0), {"tls.versions": V10, "tls.weak": "none"}),
        "openssl 1.0 to 1.1": (s("-no_tls1_2", "-no_tls1_3", "-cipher", "DEFAULT" + LEVEL_0), {"tls.versions": f"{V10},{V11}"}),
        "openssl 1.0 and 1.2": (s("-no_tls1_1", "-no_tls1_3", "-cipher", "DEFAULT" + LEVEL_0), {"tls.versions": f"{V10},{V12}"}),
        "openssl null alone": (s("-tls1_2", "-cipher", "eNULL:!aNULL" + LEVEL_0), {"tls.weak": "null"}),
        "openssl null with forward secrecy": (s("-tls1_2", "-cipher", "ECDHE-RSA-NULL-SHA" + LEVEL_0), {"tls.weak": "null"}),
        "openssl anonymous alone": (s("-tls1_2", "-cipher", "ADH" + LEVEL_0), {"tls.versions": V12, "tls.weak": "anonymous",
                                                                              "cert.subject": None}),
        "openssl anonymous elliptic": (s("-tls1_2", "-cipher", "AECDH:ECDHE:!eNULL" + LEVEL_0), {"tls.weak": "anonymous"}),
        "openssl only forward secrecy": (s("-cipher", "ECDHE"), {**modern, "tls.forward_secrecy": "always", "tls.dh_bits": None}),
        "openssl no forward secrecy": (s("-tls1_2", "-cipher", "kRSA"), {"tls.forward_secrecy": "never", "tls.aead": False,
                                                                        "tls.group": None}),
        "openssl CBC only": (s("-tls1_2", "-cipher", "ECDHE-RSA-AES128-SHA"), {"tls.aead": False, "tls.forward_secrecy": "always"}),
        "openssl chacha": (s("-tls1_2", "-cipher", "ECDHE-RSA-CHACHA20-POLY1305"), {"tls.aead": True, "tls.preference": None}),
        "openssl DH 1024": (s("-tls1_2", "-cipher", "DHE" + LEVEL_0, "-dhparam", "dh1024.pem"), {"tls.dh_bits": 1024}),
        "openssl group P-256": (s("-groups", "P-256"), {"tls.group": "secp256r1"}),
        "openssl group P-521": (s("-groups", "P-521"), {"tls.group": "secp521r1"}),
        "openssl group x448": (s("-groups", "X448"), {"tls.group": "x448"}),
        "openssl group ffdhe": (s("-groups", "ffdhe2048", "-tls1_3"), {"tls.group": "ffdhe2048"}),
        "openssl EC key": (s(key="ec"), {**modern, "cert.key": "EC 256", "tls.forward_secrecy": "always"}),
        "openssl Ed25519 key": (s(key="ed", ), {"tls.versions": f"{V12},{V13}", "cert.key_type": "Ed25519"}),
        "openssl RSA 1024": (s("-cipher", "DEFAULT" + LEVEL_0, key="rsa1024"), {"cert.key_bits": 1024}),
        "openssl RSA 4096": (s(key="rsa4096"), {"cert.key_bits": 4096}),
        "openssl SHA-1 certificate": (s("-cipher", "DEFAULT" + LEVEL_0, key="sha1"), {"cert.signature": "sha1WithRSAEncryption"}),
        "openssl expired": (s(key="expired"), {"cert.not_after": "2018-09-01T00:00:00Z"}),
        "openssl client certificate asked": (s("-verify", "1"), {"tls.client_cert_asked": True}),
        "openssl client certificate needed": (s("-Verify", "1"), {"tls.client_cert_asked": True, **modern}),
        "openssl stapled": (s("-status_file", "ocsp.der"), {"tls.stapled": True}),
        "openssl another certificate by name": (s("-servername", "other.example", "-key2", "ec.key", "-cert2", "ec.pem"),
                                                {"tls.wrong_name": "same certificate"}),
        "openssl strict name": (s("-servername", "other.example", "-servername_fatal", "-key2", "ec.key", "-cert2", "ec.pem"),
                                {"tls.wrong_name": "refused"}),
        "openssl sigalgs SHA-1": (s("-tls1_2", "-cipher", "ECDHE" + LEVEL_0, "-sigalgs", "RSA+SHA1:RSA+SHA256"),
                                  {"tls.sha1_signatures": True}),
        "gnutls as it is": (g("NORMAL"), {"tls.versions": all_versions, "tls.weak": "none", "tls.dh_bits": 2048, "tls.aead": True}),
        "gnutls legacy": (g("LEGACY:+3DES-CBC:+ARCFOUR-128"), {"tls.versions": all_versions, "tls.weak": "rc4,3des"}),
        "gnutls rc4": (g("NORMAL:-VERS-ALL:+VERS-TLS1.0:-CIPHER-ALL:+ARCFOUR-128:-MAC-ALL:+SHA1:+MD5"),
                       {"tls.versions": V10, "tls.weak": "rc4"}),
        "gnutls 3des": (g("NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+3DES-CBC:+SHA1"), {"tls.versions": V12, "tls.weak": "3des"}),
        "gnutls null": (g("NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+NULL:+SHA1:+RSA"), {"tls.weak": "null"}),
        "gnutls anonymous": (g("NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+ANON-DH:+ANON-ECDH"), {"tls.weak": "anonymous"}),
        "gnutls 1.1": (g("NORMAL:-VERS-ALL:+VERS-TLS1.1"), {"tls.versions": V11}),
        "gnutls 1.3": (g("NORMAL:-VERS-ALL:+VERS-TLS1.3"), {"tls.versions": V13, "tls.forward_secrecy": "always"}),
        "gnutls server preference": (g("NORMAL:%SERVER_PRECEDENCE"), {"tls.preference": "server"}),
        "gnutls no extensions": (g("NORMAL:%NO_EXTENSIONS:-VERS-ALL:+VERS-TLS1.2"), {"tls.master_secret": False}),
        "gnutls unsafe renegotiation": (g("NORMAL:-VERS-ALL:+VERS-TLS1.2:%DISABLE_SAFE_RENEGOTIATION"),
                                        {"tls.secure_renegotiation": False}),
        "gnutls heartbeat": (g("NORMAL:-VERS-ALL:+VERS-TLS1.2", "--heartbeat"), {"tls.heartbeat": True}),
        "gnutls no forward secrecy": (g("NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+RSA"), {"tls.forward_secrecy": "never"}),
        "gnutls long prime": (g("NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+DHE-RSA:-GROUP-ALL:+GROUP-FFDHE4096"), {"tls.versions": V12, "tls.weak": "none"}),
        "nginx as it is": (n(""), {"tls.secure_renegotiation": True, "tls.compression": False}),
        "nginx modern": (n("ssl_protocols TLSv1.3;"), {"tls.versions": V13, "tls.weak": "none"}),
        "nginx intermediate": (n("ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384;"),
                               {**modern, "tls.forward_secrecy": "always", "tls.aead": True}),
        "nginx old": (n(f"ssl_protocols TLSv1 TLSv1.1 TLSv1.2; ssl_ciphers ALL:{LEVEL_0};"),
                      {"tls.versions": f"{V10},{V11},{V12}", "tls.weak": "anonymous"}),
        "nginx prefers": (n("ssl_prefer_server_ciphers on; ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384:AES128-SHA;"),
                          {"tls.preference": "server"}),
        "PostgreSQL as it is": (of("postgresql", POSTGRESQL % "", "postgres"), {
            **modern, "tls.inside": True, "tls.secure_renegotiation": True}),
        "PostgreSQL old": (of("postgresql", POSTGRESQL % f"-c ssl_min_protocol_version=TLSv1 -c ssl_ciphers=ALL:{LEVEL_0}", "postgres"), {
            "tls.inside": True, "tls.versions": all_versions}),
        "MariaDB as it is": (of("mariadb", MARIADB % "--user=mysql", "mysql"), {"tls.inside": True, "cert.subject": "CN=localhost"}),
        "MariaDB 1.3": (of("mariadb", MARIADB % "--user=mysql --tls-version=TLSv1.3", "mysql"), {"tls.inside": True, "tls.versions": V13}),
        "slapd as it is": (of("slapd", SLAPD % "''"), {"tls.inside": True, "cert.subject": "CN=localhost"}),
        "slapd 1.2": (of("slapd", SLAPD % "'TLSCipherSuite NORMAL:-VERS-TLS1.0:-VERS-TLS1.1'"), {"tls.inside": True, **modern}),
        "redis": (of("redis", REDIS % ""), {**modern, "tls.inside": None, "tls.client_cert_asked": True}),
        "redis 1.2 prefers": (of("redis", REDIS % "--tls-protocols TLSv1.2 --tls-auth-clients no --tls-prefer-server-ciphers yes"),
                              {"tls.versions": V12, "tls.preference": "server"}),
        "stunnel": (of("stunnel", STUNNEL), {**modern, "tls.inside": None}),
        "nats": (of("nats", NATS), {"tls.inside": True, "tls.weak": "none"}),
        "mosquitto": (of("mosquitto", MOSQUITTO), {**modern, "tls.inside": None}),
        "dovecot IMAP": (of("dovecot", DOVECOT % ("$P", "0")), {**modern, "tls.inside": True}),
        "dovecot POP3": (of("dovecot", DOVECOT % ("0", "$P")), {**modern, "tls.inside": True}),
        "vsftpd": (of("vsftpd", VSFTPD), {"tls.inside": True, "cert.subject": "CN=localhost"}),
        "SSLv3 alone": (old([0x300], [b"\x00\x0a", b"\x00\x35"]), {"tls.versions": "SSLv3", "tls.weak": "3des",
                                                                   "tls.forward_secrecy": "never", "cert.subject": "CN=localhost"}),
        "SSLv2 alone": (old([2], []), {"tls.versions": "SSLv2", "cert.subject": "CN=localhost"}),
        "SSLv2 to TLS 1.0": (old([2, 0x300, 0x301], [b"\x00\x04", b"\x00\x2f", b"\x00\x08"]),
                             {"tls.versions": f"SSLv2,SSLv3,{V10}", "tls.weak": "export,rc4"}),
        "export with a prime of 512 bits": (old([0x300, 0x301], [b"\x00\x14", b"\x00\x33"], b"\xff" * 64),
                                            {"tls.weak": "export", "tls.dh_bits": 512}),
        "des and idea": (old([0x300, 0x301], [b"\x00\x09", b"\x00\x07", b"\x00\x2f"]), {"tls.weak": "des,idea"}),
        "a suite that nobody offered": (lambda port: Canned(port, lambda said: old_server(der, [0x301], [b"\x00\x2f"])(
            said.replace(said[46:48], b"\x00\x2f", 1) if said[0] == 0x16 else said)), {}),
    }
    return table


# ---- the test ---------------------------------------------------------------------------------

def make_keys(where):
    def run(*args):
        subprocess.run(["openssl", *args], cwd=where, check=True, capture_output=True)
    same = ["-nodes", "-days", "365", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    for name, key in (("rsa", ["-newkey", "rsa:2048"]), ("rsa1024", ["-newkey", "rsa:1024"]), ("rsa4096", ["-newkey", "rsa:4096"]),
                      ("ec", ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]), ("ed", ["-newkey", "ed25519"]),
                      ("sha1", ["-newkey", "rsa:2048", "-sha1"])):
        run("req", "-x509", *key, "-keyout", f"{name}.key", "-out", f"{name}.pem", *same)
    pathlib.Path(where, "ca.cnf").write_text(
        "[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\nserial=serial\nnew_certs_dir=.\ndefault_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n")
    pathlib.Path(where, "index.txt").touch()
    pathlib.Path(where, "serial").write_text("01\n")
    run("req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", "expired.key", "-out", "expired.csr", "-subj", "/CN=localhost")
    run("ca", "-batch", "-config", "ca.cnf", "-in", "expired.csr", "-out", "expired.pem", "-cert", "rsa.pem", "-keyfile", "rsa.key",
        "-startdate", "20170901000000Z", "-enddate", "20180901000000Z", "-notext")
    pathlib.Path(where, "dh1024.pem").write_bytes(dh_pem(int(DH_1024, 16)))
    run("ocsp", "-index", "index.txt", "-CA", "rsa.pem", "-rsigner", "rsa.pem", "-rkey", "rsa.key", "-issuer", "rsa.pem", "-cert",
        "expired.pem", "-respout", "ocsp.der", "-noverify", "-ndays", "30")
    return subprocess.run(["openssl", "x509", "-in", "rsa.pem", "-outform", "der"], cwd=where, check=True, capture_output=True).stdout


# The Oakley group of RFC 2409 6.2; OpenSSL of today loads no shorter one.
DH_1024 = ("FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F"
           "14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE649286651ECE65381FFFFFFFFFFFFFFFF")


def der_number(n):
    body = n.to_bytes(n.bit_length() // 8 + 1, "big")
    return b"\x02" + der_length(len(body)) + body


def der_length(n):
    return bytes([n]) if n < 0x80 else bytes([0x81, n]) if n < 0x100 else b"\x82" + n.to_bytes(2, "big")


def dh_pem(prime):
    import base64
    body = der_number(prime) + der_number(2)
    text = base64.encodebytes(b"\x30" + der_length(len(body)) + body)
    return b"-----BEGIN DH PARAMETERS-----\n" + text + b"-----END DH PARAMETERS-----\n"


def audit(ajar, port):
    environment = {**os.environ, "XDG_STATE_HOME": os.environ["HOME"]}
    if "AJAR_CAPTURE_DIR" in os.environ:  # the guard wants to see every byte, see test/guard
        environment["LD_PRELOAD"] = os.environ["AJAR_CAPTURE_SO"]
    out = subprocess.run([ajar, "tls", "--json", f"127.0.0.1:{port}"], capture_output=True, text=True, timeout=START_S, env=environment)
    return (json.loads(out.stdout)["facts"] if out.stdout.strip() else {}), out.stderr


def sslscan(port):
    """What sslscan says of versions and weak suites, in our words."""
    out = subprocess.run(["sslscan", "--no-colour", "--no-heartbleed", f"127.0.0.1:{port}"], capture_output=True, text=True, timeout=120).stdout
    versions = [ours for theirs, ours in (("SSLv2", "SSLv2"), ("SSLv3", "SSLv3"), ("TLSv1.0", V10), ("TLSv1.1", V11), ("TLSv1.2", V12),
                                          ("TLSv1.3", V13)) if re.search(rf"^{theirs}\s+enabled", out, re.M)]
    suites = re.findall(r"^(?:Accepted|Preferred)\s+\S+\s+\S+ bits\s+(\S+)", out, re.M)
    weak = [w for w, pattern in (("null", "NULL"), ("anonymous", "(ADH|AECDH|_anon_|DH_anon)"), ("rc4", "RC4"), ("3des", "(3DES|DES-CBC3)"))
            if any(re.search(pattern, x) for x in suites)]
    return {"tls.versions": ",".join(versions), "tls.weak": ",".join(weak) or "none"}


def wrongs_of(ajar, peers, port, name, server, wanted):
    absent = why_not_there(server, port)
    if absent:
        return [absent]
    facts, said = audit(ajar, port)
    wrong = [f"{k} is {facts.get(k)!r}, wanted {v!r}" for k, v in wanted.items() if facts.get(k) != v]
    if not facts or facts.get("tls.unanswered"):
        wrong.append(f"facts {facts} {said}")
    for key, value in sslscan(port).items() if peers and shutil.which("sslscan") else ():
        if facts.get(key) != value:
            print(f"         {name}: {key} is {facts.get(key)!r}, sslscan says {value!r}")
    return wrong


def check(ajar, peers, port, name, start, wanted):
    """Starts the server, compares; whether something was wrong. Whatever happens to one server is no matter of the others."""
    try:
        server = start(port)
    except OSError as e:
        print(f"not ok - {name}: {e}", flush=True)
        return True
    try:
        wrong = wrongs_of(ajar, peers, port, name, server, wanted)
    except (OSError, ValueError, subprocess.SubprocessError) as e:
        wrong = [repr(e)]
    server.stop()
    if wrong:
        print("\n".join([f"not ok - {name}: {'; '.join(wrong)}", *(f"    {line}" for line in server.last_output())]), flush=True)
    return bool(wrong)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("build", nargs="?", default=str(ROOT / "build"))
    options.add_argument("--only")
    options.add_argument("--peers", action="store_true")
    options = options.parse_args()
    enter_namespace()
    ajar = str(pathlib.Path(options.build).resolve() / "ajar")
    with in_memory() as where:
        os.environ["HOME"] = where
        table = cases(where, make_keys(where))
        chosen = [(17000 + place, name, *case) for place, (name, case) in enumerate(table.items())
                  if not options.only or options.only in name]
        with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
            wrongs = list(pool.map(lambda case: check(ajar, options.peers, *case), chosen))
    failed = sum(map(bool, wrongs))
    passed = len(wrongs) - failed
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
