/* OpenSSL asks a lookup of its own kind, as its directories of hashed names do, whenever the store itself knows no
 * certificate of a subject. What is found goes into the store, for there may be several of one name. */
#include "tls/bundle.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { AUTHORITIES_MAX = 4096 };

struct authority {
    X509_NAME *subject;
    X509 *parsed; /* NULL until it is asked for */
    unsigned char *der;
    long len;
};

struct tls_bundle {
    pthread_mutex_t lock; /* over `parsed` */
    struct authority *at;
    size_t count;
    X509_LOOKUP_METHOD *method;
    bool empty;
};

/* ---- the file ------------------------------------------------------------------------------ */

/* Steps into the next value; false where it is none that lies inside *left bytes. */
static bool enter(const unsigned char **at, long *left)
{
    int tag, class;
    long len;
    const unsigned char *from = *at;
    if (ASN1_get_object(&from, &len, &tag, &class, *left) & 0x80)
        return false;
    *at = from;
    *left = len;
    return true;
}

static bool step_over(const unsigned char **at, long *left)
{
    const unsigned char *body = *at;
    long len = *left;
    if (!enter(&body, &len))
        return false;
    *left -= body + len - *at;
    *at = body + len;
    return true;
}

/* The subject alone (RFC 5280 4.1); NULL where it is no certificate. */
static X509_NAME *subject_of(const unsigned char *der, long len)
{
    enum { BEFORE_SUBJECT = 4 }; /* serial, signature, issuer, validity */
    const unsigned char *at = der;
    if (!enter(&at, &len) || !enter(&at, &len) || len <= 0)
        return NULL;
    if (*at == 0xa0 && !step_over(&at, &len)) /* the version, which the first has not */
        return NULL;
    for (int i = 0; i < BEFORE_SUBJECT; i++)
        if (!step_over(&at, &len))
            return NULL;
    return d2i_X509_NAME(NULL, &at, len);
}

/* Takes `der` over where it returns true. */
static bool keep(struct tls_bundle *b, unsigned char *der, long len)
{
    X509_NAME *subject = b->count < AUTHORITIES_MAX ? subject_of(der, len) : NULL;
    struct authority *more = subject ? realloc(b->at, (b->count + 1) * sizeof(*more)) : NULL;
    if (more)
        b->at = more;
    if (!more) {
        X509_NAME_free(subject);
        return false;
    }
    b->at[b->count++] = (struct authority){ .subject = subject, .der = der, .len = len };
    return true;
}

static bool put_at_once(X509_STORE *store, const char *kind, const unsigned char *der, long len)
{
    bool put = false;
    if (strcmp(kind, PEM_STRING_X509_TRUSTED) == 0) {
        X509 *one = d2i_X509_AUX(NULL, &der, len);
        put = one && X509_STORE_add_cert(store, one) == 1;
        X509_free(one);
    } else if (strcmp(kind, PEM_STRING_X509_CRL) == 0) {
        X509_CRL *list = d2i_X509_CRL(NULL, &der, len);
        put = list && X509_STORE_add_crl(store, list) == 1;
        X509_CRL_free(list);
    }
    return put;
}

static bool read_all(struct tls_bundle *b, X509_STORE *store, BIO *file)
{
    char *kind, *header;
    unsigned char *der;
    long len;
    bool any = false;
    while (PEM_read_bio(file, &kind, &header, &der, &len) == 1) {
        bool plain = strcmp(kind, PEM_STRING_X509) == 0 || strcmp(kind, PEM_STRING_X509_OLD) == 0;
        bool kept = plain && keep(b, der, len);
        any |= kept || put_at_once(store, kind, der, len);
        if (!kept)
            OPENSSL_free(der);
        OPENSSL_free(kind);
        OPENSSL_free(header);
    }
    return any;
}

/* ---- the lookup ---------------------------------------------------------------------------- */

static bool is_asked_for(struct authority *a, const X509_NAME *name)
{
    if (X509_NAME_cmp(a->subject, name) != 0)
        return false;
    const unsigned char *at = a->der;
    if (!a->parsed)
        a->parsed = d2i_X509(NULL, &at, a->len);
    return a->parsed != NULL;
}

/* The last of them; NULL where none is of that name. */
static X509 *plant(struct tls_bundle *b, X509_STORE *store, const X509_NAME *name)
{
    X509 *found = NULL;
    pthread_mutex_lock(&b->lock);
    for (size_t i = 0; i < b->count; i++)
        if (is_asked_for(&b->at[i], name) && X509_STORE_add_cert(store, b->at[i].parsed) == 1)
            found = b->at[i].parsed;
    pthread_mutex_unlock(&b->lock);
    return found;
}

/* What *ret holds is not the caller's own: the bundle keeps it. */
static int find(X509_LOOKUP *lookup, X509_LOOKUP_TYPE type, const X509_NAME *name, X509_OBJECT *ret)
{
    struct tls_bundle *b = X509_LOOKUP_get_method_data(lookup);
    X509 *found = type == X509_LU_X509 ? plant(b, X509_LOOKUP_get_store(lookup), name) : NULL;
    if (!found || X509_OBJECT_set1_X509(ret, found) != 1)
        return 0;
    X509_free(found);
    return 1;
}

void tls_bundle_match(struct tls_bundle *b, X509_STORE *store)
{
    STACK_OF(X509) *held = X509_STORE_get1_all_certs(store);
    for (int i = 0; b && i < sk_X509_num(held); i++)
        plant(b, store, X509_get_subject_name(sk_X509_value(held, i)));
    sk_X509_pop_free(held, X509_free);
}

void tls_bundle_free(struct tls_bundle *b)
{
    for (size_t i = 0; b && i < b->count; i++) {
        X509_NAME_free(b->at[i].subject);
        X509_free(b->at[i].parsed);
        OPENSSL_free(b->at[i].der);
    }
    if (b) {
        pthread_mutex_destroy(&b->lock);
        X509_LOOKUP_meth_free(b->method);
        free(b->at);
    }
    free(b);
}

struct tls_bundle *tls_bundle_load(X509_STORE *store, const char *path)
{
    struct tls_bundle *b = calloc(1, sizeof(*b));
    if (!b)
        return NULL;
    pthread_mutex_init(&b->lock, NULL);
    BIO *file = BIO_new_file(path, "r");
    b->method = X509_LOOKUP_meth_new("a bundle that is parsed as it is asked for");
    X509_LOOKUP *lookup = NULL;
    if (file && b->method && X509_LOOKUP_meth_set_get_by_subject(b->method, find) == 1)
        lookup = X509_STORE_add_lookup(store, b->method);
    bool any = lookup && X509_LOOKUP_set_method_data(lookup, b) == 1 && read_all(b, store, file);
    BIO_free(file);
    ERR_clear_error();
    b->empty = !any;
    return b;
}

bool tls_bundle_is_empty(const struct tls_bundle *b)
{
    return !b || b->empty;
}
