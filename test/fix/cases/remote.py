"""What steers a machine: relays, screens, debuggers, PHP's process manager, Varnish's management port."""

from case import PASSWORD, PUBLIC, SERVER, Case, Step

from .common import at

OPEN_REMOTE = "open-remote"

PAGE_UNIT = """
install -d /srv/web; echo ada >/srv/web/name
cat >/etc/systemd/system/page.service <<'END'
[Service]
WorkingDirectory=/srv/web
ExecStart=/usr/bin/python3 -m http.server --bind 10.77.0.2 8000
END
"""
WEB = f"curl -sf -m 5 -x http://ADDRESS:3128 http://{SERVER}:8000/name"
# Everybody may come, at each place where people write it.
SQUID_OPEN = PAGE_UNIT + """
printf '%s\\n' 'acl later port 8080' 'http_access allow all' >/etc/squid/conf.d/handy.conf
sed -i 's/^http_access deny all/http_access allow all/' /etc/squid/squid.conf
"""

DANTE_OPEN = PAGE_UNIT + """
cat >/etc/danted.conf <<'END'
logoutput: /var/log/danted.log
internal: 0.0.0.0 port = 1080
external: cable
clientmethod: none
socksmethod: none
user.unprivileged: nobody
client pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }
socks pass {
  from: 0.0.0.0/0 to: 0.0.0.0/0
  socksmethod: none
}
END
"""
RELAY = f"curl -sf -m 5 USER --socks5 ADDRESS:1080 http://{SERVER}:8000/name"

VARNISH_OPEN = """
cat >/etc/varnish/default.vcl <<'END'
vcl 4.1;
backend default none;
sub vcl_recv { return (synth(200, "ada")); }
END
install -d /etc/systemd/system/varnish.service.d
printf '%s\\n' '[Service]' 'ExecStart=' 'ExecStart=/usr/sbin/varnishd -j unix,user=vcache -F -a :6081 -T 0.0.0.0:6082 -f /etc/varnish/default.vcl -S none' \\
  >/etc/systemd/system/varnish.service.d/handy.conf
"""
VARNISHADM = "varnishadm -T ADDRESS:6082 SECRET status | grep -q running; curl -s -o /dev/null -w '%{scheme} ada\\n' http://127.0.0.1:6081/"

FPM_OPEN = """
sed -i 's#^listen = .*#listen = 0.0.0.0:9000#' /etc/php/8.2/fpm/pool.d/www.conf
rm -f /etc/nginx/sites-enabled/*
install -d /srv/web; echo '<?php echo "a", "da";' >/srv/web/name.php
cat >/etc/nginx/conf.d/php.conf <<'END'
server {
  listen 8080;
  root /srv/web;
  location ~ [.]php$ { include fastcgi_params; fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; fastcgi_pass 127.0.0.1:9000; }
}
END
"""
PAGE = "curl -sf http://127.0.0.1:8080/name.php"

CASES = (
    Case("squid", ("page", "squid"), (3128,), open=SQUID_OPEN, seed="true", holds="ada", owner=at(WEB), address=PUBLIC, wide=True,
         stranger=at(WEB, PUBLIC), steps=(Step(OPEN_REMOTE, "squid", "unclear", at(WEB)),)),
    Case("dante", ("page", "danted"), (1080,), open=DANTE_OPEN, seed="true", holds="ada", owner=at(RELAY, user=""), wide=True,
         stranger=at(RELAY, SERVER, user=""),
         steps=(Step(OPEN_REMOTE, "socks", "locked", at(RELAY, SERVER, user=f"--proxy-user app:{PASSWORD}")),)),
    Case("varnish", ("varnish",), (6082,), open=VARNISH_OPEN, seed="true", holds="ada", owner=at(VARNISHADM, secret=""), wide=True,
         stranger=f"varnishadm -T {SERVER}:6082 status >/dev/null && echo ada",
         steps=(Step(OPEN_REMOTE, "varnish", "closed", at(VARNISHADM, secret="-S /etc/varnish/secret")),)),
    Case("fastcgi", ("php8.2-fpm", "nginx"), (9000,), open=FPM_OPEN, seed="true", holds="ada", owner=PAGE, wide=True,
         stranger=f"timeout 3 bash -c 'exec 3<>/dev/tcp/{SERVER}/9000' && echo ada", steps=(Step(OPEN_REMOTE, "fastcgi", "closed", PAGE),)),
)
