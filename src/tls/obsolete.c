/* ClientHellos of our own, for servers that today's OpenSSL cannot shake hands with.
 *
 * The first conversation: one hello that offers TLS 1.2 down to SSLv3 and every certificate-bearing suite
 * since 1996; the server answers ServerHello and Certificate in clear (up to TLS 1.2), and we hang
 * up before any key is made. RFC 5246 6.2.1, 7.4; RFC 6101 for SSLv3. No TLS 1.3 is offered: there
 * the certificate is encrypted, and OpenSSL speaks it. A CertificateRequest (7.4.4) may follow.
 *
 * The second: a hello that offers nothing but suites with a pre-shared key (RFC 4279, 5487, 5489,
 * 6655, 7905, 8442). A server that chooses one of them wants such a key; no identity is sent, and we
 * hang up. A server that wants one under TLS 1.3 only would have to be shown an identity: not asked. */
#include "base/reader.h"
#include "tls/handshake.h"
#include "tls/tls.h"

enum {
    RENEGOTIATION_SIGNAL = 0x00ff, /* stands among the suites and is none (RFC 5746 3.3) */
};

#define TLS_HELLO "tls.hello"
#define TLS_HELLO_PSK "tls.hello-psk"

/* The 32 bytes of client random are fixed: nothing is ever encrypted with what follows from them. */
static const struct ask HELLO = {
    .name = TLS_HELLO,
    .why = "a handshake offer from 1996 to 2018, to read the certificate of a server that speaks nothing newer",
    .parts = {
        ASK_BYTES("\x16\x03\x01\x00\xb9\x01\x00\x00\xb5\x03\x03"
                  "@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_\x00\x00\x56"
                  "\x00\x04\x00\x05\x00\x0a\x00\x09\x00\x03\x00\x06\x00\x08\x00\x14\x00\x16\x00\x15"
                  "\x00\x13\x00\x2f\x00\x35\x00\x3c\x00\x3d\x00\x9c\x00\x9d\x00\x33\x00\x39\x00\x32"
                  "\x00\x38\x00\x96\x00\x07\x00\x01\x00\x02\x00\x3b\xc0\x11\xc0\x12\xc0\x13\xc0\x14"
                  "\xc0\x07\xc0\x08\xc0\x09\xc0\x0a\xc0\x2f\xc0\x30\xc0\x2b\xc0\x2c\x00\x9e\x00\x9f"
                  "\x00\x41\x00\x84\x00\xff\x01\x00\x00\x36"
                  "\x00\x0a\x00\x0c\x00\x0a\x00\x1d\x00\x17\x00\x18\x00\x19\x00\x16"
                  "\x00\x0b\x00\x02\x01\x00"
                  "\x00\x0d\x00\x1c\x00\x1a\x04\x01\x04\x03\x05\x01\x05\x03\x06\x01\x06\x03\x08\x04"
                  "\x08\x05\x08\x06\x02\x01\x02\x03\x02\x02\x01\x01"),
    },
};

static const struct ask HELLO_PSK = {
    .name = TLS_HELLO_PSK,
    .why = "a handshake offer with nothing but pre-shared keys, of which it shows none: who accepts it wants one",
    .parts = {
        ASK_BYTES("\x16\x03\x01\x00\x97\x01\x00\x00\x93\x03\x03"
                  "@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_\x00\x00\x54"
                  "\x00\x8a\x00\x8b\x00\x8c\x00\x8d\x00\x8e\x00\x8f\x00\x90\x00\x91\x00\x92\x00\x93"
                  "\x00\x94\x00\x95\x00\xa8\x00\xa9\x00\xaa\x00\xab\x00\xac\x00\xad\x00\xae\x00\xaf"
                  "\x00\xb2\x00\xb3\x00\xb6\x00\xb7\xc0\x33\xc0\x34\xc0\x35\xc0\x36\xc0\x37\xc0\x38"
                  "\xcc\xab\xcc\xac\xcc\xad\xcc\xae\xd0\x01\xd0\x02\xd0\x05\xc0\xa4\xc0\xa5\xc0\xa8"
                  "\xc0\xa9\x00\xff\x01\x00\x00\x16"
                  "\x00\x0a\x00\x0c\x00\x0a\x00\x1d\x00\x17\x00\x18\x00\x19\x00\x16"
                  "\x00\x0b\x00\x02\x01\x00"),
    },
};

const char *const TLS_ASK_OBSOLETE = TLS_HELLO, *const TLS_ASK_PSK = TLS_HELLO_PSK;
const struct ask *const TLS_ASKS[] = { &HELLO, &HELLO_PSK, NULL };

bool tls_observe_obsolete(struct wire *w, const struct tls_trust *trust, struct visit *v, struct wire_tls *ret)
{
    struct tls_shown shown;
    *ret = (struct wire_tls){ 0 };
    if (!wire_again(w, WIRE_PLAIN) || !wire_ask(w, &HELLO))
        return false;
    bool hello = tls_read_answer(w, TLS_SERVER_HELLO_DONE, &shown);
    ret->alerted = shown.alerted;
    ret->alert = shown.alert;
    ret->client_cert_asked = shown.client_cert_asked;
    if (!hello)
        return false;
    ret->version = tls_version_name(shown.version);
    ret->cipher = arena_printf(wire_arena(w), "0x%04X", shown.suite);
    ret->chain_len = shown.chain_len;
    memcpy(ret->chain, shown.chain, sizeof(shown.chain));
    return tls_state(v, ret, trust, wire_now(w));
}

static bool is_offered(const struct ask *a, uint16_t suite)
{
    enum { SUITES_AT = 46, SUITES_BYTES = 0x54 };
    struct verdict bad;
    struct reader r = reader_over(&bad, span_sub(a->parts[0].bytes, SUITES_AT, SUITES_BYTES));
    while (reader_more(&r))
        if (reader_be16(&r) == suite)
            return suite != RENEGOTIATION_SIGNAL;
    return false;
}

bool tls_wants_psk(struct wire *w)
{
    struct tls_shown shown;
    return wire_again(w, WIRE_PLAIN) && wire_ask(w, &HELLO_PSK) && tls_read_answer(w, TLS_SERVER_HELLO, &shown) &&
           is_offered(&HELLO_PSK, shown.suite);
}
