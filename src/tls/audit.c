/* RFC 9325 says what is to be looked for. An alert, a close and an answer that is no TLS are refusals; silence answers
 * nothing, and what it leaves open is not stated. */
#include "tls/audit.h"

#include <stdio.h>

#include "tls/handshake.h"
#include "tls/hellos.h"
#include "tls/revoked.h"
#include "tls/tls.h"

enum { VERSIONS = 6, UNANSWERED_MAX = 3, INAPPROPRIATE_FALLBACK = 86, NO_APPLICATION_PROTOCOL = 120 };

enum reply { REFUSED, ACCEPTED, UNANSWERED };

struct audit {
    struct wire *w;
    tls_upgrade_fn *upgrade;
    const struct tls_trust *trust;
    struct observation *o;
    unsigned unanswered;
    bool speaks[VERSIONS];          /* by the questions TLS_ASK_SSL2 and on */
    const char *asked[VERSIONS];    /* what was said to find out */
    struct tls_shown newest, certified, modern; /* the newest up to TLS 1.2; one with a certificate; TLS 1.3 */
    enum tls_generation top, low;   /* of the hellos that it takes, up to TLS 1.2 */
    uint16_t taken[TLS_QUESTIONS];  /* suites that it chose, 0 = none */
};

/* ---- one question -------------------------------------------------------------------------- */

static enum reply reply_of(const struct audit *a, bool hello)
{
    enum wire_fault f = wire_fault(a->w);
    if (hello)
        return ACCEPTED;
    return f == WIRE_FINE || f == WIRE_CLOSED || f == WIRE_RESET || f == WIRE_MALFORMED ? REFUSED : UNANSWERED;
}

/* Opens a connection, says the hello, reads the answer. After UNANSWERED_MAX questions into silence nothing is asked
 * any more. */
static enum reply put(struct audit *a, enum tls_question q, enum tls_generation g, uint8_t until, struct tls_shown *ret)
{
    struct span name = span_str(wire_endpoint(a->w)->name);
    const struct ask *hello = tls_hello(q, g, name.len > 0);
    bool holed = hello && hello->parts[14].kind == PART_HOLE;
    *ret = (struct tls_shown){ 0 };
    if (!hello || a->unanswered >= UNANSWERED_MAX)
        return UNANSWERED;
    enum reply reply = UNANSWERED;
    if (wire_again(a->w, WIRE_PLAIN) && (!a->upgrade || a->upgrade(a->w)) &&
        wire_ask_with(a->w, hello, &name, holed)) {
        bool shown = q == TLS_ASK_SSL2 ? tls_read_answer_2(a->w, ret) : tls_read_answer(a->w, until, ret);
        reply = reply_of(a, shown);
    }
    a->unanswered += reply == UNANSWERED;
    if (reply == ACCEPTED)
        a->taken[q] = ret->suite;
    if (ret->chain_len && !a->certified.chain_len)
        a->certified = *ret;
    return reply;
}

/* ---- facts --------------------------------------------------------------------------------- */

static const char *name_of(const struct audit *a, enum tls_question q, enum tls_generation g)
{
    return tls_hello(q, g, wire_endpoint(a->w)->name != NULL)->name;
}

static void state_text(const struct audit *a, const char *key, const char *value, enum tls_question q)
{
    fact_text(a->o, key, span_str(value), name_of(a, q, TLS_LIKE_12), SPAN_NONE);
}

static void state_bool(const struct audit *a, const char *key, bool value, enum tls_question q)
{
    fact_bool(a->o, key, value, name_of(a, q, TLS_LIKE_12), SPAN_NONE);
}

/* ---- versions ------------------------------------------------------------------------------ */

