/* Tape files: one directive a line. See doc/tapes.md. */
#include "base/hex.h"
#include "base/reader.h"
#include "wire/tape.h"

struct parsing {
    struct arena *arena;
    struct tape *tape;
    unsigned line;
    bool apart; /* what follows is a datagram of its own */
    struct error *e;
};

static struct span word(struct span *rest)
{
    *rest = span_trim(*rest);
    size_t n = 0;
    while (n < rest->len && !ascii_is_space(rest->at[n]))
        n++;
    struct span w = span_first(*rest, n);
    *rest = span_trim(span_from(*rest, n));
    return w;
}

static bool fail(struct parsing *p, const char *why)
{
    return error_set(p->e, "line %u: %s", p->line, why);
}

/* One C escape after the backslash; false where it is none. */
static bool unescape(struct reader *r, uint8_t *ret)
{
    uint8_t c = reader_u8(r);
    const char *from = "rnt0\\\"", *to = "\r\n\t\0\\\"";
    const char *hit = c ? strchr(from, c) : NULL;
    if (hit) {
        *ret = (uint8_t)to[hit - from];
        return reader_ok(r);
    }
    int high = c == 'x' ? hex_value(reader_u8(r)) : -1;
    int low = c == 'x' ? hex_value(reader_u8(r)) : -1;
    if (!reader_ok(r) || high < 0 || low < 0)
        return false;
    *ret = (uint8_t)(high << 4 | low);
    return true;
}

/* A quoted string at the front of *rest; *rest moves past it. */
static bool quoted(struct parsing *p, struct span *rest, struct span *ret)
{
    struct verdict v;
    struct reader r = reader_over(&v, *rest);
    uint8_t *out = arena_alloc(p->arena, rest->len + 1);
    size_t n = 0;
    if (!out || reader_u8(&r) != '"')
        return fail(p, "expected text in double quotes");
    for (;;) {
        uint8_t c = reader_u8(&r);
        if (!reader_ok(&r))
            return fail(p, "the closing quote is missing");
        if (c == '"')
            break;
        if (c == '\\' && !unescape(&r, &c))
            return fail(p, "an escape is none of \\r \\n \\t \\0 \\\\ \\\" \\xNN");
        out[n++] = c;
    }
    *ret = span_of(out, n);
    *rest = span_trim(reader_rest(&r));
    return true;
}

static bool hex_bytes(struct parsing *p, struct span rest, struct span *ret)
{
    uint8_t *out = arena_alloc(p->arena, rest.len / 2 + 1);
    size_t n = 0;
    if (!out)
        return fail(p, "no memory");
    for (size_t i = 0; i < rest.len; i++) {
        if (ascii_is_space(rest.at[i]))
            continue;
        int high = hex_value(rest.at[i]), low = i + 1 < rest.len ? hex_value(rest.at[i + 1]) : -1;
        if (high < 0 || low < 0)
            return fail(p, "expected pairs of hexadecimal digits");
        out[n++] = (uint8_t)(high << 4 | low);
        i++;
    }
    *ret = span_of(out, n);
    return true;
}

static bool add_bytes(struct parsing *p, enum tape_step_kind kind, struct span rest)
{
    struct span bytes;
    struct span copy = rest;
    bool hex = span_is(word(&copy), "x");
    if (!(hex ? hex_bytes(p, copy, &bytes) : quoted(p, &rest, &bytes)))
        return false;
    struct tape *t = p->tape;
    struct tape_step *last = t->steps.len ? &t->steps.at[t->steps.len - 1] : NULL;
    bool joins = last && last->kind == kind && !p->apart;
    p->apart = false;
    if (joins) {
        uint8_t *joined = arena_alloc(p->arena, last->bytes.len + bytes.len);
        if (!joined)
            return fail(p, "no memory");
        memcpy(joined, last->bytes.at, last->bytes.len);
        memcpy(joined + last->bytes.len, bytes.at, bytes.len);
        last->bytes = span_of(joined, last->bytes.len + bytes.len);
        return true;
    }
    struct tape_step *s = list_add(p->arena, &t->steps);
    if (!s)
        return fail(p, "no memory");
    *s = (struct tape_step){ .kind = kind, .bytes = bytes, .line = p->line };
    return true;
}

static bool number(struct parsing *p, struct span w, int64_t *ret)
{
    bool negative = span_starts(w, SPAN("-"));
    uint64_t value;
    if (!span_u64(span_from(w, negative), INT64_MAX, &value))
        return fail(p, "expected a whole number");
    *ret = negative ? -(int64_t)value : (int64_t)value;
    return true;
}

static bool add_fact(struct parsing *p, struct span rest, bool absent)
{
    struct tape_fact *f = list_add(p->arena, &p->tape->facts);
    if (!f)
        return fail(p, "no memory");
    *f = (struct tape_fact){ .key = word(&rest), .absent = absent };
    if (absent)
        return f->key.len ? true : fail(p, "expected the key of a fact");
    f->quoted = span_starts(rest, SPAN("\""));
    if (f->quoted)
        return quoted(p, &rest, &f->value);
    f->value = word(&rest);
    return f->value.len ? true : fail(p, "expected a key and a value");
}

static bool add_number(struct parsing *p, struct tape_number *to, struct span rest)
{
    to->set = true;
    if (!number(p, word(&rest), &to->value))
        return false;
    return to->value >= 0 ? true : fail(p, "expected no negative number");
}

