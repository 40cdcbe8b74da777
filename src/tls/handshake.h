/* The front of a TLS handshake as it travels in clear, read by ourselves: what a server chose and showed in answer to a
 * ClientHello of ours, from SSLv2 to TLS 1.3. Nothing is decrypted, no key is made. */
#ifndef AJAR_TLS_HANDSHAKE_H
#define AJAR_TLS_HANDSHAKE_H

#include "base/reader.h"
#include "wire/wire.h"

enum { TLS_CHAIN_MAX = 8 };

/* Handshake messages (RFC 5246 7.4) at which a reader may stop. */
enum { TLS_SERVER_HELLO = 2, TLS_SERVER_HELLO_DONE = 14 };

enum { TLS_SSL2 = 0x0002, TLS_SSL3 = 0x0300, TLS_10, TLS_11, TLS_12, TLS_13 };

/* Extensions that a server may answer with, as bits of their numbers (all below 64 but the last). */
enum { TLS_EXT_STATUS = 5, TLS_EXT_HEARTBEAT = 15, TLS_EXT_ALPN = 16, TLS_EXT_ENCRYPT_THEN_MAC = 22,
       TLS_EXT_MASTER_SECRET = 23, TLS_EXT_VERSIONS = 43, TLS_EXT_KEY_SHARE = 51,
       TLS_EXT_RENEGOTIATION = 0xff01 };

struct tls_shown {
    bool hello;             /* it accepted: a whole ServerHello */
    bool retry;             /* a HelloRetryRequest (RFC 8446 4.1.4), which names a group and counts as a hello */
    uint16_t version, suite; /* as it chose; of SSLv2 the first kind of cipher that it lists, without its last byte */
    uint8_t compression;
    uint16_t group;         /* of its key share or ECDHE parameters (RFC 8446 4.2.7); 0 = none was told */
    uint16_t dh_bits;       /* of the prime of its DHE parameters; 0 = none */
    uint16_t signature;     /* scheme that they are signed with, TLS 1.2 only; 0 = none */
    uint64_t extensions;    /* bit N: extension N */
    bool renegotiation;     /* the renegotiation_info extension (RFC 5746) */
    struct span protocol;   /* that it chose of those offered (RFC 7301 3.1), in the wire's arena */
    bool client_cert_asked, stapled;
    struct span status;     /* the body of its CertificateStatus (RFC 6066 8), in the wire's arena */
    bool alerted;
    uint8_t alert;          /* RFC 8446 6 */
    struct span chain[TLS_CHAIN_MAX]; /* DER, in the wire's arena; none in TLS 1.3 */
    size_t chain_len;
};

/* Reads what follows a ClientHello, up to the message `until` or the server's last one. True where it said hello; what
 * it showed is in *ret either way. A message that is broken ends it: what came before counts. */
bool tls_read_answer(struct wire *w, uint8_t until, struct tls_shown *ret);
/* The same after an SSLv2 CLIENT-HELLO (draft-hickman-netscape-ssl-00): a SERVER-HELLO with at least one cipher. */
bool tls_read_answer_2(struct wire *w, struct tls_shown *ret);

/* "TLSv1.2", as OpenSSL has it; "unknown". */
const char *tls_version_name(uint16_t version);
/* "x25519", "X25519MLKEM768" (IANA's registry); NULL for one without a name here. */
const char *tls_group_name(uint16_t group);

#endif
