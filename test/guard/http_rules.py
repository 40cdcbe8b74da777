"""What may be sent over HTTP, said once more and apart from the loader's law: GET and HEAD of a path that stands in
test/data/good_requests.tsv, with keys and values that stand there; POST to a written list of paths. On top of that come
words that are not believed wherever they stand, unless it is written here why they are harmless."""

import json
import pathlib
import re
import urllib.parse

import sql
from symbols import Refused, show

HOLE = "[\ue001-\uefff]"

HEADERS = {"host", "user-agent", "accept", "accept-encoding", "content-type", "content-length", "depth", "prefer",
           "kbn-xsrf", "kbn-version", "osd-xsrf", "osd-version", "x-requested-with", "x-request-from",
           "x-elastic-internal-origin", "range"}

# What those may say that choose how much is told.
VALUES = {"depth": "0|1", "prefer": "count=(planned|estimated)", "kbn-xsrf": "[A-Za-z]+", "osd-xsrf": "[A-Za-z]+",
          "x-request-from": "internal"}

# What may have been left behind on a site: path, and how many of its first bytes may be asked for. Nothing else has a range.
FRONTS = [
    (r"/\.git/HEAD", 64),
    (r"/\.env(\.[a-z]+)?", 128),
    (r"/\.svn/wc\.db|/\.DS_Store", 16),
    (r"/(backup|dump|database|db)\.sql", 32),
    (r"/(backup|dump|database|db|www|site)\.(sql\.gz|tar\.gz|zip)", 16),
    (r"/(database/)?(database\.sqlite|db\.sqlite3)", 16),
    (r"/(wp-)?config\.php(\.bak|~)", 16),
    (r"/server-status\?auto", 1024),
    (r"/nginx_status|/ajar-none", 128),
    (r"/(php)?info\.php", 4096),
]
# Asked by HEAD and with this Accept, so that nothing is made of it for the asker.
ACCEPTED = {"/actuator/heapdump": "accept: text/x-ajar-none"}

# A whole path segment that reads records, logs, queries, secrets or files, runs code, or changes something.
SEGMENTS = set("""
    _search _msearch _async_search _doc _docs _source _mget _get _sql _esql _eql _scroll _pit _termvectors
    _mtermvectors _explain _terms_enum _knn_search _mvt _graph _bulk _update _update_by_query _delete_by_query
    _delete _reindex _create _close _open _forcemerge _optimize _flush _refresh _cache _shutdown _snapshot _ingest
    _scripts _script _ppl _plugins _opendistro _security _xpack _render _percolate _suggest _validate _rank_eval
    _field_caps _count _nodes _tasks _watcher _rollup _transform _ml _license _remote
    _all_docs _design _design_docs _local_docs _local _changes _find _view _list _show _temp_view _bulk_get
    _bulk_docs _compact _replicate _restart _config _purge _revs_diff _users _replicator _utils _node _log
    config configs env environ environment secret secrets credential credentials password passwords passwd token
    tokens keystore apikeys api-keys api_keys users user definitions heapdump threaddump dump jolokia trace
    logs log logfile loggers history queries running_queries processlist
    select update write delete export import upload download stream get put post txn deleterange compaction
    defragment authenticate login logout signin session sessions query_range query_exemplars series federate
    delete_series clean_tombstones quit reload restart stop exec execute run eval script scripts console
    messages message consume publish produce subscribe backup restore snapshot snapshots cat file files flows
    _snapshots scroll points documents docs objects entries rows records data terminal webhooks
    """.split())

