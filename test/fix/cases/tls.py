"""What `--tls full` finds, and chains that are not whole: nginx, PostgreSQL; in the wide run."""

from case import PUBLIC, SERVER, Case, Step

from .web import BY_CA, NGINX, NGINX_TLS, PG_OPEN, PG_SSL, checked, page, signed

# All that OpenSSL still has, and a prime of 1024 bits.
NGINX_WEAK = NGINX.replace("listen 80;", """listen 443 ssl; ssl_certificate /etc/nginx/cert.pem; ssl_certificate_key /etc/nginx/key.pem;
  ssl_dhparam /etc/nginx/dh.pem;
  ssl_protocols PROTOCOLS;
  ssl_ciphers CIPHERS;""").replace("MORE", "") + NGINX_TLS + "openssl dhparam -dsaparam -out /etc/nginx/dh.pem 1024 2>/dev/null\n"
NEWEST = f"{BY_CA} --tlsv1.2"


def weak(rule, protocols, ciphers):
    text = NGINX_WEAK.replace("PROTOCOLS", protocols).replace("CIPHERS", ciphers)
    if "DHE-RSA" not in ciphers:
        text = text.replace("  ssl_dhparam /etc/nginx/dh.pem;\n", "")
    return Case(f"nginx-{rule}", ("nginx",), (443,), open=text, seed="",
                holds="ada", owner=page("https", f"{BY_CA} --ciphers DEFAULT:@SECLEVEL=0", SERVER), scan="--tls full", wide=True,
                steps=(Step(rule, "web", "identified", page("https", NEWEST, SERVER), of_certificate=True),))


PG_WEAK = PG_OPEN.replace("expired", "good").replace("'ssl = on'", "'ssl = on' \"ssl_min_protocol_version = 'TLSv1'\""
                                                     " \"ssl_ciphers = 'ALL:eNULL:@SECLEVEL=0'\"")
PG_SEED = "runuser -u postgres -- psql -qc \"create role app login password 'A-LONG-PASSWORD'\""

# The authority that signed it is left out of what the server sends.
CHAIN = """
cd /run/certs
printf '%s\\n' basicConstraints=critical,CA:TRUE keyUsage=critical,keyCertSign,cRLSign >/root/middle.ext
openssl req -new -newkey rsa:2048 -nodes -subj "/CN=middle" -keyout middle.key -out middle.csr 2>/dev/null
openssl x509 -req -days 80 -in middle.csr -CA ca.pem -CAkey ca.key -CAcreateserial -extfile /root/middle.ext -out middle.pem 2>/dev/null
printf '%s\\n' 'subjectAltName=IP:10.77.0.2' 'authorityInfoAccess=caIssuers;URI:http://10.77.0.1/middle.crt' >/root/leaf.ext
openssl req -new -newkey rsa:2048 -nodes -subj "/CN=shop" -keyout leaf.key -out leaf.csr 2>/dev/null
openssl x509 -req -days 80 -in leaf.csr -CA middle.pem -CAkey middle.key -CAcreateserial -extfile /root/leaf.ext -out leaf.pem 2>/dev/null
install leaf.pem /etc/nginx/cert.pem
install -m 600 leaf.key /etc/nginx/key.pem
install leaf.pem /root/new-cert.pem
openssl x509 -in middle.pem -outform der -out /root/issuer.crt
# The authority is one that this machine trusts.
cat ca.pem >>/etc/ssl/certs/ca-certificates.crt
ln -s /run/certs/ca.pem /etc/ssl/certs/$(openssl x509 -in ca.pem -noout -hash).0
"""
NGINX_CHAIN = NGINX.replace("listen 80;", "listen 443 ssl; ssl_certificate /etc/nginx/cert.pem; ssl_certificate_key /etc/nginx/key.pem;"
                            ).replace("MORE", "") + NGINX_TLS + CHAIN

CASES = (
    weak("tls-old-versions", "TLSv1 TLSv1.1 TLSv1.2", "DEFAULT:@SECLEVEL=0"),
    weak("tls-weak-suites", "TLSv1.2", "ALL:eNULL:aNULL:@SECLEVEL=0"),
    weak("tls-weak-exchange", "TLSv1.2", "DHE-RSA-AES256-GCM-SHA384:AES256-SHA:ECDHE-RSA-AES256-GCM-SHA384:@SECLEVEL=0"),
    Case("postgresql-tls-full", ("postgresql@15-main",), (5432,), open=PG_WEAK, holds="1234", scan="--tls full", wide=True,
         ready="runuser -u postgres -- psql -c 'select 1'", owner="echo 1234", seed=PG_SEED,
         steps=(Step("tls-old-versions", "postgresql", "locked", PG_SSL, of_certificate=True),
                Step("tls-weak-suites", "postgresql", "locked", PG_SSL, of_certificate=True))),
    Case("certificate-chain", ("nginx",), (443,), open=NGINX_CHAIN, seed="", holds="ada", owner=page("https", "-k", SERVER), wide=True,
         scan="--ca /run/certs/ca.pem",
         steps=(Step("certificate-chain", "web", "identified", page("https", "--cacert /run/certs/ca.pem", SERVER), of_certificate=True,
                     behind="install /root/new-chain.pem /etc/nginx/cert.pem; systemctl reload nginx"),)),
)

