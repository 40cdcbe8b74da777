/* SQL Server by TDS (MS-TDS 2.2.6.5): PRELOGIN comes before any login. Each side lists options as a token, an offset
 * and a length; the server's say its version and whether it takes, offers or wants encryption.
 *
 * TLS begins inside the protocol: parts of the handshake travel in messages of PRELOGIN's own type until it is over
 * (MS-TDS 3.2.5.2). Who "offers" it and is not asked for more encrypts the login alone.
 *
 * It always wants a login, and none is tried: a password that is empty would be a guess. So it is named, with its
 * version, and not judged. */
#include "base/reader.h"
#include "probe/frame.h"
#include "probe/probe.h"

#include <stdio.h>

enum {
    TYPE_ANSWER = 4,
    LAST = 1,
    TOKEN_VERSION = 0,
    TOKEN_ENCRYPTION = 1,
    TOKEN_END = 0xff,
    TOKENS_MAX = 16,
    NOT_SUPPORTED = 2,
    REQUIRED = 3,
};

static const struct ask MSSQL_PRELOGIN =
    ASK_FIXED("mssql.prelogin", "states version and encryption; no login follows",
              "\x12\x01\0\x2f\0\0\0\0" "\0\0\x1a\0\x06" "\x01\0\x20\0\x01" "\x02\0\x21\0\x01" "\x03\0\x22\0\x04"
                  "\x04\0\x26\0\x01" "\xff"
              "\0\0\0\0\0\0" "\0" "\0" "\0\0\0\0" "\0");

static const struct ask MSSQL_TLS = {
    .name = "mssql.tls",
    .why = "the head of a message that carries a part of a TLS handshake",
    .parts = { ASK_BYTES("\x12\x01"), ASK_HOLE("length", 2, HOLE_ANY), ASK_BYTES("\0\0\0\0") },
};

static const struct wire_envelope TDS_AROUND_TLS = {
    .head = &MSSQL_TLS, .types = { 0x12, TYPE_ANSWER }, .bytes = 8, .length_at = 2,
};

static const struct frame_form TDS_FORM = { .head = 8, .at = 2, .width = 2, .counted = 8, .least = 12, .most = 4096 };

struct mssql_told {
    struct span version; /* 6 bytes */
    uint8_t encryption;
};

/* The options. False where they are none. */
static bool mssql_parse(struct span body, struct mssql_told *ret)
{
    struct verdict v;
    struct reader r = reader_over(&v, body);
    bool version = false, encryption = false;
    uint8_t token = 0;
    for (size_t i = 0; i < TOKENS_MAX && (token = reader_u8(&r)) != TOKEN_END; i++) {
        size_t at = reader_be16(&r), len = reader_be16(&r);
        struct span value = span_sub(body, at, len);
        if (value.len != len)
            reader_fail(&r, "an option lies outside the message");
        if (token == TOKEN_VERSION && len == 6 && !version) {
            ret->version = value;
            version = true;
        }
        if (token == TOKEN_ENCRYPTION && len == 1 && !encryption) {
            ret->encryption = value.len ? value.at[0] : 0;
            encryption = true;
        }
    }
    return reader_ok(&r) && token == TOKEN_END && version && encryption && ret->encryption <= REQUIRED;
}

static bool mssql_prelogin(struct wire *w, struct frame *f, struct mssql_told *ret)
{
    *ret = (struct mssql_told){ .encryption = 0 };
    return wire_ask(w, &MSSQL_PRELOGIN) && frame_read(w, &TDS_FORM, f) && f->head.at[0] == TYPE_ANSWER &&
           f->head.at[1] == LAST && mssql_parse(f->body, ret);
}

static enum outcome mssql_run(struct wire *w, struct observation *o)
{
    static const char *const ENCRYPTION[] = { "offered", "offered", "none", "required" };
    struct mssql_told told;
    struct frame f;
    struct verdict v;
    char text[40];
    if (wire_heard(w).len || !mssql_prelogin(w, &f, &told))
        return OUTCOME_NOT_MINE;
    struct reader r = reader_over(&v, told.version);
    unsigned major = reader_u8(&r), minor = reader_u8(&r), build = reader_be16(&r);
    if (major < 7 || major > 40)
        return OUTCOME_NOT_MINE;
    o->product = "mssql";
    snprintf(text, sizeof(text), "%u.%u.%u", major, minor, build);
    fact_text(o, "version", span_str(text), MSSQL_PRELOGIN.name, f.body);
    fact_text(o, "encryption", span_str(ENCRYPTION[told.encryption]), MSSQL_PRELOGIN.name, f.body);
    return OUTCOME_IDENTIFIED;
}

static bool mssql_upgrade(struct wire *w)
{
    struct mssql_told told;
    struct frame f;
    if (!mssql_prelogin(w, &f, &told) || told.encryption == NOT_SUPPORTED || wire_heard(w).len)
        return false;
    wire_wrap(w, &TDS_AROUND_TLS);
    return true;
}

extern const struct probe PROBE_MSSQL;
const struct probe PROBE_MSSQL = {
    .name = "mssql",
    .title = "Microsoft SQL Server",
    .products = { "mssql" },
    .kind = KIND_STORE,
    .ports = { 1433, 2433, 14330 },
    .at_home = true,
    .reacts = { .line = REACT_SILENCE, .tls = REACT_CLOSE, .http = REACT_CLOSE },
    .rank = 60,
    .proof = "none: it always wants a login, and none is tried",
    .counts = "nothing",
    .asks = { &MSSQL_PRELOGIN, &MSSQL_TLS },
    .run = mssql_run,
    .upgrade = mssql_upgrade,
};