static void ask_versions(struct audit *a)
{
    static const uint16_t NUMBERS[VERSIONS] = { TLS_SSL2, TLS_SSL3, TLS_10, TLS_11, TLS_12, TLS_13 };
    for (size_t i = 0; i < VERSIONS; i++) {
        struct tls_shown shown;
        enum tls_question q = TLS_ASK_SSL2 + (enum tls_question)i;
        a->asked[i] = name_of(a, q, TLS_LIKE_12);
        if (put(a, q, TLS_LIKE_12, TLS_SERVER_HELLO_DONE, &shown) != ACCEPTED || shown.version != NUMBERS[i])
            continue;
        a->speaks[i] = true;
        if (q == TLS_ASK_13)
            a->modern = shown;
        else
            a->newest = shown;
    }
}

static bool speaks_clear(const struct audit *a)
{
    return a->speaks[TLS_ASK_SSL3] || a->speaks[TLS_ASK_10] || a->speaks[TLS_ASK_11] || a->speaks[TLS_ASK_12];
}

/* A server that knows nothing newer than SSLv3 or TLS 1.0 may be afraid of a newer hello. */
static void choose_generations(struct audit *a)
{
    a->top = a->speaks[TLS_ASK_12] || a->speaks[TLS_ASK_11] ? TLS_LIKE_12
             : a->speaks[TLS_ASK_10]                        ? TLS_LIKE_10
                                                            : TLS_LIKE_SSL3;
    a->low = a->speaks[TLS_ASK_10] ? TLS_LIKE_10 : a->speaks[TLS_ASK_SSL3] ? TLS_LIKE_SSL3 : a->top;
}

static void state_versions(const struct audit *a)
{
    static const uint16_t NUMBERS[VERSIONS] = { TLS_SSL2, TLS_SSL3, TLS_10, TLS_11, TLS_12, TLS_13 };
    char text[VERSIONS * 8 + 1] = "";
    size_t n = 0, newest = 0;
    for (size_t i = 0; i < VERSIONS; i++) {
        if (!a->speaks[i])
            continue;
        n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s", n ? "," : "", tls_version_name(NUMBERS[i]));
        newest = i;
    }
    fact_text(a->o, "tls.versions", span_of(text, n), a->asked[newest], SPAN_NONE);
}

/* ---- suites -------------------------------------------------------------------------------- */

static unsigned classes_at(struct audit *a, enum tls_generation g, unsigned known)
{
    struct tls_shown shown;
    if (put(a, TLS_ASK_WEAK, g, TLS_SERVER_HELLO, &shown) != ACCEPTED)
        return known;
    for (unsigned c = 0; c < TLS_CLASSES; c++)
        if (!(known >> c & 1) && put(a, TLS_ASK_CLASS + c, g, TLS_SERVER_HELLO, &shown) == ACCEPTED)
            known |= tls_classes_of(shown.suite) & 1u << c;
    return known;
}

static void audit_weak(struct audit *a)
{
    char text[96] = "";
    size_t n = 0;
    unsigned before = a->unanswered, weak = classes_at(a, a->top, 0);
    if (a->low != a->top)
        weak = classes_at(a, a->low, weak);
    for (unsigned c = 0; c < TLS_CLASSES; c++)
        if (weak >> c & 1)
            n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s", n ? "," : "", tls_class_name(c));
    if (weak || a->unanswered == before)
        state_text(a, "tls.weak", weak ? text : "none", TLS_ASK_WEAK);
}

static void audit_secrecy(struct audit *a)
{
    struct tls_shown shown;
    enum reply without = put(a, TLS_ASK_STATIC, a->top, TLS_SERVER_HELLO, &shown);
    enum reply with = put(a, TLS_ASK_FORWARD, a->top, TLS_SERVER_HELLO_DONE, &shown);
    bool modern = a->speaks[TLS_ASK_13];
    if (without == REFUSED && (with == ACCEPTED || modern))
        state_text(a, "tls.forward_secrecy", "always", TLS_ASK_STATIC);
    else if (without == ACCEPTED && (with == ACCEPTED || modern))
        state_text(a, "tls.forward_secrecy", "sometimes", TLS_ASK_STATIC);
    else if (without == ACCEPTED && with == REFUSED)
        state_text(a, "tls.forward_secrecy", "never", TLS_ASK_FORWARD);
    if (with == ACCEPTED && !a->modern.group && shown.group && tls_group_name(shown.group))
        state_text(a, "tls.group", tls_group_name(shown.group), TLS_ASK_FORWARD);
}

