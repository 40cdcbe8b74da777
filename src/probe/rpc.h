/* ONC RPC over TCP (RFC 5531): calls, and answers put together from their fragments. */
#ifndef AJAR_PROBE_RPC_H
#define AJAR_PROBE_RPC_H

#include "base/buf.h"
#include "base/reader.h"
#include "probe/probe.h"

enum { RPC_ANSWER_MAX = 256 * 1024, RPC_FRAGMENTS_MAX = 64, RPC_VERIFIER_MAX = 400 };

/* The head of a call that is one fragment: `size` is what follows the first four bytes. Nobody calls. */
#define RPC_BODY(id, program, version, procedure) \
    "\0\0\0" id "\0\0\0\0\0\0\0\x02\0\x01\x86" program "\0\0\0" version "\0\0\0" procedure
#define RPC_CALL(size, id, program, version, procedure) "\x80\0\0" size RPC_BODY(id, program, version, procedure)
#define RPC_NOBODY "\0\0\0\0\0\0\0\0" "\0\0\0\0\0\0\0\0"
/* AUTH_SYS (RFC 5531 appendix A) of the user and group "nobody": a number that is said, and no secret. */
#define RPC_AS_NOBODY "\0\0\0\x01\0\0\0\x18\0\0\0\0\0\0\0\x04" "ajar\0\0\xff\xfe\0\0\xff\xfe\0\0\0\0" "\0\0\0\0\0\0\0\0"

enum rpc_end {
    RPC_BROKEN,      /* no answer of RPC; the wire faulted, or is to be left */
    RPC_SUCCESS,     /* the results follow */
    RPC_NO_PROGRAM,
    RPC_NO_VERSION,  /* the lowest and the highest one follow */
    RPC_NO_PROCEDURE,
    RPC_OTHER,       /* it could not read the call, or had no memory */
    RPC_DENIED,      /* it wants another login (RFC 5531 9, auth_stat) */
};

/* The answer to the call with that number; *ret reads what follows. It lies in the wire's arena. */
static inline enum rpc_end rpc_answer(struct wire *w, uint32_t id, struct verdict *v, struct reader *ret)
{
    struct buf whole;
    bool last = false;
    buf_init(&whole, RPC_ANSWER_MAX);
    for (size_t i = 0; i < RPC_FRAGMENTS_MAX && !last && wire_ok(w); i++) {
        struct reader mark = reader_over(v, wire_need(w, 4));
        uint32_t said = reader_be32(&mark);
        last = said >> 31;
        if (!wire_ok(w) || (said & INT32_MAX) > RPC_ANSWER_MAX - whole.len || (!last && !(said & INT32_MAX)))
            break;
        if (said & INT32_MAX)
            buf_put(&whole, wire_need(w, said & INT32_MAX));
    }
    struct span body = last && wire_ok(w) && buf_ok(&whole) ? arena_copy(wire_arena(w), buf_span(&whole)) : SPAN_NONE;
    buf_release(&whole);
    *ret = reader_over(v, body);
    if (reader_be32(ret) != id || reader_be32(ret) != 1 || !reader_ok(ret))
        return RPC_BROKEN;
    uint32_t denied = reader_be32(ret);
    if (denied == 1)
        return reader_be32(ret) == 1 && reader_ok(ret) ? RPC_DENIED : RPC_BROKEN;
    reader_skip(ret, 4);
    uint32_t verifier = reader_be32(ret);
    if (verifier > RPC_VERIFIER_MAX || denied)
        reader_fail(ret, "no answer of RPC");
    reader_skip(ret, (verifier + 3) & ~3u);
    uint32_t end = reader_be32(ret);
    static const enum rpc_end ENDS[] = { RPC_SUCCESS, RPC_NO_PROGRAM, RPC_NO_VERSION, RPC_NO_PROCEDURE, RPC_OTHER,
                                         RPC_OTHER };
    return reader_ok(ret) && end < sizeof(ENDS) / sizeof(ENDS[0]) ? ENDS[end] : RPC_BROKEN;
}

/* An opaque of XDR: its bytes; filled up to 4. More than `max` bytes are a failure. */
static inline struct span xdr_bytes(struct reader *r, uint32_t max)
{
    uint32_t len = reader_be32(r);
    if (len > max)
        reader_fail(r, "a field is longer than it may be");
    struct span s = reader_take(r, reader_ok(r) ? len : 0);
    reader_skip(r, (4 - (len & 3)) & 3);
    return s;
}

#endif
