package koodrive;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes any other call of the API, with the same signature, errors and dispatcher. Ids above 2^53
 * keep their digits in the reply's body.
 *
 * @param method {@code GET}, {@code POST}, {@code PUT}, {@code PATCH} or {@code DELETE}
 * @param path absolute path below the endpoint
 * @param query names and values of the query
 * @param headers headers that are not signed
 * @param json JSON text for the body, sent byte for byte
 */
public record RawCall(String method, String path, List<NameValue> query, List<NameValue> headers, @Nullable String json)
        implements Call<RawReply> {
    /**
     * Creates the call.
     *
     * @throws KooDriveException if a parameter is not valid
     */
    public RawCall(String method, String path, List<NameValue> query, List<NameValue> headers, @Nullable String json) {
        this.method = method;
        this.path = path;
        this.query = List.copyOf(query);
        this.headers = List.copyOf(headers);
        this.json = json;
        Calls.check(this);
    }

    /**
     * Creates a call without query, headers and body.
     *
     * @param method {@code GET}, {@code POST}, {@code PUT}, {@code PATCH} or {@code DELETE}
     * @param path absolute path below the endpoint
     * @throws KooDriveException if a parameter is not valid
     */
    public RawCall(String method, String path) {
        this(method, path, List.of(), List.of(), null);
    }

    /**
     * Returns this call with one more query parameter.
     *
     * @param name the name; a query may have the same name several times
     * @param value the value
     * @return the new call
     */
    public RawCall query(String name, String value) {
        return new RawCall(method, path, with(query, name, value), headers, json);
    }

    /**
     * Returns this call with one more query parameter.
     *
     * @param name the name; a query may have the same name several times
     * @param value the value
     * @return the new call
     */
    public RawCall query(String name, long value) {
        return query(name, Long.toString(value));
    }

    /**
     * Returns this call with one more header.
     *
     * @param name the name
     * @param value the value
     * @return the new call
     */
    public RawCall header(String name, String value) {
        return new RawCall(method, path, query, with(headers, name, value), json);
    }

    /**
     * Returns this call with {@code text} as its body.
     *
     * @param text JSON text, sent byte for byte
     * @return the new call
     */
    public RawCall json(String text) {
        return new RawCall(method, path, query, headers, text);
    }

    private static List<NameValue> with(List<NameValue> pairs, String name, String value) {
        var more = new ArrayList<>(pairs);
        more.add(new NameValue(name, value));
        return more;
    }
}
