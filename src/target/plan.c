/* Joins targets, scope, exclusions and ports into covers.
 *
 * Two covers are built side by side: `asks` (what will be asked, with default ports) and `allowed`
 * (where the run may go at all: the same places, with every port where none was stated). Space
 * that is never asked stays in them as groups with a reason to skip, so that it is counted and
 * explained instead of silently missing. */
#include "target/plan.h"

#include "target/pin.h"

static const char NETWORK[] = "the network address of a prefix";
static const char BROADCAST[] = "the broadcast address of a prefix";
static const char ANYCAST[] = "the subnet-router anycast address of a prefix (RFC 4291)";

static bool is_edge(const char *skip)
{
    return skip == NETWORK || skip == BROADCAST || skip == ANYCAST;
}

struct building {
    struct plan *plan;
    struct error *error;
    struct cover_builder asks, allowed, bare;
    struct cover scope_asks, scope_allowed; /* of the allow list; empty where there is no scope */
    struct cover scope_bare;                /* as scope_asks, by nothing but addresses */
    bool has_problem;                       /* a name that is asked leads nowhere */
};

static bool no_memory(struct building *b)
{
    return error_set(b->error, "not enough memory for the targets");
}

/* Puts the target, and the file and line where it has one, in front of what is wrong with it. */
static bool blame(struct error *e, const struct target *t)
{
    error_in(e, "target \"%s\"", t->text);
    return t->origin.file ? error_in(e, "%s:%u", t->origin.file, t->origin.line) : false;
}

/* ---- claiming ranges ------------------------------------------------------------------------ */

/* Claims a range class by class; parts that are never asked get that as their reason to skip. */
static bool claim_run(struct cover_builder *to, const struct range *r, const struct ports *ports,
                      const struct label *label, const char *skip, bool wide)
{
    struct range part = { .first = r->first, .family = r->family, .prefix = RANGE_NO_PREFIX };
    for (;;) {
        struct address a = address_from(r->family, part.first), last;
        address_class_run(&a, &last);
        part.last = address_value(&last) < r->last ? address_value(&last) : r->last;
        const char *never = plan_never(&a, wide);
        if (!cover_add(to, &part, ports, label, never ? never : skip))
            return false;
        if (part.last == r->last)
            return true;
        part.first = part.last + 1;
    }
}

struct segment {
    struct range range;
    const char *skip;
};

enum { SEGMENTS_MAX = 3 };

/* Splits off the addresses of a prefix that are no hosts. Loopback prefixes have none such. */
static size_t split(const struct range *r, struct segment ret[static SEGMENTS_MAX])
{
    struct segment core = { *r, NULL };
    bool v4 = r->family == 4;
    size_t n = 0;
    if (r->prefix <= (v4 ? 30 : 126) && plan_is_wide(r)) {
        ret[n++] = (struct segment){ { r->first, r->first, r->family, RANGE_NO_PREFIX },
                                     v4 ? NETWORK : ANYCAST };
        core.range.first++;
        if (v4) {
            ret[n++] = (struct segment){ { r->last, r->last, 4, RANGE_NO_PREFIX }, BROADCAST };
            core.range.last--;
        }
    }
    ret[n++] = core;
    return n;
}

static bool claim(struct cover_builder *to, const struct range *r, const struct ports *ports,
                  const struct label *label)
{
    struct segment parts[SEGMENTS_MAX];
    size_t n = split(r, parts);
    for (size_t i = 0; i < n; i++)
        if (!claim_run(to, &parts[i].range, ports, label, parts[i].skip, plan_is_wide(r)))
            return false;
    return true;
}

/* Claims what a range and a cover have in common, with the cover's ports: under the label, or, where
 * `as_there`, what carries a label there, under that. */
static bool claim_inside(struct cover_builder *to, const struct segment *s, const struct cover *in,
                         const struct label *label, bool as_there, bool wide)
{
    const struct range *r = &s->range;
    for (size_t i = cover_from(in, r->family, r->first); i < in->len; i++) {
        const struct cover_group *g = &in->at[i];
        if (g->family != r->family || g->first > r->last)
            break;
        if (as_there && !g->label)
            continue;
        struct range part = { g->first > r->first ? g->first : r->first,
                              g->last < r->last ? g->last : r->last, r->family, RANGE_NO_PREFIX };
        const char *skip = g->skip && !is_edge(g->skip) ? g->skip : s->skip;
        if (!claim_run(to, &part, g->ports, as_there ? g->label : label, skip, wide))
            return false;
    }
    return true;
}

/* ---- what may be asked ---------------------------------------------------------------------- */

