#include "tls/usage.h"

#include <openssl/core_names.h>
#include <openssl/ct.h>
#include <openssl/x509v3.h>
#include <stdio.h>

static const char *const ASK = "tls.handshake";

/* An exponent beyond 63 bits is strong and not stated. */
static void exponent_fact(struct observation *o, X509 *leaf)
{
    BIGNUM *e = NULL;
    EVP_PKEY *key = X509_get0_pubkey(leaf);
    if (key && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA &&
        EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &e) == 1 && BN_num_bits(e) <= 63)
        fact_number(o, "cert.exponent", (int64_t)BN_get_word(e), ASK, SPAN_NONE);
    BN_free(e);
}

void tls_usage_facts(struct observation *o, X509 *leaf)
{
    uint32_t flags = X509_get_extension_flags(leaf);
    if (!(flags & EXFLAG_INVALID)) {
        bool extended = flags & EXFLAG_XKUSAGE, usage = flags & EXFLAG_KUSAGE;
        bool serves = X509_get_extended_key_usage(leaf) & (XKU_SSL_SERVER | XKU_ANYEKU);
        fact_bool(o, "cert.for_servers", !extended || serves, ASK, SPAN_NONE);
        fact_bool(o, "cert.signs", !usage || X509_get_key_usage(leaf) & KU_DIGITAL_SIGNATURE, ASK, SPAN_NONE);
    }
    STACK_OF(SCT) *proofs = X509_get_ext_d2i(leaf, NID_ct_precert_scts, NULL, NULL);
    fact_number(o, "cert.scts", proofs ? sk_SCT_num(proofs) : 0, ASK, SPAN_NONE);
    SCT_LIST_free(proofs);
    exponent_fact(o, leaf);
}

static bool sent_before(const struct wire_tls *tls, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (span_eq(tls->chain[k], tls->chain[i]))
            return true;
    return false;
}

void tls_sent_facts(struct observation *o, const struct tls_papers *p)
{
    bool order = false, twice = false, root = false;
    for (size_t i = 1; i < p->tls->chain_len && p->at[i - 1]; i++) {
        X509 *below = p->at[i - 1], *one = p->at[i];
        bool again = sent_before(p->tls, i);
        twice |= again;
        order |= one && !again && X509_NAME_cmp(X509_get_issuer_name(below), X509_get_subject_name(one)) != 0;
        root |= one && X509_NAME_cmp(X509_get_issuer_name(one), X509_get_subject_name(one)) == 0;
    }
    char text[32] = "";
    snprintf(text, sizeof(text), "%s%s%s", order ? ",out of order" : "", twice ? ",twice" : "", root ? ",root" : "");
    if (text[0])
        fact_text(o, "cert.chain.sent", span_str(text + 1), ASK, SPAN_NONE);
}
