/* Finding out what a server is.
 *
 *   1. "GET /" is shared by all entries; the index tells at once which of them it may be.
 *   2. Where the answer names a path (a redirect that stays on the host, a page whose scripts lie below
 *      one), the root below that path is asked too: a product is wherever its root is.
 *   3. What may still decide is ranked: a request counts for every entry that waits for it. First come
 *      entries for which the root gives evidence (`suspect`), then those whose port it is, by the place
 *      of the port in their list; where the root is no page for people, all others. The alphabet never
 *      decides: among equals the bytes of the request do. After each answer the ranking is made anew.
 *
 * Where the root speaks for a site of files, a port alone is worth less than what may lie about there: some of the
 * requests are kept for that (leavings.h). What no request was left for is told: found.unasked. */
#include "http/leavings.h"
#include "http/links.h"
#include "http/url.h"

enum {
    BASE_ROOTS_MAX = 2, /* further roots, each below a base path */
    /* What an entry adds to the rank of a request that it waits for. */
    WEIGHT_AT_HOME = 1000000, /* the same evidence at the entry's first port; half of that at its second, and so on */
    WEIGHT_EVIDENCE = 100000,
    WEIGHT_INHERITED = 50000, /* the evidence is the answer that named this base path */
    WEIGHT_PORT = 1000,       /* the entry's first port; half of that for its second, and so on */
    WEIGHT_ANY = 1,
};

/* A root that was asked, or may be. */
struct place {
    struct span base;
    struct response *root; /* NULL: not asked, or no answer */
    unsigned *weights;     /* one an entry; 0: it is not asked anything here */
};

/* What entries wait for: a request at a place, and the sum of their weights. */
struct wish {
    const struct request *request; /* NULL: nobody waits for it */
    unsigned weight;
};

struct look {
    struct asker *asker;
    const struct catalog *catalog;
    uint16_t port;
    struct place places[BASES_MAX];
    size_t place_count;
    struct wish *wishes; /* one a place and a request, by the number of the request */
};

bool entry_identifies(struct asker *a, const struct entry *e, bool root_only)
{
    for (size_t i = 0; i < e->identify.len; i++)
        if ((!root_only || condition_root_only(e->identify.at[i])) &&
            condition_met(a, e->identify.at[i]))
            return true;
    return false;
}

static struct response *ask_root(struct look *l, struct span base)
{
    l->asker->base = base;
    return l->asker->get(l->asker, l->catalog->web->requests.at[0], SPAN_NONE);
}

/* The entry that knows the root at a place; one whose port it is before others. */
static const struct entry *known_root(struct look *l, const struct place *p)
{
    const struct entry *other = NULL;
    l->asker->base = p->base;
    for (size_t i = 0; i < l->catalog->entries.len && p->root; i++) {
        const struct entry *e = l->catalog->entries.at[i];
        if (!entry_identifies(l->asker, e, true))
            continue;
        if (entry_port_rank(e, l->port))
            return e;
        other = other ? other : e;
    }
    return other;
}

static bool is_redirect(const struct response *r)
{
    return r && r->status >= 300 && r->status <= 399;
}

/* Where the first of an entry's marks stands in a path; its end where none does. */
static size_t first_mark(const struct entry *e, struct span path)
{
    size_t first = path.len;
    for (size_t i = 0; i < e->base_marks.len; i++) {
        size_t at = span_find(path, e->base_marks.at[i]);
        first = at < first ? at : first;
    }
    return first;
}

static void add_base(struct look *l, struct span path, struct span *bases, size_t *count, size_t max)
{
    struct span base;
    if (*count == max || !url_base(path, l->asker->start, &base))
        return;
    for (size_t i = 0; i < *count; i++)
        if (span_eq(bases[i], base))
            return;
    bases[(*count)++] = base;
}

/* The path of a redirect without the file at its end: "/a/index.html" -> "/a/". */
static struct span without_file(struct span path)
{
    size_t slash = path.len;
    while (slash > 0 && path.at[slash - 1] != '/')
        slash--;
    return span_has(span_from(path, slash), ".") ? span_first(path, slash) : path;
}

/* The base path in a path that an answer named: it ends at the mark of an entry for which the answer is
 * evidence; else at the first mark of any entry; where there is none, the whole path is one. */
static void add_marked(struct look *l, struct span path, struct span *bases, size_t *count, size_t max)
{
    size_t first = path.len;
    bool evidence = false;
    for (size_t i = 0; i < l->catalog->entries.len && path.len; i++) {
        const struct entry *e = l->catalog->entries.at[i];
        size_t at = first_mark(e, path);
        first = at < first ? at : first;
        if (at == path.len || !e->suspect || !condition_met(l->asker, e->suspect))
            continue;
        add_base(l, span_first(path, at), bases, count, max);
        evidence = true;
    }
    if (!evidence)
        add_base(l, first < path.len ? span_first(path, first) : without_file(path), bases, count, max);
}

