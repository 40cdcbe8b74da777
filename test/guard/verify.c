/* Checks what capture.c wrote down: every stream of bytes that left must be a row of declared
 * asks and nothing else, outside TLS and inside it.
 *
 *     verify [--sample] [--catalog DIR]... FILE|DIR...
 *
 * Of each connection:
 *   - the bytes outside TLS are asks, whole, one after the other; none comes after TLS began;
 *   - so are the bytes inside TLS;
 *   - what the TLS library sent are TLS records (RFC 8446 5.1), the first a ClientHello; a client
 *     certificate that is visible is empty;
 *   - the kernel counted no byte more than these.
 *
 *   - each of these asks that is HTTP is permitted by the law of src/http/law.h as it left, with its
 *     names filled in; what reads records of a sample has rules of its own (sample_rules.py).
 *
 * Asks that read records explain nothing, unless --sample says that the captured runs were given a
 * sample of what is owned.
 *
 * One line a failure with the first offending bytes, then "N passed, N failed". No connection at
 * all is a failure, too: a guard that saw nothing guards nothing. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/list.h"
#include "base/reader.h"
#include "cmd/asks.h"
#include "http/law.h"
#include "text/escape.h"

enum {
    DIRS_MAX = 8, FIELDS_MAX = 1024, BASE_SEGMENTS_MAX = 8, FILE_MAX = 256 << 20, STREAM_MAX = 4 << 20, SHOWN_MAX = 120, PLACE_MAX = 80,
    RECORD_HEAD = 5, RECORD_MAX = 16384 + 2048,
    RECORD_CHANGE_CIPHER = 0x14, RECORD_HANDSHAKE = 0x16, RECORD_LAST = 0x17,
    HANDSHAKE_CLIENT_HELLO = 1, HANDSHAKE_CERTIFICATE = 11, HANDSHAKE_KEY_EXCHANGE = 16,
    EMPTY_CERTIFICATE = 3, /* the length of an empty list of certificates (RFC 5246 7.4.6) */
};

struct asks {
    struct arena *arena;
    LIST_OF(const struct ask *) list;
};

struct connection {
    char place[PLACE_MAX];
    unsigned id;
    bool closed, plain_after_tls;
    uint64_t kernel_bytes;
    struct buf plain, tls, inside, attempts, packet;
};

struct capture {
    const char *path;
    struct connection *at;
    size_t len, cap;
};

struct totals {
    size_t passed, failed;
};

/* ---- asks ------------------------------------------------------------------------------ */

static void gather_all(struct asks *a, const struct catalog *c, bool sample)
{
    const struct ask *ask;
    for (size_t i = 0; (ask = all_asks(c, i)); i++) {
        if (ask->class == ASK_SAMPLE && !sample)
            continue;
        const struct ask **slot = list_add(a->arena, &a->list);
        if (!slot)
            abort();
        *slot = ask;
    }
}

/* The ask that ends at a position of a stream, and where it began. */
struct step {
    const struct ask *ask; /* NULL: nothing that is declared ends here */
    size_t from;
};

/* How far asks explain the stream: its length where they explain all of it. Each position that can
 * be reached is visited once; steps[0..stream.len] says how. */
static size_t explained(const struct asks *a, struct span stream, struct step *steps)
{
    size_t furthest = 0;
    for (size_t at = 0; at < stream.len; at++) {
        if (at > 0 && !steps[at].ask)
            continue;
        furthest = at;
        for (size_t i = 0; i < a->list.len; i++) {
            size_t n = 0;
            while ((n = ask_match_beyond(a->list.at[i], span_from(stream, at), n)))
                steps[at + n] = (struct step){ a->list.at[i], at };
        }
    }
    return steps[stream.len].ask || stream.len == 0 ? stream.len : furthest;
}

/* ---- the law over HTTP ------------------------------------------------------------------- */

/* The first of the parts of an ask's name: "kibana.console.elasticsearch.indices@1". */
static struct span name_part(const struct ask *ask, size_t part, size_t parts)
{
    struct span name = span_str(ask->name), found = SPAN_NONE;
    size_t count = 0;
    while (name.len) {
        struct span one = span_cut(&name, '.');
        if (count++ == part)
            found = one;
    }
    return count >= parts ? found : SPAN_NONE;
}

/* Whether the law permits one HTTP request that left. Host, User-Agent and their like are the same
 * in every ask, which ask_match() has seen to. */
