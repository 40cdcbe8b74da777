"""Certificates and TLS of Elasticsearch, of the wide zoo's cache."""

from case import PASSWORD, SERVER, Case, Step

from .search import ELASTIC, ELASTIC_CERTIFICATE, ELASTIC_LOGIN, SEARCH_SEED, search

AS_HIM = f"-u admin:{PASSWORD}"
TRUSTED = f"--cacert /run/certs/ca.pem {AS_HIM}"
HTTPS = """xpack.security.enabled: true
xpack.security.http.ssl.enabled: true
xpack.security.http.ssl.certificate: cert.pem
xpack.security.http.ssl.key: key.pem
"""
ELASTIC_TLS = ELASTIC_LOGIN.replace("xpack.security.enabled: true\n", HTTPS) + ELASTIC_CERTIFICATE
NEW = "cp /run/certs/good.pem /root/new-cert.pem; cp /run/certs/good.key /root/new-key.pem\n"
# One that ends in some days; with the key of the good one.
ENDING = """
cd /run/certs
openssl req -new -key good.key -subj /CN=shop -addext subjectAltName=IP:10.77.0.2,DNS:localhost -out ending.csr 2>/dev/null
openssl ca -batch -notext -config ca.cnf -cert ca.pem -keyfile ca.key -md sha256 -in ending.csr -out ending.pem \\
  -startdate "$(date -u -d '-85 days' +%y%m%d000000Z)" -enddate "$(date -u -d '5 days' +%y%m%d000000Z)" 2>/dev/null
"""
EXPIRED = "cat /run/certs/expired.pem >/etc/elasticsearch/cert.pem; cat /run/certs/expired.key >/etc/elasticsearch/key.pem\n"
# This Java speaks nothing older than TLS 1.2 unless it is let.
OLD = """
echo 'jdk.tls.disabledAlgorithms=NULL' >/etc/elasticsearch/java.security
echo '-Djava.security.properties=/etc/elasticsearch/java.security' >/etc/elasticsearch/jvm.options.d/old.options
echo 'xpack.security.http.ssl.supported_protocols: [TLSv1.1]' >>/etc/elasticsearch/elasticsearch.yml
"""


def elastic(rule, opened, owner, **more):
    ready = search("https", f"-k {owner} {AS_HIM}").replace("/person/_search", "/_cluster/health")
    seed = SEARCH_SEED.replace("-sf", f"-skf {owner} {AS_HIM}").replace("http://", "https://")
    return Case(f"elasticsearch-{rule}", ("elasticsearch",), (9200,), open=ELASTIC_TLS + opened, seed=seed, holds="ada", ready=ready,
                owner=search("https", f"-k {owner} {AS_HIM}"), needs=(ELASTIC,), wide=True,
                steps=(Step(rule, "elasticsearch", "locked", search("https", TRUSTED, SERVER), of_certificate=True, needs=NEW),), **more)


CASES = (
    elastic("certificate-expired", EXPIRED, ""),
    elastic("certificate-expiring", ENDING + "cat /run/certs/ending.pem >/etc/elasticsearch/cert.pem\n", ""),
    elastic("tls-obsolete", OLD, "--ciphers DEFAULT:@SECLEVEL=0"),
)
