"""Consoles that run, show or steer something: what they manage is as open as they are. From the wide zoo, but for Caddy."""

import json

from case import PASSWORD, SERVER, Case, Step
from common import at
from from_zoo import console, spec_of
from wide.cache import get
from wide.servers import consoles, web_stores

RULE = "open-dashboard"
TOKEN = f"-H 'Authorization: token {PASSWORD}'"
MODELS_KEY = "-H \"Authorization: Bearer $(python3 -c 'import json; print(json.load(open(\"/var/lib/torchserve/key_file.json\"))[\"management\"][\"key\"])')\""
# Its own way in: a token for the name and the password.
NODE_RED = (f"token=$(curl -sSf --cacert /run/certs/ca.pem -d 'client_id=node-red-admin&grant_type=password&scope=*&username=admin&password={PASSWORD}'"
            f" https://{SERVER}:1880/auth/token | sed 's/.*access_token\":\"//; s/\".*//')\n"
            f"curl -sSf --cacert /run/certs/ca.pem -H \"Authorization: Bearer $token\" https://{SERVER}:1880/flows")


def flow(box):
    get(box, "/flows", method="POST", body=json.dumps([{"id": "ada1", "type": "tab", "label": "ada"}]))


def dashboard(product, *words, **more):
    return console(RULE, product, *words, **more)


CASES = (
    dashboard("redis-commander", "redis-commander:open", 8081, "/", "Redis Commander"),
    dashboard("mongo-express", "mongo-express:open", 8081, "/", "mongo-express"),
    dashboard("flower", "flower:open", 5555, "/", "Flower"),
    dashboard("jupyter", "jupyter-server:open", 8888, "/api/contents", "directory", says="locked", owner=TOKEN),
    dashboard("node-red", spec_of("node-red-4:open", seed=flow), 1880, "/flows", "ada", says="locked", after=NODE_RED, place="/var/lib/node-red"),
    dashboard("h2o", "h2o:open", 54321, "/3/Cloud", "cloud_size"),
    dashboard("mlflow", "mlflow:open", 5000, "/api/2.0/mlflow/experiments/search?max_results=9", "churn"),
    dashboard("tensorboard", "tensorboard:open", 6006, "/data/environment", "data_location"),
    dashboard("ray", "ray:open", 8265, "/api/version", "ray_version"),
    dashboard("spark", "spark:master", 8080, "/json/", "aliveworkers"),
    dashboard("flink", "flink:open", 8081, "/overview", "flink-version", place="/opt/flink"),
    dashboard("hadoop-yarn", "yarn:open", 8088, "/ws/v1/cluster/info", "hadoopVersion", place="/etc/hadoop"),
    dashboard("hdfs-datanode", "hdfs-datanode:open", 9864, "/jmx?qry=Hadoop:service=DataNode,name=DataNodeInfo", "SoftwareVersion", place="/etc/hadoop"),
    dashboard("yarn-nodemanager", "yarn-nodemanager:open", 8042, "/ws/v1/node/info", "hadoopVersion", place="/etc/hadoop"),
    dashboard("mapreduce-history", "mapreduce-history:open", 19888, "/ws/v1/history/info", "hadoopVersion", place="/etc/hadoop"),
    dashboard("hbase", "hbase:open", 16010, "/master-status", "HBase", place="/etc/hbase"),
    dashboard("pgadmin", spec_of("pgadmin:desktop", text=("config.DEFAULT_SERVER, config.DEFAULT_SERVER_PORT = '$A', $P", "config.DEFAULT_SERVER_PORT = $P"),
                               files={"/etc/pgadmin/config_system.py": "DEFAULT_SERVER = '$A'\n"}),
              5050, "/", "pgAdmin 4", ask="-L -b ''"),
    dashboard("gotty", "gotty:open", 8080, "/", "auth_token.js"),
    dashboard("marimo", "marimo:open", 2718, "/", "marimo"),
    dashboard("supervisor", spec_of("supervisor:open", rename={"s.conf": "/etc/supervisor/supervisord.conf"}), 9001, "/", "Supervisor",
              place="/etc/supervisor"),
    dashboard("monit", spec_of("monit:open", text=("127.0.0.0/8", "0.0.0.0/0")), 2812, "/", "Monit", says="locked", place="/etc/monit"),
    dashboard("torchserve", spec_of("torchserve:open", rename={"c.cfg": "/etc/torchserve/config.properties"}), 8081, "/models", "models", says="locked", owner=MODELS_KEY),
    dashboard("sqlite-web", spec_of("sqlite-web:open", ("-H $A", "--host $A")), 8080, "/", "people"),
    dashboard("parse-dashboard", "parse-dashboard:open", 4040, "/", "Parse"),
    dashboard("selenium-grid", "selenium-grid:hub", 4444, "/status", "ready"),
    dashboard("locust", "locust:open", 8089, "/", "Locust"),
    dashboard("rq-dashboard", spec_of("rq-dashboard:open", command=consoles.RQ.replace("-b $A", "--bind $A").replace("$A:$P2", "127.0.0.1:6379")), 9181, "/", "RQ",
              units=("nginx", "redis-server")),
    dashboard("gradio", spec_of("gradio:open", text=("server_name='$A', ", ""), env={"GRADIO_SERVER_NAME": SERVER}), 7860, "/config", "version"),
    dashboard("buildbot", "buildbot:open", 8010, "/api/v2/builders", "shop"),
    # Its own port, 4000, is one of Java's debuggers as well, who are asked first and waited for.
    # Without a database of users it answers whoever brings no key with a fault of its own (500).
    dashboard("litellm", spec_of("litellm:open", rename={"l.yaml": "/etc/litellm/config.yaml"}, ready="curl -sf http://$A:$P/ && curl -sf http://$A:$P/v1/models"), 4001, "/v1/models", "faces", says="unclear",
              owner=f"-H 'Authorization: Bearer sk-{PASSWORD}'"),
    dashboard("nsqadmin", spec_of("nsqadmin:open", command=web_stores.NSQADMIN), 4171, "/api/topics", "orders", volatile="topics", beside=web_stores.LOOKUPD_OF_ADMIN),
    dashboard("spring-boot-admin", "admin-3:open", 8080, "/", "Spring Boot Admin"),
    dashboard("dask", "dask:open", 8787, "/json/counts.json", "workers"),
    dashboard("dagster", "dagster:open", 3000, "/server_info", "dagster_version"),
    dashboard("luigi", "luigi:open", 8082, "/api/task_list?data=%7B%7D", "response"),
    dashboard("optuna-dashboard", "optuna-dashboard:open", 8080, "/dashboard", "Optuna"),
    dashboard("aim", "aim:open", 43800, "/", "Aim"),
    dashboard("bentoml", "bentoml:open", 3000, "/docs.json", "double"),
    dashboard("mitmweb", "mitmweb:open", 8081, "/", "mitmproxy"),
)

CADDYFILE = f"""
cat >/etc/caddy/Caddyfile <<'END'
{{
	admin {SERVER}:2019
}}

:8080 {{
	reverse_proxy 127.0.0.1:1
}}
END
"""
CONFIG = "curl -sf http://ADDRESS:2019/config/"
CASES += (
    Case("caddy-admin", ("caddy",), (2019,), open=CADDYFILE, seed="", holds="reverse_proxy", owner=at(CONFIG, SERVER),
         stranger=at(CONFIG, SERVER), steps=(Step(RULE, "caddy-admin", "closed", at(CONFIG, "localhost")),)),
)