static void audit_exchange(struct audit *a)
{
    struct tls_shown shown;
    if (put(a, TLS_ASK_DHE, TLS_LIKE_12, TLS_SERVER_HELLO_DONE, &shown) == ACCEPTED && shown.dh_bits)
        fact_number(a->o, "tls.dh_bits", shown.dh_bits, name_of(a, TLS_ASK_DHE, TLS_LIKE_12), SPAN_NONE);
    if (!a->speaks[TLS_ASK_12])
        return;
    enum reply aead = put(a, TLS_ASK_AEAD, TLS_LIKE_12, TLS_SERVER_HELLO, &shown);
    if (aead != UNANSWERED)
        state_bool(a, "tls.aead", aead == ACCEPTED || a->speaks[TLS_ASK_13], TLS_ASK_AEAD);
    /* Who signs by another scheme than the offered ones did not accept the offer. */
    enum reply sha1 = put(a, TLS_ASK_SHA1, TLS_LIKE_12, TLS_SERVER_HELLO_DONE, &shown);
    uint8_t hash = (uint8_t)(shown.signature >> 8); /* 1 = MD5, 2 = SHA-1 */
    if (sha1 != UNANSWERED)
        state_bool(a, "tls.sha1_signatures", sha1 == ACCEPTED && (hash == 1 || hash == 2), TLS_ASK_SHA1);
}

/* Most tell it in answer to what is asked anyway. */
static void audit_cbc(struct audit *a)
{
    struct tls_shown shown;
    for (size_t q = TLS_ASK_SSL3; q < TLS_QUESTIONS; q++)
        if (tls_is_cbc(a->taken[q]))
            return state_bool(a, "tls.cbc", true, (enum tls_question)q);
    enum reply reply = put(a, TLS_ASK_CBC, TLS_LIKE_12, TLS_SERVER_HELLO, &shown);
    if (reply != UNANSWERED)
        state_bool(a, "tls.cbc", reply == ACCEPTED, TLS_ASK_CBC);
}

/* In TLS 1.3 the answer is encrypted. */
static void audit_protocol(struct audit *a)
{
    struct tls_shown shown;
    if (!a->speaks[TLS_ASK_12])
        return;
    enum reply reply = put(a, TLS_ASK_ALPN, TLS_LIKE_12, TLS_SERVER_HELLO, &shown);
    const struct ask *hello = tls_hello(TLS_ASK_ALPN, TLS_LIKE_12, wire_endpoint(a->w)->name != NULL);
    if (reply == ACCEPTED && shown.protocol.len)
        fact_text(a->o, "tls.alpn", shown.protocol, hello->name, SPAN_NONE);
    else if (reply == ACCEPTED)
        state_text(a, "tls.alpn", "none", TLS_ASK_ALPN);
    else if (reply == REFUSED && shown.alerted && shown.alert == NO_APPLICATION_PROTOCOL)
        state_text(a, "tls.alpn", "refused", TLS_ASK_ALPN);
}

/* That it chose the same of two lists of opposite order tells only where it takes another of them, too. */
static bool takes_another(const struct audit *a, uint16_t chosen)
{
    for (size_t q = TLS_ASK_SSL3; q < TLS_ASK_ORDER; q++)
        if (a->taken[q] && a->taken[q] != chosen && tls_is_ordered(a->taken[q]))
            return true;
    return false;
}

