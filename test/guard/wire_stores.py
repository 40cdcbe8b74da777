"""The same as wire_lines.py, for stores whose messages are built alike: each family lists whole messages."""

import zlib

from symbols import LENGTH, Refused, show


def cql():
    """OPTIONS and STARTUP; SELECT of the catalog's columns, and with the limit 0 of a table. Not: PREPARE, EXECUTE, BATCH,
    AUTH_RESPONSE, a table with another limit. Version 5 has the same in frames with checksums."""
    one, many = "\0\0\0\x01", "\0\0\x13\x88"
    queries = {"SELECT release_version, cluster_name, data_center FROM system.local": one,
               "SELECT version FROM system.versions": one,
               "SELECT keyspace_name, table_name FROM system_schema.tables": many,
               "SELECT keyspace_name, columnfamily_name FROM system.schema_columnfamilies": many,
               "SELECT keyspace_name, table_name, partitions_count, mean_partition_size FROM system.size_estimates": many,
               "SELECT session_id FROM system_traces.sessions LIMIT 0": one,
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


SAID = {"cql": cql()}


def said(ask):
    text = "".join("{" + ask.label(c) + "}" if ask.label(c) else c for c in ask.text)
    if text not in SAID[ask.family]:
        raise Refused(f"{show(ask.text)!r} is not among what may be said")


RULES = {family: said for family in SAID}