# Whole paths, with their query, that hold such a segment and are harmless all the same: regular expression, why.
KNOWN = [
    (r"(/elasticsearch)?/_nodes/_local\?filter_path=nodes\.\*\.version", "the version and nothing else"),
    (r"(/elasticsearch)?/_nodes/_local/jvm\?filter_path=nodes\.\*\.jvm\.start_time_in_millis", "when it started"),
    (r"(/elasticsearch)?/_nodes/http\?filter_path=nodes\.\*\.http\.publish_address", "where its nodes are"),
    (f"(/elasticsearch)?(/(ajar-none|{HOLE}))?/_count", "how many documents"),
    (f"(/elasticsearch)?(/{HOLE})?/_search\\?(size=0&filter_path=hits.total|filter_path=hits.total&size=0)"
     "(&track_total_hits=true)?", "how many hits, and none of them"),
    (r"/exec\?query=.*", "QuestDB: the statement is judged by itself"),
    (r"/commands/(stats|monitor)", "ZooKeeper: version and figures"),
    (r"/_(license|xpack)", "licence and features"),
    (r"/_(plugins|opendistro)/_security/authinfo|/_security/_authenticate|/api/user/current|/api/database/user"
     r"|/_api/database/user", "who a stranger is, and what he may enter"),
    (r"/select/[0-9]+/prometheus/api/v1/status/.*", "the number of a tenant comes after that word"),
    (r"/((api|hawtio|console)/)?jolokia/version", "the version; what it may do stands in other segments"),
    (r"/nacos/v1/console/server/state", "the version"),
    (r"/sessions\?from=0&size=0", "how many sessions there are"),
    (r"/(v1/|api/v1/|api/)?configs?", "Flink, Gradio, Kestra, Open WebUI: version and whether a login exists"),
    (r"/nifi-api/access/config", "whether a login exists"),
    (r"/api/users/admin/check", "whether Portainer was ever set up"),
    (r"/metrics/snapshot", "Mesos: figures"),
    (r"/ws/v1/history/info", "MapReduce: the version of its history server"),
    (r"/hub/api/users", "JupyterHub: by HEAD, whether it would be shown"),
    (r"/data/(plugins_listing|environment)", "TensorBoard: version"),
    (r"/api/objects", "pgweb: names of tables"),
    (r"/api/session/properties", "Metabase: version, whether it was ever set up"),
    (r"/api/v2.0/users/current", "Harbor: who it takes a stranger for"),
    (r"/api/v1/login/(skippable|status)", "Kubernetes Dashboard: whether a login is asked for"),
    (r"/api/v1/flows/?", "Langflow: by HEAD, whether they would be shown"),
    (r"/api/v1/session", "MinIO's console: whether a stranger has a session"),
    (r"/-/verdaccio/data/packages", "Verdaccio: names of packages"),
    (r"/((auth|user)/)?login", "the page that asks for a password; GET sends none"),
]

NEVER = [
    (r"/api/v1/status/config", "Prometheus' configuration may hold secrets"),
    (r"/api/ds/query|/api/tsdb/query", "Grafana's query API reads records"),
    (r"/v2/keys", "etcd's keys of version 2 come with values"),
    (r"/api/v1/query\b", "Prometheus' query API reads samples"),
    (r"/webhdfs/.*op=open", "WebHDFS OPEN reads a file"),
    (r"/v1/kv/(?!.*[?&]keys)", "Consul's keys come with values"),
    (r"\.(env|git|sql|bak|zip|gz|tar|pem|key|htpasswd|log)\b", "a file that may hold secrets"),
]

QUERY_KEYS_NEVER = set("""
    u p user username usr password passwd pass pwd token access_token auth auth_token api_key apikey api-key key secret
    session sessionid jwt sig signature _method source source_content_type scroll include_docs size from
    """.split())

# Keys that choose a page or columns: their values are numbers and names of columns, whatever these are.
# What a GET would answer with records: whether it is answered may be asked with HEAD, which has no body.
HEAD_ONLY = ("/v2/keys/", "/actuator/env", "/actuator/heapdump", "/api/v1/flows/", "/parse-dashboard-config.json")

SHOWING = {key: r"[0-9]{1,4}" for key in "n page pageNo pageNum pageSize page_size perPage per_page offset skip".split()}
SHOWING |= {key: r"[A-Za-z0-9_.,*:@-]+" for key in ("h", "s", "columns")}
SHOWING |= {"format": "json|yaml", "default_format": "JSON", "epoch": "ms", "wt": "json", "bytes": "b", "pretty": "true|", "level": "indices|shards"}

NAME = "\ue001"  # stands for any name that the server listed, in the list below and in what is compared with it


def _split(query):
    """The keys of a query that choose what is told, with their values; the others are only for show."""
    keys = {}
    for pair in query.split("&") if query else ():
        key, _, value = pair.partition("=")
        value = urllib.parse.unquote_plus(value)
        if key in keys:
            raise Refused(f"the query key {key!r} stands there twice")
        if key not in SHOWING or not re.fullmatch(SHOWING[key], value):
            keys[key] = value
    return keys


