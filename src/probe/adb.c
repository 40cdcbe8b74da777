/* ADB over TCP, the debugger of Android (protocol.txt of adb): messages of a head of 24 bytes, whose last word is the
 * first one inverted.
 *
 * CNXN from us says who we are: a host, without a key. A device that knows keys answers AUTH and a number to sign, or
 * STLS; one that has that turned off answers CNXN and names itself: from there on whoever is connected may run what
 * he likes. The conversation ends there. */
#include "base/reader.h"
#include "probe/frame.h"
#include "probe/probe.h"

enum { HEAD_BYTES = 24, AUTH_TOKEN = 1 };

static const struct ask ADB_CONNECT =
    ASK_FIXED("adb.connect", "whether it takes a host without a key; nothing is run",
              "CNXN" "\x01\0\0\x01" "\0\0\x10\0" "\x07\0\0\0" "\x32\x02\0\0" "\xbc\xb1\xa7\xb1" "host::\0");

static const struct frame_form ADB_FORM = { .head = HEAD_BYTES, .at = 12, .width = 4, .little = true, .most = 4096 };

static bool adb_is(struct frame *f, const char *word)
{
    for (size_t i = 0; i < 4; i++)
        if ((f->head.at[i] ^ f->head.at[HEAD_BYTES - 4 + i]) != 0xff)
            return false;
    return span_is(span_first(f->head, 4), word);
}

/* The value of "ro.product.model=...;"; empty where it is not said. */
static struct span adb_model(struct span banner)
{
    static const struct span KEY = { (const uint8_t *)"ro.product.model=", 17 };
    size_t at = span_find(banner, KEY);
    struct span rest = span_from(banner, at == SIZE_MAX ? banner.len : at + KEY.len);
    return span_first(rest, span_index(rest, ';'));
}

static enum outcome adb_run(struct wire *w, struct observation *o)
{
    struct frame f;
    if (wire_in_tls(w) || wire_heard(w).len)
        return OUTCOME_NOT_MINE;
    wire_ask(w, &ADB_CONNECT);
    if (!frame_read(w, &ADB_FORM, &f))
        return OUTCOME_NOT_MINE;
    if (adb_is(&f, "CNXN") && (span_starts(f.body, SPAN("device:")) || span_starts(f.body, SPAN("recovery:")))) {
        o->product = "adb";
        struct span model = adb_model(f.body);
        if (model.len)
            fact_text(o, "model", model, ADB_CONNECT.name, f.body);
        fact_text(o, "auth", SPAN("none"), ADB_CONNECT.name, f.body);
        return OUTCOME_OPEN;
    }
    bool token = adb_is(&f, "AUTH") && f.head.at[4] == AUTH_TOKEN && f.body.len == 20;
    bool tls = adb_is(&f, "STLS") && f.body.len == 0;
    if (!token && !tls)
        return OUTCOME_NOT_MINE;
    o->product = "adb";
    fact_text(o, "auth", SPAN("key"), ADB_CONNECT.name, f.head);
    return OUTCOME_LOCKED;
}

extern const struct probe PROBE_ADB;
const struct probe PROBE_ADB = {
    .name = "adb",
    .title = "Android's debugger (ADB)",
    .products = { "adb" },
    .kind = KIND_REMOTE,
    .ports = { 5555, 5556 },
    .at_home = true,
    .reacts = { .line = REACT_SILENCE, .tls = REACT_CLOSE, .http = REACT_CLOSE },
    .rank = 30,
    .proof = "it takes a host without a key, and names itself; nothing is run",
    .counts = "nothing",
    .asks = { &ADB_CONNECT },
    .run = adb_run,
};
