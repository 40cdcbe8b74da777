/* Varnish's management port (varnish-cli(7)): whoever is let in may change the configuration and stop the
 * server.
 *
 * The server speaks first, in answers of one form: a line of 13 bytes, "200 277     \n" (status and length),
 * then so many bytes and a newline. 107 wants a secret and shows a challenge; 200 is the greeting of who is in
 * already. Then "status" asks whether the cache runs: the answer is the proof. */
#include "base/reader.h"
#include "probe/probe.h"

enum { HEAD_BYTES = 13, BODY_MAX_BYTES = 8192, CLI_OK = 200, CLI_AUTH = 107 };

static const struct ask VARNISH_STATUS =
    ASK_FIXED("varnish.status", "whether the cache runs: answered to who is in", "status\n");
static const struct ask VARNISH_QUIT = ASK_FIXED("varnish.quit", "ends the session", "quit\n");

/* Status and length out of "107 59      \n". */
static bool varnish_head(struct span head, uint64_t *ret_status, uint64_t *ret_len)
{
    return head.len == HEAD_BYTES && head.at[3] == ' ' && head.at[HEAD_BYTES - 1] == '\n' &&
           span_u64(span_first(head, 3), 999, ret_status) &&
           span_u64(span_trim(span_sub(head, 4, 8)), BODY_MAX_BYTES, ret_len);
}

static bool varnish_recognises(struct span first)
{
    uint64_t status, len;
    return varnish_head(span_first(first, HEAD_BYTES), &status, &len) && (status == CLI_OK || status == CLI_AUTH);
}

static uint64_t varnish_answer(struct wire *w, struct span *ret)
{
    uint64_t status, len;
    struct span head = wire_need(w, HEAD_BYTES);
    if (!wire_ok(w) || !varnish_head(head, &status, &len))
        return 0;
    *ret = wire_need(w, len);
    struct span end = wire_need(w, 1);
    return wire_ok(w) && span_is(end, "\n") ? status : 0;
}

/* "varnish-7.1.1 revision 7cee1c..." in the greeting. */
static void varnish_version(struct observation *o, struct span greeting)
{
    size_t at = span_find(greeting, SPAN("varnish-"));
    struct span rest = at == SIZE_MAX ? SPAN_NONE : span_from(greeting, at + 8);
    struct span version = span_cut(&rest, ' ');
    if (version.len && ascii_is_digit(version.at[0]))
        fact_text(o, "version", version, NULL, greeting);
}

static enum outcome varnish_run(struct wire *w, struct observation *o)
{
    struct span greeting = SPAN_NONE, said = SPAN_NONE;
    uint64_t status = varnish_answer(w, &greeting);
    bool locked = status == CLI_AUTH && span_ends(greeting, SPAN("Authentication required.\n"));
    if (!locked && (status != CLI_OK || !span_has(greeting, "Varnish Cache CLI")))
        return OUTCOME_NOT_MINE;
    o->product = "varnish";
    if (locked) {
        fact_text(o, "auth", SPAN("secret"), NULL, greeting);
        return OUTCOME_LOCKED;
    }
    varnish_version(o, greeting);
    wire_ask(w, &VARNISH_STATUS);
    if (varnish_answer(w, &said) != CLI_OK || !span_starts(said, SPAN("Child in state ")))
        return OUTCOME_UNCLEAR;
    fact_text(o, "auth", SPAN("none"), VARNISH_STATUS.name, said);
    wire_bye(w, &VARNISH_QUIT);
    return OUTCOME_OPEN;
}

extern const struct probe PROBE_VARNISH;
const struct probe PROBE_VARNISH = {
    .name = "varnish",
    .title = "Varnish management port",
    .products = { "varnish" },
    .kind = KIND_REMOTE,
    .ports = { 6082 },
    .peer_first = true,
    .rank = 20,
    .proof = "status is answered to who said no secret",
    .counts = "nothing",
    .asks = { &VARNISH_STATUS, &VARNISH_QUIT },
    .recognises = varnish_recognises,
    .run = varnish_run,
};
