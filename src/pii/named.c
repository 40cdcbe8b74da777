#include "pii/named.h"

#include "pii/charsets.h"
#include "pii/checks.h"
#include "pii/national.h"

enum {
    NAME_WORDS_MOST = 5,
    NAME_BYTES_MOST = 120,
    HAN_MOST = 8,
    ADDRESS_LEAST = 6,
    TITLE_BYTES_MOST = 24,
    HOUSE_DIGITS_MOST = 5
};

/* A house number among words, "12 Park Street", "ul. Długa 7/2", "Calle Mayor 4, 28013 Madrid": only the form. */
static void mark_address(struct span value, struct pii_marks *m)
{
    size_t words = 0, letters = 0, digits = 0, numbers = 0;
    for (size_t i = 0; i <= value.len; i++) {
        uint8_t c = i < value.len ? value.at[i] : ' ';
        bool digit = ascii_is_digit(c), letter = c >= 0x80 || (c | 32) >= 'a';
        letters += letter;
        digits += digit;
        if (digit || letter)
            continue;
        words += letters >= 3;
        numbers += digits >= 1 && digits <= 5;
        letters = digits = 0;
    }
    if (value.len >= ADDRESS_LEAST)
        pii_mark(m, PII_ADDRESS, words >= 1 && numbers >= 1);
}

/* Does a number end at `to`, before a blank, a comma, another number or one letter: "12a", "7/2", "1-2-3"? Versions,
 * addresses of machines and "32bit" are none. */
static bool ends_as_house(struct span s, size_t to)
{
    uint8_t c = to < s.len ? s.at[to] : ' ', next = to + 1 < s.len ? s.at[to + 1] : ' ';
    bool letter = (c | 32) >= 'a' && (c | 32) <= 'z', letters = letter && (next | 32) >= 'a' && (next | 32) <= 'z';
    if (c == '.' || c == '-' || c == '/')
        return c != '.' || !ascii_is_digit(next);
    return c <= ' ' || c == ',' || c == '#' || c >= 0x80 || (letter && !letters);
}

bool is_written_address(struct span s)
{
    bool words = false, house = false;
    for (size_t i = 0; i < s.len && !(words && house); i++) {
        uint8_t c = s.at[i], before = i ? s.at[i - 1] : ' ';
        bool begins = before <= ' ' || before == ',' || before == '/' || before == '#' || before >= 0x80;
        if (strchr("=*_@$<>[]{}\\|`", c)) /* code and markup */
            return false;
        words = words || c >= 0x80 || (c >= 'A' && c <= 'Z' && begins && i + 2 < s.len && s.at[i + 2] > '9');
        bool mark = before == '.' && i >= 2 && !ascii_is_digit(s.at[i - 2]); /* "Nr.12" */
        if (!ascii_is_digit(c) || (!begins && !mark))
            continue;
        size_t to = i;
        while (to < s.len && ascii_is_digit(s.at[to]))
            to++;
        house = house || (to - i <= HOUSE_DIGITS_MOST && ends_as_house(s, to));
        i = to - 1;
    }
    return words && house;
}

static void mark_national(uint64_t set, struct span value, struct pii_marks *m)
{
    bool pass;
    enum national id = national_of(set, value, &pass);
    if (id == NATIONALS)
        return;
    pii_mark(m, PII_NATIONAL, pass);
    m->national = (uint8_t)(id + 1);
}

/* The code point at the front, of one byte to three; 0 where there is none or it has four. */
static unsigned code_at(struct span s, size_t *ret_len)
{
    *ret_len = 1;
    if (s.at[0] < 0x80)
        return s.at[0];
    if (s.at[0] >= 0xc3 && s.at[0] < 0xe0 && s.len >= 2 && (s.at[1] & 0xc0) == 0x80) {
        *ret_len = 2;
        return (s.at[0] & 31U) << 6 | (s.at[1] & 63U);
    }
    *ret_len = 3;
    return s.len >= 3 ? utf8_three(s.at) : 0;
}

/* Is the code point beyond ASCII a letter, or a mark that stands on one, of a script that names are written in? */
static bool is_letter(unsigned code)
{
    static const struct {
        uint16_t from, to;
    } LETTERS[] = {
        { 0xc0, 0x2bc },    { 0x300, 0x373 },   { 0x386, 0x52f },   { 0x531, 0x587 },   { 0x591, 0x5f4 },
        { 0x620, 0x65f },   { 0x66e, 0x6d3 },   { 0x6d5, 0x6ef },   { 0x6fa, 0x6ff },   { 0x901, 0x963 },
        { 0x970, 0x9e3 },   { 0x9f0, 0xa65 },   { 0xa70, 0xae5 },   { 0xaf9, 0xb65 },   { 0xb70, 0xbe5 },
        { 0xc00, 0xc65 },   { 0xc80, 0xce5 },   { 0xd00, 0xd65 },   { 0xd80, 0xddf },   { 0xe01, 0xe4e },
        { 0x10a0, 0x10ff }, { 0x1e00, 0x1fff }, { 0x2019, 0x2019 }, { 0x200c, 0x200d }, { 0x3005, 0x3005 },
        { 0x3041, 0x30ff }, { 0x4e00, 0x9fff }, { 0xac00, 0xd7a3 },
    };
    for (size_t i = 0; i < sizeof(LETTERS) / sizeof(LETTERS[0]); i++)
        if (code >= LETTERS[i].from && code <= LETTERS[i].to)
            return true;
    return false;
}

