/* The audit against a server made of a few settings, which answers every hello as RFC 5246 7.4 has it. */
#include "unit/check.h"

#include "tls/audit.c"

#include "base/buf.h"
#include "base/random.h"
#include "certificates.h"
#include "wire/back.h"

enum { SUITES_MAX = 8 };

/* RFC 8446 4.1.3: SHA-256 of "HelloRetryRequest". */
static struct span retry_random(void)
{
    static uint8_t digest[32];
    unsigned len;
    assert_int_equal(EVP_Digest("HelloRetryRequest", 17, digest, &len, EVP_sha256(), NULL), 1);
    return span_of(digest, sizeof(digest));
}

/* ---- the server ---------------------------------------------------------------------------- */

struct server {
    struct wire_back back;
    uint16_t oldest, newest;      /* of TLS_SSL3 to TLS_12 */
    bool ssl2, modern, prefers, compresses, renegotiates, scsv, silent, warns;
    uint16_t suites[SUITES_MAX];  /* 0-ended, in its own order */
    size_t prime_bytes;           /* of DHE */
    uint16_t group;               /* of ECDHE and TLS 1.3; retried for where it is not 0x1d */
    uint16_t scheme;
    const char *protocol;         /* that it chooses; "" to refuse all that are offered; NULL: it knows of no such thing */
    const char *name;             /* for which there is another certificate; NULL: one for all */
    bool strict;                  /* refuses other names */
    struct random noise;          /* flips a bit of each answer where .state is not 0 */
    struct buf out;
    size_t given;
    unsigned connections;
    int64_t now_ms;
};

static struct span first_der, second_der;

static void put_be(struct buf *b, size_t value, size_t width)
{
    while (width--)
        buf_byte(b, (uint8_t)(value >> 8 * width));
}

/* What a hello says. */
struct said {
    uint16_t version;
    struct span suites, name;
    bool deflate, signal, fallback, modern, sha1_only, protocols;
};

static struct said read_hello(struct span bytes)
{
    struct verdict bad;
    struct said s = { .sha1_only = true };
    struct reader r = reader_over(&bad, bytes);
    reader_skip(&r, 9);
    s.version = reader_be16(&r);
    reader_skip(&r, 32 + 1);
    s.suites = reader_take(&r, reader_be16(&r));
    s.deflate = reader_take(&r, reader_u8(&r)).at[0] == 1;
    struct reader extensions = reader_more(&r) ? reader_sub(&r, reader_be16(&r)) : r;
    while (reader_more(&extensions)) {
        uint16_t type = reader_be16(&extensions);
        struct span body = reader_take(&extensions, reader_be16(&extensions));
        s.modern |= type == TLS_EXT_VERSIONS;
        if (type == TLS_EXT_ALPN) {
            assert_int_equal(body.len, 2 + (size_t)(body.at[0] << 8 | body.at[1]));
            s.protocols = true;
        }
        if (type == 0)
            s.name = span_from(body, 5);
        if (type == 13)
            s.sha1_only = body.len == 10;
    }
    assert_true(reader_ok(&r));
    assert_int_equal(reader_left(&r), 0);
    for (size_t i = 0; i + 2 <= s.suites.len; i += 2) {
        uint16_t suite = (uint16_t)(s.suites.at[i] << 8 | s.suites.at[i + 1]);
        s.signal |= suite == 0x00ff;
        s.fallback |= suite == 0x5600;
    }
    return s;
}

static bool offers(const struct said *s, uint16_t suite)
{
    for (size_t i = 0; i + 2 <= s->suites.len; i += 2)
        if ((s->suites.at[i] << 8 | s->suites.at[i + 1]) == suite)
            return true;
    return false;
}

static uint16_t choose(const struct server *me, const struct said *s)
{
    for (size_t i = 0; me->prefers && me->suites[i]; i++)
        if (offers(s, me->suites[i]))
            return me->suites[i];
    for (size_t i = 0; i + 2 <= s->suites.len; i += 2)
        for (size_t k = 0; me->suites[k]; k++)
            if ((s->suites.at[i] << 8 | s->suites.at[i + 1]) == me->suites[k])
                return me->suites[k];
    return 0;
}

static void alert(struct server *me, uint8_t level, uint8_t code)
{
    buf_put(&me->out, span_of(((uint8_t[]){ 21, 3, 1, 0, 2, level, code }), 7));
}

