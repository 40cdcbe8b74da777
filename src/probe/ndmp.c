/* NDMP, by which backups of whole file servers are steered (NDMP version 4, "NOTIFY_CONNECTION_STATUS"; messages are
 * XDR behind a record mark). The server speaks first: whether it takes the connection, and in which version. Everything
 * behind it wants a login; it is named and not judged. */
#include "base/reader.h"
#include "probe/frame.h"
#include "probe/probe.h"

enum { CONNECTION_STATUS = 0x502, HEAD_BYTES = 24, REASON_MAX = 3, TEXT_MAX = 256 };

/* The record mark takes the first byte: this is the last fragment, or is not. */
static const struct frame_form NDMP_FORM = { .head = 4, .at = 1, .width = 3, .least = HEAD_BYTES + 12, .most = 1024 };

/* Number, time, "this is a request", the message, the number that it answers (none), no error. */
static bool ndmp_parse(struct span body, uint32_t *ret_reason, uint32_t *ret_version, struct span *ret_text)
{
    struct verdict v;
    struct reader r = reader_over(&v, body);
    reader_skip(&r, 8);
    uint32_t request = reader_be32(&r), message = reader_be32(&r), answers = reader_be32(&r), error = reader_be32(&r);
    *ret_reason = reader_be32(&r);
    *ret_version = reader_be32(&r);
    uint32_t len = reader_be32(&r);
    *ret_text = reader_take(&r, len <= TEXT_MAX ? len : 0);
    return reader_ok(&r) && !request && message == CONNECTION_STATUS && !answers && !error &&
        *ret_reason <= REASON_MAX &&
           len <= TEXT_MAX && *ret_version >= 2 && *ret_version <= 4;
}

static bool ndmp_recognises(struct span first)
{
    uint32_t reason, version;
    struct frame f;
    struct span text;
    return first.len && first.at[0] == 0x80 && frame_first(&NDMP_FORM, first, &f) && ndmp_parse(f.body, &reason,
                                                            &version, &text);
}

static enum outcome ndmp_run(struct wire *w, struct observation *o)
{
    uint32_t reason = 0, version = 0;
    struct frame f;
    struct span text;
    if (!frame_read(w, &NDMP_FORM, &f) || f.head.at[0] != 0x80 || !ndmp_parse(f.body, &reason, &version, &text))
        return OUTCOME_NOT_MINE;
    o->product = "ndmp";
    fact_number(o, "protocol.version", version, NULL, f.body);
    if (reason)
        fact_text(o, "refused", text.len ? text : SPAN("it takes no connection now"), NULL, f.body);
    return OUTCOME_IDENTIFIED;
}

extern const struct probe PROBE_NDMP;
const struct probe PROBE_NDMP = {
    .name = "ndmp",
    .title = "NDMP, backups of file servers",
    .products = { "ndmp" },
    .kind = KIND_FILES,
    .ports = { 10000 },
    .peer_first = true,
    .rank = 5,
    .proof = "none: named by what it says first",
    .counts = "nothing",
    .recognises = ndmp_recognises,
    .run = ndmp_run,
};
