/* Telnet (RFC 854): the server begins by offering options, three bytes each: IAC, one of WILL, WONT, DO, DONT, the
 * option. Nothing is answered: what it would show next is a login, or somebody's prompt, where a line is a command.
 * It is named and not judged. */
#include "base/reader.h"
#include "probe/probe.h"

enum { IAC = 0xff, WILL = 0xfb, DONT = 0xfe, OPTION_MAX = 50, OPTION_BYTES = 3 };

static bool telnet_recognises(struct span first)
{
    return first.len >= OPTION_BYTES && first.at[0] == IAC && first.at[1] >= WILL && first.at[1] <= DONT &&
           first.at[2] <= OPTION_MAX;
}

static enum outcome telnet_run(struct wire *w, struct observation *o)
{
    struct span first = wire_peek(w, OPTION_BYTES);
    if (!wire_ok(w) || !telnet_recognises(first))
        return OUTCOME_NOT_MINE;
    o->product = "telnet";
    return OUTCOME_IDENTIFIED;
}

extern const struct probe PROBE_TELNET;
const struct probe PROBE_TELNET = {
    .name = "telnet",
    .title = "Telnet",
    .products = { "telnet" },
    .kind = KIND_REMOTE,
    .ports = { 23, 2323 },
    .peer_first = true,
    .rank = 60,
    .proof = "none: named by the options that it offers",
    .counts = "nothing",
    .recognises = telnet_recognises,
    .run = telnet_run,
};
