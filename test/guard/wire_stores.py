"""The same as wire_lines.py, for stores whose messages are built alike: each family lists whole messages."""

import zlib

from symbols import LENGTH, Refused, show


def cql():
    """OPTIONS and STARTUP; SELECT of the catalog's columns, and with the limit 0 of a table. Not: PREPARE, EXECUTE, BATCH,
    AUTH_RESPONSE, a table with another limit. Version 5 has the same in frames with checksums."""
    one, many = "\0\0\0\x01", "\0\0\x13\x88"
    queries = {"SELECT release_version, cluster_name, data_center FROM system.local": one,
               "SELECT native_address, native_port FROM system.peers_v2": many,
               "SELECT version FROM system.versions": one,
               "SELECT keyspace_name, table_name FROM system_schema.tables": many,
               "SELECT keyspace_name, columnfamily_name FROM system.schema_columnfamilies": many,
               "SELECT keyspace_name, column_name FROM system_schema.columns": many,
               "SELECT keyspace_name, column_name FROM system.schema_columns": many,
               "SELECT keyspace_name, table_name, partitions_count, mean_partition_size FROM system.size_estimates": many,
               "SELECT id FROM system.compaction_history LIMIT 0": one,
               'SELECT * FROM "{keyspace}"."{table}" LIMIT 0': one}
    out = {"\x04\0\0\x01\x05\0\0\0\0"}
    for version in "\x03\x04\x05":
        out.add(version + "\0\0\x01\x01\0\0\0\x16\0\x01\0\x0bCQL_VERSION\0\x053.0.0")
        out |= {version + "\0\0\x01\x07" + LENGTH * 2 + text + "\0\x01\x04" + rows for text, rows in queries.items()}
    return out | {framed_cql(text, rows) for text, rows in queries.items() if "{" not in text}


def framed_cql(text, rows):
    body = len(text).to_bytes(4, "big") + text.encode() + b"\0\x01\0\0\0\x04" + rows.encode("latin-1")
    payload = b"\x05\0\0\x01\x07" + len(body).to_bytes(4, "big") + body
    head = (len(payload) | 1 << 17).to_bytes(3, "little")
    crc = 0x875060
    for byte in head:
        crc ^= byte << 16
        for _ in range(8):
            crc = crc << 1 ^ (0x1974F0B if crc & 0x800000 else 0)
    check = zlib.crc32(payload, zlib.crc32(b"\xfa\x2d\x55\xca")).to_bytes(4, "little")
    return (head + crc.to_bytes(3, "little") + payload + check).decode("latin-1")


def bolt():
    """HELLO, INIT and LOGON with the scheme "none"; RUN of statements that read the count store, names or figures, as a
    reader; GOODBYE. Not: a name and a password, any other statement, BEGIN, ROUTE."""
    agent, none, queries = "\x8auser_agent\x88ajar/0.1", "\x86scheme\x84none", (
        "MATCH (n) RETURN count(n)", "MATCH ()-[r]->() RETURN count(r)", "CALL db.labels()",
        "SHOW USERS YIELD user RETURN count(*)", "SHOW STORAGE INFO")
    out = {"\x60\x60\xb0\x17\0\x07\x08\x05\0\x04\x04\x04\0\0\0\x03\0\0\0\x01", "\0\x02\xb0\x02\0\0",
           "\0\x30\xb1\x01\xa2" + agent + "\x8abolt_agent\xa1\x87product\x84ajar\0\0", "\0\x0f\xb1\x6a\xa1" + none + "\0\0",
           "\0\x23\xb1\x01\xa2" + agent + none + "\0\0", "\0\x18\xb2\x01\x88ajar/0.1\xa1" + none + "\0\0"}
    for text in queries:
        run = "\x10\xd0" + LENGTH + text + "\xa0"
        out |= {LENGTH + "\xb3" + run + "\xa1\x84mode\x81r\0\0" + pull for pull in ("\0\x08\xb1\x3f\xa1\x81n\xc9\x03\xe8\0\0", "\0\x02\xb0\x3f\0\0")}
        out.add(LENGTH + "\xb2" + run + "\0\0\0\x02\xb0\x3f\0\0")
    return out


def hazelcast():
    """ClientAuthentication without a user; GetDistributedObjects; MC.getClusterMetadata; Map.size of a listed map; the view
    of the cluster, which every client is told. Not: Map.get, entrySet, listeners of data, and what makes or sends anything."""
    head = lambda code, number, flags="\0\xe0": "\x16\0\0\0" + flags + code + number + "\0" * 7 + "\xff" * 4
    frame = lambda text, flags="\0\0": chr(len(text) + 6) + "\0\0\0" + flags + text
    null = frame("", "\0\x04")
    hello = "CP2" + frame("\0\x01\0\0\x01" + "\0" * 7 + "\xff" * 4 + "\0\x3e\xb1\x5e\x07\x91\xd2\x4a\x65\x80\x4e\x1d\x77\xc0\x9a\x52\x13\x01", "\0\xc0") + (
        frame("dev") + null * 2 + frame("AJR") + frame("5.0") + frame("ajar") + frame("", "\0\x10") + frame("", "\0\x28"))
    return {hello, head("\0\x08\0\0", "\x02"), head("\0\x0e\x20\0", "\x03"), head("\0\x03\0\0", "\x05"),
            head("\0\x2a\x01\0", "\x04", "\0\xc0") + LENGTH + "\0\x20{map}"}