# Ill made, or of nobody whom one trusts: for a client, taken back, of another authority, sent with its root and twice, in no log.
ILL = {"certificate-other-use": 8451, "certificate-revoked": 8452, "certificate-untrusted": 8453, "certificate-chain-untidy": 8454,
       "certificate-not-logged": 8455}
# One proof of a log as RFC 6962 3.3 has it, by nobody's key.
PROOF = bytes([0, *[1] * 32, *[0] * 8, 0, 0, 4, 3, 0, 1, 0])
PROOFS = (len(PROOF) + 2).to_bytes(2) + len(PROOF).to_bytes(2) + PROOF
LOGGED = "1.3.6.1.4.1.11129.2.4.2=DER:04" + (bytes([len(PROOFS)]) + PROOFS).hex()
ILL_CERTIFICATES = """
cd /run/certs
cp ca.pem /root/ca.pem; cp ca.key /root/ca-key.pem
made() { # port, options of openssl req
  port=$1; shift
  openssl req -new -newkey rsa:2048 -nodes -subj /CN=shop -addext subjectAltName=IP:11.22.33.44 "$@" -keyout $port.key -out $port.csr 2>/dev/null
  openssl ca -batch -notext -config ca.cnf -cert ca.pem -keyfile ca.key -in $port.csr -out $port.pem 2>/dev/null
}
made 8451 -addext extendedKeyUsage=clientAuth
made 8452; made 8453; made 8454; made 8455
openssl ca -config ca.cnf -cert ca.pem -keyfile ca.key -revoke 8452.pem 2>/dev/null
openssl ca -config ca.cnf -cert ca.pem -keyfile ca.key -gencrl -crldays 30 -out list.pem 2>/dev/null
openssl req -x509 -newkey rsa:2048 -nodes -days 90 -subj "/CN=Other CA" -keyout other-ca.key -out other-ca.pem 2>/dev/null
openssl x509 -req -days 80 -in 8453.csr -CA other-ca.pem -CAkey other-ca.key -CAcreateserial -copy_extensions copy -out 8453.pem 2>/dev/null
cat other-ca.pem >>8453.pem
cp 8454.pem one.pem; cat one.pem ca.pem one.pem >8454.pem
cat ca.pem list.pem >trusted.pem
for port in 8451 8452 8453 8454 8455; do
  install -m 600 $port.key /etc/nginx/$port.key; install $port.pem /etc/nginx/$port.pem
  echo "server { listen $port ssl; ssl_certificate /etc/nginx/$port.pem; ssl_certificate_key /etc/nginx/$port.key; root /var/www; }"
done >/etc/nginx/conf.d/ill.conf
"""
TIDY = "install -m 644 /run/certs/one.pem /etc/nginx/8454.pem; systemctl reload nginx"
# A reload ends before the last of the old workers does: the text's check comes when the new one answers.
REISSUED = """
cd /run/certs
printf '%s\\n' subjectAltName=IP:11.22.33.44 EXTENSION >logged.ext
openssl x509 -req -days 80 -in 8455.csr -CA ca.pem -CAkey ca.key -CAcreateserial -extfile logged.ext -out /etc/nginx/8455.pem 2>/dev/null
systemctl reload nginx
for try in $(seq 200); do
  openssl s_client -connect 11.22.33.44:8455 </dev/null 2>/dev/null | openssl x509 -noout -text | grep -q 'CT Precertificate SCTs' && break
  sleep 0.1
done
""".replace("EXTENSION", LOGGED)


def ill(rule, address=PUBLIC, **more):
    return Step(rule, "web", "identified", checked(ILL[rule], address), port=ILL[rule], of_certificate=True, **more)


CASES += (
    Case("certificates-ill", ("nginx",), tuple(ILL.values()), open=NGINX.replace("MORE", "") + ILL_CERTIFICATES, seed="", holds="ada", owner=page(),
         address=PUBLIC, wide=True, scan="--ca /run/certs/trusted.pem",
         steps=(*(ill(rule, "NAME", behind=signed(ILL[rule])) for rule in ("certificate-other-use", "certificate-revoked", "certificate-untrusted")),
                ill("certificate-chain-untidy", needs="cp /etc/nginx/8454.pem /root/chain.pem", behind=TIDY),
                ill("certificate-not-logged", needs=REISSUED))),
)
