"""What scripts run and serve: consoles, models, object stores; and small servers of Debian that have no lock of their own."""

from case import PASSWORD, PUBLIC, SERVER, Case, Step
from common import at

from from_zoo import BY_NAME, console
from model import PASSWORD as TOKEN
from wide.cache import CACHE

from .outside import CARD

STORE, DASHBOARD, FILES = "open-store", "open-dashboard", "open-files"


def datagram(port, words):
    """Shell, for at(): what comes back for these bytes over UDP, as Python writes it."""
    return ("python3 -c 'import socket,sys; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(3);"
            " s.connect((sys.argv[1], int(sys.argv[2]))); s.send(bytes.fromhex(sys.argv[3])); print(s.recv(9999))'"
            f" ADDRESS {port} {words.hex()}")


SPHINX_OPEN = """
cat >/etc/sphinxsearch/sphinx.conf <<'END'
index people
{
  type = rt
  path = /var/lib/sphinxsearch/people
  rt_field = name
  rt_attr_string = shown
}
searchd
{
  listen = 9306:mysql41
  pid_file = /var/lib/sphinxsearch/pid
  binlog_path = /var/lib/sphinxsearch
}
END
install -d /var/lib/sphinxsearch
cat >/etc/systemd/system/sphinxsearch.service <<'END'
[Service]
ExecStart=/usr/bin/searchd --nodetach --config /etc/sphinxsearch/sphinx.conf
END
"""
SPHINX = "mariadb --skip-ssl -h ADDRESS -P 9306 -e 'SELECT * FROM people'"

# Its own network is everybody's, and the router's outer address leads to it.
MAPPING_OPEN = CARD + f"""
printf '%s\\n' ext_ifname=cable ext_ip=72.79.77.69 listening_ip={SERVER}/1 enable_natpmp=yes enable_upnp=yes secure_mode=yes \\
  uuid=568dfb81-0f98-4c83-91c6-f5b88b5e0c02 'allow 1024-65535 192.0.2.0/24 1024-65535' 'deny 0-65535 0.0.0.0/0 0-65535' >/etc/miniupnpd/miniupnpd.conf
cat >/etc/systemd/system/miniupnpd.service <<'END'
[Service]
ExecStartPre=-/etc/miniupnpd/nft_init.sh
ExecStart=/usr/sbin/miniupnpd -d -f /etc/miniupnpd/miniupnpd.conf
END
nft 'table ip outer {{ chain in {{ type nat hook prerouting priority -100; ip daddr {PUBLIC} udp dport 5351 dnat to {SERVER}; }}; }}'
"""
# What its outer address is, 72.79.77.69, as letters.
MAPPING = datagram(5351, bytes(2))

SYNCTHING = f"syncthing() {{ runuser -u zoo -- env STHOMEDIR=/var/lib/syncthing/s HOME=/var/lib/syncthing {CACHE}/syncthing-1.30/syncthing \"$@\"; }}"
KEY = f"-H 'Authorization: Bearer {PASSWORD}'"
# Called by a name of one's own, as people do.
BY_NAMES = f"{BY_NAME} -H 'Host: models.shop.example'"


def tool(name, command):
    """Shell: a program of the cache by the name that a text calls it."""
    return f"""
printf '%s\\n' '#!/bin/sh' 'exec {command} "$@"' >/run/fix-bin/{name}
chmod 755 /run/fix-bin/{name}
"""


# A bucket that is everybody's is asked for by its own address.
MINIO = f"{CACHE}/minio-2026/minio"
MC = f"{CACHE}/mc-2025/mc"
MINIO_OPEN = tool("mc", f"env MC_HOST_zoo=http://zoozoo:s3cret123@{SERVER}:9000 {MC}") + f"""
useradd --system minio || true
install -d -o minio /var/lib/minio
printf '%s\\n' MINIO_ROOT_USER=zoozoo MINIO_ROOT_PASSWORD=s3cret123 MINIO_VOLUMES=/var/lib/minio >/etc/default/minio
cat >/etc/systemd/system/minio.service <<'END'
[Service]
User=minio
EnvironmentFile=/etc/default/minio
ExecStart={MINIO} server --address :9000 /var/lib/minio
END
"""
MINIO_SEED = "echo ada >/tmp/name; mc mb -q zoo/people; mc cp -q /tmp/name zoo/people/name; mc anonymous set public zoo/people"
BUCKET = f"http://{SERVER}:9000/people"
SIGNED = f"curl -sSf --aws-sigv4 aws:amz:us-east-1:s3 -u 'an-own-name:{PASSWORD}' {BUCKET}/name"

S3RVER_OPEN = f"""
useradd --system s3rver || true
install -d -o s3rver /var/lib/s3rver
cat >/etc/systemd/system/s3rver.service <<'END'
[Service]
User=s3rver
ExecStart=/usr/bin/env node {CACHE}/s3rver-3/node_modules/.bin/s3rver -d /var/lib/s3rver -a 0.0.0.0 -p 4568 --no-vhost-buckets --configure-bucket people
END
"""
PHOTOS = "curl -sSf http://ADDRESS:4568/people/name"