bool is_name_in_letters(struct span value)
{
    size_t words = 0, foreign = 0, letters = 0, wide = 0;
    bool inside = false;
    if (value.len < 4 || value.len > NAME_BYTES_MOST)
        return false;
    for (size_t i = 0, len; i < value.len; i += len) {
        unsigned code = code_at(span_from(value, i), &len);
        bool ascii = code < 0x80, letter = ascii ? (code | 32) >= 'a' && (code | 32) <= 'z' : is_letter(code);
        if (!letter && !(ascii && code && strchr(" .,-'", (int)code)))
            return false;
        words += letter && !inside;
        inside = letter || (inside && (code == '-' || code == '\''));
        foreign += letter && !ascii;
        letters += letter;
        wide += code >= 0x3000;
    }
    return foreign >= 1 && letters >= 2 && words <= NAME_WORDS_MOST && wide <= HAN_MOST;
}

void mark_named(const struct name_hint *hint, struct span value, struct pii_marks *m)
{
    static const pii_set OTHERS = (pii_set)1 << PII_PERSON_NAME | (pii_set)1 << PII_CN_NAME;
    if (hint->national)
        mark_national(hint->national, value, m);
    if (pii_has(hint->strong | hint->weak, PII_ADDRESS))
        mark_address(value, m);
    if (pii_has(hint->strong, PII_PERSON_NAME) && !(m->pass & OTHERS) && is_name_in_letters(value))
        pii_mark(m, PII_PERSON_NAME, false);
}

size_t title_len(struct span text)
{
#define T(text) { (const uint8_t *)text, sizeof(text) - 1 }
    static const struct span TITLES[] = {
        T("Mr"), T("Mrs"), T("Ms"), T("Miss"), T("Mister"), T("Herr"), T("Herrn"), T("Frau"), T("M"),
        T("Mme"), T("Mlle"), T("Monsieur"), T("Madame"), T("Sr"), T("Sra"), T("Srta"), T("Señor"),
        T("Señora"), T("Don"), T("Doña"), T("Senhor"), T("Senhora"), T("sig"), T("Sig"), T("Sig.ra"),
        T("sig.ra"), T("signor"), T("signora"), T("Signor"), T("Signora"), T("pan"), T("Pan"), T("Pani"),
        T("pani"), T("panem"), T("panią"), T("pánom"), T("paní"), T("pana"), T("dl"), T("dna"), T("domnul"),
        T("doamna"), T("dhr"), T("mevr"), T("heer"), T("mevrouw"), T("hr"), T("Hr"), T("herr"), T("fru"),
        T("Fru"), T("herra"), T("rouva"), T("Bay"), T("Bayan"), T("Encik"), T("Puan"), T("Bapak"), T("Ibu"),
        T("ông"), T("bà"), T("Ông"), T("Bà"), T("Bw"), T("Bi"), T("úr"), T("härra"), T("proua"), T("kungs"),
        T("ponas"), T("p"), T("ponia"), T("gospod"), T("gospa"), T("gospodin"), T("gospođa"), T("g"),
        T("ga"), T("gđa"), T("г-н"), T("г-жа"), T("господин"), T("госпожа"), T("гражданин"),
        T("гражданина"), T("гражданка"), T("гражданки"), T("пан"), T("пані"), T("громадянин"),
        T("громадянина"), T("громадянка"), T("г"), T("гр"), T("κ"), T("κα"), T("κος"), T("κύριος"),
        T("κυρία"), T("мр"), T("მ-ნ"), T("ბატონ"), T("ბატონი"), T("ქალბატონი"), T("պարոն"), T("տիկին"),
        T("מר"), T("גב'"), T("גברת"), T("السيد"), T("السيدة"), T("آقای"), T("خانم"), T("श्री"),
        T("श्रीमती"), T("জনাব"), T("জনাবা"), T("คุณ"),
    };
#undef T
    const uint8_t *space = memchr(text.at, ' ', text.len < TITLE_BYTES_MOST ? text.len : TITLE_BYTES_MOST);
    size_t blank = space ? (size_t)(space - text.at) : 0;
    if (blank == 0 || blank + 2 >= text.len ||
        !(text.at[blank + 1] >= 0x80 || (text.at[blank + 1] >= 'A' && text.at[blank + 1] <= 'Z')))
        return 0;
    uint8_t last = text.at[blank - 1];
    if (last < 0x80 && (last | 32) < 'a' && last != '.' && last != '\'') /* as no title ends */
        return 0;
    struct span word = span_first(text, blank - (text.at[blank - 1] == '.'));
    bool letter = word.len == 1 || (word.len == 2 && word.at[0] >= 0x80); /* "M. Dupont", never "M Dupont" */
    for (size_t i = 0; i < sizeof(TITLES) / sizeof(TITLES[0]); i++)
        if (TITLES[i].len == word.len && TITLES[i].at[0] == word.at[0] && span_eq(TITLES[i], word))
            return letter && word.len == blank ? 0 : blank + 1;
    return 0;
}
