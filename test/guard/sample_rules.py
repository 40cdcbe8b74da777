"""What a random sample may ask (`ajar scan --sample`, doc/sample.md): reads of records, and nothing that could change or
keep open anything. Ajar sends these asks only over a wire that has the owner's permission; verify lets them through only
with --sample. Each protocol has a written list of whole requests, in which a hole may stand only where it is shown."""

import json
import re
import urllib.parse

from symbols import LENGTH, Cursor, Refused, show

HOLE = "[\ue001-\uefff]"


def check(ask):
    family = ask.name.split(".")[1]
    if family not in RULES:
        raise Refused("no rule for samples knows this product")
    RULES[family](ask)


# ---- Redis -------------------------------------------------------------------------------------

# Word by word; KEY is a hole of that label. Not here: any command that writes, expires, blocks, or reads without a
# bound: HGETALL, SMEMBERS, KEYS, LRANGE 0 -1, EVAL, GETDEL, GETEX, CLIENT KILL ...
KEY = object()
REDIS_KEY_COMMANDS = [
    ["TYPE", KEY], ["MEMORY", "USAGE", KEY], ["GETRANGE", KEY, "0", "65535"], ["HSCAN", KEY, "0", "COUNT", "64"],
    ["LRANGE", KEY, "0", "15"], ["SRANDMEMBER", KEY, "16"], ["ZRANGE", KEY, "0", "15"],
    ["XRANGE", KEY, "-", "+", "COUNT", "4"],
]


def redis(ask):
    if ask.text in ("CLIENT NO-TOUCH ON\r\n", "RANDOMKEY\r\n", "QUIT\r\n"):
        return
    if re.fullmatch(f"SELECT {HOLE}\r\n", ask.text) and ask.label(ask.text[7]) == "number":
        return
    if _resp(ask) not in REDIS_KEY_COMMANDS:
        raise Refused(f"{show(ask.text)!r} is not among what a sample may say")


def _resp(ask):
    """The words of a command in RESP; lengths must be right, and that of a hole computed."""
    c = Cursor(ask)
    line = lambda: c.text[c.at:c.text.index("\r\n", c.at)] if "\r\n" in c.text[c.at:] else c.fail("a line's end")
    head = line()
    c.exactly(head + "\r\n", "a command")
    if not re.fullmatch(r"\*[1-9]", head):
        raise Refused("a command in RESP begins with the number of its words")
    words = []
    for _ in range(int(head[1])):
        length = line()
        c.exactly(length + "\r\n", "a length")
        if length == "$" + LENGTH:
            if ask.label(c.take(1)) != "key":
                raise Refused("only the drawn key may be filled in")
            words.append(KEY)
        elif re.fullmatch(r"\$\d{1,2}", length):
            words.append(c.take(int(length[1:])))
        else:
            raise Refused("a word's length is neither a number nor computed")
        c.exactly("\r\n", "the end of a word")
    c.end()
    return words


# ---- PostgreSQL --------------------------------------------------------------------------------

NAME = f'"{HOLE}"\\."{HOLE}"'
POSTGRESQL = [
    r"BEGIN TRANSACTION READ ONLY", r"SET LOCAL statement_timeout = 5000", r"SET LOCAL lock_timeout = 500", r"ROLLBACK",
    f"SELECT \\* FROM ONLY {NAME} LIMIT 0",
    f"SELECT left\\(\\(ajar\\.\\*\\)::text, 65536\\) FROM ONLY {NAME} AS ajar TABLESAMPLE (SYSTEM|BERNOULLI)"
    f" \\({HOLE}\\) WHERE random\\(\\) < {HOLE} LIMIT {HOLE}",
    r"SELECT datname FROM pg_catalog\.pg_database WHERE datallowconn AND NOT datistemplate"
    r" ORDER BY pg_database_size\(oid\) DESC LIMIT 100",
    r"SELECT n\.nspname, c\.relname, CASE WHEN c\.reltuples > 0 THEN c\.reltuples::bigint END,"
    r" pg_relation_size\(c\.oid\) / current_setting\('block_size'\)::int, pg_relation_size\(c\.oid\)"
    r" FROM pg_catalog\.pg_class c JOIN pg_catalog\.pg_namespace n ON n\.oid = c\.relnamespace"
    r" WHERE c\.relkind IN \('r', 'm'\) AND n\.nspname NOT IN \('pg_catalog', 'information_schema'\)"
    r" AND n\.nspname NOT LIKE 'pg_toast%' ORDER BY 5 DESC LIMIT 1000",
]
NUMBERS, NAMES = {"percent", "share", "limit"}, {"schema", "table"}


