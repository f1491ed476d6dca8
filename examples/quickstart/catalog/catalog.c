// catalog: the one service that talks to the database.
//
//   catalog serve         HTTP on port 8000: GET /items, POST /items (name=..&cents=..), GET /health
//   catalog migrate DIR   runs the *.sql files of DIR in order, each once, each in a transaction
//
// The connection comes from PGHOST, PGUSER, PGDATABASE (libpq reads them) and PGPASSWORD_FILE.
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <libpq-fe.h>

enum { PORT = 8000, REQUEST_MAX = 8192 };

// The whole file as a string that the caller frees, or NULL.
static char *read_file(const char *path) {
    FILE *file = fopen(path, "r");
    if (!file) return NULL;
    char *text = NULL;
    size_t size = 0;
    ssize_t length = getdelim(&text, &size, '\0', file);
    fclose(file);
    return length < 0 ? (free(text), NULL) : text;
}

static void load_password(void) {
    const char *path = getenv("PGPASSWORD_FILE");
    char *password = path ? read_file(path) : NULL;
    if (path && !password) fprintf(stderr, "catalog: cannot read %s: %s\n", path, strerror(errno));
    if (!password) return;
    password[strcspn(password, "\r\n")] = '\0';
    setenv("PGPASSWORD", password, 1);
    free(password);
}

// Runs one statement and returns its first value, which the caller frees; NULL when it failed (then
// *fault says why). No row or no value is an empty string.
static char *query(PGconn *db, const char *sql, int count, const char *const *values, char **fault) {
    PGresult *result = PQexecParams(db, sql, count, NULL, values, NULL, NULL, 0);
    ExecStatusType status = PQresultStatus(result);
    char *value = NULL;
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
        value = strdup(PQntuples(result) > 0 ? PQgetvalue(result, 0, 0) : "");
    } else if (fault) {
        *fault = strdup(PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) ?: PQerrorMessage(db));
    }
    PQclear(result);
    return value;
}

// ---- serve ----

static void answer(int client, const char *status, const char *kind, const char *body) {
    dprintf(client, "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s",
            status, kind, strlen(body), body);
}

// The decoded value of `name` in a form body such as `name=green+tea&cents=250`, or NULL.
static char *field(const char *body, const char *name) {
    size_t length = strlen(name);
    for (const char *at = body; at && *at; at = strchr(at, '&') ? strchr(at, '&') + 1 : NULL) {
        if (strncmp(at, name, length) != 0 || at[length] != '=') continue;
        const char *from = at + length + 1;
        char *value = strndup(from, strcspn(from, "&\r\n")), *to = value;
        for (char *c = value; *c; c++) {
            unsigned byte;
            if (*c == '%' && isxdigit((unsigned char)c[1]) && isxdigit((unsigned char)c[2])) {
                sscanf(c + 1, "%2x", &byte);
                *to++ = (char)byte;
                c += 2;
            } else {
                *to++ = *c == '+' ? ' ' : *c;
            }
        }
        *to = '\0';
        return value;
    }
    return NULL;
}

static void respond(int client, PGconn *db, const char *request, const char *body) {
    char *fault = NULL, *value = NULL;
    const char *kind = "application/json", *success = "200 OK", *refusal = "503 Service Unavailable";
    if (strncmp(request, "GET /health ", 12) == 0) {
        value = query(db, "SELECT 'well'", 0, NULL, &fault);
        kind = "text/plain";
    } else if (strncmp(request, "GET /items ", 11) == 0) {
        value = query(db, "SELECT coalesce(json_agg(i ORDER BY id), '[]') FROM items i", 0, NULL, &fault);
    } else if (strncmp(request, "POST /items ", 12) == 0) {
        char *name = field(body, "name"), *cents = field(body, "cents");
        const char *values[] = {name, cents};
        value = query(db, "INSERT INTO items (name, cents) VALUES ($1, $2) RETURNING id", 2, values, &fault);
        printf("catalog: %s %s\n", value ? "added" : "refused", name ?: "an item without a name");
        success = "201 Created";
        refusal = "422 Unprocessable Entity";
        free(name);
        free(cents);
    } else {
        refusal = "404 Not Found";
        fault = strdup("there is /items and /health");
    }
    if (value) {
        answer(client, success, kind, value);
    } else {
        answer(client, refusal, "text/plain", fault ?: "the database did not answer");
    }
    free(value);
    free(fault);
}

