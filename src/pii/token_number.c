/* Numbers: a switch over the count of digits. A type takes the bare form and the groupings that
 * people write it in; any other grouping is some other number. */
#include <string.h>

#include "pii/calling.h"
#include "pii/checks.h"
#include "pii/token.h"

static bool bare_or(const struct compact *c, uint32_t groups)
{
    return c->groups == 0 || c->groups == groups;
}

static void mark_card(const struct compact *c, struct pii_marks *m)
{
    if (!card_range(c->c, c->n))
        return;
    bool grouped = c->groups == 0x4444 || c->groups == 0x44443 || c->groups == 0x465 ||
                   c->groups == 0x446 || c->groups == 0x4445 || c->groups == 0x44442;
    if (c->groups != 0 && !grouped)
        return;
    bool pass = check_luhn(c->c, c->n);
    pii_mark(m, PII_BANK_CARD, pass);
    m->test = m->test || (pass && card_test_number(c->c, c->n));
}

static void mark_mobile(const uint8_t *s, struct pii_marks *m)
{
    if (s[0] != '1')
        return;
    static const char *const KNOWN[] = { "13800138000", "13888888888", "13800000000", "13900000000",
                                         "18888888888", "13812345678", "12345678901" };
    for (size_t i = 0; i < sizeof(KNOWN) / sizeof(KNOWN[0]); i++)
        m->test = m->test || memcmp(s, KNOWN[i], 11) == 0;
    m->test = m->test || digits_all_equal(s + 3, 8) || digits_typed(s + 1, 10);
    pii_mark(m, PII_CN_MOBILE, cn_mobile(s));
}

/* 010-62345678-123: an extension of one to five digits behind area and subscriber. */
static bool with_extension(const struct compact *c, struct pii_marks *m)
{
    unsigned last = c->groups & 15, area = c->groups >> 8 & 15, subscriber = c->groups >> 4 & 15;
    if (c->c[0] != '0' || c->groups >> 12 || (area != 3 && area != 4) || subscriber < 7 ||
        subscriber > 8 || last > 5)
        return false;
    pii_mark(m, PII_CN_LANDLINE, cn_landline(c->c, area + subscriber));
    return true;
}

static void mark_landline(const struct compact *c, struct pii_marks *m)
{
    bool grouped = c->groups == 0x38 || c->groups == 0x47 || c->groups == 0x48 ||
                   c->groups == 0x344 || c->groups == 0x434 || c->groups == 0x444;
    if (c->c[0] == '0' && (c->groups == 0 || grouped))
        pii_mark(m, PII_CN_LANDLINE, cn_landline(c->c, c->n));
}

static void number_9(const struct compact *c, struct pii_marks *m)
{
    const uint8_t *s = c->c;
    bool typed = digits_typed(s, 9);
    if (bare_or(c, 0x324)) {
        bool test = memcmp(s, "078051120", 9) == 0 || memcmp(s, "219099999", 9) == 0 ||
                    memcmp(s, "457555462", 9) == 0;
        pii_mark(m, PII_US_SSN, us_ssn(s) && !typed);
        pii_mark(m, PII_US_ITIN, us_itin(s));
        m->test = m->test || test;
    }
    if (bare_or(c, 0x333)) {
        pii_mark(m, PII_CA_SIN, ca_sin(s) && !typed);
        pii_mark(m, PII_AU_TFN, au_tfn(s) && !typed);
        pii_mark(m, PII_PT_NIF, pt_nif(s) && !typed);
        pii_mark(m, PII_NL_BSN, nl_bsn(s, 9) && !typed);
    }
    m->test = m->test || typed;
}

static void number_10(const struct compact *c, struct pii_marks *m)
{
    const uint8_t *s = c->c;
    if (bare_or(c, 0x334)) {
        bool sample = memcmp(s, "9434765870", 10) == 0 || memcmp(s, "9434765919", 10) == 0;
        pii_mark(m, PII_UK_NHS, uk_nhs(s) && !digits_typed(s, 10));
        m->test = m->test || sample;
    }
    if (bare_or(c, 0x64) && se_pn_date(s))
        pii_mark(m, PII_SE_PN, check_luhn(s, 10));
    if (bare_or(c, 0x451))
        pii_mark(m, PII_AU_MEDICARE, au_medicare(s));
    if (bare_or(c, 0x64))
        pii_mark(m, PII_DK_CPR, dk_cpr(s));
    if (c->groups == 0x334 && s[0] >= '2' && s[3] >= '2') {
        pii_mark(m, PII_PHONE, true); /* North American numbering plan */
        m->test = m->test || (memcmp(s + 3, "555", 3) == 0 && s[6] == '0' && s[7] == '1');
    }
}

static void number_11(const struct compact *c, struct pii_marks *m)
{
    const uint8_t *s = c->c;
    if (c->groups == 0 || c->groups == 0x344 || c->groups == 0x335 || c->groups == 0x38)
        mark_mobile(s, m);
    if (c->groups == 0 && pl_pesel_date(s))
        pii_mark(m, PII_PL_PESEL, pl_pesel_check(s));
    if (bare_or(c, 0x65) && no_fnr_date(s))
        pii_mark(m, PII_NO_FNR, no_fnr_check(s));
    if (bare_or(c, 0x3332))
        pii_mark(m, PII_BR_CPF, br_cpf(s));
    if ((c->groups == 0 || c->groups == 0x2333) && de_idnr_shape(s))
        pii_mark(m, PII_DE_IDNR, de_idnr_check(s));
    if ((c->groups == 0 || c->groups == 0x22232 || c->groups == 0x632) && be_nn_date(s))
        pii_mark(m, PII_BE_NN, be_nn_check(s));
}

