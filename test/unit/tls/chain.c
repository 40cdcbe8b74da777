/* Where the path of a certificate leads: chains made here, in every order and with every part missing. */
#include "unit/check.h"

#include <openssl/pem.h>
#include <pthread.h>
#include <stdlib.h>

#include "tls/chain.c"

#include "certificates.h"
#include "unit/folder.h"

/* A root, what it signed, what that signed, and a stranger's root. */
static EVP_PKEY *root_key, *middle_key, *leaf_key;
static X509 *root, *middle, *leaf, *public_leaf, *lone;
static char folder[TEST_FOLDER_MAX], root_file[TEST_FOLDER_MAX + 16];

static const int64_t NOW = 1782864000000; /* 2026-07-01 */

enum { SENT_MAX = 4 };

struct seen {
    struct arena arena;
    struct visit visit;
    struct observation *o;
};

static void state_chain(const struct tls_trust *t, const struct wire_tls *tls, struct observation *o)
{
    struct tls_papers papers;
    tls_papers_read(tls_trust_keep(t), tls, &papers);
    tls_chain_state(t, &papers, NOW, o);
    tls_papers_free(&papers);
}

static struct seen *look(const char *trusted, X509 *const sent[SENT_MAX])
{
    static const struct endpoint HERE = { .address = { 4, { 10, 0, 0, 1 } }, .port = 443 };
    struct error e;
    struct seen *s = calloc(1, sizeof(*s));
    assert_non_null(s);
    arena_init(&s->arena, 1 << 20);
    visit_init(&s->visit, &s->arena, &HERE);
    s->o = visit_observe(&s->visit, "certificate", KIND_TLS);
    struct wire_tls tls = { .chain_len = 0 };
    for (size_t i = 0; i < SENT_MAX && sent[i]; i++)
        tls.chain[tls.chain_len++] = der_of(&s->arena, sent[i]);
    struct tls_trust *t = tls_trust_load(trusted, &e);
    assert_non_null(t);
    state_chain(t, &tls, s->o);
    tls_trust_free(t);
    return s;
}

static void done(struct seen *s)
{
    arena_release(&s->arena);
    free(s);
}

/* The authorities as the user's own file, then as the system's. */
static void expect(const char *trusted, X509 *const sent[SENT_MAX], const char *state, const char *missing)
{
    for (int as_system = 0; as_system < 2; as_system++) {
        setenv("SSL_CERT_FILE", as_system ? trusted : "/dev/null", 1);
        struct seen *s = look(as_system ? NULL : trusted, sent);
        setenv("SSL_CERT_FILE", "/dev/null", 1);
        if (!span_is(fact_get_text(s->o, "cert.chain"), state))
            fail_msg("\"%.*s\", not \"%s\"", SPAN_FMT(fact_get_text(s->o, "cert.chain")), state);
        assert_true(span_is(fact_get_text(s->o, "cert.chain.missing"), missing));
        done(s);
    }
}

static void where_paths_lead(void **state)
{
    (void)state;
    expect(root_file, (X509 *[SENT_MAX]){ leaf, middle }, "trusted", "");
    expect(root_file, (X509 *[SENT_MAX]){ leaf, middle, root }, "trusted", "");
    expect(root_file, (X509 *[SENT_MAX]){ leaf, root, middle }, "trusted", "");
    expect(root_file, (X509 *[SENT_MAX]){ leaf, lone, middle }, "trusted", "");
    expect(root_file, (X509 *[SENT_MAX]){ leaf }, "unknown authority", "CN=middle");
    expect(root_file, (X509 *[SENT_MAX]){ leaf, root }, "unknown authority", "CN=middle");
    expect(root_file, (X509 *[SENT_MAX]){ public_leaf }, "incomplete", "CN=middle");
    expect(root_file, (X509 *[SENT_MAX]){ lone }, "self-signed", "");
    expect(root_file, (X509 *[SENT_MAX]){ root }, "trusted", "");
}

/* The same chains on a machine that does not know the root. */
static void strange_roots(void **state)
{
    char other[TEST_FOLDER_MAX + 16];
    (void)state;
    snprintf(other, sizeof(other), "%s/lone.pem", folder);
    FILE *f = fopen(other, "w");
    assert_non_null(f);
    assert_int_equal(PEM_write_X509(f, lone), 1);
    assert_int_equal(fclose(f), 0);
    expect(other, (X509 *[SENT_MAX]){ leaf, middle, root }, "own authority", "");
    expect(other, (X509 *[SENT_MAX]){ leaf, middle }, "unknown authority", "CN=root");
    expect(other, (X509 *[SENT_MAX]){ lone }, "trusted", "");
}

static X509 *made(struct made m)
{
    return make(&m);
}

