/* Tarantool (iproto, "Binary protocol" of its documentation; MessagePack).
 *
 * The server speaks first: 128 bytes of text with its version. Then requests: a length, a map that says what
 * it is, a map of arguments. SELECT from _vspace lists the spaces that the visitor has some right to, so that
 * it is filtered to its own for who has none. SELECT of no tuple (limit 0) from each decides: the right to
 * read is looked at before anything is read, and nothing is. Where no space is listed, the list of all spaces
 * (_space) is asked for none of its tuples the same way. */
#include "base/list.h"
#include "base/reader.h"
#include "probe/probe.h"

enum {
    GREETING_BYTES = 128,
    ANSWER_MAX_BYTES = 512 * 1024,
    SPACES_LISTED = 100,
    SPACES_TRIED = 8,
    FIRST_OWN_SPACE = 512,
    DEPTH_MAX = 16,

    KEY_CODE = 0x00,
    KEY_DATA = 0x30,
    KEY_ERROR = 0x31,
    ERROR_ACCESS_DENIED = 0x802a,
};

/* {code: SELECT, sync: 1}, then {space, index: 0, limit, offset: 0, iterator, key}. */
#define SELECT "\x82\0\x01\x01\x01" "\x86\x10"
#define LIMIT_0_OF_ALL "\x11\0\x12\0\x13\0\x14\x02\x20\x90"
static const struct ask TARANTOOL_SPACES =
    ASK_FIXED("tarantool.spaces", "names the spaces that a visitor has some right to",
              "\xce\0\0\0\x17" SELECT "\xcd\x01\x19" "\x11\0\x12\x64\x13\0\x14\x05\x20\x91\xcd\x02\0");
static const struct ask TARANTOOL_ALL =
    ASK_FIXED("tarantool.none-of-all", "whether the list of all spaces may be read; no tuple of it is asked for",
              "\xce\0\0\0\x14" SELECT "\xcd\x01\x18" LIMIT_0_OF_ALL);
static const struct ask TARANTOOL_NONE = {
    .name = "tarantool.none",
    .why = "whether a listed space may be read; no tuple of it is asked for",
    .parts = { ASK_BYTES("\xce\0\0\0\x16" SELECT "\xce"), ASK_HOLE("space number", 4, HOLE_ANY),
               ASK_BYTES(LIMIT_0_OF_ALL) },
};

static bool tarantool_recognises(struct span first)
{
    return span_starts(first, SPAN("Tarantool ")) && span_has(first, "(Binary)");
}

/* ---- MessagePack (msgpack/spec.md) -------------------------------------------------------------- */

enum pack_kind { PACK_OTHER, PACK_NUMBER, PACK_TEXT, PACK_LIST, PACK_MAP };

struct pack {
    enum pack_kind kind;
    uint64_t number; /* the number, or how many elements or pairs */
    struct span text;
};

static struct pack pack_text(struct reader *r, uint64_t len)
{
    return (struct pack){ PACK_TEXT, 0, reader_take(r, len) };
}

/* One value; of a list or a map the head only. */
static struct pack pack_next(struct reader *r)
{
    uint8_t b = reader_u8(r);
    if (b < 0x80)
        return (struct pack){ PACK_NUMBER, b, SPAN_NONE };
    if (b < 0x90)
        return (struct pack){ PACK_MAP, b & 15u, SPAN_NONE };
    if (b < 0xa0)
        return (struct pack){ PACK_LIST, b & 15u, SPAN_NONE };
    if (b < 0xc0)
        return pack_text(r, b & 31u);
    switch (b) {
    case 0xc4: case 0xd9: return pack_text(r, reader_u8(r));
    case 0xc5: case 0xda: return pack_text(r, reader_be16(r));
    case 0xc6: case 0xdb: return pack_text(r, reader_be32(r));
    case 0xc7: return pack_text(r, reader_u8(r) + 1ull);
    case 0xca: case 0xd2: return (struct pack){ PACK_OTHER, reader_be32(r), SPAN_NONE };
    case 0xcb: case 0xd3: return (struct pack){ PACK_OTHER, reader_be64(r), SPAN_NONE };
    case 0xcc: return (struct pack){ PACK_NUMBER, reader_u8(r), SPAN_NONE };
    case 0xcd: return (struct pack){ PACK_NUMBER, reader_be16(r), SPAN_NONE };
    case 0xce: return (struct pack){ PACK_NUMBER, reader_be32(r), SPAN_NONE };
    case 0xcf: return (struct pack){ PACK_NUMBER, reader_be64(r), SPAN_NONE };
    case 0xd0: case 0xd1: return (struct pack){ PACK_OTHER, reader_be(r, b - 0xcfu), SPAN_NONE };
    case 0xd4: case 0xd5: case 0xd6: case 0xd7: case 0xd8: return pack_text(r, (1ull << (b - 0xd4u)) + 1);
    case 0xdc: return (struct pack){ PACK_LIST, reader_be16(r), SPAN_NONE };
    case 0xdd: return (struct pack){ PACK_LIST, reader_be32(r), SPAN_NONE };
    case 0xde: return (struct pack){ PACK_MAP, reader_be16(r), SPAN_NONE };
    case 0xdf: return (struct pack){ PACK_MAP, reader_be32(r), SPAN_NONE };
    case 0xc0: case 0xc2: case 0xc3: return (struct pack){ PACK_OTHER, 0, SPAN_NONE };
    default: reader_fail(r, "a byte that begins no value"); return (struct pack){ PACK_OTHER, 0, SPAN_NONE };
    }
}