def _listed():
    """Of test/data/good_requests.tsv: path -> (product, method, keys) of each request."""
    paths = {}
    data = pathlib.Path(__file__).resolve().parents[1] / "data" / "good_requests.tsv"
    for line in data.read_text().splitlines():
        if not line.startswith("#"):
            product, method, target, *_ = line.split("\t")
            path, _, query = target.replace("{name}", NAME).partition("?")
            paths.setdefault(path.rstrip("/") or "/", []).append((product, method, _split(query)))
    return paths


LISTED = _listed()
# Paths that another product answers with records or secrets: only those for whom they are listed may ask them.
OWN = {f"/{NAME}", f"/collections/{NAME}", "/config", "/api/config", "/pods", "/topics", "/subjects", "/settings", "/varz", "/v1/sql", "/exec", "/d/status",
       "/d/table_list", "/debug/vars", "/props", "/status.php", "/druid/basic.json", "/app/names.json", "/application/v2/tenant"}
# What one listed path stands for.
SAME = [(r"^/(es_admin|elasticsearch)(?=/)", ""), (r"^/ajar-none/_count$", f"/{NAME}/_count"),
        (r"^/v[0-9.]+(?=/(info|version|system/df)$)", "")]

STATEMENT_KEYS = {"query", "q", "sql", "stmt", "statement"}

# POST: pattern of the path (base path removed), what the body must be, why it is harmless.
POSTS = [
    (r"/api/console/proxy\?.*", "empty", "Kibana's proxy: the inner request is checked as a GET"),
    (r"/_dbs_info", "couchdb", "CouchDB: counts and sizes of databases"),
    (r"/v3(alpha|beta)?/maintenance/status", "{}", "etcd: version and size"),
    (r"/v3/cluster/member/list", "{}", "etcd: its members"),
    (r"/v3(alpha|beta)?/kv/range", "etcd", "etcd: how many keys, without keys and values"),
    (r"/v2/vectordb/(databases/list|collections/(list|get_stats|describe))", "json", "Milvus: names and counts"),
    (r"/api/v0/(version|id|repo/stat(\?size-only=true)?)", "empty", "IPFS: version and sizes; its whole API takes POST"),
    (r"/v2/repository/index", "{}", "Triton: names of models"),
    (r"/v3(alpha|beta)?/cluster/member/list", "{}", "etcd: its members"),
    (r"/api/(flows|deployments|flow_runs)/count", "{}", "Prefect: a number"),
    (r"/_sql", "stmt", "CrateDB: names and sizes"),
    (r"/v2/pipeline", "pipeline", "sqld: names of tables"),
    (r"/db/(neo4j|data)/(tx|transaction)/commit", '{"statements":[{"statement":"MATCH (n) RETURN count(n)"}]}', "Neo4j: a number"),
    (r"/(gremlin)?", '{"gremlin":"\'\'"}', "Gremlin: an empty text"),
    (r"/v1/metadata", '{"type":"get_inconsistent_metadata","args":{}}', "Hasura: a comparison"),
    (r"/api/gql", '{"query":"{serverConfig{version}}"}', "CloudBeaver: its version"),
    (r"/overview", "host", "Cerebro: a cluster that it listed"),
    (r"/graphql", '{"query":"query{version}"}', "SkyWalking: its version"),
    (r"/beat", "{}", "XXL-JOB: a heartbeat, which starts nothing"),
]

# What another product may take for something else.
POSTS_OF = {"/beat": "xxl-job-executor", "/graphql": "skywalking"}


