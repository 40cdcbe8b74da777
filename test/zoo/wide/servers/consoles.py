"""Consoles that run, show or keep what others made: process managers, terminals, mail catchers, notebooks, builders, models,
package stores, exporters. Most know one login or none; what each says of itself is the truth."""

import json
import re

from model import PASSWORD, Spec, View

from ..cache import CACHE, get
from .programs import python

EXPORTERS = {  # name: how it is told its address, whether it says its version
    "elasticsearch": ("--web.listen-address=$A:$P --es.uri=http://127.0.0.1:1", True),
    "haproxy": ("--web.listen-address=$A:$P --haproxy.scrape-uri=http://127.0.0.1:1/", True),
    "process": ("--web.listen-address=$A:$P", False),
    "apache": ("--telemetry.address=$A:$P --scrape_uri=http://127.0.0.1:1/", True),
    "bind": ("--web.listen-address=$A:$P --bind.stats-url=http://127.0.0.1:1/", True),
    "snmp": (f"--web.listen-address=$A:$P --config.file={CACHE}/snmp-exporter/etc/prometheus/snmp.yml", True),
    "varnish": ("-web.listen-address=$A:$P -no-exit", False),
    "squid": ("-listen $A:$P -squid-port 1", True),
}


def exporter(name):
    flags, tells = EXPORTERS[name]
    metric = rf'{name}_exporter_build_info\{{.*version="([^"]+)"'
    truth = (lambda box: {"version": re.search(metric, get(box, "/metrics")).group(1)}) if tells else lambda box: {}
    return Spec(f"{name}-exporter:open", f"{CACHE}/{name}-exporter/usr/bin/prometheus-{name}-exporter {flags}", truth=truth,
                views=(View(f"{name}-exporter", "open", sees=("version",) if tells else ()),))


def pair(name, product, command, lock, truth, sees, locked_sees=(), **more):
    """One server with its door open and with a login."""
    return (Spec(f"{name}:open", command.replace(" LOCK", ""), truth=truth, views=(View(product, "open", sees=sees),), **more),
            Spec(f"{name}:locked", command.replace("LOCK", lock),
                 truth=lambda box: {field: value for field, value in truth(box).items() if field in locked_sees} if locked_sees else {},
                 views=(View(product, "locked", sees=locked_sees),), **more))


def says(version, **more):
    return lambda box: {"version": version, **more}


HAPROXY = ("defaults\n mode http\n retries 0\n timeout connect 2s\n timeout client 9s\n timeout server 9s\nlisten stats\n bind $A:$P\n"
           " stats enable\n stats uri PATH\nMORE\n")


PROXY, LIBRARIES = f"{CACHE}/haproxy-2.6/usr/sbin/haproxy", f"{CACHE}/haproxy-2.6/usr/lib/x86_64-linux-gnu"


def haproxy(variant, path, more, verdict, base=""):
    """`path`: where its page lies; the rest of the port is nobody's."""
    text = HAPROXY.replace("PATH", path).replace("MORE", more)
    return Spec(f"haproxy-stats:{variant}", f"env LD_LIBRARY_PATH={LIBRARIES} {PROXY} -db -f $D/h.cfg", files={"h.cfg": text}, port=8404 if base else 0,
                truth=lambda box: {"version": re.search(r"version (\S+)", box.sh(f"LD_LIBRARY_PATH={LIBRARIES} {PROXY} -v")).group(1)},
                views=(View("haproxy-stats", verdict, sees=("version",) if verdict == "open" else ()),))


MONIT = "set daemon 9\nset httpd port $P and use address $A\n allow ALLOW\ncheck system zoo\n"


def monit(variant, allow, verdict):
    return Spec(f"monit:{variant}", f"{CACHE}/monit-5/usr/bin/monit -I -c $D/monitrc -p $D/pid -s $D/state", prepare="chmod 600 monitrc",
                files={"monitrc": MONIT.replace("ALLOW", allow)}, truth=says("5.33.0"), views=(View("monit", verdict, sees=("version",)),))


SUPERVISOR = ("[supervisord]\nnodaemon=true\npidfile=$D/pid\nlogfile=$D/l\n[inet_http_server]\nport=$A:$P\nLOCK[rpcinterface:supervisor]\n"
              "supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface\n")


def supervisor(variant, lock, view):
    return Spec(f"supervisor:{variant}", python("supervisor-4", "supervisor.supervisord -c $D/s.conf"), truth=says("4.3.0"),
                files={"s.conf": SUPERVISOR.replace("LOCK", lock)}, views=(view,))