/* Passes over whole values, and what is inside of them. */
static void pack_skip(struct reader *r, uint64_t values)
{
    uint64_t left[DEPTH_MAX] = { values };
    for (size_t depth = 0; reader_ok(r);) {
        if (left[depth] == 0) {
            if (depth-- == 0)
                return;
            continue;
        }
        left[depth]--;
        struct pack p = pack_next(r);
        if (p.kind != PACK_LIST && p.kind != PACK_MAP)
            continue;
        if (++depth == DEPTH_MAX || p.number > ANSWER_MAX_BYTES) {
            reader_fail(r, "it is nested too deep, or too much");
            return;
        }
        left[depth] = p.kind == PACK_MAP ? p.number * 2 : p.number;
    }
}

/* ---- the conversation --------------------------------------------------------------------------- */

struct answer {
    uint64_t code; /* 0, or 0x8000 and an error's number */
    struct span error, data; /* of the data: the list, with its head */
};

static void answer_head(struct reader *r, struct answer *ret)
{
    struct pack head = pack_next(r);
    if (head.kind != PACK_MAP)
        reader_fail(r, "an answer has no head");
    for (uint64_t i = 0; i < head.number && reader_more(r); i++) {
        struct pack key = pack_next(r), value = pack_next(r);
        if (key.kind == PACK_NUMBER && key.number == KEY_CODE && value.kind == PACK_NUMBER)
            ret->code = value.number;
    }
}

/* False where no whole answer came. */
static bool tarantool_answer(struct wire *w, struct answer *ret)
{
    struct verdict v;
    struct span head = wire_need(w, 5);
    struct reader r = reader_over(&v, head);
    struct pack len = pack_next(&r);
    *ret = (struct answer){ .code = UINT64_MAX };
    if (!wire_ok(w) || !reader_ok(&r) || reader_more(&r) || len.kind != PACK_NUMBER || len.number == 0 ||
        len.number > ANSWER_MAX_BYTES)
        return wire_fail(w);
    r = reader_over(&v, wire_need(w, len.number));
    if (!wire_ok(w))
        return false;
    answer_head(&r, ret);
    struct pack body = reader_more(&r) ? pack_next(&r) : (struct pack){ PACK_MAP, 0, SPAN_NONE };
    for (uint64_t i = 0; body.kind == PACK_MAP && i < body.number && reader_more(&r); i++) {
        struct pack key = pack_next(&r);
        const uint8_t *from = r.at;
        pack_skip(&r, 1);
        if (!reader_ok(&r))
            break;
        struct span value = span_of(from, (size_t)(r.at - from));
        if (key.number == KEY_DATA)
            ret->data = value;
        if (key.number == KEY_ERROR)
            ret->error = value;
    }
    reader_end(&r);
    return reader_ok(&r) && ret->code != UINT64_MAX ? true : wire_fail(w);
}

struct space {
    uint64_t number;
    struct span name;
};

struct spaces {
    LIST_OF(struct space) list;
};

/* Tuples of _vspace: number, owner, name, and more. */
static bool tarantool_spaces(struct arena *a, struct span data, struct spaces *ret)
{
    struct verdict v;
    struct reader r = reader_over(&v, data);
    struct pack rows = pack_next(&r);
    for (uint64_t i = 0; rows.kind == PACK_LIST && i < rows.number && reader_more(&r); i++) {
        struct pack row = pack_next(&r);
        struct pack number = pack_next(&r);
        pack_skip(&r, 1);
        struct pack name = pack_next(&r);
        bool fits = row.kind == PACK_LIST && row.number >= 3 && number.kind == PACK_NUMBER && name.kind == PACK_TEXT &&
                    number.number >= FIRST_OWN_SPACE && number.number <= UINT32_MAX;
        struct space *kept = fits && reader_ok(&r) ? list_add(a, &ret->list) : NULL;
        if (!kept)
            return false;
        *kept = (struct space){ number.number, name.text };
        pack_skip(&r, row.number - 3);
    }
    return rows.kind == PACK_LIST && reader_ok(&r);
}

