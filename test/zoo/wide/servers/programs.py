"""Dashboards that run what they are told: Jupyter, Node-RED, MLflow, Ray, Flower, Spark, Flink, YARN. And HDFS, ActiveMQ's
console, Consul, Chroma, Redis Commander, mongo-express: what is told of all of them stands on a page or in JSON."""

import json

from model import PASSWORD, PASSWORD_BCRYPT, Spec, View, number

from ..cache import CACHE, get


def python(directory, words, env=""):
    return f"env PYTHONPATH={CACHE}/{directory} PATH={CACHE}/{directory}/bin:$PATH HOME=$D {env} python3 -m {words}"


def java(directory, words, front="", heap=300):
    opens = " ".join(f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in (
        "java.lang", "java.nio", "sun.nio.ch", "java.util", "java.lang.invoke", "java.net", "sun.security.action"))
    return f"java {opens} -Xmx{heap}m -XX:TieredStopAtLevel=1 -Djava.io.tmpdir=$D -cp \"{front}{CACHE}/{directory}/*\" {words}"


JUPYTER = "--no-browser --allow-root --ip=$A --port=$P"
SERVER = python("jupyter-server-2", f"jupyter_server {JUPYTER}")
NOTEBOOK = python("notebook-7", f"notebook {JUPYTER}")


def jupyter_truth(box):
    return {"version": get(box, "/api")["version"], "records": 0}


NODE_RED = "exports = module.exports = {uiHost: '$A', uiPort: $P, flowFile: 'flows.json'LOGIN};\n"
NODE_RED_LOGIN = f", adminAuth: {{type: 'credentials', users: [{{username: 'zoo', password: '{PASSWORD_BCRYPT}', permissions: '*'}}]}}"


def node_red(release, variant, view, login=""):
    truth = (lambda box: {}) if login else (lambda box: {"version": get(box, "/settings")["version"]})
    return Spec(f"node-red-{release}:{variant}", f"node {CACHE}/node-red-{release}/node_modules/.bin/node-red -u $D -s $D/settings.js",
                files={"settings.js": NODE_RED.replace("LOGIN", login)}, truth=truth, slow=True, views=(view,))


MLFLOW = python("mlflow-2", "mlflow server --host $A --port $P --workers 1 --backend-store-uri sqlite:///$D/m.db OPTIONS",
                "MLFLOW_AUTH_CONFIG_PATH=$D/auth.ini")
MLFLOW_AUTH = (f"[mlflow]\ndefault_permission = READ\ndatabase_uri = sqlite:///$D/a.db\nadmin_username = zoo\nadmin_password = {PASSWORD}\n"
               "authorization_function = mlflow.server.auth:authenticate_request_basic_auth\n")


def mlflow_fill(box):
    for name in ("churn", "prices"):
        get(box, "/api/2.0/mlflow/experiments/create", method="POST", body=json.dumps({"name": name}))


def mlflow_truth(box):
    all_of_them = get(box, "/api/2.0/mlflow/experiments/search?max_results=1000")["experiments"]
    names = [each["name"] for each in all_of_them if each["name"] != "Default"]
    return {"version": get(box, "/version").strip(), "collections": len(names), "names": names}


CHROMA = python("chroma-0.5", "chromadb.cli.cli run --path $D/data --host $A --port $P", "ANONYMIZED_TELEMETRY=False OPTIONS")
CHROMA_LOCK = (f"CHROMA_SERVER_AUTHN_CREDENTIALS={PASSWORD} CHROMA_SERVER_AUTHN_PROVIDER="
               "chromadb.auth.token_authn.TokenAuthenticationServerProvider")
CHROMA_BASE = "/api/v2/tenants/default_tenant/databases/default_database/collections"


def chroma_fill(box):
    for name in ("people", "letters"):
        get(box, CHROMA_BASE, method="POST", body=json.dumps({"name": name}))


def chroma_truth(box):
    names = [each["name"] for each in get(box, CHROMA_BASE)]
    return {"version": get(box, "/api/v2/version").strip().strip('"'), "collections": len(names), "names": names}


def spark_truth(box):
    cluster = get(box, "/json/")
    return {"version": "3.5.4", "collections": len(cluster["workers"]), "records": len(cluster["activeapps"])}


