/* Oracle's listener by TNS: a CONNECT that asks for the version is answered by a packet of text, which holds the
 * version as words, or by a refusal, which holds it as a number (VSNNUM). No database is named and no session opened.
 *
 * The database behind it always wants a login, and none is tried: it is named and not judged. */
#include "base/reader.h"
#include "probe/frame.h"
#include "probe/probe.h"

#include <stdio.h>

enum {
    TYPE_ACCEPT = 2,
    TYPE_REFUSE = 4,
    TYPE_DATA = 6,
    VERSION_LETTERS_MAX = 40,
    NEW_FORM_SINCE = 18, /* from that version on, the number is cut otherwise */
};

static const struct ask ORACLE_VERSION =
    ASK_FIXED("oracle.version", "asks the listener for its version",
              "\0\x5a\0\0\x01\0\0\0" "\x01\x36\x01\x2c\0\0\x08\0\x7f\xff\x7f\x08\0\0\0\x01" "\0\x20\0\x3a"
                  "\0\0\0\0\0\0"
              "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" "(CONNECT_DATA=(COMMAND=version))");

static const struct frame_form TNS_FORM = { .head = 8, .at = 0, .width = 2, .counted = 8, .most = 8192 };

/* "(VSNNUM=186647552)": 11.2.0.4.0. False where there is none. */
static bool oracle_number(struct span text, char *ret, size_t room)
{
    size_t at = span_find(text, SPAN("(VSNNUM="));
    struct span rest = span_from(text, at == SIZE_MAX ? text.len : at + 8);
    uint64_t n = 0;
    if (!span_u64(span_first(rest, span_index(rest, ')')), UINT32_MAX, &n) || n >> 24 == 0)
        return false;
    unsigned v = (unsigned)n, major = v >> 24;
    if (major >= NEW_FORM_SINCE)
        snprintf(ret, room, "%u.%u.%u.%u.%u", major, v >> 16 & 0xff, v >> 12 & 0xf, v >> 4 & 0xff, v & 0xf);
    else
        snprintf(ret, room, "%u.%u.%u.%u.%u", major, v >> 20 & 0xf, v >> 12 & 0xff, v >> 8 & 0xf, v & 0xff);
    return true;
}

/* "TNSLSNR for Linux: Version 11.2.0.4.0 - Production": the version. */
static struct span oracle_words(struct span text)
{
    size_t at = span_find(text, SPAN("Version "));
    struct span rest = span_from(text, at == SIZE_MAX ? text.len : at + 8);
    size_t n = 0;
    while (n < rest.len && n < VERSION_LETTERS_MAX && (ascii_is_digit(rest.at[n]) || rest.at[n] == '.'))
        n++;
    return span_has(text, "TNSLSNR") ? span_first(rest, n) : SPAN_NONE;
}

static enum outcome oracle_run(struct wire *w, struct observation *o)
{
    struct frame f;
    char number[60];
    if (wire_heard(w).len)
        return OUTCOME_NOT_MINE;
    wire_ask(w, &ORACLE_VERSION);
    if (!frame_read(w, &TNS_FORM, &f))
        return OUTCOME_NOT_MINE;
    bool accepted = f.head.at[4] == TYPE_ACCEPT;
    if (accepted && (!frame_read(w, &TNS_FORM, &f) || f.head.at[4] != TYPE_DATA))
        return OUTCOME_NOT_MINE;
    if (!accepted && f.head.at[4] != TYPE_REFUSE)
        return OUTCOME_NOT_MINE;
    if (!f.body.at || !f.body.len)
        return OUTCOME_NOT_MINE;
    struct span version = oracle_words(f.body);
    if (!version.len && oracle_number(f.body, number, sizeof(number)))
        version = span_str(number);
    if (!version.len)
        return OUTCOME_NOT_MINE;
    o->product = "oracle";
    fact_text(o, "version", version, ORACLE_VERSION.name, f.body);
    return OUTCOME_IDENTIFIED;
}

extern const struct probe PROBE_ORACLE;
const struct probe PROBE_ORACLE = {
    .name = "oracle",
    .title = "Oracle Database, by its listener",
    .products = { "oracle" },
    .kind = KIND_STORE,
    .ports = { 1521, 1522, 1525, 1526, 1529 },
    .tls_ports = { 2484 },
    .at_home = true,
    .reacts = { .line = REACT_SILENCE, .tls = REACT_CLOSE, .http = REACT_CLOSE },
    .rank = 50,
    .proof = "none: it always wants a login, and none is tried",
    .counts = "nothing",
    .asks = { &ORACLE_VERSION },
    .run = oracle_run,
};
