/* DRDA: Db2, Derby and what speaks like them (The Open Group, "DRDA Volume 3: DDM Architecture").
 *
 *     > EXCSAT      < EXCSATRD: the server's class, its release, its name, in EBCDIC
 *
 * That exchange comes before any login. Behind it one names a database, a user and, but for Derby as it comes, a
 * password: Ajar knows none of them, so that what answers is named and not judged.
 *
 * A message is a length that counts itself, 0xd0, what it is of a row, a number, then an object: a length, a code
 * point, and objects like it inside. */
#include "base/reader.h"
#include "probe/frame.h"
#include "probe/probe.h"

enum {
    EXCSATRD = 0x1443, SYNTAXRM = 0x124c, PRCCNVRM = 0x1245, MGRLVLRM = 0x1210,
    SRVCLSNM = 0x1147, SRVRLSLV = 0x115a,
    FIELDS_MAX = 64,
    TEXT_MAX = 256,
};

/* Four managers at levels that servers of the last twenty years take: AGENT 3, SQLAM 7, RDB 3, SECMGR 7. */
static const struct ask DRDA_EXCSAT = ASK_FIXED("drda.excsat", "states what the server is; before any login",
    "\0\x26\xd0\x01\0\x01" "\0\x20\x10\x41" "\0\x08\x11\x5e" "\x81\x91\x81\x99"
    "\0\x14\x14\x04" "\x14\x03\0\x03" "\x24\x07\0\x07" "\x24\x0f\0\x03" "\x14\x40\0\x07");

static const struct frame_form DRDA_FORM = { .head = 6, .width = 2, .counted = 6, .least = 4, .most = 32 * 1024 };

/* The object in a message that answers, with its code point; a length within the length agrees. */
static bool drda_object(const struct frame *f, uint16_t *ret_code, struct span *ret_inside)
{
    struct verdict v;
    struct reader r = reader_over(&v, f->head);
    reader_skip(&r, 2);
    bool answers = reader_u8(&r) == 0xd0 && (reader_u8(&r) & 0x0f) == 2 && reader_be16(&r) <= 1;
    r = reader_over(&v, f->body);
    bool agrees = reader_be16(&r) == f->body.len;
    *ret_code = reader_be16(&r);
    *ret_inside = reader_rest(&r);
    return answers && agrees && reader_ok(&r);
}

/* The refusals that it has for what is no message of it: "PING" and "GET /" among them. */
static bool drda_recognises(struct span first)
{
    struct frame f;
    uint16_t code;
    struct span inside;
    return frame_first(&DRDA_FORM, first, &f) && drda_object(&f, &code, &inside) &&
           (code == SYNTAXRM || code == PRCCNVRM || code == MGRLVLRM);
}

/* The printable ASCII of EBCDIC (code page 500); what is none becomes a space. */
static char drda_letter(uint8_t b)
{
    static const struct { uint8_t from, to; char first; } RUNS[] = {
        { 0x81, 0x89, 'a' }, { 0x91, 0x99, 'j' }, { 0xa2, 0xa9, 's' }, { 0xc1, 0xc9, 'A' }, { 0xd1, 0xd9, 'J' },
        { 0xe2, 0xe9, 'S' }, { 0xf0, 0xf9, '0' }, { 0x4b, 0x4b, '.' }, { 0x4d, 0x4d, '(' }, { 0x5d, 0x5d, ')' },
        { 0x60, 0x60, '-' }, { 0x61, 0x61, '/' }, { 0x6d, 0x6d, '_' },
    };
    for (size_t i = 0; i < sizeof(RUNS) / sizeof(RUNS[0]); i++)
        if (b >= RUNS[i].from && b <= RUNS[i].to)
            return (char)(RUNS[i].first + (b - RUNS[i].from));
    return ' ';
}

/* Db2 for other systems than the mainframe may answer in ASCII: what holds no byte above it is left as it is. */
static struct span drda_text(struct arena *a, struct span raw)
{
    raw = span_first(raw, TEXT_MAX);
    bool ebcdic = false;
    uint8_t *out = arena_alloc(a, raw.len + 1);
    for (size_t i = 0; i < raw.len; i++)
        ebcdic |= raw.at[i] >= 0x80;
    for (size_t i = 0; out && i < raw.len; i++)
        out[i] = ebcdic ? (uint8_t)drda_letter(raw.at[i]) : raw.at[i];
    return out ? span_trim(span_of(out, raw.len)) : SPAN_NONE;
}

/* Derby: "CSS10140/10.14.2.0 - (1828579)". Db2: "SQL11055", which is 11.5.5: two digits, two, one. */
static struct span drda_version(struct arena *a, struct span release)
{
    struct span rest = release, product = span_cut(&rest, '/');
    if (rest.len) {
        struct span number = span_trim(rest);
        return span_cut(&number, ' ');
    }
    uint64_t n = 0;
    if (product.len != 8 || !(span_starts(product, SPAN("SQL")) || span_starts(product, SPAN("DSN"))) ||
        !span_u64(span_from(product, 3), 99999, &n))
        return SPAN_NONE;
    return span_str(arena_printf(a, "%u.%u.%u", (unsigned)(n / 1000), (unsigned)(n / 10 % 100), (unsigned)(n % 10)));
}

static const char *drda_product(struct span class, struct span release)
{
    if (span_has(class, "Derby"))
        return "derby";
    bool db2 = span_has(class, "DB2") || span_starts(release, SPAN("SQL")) || span_starts(release, SPAN("DSN"));
    return db2 ? "db2" : "drda";
}

static enum outcome drda_run(struct wire *w, struct observation *o)
{
    struct verdict v;
    struct frame f;
    uint16_t code;
    struct span inside, class = SPAN_NONE, release = SPAN_NONE;
    if (wire_heard(w).len)
        return OUTCOME_NOT_MINE;
    wire_ask(w, &DRDA_EXCSAT);
    if (!frame_read(w, &DRDA_FORM, &f) || !drda_object(&f, &code, &inside) || code != EXCSATRD)
        return OUTCOME_NOT_MINE;
    struct reader r = reader_over(&v, inside);
    for (size_t i = 0; i < FIELDS_MAX && reader_more(&r); i++) {
        uint16_t len = reader_be16(&r), key = reader_be16(&r);
        struct span value = reader_take(&r, len < 4 ? SIZE_MAX : len - 4u);
        if (key == SRVCLSNM)
            class = drda_text(wire_arena(w), value);
        if (key == SRVRLSLV)
            release = drda_text(wire_arena(w), value);
    }
    reader_end(&r);
    if (!reader_ok(&r))
        return OUTCOME_NOT_MINE;
    o->product = drda_product(class, release);
    struct span version = drda_version(wire_arena(w), release);
    if (version.len)
        fact_text(o, "version", version, DRDA_EXCSAT.name, release);
    if (release.len)
        fact_text(o, "version.full", release, DRDA_EXCSAT.name, release);
    if (class.len)
        fact_text(o, "software", class, DRDA_EXCSAT.name, class);
    return OUTCOME_IDENTIFIED;
}

extern const struct probe PROBE_DRDA;
const struct probe PROBE_DRDA = {
    .name = "drda",
    .title = "Db2, Derby",
    .products = { "db2", "derby", "drda" },
    .kind = KIND_STORE,
    .ports = { 1527, 50000, 446 },
    .reacts = { .line = REACT_BYTES, .tls = REACT_BYTES, .http = REACT_BYTES },
    .rank = 15,
    .proof = "nothing: it is named, and its version told",
    .counts = "nothing",
    .asks = { &DRDA_EXCSAT },
    .recognises = drda_recognises,
    .run = drda_run,
};