FLINK = ("rest.address: $A\nrest.port: $P\nrest.bind-address: $A\njobmanager.rpc.address: $A\njobmanager.rpc.port: $P2\n"
         "jobmanager.bind-host: $A\njobmanager.memory.process.size: 600m\nio.tmp.dirs: $D\n")


def flink_truth(box):
    overview = get(box, "/overview")
    return {"version": overview["flink-version"], "records": overview["jobs-running"]}


def site(**properties):
    return "<configuration>" + "".join(f"<property><name>{name.replace('__', '-').replace('_', '.')}</name><value>{value}</value></property>"
                                       for name, value in properties.items()) + "</configuration>\n"


HADOOP = {
    "conf/core-site.xml": site(fs_defaultFS="hdfs://$A:$P2", hadoop_tmp_dir="$D"),
    "conf/hdfs-site.xml": site(dfs_namenode_http__address="$A:$P", dfs_namenode_rpc__bind__host="$A"),
    "conf/yarn-site.xml": site(yarn_resourcemanager_hostname="$A", yarn_resourcemanager_webapp_address="$A:$P",
                               yarn_resourcemanager_address="$A:$P2", yarn_resourcemanager_scheduler_address="$A:$P3",
                               yarn_resourcemanager_resource__tracker_address="$A:$P4", yarn_resourcemanager_admin_address="$A:$P5"),
}
NAMENODE = java("hadoop-3", "org.apache.hadoop.hdfs.server.namenode.NameNode", "$D/conf:")
MANAGER = java("hadoop-3", "org.apache.hadoop.yarn.server.resourcemanager.ResourceManager", "$D/conf:")


def bean(box, name):
    return get(box, f"/jmx?qry=Hadoop:service=NameNode,name={name}")["beans"][0]


def hdfs_truth(box):
    return {"version": bean(box, "NameNodeInfo")["SoftwareVersion"], "records": bean(box, "FSNamesystem")["FilesTotal"],
            "bytes": bean(box, "FSNamesystem")["CapacityUsed"]}


def yarn_truth(box):
    figures = get(box, "/ws/v1/cluster/metrics")["clusterMetrics"]
    return {"version": get(box, "/ws/v1/cluster/info")["clusterInfo"]["hadoopVersion"], "records": figures["appsSubmitted"],
            "collections": figures["totalNodes"]}


CONSUL = (f"{CACHE}/consul-1.20/consul agent -dev -bind=$A -client=$A -node=zoo -http-port=$P -dns-port=-1 -grpc-port=-1"
          " -grpc-tls-port=-1 -serf-lan-port=$P2 -serf-wan-port=-1 -server-port=$P3")
CONSUL_LOCK = json.dumps({"acl": {"enabled": True, "default_policy": "deny", "tokens": {
    "initial_management": "5e0c2d3a-0000-0000-0000-000000000001", "agent": "5e0c2d3a-0000-0000-0000-000000000001"}}})


def consul_fill(box):
    get(box, "/v1/agent/service/register", method="PUT", body='{"Name": "shop", "Port": 80}')


def consul_truth(box):
    names = [name for name in get(box, "/v1/catalog/services") if name != "consul"]
    return {"version": get(box, "/v1/agent/self")["Config"]["Version"], "collections": len(names), "names": names}


REDIS_COMMANDER = f"node {CACHE}/redis-commander-0.9/node_modules/.bin/redis-commander --address $A --port $P --redis-host $A --redis-port 1 --noload --nosave"
MONGO_EXPRESS = ("env ME_CONFIG_SITE_SESSIONSECRET=a ME_CONFIG_SITE_COOKIESECRET=b VCAP_APP_HOST=$A PORT=$P"
                 " ME_CONFIG_MONGODB_URL=mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=500 ME_CONFIG_BASICAUTH_USERNAME=zoo"
                 f" ME_CONFIG_BASICAUTH_PASSWORD=s3cret ME_CONFIG_BASICAUTH_ENABLED=LOCK sh -c 'cd {CACHE}/mongo-express-1.1/node_modules/mongo-express"
                 " && exec node app.js'")
FLOWER = python("flower-2", "celery --broker=redis://$A:1/0 flower --address=$A --port=$P")
RAY = python("ray-2", "ray.scripts.scripts start --head --block --num-cpus=1 --object-store-memory=100000000 --node-ip-address=$A"
             " --dashboard-host=$A --dashboard-port=$P --port=$P2 --temp-dir=$D --disable-usage-stats")

