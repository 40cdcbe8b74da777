"""Consoles, monitors and stores over HTTP that Debian has, by their own units; not installed with what `make test` wants."""

from case import PASSWORD, SERVER, Case, Step
from common import certificate
from from_zoo import BY_NAME, CERTIFICATE, page, stranger

MONITOR = "open-monitor"
OWN = certificate("/etc/prometheus", "prometheus")


def exporter(name, port, holds, owner, more="", open="", text='ARGS=""'):
    """`open`: beside what the package does; `text`: its settings."""
    unit = f"prometheus-{name}-exporter"
    return Case(f"wide-{name}-exporter", ("nginx", unit), (port,), open=f"{open}\ncat >/etc/default/{unit} <<'END'\n{text}\nEND", seed="", holds=holds,
                owner=page(port, "/metrics"), stranger=stranger(port, "/metrics"), needs=(f"/usr/bin/{unit}",), wide=True,
                steps=(Step(MONITOR, f"{name}-exporter", "identified", page(port, "/metrics", owner, "https"), needs=CERTIFICATE + more),))


AS_OPS = f"-u ops:{PASSWORD}"
STATUS = "echo 'server { listen 127.0.0.1:8080; location /stub_status { stub_status; } }' >/etc/nginx/conf.d/status.conf"

# One image, made of text; its patient is called ADA.
IMAGE = r"""
cat >/root/image.txt <<'END'
(0008,0016) UI =SecondaryCaptureImageStorage
(0008,0018) UI [1.2.3.4.1]
(0008,0060) CS [OT]
(0010,0010) PN [ADA]
(0010,0020) LO [1]
(0020,000d) UI [1.2.3.4]
(0020,000e) UI [1.2.3.4.5]
END
dump2dcm -q /root/image.txt /root/image.dcm
"""
# It asks for a login by itself as soon as others may come, unless it is told not to.
ORTHANC_OPEN = r"""
sed -i -E 's/"RemoteAccessAllowed" : false/"RemoteAccessAllowed" : true, "AuthenticationEnabled" : false/' /etc/orthanc/orthanc.json
"""
TRANSMISSION_OPEN = r"""
sed -i '/"rpc-/d; s/^{/{ "rpc-authentication-required": false, "rpc-whitelist-enabled": false, "rpc-host-whitelist-enabled": false,/' \
  /etc/transmission-daemon/settings.json
"""
TRANSMISSION = "/transmission/web/"

PHPMYADMIN_OPEN = f"""
cat >/etc/phpmyadmin/conf.d/open.php <<'END'
<?php
$cfg['Servers'][1]['auth_type'] = 'config';
$cfg['Servers'][1]['user'] = 'app';
$cfg['Servers'][1]['password'] = 'hers';
$cfg['Servers'][1]['host'] = 'localhost';
END
cat >/etc/systemd/system/phpmyadmin-web.service <<'END'
[Service]
User=www-data
ExecStart=/usr/bin/php -S {SERVER}:8080 -t /usr/share/phpmyadmin
END
"""
PHPMYADMIN_SEED = """mariadb -e "create database shop; create table shop.person (name text); create user app@localhost identified by 'hers'; grant all on shop.* to app@localhost" """
TABLES = f"http://{SERVER}:8080/index.php?route=/database/structure&db=shop"
# By its own form: a name, a password and the token of the page.
PHPMYADMIN = f"""
rm -f /root/jar
token=$(curl -s -c /root/jar http://{SERVER}:8080/index.php | sed -n 's/.*name="token" value="\\([^"]*\\)".*/\\1/p' | head -n 1)
curl -s -L -b /root/jar -c /root/jar -o /dev/null --data-urlencode "token=$token" -d 'pma_username=app&pma_password=hers&server=1&route=/' \
  --data-urlencode "set_session=$(sed -n 's/.*phpMyAdmin\\t//p' /root/jar | head -n 1)" 'http://{SERVER}:8080/index.php?route=/'
curl -s -b /root/jar '{TABLES}'
"""

CASES = (
    exporter("blackbox", 9115, "blackbox_exporter_build_info", AS_OPS, OWN, text='ARGS="--config.file /etc/prometheus/blackbox.yml"'),
    exporter("mysqld", 9104, "mysqld_exporter_build_info", AS_OPS, OWN, text="ARGS=\"\"\nDATA_SOURCE_NAME='app:hers@(127.0.0.1:1)/'"),
    exporter("postgres", 9187, "postgres_exporter_build_info", AS_OPS, OWN, text="ARGS=\"\"\nDATA_SOURCE_NAME='postgresql://app@127.0.0.1:1/?sslmode=disable'"),
    exporter("redis", 9121, "redis_exporter_build_info", BY_NAME),
    exporter("nginx", 9113, "nginxexporter_build_info", BY_NAME, open=STATUS),
    Case("wide-orthanc", ("orthanc",), (8042,), open=ORTHANC_OPEN + IMAGE, holds="ADA", wide=True, needs=("/usr/sbin/Orthanc",),
         ready=page(8042, "/system"), seed=page(8042, "/instances", "-X POST --data-binary @/root/image.dcm"),
         owner=page(8042, "/patients?expand"), stranger=stranger(8042, "/patients?expand"),
         steps=(Step("open-store", "orthanc", "locked", page(8042, "/patients?expand", BY_NAME)),)),
    Case("wide-transmission", ("nginx", "transmission-daemon"), (9091,), open=TRANSMISSION_OPEN, seed="", holds="Transmission", wide=True,
         needs=("/usr/bin/transmission-daemon",), owner=page(9091, TRANSMISSION), stranger=stranger(9091, TRANSMISSION),
         steps=(Step("open-dashboard", "transmission", "identified", page(9091, TRANSMISSION, BY_NAME, "https"), needs=CERTIFICATE),)),
    Case("wide-phpmyadmin", ("mariadb", "phpmyadmin-web"), (8080,), open=PHPMYADMIN_OPEN, seed=PHPMYADMIN_SEED, holds="person", wide=True,
         needs=("/usr/share/phpmyadmin/index.php",), ready="mariadb -e 'select 1'", owner=f"curl -sf '{TABLES}'", stranger=f"curl -sf '{TABLES}'",
         steps=(Step("open-dashboard", "phpmyadmin", "locked", PHPMYADMIN),)),
)