static void audit_order(struct audit *a)
{
    struct tls_shown one, two;
    if (put(a, TLS_ASK_ORDER, TLS_LIKE_12, TLS_SERVER_HELLO, &one) != ACCEPTED ||
        put(a, TLS_ASK_ORDER_BACK, TLS_LIKE_12, TLS_SERVER_HELLO, &two) != ACCEPTED)
        return;
    if (one.suite != two.suite)
        state_text(a, "tls.preference", "client", TLS_ASK_ORDER_BACK);
    else if (takes_another(a, one.suite))
        state_text(a, "tls.preference", "server", TLS_ASK_ORDER_BACK);
}

/* ---- the rest ------------------------------------------------------------------------------ */

static void state_extensions(const struct audit *a)
{
    static const struct {
        const char *key;
        unsigned extension;
    } KEYS[] = { { "tls.encrypt_then_mac", TLS_EXT_ENCRYPT_THEN_MAC }, { "tls.master_secret", TLS_EXT_MASTER_SECRET },
                 { "tls.heartbeat", TLS_EXT_HEARTBEAT } };
    enum tls_question q = a->speaks[TLS_ASK_12] ? TLS_ASK_12 : a->speaks[TLS_ASK_11] ? TLS_ASK_11 : TLS_ASK_10;
    state_bool(a, "tls.secure_renegotiation", a->newest.renegotiation, q);
    if (q != TLS_ASK_12)
        return; /* older hellos name none of these */
    for (size_t i = 0; i < sizeof(KEYS) / sizeof(KEYS[0]); i++)
        state_bool(a, KEYS[i].key, a->newest.extensions >> KEYS[i].extension & 1, q);
    state_bool(a, "tls.stapled", a->newest.stapled, q);
    if (a->newest.status.len && a->newest.chain_len)
        tls_revoked_by_staple(a->newest.chain[0], a->newest.status, wire_now(a->w), a->o,
                              name_of(a, q, TLS_LIKE_12));
}

static void state_modern(const struct audit *a)
{
    const char *group = tls_group_name(a->modern.group);
    bool hybrid = a->modern.group >= 0x11eb && a->modern.group <= 0x11ed;
    if (group)
        state_text(a, "tls.group", group, TLS_ASK_13);
    if (a->modern.group)
        state_text(a, "tls.post_quantum", hybrid ? group : "none", TLS_ASK_13);
}

static void audit_habits(struct audit *a)
{
    struct tls_shown shown;
    enum reply reply = put(a, TLS_ASK_COMPRESSION, TLS_LIKE_12, TLS_SERVER_HELLO, &shown);
    if (reply != UNANSWERED)
        state_bool(a, "tls.compression", reply == ACCEPTED && shown.compression != 0, TLS_ASK_COMPRESSION);
    bool older = a->speaks[TLS_ASK_11] || a->speaks[TLS_ASK_10] || a->speaks[TLS_ASK_SSL3];
    if (!older || (!a->speaks[TLS_ASK_12] && !a->speaks[TLS_ASK_13]))
        return; /* there is nothing to fall back from */
    reply = put(a, TLS_ASK_FALLBACK, TLS_LIKE_12, TLS_SERVER_HELLO, &shown);
    if (reply == ACCEPTED || (reply == REFUSED && shown.alerted && shown.alert == INAPPROPRIATE_FALLBACK))
        state_bool(a, "tls.fallback_signal", reply == REFUSED, TLS_ASK_FALLBACK);
}

static void audit_name(struct audit *a, enum tls_question q, const char *key, struct span usual)
{
    struct tls_shown shown;
    enum reply reply = put(a, q, TLS_LIKE_12, TLS_SERVER_HELLO_DONE, &shown);
    if (reply == REFUSED)
        state_text(a, key, "refused", q);
    else if (reply == ACCEPTED && shown.chain_len)
        state_text(a, key, span_eq(shown.chain[0], usual) ? "same certificate" : "another certificate", q);
}

