"""nginx: a plain web server, and what the certificate of a TLS server tells."""

from model import Spec, View, number

from . import alertmanager, prometheus

CONFIG = """
daemon off;
worker_processes 1;
pid $D/pid;
events { worker_connections 64; }
http {
    access_log off;
    client_body_temp_path $D/b; proxy_temp_path $D/p; fastcgi_temp_path $D/f; uwsgi_temp_path $D/u; scgi_temp_path $D/s;
    server { listen $A:$P LISTEN }
}
"""
SERVER = {"http.server": "nginx/{version}", "http.title": "A page"}
NGINX = "nginx -c $D/n.conf -p $D -e stderr"


def config(listen):
    return {"n.conf": CONFIG.replace("LISTEN", listen), "www/index.html": "<title>A page</title>\n"}


def tls(certificate, inside):
    return f"ssl; ssl_certificate $C/{certificate}.pem; ssl_certificate_key $C/{certificate}.key; {inside}"


def truth(box):
    return {"version": number(box.sh("nginx -v 2>&1"))}


def web(variant, listen, view):
    return Spec("nginx:" + variant, NGINX, files=config(listen), truth=truth, views=(view,))


def secure_web(variant, certificate, name_match, rules=(), no_rules=()):
    view = View("web", "identified", facts=SERVER, transport="tls", certificate=certificate + ".pem",
                name_match=name_match, rules=rules, no_rules=no_rules)
    return web(variant, tls(certificate, "root $D/www;"), view)


def before_prometheus(variant, inside, more=(), **view):
    """A dashboard without a lock of its own, behind a proxy."""
    return Spec("nginx:" + variant, "sh -c 'prometheus --config.file=$D/c.yml --storage.tsdb.path=$D/d"
                " --web.listen-address=$A:$P2 & exec " + NGINX + "'",
                files={**config(inside), "c.yml": prometheus.CONFIG.replace("$P", "$P2"), **dict(more)},
                seed=prometheus.HAS_SERIES.replace("$P", "$P2"), truth=lambda box: prometheus.truth_at(box, "P2"),
                views=(View("prometheus", "open", sees=("version", "records"), slack={"records": 0.02}, **view),))


PASS_ON = "location / { proxy_pass http://$A:$P2; }"
# The case of a dashboard that answers behind a certificate which ran out years ago and was never renewed.
EXPIRED_PROXY = before_prometheus("expired-proxy", tls("expired", PASS_ON), transport="tls", certificate="expired.pem",
                                  rules=("certificate-expired",))


def compressed(coding):
    """It asks the server behind for compressed answers, whatever the visitor asked for, and passes them on as they are."""
    inside = f'; location / {{ proxy_set_header Accept-Encoding "{coding}"; proxy_pass http://$A:$P2; }}'
    return before_prometheus(coding + "-unasked", inside)


def hidden_in_tls(variant, on_497):
    """Who comes in clear is shown something else with a status of its own; the dashboard stands inside TLS."""
    inside = tls("good", f"error_page 497 {on_497}; {PASS_ON} location = /clear.html {{ root $D; }}")
    return before_prometheus(variant, inside, [("clear.html", "<title>Something else</title>\n")], transport="tls",
                             certificate="good.pem")


PAGES = "root $D/www; location = /clear.html { root $D; }"


def answers_in_clear(variant, on_497):
    """A port for TLS that explains itself, in the administrator's own way, to those who come in clear."""
    listen = tls("good", f"error_page 497 {on_497}; {PAGES}")
    return Spec("nginx:" + variant, NGINX, truth=truth,
                files={**config(listen), "clear.html": "<title>Bitte verschlüsselt</title>\n"},
                views=(View("web", "identified", facts=SERVER, transport="tls", certificate="good.pem"),))


# A dashboard behind a proxy that takes its path away again.
BEHIND_A_PATH = Spec(
    "nginx:below-a-path", "sh -c 'prometheus-alertmanager --config.file=$D/am.yml --storage.path=$D/d"
    " --cluster.listen-address= --web.listen-address=$A:$P2 & exec " + NGINX + "'",
    files={**config("; location = / { return 302 /tools/alerts/; }"
                    " location /tools/alerts/ { proxy_pass http://$A:$P2/; }"),
           "am.yml": alertmanager.CONFIG},
    client="amtool --alertmanager.url=http://$A:$P2", seed=alertmanager.SEED, truth=alertmanager.truth,
    ready="until amtool --alertmanager.url=http://$A:$P2 alert query; do sleep 0.3; done",
    views=(View("alertmanager", "open", sees=("version", "records"), facts={"http.base": "/tools/alerts"}),))

SPECS = (
    BEHIND_A_PATH,
    answers_in_clear("tls-page", "=200 /clear.html"),
    answers_in_clear("tls-page-404", "=404 /clear.html"),
    answers_in_clear("tls-page-400", "=400 /clear.html"),
    answers_in_clear("tls-redirect", "=301 https://$host:$server_port$request_uri"),
    # No word of HTTP/1 is understood here.
    web("h2c", "http2; root $D/www;", View("web", "identified", facts={"http.version": "h2c"})),
    web("plain", "; root $D/www;", View("web", "identified", facts=SERVER)),
    secure_web("expired", "expired", (True, None), rules=("certificate-expired",)),
    secure_web("self-signed", "self", (True, None), no_rules=("certificate-expired",)),
    secure_web("other-name", "other", (False, None), no_rules=("certificate-expired",)),
    secure_web("own-ca", "good", (True, None), no_rules=("certificate-expired", "certificate-self-signed")),
    EXPIRED_PROXY,
    compressed("gzip"),
    compressed("deflate"),
    hidden_in_tls("tls-page-open", "=200 /clear.html"),
    hidden_in_tls("tls-redirect-open", "=301 https://$host:$server_port$request_uri"),
)