def postgresql(ask):
    c = Cursor(ask)
    if ask.text in ("\0\0\0\x08\x04\xd2\x16\x2f", "X\0\0\0\x04"):
        return
    if c.peek() != "Q":
        c.exactly(LENGTH + "\0\3\0\0user\0postgres\0database\0", "a start-up of the user postgres without more")
        if ask.label(c.take(1)) != "database":
            raise Refused("only the database may be filled in")
        c.exactly("\0\0", "the end of the parameters")
        c.end()
        return
    c.byte()
    c.exactly(LENGTH, "a computed length")
    statement = c.until_nul()
    c.end()
    if not any(re.fullmatch(pattern, statement) for pattern in POSTGRESQL):
        raise Refused(f"{show(statement)!r} is not among what a sample may query")
    for at, symbol in enumerate(statement):
        if ord(symbol) <= 255:
            continue
        wanted = NAMES if statement[at - 1] == '"' else NUMBERS
        if ask.label(symbol) not in wanted:
            raise Refused(f"the hole {ask.label(symbol)!r} may not stand here")


# ---- MySQL -------------------------------------------------------------------------------------

TABLE = f"`{HOLE}`\\.`{HOLE}`"
MYSQL = [
    r"SET SESSION (max_execution_time = 5000|max_statement_time = 5), lock_wait_timeout = 1",
    r"START TRANSACTION READ ONLY", r"ROLLBACK",
    r"SELECT table_schema, table_name, table_rows, data_length FROM information_schema\.tables WHERE table_type = 'BASE TABLE'"
    r" AND table_schema NOT IN \('mysql', 'information_schema', 'performance_schema', 'sys'\) ORDER BY 4 DESC LIMIT 1000",
    r"SELECT MIN\(column_name\), COUNT\(\*\), SUM\(data_type IN \('tinyint', 'smallint', 'mediumint', 'int', 'bigint'\)\)"
    f" FROM information_schema\\.columns WHERE column_key = 'PRI' AND table_schema = '{HOLE}' AND table_name = '{HOLE}'",
    f"SELECT MIN\\(`{HOLE}`\\), MAX\\(`{HOLE}`\\) FROM {TABLE}",
    f"SELECT \\* FROM {TABLE} WHERE RAND\\(\\) < {HOLE} LIMIT {HOLE}",
    f"SELECT \\* FROM {TABLE} WHERE `{HOLE}` >= {HOLE} ORDER BY `{HOLE}` LIMIT 1",
]


def mysql(ask):
    if ask.text == "\x01\0\0\0\x01":
        return
    c = Cursor(ask)
    c.exactly(LENGTH + "\0\x03", "a query with a computed length")
    statement = c.text[c.at:]
    if not any(re.fullmatch(pattern, statement) for pattern in MYSQL):
        raise Refused(f"{show(statement)!r} is not among what a sample may query")
    for at, symbol in enumerate(statement):
        if ord(symbol) <= 255:
            continue
        wanted = {"schema", "table", "key"} if statement[at - 1] in "`'" else {"share", "limit", "number"}
        if ask.label(symbol) not in wanted:
            raise Refused(f"the hole {ask.label(symbol)!r} may not stand here")


# ---- Cassandra ---------------------------------------------------------------------------------

