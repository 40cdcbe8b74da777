"""What steers a machine: relays, screens, debuggers, PHP's process manager, Varnish's management port."""

from case import PASSWORD, PUBLIC, SERVER, Case, Step
from common import at

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

# The text leaves the start of the server to the owner, who does what it says behind it.
VNC_OPEN = """
cat >/etc/systemd/system/desktop.service <<'END'
[Service]
ExecStart=/usr/bin/Xtigervnc :1 -nolock -rfbport 5901 -geometry 640x480 -depth 16 -nolisten tcp -nolisten unix -ac -SecurityTypes None -desktop ada
END
"""
VNC_BEHIND = "sed -i 's/ -SecurityTypes/ -localhost&/' /etc/systemd/system/desktop.service; systemctl restart desktop"
GREETING = "bash -c 'exec 3<>/dev/tcp/ADDRESS/5901; head -c 11 <&3'"

X11_OPEN = """
install -d /srv/x; printf '\\377\\377\\0\\0\\0\\0\\0\\022MIT-MAGIC-COOKIE-1\\0\\0200123456789abcdef' >/srv/x/auth
cat >/etc/systemd/system/screen.service <<'END'
[Service]
ExecStart=/usr/bin/Xvfb :4 -nolock -noreset -listen tcp -nolisten unix -screen 0 64x64x16 -auth /srv/x/auth
END
"""
ON_DISPLAY = "export XAUTHORITY=/srv/x/auth DISPLAY=127.0.0.1:4"
XPROP = "xprop -root"

JDWP_OPEN = """
cat >/srv/Shop.java <<'END'
import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
public class Shop {
    public static void main(String[] a) throws Exception {
        var server = HttpServer.create(new InetSocketAddress("127.0.0.1", 8000), 0);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, 4);
            exchange.getResponseBody().write("ada\\n".getBytes());
            exchange.close();
        });
        server.start();
    }
}
END
cat >/etc/systemd/system/shop.service <<'END'
[Service]
Environment=JAVA_TOOL_OPTIONS=-Xmx64m
ExecStart=/usr/bin/java -agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=*:5005 /srv/Shop.java
END
"""
JDWP_BEHIND = "sed -i -E 's/-agentlib:jdwp=[^ ]* //' /etc/systemd/system/shop.service; systemctl restart shop"
SHOP = "curl -sf http://127.0.0.1:8000/"

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
    Case("vnc", ("desktop",), (5901,), open=VNC_OPEN, seed="true", holds="RFB", owner=at(GREETING), wide=True,
         stranger=at(GREETING, SERVER), steps=(Step(OPEN_REMOTE, "vnc", "closed", at(GREETING), behind=VNC_BEHIND),)),
    Case("x11", ("screen",), (6004,), open=X11_OPEN, seed=f"{ON_DISPLAY}; xhost +", holds="_XKB_RULES_NAMES", wide=True,
         owner=f"{ON_DISPLAY}; {XPROP}", stranger=f"DISPLAY={SERVER}:4 {XPROP}",
         steps=(Step(OPEN_REMOTE, "x11", "locked", f"{ON_DISPLAY}; {XPROP}", before=ON_DISPLAY),)),
    Case("jdwp", ("shop",), (5005,), open=JDWP_OPEN, seed="true", holds="ada", owner=SHOP, wide=True, ready=SHOP,
         stranger=f"(printf JDWP-Handshake; sleep 1) | timeout 3 bash -c 'exec 3<>/dev/tcp/{SERVER}/5005; cat >&3; head -c 14 <&3' && echo ada",
         steps=(Step(OPEN_REMOTE, "jdwp", "closed", SHOP, behind=JDWP_BEHIND, down=True, severity="critical"),)),
)
