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
#include "tls/tls.h"

enum {
    RECORDS_MAX = 24,
    HANDSHAKE_BYTES_MAX = 64 * 1024,
    RECORD_HANDSHAKE = 22,
    RECORD_ALERT = 21,
    SERVER_HELLO = 2,
    CERTIFICATE = 11,
    CERTIFICATE_REQUEST = 13,
    SERVER_HELLO_DONE = 14,
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

/* The type of the last whole handshake message, and the length of all of them. */
static size_t whole_messages(struct span joined, uint8_t *ret_last)
{
    size_t at = 0;
    *ret_last = 0;
    while (joined.len - at >= 4) {
        size_t whole = 4 + ((size_t)joined.at[at + 1] << 16 | (size_t)joined.at[at + 2] << 8 | joined.at[at + 3]);
        if (whole > joined.len - at)
            break;
        *ret_last = joined.at[at];
        at += whole;
    }
    return at;
}

/* Joins the handshake messages of the records until `until` or the server's last one is there, an
 * alert comes, or the server stops. A message may span records, a record may hold several. The
 * messages that are whole. */
static struct span read_handshake(struct wire *w, uint8_t until, struct wire_tls *ret)
{
    uint8_t *joined = arena_alloc(wire_arena(w), HANDSHAKE_BYTES_MAX);
    size_t len = 0;
    uint8_t last = 0;
    for (int i = 0; joined && i < RECORDS_MAX && last != until && last != SERVER_HELLO_DONE; i++) {
        struct span head = wire_need(w, 5);
        if (!wire_ok(w) || head.at[1] != 3 || (head.at[0] != RECORD_HANDSHAKE && head.at[0] != RECORD_ALERT))
            break;
        struct span body = wire_need(w, (size_t)head.at[3] << 8 | head.at[4]);
        if (!wire_ok(w) || body.len == 0 || body.len > HANDSHAKE_BYTES_MAX - len)
            break;
        if (head.at[0] == RECORD_ALERT) {
            ret->alerted = body.len == 2;
            ret->alert = ret->alerted ? body.at[1] : 0;
            break;
        }
        memcpy(joined + len, body.at, body.len);
        len += body.len;
        whole_messages(span_of(joined, len), &last);
    }
    return span_of(joined, joined ? whole_messages(span_of(joined, len), &last) : 0);
}

static const char *version_name(uint16_t version)
{
    switch (version) {
    case 0x0300:
        return "SSLv3";
    case 0x0301:
        return "TLSv1";
    case 0x0302:
        return "TLSv1.1";
    case 0x0303:
        return "TLSv1.2";
    default:
        return "unknown";
    }
}

static uint16_t read_server_hello(struct reader *r, struct arena *a, struct wire_tls *ret)
{
    ret->version = version_name(reader_be16(r));
    reader_skip(r, 32);
    reader_skip(r, reader_u8(r));
    uint16_t suite = reader_be16(r);
    ret->cipher = arena_printf(a, "0x%04X", suite);
    return suite;
}

static void read_certificates(struct reader *r, struct wire_tls *ret)
{
    struct reader list = reader_sub(r, reader_be24(r));
    while (reader_more(&list) && ret->chain_len < sizeof(ret->chain) / sizeof(ret->chain[0]))
        ret->chain[ret->chain_len++] = reader_take(&list, reader_be24(&list));
}

bool tls_observe_obsolete(struct wire *w, const struct tls_trust *trust, struct visit *v, struct wire_tls *ret)
{
    struct verdict bad;
    *ret = (struct wire_tls){ 0 };
    if (!wire_again(w, WIRE_PLAIN) || !wire_ask(w, &HELLO))
        return false;
    struct reader r = reader_over(&bad, read_handshake(w, SERVER_HELLO_DONE, ret));
    while (reader_more(&r)) {
        uint8_t type = reader_u8(&r);
        struct reader message = reader_sub(&r, reader_be24(&r));
        if (type == SERVER_HELLO)
            read_server_hello(&message, wire_arena(w), ret);
        else if (type == CERTIFICATE)
            read_certificates(&message, ret);
        ret->client_cert_asked |= type == CERTIFICATE_REQUEST;
    }
    return reader_ok(&r) && tls_state(v, ret, trust, wire_now(w));
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
    struct verdict bad;
    struct wire_tls shown = { 0 };
    if (!wire_again(w, WIRE_PLAIN) || !wire_ask(w, &HELLO_PSK))
        return false;
    struct reader r = reader_over(&bad, read_handshake(w, SERVER_HELLO, &shown));
    bool hello = reader_u8(&r) == SERVER_HELLO;
    struct reader message = reader_sub(&r, reader_be24(&r));
    uint16_t suite = read_server_hello(&message, wire_arena(w), &shown);
    return reader_ok(&r) && hello && is_offered(&HELLO_PSK, suite);
}
