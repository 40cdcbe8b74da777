/* FastCGI (its specification 1.0, 4.1): what a web server sends to a process manager. Whoever reaches one of
 * PHP runs code there: it is told which file to run and with which settings. It knows no login, only addresses
 * that it allows (it hangs up on others). GET_VALUES, a record of management, asks for its limits: the answer
 * is the proof. No request is begun. */
#include "base/reader.h"
#include "probe/frame.h"
#include "probe/probe.h"

enum { VERSION = 1, GET_VALUES_RESULT = 10 };

static const struct ask FASTCGI_VALUES =
    ASK_FIXED("fastcgi.values", "states how many connections and requests it takes",
              "\x01\x09\0\0\0\x21\x07\0" "\x0e\0FCGI_MAX_CONNS" "\x0f\0FCGI_MPXS_CONNS" "\0\0\0\0\0\0\0");

/* Padding follows the body and is left unread. */
static const struct frame_form FASTCGI_FORM = { .head = 8, .at = 4, .width = 2, .least = 4, .most = 1024 };

/* Pairs of name and value, each length in one byte. */
static bool fastcgi_values(struct span body)
{
    struct verdict v;
    struct reader r = reader_over(&v, body);
    bool known = false;
    while (reader_more(&r)) {
        uint8_t name_len = reader_u8(&r), value_len = reader_u8(&r);
        known |= span_starts(reader_take(&r, name_len), SPAN("FCGI_"));
        reader_skip(&r, value_len);
    }
    return reader_ok(&r) && known;
}

static enum outcome fastcgi_run(struct wire *w, struct observation *o)
{
    struct frame f;
    if (wire_heard(w).len)
        return OUTCOME_NOT_MINE;
    wire_ask(w, &FASTCGI_VALUES);
    if (!frame_read(w, &FASTCGI_FORM, &f) || f.head.at[0] != VERSION || f.head.at[1] != GET_VALUES_RESULT ||
        !fastcgi_values(f.body))
        return OUTCOME_NOT_MINE;
    o->product = "fastcgi";
    fact_text(o, "auth", SPAN("none"), FASTCGI_VALUES.name, f.body);
    return OUTCOME_OPEN;
}

extern const struct probe PROBE_FASTCGI;
const struct probe PROBE_FASTCGI = {
    .name = "fastcgi",
    .title = "FastCGI (php-fpm)",
    .products = { "fastcgi" },
    .kind = KIND_REMOTE,
    .ports = { 9000 },
    .reacts = { .line = REACT_SILENCE, .tls = REACT_RESET, .http = REACT_RESET },
    .rank = 30,
    .proof = "it states its limits to this address, and hangs up on those that it does not allow",
    .counts = "nothing",
    .asks = { &FASTCGI_VALUES },
    .run = fastcgi_run,
};