PEOPLE = 31
MADE = (f"python3 -c \"import sqlite3; c = sqlite3.connect('people.db'); c.execute('create table people(id integer, name text)');"
        f" c.executemany('insert into people values(?, ?)', [(i, 'x') for i in range({PEOPLE})]); c.commit()\"")


def datasette_truth(box):
    row = get(box, "/-/databases.json")[0]
    return {"version": get(box, "/-/versions.json")["datasette"]["version"], "collections": 1, "names": [row["name"]], "bytes": row["size"]}


BULL = """
const {createBullBoard} = require('@bull-board/api'), {BullMQAdapter} = require('@bull-board/api/bullMQAdapter');
const {ExpressAdapter} = require('@bull-board/express'), {Queue} = require('bullmq'), express = require('express');
const queues = ['mails', 'bills'].map(name => new BullMQAdapter(new Queue(name, {connection: {host: '$A', port: $P2}})));
const serverAdapter = new ExpressAdapter();
serverAdapter.setBasePath('/');
createBullBoard({queues, serverAdapter});
express().use('/', serverAdapter.getRouter()).listen($P, '$A');
"""
REDIS = "redis-server --port $P2 --bind $A --save '' --protected-mode no --daemonize yes --pidfile $D/redis.pid --dir $D"
BUILDBOT = """
from buildbot.plugins import *
c = BuildmasterConfig = {}
c['workers'] = [worker.Worker('w', 'p')]
c['protocols'] = {'pb': {'port': 'tcp:$P2:interface=$A'}}
c['builders'] = [util.BuilderConfig(name='shop', workernames=['w'], factory=util.BuildFactory())]
c['schedulers'] = [schedulers.ForceScheduler(name='force', builderNames=['shop'])]
c['buildbotURL'] = 'http://$A:$P/'
c['db'] = {'db_url': 'sqlite:///state.sqlite'}
c['buildbotNetUsageData'] = None
c['www'] = dict(port='tcp:$P:interface=$A'LOCK)
"""


def buildbot(variant, lock, verdict):
    # -S: Debian's zope, where it is there, hides the one that Twisted wants.
    tool = f"env PYTHONPATH={CACHE}/buildbot-4 python3 -S {CACHE}/buildbot-4/bin/buildbot"
    return Spec(f"buildbot:{variant}", f"{tool} start --nodaemon $D", files={"master.cfg": BUILDBOT.replace("LOCK", lock)},
                prepare=f"{tool} create-master -q $D", truth=says("4.3.0", collections=1, names=["shop"]), slow=True,
                views=(View("buildbot", verdict, sees=("version", "collections")),))


def caddy(variant, origins, view, host):
    config = json.dumps({"admin": {"listen": "$A:$P", **origins}, "apps": {"http": {"servers": {"a": {"listen": ["$A:$P2"], "routes": [
        {"handle": [{"handler": "reverse_proxy", "upstreams": [{"dial": "127.0.0.1:1"}]}]}]}}}}})
    return Spec(f"caddy-admin:{variant}", f"env HOME=$D {CACHE}/caddy-2/caddy run --config $D/c.json", files={"c.json": config}, port=2019, host=host,
                truth=lambda box: {"collections": 1, "names": ["127.0.0.1:1"]}, views=(view,))


ACTUATOR = ("import org.springframework.boot.SpringApplication;\nimport org.springframework.boot.autoconfigure.SpringBootApplication;\n"
            "package_;@SpringBootApplication public class Shop { public static void main(String[] a) { SpringApplication.run(Shop.class, a); } }\n")


def actuator(variant, exposed, verdict):
    source = "package shop;\n" + ACTUATOR.replace("package_;", "")
    return Spec(f"spring-boot:{variant}", f"java -Xmx200m -XX:TieredStopAtLevel=1 -cp \"$D/out:{CACHE}/actuator-3/*\" shop.Shop --server.address=$A"
                f" --server.port=$P {exposed}", files={"Shop.java": source}, prepare=f"javac -cp \"{CACHE}/actuator-3/*\" -d out Shop.java",
                views=(View("spring-boot", verdict),), slow=True)


