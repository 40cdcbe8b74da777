"""Consoles of schedulers, notebooks and clusters, most of them in Java, of the wide zoo's cache."""

import subprocess
from dataclasses import replace

from case import PASSWORD, SERVER, Case, Step
from from_zoo import BY_NAME, Stand, console, page, spec_of
from wide.cache import CACHE, missing
from wide.servers import java_consoles

RULE = "open-dashboard"

# Who comes by nginx is who its token says: the hub itself listens on loopback.
HUB = """
c.JupyterHub.load_roles = [{'name': 'pages', 'scopes': ['admin:users', 'read:hub'], 'services': ['pages', 'owner']}]
c.JupyterHub.services = [{'name': 'pages', 'api_token': 'the-token-of-the-pages'}, {'name': 'owner', 'api_token': 'the-token-of-the-owner'}]
c.Authenticator.allowed_users = {'ada'}
"""
HUB_NGINX = f"""
cat >/etc/nginx/conf.d/hub.conf <<'END'
server {{
  listen {SERVER}:8000;
  location / {{
    proxy_pass http://127.0.0.1:8001;
    proxy_set_header Host $http_host;
    proxy_set_header Authorization "token the-token-of-the-pages";
  }}
}}
END
"""
USERS = page(8000, "/hub/api/users")


def jupyterhub():
    spec = spec_of("jupyterhub:locked", text=("http://$A:$P/", "http://127.0.0.1:$P/"))
    stand = Stand(replace(spec, files={"h.py": spec.files["h.py"] + HUB}), "jupyterhub", 8001, "", "")
    absent = missing(spec.command + spec.files["h.py"])

    def opened():
        stand.open()
        subprocess.run(["sh", "-ec", HUB_NGINX], check=True)

    return Case("wide-jupyterhub", ("jupyterhub", "nginx"), (8000, 8001), open=opened, seed="", holds="ada", ready=USERS, owner=USERS, stranger=USERS,
                needs=(str(absent),) if absent else (), wide=True,
                steps=(Step(RULE, "jupyterhub", "locked", USERS.replace("-sSf", "-sSf -H 'Authorization: token the-token-of-the-owner'")),))


def dashboard(product, *words, **more):
    return console(RULE, product, *words, **more)


# By its own page's way in.
ZEPPELIN = f"https://{SERVER}:8080/api"
ZEPPELIN_IN = (f"curl -sSf --cacert /run/certs/ca.pem -c /run/cookies -d 'userName=an-own-name&password={PASSWORD}' {ZEPPELIN}/login\n"
               f"curl -sSf --cacert /run/certs/ca.pem -b /run/cookies {ZEPPELIN}/notebook")
# Its own command, and the same by its page of login.
AIRFLOW_COMMAND = f"""
printf '%s\\n' '#!/bin/sh' 'PYTHONPATH={CACHE}/airflow-210 exec /usr/bin/python3 -m airflow "$@"' >/run/fix-bin/airflow
chmod 755 /run/fix-bin/airflow
"""
AIRFLOW_CURL, AIRFLOW = "curl -sSf --cacert /run/certs/ca.pem -b /run/cookies -c /run/cookies", f"https://{SERVER}:8080"
AIRFLOW_IN = (f"rm -f /run/cookies\ntoken=$({AIRFLOW_CURL} {AIRFLOW}/login/ | sed -n 's/.*name=\"csrf_token\".* value=\"\\([^\"]*\\)\".*/\\1/p' | head -1)\n"
              f"{AIRFLOW_CURL} -e {AIRFLOW}/login/ -d 'username=an-own-name&password={PASSWORD}' --data-urlencode \"csrf_token=$token\" {AIRFLOW}/login/\n"
              f"{AIRFLOW_CURL} '{AIRFLOW}/api/v1/dags?limit=9'")

CASES = (
    jupyterhub(),
    console("open-monitor", "zipkin", "zipkin:open", 9411, "/api/v2/services", "ada", volatile="[",
            behind=f"until {page(9411, '/health', BY_NAME, 'https')}; do sleep 1; done\n"
            + java_consoles.span("ada", f"--cacert /run/certs/ca.pem {BY_NAME}", f"https://{SERVER}:9411")),
    console("open-store", "nexus", spec_of("nexus:open", seed=lambda box: java_consoles.nexus_fill(box, PASSWORD)), 8081, "/service/rest/v1/repositories", "ada",
            says="locked", scheme="http", owner=f"-u admin:{PASSWORD}", place="/opt/sonatype-work", units=()),
    dashboard("livy", "livy:open", 8998, "/sessions?from=0&size=0", "total", place="/opt/livy"),
    dashboard("airflow", "airflow:open", 8080, "/api/v1/dags?limit=9", '"ada"', says="locked", needs=AIRFLOW_COMMAND, after=AIRFLOW_IN, place="/opt/airflow"),
    dashboard("hiveserver2", "hiveserver2:open", 10002, java_consoles.BEANS, "beans", place="/etc/hive"),
    console("open-store", "kairosdb", "kairosdb:open", 8080, "/api/v1/metricnames", "ada", place="/opt/kairosdb"),
    dashboard("nifi", "nifi:open", 8080, "/nifi-api/flow/process-groups/root", "ada", place="/opt/nifi"),
    dashboard("oozie", "oozie:open", 11000, "/oozie/v1/admin/status", "NORMAL", place="/opt/oozie"),
    dashboard("zeppelin", "zeppelin:open", 8080, "/api/notebook", "ada", says="locked", after=ZEPPELIN_IN, place="/opt/zeppelin"),
)
