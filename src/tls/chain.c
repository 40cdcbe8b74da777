/* OpenSSL builds the path. Each reason that is told elsewhere (dates, a weak key, an odd purpose) is waved through by
 * the callback, so that what remains says where the path ends. The order in which a server sends its chain does not
 * matter: clients have coped with any order for long (RFC 8446 4.4.2). */
#include "tls/chain.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <unistd.h>

#include "tls/bundle.h"
#include "tls/name.h"
#include "tls/revoked.h"

static const char *const ASK = "tls.handshake";

/* Debian and its like, Red Hat, SUSE, Alpine and the BSDs. */
static const char *const BUNDLES[] = {
    "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
};

struct tls_trust {
    X509_STORE *store;
    struct tls_bundle *system;
    struct tls_keep *keep;
    STACK_OF(X509_CRL) *lists; /* the store's, which grows as it is asked */
    bool empty;
};

static const char *system_bundle(void)
{
    const char *named = getenv("SSL_CERT_FILE");
    if (named && *named)
        return named;
    for (size_t i = 0; i < sizeof(BUNDLES) / sizeof(*BUNDLES); i++)
        if (access(BUNDLES[i], R_OK) == 0)
            return BUNDLES[i];
    return NULL;
}

static STACK_OF(X509_CRL) *lists_of(const X509_STORE *store)
{
    STACK_OF(X509_OBJECT) *all = X509_STORE_get0_objects(store);
    STACK_OF(X509_CRL) *lists = sk_X509_CRL_new_null();
    for (int i = 0; lists && i < sk_X509_OBJECT_num(all); i++) {
        X509_CRL *one = X509_OBJECT_get0_X509_CRL(sk_X509_OBJECT_value(all, i));
        if (one && sk_X509_CRL_push(lists, one) > 0)
            X509_CRL_up_ref(one);
    }
    return lists;
}

struct tls_trust *tls_trust_load(const char *more, struct error *e)
{
    struct tls_trust *t = calloc(1, sizeof(*t));
    if (t)
        t->store = X509_STORE_new();
    if (!t || !t->store) {
        error_set(e, "no memory for the authorities that are trusted");
        tls_trust_free(t);
        return NULL;
    }
    const char *bundle = system_bundle();
    t->system = bundle ? tls_bundle_load(t->store, bundle) : NULL;
    t->empty = tls_bundle_is_empty(t->system);
    if (more && X509_STORE_load_file(t->store, more) != 1) {
        error_set(e, "%s: no certificate in PEM form can be read from it", more);
        tls_trust_free(t);
        t = NULL;
    } else if (more) {
        tls_bundle_match(t->system, t->store);
        t->empty = false;
    }
    ERR_clear_error();
    if (t) {
        t->lists = lists_of(t->store);
        t->keep = tls_keep_new();
    }
    return t;
}

void tls_trust_free(struct tls_trust *t)
{
    if (!t)
        return;
    sk_X509_CRL_pop_free(t->lists, X509_CRL_free);
    tls_keep_free(t->keep);
    X509_STORE_free(t->store);
    tls_bundle_free(t->system);
    free(t);
}

struct tls_keep *tls_trust_keep(const struct tls_trust *t)
{
    return t ? t->keep : NULL;
}

/* Above the leaf: who is over. Its own end is cert.not_after. */
static int wave_through(int ok, X509_STORE_CTX *context)
{
    if (ok)
        return 1;
    X509 *at = X509_STORE_CTX_get_current_cert(context);
    int error = X509_STORE_CTX_get_error(context);
    switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
    case X509_V_ERR_CA_MD_TOO_WEAK:
        if (error == X509_V_ERR_CERT_HAS_EXPIRED && X509_STORE_CTX_get_error_depth(context) > 0)
            X509_STORE_CTX_set_app_data(context, at);
        X509_STORE_CTX_set_error(context, X509_V_OK);
        return 1;
    default:
        return 0;
    }
}

static const char *state_of(int error, X509 *at)
{
    switch (error) {
    case X509_V_OK:
        return "trusted";
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        return "self-signed";
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        return "own authority";
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        /* Authorities that the world knows say where their certificate lies (RFC 5280 4.2.2.1). */
        return at && X509_get_ext_by_NID(at, NID_info_access, -1) >= 0 ? "incomplete" : "unknown authority";
    default:
        return "broken";
    }
}

static void put_state(X509_STORE_CTX *context, struct observation *o)
{
    int error = X509_STORE_CTX_get_error(context);
    X509 *at = X509_STORE_CTX_get_current_cert(context), *over = X509_STORE_CTX_get_app_data(context);
    const char *state = state_of(error, at);
    fact_text(o, "cert.chain", span_str(state), ASK, SPAN_NONE);
    bool missing = strcmp(state, "incomplete") == 0 || strcmp(state, "unknown authority") == 0;
    if (missing && at)
        tls_name_fact(o, "cert.chain.missing", X509_get_issuer_name(at), ASK);
    if (strcmp(state, "broken") == 0)
        fact_text(o, "cert.chain.why", span_str(X509_verify_cert_error_string(error)), ASK, SPAN_NONE);
    if (over)
        tls_name_fact(o, "cert.chain.expired", X509_get_subject_name(over), ASK);
}

static STACK_OF(X509) *stack_of(const struct tls_papers *p)
{
    STACK_OF(X509) *all = sk_X509_new_null();
    for (size_t i = 0; all && i < p->tls->chain_len; i++)
        if (p->at[i])
            sk_X509_push(all, p->at[i]);
    return all;
}

void tls_chain_state(const struct tls_trust *t, const struct tls_papers *p, int64_t now_ms, struct observation *o)
{
    if (!t || t->empty || p->tls->chain_len == 0)
        return;
    STACK_OF(X509) *sent = stack_of(p);
    X509 *leaf = sent ? sk_X509_value(sent, 0) : NULL;
    X509_STORE_CTX *context = leaf ? X509_STORE_CTX_new() : NULL;
    if (context && X509_STORE_CTX_init(context, t->store, leaf, sent) == 1) {
        X509_STORE_CTX_set_time(context, 0, now_ms / 1000);
        X509_STORE_CTX_set_verify_cb(context, wave_through);
        X509_verify_cert(context);
        put_state(context, o);
        tls_revoked_by_list(t->lists, leaf, now_ms, o);
    }
    X509_STORE_CTX_free(context);
    sk_X509_free(sent);
    ERR_clear_error();
}
