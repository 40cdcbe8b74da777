/* Certificates made on the spot, for the tests of this room. */
#ifndef AJAR_TEST_CERTIFICATES_H
#define AJAR_TEST_CERTIFICATES_H

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "unit/check.h"

#include "base/arena.h"

struct made {
    const char *subject;   /* its common name */
    const char *organisation; /* NULL = none */
    const char *names;     /* subjectAltName as OpenSSL's configuration writes it; NULL = none */
    const char *from, *to; /* UTCTIME or GENERALIZEDTIME; NULL = 2026 */
    const char *constraints;
    const char *access; /* authorityInfoAccess; NULL = none */
    const EVP_MD *digest;  /* NULL = SHA-256 */
    bool no_digest;        /* Ed25519 */
    EVP_PKEY *key;
    X509 *issuer;          /* NULL = itself */
    EVP_PKEY *issuer_key;
};

static inline void extend(X509 *x, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, x, NULL, NULL, 0);
    X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    assert_non_null(e);
    assert_int_equal(X509_add_ext(x, e, -1), 1);
    X509_EXTENSION_free(e);
}

static inline X509 *make(const struct made *m)
{
    X509 *x = X509_new();
    assert_non_null(x);
    X509_set_version(x, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x), 0x1234abcd);
    assert_int_equal(ASN1_TIME_set_string(X509_getm_notBefore(x), m->from ? m->from : "260101000000Z"), 1);
    assert_int_equal(ASN1_TIME_set_string(X509_getm_notAfter(x), m->to ? m->to : "270101000000Z"), 1);
    if (m->organisation)
        X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "O", MBSTRING_UTF8, (const uint8_t *)m->organisation, -1, -1, 0);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_UTF8, (const uint8_t *)m->subject, -1, -1, 0);
    X509_set_issuer_name(x, X509_get_subject_name(m->issuer ? m->issuer : x));
    X509_set_pubkey(x, m->key);
    if (m->names)
        extend(x, m->issuer ? m->issuer : x, NID_subject_alt_name, m->names);
    if (m->constraints)
        extend(x, m->issuer ? m->issuer : x, NID_basic_constraints, m->constraints);
    if (m->access)
        extend(x, m->issuer ? m->issuer : x, NID_info_access, m->access);
    const EVP_MD *digest = m->no_digest ? NULL : m->digest ? m->digest : EVP_sha256();
    assert_true(X509_sign(x, m->issuer_key ? m->issuer_key : m->key, digest) > 0);
    return x;
}

/* Its DER, in the arena. */
static inline struct span der_of(struct arena *a, X509 *x)
{
    uint8_t *bytes = NULL;
    int len = i2d_X509(x, &bytes);
    assert_true(len > 0);
    struct span der = arena_copy(a, span_of(bytes, (size_t)len));
    OPENSSL_free(bytes);
    return der;
}

#endif