def rocketmq():
    """106, 206: brokers and topics of a name server; 21, 28: topics and figures of a broker. Not: 25 (which changes settings),
    17 (makes a topic), 11 and 33 (hand out messages)."""
    out = set()
    for code in (106, 206, 21, 28):
        head = '{"code":%d,"language":"OTHER","version":0,"opaque":1,"flag":0,"serializeTypeCurrentRPC":"JSON"}' % code
        out.add("\0\0\0" + chr(len(head) + 4) + "\0\0\0" + chr(len(head)) + head)
    return out


def rethinkdb():
    """The handshake without a key; the tables of tables and of servers; the estimate for a listed table. Not: a document."""
    table = lambda name: '[15,[[14,["rethinkdb"]],"%s"]]' % name
    ask = lambda number, text: number + "\0" * 7 + LENGTH + text
    return {"\x20\x2d\x0c\x40\0\0\0\0\xc7\x70\x69\x7e", ask("\x01", '[1,[33,[%s,"db","name"]],{}]' % table("table_config")),
            ask("\x02", '[1,[33,[%s,"name",{"process":{"version":true}}]],{}]' % table("server_status")),
            ask("\x03", '[1,[31,[[79,[[15,[[14,["{database}"]],"{table}"]]]],"doc_count_estimates"]],{}]')}


SAID = {
    # Node and version; the settings of a bucket that cannot exist. Not: get, put, keys, the list of buckets.
    "riak": {"\0\0\0\x01\x07\0\0\0\x27\x13\x0a\x24ajar-no-such-bucket-5d1f9b3ca27e8046"},
    # HELLO without features, VERSION, the list of mechanisms, STAT. Not: SASL_AUTH, SELECT_BUCKET, get, scan.
    "couchbase": {"\x80\x1f\0\x04\0\0\0\0\0\0\0\x04" + "\0" * 12 + "ajar", *(f"\x80{code}" + "\0" * 22 for code in "\x0b\x20\x10")},
    "rethinkdb": rethinkdb(),
    "dubbo": {"\xda\xbb\xe2\0\0\0\0\0\0\0\0\x01\0\0\0\x01N", "ls\r\n"},  # not: invoke, shutdown, a call
    # Version, edition, namespaces; figures and sets of a listed one. Not: set-config, truncate, recluster, quiesce.
    "aerospike": {"\x02\x01\0\0\0\0\0\x19build\nedition\nnamespaces\n",
                  "\x02\x01\0\0" + LENGTH + "namespace/{namespace}\nsets/{namespace}\n"},
    "rocketmq": rocketmq(),
    "nsq": {'  V2IDENTIFY\n\0\0\0\x43{"client_id":"ajar","user_agent":"ajar","feature_negotiation":true}'},  # not: SUB, PUB, MPUB
    "cql": cql(), "bolt": bolt(), "hazelcast": hazelcast(),
    # The handshake without a user; names of caches; the size of a listed one. Not: get, put, a query, a scan.
    "ignite": {"\x08\0\0\0\x01\x01\0\0\0\0\0\x02", "\x0a\0\0\0\x1a\x04\x01" + "\0" * 7,
               "\x14\0\0\0\xfc\x03\x02" + "\0" * 7 + "{hash of a cache's name}\0\x01\0\0\0\x02"},
    # CONNECT without a way to log in; the topics of the shipped namespace. Not: LOOKUP, PRODUCER, SUBSCRIBE.
    "pulsar": {"\0\0\0\x10\0\0\0\x0c\x08\x02\x12\x08\x0a\x04ajar\x20\x0c",
               "\0\0\0\x1d\0\0\0\x19\x08\x20\x82\x02\x14\x08\x01\x12\x0epublic/default\x18\x02"},
    # EXCSAT. Not: ACCSEC, SECCHK, ACCRDB, and what comes behind them.
    "drda": {"\0\x26\xd0\x01\0\x01\0\x20\x10\x41\0\x08\x11\x5e\x81\x91\x81\x99\0\x14\x14\x04\x14\x03\0\x03\x24\x07\0\x07"
             "\x24\x0f\0\x03\x14\x40\0\x07"},
}


def said(ask):
    text = "".join("{" + ask.label(c) + "}" if ask.label(c) else c for c in ask.text)
    if text not in SAID[ask.family]:
        raise Refused(f"{show(ask.text)!r} is not among what may be said")


RULES = {family: said for family in SAID}
