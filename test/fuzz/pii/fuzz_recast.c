/* Fuzzes the formats that are written anew as NDJSON. The first byte says which, the second in what steps the rest
 * is written: what comes out may not depend on it. */
#include <stdlib.h>

#include "base/buf.h"
#include "pii/recast.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void keep(void *self, struct span bytes)
{
    buf_put(self, bytes);
}

static void run(enum recast_kind kind, struct span s, size_t step, struct buf *out)
{
    struct recast *r = recast_new(kind, s, true, keep, out);
    if (!r)
        abort();
    for (; s.len; s = span_from(s, step))
        recast_write(r, span_first(s, step));
    recast_end(r);
    recast_free(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct buf whole, cut;
    if (n < 2)
        return 0;
    struct span s = span_of(bytes + 2, n - 2);
    enum recast_kind kind = (enum recast_kind)(RECAST_XML + bytes[0] % RECAST_FIXED);
    (void)recast_guess_begin(s);
    (void)recast_guess_lines(s, bytes[1] & 1);
    buf_init(&whole, 64 << 20);
    buf_init(&cut, 64 << 20);
    run(kind, s, SIZE_MAX, &whole);
    run(kind, s, 1 + bytes[1] % 40, &cut);
    if (!span_eq(buf_span(&whole), buf_span(&cut)))
        abort();
    buf_release(&whole);
    buf_release(&cut);
    return 0;
}
