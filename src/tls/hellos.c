/* Suites by IANA's registry of TLS cipher suites. A hello names the groups and signatures of its time; the key share of
 * TLS 1.3 is no key that anybody holds: nothing is ever encrypted with what follows from it. */
#include "tls/hellos.h"

#define SUITES_NULL \
    "\x00\x01\x00\x02\x00\x3b\xc0\x01\xc0\x06\xc0\x0b\xc0\x10"
#define SUITES_ANON \
    "\x00\x18\x00\x1a\x00\x1b\x00\x34\x00\x3a\x00\x6c\x00\x6d\x00\xa6\x00\xa7\xc0\x15\xc0\x16\xc0\x17" \
    "\xc0\x18\xc0\x19"
#define SUITES_EXPORT \
    "\x00\x03\x00\x06\x00\x08\x00\x0b\x00\x0e\x00\x11\x00\x14\x00\x17\x00\x19\x00\x60\x00\x61\x00\x62" \
    "\x00\x63\x00\x64"
#define SUITES_DES \
    "\x00\x09\x00\x0c\x00\x0f\x00\x12\x00\x15"
#define SUITES_RC4 \
    "\x00\x04\x00\x05\xc0\x02\xc0\x07\xc0\x0c\xc0\x11"
#define SUITES_3DES \
    "\x00\x0a\x00\x0d\x00\x10\x00\x13\x00\x16\xc0\x03\xc0\x08\xc0\x0d\xc0\x12"
#define SUITES_IDEA \
    "\x00\x07\x00\x96\x00\x97\x00\x98\x00\x99\x00\x9a"
#define SUITES_FORWARD \
    "\xc0\x2b\xc0\x2c\xc0\x2f\xc0\x30\xcc\xa8\xcc\xa9\xcc\xaa\x00\x9e\x00\x9f\xc0\xac\xc0\xad\xc0\x09" \
    "\xc0\x0a\xc0\x13\xc0\x14\xc0\x23\xc0\x24\xc0\x27\xc0\x28\x00\x32\x00\x33\x00\x38\x00\x39\x00\x67" \
    "\x00\x6b\x00\x40\x00\x6a\x00\xa2\x00\xa3\x00\x45\x00\x88"
#define SUITES_STATIC \
    "\x00\x2f\x00\x35\x00\x3c\x00\x3d\x00\x9c\x00\x9d\x00\x41\x00\x84\xc0\x9c\xc0\x9d\xc0\x04\xc0\x05" \
    "\xc0\x0e\xc0\x0f\xc0\x25\xc0\x26\xc0\x29\xc0\x2a\xc0\x2d\xc0\x2e\xc0\x31\xc0\x32\x00\x30\x00\x31" \
    "\x00\x36\x00\x37"
#define SUITES_DHE \
    "\x00\x32\x00\x33\x00\x38\x00\x39\x00\x40\x00\x67\x00\x6a\x00\x6b\x00\x9e\x00\x9f\x00\xa2\x00\xa3" \
    "\xcc\xaa\x00\x16\x00\x13\x00\x45\x00\x88"
#define SUITES_AEAD \
    "\xc0\x2b\xc0\x2c\xc0\x2f\xc0\x30\xcc\xa8\xcc\xa9\xcc\xaa\x00\x9e\x00\x9f\x00\xa2\x00\xa3\xc0\xac" \
    "\xc0\xad"
#define SUITES_CBC \
    "\xc0\x09\xc0\x0a\xc0\x13\xc0\x14\xc0\x23\xc0\x24\xc0\x27\xc0\x28\x00\x32\x00\x33\x00\x38\x00\x39" \
    "\x00\x67\x00\x6b\x00\x40\x00\x6a\x00\x45\x00\x88\x00\x2f\x00\x35\x00\x3c\x00\x3d\x00\x41\x00\x84" \
    "\xc0\x04\xc0\x05\xc0\x0e\xc0\x0f\xc0\x25\xc0\x26\xc0\x29\xc0\x2a\x00\x30\x00\x31\x00\x36\x00\x37"
