/* The fields of a source, and keys that are data. A heading or a column has a name; the key of an object
 * may as well be an id, an address or a person's name, and then what stands under such keys is one
 * field, and the keys are values of another. */
#include "pii/names.h"
#include "pii/profile.h"
#include "pii/quick.h"
#include "pii/shown.h"

static const struct span STAR = { (const uint8_t *)"*", 1 },
                         KEYS = { (const uint8_t *)"(keys)", 6 };

static bool is_named(const struct field *f, uint16_t parent, struct span name)
{
    return f->parent == parent && f->name_len == name.len &&
           memcmp(f->name, name.at, name.len) == 0;
}

/* {"birthday": {"$date": ...}}, {"phone": {"value": ...}}, {"mails": {"jo": ...}}: the key around it says
 * what it is. */
static bool is_wrapper(struct span name)
{
    return span_starts(name, SPAN("$")) || span_is(name, "value") || span_is(name, "#text") ||
           span_eq(name, STAR) || span_eq(name, KEYS);
}

static uint16_t field_new(struct profile *p, uint16_t parent, struct span name, unsigned slot)
{
    struct field *f = p->field_count < NODES_MAX ? ARENA_NEW(&p->arena, struct field) : NULL;
    char *kept = f ? arena_str(&p->arena, name) : NULL;
    if (!kept) {
        p->fields_full = true;
        return FIELD_ROOT;
    }
    f->name = kept;
    f->name_len = name.len;
    f->head_mask = name.len < 8 ? (1ULL << name.len * 8) - 1 : ~0ULL;
    memcpy(&f->head, name.at, name.len < 8 ? name.len : 8);
    if (memchr(name.at, '"', name.len) || memchr(name.at, '\\', name.len))
        f->head_mask = 0, f->head = 1; /* written otherwise in the text: never compared there */
    f->parent = parent;
    f->guess = f->first = FIELD_NONE;
    f->hint = detectors_name(p->d, name);
    f->setting = detectors_is_setting(p->d, name);
    if (is_wrapper(name) && !(f->hint.strong | f->hint.weak) && !f->hint.negative)
        f->hint = p->fields[parent]->hint;
    p->fields[parent]->children++;
    f->traits.length_min = UINT32_MAX;
    f->traits.number_min = UINT64_MAX;
    p->fields[p->field_count] = f;
    p->slots[slot] = (uint16_t)p->field_count;
    return (uint16_t)p->field_count++;
}

static uint16_t *guess_of(struct profile *p, uint16_t parent, uint16_t after)
{
    return after != FIELD_NONE ? &p->fields[after]->guess : &p->fields[parent]->first;
}

/* The child of that name; 0 where there is none, and the slot for it. */
static uint16_t field_find(const struct profile *p, uint16_t parent, struct span name,
                           unsigned *ret_slot)
{
    unsigned slot = (unsigned)(profile_hash(name) + parent * 0x9e3779b1U) % NODE_SLOTS;
    while (p->slots[slot] && !is_named(p->fields[p->slots[slot]], parent, name))
        slot = (slot + 1) % NODE_SLOTS;
    *ret_slot = slot;
    return p->slots[slot];
}

uint16_t profile_field(struct profile *p, uint16_t parent, struct span name, uint16_t after)
{
    unsigned slot;
    uint16_t *guess = guess_of(p, parent, after);
    if (*guess != FIELD_NONE && is_named(p->fields[*guess], parent, name))
        return *guess;
    if (name.len > FIELD_NAME_MAX || name_is_value(name))
        name = SPAN("*");
    uint16_t found = field_find(p, parent, name, &slot);
    if (!found)
        found = field_new(p, parent, name, slot);
    if (found)
        *guess = found;
    return found;
}

/* Are there so many children of this form that a further one is not kept apart? Objects are taken for
 * records keyed by an id sooner than scalars, which may be columns. */
static bool is_crowd(struct profile *p, uint16_t parent, uint64_t form)
{
    size_t alike = 0, objects = 0;
    for (size_t i = 1; i < p->field_count; i++) {
        const struct field *f = p->fields[i];
        bool same = f->form == form && f->parent == parent;
        alike += same;
        objects += same && f->first != FIELD_NONE;
    }
    return objects >= NUMBERED_MAX || alike >= NUMBERED_SCALARS_MAX;
}

