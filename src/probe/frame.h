/* Frames: messages that say their own length in a head of fixed size, as most binary protocols cut
 * their stream. One form a protocol, a const beside its asks:
 *
 *     PostgreSQL  type byte, be32 that counts itself      { .head = 5, .at = 1, .width = 4, .counted = 4 }
 *     MySQL       le24 of the body, sequence number       { .head = 4, .at = 0, .width = 3, .little = true }
 *     Kafka, ZooKeeper  be32 of the body                  { .head = 4, .at = 0, .width = 4 }
 *     MongoDB     le32 of the whole message               { .head = 16, .width = 4, .little = true, .counted = 16 }
 *     TDS         be16 of the whole message at byte 2     { .head = 8, .at = 2, .width = 2, .counted = 8 }
 *     AMQP        be32 without the closing byte           { .head = 7, .at = 3, .width = 4, .counted = -1 }
 *
 * A length that lies is caught before a byte of the body is waited for: below what the head itself
 * takes, below `least` or above `most` it breaks the protocol. */
#ifndef AJAR_PROBE_FRAME_H
#define AJAR_PROBE_FRAME_H

#include "base/reader.h"
#include "wire/wire.h"

struct frame_form {
    uint8_t head;   /* bytes before the body, the length among them */
    uint8_t at;     /* where in the head the length stands */
    uint8_t width;  /* of the length in bytes, 1 to 4 */
    bool little;    /* its byte order */
    int8_t counted; /* bytes of the head that it counts; below 0: bytes of the body that it does not */
    uint32_t least, most; /* how long a body may be */
};

struct frame {
    struct span head, body; /* the body is empty where the message is its head alone */
};

/* The body's length out of a whole head. False where the form forbids it. */
static inline bool frame_length(const struct frame_form *f, struct span head, uint32_t *ret)
{
    struct verdict v;
    struct reader r = reader_over(&v, head);
    reader_skip(&r, f->at);
    uint64_t said = f->little ? reader_le(&r, f->width) : reader_be(&r, f->width);
    int64_t body = (int64_t)said - f->counted;
    if (!reader_ok(&r) || head.len != f->head || f->width > 4 || body < f->least || body > f->most)
        return false;
    *ret = (uint32_t)body;
    return true;
}

/* One whole message, consumed; it lies in the wire's arena. False where the wire faulted, which a
 * forbidden length does, too (WIRE_MALFORMED): *ret is then empty. */
static inline bool frame_read(struct wire *w, const struct frame_form *f, struct frame *ret)
{
    uint32_t len = 0;
    *ret = (struct frame){ SPAN_NONE, SPAN_NONE };
    struct span head = wire_need(w, f->head), body = SPAN_NONE;
    if (!wire_ok(w))
        return false;
    if (!frame_length(f, head, &len))
        return wire_fail(w);
    if (len)
        body = wire_need(w, len);
    if (!wire_ok(w))
        return false;
    *ret = (struct frame){ head, body };
    return true;
}

/* The message at the front of bytes that have arrived already. False where they hold no whole one. */
static inline bool frame_first(const struct frame_form *f, struct span bytes, struct frame *ret)
{
    uint32_t len = 0;
    struct span head = span_first(bytes, f->head);
    if (!frame_length(f, head, &len) || bytes.len - head.len < len)
        return false;
    *ret = (struct frame){ head, span_sub(bytes, head.len, len) };
    return true;
}

#endif
