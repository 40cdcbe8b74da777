/* RFC 5246 7.4 (TLS 1.2), RFC 8446 4.1 (TLS 1.3), RFC 6101 (SSLv3). A message may span records, a record may hold
 * several; all are joined before the first is read. */
#include "tls/handshake.h"

#include "base/buf.h"

enum {
    RECORDS_MAX = 24,
    HANDSHAKE_BYTES_MAX = 64 * 1024,
    RECORD_ALERT = 21,
    RECORD_HANDSHAKE = 22,
    CERTIFICATE = 11,
    SERVER_KEY_EXCHANGE = 12,
    CERTIFICATE_REQUEST = 13,
    CERTIFICATE_STATUS = 22,
    NAMED_CURVE = 3,
    WARNING = 1,
    CLOSE_NOTIFY = 0,
};

/* The random of a HelloRetryRequest, by which it is known (RFC 8446 4.1.3). */
static const uint8_t RETRY[32] = { 0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c,
                                   0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb,
                                   0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c };

/* ---- records ----------------------------------------------------------------------------- */

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

/* Joins records until `until` or the server's last message is there, an alert comes, or the server stops. The messages
 * that are whole. */
static struct span join_messages(struct wire *w, uint8_t until, struct tls_shown *ret)
{
    struct buf joined;
    uint8_t last = 0;
    buf_init(&joined, HANDSHAKE_BYTES_MAX);
    for (int i = 0; i < RECORDS_MAX && last != until && last != TLS_SERVER_HELLO_DONE; i++) {
        struct span head = wire_need(w, 5);
        if (!wire_ok(w) || head.at[1] != 3 || (head.at[0] != RECORD_HANDSHAKE && head.at[0] != RECORD_ALERT))
            break;
        struct span body = wire_need(w, (size_t)head.at[3] << 8 | head.at[4]);
        if (!wire_ok(w) || body.len == 0)
            break;
        if (head.at[0] == RECORD_ALERT && body.len == 2 && body.at[0] == WARNING && body.at[1] != CLOSE_NOTIFY)
            continue; /* "that name I do not know", and it goes on (RFC 6066 3) */
        if (head.at[0] == RECORD_ALERT) {
            ret->alerted = body.len == 2;
            ret->alert = ret->alerted ? body.at[1] : 0;
            break;
        }
        buf_put(&joined, body);
        if (!buf_ok(&joined))
            break;
        whole_messages(buf_span(&joined), &last);
    }
    struct span all = buf_span(&joined);
    struct span kept = arena_copy(wire_arena(w), span_first(all, whole_messages(all, &last)));
    buf_release(&joined);
    return kept;
}

/* ---- messages ---------------------------------------------------------------------------- */

/* One name and no more; else there is none. */
static struct span read_protocol(struct reader *body)
{
    struct reader list = reader_sub(body, reader_be16(body));
    struct span name = reader_take(&list, reader_u8(&list));
    return reader_more(&list) || reader_more(body) ? SPAN_NONE : name;
}

static void read_extensions(struct reader *r, struct tls_shown *ret)
{
    while (reader_more(r)) {
        uint16_t type = reader_be16(r);
        struct reader body = reader_sub(r, reader_be16(r));
        if (type < 64)
            ret->extensions |= 1ull << type;
        ret->renegotiation |= type == TLS_EXT_RENEGOTIATION;
        if (type == TLS_EXT_VERSIONS)
            ret->version = reader_be16(&body);
        if (type == TLS_EXT_ALPN)
            ret->protocol = read_protocol(&body);
        if (type == TLS_EXT_KEY_SHARE)
            ret->group = reader_be16(&body);
    }
}

static void read_server_hello(struct reader *r, struct tls_shown *ret)
{
    ret->version = reader_be16(r);
    ret->retry = span_eq(reader_take(r, sizeof(RETRY)), span_of(RETRY, sizeof(RETRY)));
    reader_skip(r, reader_u8(r));
    ret->suite = reader_be16(r);
    ret->compression = reader_u8(r);
    if (reader_more(r)) {
        struct reader extensions = reader_sub(r, reader_be16(r));
        read_extensions(&extensions, ret);
    }
}

static void read_certificates(struct reader *r, struct tls_shown *ret)
{
    struct reader list = reader_sub(r, reader_be24(r));
    while (reader_more(&list) && ret->chain_len < TLS_CHAIN_MAX)
        ret->chain[ret->chain_len++] = reader_take(&list, reader_be24(&list));
}

static uint16_t bits_of(struct span prime)
{
    while (prime.len && prime.at[0] == 0)
        prime = span_from(prime, 1);
    size_t bits = 8 * prime.len;
    for (uint8_t top = prime.len ? prime.at[0] : 0x80; !(top & 0x80); top = (uint8_t)(top << 1))
        bits--;
    return (uint16_t)(bits > UINT16_MAX ? UINT16_MAX : bits);
}

static bool is_anonymous(uint16_t suite)
{
    static const uint16_t OTHERS[] = { 0x0034, 0x003a, 0x0046, 0x006c, 0x006d, 0x0089,
                                       0x009b, 0x00a6, 0x00a7, 0x00bf, 0x00c5 };
    for (size_t i = 0; i < sizeof(OTHERS) / sizeof(OTHERS[0]); i++)
        if (OTHERS[i] == suite)
            return true;
    return (suite >= 0x0017 && suite <= 0x001b) || (suite >= 0xc015 && suite <= 0xc019);
}