/* Who signs without being an authority, and a signature that another key made. */
static void broken_paths(void **state)
{
    (void)state;
    X509 *forged = made((struct made){ .subject = "leaf", .key = leaf_key, .issuer = middle, .issuer_key = root_key });
    X509 *below = made((struct made){ .subject = "below", .key = leaf_key, .issuer = leaf, .issuer_key = leaf_key });
    struct seen *s = look(root_file, (X509 *[SENT_MAX]){ forged, middle });
    assert_true(span_is(fact_get_text(s->o, "cert.chain"), "broken"));
    assert_true(fact_get_text(s->o, "cert.chain.why").len > 0);
    done(s);
    expect(root_file, (X509 *[SENT_MAX]){ below, leaf, middle }, "broken", "");
    X509_free(forged);
    X509_free(below);
}

/* Dates do not break a path. The leaf's own are told elsewhere, those above it here. */
static void over(void **state)
{
    (void)state;
    X509 *old = made((struct made){ .subject = "leaf", .to = "260201000000Z", .key = leaf_key, .issuer = middle,
                                    .issuer_key = middle_key });
    X509 *dead = made((struct made){ .subject = "middle", .to = "260301000000Z", .constraints = "critical,CA:TRUE",
                                     .key = middle_key, .issuer = root, .issuer_key = root_key });
    struct seen *s = look(root_file, (X509 *[SENT_MAX]){ old, middle });
    assert_true(span_is(fact_get_text(s->o, "cert.chain"), "trusted"));
    assert_null(fact_get(s->o, "cert.chain.expired"));
    done(s);
    s = look(root_file, (X509 *[SENT_MAX]){ old, dead });
    assert_true(span_is(fact_get_text(s->o, "cert.chain"), "trusted"));
    assert_true(span_is(fact_get_text(s->o, "cert.chain.expired"), "CN=middle"));
    done(s);
    X509_free(old);
    X509_free(dead);
}

static void nothing_to_say(void **state)
{
    (void)state;
    struct seen *s = look(NULL, (X509 *[SENT_MAX]){ leaf, middle });
    assert_null(fact_get(s->o, "cert.chain")); /* no list of authorities here */
    done(s);
    s = look(root_file, (X509 *[SENT_MAX]){ NULL });
    assert_null(fact_get(s->o, "cert.chain"));
    state_chain(NULL, &(struct wire_tls){ .chain_len = 1 }, s->o);
    assert_null(fact_get(s->o, "cert.chain"));
    done(s);
}

static void write_file(const char *name, X509 *const certificates[SENT_MAX], const char *more, char ret[TEST_FOLDER_MAX + 16])
{
    snprintf(ret, TEST_FOLDER_MAX + 16, "%s/%s", folder, name);
    FILE *f = fopen(ret, "w");
    assert_non_null(f);
    for (size_t i = 0; i < SENT_MAX && certificates[i]; i++)
        assert_int_equal(PEM_write_X509(f, certificates[i]), 1);
    fputs(more, f);
    assert_int_equal(fclose(f), 0);
}

/* Of two authorities of one name, of which one is over, the other is found wherever it stands, in the bundle or beside
 * the user's own. */
static void namesakes(void **state)
{
    char before[TEST_FOLDER_MAX + 16], behind[TEST_FOLDER_MAX + 16], only[TEST_FOLDER_MAX + 16];
    (void)state;
    X509 *other = made((struct made){ .subject = "root", .to = "260301000000Z", .constraints = "critical,CA:TRUE",
                                       .key = leaf_key });
    write_file("before.pem", (X509 *[SENT_MAX]){ other, root }, "", before);
    write_file("behind.pem", (X509 *[SENT_MAX]){ root, other }, "", behind);
    write_file("only.pem", (X509 *[SENT_MAX]){ other }, "", only);
    expect(before, (X509 *[SENT_MAX]){ leaf, middle }, "trusted", "");
    expect(behind, (X509 *[SENT_MAX]){ leaf, middle }, "trusted", "");
    setenv("SSL_CERT_FILE", root_file, 1);
    struct seen *s = look(only, (X509 *[SENT_MAX]){ leaf, middle });
    setenv("SSL_CERT_FILE", "/dev/null", 1);
    assert_true(span_is(fact_get_text(s->o, "cert.chain"), "trusted"));
    done(s);
    X509_free(other);
}

