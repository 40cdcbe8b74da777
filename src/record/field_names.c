#include "record/field_names.h"

enum { FIELD_NAME_MAX = 64, FIELD_DIGITS_MAX = 4 };

void field_names_init(struct field_names *f, struct arena *a, uint64_t seed)
{
    *f = (struct field_names){ 0 };
    table_init(&f->seen, a, seed);
    buf_init(&f->text, FACT_TEXT_MAX);
}

/* Whether it may be kept and shown. */
static bool is_name(struct span s)
{
    size_t digits = 0;
    if (s.len == 0 || s.len > FIELD_NAME_MAX)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        digits = ascii_is_digit(s.at[i]) ? digits + 1 : 0;
        if (digits > FIELD_DIGITS_MAX || s.at[i] == '@' || s.at[i] == ',' || s.at[i] < ' ' ||
            s.at[i] == 0x7f)
            return false;
    }
    return true;
}

void field_names_note(struct field_names *f, struct span name)
{
    if (f->count == FIELDS_SEEN_MAX || table_get(&f->seen, name) || !table_put(&f->seen, name, f))
        return;
    f->count++;
    if (!is_name(name) || f->text.len + name.len + 2 > FACT_TEXT_MAX)
        return;
    buf_str(&f->text, f->text.len ? ", " : "");
    buf_put(&f->text, name);
}

void field_names_state(struct field_names *f, struct observation *o, const char *ask, struct span proof)
{
    if (f->count)
        fact_number(o, "fields.count", f->count, ask, SPAN_NONE);
    if (f->text.len && buf_ok(&f->text))
        fact_text(o, "fields", buf_span(&f->text), ask, proof);
    field_names_drop(f);
}

void field_names_drop(struct field_names *f)
{
    buf_release(&f->text);
}
