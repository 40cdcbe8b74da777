/* One conversation with one endpoint, as a probe sees it: ask, read the whole answer, conclude.
 *
 * A wire carries one sticky fault: after it every read returns an empty span and every ask is a
 * no-op, so a probe reads top to bottom and checks wire_ok() before each conclusion. Reads stop at
 * an absolute deadline, at a byte budget and at the patience for one answer; time that we wait for
 * our own turn to open a connection counts against none of them. Spans that reads
 * return stay valid until the conversation ends: they lie in the wire's arena.
 *
 * The same probe runs on a fiber (scan), on a plain blocking socket (ajar probe) and on a tape
 * (tests, fuzzers): a wire hides which. */
#ifndef AJAR_WIRE_WIRE_H
#define AJAR_WIRE_WIRE_H

#include "base/arena.h"
#include "base/clock.h"
#include "record/record.h"
#include "wire/ask.h"

struct wire;

enum wire_fault {
    WIRE_FINE,
    WIRE_REFUSED,     /* connection refused */
    WIRE_UNREACHABLE, /* the network says that the host is not there */
    WIRE_CONNECT_TIMEOUT,
    WIRE_CLOSED,      /* the peer closed before the answer was whole */
    WIRE_RESET,
    WIRE_TIMEOUT,     /* no answer within the patience */
    WIRE_DEADLINE,    /* the whole conversation took too long; no reopening */
    WIRE_BUDGET,      /* the peer sent more than the budget; no reopening */
    WIRE_MALFORMED,   /* wire_fail(): the answer breaks its protocol */
    WIRE_TLS,         /* the peer speaks TLS, and the handshake failed; no TLS at all is malformed */
    WIRE_UNDECLARED,  /* an ask could not be rendered: a hole refused its value */
    WIRE_FORBIDDEN,   /* an ask that reads records, on a wire without the owner's permission */
    WIRE_LOCAL,       /* this machine could not ask: descriptors, ports, a route, a local firewall */
    WIRE_MEMORY,
};

enum wire_dress { WIRE_PLAIN, WIRE_IN_TLS };

/* What the TLS handshake showed. The chain is DER as sent, the leaf first. */
struct wire_tls {
    const char *version; /* "TLSv1.3" */
    const char *cipher;
    struct span chain[8];
    size_t chain_len;
    bool client_cert_asked; /* the server sent a CertificateRequest */
    bool alerted;           /* the server ended the handshake with an alert, this one (RFC 8446 6) */
    uint8_t alert;
};

/* Says that the peer is known. Until then a visit is finding out who it is, which has a short clock
 * and a low ceiling of connections of its own; from now on the conversation's count, from their
 * beginning. Who asks on after an answer was read has thereby said so: only an answer that takes
 * long to read to its end needs the call. Calling it again changes nothing. */
void wire_known(struct wire *w);
/* What finding out who it is has left, also once the peer is known: milliseconds, never negative, and connections. */
int64_t wire_who_ms(const struct wire *w);
unsigned wire_who_connections(const struct wire *w);
/* Whether, from now on, nothing is waited for beyond that: for questions to a peer of which nothing says that they are
 * its own. What is not there by then is WIRE_TIMEOUT. */
void wire_hurry(struct wire *w, bool on);

bool wire_ok(const struct wire *w);
enum wire_fault wire_fault(const struct wire *w);
/* A sentence for a fault: "the connection was refused". */
const char *wire_fault_text(enum wire_fault f);
/* Reports an answer that breaks its protocol; the first fault wins. Always false. */
bool wire_fail(struct wire *w);

/* Sends. The peer's unread bytes stay queued. False once faulted. */
bool wire_ask(struct wire *w, const struct ask *a);
bool wire_ask_with(struct wire *w, const struct ask *a, const struct span *args, size_t arg_count);
/* Whether anything was asked on the running connection. */
bool wire_asked(const struct wire *w);
/* Sends a farewell whose failure does not matter (QUIT, Terminate, unbind). Call it last. */
void wire_bye(struct wire *w, const struct ask *a);

