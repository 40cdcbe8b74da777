/* The ClientHellos of an audit: each asks one question, and what the server answers in clear is the answer. */
#ifndef AJAR_TLS_HELLOS_H
#define AJAR_TLS_HELLOS_H

#include "wire/wire.h"

/* Groups of suites that are weak for one reason each. */
enum tls_class { TLS_NULL, TLS_ANON, TLS_EXPORT, TLS_DES, TLS_RC4, TLS_3DES, TLS_IDEA, TLS_CLASSES };

/* "null", "anonymous", "export", "des", "rc4", "3des", "idea". */
const char *tls_class_name(enum tls_class c);
/* Which of them a suite belongs to, one bit each. */
unsigned tls_classes_of(uint16_t suite);

/* Whether it is among those that TLS_ASK_ORDER lists. */
bool tls_is_ordered(uint16_t suite);

/* Whether it is AES or Camellia in CBC mode. */
bool tls_is_cbc(uint16_t suite);

enum tls_question {
    TLS_ASK_SSL2,
    TLS_ASK_SSL3,
    TLS_ASK_10,
    TLS_ASK_11,
    TLS_ASK_12,
    TLS_ASK_13,
    TLS_ASK_WEAK,        /* all weak suites at once */
    TLS_ASK_CLASS,       /* the first of TLS_CLASSES */
    TLS_ASK_STATIC = TLS_ASK_CLASS + TLS_CLASSES, /* no forward secrecy: RSA and static Diffie-Hellman */
    TLS_ASK_FORWARD,     /* nothing but forward secrecy */
    TLS_ASK_DHE,         /* DHE over a prime of the server's */
    TLS_ASK_AEAD,        /* AEAD with forward secrecy (RFC 9325 4.2) */
    TLS_ASK_CBC,         /* AES and Camellia in CBC mode */
    TLS_ASK_ALPN,        /* protocols inside TLS (RFC 7301) */
    TLS_ASK_SHA1,        /* only signatures by SHA-1 and MD5 */
    TLS_ASK_COMPRESSION, /* DEFLATE (RFC 3749), what CRIME used */
    TLS_ASK_ORDER,       /* AES-128 before AES-256 */
    TLS_ASK_ORDER_BACK,  /* AES-256 before AES-128 */
    TLS_ASK_FALLBACK,    /* TLS 1.1 with TLS_FALLBACK_SCSV (RFC 7507) */
    TLS_ASK_NAMELESS,    /* without a name */
    TLS_ASK_WRONG_NAME,  /* for a name that nobody has (RFC 6761 6.4) */
    TLS_QUESTIONS
};

/* The version that a hello of a class of suites claims to be the newest that it speaks. */
enum tls_generation { TLS_LIKE_12, TLS_LIKE_10, TLS_LIKE_SSL3, TLS_GENERATIONS };

/* The ask, for a server that is asked by a name or not; NULL where that is no question: only the weak, the classes,
 * TLS_ASK_STATIC and TLS_ASK_FORWARD are asked in older generations than the first. SSLv2 and SSLv3 know no names. */
const struct ask *tls_hello(enum tls_question q, enum tls_generation g, bool named);
/* All of them; NULL behind the last. */
const struct ask *tls_hello_at(size_t i);

#endif
