/* Finding out what a server is.
 *
 *   1. "GET /" is shared by all entries; the index tells at once which of them its answer concerns.
 *   2. Where the answer names a path (a redirect that stays on the host, a page whose scripts lie below
 *      one), the root below that path is asked too: a product is wherever its root is.
 *   3. What may still decide is ranked: a request counts for every entry that waits for it. First come
 *      entries for which the root gives evidence (`suspect`), then those whose port it is, by the place
 *      of the port in their list; where the root is no page for people, all others. The alphabet never
 *      decides: among equals the bytes of the request do. After each answer the ranking is made anew.
 *
 * Where the root speaks for a site of files, a port alone is worth less than what may lie about there: some of the
 * requests are kept for that (leavings.h). What no request was left for is told: found.unasked. */
#include "http/index.h"
#include "http/leavings.h"
#include "http/links.h"
#include "http/url.h"

enum {
    BASE_ROOTS_MAX = 2, /* further roots, each below a base path */
    /* What an entry adds to the rank of a request that it waits for. */
    WEIGHT_AT_HOME = 1000000, /* the same evidence at the entry's first port; half of that at its second, and so on */
    WEIGHT_EVIDENCE = 100000,
    WEIGHT_PARTICULAR = 100000, /* a test of `suspect` beyond the second that held: many share a status and a body */
    PARTICULAR_MOST = 4, /* such tests that count */
    WEIGHT_INHERITED = 50000, /* the evidence is the answer that named this base path */
    WEIGHT_PORT = 1000,       /* the entry's first port; half of that for its second, and so on */
    WEIGHT_ANY = 1,           /* as hopes are added up (index.h) */
};

/* A root that was asked, or may be. */
struct place {
    struct span base;
    struct response *root; /* NULL: not asked, or no answer */
    uint64_t *concerned;   /* the entries that the root concerns */
    bool tells_nothing;    /* so that all entries may be meant */
    unsigned *weights;     /* one an entry of `look.closer`; 0: it is not asked anything here */
    unsigned *wanted;      /* by number of the request: what those weigh that wait for it; 0: nobody does */
};

/* What an entry that is looked at closer waits for. */
struct wish {
    size_t place, entry;
    const struct request *request;
    unsigned weight;
};

/* Most entries have nothing to do with a server. What those wait for was added up when the catalog was loaded
 * (index.h); looked at are the entries that some answer concerns, and those whose port it is. */
struct look {
    struct asker *asker;
    const struct catalog *catalog;
    uint16_t port;
    struct place places[BASES_MAX];
    size_t place_count;
    uint64_t *closer;             /* the entries that are looked at, whatever the place */
    LIST_OF(struct wish) wishes; /* theirs, in this round */
};

bool entry_identifies(struct asker *a, const struct entry *e, bool root_only)
{
    for (size_t i = 0; i < e->identify.len; i++)
        if ((!root_only || condition_root_only(e->identify.at[i])) &&
            condition_met(a, e->identify.at[i]))
            return true;
    return false;
}

/* Adds the entries that an answer concerns: all, where the asker has no index. */
static void add_concerned(struct look *l, const struct request *asked, struct response *answer, uint64_t *set)
{
    if (l->asker->index)
        index_concerned(l->asker->index, l->asker->arena, asked, answer, set);
    for (size_t i = 0; i < l->catalog->entries.len && !l->asker->index; i++)
        entry_set_add(set, i);
}

/* `named`: below a path that an answer named, which any server's may. */
static void ask_root(struct look *l, struct place *p, bool named)
{
    const struct request *root = l->catalog->web->requests.at[0];
    l->asker->base = p->base;
    l->asker->hurries = named;
    p->root = l->asker->get(l->asker, root, SPAN_NONE);
    l->asker->hurries = false;
    add_concerned(l, root, p->root, p->concerned);
}