#define SUITES_ORDER \
    "\xc0\x2b\xc0\x2f\xc0\x09\xc0\x13\x00\x9e\x00\x33\x00\x9c\x00\x2f\xc0\x2c\xc0\x30\xc0\x0a\xc0\x14" \
    "\x00\x9f\x00\x39\x00\x9d\x00\x35"
#define SUITES_ORDER_BACK \
    "\x00\x35\x00\x9d\x00\x39\x00\x9f\xc0\x14\xc0\x0a\xc0\x30\xc0\x2c\x00\x2f\x00\x9c\x00\x33\x00\x9e" \
    "\xc0\x13\xc0\x09\xc0\x2f\xc0\x2b"
/* Which is none: it says that renegotiation would be secure (RFC 5746 3.3). */
#define SIGNAL "\x00\xff"
#define SUITES_WEAK SUITES_NULL SUITES_ANON SUITES_EXPORT SUITES_DES SUITES_RC4 SUITES_3DES SUITES_IDEA
#define SUITES_ALL SUITES_FORWARD SUITES_STATIC SUITES_WEAK
#define SUITES_13 "\x13\x01\x13\x02\x13\x03\x13\x04\x13\x05"

#define RANDOM "@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_"
#define GROUPS \
    "\x00\x0a\x00\x1c\x00\x1a\x00\x1d\x00\x17\x00\x18\x00\x19\x00\x1e\x00\x16\x00\x15\x00\x13\x01\x00\x01\x01\x01\x02" \
    "\x01\x03\x01\x04"
#define POINTS "\x00\x0b\x00\x02\x01\x00"
#define SIGNATURES \
    "\x00\x0d\x00\x28\x00\x26\x04\x01\x04\x03\x05\x01\x05\x03\x06\x01\x06\x03\x08\x04\x08\x05\x08\x06\x08\x07" \
    "\x08\x08\x08\x09\x08\x0a\x08\x0b\x02\x01\x02\x03\x02\x02\x04\x02\x01\x01"
#define SIGNATURES_OLD "\x00\x0d\x00\x0a\x00\x08\x02\x01\x02\x03\x02\x02\x01\x01"
/* Stapled status, encrypt-then-MAC, extended master secret, heartbeats that the peer may not send. No ticket. */
#define ASKED \
    "\x00\x05\x00\x05\x01\x00\x00\x00\x00" "\x00\x16\x00\x00" "\x00\x17\x00\x00" "\x00\x0f\x00\x01\x02"
/* h2, http/1.1, postgresql, mqtt, tds/8.0, imap, pop3, xmpp-client, xmpp-server, ftp, of IANA's registry. */
#define PROTOCOLS \
    "\x00\x10\x00\x4c\x00\x4a" \
    "\x02h2" "\x08http/1.1" "\x0apostgresql" "\x04mqtt" "\x07tds/8.0" "\x04imap" "\x04pop3" "\x0bxmpp-client" \
    "\x0bxmpp-server" "\x03" "ftp"
#define EXTENSIONS GROUPS POINTS SIGNATURES ASKED
#define EXTENSIONS_SHA1 GROUPS POINTS SIGNATURES_OLD
/* A key share of X25519 only, and the hybrids named before it: who prefers one asks for it (RFC 8446 4.1.4). */
#define EXTENSIONS_13 \
    "\x00\x2b\x00\x03\x02\x03\x04" \
    "\x00\x0a\x00\x1c\x00\x1a\x11\xec\x11\xeb\x11\xed\x00\x1d\x00\x17\x00\x18\x00\x19\x00\x1e\x01\x00\x01\x01\x01\x02" \
    "\x01\x03\x01\x04" \
    SIGNATURES \
    "\x00\x33\x00\x26\x00\x24\x00\x1d\x00\x20" RANDOM

#define NO_COMPRESSION "\x01\x00"
#define DEFLATE "\x02\x01\x00"