/* Refuses space that is never asked as a whole, and public space without a scope. */
static bool check_class(const struct range *r, bool has_scope, struct error *e)
{
    bool wide = plan_is_wide(r), any = false;
    const char *why = NULL;
    char text[ADDRESS_TEXT_MAX];
    for (u128 at = r->first;;) {
        struct address a = address_from(r->family, at), last;
        enum address_class class = address_class_run(&a, &last);
        const char *never = plan_never(&a, wide);
        why = why ? why : never;
        any = any || !never;
        if (class == ADDRESS_PUBLIC && !has_scope)
            return error_set(
                e,
                "%s is public; public addresses are asked only through a scope file that states "
                "their owner (--scope FILE, see doc/scope.md)",
                address_text(&a, text));
        if (address_value(&last) >= r->last)
            break;
        at = address_value(&last) + 1;
    }
    struct address first = address_from(r->family, r->first);
    return any || error_set(e, "%s is never asked: %s", address_text(&first, text), why);
}

/* Refuses what lies outside the allow list. Ports are checked where the target states its own. */
static bool check_allowed(const struct building *b, const struct target *t, const struct range *r,
                          struct error *e)
{
    const struct cover *in = &b->scope_allowed;
    const char *file = b->plan->options.scope->file;
    char text[ADDRESS_TEXT_MAX];
    size_t i = cover_from(in, r->family, r->first);
    for (u128 at = r->first;; i++) {
        const struct cover_group *g = i < in->len ? &in->at[i] : NULL;
        struct address a = address_from(r->family, at);
        if (!g || g->family != r->family || g->first > at)
            return error_set(e, "%s is not in the allow list of %s", address_text(&a, text), file);
        if (g->skip && (r->first == r->last || !plan_never(&a, plan_is_wide(r))))
            return error_set(e, "%s is never asked: %s", address_text(&a, text), g->skip);
        for (size_t k = 0; k < t->ports.len; k++)
            if (!ports_has(g->ports, ports_at(&t->ports, k)))
                return error_set(e, "port %u%s of %s is not in the allow list of %s",
                                 (uint16_t)ports_at(&t->ports, k), ports_at(&t->ports, k) & PORT_UDP ? "/udp" : "",
                                 address_text(&a, text), file);
        if (g->last >= r->last)
            return true;
        at = g->last + 1;
    }
}

static bool check_size(const struct building *b, const struct range *r, struct error *e)
{
    uint64_t count = range_count(r);
    if (count <= PLAN_RANGE_MAX || b->plan->options.allow_large)
        return true;
    if (count == UINT64_MAX)
        return error_set(e, "more addresses than can be asked; name smaller ranges");
    return error_set(e, "%llu addresses; add --large if all of them are meant",
                     (unsigned long long)count);
}

static bool check_range(const struct building *b, const struct target *t, const struct range *r,
                        bool listed, struct error *e)
{
    const struct scope *scope = b->plan->options.scope;
    if (!check_class(r, scope != NULL, e))
        return false;
    return listed || !scope || check_allowed(b, t, r, e);
}

/* ---- targets -------------------------------------------------------------------------------- */

/* The ports of a target that states none: --ports, else the scope's, else the products'. */
static const struct ports *usual_ports(const struct plan *p)
{
    if (p->options.ports.len)
        return &p->options.ports;
    if (p->options.scope && p->options.scope->ports.len)
        return &p->options.scope->ports;
    return &p->options.default_ports;
}

/* One target on its way into the plan. */
struct placing {
    const struct target *target;
    const struct scope_entry *entry; /* of the allow list that it is; NULL: it was named beside it */
    const struct label *label;
    const struct ports *ports;
    bool asked; /* not only to know what the scope allows */
};

static bool pin(struct building *b, const struct placing *t)
{
    struct plan_pin *pinned = t->target->name ? plan_pin(b->plan, t->target->name) : NULL;
    if (t->target->name && !pinned)
        return no_memory(b);
    b->has_problem |= t->asked && pinned && pinned->problem;
    return !t->asked || plan_remark_target(b->plan, t->target, pinned) || no_memory(b);
}

/* One range of a target that passed its checks. */
static bool place_range(struct building *b, const struct placing *t, const struct range *r)
{
    struct ports every = PORTS_EVERY_BOTH;
    const struct ports *own = &t->target->ports;
    bool wide = plan_is_wide(r), inside = b->plan->options.scope && !t->entry && !own->len;
    struct range whole = *r;
    whole.prefix = RANGE_NO_PREFIX;
    if (!inside)
        return claim(&b->asks, r, t->ports, t->label) &&
               claim(&b->allowed, &whole, own->len ? own : &every, NULL) &&
               (!t->entry || claim(&b->bare, r, t->ports, NULL));
    struct segment parts[SEGMENTS_MAX], all = { whole, NULL };
    size_t n = split(r, parts);
    for (size_t i = 0; i < n; i++)
        if (!claim_inside(&b->asks, &parts[i], &b->scope_bare, t->label, false, wide) ||
            (!t->label && !claim_inside(&b->asks, &parts[i], &b->scope_asks, NULL, true, wide)))
            return false;
    return claim_inside(&b->allowed, &all, &b->scope_allowed, NULL, false, wide);
}