static void number_12(const struct compact *c, struct pii_marks *m)
{
    const uint8_t *s = c->c;
    if (bare_or(c, 0x444)) {
        pii_mark(m, PII_JP_MYNUMBER, jp_my_number(s));
        if (s[0] >= '2')
            pii_mark(m, PII_IN_AADHAAR, in_aadhaar(s));
    }
    if (c->groups == 0 && s[0] == '0')
        mark_mobile(s + 1, m); /* as dialled from another town once */
    bool century = memcmp(s, "19", 2) == 0 || memcmp(s, "20", 2) == 0;
    if (bare_or(c, 0x84) && century && se_pn_date(s + 2))
        pii_mark(m, PII_SE_PN, check_luhn(s + 2, 10));
}

static void number_13(const struct compact *c, struct pii_marks *m)
{
    const uint8_t *s = c->c;
    if (bare_or(c, 0x67) && kr_rrn_date(s))
        pii_mark(m, PII_KR_RRN, kr_rrn_check(s));
    if (c->groups == 0 && s[0] <= '3')
        pii_mark(m, PII_FR_SPI, fr_spi(s));
    if (s[0] == '7' && bare_or(c, 0x3442) && memcmp(s, "756", 3) == 0)
        pii_mark(m, PII_CH_AHV, ch_ahv(s));
    bool prefixed = c->groups == 0 || c->groups == 0x2344 || c->groups == (uint32_t)0x2b;
    if (prefixed && s[0] == '8' && s[1] == '6')
        mark_mobile(s + 2, m);
}

static void number_15(const struct compact *c, struct pii_marks *m)
{
    const uint8_t *s = c->c;
    if (bare_or(c, 0x663))
        pii_mark(m, PII_CN_ID15, cn_id15(s) && !digits_typed(s, 15));
    if (s[0] != '0' && bare_or(c, 0x1222332))
        pii_mark(m, PII_FR_NIR, fr_nir(s));
    if (c->groups == 0 && memcmp(s, "0086", 4) == 0)
        mark_mobile(s + 4, m);
    if ((bare_or(c, 0x861) || c->groups == 0x2661) && imei_body(s))
        pii_mark(m, PII_IMEI, check_luhn(s, 15) && !digits_typed(s, 14));
}

static void number_18(const struct token_rules *rules, const struct compact *c, struct pii_marks *m)
{
    const uint8_t *s = c->c;
    bool digits = ascii_is_digit(s[17]);
    if ((c->groups == 0 || c->groups == 0x684 || c->groups == 0x64224) &&
        cn_id_region_date(s, rules->today)) {
        bool check = cn_id_check(s);
        pii_mark(m, PII_CN_ID, check);
        if (digits)
            pii_mark(m, PII_CN_ID_DAMAGED, !check && cn_id_rounded(s));
        m->test = m->test || digits_all_equal(s + 14, 4) || memcmp(s + 6, "19000101", 8) == 0 ||
                  memcmp(s, "11010119900307", 14) == 0;
    } else if (c->groups == 0 && digits) {
        bool check = cn_uscc(s);
        pii_mark(m, PII_CN_USCC, check);
    }
}

static void mark_plus(const struct compact *c, struct pii_marks *m)
{
    if (c->c[0] == '0' || c->n < 8 || c->n > 15)
        return;
    bool china = c->n == 13 && c->c[0] == '8' && c->c[1] == '6';
    if (china)
        mark_mobile(c->c + 2, m);
    if (!pii_has(m->pass, PII_CN_MOBILE)) {
        m->calling = calling_number(c->c, c->n) && !digits_typed(c->c, c->n) &&
                     !digits_all_equal(c->c + 3, c->n - 3U);
        pii_mark(m, PII_PHONE, m->calling);
    }
}

void token_number(const struct token_rules *rules, const struct compact *c, struct pii_marks *m)
{
    if (c->plus) {
        mark_plus(c, m);
        return;
    }
    switch (c->n) {
    case 8:
        if (c->groups == 0) {
            pii_mark(m, PII_NL_BSN, nl_bsn(c->c, 8));
            pii_mark(m, PII_MO_ID, c->c[0] == '1' || c->c[0] == '5' || c->c[0] == '7');
        }
        break;
    case 9:
        number_9(c, m);
        break;
    case 10:
        number_10(c, m);
        break;
    case 11:
        number_11(c, m);
        break;
    case 12:
        number_12(c, m);
        break;
    case 13:
        number_13(c, m);
        break;
    case 14:
        if (bare_or(c, 0x23342) && !digits_all_equal(c->c, 14))
            pii_mark(m, PII_BR_CNPJ, br_cnpj(c->c));
        break;
    case 15:
        number_15(c, m);
        break;
    case 16:
        if (bare_or(c, 0x4444))
            pii_mark(m, PII_IN_VID, in_vid(c->c) && !digits_all_equal(c->c, 16));
        break;
    case 18:
        number_18(rules, c, m);
        break;
    default:
        break;
    }
    if (c->c[0] == '0' && c->groups >> 8 && with_extension(c, m))
        return;
    if (c->n >= 10 && c->n <= 12)
        mark_landline(c, m);
    if (c->n >= 13 && c->n <= NUMBER_DIGITS_MAX && ascii_is_digit(c->c[c->n - 1]))
        mark_card(c, m);
}
