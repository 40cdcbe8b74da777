/* NetBIOS name service (RFC 1002, 4.2.17 and 4.2.18): what a machine is called, and its workgroup or domain, to
 * whoever asks.
 *
 *     > node status of "*"    < names with their suffixes and flags, then the adapter's address
 *
 * Names prove nothing about shares; a host that answers this to strangers shows them more than it should, at several
 * times the length of the question. */
#include "base/reader.h"
#include "probe/datagram.h"

enum { NB_ID = 0x6a72, NB_NAME = 34, NB_STATUS = 0x21, NB_NAMES_MAX = 64, NB_TEXT = 15, NB_GROUP = 0x8000,
       NB_WORKSTATION = 0x00, NB_SERVER = 0x20, NB_CONTROLLER = 0x1c };

static const struct ask NB_QUERY =
    ASK_FIXED("netbios.status", "what the machine is called and which workgroup it is in",
              "\x6a\x72" "\0\0\0\x01\0\0\0\0\0\0" "\x20" "CKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" "\0" "\0\x21\0\x01");

struct nb_names {
    struct span host, group;
    size_t count;
    bool serves_files, is_controller;
};

static void nb_take(struct nb_names *n, struct span name, uint8_t suffix, bool is_group)
{
    name = span_trim(name);
    for (size_t i = 0; i < name.len; i++)
        if (name.at[i] < ' ')
            return; /* the browser's own */
    if (suffix == NB_WORKSTATION && is_group && !n->group.len)
        n->group = name;
    if (suffix == NB_WORKSTATION && !is_group && !n->host.len)
        n->host = name;
    n->serves_files |= suffix == NB_SERVER && !is_group;
    n->is_controller |= suffix == NB_CONTROLLER && is_group;
}

static bool nb_parse(struct span datagram, struct nb_names *ret)
{
    struct verdict v;
    struct reader r = reader_over(&v, datagram);
    struct nb_names n = { .count = 0 };
    bool is_mine = reader_be16(&r) == NB_ID && reader_be16(&r) >> 15 == 1;
    is_mine = reader_be16(&r) == 0 && reader_be16(&r) == 1 && is_mine;
    reader_skip(&r, 4 + NB_NAME);
    is_mine = reader_be16(&r) == NB_STATUS && is_mine;
    reader_skip(&r, 2 + 4); /* class, time to live */
    struct reader data = reader_sub(&r, reader_be16(&r));
    n.count = reader_u8(&data);
    for (size_t i = 0; i < n.count && i < NB_NAMES_MAX && reader_ok(&r); i++) {
        struct span name = reader_take(&data, NB_TEXT);
        uint8_t suffix = reader_u8(&data);
        nb_take(&n, name, suffix, reader_be16(&data) & NB_GROUP);
    }
    *ret = n;
    return reader_ok(&r) && is_mine && n.count && n.count <= NB_NAMES_MAX;
}

static bool nb_is_answer(struct span datagram)
{
    struct nb_names n;
    return nb_parse(datagram, &n);
}

static enum outcome nb_run(struct wire *w, struct observation *o)
{
    struct nb_names n;
    wire_ask(w, &NB_QUERY);
    struct span d = datagram_of(w, nb_is_answer);
    if (!d.len || !nb_parse(d, &n))
        return OUTCOME_NOT_MINE;
    o->product = "netbios";
    if (n.host.len)
        fact_text(o, "host", n.host, NB_QUERY.name, d);
    if (n.group.len)
        fact_text(o, "workgroup", n.group, NB_QUERY.name, d);
    fact_bool(o, "serves.files", n.serves_files, NB_QUERY.name, d);
    if (n.is_controller)
        fact_bool(o, "domain.controller", true, NB_QUERY.name, d);
    datagram_amplifies(w, o, d.len, &NB_QUERY);
    return OUTCOME_IDENTIFIED;
}

extern const struct probe PROBE_NETBIOS;
const struct probe PROBE_NETBIOS = {
    .name = "netbios",
    .title = "NetBIOS name service",
    .products = { "netbios" },
    .kind = KIND_OTHER,
    .transport = TRANSPORT_UDP,
    .ports = { 137 },
    .at_home = true,
    .rank = 50,
    .proof = "none: it tells names",
    .counts = "nothing",
    .asks = { &NB_QUERY },
    .run = nb_run,
};
