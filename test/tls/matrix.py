"""The matrix: servers of many settings, and the facts that `ajar tls` is to state of each. A fact that is None must not be
stated."""
import os
import pathlib
import ssl
import subprocess

import keys
from servers import (APACHE, CADDY, DOVECOT, ETCD, HERE, MARIADB, MEMCACHED, MOSQUITTO, NATS, NODE, POSTFIX, POSTGRESQL, REDIS, SLAPD, STUNNEL,
                     VSFTPD, Canned, gnutls, go, haproxy, java, nginx, old_server, openssl, service)
from sqlserver import OFF, REQUIRED, SqlServer

GO_CACHE = os.environ.get("GOCACHE") or os.path.expanduser("~/.cache/go-build")  # who runs the matrix gives it another home
V10, V11, V12, V13 = "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"
LEVEL_0 = "@SECLEVEL=0"

# Who is asked on its own ports only.
AT_HOME = {"SQL Server": 1433, "SQL Server that wants it, old": 2433, "SQL Server that encrypts logins alone": 14330}


def cases(where, der):
    """Of versions, suites, upgrades and habits: name -> (start(port), facts)."""
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
                                   "tls.secure_renegotiation": True, "tls.preference": "client", "tls.sha1_signatures": False,
                                   "tls.cbc": True, "tls.alpn": "none"}),
        "openssl h2": (s("-alpn", "h2,http/1.1"), {"tls.alpn": "h2"}),
        "openssl another protocol": (s("-alpn", "stun.turn"), {"tls.alpn": "refused"}),
        "openssl no CBC": (s("-cipher", "ECDHE+AESGCM"), {"tls.cbc": False, "tls.aead": True}),
        "openssl everything": (s("-cipher", "ALL:COMPLEMENTOFALL:" + LEVEL_0), {
            "tls.versions": all_versions, "tls.weak": "null,anonymous", "tls.sha1_signatures": True, "tls.fallback_signal": True}),
        "openssl server preference": (s("-serverpref"), {**modern, "tls.preference": "server"}),
        "openssl no renegotiation extension": (s("-no_renegotiation"), {"tls.secure_renegotiation": True}),
        "openssl compression asked for": (s("-comp"), {"tls.compression": False}),
        "openssl only 1.3": (s("-tls1_3"), {"tls.versions": V13, "tls.weak": "none", "tls.forward_secrecy": "always",
                                            "tls.aead": True, "tls.cbc": False, "tls.alpn": None, "tls.dh_bits": None, "tls.preference": None}),
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
        "openssl CBC only": (s("-tls1_2", "-cipher", "ECDHE-RSA-AES128-SHA"), {"tls.aead": False, "tls.cbc": True, "tls.forward_secrecy": "always"}),
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
        "openssl stapled": (s("-status_file", "expired.ocsp"), {"tls.stapled": True}),
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
        "dovecot IMAP 1.3": (of("dovecot", DOVECOT.replace("TLSv1.2", "TLSv1.3") % ("$P", "0")), {
            "tls.versions": V13, "tls.inside": True, "cert.subject": "CN=localhost"}),
        "vsftpd": (of("vsftpd", VSFTPD), {"tls.inside": True, "cert.subject": "CN=localhost"}),
        "SQL Server": (lambda port: SqlServer(where, port), {"tls.versions": V12, "tls.weak": "none", "tls.inside": True,
                                                             "cert.subject": "CN=localhost", "tls.dh_bits": None}),
        "SQL Server that wants it, old": (lambda port: SqlServer(where, port, REQUIRED, ssl.TLSVersion.TLSv1, "kRSA+AES@SECLEVEL=0"), {
            "tls.versions": f"{V10},{V11},{V12}", "tls.inside": True, "tls.forward_secrecy": "never"}),
        "SQL Server that encrypts logins alone": (lambda port: SqlServer(where, port, OFF), {"tls.versions": V12, "tls.inside": True}),
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