/* A block that is broken, or cut off, costs no other; a bundle of nothing else is none. */
static void broken_bundles(void **state)
{
    static const char JUNK[] = "-----BEGIN CERTIFICATE-----\nMAMCAQA=\n-----END CERTIFICATE-----\n"
                               "-----BEGIN CERTIFICATE-----\nMIIB";
    char mixed[TEST_FOLDER_MAX + 16], junk[TEST_FOLDER_MAX + 16];
    (void)state;
    write_file("mixed.pem", (X509 *[SENT_MAX]){ lone, root }, JUNK, mixed);
    write_file("junk.pem", (X509 *[SENT_MAX]){ NULL }, JUNK, junk);
    setenv("SSL_CERT_FILE", mixed, 1);
    struct seen *s = look(NULL, (X509 *[SENT_MAX]){ leaf, middle });
    assert_true(span_is(fact_get_text(s->o, "cert.chain"), "trusted"));
    done(s);
    setenv("SSL_CERT_FILE", junk, 1);
    s = look(NULL, (X509 *[SENT_MAX]){ leaf, middle });
    setenv("SSL_CERT_FILE", "/dev/null", 1);
    assert_null(fact_get(s->o, "cert.chain"));
    done(s);
}

enum { THREADS = 8 };

static void *ask_often(void *trust)
{
    static const struct endpoint HERE = { .address = { 4, { 10, 0, 0, 1 } }, .port = 443 };
    struct arena arena;
    struct visit visit;
    bool good = true;
    arena_init(&arena, 1 << 20);
    visit_init(&visit, &arena, &HERE);
    struct wire_tls tls = { .chain = { der_of(&arena, leaf), der_of(&arena, middle) }, .chain_len = 2 };
    for (int i = 0; i < 20; i++) {
        struct observation *o = visit_observe(&visit, "certificate", KIND_TLS);
        state_chain(trust, &tls, o);
        good &= span_is(fact_get_text(o, "cert.chain"), "trusted");
    }
    arena_release(&arena);
    return good ? trust : NULL;
}

static void many_threads(void **state)
{
    pthread_t all[THREADS];
    struct error e;
    void *good;
    (void)state;
    setenv("SSL_CERT_FILE", root_file, 1);
    struct tls_trust *t = tls_trust_load(NULL, &e);
    setenv("SSL_CERT_FILE", "/dev/null", 1);
    assert_non_null(t);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&all[i], NULL, ask_often, t), 0);
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(all[i], &good), 0);
        assert_ptr_equal(good, t);
    }
    tls_trust_free(t);
}

static void files_that_hold_none(void **state)
{
    struct error e;
    (void)state;
    assert_null(tls_trust_load("/dev/null", &e));
    assert_true(strstr(e.text, "/dev/null: no certificate in PEM form") != NULL);
    assert_null(tls_trust_load("/nowhere/at/all.pem", &e));
}

static int make_all(void **state)
{
    (void)state;
    setenv("SSL_CERT_FILE", "/dev/null", 1); /* this machine's own list would be another on the next */
    root_key = EVP_EC_gen("P-256");
    middle_key = EVP_EC_gen("P-256");
    leaf_key = EVP_EC_gen("P-256");
    root = made((struct made){ .subject = "root", .constraints = "critical,CA:TRUE", .key = root_key });
    middle = made((struct made){ .subject = "middle", .constraints = "critical,CA:TRUE", .key = middle_key, .issuer = root,
                                 .issuer_key = root_key });
    leaf = made((struct made){ .subject = "leaf", .key = leaf_key, .issuer = middle, .issuer_key = middle_key });
    public_leaf = made((struct made){ .subject = "public", .access = "caIssuers;URI:http://ca.example/middle.crt",
                                      .key = leaf_key, .issuer = middle, .issuer_key = middle_key });
    lone = made((struct made){ .subject = "lone", .key = leaf_key });
    if (!test_folder_make(folder))
        return -1;
    snprintf(root_file, sizeof(root_file), "%s/root.pem", folder);
    FILE *f = fopen(root_file, "w");
    if (!f || PEM_write_X509(f, root) != 1)
        return -1;
    return fclose(f);
}

static int free_all(void **state)
{
    (void)state;
    X509 *const ALL[] = { root, middle, leaf, public_leaf, lone };
    for (size_t i = 0; i < sizeof(ALL) / sizeof(*ALL); i++)
        X509_free(ALL[i]);
    EVP_PKEY_free(root_key);
    EVP_PKEY_free(middle_key);
    EVP_PKEY_free(leaf_key);
    return test_folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(where_paths_lead), cmocka_unit_test(strange_roots),  cmocka_unit_test(broken_paths),
        cmocka_unit_test(over),             cmocka_unit_test(nothing_to_say), cmocka_unit_test(files_that_hold_none),
        cmocka_unit_test(namesakes),        cmocka_unit_test(broken_bundles), cmocka_unit_test(many_threads),
    };
    return cmocka_run_group_tests(tests, make_all, free_all);
}