static void put_message(struct buf *out, uint8_t type, const struct buf *body)
{
    buf_byte(out, type);
    put_be(out, body->len, 3);
    buf_put(out, buf_span(body));
}

static void put_record(struct server *me, const struct buf *messages)
{
    buf_put(&me->out, span_of(((uint8_t[]){ 22, 3, 3 }), 3));
    put_be(&me->out, messages->len, 2);
    buf_put(&me->out, buf_span(messages));
}

static void answer_modern(struct server *me)
{
    struct buf body, all;
    buf_init(&body, 4096);
    buf_init(&all, 8192);
    put_be(&body, TLS_12, 2);
    buf_put(&body, me->group == 0x1d ? SPAN("rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr") : retry_random());
    put_be(&body, 0, 1);
    put_be(&body, 0x1301, 2);
    put_be(&body, 0, 1);
    bool retry = me->group != 0x1d;
    put_be(&body, 6 + 4 + (retry ? 2 : 36), 2);
    buf_put(&body, span_of(((uint8_t[]){ 0, 43, 0, 2, 3, 4, 0, 51 }), 8));
    put_be(&body, retry ? 2 : 36, 2);
    put_be(&body, me->group, 2);
    if (!retry)
        put_be(&body, 32, 2), buf_put(&body, SPAN("kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"));
    put_message(&all, TLS_SERVER_HELLO, &body);
    put_record(me, &all);
    buf_release(&body);
    buf_release(&all);
}

static void put_hello(struct server *me, const struct said *s, struct buf *all, uint16_t version, uint16_t suite)
{
    struct buf body;
    buf_init(&body, 4096);
    put_be(&body, version, 2);
    buf_put(&body, SPAN("rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr"));
    put_be(&body, 0, 1);
    put_be(&body, suite, 2);
    put_be(&body, me->compresses && s->deflate, 1);
    bool names = me->protocol && s->protocols, signals = me->renegotiates && s->signal;
    size_t len = names ? strlen(me->protocol) : 0;
    if (names || signals)
        put_be(&body, (signals ? 5 : 0) + (names ? 7 + len : 0), 2);
    if (signals)
        buf_put(&body, span_of(((uint8_t[]){ 0xff, 1, 0, 1, 0 }), 5));
    if (names) {
        put_be(&body, TLS_EXT_ALPN, 2);
        put_be(&body, 3 + len, 2);
        put_be(&body, 1 + len, 2);
        put_be(&body, len, 1);
        buf_str(&body, me->protocol);
    }
    put_message(all, TLS_SERVER_HELLO, &body);
    buf_release(&body);
}

static void put_exchange(const struct server *me, struct buf *all, uint16_t version, uint16_t suite)
{
    struct buf body;
    buf_init(&body, 4096);
    if (suite >> 8 == 0xc0) {
        buf_byte(&body, 3);
        put_be(&body, me->group, 2);
        buf_put(&body, SPAN("\x05ppppp"));
    } else {
        put_be(&body, me->prime_bytes, 2);
        for (size_t i = 0; i < me->prime_bytes; i++)
            buf_byte(&body, 0x80);
        buf_put(&body, span_of(((uint8_t[]){ 0, 1, 2, 0, 1, 7 }), 6));
    }
    if (version == TLS_12)
        put_be(&body, me->scheme, 2);
    buf_put(&body, SPAN("\x00\x02ss"));
    put_message(all, 12, &body);
    buf_release(&body);
}

static bool is_ephemeral(uint16_t suite)
{
    return suite == 0xc02f || suite == 0xc030 || suite == 0xc013 || suite == 0x0033 || suite == 0x009e;
}