/* Exactly n bytes, consumed. */
struct span wire_need(struct wire *w, size_t n);
/* One line without its LF or CRLF, consumed with it; longer than max is WIRE_MALFORMED. */
struct span wire_line(struct wire *w, size_t max);
/* All that has arrived, at least one byte and at most max, consumed. */
struct span wire_some(struct wire *w, size_t max);
/* Everything until the peer closes, at most max (more is WIRE_BUDGET), consumed. */
struct span wire_until_close(struct wire *w, size_t max);
/* The first n bytes without consuming them. Fewer than n within the patience: the fault is set. */
struct span wire_peek(struct wire *w, size_t n);
/* Waits at most ms for the peer to speak unasked. True, and the bytes stay unread, where it did.
 * Silence is no fault; a close is. */
bool wire_hears(struct wire *w, int64_t ms);
/* The same for bytes beyond those that are unread already. */
bool wire_hears_more(struct wire *w, int64_t ms);
/* Over UDP an ask is one datagram, and loss is normal. The next datagram of the answer, whole, consumed; empty where
 * the fault is set. Where nothing comes, what was asked last is asked again, after 1/7 of the patience and after 2/7
 * more, in WIRE_DATAGRAM_TRIES sendings altogether; then WIRE_TIMEOUT, which says nothing about the port.
 * WIRE_REFUSED: the host itself said that the port is shut (ICMP). An answer to an earlier sending may come late: who
 * asks twice on one connection tells answers apart by what they repeat of the question. */
enum { WIRE_DATAGRAM_TRIES = 3, WIRE_DATAGRAMS_MAX = 12 /* that leave in one conversation */ };
struct span wire_datagram(struct wire *w);
/* The next datagram if one comes within ms; no fault and nothing asked again where none does. */
struct span wire_datagram_within(struct wire *w, int64_t ms);
/* From now on, answers on this connection may come from any port of the address that was asked (TFTP). */
void wire_from_any_port(struct wire *w);
/* How many bytes the last datagram that was asked had. */
size_t wire_asked_bytes(const struct wire *w);

/* What has arrived and is unread, without waiting or consuming. */
struct span wire_heard(const struct wire *w);

/* Closes and connects again to the same endpoint, bare or with a TLS handshake. Clears faults of
 * the old connection except deadline, budget and memory. Finding out who it is has few connections, a visit in all
 * what its limits say (wire/back.h), and WIRE_CONNECTIONS_MAX where they say nothing. */
enum { WIRE_CONNECTIONS_MAX = 48 };
bool wire_again(struct wire *w, enum wire_dress dress);
/* Whether the visit may cost one connection more, dressed as this one, and so many bytes asked on it. Who could go on
 * without end looks before each, and says what is left out. */
bool wire_affords(const struct wire *w, size_t bytes);
/* The same with a handshake, but on the running connection where neither side has said anything on it: a server that
 * expects TLS need not see one that comes and goes. */
bool wire_dress(struct wire *w);
/* A round trip, as the newest connection showed it that was accepted at once; 0 where none did. */
int64_t wire_trip_ms(const struct wire *w);
/* Starts TLS inside the running connection (PostgreSQL's S, MySQL's CLIENT_SSL, STARTTLS). */
bool wire_start_tls(struct wire *w);
/* Messages of another protocol around what is said and answered from now on, as TDS has them around a TLS handshake:
 * each ask goes out behind `head`, whose only hole takes the length of both; what arrives must be messages that begin
 * with one of `types`, and is read without their heads. Ends with the connection; not for UDP and not for
 * wire_start_tls(). `e` must outlive it. */
struct wire_envelope {
    const struct ask *head;
    uint8_t types[2]; /* first byte of the peer's */
    uint8_t bytes;    /* of a head, at most WIRE_ENVELOPE_MAX */
    uint8_t length_at; /* where in it the length of the whole message stands, in two bytes, big-endian */
};
enum { WIRE_ENVELOPE_MAX = 16 };
void wire_wrap(struct wire *w, const struct wire_envelope *e);
/* What the newest successful handshake of this visit showed, also after wire_again(); or NULL. */
const struct wire_tls *wire_tls(const struct wire *w);
/* What the newest handshake of this visit showed that failed: the alert, and as much as came before
 * it; version and cipher may be NULL. NULL where none failed. */
const struct wire_tls *wire_tls_refused(const struct wire *w);
/* Whether a connection of this visit began with a handshake that succeeded: TLS from the first byte. */
bool wire_dressed(const struct wire *w);
/* Whether the running connection is inside TLS. */
bool wire_in_tls(const struct wire *w);

struct arena *wire_arena(struct wire *w);
const struct endpoint *wire_endpoint(const struct wire *w);
/* Wall time now. */
int64_t wire_now(const struct wire *w);

#endif
