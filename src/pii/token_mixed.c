/* Capitals and digits: the positions of the letters, as a bit mask, decide what it can be. */
#include <string.h>

#include "pii/checks.h"
#include "pii/token.h"

static bool first_in(uint8_t c, const char *set)
{
    return strchr(set, (int)c) != NULL && c != 0;
}

static void mixed_7(const uint8_t *s, uint64_t letters, struct pii_marks *m)
{
    (void)s;
    if (letters == 1)
        m->shape |= pii_bit(PII_HK_ID); /* the check in brackets is added by the caller */
}

static void mixed_8(const uint8_t *s, uint64_t letters, struct pii_marks *m)
{
    bool check_a = letters == 0x81 && s[7] == 'A';
    if (letters == 1 || check_a)
        pii_mark(m, PII_HK_ID, hk_id(s, 8));
    if (letters == 1 && first_in(s[0], "PSD"))
        pii_mark(m, PII_CN_PASSPORT, !digits_all_equal(s + 1, 7));
    if (letters == 3) { /* issued without the last letter in old times */
        uint8_t whole[9];
        memcpy(whole, s, 8);
        whole[8] = 'A';
        pii_mark(m, PII_UK_NINO, uk_nino(whole));
    }
}

static void mixed_9(const uint8_t *s, uint64_t letters, struct pii_marks *m)
{
    switch (letters) {
    case 0x001:
        if (first_in(s[0], "EGDSPKH"))
            pii_mark(m, PII_CN_PASSPORT, !digits_all_equal(s + 1, 8));
        if (first_in(s[0], "CLTHMW"))
            pii_mark(m, PII_CN_PERMIT, !digits_all_equal(s + 1, 8));
        break;
    case 0x003:
        if ((s[0] == 'E' && s[1] != 'I' && s[1] != 'O') || memcmp(s, "PE", 2) == 0 ||
            memcmp(s, "SE", 2) == 0 || memcmp(s, "DE", 2) == 0 || memcmp(s, "MA", 2) == 0)
            pii_mark(m, PII_CN_PASSPORT, !digits_all_equal(s + 2, 7));
        if (s[0] == 'C' && s[1] != 'I' && s[1] != 'O')
            pii_mark(m, PII_CN_PERMIT, !digits_all_equal(s + 2, 7));
        pii_mark(m, PII_HK_ID, hk_id(s, 9));
        break;
    case 0x103:
        if (s[8] == 'A')
            pii_mark(m, PII_HK_ID, hk_id(s, 9));
        else
            pii_mark(m, PII_UK_NINO, uk_nino(s));
        if (s[8] == 'A')
            pii_mark(m, PII_UK_NINO, uk_nino(s));
        break;
    case 0x100:
        pii_mark(m, PII_ES_DNI, es_dni(s));
        break;
    case 0x101:
        if (first_in(s[0], "STFGM"))
            pii_mark(m, PII_SG_NRIC, sg_nric(s));
        else if (first_in(s[0], "XYZ"))
            pii_mark(m, PII_ES_DNI, es_dni(s));
        break;
    default:
        break;
    }
}

static void mixed_10(const uint8_t *s, uint64_t letters, struct pii_marks *m)
{
    if (letters == 0x001 && first_in(s[1], "1289"))
        pii_mark(m, PII_TW_ID, tw_id(s));
    else if (letters == 0x003 && first_in(s[1], "ABCD"))
        pii_mark(m, PII_TW_ID, tw_id(s));
    else if (letters == 0x21f)
        pii_mark(m, PII_IN_PAN, in_pan(s));
}

static void mixed_18(const struct token_rules *rules, const uint8_t *s, uint64_t letters,
                     struct pii_marks *m)
{
    if (letters == 1ULL << 17 && s[17] == 'X' && cn_id_region_date(s, rules->today)) {
        pii_mark(m, PII_CN_ID, cn_id_check(s));
        return;
    }
    /* The registering office, the kind of organisation and six digits of a district. */
    if ((letters & 0xfc) == 0 && first_in(s[0], "123456789ANY") && (letters >> 8) != 0)
        pii_mark(m, PII_CN_USCC, cn_uscc(s));
}

void token_mixed(const struct token_rules *rules, const uint8_t *s, size_t n, struct pii_marks *m)
{
    uint64_t letters = 0;
    for (size_t i = 0; i < n; i++)
        letters |= (uint64_t)(s[i] >= 'A') << i;
    switch (n) {
    case 7:
        mixed_7(s, letters, m);
        break;
    case 8:
        mixed_8(s, letters, m);
        break;
    case 9:
        mixed_9(s, letters, m);
        break;
    case 10:
        mixed_10(s, letters, m);
        break;
    case 11:
        if (letters == 1 && first_in(s[0], "HM"))
            pii_mark(m, PII_CN_PERMIT, !digits_all_equal(s + 1, 10));
        if ((letters & ~0x400ULL) == 0x40 && fi_hetu_shape(s))
            pii_mark(m, PII_FI_HETU, fi_hetu_check(s));
        break;
    case 12:
        if ((letters & ~0x600ULL) == 0)
            pii_mark(m, PII_PT_CC, pt_cc(s));
        break;
    case 14:
        if (letters >> 12 == 0 && (letters & 0xff) != 0xff && !digits_all_equal(s, 14))
            pii_mark(m, PII_BR_CNPJ, br_cnpj(s));
        break;
    case 15:
        if (letters == 0x40)
            pii_mark(m, PII_FR_NIR, fr_nir(s));
        break;
    case 16:
        if (it_cf_shape(s))
            pii_mark(m, PII_IT_CF, it_cf_check(s));
        break;
    case 17:
        if (vin_shape(s))
            pii_mark(m, PII_VIN, vin_check(s));
        break;
    case 18:
        mixed_18(rules, s, letters, m);
        break;
    default:
        break;
    }
    if (n >= 15 && n <= 34 && (letters & 15) == 3 && iban_country(s, n))
        pii_mark(m, PII_IBAN, iban_check(s, n));
}