def more_servers(where):
    """Libraries and servers beside those of cases(): what is heavier, or in no package of `tools/install-packages test`."""
    def of(name, script, user=None):
        return lambda port: service(where, port, name, script, user)

    def h(settings, key="rsa"):
        return lambda port: haproxy(where, port, settings, key)

    def g(*args, key="rsa"):
        return lambda port: go(where, port, *args, key=key)

    def j(*args, key="rsa"):
        return lambda port: java(where, port, *args, key=key)

    modern = {"tls.versions": f"{V12},{V13}", "tls.weak": "none"}
    all_versions = f"{V10},{V11},{V12},{V13}"
    return {
        "haproxy as it is": (h(""), {**modern, "tls.compression": False, "tls.secure_renegotiation": True, "tls.dh_bits": None}),
        "haproxy 1.0 alone": (h(f"ssl-min-ver TLSv1.0 ssl-max-ver TLSv1.0 ciphers DEFAULT{LEVEL_0}"), {"tls.versions": V10, "tls.weak": "none"}),
        "haproxy 1.3 alone": (h("ssl-min-ver TLSv1.3"), {"tls.versions": V13, "tls.forward_secrecy": "always"}),
        "haproxy client certificate": (h(f"ca-file {where}/rsa.pem verify required"), {**modern, "tls.client_cert_asked": True}),
        "haproxy ECDHE alone": (h("ssl-max-ver TLSv1.2 ciphers ECDHE+AESGCM"), {"tls.versions": V12, "tls.forward_secrecy": "always", "tls.aead": True}),
        "go as it is": (g("0303", "0304"), {**modern, "tls.post_quantum": "X25519MLKEM768", "tls.forward_secrecy": "always", "tls.compression": False}),
        "go 1.0 to 1.2, RSA's own exchange": (g("0301", "0303", "002f", "0035"), {
            "tls.versions": f"{V10},{V11},{V12}", "tls.weak": "none", "tls.forward_secrecy": "never", "tls.aead": False, "tls.fallback_signal": True}),
        "go RC4 and 3DES": (g("0301", "0303", "0005", "c011", "c012"), {"tls.weak": "rc4,3des"}),
        "go EC key": (g("0303", "0304", key="ec"), {**modern, "cert.key": "EC 256"}),
        "java as it is": (lambda port: java(where, port, f"{V12},{V13}", lax=False), {**modern, "tls.preference": "server", "tls.master_secret": True, "tls.encrypt_then_mac": False}),
        "java 1.0 and 1.1": (j(f"{V10},{V11}", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "TLS_RSA_WITH_AES_128_CBC_SHA"),
                             {"tls.versions": f"{V10},{V11}", "tls.weak": "none", "tls.forward_secrecy": "sometimes"}),
        "java 3DES": (j(f"{V10},{V12}", "SSL_RSA_WITH_3DES_EDE_CBC_SHA", "TLS_RSA_WITH_AES_128_CBC_SHA"), {
            "tls.versions": f"{V10},{V12}", "tls.weak": "3des", "tls.forward_secrecy": "never"}),
        "java RC4, DES and NULL": (j(V10, "SSL_RSA_WITH_RC4_128_MD5", "SSL_RSA_WITH_DES_CBC_SHA", "SSL_RSA_WITH_NULL_SHA"),
                                   {"tls.versions": V10, "tls.weak": "null,des,rc4"}),
        "java export": (j(V10, "SSL_RSA_EXPORT_WITH_RC4_40_MD5"), {"tls.versions": V10, "tls.weak": "export"}),
        "java anonymous": (j(V12, "TLS_DH_anon_WITH_AES_128_GCM_SHA256"), {"tls.versions": V12, "tls.weak": "anonymous"}),
        "postfix": (of("postfix", POSTFIX % "'smtpd_tls_security_level = may'"), {  # as good as it gets, for who would talk in clear else
            "tls.versions": all_versions, "tls.weak": "anonymous", "tls.inside": True}),
        "postfix TLS alone lets in": (of("postfix", POSTFIX % "'smtpd_tls_auth_only = yes' 'smtpd_tls_mandatory_protocols = TLSv1.3' 'smtpd_tls_security_level = encrypt'"), {"tls.versions": V13, "tls.inside": True, "cert.subject": "CN=localhost"}),
        "apache": (of("apache", APACHE % ""), {**modern, "tls.inside": None}),
        "apache 1.2 in its own order": (of("apache", APACHE % "'SSLProtocol -all +TLSv1.2' 'SSLHonorCipherOrder on'"),
                                                  {"tls.versions": V12, "tls.compression": False, "tls.preference": "server"}),
        "caddy": (of("caddy", CADDY % ""), {**modern, "tls.forward_secrecy": "always"}),
        "node": (of("node", NODE % ""), {**modern, "tls.inside": None}),
        "node 1.3 alone": (of("node", NODE % ",minVersion:\"TLSv1.3\""), {"tls.versions": V13}),
        "etcd": (of("etcd", ETCD), {"tls.versions": f"{V12},{V13}", "tls.weak": "3des", "tls.beside_plain": None}),
        "memcached": (of("memcached", MEMCACHED % ""), {**modern, "tls.inside": None}),
    }


