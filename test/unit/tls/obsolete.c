/* The own ClientHello and what comes back, from a scripted server. */
#include "unit/check.h"

#include <stdio.h>
#include <stdlib.h>

#include "tls/obsolete.c"

#include "base/buf.h"
#include "certificates.h"
#include "wire/tape.h"

enum { RECORD_HANDSHAKE = 22, SERVER_HELLO = 2, CERTIFICATE = 11, SERVER_HELLO_DONE = 14 };

static struct arena certificate_arena;
static struct span der;

static const struct endpoint HERE = { .address = { 4, { 10, 0, 0, 1 } }, .port = 443 };

static void put_be(struct buf *b, size_t value, size_t width)
{
    while (width--)
        buf_byte(b, (uint8_t)(value >> 8 * width));
}

static void put_server_hello(struct buf *b, uint16_t version, size_t session_id)
{
    buf_byte(b, SERVER_HELLO);
    put_be(b, 2 + 32 + 1 + session_id + 3, 3);
    put_be(b, version, 2);
    for (size_t i = 0; i < 32; i++)
        buf_byte(b, 'r');
    put_be(b, session_id, 1);
    for (size_t i = 0; i < session_id; i++)
        buf_byte(b, 's');
    put_be(b, 0x0005, 2);
    buf_byte(b, 0);
}

static void put_certificate(struct buf *b, size_t count)
{
    buf_byte(b, CERTIFICATE);
    put_be(b, 3 + count * (3 + der.len), 3);
    put_be(b, count * (3 + der.len), 3);
    for (size_t i = 0; i < count; i++) {
        put_be(b, der.len, 3);
        buf_put(b, der);
    }
}

/* The handshake bytes in records of at most `piece` bytes. */
static void put_records(struct buf *out, struct span handshake, size_t piece)
{
    while (handshake.len) {
        struct span part = span_first(handshake, piece);
        buf_byte(out, RECORD_HANDSHAKE);
        put_be(out, 0x0300, 2);
        put_be(out, part.len, 2);
        buf_put(out, part);
        handshake = span_from(handshake, part.len);
    }
}

struct seen {
    struct arena arena;
    struct visit visit;
    bool stated;
    struct wire_tls shown;
};

/* The visit to a server that answers the hello with these bytes and closes. */
static struct seen *ask_for(struct span answer)
{
    static struct tape_back back;
    struct wire_limits limits = wire_limits_for(WIRE_PATIENCE_MS);
    struct seen *s = calloc(1, sizeof(*s));
    struct tape t = { 0 };
    assert_non_null(s);
    arena_init(&s->arena, 4 << 20);
    visit_init(&s->visit, &s->arena, &HERE);
    struct tape_step steps[] = { { .kind = TAPE_EXPECT, .bytes = HELLO.parts[0].bytes },
                                 { .kind = TAPE_GIVE, .bytes = answer }, { .kind = TAPE_CLOSE } };
    for (size_t i = 0; i < 3; i++)
        if (steps[i].kind != TAPE_GIVE || answer.len)
            *list_add(&s->arena, &t.steps) = steps[i];
    tape_back_init(&back, &t, &TAPE_AS_WRITTEN);
    struct wire *w = wire_new(&s->arena, &back.back, &HERE, &limits, &CLOCK_SYSTEM, NULL);
    s->stated = tls_observe_obsolete(w, NULL, &s->visit, &s->shown);
    assert_int_equal(s->stated, s->visit.observations.len == 1);
    assert_string_equal(back.mismatch.text, "");
    wire_end(w);
    tape_back_release(&back);
    return s;
}

static void done(struct seen *s)
{
    arena_release(&s->arena);
    free(s);
}

static void assert_text(const struct seen *s, const char *key, const char *want)
{
    struct span got = fact_get_text(&s->visit.observations.at[0], key);
    if (!span_is(got, want))
        fail_msg("%s is \"%.*s\", not \"%s\"", key, SPAN_FMT(got), want);
}

