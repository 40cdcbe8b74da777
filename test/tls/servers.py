"""TLS servers of this system's packages, each started by one call with the settings that are to be found, in a namespace of
their own, since gnutls-serv listens on all addresses; and what stands in for servers that no library of today can be."""
import contextlib
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
START_S = 300  # for a server that lives; one that has ended is not waited for
OUTPUT_LINES = 20


def enter_namespace(script):
    """Of the network, and of mounts: see in_memory(). $AJAR_TLS_INSIDE then says whether it was root who entered."""
    if os.environ.get("AJAR_TLS_INSIDE"):
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        return
    is_root = os.geteuid() == 0
    os.environ["AJAR_TLS_INSIDE"] = "root" if is_root else "user"
    os.execvp("unshare", ["unshare", "-nm" if is_root else "-rnm", sys.executable, str(pathlib.Path(script).resolve()), *sys.argv[1:]])


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


def audit(ajar, port):
    """The facts, and what was said on standard error. The authority of the matrix is one that clients know, its list is at hand."""
    environment = {**os.environ, "XDG_STATE_HOME": os.environ["HOME"]}
    if "AJAR_CAPTURE_DIR" in os.environ:  # the guard wants to see every byte, see test/guard
        environment["LD_PRELOAD"] = os.environ["AJAR_CAPTURE_SO"]
    out = subprocess.run([ajar, "tls", "--json", "--ca", f"{os.environ['HOME']}/trusted.pem", f"127.0.0.1:{port}"], capture_output=True,
                         text=True, timeout=START_S, env=environment)
    return (json.loads(out.stdout)["facts"] if out.stdout.strip() else {}), out.stderr


def page(ajar, port, *options):
    """The same for people."""
    return subprocess.run([ajar, "tls", *options, f"127.0.0.1:{port}"], capture_output=True, text=True, timeout=START_S,
                          env={**os.environ, "XDG_STATE_HOME": os.environ["HOME"], "LC_ALL": "C.UTF-8", "LANGUAGE": "en"}).stdout


def openssl(where, port, *args, key="rsa"):
    # LEVEL 0: a distribution's own list forbids what is to be found.
    return Server(["openssl", "s_server", "-accept", str(port), "-key", f"{key}.key", "-cert", f"{key}.pem", "-www", *args], where)


def gnutls(where, port, priority, *args):
    return Server(["gnutls-serv", "--port", str(port), "--x509keyfile", "rsa.key", "--x509certfile", "rsa.pem", "--http",
                   "--quiet", "--priority", priority, *args], where)


def nginx(where, port, settings, key="rsa", chain=None):
    """`chain`: what is shown instead of the key's own certificate."""
    conf = pathlib.Path(where, f"nginx-{port}.conf")
    conf.write_text(f"""daemon off; master_process off; pid {where}/nginx-{port}.pid; error_log stderr;
events {{}} http {{ access_log off; server {{ listen 127.0.0.1:{port} ssl; ssl_certificate {where}/{chain or key}.pem;
ssl_certificate_key {where}/{key}.key; {settings} }} }}""")
    return Server(["nginx", "-p", where, "-c", str(conf)], where)


def haproxy(where, port, settings, key="rsa"):
    both, conf = pathlib.Path(where, f"haproxy-{port}.pem"), pathlib.Path(where, f"haproxy-{port}.cfg")
    both.write_bytes(b"".join(pathlib.Path(where, f"{key}.{end}").read_bytes() for end in ("pem", "key")))
    conf.write_text(f"global\n maxconn 50\ndefaults\n mode http\n timeout client 9s\n timeout connect 9s\n timeout server 9s\n"
                    f"frontend f\n bind 127.0.0.1:{port} ssl crt {both} {settings}\n http-request return status 200\n")
    return Server(["haproxy", "-db", "-f", str(conf)], where)


def go(where, port, oldest, newest, *suites, key="rsa"):
    """Go's crypto/tls, versions as in 0x0303."""
    return Server([f"{where}/go-server", str(port), f"{key}.pem", f"{key}.key", oldest, newest, *suites], where,
                  {"GODEBUG": "tlsrsakex=0,tls3des=0,tlsmlkem=1"})  # as a module of today is built


def java(where, port, protocols, *suites, key="rsa", lax=True):
    """Java's JSSE, which forbids the old ones unless a security property says otherwise."""
    allowed = pathlib.Path(where, "lax.security")
    allowed.write_text("jdk.tls.disabledAlgorithms=\njdk.tls.legacyAlgorithms=\njdk.certpath.disabledAlgorithms=\n")
    return Server(["java", "-Xmx64m", "-XX:TieredStopAtLevel=1", *([f"-Djava.security.properties={allowed}"] if lax else []),
                   str(HERE / "JavaServer.java"), str(port), f"{key}.p12", protocols, ",".join(suites)], where)


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


# As root only: master wants accounts of its own.
POSTFIX = """mkdir q d; chown postfix d
printf '%%s\\n' "queue_directory = $D/q" "data_directory = $D/d" 'compatibility_level = 3.6' 'inet_interfaces = 127.0.0.1' 'inet_protocols = ipv4' \\
'myhostname = mail.example' "smtpd_tls_cert_file = $D/rsa.pem" "smtpd_tls_key_file = $D/rsa.key" \\
"maillog_file = $D/log" "maillog_file_prefixes = $D" 'alias_maps =' 'local_recipient_maps =' %s >main.cf
printf '%%s\\n' "127.0.0.1:$P inet n - n - - smtpd" 'tlsmgr unix - - n 1000? 1 tlsmgr' 'anvil unix - - n - 1 anvil' 'rewrite unix - - n - - trivial-rewrite' \\
'postlog unix-dgram n - n - 1 postlogd' 'proxymap unix - - n - - proxymap' >master.cf
postfix -c $D check 2>/dev/null; exec /usr/lib/postfix/sbin/master -c $D -d"""
APACHE = """printf '%%s\n' "ServerRoot $D" "PidFile $D/pid" "ServerName localhost" "Listen 127.0.0.1:$P" 'ErrorLog /dev/stderr' "DocumentRoot $D" \
'LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so' 'LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so' \
'LoadModule ssl_module /usr/lib/apache2/modules/mod_ssl.so' 'SSLEngine on' "SSLCertificateFile $D/rsa.pem" "SSLCertificateKeyFile $D/rsa.key" %s >a.conf
exec apache2 -X -d $D -f $D/a.conf"""
CADDY = """printf '{\n admin off\n auto_https off\n}\nhttps://127.0.0.1:%%s {\n tls %%s/rsa.pem %%s/rsa.key %s\n respond ok\n}\n' $P $D $D >Caddyfile
exec caddy run --config Caddyfile --adapter caddyfile"""
NODE = """exec node -e 'require("https").createServer({cert:require("fs").readFileSync("rsa.pem"),key:require("fs").readFileSync("rsa.key") %s},
(q,s)=>s.end("ok")).listen(process.env.P,"127.0.0.1")'"""
ETCD = """exec etcd --data-dir $D/e --listen-client-urls https://127.0.0.1:$P --advertise-client-urls https://127.0.0.1:$P --listen-peer-urls \
http://127.0.0.1:$((P+20000)) --initial-advertise-peer-urls http://127.0.0.1:$((P+20000)) --initial-cluster default=http://127.0.0.1:$((P+20000)) \
--cert-file rsa.pem --key-file rsa.key"""
MEMCACHED = "exec memcached -l 127.0.0.1 -p $P -U 0 -u root -Z -o ssl_chain_cert=rsa.pem,ssl_key=rsa.key%s"


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
