/* A cover: intervals of addresses, each with a set of ports and a label, so that every (address,
 * port, label) occurs once however often and in whatever overlap it was asked for: what was asked
 * for by a name is another endpoint than the same place by another name, or by its address alone.
 * Millions of endpoints take a few intervals; none is ever held by itself. */
#ifndef AJAR_TARGET_COVER_H
#define AJAR_TARGET_COVER_H

#include "base/buf.h"
#include "base/error.h"
#include "base/list.h"
#include "record/record.h"
#include "target/label.h"
#include "target/ports.h"
#include "target/range.h"

/* Several groups may lie on one interval: one a label, or one a reason to skip. */
struct cover_group {
    u128 first, last;
    uint64_t start;            /* index of its first endpoint; see cover_number() */
    const struct ports *ports; /* interned */
    const struct label *label; /* NULL: asked for by address */
    const char *skip;          /* why its endpoints are not asked; NULL = they are */
    uint8_t family;
};

struct cover {
    struct cover_group *at; /* in (family, first, number of the label) order */
    size_t len;
    uint64_t total; /* endpoints; see cover_number() */
};

struct cover_claim; /* one (ports, label, skip) */
struct cover_piece;

struct cover_builder {
    struct arena scratch;
    struct port_sets *sets;
    struct table claims;
    struct cover_claim *recent;
    size_t claim_count;
    struct buf pieces; /* of struct cover_piece: a million of them, so no arena that keeps what it outgrew */
};

/* `sets` and the strings handed to cover_add() must live as long as the cover. */
void cover_begin(struct cover_builder *b, struct port_sets *sets);
/* Claims all endpoints of range x ports under a label. Claims of different labels never touch each
 * other. Where claims of one label overlap, those to be skipped lose the whole address to those to be
 * asked, and earlier ones come before later ones. An empty port set claims nothing. False where
 * memory is out. */
bool cover_add(struct cover_builder *b, const struct range *r, const struct ports *ports,
               const struct label *label, const char *skip);
/* Makes the cover in arena `a` and releases the builder, whatever the outcome. */
bool cover_end(struct cover_builder *b, struct arena *a, struct cover *ret, struct error *e);

/* Numbers the endpoints from 0: fills `start` and `total`. False where there are 2^63 or more. */
bool cover_number(struct cover *c, struct error *e);
/* The endpoint with this number, under the name and path of its label, and its group; index < total.
 * O(log n) in the groups. */
const struct cover_group *cover_endpoint(const struct cover *c, uint64_t index,
                                         struct endpoint *ret);
/* The first group that holds this address and port, or NULL: for covers without labels, where there
 * is no other. O(log n), and as many steps as groups lie on one interval. */
const struct cover_group *cover_find(const struct cover *c, const struct address *a, uint32_t port);
/* The index of the first group of this family that ends at or after `value`; from there on the
 * groups are walked while their family is the same and their `first` not beyond the range. */
size_t cover_from(const struct cover *c, uint8_t family, u128 value);

#endif