/* An address of a name that may not be asked stays in the plan, to be skipped with its reason. */
static bool place_refused(struct building *b, const struct placing *t, const struct range *r,
                          const struct error *why)
{
    const char *skip = arena_printf(b->plan->arena, "%s: %s", t->target->name, why->text);
    return skip && cover_add(&b->asks, r, t->ports, t->label, skip);
}

static bool remark_refused(struct building *b, const struct placing *t, size_t refused, size_t all,
                           const struct error *first)
{
    const char *text = arena_printf(b->plan->arena, "%zu of its %zu addresses may not be asked: %s", refused, all,
                                    first->text);
    return text && plan_remark(b->plan, REMARK_SCOPE, t->target->name, text, refused, refused == all);
}

static bool check_pinned(const struct building *b, const struct placing *t, const struct range *r,
                         struct error *e)
{
    const struct scope_entry *entry = t->entry;
    char text[ADDRESS_TEXT_MAX];
    struct address a = address_from(r->family, r->first);
    if (!entry || entry->addresses.len == 0)
        return true;
    for (size_t i = 0; i < entry->addresses.len; i++)
        if (range_holds(&entry->addresses.at[i], &a))
            return true;
    return error_set(e, "%s is not among the addresses that line %u of %s states for it",
                     address_text(&a, text), t->target->origin.line, b->plan->options.scope->file);
}

/* Places a target. A range that may not be asked is an error; of a name, at least one address
 * must be fit to ask, unless the scope states its addresses: then the name server has changed, and the
 * other targets have not. */
static bool place(struct building *b, struct placing *t)
{
    struct range r;
    struct error first = { "" };
    size_t at = 0, refused = 0;
    if (!labels_intern(&b->plan->labels, t->target->name, t->target->path, &t->label))
        return no_memory(b);
    if (!pin(b, t))
        return false;
    while (plan_next_range(b->plan, t->target, &at, &r)) {
        struct error why;
        if (t->asked && !check_size(b, &r, b->error))
            return blame(b->error, t->target);
        if (check_pinned(b, t, &r, &why) && check_range(b, t->target, &r, t->entry != NULL, &why)) {
            if (!place_range(b, t, &r))
                return no_memory(b);
            continue;
        }
        if (refused++ == 0)
            first = why;
        if (t->target->name && !place_refused(b, t, &r, &why))
            return no_memory(b);
    }
    bool good = refused == 0 || (t->target->name && (refused < at || (t->entry && t->entry->addresses.len)));
    if (good)
        return !refused || !t->asked || remark_refused(b, t, refused, at, &first) || no_memory(b);
    *b->error = first;
    return blame(b->error, t->target);
}

static bool place_all(struct building *b)
{
    const struct plan_options *o = &b->plan->options;
    for (size_t i = 0; i < o->targets.list.len; i++) {
        const struct target *t = &o->targets.list.at[i];
        struct placing p = { .target = t, .ports = t->ports.len ? &t->ports : usual_ports(b->plan), .asked = true };
        if (!place(b, &p))
            return false;
    }
    return true;
}

/* The allow list, as it would be asked: an entry with ports is cut down to --ports, if given. */
static bool place_allow_list(struct building *b, bool asked)
{
    const struct plan_options *o = &b->plan->options;
    for (size_t i = 0; i < o->scope->allow.len; i++) {
        const struct target *t = &o->scope->allow.at[i].target;
        if (asked && !tag_filter_passes(&o->tags, scope_entry_tag, &o->scope->allow.at[i]))
            continue;
        struct ports ports = t->ports.len ? t->ports : *usual_ports(b->plan);
        if (t->ports.len && o->ports.len &&
            !ports_meet(b->plan->arena, &t->ports, &o->ports, &ports))
            return no_memory(b);
        struct placing p = { .target = t, .entry = &o->scope->allow.at[i], .ports = &ports, .asked = asked };
        if (!place(b, &p))
            return false;
    }
    return true;
}

/* ---- deny and decoys ------------------------------------------------------------------------ */

/* Claims all ports, or the stated ones (also of UDP, where the list says nothing of transports), of each target. A
 * name must resolve: an exclusion that is silently void would be asked. */