/* A key nobody has seen below this parent, with a number in it. */
static uint16_t numbered_key(struct profile *p, uint16_t parent, struct span name, struct span form,
                             uint16_t after)
{
    unsigned slot;
    uint64_t hash = profile_hash(form) | 1;
    uint16_t gathering = field_find(p, parent, form, &slot);
    if (gathering && p->fields[gathering]->gathers) {
        *guess_of(p, parent, after) = gathering;
        return gathering;
    }
    if (p->field_count == NODES_MAX)
        return profile_field(p, parent, name, after);
    bool crowd = is_crowd(p, parent, hash);
    uint16_t found = profile_field(p, parent, crowd ? form : name, after);
    p->numbered++;
    if (found && crowd)
        p->fields[found]->gathers = true;
    else if (found)
        p->fields[found]->form = hash;
    return found;
}

/* The child that stands for keys which are data, or holds them as values; no hint comes from it. */
static uint16_t child_of_data(struct profile *p, uint16_t parent, struct span name)
{
    unsigned slot;
    uint16_t found = field_find(p, parent, name, &slot);
    return found ? found : field_new(p, parent, name, slot);
}

/* A key that is data: a value like any other. Returns the field of what stands under it. */
static uint16_t data_key(struct profile *p, uint16_t parent, struct span name, uint16_t after)
{
    uint16_t star = child_of_data(p, parent, STAR), keys = child_of_data(p, parent, KEYS);
    if (keys)
        profile_bytes(p, keys, span_first(name, SCRATCH_BYTES));
    if (star) {
        p->fields[star]->gathers = p->fields[star]->key = true;
        *guess_of(p, parent, after) = star;
    }
    return star;
}

/* Which children a parent has: whether an object among them has half of the members of the fullest. */
static bool is_like(const struct profile *p, uint16_t object, uint16_t model)
{
    size_t same = 0;
    unsigned slot;
    for (size_t i = 1; i < p->field_count; i++) {
        const struct field *f = p->fields[i];
        same += f->parent == model && field_find(p, object, span_of(f->name, f->name_len), &slot);
    }
    return same * 2 >= p->fields[model]->children && same > 0;
}

/* May this child be one of those under keys that are data? */
static bool is_of_data(struct profile *p, uint16_t child)
{
    const struct field *f = p->fields[child];
    return f->key && !f->folded && !f->gathers &&
           name_proof(p, span_of(f->name, f->name_len)) != NAME_KNOWN;
}

/* Are the keys below this field data? Most of its children are objects alike, each seen once or twice, or
 * KEYED_SCALARS_MAX scalars, and nobody knows their names. While more is to come, q1 to q200 are columns. */
static bool keys_are_data(struct profile *p, uint16_t parent, size_t least, bool more)
{
    size_t objects = 0, scalars = 0, alike = 0, all = 0;
    uint16_t model = FIELD_NONE;
    for (size_t i = 1; i < p->field_count; i++) {
        const struct field *f = p->fields[i];
        if (f->parent != parent || f->folded)
            continue;
        all++;
        bool object = f->first != FIELD_NONE;
        uint64_t seen = f->opened ? f->opened : f->values;
        if (seen > 2 || !is_of_data(p, (uint16_t)i))
            continue;
        objects += object;
        scalars += !object && !(more && f->form);
        if (object && (model == FIELD_NONE || f->children > p->fields[model]->children))
            model = (uint16_t)i;
    }
    if (scalars >= KEYED_SCALARS_MAX && scalars * 10 >= all * 9)
        return true;
    if (objects < least || objects * 4 < all * 3)
        return false;
    for (size_t i = 1; i < p->field_count; i++)
        alike += p->fields[i]->parent == parent && p->fields[i]->first != FIELD_NONE &&
                 is_like(p, (uint16_t)i, model);
    return alike * 4 >= all * 3;
}

/* Are most keys below this field data for sure, at least so many of them? Then some of the others only
 * happen to look like names. */
static bool most_are_data(const struct profile *p, uint16_t parent, uint64_t least)
{
    unsigned slot;
    uint16_t star = field_find(p, parent, STAR, &slot);
    uint64_t seen = star ? p->fields[star]->opened + p->fields[star]->values : 0;
    return seen >= least && seen > 3 * (uint64_t)p->fields[parent]->children;
}

/* A key nobody has seen below this parent. */
static uint16_t new_key(struct profile *p, uint16_t parent, struct span name, uint16_t after)
{
    struct field *f = p->fields[parent];
    enum name_proof proof = name_proof(p, name);
    if (!f->keyed && f->children >= KEYED_MAX && (f->children & (f->children - 1)) == 0)
        f->keyed = keys_are_data(p, parent, KEYED_MAX, true);
    f->keyed = f->keyed || most_are_data(p, parent, KEYED_MAX);
    if (proof == NAME_IS_DATA || (f->keyed && proof != NAME_KNOWN))
        return data_key(p, parent, name, after);
    uint8_t plain[NAME_FORM_MAX];
    struct span form = name_form(name, plain);
    uint16_t found = form.len ? numbered_key(p, parent, name, form, after)
                              : profile_field(p, parent, name, after);
    if (found)
        p->fields[found]->key = true;
    return found;
}

