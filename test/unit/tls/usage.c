/* What a certificate may be used for, and chains of every untidiness. */
#include "unit/check.h"

#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdlib.h>

#include "tls/usage.c"

#include "certificates.h"

static EVP_PKEY *key, *other_key;
static struct arena arena;
static struct visit visit;

static int setup(void **state)
{
    static const struct endpoint HERE = { .address = { 4, { 10, 0, 0, 1 } }, .port = 443 };
    (void)state;
    arena_init(&arena, 1 << 20);
    visit_init(&visit, &arena, &HERE);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static int flag(const struct observation *o, const char *name)
{
    const struct fact *f = fact_get(o, name);
    return f ? (int)f->number : -1;
}

static void test_what_it_is_made_for(void **state)
{
    static const struct {
        const char *extended, *usage;
        int for_servers, signs;
    } CASES[] = {
        { NULL, NULL, 1, 1 },
        { "serverAuth", "digitalSignature", 1, 1 },
        { "clientAuth,serverAuth", "keyEncipherment", 1, 0 },
        { "clientAuth", "digitalSignature,keyEncipherment", 0, 1 },
        { "emailProtection", NULL, 0, 1 },
        { "anyExtendedKeyUsage", "keyCertSign", 1, 0 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        X509 *x = make(&(struct made){ .subject = "a", .key = key });
        if (CASES[i].extended)
            extend(x, x, NID_ext_key_usage, CASES[i].extended);
        if (CASES[i].usage)
            extend(x, x, NID_key_usage, CASES[i].usage);
        struct observation *o = visit_observe(&visit, "certificate", KIND_TLS);
        struct span der = der_of(&arena, x);
        const uint8_t *at = der.at;
        X509 *read = d2i_X509(NULL, &at, (long)der.len);
        assert_non_null(read);
        tls_usage_facts(o, read);
        assert_int_equal(flag(o, "cert.for_servers"), CASES[i].for_servers);
        assert_int_equal(flag(o, "cert.signs"), CASES[i].signs);
        assert_int_equal(flag(o, "cert.scts"), 0);
        assert_int_equal(flag(o, "cert.exponent"), -1);
        X509_free(read);
        X509_free(x);
    }
}

static void test_the_exponent(void **state)
{
    (void)state;
    EVP_PKEY *rsa = EVP_RSA_gen(2048);
    X509 *x = make(&(struct made){ .subject = "a", .key = rsa });
    struct observation *o = visit_observe(&visit, "certificate", KIND_TLS);
    tls_usage_facts(o, x);
    assert_int_equal(flag(o, "cert.exponent"), 65537);
    X509_free(x);
    EVP_PKEY_free(rsa);
}

static void state_sent(struct observation *o, const struct wire_tls *tls)
{
    struct tls_papers papers;
    tls_papers_read(NULL, tls, &papers);
    tls_sent_facts(o, &papers);
    tls_papers_free(&papers);
}

static void test_how_it_was_sent(void **state)
{
    X509 *root = make(&(struct made){ .subject = "root", .key = key });
    X509 *middle = make(&(struct made){ .subject = "middle", .key = other_key, .issuer = root, .issuer_key = key });
    X509 *leaf = make(&(struct made){ .subject = "leaf", .key = key, .issuer = middle, .issuer_key = other_key });
    const struct {
        X509 *sent[4];
        const char *says;
    } CASES[] = {
        { { leaf }, "" },
        { { root }, "" },
        { { leaf, middle }, "" },
        { { leaf, middle, root }, "root" },
        { { leaf, root, middle }, "out of order,root" },
        { { leaf, leaf, middle }, "twice" },
        { { leaf, middle, middle }, "twice" },
        { { leaf, root }, "out of order,root" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct wire_tls tls = { .chain_len = 0 };
        for (size_t k = 0; k < 4 && CASES[i].sent[k]; k++)
            tls.chain[tls.chain_len++] = der_of(&arena, CASES[i].sent[k]);
        struct observation *o = visit_observe(&visit, "certificate", KIND_TLS);
        state_sent(o, &tls);
        struct span says = fact_get_text(o, "cert.chain.sent");
        if (!span_is(says, CASES[i].says))
            fail_msg("case %zu: \"%.*s\"", i, SPAN_FMT(says));
    }
    struct wire_tls broken = { .chain = { SPAN("x"), SPAN("y") }, .chain_len = 2 };
    struct observation *o = visit_observe(&visit, "certificate", KIND_TLS);
    state_sent(o, &broken);
    assert_int_equal(o->facts.len, 0);
    X509_free(root);
    X509_free(middle);
    X509_free(leaf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_what_it_is_made_for, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_exponent, setup, teardown),
        cmocka_unit_test_setup_teardown(test_how_it_was_sent, setup, teardown),
    };
    key = EVP_EC_gen("P-256");
    other_key = EVP_EC_gen("P-256");
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    EVP_PKEY_free(key);
    EVP_PKEY_free(other_key);
    return failed;
}
