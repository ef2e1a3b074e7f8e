// Checks that the header also compiles as C++.
#include <koodrive.h>

int main() {
    uint8_t buffer[64];
    koodrive_writer w = koodrive_write(buffer, sizeof buffer);
    koodrive_put_text(&w, "text");
    koodrive_put_none(&w);
    uint32_t at = koodrive_begin(&w);
    koodrive_put_number(&w, INT64_MIN);
    koodrive_put(&w, "", 0);
    koodrive_end(&w, at);
    koodrive_bytes record = {buffer, w.length};
    koodrive_bytes inner = koodrive_field(record, 2);
    bool reads = koodrive_is(koodrive_field(record, 0), "text") && koodrive_field(record, 1).bytes == nullptr &&
                 koodrive_number(koodrive_field(inner, 0), 0) == INT64_MIN && koodrive_field(inner, 1).length == 0 &&
                 koodrive_field(inner, 1).bytes != nullptr && koodrive_field(record, 3).bytes == nullptr;
    while (!w.overflowed) koodrive_put_number(&w, -42);
    bool malformed = koodrive_field({buffer, 3}, 0).bytes == nullptr && koodrive_field({buffer, 5}, 0).bytes == nullptr;
    return reads && malformed && koodrive_version() >> 16 == KOODRIVE_VERSION_MAJOR ? 0 : 1;
}
