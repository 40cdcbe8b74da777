/* Certificate facts, from certificates made here: names, dates, keys, who signed; and hostile ones. */
#include "unit/check.h"

#include <stdlib.h>

#include "tls/tls.c"

#include "base/buf.h"
#include "certificates.h"

static EVP_PKEY *ec_key, *other_key;

struct seen {
    struct arena arena;
    struct visit visit;
    struct endpoint endpoint;
    struct wire_tls tls;
    const struct observation *o; /* NULL: nothing was stated */
};

static struct seen *state_chain(struct span leaf, size_t chain_len, const char *name, const char *address)
{
    struct seen *s = calloc(1, sizeof(*s));
    assert_non_null(s);
    arena_init(&s->arena, 1 << 20);
    s->endpoint = (struct endpoint){ .port = 443, .name = name };
    assert_true(address_parse(span_str(address), &s->endpoint.address));
    visit_init(&s->visit, &s->arena, &s->endpoint);
    s->tls = (struct wire_tls){ .version = "TLSv1.2", .cipher = "C", .chain = { leaf, leaf }, .chain_len = chain_len };
    bool stated = tls_state(&s->visit, &s->tls, NULL, 777);
    assert_int_equal(stated, s->visit.observations.len == 1);
    s->o = stated ? &s->visit.observations.at[0] : NULL;
    return s;
}

/* The facts of one made certificate, seen at this name and address. */
static struct seen *state_made(const struct made *m, const char *name, const char *address)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    X509 *x = make(m);
    struct seen *s = state_chain(der_of(&a, x), 1, name, address);
    X509_free(x);
    arena_release(&a);
    assert_non_null(s->o);
    return s;
}

static void done(struct seen *s)
{
    arena_release(&s->arena);
    free(s);
}

static void assert_text(const struct seen *s, const char *key, const char *want)
{
    struct span got = fact_get_text(s->o, key);
    if (!span_is(got, want))
        fail_msg("%s is \"%.*s\", not \"%s\"", key, SPAN_FMT(got), want);
}

static int64_t number(const struct seen *s, const char *key)
{
    const struct fact *f = fact_get(s->o, key);
    if (!f)
        fail_msg("%s is not stated", key);
    return f->number;
}

/* ---- names ------------------------------------------------------------------------------- */

static void names_and_patterns(void **state)
{
    static const struct {
        const char *pattern, *name;
        bool matches;
    } CASES[] = {
        { "db.example.com", "db.example.com", true },
        { "DB.example.COM", "db.Example.com", true },
        { "db.example.com", "db.example.com.", true },
        { "db.example.com", "db2.example.com", false },
        { "db.example.com", "example.com", false },
        { "example.com", "db.example.com", false },
        { "*.example.com", "db.example.com", true },
        { "*.Example.com", "DB.example.com.", true },
        { "*.example.com", "example.com", false },
        { "*.example.com", ".example.com", false },
        { "*.example.com", "a.b.example.com", false },
        { "*.example.com", "*.example.com", true },
        { "*", "localhost", false },
        { "*.", "localhost", false },
        { "d*.example.com", "db.example.com", false },
        { "a.*.com", "a.b.com", false },
        { "", "db", false },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++)
        if (dns_matches(span_str(CASES[i].pattern), span_str(CASES[i].name)) != CASES[i].matches)
            fail_msg("%s and %s", CASES[i].pattern, CASES[i].name);
}