AZURITE = f"http://{SERVER}:10000/devstoreaccount1"
# The account and the key that it ships with.
AZURITE_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
ACCOUNT = ("export AZURE_STORAGE_CONNECTION_STRING='DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;"
           f"AccountKey={AZURITE_KEY};BlobEndpoint={AZURITE}'\n")
AZURE_CLI = f"{CACHE}/azure-cli-2"
AZURITE_OPEN = tool("az", f"env AZURE_CORE_COLLECT_TELEMETRY=0 PYTHONPATH={AZURE_CLI} /usr/bin/python3 -m azure.cli") + f"""
useradd --system azurite || true
install -d -o azurite /var/lib/azurite
cat >/etc/systemd/system/azurite.service <<'END'
[Service]
User=azurite
ExecStart=/usr/bin/env node {CACHE}/azurite-3/node_modules/.bin/azurite-blob --blobHost 0.0.0.0 -l /var/lib/azurite --silent --disableTelemetry --skipApiVersionCheck
END
"""
AZURITE_SEED = ACCOUNT + """
echo ada >/tmp/name
az storage container create --name people --public-access container -o none
az storage blob upload --container-name people --name name --file /tmp/name --no-progress -o none
"""
AZURITE_OWNER = ACCOUNT + ("rm -f /tmp/got; az storage blob download --container-name people --name name --file /tmp/got --no-progress -o none"
                           " && cat /tmp/got")

CASES = (
    Case("sphinx", ("sphinxsearch",), (9306,), address=PUBLIC, wide=True, open=SPHINX_OPEN, holds="ada", needs=("/usr/bin/searchd",),
         seed="mariadb --skip-ssl -h 127.0.0.1 -P 9306 -e \"INSERT INTO people(id, name, shown) VALUES(1, 'ada', 'ada')\"",
         owner=at(SPHINX, SERVER), stranger=at(SPHINX, PUBLIC), steps=(Step(STORE, "sphinx", "closed", at(SPHINX, SERVER)),)),
    Case("nat-pmp", ("miniupnpd",), (5351,), udp=True, address=PUBLIC, wide=True, open=MAPPING_OPEN, seed="true", holds="HOME",
         needs=("/usr/sbin/miniupnpd",), ready=at(MAPPING, SERVER), owner=at(MAPPING, SERVER), stranger=at(MAPPING, PUBLIC),
         steps=(Step("ports-by-strangers", "nat-pmp", "closed", at(MAPPING, "192.0.2.1")),)),
    # The name of the model stays public.
    console(DASHBOARD, "llama-cpp", "llama-cpp:open", 8080, "/props", "default_generation_settings", says="locked", owner=KEY),
    console(DASHBOARD, "ollama", "ollama:open", 11434, "/api/tags", "ada", owner=BY_NAMES),
    console(FILES, "syncthing", "syncthing-1.30:open", 8384, "/meta.js", "deviceID", says="locked", before=SYNCTHING,
            owner=f"{BY_NAME} -H 'Host: files.shop.example'"),
    console(STORE, "directus", "directus:open", 8055, "/items/people", "ada", says="locked", scheme="http",
            owner=f"-H 'Authorization: Bearer {TOKEN}'", before=f"DIRECTUS_TOKEN={TOKEN}"),
    Case("minio", ("minio",), (9000,), wide=True, open=MINIO_OPEN, seed=MINIO_SEED, holds="ada", ready=f"curl -sf http://{SERVER}:9000/minio/health/ready",
         owner="mc cat zoo/people/name", stranger=f"curl -sSf {BUCKET}/name", scan=BUCKET, needs=(MINIO, MC),
         steps=(Step(STORE, "minio", "locked", SIGNED, before=f"export MC_HOST_ALIAS=http://zoozoo:s3cret123@{SERVER}:9000"),)),
    # It knows no lock.
    Case("s3rver", ("s3rver",), (4568,), address=PUBLIC, wide=True, open=S3RVER_OPEN, seed=f"echo ada | curl -sSf -T - http://{SERVER}:4568/people/name", holds="ada",
         owner=at(PHOTOS, SERVER), stranger=at(PHOTOS, PUBLIC), needs=(f"{CACHE}/s3rver-3",), steps=(Step(STORE, "s3", "closed", at(PHOTOS, SERVER)),)),
    Case("azurite", ("azurite",), (10000,), wide=True, open=AZURITE_OPEN, seed=AZURITE_SEED, holds="ada", owner=AZURITE_OWNER,
         stranger=f"curl -sSf {AZURITE}/people/name", scan=f"{AZURITE}/people", needs=(f"{CACHE}/azurite-3", AZURE_CLI),
         steps=(Step(STORE, "azure-blob", "locked", AZURITE_OWNER, before=ACCOUNT),)),
)
