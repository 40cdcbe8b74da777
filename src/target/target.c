/* The grammar of one target. A text that is nearly an address is never taken for a name: a name
 * whose last label is a number is refused, so that "10.0.0.256" fails here and not at the resolver,
 * and "0x08080808" is not what inet_aton() makes of it. */
#include "target/target.h"

#include "base/hex.h"
#include "record/record.h"
#include "target/path.h"
#include "text/quote.h"

enum { TEXT_MAX = 8192 };

/* All of the readers below say what is wrong without naming the target; target_parse() puts it
 * in front. */

static const char *family_name(const struct address *a)
{
    return a->family == 4 ? "IPv4" : "IPv6";
}

static u128 host_mask(uint8_t family, unsigned prefix)
{
    unsigned host = (family == 4 ? 32 : 128) - prefix;
    return host == 128 ? ~(u128)0 : ((u128)1 << host) - 1;
}

static bool read_prefix(struct span base, struct span length, struct range *ret, struct error *e)
{
    struct address a;
    struct quoted q;
    char text[ADDRESS_TEXT_MAX], first_text[ADDRESS_TEXT_MAX];
    uint64_t bits;
    if (!address_parse(base, &a))
        return error_set(e, "\"%s\" is no address; write a prefix as 10.0.0.0/24 or fd00::/120",
                         quote(&q, base));
    uint64_t max = a.family == 4 ? 32 : 128;
    if (!span_u64(length, max, &bits))
        return error_set(e, "the prefix length must be 0 to %d, as in %s", (int)max,
                         a.family == 4 ? "10.0.0.0/24" : "fd00::/120");
    u128 v = address_value(&a), mask = host_mask(a.family, (unsigned)bits);
    if (v & mask) {
        struct address first = address_from(a.family, v & ~mask);
        return error_set(
            e, "%s is not the first address of a /%d; write %s/%d for all of it, or %s alone",
            address_text(&a, text), (int)bits, address_text(&first, first_text), (int)bits, text);
    }
    *ret = (struct range){ v, v | mask, a.family, (uint8_t)bits };
    return true;
}

/* The end of "10.0.0.1-10.0.0.99" or of "10.0.0.1-99". */
static bool read_end(const struct address *first, struct span text, struct address *ret,
                     struct error *e)
{
    struct quoted q;
    uint64_t octet;
    if (address_parse(text, ret)) {
        if (ret->family == first->family)
            return true;
        return error_set(e, "both ends of a range must be %s", family_name(first));
    }
    if (first->family == 6 || !span_u64(text, 255, &octet))
        return error_set(e, "\"%s\" cannot end a range; write %s", quote(&q, text),
                         first->family == 4 ? "10.0.0.1-10.0.0.99 or 10.0.0.1-99"
                                            : "fd00::1-fd00::99");
    *ret = *first;
    ret->bytes[3] = (uint8_t)octet;
    return true;
}

static bool read_range(const struct address *first, struct span end, struct range *ret,
                       struct error *e)
{
    struct address last;
    char one[ADDRESS_TEXT_MAX], two[ADDRESS_TEXT_MAX];
    if (!read_end(first, end, &last, e))
        return false;
    if (address_compare(first, &last) > 0)
        return error_set(e, "the smaller address comes first; write %s-%s",
                         address_text(&last, two), address_text(first, one));
    *ret = (struct range){ address_value(first), address_value(&last), first->family,
                           RANGE_NO_PREFIX };
    return true;
}

static bool is_name_byte(uint8_t c)
{
    c = ascii_lower(c);
    return (c >= 'a' && c <= 'z') || ascii_is_digit(c) || c == '-' || c == '_';
}

static bool all_digits(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!ascii_is_digit(s.at[i]))
            return false;
    return s.len > 0;
}

/* Whether a resolver would read a name that ends in this label as an IPv4 address: in decimal, octal
 * or hexadecimal. No top-level domain is a number (RFC 3696, section 2). */
static bool is_number(struct span label)
{
    bool hex = label.len >= 2 && label.at[0] == '0' && ascii_lower(label.at[1]) == 'x';
    struct span digits = span_from(label, 2);
    return all_digits(label) || (hex && (digits.len == 0 || span_is_hex(digits)));
}