/* The entry that knows the root at a place; one whose port it is before others. */
static const struct entry *known_root(struct look *l, const struct place *p)
{
    const struct catalog *c = l->catalog;
    const struct entry *other = NULL;
    l->asker->base = p->base;
    if (!p->root)
        return NULL;
    ENTRY_SET_EACH (p->concerned, c, i) {
        const struct entry *e = c->entries.at[i];
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
static void add_marked(struct look *l, const struct place *p, struct span path, struct span *bases, size_t *count,
                       size_t max)
{
    const struct catalog *c = l->catalog;
    uint64_t *marked = entry_set(l->asker->arena, c);
    size_t first = marked ? index_marked(c->index, l->asker->arena, path, marked) : path.len;
    bool evidence = false;
    if (!marked)
        return;
    ENTRY_SET_EACH (marked, c, i) {
        const struct entry *e = c->entries.at[i];
        size_t at = first_mark(e, path);
        if (at == path.len || !entry_set_has(p->concerned, i) || !e->suspect || !condition_met(l->asker, e->suspect))
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
        add_marked(l, p, url_local_path(response_header(r, "location"), l->asker->host), bases, &count, max);
        return count;
    }
    size_t links = r ? page_bases(r->body, l->asker->host, told) : 0;
    for (size_t i = 0; i < links; i++)
        add_marked(l, p, told[i], bases, &count, max);
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
    p->concerned = entry_set(l->asker->arena, l->catalog);
    if (!p->concerned)
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
            ask_root(l, p, true);
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

/* How many tests a condition that holds rests on; of alternatives the one with most. 0 where it does not hold. */
static size_t tests_held(struct asker *a, const struct condition *c)
{
    size_t sum = 0, most = 0;
    if (!condition_met(a, c))
        return 0;
    if (c->kind == CONDITION_TESTS || c->kind == CONDITION_NOT)
        return c->kind == CONDITION_NOT ? 1 : c->tests.len;
    for (size_t i = 0; i < c->children.len; i++) {
        size_t held = tests_held(a, c->children.at[i]);
        sum += held;
        most = held > most ? held : most;
    }
    return c->kind == CONDITION_ALL ? sum : most;
}

/* What the root at a place adds to the rank of an entry as evidence: `suspect`, or the part of an identifying condition
 * that looks at the root; 0 where it is none. What is particular to few counts more than what many share. */
static unsigned evidence(struct look *l, const struct entry *e, const struct place *p)
{
    struct asker *a = l->asker;
    if (!p->root)
        return 0;
    a->base = p->base;
    size_t held = e->suspect ? tests_held(a, e->suspect) : 0, beyond = held > 2 ? held - 2 : 0;
    if (held)
        return WEIGHT_EVIDENCE + WEIGHT_PARTICULAR * (unsigned)(beyond < PARTICULAR_MOST ? beyond : PARTICULAR_MOST);
    a->root_held = false;
    for (size_t i = 0; i < e->identify.len; i++)
        (void)condition_met(a, e->identify.at[i]);
    return a->root_held ? WEIGHT_EVIDENCE : 0;
}

static void weigh_entry(struct look *l, size_t index)
{
    const struct entry *e = l->catalog->entries.at[index];
    unsigned first = evidence(l, e, &l->places[0]);
    struct span own = SPAN_NONE;
    bool has_own = own_base(l, e, l->places[0].root, &own);
    unsigned rank = entry_port_rank(e, l->port);
    for (size_t i = 0; i < l->place_count; i++) {
        struct place *p = &l->places[i];
        unsigned here = i == 0 ? first : evidence(l, e, p);
        unsigned weight = rank ? WEIGHT_PORT / rank : p->tells_nothing ? WEIGHT_ANY : 0;
        if (here)
            weight += rank ? WEIGHT_AT_HOME / rank : here;
        else if (first)
            weight += WEIGHT_INHERITED;
        if (has_own && (here || first) && span_eq(own, p->base))
            weight += WEIGHT_EVIDENCE;
        p->weights[index] = weight;
    }
}

/* ---- who waits for what ------------------------------------------------------------------------- */

/* Takes what an entry hopes for out of what all hope for: from now on it is looked at. */
static void take_out(struct look *l, size_t index)
{
    const struct entry *e = l->catalog->entries.at[index];
    for (size_t k = 0; k < e->identify.len; k++) {
        const struct request *r = index_hope(l->catalog->index, index, e->identify.at[k]);
        for (size_t i = 0; i < l->place_count && r; i++) {
            unsigned *wanted = &l->places[i].wanted[r->same->number];
            *wanted -= *wanted ? WEIGHT_ANY + e->leaks : 0; /* 0: it was asked */
        }
    }
}

/* Looks closer at the entries of a set from now on. What is known of them by then is that nothing points to them. */
static void look_closer(struct look *l, const uint64_t *set)
{
    const struct catalog *c = l->catalog;
    ENTRY_SET_EACH (set, c, k) {
        if (entry_set_has(l->closer, k))
            continue;
        entry_set_add(l->closer, k);
        take_out(l, k);
        for (size_t i = 0; i < l->place_count; i++)
            l->places[i].weights[k] = l->places[i].tells_nothing ? WEIGHT_ANY : 0;
    }
}

/* Notes that a request was asked at a place. */
static void note_asked(struct look *l, size_t place, const struct request *r, struct response *answer)
{
    uint64_t *concerned = entry_set(l->asker->arena, l->catalog);
    if (!concerned)
        return;
    add_concerned(l, r, answer, concerned);
    look_closer(l, concerned);
    l->places[place].wanted[r->same->number] = 0;
}

/* False where the arena is full. */
static bool weigh_all(struct look *l)
{
    const struct catalog *c = l->catalog;
    struct arena *arena = l->asker->arena;
    uint64_t *near = entry_set(arena, c);
    l->closer = entry_set(arena, c);
    if (!near || !l->closer)
        return false;
    for (size_t i = 0; i < l->place_count; i++) {
        struct place *p = &l->places[i];
        p->tells_nothing = tells_nothing(p->root);
        p->weights = arena_array(arena, c->entries.len, sizeof(p->weights[0]));
        p->wanted = arena_array(arena, c->request_count, sizeof(p->wanted[0]));
        if (!p->weights || !p->wanted)
            return false;
        for (size_t k = 0; k < c->request_count && p->tells_nothing; k++)
            p->wanted[k] = index_hopes(c->index)[k].weight;
        ENTRY_SET_EACH (p->concerned, c, k)
            entry_set_add(near, k);
    }
    index_at_port(c->index, l->port, near);
    look_closer(l, near);
    ENTRY_SET_EACH (near, c, k)
        weigh_entry(l, k);
    return true;
}

/* Notes that an entry waits for a request. Where nothing points to it, no POST is sent on its behalf. Among entries to
 * which as much points, what is found open most goes first. */
static void wish(struct look *l, size_t entry, const struct request *r, size_t place, unsigned weight)
{
    if (weight == WEIGHT_ANY && !span_is(r->method, "GET"))
        return;
    struct wish *w = list_add(l->asker->arena, &l->wishes);
    if (!w)
        return;
    *w = (struct wish){ place, entry, r, weight + l->catalog->entries.at[entry]->leaks };
    l->places[place].wanted[r->same->number] += w->weight;
}

static void forget_wishes(struct look *l)
{
    for (size_t i = 0; i < l->wishes.len; i++) {
        const struct wish *w = &l->wishes.at[i];
        l->places[w->place].wanted[w->request->same->number] -= w->weight;
    }
    l->wishes.len = 0;
}

/* Holds an entry against what was answered. True where it knows the server; else its wishes are noted,
 * and *ret_waits says whether it has any. */
static bool weighs_up(struct look *l, size_t entry, size_t place, unsigned weight, bool *ret_waits)
{
    const struct entry *e = l->catalog->entries.at[entry];
    struct asker *a = l->asker;
    a->base = l->places[place].base;
    *ret_waits = false;
    for (size_t i = 0; i < e->identify.len; i++) {
        a->missing = NULL;
        bool met = condition_met(a, e->identify.at[i]);
        if (met && !a->missing)
            return true;
        if (a->missing && a->missing->same != l->catalog->web->requests.at[0]->same) {
            wish(l, entry, a->missing, place, weight);
            *ret_waits = true;
        }
    }
    return false;
}

/* One round over all entries that are looked at, at all places. The entry that knows the server, or NULL. */
static const struct entry *round_of_all(struct look *l, struct found *found, size_t *ret_place)
{
    const struct catalog *c = l->catalog;
    found->unasked = 0;
    ENTRY_SET_EACH (l->closer, c, k) {
        const struct entry *e = c->entries.at[k];
        bool waits = false, likely = false;
        for (size_t i = 0; i < l->place_count; i++) {
            unsigned weight = l->places[i].weights[k];
            bool here;
            if (!weight)
                continue;
            if (weighs_up(l, k, i, weight, &here)) {
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
static uint64_t lot(const struct look *l, size_t number)
{
    return index_hopes(l->catalog->index)[number].same->lot ^ (l->port * 0x9e3779b97f4a7c15u);
}

/* A request that is wanted, as the last entry has it that waits for it. */
static const struct request *wanted_request(const struct look *l, size_t place, size_t number)
{
    const struct hopes *h = &index_hopes(l->catalog->index)[number];
    const struct wish *w = NULL;
    for (size_t i = 0; i < l->wishes.len; i++)
        if (l->wishes.at[i].place == place && l->wishes.at[i].request->same->number == number)
            w = &l->wishes.at[i];
    for (size_t i = h->list.len; i-- > 0 && l->places[place].tells_nothing;) {
        const struct hope *hope = &h->list.at[i];
        if (w && w->entry >= hope->entry)
            break;
        if (!entry_set_has(l->closer, hope->entry))
            return hope->request;
    }
    return w ? w->request : NULL;
}

/* The request that decides the most; the one among equals that the lot names. */
struct best {
    size_t place, number;
    unsigned weight; /* 0: nobody waits for any */
};

static struct best best_wish(const struct look *l)
{
    struct best best = { 0 };
    uint64_t drawn = 0;
    for (size_t i = 0; i < l->place_count; i++)
        for (size_t k = 0; k < l->catalog->request_count; k++) {
            unsigned weight = l->places[i].wanted[k];
            if (weight == 0 || weight < best.weight)
                continue;
            uint64_t own = lot(l, k);
            if (weight == best.weight && own >= drawn)
                continue;
            best = (struct best){ i, k, weight };
            drawn = own;
        }
    return best;
}

static const struct entry *ask_on(struct look *l, struct found *found, size_t *ret_place)
{
    struct asker *a = l->asker;
    unsigned kept = leavings_kept(a, l->catalog, l->port);
    a->cached_only = true;
    const struct entry *e = NULL;
    bool more = weigh_all(l);
    while (more) {
        e = round_of_all(l, found, ret_place);
        struct best best = e ? (struct best){ 0 } : best_wish(l);
        const struct request *r = best.weight ? wanted_request(l, best.place, best.number) : NULL;
        forget_wishes(l);
        more = r && a->budget > 0;
        bool likely = best.weight >= WEIGHT_INHERITED; /* more than its port speaks for it */
        if (!more || (!likely && a->budget <= kept) || (a->spares && !a->spares(a, likely)))
            break;
        a->cached_only = false;
        a->hurries = true;
        a->base = l->places[best.place].base;
        struct response *answer = a->get(a, r, SPAN_NONE);
        a->cached_only = true;
        a->hurries = false;
        note_asked(l, best.place, r, answer);
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
    struct place *start = add_place(&l, a->start);
    if (!start)
        return false;
    ask_root(&l, start, false);
    return known_root(&l, start) != NULL;
}

struct found look_find(struct asker *a, const struct catalog *c, uint16_t port)
{
    struct look l = { .asker = a, .catalog = c, .port = port };
    struct found found = { 0 };
    size_t place = 0;
    struct place *start = add_place(&l, a->start);
    if (!start)
        return found;
    ask_root(&l, start, false);
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