/* The base paths that the root at a place names. */
static size_t named_bases(struct look *l, const struct place *p, struct span *bases, size_t max)
{
    const struct response *r = p->root;
    struct span told[LINK_BASES_MAX];
    size_t count = 0;
    l->asker->base = p->base;
    if (is_redirect(r)) {
        add_marked(l, url_local_path(response_header(r, "location"), l->asker->host), bases, &count, max);
        return count;
    }
    size_t links = r ? page_bases(r->body, l->asker->host, told) : 0;
    for (size_t i = 0; i < links; i++)
        add_marked(l, told[i], bases, &count, max);
    return count;
}

static struct place *add_place(struct look *l, struct span base)
{
    for (size_t i = 0; i < l->place_count; i++)
        if (span_eq(l->places[i].base, base))
            return NULL;
    if (l->place_count == BASES_MAX)
        return NULL;
    struct place *p = &l->places[l->place_count];
    *p = (struct place){ .base = base };
    p->weights = arena_array(l->asker->arena, l->catalog->entries.len, sizeof(p->weights[0]));
    if (!p->weights)
        return NULL;
    l->place_count++;
    return p;
}

/* Asks the roots below the base paths that the roots before them name. The entry that knows one of
 * them, or NULL. */
static const struct entry *look_below(struct look *l, size_t *ret_place)
{
    unsigned asked = 0;
    for (size_t i = 0; i < l->place_count; i++) {
        struct span bases[BASES_MAX];
        size_t count = named_bases(l, &l->places[i], bases, BASES_MAX);
        for (size_t k = 0; k < count && asked < BASE_ROOTS_MAX; k++) {
            struct place *p = add_place(l, bases[k]);
            if (!p)
                continue;
            asked++;
            p->root = ask_root(l, p->base);
            const struct entry *e = known_root(l, p);
            *ret_place = (size_t)(p - l->places);
            if (e)
                return e;
        }
    }
    return NULL;
}

/* Whether the root is no page for people, so that what it belongs to may yet be anything. */
static bool tells_nothing(struct response *r)
{
    if (!r)
        return false;
    if (r->status == 403 || r->status == 404 || r->status == 405)
        return true;
    return r->status == 200 && !span_has(response_header(r, "content-type"), "html") &&
           response_title(r).len == 0;
}

/* The base path that a redirect names in an entry's own marks; false where it names none. */
static bool own_base(struct look *l, const struct entry *e, const struct response *r, struct span *ret)
{
    struct span path = is_redirect(r) ? url_local_path(response_header(r, "location"), l->asker->host)
                                      : SPAN_NONE;
    size_t mark = first_mark(e, path);
    return mark < path.len && url_base(span_first(path, mark), l->asker->start, ret);
}

/* Whether the root at a place is evidence for an entry: `suspect`, or the part of an identifying
 * condition that looks at the root. */
static bool is_evidence(struct look *l, const struct entry *e, const struct place *p)
{
    struct asker *a = l->asker;
    if (!p->root)
        return false;
    a->base = p->base;
    if (e->suspect && condition_met(a, e->suspect))
        return true;
    a->root_held = false;
    for (size_t i = 0; i < e->identify.len; i++)
        (void)condition_met(a, e->identify.at[i]);
    return a->root_held;
}

static void weigh_entry(struct look *l, size_t index)
{
    const struct entry *e = l->catalog->entries.at[index];
    bool first = is_evidence(l, e, &l->places[0]);
    struct span own = SPAN_NONE;
    bool has_own = own_base(l, e, l->places[0].root, &own);
    unsigned rank = entry_port_rank(e, l->port);
    for (size_t i = 0; i < l->place_count; i++) {
        struct place *p = &l->places[i];
        bool here = i == 0 ? first : is_evidence(l, e, p);
        unsigned weight = rank ? WEIGHT_PORT / rank : tells_nothing(p->root) ? WEIGHT_ANY : 0;
        if (here)
            weight += rank ? WEIGHT_AT_HOME / rank : WEIGHT_EVIDENCE;
        else if (first)
            weight += WEIGHT_INHERITED;
        if (has_own && (here || first) && span_eq(own, p->base))
            weight += WEIGHT_EVIDENCE;
        p->weights[index] = weight;
    }
}

/* Notes that an entry waits for a request. Where nothing points to it, no POST is sent on its behalf. Among entries to
 * which as much points, what is found open most goes first. */
static void wish(struct look *l, const struct entry *e, const struct request *r, size_t place, unsigned weight)
{
    if (weight == WEIGHT_ANY && !span_is(r->method, "GET"))
        return;
    struct wish *w = &l->wishes[place * l->catalog->request_count + r->same->number];
    w->request = r;
    w->weight += weight + e->leaks;
}

/* Holds an entry against what was answered. True where it knows the server; else its wishes are noted,
 * and *ret_waits says whether it has any. */
static bool weighs_up(struct look *l, const struct entry *e, size_t place, unsigned weight, bool *ret_waits)
{
    struct asker *a = l->asker;
    a->base = l->places[place].base;
    *ret_waits = false;
    for (size_t i = 0; i < e->identify.len; i++) {
        a->missing = NULL;
        bool met = condition_met(a, e->identify.at[i]);
        if (met && !a->missing)
            return true;
        if (a->missing && a->missing->same != l->catalog->web->requests.at[0]->same) {
            wish(l, e, a->missing, place, weight);
            *ret_waits = true;
        }
    }
    return false;
}