/* A hello without a name; one for a name, which the server is asked by or which nobody has; one of before there were
 * extensions. */
#define NAMELESS(ask_name, reason, record, version, suites, compression, extensions) \
    { .name = (ask_name), .why = (reason), \
      .parts = { ASK_BYTES("\x16" record), ASK_BE(2, 2, 10, 0), ASK_BYTES("\x01"), ASK_BE(3, 4, 10, 0), \
                 ASK_BYTES(version RANDOM "\x00"), ASK_BE(2, 6, 7, 0), ASK_BYTES(suites SIGNAL), \
                 ASK_BYTES(compression), ASK_BE(2, 9, 10, 0), ASK_BYTES(extensions) } }
#define NAMED_BY(part, ask_name, reason, record, version, suites, compression, extensions) \
    { .name = (ask_name), .why = (reason), \
      .parts = { ASK_BYTES("\x16" record), ASK_BE(2, 2, 16, 0), ASK_BYTES("\x01"), ASK_BE(3, 4, 16, 0), \
                 ASK_BYTES(version RANDOM "\x00"), ASK_BE(2, 6, 7, 0), ASK_BYTES(suites SIGNAL), \
                 ASK_BYTES(compression), ASK_BE(2, 9, 16, 0), ASK_BYTES("\x00\x00"), ASK_BE(2, 11, 15, 0), \
                 ASK_BE(2, 12, 15, 0), ASK_BYTES("\x00"), ASK_BE(2, 14, 15, 0), part, ASK_BYTES(extensions) } }
#define NAME_ASKED ASK_HOLE("host", 255, HOLE_HOST)
#define NAME_OF_NOBODY ASK_BYTES("ajar-asks.invalid")
#define BARE(ask_name, reason, suites) \
    { .name = (ask_name), .why = (reason), \
      .parts = { ASK_BYTES("\x16\x03\x00"), ASK_BE(2, 2, 8, 0), ASK_BYTES("\x01"), ASK_BE(3, 4, 8, 0), \
                 ASK_BYTES("\x03\x00" RANDOM "\x00"), ASK_BE(2, 6, 7, 0), ASK_BYTES(suites SIGNAL), \
                 ASK_BYTES(NO_COMPRESSION) } }

#define LIKE_10 "\x03\x01"
#define LIKE_11 "\x03\x02"
#define LIKE_12 "\x03\x03"

/* One question: both forms of the newest generation; where it is asked of older ones, too, all of them. */
#define ONE(q, word, reason, version, suites, compression, extensions) \
    [q] = { [TLS_LIKE_12] = \
            { NAMELESS("tls.audit-" word, reason, LIKE_10, version, suites, compression, extensions), \
              NAMED_BY(NAME_ASKED, "tls.audit-" word "-named", reason, LIKE_10, version, suites, compression, \
                       extensions) } },
#define EACH(q, word, reason, suites) \
    [q] = { [TLS_LIKE_12] = \
            { NAMELESS("tls.audit-" word, reason, LIKE_10, LIKE_12, suites, NO_COMPRESSION, EXTENSIONS), \
              NAMED_BY(NAME_ASKED, "tls.audit-" word "-named", reason, LIKE_10, LIKE_12, suites, NO_COMPRESSION, \
                       EXTENSIONS) }, \
            [TLS_LIKE_10] = \
            { NAMELESS("tls.audit-" word "-10", reason, LIKE_10, LIKE_10, suites, NO_COMPRESSION, GROUPS POINTS), \
              NAMED_BY(NAME_ASKED, "tls.audit-" word "-10-named", reason, LIKE_10, LIKE_10, suites, NO_COMPRESSION, \
                       GROUPS POINTS) }, \
            [TLS_LIKE_SSL3] = { BARE("tls.audit-" word "-ssl3", reason, suites) } },

