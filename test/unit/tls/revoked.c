/* Revocation by lists and by stapled answers: each state, and answers that are none. */
#include "unit/check.h"

#include <stdlib.h>

#include "tls/revoked.c"

#include "base/buf.h"
#include "certificates.h"

static const int64_t NOW = 1782864000000; /* 2026-07-01 */
static EVP_PKEY *key;
static X509 *root, *leaf;
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

static ASN1_TIME *time_at(const char *text)
{
    ASN1_TIME *t = ASN1_TIME_new();
    assert_int_equal(ASN1_TIME_set_string(t, text), 1);
    return t;
}

static X509_CRL *list_of(const X509 *issuer, const char *next, bool with_leaf)
{
    X509_CRL *list = X509_CRL_new();
    ASN1_TIME *from = time_at("260101000000Z"), *until = time_at(next), *when = time_at("260501000000Z");
    X509_CRL_set_issuer_name(list, X509_get_subject_name(issuer));
    X509_CRL_set1_lastUpdate(list, from);
    X509_CRL_set1_nextUpdate(list, until);
    if (with_leaf) {
        X509_REVOKED *row = X509_REVOKED_new();
        X509_REVOKED_set_serialNumber(row, X509_get_serialNumber(leaf));
        X509_REVOKED_set_revocationDate(row, when);
        assert_int_equal(X509_CRL_add0_revoked(list, row), 1);
    }
    assert_true(X509_CRL_sign(list, key, EVP_sha256()) > 0);
    ASN1_TIME_free(from);
    ASN1_TIME_free(until);
    ASN1_TIME_free(when);
    return list;
}

static void test_lists(void **state)
{
    const struct {
        const X509 *issuer;
        const char *next;
        bool with_leaf;
        int revoked;
    } CASES[] = {
        { root, "270101000000Z", true, 1 },   { root, "270101000000Z", false, 0 },
        { root, "260601000000Z", true, 1 },   { root, "260601000000Z", false, -1 },
        { leaf, "270101000000Z", true, -1 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        STACK_OF(X509_CRL) *lists = sk_X509_CRL_new_null();
        X509_CRL *list = list_of(CASES[i].issuer, CASES[i].next, CASES[i].with_leaf);
        assert_int_equal(sk_X509_CRL_push(lists, list), 1);
        struct observation *o = visit_observe(&visit, "certificate", KIND_TLS);
        tls_revoked_by_list(lists, leaf, NOW, o);
        assert_int_equal(flag(o, "cert.revoked"), CASES[i].revoked);
        const struct fact *at = fact_get(o, "cert.revoked_at");
        assert_int_equal(at ? at->number : 0, CASES[i].revoked == 1 ? 1777593600000 : 0);
        sk_X509_CRL_pop_free(lists, X509_CRL_free);
    }
}

/* A CertificateStatus about `whose`. */
static struct span status_of(X509 *whose, int status, const char *next)
{
    OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
    ASN1_TIME *from = time_at("20260101000000Z"), *until = time_at(next);
    OCSP_CERTID *id = OCSP_cert_to_id(EVP_sha1(), whose, root);
    assert_non_null(OCSP_basic_add1_status(basic, id, status, 0, status == V_OCSP_CERTSTATUS_REVOKED ? from : NULL, from, until));
    assert_int_equal(OCSP_basic_sign(basic, root, key, EVP_sha256(), NULL, 0), 1);
    OCSP_RESPONSE *response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
    uint8_t *der = NULL;
    int len = i2d_OCSP_RESPONSE(response, &der);
    struct buf out;
    buf_init(&out, 1 << 16);
    buf_put(&out, span_of(((uint8_t[]){ 1, 0, (uint8_t)(len >> 8), (uint8_t)len }), 4));
    buf_put(&out, span_of(der, (size_t)len));
    struct span kept = arena_copy(&arena, buf_span(&out));
    buf_release(&out);
    OPENSSL_free(der);
    OCSP_RESPONSE_free(response);
    OCSP_BASICRESP_free(basic);
    OCSP_CERTID_free(id);
    ASN1_TIME_free(from);
    ASN1_TIME_free(until);
    return kept;
}

static void test_staples(void **state)
{
    static const char LATER[] = "20270101000000Z", PAST[] = "20260601000000Z";
    (void)state;
    const struct {
        struct span status;
        const char *says;
        int revoked;
    } CASES[] = {
        { status_of(leaf, V_OCSP_CERTSTATUS_GOOD, LATER), "good", 0 },
        { status_of(leaf, V_OCSP_CERTSTATUS_GOOD, PAST), "out of date", -1 },
        { status_of(leaf, V_OCSP_CERTSTATUS_REVOKED, PAST), "revoked", 1 },
        { status_of(leaf, V_OCSP_CERTSTATUS_UNKNOWN, LATER), "unknown", -1 },
        { status_of(root, V_OCSP_CERTSTATUS_REVOKED, LATER), "another certificate", -1 },
        { SPAN_NONE, "unreadable", -1 },
        { SPAN("\x02\x00\x00\x01x"), "unreadable", -1 },
        { SPAN("\x01\x00\xff\xffx"), "unreadable", -1 },
        { SPAN("\x01\x00\x00\x05\x30\x03\x0a\x01\x06"), "unreadable", -1 }, /* "unauthorized" and no more */
    };
    struct span der = der_of(&arena, leaf);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct observation *o = visit_observe(&visit, "certificate", KIND_TLS);
        tls_revoked_by_staple(der, CASES[i].status, NOW, o, "x");
        struct span says = fact_get_text(o, "tls.stapled_says");
        if (!span_is(says, CASES[i].says))
            fail_msg("case %zu: \"%.*s\"", i, SPAN_FMT(says));
        assert_int_equal(flag(o, "cert.revoked"), CASES[i].revoked);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_lists, setup, teardown),
        cmocka_unit_test_setup_teardown(test_staples, setup, teardown),
    };
    key = EVP_EC_gen("P-256");
    root = make(&(struct made){ .subject = "root", .key = key });
    leaf = make(&(struct made){ .subject = "leaf", .key = key, .issuer = root, .issuer_key = key });
    ASN1_INTEGER_set(X509_get_serialNumber(root), 1);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    X509_free(root);
    X509_free(leaf);
    EVP_PKEY_free(key);
    return failed;
}
