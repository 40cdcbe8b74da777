/* Reads LDAPMessages. */
#include "probe/ldap_message.h"

enum { LD_MESSAGE_MAX = 256 * 1024 }; /* Active Directory's root entry takes about 4 KiB */

/* One whole LDAPMessage. */
bool ld_read(struct wire *w, struct ld_message *ret)
{
    struct span head = wire_peek(w, 2);
    if (!wire_ok(w))
        return false;
    size_t extra = head.at[1] > 0x80 ? head.at[1] & 0x7fu : 0;
    if (head.at[0] != BER_SEQUENCE || head.at[1] == 0x80 || extra > 4)
        return wire_fail(w);
    struct verdict v;
    head = wire_peek(w, 2 + extra);
    struct reader r = reader_over(&v, span_from(head, 1));
    size_t len = ber_length(&r);
    if (!wire_ok(w))
        return false;
    if (len < 5 || len > LD_MESSAGE_MAX)
        return wire_fail(w);
    struct ld_message m = { .whole = wire_need(w, 2 + extra + len) };
    r = reader_over(&v, span_from(m.whole, 2 + extra));
    m.id = ber_number(&r, BER_INTEGER);
    struct reader body = ber_any(&r, &m.op);
    m.body = reader_rest(&body);
    if (!wire_ok(w))
        return false;
    if (!reader_ok(&r) || m.op < 0x60 || m.op > 0x7f)
        return wire_fail(w);
    *ret = m;
    return true;
}

bool ld_result_parse(const struct ld_message *m, struct ld_result *ret)
{
    struct verdict v;
    struct reader r = reader_over(&v, m->body);
    struct ld_result result = { .code = ber_number(&r, BER_ENUM), .whole = m->whole };
    (void)ber_octets(&r);
    result.text = ber_octets(&r);
    if (!reader_ok(&r))
        return false;
    *ret = result;
    return true;
}

bool ld_attribute(struct span entry, const char *name, struct ld_values *ret)
{
    struct verdict v;
    struct reader r = reader_over(&v, entry);
    struct ld_values values = { .len = 0 };
    (void)ber_octets(&r);
    struct reader list = ber_value(&r, BER_SEQUENCE);
    while (reader_more(&list)) {
        struct reader attribute = ber_value(&list, BER_SEQUENCE);
        struct span key = ber_octets(&attribute);
        struct reader set = ber_value(&attribute, BER_SET);
        bool wanted = span_eq_nocase(key, span_str(name));
        while (reader_more(&set)) {
            struct span value = ber_octets(&set);
            if (wanted && values.len < LD_LISTED_MAX)
                values.at[values.len++] = value;
        }
    }
    reader_end(&r);
    if (!reader_ok(&r))
        return false;
    *ret = values;
    return true;
}

struct span ld_first(struct span entry, const char *name)
{
    struct ld_values values;
    return ld_attribute(entry, name, &values) && values.len ? values.at[0] : SPAN_NONE;
}

bool ld_lists(struct span entry, const char *name, const char *value)
{
    struct ld_values values;
    if (!ld_attribute(entry, name, &values))
        return false;
    for (size_t i = 0; i < values.len; i++)
        if (span_is(values.at[i], value))
            return true;
    return false;
}