static void old_servers(void **state)
{
    static const struct {
        uint16_t version;
        size_t session_id, piece, certificates;
        const char *name;
    } CASES[] = {
        { 0x0300, 0, 16384, 1, "SSLv3" },   { 0x0301, 32, 16384, 1, "TLSv1" },    { 0x0302, 0, 64, 1, "TLSv1.1" },
        { 0x0303, 32, 100, 3, "TLSv1.2" },  { 0x0299, 0, 16384, 1, "unknown" },   { 0x0303, 0, 16384, 20, "TLSv1.2" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct buf handshake, records;
        buf_init(&handshake, 1 << 20);
        buf_init(&records, 1 << 20);
        put_server_hello(&handshake, CASES[i].version, CASES[i].session_id);
        put_certificate(&handshake, CASES[i].certificates);
        put_records(&records, buf_span(&handshake), CASES[i].piece);
        struct seen *s = ask_for(buf_span(&records));
        assert_true(s->stated);
        assert_text(s, "tls.version", CASES[i].name);
        assert_text(s, "tls.cipher", "0x0005");
        assert_text(s, "cert.subject", "CN=old.example");
        size_t most = sizeof(((struct wire_tls *)NULL)->chain) / sizeof(struct span);
        size_t want = CASES[i].certificates < most ? CASES[i].certificates : most;
        assert_int_equal(fact_get(&s->visit.observations.at[0], "cert.chain_length")->number, want);
        done(s);
        buf_release(&handshake);
        buf_release(&records);
    }
}

static void other_peers(void **state)
{
    static const char *const ANSWERS[] = { "", "HTTP/1.1 400 Bad Request\r\n\r\n", "\x15\x03\x01", "-ERR unknown\r\n" };
    static const uint8_t ALERT[] = { 0x15, 3, 1, 0, 2, 2, 40 };
    (void)state;
    for (size_t i = 0; i < sizeof(ANSWERS) / sizeof(ANSWERS[0]); i++) {
        struct seen *s = ask_for(span_str(ANSWERS[i]));
        assert_false(s->stated);
        done(s);
    }
    struct seen *s = ask_for(span_of(ALERT, sizeof(ALERT)));
    assert_false(s->stated);
    done(s);
}

/* Cut anywhere: no fact. Any bit changed: no crash, and a chain within its limit. */
static void broken_answers(void **state)
{
    struct buf handshake, records;
    (void)state;
    buf_init(&handshake, 1 << 20);
    buf_init(&records, 1 << 20);
    put_server_hello(&handshake, 0x0303, 32);
    put_certificate(&handshake, 1);
    put_records(&records, buf_span(&handshake), 200);
    for (size_t n = 0; n < records.len; n++) {
        struct seen *s = ask_for(span_first(buf_span(&records), n));
        assert_false(s->stated);
        done(s);
    }
    for (size_t n = 0; n < records.len; n++) {
        records.at[n] ^= (uint8_t)(1u << n % 8);
        done(ask_for(buf_span(&records)));
        records.at[n] ^= (uint8_t)(1u << n % 8);
    }
    buf_release(&handshake);
    buf_release(&records);
}

static void lying_lengths(void **state)
{
    static const uint8_t EMPTY_RECORD[] = { 0x16, 3, 0, 0, 0 };
    struct buf b;
    (void)state;
    buf_init(&b, 1 << 20);
    struct seen *s = ask_for(span_of(EMPTY_RECORD, sizeof(EMPTY_RECORD)));
    assert_false(s->stated);
    done(s);
    /* Handshake messages in records of another kind. */
    struct buf handshake;
    buf_init(&handshake, 1 << 20);
    put_server_hello(&handshake, 0x0301, 0);
    put_certificate(&handshake, 1);
    put_records(&b, buf_span(&handshake), 16384);
    b.at[0] = 0x17;
    s = ask_for(buf_span(&b));
    assert_false(s->stated);
    done(s);
    buf_reset(&b);
    buf_reset(&handshake);
    /* A Certificate whose list says to be longer than it is. */
    put_server_hello(&handshake, 0x0301, 0);
    size_t at = handshake.len + 4;
    put_certificate(&handshake, 1);
    handshake.at[at + 2] ^= 0x40;
    put_records(&b, buf_span(&handshake), 16384);
    s = ask_for(buf_span(&b));
    assert_false(s->stated);
    done(s);
    /* Records without end that hold one message of 16 MB. */
    buf_reset(&b);
    for (int i = 0; i < 40; i++) {
        buf_byte(&b, RECORD_HANDSHAKE);
        put_be(&b, 0x0303, 2);
        put_be(&b, 4000, 2);
        buf_byte(&b, i ? 'x' : CERTIFICATE);
        for (int k = 1; k < 4000; k++)
            buf_byte(&b, 0xff);
    }
    s = ask_for(buf_span(&b));
    assert_false(s->stated);
    done(s);
    buf_release(&handshake);
    buf_release(&b);
}

/* A certificate that the server wants as well, before its last word. */
static void a_certificate_request(void **state)
{
    struct buf handshake, records;
    (void)state;
    for (int asks = 0; asks < 2; asks++) {
        buf_init(&handshake, 1 << 20);
        buf_init(&records, 1 << 20);
        put_server_hello(&handshake, 0x0303, 0);
        put_certificate(&handshake, 1);
        if (asks)
            buf_str(&handshake, "\x0d"), put_be(&handshake, 2, 3), put_be(&handshake, 0x0140, 2);
        buf_byte(&handshake, SERVER_HELLO_DONE);
        put_be(&handshake, 0, 3);
        put_records(&records, buf_span(&handshake), 300);
        struct seen *s = ask_for(buf_span(&records));
        assert_true(s->stated);
        assert_int_equal(s->shown.client_cert_asked, asks);
        assert_int_equal(fact_get(&s->visit.observations.at[0], "tls.client_cert_asked")->number, asks);
        done(s);
        buf_release(&handshake);
        buf_release(&records);
    }
}

static void an_alert(void **state)
{
    static const uint8_t ALERT[] = { 0x15, 3, 1, 0, 2, 2, 40 }, NO_ALERT[] = { 0x15, 3, 1, 0, 3, 2, 40, 0 };
    (void)state;
    struct seen *s = ask_for(span_of(ALERT, sizeof(ALERT)));
    assert_true(s->shown.alerted);
    assert_int_equal(s->shown.alert, 40);
    done(s);
    s = ask_for(span_of(NO_ALERT, sizeof(NO_ALERT)));
    assert_false(s->shown.alerted);
    done(s);
}

static bool wants_psk(struct span answer)
{
    static struct tape_back back;
    struct wire_limits limits = wire_limits_for(WIRE_PATIENCE_MS);
    struct arena a;
    struct tape t = { 0 };
    arena_init(&a, 1 << 20);
    struct tape_step steps[] = { { .kind = TAPE_EXPECT, .bytes = HELLO_PSK.parts[0].bytes },
                                 { .kind = TAPE_GIVE, .bytes = answer }, { .kind = TAPE_CLOSE } };
    for (size_t i = 0; i < 3; i++)
        if (steps[i].kind != TAPE_GIVE || answer.len)
            *list_add(&a, &t.steps) = steps[i];
    tape_back_init(&back, &t, &TAPE_AS_WRITTEN);
    struct wire *w = wire_new(&a, &back.back, &HERE, &limits, &CLOCK_SYSTEM, NULL);
    bool wants = tls_wants_psk(w);
    assert_string_equal(back.mismatch.text, "");
    wire_end(w);
    tape_back_release(&back);
    arena_release(&a);
    return wants;
}

/* Only a hello that chooses what was offered proves it. */
static void a_key_that_both_have(void **state)
{
    static const struct {
        uint16_t suite;
        bool wants;
    } CASES[] = { { 0x008a, true }, { 0x008d, true }, { 0xc0a9, true }, { 0xd005, true }, { 0x00ff, false }, { 0x0005, false } };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct buf handshake, records;
        buf_init(&handshake, 1 << 16);
        buf_init(&records, 1 << 16);
        put_server_hello(&handshake, 0x0303, 32);
        handshake.at[handshake.len - 3] = (uint8_t)(CASES[i].suite >> 8);
        handshake.at[handshake.len - 2] = (uint8_t)CASES[i].suite;
        put_records(&records, buf_span(&handshake), 16384);
        assert_int_equal(wants_psk(buf_span(&records)), CASES[i].wants);
        for (size_t n = 0; n < records.len; n++)
            assert_false(wants_psk(span_first(buf_span(&records), n)));
        buf_release(&handshake);
        buf_release(&records);
    }
    assert_false(wants_psk(SPAN_NONE));
    assert_false(wants_psk(SPAN("\x15\x03\x01\x00\x02\x02\x28")));
    assert_false(wants_psk(SPAN("HTTP/1.1 400 Bad Request\r\n\r\n")));
}

