package koodrive;

/** Words for what went wrong at an HTTP client. */
final class Causes {
    private Causes() {}

    /** Returns the message of a cause and, where that has none, of what caused it. */
    static String text(Throwable cause) {
        for (Throwable at = cause; at != null; at = at.getCause()) {
            String message = at.getMessage();
            if (message != null && !message.isBlank()) {
                return at instanceof java.net.UnknownHostException ? "unknown host " + message : message;
            }
        }
        return cause.getClass().getSimpleName();
    }
}
