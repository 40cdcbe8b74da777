/* What will be asked: targets, scope, exclusions and ports joined into one numbered space of
 * endpoints, none of which is held in memory by itself. Each name (and each path of a URL) that somebody
 * wrote is asked at each of its addresses; the address by itself only where it is named or in a range.
 *
 * The rules (DESIGN law 3): forbidden space never; loopback only by an entry of its own; private
 * space if named; public space only inside the allow list of a scope file that states an owner.
 * Deny wins always. Names are resolved once, here; what they resolved to is pinned. */
#ifndef AJAR_TARGET_PLAN_H
#define AJAR_TARGET_PLAN_H

#include "record/remark.h"
#include "target/cover.h"
#include "target/resolve.h"
#include "target/scope.h"

struct plan_options {
    struct targets targets;     /* named on the command line; none: the allow list is asked */
    struct targets excludes;    /* --exclude */
    const struct scope *scope;  /* --scope, or NULL */
    struct tag_filter tags;     /* only what the scope file tags so; what has other tags is skipped */
    struct ports ports;         /* --ports; len 0 = not given */
    struct ports default_ports; /* all that the products use */
    bool allow_large;           /* --large: ranges of more than PLAN_RANGE_MAX addresses */
    bool ignore_unresolved;     /* names that lead nowhere are remarked, and leave the scan complete */
    const struct resolver *resolver;
};

enum { PLAN_RANGE_MAX = 65536 };

struct plan_pin;

struct plan {
    uint64_t total; /* endpoints, those to be skipped among them; 0: no name of the targets resolves */
    struct arena *arena;
    struct plan_options options;
    struct cover asks;    /* what the numbers stand for */
    struct cover allowed; /* where the run may go at all: redirects are checked against it */
    struct cover denied, decoys;
    struct port_sets sets;
    struct table pins; /* name -> struct plan_pin */
    struct labels labels;
    LIST_OF(struct remark) remarks; /* what is left out of what was named, and what the scope lets in */
};

/* Builds the plan into the arena, with everything it needs; options, targets and scope must
 * outlive it. NULL and one clear line where a target may not be asked. A name that does not
 * resolve is no error: it is among the remarks, and plan_targets() shows it. */
struct plan *plan_build(struct arena *a, const struct plan_options *o, struct error *e);

/* Adds to the remarks; `about` and `text` are kept as they are. False where the arena is full. */
bool plan_remark(struct plan *p, enum remark_kind kind, const char *about, const char *text, uint64_t count,
                 bool incomplete);

/* The endpoint with this number; index < total. False where it is not to be asked: then
 * *ret_skip_why says so (and *ret is filled all the same). Takes O(log n). */
bool plan_endpoint(const struct plan *p, uint64_t index, struct endpoint *ret,
                   const char **ret_skip_why);
/* How many of the endpoints will be skipped. Takes as long as there are groups. */
uint64_t plan_skipped(const struct plan *p);

/* Whether a redirect or a dashboard may lead to this address and port: it must lie inside the
 * named targets (and so the scope), and not be denied. *ret_why_not is set where it may not. */
bool plan_allows(const struct plan *p, const struct address *a, uint32_t port,
                 const char **ret_why_not);
/* Whether the plan itself asks there, under whatever name and path. */
bool plan_asks(const struct plan *p, const struct address *a, uint32_t port);
/* The addresses that a name was pinned to, for following a redirect to it; they belong to the plan. False
 * where the name is not among the targets: it is not resolved then. Any letter case. */
bool plan_pinned(const struct plan *p, struct span name, const struct address **ret, size_t *ret_len);
/* The same; the name as the plan holds it, or NULL. */
const char *plan_pinned_name(const struct plan *p, struct span name, const struct address **ret, size_t *ret_len);
/* The allow entry of the scope file that speaks of the endpoint, or NULL: for its tags and for `owned`. That
 * of its own name first, then the narrowest range. Another name's entry says nothing about a name; it does
 * about the bare address, and where several do, one that does not say `owned` goes first. Takes as long as
 * there are entries. */
const struct scope_entry *plan_entry(const struct plan *p, const struct endpoint *e);
/* Whether the scope file lists the endpoint as a decoy of our own. */
bool plan_is_decoy(const struct plan *p, const struct address *a, uint32_t port);

/* One target of the plan, for --dry-run. */
struct plan_target {
    const char *text;    /* as written */
    const char *why;     /* "named on the command line", "line 7 of scope.yaml" */
    const char *problem; /* why nothing is asked, such as a name that does not resolve; or NULL */
    const char *ports;   /* "9200,9300-9305"; "several" where they differ inside the target */
    enum address_class class;               /* of its most exposed address */
    uint64_t addresses, endpoints, skipped; /* skipped are among the endpoints */
};

/* How many targets there are, in the order written: those that were named, else the allow list. */
size_t plan_target_count(const struct plan *p);
/* As it was written; it belongs to the plan. */
const char *plan_target_text(const struct plan *p, size_t i);
/* One of them; its texts lie in arena `a`. Endpoints that two targets share count for both. Takes as long as
 * groups lie in its ranges. False where the arena is full. */
bool plan_target_at(const struct plan *p, size_t i, struct arena *a, struct plan_target *ret);

#endif
