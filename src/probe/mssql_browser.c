/* SQL Server Browser ([MC-SQLR]): which instances of SQL Server a machine has, in which version and at which ports.
 *
 *     > 03 (all instances, asked of one machine)    < 05, length, "ServerName;DB1;InstanceName;SQLEXPRESS;
 *                                                     IsClustered;No;Version;15.0.2000.5;tcp;1433;;ServerName;..."
 *
 * It tells names and proves nothing about the databases; the answer to one byte is hundreds of bytes long. */
#include "base/reader.h"
#include "probe/datagram.h"

enum { MSB_RESPONSE = 5, MSB_FIELD_MAX = 256, MSB_FIELDS_MAX = 32, MSB_INSTANCES_MAX = 64 };

static const struct ask MSB_LIST =
    ASK_FIXED("mssql-browser.list", "lists the instances of a machine, their versions and ports", "\x03");

/* The text, which ends where the datagram does. */
static bool msb_parse(struct span datagram, struct span *ret)
{
    struct verdict v;
    struct reader r = reader_over(&v, datagram);
    bool is_mine = reader_u8(&r) == MSB_RESPONSE;
    struct span text = reader_take(&r, reader_le16(&r));
    reader_end(&r);
    *ret = text;
    return reader_ok(&r) && is_mine && span_starts(text, SPAN("ServerName;")) && span_ends(text, SPAN(";;"));
}

static bool msb_is_answer(struct span datagram)
{
    struct span text;
    return msb_parse(datagram, &text);
}

struct msb_instance {
    struct span server, name, version, tcp;
};

/* Pairs of key and value up to an empty key. False where a key has no value. */
static bool msb_next(struct span *text, struct msb_instance *ret)
{
    struct msb_instance i = { .server = SPAN_NONE };
    for (size_t n = 0; n < MSB_FIELDS_MAX && text->len; n++) {
        struct span key = span_cut(text, ';');
        if (!key.len)
            break;
        struct span value = span_cut(text, ';');
        if (key.len > MSB_FIELD_MAX || value.len > MSB_FIELD_MAX)
            return false;
        if (span_is(key, "ServerName"))
            i.server = value;
        else if (span_is(key, "InstanceName"))
            i.name = value;
        else if (span_is(key, "Version"))
            i.version = value;
        else if (span_is(key, "tcp"))
            i.tcp = value;
    }
    *ret = i;
    return i.name.len > 0;
}

static enum outcome msb_run(struct wire *w, struct observation *o)
{
    struct span text;
    struct msb_instance i, first = { .server = SPAN_NONE };
    wire_ask(w, &MSB_LIST);
    struct span d = datagram_of(w, msb_is_answer);
    if (!d.len || !msb_parse(d, &text))
        return OUTCOME_NOT_MINE;
    o->product = "mssql-browser";
    for (size_t n = 0; n < MSB_INSTANCES_MAX && msb_next(&text, &i); n++) {
        observation_collect(o, i.name, COUNT_UNKNOWN, COUNT_UNKNOWN, COUNT_UNKNOWN);
        if (!n)
            first = i;
    }
    if (first.server.len)
        fact_text(o, "host", first.server, MSB_LIST.name, d);
    if (first.version.len)
        fact_text(o, "instance.version", first.version, MSB_LIST.name, d);
    if (first.tcp.len)
        fact_text(o, "instance.port", first.tcp, MSB_LIST.name, d);
    datagram_amplifies(w, o, d.len, &MSB_LIST);
    return OUTCOME_IDENTIFIED;
}

extern const struct probe PROBE_MSSQL_BROWSER;
const struct probe PROBE_MSSQL_BROWSER = {
    .name = "mssql-browser",
    .title = "SQL Server Browser",
    .products = { "mssql-browser" },
    .kind = KIND_OTHER,
    .transport = TRANSPORT_UDP,
    .ports = { 1434 },
    .at_home = true,
    .rank = 50,
    .proof = "none: it lists which instances there are",
    .counts = "instances",
    .asks = { &MSB_LIST },
    .run = msb_run,
};
