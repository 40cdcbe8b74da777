/* Guessing the character encoding: byte-order marks, characters in four bytes each, zeros in every
 * other byte, valid UTF-8; else an older encoding by its letters, where text does not decode otherwise;
 * and GB18030 where its structure holds and its characters are those of everyday use. */
#include "pii/input.h"

const char *input_coding_name(const struct input *in)
{
    static const char *const NAMES[] = { "utf-8",    "utf-8",    "gb18030", "utf-16le", "utf-16be",
                                         "utf-32le", "utf-32be", "",        "unknown" };
    return in->coding == CODING_OTHER ? in->charset : NAMES[in->coding];
}

/* Valid UTF-8, but for a character cut at the end. */
static bool is_utf8(struct span s)
{
    for (size_t i = 0; i < s.len;) {
        uint8_t c = s.at[i];
        size_t more = c < 0x80                ? 0
                      : c >= 0xc2 && c < 0xe0 ? 1
                      : c >= 0xe0 && c < 0xf0 ? 2
                      : c >= 0xf0 && c < 0xf5 ? 3
                                              : SIZE_MAX;
        if (more == SIZE_MAX)
            return false;
        for (size_t k = 1; k <= more; k++) {
            if (i + k >= s.len)
                return true;
            if ((s.at[i + k] & 0xc0) != 0x80)
                return false;
        }
        i += more + 1;
    }
    return true;
}

static bool is_gb18030(struct span s)
{
    size_t pairs = 0, common = 0;
    for (size_t i = 0; i < s.len;) {
        uint8_t c = s.at[i];
        if (c == 0)
            return false;
        if (c < 0x80) {
            i++;
            continue;
        }
        if (i + 1 >= s.len)
            break;
        uint8_t next = s.at[i + 1];
        if (c == 0x80 || c == 0xff || next < 0x30 || next == 0x7f || next == 0xff)
            return false;
        bool four = next <= 0x39;
        if (four && i + 4 <= s.len &&
            (s.at[i + 2] < 0x81 || s.at[i + 2] == 0xff || s.at[i + 3] < 0x30 || s.at[i + 3] > 0x39))
            return false;
        pairs++;
        common += four || (c >= 0xa1 && c <= 0xf7 && next >= 0xa1);
        i += four ? 4 : 2;
    }
    return pairs > 0 && common * 2 >= pairs;
}

bool coding_is_ascii(struct span s)
{
    typedef int8_t lanes __attribute__((vector_size(16)));
    size_t i = 0;
    for (lanes a, b, c, d; i + 4 * sizeof(lanes) <= s.len; i += 4 * sizeof(lanes)) {
        memcpy(&a, s.at + i, sizeof(a));
        memcpy(&b, s.at + i + 16, sizeof(b));
        memcpy(&c, s.at + i + 32, sizeof(c));
        memcpy(&d, s.at + i + 48, sizeof(d));
        lanes fine = (a > 0) & (b > 0) & (c > 0) & (d > 0);
        uint64_t halves[2];
        memcpy(halves, &fine, sizeof(halves));
        if ((halves[0] & halves[1]) != UINT64_MAX)
            return false;
    }
    for (; i < s.len; i++)
        if ((int8_t)s.at[i] <= 0)
            return false;
    return true;
}

/* Every four bytes are a character of text. Control characters are not, or tables of small numbers
 * would be text. */
static bool is_utf32(struct span s, bool big)
{
    for (size_t i = 0; i + 4 <= s.len; i += 4) {
        const uint8_t *u = s.at + i;
        uint32_t c = big ? (uint32_t)u[0] << 24 | u[1] << 16 | u[2] << 8 | u[3]
                         : (uint32_t)u[3] << 24 | u[2] << 16 | u[1] << 8 | u[0];
        bool control = c < ' ' && c != '\t' && c != '\n' && c != '\r';
        if (control || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
            return false;
    }
    return s.len >= 16;
}

/* Of what may be pairs of GB18030, are most among the 3,755 characters of everyday use? Small letters of
 * Greek and Cyrillic are not. */
static bool is_everyday_chinese(struct span s)
{
    size_t pairs = 0, everyday = 0;
    for (size_t i = 0; i + 1 < s.len; i++) {
        if (s.at[i] < 0x80)
            continue;
        pairs++;
        everyday += s.at[i] >= 0xb0 && s.at[i] <= 0xd7;
        i++;
    }
    return everyday * 10 >= pairs * 6;
}

/* No byte that texts do not have. */
static bool is_textual(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.at[i] == 0x7f || (s.at[i] < ' ' && !ascii_is_space(s.at[i]) && s.at[i] != 0x1b))
            return false;
    return true;
}

/* Bytes of 0x80 and above that are no UTF-8. */
static enum input_coding older_coding(struct span s, char charset[static CHARSET_NAME_MAX])
{
    bool chinese = is_gb18030(s);
    if (!is_textual(s))
        return chinese ? CODING_GB18030 : CODING_UTF8;
    bool told = charset_guess(s, charset);
    if (told && strncmp(charset, "gb", 2) == 0)
        told = false, chinese = true;
    /* Few letters speak for many encodings; all of them in pairs speak for those that have pairs. */
    bool pairs = strcmp(charset, "cp949") == 0 || strcmp(charset, "cp950") == 0 ||
                 strcmp(charset, "euc-jp") == 0 || strcmp(charset, "cp932") == 0;
    if (told && (!chinese || pairs || !is_everyday_chinese(s)))
        return CODING_OTHER;
    charset[0] = '\0';
    return chinese ? CODING_GB18030 : CODING_UNTOLD;
}

enum input_coding coding_guess(struct span s, char charset[static CHARSET_NAME_MAX])
{
    size_t zeros[2] = { 0 }, high = 0;
    charset[0] = '\0';
    if (span_starts(s, SPAN("\xef\xbb\xbf")))
        return CODING_UTF8;
    /* In front of UTF-16, of whose mark the first is a longer form. */
    if (span_starts(s, SPAN("\xff\xfe\0\0")) || is_utf32(s, false))
        return CODING_UTF32LE;
    if (span_starts(s, SPAN("\0\0\xfe\xff")) || is_utf32(s, true))
        return CODING_UTF32BE;
    if (span_starts(s, SPAN("\xff\xfe")))
        return CODING_UTF16LE;
    if (span_starts(s, SPAN("\xfe\xff")))
        return CODING_UTF16BE;
    for (size_t i = 0; i < s.len; i++) {
        zeros[i % 2] += s.at[i] == 0;
        high += s.at[i] >= 0x80;
    }
    if (s.len >= 16 && zeros[1] * 8 > s.len / 2 && zeros[0] * 20 < zeros[1])
        return CODING_UTF16LE;
    if (s.len >= 16 && zeros[0] * 8 > s.len / 2 && zeros[1] * 20 < zeros[0])
        return CODING_UTF16BE;
    if (high == 0)
        return CODING_UNKNOWN;
    return is_utf8(s) ? CODING_UTF8 : older_coding(s, charset);
}
