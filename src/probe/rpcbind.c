/* The portmapper, or rpcbind: which programs of ONC RPC listen where (RFC 1833, version 2).
 *
 * NULL says whether it is one; DUMP lists program, version, protocol and port of all that registered. Some of them
 * hand over files (NFS and its mountd) or names of users (NIS); no call of theirs is made from here. */
#include "base/list.h"
#include "probe/rpc.h"

#include <stdio.h>

enum { ENTRIES_MAX = 2000, OVER_TCP = 6 };

static const struct ask RPCBIND_NULL =
    ASK_FIXED("rpcbind.null", "whether it is a portmapper", RPC_CALL("\x28", "\x01", "\xa0", "\x02", "\0") RPC_NOBODY);
static const struct ask RPCBIND_DUMP =
    ASK_FIXED("rpcbind.dump", "names programs and their ports",
              RPC_CALL("\x28", "\x02", "\xa0", "\x02", "\x04") RPC_NOBODY);

/* By the registry of numbers (IANA, "Remote Procedure Call (RPC) Program Numbers"). */
static const char *rpcbind_name(uint32_t program)
{
    static const struct {
        uint32_t number;
        const char *name;
    } KNOWN[] = { { 100000, "portmapper" }, { 100001, "rstatd" },   { 100002, "rusersd" },   { 100003, "nfs" },
                  { 100004, "ypserv" },     { 100005, "mountd" },   { 100007, "ypbind" },    { 100009, "yppasswdd" },
                  { 100011, "rquotad" },    { 100021, "nlockmgr" }, { 100024, "status" },    { 100227, "nfs_acl" },
                  { 100300, "nisd" },       { 395183, "vxi11" } };
    for (size_t i = 0; i < sizeof(KNOWN) / sizeof(KNOWN[0]); i++)
        if (KNOWN[i].number == program)
            return KNOWN[i].name;
    return NULL;
}

struct rpcbind_entry {
    uint32_t program, version, protocol, port;
};

/* All or nothing: no name comes from a list that broke off. */
static bool rpcbind_list(struct wire *w, struct observation *o, struct reader *r)
{
    LIST_OF(struct rpcbind_entry) all = { 0 };
    while (all.len < ENTRIES_MAX && reader_be32(r) == 1) {
        struct rpcbind_entry *e = list_add(wire_arena(w), &all);
        if (!e)
            return false;
        *e = (struct rpcbind_entry){ reader_be32(r), reader_be32(r), reader_be32(r), reader_be32(r) };
    }
    reader_end(r);
    if (!reader_ok(r) || all.len == ENTRIES_MAX)
        return false;
    o->collection_count = 0;
    for (size_t i = 0; i < all.len; i++) {
        char text[80];
        const struct rpcbind_entry *e = &all.at[i];
        const char *name = rpcbind_name(e->program), *over = e->protocol == OVER_TCP ? "tcp" : "udp";
        if (name)
            snprintf(text, sizeof(text), "%s %u %s %u", name, e->version, over, e->port);
        else
            snprintf(text, sizeof(text), "%u %u %s %u", e->program, e->version, over, e->port);
        observation_collect(o, span_str(text), COUNT_UNKNOWN, COUNT_UNKNOWN, COUNT_UNKNOWN);
    }
    return true;
}

static enum outcome rpcbind_run(struct wire *w, struct observation *o)
{
    struct verdict v;
    struct reader r;
    if (wire_in_tls(w) || wire_heard(w).len)
        return OUTCOME_NOT_MINE;
    wire_ask(w, &RPCBIND_NULL);
    enum rpc_end end = rpc_answer(w, 1, &v, &r);
    if (end != RPC_SUCCESS && end != RPC_DENIED)
        return OUTCOME_NOT_MINE;
    o->product = "rpcbind";
    if (end == RPC_SUCCESS) {
        wire_ask(w, &RPCBIND_DUMP);
        end = rpc_answer(w, 2, &v, &r);
    }
    if (end == RPC_DENIED) {
        fact_text(o, "auth", SPAN("rejected"), RPCBIND_DUMP.name, SPAN_NONE);
        return OUTCOME_LOCKED;
    }
    return end == RPC_SUCCESS && rpcbind_list(w, o, &r) ? OUTCOME_IDENTIFIED : OUTCOME_UNCLEAR;
}

extern const struct probe PROBE_RPCBIND;
const struct probe PROBE_RPCBIND = {
    .name = "rpcbind",
    .title = "Portmapper of ONC RPC (rpcbind)",
    .products = { "rpcbind" },
    .kind = KIND_COORDINATION,
    .ports = { 111 },
    .at_home = true,
    .reacts = { .line = REACT_RESET, .tls = REACT_RESET, .http = REACT_RESET },
    .rank = 25,
    .proof = "none: it names programs, and that is judged elsewhere",
    .counts = "programs, by version and protocol",
    .asks = { &RPCBIND_NULL, &RPCBIND_DUMP },
    .run = rpcbind_run,
};
