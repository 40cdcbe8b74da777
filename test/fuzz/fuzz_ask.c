/* Rendering and recognising requests: what is rendered is recognised, whole; what is recognised is
 * no longer than what was looked at. The first byte chooses the ask, lines fill its holes. */
#include "peer.h"
#include "sweep/ladder.h"

enum { ARGS_MAX = ASK_PARTS_MAX };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct ask *pick(size_t i)
{
    const struct ask *a = NULL;
    for (size_t p = 0; PROBES[p]; p++)
        for (size_t k = 0; PROBES[p]->asks[k]; k++)
            if (i-- == 0)
                return PROBES[p]->asks[k];
    a = catalog_ask(fuzz_catalog(), i);
    return a ? a : LADDER_ASKS[0];
}

static void check_render(const struct ask *a, struct span text)
{
    struct span args[ARGS_MAX];
    size_t holes = 0;
    uint8_t bytes[ASK_SENT_MAX];
    struct writer w = writer_over(bytes, sizeof(bytes));
    for (size_t i = 0; i < ASK_PARTS_MAX && a->parts[i].kind != PART_END; i++)
        if (a->parts[i].kind == PART_HOLE)
            args[holes++] = span_cut(&text, '\n');
    if (ask_render(a, args, holes, &w)) {
        struct span sent = writer_span(&w);
        size_t n = ask_match(a, sent);
        MUST(n > 0 || sent.len == 0);
        MUST(n <= sent.len);
        /* A shorter reading is one of the same ask: what is left of it must then be empty. */
        MUST(n == sent.len);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    const struct ask *a = pick(data[0] | (size_t)data[1] << 8);
    struct span text = span_from(span_of(data, size), 2);
    check_render(a, text);
    MUST(ask_match(a, text) <= text.len);
    return 0;
}
