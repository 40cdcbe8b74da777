/* The rows for what may have been left behind on a site. What such a file holds is nobody's business: each is asked for
 * its first bytes alone, as many as tell its form, and read no further whatever the server sends (form.h). */
#include "http/law_rows.h"

#include <stddef.h>

#define FRONT(form, bytes, tells) \
    { \
        .method = "GET", .products = "web", .path = (form), .front = (bytes), .why = (tells) \
    }

const struct law_row LAW_LEFT[] = {
    FRONT("/.git/HEAD", 64, "git: the name of a branch"),
    FRONT("/.env", 128, "whether it begins as a file of settings does; its values are not looked at, kept or told"),
    FRONT("/.env.production|.env.prod|.env.local|.env.backup|.env.bak|.env.old|.env.save|.env~", 128,
          "the same of its copies"),
    FRONT("/.svn/wc.db", 16, "Subversion: whether it is a database of SQLite"),
    FRONT("/.DS_Store", 16, "macOS: whether it is what its Finder keeps about a folder"),
    FRONT("/backup.sql|dump.sql|database.sql|db.sql|mysql.sql|backup.dump|db.dump", 32,
          "whether it begins as a dump of a database does; never a record"),
    FRONT("/backup.sql.gz|dump.sql.gz|database.sql.gz|db.sql.gz|backup.tar.gz|backup.tgz|www.tar.gz|site.tar.gz", 16,
          "whether it is compressed by gzip"),
    FRONT("/backup.zip|www.zip|site.zip|public_html.zip|wwwroot.zip|backup.sql.zip", 16, "whether it is a ZIP archive"),
    FRONT("/database.sqlite|db.sqlite|db.sqlite3|data.db", 16, "whether it is a database of SQLite"),
    FRONT("/database/database.sqlite", 16, "Laravel: whether it is a database of SQLite"),
    FRONT("/wp-config.php.bak|wp-config.php~|wp-config.php.old|wp-config.php.save|config.php.bak|config.php~"
          "|configuration.php.bak|settings.php.bak", 16,
          "whether a program is handed out that holds passwords; only that it begins as one"),
    { .method = "GET", .products = "web", .path = "/server-status", .query = "!auto", .front = 1024,
      .why = "Apache: figures; with auto it names no client and no request" },
    FRONT("/nginx_status|stub_status|basic_status", 128, "nginx: figures"),
    FRONT("/phpinfo.php|info.php", 4096, "PHP: whether it is the page that shows its settings, up to its title"),
    FRONT("/ajar-none", 128, "whether a name that cannot exist is answered as others are"),
    { .method = NULL },
};
