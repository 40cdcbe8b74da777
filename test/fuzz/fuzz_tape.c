/* Tape files, and playing what they say. */
#include "peer.h"
#include "wire/tape.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct tape_back back;
    struct arena arena;
    struct tape tape;
    struct error e;
    arena_init(&arena, 32 << 20);
    if (tape_parse(&arena, span_of(data, size), &tape, &e)) {
        const struct probe *probe = probe_by_name(tape.probe);
        struct visit v;
        struct arena inner;
        arena_init(&inner, 12 << 20);
        visit_init(&v, &inner, &FUZZ_ENDPOINT);
        tape_back_init(&back, &tape, &TAPE_AS_WRITTEN);
        struct wire *w = wire_new(&inner, &back.back, &FUZZ_ENDPOINT, &FUZZ_LIMITS, &CLOCK_SYSTEM, NULL);
        wire_again(w, WIRE_PLAIN);
        if (probe)
            probe->run(w, visit_observe(&v, probe->name, probe->kind));
        wire_end(w);
        tape_back_finished(&back, &e);
        tape_back_release(&back);
        arena_release(&inner);
    }
    arena_release(&arena);
    return 0;
}
