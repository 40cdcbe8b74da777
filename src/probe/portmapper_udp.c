/* The portmapper over UDP (RFC 1833, version 2 of program 100000): which RPC programs the machine offers, and at which
 * ports.
 *
 *     > call 100000.2, procedure 4 (dump), no credentials    < accepted: (program, version, protocol, port)...
 *
 * It is a list of names and proves nothing of what they hand out; but it is several times as long as the question. */
#include "base/reader.h"
#include "probe/datagram.h"

enum { PMU_XID = 0x616a6172, PMU_REPLY = 1, PMU_PROGRAMS_MAX = 256, PMU_TCP = 6, PMU_UDP = 17, PMU_NAMES = 24 };

static const struct ask PMU_DUMP =
    ASK_FIXED("portmapper-udp.dump", "lists the RPC programs of the machine and their ports",
              "ajar" "\0\0\0\0" "\0\0\0\x02" "\0\x01\x86\xa0" "\0\0\0\x02" "\0\0\0\x04"
              "\0\0\0\0\0\0\0\0" "\0\0\0\0\0\0\0\0");

struct pmu_list {
    uint32_t program[PMU_PROGRAMS_MAX];
    size_t count, entries; /* programs, each once; and what was listed in all */
    bool refused;
};

static void pmu_add(struct pmu_list *l, uint32_t program)
{
    for (size_t i = 0; i < l->count; i++)
        if (l->program[i] == program)
            return;
    if (l->count < PMU_PROGRAMS_MAX)
        l->program[l->count++] = program;
}

static bool pmu_parse(struct span datagram, struct pmu_list *ret)
{
    struct verdict v;
    struct reader r = reader_over(&v, datagram);
    *ret = (struct pmu_list){ .count = 0 };
    bool is_mine = reader_be32(&r) == PMU_XID && reader_be32(&r) == PMU_REPLY;
    ret->refused = reader_be32(&r) != 0;
    if (ret->refused) {
        uint32_t why = reader_be32(&r); /* RPC_MISMATCH with two versions, AUTH_ERROR with a reason */
        reader_skip(&r, why == 0 ? 8 : 4);
        return reader_ok(&r) && is_mine && why <= 1;
    }
    reader_skip(&r, 4); /* the verifier's flavour */
    uint32_t verifier = reader_be32(&r);
    reader_skip(&r, verifier <= 400 ? (verifier + 3u) & ~3u : SIZE_MAX / 4);
    ret->refused = reader_be32(&r) != 0;
    for (; !ret->refused && reader_be32(&r) == 1 && reader_ok(&r); ret->entries++) {
        uint32_t program = reader_be32(&r);
        (void)reader_be32(&r);
        uint32_t protocol = reader_be32(&r), port = reader_be32(&r);
        if ((protocol != PMU_TCP && protocol != PMU_UDP) || port > UINT16_MAX || ret->entries >= PMU_PROGRAMS_MAX)
            reader_fail(&r, "no entry of a portmapper");
        pmu_add(ret, program);
    }
    return reader_ok(&r) && is_mine;
}

static bool pmu_is_reply(struct span datagram)
{
    struct pmu_list l;
    return pmu_parse(datagram, &l);
}

/* /etc/rpc, what matters of it. */
static const char *pmu_name(uint32_t program)
{
    static const struct {
        uint32_t number;
        const char *name;
    } PROGRAMS[] = {
        { 100000, "portmapper" }, { 100003, "nfs" },     { 100004, "ypserv" },  { 100005, "mountd" },
        { 100007, "ypbind" },     { 100011, "rquotad" }, { 100021, "nlockmgr" }, { 100024, "status" },
        { 100227, "nfs_acl" },    { 100068, "cmsd" },    { 100083, "ttdbserver" }, { 150001, "pcnfsd" },
        { 391002, "sgi_fam" },
    };
    for (size_t i = 0; i < sizeof(PROGRAMS) / sizeof(PROGRAMS[0]); i++)
        if (PROGRAMS[i].number == program)
            return PROGRAMS[i].name;
    return NULL;
}

static void pmu_state(struct observation *o, const struct pmu_list *l, struct span proof)
{
    uint8_t text[PMU_NAMES * PMU_PROGRAMS_MAX];
    struct writer out = writer_over(text, sizeof(text));
    for (size_t i = 0; i < l->count; i++) {
        const char *name = pmu_name(l->program[i]);
        if (i)
            writer_str(&out, ",");
        if (name)
            writer_str(&out, name);
        else
            writer_dec(&out, l->program[i]);
    }
    fact_text(o, "programs", writer_span(&out), PMU_DUMP.name, proof);
}

static enum outcome pmu_run(struct wire *w, struct observation *o)
{
    struct pmu_list l;
    wire_ask(w, &PMU_DUMP);
    struct span d = datagram_of(w, pmu_is_reply);
    if (!d.len || !pmu_parse(d, &l))
        return OUTCOME_NOT_MINE;
    o->product = "rpcbind";
    if (l.refused)
        return OUTCOME_LOCKED;
    pmu_state(o, &l, d);
    datagram_amplifies(w, o, d.len, &PMU_DUMP);
    return OUTCOME_IDENTIFIED;
}

extern const struct probe PROBE_PORTMAPPER_UDP;
const struct probe PROBE_PORTMAPPER_UDP = {
    .name = "portmapper-udp",
    .title = "Portmapper over UDP",
    .products = { "rpcbind" },
    .kind = KIND_COORDINATION,
    .transport = TRANSPORT_UDP,
    .ports = { 111 },
    .at_home = true,
    .rank = 50,
    .proof = "none: it lists which programs there are",
    .counts = "nothing",
    .asks = { &PMU_DUMP },
    .run = pmu_run,
};
