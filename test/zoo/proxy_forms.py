"""How the usual proxies are told the same: the Nth server below /x/kN/ at PLAIN, and as kN.NAME.test at PLAIN and SECURE."""

import json
import pathlib
import shutil
import subprocess

import wide.cache

NGINX = """
daemon off; worker_processes 1; pid %(d)s/nginx.pid; error_log %(d)s/error;
events { worker_connections 1024; }
http {
    access_log off; server_names_hash_max_size 4096; server_names_hash_bucket_size 128;
    client_body_temp_path %(d)s/b; proxy_temp_path %(d)s/p; fastcgi_temp_path %(d)s/f; uwsgi_temp_path %(d)s/u; scgi_temp_path %(d)s/s;
    ssl_certificate %(d)s/cert.pem; ssl_certificate_key %(d)s/key.pem;
    server { listen %(a)s:%(plain)s default_server; %(paths)s }
    %(names)s
}
"""
HAPROXY = """
global
 maxconn 2000
 log stderr local0 emerg
defaults
 mode http
 timeout connect 5s
 timeout client 30s
 timeout server 30s
frontend plain
 bind %(a)s:%(plain)s
 bind %(a)s:%(secure)s ssl crt %(d)s/both.pem
 use_backend path-%%[path,field(3,/)] if { path_beg /x/ }
 use_backend name-%%[req.hdr(host),field(1,.)]
"""


def program(name, *cached):
    """Where it is installed, or where the wide zoo has put it."""
    found = shutil.which(name)
    for path in cached:
        if not found and (wide.cache.CACHE / path).exists():
            found = str(wide.cache.CACHE / path)
    return found


def make_certificate(directory):
    names = ",".join(f"DNS:*.{proxy.NAME}.test" for proxy in PROXIES)
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "90", "-subj", "/CN=shop.test",
                    "-addext", f"subjectAltName={names}", "-keyout", str(directory / "key.pem"), "-out", str(directory / "cert.pem")],
                   check=True, capture_output=True)
    (directory / "both.pem").write_text((directory / "cert.pem").read_text() + (directory / "key.pem").read_text())


class Nginx:
    NAME, ADDRESS = "nginx", "127.121.0.1"

    @classmethod
    def prepare(cls, directory, count, address, port, plain, secure):
        paths = "\n".join(f"location /x/k{n}/ {{ proxy_pass http://{address(n)}:{port}/; }}" for n in range(count))
        names = "\n".join(f"server {{ listen {cls.ADDRESS}:{plain}; listen {cls.ADDRESS}:{secure} ssl; server_name k{n}.nginx.test; location / {{"
                          f" proxy_pass http://{address(n)}:{port}; proxy_set_header Host $http_host; }} }}" for n in range(count))
        (directory / "n.conf").write_text(NGINX % {"d": directory, "a": cls.ADDRESS, "plain": plain, "paths": paths, "names": names})
        return [program("nginx"), "-c", str(directory / "n.conf"), "-p", str(directory), "-e", "stderr"]


class HAProxy:
    NAME, ADDRESS = "haproxy", "127.121.0.2"

    @classmethod
    def prepare(cls, directory, count, address, port, plain, secure):
        text = HAPROXY % {"d": directory, "a": cls.ADDRESS, "plain": plain, "secure": secure}
        for n in range(count):
            text += f"backend path-k{n}\n http-request replace-path /x/[^/]+/(.*) /\\1\n server s {address(n)}:{port}\nbackend name-k{n}\n server s {address(n)}:{port}\n"
        (directory / "h.cfg").write_text(text)
        libraries = wide.cache.CACHE / "haproxy-2.6/usr/lib/x86_64-linux-gnu"
        return ["env", f"LD_LIBRARY_PATH={libraries}", program("haproxy", "haproxy-2.6/usr/sbin/haproxy"), "-db", "-f", str(directory / "h.cfg")]


class Caddy:
    NAME, ADDRESS = "caddy", "127.121.0.3"

    @classmethod
    def prepare(cls, directory, count, address, port, plain, secure):
        paths = "\n".join(f" handle_path /x/k{n}/* {{\n  reverse_proxy {address(n)}:{port}\n }}" for n in range(count))
        text = f"{{\n admin off\n auto_https off\n default_bind {cls.ADDRESS}\n}}\nhttp://{cls.ADDRESS}:{plain} {{\n{paths}\n}}\n"
        for n in range(count):
            text += (f"http://k{n}.caddy.test:{plain} {{\n reverse_proxy {address(n)}:{port}\n}}\n"
                     f"https://k{n}.caddy.test:{secure} {{\n tls {directory}/cert.pem {directory}/key.pem\n reverse_proxy {address(n)}:{port}\n}}\n")
        (directory / "Caddyfile").write_text(text)
        return ["env", f"HOME={directory}", program("caddy", "caddy-2/caddy"), "run", "--adapter", "caddyfile", "--config", str(directory / "Caddyfile")]


class Traefik:
    NAME, ADDRESS = "traefik", "127.121.0.4"

    @classmethod
    def prepare(cls, directory, count, address, port, plain, secure):
        routers, services = {}, {}
        for n in range(count):
            services[f"k{n}"] = {"loadBalancer": {"servers": [{"url": f"http://{address(n)}:{port}"}]}}
            routers[f"path-k{n}"] = {"rule": f"PathPrefix(`/x/k{n}/`)", "entryPoints": ["plain"], "service": f"k{n}", "middlewares": ["strip"]}
            routers[f"name-k{n}"] = {"rule": f"Host(`k{n}.traefik.test`)", "entryPoints": ["plain"], "service": f"k{n}"}
            routers[f"tls-k{n}"] = {"rule": f"Host(`k{n}.traefik.test`)", "entryPoints": ["secure"], "service": f"k{n}", "tls": {}}
        # YAML reads JSON as well.
        dynamic = {"http": {"routers": routers, "services": services, "middlewares": {"strip": {"stripPrefixRegex": {"regex": ["/x/k[0-9]+"]}}}},
                   "tls": {"certificates": [{"certFile": f"{directory}/cert.pem", "keyFile": f"{directory}/key.pem"}]}}
        (directory / "dynamic.yml").write_text(json.dumps(dynamic))
        fixed = {"entryPoints": {"plain": {"address": f"{cls.ADDRESS}:{plain}"}, "secure": {"address": f"{cls.ADDRESS}:{secure}"}},
                 "providers": {"file": {"filename": f"{directory}/dynamic.yml"}}, "log": {"level": "ERROR"},
                 "global": {"checkNewVersion": False, "sendAnonymousUsage": False}}
        (directory / "traefik.yml").write_text(json.dumps(fixed))
        return [program("traefik", "traefik-3/traefik"), f"--configFile={pathlib.Path(directory) / 'traefik.yml'}"]


PROXIES = (Nginx, HAProxy, Caddy, Traefik)
ALL = tuple(proxy.NAME for proxy in PROXIES)
LIGHT = ("nginx",)
