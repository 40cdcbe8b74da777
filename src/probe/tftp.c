/* TFTP (RFC 1350): a file for whoever can name it. The protocol knows no login, so what a server answers to a
 * stranger's read request is all that there is to know:
 *
 *     > read "ajar-no-such-file-5d1f9b3ca27e8046", octet    < error 1, "File not found"      from another port
 *
 * Error 1 proves that the name was looked up for us; error 2 and others refuse, for whatever reason. No name that
 * could exist is ever asked for. Who sends data for any name at all shows that it is no real server of files; the data
 * are not looked at, and not acknowledged. */
#include "base/reader.h"
#include "probe/datagram.h"

enum { TFTP_DATA = 3, TFTP_ERROR = 5, TFTP_NOT_FOUND = 1, TFTP_CODES = 8, TFTP_TEXT_MAX = 511, TFTP_HEAD = 4 };

static const struct ask TFTP_READ =
    ASK_FIXED("tftp.read", "whether a name that cannot exist is looked up for a stranger",
              "\0\x01" "ajar-no-such-file-5d1f9b3ca27e8046\0octet\0");

struct tftp_answer {
    uint16_t op, code;
    struct span text;
};

static bool tftp_parse(struct span datagram, struct tftp_answer *ret)
{
    struct verdict v;
    struct reader r = reader_over(&v, datagram);
    struct tftp_answer a = { .op = reader_be16(&r), .code = reader_be16(&r) };
    if (a.op == TFTP_ERROR) {
        a.text = reader_cstr(&r, TFTP_TEXT_MAX);
        reader_end(&r);
        if (a.code > TFTP_CODES)
            reader_fail(&r, "an unknown error");
        for (size_t i = 0; i < a.text.len; i++)
            if (a.text.at[i] < ' ')
                reader_fail(&r, "no text");
    }
    *ret = a;
    return reader_ok(&r) && (a.op == TFTP_ERROR || (a.op == TFTP_DATA && a.code == 1));
}

static bool tftp_is_answer(struct span datagram)
{
    struct tftp_answer a;
    return tftp_parse(datagram, &a);
}

static enum outcome tftp_run(struct wire *w, struct observation *o)
{
    struct tftp_answer a;
    wire_from_any_port(w);
    wire_ask(w, &TFTP_READ);
    struct span d = datagram_of(w, tftp_is_answer);
    if (!d.len || !tftp_parse(d, &a))
        return OUTCOME_NOT_MINE;
    o->product = "tftp";
    if (a.op == TFTP_DATA) {
        fact_bool(o, "serves.any-name", true, TFTP_READ.name, span_first(d, TFTP_HEAD));
        return OUTCOME_UNCLEAR;
    }
    if (a.code != TFTP_NOT_FOUND) {
        fact_text(o, "refused", a.text, TFTP_READ.name, d);
        return OUTCOME_UNCLEAR;
    }
    fact_text(o, "auth", SPAN("none"), TFTP_READ.name, d);
    return OUTCOME_OPEN;
}

extern const struct probe PROBE_TFTP;
const struct probe PROBE_TFTP = {
    .name = "tftp",
    .title = "TFTP",
    .products = { "tftp" },
    .kind = KIND_FILES,
    .transport = TRANSPORT_UDP,
    .ports = { 69 },
    .rank = 60,
    .proof = "it looks up a name that cannot exist for a stranger, and the protocol has no login",
    .counts = "nothing: it lists no names",
    .asks = { &TFTP_READ },
    .run = tftp_run,
};
