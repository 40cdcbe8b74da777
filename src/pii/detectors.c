/* Loading the detectors that are data. Every problem is an error that names the file's entry; a
 * half-loaded set is never used. */
#include "pii/detectors.h"

#include "pii/builtin.h"
#include "pii/charsets.h"
#include "pii/names.h"
#include "pii/national.h"
#include "text/node.h"

static bool out_of_room(struct error *e)
{
    return error_set(e, "the detectors take more memory than %d bytes", DETECTORS_BYTES_MAX);
}

/* The type with this name, built-in or of the house; PII_TYPES_MAX where there is none. */
static unsigned type_by_name(const struct detectors *d, struct span name)
{
    for (unsigned t = 0; t < detectors_type_count(d); t++)
        if (span_is(name, detectors_type_name(d, t)))
            return t;
    return PII_TYPES_MAX;
}

static struct name_hint *hint_of(struct detectors *d, struct span name)
{
    uint8_t folded[NAME_BYTES_MAX];
    struct span key = name_fold(name, folded);
    struct name_hint *hint = table_get(&d->fields, key);
    if (hint || key.len == 0)
        return hint;
    hint = ARENA_NEW(&d->arena, struct name_hint);
    struct span kept = arena_copy(&d->arena, key);
    if (!hint || kept.len == 0 || !table_put(&d->fields, kept, hint))
        return NULL;
    if (kept.len > 1) {
        unsigned slot = kept.at[kept.len - 2] * 37U + kept.at[kept.len - 1];
        d->name_tails[slot / 64 % NAME_TAIL_WORDS] |= 1ULL << (slot % 64);
    }
    return hint;
}

/* Lists of names that are no type's. */
enum { NAMES_NOT = PII_TYPES_MAX, NAMES_WHICH, NAMES_THING };
static const struct {
    const char *key;
    unsigned list;
} NO_TYPES[] = {
    { "not-the-thing", NAMES_NOT },
    { "which-one", NAMES_WHICH },
    { "things-with-names", NAMES_THING },
};

/* PII_TYPES_MAX + which list, or 0. */
static unsigned no_type(struct span key)
{
    for (size_t i = 0; i < sizeof(NO_TYPES) / sizeof(NO_TYPES[0]); i++)
        if (span_is(key, NO_TYPES[i].key))
            return NO_TYPES[i].list;
    return 0;
}

static bool add_names(struct detectors *d, const struct node *list, unsigned type, bool strong,
                      struct error *e)
{
    for (const struct node *n = list && list->kind == NODE_LIST ? list->first : NULL; n;
         n = n->next) {
        struct name_hint *hint = hint_of(d, n->text);
        if (hint && span_is(list->key, "sure"))
            hint->sure |= pii_bit(type);
        if (!hint)
            return error_set(e, "field name \"%.*s\" cannot be used",
                             SPAN_FMT(span_first(n->text, 60)));
        if (type == NAMES_NOT)
            hint->negative = true;
        else if (type == NAMES_WHICH)
            hint->qualifier = true;
        else if (type == NAMES_THING)
            hint->thing = true;
        else if (strong)
            hint->strong |= pii_bit(type);
        else
            hint->weak |= pii_bit(type);
    }
    return true;
}

static bool add_nationals(struct detectors *d, const struct node *n, enum national national, struct error *e)
{
    const struct node *lists[] = { node_get(n, "strong"), node_get(n, "weak") };
    if (!add_names(d, lists[0], PII_NATIONAL, true, e) || !add_names(d, lists[1], PII_NATIONAL, false, e))
        return false;
    for (unsigned i = 0; i < 2; i++)
        for (const struct node *name = lists[i] && lists[i]->kind == NODE_LIST ? lists[i]->first : NULL; name;
             name = name->next)
            hint_of(d, name->text)->national |= 1ULL << national;
    return true;
}

static bool add_fields(struct detectors *d, const struct node *map, struct error *e)
{
    for (const struct node *n = map ? map->first : NULL; n; n = n->next) {
        unsigned list = no_type(n->key);
        if (list) {
            if (!add_names(d, n, list, false, e))
                return false;
            continue;
        }
        unsigned type = type_by_name(d, n->key);
        enum national national = national_by_name(n->key);
        if (national != NATIONALS) {
            if (!add_nationals(d, n, national, e))
                return false;
            continue;
        }
        if (type == PII_TYPES_MAX)
            return error_set(e, "line %u: no type is called \"%.*s\"", n->line,
                             SPAN_FMT(span_first(n->key, 60)));
        if (!add_names(d, node_get(n, "sure"), type, true, e) ||
            !add_names(d, node_get(n, "strong"), type, true, e) ||
            !add_names(d, node_get(n, "weak"), type, false, e))
            return false;
    }
    return true;
}

