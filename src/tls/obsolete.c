/* A ClientHello of our own, for servers that today's OpenSSL cannot shake hands with.
 *
 * The conversation: one hello that offers TLS 1.2 down to SSLv3 and every certificate-bearing suite
 * since 1996; the server answers ServerHello and Certificate in clear (up to TLS 1.2), and we hang
 * up before any key is made. RFC 5246 6.2.1, 7.4; RFC 6101 for SSLv3. No TLS 1.3 is offered: there
 * the certificate is encrypted, and OpenSSL speaks it. */
#include "base/reader.h"
#include "tls/tls.h"

enum {
    RECORDS_MAX = 24,
    HANDSHAKE_BYTES_MAX = 64 * 1024,
    RECORD_HANDSHAKE = 22,
    SERVER_HELLO = 2,
    CERTIFICATE = 11,
};

/* The 32 bytes of client random are fixed: nothing is ever encrypted with what follows from them. */
static const struct ask HELLO = {
    .name = "tls.hello",
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

const struct ask *const TLS_ASKS[] = { &HELLO, NULL };

/* Joins the handshake messages of the records until a whole Certificate is there. A message may
 * span records, a record may hold several. */
static struct span read_handshake(struct wire *w)
{
    uint8_t *joined = arena_alloc(wire_arena(w), HANDSHAKE_BYTES_MAX);
    size_t len = 0;
    for (int i = 0; joined && i < RECORDS_MAX; i++) {
        struct span head = wire_need(w, 5);
        if (!wire_ok(w) || head.at[0] != RECORD_HANDSHAKE || head.at[1] != 3)
            break;
        struct span body = wire_need(w, (size_t)head.at[3] << 8 | head.at[4]);
        if (!wire_ok(w) || body.len == 0 || body.len > HANDSHAKE_BYTES_MAX - len)
            break;
        memcpy(joined + len, body.at, body.len);
        len += body.len;
        size_t at = 0;
        while (len - at >= 4) {
            size_t whole = 4 + ((size_t)joined[at + 1] << 16 | (size_t)joined[at + 2] << 8 | joined[at + 3]);
            if (whole > len - at)
                break;
            at += whole;
            if (joined[at - whole] == CERTIFICATE)
                return span_of(joined, at);
        }
    }
    return SPAN_NONE;
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

static void read_server_hello(struct reader *r, struct arena *a, struct wire_tls *ret)
{
    ret->version = version_name(reader_be16(r));
    reader_skip(r, 32);
    reader_skip(r, reader_u8(r));
    ret->cipher = arena_printf(a, "0x%04X", reader_be16(r));
}

static void read_certificates(struct reader *r, struct wire_tls *ret)
{
    struct reader list = reader_sub(r, reader_be24(r));
    while (reader_more(&list) && ret->chain_len < sizeof(ret->chain) / sizeof(ret->chain[0]))
        ret->chain[ret->chain_len++] = reader_take(&list, reader_be24(&list));
}

bool tls_observe_obsolete(struct wire *w, struct visit *v)
{
    struct wire_tls seen = { 0 };
    struct verdict bad;
    if (!wire_again(w, WIRE_PLAIN) || !wire_ask(w, &HELLO))
        return false;
    struct reader r = reader_over(&bad, read_handshake(w));
    while (reader_more(&r)) {
        uint8_t type = reader_u8(&r);
        struct reader message = reader_sub(&r, reader_be24(&r));
        if (type == SERVER_HELLO)
            read_server_hello(&message, wire_arena(w), &seen);
        else if (type == CERTIFICATE)
            read_certificates(&message, &seen);
    }
    return reader_ok(&r) && tls_state(v, &seen, wire_now(w));
}
