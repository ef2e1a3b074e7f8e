package koodrive;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A request to send unchanged and once: add no credential, follow no redirect, retry nothing. */
public final class Request {
    private final String method;
    private final String url;
    private final List<NameValue> headers;
    private final byte @Nullable [] body;

    Request(RecordReader request) {
        method = request.requiredText(Layout.REQUEST_METHOD);
        url = request.requiredText(Layout.REQUEST_URL);
        headers = request.pairs(Layout.REQUEST_HEADERS);
        body = request.bytes(Layout.REQUEST_BODY);
    }

    /**
     * Returns the HTTP method.
     *
     * @return the method in upper case
     */
    public String method() {
        return method;
    }

    /**
     * Returns the absolute URL.
     *
     * @return the URL
     */
    public String url() {
        return url;
    }

    /**
     * Returns the headers, with names in lower case. The HTTP client adds {@code host} and
     * {@code content-length}.
     *
     * @return the headers, with the credentials
     */
    public List<NameValue> headers() {
        return headers;
    }

    /**
     * Returns the body, which is not a copy: do not write to it.
     *
     * @return the body, or null if the request has none
     */
    public byte @Nullable [] body() {
        return body;
    }

    /** Returns the value of the header {@code name}, or null. */
    @Nullable String header(String name) {
        for (NameValue header : headers) {
            if (header.name().equals(name)) {
                return header.value();
            }
        }
        return null;
    }

    /** Returns the URL without its query, because a query may have ids. */
    String urlWithoutQuery() {
        int query = url.indexOf('?');
        return query < 0 ? url : url.substring(0, query);
    }

    /** Returns method and URL, without the query. */
    @Override
    public String toString() {
        return "Request[" + method + " " + urlWithoutQuery() + "]";
    }
}