static bool add_subject(struct detectors *d, const struct node *list, unsigned type,
                        struct error *e)
{
    unsigned *count = &d->subject_words[type == PII_MEDICAL];
    for (const struct node *n = list && list->kind == NODE_LIST ? list->first : NULL; n;
         n = n->next) {
        if (n->text.len > WORD_BYTES_MAX || n->text.len < 3)
            return error_set(e, "line %u: a word has 3 to %d bytes", n->line, WORD_BYTES_MAX);
        struct word *word = ARENA_NEW(&d->arena, struct word);
        struct span key = arena_copy(&d->arena, n->text);
        if (!word || key.len == 0 || !table_put(&d->words, key, word))
            return out_of_room(e);
        *word = (struct word){ .type = (uint8_t)type,
                               .index = (uint8_t)((*count)++ % WORDS_PER_SUBJECT_MAX) };
        if (key.at[0] >= 0x80 && key.len >= 6) {
            unsigned slot = detectors_han_slot(key.at);
            d->han_heads[slot / 64] |= 1ULL << (slot % 64);
            if (key.len > d->han_longest)
                d->han_longest = key.len;
        } else {
            unsigned slot = detectors_word_slot(key);
            d->word_heads[slot / 64] |= 1ULL << (slot % 64);
        }
    }
    return true;
}

static bool add_set(struct detectors *d, struct table *t, const struct node *list, struct error *e)
{
    for (const struct node *n = list && list->kind == NODE_LIST ? list->first : NULL; n;
         n = n->next) {
        struct span key = arena_copy(&d->arena, n->text);
        if (key.len == 0 || !table_put(t, key, d))
            return out_of_room(e);
        unsigned slot = detectors_value_slot(key);
        d->known_values[slot / 64] |= 1ULL << (slot % 64);
    }
    return true;
}

static bool add_given_names(struct detectors *d, const struct node *list, struct error *e)
{
    for (const struct node *n = list && list->kind == NODE_LIST ? list->first : NULL; n;
         n = n->next) {
        struct span key = arena_copy(&d->arena, n->text);
        if (key.len < 3 || !table_put(&d->given, key, d))
            return error_set(e, "line %u: a given name has at least three letters", n->line);
        unsigned slot = detectors_word_slot(key);
        d->given_heads[slot / 64] |= 1ULL << (slot % 64);
    }
    return true;
}

static bool add_headings(struct detectors *d, const struct node *list, struct error *e)
{
    for (const struct node *n = list && list->kind == NODE_LIST ? list->first : NULL; n;
         n = n->next) {
        uint8_t folded[NAME_BYTES_MAX];
        struct span key = arena_copy(&d->arena, name_fold(n->text, folded));
        if (key.len == 0 || !table_put(&d->headings, key, d))
            return out_of_room(e);
    }
    return true;
}

static bool add_surnames(struct detectors *d, const struct node *words, struct error *e)
{
    struct span text = node_text(node_get(words, "surnames"));
    for (size_t i = 0; i + 3 <= text.len;) {
        unsigned code = utf8_three(text.at + i);
        if (code >= 0x4e00 && code <= 0x9fff) {
            d->surnames[(code - 0x4e00) / 64] |= 1ULL << ((code - 0x4e00) % 64);
            i += 3;
        } else {
            i++;
        }
    }
    const struct node *list = node_get(words, "compound-surnames");
    for (const struct node *n = list ? list->first : NULL; n; n = n->next) {
        if (n->text.len != 6 || d->compounds == sizeof(d->compound) / sizeof(d->compound[0]))
            return error_set(
                e, "line %u: a compound surname has two characters, and at most 32 are kept",
                n->line);
        memcpy(d->compound[d->compounds++], n->text.at, 6);
    }
    return true;
}

/* The marks of an address by height: 1 province .. 8 room. */
static void add_address_marks(struct detectors *d)
{
    static const char *const LEVELS[] = { "省",         "市州盟", "区县旗",   "镇乡",
                                          "路街巷村道", "弄号组", "栋幢座楼", "室层" };
    for (unsigned level = 0; level < sizeof(LEVELS) / sizeof(LEVELS[0]); level++)
        for (struct span s = span_str(LEVELS[level]); s.len >= 3; s = span_from(s, 3)) {
            unsigned at = utf8_three(s.at) - 0x4e00;
            if (at < sizeof(d->address_levels))
                d->address_levels[at] = (uint8_t)(level + 1);
        }
}

static bool add_words(struct detectors *d, const struct node *words, struct error *e)
{
    return add_subject(d, node_get(words, "police-text"), PII_POLICE, e) &&
           add_subject(d, node_get(words, "medical-text"), PII_MEDICAL, e) &&
           add_headings(d, node_get(words, "heading-words"), e) &&
           add_surnames(d, words, e) && add_given_names(d, node_get(words, "given-names"), e) &&
           add_given_names(d, node_get(words, "family-names"), e) &&
           add_set(d, &d->ethnic, node_get(words, "ethnic-groups"), e) &&
           add_set(d, &d->test_names, node_get(words, "test-names"), e);
}