static void answer_old(struct server *me, const struct said *s)
{
    struct buf all, list;
    uint16_t version = s->version < me->newest ? s->version : me->newest, suite = choose(me, s);
    if (version < me->oldest || !me->newest || !suite)
        return alert(me, 2, 40);
    if (s->fallback && me->scsv && s->version < me->newest)
        return alert(me, 2, INAPPROPRIATE_FALLBACK);
    if (s->protocols && me->protocol && !me->protocol[0])
        return alert(me, 2, 120);
    bool other = me->name && !span_is(s->name, me->name);
    if (other && s->name.len && me->strict)
        return alert(me, 2, 112);
    if (me->warns && s->name.len)
        alert(me, 1, 112);
    buf_init(&all, 1 << 16);
    buf_init(&list, 1 << 16);
    put_hello(me, s, &all, version, suite);
    struct span der = other ? second_der : first_der;
    put_be(&list, 3 + der.len, 3);
    put_be(&list, der.len, 3);
    buf_put(&list, der);
    if (!(tls_classes_of(suite) & 1u << TLS_ANON))
        put_message(&all, 11, &list);
    if (is_ephemeral(suite))
        put_exchange(me, &all, version, suite);
    buf_reset(&list);
    put_message(&all, TLS_SERVER_HELLO_DONE, &list);
    put_record(me, &all);
    buf_release(&all);
    buf_release(&list);
}

static void answer_ssl2(struct server *me)
{
    struct buf b;
    if (!me->ssl2)
        return;
    buf_init(&b, 1 << 16);
    buf_put(&b, span_of(((uint8_t[]){ 4, 0, 1, 0, 2 }), 5));
    put_be(&b, first_der.len, 2);
    put_be(&b, 3, 2);
    put_be(&b, 16, 2);
    buf_put(&b, first_der);
    buf_put(&b, SPAN("\x01\x00\x80" "cccccccccccccccc"));
    put_be(&me->out, 0x8000 | b.len, 2);
    buf_put(&me->out, buf_span(&b));
    buf_release(&b);
}

static enum wire_fault back_connect(struct wire_back *b, const struct endpoint *e, int64_t deadline_ms)
{
    struct server *me = (struct server *)b;
    (void)e, (void)deadline_ms;
    me->connections++;
    buf_reset(&me->out);
    me->given = 0;
    return WIRE_FINE;
}

static enum wire_fault back_send(struct wire_back *b, struct span bytes, int64_t deadline_ms)
{
    struct server *me = (struct server *)b;
    (void)deadline_ms;
    if (bytes.at[0] & 0x80) {
        assert_int_equal(bytes.len, 2 + bytes.at[1]);
        answer_ssl2(me);
    } else {
        assert_int_equal(bytes.len, 5 + (size_t)(bytes.at[3] << 8 | bytes.at[4]));
        struct said s = read_hello(bytes);
        if (s.modern && me->modern)
            answer_modern(me);
        else if (s.modern)
            alert(me, 2, 70);
        else
            answer_old(me, &s);
    }
    if (me->noise.state && me->out.len)
        me->out.at[random_below(&me->noise, me->out.len)] ^= (uint8_t)(1u << random_below(&me->noise, 8));
    return WIRE_FINE;
}

static enum wire_fault back_recv(struct wire_back *b, struct span *ret, int64_t deadline_ms)
{
    struct server *me = (struct server *)b;
    if (me->silent) {
        me->now_ms = deadline_ms;
        return WIRE_TIMEOUT;
    }
    *ret = span_first(span_from(buf_span(&me->out), me->given), 700);
    me->given += ret->len;
    return ret->len ? WIRE_FINE : WIRE_CLOSED;
}

static void back_close(struct wire_back *b)
{
    (void)b;
}

static int64_t back_now(struct wire_back *b)
{
    return ((struct server *)b)->now_ms;
}

/* ---- the tests ----------------------------------------------------------------------------- */

static struct arena arena;

static struct visit audit_of(struct server *me, const char *name, bool *ret_audited)
{
    static struct endpoint at;
    struct visit v;
    struct wire_limits limits = wire_limits_for(WIRE_PATIENCE_MS);
    limits.cost_connections = 0; /* as a scan gives an audit, which is asked for by name */
    limits.cost_bytes = 0;
    at = (struct endpoint){ .address = { 4, { 10, 0, 0, 1 } }, .port = 443, .name = name };
    me->back = (struct wire_back){ .connect = back_connect, .send = back_send, .recv = back_recv, .close = back_close,
                                   .now_ms = back_now };
    buf_init(&me->out, 1 << 16);
    visit_init(&v, &arena, &at);
    struct wire *w = wire_new(&arena, &me->back, &at, &limits, &CLOCK_SYSTEM, NULL);
    *ret_audited = tls_audit(w, NULL, NULL, &v);
    wire_end(w);
    buf_release(&me->out);
    return v;
}