static void whom_it_is_for(void **state)
{
    static const struct {
        const char *names, *name, *address;
        int matches; /* -1: not stated */
    } CASES[] = {
        { "DNS:db.example,DNS:*.shop.example", "db.example", "10.0.0.1", 1 },
        { "DNS:db.example,DNS:*.shop.example", "a.shop.example", "10.0.0.1", 1 },
        { "DNS:db.example,DNS:*.shop.example", "shop.example", "10.0.0.1", 0 },
        { "DNS:db.example", NULL, "10.0.0.1", -1 },
        { "IP:10.0.0.1", NULL, "10.0.0.1", 1 },
        { "IP:10.0.0.1", NULL, "10.0.0.2", 0 },
        { "DNS:db.example,IP:10.0.0.1", "other.example", "10.0.0.1", 1 },
        { "IP:fd00::1", NULL, "fd00::1", 1 },
        { "IP:fd00::1", NULL, "fd00::2", 0 },
        { "email:a@b.example", "b.example", "10.0.0.1", 0 },
        { NULL, "cn.example", "10.0.0.1", 0 }, /* the common name is no name (RFC 9525 6.4.4) */
        { NULL, NULL, "10.0.0.1", -1 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct made m = { .subject = "cn.example", .names = CASES[i].names, .key = ec_key };
        struct seen *s = state_made(&m, CASES[i].name, CASES[i].address);
        const struct fact *f = fact_get(s->o, "cert.name_match");
        if ((f ? (int)f->number : -1) != CASES[i].matches)
            fail_msg("%s seen as %s at %s", CASES[i].names, CASES[i].name, CASES[i].address);
        done(s);
    }
    struct made m = { .subject = "x", .names = "DNS:a.example,IP:10.0.0.1,email:x@y,IP:fd00::1,DNS:b.example", .key = ec_key };
    struct seen *s = state_made(&m, NULL, "10.0.0.1");
    assert_text(s, "cert.names", "a.example,10.0.0.1,fd00::1,b.example");
    done(s);
}

/* A name with a NUL inside is compared whole. */
static void a_name_that_hides_another(void **state)
{
    static const uint8_t BAD[] = "db.example\0.evil.example";
    struct made m = { .subject = "x", .key = ec_key };
    struct arena a;
    (void)state;
    arena_init(&a, 1 << 20);
    X509 *x = make(&m);
    GENERAL_NAMES *names = GENERAL_NAMES_new();
    GENERAL_NAME *name = GENERAL_NAME_new();
    ASN1_IA5STRING *text = ASN1_IA5STRING_new();
    ASN1_STRING_set(text, BAD, sizeof(BAD) - 1);
    GENERAL_NAME_set0_value(name, GEN_DNS, text);
    sk_GENERAL_NAME_push(names, name);
    assert_int_equal(X509_add1_ext_i2d(x, NID_subject_alt_name, names, 0, 0), 1);
    assert_true(X509_sign(x, ec_key, EVP_sha256()) > 0);
    struct seen *s = state_chain(der_of(&a, x), 1, "db.example", "10.0.0.1");
    assert_int_equal(number(s, "cert.name_match"), 0);
    assert_int_equal(fact_get_text(s->o, "cert.names").len, sizeof(BAD) - 1);
    done(s);
    GENERAL_NAMES_free(names);
    X509_free(x);
    arena_release(&a);
}

static void many_names(void **state)
{
    char *names = malloc(200000);
    size_t at = 0;
    (void)state;
    assert_non_null(names);
    for (int i = 0; i < 5000; i++)
        at += (size_t)sprintf(names + at, "%sDNS:host-%d.example", i ? "," : "", i);
    struct made m = { .subject = "x", .names = names, .key = ec_key };
    struct seen *s = state_made(&m, "host-7.example", "10.0.0.1");
    assert_int_equal(number(s, "cert.name_match"), 1);
    assert_true(fact_get_text(s->o, "cert.names").len <= FACT_TEXT_MAX);
    done(s);
    free(names);
}

/* ---- dates, keys, signatures ----------------------------------------------------------------- */

static void dates(void **state)
{
    struct made m = { .subject = "x", .key = ec_key, .from = "170901000000Z", .to = "180901123456Z" };
    struct seen *s = state_made(&m, NULL, "10.0.0.1");
    (void)state;
    assert_int_equal(number(s, "cert.not_before"), 1504224000000);
    assert_int_equal(number(s, "cert.not_after"), 1535805296000);
    assert_int_equal(fact_get(s->o, "cert.not_after")->type, FACT_TIME);
    assert_int_equal(s->o->at_ms, 777);
    done(s);
    m.from = "19500101000000Z";
    m.to = "99991231235959Z"; /* RFC 5280 4.1.2.5: has no end */
    s = state_made(&m, NULL, "10.0.0.1");
    assert_int_equal(number(s, "cert.not_before"), -631152000000);
    assert_int_equal(number(s, "cert.not_after"), 253402300799000);
    done(s);
}

static void assert_key(EVP_PKEY *key, bool no_digest, const EVP_MD *digest, const char *type, int bits, const char *signature)
{
    char text[64];
    struct made m = { .subject = "x", .key = key, .no_digest = no_digest, .digest = digest };
    struct seen *s = state_made(&m, NULL, "10.0.0.1");
    snprintf(text, sizeof(text), "%s %d", type, bits);
    assert_text(s, "cert.key", text);
    assert_text(s, "cert.key_type", type);
    assert_int_equal(number(s, "cert.key_bits"), bits);
    assert_text(s, "cert.signature", signature);
    done(s);
    EVP_PKEY_free(key);
}

static void keys_and_signatures(void **state)
{
    (void)state;
    assert_key(EVP_RSA_gen(1024), false, EVP_sha1(), "RSA", 1024, "sha1WithRSAEncryption");
    assert_key(EVP_RSA_gen(2048), false, EVP_sha256(), "RSA", 2048, "sha256WithRSAEncryption");
    assert_key(EVP_EC_gen("P-384"), false, EVP_sha384(), "EC", 384, "ecdsa-with-SHA384");
    assert_key(EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), true, NULL, "Ed25519", 256, "ED25519");
}