# Its Jetty serves no page out of a folder that is reached by a link, as a cache's may be: the home is where it really is.
ACTIVEMQ_HOME = (CACHE / "activemq-5").resolve()
ACTIVEMQ = (f"java -Xmx300m -Djava.security.auth.login.config=$D/conf/login.config -Djava.io.tmpdir=$D -Dactivemq.home={ACTIVEMQ_HOME}"
            " -Dactivemq.base=$D -Dactivemq.conf=$D/conf -Dactivemq.data=$D/data -Dactivemq.classpath=$D/conf"
            " --add-opens=java.base/java.lang=ALL-UNNAMED --add-opens=java.base/java.util=ALL-UNNAMED"
            f" -jar {CACHE}/activemq-5/bin/activemq.jar start")
# Its own settings, but for addresses, two queues and, in one variant, the login.
ACTIVEMQ_MADE = (f"cp -r {CACHE}/activemq-5/conf $D/conf && cd $D/conf && sed -i \"s/value=\\\"127.0.0.1\\\"/value=\\\"$A\\\"/;"
                 " s/value=\\\"8161\\\"/value=\\\"$P\\\"/\" jetty.xml && sed -i \"s#://0.0.0.0:61616#://$A:$P2#;"
                 " /name=\\\"amqp\\\"/d; /name=\\\"stomp\\\"/d; /name=\\\"mqtt\\\"/d; /name=\\\"ws\\\"/d;"
                 " s#</broker>#<destinations><queue physicalName=\\\"orders\\\"/><queue physicalName=\\\"mails\\\"/></destinations></broker>#\" activemq.xml")
ACTIVEMQ_OPEN = f"{ACTIVEMQ_MADE} && sed -i 's/name=\"authenticate\" value=\"true\"/name=\"authenticate\" value=\"false\"/' jetty.xml"
AZURITE = f"node {CACHE}/azurite-3/node_modules/.bin/azurite-blob --blobHost $A --blobPort $P -l $D --silent --disableTelemetry --skipApiVersionCheck"

H2O = f"java -Xmx300m -XX:TieredStopAtLevel=1 -Djava.io.tmpdir=$D -jar {CACHE}/h2o-3/h2o/backend/bin/h2o.jar -ip 127.0.0.1 -web_ip $A -port $P -ice_root $D"