static void says(const struct visit *v, const char *key, const char *wanted)
{
    const struct fact *f = fact_get(&v->observations.at[0], key);
    char text[64] = "absent";
    if (f && f->type == FACT_TEXT)
        snprintf(text, sizeof(text), "%.*s", SPAN_FMT(f->text));
    else if (f && f->type == FACT_BOOL)
        snprintf(text, sizeof(text), "%s", f->number ? "yes" : "no");
    else if (f)
        snprintf(text, sizeof(text), "%lld", (long long)f->number);
    if (strcmp(text, wanted) != 0)
        fail_msg("%s is \"%s\", not \"%s\"", key, text, wanted);
}

static void of_today(void **state)
{
    struct server me = { .oldest = TLS_12, .newest = TLS_12, .modern = true, .renegotiates = true, .prefers = true,
                         .suites = { 0xc030, 0xc02f }, .group = 0x1d, .scheme = 0x0804 };
    bool audited;
    (void)state;
    struct visit v = audit_of(&me, NULL, &audited);
    assert_true(audited);
    says(&v, "tls.versions", "TLSv1.2,TLSv1.3");
    says(&v, "tls.weak", "none");
    says(&v, "tls.forward_secrecy", "always");
    says(&v, "tls.group", "x25519");
    says(&v, "tls.post_quantum", "none");
    says(&v, "tls.aead", "yes");
    says(&v, "tls.cbc", "no");
    says(&v, "tls.alpn", "none");
    says(&v, "tls.preference", "absent"); /* the other suite was never chosen: nothing tells */
    says(&v, "tls.compression", "no");
    says(&v, "tls.secure_renegotiation", "yes");
    says(&v, "tls.dh_bits", "absent");
    says(&v, "tls.fallback_signal", "absent");
    says(&v, "tls.unanswered", "absent");
    says(&v, "cert.subject", "CN=first.example");
    assert_true(me.connections <= 20);
}

static void of_yesterday(void **state)
{
    struct server me = { .ssl2 = true, .oldest = TLS_SSL3, .newest = TLS_12, .compresses = true, .scsv = true,
                         .suites = { 0x0004, 0x0008, 0x002f, 0x0033, 0xc013, 0x0034 }, .prime_bytes = 128, .group = 0x17,
                         .scheme = 0x0201 };
    bool audited;
    (void)state;
    struct visit v = audit_of(&me, NULL, &audited);
    assert_true(audited);
    says(&v, "tls.versions", "SSLv2,SSLv3,TLSv1,TLSv1.1,TLSv1.2");
    says(&v, "tls.weak", "anonymous,export,rc4");
    says(&v, "tls.forward_secrecy", "sometimes");
    says(&v, "tls.dh_bits", "1024");
    says(&v, "tls.sha1_signatures", "yes");
    says(&v, "tls.compression", "yes");
    says(&v, "tls.secure_renegotiation", "no");
    says(&v, "tls.fallback_signal", "yes");
    says(&v, "tls.aead", "no");
    says(&v, "tls.cbc", "yes");
    says(&v, "tls.preference", "client");
    assert_true(me.connections <= 37);
}

static void of_names(void **state)
{
    struct server me = { .oldest = TLS_12, .newest = TLS_12, .suites = { 0xc02f, 0x009e }, .group = 0x18, .prime_bytes = 256,
                         .scheme = 0x0401, .name = "shop.example", .warns = true };
    bool audited;
    (void)state;
    struct visit v = audit_of(&me, "shop.example", &audited);
    says(&v, "tls.nameless", "another certificate");
    says(&v, "tls.wrong_name", "another certificate");
    says(&v, "tls.group", "secp384r1");
    me.strict = true;
    v = audit_of(&me, "shop.example", &audited);
    says(&v, "tls.wrong_name", "refused");
    me.name = NULL;
    v = audit_of(&me, NULL, &audited);
    says(&v, "tls.nameless", "absent");
    says(&v, "tls.wrong_name", "same certificate");
}

static void of_tomorrow(void **state)
{
    struct server me = { .modern = true, .group = 0x11ec };
    bool audited;
    (void)state;
    struct visit v = audit_of(&me, NULL, &audited);
    assert_true(audited);
    says(&v, "tls.versions", "TLSv1.3");
    says(&v, "tls.post_quantum", "X25519MLKEM768");
    says(&v, "tls.forward_secrecy", "always");
    says(&v, "tls.weak", "none");
    says(&v, "tls.cbc", "no");
    says(&v, "tls.alpn", "absent");
    assert_true(me.connections <= 8);
}