static const struct ask HELLOS[TLS_QUESTIONS][TLS_GENERATIONS][2] = {
    [TLS_ASK_SSL2] = { { ASK_FIXED("tls.audit-ssl2", "whether it speaks SSLv2",
                                   "\x80\x31\x01\x00\x02\x00\x18\x00\x00\x00\x10"
                                   "\x05\x00\x80\x03\x00\x80\x01\x00\x80\x07\x00\xc0\x08\x00\x80\x06\x00\x40"
                                   "\x04\x00\x80\x02\x00\x80@ABCDEFGHIJKLMNO") } },
    [TLS_ASK_SSL3] = { { BARE("tls.audit-ssl3", "whether it speaks SSLv3", SUITES_ALL) } },
    ONE(TLS_ASK_10, "tls10", "whether it speaks TLS 1.0", LIKE_10, SUITES_ALL, NO_COMPRESSION, GROUPS POINTS)
    ONE(TLS_ASK_11, "tls11", "whether it speaks TLS 1.1", LIKE_11, SUITES_ALL, NO_COMPRESSION, GROUPS POINTS)
    ONE(TLS_ASK_12, "tls12", "whether it speaks TLS 1.2", LIKE_12, SUITES_ALL, NO_COMPRESSION, EXTENSIONS)
    ONE(TLS_ASK_13, "tls13", "whether it speaks TLS 1.3, and over which group", LIKE_12, SUITES_13, NO_COMPRESSION,
        EXTENSIONS_13)
    EACH(TLS_ASK_WEAK, "weak", "whether it takes any suite that is weak", SUITES_WEAK)
    EACH(TLS_ASK_CLASS + TLS_NULL, "null", "whether it takes suites that encrypt nothing", SUITES_NULL)
    EACH(TLS_ASK_CLASS + TLS_ANON, "anonymous", "whether it takes suites without a certificate", SUITES_ANON)
    EACH(TLS_ASK_CLASS + TLS_EXPORT, "export", "whether it takes suites of 40 and 56 bits for export", SUITES_EXPORT)
    EACH(TLS_ASK_CLASS + TLS_DES, "des", "whether it takes single DES", SUITES_DES)
    EACH(TLS_ASK_CLASS + TLS_RC4, "rc4", "whether it takes RC4 (RFC 7465)", SUITES_RC4)
    EACH(TLS_ASK_CLASS + TLS_3DES, "3des", "whether it takes triple DES", SUITES_3DES)
    EACH(TLS_ASK_CLASS + TLS_IDEA, "idea", "whether it takes IDEA or SEED", SUITES_IDEA)
    EACH(TLS_ASK_STATIC, "static", "whether it takes suites without forward secrecy", SUITES_STATIC)
    EACH(TLS_ASK_FORWARD, "forward", "whether it takes suites with forward secrecy", SUITES_FORWARD)
    ONE(TLS_ASK_DHE, "dhe", "how long the prime of its Diffie-Hellman is", LIKE_12, SUITES_DHE, NO_COMPRESSION,
        POINTS SIGNATURES)
    ONE(TLS_ASK_AEAD, "aead", "whether it takes suites that authenticate what they encrypt", LIKE_12, SUITES_AEAD,
        NO_COMPRESSION, EXTENSIONS)
    ONE(TLS_ASK_CBC, "cbc", "whether it takes AES or Camellia in CBC mode", LIKE_12, SUITES_CBC, NO_COMPRESSION,
        EXTENSIONS)
    ONE(TLS_ASK_ALPN, "alpn", "which protocol it wants to speak inside TLS (RFC 7301)", LIKE_12, SUITES_ALL,
        NO_COMPRESSION, EXTENSIONS PROTOCOLS)
    ONE(TLS_ASK_SHA1, "sha1", "whether it signs by SHA-1 or MD5 (RFC 9155)", LIKE_12, SUITES_FORWARD, NO_COMPRESSION,
        EXTENSIONS_SHA1)
    ONE(TLS_ASK_COMPRESSION, "compression", "whether it compresses, by which secrets leak", LIKE_12, SUITES_ALL,
        DEFLATE, EXTENSIONS)
    ONE(TLS_ASK_ORDER, "order", "which suite it chooses of a list", LIKE_12, SUITES_ORDER, NO_COMPRESSION, EXTENSIONS)
    ONE(TLS_ASK_ORDER_BACK, "order-back", "which suite it chooses of the same list in another order", LIKE_12,
        SUITES_ORDER_BACK, NO_COMPRESSION, EXTENSIONS)
    ONE(TLS_ASK_FALLBACK, "fallback", "whether it notices that a client was made to speak less (RFC 7507)", LIKE_11,
        SUITES_ALL "\x56\x00", NO_COMPRESSION, GROUPS POINTS)
    [TLS_ASK_NAMELESS] = { { NAMELESS("tls.audit-nameless", "which certificate it shows who asks for no name", LIKE_10,
                                      LIKE_12, SUITES_ALL, NO_COMPRESSION, GROUPS POINTS SIGNATURES) } },
    [TLS_ASK_WRONG_NAME] = { { NAMED_BY(NAME_OF_NOBODY, "tls.audit-wrong-name",
                                        "which certificate it shows who asks for another name", LIKE_10, LIKE_12,
                                        SUITES_ALL, NO_COMPRESSION, GROUPS POINTS SIGNATURES) } },
};

