"""tinyproxy and Squid: for everybody, with a login, as it comes (tunnels to port 443 only), for nobody; and a web server on a proxy's port."""

from model import PASSWORD, Spec, View, number

SQUID = ("http_port $A:$P\nvisible_hostname zoo\npid_filename none\ncache_log $D/log.txt\naccess_log none\ncache deny all\n"
         "shutdown_lifetime 0 seconds\n")
PORTS = ("acl SSL_ports port 443\nacl Safe_ports port 80 443 1025-65535\nacl CONNECT method CONNECT\nhttp_access deny !Safe_ports\n"
         "http_access deny CONNECT !SSL_ports\n")
LOGIN = ("auth_param basic program /usr/lib/squid/basic_ncsa_auth $D/users\nauth_param basic realm zoo\nacl known proxy_auth REQUIRED\n"
         "http_access allow known\nhttp_access deny all\n")
WEB = "import http.server, sys; http.server.ThreadingHTTPServer((sys.argv[1], int(sys.argv[2])), http.server.SimpleHTTPRequestHandler).serve_forever()"


def version(command):
    return lambda box: {"version": number(box.sh(command))}


def squid(variant, text, view, host):
    return Spec("squid:" + variant, "squid -N -n zoo$P -f $D/s.conf", port=3128, host=host, files={"s.conf": SQUID + text},
                prepare=f"htpasswd -bc users zoo {PASSWORD}", truth=version("squid -v"), views=(view,))


def tinyproxy(variant, text, view, host):
    return Spec("tinyproxy:" + variant, "tinyproxy -d -c $D/t.conf", port=8888, host=host,
                files={"t.conf": "Port $P\nListen $A\nTimeout 10\nMaxClients 9\n" + text}, truth=version("tinyproxy -v"), views=(view,))


SPECS = (
    tinyproxy("open", "", View("tinyproxy", "open", facts={"auth": "none"}, sees=("version",)), 0),
    tinyproxy("locked", f"BasicAuth zoo {PASSWORD}\n", View("tinyproxy", "locked", facts={"auth": "password"}, sees=("version",)), 1),
    squid("open", "http_access allow all\n", View(("http-proxy", "squid"), "open", facts={"auth": "none"}), 0),
    squid("as-it-comes", PORTS + "http_access allow all\n", View("squid", "open", facts={"auth": "none"}, sees=("version",)), 1),
    squid("locked", LOGIN, View("squid", "locked", facts={"auth": "password"}, sees=("version",)), 2),
    squid("nobody", "http_access deny all\n", View("squid", "unclear", facts={"auth": None}, sees=("version",)), 3),
    Spec("web:on-3128", "python3 -c '" + WEB + "' $A $P", port=3128, host=4, views=(View("web", "identified"),)),
)