static bool read_count(const struct node *n, const char *key, size_t max, size_t *ret,
                       struct error *e)
{
    int64_t value;
    if (!node_i64(node_get(n, key), &value) || value < 0 || (uint64_t)value > max)
        return error_set(e, "line %u: \"%s\" must be a number up to %zu", n->line, key, max);
    *ret = (size_t)value;
    return true;
}

static void read_spans(struct detectors *d, const struct node *list, struct span ret[2])
{
    size_t i = 0;
    for (const struct node *n = list && list->kind == NODE_LIST ? list->first : NULL; n && i < 2;
         n = n->next)
        ret[i++] = arena_copy(&d->arena, n->text);
}

static bool add_literal(struct detectors *d, const struct node *n, struct error *e)
{
    struct literal l = { .type = type_by_name(d, node_text(node_get(n, "type"))),
                         .charset = charset_by_name(node_text(node_get(n, "chars"))) };
    struct span prefix = node_text(node_get(n, "prefix"));
    if (l.type == PII_TYPES_MAX || !l.charset || prefix.len < LITERAL_HEAD)
        return error_set(
            e, "line %u: a secret needs a known type, known chars and a prefix of 3 bytes",
            n->line);
    if (!read_count(n, "min", 1 << 16, &l.min, e) || !read_count(n, "max", 1 << 16, &l.max, e))
        return false;
    const struct node *entropy = node_get(n, "entropy"), *login = node_get(n, "login");
    const struct node *setting = node_get(n, "setting");
    l.entropy = entropy ? entropy->real : 0;
    l.login = login && login->integer;
    l.setting = setting && setting->integer;
    l.prefix = arena_copy(&d->arena, prefix);
    read_spans(d, node_get(n, "need"), l.need);
    read_spans(d, node_get(n, "reject"), l.reject);
    unsigned slot = literal_slot(prefix.at);
    l.next = d->literal_heads[slot];
    struct literal *kept = list_add(&d->arena, &d->literals);
    if (!kept || arena_failed(&d->arena))
        return out_of_room(e);
    *kept = l;
    d->literal_heads[slot] = (uint16_t)d->literals.len;
    class_plan_add(&d->plan, prefix.at);
    return true;
}

static bool add_literals(struct detectors *d, const struct node *list, struct error *e)
{
    for (const struct node *n = list && list->kind == NODE_LIST ? list->first : NULL; n;
         n = n->next)
        if (d->literals.len >= UINT16_MAX - 1 || !add_literal(d, n, e))
            return false;
    return true;
}

static bool read_check(struct house *h, const struct node *n, struct error *e)
{
    struct span check = node_text(node_get(n, "check"));
    int64_t modulus = 0;
    h->chance = 0.5;
    if (check.len == 0 || span_is(check, "none")) {
        h->check = HOUSE_NONE;
    } else if (span_is(check, "luhn")) {
        h->check = HOUSE_LUHN;
        h->chance = 0.1;
    } else if (span_is(check, "mod97")) {
        h->check = HOUSE_MOD97;
        h->chance = 0.0104;
    } else if (span_is(check, "weighted")) {
        h->check = HOUSE_WEIGHTED;
        const struct node *list = node_get(n, "weights");
        for (const struct node *w = list ? list->first : NULL; w; w = w->next) {
            if (h->weight_count == COMPACT_MAX || w->integer < -99 || w->integer > 99)
                return error_set(e, "line %u: up to %d weights from -99 to 99", w->line,
                                 COMPACT_MAX);
            h->weights[h->weight_count++] = (int8_t)w->integer;
        }
        if (!node_i64(node_get(n, "modulus"), &modulus) || modulus < 2 || modulus > 97)
            return error_set(e, "line %u: \"modulus\" must be from 2 to 97", n->line);
        h->modulus = (int)modulus;
        h->chance = 1.0 / (double)modulus;
        if (h->weight_count + 1 != h->length)
            return error_set(e, "line %u: one weight for each character but the check character",
                             n->line);
    } else {
        return error_set(e, "line %u: \"check\" is none, luhn, mod97 or weighted", n->line);
    }
    return true;
}