static bool permitted(const struct ask *ask, struct span request, struct error *e)
{
    static const char *const fixed[] = { "host", "user-agent", "accept-encoding", "content-length", NULL };
    char fields[FIELDS_MAX];
    struct writer w = writer_over(fields, sizeof(fields));
    struct law_request r = { .product = name_part(ask, 0, 1), .behind = name_part(ask, 2, 4), .sent = true };
    struct span line = span_cut(&request, '\n');
    r.method = span_cut(&line, ' ');
    r.target = span_cut(&line, ' ');
    while ((line = span_trim(span_cut(&request, '\n'))).len) {
        struct span value = line, name = span_cut(&value, ':');
        size_t i = 0;
        while (fixed[i] && !span_eq_nocase(name, span_str(fixed[i])))
            i++;
        if (fixed[i])
            continue;
        if (span_eq_nocase(name, SPAN("accept"))) {
            r.accept = span_trim(value);
            continue;
        }
        writer_put(&w, line);
        writer_str(&w, "\r\n");
    }
    if (!writer_ok(&w))
        return error_set(e, "its header is longer than any of the catalog");
    r.fields = writer_span(&w);
    r.body = request;
    if (law_permits(&r, e))
        return true;
    /* Behind a base path that the server named. */
    struct error unused;
    for (unsigned i = 0; i < BASE_SEGMENTS_MAX && r.target.len > 1; i++) {
        r.target = span_from(r.target, 1);
        r.target = span_from(r.target, span_index(r.target, '/'));
        if (law_permits(&r, &unused))
            return true;
    }
    return false;
}

static bool is_http(struct span chunk)
{
    struct span line = span_first(chunk, span_index(chunk, '\n'));
    return span_has(line, " /") && span_has(line, " HTTP/");
}

/* ---- one connection ---------------------------------------------------------------------- */

static bool fail(const struct capture *c, const struct connection *k, const char *what, struct span bytes)
{
    struct buf shown;
    buf_init(&shown, 8 * SHOWN_MAX);
    escape_bytes(&shown, span_first(bytes, SHOWN_MAX));
    printf("not ok %s: connection %u to %s: %s%s%.*s\n", c->path, k->id, k->place, what, bytes.len ? ": " : "",
           (int)shown.len, (const char *)buf_span(&shown).at);
    buf_release(&shown);
    return false;
}

static bool check_asks(const struct asks *a, const struct capture *c, const struct connection *k, const struct buf *b,
                       const char *what)
{
    struct span stream = buf_span(b);
    struct error e;
    struct step *steps = calloc(stream.len + 1, sizeof(*steps));
    if (!steps)
        abort();
    size_t good = explained(a, stream, steps);
    bool ok = good == stream.len || fail(c, k, what, span_from(stream, good));
    for (size_t at = stream.len; ok && at > 0; at = steps[at].from) {
        struct span chunk = span_sub(stream, steps[at].from, at - steps[at].from);
        if (steps[at].ask->class != ASK_SAMPLE && is_http(chunk) && !permitted(steps[at].ask, chunk, &e))
            ok = fail(c, k, e.text, chunk);
    }
    free(steps);
    return ok;
}

/* What a client may say in clear during a handshake: nothing that proves an identity. */
static bool handshake_ok(struct span body, bool first)
{
    while (body.len >= 4) {
        size_t len = (size_t)body.at[1] << 16 | (size_t)body.at[2] << 8 | body.at[3];
        uint8_t type = body.at[0];
        bool known = type == HANDSHAKE_CLIENT_HELLO || type == HANDSHAKE_CERTIFICATE || type == HANDSHAKE_KEY_EXCHANGE;
        if (!known || (first && type != HANDSHAKE_CLIENT_HELLO) || len > body.len - 4)
            return false;
        if (type == HANDSHAKE_CERTIFICATE && len != EMPTY_CERTIFICATE)
            return false;
        body = span_from(body, 4 + len);
        first = false;
    }
    return body.len == 0;
}

static bool check_records(const struct capture *c, const struct connection *k)
{
    struct span left = buf_span(&k->tls);
    bool clear = true, first = true;
    while (left.len) {
        if (left.len < RECORD_HEAD)
            return fail(c, k, "a TLS record is cut short", left);
        size_t len = (size_t)left.at[3] << 8 | left.at[4];
        uint8_t type = left.at[0];
        if (type < RECORD_CHANGE_CIPHER || type > RECORD_LAST || left.at[1] != 3 || left.at[2] > 4 || len > RECORD_MAX ||
            len > left.len - RECORD_HEAD)
            return fail(c, k, "the TLS library sent no TLS record", left);
        if (first && type != RECORD_HANDSHAKE)
            return fail(c, k, "TLS does not begin with a ClientHello", left);
        clear = clear && type != RECORD_CHANGE_CIPHER;
        if (clear && type == RECORD_HANDSHAKE && !handshake_ok(span_sub(left, RECORD_HEAD, len), first))
            return fail(c, k, "the TLS handshake says more than a client without identity may", left);
        first = false;
        left = span_from(left, RECORD_HEAD + len);
    }
    return true;
}