// Reads one request (head and body), answers it with a database connection of its own, and hangs up.
static void *handle(void *argument) {
    int client = (int)(long)argument;
    char request[REQUEST_MAX + 1] = "";
    size_t have = 0, want = REQUEST_MAX;
    char *body = NULL;
    while (have < want) {
        ssize_t got = read(client, request + have, want - have);
        if (got <= 0) break;
        have += (size_t)got;
        request[have] = '\0';
        if (!body && (body = strstr(request, "\r\n\r\n"))) {
            body += 4;
            const char *length = strcasestr(request, "\r\ncontent-length:");
            size_t size = length && length < body ? strtoul(length + 17, NULL, 10) : 0;
            size_t head = (size_t)(body - request);
            want = size > REQUEST_MAX - head ? REQUEST_MAX : head + size;
        }
    }
    if (body) {
        PGconn *db = PQconnectdb("connect_timeout=2 application_name=catalog");
        if (PQstatus(db) == CONNECTION_OK) {
            respond(client, db, request, body);
        } else {
            fprintf(stderr, "catalog: %s", PQerrorMessage(db));
            answer(client, "503 Service Unavailable", "text/plain", "the database cannot be reached");
        }
        PQfinish(db);
    }
    close(client);
    return NULL;
}

static int serve(void) {
    int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(PORT), .sin_addr.s_addr = INADDR_ANY};
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 64) != 0) {
        perror("catalog: cannot listen");
        return 1;
    }
    printf("catalog: listening on %d\n", PORT);
    for (;;) {
        int client = accept(listener, NULL, NULL);
        if (client < 0) continue;
        struct timeval patience = {.tv_sec = 5};
        setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        pthread_t thread;
        if (pthread_create(&thread, NULL, handle, (void *)(long)client) == 0) {
            pthread_detach(thread);
        } else {
            close(client);
        }
    }
}

// ---- migrate ----

static int is_sql(const struct dirent *entry) {
    const char *dot = strrchr(entry->d_name, '.');
    return dot && strcmp(dot, ".sql") == 0;
}

static int run_file(PGconn *db, const char *folder, const char *name) {
    const char *values[] = {name};
    char *done = query(db, "SELECT 1 FROM migrations WHERE name = $1", 1, values, NULL);
    int known = done && *done;
    free(done);
    if (known) return 0;
    char *path, *sql, *whole;
    if (asprintf(&path, "%s/%s", folder, name) < 0 || !(sql = read_file(path))) {
        fprintf(stderr, "catalog: cannot read %s/%s\n", folder, name);
        return 1;
    }
    char *quoted = PQescapeLiteral(db, name, strlen(name));
    if (asprintf(&whole, "BEGIN;\n%s\nINSERT INTO migrations (name) VALUES (%s);\nCOMMIT", sql, quoted) < 0) return 1;
    PGresult *result = PQexec(db, whole);
    int failed = PQresultStatus(result) != PGRES_COMMAND_OK;
    if (failed) {
        fprintf(stderr, "catalog: %s: %s", name, PQerrorMessage(db));
    } else {
        printf("catalog: migrated %s\n", name);
    }
    PQclear(result);
    PQfreemem(quoted);
    free(whole);
    free(sql);
    free(path);
    return failed;
}

static int migrate(const char *folder) {
    PGconn *db = PQconnectdb("connect_timeout=5 application_name=migrate");
    if (PQstatus(db) != CONNECTION_OK) {
        fprintf(stderr, "catalog: %s", PQerrorMessage(db));
        return 1;
    }
    char *fault = NULL;
    free(query(db, "SET client_min_messages = warning", 0, NULL, NULL));
    if (!query(db, "CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY)", 0, NULL, &fault)) {
        fprintf(stderr, "catalog: %s\n", fault);
        return 1;
    }
    struct dirent **files;
    int count = scandir(folder, &files, is_sql, alphasort);
    if (count < 0) {
        fprintf(stderr, "catalog: cannot read %s: %s\n", folder, strerror(errno));
        return 1;
    }
    int failed = 0;
    for (int i = 0; i < count && !failed; i++) failed = run_file(db, folder, files[i]->d_name);
    if (!failed) printf("catalog: %d migrations, all there\n", count);
    PQfinish(db);
    return failed;
}

int main(int argc, char **argv) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    signal(SIGPIPE, SIG_IGN);
    load_password();
    if (argc == 2 && strcmp(argv[1], "serve") == 0) return serve();
    if (argc == 3 && strcmp(argv[1], "migrate") == 0) return migrate(argv[2]);
    fprintf(stderr, "usage: catalog serve | catalog migrate DIR\n");
    return 2;
}
