/*
 * Prints a row with the CPU time of one signed request through the C library, in nanoseconds. The
 * program compares the signature of the first request before it measures.
 */
#define _GNU_SOURCE
#include "../../../bindings-ffi/tests/calls.h"
#include <stdio.h>
#include <string.h>
#include <time.h>

#define NOW 1762153305000
/* SIGNATURE of ../rust/case/src/lib.rs. X-Date is 5 seconds before NOW. */
#define SIGNATURE "085bb07ec7b3ce3b9070986cdbbcf96406fc3dcc0288d33dacf9fd7c2fe35bac"
#define REQUESTS 1000000

static uint8_t buffer[4096];

/* Builds a request. The flag `alone` ends the exchange with it. Returns the length of its record. */
static int32_t signed_request(uint32_t client) {
    koodrive_writer w = notification(buffer, sizeof buffer, NOW);
    for (uint32_t absent = KOODRIVE_BEGIN_DATE; absent < KOODRIVE_BEGIN_ALONE; absent++) koodrive_put_none(&w);
    koodrive_put_text(&w, "1");
    return koodrive_call(client, KOODRIVE_OP_BEGIN, buffer, sizeof buffer, w.length);
}

static double cpu_time(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

int main(void) {
    uint32_t client = opened(buffer, sizeof buffer, "https://intl.myhuaweicloud-koodrive.com");
    int32_t length = signed_request(client);
    if (length <= 0 || memmem(buffer, (size_t)length, SIGNATURE, 64) == NULL) {
        return fputs("the request is not the one that the other peers sign\n", stderr), 1;
    }
    double started = 0;
    for (long i = -REQUESTS / 10; i < REQUESTS; i++) {
        if (i == 0) started = cpu_time();
        if (signed_request(client) <= 0) return 1;
    }
    double each = (cpu_time() - started) / REQUESTS;
    koodrive_close(client);
    printf("{\"operation\": \"C, signed request\", \"peer\": \"koodrive\", \"unit\": \"ns\", \"value\": %.1f}\n", each);
    return 0;
}
