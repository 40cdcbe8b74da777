/* Db2's discovery (UDP 523): the administration server names its machine and version to whoever asks, as Db2's own
 * clients ask when they search a network ("Known discovery" in Db2's manual, the form as its clients send it).
 *
 *     > DB2GETADDR, SQL09010    < DB2RETADDR, SQL11055, host, name of the server; each ends with a NUL
 *
 * The databases are behind DRDA (drda.c). */
#include "base/reader.h"
#include "probe/datagram.h"

#include <stdio.h>

static const struct ask DB2_ADDRESS =
    ASK_FIXED("db2-discovery.address", "what the machine is called and which Db2 runs on it",
              "DB2GETADDR\0SQL09010\0");

enum { DB2_TEXT_MAX = 255, DB2_VERSION_DIGITS = 5 };

struct db2_answer {
    struct span version, host;
};

static bool db2_parse(struct span datagram, struct db2_answer *ret)
{
    struct verdict v;
    struct reader r = reader_over(&v, datagram);
    reader_literal(&r, SPAN("DB2RETADDR\0"));
    struct span level = reader_cstr(&r, 16);
    ret->version = span_from(level, 3);
    ret->host = reader_cstr(&r, DB2_TEXT_MAX);
    for (size_t i = 0; i < ret->version.len; i++)
        if (!ascii_is_digit(ret->version.at[i]))
            reader_fail(&r, "a version that is no number");
    for (size_t i = 0; i < ret->host.len; i++)
        if (ret->host.at[i] <= ' ' || ret->host.at[i] > '~')
            reader_fail(&r, "a name that is no text");
    return reader_ok(&r) && span_starts(level, SPAN("SQL")) && ret->version.len == DB2_VERSION_DIGITS && ret->host.len;
}

static bool db2_is_answer(struct span datagram)
{
    struct db2_answer a;
    return db2_parse(datagram, &a);
}

/* "11055" is 11.5.5: two digits, two, one. */
static void db2_version(struct observation *o, struct span digits, struct span proof)
{
    uint64_t major = 0, minor = 0;
    char text[16];
    if (!span_u64(span_first(digits, 2), 99, &major) || !span_u64(span_sub(digits, 2, 2), 99, &minor))
        return;
    int len = snprintf(text, sizeof(text), "%u.%u.%c", (unsigned)major, (unsigned)minor, digits.at[4]);
    fact_text(o, "version", span_of(text, (size_t)len), DB2_ADDRESS.name, proof);
}

static enum outcome db2_discovery_run(struct wire *w, struct observation *o)
{
    struct db2_answer a;
    wire_ask(w, &DB2_ADDRESS);
    struct span d = datagram_of(w, db2_is_answer);
    if (!d.len || !db2_parse(d, &a))
        return OUTCOME_NOT_MINE;
    o->product = "db2-discovery";
    db2_version(o, a.version, d);
    fact_text(o, "host", a.host, DB2_ADDRESS.name, d);
    datagram_amplifies(w, o, d.len, &DB2_ADDRESS);
    return OUTCOME_IDENTIFIED;
}

extern const struct probe PROBE_DB2_DISCOVERY;
const struct probe PROBE_DB2_DISCOVERY = {
    .name = "db2-discovery",
    .title = "Db2 discovery",
    .products = { "db2-discovery" },
    .kind = KIND_OTHER,
    .transport = TRANSPORT_UDP,
    .ports = { 523 },
    .at_home = true,
    .rank = 50,
    .proof = "none: it names a machine",
    .counts = "nothing",
    .asks = { &DB2_ADDRESS },
    .run = db2_discovery_run,
};