static void of_protocols(void **state)
{
    static const struct {
        const char *chosen, *says;
    } CASES[] = { { "h2", "h2" }, { "postgresql", "postgresql" }, { "", "refused" }, { NULL, "none" } };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct server me = { .oldest = TLS_12, .newest = TLS_12, .suites = { 0xc02f, 0xc027 }, .group = 0x1d, .scheme = 0x0804,
                             .protocol = CASES[i].chosen, .renegotiates = i % 2 };
        bool audited;
        struct visit v = audit_of(&me, NULL, &audited);
        says(&v, "tls.alpn", CASES[i].says);
        says(&v, "tls.cbc", "yes");
        says(&v, "tls.secure_renegotiation", i % 2 ? "yes" : "no");
    }
}

/* Preference is told where two suites were chosen and one wins both ways. */
static void of_preference(void **state)
{
    struct server me = { .oldest = TLS_12, .newest = TLS_12, .prefers = true, .suites = { 0xc02f, 0x002f }, .group = 0x1d,
                         .scheme = 0x0804 };
    bool audited;
    (void)state;
    struct visit v = audit_of(&me, NULL, &audited);
    says(&v, "tls.preference", "server");
    says(&v, "tls.forward_secrecy", "sometimes");
}

static void of_silence(void **state)
{
    struct server me = { .silent = true }, none = { 0 };
    bool audited;
    (void)state;
    audit_of(&me, NULL, &audited);
    assert_false(audited);
    assert_int_equal(me.connections, UNANSWERED_MAX);
    audit_of(&none, NULL, &audited);
    assert_false(audited);
    assert_int_equal(none.connections, VERSIONS);
}

/* One bit of every answer turned: whatever is stated, nothing crashes and nothing is asked without end. */
static void of_noise(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed < 300; seed++) {
        struct server me = { .ssl2 = true, .oldest = TLS_SSL3, .newest = TLS_12, .modern = true, .noise = { .state = seed },
                             .suites = { 0x0004, 0x002f, 0x0033, 0xc013 }, .prime_bytes = 128, .group = 0x1d, .scheme = 0x0201 };
        bool audited;
        audit_of(&me, NULL, &audited);
        assert_true(me.connections <= 35);
        arena_release(&arena);
        arena_init(&arena, 64 << 20);
    }
}

/* Every hello is one record of its own length, and says what its name says. */
static void of_hellos(void **state)
{
    size_t count = 0;
    (void)state;
    for (; tls_hello_at(count); count++) {
        const struct ask *a = tls_hello_at(count);
        uint8_t bytes[ASK_SENT_MAX];
        struct writer out = writer_over(bytes, sizeof(bytes));
        bool named = strstr(a->name, "-named") != NULL;
        struct span name = SPAN("shop.example");
        assert_true(ask_render(a, &name, named, &out));
        struct span sent = writer_span(&out);
        assert_int_equal(ask_match(a, sent), sent.len);
        if (sent.at[0] & 0x80)
            continue;
        assert_int_equal(sent.len, 5 + (size_t)(sent.at[3] << 8 | sent.at[4]));
        struct said s = read_hello(sent);
        assert_int_equal(named, span_is(s.name, "shop.example"));
        assert_true(s.signal);
    }
    assert_true(count > 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_hellos),     cmocka_unit_test(of_today),   cmocka_unit_test(of_yesterday),
        cmocka_unit_test(of_names),      cmocka_unit_test(of_tomorrow), cmocka_unit_test(of_protocols), cmocka_unit_test(of_preference),
        cmocka_unit_test(of_silence),    cmocka_unit_test(of_noise),
    };
    struct arena kept;
    arena_init(&kept, 4 << 20);
    arena_init(&arena, 64 << 20);
    EVP_PKEY *key = EVP_RSA_gen(2048);
    X509 *first = make(&(struct made){ .subject = "first.example", .key = key });
    X509 *second = make(&(struct made){ .subject = "second.example", .key = key });
    first_der = der_of(&kept, first);
    second_der = der_of(&kept, second);
    X509_free(first);
    X509_free(second);
    EVP_PKEY_free(key);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
