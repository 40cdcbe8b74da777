/* Which addresses have been silent so far, and from which place on what is left of them is put last. Nothing is left
 * out: in its first pass the pacer passes over places that are put off, in a second it asks exactly those. Both can
 * tell them by two numbers, so no list of places is kept: an address is put off from a place on, and the order of
 * places never changes. Who answered once is not put off.
 *
 * Memory is fixed. Where as many addresses are put off as there is room for, the rest keep their turn. */
#ifndef AJAR_SWEEP_SILENT_H
#define AJAR_SWEEP_SILENT_H

#include <stdbool.h>

#include "base/error.h"
#include "record/address.h"

enum { SILENT_PORTS = 3 /* that gave no answer, one after the other, and none that did */ };

struct silents;
/* For so many addresses at most, rounded up to a power of two. */
struct silents *silents_new(size_t addresses_max, uint64_t seed, struct error *e);
void silents_free(struct silents *s);

/* An address answered, or did not. True where it is put off by that, from `from_place` on: no place of it before that
 * may still be to come, and none after it may have begun. Nothing happens after silents_freeze(). */
bool silents_note(struct silents *s, const struct address *a, bool answered, uint64_t from_place);
/* Whether this place of the address is one that is put off. */
bool silents_has(const struct silents *s, const struct address *a, uint64_t place);
/* Whether anything was put off so far. */
bool silents_any(const struct silents *s);
/* The second pass begins: nothing changes any more. True where anything was put off. */
bool silents_freeze(struct silents *s);

#endif