/* What a text that is neither an address nor a name was probably meant to be. */
static bool explain(struct span text, struct error *e)
{
    if (text.len == 0)
        return error_set(e, "a host is missing; write an address or a name, as in 10.0.0.1:9200");
    if (span_index(text, ',') < text.len || span_index(text, ';') < text.len ||
        span_index(text, ' ') < text.len)
        return error_set(e, "this looks like several targets; give each as an argument of its own");
    if (span_index(text, '*') < text.len)
        return error_set(e, "wildcards are not known; write a prefix, as in 10.0.0.0/24");
    if (span_index(text, '\\') < text.len)
        return error_set(e, "a prefix is written with a slash, as in 10.0.0.0/24");
    if (span_index(text, '%') < text.len)
        return error_set(e, "addresses with a zone (%%) are link-local, which is never asked");
    return error_set(
        e, "neither an address nor a name; write 10.0.0.1, 10.0.0.0/24, [fd00::1]:9200 or "
           "db.internal");
}

/* RFC 1123 names, and underscores, which real hosts have. */
static bool read_name(struct arena *a, struct span text, struct target *ret, struct error *e)
{
    struct span rest = text, label = SPAN_NONE;
    if (text.len && text.at[text.len - 1] == '.')
        rest = text = span_first(text, text.len - 1);
    if (text.len == 0 || text.len >= ENDPOINT_NAME_MAX)
        return text.len ? error_set(e, "a name has at most 253 bytes") : explain(text, e);
    while (rest.len) {
        label = span_cut(&rest, '.');
        bool bad = label.len == 0 || label.len > 63 || label.at[0] == '-' ||
                   label.at[label.len - 1] == '-';
        for (size_t i = 0; i < label.len; i++)
            bad = bad || !is_name_byte(label.at[i]);
        if (bad)
            return explain(text, e);
    }
    if (text.at[text.len - 1] == '.')
        return explain(text, e);
    if (is_number(label))
        return error_set(e,
                         "not an IPv4 address; write four numbers from 0 to 255, as in 10.0.0.1");
    char *name = arena_str(a, text);
    if (!name)
        return error_set(e, "not enough memory");
    for (size_t i = 0; i < text.len; i++)
        name[i] = (char)ascii_lower((uint8_t)name[i]);
    ret->name = name;
    return true;
}

/* An address, prefix, range or name, without ports. */
static bool read_host(struct arena *a, struct span text, struct target *ret, struct error *e)
{
    struct address first;
    size_t slash = span_index(text, '/'), dash = span_index(text, '-');
    if (address_parse(text, &first)) {
        ret->range = range_of_address(&first);
        return true;
    }
    if (slash < text.len)
        return read_prefix(span_first(text, slash), span_from(text, slash + 1), &ret->range, e);
    if (dash < text.len && address_parse(span_first(text, dash), &first))
        return read_range(&first, span_from(text, dash + 1), &ret->range, e);
    if (span_index(text, ':') < text.len)
        return error_set(e, "not an IPv6 address; write fd00::1, or [fd00::1]:9200 with a port");
    return read_name(a, text, ret, e);
}

static bool read_ports(struct arena *a, struct span text, struct target *ret, struct error *e)
{
    if (text.len == 0)
        return error_set(e, "a port is missing after the colon, as in 10.0.0.1:9200");
    return ports_parse(a, text, &ret->ports, e);
}

static bool read_bracketed(struct arena *a, struct span text, struct target *ret, struct error *e)
{
    size_t close = span_index(text, ']');
    struct span host = span_sub(text, 1, close - 1), rest = span_from(text, close + 1);
    if (close == text.len || span_index(host, ':') == host.len)
        return error_set(e, "brackets go around an IPv6 address, as in [fd00::1]:9200");
    if (!read_host(a, host, ret, e))
        return false;
    if (rest.len == 0)
        return true;
    if (rest.at[0] != ':')
        return error_set(e, "only a colon and ports may follow the bracket, as in [fd00::1]:9200");
    return read_ports(a, span_from(rest, 1), ret, e);
}

static bool read_plain(struct arena *a, struct span text, struct target *ret, struct error *e)
{
    size_t colon = span_index(text, ':');
    struct span rest = span_from(text, colon + 1);
    if (text.len && text.at[0] == '[')
        return read_bracketed(a, text, ret, e);
    if (colon == text.len || span_index(rest, ':') < rest.len)
        return read_host(a, text, ret, e);
    return read_host(a, span_first(text, colon), ret, e) && read_ports(a, rest, ret, e);
}

