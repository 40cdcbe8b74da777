/* What a watch says, on stderr. */
#ifndef AJAR_CMD_SAY_H
#define AJAR_CMD_SAY_H

/* "ajar: TEXT" to stderr, put together in English and told in the reader's language, foreign text made visible. */
[[gnu::format(printf, 1, 2)]] void watch_say(const char *format, ...);

#endif
