package koodrive;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A complete response.
 *
 * @param status HTTP status
 * @param headers headers, names in any case
 * @param body the whole body after decompression; a longer one is cut to the limit plus one byte
 */
public record Response(int status, List<NameValue> headers, byte[] body) {
    /** Returns a text with the status alone. */
    @Override
    public String toString() {
        return "Response[" + status + "]";
    }

    /** Returns the first value of each header that the library reads. */
    List<@Nullable String> replyHeaders() {
        var first = new HashMap<String, String>();
        for (NameValue header : headers) {
            first.putIfAbsent(header.name().toLowerCase(Locale.ROOT), header.value());
        }
        var values = new ArrayList<@Nullable String>();
        for (String name : Library.replyHeaders()) {
            values.add(first.get(name));
        }
        return values;
    }
}