uint16_t profile_key(struct profile *p, uint16_t parent, struct span name, uint16_t after)
{
    unsigned slot;
    uint16_t *guess = guess_of(p, parent, after), found;
    if (*guess != FIELD_NONE && is_named(p->fields[*guess], parent, name))
        return *guess;
    if (name_is_value(name))
        return data_key(p, parent, name, after);
    found = field_find(p, parent, name, &slot);
    if (found)
        return *guess = found;
    return new_key(p, parent, name, after);
}

static void fold(struct profile *p, uint16_t from, uint16_t into, unsigned depth);

/* What stands below `from` comes to stand below `into`. */
static void fold_children(struct profile *p, uint16_t from, uint16_t into, unsigned depth)
{
    for (size_t i = 1, count = p->field_count; i < count; i++) {
        const struct field *f = p->fields[i];
        if (f->parent != from || f->folded || i == into)
            continue;
        unsigned slot;
        struct span name = span_of(f->name, f->name_len);
        uint16_t there = field_find(p, into, name, &slot);
        if (!there)
            there = field_new(p, into, name, slot);
        if (there) {
            p->fields[there]->key = f->key;
            fold(p, (uint16_t)i, there, depth + 1);
        }
    }
}

static void fold(struct profile *p, uint16_t from, uint16_t into, unsigned depth)
{
    enum { DEPTH_MAX = 64 };
    struct field *f = p->fields[from], *to = p->fields[into];
    if (depth == DEPTH_MAX || from == into)
        return;
    profile_field_add(p, to, f);
    if (!to->shapes)
        to->shapes = f->shapes;
    sample_release(&f->distinct, &p->budget);
    sample_release(&f->tokens, &p->budget);
    f->values = f->empties = 0;
    f->folded = true;
    if (f->first != FIELD_NONE && to->first == FIELD_NONE)
        to->first = f->first;
    for (size_t i = 0; i < p->pair_count; i++) {
        struct pair_count *pair = &p->pairs[i];
        pair->id = pair->id == from ? into : pair->id;
        pair->other = pair->other == from ? into : pair->other;
    }
    fold_children(p, from, into, depth);
}

/* Counts of the same two fields become one. */
static void join_pairs(struct profile *p)
{
    size_t kept = 0;
    for (size_t i = 0; i < p->pair_count; i++) {
        const struct pair_count from = p->pairs[i];
        size_t k = 0;
        while (k < kept && (p->pairs[k].id != from.id || p->pairs[k].other != from.other))
            k++;
        if (k == kept) {
            p->pairs[kept++] = from;
            continue;
        }
        p->pairs[k].birth_seen += from.birth_seen;
        p->pairs[k].birth_same += from.birth_same;
        p->pairs[k].sex_seen += from.sex_seen;
        p->pairs[k].sex_same += from.sex_same;
    }
    p->pair_count = kept;
}

/* Children of keys that are data go below "*", and those that differ in a number below the one that
 * gathers them. */
static void settle_below(struct profile *p, uint16_t parent)
{
    bool keyed = p->fields[parent]->keyed || most_are_data(p, parent, KEYED_LEAST) ||
                 (p->fields[parent]->children >= KEYED_LEAST &&
                  keys_are_data(p, parent, KEYED_LEAST, false));
    for (size_t i = 1, count = p->field_count; i < count; i++) {
        struct field *f = p->fields[i];
        uint16_t into = 0;
        uint8_t plain[NAME_FORM_MAX];
        unsigned slot;
        if (f->parent != parent || f->folded || f->gathers || !f->key)
            continue;
        struct span name = span_of(f->name, f->name_len);
        if (f->form)
            into = field_find(p, parent, name_form(name, plain), &slot);
        into = into && p->fields[into]->gathers && into != i ? into : 0;
        if (!into && keyed && is_of_data(p, (uint16_t)i))
            into = data_key(p, parent, name, FIELD_NONE);
        if (into)
            fold(p, (uint16_t)i, into, 0);
    }
}

void profile_settle(struct profile *p)
{
    /* Fields that are made meanwhile lie below those that were folded, and are looked at as well. */
    for (size_t i = 0; i < p->field_count; i++)
        if (p->fields[i]->children && !p->fields[i]->folded)
            settle_below(p, (uint16_t)i);
    join_pairs(p);
}