/* Cuts "https://host:port/path" down to "host:port"; *ret_port is what the scheme stands for, the
 * path goes into the target. */
static bool strip_url(struct arena *a, struct span *text, uint32_t *ret_port, struct target *ret,
                      struct error *e)
{
    static const struct {
        const char *name;
        uint32_t port;
    } SCHEMES[] = { { "http", 80 }, { "https", 443 }, { "snmp", PORT_UDP | 161 }, { "tftp", PORT_UDP | 69 },
                    { "coap", PORT_UDP | 5683 } };
    size_t at = span_find(*text, SPAN("://"));
    struct quoted q;
    if (at == SIZE_MAX)
        return true;
    struct span scheme = span_first(*text, at), rest = span_from(*text, at + 3);
    for (size_t i = 0; i < sizeof(SCHEMES) / sizeof(SCHEMES[0]) && !*ret_port; i++)
        *ret_port = span_eq_nocase(scheme, span_str(SCHEMES[i].name)) ? SCHEMES[i].port : 0;
    if (!*ret_port)
        return error_set(e,
                         "the scheme \"%s\" is not known; write host:port, or http:// or https://",
                         quote(&q, scheme));
    bool is_web = !(*ret_port & PORT_UDP);
    size_t end = 0, path_end;
    while (end < rest.len && rest.at[end] != '/' && rest.at[end] != '?' && rest.at[end] != '#')
        end++;
    for (path_end = end; path_end < rest.len && rest.at[path_end] != '?' && rest.at[path_end] != '#';)
        path_end++;
    *text = span_first(rest, end);
    ret->cut = path_end < rest.len || (!is_web && end + 1 < rest.len);
    if (text->len && (ascii_is_digit(text->at[0]) || text->at[0] == '[') && all_digits(span_from(rest, end + 1)))
        return error_set(e, "a URL holds one address or name; write a prefix without a scheme");
    if (span_index(*text, '@') < text->len)
        return error_set(e, "a user name or password has no place here; write host:port");
    return !is_web || target_path_read(a, span_sub(rest, end, path_end - end), &ret->path, e);
}

/* The port of snmp://host:1161 is UDP's. */
static bool transport_of_scheme(struct arena *a, struct ports *ports)
{
    uint32_t *list = arena_array(a, ports->len + 1, sizeof(*list));
    for (size_t i = 0; list && i < ports->len; i++)
        list[i] = ports_at(ports, i) | PORT_UDP;
    return list && ports_of(a, list, ports->len, ports);
}

static bool read_target(struct arena *a, struct span text, struct target *ret, struct error *e)
{
    uint32_t scheme_port = 0;
    if (text.len > TEXT_MAX)
        return error_set(e, "longer than %d bytes", TEXT_MAX);
    if (!strip_url(a, &text, &scheme_port, ret, e) || !read_plain(a, text, ret, e))
        return false;
    if (scheme_port && ret->range.family && ret->range.first != ret->range.last)
        return error_set(e, "a URL holds one address or name, not a range");
    if (scheme_port & PORT_UDP && !transport_of_scheme(a, &ret->ports))
        return error_set(e, "not enough memory");
    if (scheme_port && ret->ports.len == 0 && !ports_of(a, &scheme_port, 1, &ret->ports))
        return error_set(e, "not enough memory");
    return true;
}

/* Whole, for a continued scan reads it again. */
static const char *printable(struct arena *a, struct span text)
{
    char *made = arena_str(a, text);
    for (size_t i = 0; made && i < text.len; i++)
        made[i] = made[i] >= ' ' && made[i] < 0x7f ? made[i] : '?';
    return made;
}

bool target_parse(struct arena *a, struct span text, struct origin origin, struct target *ret,
                  struct error *e)
{
    struct target t = { .origin = origin };
    struct quoted q;
    text = span_trim(text);
    if (!read_target(a, text, &t, e))
        return error_in(e, "target \"%s\"", quote(&q, text));
    t.text = printable(a, text);
    if (!t.text)
        return error_set(e, "not enough memory for the targets");
    *ret = t;
    return true;
}