static void prints(void **state)
{
    struct made m = { .subject = "x", .key = ec_key }, twin = { .subject = "y", .key = ec_key };
    struct seen *s = state_made(&m, NULL, "10.0.0.1"), *t = state_made(&twin, NULL, "10.0.0.1");
    (void)state;
    assert_int_equal(fact_get_text(s->o, "cert.sha256").len, 64);
    assert_int_equal(fact_get_text(s->o, "cert.spki_sha256").len, 64);
    assert_text(s, "cert.serial", "1234abcd");
    /* Two certificates, one key. */
    assert_true(span_eq(fact_get_text(s->o, "cert.spki_sha256"), fact_get_text(t->o, "cert.spki_sha256")));
    assert_false(span_eq(fact_get_text(s->o, "cert.sha256"), fact_get_text(t->o, "cert.sha256")));
    done(s);
    done(t);
}

static void who_signed(void **state)
{
    struct made root = { .subject = "our authority", .key = ec_key, .constraints = "critical,CA:TRUE" };
    X509 *authority = make(&root);
    struct made leaf = { .subject = "db", .key = other_key, .issuer = authority, .issuer_key = ec_key };
    struct made forged = { .subject = "our authority", .key = other_key, .issuer = authority, .issuer_key = ec_key };
    (void)state;
    struct seen *s = state_made(&root, NULL, "10.0.0.1");
    assert_int_equal(number(s, "cert.self_signed"), 1);
    assert_int_equal(number(s, "cert.ca"), 1);
    assert_text(s, "cert.subject", "CN=our authority");
    assert_text(s, "cert.issuer", "CN=our authority");
    done(s);
    s = state_made(&leaf, NULL, "10.0.0.1");
    assert_int_equal(number(s, "cert.self_signed"), 0);
    assert_int_equal(number(s, "cert.ca"), 0);
    assert_text(s, "cert.subject", "CN=db");
    assert_text(s, "cert.issuer", "CN=our authority");
    done(s);
    s = state_made(&forged, NULL, "10.0.0.1"); /* the names are equal, the signature is another's */
    assert_int_equal(number(s, "cert.self_signed"), 0);
    done(s);
    X509_free(authority);
}

/* The list has ceilings, the comparison has none: the name that was asked for stands last. */
static void names_beyond_the_list(void **state)
{
    static const struct {
        int names, width; /* before the last */
        bool all;         /* listed */
    } CASES[] = { { 99, 12, true }, { 100, 12, false }, { 101, 12, false }, { 59, 67, true }, { 64, 67, false }, { 900, 40, false } };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct buf b;
        buf_init(&b, 1 << 17);
        for (int n = 0; n < CASES[i].names; n++)
            buf_printf(&b, "DNS:%0*d,", CASES[i].width, n);
        buf_str(&b, "DNS:db.example.org,IP:10.0.0.1");
        buf_byte(&b, 0);
        struct made m = { .subject = "x", .names = (const char *)b.at, .key = ec_key };
        int last = CASES[i].names + 2;
        struct seen *s = state_made(&m, "db.example.org", "10.9.9.9");
        assert_int_equal(number(s, "cert.name_match"), 1);
        assert_true(fact_get_text(s->o, "cert.names").len <= FACT_TEXT_MAX);
        if (last > 100 || !CASES[i].all)
            assert_int_equal(number(s, "cert.names.all"), last);
        else
            assert_null(fact_get(s->o, "cert.names.all"));
        done(s);
        s = state_made(&m, NULL, "10.0.0.1");
        assert_int_equal(number(s, "cert.name_match"), 1);
        done(s);
        s = state_made(&m, "other.example.org", "10.9.9.9");
        assert_int_equal(number(s, "cert.name_match"), 0);
        done(s);
        buf_release(&b);
    }
}