HUB = """
c.JupyterHub.bind_url = 'http://$A:$P/'
c.JupyterHub.hub_ip = '$A'
c.JupyterHub.hub_port = $P2
c.ConfigurableHTTPProxy.api_url = 'http://$A:$P3'
c.ConfigurableHTTPProxy.command = ['node', 'CACHE/configurable-http-proxy-4/node_modules/.bin/configurable-http-proxy']
c.JupyterHub.authenticator_class = 'dummy'
c.JupyterHub.cookie_secret_file = '$D/secret'
c.JupyterHub.db_url = 'sqlite:///$D/h.db'
""".replace("CACHE", str(CACHE))
GRADIO = ("import gradio, sys\ngradio.Interface(lambda x: x, 'text', 'text').launch(server_name='$A', server_port=$P,"
          " auth=('zoo', 's3cret') if sys.argv[1:] else None)\n")
TORCH = ("management_address=http://$A:$P\ninference_address=http://$A:$P2\nmetrics_address=http://$A:$P3\ngrpc_inference_port=$P4\n"
         "grpc_management_port=$P5\nmodel_store=$D/models\nLOCK")


def torchserve(variant, lock, verdict):
    here = f"{CACHE}/torchserve-0"
    return Spec(f"torchserve:{variant}", f"java -Xmx200m -XX:TieredStopAtLevel=1 -Dmodel_server_home={here} -DmetricsLocation={here}/ts/configs/metrics.yaml"
                f" -cp {here}/ts/frontend/model-server.jar org.pytorch.serve.ModelServer --python python3 -f $D/c.cfg -s $D/models",
                files={"c.cfg": TORCH.replace("LOCK", lock)}, prepare="mkdir models", slow=True,
                truth=lambda box: {"collections": 0}, views=(View("torchserve", verdict, sees=("collections",) if verdict == "open" else ()),))


MAILDEV = f"node {CACHE}/maildev-2/node_modules/.bin/maildev --ip $A -s $P2 --web-ip $A -w $P"
PARSE = ("env PARSE_DASHBOARD_APP_ID=a PARSE_DASHBOARD_MASTER_KEY=k PARSE_DASHBOARD_SERVER_URL=http://127.0.0.1:1/parse PARSE_DASHBOARD_APP_NAME=Shop LOCK"
         f" node {CACHE}/parse-dashboard-5/node_modules/.bin/parse-dashboard --host $A --port $P --allowInsecureHTTP MODE")
HOME = "HOME=$D"
WAITS = "python3 -c 'import sys, urllib.request as u; u.urlopen(sys.argv[1], timeout=9)' http://$A:$P"


def pgadmin(variant, mode, verdict):
    start = ("import os, runpy, sys\nsys.path.insert(0, 'HERE/pgadmin4-9/pgadmin4')\nimport config\n"
             f"config.SERVER_MODE = {mode}\nconfig.DEFAULT_SERVER, config.DEFAULT_SERVER_PORT = '$A', $P\n"
             "for name in ('DATA_DIR', 'SQLITE_PATH', 'LOG_FILE', 'SESSION_DB_PATH', 'STORAGE_DIR', 'AZURE_CREDENTIAL_CACHE_DIR', 'KERBEROS_CCACHE_DIR'):\n"
             "    setattr(config, name, '$D/' + name if name != 'DATA_DIR' else '$D')\n"
             "config.UPGRADE_CHECK_ENABLED = config.MASTER_PASSWORD_REQUIRED = False\nos.environ['PGADMIN_INT_PORT'] = '$P'\n"
             f"os.environ['PGADMIN_SETUP_EMAIL'], os.environ['PGADMIN_SETUP_PASSWORD'] = 'zoo@example.org', '{PASSWORD}'\nsys.argv = ['pgAdmin4.py']\n"
             "runpy.run_path('HERE/pgadmin4-9/pgadmin4/pgAdmin4.py', run_name='__main__')\n").replace("HERE", str(CACHE))
    return Spec(f"pgadmin:{variant}", f"env PYTHONPATH={CACHE}/pgadmin4-9 {HOME} python3 $D/start.py", files={"start.py": start}, slow=True,
                views=(View("pgadmin", verdict),))


RQ = f"env PYTHONPATH={CACHE}/rq-dashboard-0 python3 {CACHE}/rq-dashboard-0/bin/rq-dashboard -b $A -p $P -u redis://$A:$P2/0"