static enum outcome tarantool_denied(struct observation *o, const struct answer *answer, const struct ask *a)
{
    if (answer->code != ERROR_ACCESS_DENIED)
        return OUTCOME_UNCLEAR;
    fact_text(o, "auth", SPAN("password"), a->name, answer->error);
    return OUTCOME_LOCKED;
}

/* Whether one of the spaces may be read. */
static enum outcome tarantool_read(struct wire *w, struct observation *o, const struct spaces *spaces)
{
    struct answer answer = { .code = UINT64_MAX };
    for (size_t i = 0; i < spaces->list.len && i < SPACES_TRIED; i++) {
        uint32_t n = (uint32_t)spaces->list.at[i].number;
        uint8_t bytes[4] = { (uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n };
        struct span arg = span_of(bytes, sizeof(bytes));
        if (!wire_ask_with(w, &TARANTOOL_NONE, &arg, 1) || !tarantool_answer(w, &answer))
            return OUTCOME_UNCLEAR;
        if (answer.code == 0 && answer.data.len) {
            fact_text(o, "auth", SPAN("none"), TARANTOOL_NONE.name, answer.data);
            return OUTCOME_OPEN;
        }
    }
    if (answer.code != ERROR_ACCESS_DENIED)
        return OUTCOME_UNCLEAR;
    fact_text(o, "auth", SPAN("acl"), TARANTOOL_NONE.name, answer.error);
    fact_text(o, "rights", SPAN("names of spaces"), TARANTOOL_SPACES.name, SPAN_NONE);
    return OUTCOME_PARTIAL;
}

static enum outcome tarantool_talk(struct wire *w, struct observation *o)
{
    struct answer answer;
    struct spaces spaces = { 0 };
    wire_ask(w, &TARANTOOL_SPACES);
    if (!tarantool_answer(w, &answer))
        return OUTCOME_UNCLEAR;
    if (answer.code != 0)
        return tarantool_denied(o, &answer, &TARANTOOL_SPACES);
    if (!tarantool_spaces(wire_arena(w), answer.data, &spaces))
        return OUTCOME_UNCLEAR;
    if (spaces.list.len) {
        o->collection_count = 0;
        for (size_t i = 0; i < spaces.list.len; i++)
            observation_collect(o, spaces.list.at[i].name, COUNT_UNKNOWN, COUNT_UNKNOWN, COUNT_UNKNOWN);
        if (spaces.list.len == SPACES_LISTED)
            fact_bool(o, "counts.partial", true, TARANTOOL_SPACES.name, SPAN_NONE);
        return tarantool_read(w, o, &spaces);
    }
    wire_ask(w, &TARANTOOL_ALL);
    if (!tarantool_answer(w, &answer))
        return OUTCOME_UNCLEAR;
    if (answer.code != 0)
        return tarantool_denied(o, &answer, &TARANTOOL_ALL);
    fact_text(o, "auth", SPAN("none"), TARANTOOL_ALL.name, answer.data);
    o->collection_count = 0;
    return answer.data.len ? OUTCOME_OPEN : OUTCOME_UNCLEAR;
}

static enum outcome tarantool_run(struct wire *w, struct observation *o)
{
    struct span greeting = wire_need(w, GREETING_BYTES);
    if (!wire_ok(w) || !tarantool_recognises(greeting))
        return OUTCOME_NOT_MINE;
    struct span rest = span_from(greeting, 10);
    struct span version = span_cut(&rest, ' ');
    o->product = "tarantool";
    fact_text(o, "version", span_cut(&version, '-'), NULL, span_first(greeting, 64));
    return tarantool_talk(w, o);
}

extern const struct probe PROBE_TARANTOOL;
const struct probe PROBE_TARANTOOL = {
    .name = "tarantool",
    .title = "Tarantool",
    .products = { "tarantool" },
    .kind = KIND_STORE,
    .ports = { 3301 },
    .peer_first = true,
    .rank = 30,
    .proof = "a space that a visitor is shown, or the list of all, may be read",
    .counts = "spaces that a visitor has some right to",
    .asks = { &TARANTOOL_SPACES, &TARANTOOL_ALL, &TARANTOOL_NONE },
    .recognises = tarantool_recognises,
    .run = tarantool_run,
};