def check(ask):
    head, separator, body = ask.text.partition("\r\n\r\n")
    if not separator:
        raise Refused("the request has no end of its header")
    request_line, *fields = head.split("\r\n")
    found = re.fullmatch(f"([A-Z]+) ((?:{HOLE})?/\\S*) HTTP/1\\.1", request_line)
    if not found:
        raise Refused(f"the request line {show(request_line)!r} is none")
    method, target = found.groups()
    _check_fields(ask, fields, body)
    target = _without_base(ask, target)
    if method == "POST":
        _check_post(ask, target, body)
    elif body:
        raise Refused(f"a {method} has no body")
    elif method == "PROPFIND":
        if target not in ("/", "/webdav", "/dav") or not {"depth: 0", "depth: 1"} & {f.lower() for f in fields}:
            raise Refused("a PROPFIND lists the top, one level deep")
    elif method not in ("GET", "HEAD"):
        raise Refused(f"the method {method} may not be used")
    else:
        lower = [field.lower() for field in fields]
        if target in ACCEPTED:
            if ask.family != "spring-boot" or method != "HEAD" or ACCEPTED[target] not in lower:
                raise Refused(f"{target} is asked by HEAD, with {ACCEPTED[target]!r}")
        elif not _check_front(ask, target, method, lower):
            check_target(ask, target, method)


def _check_front(ask, target, method, fields):
    """Whether it is one of FRONTS, with its range; Refused where either stands without the other."""
    most = next((bytes_max for pattern, bytes_max in FRONTS if re.fullmatch(pattern, target)), 0)
    ranges = [field.partition(":")[2].strip() for field in fields if field.startswith("range:")]
    if not most and not ranges:
        return False
    found = re.fullmatch(r"bytes=0-(0|[1-9][0-9]{0,3})", ranges[0]) if ranges else None
    if ask.family != "web" or method != "GET" or not found or int(found[1]) >= most:
        raise Refused(f"{show(target)!r} is asked for its first bytes, {most} at most, and only so")
    return True


def _check_fields(ask, fields, body):
    names = set()
    for field in fields:
        name, colon, value = field.partition(":")
        name, value = name.lower(), value.strip()
        if not colon or name not in HEADERS or name in names:
            raise Refused(f"the header {show(field)!r} may not be sent")
        names.add(name)
        if name == "host" and ask.label(value) != "host":
            raise Refused("Host is what was asked for and nothing else")
        if name != "host" and any(ord(c) > 255 for c in value):
            raise Refused(f"the header {name} may not be filled in")
        if not re.fullmatch(VALUES.get(name, ".*"), value):
            raise Refused(f"the header {name} may not say {show(value)!r}")
        if name == "content-length" and value != str(len(body)):
            raise Refused("Content-Length does not fit the body")
    if "host" not in names:
        raise Refused("Host is missing")


def _without_base(ask, target):
    """The base path that the server or the user named may stand in front, once; what follows it is a whole path."""
    return target[1:] if ask.label(target[0]) == "base path" else target


def check_target(ask, target, method="GET"):
    path, _, query = target.partition("?")
    plain, whole = urllib.parse.unquote(path).lower(), urllib.parse.unquote(target).lower()
    if not path.startswith("/") or "%" in path or any(bad in path for bad in ("//", "..", "@", "#", "\\", ";")):
        raise Refused(f"the path {show(path)!r} is not plain")
    for pattern, why in NEVER:
        if re.search(pattern, whole) and not (method == "HEAD" and whole in HEAD_ONLY):
            raise Refused(why)
    for segment in plain.rstrip("/").split("/"):
        if segment in SEGMENTS and not (method == "HEAD" and whole in HEAD_ONLY) and not any(re.fullmatch(known, whole.rstrip("/")) for known, _ in KNOWN):
            raise Refused(f"the path segment {segment!r} reads records or secrets, or changes something")
        _check_holes(ask, segment)
    inner = re.match(f"/api/datasources/proxy/(uid/)?({HOLE}|[0-9]+)(/.*)", target)
    if inner:
        check_target(ask, inner[3])
    else:
        _check_listed(ask, path, query, method)


def _check_listed(ask, path, query, method):
    """The path stands in the list, with these keys; what a query says beyond that is judged as well."""
    plain = re.sub(HOLE, NAME, path).rstrip("/") or "/"
    for pattern, instead in SAME:
        plain = re.sub(pattern, instead, plain) or "/"
    if plain not in LISTED:
        raise Refused(f"{show(path)!r} is not in test/data/good_requests.tsv; if its reference says that it tells metadata "
                      "only, add it there")
    keys = _split(re.sub(HOLE, NAME, query))
    for product, listed_method, listed in LISTED[plain]:
        own = plain not in OWN or product == ask.family or "max-keys" in listed or method == "HEAD"
        if own and listed_method in ("GET", method) and _same_keys(keys, listed):
            break
    else:
        raise Refused(f"{show(path)!r} is asked with other keys, or for another product, in test/data/good_requests.tsv")
    for pair in query.split("&") if query else ():
        _check_pair(ask, pair)


