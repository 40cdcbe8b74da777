/* Signatures of lists and answers are not checked: a list is the user's own, and a server that staples a false answer
 * about itself deceives nobody but its clients, who do check. */
#include "tls/revoked.h"

#include <openssl/err.h>
#include <openssl/ocsp.h>

#include "base/clock.h"
#include "base/reader.h"

enum { STATUS_OCSP = 1 };

static void state(struct observation *o, bool revoked, const ASN1_TIME *at, const char *ask)
{
    struct tm tm;
    fact_bool(o, "cert.revoked", revoked, ask, SPAN_NONE);
    if (revoked && at && ASN1_TIME_to_tm(at, &tm) == 1)
        fact_time(o, "cert.revoked_at",
                  time_from_civil(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec), ask,
                  SPAN_NONE);
}

/* ---- lists --------------------------------------------------------------------------------- */

static bool is_current(const ASN1_TIME *next, int64_t now_ms)
{
    time_t now = (time_t)(now_ms / 1000);
    return !next || X509_cmp_time(next, &now) > 0;
}

void tls_revoked_by_list(const STACK_OF(X509_CRL) *lists, X509 *leaf, int64_t now_ms, struct observation *o)
{
    bool listed = false, vouched = false;
    X509_REVOKED *row = NULL;
    for (int i = 0; i < sk_X509_CRL_num(lists) && !listed; i++) {
        X509_CRL *list = sk_X509_CRL_value(lists, i);
        if (X509_NAME_cmp(X509_CRL_get_issuer(list), X509_get_issuer_name(leaf)) != 0)
            continue;
        listed = X509_CRL_get0_by_cert(list, &row, leaf) == 1;
        vouched |= is_current(X509_CRL_get0_nextUpdate(list), now_ms);
    }
    if (listed || vouched)
        state(o, listed, listed ? X509_REVOKED_get0_revocationDate(row) : NULL, NULL);
}

/* ---- stapled ------------------------------------------------------------------------------- */

static OCSP_SINGLERESP *answer_about(OCSP_BASICRESP *basic, const X509 *leaf)
{
    for (int i = 0; i < OCSP_resp_count(basic); i++) {
        OCSP_SINGLERESP *one = OCSP_resp_get0(basic, i);
        ASN1_INTEGER *serial = NULL;
        OCSP_CERTID *id = (OCSP_CERTID *)(uintptr_t)OCSP_SINGLERESP_get0_id(one);
        if (OCSP_id_get0_info(NULL, NULL, NULL, &serial, id) == 1 &&
            ASN1_INTEGER_cmp(serial, X509_get0_serialNumber(leaf)) == 0)
            return one;
    }
    return NULL;
}

static const char *what_it_says(OCSP_BASICRESP *basic, const X509 *leaf, int64_t now_ms, struct observation *o,
                                const char *ask)
{
    ASN1_GENERALIZEDTIME *revoked_at = NULL, *next = NULL;
    OCSP_SINGLERESP *one = answer_about(basic, leaf);
    int status = one ? OCSP_single_get0_status(one, NULL, &revoked_at, NULL, &next) : -1;
    if (!one)
        return "another certificate";
    if (status == V_OCSP_CERTSTATUS_REVOKED) {
        state(o, true, revoked_at, ask);
        return "revoked";
    }
    if (!is_current(next, now_ms))
        return "out of date";
    if (status != V_OCSP_CERTSTATUS_GOOD)
        return "unknown";
    state(o, false, NULL, ask);
    return "good";
}

void tls_revoked_by_staple(struct span leaf_der, struct span status, int64_t now_ms, struct observation *o,
                           const char *ask)
{
    struct verdict bad;
    struct reader r = reader_over(&bad, status);
    uint8_t type = reader_u8(&r);
    struct span der = reader_take(&r, reader_be24(&r));
    const uint8_t *at = der.at, *leaf_at = leaf_der.at;
    bool whole = reader_ok(&r) && type == STATUS_OCSP;
    OCSP_RESPONSE *response = whole ? d2i_OCSP_RESPONSE(NULL, &at, (long)der.len) : NULL;
    OCSP_BASICRESP *basic = response ? OCSP_response_get1_basic(response) : NULL;
    X509 *leaf = basic ? d2i_X509(NULL, &leaf_at, (long)leaf_der.len) : NULL;
    const char *says = leaf ? what_it_says(basic, leaf, now_ms, o, ask) : "unreadable";
    fact_text(o, "tls.stapled_says", span_str(says), ask, SPAN_NONE);
    X509_free(leaf);
    OCSP_BASICRESP_free(basic);
    OCSP_RESPONSE_free(response);
    ERR_clear_error();
}