const struct ask *tls_hello(enum tls_question q, enum tls_generation g, bool named)
{
    const struct ask *forms = HELLOS[q][g];
    bool has_named = forms[1].name != NULL;
    return forms[named && has_named].name ? &forms[named && has_named] : NULL;
}

const struct ask *tls_hello_at(size_t i)
{
    const struct ask *all = &HELLOS[0][0][0];
    for (size_t at = 0; at < sizeof(HELLOS) / sizeof(*all); at++)
        if (all[at].name && i-- == 0)
            return &all[at];
    return NULL;
}

/* ---- classes ------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    struct span suites;
} CLASSES[TLS_CLASSES] = {
    [TLS_NULL] = { "null", { (const uint8_t *)SUITES_NULL, sizeof(SUITES_NULL) - 1 } },
    [TLS_ANON] = { "anonymous", { (const uint8_t *)SUITES_ANON, sizeof(SUITES_ANON) - 1 } },
    [TLS_EXPORT] = { "export", { (const uint8_t *)SUITES_EXPORT, sizeof(SUITES_EXPORT) - 1 } },
    [TLS_DES] = { "des", { (const uint8_t *)SUITES_DES, sizeof(SUITES_DES) - 1 } },
    [TLS_RC4] = { "rc4", { (const uint8_t *)SUITES_RC4, sizeof(SUITES_RC4) - 1 } },
    [TLS_3DES] = { "3des", { (const uint8_t *)SUITES_3DES, sizeof(SUITES_3DES) - 1 } },
    [TLS_IDEA] = { "idea", { (const uint8_t *)SUITES_IDEA, sizeof(SUITES_IDEA) - 1 } },
};

static bool is_in(struct span suites, uint16_t suite)
{
    for (size_t i = 0; i + 2 <= suites.len; i += 2)
        if ((suites.at[i] << 8 | suites.at[i + 1]) == suite)
            return true;
    return false;
}

bool tls_is_ordered(uint16_t suite)
{
    return is_in(span_of(SUITES_ORDER, sizeof(SUITES_ORDER) - 1), suite);
}

bool tls_is_cbc(uint16_t suite)
{
    return is_in(span_of(SUITES_CBC, sizeof(SUITES_CBC) - 1), suite);
}

const char *tls_class_name(enum tls_class c)
{
    return CLASSES[c].name;
}

unsigned tls_classes_of(uint16_t suite)
{
    unsigned classes = 0;
    for (size_t c = 0; c < TLS_CLASSES; c++)
        if (is_in(CLASSES[c].suites, suite))
            classes |= 1u << c;
    return classes;
}
