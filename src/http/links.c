/* See links.h. No HTML is parsed: a tag is "<name", an attribute is what its name and a quote begin. A
 * wrong guess costs one request. */
#include "http/links.h"

#include "http/url.h"

enum { TAG_MAX = 600, VALUE_MAX = 300, KEY_GAP_MAX = 24 };

struct links {
    struct span host;
    struct span base, told, shared; /* the three kinds; empty: none */
    bool any;                       /* `shared` holds the directory of at least one file */
};

/* Directories that hold a page's files, not the page. */
static bool is_asset_word(struct span s)
{
    static const char *const words[] = {
        "static", "assets", "public",  "bundles", "js",      "css",  "img",          "images",  "dist",
        "build",  "ui",     "app",     "lib",     "libs",    "font", "fonts",        "vendor",  "_next",
        "media",  "icons",  "scripts", "style",   "styles",  "web",  "node_modules", "classic", "new",
        "themes", "plugins", "resources", "webjars", "built_assets", "dlls", "files", "content", "sites",
    };
    size_t digits = 0;
    for (size_t i = 0; i < s.len; i++)
        digits += ascii_is_digit(s.at[i]);
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (span_is(s, words[i]))
            return true;
    return digits * 2 > s.len; /* a build number, a hash */
}

/* The directory of a file, up to the first that is named as one for files: "/kibana/ui/x.js" -> "/kibana". */
static struct span asset_base(struct span path)
{
    size_t end = 0;
    while (path.len > end) {
        struct span segment = span_from(path, end + 1);
        size_t len = span_index(segment, '/');
        if (len == segment.len || is_asset_word(span_first(segment, len)))
            break;
        end += 1 + len;
    }
    return span_first(path, end);
}

/* The longest row of whole segments at the front of both. */
static struct span common_base(struct span a, struct span b)
{
    size_t same = 0, whole = 0;
    while (same < a.len && same < b.len && a.at[same] == b.at[same]) {
        same++;
        bool ends = (same == a.len || a.at[same] == '/') && (same == b.len || b.at[same] == '/');
        whole = ends ? same : whole;
    }
    return span_first(a, whole);
}

/* The value of an attribute in a tag, or an empty span. */
static struct span attribute(struct span tag, const char *name)
{
    size_t at = span_find(tag, span_str(name));
    if (at == SIZE_MAX)
        return SPAN_NONE;
    struct span rest = span_from(tag, at + strlen(name));
    if (rest.len == 0)
        return SPAN_NONE;
    bool quoted = rest.at[0] == '"' || rest.at[0] == '\'';
    uint8_t end = quoted ? rest.at[0] : '>';
    rest = span_first(span_from(rest, quoted), VALUE_MAX);
    size_t len = span_index(rest, end);
    if (!quoted)
        len = span_index(span_first(rest, len), ' ');
    return len < rest.len ? span_first(rest, len) : SPAN_NONE;
}

static bool is_tag(struct span at, const char *name)
{
    struct span word = span_str(name);
    return span_eq_nocase(span_first(at, word.len), word);
}

/* Whether a tag of the three kinds begins here; notes what it says. */
static bool take_tag(struct links *l, struct span at)
{
    uint8_t letter = at.len > 1 ? ascii_lower(at.at[1]) : 0;
    if (letter != 'b' && letter != 's' && letter != 'l')
        return false;
    struct span tag = span_first(at, TAG_MAX);
    tag = span_first(tag, span_index(tag, '>') + 1);
    bool base = is_tag(at, "<base"), script = is_tag(at, "<script"), link = is_tag(at, "<link");
    if (!base && !script && !link)
        return false;
    struct span path = url_local_path(attribute(tag, script ? " src=" : " href="), l->host);
    if (base && l->base.len == 0)
        l->base = path;
    if (base || path.len == 0)
        return true;
    path = asset_base(path);
    l->shared = l->any ? common_base(l->shared, path) : path;
    l->any = true;
    return true;
}

/* `hashRoute = '/kibana/app'`, `"basePath":"/kibana"`, `&quot;basePath&quot;:&quot;/kibana&quot;`: the
 * path that stands shortly behind a name. */
static void take_told(struct links *l, struct span page)
{
    static const char *const keys[] = { "basePath", "hashRoute", "appSubUrl", "BASE_PATH",
                                        "baseUrl",  "base_url",  "contextPath", "pathPrefix" };
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]) && l->told.len == 0; i++) {
        size_t at = span_find(page, span_str(keys[i]));
        if (at == SIZE_MAX)
            continue;
        struct span rest = span_sub(page, at + strlen(keys[i]), VALUE_MAX);
        size_t slash = span_index(rest, '/');
        if (slash > KEY_GAP_MAX || span_index(rest, ',') < slash)
            continue;
        rest = span_from(rest, slash);
        size_t len = 0;
        while (len < rest.len && rest.at[len] > ' ' && !memchr("\"'&<>,;\\", rest.at[len], 8))
            len++;
        l->told = url_local_path(span_first(rest, len), l->host);
    }
}

size_t page_bases(struct span page, struct span host, struct span ret[LINK_BASES_MAX])
{
    struct links l = { .host = host };
    size_t count = 0, tags = 0;
    page = span_first(page, LINKS_SEARCH_MAX);
    take_told(&l, page);
    for (struct span at = page; at.len && tags < LINKS_MAX; at = span_from(at, 1)) {
        at = span_from(at, span_index(at, '<'));
        tags += take_tag(&l, at);
    }
    const struct span kinds[] = { l.base, l.told, l.shared };
    for (size_t i = 0; i < LINK_BASES_MAX; i++)
        if (kinds[i].len > 1)
            ret[count++] = kinds[i];
    return count;
}
