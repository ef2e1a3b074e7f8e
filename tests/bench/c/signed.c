/* Prints a row with the CPU time of one signed request through the C library, in nanoseconds. */
#include <koodrive.h>
#include <stdio.h>
#include <time.h>

#define NOW 1762153305000
#define REQUESTS 1000000

static uint8_t buffer[4096];

static uint32_t opened(void) {
    koodrive_writer w = koodrive_write(buffer, sizeof buffer);
    koodrive_put_none(&w);
    koodrive_put_text(&w, "https://intl.myhuaweicloud-koodrive.com");
    koodrive_put_none(&w);
    koodrive_put_text(&w, "1505084218764547200");
    uint32_t credentials = koodrive_begin(&w);
    koodrive_put_text(&w, "example-app-id");
    koodrive_put_text(&w, "example-app-secret-not-real");
    koodrive_end(&w, credentials);
    int32_t returned = koodrive_open(buffer, sizeof buffer, w.length);
    if (returned < 0) return 0;
    return (uint32_t)koodrive_number(koodrive_field(koodrive_answer(buffer, returned), KOODRIVE_HANDLE_HANDLE), 0);
}

/* Returns the length of the request's record. The flag `alone` ends the exchange with its request. */
static int32_t signed_request(uint32_t client) {
    koodrive_writer w = koodrive_write(buffer, sizeof buffer);
    koodrive_put_text(&w, "notifyPackageExpire");
    uint32_t fields = koodrive_begin(&w);
    koodrive_put_text(&w, "189642158555241211");
    koodrive_put_text(&w, "14");
    koodrive_end(&w, fields);
    koodrive_put_number(&w, NOW);
    koodrive_put_none(&w);
    koodrive_put_none(&w);
    koodrive_put_none(&w);
    koodrive_put_none(&w);
    koodrive_put_text(&w, "1");
    return koodrive_call(client, KOODRIVE_OP_BEGIN, buffer, sizeof buffer, w.length);
}

static double cpu_time(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

int main(void) {
    uint32_t client = opened();
    if (client == 0) return 1;
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
