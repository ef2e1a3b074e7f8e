/*
 * `soak THREADS REQUESTS`: threads share one client, 64 of them for 10^6 requests in the suite. The
 * program verifies every signature, and fails if the memory grows.
 */
#define _GNU_SOURCE
#include "calls.h"
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define NOW 1762153305000
#define SIGNATURE "94249a64cd9b9eefeffe543eec77db3e79d0a9012d38ad7d814eefd18fba90fc"

static uint32_t client;
static long each;

static void check(int condition, const char *what) {
    if (!condition) {
        fprintf(stderr, "failed: %s\n", what);
        exit(1);
    }
}

static void *requests(void *unused) {
    uint8_t buffer[4096];
    (void)unused;
    for (long i = 0; i < each; i++) {
        koodrive_writer w = notification(buffer, sizeof buffer, NOW);
        int32_t returned = koodrive_call(client, KOODRIVE_OP_BEGIN, buffer, sizeof buffer, w.length);
        check(returned > 0, "a request is built");
        koodrive_bytes request = koodrive_answer(buffer, returned);
        koodrive_bytes headers = koodrive_field(request, KOODRIVE_REQUEST_HEADERS);
        check(memmem(headers.bytes, headers.length, SIGNATURE, 64) != NULL, "the signature is right");
        int64_t exchange = koodrive_number(koodrive_field(request, KOODRIVE_REQUEST_EXCHANGE), 0);
        w = koodrive_write(buffer, sizeof buffer);
        koodrive_put_number(&w, exchange);
        koodrive_put_text(&w, "200");
        koodrive_put_none(&w);
        koodrive_put_text(&w, "{\"code\":0,\"msg\":\"Success.\"}");
        koodrive_put_number(&w, NOW);
        returned = koodrive_call(client, KOODRIVE_OP_REPLY, buffer, sizeof buffer, w.length);
        check(returned > 0, "a reply is read");
        koodrive_bytes state = koodrive_field(koodrive_answer(buffer, returned), KOODRIVE_REPLIED_STATE);
        check(koodrive_is(state, "done"), "the exchange is done");
    }
    return NULL;
}

static void run(int threads, long of_each) {
    pthread_t *running = calloc((size_t)threads, sizeof *running);
    each = of_each;
    for (int i = 0; i < threads; i++) check(pthread_create(&running[i], NULL, requests, NULL) == 0, "a thread starts");
    for (int i = 0; i < threads; i++) pthread_join(running[i], NULL);
    free(running);
}

int main(int count, char **arguments) {
    check(count == 3, "usage: soak THREADS REQUESTS");
    int threads = atoi(arguments[1]);
    long of_each = atol(arguments[2]) / threads;
    uint8_t buffer[4096];
    client = opened(buffer, sizeof buffer, "https://koodrive.example");
    check(client != 0, "a client is opened");

    run(threads, of_each / 10 + 1);
    size_t before = mallinfo2().uordblks;
    run(threads, of_each);
    size_t after = mallinfo2().uordblks;
    printf("%ld requests on %d threads, memory in use %zu and then %zu bytes\n", of_each * threads, threads, before, after);
    check(after < before + 16384, "memory stays flat");
    koodrive_close(client);
    return 0;
}
