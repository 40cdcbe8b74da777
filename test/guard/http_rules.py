"""What may be sent over HTTP: GET and HEAD of what names and counts, POST to a written list of paths that change and
read nothing. Written from the products' own references; Ajar's catalog loader has a list of its own."""

import json
import re
import urllib.parse

import sql
from symbols import Refused, show

HOLE = "[\ue001-\uefff]"

HEADERS = {"host", "user-agent", "accept", "accept-encoding", "content-type", "content-length", "depth", "prefer",
           "kbn-xsrf", "kbn-version", "osd-xsrf", "osd-version", "x-requested-with", "x-elastic-internal-origin"}

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
    (r"/login", "the page that asks for a password; GET sends none"),
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

STATEMENT_KEYS = {"query", "q", "sql", "stmt", "statement"}

# POST: pattern of the path (base path removed), what the body must be, why it is harmless.
POSTS = [
    (r"/api/console/proxy\?.*", "empty", "Kibana's proxy: the inner request is checked as a GET"),
    (r"/_dbs_info", "couchdb", "CouchDB: counts and sizes of databases"),
    (r"/v3(alpha|beta)?/maintenance/status", "{}", "etcd: version and size"),
    (r"/v3(alpha|beta)?/kv/range", "etcd", "etcd: how many keys, without keys and values"),
    (r"/v2/vectordb/(databases/list|collections/(list|get_stats|describe))", "json", "Milvus: names and counts"),
    (r"/api/v0/(version|id|repo/stat)", "empty", "IPFS: version and sizes; its whole API takes POST"),
    (r"/v2/repository/index", "{}", "Triton: names of models"),
]


def check(ask):
    head, separator, body = ask.text.partition("\r\n\r\n")
    if not separator:
        raise Refused("the request has no end of its header")
    request_line, *fields = head.split("\r\n")
    found = re.fullmatch(r"([A-Z]+) ([/\ue001-\uefff]\S*) HTTP/1\.1", request_line)
    if not found:
        raise Refused(f"the request line {show(request_line)!r} is none")
    method, target = found.groups()
    _check_fields(ask, fields, body)
    target = _without_base(ask, target)
    if method == "POST":
        _check_post(ask, target, body)
    elif method not in ("GET", "HEAD"):
        raise Refused(f"the method {method} may not be used")
    elif body:
        raise Refused(f"a {method} has no body")
    else:
        check_target(ask, target)


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
        if name == "content-length" and value != str(len(body)):
            raise Refused("Content-Length does not fit the body")
    if "host" not in names:
        raise Refused("Host is missing")


def _without_base(ask, target):
    """The base path that the server or the user named may stand in front, once; what follows it is a whole path."""
    return target[1:] if ask.label(target[0]) == "base path" else target


def check_target(ask, target):
    path, _, query = target.partition("?")
    plain, whole = urllib.parse.unquote(path).lower(), urllib.parse.unquote(target).lower()
    if not plain.startswith("/") or any(bad in plain for bad in ("//", "..", "@", "#", "\\", "\0", "\r", "\n")):
        raise Refused(f"the path {show(path)!r} is not plain")
    for pattern, why in NEVER:
        if re.search(pattern, whole):
            raise Refused(why)
    for segment in plain.split("/"):
        if segment in SEGMENTS and not any(re.fullmatch(known, whole) for known, _ in KNOWN):
            raise Refused(f"the path segment {segment!r} reads records or secrets, or changes something")
        _check_holes(ask, segment)
    for pair in query.split("&") if query else ():
        _check_pair(ask, pair)


def _check_holes(ask, text):
    for symbol in text:
        if ord(symbol) > 255 and ask.label(symbol) not in ("collection", "name", "database"):
            raise Refused(f"a hole {ask.label(symbol)!r} may not stand here")


def _check_pair(ask, pair):
    key, _, value = pair.partition("=")
    key = urllib.parse.unquote_plus(key).lower()
    value = urllib.parse.unquote_plus(value)
    if any(ord(c) > 255 for c in key):
        raise Refused("the key of a query may not be filled in")
    if key in QUERY_KEYS_NEVER and value != "0":
        raise Refused(f"the query key {key!r} may not be sent")
    if key in ("method", "_method") and value != "GET":
        raise Refused("a dashboard may be asked to send GET only")
    if key == "action" and value.lower() not in ("status", "list", "clusterstatus"):
        raise Refused(f"the action {value!r} may not be asked for")
    if key == "path":
        inner = value if value.startswith("/") else "/" + value
        check_target(ask, inner)
    elif key in STATEMENT_KEYS:
        sql.check(value)
    else:
        _check_holes(ask, value)


def _check_post(ask, target, body):
    for pattern, kind, _ in POSTS:
        if re.fullmatch(pattern, target):
            break
    else:
        raise Refused(f"POST to {show(target)!r} is not on the list")
    if kind == "empty":
        if body:
            raise Refused("this POST has no body")
        if "?" in target:
            _check_proxy(ask, target)
    elif kind == "{}":
        if body != "{}":
            raise Refused("this POST says {} and nothing else")
    else:
        _check_json(ask, kind, body)


def _check_proxy(ask, target):
    pairs = [pair.partition("=")[0] for pair in target.partition("?")[2].split("&")]
    if sorted(pairs) != ["method", "path"]:
        raise Refused("the proxy takes a path and a method")
    for pair in target.partition("?")[2].split("&"):
        _check_pair(ask, pair)


def _check_json(ask, kind, body):
    try:
        value = json.loads(body)
    except ValueError:
        raise Refused("the body is no JSON") from None
    if kind == "couchdb":
        ok = list(value) == ["keys"] and all(isinstance(key, str) for key in value["keys"])
    elif kind == "etcd":
        ok = value.get("count_only") is True and set(value) <= {"key", "range_end", "count_only", "serializable"}
    else:
        ok = set(value) <= {"dbName", "collectionName"} and all(isinstance(v, str) for v in value.values())
    if not ok:
        raise Refused(f"the body {show(body)!r} asks for more than names and counts")



def looks_like_http(ask):
    return re.match(r"[A-Z]+ /\S* HTTP/", ask.text) is not None