static void audit_names(struct audit *a)
{
    if (!a->newest.chain_len)
        return;
    struct span usual = a->newest.chain[0];
    if (wire_endpoint(a->w)->name)
        audit_name(a, TLS_ASK_NAMELESS, "tls.nameless", usual);
    audit_name(a, TLS_ASK_WRONG_NAME, "tls.wrong_name", usual);
}

/* ---- all of it ----------------------------------------------------------------------------- */

/* TLS 1.3 encrypts the certificate. Where TLS begins inside a protocol whose conversation never came to it, only a
 * whole handshake shows it. */
static void shake_hands(struct audit *a, struct visit *v)
{
    if (a->upgrade && a->speaks[TLS_ASK_13] && !a->certified.chain_len && !tls_certificate(v) &&
        wire_again(a->w, WIRE_PLAIN) && a->upgrade(a->w) && wire_start_tls(a->w))
        tls_observe(a->w, a->trust, v);
}

/* The observation of the certificate, by what was shown in clear where nobody could shake hands; one without a
 * certificate where none was shown. */
static struct observation *where_to_state(struct audit *a, struct visit *v)
{
    struct observation *o = tls_certificate(v);
    const struct tls_shown *shown = a->certified.chain_len ? &a->certified : &a->newest;
    struct wire_tls seen = { .version = tls_version_name(shown->version), .chain_len = shown->chain_len,
                             .cipher = arena_printf(wire_arena(a->w), "0x%04X", shown->suite),
                             .client_cert_asked = shown->client_cert_asked };
    if (o)
        return o;
    memcpy(seen.chain, shown->chain, sizeof(seen.chain));
    if (tls_state(v, &seen, a->trust, wire_now(a->w)))
        return tls_certificate(v);
    o = visit_observe(v, "certificate", KIND_TLS);
    if (o) {
        o->outcome = OUTCOME_IDENTIFIED;
        o->tls = true;
        o->at_ms = wire_now(a->w);
    }
    return o;
}

bool tls_audit(struct wire *w, tls_upgrade_fn *upgrade, const struct tls_trust *trust, struct visit *v)
{
    struct audit a = { .w = w, .upgrade = upgrade, .trust = trust };
    ask_versions(&a);
    if (!speaks_clear(&a) && !a.speaks[TLS_ASK_SSL2] && !a.speaks[TLS_ASK_13])
        return false;
    shake_hands(&a, v);
    a.o = where_to_state(&a, v);
    if (!a.o)
        return false;
    state_versions(&a);
    if (a.speaks[TLS_ASK_13])
        state_modern(&a);
    if (speaks_clear(&a)) {
        choose_generations(&a);
        audit_weak(&a);
        audit_secrecy(&a);
        if (a.top != TLS_LIKE_SSL3) {
            state_extensions(&a);
            audit_exchange(&a);
            audit_habits(&a);
            audit_order(&a);
            audit_cbc(&a);
            audit_protocol(&a);
            audit_names(&a);
        }
    } else if (a.speaks[TLS_ASK_13] && !a.unanswered) {
        state_text(&a, "tls.weak", "none", TLS_ASK_13);
        state_text(&a, "tls.forward_secrecy", "always", TLS_ASK_13);
        state_bool(&a, "tls.aead", true, TLS_ASK_13);
        state_bool(&a, "tls.cbc", false, TLS_ASK_13);
    }
    if (a.unanswered)
        fact_number(a.o, "tls.unanswered", a.unanswered, NULL, SPAN_NONE);
    return true;
}

bool tls_speaks(struct wire *w)
{
    struct audit a = { .w = w };
    struct tls_shown shown;
    return put(&a, TLS_ASK_12, TLS_LIKE_12, TLS_SERVER_HELLO, &shown) == ACCEPTED ||
           put(&a, TLS_ASK_13, TLS_LIKE_12, TLS_SERVER_HELLO, &shown) == ACCEPTED;
}