static bool claim_listed(struct building *b, struct cover_builder *to, const struct targets *list,
                         const char *verb)
{
    const struct ports every = PORTS_EVERY_BOTH;
    for (size_t i = 0; i < list->list.len; i++) {
        const struct target *t = &list->list.at[i];
        const struct plan_pin *pinned = t->name ? plan_pin(b->plan, t->name) : NULL;
        const char *reason =
            t->origin.file
                ? arena_printf(b->plan->arena, "%s by line %u of %s (%s)", verb, t->origin.line,
                               t->origin.file, t->text)
                : arena_printf(b->plan->arena, "%s on the command line (%s)", verb, t->text);
        if (!reason || (t->name && !pinned))
            return no_memory(b);
        if (t->path) {
            error_set(b->error, "what is %s goes by address and port; leave the path out", verb);
            return blame(b->error, t);
        }
        if (pinned && pinned->problem) {
            error_set(b->error, "%s, so it cannot be %s", pinned->problem, verb);
            return blame(b->error, t);
        }
        struct range r;
        struct ports ports = every;
        if (t->ports.len && !ports_of_both(b->plan->arena, &t->ports, &ports))
            return no_memory(b);
        for (size_t at = 0; plan_next_range(b->plan, t, &at, &r);)
            if (!cover_add(to, &r, &ports, NULL, reason))
                return no_memory(b);
    }
    return true;
}

static bool build_lists(struct building *b)
{
    struct plan *p = b->plan;
    const struct scope *scope = p->options.scope;
    struct cover_builder denied, decoys;
    struct error ignored;
    cover_begin(&denied, &p->sets);
    cover_begin(&decoys, &p->sets);
    bool ok = claim_listed(b, &denied, &p->options.excludes, "excluded") &&
              (!scope || (claim_listed(b, &denied, &scope->deny, "denied") &&
                          claim_listed(b, &decoys, &scope->decoys, "marked as a decoy")));
    ok = cover_end(&denied, p->arena, &p->denied, ok ? b->error : &ignored) && ok;
    return cover_end(&decoys, p->arena, &p->decoys, ok ? b->error : &ignored) && ok;
}

/* ---- the whole ------------------------------------------------------------------------------ */

/* Runs one of the two walks over targets and keeps its covers. */
static bool build_covers(struct building *b, bool from_scope, bool asked, struct cover *asks,
                         struct cover *allowed)
{
    struct error ignored;
    cover_begin(&b->asks, &b->plan->sets);
    cover_begin(&b->allowed, &b->plan->sets);
    cover_begin(&b->bare, &b->plan->sets);
    struct cover bare;
    bool ok = from_scope ? place_allow_list(b, asked) : place_all(b);
    ok = cover_end(&b->asks, b->plan->arena, asks, ok ? b->error : &ignored) && ok;
    ok = cover_end(&b->bare, b->plan->arena, &bare, ok ? b->error : &ignored) && ok;
    ok = cover_end(&b->allowed, b->plan->arena, allowed, ok ? b->error : &ignored) && ok;
    if (ok && from_scope)
        b->scope_bare = bare;
    return ok;
}

/* Where no name leads anywhere, nothing is looked at, whatever may be ignored. */
static void mark_nothing_asked(struct plan *p)
{
    for (size_t i = 0; i < p->remarks.len; i++)
        p->remarks.at[i].incomplete |= p->remarks.at[i].kind == REMARK_UNRESOLVED;
}

static bool build(struct building *b)
{
    struct plan *p = b->plan;
    bool named = p->options.targets.list.len > 0;
    if (!named && !p->options.scope)
        return error_set(b->error,
                         "no target is named; write at least one, as in 127.0.0.1 or 10.0.0.0/24");
    if (!build_lists(b))
        return false;
    if (p->options.scope && !build_covers(b, true, !named, &b->scope_asks, &b->scope_allowed))
        return false;
    p->asks = b->scope_asks;
    p->allowed = b->scope_allowed;
    if (named && !build_covers(b, false, true, &p->asks, &p->allowed))
        return false;
    if (!cover_number(&p->asks, b->error))
        return false;
    if (!plan_remark_admitted(p))
        return no_memory(b);
    p->total = p->asks.total;
    if (p->total == 0 && b->has_problem)
        mark_nothing_asked(p);
    return p->total || b->has_problem ||
           error_set(b->error, "no port is left to ask: --ports and the ports of the scope file have none in common");
}

struct plan *plan_build(struct arena *a, const struct plan_options *o, struct error *e)
{
    struct plan *p = ARENA_NEW(a, struct plan);
    struct building b = { .plan = p, .error = e };
    if (!p) {
        no_memory(&b);
        return NULL;
    }
    p->arena = a;
    p->options = *o;
    if (!p->options.resolver)
        p->options.resolver = &RESOLVER_SYSTEM;
    port_sets_init(&p->sets, a);
    labels_init(&p->labels, a);
    table_init(&p->pins, a, 0);
    return build(&b) ? p : NULL;
}
