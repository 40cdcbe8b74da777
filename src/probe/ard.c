/* Apple Remote Desktop's agent (UDP 3283): a Mac that lets itself be administered answers five bytes with about a
 * thousand, before any login, and so lends itself to floods. The form is known from what is seen, as Shadowserver's
 * report and Netscout's account of it (2019) describe it: a type, the length of the rest, the rest.
 *
 *     > 00 14 00 01 03    < 00 01, 03 ea, 1002 bytes */
#include "base/reader.h"
#include "probe/datagram.h"

static const struct ask ARD_HELLO =
    ASK_FIXED("ard.hello", "whether the agent answers, and how long the answer is",
              "\0\x14\0\x01\x03");

enum { ARD_ANSWER = 1, ARD_LEAST = 64 };

static bool ard_is_answer(struct span datagram)
{
    struct verdict v;
    struct reader r = reader_over(&v, datagram);
    uint16_t type = reader_be16(&r), len = reader_be16(&r);
    return reader_ok(&r) && type == ARD_ANSWER && len == reader_left(&r) && len >= ARD_LEAST;
}

static enum outcome ard_run(struct wire *w, struct observation *o)
{
    wire_ask(w, &ARD_HELLO);
    struct span d = datagram_of(w, ard_is_answer);
    if (!d.len)
        return OUTCOME_NOT_MINE;
    o->product = "ard";
    datagram_amplifies(w, o, d.len, &ARD_HELLO);
    return OUTCOME_IDENTIFIED;
}

extern const struct probe PROBE_ARD;
const struct probe PROBE_ARD = {
    .name = "ard",
    .title = "Apple Remote Desktop",
    .products = { "ard" },
    .kind = KIND_REMOTE,
    .transport = TRANSPORT_UDP,
    .ports = { 3283 },
    .at_home = true,
    .rank = 50,
    .proof = "none: it is named, and its login is not tried",
    .counts = "nothing",
    .asks = { &ARD_HELLO },
    .run = ard_run,
};
