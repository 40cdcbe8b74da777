/* The one packet that a knock sends, a TCP SYN without a payload, and what may come back for it. Pure: no socket, no
 * clock. IPv4 (RFC 791), IPv6 (RFC 8200), TCP (RFC 9293, 7323, 2018).
 *
 * The packet looks as a connect() of Linux does (MSS, SACK permitted, timestamp, window scale), so that what lies on
 * the way treats both alike. */
#ifndef AJAR_SWEEP_KNOCK_PACKET_H
#define AJAR_SWEEP_KNOCK_PACKET_H

#include "record/address.h"

enum { KNOCK_PACKET_MAX = 80, KNOCK_TCP_BYTES = 40 };

/* What differs from one packet to the next. */
struct knock_syn {
    struct address from, to; /* of one family */
    uint16_t from_port, to_port;
    uint32_t sequence;
    uint16_t id; /* IPv4's identification */
};

/* Writes the whole packet, IP header included; returns its length. */
size_t knock_syn_put(const struct knock_syn *s, uint8_t out[static KNOCK_PACKET_MAX]);

enum knock_word { KNOCK_OPEN, KNOCK_SHUT };

/* What somebody answered. */
struct knock_answer {
    enum knock_word word;        /* it accepts, or refuses */
    uint16_t from_port, to_port; /* theirs, ours */
    uint32_t sequence;           /* of the SYN that it answers */
};

/* Reads a TCP segment that came. False where it is no answer to a SYN: anything but SYN and ACK, RST and ACK, or the
 * bare ACK with which a host answers a SYN for a connection that it has half open already (RFC 5961 section 4). */
bool knock_answer_read(struct span segment, struct knock_answer *ret);
/* The TCP segment inside an IPv4 packet, as a raw socket of Linux gives it; SPAN_NONE where there is none. */
struct span knock_segment(struct span packet);

#endif
