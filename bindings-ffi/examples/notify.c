/*
 * Reads the space usage, which changes nothing. Then tells the service that a package has expired.
 * libcurl sends the requests.
 *
 *     cc notify.c $(pkg-config --cflags --libs koodrive libcurl) -o notify && ./notify 189642158555241211 14
 */
#include <curl/curl.h>
#include <koodrive.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define REPLY_LIMIT (1u << 20)

/* A response: its body, up to the limit plus one byte, and the headers that the library reads. */
typedef struct response {
    uint8_t *body;
    size_t length;
    char headers[4][256];
} response;

static uint8_t buffer[REPLY_LIMIT + 65536];
static response received;
static const char *const READ[4] = {"date:", "age:", "retry-after:", "x-traceid:"};

static size_t on_body(char *bytes, size_t size, size_t count, void *unused) {
    size_t length = size * count, room = REPLY_LIMIT + 1 - received.length;
    (void)unused;
    memcpy(received.body + received.length, bytes, length < room ? length : room);
    received.length += length < room ? length : room;
    return length <= room ? length : 0; /* ends the transfer */
}

static size_t on_header(char *line, size_t size, size_t count, void *unused) {
    size_t length = size * count, i;
    (void)unused;
    for (i = 0; i < 4; i++) {
        size_t name = strlen(READ[i]);
        if (length > name && length < sizeof received.headers[i] && curl_strnequal(line, READ[i], name) && received.headers[i][0] == 0) {
            sscanf(line + name, " %255[^\r\n]", received.headers[i]);
        }
    }
    return length;
}

static int64_t now(void) {
    struct timespec time;
    timespec_get(&time, TIME_UTC);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* Returns a zero-terminated copy of `field`, for libcurl. */
static char *text(koodrive_bytes field) {
    char *copy = malloc(field.length + 1);
    if (copy == NULL) abort();
    if (field.length > 0) memcpy(copy, field.bytes, field.length);
    copy[field.length] = 0;
    return copy;
}

/*
 * Runs an operation with the record in `w`. Ends the program after an error; a service would decide
 * by the error's kind and outcome.
 */
static koodrive_bytes call(uint32_t client, uint32_t operation, koodrive_writer w) {
    int32_t returned = w.overflowed ? KOODRIVE_TOO_SMALL : koodrive_call(client, operation, buffer, sizeof buffer, w.length);
    koodrive_bytes answer = koodrive_answer(buffer, returned), message;
    if (returned >= 0) return answer;
    if (returned == KOODRIVE_TOO_SMALL) exit((fputs("the buffer is too small\n", stderr), 1));
    message = koodrive_field(answer, KOODRIVE_ERROR_MESSAGE);
    fprintf(stderr, "%.*s\n", (int)message.length, (const char *)message.bytes);
    exit(1);
}

/* Sends a request unchanged. Returns libcurl's code, and sets `status`. */
static CURLcode exchange(CURL *curl, koodrive_bytes request, long *status) {
    koodrive_bytes headers = koodrive_field(request, KOODRIVE_REQUEST_HEADERS), name, value;
    koodrive_bytes body = koodrive_field(request, KOODRIVE_REQUEST_BODY);
    char *method = text(koodrive_field(request, KOODRIVE_REQUEST_METHOD)), *url = text(koodrive_field(request, KOODRIVE_REQUEST_URL));
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");
    CURLcode code;
    while (koodrive_next(&headers, &name) && koodrive_next(&headers, &value)) {
        char *n = text(name), *v = text(value), *line = malloc(name.length + value.length + 3);
        if (line == NULL) abort();
        sprintf(line, "%s: %s", n, v);
        list = curl_slist_append(list, line);
        memset(v, 0, value.length), memset(line, 0, strlen(line)); /* either may hold a token */
        free(n), free(v), free(line);
    }
    memset(received.headers, 0, sizeof received.headers);
    received.length = 0;
    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, list);
    if (body.bytes != NULL) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)body.length);
        curl_easy_setopt(curl, CURLOPT_COPYPOSTFIELDS, body.bytes);
    }
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, 5000L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 30000L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
    code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, status);
    curl_slist_free_all(list);
    free(method), free(url);
    return code;
}

