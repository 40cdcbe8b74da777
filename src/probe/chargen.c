/* Character generator over UDP (RFC 864): whatever comes is answered by up to 512 printable characters, one after the
 * other in their order. Nobody needs it, and who forges a sender floods that one by it; two such services keep each
 * other busy for ever. */
#include "probe/datagram.h"

enum { CHARGEN_RUN_MIN = 20, CHARGEN_FIRST = ' ', CHARGEN_LAST = '~', CHARGEN_MAX = 4096 };

static const struct ask CHARGEN_ASK =
    ASK_FIXED("chargen.any", "whether characters come for whatever is sent",
              "ajar\r\n");

/* Letters in their order, the last followed by the first, in lines that each begin where the one before began plus
 * one. */
static bool chargen_is_answer(struct span datagram)
{
    struct span line = span_first(datagram, span_index(datagram, '\r'));
    if (line.len < CHARGEN_RUN_MIN || datagram.len > CHARGEN_MAX)
        return false;
    for (size_t i = 0; i < line.len; i++) {
        uint8_t b = line.at[i];
        if (b < CHARGEN_FIRST || b > CHARGEN_LAST)
            return false;
        /* Most begin again behind "~"; xinetd 2.3 leaves "~" and the blank out. */
        bool wraps = i && line.at[i - 1] >= CHARGEN_LAST - 1 && (b == CHARGEN_FIRST || b == CHARGEN_FIRST + 1);
        if (i && b != line.at[i - 1] + 1 && !wraps)
            return false;
    }
    return true;
}

static enum outcome chargen_run(struct wire *w, struct observation *o)
{
    wire_ask(w, &CHARGEN_ASK);
    struct span d = datagram_of(w, chargen_is_answer);
    if (!d.len)
        return OUTCOME_NOT_MINE;
    o->product = "chargen";
    datagram_amplifies(w, o, d.len, &CHARGEN_ASK);
    return OUTCOME_IDENTIFIED;
}

extern const struct probe PROBE_CHARGEN;
const struct probe PROBE_CHARGEN = {
    .name = "chargen",
    .title = "Character generator",
    .products = { "chargen" },
    .kind = KIND_OTHER,
    .transport = TRANSPORT_UDP,
    .ports = { 19 },
    .at_home = true,
    .rank = 50,
    .proof = "none: it holds nothing",
    .counts = "nothing",
    .asks = { &CHARGEN_ASK },
    .run = chargen_run,
};