SPECS = (
    Spec("h2o:open", H2O, slow=True, ready="curl -sf http://$A:$P/3/Cloud", truth=lambda box: {"version": "3.46.0.12"},
         views=(View("h2o", "open", sees=("version",)),)),
    # Its page is compiled when somebody asks first, which takes longer than Ajar waits off the usual ports.
    Spec("activemq:open", ACTIVEMQ, prepare=ACTIVEMQ_OPEN, ready="curl -sf -o $D/page http://$A:$P/admin/xml/queues.jsp", truth=lambda box: {"collections": 2, "names": ["mails", "orders"], "records": 0},
         slow=True, views=(View("activemq", "open", sees=("collections", "records")),)),
    Spec("activemq:locked", ACTIVEMQ, prepare=ACTIVEMQ_MADE, slow=True, views=(View("activemq", "locked"),)),
    Spec("azurite:locked", AZURITE, truth=lambda box: {"version": "3.35.0"}, views=(View("azure-blob", "locked", sees=("version",)),)),
    Spec("tensorboard:open", python("tensorboard-2", "tensorboard.main --logdir $D --host $A --port $P"), slow=True,
         truth=lambda box: {"version": get(box, "/data/environment")["version"]}, views=(View("tensorboard", "open", sees=("version",)),)),
    Spec("jupyter-server:open", f"{SERVER} --ServerApp.token= --ServerApp.password=", truth=jupyter_truth, slow=True,
         views=(View("jupyter", "open", sees=("version", "records")),)),
    Spec("jupyter-server:locked", f"{SERVER} --IdentityProvider.token={PASSWORD}", truth=jupyter_truth, slow=True,
         views=(View("jupyter", "locked", sees=("version",)),)),
    Spec("notebook:open", f"{NOTEBOOK} --ServerApp.token= --ServerApp.password=", truth=jupyter_truth, slow=True,
         views=(View("jupyter", "open", sees=("version", "records")),)),
    Spec("notebook:locked", f"{NOTEBOOK} --IdentityProvider.token={PASSWORD}", truth=jupyter_truth, slow=True,
         views=(View("jupyter", "locked", sees=("version",)),)),
    node_red("4", "open", View("node-red", "open", sees=("version",))),
    node_red("4", "locked", View("node-red", "locked"), NODE_RED_LOGIN),
    node_red("2", "open", View("node-red", "open", sees=("version",))),
    node_red("2", "locked", View("node-red", "locked"), NODE_RED_LOGIN),
    Spec("mlflow:open", MLFLOW.replace("OPTIONS", ""), files={"auth.ini": MLFLOW_AUTH}, seed=mlflow_fill, truth=mlflow_truth, slow=True,
         views=(View("mlflow", "open", sees=("version", "collections")),)),
    Spec("mlflow:locked", MLFLOW.replace("OPTIONS", "--app-name basic-auth"), files={"auth.ini": MLFLOW_AUTH}, slow=True,
         views=(View("mlflow", "locked"),)),
    Spec("chroma-0.5:open", CHROMA.replace("OPTIONS", ""), seed=chroma_fill, truth=chroma_truth, slow=True,
         views=(View("chroma", "open", sees=("version", "collections")),)),
    Spec("chroma-0.5:locked", CHROMA.replace("OPTIONS", CHROMA_LOCK), truth=lambda box: {"version": "0.5.23"}, slow=True,
         views=(View("chroma", "locked", sees=("version",)),)),
    Spec("flower:open", FLOWER, slow=True, views=(View("flower", "open"),)),
    Spec("flower:locked", f"{FLOWER} --basic-auth=zoo:{PASSWORD}", slow=True, views=(View("flower", "locked"),)),
    Spec("redis-commander:open", REDIS_COMMANDER, truth=lambda box: {"collections": 1, "names": ["local"]},
         views=(View("redis-commander", "open", sees=("collections",)),)),
    Spec("redis-commander:locked", f"{REDIS_COMMANDER} --http-auth-username zoo --http-auth-password {PASSWORD}",
         views=(View("redis-commander", "locked"),)),
    Spec("mongo-express:open", MONGO_EXPRESS.replace("LOCK", "false"), views=(View("mongo-express", "open"),)),
    Spec("mongo-express:locked", MONGO_EXPRESS.replace("LOCK", "true"), views=(View("mongo-express", "locked"),)),
    Spec("consul:open", CONSUL, seed=consul_fill, truth=consul_truth, views=(View("consul", "open", sees=("version", "collections")),)),
    Spec("consul:locked", f"{CONSUL} -config-file $D/lock.json", files={"lock.json": CONSUL_LOCK}, views=(View("consul", "locked"),)),
    Spec("spark:master", java("spark-3.5", "org.apache.spark.deploy.master.Master --host $A --port $P2 --webui-port $P"), truth=spark_truth,
         env={"SPARK_LOCAL_IP": "$A"}, slow=True, views=(View("spark", "open", sees=("version", "collections", "records")),)),
    Spec("flink:open", java("flink-1.20", "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint --configDir $D/conf", heap=400),
         files={"conf/config.yaml": FLINK}, truth=flink_truth, slow=True, views=(View("flink", "open", sees=("version", "records")),)),
    Spec("hdfs:open", NAMENODE, files=HADOOP, prepare=f"{NAMENODE} -format -force", truth=hdfs_truth, slow=True,
         ready="python3 -c 'import sys, urllib.request as u; u.urlopen(sys.argv[1], timeout=9)' \"http://$A:$P/webhdfs/v1/?op=GETFILESTATUS\"",
         views=(View("hdfs", "open", sees=("version", "records", "bytes")),)),
    Spec("yarn:open", MANAGER, files=HADOOP, truth=yarn_truth, slow=True,
         ready="python3 -c 'import sys, urllib.request as u; u.urlopen(sys.argv[1], timeout=9)' http://$A:$P/ws/v1/cluster/metrics",
         views=(View("hadoop-yarn", "open", sees=("version", "collections", "records")),)),
    Spec("ray:open", RAY, truth=lambda box: {"version": get(box, "/api/version")["ray_version"], "records": 0}, slow=True,
         ready="python3 -c 'import sys, urllib.request as u; u.urlopen(sys.argv[1], timeout=9)' http://$A:$P/api/jobs/",
         views=(View("ray", "open", sees=("version", "records")),)),
)
