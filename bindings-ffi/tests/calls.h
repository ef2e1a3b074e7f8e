/* A client that signs, and the notification that it sends, for the programs that count and measure. */
#ifndef CALLS_H
#define CALLS_H

#include <koodrive.h>

/* Returns the handle of a client for `endpoint`, or 0 if it was refused. */
static uint32_t opened(uint8_t *buffer, uint32_t capacity, const char *endpoint) {
    koodrive_writer w = koodrive_write(buffer, capacity);
    koodrive_put_none(&w);
    koodrive_put_text(&w, endpoint);
    koodrive_put_none(&w);
    koodrive_put_text(&w, "1505084218764547200");
    uint32_t credentials = koodrive_begin(&w);
    koodrive_put_text(&w, "example-app-id");
    koodrive_put_text(&w, "example-app-secret-not-real");
    koodrive_end(&w, credentials);
    int32_t returned = koodrive_open(buffer, capacity, w.length);
    if (returned < 0) return 0;
    return (uint32_t)koodrive_number(koodrive_field(koodrive_answer(buffer, returned), KOODRIVE_HANDLE_HANDLE), 0);
}

/* Returns a writer with the notification and the host's clock, to which options can be added. */
static koodrive_writer notification(uint8_t *buffer, uint32_t capacity, int64_t now) {
    koodrive_writer w = koodrive_write(buffer, capacity);
    koodrive_put_text(&w, "notifyPackageExpire");
    uint32_t fields = koodrive_begin(&w);
    koodrive_put_text(&w, "189642158555241211");
    koodrive_put_text(&w, "14");
    koodrive_end(&w, fields);
    koodrive_put_number(&w, now);
    return w;
}

#endif