static bool add_house(struct detectors *d, const struct node *n, struct error *e)
{
    struct span name = node_text(node_get(n, "name")), label = node_text(node_get(n, "label"));
    struct house h = { .charset = charset_by_name(node_text(node_get(n, "chars"))) };
    if (name.len == 0 || !h.charset || type_by_name(d, name) != PII_TYPES_MAX)
        return error_set(e, "line %u: a format needs a new name and known chars", n->line);
    if (d->houses.len == PII_HOUSE_MAX)
        return error_set(e, "line %u: at most %d formats of the house", n->line, PII_HOUSE_MAX);
    if (!read_count(n, "length", COMPACT_MAX, &h.length, e) || !read_check(&h, n, e))
        return false;
    const struct node *named = node_get(n, "named");
    h.named = named ? named->integer != 0 : h.check == HOUSE_NONE;
    h.name = arena_str(&d->arena, name);
    h.label = label.len ? arena_str(&d->arena, label) : h.name;
    h.prefix = arena_copy(&d->arena, node_text(node_get(n, "prefix")));
    h.map = arena_copy(&d->arena, node_text(node_get(n, "map")));
    struct house *kept = list_add(&d->arena, &d->houses);
    if (!kept || arena_failed(&d->arena))
        return out_of_room(e);
    *kept = h;
    return add_names(d, node_get(n, "fields"), (unsigned)(PII_BUILT_IN + d->houses.len - 1), true,
                     e);
}

bool detectors_add(struct detectors *d, struct span yaml, struct error *e)
{
    struct node *root = yaml_parse(&d->arena, yaml, e);
    if (!root)
        return false;
    if (root->kind != NODE_MAP)
        return error_set(e, "expected a map with house, fields, secrets or words");
    const struct node *list = node_get(root, "house");
    for (const struct node *n = list && list->kind == NODE_LIST ? list->first : NULL; n;
         n = n->next)
        if (!add_house(d, n, e))
            return false;
    return add_fields(d, node_get(root, "fields"), e) &&
           add_literals(d, node_get(root, "secrets"), e) &&
           add_words(d, node_get(root, "words"), e);
}

static struct node *parse_built_in(struct detectors *d, struct span yaml, const char *name,
                                   struct error *e)
{
    struct node *root = yaml_parse(&d->arena, yaml, e);
    if (!root)
        error_in(e, "built-in %s", name);
    return root;
}

bool detectors_init(struct detectors *d, int today, struct error *e)
{
    *d = (struct detectors){ .rules.today = today };
    arena_init(&d->arena, DETECTORS_BYTES_MAX);
    add_address_marks(d);
    /* Full-width digits begin what is no secret, see find.c. */
    for (uint8_t c = 0x90; c <= 0x99; c++)
        class_plan_add(&d->plan, (uint8_t[]){ 0xef, 0xbc, c });
    class_plan_add(&d->plan, (const uint8_t *)"%40"); /* an @ in a query */
    table_init(&d->fields, &d->arena, 1);
    table_init(&d->words, &d->arena, 2);
    table_init(&d->ethnic, &d->arena, 3);
    table_init(&d->test_names, &d->arena, 4);
    table_init(&d->given, &d->arena, 5);
    table_init(&d->headings, &d->arena, 6);
    struct node *fields = parse_built_in(d, builtin_fields(), "fields.yaml", e);
    struct node *languages = fields ? parse_built_in(d, builtin_languages(), "languages.yaml", e) : NULL;
    struct node *words = languages ? parse_built_in(d, builtin_words(), "words.yaml", e) : NULL;
    struct node *secrets = words ? parse_built_in(d, builtin_secrets(), "secrets.yaml", e) : NULL;
    if (secrets && add_fields(d, fields, e) && add_fields(d, languages, e) && add_words(d, words, e) &&
        add_literals(d, secrets, e))
        return true;
    detectors_release(d);
    return false;
}

void detectors_release(struct detectors *d)
{
    arena_release(&d->arena);
}

size_t detectors_type_count(const struct detectors *d)
{
    return PII_BUILT_IN + d->houses.len;
}

const char *detectors_type_name(const struct detectors *d, unsigned type)
{
    return type < PII_BUILT_IN ? PII_TYPES[type].name : d->houses.at[type - PII_BUILT_IN].name;
}

const char *detectors_type_label(const struct detectors *d, unsigned type)
{
    return type < PII_BUILT_IN ? PII_TYPES[type].label : d->houses.at[type - PII_BUILT_IN].label;
}

double detectors_chance(const struct detectors *d, unsigned type)
{
    return type < PII_BUILT_IN ? PII_TYPES[type].chance : d->houses.at[type - PII_BUILT_IN].chance;
}

unsigned detectors_traits(const struct detectors *d, unsigned type)
{
    if (type < PII_BUILT_IN)
        return PII_TYPES[type].traits;
    return T_WHOLE | (d->houses.at[type - PII_BUILT_IN].named ? T_NAMED : 0U);
}

enum pii_category detectors_category(const struct detectors *d, unsigned type)
{
    (void)d;
    return type < PII_BUILT_IN ? PII_TYPES[type].category : IDENTITY;
}