/* Their own lengths are right, and they resume nothing. */
static void the_hellos(void **state)
{
    (void)state;
    for (size_t i = 0; TLS_ASKS[i]; i++) {
        struct verdict bad;
        struct reader r = reader_over(&bad, TLS_ASKS[i]->parts[0].bytes);
        assert_int_equal(reader_u8(&r), RECORD_HANDSHAKE);
        reader_be16(&r);
        struct reader record = reader_sub(&r, reader_be16(&r));
        reader_end(&r);
        assert_int_equal(reader_u8(&record), 1);
        struct reader hello = reader_sub(&record, reader_be24(&record));
        reader_end(&record);
        assert_int_equal(reader_be16(&hello), 0x0303);
        reader_skip(&hello, 32);
        assert_int_equal(reader_u8(&hello), 0);
        struct reader suites = reader_sub(&hello, reader_be16(&hello));
        assert_int_equal(reader_left(&suites) % 2, 0);
        assert_int_equal(reader_be16(&hello), 0x0100);
        struct reader extensions = reader_sub(&hello, reader_be16(&hello));
        reader_end(&hello);
        while (reader_more(&extensions)) {
            reader_be16(&extensions);
            reader_skip(&extensions, reader_be16(&extensions));
        }
        reader_end(&extensions);
        assert_true(reader_ok(&r));
        assert_int_equal(TLS_ASKS[i]->parts[1].kind, PART_END);
    }
    assert_string_equal(TLS_ASKS[0]->name, TLS_ASK_OBSOLETE);
    assert_string_equal(TLS_ASKS[1]->name, TLS_ASK_PSK);
}

static int make_certificate(void **state)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    struct made m = { .subject = "old.example", .key = key };
    (void)state;
    arena_init(&certificate_arena, 1 << 20);
    X509 *x = make(&m);
    der = der_of(&certificate_arena, x);
    X509_free(x);
    EVP_PKEY_free(key);
    return 0;
}

static int drop_certificate(void **state)
{
    (void)state;
    arena_release(&certificate_arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(old_servers),
        cmocka_unit_test(other_peers),
        cmocka_unit_test(broken_answers),
        cmocka_unit_test(lying_lengths),
        cmocka_unit_test(a_certificate_request),
        cmocka_unit_test(an_alert),
        cmocka_unit_test(a_key_that_both_have),
        cmocka_unit_test(the_hellos),
    };
    return cmocka_run_group_tests(tests, make_certificate, drop_certificate);
}
