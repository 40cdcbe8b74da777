/* FoundationDB (design/flow_transport.md, FlowTransport.actor.cpp): processes and clients speak to each other as
 * equals. Each begins with a packet that says which version of the protocol it speaks (numbers are little-endian):
 *
 *     > 28 00 00 00, version 6.1, port 0, number 0, no address    < 28 00 00 00 or shorter, version 7.1, port, ...
 *
 * A server answers a version that it does not speak with its own packet as well, and takes nothing more from it: so
 * 6.1 is said, which no cluster runs. It knows no login: who speaks its version, and knows the few bytes of the
 * cluster's name, reads and writes whatever there is, unless TLS with certificates of its own keeps strangers away.
 * That is not tried; it is named. */
#include "base/reader.h"
#include "probe/probe.h"

#include <stdio.h>

enum {
    FDB_HEAD = 4, FDB_LEAST = 8 + 2, FDB_MOST = 64,
    FDB_FLAGS = 60,     /* the four bits above are no part of the number */
    FDB_MAGIC = 0xfdb00 /* that each version begins with, from bit 40 on */
};

static const struct ask FDB_CONNECT =
    ASK_FIXED("foundationdb.connect", "which version of the protocol the process speaks",
              "\x28\0\0\0" "\0\0\0\x61\xb0\0\xdb\x1f" "\0\0" "\0\0\0\0\0\0\0\0" "\0\0\0\0" "\0\0"
              "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");

/* The version out of a whole packet; 0 where it is none. */
static uint64_t fdb_version(struct span packet)
{
    struct verdict v;
    struct reader r = reader_over(&v, packet);
    uint32_t len = reader_le32(&r);
    uint64_t version = reader_le64(&r) & ((UINT64_C(1) << FDB_FLAGS) - 1);
    bool fits = len >= FDB_LEAST && len <= FDB_MOST && len + FDB_HEAD == packet.len;
    bool is_mine = fits && version >> 40 == FDB_MAGIC;
    return reader_ok(&r) && is_mine ? version : 0;
}

/* 0x0fdb00b071010000 is 7.1: since 6.1 the digits behind b0. */
static void fdb_state_version(struct observation *o, uint64_t version, struct span proof)
{
    char text[16];
    fact_number(o, "protocol.version", (int64_t)version, FDB_CONNECT.name, proof);
    if ((version >> 32 & 0xff) != 0xb0)
        return;
    int len = snprintf(text, sizeof(text), "%u.%u", (unsigned)(version >> 28 & 15), (unsigned)(version >> 24 & 15));
    fact_text(o, "version", span_of(text, (size_t)len), FDB_CONNECT.name, proof);
}

static enum outcome foundationdb_run(struct wire *w, struct observation *o)
{
    struct verdict v;
    if (wire_heard(w).len)
        return OUTCOME_NOT_MINE;
    wire_ask(w, &FDB_CONNECT);
    struct reader head = reader_over(&v, wire_peek(w, FDB_HEAD));
    uint32_t len = reader_le32(&head);
    if (!reader_ok(&head) || !wire_ok(w) || len < FDB_LEAST || len > FDB_MOST)
        return OUTCOME_NOT_MINE;
    struct span packet = wire_need(w, FDB_HEAD + len);
    uint64_t version = wire_ok(w) ? fdb_version(packet) : 0;
    if (!version || span_eq(packet, FDB_CONNECT.parts[0].bytes)) /* or our own words come back */
        return OUTCOME_NOT_MINE;
    o->product = "foundationdb";
    fdb_state_version(o, version, packet);
    return OUTCOME_IDENTIFIED;
}

extern const struct probe PROBE_FOUNDATIONDB;
const struct probe PROBE_FOUNDATIONDB = {
    .name = "foundationdb",
    .title = "FoundationDB",
    .products = { "foundationdb" },
    .kind = KIND_STORE,
    .ports = { 4500, 4501, 4689 },
    .at_home = true,
    .reacts = { .line = REACT_CLOSE, .tls = REACT_CLOSE, .http = REACT_CLOSE },
    .rank = 15,
    .proof = "none: it knows no login, and the cluster's name that it takes is not tried",
    .counts = "nothing",
    .asks = { &FDB_CONNECT },
    .run = foundationdb_run,
};
