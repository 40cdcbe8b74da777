/* See metrics.h. Lines longer than LINE_MAX and lines that are no sample are skipped: what matters
 * is only the sample that was asked for. */
#include "http/metrics.h"

enum { LINE_MAX_BYTES = 4096, DIGITS_MAX = 18 };

/* A decimal number such as "12", "1.5e+06". Exact enough for counters; false on anything else,
 * NaN and Inf included. */
static bool parse_number(struct span s, double *ret)
{
    double value = 0, scale = 1;
    size_t i = 0, digits = 0;
    bool point = false;
    if (s.len > 64)
        return false;
    for (; i < s.len && s.at[i] != 'e' && s.at[i] != 'E'; i++) {
        if (s.at[i] == '.' && !point) {
            point = true;
            continue;
        }
        if (!ascii_is_digit(s.at[i]))
            return false;
        digits++;
        value = value * 10 + (s.at[i] - '0');
        if (point)
            scale *= 10;
    }
    value /= scale;
    if (digits == 0)
        return false;
    if (i < s.len) {
        struct span power = span_from(s, i + 1);
        bool negative = power.len && power.at[0] == '-';
        uint64_t n;
        if (power.len && (power.at[0] == '-' || power.at[0] == '+'))
            power = span_from(power, 1);
        if (!span_u64(power, DIGITS_MAX, &n))
            return false;
        for (; n; n--)
            value = negative ? value / 10 : value * 10;
    }
    *ret = value;
    return true;
}

/* The end of the label part: the brace that is not inside a quoted value. */
static size_t labels_end(struct span s)
{
    bool quoted = false;
    for (size_t i = 0; i < s.len; i++) {
        if (quoted && s.at[i] == '\\')
            i++;
        else if (s.at[i] == '"')
            quoted = !quoted;
        else if (!quoted && s.at[i] == '}')
            return i;
    }
    return s.len;
}

static bool parse_sample(struct span line, struct sample *ret)
{
    line = span_trim(line);
    if (line.len == 0 || line.at[0] == '#' || line.len > LINE_MAX_BYTES)
        return false;
    size_t n = 0;
    while (n < line.len && line.at[n] != '{' && !ascii_is_space(line.at[n]))
        n++;
    ret->name = span_first(line, n);
    ret->labels = SPAN_NONE;
    line = span_from(line, n);
    if (line.len && line.at[0] == '{') {
        line = span_from(line, 1);
        size_t end = labels_end(line);
        if (end == line.len)
            return false;
        ret->labels = span_first(line, end);
        line = span_from(line, end + 1);
    }
    line = span_trim(line);
    return parse_number(span_cut(&line, ' '), &ret->value);
}

/* The next sample of that name in *body, which moves past it. */
static bool next_sample(struct span *body, struct span name, struct sample *ret)
{
    while (body->len) {
        struct span line = span_cut(body, '\n');
        if (span_starts(line, name) && parse_sample(line, ret) && span_eq(ret->name, name))
            return true;
    }
    return false;
}

bool metrics_has(struct span body, struct span name)
{
    struct sample s;
    return next_sample(&body, name, &s);
}

bool metrics_sum(struct span body, struct span name, int64_t *ret)
{
    struct sample s;
    double sum = 0;
    bool found = false;
    while (next_sample(&body, name, &s)) {
        sum += s.value;
        found = true;
    }
    if (!found || !(sum >= 0 && sum <= 9007199254740992.0))
        return false;
    *ret = (int64_t)sum;
    return true;
}

struct span metrics_label(struct span body, struct span name, struct span label)
{
    struct sample s;
    if (!next_sample(&body, name, &s))
        return SPAN_NONE;
    while (s.labels.len) {
        struct span key = span_trim(span_cut(&s.labels, '='));
        if (s.labels.len == 0 || s.labels.at[0] != '"')
            return SPAN_NONE;
        s.labels = span_from(s.labels, 1);
        size_t n = 0;
        while (n < s.labels.len && s.labels.at[n] != '"')
            n += s.labels.at[n] == '\\' ? 2 : 1;
        struct span value = span_first(s.labels, n);
        s.labels = span_from(s.labels, n + 1);
        if (s.labels.len && s.labels.at[0] == ',')
            s.labels = span_from(s.labels, 1);
        if (span_eq(key, label))
            return value;
    }
    return SPAN_NONE;
}
