package koodrive;

/** Describes exceptions of an HTTP client. */
final class Causes {
    private Causes() {}

    /** Returns the message of {@code cause}, or of the next of its causes that has one. */
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
