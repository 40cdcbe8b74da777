#include "sweep/knock_packet.h"

#include "base/reader.h"
#include "base/writer.h"

enum {
    IPV4_BYTES = 20,
    TCP = 6,
    HOPS = 64,
    WINDOW = 64240,
    SEGMENT_MAX = 1460,
    SEGMENT_MAX_V6 = 1440,
    WINDOW_SCALE = 7,
    IPV4_CHECKSUM_AT = 10,
    CHECKSUM_AT = 16, /* in the TCP header */
};

enum tcp_flag { FIN = 1, SYN = 2, RST = 4, ACK = 16 };

/* The Internet checksum (RFC 1071) is a sum that may be taken in any order. */
static uint32_t sum_of(struct span s)
{
    uint32_t sum = 0;
    for (size_t i = 0; i + 1 < s.len; i += 2)
        sum += (uint32_t)s.at[i] << 8 | s.at[i + 1];
    return sum;
}

static uint16_t folded(uint32_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

static size_t address_bytes(const struct address *a)
{
    return a->family == 4 ? 4 : 16;
}

static void put_ip(struct writer *w, const struct knock_syn *s)
{
    struct span from = span_of(s->from.bytes, address_bytes(&s->from));
    struct span to = span_of(s->to.bytes, address_bytes(&s->to));
    if (s->to.family == 4) {
        writer_be(w, 0x4500, 2);
        writer_be(w, IPV4_BYTES + KNOCK_TCP_BYTES, 2);
        writer_be(w, s->id, 2);
        writer_be(w, 0x4000, 2); /* may not be cut up */
        writer_u8(w, HOPS);
        writer_u8(w, TCP);
        writer_be(w, 0, 2); /* checksum */
    } else {
        writer_be(w, 0x60000000, 4);
        writer_be(w, KNOCK_TCP_BYTES, 2);
        writer_u8(w, TCP);
        writer_u8(w, HOPS);
    }
    writer_put(w, from);
    writer_put(w, to);
}

static void put_tcp(struct writer *w, const struct knock_syn *s)
{
    writer_be(w, s->from_port, 2);
    writer_be(w, s->to_port, 2);
    writer_be(w, s->sequence, 4);
    writer_be(w, 0, 4);
    writer_be(w, KNOCK_TCP_BYTES / 4 << 12 | SYN, 2);
    writer_be(w, WINDOW, 2);
    writer_be(w, 0, 4); /* checksum, urgent pointer */
    writer_be(w, 0x0204, 2);
    writer_be(w, s->to.family == 4 ? SEGMENT_MAX : SEGMENT_MAX_V6, 2);
    writer_be(w, 0x0402, 2); /* SACK */
    writer_be(w, 0x080a, 2);
    writer_be(w, s->sequence, 4); /* a clock of ours that nobody can read a time from */
    writer_be(w, 0, 4);
    writer_be(w, 0x010303, 3);
    writer_u8(w, WINDOW_SCALE);
}

size_t knock_syn_put(const struct knock_syn *s, uint8_t out[static KNOCK_PACKET_MAX])
{
    struct writer w = writer_over(out, KNOCK_PACKET_MAX);
    put_ip(&w, s);
    size_t tcp = w.len;
    if (s->to.family == 4)
        writer_patch_be(&w, IPV4_CHECKSUM_AT, folded(sum_of(span_of(out, tcp))), 2);
    put_tcp(&w, s);
    uint32_t sum = sum_of(span_of(s->from.bytes, address_bytes(&s->from))) +
                   sum_of(span_of(s->to.bytes, address_bytes(&s->to))) + TCP + KNOCK_TCP_BYTES +
                   sum_of(span_of(out + tcp, KNOCK_TCP_BYTES));
    writer_patch_be(&w, tcp + CHECKSUM_AT, folded(sum), 2);
    return writer_ok(&w) ? w.len : 0;
}

bool knock_answer_read(struct span segment, struct knock_answer *ret)
{
    struct verdict bad;
    struct reader r = reader_over(&bad, segment);
    uint16_t from = (uint16_t)reader_be(&r, 2), to = (uint16_t)reader_be(&r, 2);
    reader_skip(&r, 4);
    uint32_t acknowledged = (uint32_t)reader_be(&r, 4);
    unsigned flags = (unsigned)reader_be(&r, 2) & (FIN | SYN | RST | ACK);
    bool shut = flags == (RST | ACK);
    if (!reader_ok(&r) || !(flags == (SYN | ACK) || flags == ACK || shut))
        return false;
    *ret = (struct knock_answer){ .word = shut ? KNOCK_SHUT : KNOCK_OPEN, .from_port = from, .to_port = to,
                                  .sequence = acknowledged - 1 };
    return true;
}

struct span knock_segment(struct span packet)
{
    struct verdict bad;
    struct reader r = reader_over(&bad, packet);
    size_t header = (reader_be(&r, 1) & 15) * 4;
    reader_skip(&r, 8);
    bool is_tcp = reader_be(&r, 1) == TCP;
    if (!reader_ok(&r) || !is_tcp || header < IPV4_BYTES || header > packet.len)
        return SPAN_NONE;
    return span_from(packet, header);
}