/* One round over all entries at all places. The entry that knows the server, or NULL. */
static const struct entry *round_of_all(struct look *l, struct found *found, size_t *ret_place)
{
    memset(l->wishes, 0, BASES_MAX * l->catalog->request_count * sizeof(l->wishes[0]));
    found->unasked = 0;
    for (size_t k = 0; k < l->catalog->entries.len; k++) {
        const struct entry *e = l->catalog->entries.at[k];
        bool waits = false, likely = false;
        for (size_t i = 0; i < l->place_count; i++) {
            unsigned weight = l->places[i].weights[k];
            bool here;
            if (!weight)
                continue;
            if (weighs_up(l, e, i, weight, &here)) {
                *ret_place = i;
                return e;
            }
            waits |= here;
            likely |= here && weight > WEIGHT_ANY;
        }
        if (!waits || !likely)
            continue;
        if (found->unasked < UNASKED_NAMES_MAX)
            found->unasked_names[found->unasked] = e->product.name;
        found->unasked++;
    }
    return NULL;
}

/* Another on every port, so that no request is always the last. */
static uint64_t lot(const struct look *l, const struct request *r)
{
    return r->same->lot ^ (l->port * 0x9e3779b97f4a7c15u);
}

/* The place and number of the request that decides the most; SIZE_MAX where nobody waits for any. */
static size_t best_wish(const struct look *l)
{
    size_t requests = l->catalog->request_count, best = SIZE_MAX;
    for (size_t i = 0; i < l->place_count * requests; i++) {
        const struct wish *w = &l->wishes[i], *b = best == SIZE_MAX ? NULL : &l->wishes[best];
        if (!w->request || (b && w->weight < b->weight))
            continue;
        if (!b || w->weight > b->weight ||
            (w->weight == b->weight && lot(l, w->request) < lot(l, b->request)))
            best = i;
    }
    return best;
}

static const struct entry *ask_on(struct look *l, struct found *found, size_t *ret_place)
{
    struct asker *a = l->asker;
    unsigned kept = leavings_kept(a, l->catalog, l->port);
    a->cached_only = true;
    for (size_t i = 0; i < l->catalog->entries.len; i++)
        weigh_entry(l, i);
    const struct entry *e = NULL;
    for (;;) {
        e = round_of_all(l, found, ret_place);
        size_t best = e ? SIZE_MAX : best_wish(l);
        if (best == SIZE_MAX || a->budget == 0)
            break;
        if (a->budget <= kept && l->wishes[best].weight < WEIGHT_INHERITED)
            break; /* what merely its port speaks for */
        a->cached_only = false;
        a->base = l->places[best / l->catalog->request_count].base;
        (void)a->get(a, l->wishes[best].request, SPAN_NONE);
        a->cached_only = true;
    }
    a->cached_only = false;
    return e;
}

/* Below which paths the parts of a known product may live: where a redirect says that it does, where it
 * was found, where its page says, and at the bare root. */
static void list_bases(struct look *l, struct found *found, size_t place)
{
    struct span base;
    const struct place *p = &l->places[place];
    if (own_base(l, found->entry, p->root, &base))
        add_base(l, base, found->bases, &found->base_count, BASES_MAX - 1);
    add_base(l, p->base, found->bases, &found->base_count, BASES_MAX - 1);
    if (p->root && !is_redirect(p->root)) {
        struct span told[LINK_BASES_MAX];
        size_t count = page_bases(p->root->body, l->asker->host, told);
        for (size_t i = 0; i < count; i++)
            add_base(l, span_first(told[i], first_mark(found->entry, told[i])), found->bases,
                     &found->base_count, BASES_MAX - 1);
    }
    bool bare = false;
    for (size_t i = 0; i < found->base_count; i++)
        bare |= found->bases[i].len == 0;
    if (!bare)
        found->bases[found->base_count++] = SPAN_NONE;
}

bool look_knows_root(struct asker *a, const struct catalog *c, uint16_t port)
{
    struct look l = { .asker = a, .catalog = c, .port = port };
    struct place start = { .base = a->start };
    start.root = ask_root(&l, a->start);
    return known_root(&l, &start) != NULL;
}

struct found look_find(struct asker *a, const struct catalog *c, uint16_t port)
{
    struct look l = { .asker = a, .catalog = c, .port = port };
    struct found found = { 0 };
    size_t place = 0;
    struct place *start = add_place(&l, a->start);
    l.wishes = arena_array(a->arena, BASES_MAX * c->request_count, sizeof(l.wishes[0]));
    if (!start || !l.wishes)
        return found;
    start->root = ask_root(&l, a->start);
    found.entry = known_root(&l, start);
    if (!found.entry)
        found.entry = look_below(&l, &place);
    if (!found.entry)
        found.entry = ask_on(&l, &found, &place);
    a->base = a->start;
    if (found.entry)
        list_bases(&l, &found, place);
    else
        found.bases[found.base_count++] = a->start;
    return found;
}