COLUMN = f'"{HOLE}"'
CASSANDRA = [
    r"SELECT keyspace_name, table_name FROM system_schema\.tables",
    f"SELECT column_name, kind, position FROM system_schema\\.columns WHERE keyspace_name = '{HOLE}' AND table_name = '{HOLE}'",
    f"SELECT JSON \\* FROM {NAME} WHERE token\\({COLUMN}(, {COLUMN})?\\) >= {HOLE} LIMIT 1",
]


def cassandra(ask):
    if ask.text == "\x04\0\0\x01\x01\0\0\0\x16\0\x01\0\x0bCQL_VERSION\0\x053.0.0":
        return
    found = re.fullmatch("\x04\0\0\x01\x07" + LENGTH + LENGTH + "(.*)\0\x01\x04\0\0(\0\x01|\x03\xe8|\x13\x88)", ask.text, re.S)
    if not found or not any(re.fullmatch(pattern, found[1]) for pattern in CASSANDRA):
        raise Refused("this is not among what a sample may query, at consistency ONE")
    for at, symbol in enumerate(found[1]):
        if ord(symbol) > 255 and ask.label(symbol) not in (
                {"keyspace", "table", "column"} if found[1][at - 1] in "\"'" else {"token"}):
            raise Refused(f"the hole {ask.label(symbol)!r} may not stand here")


# ---- MongoDB -----------------------------------------------------------------------------------


def mongodb(ask):
    """aggregate with the one stage $sample: not $out, not $merge, no script. All of it, byte for byte."""
    hole = lambda label: next((s for s, (name, _) in ask.holes.items() if name == label), "?")
    counts = [s for s, (name, most) in ask.holes.items() if name == "count" and most == 4]
    if len(counts) != 2:
        raise Refused("the two counts are four bytes each")
    sample = f"\x1d\0\0\0\x03$sample\0\x0f\0\0\0\x10size\0{counts[0]}\0\0"
    whole = (LENGTH + "\x01\0\0\0\0\0\0\0\xdd\x07\0\0\0\0\0\0\0" + LENGTH +
             "\x02aggregate\0" + LENGTH + hole("collection") + "\0" +
             f"\x04pipeline\0\x25\0\0\0\x030\0{sample}\0" +
             f"\x03cursor\0\x14\0\0\0\x10batchSize\0{counts[1]}\0" +
             "\x08allowDiskUse\0\0" + "\x10maxTimeMS\0\x88\x13\0\0" +
             "\x02$db\0" + LENGTH + hole("database") + "\0\0")
    if ask.text != whole:
        raise Refused("a sample may say aggregate with $sample, and that in one way")


# ---- HTTP --------------------------------------------------------------------------------------

HEADERS = {"host", "user-agent", "accept", "accept-encoding"}


def _fields(ask, fields, more):
    """None of them could carry anything; `more` are those that a way through a dashboard wants, word by word."""
    for field in fields:
        name, _, value = field.partition(": ")
        if field.lower() not in more and (name.lower() not in HEADERS or any(ord(c) > 255 and ask.label(c) != "host" for c in value)):
            raise Refused(f"the header {show(field)!r} may not be sent")


def _head(ask, method, more=()):
    head, separator, body = ask.text.partition("\r\n\r\n")
    request_line, *fields = head.split("\r\n")
    found = re.fullmatch(method + r" (\S*) HTTP/1\.1", request_line)
    if not found or not separator or body:
        raise Refused("a sample over HTTP is a GET without a body")
    _fields(ask, fields, more)
    return found[1]


def _get(ask):
    """The target of a GET without a body and without a header that could carry anything."""
    target = _head(ask, "GET")
    if not target.startswith("/"):
        raise Refused("the target is a path")
    return target


CONSOLE = {"content-length: 0", "kbn-xsrf: true", "osd-xsrf: true", "x-elastic-internal-origin: kibana"}