SPECS = (
    *(exporter(name) for name in EXPORTERS),
    haproxy("open", "/", "", "open"),
    haproxy("locked", "/", f" stats auth zoo:{PASSWORD}", "locked"),
    # Where it comes by default, beside a site that is away.
    haproxy("default-place", "/haproxy?stats", " server away 127.0.0.1:1", "open", "odd"),
    monit("open", "127.0.0.0/8", "open"),
    monit("locked", f"zoo:{PASSWORD}", "locked"),
    supervisor("open", "", View("supervisor", "open", sees=("version",))),
    supervisor("locked", f"username=zoo\npassword={PASSWORD}\n", View("supervisor", "locked")),
    *pair("gotty", "gotty", f"{CACHE}/gotty-1/gotty -a $A -p $P LOCK cat", f"-c zoo:{PASSWORD}", lambda box: {}, ()),
    Spec("mailpit:open", f"{CACHE}/mailpit-1/mailpit --listen $A:$P --smtp $A:$P2 --database $D/m.db", views=(View("mailpit", "open", sees=("records",), may=("bytes", "version")),),
         truth=lambda box: {"records": get(box, "/api/v1/info")["Messages"], "bytes": get(box, "/api/v1/info")["DatabaseSize"], "version": "dev"}),
    Spec("maildev:open", MAILDEV, truth=says("2.2.1"), views=(View("maildev", "open", sees=("version",)),)),
    # A bare 401 in the manner of every Express program: who it is is not told.
    Spec("maildev:locked", f"{MAILDEV} --web-user zoo --web-pass {PASSWORD}", views=(View("web", "identified"),)),
    Spec("datasette:open", python("datasette-0.65", "datasette people.db -h $A -p $P"), prepare=MADE, truth=datasette_truth,
         views=(View("datasette", "open", sees=("version", "collections", "bytes")),)),
    Spec("datasette:locked", python("datasette-0.65", "datasette people.db -h $A -p $P -m $D/m.json"), prepare=MADE,
         files={"m.json": '{"allow": {"id": "root"}}'}, views=(View("datasette", "locked"),)),
    Spec("sqlite-web:open", f"env PYTHONPATH={CACHE}/sqlite-web-0.8 python3 {CACHE}/sqlite-web-0.8/bin/sqlite_web people.db -H $A -p $P -x", prepare=MADE,
         truth=says("0.8.2"), views=(View("sqlite-web", "open", sees=("version",)),)),
    Spec("sqlite-web:locked", f"env SQLITE_WEB_PASSWORD={PASSWORD} PYTHONPATH={CACHE}/sqlite-web-0.8 python3 {CACHE}/sqlite-web-0.8/bin/sqlite_web people.db -H $A -p $P -x -P",
         prepare=MADE, views=(View("sqlite-web", "locked"),)),
    Spec("glances:open", python("glances-4", "glances -w -B $A -p $P --disable-check-update"), truth=lambda box: {"version": get(box, "/api/4/version")}, slow=True,
         views=(View("glances", "open", sees=("version",)),)),
    Spec("luigi:open", f"env PYTHONPATH={CACHE}/luigi-3 python3 {CACHE}/luigi-3/bin/luigid --address $A --port $P --state-path $D/s",
         views=(View("luigi", "open"),)),
    *pair("marimo", "marimo", python("marimo-0", "marimo edit --headless --host $A -p $P --skip-update-check LOCK").replace(" LOCK", " --no-token LOCK"),
          "", lambda box: {"version": "0.25.2", "records": 0}, ("version", "records"), slow=True)[:1],
    Spec("marimo:locked", python("marimo-0", f"marimo edit --headless --host $A -p $P --skip-update-check --token-password {PASSWORD}"), slow=True,
         views=(View("marimo", "locked"),)),
    Spec("rq-dashboard:open", f"sh -c \"{REDIS} && exec {RQ}\"",
         views=(View("rq-dashboard", "open"),)),
    Spec("rq-dashboard:locked", f"env PYTHONPATH={CACHE}/rq-dashboard-0 python3 {CACHE}/rq-dashboard-0/bin/rq-dashboard -b $A -p $P -u redis://$A:1/0"
         f" --username zoo --password {PASSWORD}", views=(View("rq-dashboard", "locked"),)),
    Spec("locust:open", python("locust-2", "locust -f $D/l.py --web-host $A --web-port $P -H http://127.0.0.1:1").replace("python3 -m", "python3 -S -m"), truth=says("2.47.0"), slow=True,
         files={"l.py": "from locust import HttpUser, task\nclass Visitor(HttpUser):\n    @task\n    def visit(self): pass\n"},
         views=(View("locust", "open", sees=("version",)),)),
    Spec("devpi:open", f"env PYTHONPATH={CACHE}/devpi-6 python3 -S {CACHE}/devpi-6/bin/devpi-server --serverdir $D/s --host $A --port $P", slow=True,
         prepare=f"PYTHONPATH={CACHE}/devpi-6 python3 -S {CACHE}/devpi-6/bin/devpi-init --serverdir $D/s --no-root-pypi",
         truth=says("6.20.3", collections=1, names=["root"]), views=(View("devpi", "open", sees=("version", "collections")),)),
    Spec("pypiserver:open", f"env PYTHONPATH={CACHE}/pypiserver-2 python3 {CACHE}/pypiserver-2/bin/pypi-server run -i $A -p $P $D", views=(View("pypiserver", "open"),)),
    buildbot("open", "", "open"),
    buildbot("users", f", auth=util.UserPasswordAuth({{'zoo': '{PASSWORD}'}}), authz=util.Authz(allowRules=[util.AnyControlEndpointMatcher(role='admins')],"
             " roleMatchers=[])", "partial"),
    Spec("optuna-dashboard:open", f"env PYTHONPATH={CACHE}/optuna-dashboard-0 python3 {CACHE}/optuna-dashboard-0/bin/optuna-dashboard $D/j.log"
         " --storage-class JournalFileStorage --host $A --port $P", prepare="touch j.log", slow=True, views=(View("optuna-dashboard", "open"),)),
    *(Spec(f"parse-dashboard:{variant}", PARSE.replace("LOCK", lock).replace("MODE", mode), views=(View("parse-dashboard", verdict),), slow=True)
      for variant, lock, mode, verdict in (("open", "", "--dev", "open"),
                                           ("locked", f"PARSE_DASHBOARD_USER_ID=zoo PARSE_DASHBOARD_USER_PASSWORD={PASSWORD}", "", "locked"))),
    Spec("bull-board:open", f"sh -c \"{REDIS} && exec env NODE_PATH={CACHE}/bull-board-6/node_modules node $D/b.js\"", files={"b.js": BULL},
         truth=lambda box: {"collections": 2, "names": ["bills", "mails"]}, views=(View("bull-board", "open", sees=("collections",)),)),
    Spec("swagger-ui:below-a-path", f"env NODE_PATH={CACHE}/swagger-ui-5/node_modules node $D/s.js", views=(View("swagger-ui", "identified"),),
         files={"s.js": "const e = require('express'), s = require('swagger-ui-express'), a = e();\na.use('/api-docs', s.serve, s.setup({openapi: '3.0.0',"
                        " info: {title: 'Shop', version: '1'}, paths: {}}));\na.get('/', (q, r) => r.redirect('/api-docs/'));\na.listen($P, '$A');\n"}),
    Spec("jupyterhub:locked", f"env PYTHONPATH={CACHE}/jupyterhub-5 PATH={CACHE}/jupyterhub-5/bin:$PATH {HOME} python3 {CACHE}/jupyterhub-5/bin/jupyterhub -f $D/h.py",
         files={"h.py": HUB}, truth=says("5.2.1"), slow=True, ready=f"{WAITS}/hub/health", views=(View("jupyterhub", "locked", sees=("version",)),)),
    torchserve("open", "disable_token_authorization=true\n", "open"),
    torchserve("locked", "", "locked"),
    Spec("aim:open", f"env PYTHONPATH={CACHE}/aim-3 PATH={CACHE}/aim-3/bin:$PATH {HOME} AIM_UI_TELEMETRY_ENABLED=0 python3 {CACHE}/aim-3/bin/aim up -h $A -p $P --repo $D",
         prepare=f"PYTHONPATH={CACHE}/aim-3 HOME=$D python3 {CACHE}/aim-3/bin/aim init --repo $D", slow=True, views=(View("aim", "open"),)),
    Spec("bentoml:open", f"env PYTHONPATH={CACHE}/bentoml-1 PATH={CACHE}/bentoml-1/bin:$PATH {HOME} BENTOML_DO_NOT_TRACK=1 python3 {CACHE}/bentoml-1/bin/bentoml serve"
         " service:Shop --host $A --port $P", slow=True, views=(View("bentoml", "open"),),
         files={"service.py": "import bentoml\n@bentoml.service\nclass Shop:\n    @bentoml.api\n    def double(self, x: int) -> int: return 2 * x\n"}),
    Spec("octoprint:never-set-up", f"env PYTHONPATH={CACHE}/octoprint-1 {HOME} python3 {CACHE}/octoprint-1/bin/octoprint serve --iknowwhatimdoing --basedir $D --host $A --port $P",
         truth=says("1.11.8"), slow=True, ready="curl -s http://$A:$P/ | grep -q data-octoprint-version", views=(View("octoprint", "locked", sees=("version",), facts={"setup.open": True}),)),
    Spec("mitmweb:open", f"env PYTHONPATH={CACHE}/mitmproxy-11 {HOME} python3 {CACHE}/mitmproxy-11/bin/mitmweb --no-web-open-browser --web-host $A --web-port $P"
         " --listen-host $A --listen-port $P2", truth=says("11.0.2"), views=(View("mitmweb", "open", sees=("version",)),)),
    pgadmin("desktop", "False", "open"),
    pgadmin("server", "True", "locked"),
    caddy("open", {"origins": ["$A:$P"]}, View("caddy-admin", "open", sees=("collections",)), 0),
    caddy("another-name", {"origins": ["elsewhere:1"]}, View("caddy-admin", "locked"), 1),
    Spec("traefik:open", f"{CACHE}/traefik-3/traefik --entrypoints.traefik.address=$A:$P --api.insecure=true --global.sendanonymoususage=false --global.checknewversion=false",
         ready=f"{WAITS}/api/overview", truth=lambda box: {"collections": get(box, "/api/overview")["http"]["services"]["total"], "version": get(box, "/api/version")["Version"]},
         views=(View("traefik", "open", sees=("collections", "version")),)),
    *pair("litellm", "litellm", f"env {HOME} LOCK LITELLM_LOCAL_MODEL_COST_MAP=True PYTHONPATH={CACHE}/litellm-1 python3 {CACHE}/litellm-1/bin/litellm --config $D/l.yaml"
          " --host $A --port $P --telemetry False", "", lambda box: {"collections": 1, "names": ["faces"]}, ("collections",), slow=True,
          files={"l.yaml": "model_list: [{model_name: faces, litellm_params: {model: openai/x, api_base: 'http://127.0.0.1:1', api_key: x}}]\n"
                           "general_settings: {dangerously_permit_weak_or_unset_master_key: true}\n"})[:1],
    Spec("gradio:open", f"env PYTHONPATH={CACHE}/gradio-5 {HOME} GRADIO_ANALYTICS_ENABLED=False python3 $D/g.py", files={"g.py": GRADIO}, slow=True,
         truth=lambda box: {"version": get(box, "/config")["version"]}, views=(View("gradio", "open", sees=("version",)),)),
    Spec("gradio:locked", f"env PYTHONPATH={CACHE}/gradio-5 {HOME} GRADIO_ANALYTICS_ENABLED=False python3 $D/g.py locked", files={"g.py": GRADIO}, slow=True,
         views=(View("gradio", "locked"),)),
    Spec("streamlit:page", python("streamlit-1", "streamlit run $D/s.py --global.developmentMode false --server.address $A --server.port $P --server.headless true"
         " --browser.gatherUsageStats false"), files={"s.py": "import streamlit\nstreamlit.write('x')\n"}, slow=True, views=(View("streamlit", "identified"),)),
    Spec("dask:open", python("dask-2026", "distributed.cli.dask_scheduler --host $A --port $P2 --dashboard-address $A:$P"), slow=True,
         truth=lambda box: {"collections": 0, "records": 0}, views=(View("dask", "open", sees=("collections", "records")),)),
    Spec("dagster:open", f"env PYTHONPATH={CACHE}/dagster-1 DAGSTER_HOME=$D PATH={CACHE}/dagster-1/bin:$PATH python3 {CACHE}/dagster-1/bin/dagster-webserver -h $A -p $P -f $D/r.py",
         files={"r.py": "from dagster import Definitions, job, op\n@op\ndef a(): pass\n@job\ndef shop(): a()\ndefs = Definitions(jobs=[shop])\n"}, slow=True,
         truth=lambda box: {"version": get(box, "/server_info")["dagster_version"]}, views=(View("dagster", "open", sees=("version",)),)),
    Spec("selenium-grid:hub", f"java -Xmx200m -XX:TieredStopAtLevel=1 -cp \"{CACHE}/selenium-grid-4/*\" org.openqa.selenium.grid.Main hub --host $A --port $P"
         " --publish-events tcp://$A:$P2 --subscribe-events tcp://$A:$P3", slow=True, ready=f"{WAITS}/status", truth=lambda box: {"collections": 0},
         views=(View("selenium-grid", "open", sees=("collections",)),)),
    actuator("everything", "--management.endpoints.web.exposure.include=*", "open"),
    actuator("as-shipped", "", "identified"),
    actuator("figures", "--management.endpoints.web.exposure.include=health,metrics", "partial"),
)