/* The one packet that is made by hand is a SYN that carries nothing (sweep/knock_packet.h). */
static bool is_bare_syn(struct span packet)
{
    struct verdict bad;
    struct reader r = reader_over(&bad, packet);
    uint64_t version = reader_be(&r, 1) >> 4, length, protocol;
    reader_skip(&r, version == 4 ? 1 : 3);
    length = reader_be(&r, 2) + (version == 4 ? 0 : 40);
    reader_skip(&r, version == 4 ? 5 : 0);
    protocol = reader_be(&r, 1);
    reader_skip(&r, version == 4 ? 10 : 33);
    reader_skip(&r, 12); /* ports and numbers */
    uint64_t offset_flags = reader_be(&r, 2), header = offset_flags >> 12;
    reader_skip(&r, header > 3 ? (header * 4) - 14 : 0);
    return reader_ok(&r) && !reader_more(&r) && length == packet.len && protocol == 6 && header >= 5 &&
           (version == 6 || packet.at[0] == 0x45) && (offset_flags & 0xfff) == 2;
}

static bool check_packet(const struct capture *c, const struct connection *k)
{
    return !k->packet.len || is_bare_syn(buf_span(&k->packet)) ||
           fail(c, k, "a packet that is no SYN, or carries something", buf_span(&k->packet));
}

static bool check_kernel(const struct capture *c, const struct connection *k)
{
    char what[160];
    uint64_t seen = k->plain.len + k->tls.len + k->packet.len;
    if (!k->closed)
        return fail(c, k, "it was never closed, so the kernel's count of its bytes is not known", SPAN_NONE);
    if (k->kernel_bytes <= seen)
        return true;
    snprintf(what, sizeof(what), "the kernel sent %llu bytes, of which only %llu were seen",
             (unsigned long long)k->kernel_bytes, (unsigned long long)seen);
    return fail(c, k, what, SPAN_NONE);
}

static bool check(const struct asks *a, const struct capture *c, const struct connection *k)
{
    if (!buf_ok(&k->plain) || !buf_ok(&k->tls) || !buf_ok(&k->inside) || !buf_ok(&k->attempts) ||
        !buf_ok(&k->packet))
        return fail(c, k, "more bytes were sent than a conversation can need", SPAN_NONE);
    if (k->plain_after_tls)
        return fail(c, k, "bytes went past the TLS that had begun", buf_span(&k->plain));
    return check_asks(a, c, k, &k->plain, "no ask declares these bytes") &&
           check_asks(a, c, k, &k->inside, "no ask declares these bytes inside TLS") &&
           check_asks(a, c, k, &k->attempts, "no ask declares these bytes that were to be sent inside TLS") &&
           check_packet(c, k) && check_records(c, k) && check_kernel(c, k);
}

/* ---- reading captures ---------------------------------------------------------------------- */

static struct span word(struct span *line)
{
    return span_cut(line, ' ');
}

static struct connection *connection_of(struct capture *c, unsigned id, struct span place)
{
    for (size_t i = c->len; i > 0; i--)
        if (c->at[i - 1].id == id)
            return &c->at[i - 1];
    if (c->len == c->cap) {
        c->cap = c->cap ? 2 * c->cap : 256;
        c->at = reallocarray(c->at, c->cap, sizeof(*c->at));
        if (!c->at)
            abort();
    }
    struct connection *k = &c->at[c->len++];
    *k = (struct connection){ .id = id };
    snprintf(k->place, sizeof(k->place), "%.*s", SPAN_FMT(span_first(place, sizeof(k->place) - 1)));
    buf_init(&k->plain, STREAM_MAX);
    buf_init(&k->tls, STREAM_MAX);
    buf_init(&k->inside, STREAM_MAX);
    buf_init(&k->attempts, STREAM_MAX);
    buf_init(&k->packet, STREAM_MAX);
    return k;
}