static void the_session(void **state)
{
    struct made m = { .subject = "x", .key = ec_key };
    struct arena a;
    (void)state;
    arena_init(&a, 1 << 20);
    X509 *x = make(&m);
    struct seen *s = state_chain(der_of(&a, x), 2, NULL, "10.0.0.1");
    assert_text(s, "tls.version", "TLSv1.2");
    assert_text(s, "tls.cipher", "C");
    assert_int_equal(number(s, "cert.chain_length"), 2);
    assert_int_equal(number(s, "tls.client_cert_asked"), 0);
    assert_int_equal(s->o->kind, KIND_TLS);
    assert_int_equal(s->o->outcome, OUTCOME_IDENTIFIED);
    assert_string_equal(s->o->product, "certificate");
    assert_true(s->o->tls);
    done(s);
    X509_free(x);
    arena_release(&a);
}

/* ---- hostile ones ---------------------------------------------------------------------------- */

static void a_subject_that_would_act(void **state)
{
    struct made m = { .subject = "a\x1b[31m\nb,c=d\xe4\xb8\xad", .key = ec_key };
    struct seen *s = state_made(&m, NULL, "10.0.0.1");
    (void)state;
    struct span subject = fact_get_text(s->o, "cert.subject");
    assert_int_equal(span_index(subject, '\n'), subject.len);
    assert_int_equal(span_index(subject, 0x1b), subject.len);
    assert_true(span_has(subject, "\\,c=d"));
    assert_true(span_has(subject, "\xe4\xb8\xad"));
    done(s);
}

/* The rules match parts of a name by their separator. */
static void a_subject_of_parts(void **state)
{
    struct made m = { .subject = "kirk", .organisation = "client, Ltd", .key = ec_key };
    struct seen *s = state_made(&m, NULL, "10.0.0.1");
    (void)state;
    assert_text(s, "cert.subject", "CN=kirk,O=client\\, Ltd");
    done(s);
}

static void no_certificate(void **state)
{
    static const uint8_t RUBBISH[] = { 0x30, 0x82, 0xff, 0xff, 0x30 };
    (void)state;
    struct seen *s = state_chain(SPAN_NONE, 0, NULL, "10.0.0.1");
    assert_null(s->o);
    done(s);
    s = state_chain(SPAN_NONE, 1, NULL, "10.0.0.1");
    assert_null(s->o);
    done(s);
    s = state_chain(span_of(RUBBISH, sizeof(RUBBISH)), 1, NULL, "10.0.0.1");
    assert_null(s->o);
    assert_int_equal(ERR_peek_error(), 0); /* the queue belongs to the thread */
    done(s);
}

/* Cut anywhere: nothing is stated. Bytes changed: whatever is stated keeps the limits. */
static void broken_certificates(void **state)
{
    struct made m = { .subject = "x.example", .names = "DNS:x.example,IP:10.0.0.1", .key = ec_key };
    struct arena a;
    (void)state;
    arena_init(&a, 1 << 20);
    X509 *x = make(&m);
    struct span der = der_of(&a, x);
    uint8_t *copy = malloc(der.len);
    assert_non_null(copy);
    for (size_t n = 0; n < der.len; n++) {
        struct seen *s = state_chain(span_first(der, n), 1, "x.example", "10.0.0.1");
        assert_null(s->o);
        done(s);
    }
    for (size_t n = 0; n < der.len; n += 3) {
        memcpy(copy, der.at, der.len);
        copy[n] ^= (uint8_t)(1u << n % 8);
        struct seen *s = state_chain(span_of(copy, der.len), 1, "x.example", "10.0.0.1");
        for (size_t i = 0; s->o && i < s->o->facts.len; i++)
            assert_true(s->o->facts.at[i].text.len <= FACT_TEXT_MAX);
        done(s);
    }
    free(copy);
    X509_free(x);
    arena_release(&a);
}

static int make_keys(void **state)
{
    (void)state;
    ec_key = EVP_EC_gen("P-256");
    other_key = EVP_EC_gen("P-256");
    return !ec_key || !other_key;
}

static int free_keys(void **state)
{
    (void)state;
    EVP_PKEY_free(ec_key);
    EVP_PKEY_free(other_key);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_patterns),
        cmocka_unit_test(whom_it_is_for),
        cmocka_unit_test(a_name_that_hides_another),
        cmocka_unit_test(many_names),
        cmocka_unit_test(dates),
        cmocka_unit_test(keys_and_signatures),
        cmocka_unit_test(prints),
        cmocka_unit_test(who_signed),
        cmocka_unit_test(names_beyond_the_list),
        cmocka_unit_test(the_session),
        cmocka_unit_test(a_subject_that_would_act),
        cmocka_unit_test(a_subject_of_parts),
        cmocka_unit_test(no_certificate),
        cmocka_unit_test(broken_certificates),
    };
    return cmocka_run_group_tests(tests, make_keys, free_keys);
}