/* Sends the call in `w`, and a second time if its date was refused. Returns the reply's record. */
static koodrive_bytes send_call(CURL *curl, uint32_t client, koodrive_writer w) {
    koodrive_bytes request = call(client, KOODRIVE_OP_BEGIN, w), replied;
    for (;;) {
        int64_t number = koodrive_number(koodrive_field(request, KOODRIVE_REQUEST_EXCHANGE), 0);
        long status = 0;
        CURLcode code = exchange(curl, request, &status);
        w = koodrive_write(buffer, sizeof buffer);
        koodrive_put_number(&w, number);
        if (code != CURLE_OK && received.length <= REPLY_LIMIT) {
            int left = code != CURLE_COULDNT_RESOLVE_HOST && code != CURLE_COULDNT_CONNECT && code != CURLE_SSL_CONNECT_ERROR &&
                       code != CURLE_PEER_FAILED_VERIFICATION;
            koodrive_put_number(&w, left);
            koodrive_put_text(&w, curl_easy_strerror(code));
            return call(client, KOODRIVE_OP_FAILED, w);
        }
        koodrive_put_number(&w, status);
        uint32_t list = koodrive_begin(&w);
        for (int i = 0; i < 4; i++) koodrive_put_text(&w, received.headers[i][0] ? received.headers[i] : NULL);
        koodrive_end(&w, list);
        koodrive_put(&w, received.body, received.length);
        koodrive_put_number(&w, now());
        replied = call(client, KOODRIVE_OP_REPLY, w);
        if (koodrive_is(koodrive_field(replied, KOODRIVE_REPLIED_STATE), "done")) return koodrive_field(replied, KOODRIVE_REPLIED_REPLY);
        request = koodrive_field(replied, KOODRIVE_REPLIED_REQUEST);
    }
}

int main(int count, char **arguments) {
    if (count != 3) return fputs("usage: notify CARRIER_USER_ID PACKAGE_ID\n", stderr), 2;
    if (koodrive_version() >> 16 != KOODRIVE_VERSION_MAJOR) return fputs("koodrive has another version\n", stderr), 1;
    koodrive_writer w = koodrive_write(buffer, sizeof buffer);
    koodrive_put_none(&w);
    koodrive_put_text(&w, getenv("KOODRIVE_ENDPOINT"));
    koodrive_put_none(&w);
    koodrive_put_text(&w, getenv("KOODRIVE_USER_ID"));
    uint32_t at = koodrive_begin(&w);
    koodrive_put_text(&w, getenv("KOODRIVE_APP_ID"));
    koodrive_put_text(&w, getenv("KOODRIVE_APP_SECRET"));
    koodrive_end(&w, at);
    int32_t returned = koodrive_open(buffer, sizeof buffer, w.length);
    koodrive_bytes answer = koodrive_answer(buffer, returned);
    if (returned < 0) {
        answer = koodrive_field(answer, KOODRIVE_ERROR_MESSAGE);
        return fprintf(stderr, "%.*s\n", (int)answer.length, (const char *)answer.bytes), 1;
    }
    uint32_t client = (uint32_t)koodrive_number(koodrive_field(answer, KOODRIVE_HANDLE_HANDLE), 0);
    CURL *curl = curl_easy_init();
    received.body = malloc(REPLY_LIMIT + 1);
    if (curl == NULL || received.body == NULL) return 1;

    w = koodrive_write(buffer, sizeof buffer);
    koodrive_put_text(&w, "getSpaceUsageByOverview");
    koodrive_put_none(&w);
    koodrive_put_number(&w, now());
    koodrive_bytes reply = send_call(curl, client, w);
    koodrive_bytes used = koodrive_field(koodrive_field(reply, KOODRIVE_SPACE_USAGE_DATA), KOODRIVE_SPACE_USAGE_DATA_TOTAL_USED);
    printf("%.*s KB used\n", (int)used.length, (const char *)used.bytes);

    w = koodrive_write(buffer, sizeof buffer);
    koodrive_put_text(&w, "notifyPackageExpire");
    at = koodrive_begin(&w);
    koodrive_put_text(&w, arguments[1]);
    koodrive_put_text(&w, arguments[2]);
    koodrive_end(&w, at);
    koodrive_put_number(&w, now());
    reply = send_call(curl, client, w);
    koodrive_bytes code = koodrive_field(reply, KOODRIVE_ACKNOWLEDGEMENT_CODE), msg = koodrive_field(reply, KOODRIVE_ACKNOWLEDGEMENT_MSG);
    printf("code %.*s, msg %.*s\n", (int)code.length, (const char *)code.bytes, (int)msg.length, (const char *)msg.bytes);

    koodrive_close(client);
    curl_easy_cleanup(curl);
    curl_global_cleanup();
    free(received.body);
    return 0;
}
