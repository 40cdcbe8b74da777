/* Certificates that are parsed once: the same object for the same bytes, another for others, and none for junk. */
#include "unit/check.h"

#include "tls/papers.c"

#include "certificates.h"

static EVP_PKEY *key, *other_key;
static struct arena arena;

static X509 *read_one(struct tls_keep *k, struct span der, bool *ret_self_signed)
{
    struct tls_papers p;
    struct wire_tls tls = { .chain = { der }, .chain_len = 1 };
    tls_papers_read(k, &tls, &p);
    X509 *x = p.at[0];
    if (x)
        X509_up_ref(x);
    *ret_self_signed = p.self_signed;
    tls_papers_free(&p);
    return x;
}

static void same_bytes_same_object(void **state)
{
    bool one_is, two_is;
    (void)state;
    struct tls_keep *k = tls_keep_new();
    X509 *made = make(&(struct made){ .subject = "a", .key = key });
    struct span der = der_of(&arena, made);
    X509 *one = read_one(k, der, &one_is), *two = read_one(k, arena_copy(&arena, der), &two_is);
    X509 *apart = read_one(NULL, der, &two_is);
    assert_non_null(one);
    assert_ptr_equal(one, two);
    assert_ptr_not_equal(one, apart);
    assert_true(one_is && two_is);
    X509_free(one);
    X509_free(two);
    X509_free(apart);
    X509_free(made);
    tls_keep_free(k);
}

/* One bit of the signature apart is another certificate, and signed by nobody. One that was first seen above another is
 * tried when it comes first. */
static void who_signed_it(void **state)
{
    bool is;
    (void)state;
    struct tls_keep *k = tls_keep_new();
    X509 *root = make(&(struct made){ .subject = "root", .key = key });
    X509 *leaf = make(&(struct made){ .subject = "leaf", .key = other_key, .issuer = root, .issuer_key = key });
    struct wire_tls tls = { .chain = { der_of(&arena, leaf), der_of(&arena, root) }, .chain_len = 2 };
    struct tls_papers p;
    tls_papers_read(k, &tls, &p);
    assert_false(p.self_signed);
    X509 *above = p.at[1];
    X509 *first = read_one(k, tls.chain[1], &is);
    assert_ptr_equal(above, first);
    assert_true(is);
    X509_free(first);
    tls_papers_free(&p);
    struct span forged = arena_copy(&arena, tls.chain[1]);
    ((uint8_t *)(uintptr_t)forged.at)[forged.len - 1] ^= 1;
    first = read_one(k, forged, &is);
    assert_non_null(first);
    assert_false(is);
    X509_free(first);
    X509_free(root);
    X509_free(leaf);
    tls_keep_free(k);
}

static void more_than_it_keeps(void **state)
{
    bool is;
    char name[16];
    (void)state;
    struct tls_keep *k = tls_keep_new();
    for (int i = 0; i < 3 * SLOTS; i++) {
        snprintf(name, sizeof(name), "n%d", i);
        X509 *made = make(&(struct made){ .subject = name, .key = key });
        X509 *read = read_one(k, der_of(&arena, made), &is);
        assert_non_null(read);
        assert_int_equal(X509_cmp(made, read), 0);
        X509_free(read);
        X509_free(made);
    }
    assert_null(read_one(k, SPAN("junk"), &is));
    assert_false(is);
    assert_null(read_one(k, SPAN_NONE, &is));
    tls_keep_free(k);
}

static int begin(void **state)
{
    (void)state;
    arena_init(&arena, 8 << 20);
    key = EVP_EC_gen("P-256");
    other_key = EVP_EC_gen("P-256");
    return 0;
}

static int end(void **state)
{
    (void)state;
    EVP_PKEY_free(key);
    EVP_PKEY_free(other_key);
    arena_release(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(same_bytes_same_object), cmocka_unit_test(who_signed_it),
                                        cmocka_unit_test(more_than_it_keeps) };
    return cmocka_run_group_tests(tests, begin, end);
}
