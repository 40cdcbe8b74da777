/* Older encodings, by what uchardet makes of the letters and whether all of them can be decoded. */
#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <uchardet/uchardet.h>

#include "pii/input.h"

/* iconv's names where they differ, and the encoding that holds the one that uchardet names. */
static const struct {
    const char *said, *taken;
} NAMES[] = {
    { "ISO-8859-1", "WINDOWS-1252" }, { "ISO-8859-9", "WINDOWS-1254" },
    { "SHIFT_JIS", "CP932" },         { "EUC-KR", "CP949" },
    { "UHC", "CP949" },               { "BIG5", "CP950" },
    { "EUC-TW", "EUC-TW" },           { "MAC-CYRILLIC", "MAC-CYRILLIC" },
};

/* Does all of it decode, but for a character that is cut at the end? */
static bool decodes(struct span s, const char *charset)
{
    iconv_t decoder = iconv_open("UTF-8", charset);
    char out[4096], *from = (char *)(uintptr_t)s.at;
    size_t left = s.len;
    bool fine = decoder != (iconv_t)-1;
    while (fine && left) {
        char *to = out;
        size_t room = sizeof(out), got = iconv(decoder, &from, &left, &to, &room);
        if (got == (size_t)-1 && errno == EINVAL && left < 8)
            break;
        fine = got != (size_t)-1 || errno == E2BIG;
    }
    if (decoder != (iconv_t)-1)
        iconv_close(decoder);
    return fine;
}

bool charset_guess(struct span s, char out[static CHARSET_NAME_MAX])
{
    uchardet_t guess = uchardet_new();
    const char *said = NULL;
    out[0] = '\0';
    if (!guess)
        return false;
    if (uchardet_handle_data(guess, (const char *)s.at, s.len) == 0) {
        uchardet_data_end(guess);
        said = uchardet_get_charset(guess);
    }
    for (size_t i = 0; said && i < sizeof(NAMES) / sizeof(NAMES[0]); i++)
        if (strcmp(said, NAMES[i].said) == 0)
            said = NAMES[i].taken;
    bool fine = said && said[0] && strlen(said) < CHARSET_NAME_MAX && strncmp(said, "UTF", 3) != 0 &&
                strcmp(said, "ASCII") != 0 && decodes(s, said);
    for (size_t i = 0; fine && (i == 0 || said[i - 1]); i++)
        out[i] = (char)ascii_lower((uint8_t)said[i]);
    uchardet_delete(guess);
    return fine;
}
