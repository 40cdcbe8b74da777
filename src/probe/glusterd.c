/* GlusterFS, by its management daemon (ONC RPC; program 123451501, "GF-DUMP", names the programs of a port).
 *
 * Volumes are mounted by whoever is allowed at their bricks, and that is tried nowhere: it is named and not judged. */
#include "probe/rpc.h"

enum { PROGRAMS_MAX = 100, NAME_MAX_BYTES = 100 };

static const struct ask GLUSTERD_DUMP =
    ASK_FIXED("glusterd.dump", "names the programs that listen here",
              "\x80\0\0\x30\0\0\0\x01\0\0\0\0\0\0\0\x02\x07\x5b\xb8\x6d\0\0\0\x01\0\0\0\x01" RPC_NOBODY
              "\0\0\0\0\0\0\0\x01");

static enum outcome glusterd_run(struct wire *w, struct observation *o)
{
    struct verdict v;
    struct reader r;
    bool management = false;
    if (wire_heard(w).len)
        return OUTCOME_NOT_MINE;
    wire_ask(w, &GLUSTERD_DUMP);
    if (rpc_answer(w, 1, &v, &r) != RPC_SUCCESS)
        return OUTCOME_NOT_MINE;
    reader_skip(&r, 8);
    uint32_t result = reader_be32(&r);
    reader_skip(&r, 4);
    for (size_t i = 0; i < PROGRAMS_MAX && reader_be32(&r) == 1; i++) {
        management |= span_starts(xdr_bytes(&r, NAME_MAX_BYTES), SPAN("GlusterD svc"));
        reader_skip(&r, 16);
    }
    reader_end(&r);
    if (!reader_ok(&r) || result != 0 || !management)
        return OUTCOME_NOT_MINE;
    o->product = "glusterd";
    return OUTCOME_IDENTIFIED;
}

extern const struct probe PROBE_GLUSTERD;
const struct probe PROBE_GLUSTERD = {
    .name = "glusterd",
    .title = "GlusterFS, management",
    .products = { "glusterd" },
    .kind = KIND_FILES,
    .ports = { 24007 },
    .at_home = true,
    .reacts = { .line = REACT_RESET, .tls = REACT_CLOSE, .http = REACT_RESET },
    .rank = 5,
    .proof = "none: what a volume's bricks allow is not tried",
    .counts = "nothing",
    .asks = { &GLUSTERD_DUMP },
    .run = glusterd_run,
};
