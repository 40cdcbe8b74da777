/* A kept certificate is known by the SHA-256 of its DER; a newer one of the same slot takes its place. Threads share
 * the objects by reference: nobody changes a certificate that is parsed. */
#include "tls/papers.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS = 128, KEPT_BYTES_MAX = 8192, KEY_BYTES = 32 };
enum signed_by { NOT_TRIED, BY_ITSELF, BY_ANOTHER };

struct slot {
    uint8_t key[KEY_BYTES];
    X509 *parsed; /* NULL: free */
    enum signed_by by;
};

struct tls_keep {
    pthread_mutex_t lock;
    struct slot slots[SLOTS];
};

struct tls_keep *tls_keep_new(void)
{
    struct tls_keep *k = calloc(1, sizeof(*k));
    if (k)
        pthread_mutex_init(&k->lock, NULL);
    return k;
}

void tls_keep_free(struct tls_keep *k)
{
    for (size_t i = 0; k && i < SLOTS; i++)
        X509_free(k->slots[i].parsed);
    if (k)
        pthread_mutex_destroy(&k->lock);
    free(k);
}

static enum signed_by signer_of(X509 *x)
{
    EVP_PKEY *key = X509_get0_pubkey(x);
    bool same = X509_NAME_cmp(X509_get_subject_name(x), X509_get_issuer_name(x)) == 0;
    return same && key && X509_verify(x, key) == 1 ? BY_ITSELF : BY_ANOTHER;
}

static struct slot *slot_of(struct tls_keep *k, struct span der, uint8_t key[KEY_BYTES])
{
    bool may = k && der.len <= KEPT_BYTES_MAX && EVP_Digest(der.at, der.len, key, NULL, EVP_sha256(), NULL) == 1;
    return may ? &k->slots[key[0] % SLOTS] : NULL;
}

/* A reference of the caller's own, or NULL. */
static X509 *recall(struct tls_keep *k, const struct slot *s, const uint8_t key[KEY_BYTES], enum signed_by *by)
{
    X509 *found = NULL;
    pthread_mutex_lock(&k->lock);
    if (s->parsed && memcmp(s->key, key, KEY_BYTES) == 0 && X509_up_ref(s->parsed)) {
        found = s->parsed;
        *by = s->by;
    }
    pthread_mutex_unlock(&k->lock);
    return found;
}

static void remember(struct tls_keep *k, struct slot *s, const uint8_t key[KEY_BYTES], X509 *x, enum signed_by by)
{
    if (!X509_up_ref(x))
        return;
    pthread_mutex_lock(&k->lock);
    X509 *old = s->parsed;
    s->parsed = x;
    s->by = by;
    memcpy(s->key, key, KEY_BYTES);
    pthread_mutex_unlock(&k->lock);
    X509_free(old);
}

static X509 *parse(struct tls_keep *k, struct span der, bool first, bool *ret_self_signed)
{
    uint8_t key[KEY_BYTES];
    const uint8_t *at = der.at;
    enum signed_by by = NOT_TRIED;
    struct slot *s = slot_of(k, der, key);
    X509 *x = s ? recall(k, s, key, &by) : NULL;
    bool is_new = !x;
    if (is_new)
        x = d2i_X509(NULL, &at, (long)der.len);
    if (x && first && by == NOT_TRIED) {
        by = signer_of(x);
        is_new = true;
    }
    if (x && s && is_new)
        remember(k, s, key, x, by);
    if (first)
        *ret_self_signed = by == BY_ITSELF;
    return x;
}

void tls_papers_read(struct tls_keep *k, const struct wire_tls *tls, struct tls_papers *ret)
{
    *ret = (struct tls_papers){ .tls = tls };
    for (size_t i = 0; i < tls->chain_len; i++)
        ret->at[i] = parse(k, tls->chain[i], i == 0, &ret->self_signed);
}

void tls_papers_free(struct tls_papers *p)
{
    for (size_t i = 0; i < p->tls->chain_len; i++)
        X509_free(p->at[i]);
}