def _same_keys(keys, listed):
    """A statement is judged by its own grammar; all else stands in the list as it is."""
    return set(keys) == set(listed) and all(
        keys[key] == listed[key] or (key in STATEMENT_KEYS and re.match("select|show", keys[key], re.I)) for key in keys)


def _check_holes(ask, text):
    for symbol in text:
        if ord(symbol) > 255 and ask.label(symbol) not in ("collection", "name", "database"):
            raise Refused(f"a hole {ask.label(symbol)!r} may not stand here")


def _check_pair(ask, pair):
    key, _, value = pair.partition("=")
    value = urllib.parse.unquote_plus(value)
    if key.lower() in QUERY_KEYS_NEVER and value != "0":
        raise Refused(f"the query key {key!r} may not be sent")
    if key == "action" and value.lower() not in ("status", "list", "clusterstatus", "size", "stats"):
        raise Refused(f"the action {value!r} may not be asked for")
    own = ask.family == "clickhouse" and value.lower() == "show grants"  # which tells no hash, unlike MySQL's
    if key in STATEMENT_KEYS and re.match("select|show", value, re.I) and not own:
        sql.check(value)
    _check_holes(ask, value)


def _check_post(ask, target, body):
    for pattern, kind, _ in POSTS:
        if re.fullmatch(pattern, target):
            break
    else:
        raise Refused(f"POST to {show(target)!r} is not on the list")
    if target == "/" and ask.family not in ("gremlin", "gremlin-server", "janusgraph"):
        raise Refused("only Gremlin's empty script is sent to the top")
    if POSTS_OF.get(target, ask.family) != ask.family:
        raise Refused(f"POST to {show(target)!r} is for {POSTS_OF[target]} alone")
    if kind == "empty":
        if body:
            raise Refused("this POST has no body")
        if "?" in target and target != "/api/v0/repo/stat?size-only=true":
            _check_proxy(ask, target)
    elif kind.startswith("{"):
        if body != kind:
            raise Refused(f"this POST says {kind} and nothing else")
    else:
        _check_json(ask, kind, body)


def _check_proxy(ask, target):
    pairs = dict(pair.partition("=")[::2] for pair in target.partition("?")[2].split("&"))
    if target.count("&") != 1 or set(pairs) != {"method", "path"} or pairs["method"] != "GET":
        raise Refused("the proxy takes a path and the method GET")
    check_target(ask, urllib.parse.unquote_plus(pairs["path"]))


def _object(pairs):
    if len(dict(pairs)) != len(pairs):
        raise Refused("the body says something twice")
    return dict(pairs)


def _check_json(ask, kind, body):
    if "\\" in body:
        raise Refused("the body writes something in another way than it is")
    try:
        value = json.loads(body, object_pairs_hook=_object)
    except ValueError:
        raise Refused("the body is no JSON") from None
    if kind == "couchdb":
        ok = list(value) == ["keys"] and value["keys"] and all(isinstance(key, str) for key in value["keys"])
    elif kind == "etcd":
        ok = value.get("count_only") is True and set(value) <= {"key", "range_end", "count_only", "serializable"}
    elif kind == "stmt":
        ok = list(value) == ["stmt"] and not sql.check(value["stmt"])
    elif kind == "pipeline":
        first, last = value["requests"]
        ok = last == {"type": "close"} and not sql.check(first["stmt"].pop("sql")) and \
            value == {"requests": [{"type": "execute", "stmt": {}}, last]}
    elif kind == "host":
        ok = list(value) == ["host"] and re.fullmatch(HOLE, value["host"])
    else:
        ok = set(value) <= {"dbName", "collectionName"} and all(isinstance(v, str) for v in value.values())
    if not ok:
        raise Refused(f"the body {show(body)!r} asks for more than names and counts")
    for symbol in body:
        _check_holes(ask, symbol)


def looks_like_http(ask):
    return re.match(f"[A-Z]+ ({HOLE})?/\\S* HTTP/", ask.text) is not None