static bool add_count(struct parsing *p, struct span rest)
{
    struct span what = word(&rest);
    struct tape_number count = { .set = true };
    if (!number(p, word(&rest), &count.value))
        return false;
    struct tape *t = p->tape;
    if (span_is(what, "collections"))
        t->count_collections = count;
    else if (span_is(what, "records"))
        t->count_records = count;
    else if (span_is(what, "bytes"))
        t->count_bytes = count;
    else
        return fail(p, "count knows collections, records and bytes");
    return true;
}

static bool add_collection(struct parsing *p, struct span rest)
{
    struct tape_collection *c = list_add(p->arena, &p->tape->collections);
    if (!c)
        return fail(p, "no memory");
    return quoted(p, &rest, &c->name) && number(p, word(&rest), &c->records) && number(p, word(&rest), &c->bytes);
}

static bool add_step(struct parsing *p, struct span name)
{
    static const struct {
        const char *name;
        enum tape_step_kind kind;
    } BARE[] = { { "hush", TAPE_HUSH },       { "close", TAPE_CLOSE },   { "reset", TAPE_RESET },
                 { "connect", TAPE_CONNECT }, { "refuse", TAPE_REFUSE }, { "tls", TAPE_TLS } };
    for (size_t i = 0; i < sizeof(BARE) / sizeof(BARE[0]); i++) {
        if (!span_is(name, BARE[i].name))
            continue;
        struct tape_step *s = list_add(p->arena, &p->tape->steps);
        if (!s)
            return fail(p, "no memory");
        *s = (struct tape_step){ .kind = BARE[i].kind, .line = p->line };
        return true;
    }
    return fail(p, "unknown directive");
}

/* How a server that speaks no TLS takes the handshake that is tried here. */
static bool add_no_tls(struct parsing *p, struct span rest)
{
    static const struct {
        const char *name;
        enum wire_fault fault;
    } WAYS[] = { { "close", WIRE_CLOSED },     { "reset", WIRE_RESET }, { "hush", WIRE_TIMEOUT },
                 { "bytes", WIRE_MALFORMED }, { "alert", WIRE_TLS } };
    struct span way = word(&rest);
    int64_t alert = 0;
    for (size_t i = 0; i < sizeof(WAYS) / sizeof(WAYS[0]); i++) {
        if (!span_is(way, WAYS[i].name))
            continue;
        if (WAYS[i].fault == WIRE_TLS && !number(p, word(&rest), &alert))
            return false;
        if (alert < 0 || alert > UINT8_MAX)
            return fail(p, "alert has a number from 0 to 255");
        struct tape_step *s = list_add(p->arena, &p->tape->steps);
        if (!s)
            return fail(p, "no memory");
        *s = (struct tape_step){
            .kind = TAPE_NO_TLS, .line = p->line, .fault = WAYS[i].fault, .alert = (uint8_t)alert
        };
        return true;
    }
    return fail(p, "no-tls knows close, reset, hush, bytes and alert N");
}

/* Where and how the tape is played, and what it may cost. False where the word is none of them. */
static bool add_setting(struct parsing *p, struct span name, struct span rest, bool *ret_ok)
{
    struct tape *t = p->tape;
    const struct {
        const char *name;
        struct tape_number *to;
    } NUMBERS[] = { { "time", &t->time_max_ms }, { "connections", &t->connections_max }, { "timeout", &t->timeout_s },
                    { "port", &t->port } };
    for (size_t i = 0; i < sizeof(NUMBERS) / sizeof(NUMBERS[0]); i++)
        if (span_is(name, NUMBERS[i].name)) {
            *ret_ok = add_number(p, NUMBERS[i].to, rest);
            return true;
        }
    *ret_ok = true;
    bool far = span_is(name, "far"), bit = span_is(name, "bit-decides"), udp = span_is(name, "udp");
    bool apart = span_is(name, "datagram");
    t->far |= far;
    t->udp |= udp;
    p->apart |= apart;
    t->bit_decides |= bit;
    if (!span_is(name, "varies"))
        return far || bit || udp || apart;
    struct span *key = list_add(p->arena, &t->varying);
    if (key)
        *key = rest;
    *ret_ok = key && rest.len ? true : fail(p, "expected the key of a fact, or collections, records or bytes");
    return true;
}

static bool directive(struct parsing *p, struct span line)
{
    bool ok;
    struct span rest = line, name = word(&rest);
    struct tape *t = p->tape;
    if (span_is(name, ">"))
        return add_bytes(p, TAPE_EXPECT, rest);
    if (span_is(name, "<"))
        return add_bytes(p, TAPE_GIVE, rest);
    if (span_is(name, "fact"))
        return add_fact(p, rest, false);
    if (span_is(name, "nofact"))
        return add_fact(p, rest, true);
    if (span_is(name, "count"))
        return add_count(p, rest);
    if (span_is(name, "collection"))
        return add_collection(p, rest);
    if (span_is(name, "no-tls"))
        return add_no_tls(p, rest);
    if (add_setting(p, name, rest, &ok))
        return ok;
    if (span_is(name, "source"))
        return t->source = rest, true;
    if (span_is(name, "probe"))
        return t->probe = rest, true;
    if (span_is(name, "outcome"))
        return t->outcome = rest, true;
    if (span_is(name, "product"))
        return t->product = rest, true;
    return add_step(p, name);
}

bool tape_parse(struct arena *a, struct span text, struct tape *ret, struct error *e)
{
    struct parsing p = { .arena = a, .tape = ret, .e = e };
    *ret = (struct tape){ 0 };
    while (text.len) {
        struct span line = span_trim(span_cut(&text, '\n'));
        p.line++;
        if (line.len && line.at[0] != '#' && !directive(&p, line))
            return false;
    }
    if (!ret->source.len || !ret->probe.len || !ret->outcome.len)
        return error_set(e, "a tape needs source, probe and outcome");
    return true;
}
