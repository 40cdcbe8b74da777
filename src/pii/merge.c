/* Profiles of stretches of one source, made side by side and put together in order.
 *
 * Everything in a profile is a sum, a smallest or largest value, a chain that can be joined at its
 * ends, or a sample whose content does not depend on order: the distinct values whose hash lies
 * below a level, and the lowest level at which they fit. So the whole is the same as if one thread
 * had read it all; where a limit would make it depend on order, the merge is refused. Masked
 * examples are not merged: which ones are kept depends on the order of levels. */
#include "pii/profile.h"

bool profile_split(const struct profile *p, struct profile *part)
{
    for (size_t i = 1; i < p->field_count; i++) {
        const struct field *f = p->fields[i];
        uint16_t at = profile_field(part, f->parent, span_of(f->name, f->name_len), FIELD_NONE);
        if (at != i)
            return false;
    }
    part->inherited = part->field_count;
    part->people.level = p->people.level;
    for (size_t i = 0; i < p->field_count; i++) {
        struct field *f = part->fields[i];
        f->guess = p->fields[i]->guess;
        f->first = p->fields[i]->first;
        f->form = p->fields[i]->form;
        f->gathers = p->fields[i]->gathers;
        f->alias = p->fields[i]->alias;
        f->key = p->fields[i]->key;
        f->setting = p->fields[i]->setting;
        f->keyed = p->fields[i]->keyed;
        f->distinct.level = p->fields[i]->distinct.level;
        f->tokens.level = p->fields[i]->tokens.level;
    }
    part->plan = p->plan;
    part->records = p->records;
    part->places_are_records = p->places_are_records;
    return !part->fields_full;
}

static void traits_merge(struct traits *t, const struct traits *part)
{
    if (t->numbers && part->numbers) {
        bool rises = part->first_number > t->last_number;
        t->rising += rises;
        t->small_steps += rises && part->first_number - t->last_number <= 1000;
    } else if (part->numbers) {
        t->first_number = part->first_number;
    }
    if (part->numbers)
        t->last_number = part->last_number;
    t->number_min = part->number_min < t->number_min ? part->number_min : t->number_min;
    t->number_max = part->number_max > t->number_max ? part->number_max : t->number_max;
    t->numbers += part->numbers;
    t->rising += part->rising;
    t->small_steps += part->small_steps;
    for (unsigned i = 0; i < sizeof(t->forms) / sizeof(t->forms[0]); i++)
        t->forms[i] += part->forms[i];
    t->dates += part->dates;
    t->recent += part->recent;
    t->births += part->births;
    t->counties += part->counties;
    for (unsigned i = 0; i < DECADES; i++) {
        t->decade[i] += part->decade[i];
        t->birth_decade[i] += part->birth_decade[i];
    }
    for (unsigned i = 0; i < 3; i++)
        t->birth_sex[i] += part->birth_sex[i];
    t->provinces[0] |= part->provinces[0];
    t->provinces[1] |= part->provinces[1];
    t->length_min = part->length_min < t->length_min ? part->length_min : t->length_min;
    t->length_max = part->length_max > t->length_max ? part->length_max : t->length_max;
    t->texts += part->texts;
    t->police += part->police;
    t->medical += part->medical;
}

void profile_field_add(struct profile *p, struct field *f, const struct field *from)
{
    f->values += from->values;
    f->empties += from->empties;
    f->opened += from->opened;
    sample_merge(&f->distinct, &p->budget, &from->distinct);
    sample_merge(&f->tokens, &p->budget, &from->tokens);
    traits_merge(&f->traits, &from->traits);
}

static void pairs_merge(struct profile *p, const struct profile *part, const uint16_t *map)
{
    for (size_t i = 0; i < part->pair_count; i++) {
        const struct pair_count *from = &part->pairs[i];
        uint16_t id = map[from->id], other = map[from->other];
        size_t k = 0;
        while (k < p->pair_count && (p->pairs[k].id != id || p->pairs[k].other != other))
            k++;
        if (k == p->pair_count)
            p->pairs[p->pair_count++] = (struct pair_count){ .id = id, .other = other };
        p->pairs[k].birth_seen += from->birth_seen;
        p->pairs[k].birth_same += from->birth_same;
        p->pairs[k].sex_seen += from->sex_seen;
        p->pairs[k].sex_same += from->sex_same;
    }
}

/* How many children of `parent` are objects, from field `first` on; *ret_scalars: how many are not. */
static size_t count_children(const struct profile *p, uint16_t parent, size_t first,
                             size_t *ret_scalars)
{
    size_t objects = 0;
    for (size_t i = first; i < p->field_count; i++) {
        bool child = p->fields[i]->parent == parent;
        objects += child && p->fields[i]->first != FIELD_NONE;
        *ret_scalars += child && p->fields[i]->first == FIELD_NONE;
    }
    return objects;
}

/* Might keys that are new in the part be so many, with those of `p`, that one thread would have taken
 * them for data? */
static bool may_be_keyed(const struct profile *p, const struct profile *part)
{
    for (size_t i = part->inherited; i < part->field_count; i++) {
        uint16_t parent = part->fields[i]->parent;
        size_t scalars = 0, objects = count_children(part, parent, part->inherited, &scalars);
        if (!part->fields[i]->key)
            continue;
        if (parent < part->inherited)
            objects += count_children(p, parent, 1, &scalars);
        bool data = span_is(span_of(part->fields[i]->name, part->fields[i]->name_len), "*");
        if (data || objects >= KEYED_MAX || scalars >= KEYED_SCALARS_MAX)
            return true;
    }
    return false;
}

/* Is there room for all that the part holds, whatever of it is new? The first fields of both are
 * the same ones (profile_split). New keys with numbers are taken only where all together are too few
 * to have been gathered into one field. */
static bool has_room(const struct profile *p, const struct profile *part)
{
    static const struct sample NONE;
    size_t wanted = part->people.used ? sample_bytes_left(&p->people) : 0;
    for (size_t i = 0; i < part->field_count; i++) {
        const struct field *f = i < p->field_count ? p->fields[i] : NULL, *from = part->fields[i];
        wanted += from->distinct.used ? sample_bytes_left(f ? &f->distinct : &NONE) : 0;
        wanted += from->tokens.used ? sample_bytes_left(f ? &f->tokens : &NONE) : 0;
    }
    return !p->fields_full && !part->fields_full && !p->budget.tight && !part->budget.tight &&
           p->field_count + part->field_count < NODES_MAX &&
           (part->numbered == 0 || p->numbered + part->numbered < NUMBERED_MAX) &&
           p->pair_count + part->pair_count < PAIRS_MAX && wanted < p->budget.left_bytes &&
           !may_be_keyed(p, part);
}

bool profile_merge(struct profile *p, const struct profile *part)
{
    uint16_t map[NODES_MAX] = { FIELD_ROOT };
    if (!has_room(p, part))
        return false;
    for (size_t i = 0; i < part->field_count; i++) {
        const struct field *from = part->fields[i];
        if (i > 0)
            map[i] = profile_field(p, map[from->parent], span_of(from->name, from->name_len),
                                   FIELD_NONE);
        struct field *f = p->fields[map[i]];
        f->form = f->form ? f->form : from->form;
        f->key = f->key || from->key;
        f->gathers = f->gathers || from->gathers;
        f->keyed = f->keyed || from->keyed;
        profile_field_add(p, f, from);
    }
    pairs_merge(p, part, map);
    sample_merge(&p->people, &p->budget, &part->people);
    p->people_records += part->people_records;
    p->deep_records += part->deep_records;
    p->numbered += part->numbered;
    p->records = part->records;
    return true;
}
