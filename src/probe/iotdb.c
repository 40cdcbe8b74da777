/* Apache IoTDB (thrift-rpc/src/main/thrift of IoTDB, "getProperties"): Thrift's binary protocol in frames (be32).
 *
 *     > call getProperties, number 1    < reply: 1 version "0.13.4", 2 aggregations, 3 precision "ms", ...
 *
 * The call is for whoever connects. All else wants a session, which wants a name and a password, and none is tried: it
 * is named and not judged. */
#include "base/reader.h"
#include "probe/frame.h"
#include "probe/probe.h"

#define IOTDB_CALL "getProperties"
static const struct ask IOTDB_PROPERTIES =
    ASK_FIXED("iotdb-native.properties", "which version it is, for whoever connects",
              "\0\0\0\x1a" "\x80\x01\0\x01" "\0\0\0\x0d" IOTDB_CALL "\0\0\0\x01" "\0");

static const struct frame_form IOTDB_FORM = { .head = 4, .width = 4, .least = 32, .most = 16 * 1024 };

enum { THRIFT_TEXT = 11, THRIFT_STRUCT = 12, IOTDB_VERSION_MAX = 64 };

/* The head of a reply to our call, its result, and in it field 1. */
static bool iotdb_version(struct span body, struct span *ret)
{
    struct verdict v;
    struct reader r = reader_over(&v, body);
    reader_literal(&r, SPAN("\x80\x01\0\x02" "\0\0\0\x0d" IOTDB_CALL "\0\0\0\x01"));
    bool result = reader_u8(&r) == THRIFT_STRUCT && reader_be16(&r) == 0;
    bool first = reader_u8(&r) == THRIFT_TEXT && reader_be16(&r) == 1;
    uint32_t len = reader_be32(&r);
    *ret = reader_take(&r, len <= IOTDB_VERSION_MAX ? len : 0);
    reader_skip(&r, 2); /* what follows ends with two stops: of the properties, of the result */
    bool ends = span_ends(body, SPAN("\0\0"));
    for (size_t i = 0; i < ret->len; i++)
        if (ret->at[i] <= ' ' || ret->at[i] > '~')
            reader_fail(&r, "a version that is no word");
    return reader_ok(&r) && result && first && ends && ret->len && ascii_is_digit(ret->at[0]);
}

static enum outcome iotdb_run(struct wire *w, struct observation *o)
{
    struct frame f;
    struct span version;
    if (wire_heard(w).len)
        return OUTCOME_NOT_MINE;
    wire_ask(w, &IOTDB_PROPERTIES);
    if (!frame_read(w, &IOTDB_FORM, &f) || !iotdb_version(f.body, &version))
        return OUTCOME_NOT_MINE;
    o->product = "iotdb";
    fact_text(o, "version", version, IOTDB_PROPERTIES.name, f.body);
    return OUTCOME_IDENTIFIED;
}

extern const struct probe PROBE_IOTDB;
const struct probe PROBE_IOTDB = {
    .name = "iotdb",
    .title = "Apache IoTDB (Thrift)",
    .products = { "iotdb" },
    .kind = KIND_STORE,
    .ports = { 6667 },
    .at_home = true,
    .reacts = { .line = REACT_CLOSE, .tls = REACT_CLOSE, .http = REACT_CLOSE },
    .rank = 15,
    .proof = "none: it always wants a login, and none is tried",
    .counts = "nothing",
    .asks = { &IOTDB_PROPERTIES },
    .run = iotdb_run,
};