def certificates(where):
    """Of certificates and their chains, by three servers."""
    def n(key, chain=None):
        return lambda port: nginx(where, port, "", key, chain)

    def s(*args, key="rsa"):
        return lambda port: openssl(where, port, *args, key=key)

    def h(key):
        return lambda port: haproxy(where, port, "", key)

    trusted = {"cert.chain": "trusted", "cert.chain.sent": None}
    return {
        "chain whole": (n("leaf", "whole"), {**trusted, "cert.chain_length": 2, "cert.name_match": True, "cert.ca": False, "cert.for_servers": True}),
        "chain without its link": (n("leaf"), {"cert.chain": "unknown authority", "cert.chain.missing": "CN=middle", "cert.chain_length": 1}),
        "chain without a link that can be fetched": (n("fetchable", "fetchable-alone"), {"cert.chain": "incomplete", "cert.chain.missing": "CN=middle"}),
        "chain out of order, with its root": (n("leaf", "untidy"), {"cert.chain": "trusted", "cert.chain.sent": "out of order,root"}),
        "chain with a link twice": (n("leaf", "twice"), {"cert.chain": "trusted", "cert.chain.sent": "twice"}),
        "chain with a link that is over": (n("below-old", "old-chain"), {"cert.chain": "trusted", "cert.chain.expired": "CN=old-middle"}),
        "chain to a root of one's own": (n("below-stranger", "strange-chain"), {"cert.chain": "own authority", "cert.chain.sent": "root"}),
        "certificate for another address": (h("elsewhere"), {"cert.name_match": False, "cert.revoked": False}),
        "certificate of a client": (h("client"), {"cert.for_servers": False}),
        "certificate that may not sign": (n("encrypts"), {"cert.signs": False}),
        "certificate of an authority": (h("authority"), {"cert.ca": True, "cert.chain": "trusted"}),
        "certificate of the future": (h("future"), {"cert.not_before": "2040-01-01T00:00:00Z"}),
        "certificate for 25 years": (h("long"), {"cert.not_after": "2045-01-01T00:00:00Z"}),
        "certificate signed by MD5": (s("-cipher", "DEFAULT" + LEVEL_0, key="md5"), {"cert.signature": "md5WithRSAEncryption"}),
        "certificate that is listed": (n("revoked"), {"cert.revoked": True}),
        "certificate that its own server calls revoked": (s("-status_file", "revoked.ocsp", key="revoked"), {
            "tls.stapled_says": "revoked", "cert.revoked": True}),
        "certificate that its own server calls good": (s("-status_file", "elsewhere.ocsp", key="elsewhere"), {"tls.stapled_says": "good"}),
        "certificate with another's status": (s("-status_file", "elsewhere.ocsp", key="long"), {"tls.stapled_says": "another certificate"}),
        "key with an exponent of 3": (h("e3"), {"cert.exponent": 3, "cert.self_signed": True}),
        "key of P-384": (h("p384"), {"cert.key": "EC 384", "cert.chain": "trusted"}),
    }


def numbered(where, wide):
    """Makes the keys, and what is to be compiled, then all cases: (port, name, start(port), facts)."""
    table = {**cases(where, keys.make(where)), **certificates(where)}
    if wide:
        subprocess.run(["go", "build", "-o", f"{where}/go-server", str(HERE / "go_server.go")], check=True, cwd=where,
                       env={**os.environ, "GOCACHE": GO_CACHE, "GO111MODULE": "off"})
        table.update(more_servers(where))
    return [(AT_HOME.get(name, 17000 + place), name, *case) for place, (name, case) in enumerate(table.items())]
