/* Certificate facts. All facts are gathered before the first is stated.
 * Whether its authority is trusted is a fact like any other (chain.c) and decides nothing here: an
 * organisation's own authority may be as good as a public one. Names are compared as RFC 9525 asks:
 * subjectAltName only, one label a wildcard. */
#include "tls/tls.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/hex.h"
#include "tls/name.h"
#include "tls/papers.h"
#include "tls/usage.h"

enum { NAME_TEXT_MAX = 1024, NAMES_MAX = 100, HEX_MAX = 2 * EVP_MAX_MD_SIZE + 1 };

static const char *const ASK = "tls.handshake";

static void text_fact(struct observation *o, const char *key, const char *value)
{
    fact_text(o, key, span_str(value), ASK, SPAN_NONE);
}

static void hex_fact(struct observation *o, const char *key, const uint8_t *bytes, size_t len)
{
    char text[HEX_MAX + 1];
    if (len > HEX_MAX / 2)
        len = HEX_MAX / 2;
    hex_encode(bytes, len, text);
    fact_text(o, key, span_of(text, 2 * len), ASK, SPAN_NONE);
}

void tls_name_fact(struct observation *o, const char *key, const X509_NAME *name, const char *ask)
{
    BIO *out = BIO_new(BIO_s_mem());
    char *at = NULL;
    if (!out)
        return;
    X509_NAME_print_ex(out, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
    long len = BIO_get_mem_data(out, &at);
    if (len > NAME_TEXT_MAX)
        len = NAME_TEXT_MAX;
    fact_text(o, key, span_of(at, len > 0 ? (size_t)len : 0), ask, SPAN_NONE);
    BIO_free(out);
}

static bool time_of(const ASN1_TIME *t, int64_t *ret_ms)
{
    struct tm tm;
    if (!t || ASN1_TIME_to_tm(t, &tm) != 1)
        return false;
    *ret_ms = time_from_civil(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
    return true;
}

static void time_fact(struct observation *o, const char *key, const ASN1_TIME *t)
{
    int64_t ms;
    if (time_of(t, &ms))
        fact_time(o, key, ms, ASK, SPAN_NONE);
}

/* ---- names ----------------------------------------------------------------------------- */

static bool dns_matches(struct span pattern, struct span name)
{
    if (name.len && name.at[name.len - 1] == '.')
        name.len--;
    if (!span_starts(pattern, SPAN("*.")))
        return span_eq_nocase(pattern, name);
    size_t dot = span_index(name, '.');
    return dot > 0 && dot < name.len && span_eq_nocase(span_from(pattern, 1), span_from(name, dot));
}

struct names {
    struct buf *list; /* joined with commas */
    const struct endpoint *endpoint;
    size_t listed;
    bool matches, has_address, cut;
};

/* The list is for reading and has ceilings; what is compared has none. */
static void add_name(struct names *n, struct span text)
{
    n->cut |= n->listed == NAMES_MAX || text.len + 1 > FACT_TEXT_MAX - n->list->len;
    if (n->cut)
        return;
    if (n->listed++)
        buf_byte(n->list, ',');
    buf_put(n->list, text);
}

static void take_name(struct names *n, const GENERAL_NAME *g)
{
    if (g->type == GEN_DNS) {
        struct span dns = span_of(ASN1_STRING_get0_data(g->d.dNSName), (size_t)ASN1_STRING_length(g->d.dNSName));
        add_name(n, dns);
        n->matches |= n->endpoint->name && dns_matches(dns, span_str(n->endpoint->name));
    } else if (g->type == GEN_IPADD) {
        int len = ASN1_STRING_length(g->d.iPAddress);
        struct address a = { .family = len == 4 ? 4 : 6 };
        char text[ADDRESS_TEXT_MAX];
        if (len != 4 && len != 16)
            return;
        memcpy(a.bytes, ASN1_STRING_get0_data(g->d.iPAddress), (size_t)len);
        add_name(n, span_str(address_text(&a, text)));
        n->has_address = true;
        n->matches |= address_compare(&a, &n->endpoint->address) == 0;
    }
}

static void names_facts(struct observation *o, X509 *leaf, const struct endpoint *e)
{
    struct buf list;
    struct names n = { .list = &list, .endpoint = e };
    buf_init(&list, FACT_TEXT_MAX);
    GENERAL_NAMES *all = X509_get_ext_d2i(leaf, NID_subject_alt_name, NULL, NULL);
    int count = all ? sk_GENERAL_NAME_num(all) : 0;
    for (int i = 0; i < count; i++)
        take_name(&n, sk_GENERAL_NAME_value(all, i));
    GENERAL_NAMES_free(all);
    if (list.len)
        fact_text(o, "cert.names", buf_span(&list), ASK, SPAN_NONE);
    if (n.cut)
        fact_number(o, "cert.names.all", count, ASK, SPAN_NONE);
    if (e->name || n.has_address)
        fact_bool(o, "cert.name_match", n.matches, ASK, SPAN_NONE);
    buf_release(&list);
}

/* ---- key and signature ------------------------------------------------------------------- */

static const char *key_type(int id)
{
    switch (id) {
    case EVP_PKEY_RSA:
    case EVP_PKEY_RSA_PSS:
        return "RSA";
    case EVP_PKEY_EC:
        return "EC";
    case EVP_PKEY_DSA:
        return "DSA";
    case EVP_PKEY_ED25519:
        return "Ed25519";
    case EVP_PKEY_ED448:
        return "Ed448";
    default:
        return "other";
    }
}

static void key_facts(struct observation *o, X509 *leaf)
{
    EVP_PKEY *key = X509_get0_pubkey(leaf);
    if (key) {
        const char *type = key_type(EVP_PKEY_get_base_id(key));
        int bits = EVP_PKEY_get_bits(key);
        char text[48];
        snprintf(text, sizeof(text), "%s %d", type, bits);
        text_fact(o, "cert.key", text);
        text_fact(o, "cert.key_type", type);
        fact_number(o, "cert.key_bits", bits, ASK, SPAN_NONE);
    }
    uint8_t *spki = NULL, digest[EVP_MAX_MD_SIZE];
    unsigned digest_len = 0;
    int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(leaf), &spki);
    if (len > 0 && EVP_Digest(spki, (size_t)len, digest, &digest_len, EVP_sha256(), NULL) == 1)
        hex_fact(o, "cert.spki_sha256", digest, digest_len);
    OPENSSL_free(spki);
    if (X509_digest(leaf, EVP_sha256(), digest, &digest_len) == 1)
        hex_fact(o, "cert.sha256", digest, digest_len);
    const char *signature = OBJ_nid2ln(X509_get_signature_nid(leaf));
    text_fact(o, "cert.signature", signature ? signature : "unknown");
}

static void serial_fact(struct observation *o, X509 *leaf)
{
    const ASN1_INTEGER *serial = X509_get0_serialNumber(leaf);
    hex_fact(o, "cert.serial", ASN1_STRING_get0_data(serial), (size_t)ASN1_STRING_length(serial));
}

bool tls_state(struct visit *v, const struct wire_tls *tls, const struct tls_trust *trust, int64_t now_ms)
{
    if (tls->chain_len == 0)
        return false;
    struct tls_papers papers;
    tls_papers_read(tls_trust_keep(trust), tls, &papers);
    X509 *leaf = papers.at[0];
    struct observation *o = leaf ? visit_observe(v, "certificate", KIND_TLS) : NULL;
    if (o) {
        o->outcome = OUTCOME_IDENTIFIED;
        o->tls = true;
        o->at_ms = now_ms;
        tls_name_fact(o, "cert.subject", X509_get_subject_name(leaf), ASK);
        tls_name_fact(o, "cert.issuer", X509_get_issuer_name(leaf), ASK);
        serial_fact(o, leaf);
        time_fact(o, "cert.not_before", X509_get0_notBefore(leaf));
        time_fact(o, "cert.not_after", X509_get0_notAfter(leaf));
        names_facts(o, leaf, &v->endpoint);
        key_facts(o, leaf);
        fact_bool(o, "cert.self_signed", papers.self_signed, ASK, SPAN_NONE);
        fact_bool(o, "cert.ca", X509_check_ca(leaf) > 0, ASK, SPAN_NONE);
        fact_number(o, "cert.chain_length", (int64_t)tls->chain_len, ASK, SPAN_NONE);
        tls_usage_facts(o, leaf);
        tls_sent_facts(o, &papers);
        tls_chain_state(trust, &papers, now_ms, o);
        if (tls->version)
            text_fact(o, "tls.version", tls->version);
        if (tls->cipher)
            text_fact(o, "tls.cipher", tls->cipher);
        fact_bool(o, "tls.client_cert_asked", tls->client_cert_asked, ASK, SPAN_NONE);
    }
    tls_papers_free(&papers);
    ERR_clear_error();
    return o != NULL;
}

struct observation *tls_certificate(const struct visit *v)
{
    for (size_t i = 0; i < v->observations.len; i++)
        if (v->observations.at[i].kind == KIND_TLS)
            return &v->observations.at[i];
    return NULL;
}

bool tls_observe(struct wire *w, const struct tls_trust *trust, struct visit *v)
{
    const struct wire_tls *tls = wire_tls(w);
    return tls && tls_state(v, tls, trust, wire_now(w));
}