static int digit(uint8_t c)
{
    return ascii_is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool put_hex(struct buf *out, struct span hex)
{
    for (size_t i = 0; i < hex.len; i += 2) {
        int high = digit(hex.at[i]), low = i + 1 < hex.len ? digit(hex.at[i + 1]) : -1;
        if (high < 0 || low < 0)
            return false;
        buf_byte(out, (uint8_t)(high << 4 | low));
    }
    return hex.len > 0;
}

static bool take_line(struct capture *c, struct span line)
{
    uint64_t id, value;
    if (!span_u64(word(&line), UINT32_MAX, &id))
        return false;
    struct span kind = word(&line), place = word(&line);
    struct connection *k = connection_of(c, (unsigned)id, place);
    if (span_is(kind, "open"))
        return span_is(line, "0");
    if (span_is(kind, "close") && span_u64(line, UINT64_MAX, &value)) {
        k->closed = true;
        k->kernel_bytes = value;
        return true;
    }
    if (span_is(kind, "plain")) {
        k->plain_after_tls |= k->tls.len > 0;
        return put_hex(&k->plain, line);
    }
    if (span_is(kind, "packet"))
        return k->packet.len == 0 && put_hex(&k->packet, line);
    if (span_is(kind, "tls"))
        return put_hex(&k->tls, line);
    if (span_is(kind, "inside"))
        return put_hex(&k->inside, line);
    return span_is(kind, "attempt") && put_hex(&k->attempts, line);
}

static bool read_file(const char *path, struct buf *text)
{
    FILE *f = fopen(path, "rb");
    uint8_t piece[4096];
    size_t n;
    while (f && (n = fread(piece, 1, sizeof(piece), f)) > 0)
        buf_put(text, span_of(piece, n));
    bool ok = f && !ferror(f) && buf_ok(text);
    if (f)
        fclose(f);
    return ok;
}

static void release(struct capture *c)
{
    for (size_t i = 0; i < c->len; i++) {
        buf_release(&c->at[i].plain);
        buf_release(&c->at[i].tls);
        buf_release(&c->at[i].inside);
        buf_release(&c->at[i].attempts);
        buf_release(&c->at[i].packet);
    }
    free(c->at);
}

static void verify_file(const struct asks *a, const char *path, struct totals *totals)
{
    struct capture c = { .path = path };
    struct buf text;
    buf_init(&text, FILE_MAX);
    bool readable = read_file(path, &text);
    struct span left = buf_span(&text);
    unsigned line = 0;
    while (readable && left.len) {
        line++;
        readable = take_line(&c, span_cut(&left, '\n'));
    }
    if (!readable) {
        printf("not ok %s: line %u is no line of a capture\n", path, line);
        totals->failed++;
    }
    for (size_t i = 0; readable && i < c.len; i++) {
        bool ok = check(a, &c, &c.at[i]);
        totals->passed += ok;
        totals->failed += !ok;
    }
    release(&c);
    buf_release(&text);
}

static void verify_path(const struct asks *a, const char *path, struct totals *totals)
{
    struct stat st;
    if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode)) {
        verify_file(a, path, totals);
        return;
    }
    struct dirent **names = NULL;
    int n = scandir(path, &names, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        char inner[2048];
        snprintf(inner, sizeof(inner), "%s/%s", path, names[i]->d_name);
        if (span_ends(span_str(names[i]->d_name), SPAN(".capture")))
            verify_file(a, inner, totals);
        free(names[i]);
    }
    free(names);
}

int main(int argc, char **argv)
{
    struct arena arena;
    struct error e;
    struct asks asks = { .arena = &arena };
    struct totals totals = { 0, 0 };
    const char *dirs[DIRS_MAX] = { "catalog" };
    size_t dir_count = 1;
    int i = 1;
    bool sample = argc > 1 && strcmp(argv[1], "--sample") == 0;
    i += sample;
    for (; i + 1 < argc && strcmp(argv[i], "--catalog") == 0 && dir_count < DIRS_MAX; i += 2)
        dirs[dir_count++] = argv[i + 1];
    if (i == argc) {
        fprintf(stderr, "usage: verify [--sample] [--catalog DIR]... FILE|DIR...\n");
        return 2;
    }
    arena_init(&arena, 256 << 20);
    const struct catalog *catalog = catalog_load(&arena, dirs, dir_count, &e);
    if (!catalog) {
        fprintf(stderr, "verify: %s\n", e.text);
        return 2;
    }
    gather_all(&asks, catalog, sample);
    for (; i < argc; i++)
        verify_path(&asks, argv[i], &totals);
    if (totals.passed + totals.failed == 0) {
        printf("not ok: no connection was captured\n");
        totals.failed++;
    }
    printf("%zu passed, %zu failed\n", totals.passed, totals.failed);
    arena_release(&arena);
    return totals.failed != 0;
}