/* ECDHE (RFC 8422 5.4) and DHE (RFC 5246 7.4.3) tell themselves apart by the suite. */
static bool is_elliptic(uint16_t suite)
{
    static const uint16_t RANGES[][2] = { { 0xc001, 0xc019 }, { 0xc023, 0xc032 }, { 0xc072, 0xc079 },
                                          { 0xc086, 0xc08d }, { 0xc0ac, 0xc0af }, { 0xcca8, 0xcca9 } };
    for (size_t i = 0; i < sizeof(RANGES) / sizeof(RANGES[0]); i++)
        if (suite >= RANGES[i][0] && suite <= RANGES[i][1])
            return true;
    return false;
}

static void read_key_exchange(struct reader *r, struct tls_shown *ret)
{
    if (is_elliptic(ret->suite)) {
        if (reader_u8(r) != NAMED_CURVE)
            return;
        ret->group = reader_be16(r);
        reader_skip(r, reader_u8(r));
    } else {
        ret->dh_bits = bits_of(reader_take(r, reader_be16(r)));
        reader_skip(r, reader_be16(r));
        reader_skip(r, reader_be16(r));
    }
    if (ret->version == TLS_12 && !is_anonymous(ret->suite) && reader_more(r))
        ret->signature = reader_be16(r);
}

static void read_message(struct reader *r, struct tls_shown *ret)
{
    uint8_t type = reader_u8(r);
    struct reader message = reader_sub(r, reader_be24(r));
    if (type == TLS_SERVER_HELLO && !ret->hello) {
        read_server_hello(&message, ret);
        ret->hello = reader_ok(r);
    } else if (type == CERTIFICATE) {
        read_certificates(&message, ret);
    } else if (type == SERVER_KEY_EXCHANGE) {
        read_key_exchange(&message, ret);
    } else if (type == CERTIFICATE_STATUS) {
        ret->stapled = true;
        ret->status = reader_take(&message, reader_left(&message));
    }
    ret->client_cert_asked |= type == CERTIFICATE_REQUEST;
}

bool tls_read_answer(struct wire *w, uint8_t until, struct tls_shown *ret)
{
    struct verdict bad;
    *ret = (struct tls_shown){ 0 };
    struct reader r = reader_over(&bad, join_messages(w, until, ret));
    while (reader_more(&r))
        read_message(&r, ret);
    if (!reader_ok(&r)) {
        ret->chain_len = 0;
        ret->status = ret->protocol = SPAN_NONE;
        ret->dh_bits = ret->signature = 0;
    }
    return ret->hello;
}

bool tls_read_answer_2(struct wire *w, struct tls_shown *ret)
{
    struct verdict bad;
    *ret = (struct tls_shown){ 0 };
    struct span head = wire_need(w, 2);
    /* A record without padding; all else, an alert of TLS among it, is a refusal. */
    if (!wire_ok(w) || !(head.at[0] & 0x80))
        return false;
    struct reader r = reader_over(&bad, wire_need(w, (size_t)(head.at[0] & 0x7f) << 8 | head.at[1]));
    uint8_t type = reader_u8(&r);
    reader_skip(&r, 2); /* whether the session is known, the kind of certificate */
    uint16_t version = reader_be16(&r), certificate = reader_be16(&r), specs = reader_be16(&r);
    reader_skip(&r, 2); /* the length of the connection's number */
    struct span der = reader_take(&r, certificate), suites = reader_take(&r, specs);
    ret->hello = wire_ok(w) && reader_ok(&r) && type == 4 && version == TLS_SSL2 && suites.len >= 3;
    if (!ret->hello)
        return false;
    ret->version = version;
    ret->suite = (uint16_t)(suites.at[0] << 8 | suites.at[1]);
    if (der.len)
        ret->chain[ret->chain_len++] = der;
    return true;
}

/* ---- names ------------------------------------------------------------------------------- */

const char *tls_version_name(uint16_t version)
{
    switch (version) {
    case TLS_SSL2:
        return "SSLv2";
    case TLS_SSL3:
        return "SSLv3";
    case TLS_10:
        return "TLSv1";
    case TLS_11:
        return "TLSv1.1";
    case TLS_12:
        return "TLSv1.2";
    case TLS_13:
        return "TLSv1.3";
    default:
        return "unknown";
    }
}

const char *tls_group_name(uint16_t group)
{
    static const struct {
        uint16_t group;
        const char *name;
    } NAMES[] = {
        { 0x0013, "secp192r1" },      { 0x0015, "secp224r1" },       { 0x0016, "secp256k1" },
        { 0x0017, "secp256r1" },      { 0x0018, "secp384r1" },       { 0x0019, "secp521r1" },
        { 0x001a, "brainpoolP256r1" }, { 0x001b, "brainpoolP384r1" }, { 0x001c, "brainpoolP512r1" },
        { 0x001d, "x25519" },         { 0x001e, "x448" },            { 0x0100, "ffdhe2048" },
        { 0x0101, "ffdhe3072" },      { 0x0102, "ffdhe4096" },       { 0x0103, "ffdhe6144" },
        { 0x0104, "ffdhe8192" },      { 0x0200, "MLKEM512" },        { 0x0201, "MLKEM768" },
        { 0x0202, "MLKEM1024" },      { 0x11eb, "SecP256r1MLKEM768" }, { 0x11ec, "X25519MLKEM768" },
        { 0x11ed, "SecP384r1MLKEM1024" }, { 0x6399, "X25519Kyber768Draft00" },
    };
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++)
        if (NAMES[i].group == group)
            return NAMES[i].name;
    return NULL;
}
