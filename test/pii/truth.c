/* Judges one value a line: truth TYPE < values > bits. Prints 1 where the value passes as TYPE, 0
 * where it does not. For comparing with other validators, see truth.py. */
#include <stdio.h>
#include <stdlib.h>

#include "pii/national.h"
#include "pii/value.h"

static struct piece piece_over(const uint8_t *s, size_t n)
{
    struct piece p = { .at = s, .len = n };
    for (size_t i = 0; i < n; i++) {
        p.digit |= (uint64_t)ascii_is_digit(s[i]) << i;
        p.upper |= (uint64_t)(s[i] >= 'A' && s[i] <= 'Z') << i;
        p.lower |= (uint64_t)(s[i] >= 'a' && s[i] <= 'z') << i;
        p.high |= (uint64_t)(s[i] >= 0x80) << i;
        p.mailbox |= (uint64_t)(s[i] == '@') << i;
        p.dot |= (uint64_t)(s[i] == '.') << i;
        p.colon |= (uint64_t)(s[i] == ':') << i;
    }
    return p;
}

int main(int argc, char **argv)
{
    static struct detectors d;
    struct error e;
    unsigned type = 0;
    char line[256];
    if (argc != 2 || !detectors_init(&d, 20261231, &e))
        return 2;
    while (type < PII_BUILT_IN && strcmp(PII_TYPES[type].name, argv[1]) != 0)
        type++;
    enum national national = national_by_name(span_str(argv[1]));
    if (type == PII_BUILT_IN && national == NATIONALS)
        return 2;
    while (fgets(line, sizeof(line), stdin)) {
        size_t n = strcspn(line, "\n");
        struct value v;
        bool pass;
        if (national != NATIONALS) {
            (void)national_of(1ULL << national, span_of(line, n), &pass);
            putchar(pass ? '1' : '0');
            continue;
        }
        struct piece p = piece_over((const uint8_t *)line, n > PIECE_MAX ? PIECE_MAX : n);
        piece_trim(&p);
        value_judge(&d, &p, &v);
        putchar(pii_has(v.marks.pass, type) ? '1' : '0');
    }
    detectors_release(&d);
    return 0;
}