def _behind(ask):
    """The same of a GET that a dashboard passes on to its store: under a path of its own, or in the address of a POST without a
    body, encoded once more."""
    if ask.text.startswith("POST "):
        found = re.fullmatch(f"({HOLE})/api/console/proxy\\?path=([^&]*)&method=GET", _head(ask, "POST", CONSOLE))
        target = found and urllib.parse.unquote(found[2])
    elif ask.text.startswith("GET /"):
        return _get(ask)
    else:
        found = re.fullmatch(f"({HOLE})/elasticsearch(/.*)", _head(ask, "GET"))
        target = found and found[2]
    if not found or ask.label(found[1]) != "base path":
        raise Refused("this is no way through a dashboard")
    return target


def elasticsearch(ask):
    found = re.fullmatch(f"/({HOLE})/_search\\?(.*)", _behind(ask))
    if not found or ask.label(found[1]) != "index":
        raise Refused("a sample searches one index that the server listed")
    pairs = dict(pair.split("=", 1) for pair in found[2].split("&"))
    if set(pairs) != {"filter_path", "source_content_type", "source"}:
        raise Refused("a search says these three things and no more")
    if pairs["filter_path"] != "timed_out,hits.hits._id,hits.hits._source" or \
            pairs["source_content_type"] != "application%2Fjson":
        raise Refused("a search asks for ids and documents")
    text = re.sub(HOLE, lambda m: "1" if ask.label(m[0]) == "count" else "?", pairs["source"])
    query = json.loads(urllib.parse.unquote(text))
    if query != {"size": 1, "timeout": "5s", "query": {"function_score": {
            "query": {"match_all": {}}, "random_score": {}, "boost_mode": "replace"}}}:
        raise Refused("a search is for random documents: no script, no scroll, no other query")


def couchdb(ask):
    found = re.fullmatch(f"/({HOLE})/_all_docs\\?include_docs=true&limit=1&skip=({HOLE})", _get(ask))
    if not found or ask.label(found[1]) != "database" or ask.label(found[2]) != "place":
        raise Refused("a sample asks for one document at one place")


CLICKHOUSE = {"max_execution_time": "5", "max_bytes_to_read": "1073741824", "max_result_bytes": "3145728", "max_threads": "1",
              "output_format_json_quote_64bit_integers": "0"}


def clickhouse(ask):
    """One SELECT of one table, by GET, which the server holds to reading, within these limits."""
    found = re.fullmatch(f"/\\?query=SELECT\\+\\*\\+FROM\\+%22({HOLE})%22\\.%22({HOLE})%22\\+WHERE\\+rand\\(\\)%3C=({HOLE})"
                         f"\\+LIMIT\\+({HOLE})\\+FORMAT\\+JSONCompact&(.*)", _get(ask))
    if not found or [ask.label(found[n]) for n in range(1, 5)] != ["database", "table", "share", "limit"]:
        raise Refused("a sample selects random rows of one table")
    if dict(pair.split("=", 1) for pair in found[5].split("&")) != CLICKHOUSE:
        raise Refused("a sample has these limits")


def etcd(ask):
    """Range, by POST: the names of keys, or the value of one; nothing else of the API."""
    head, _, body = ask.text.partition("\r\n\r\n")
    request_line, *fields = head.split("\r\n")
    if request_line != "POST /v3/kv/range HTTP/1.1":
        raise Refused("a sample of etcd is a Range")
    wanted = HEADERS | {"content-type", "content-length"}
    if any(field.partition(": ")[0].lower() not in wanted or any(ord(c) > 255 and c != LENGTH and ask.label(c) != "host"
                                                                 for c in field) for field in fields):
        raise Refused("a header that may not be sent")
    if f"Content-Length: {LENGTH}" not in fields:
        raise Refused("the length is computed")
    names = '{"key":"AA==","range_end":"AA==","keys_only":true,"limit":"10000"}'
    found = re.fullmatch('{"key":"(' + HOLE + ')","limit":"1"}', body)
    if body != names and not (found and ask.label(found[1]) == "key"):
        raise Refused("a Range of a sample asks for names, or for one key")


RULES = {"cassandra": cassandra, "etcd": etcd, "mysql": mysql, "clickhouse": clickhouse, "redis": redis, "postgresql": postgresql, "mongodb": mongodb, "elasticsearch": elasticsearch, "couchdb": couchdb}
