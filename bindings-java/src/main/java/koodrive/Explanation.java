package koodrive;

import org.jspecify.annotations.Nullable;

/**
 * Every stage of a signature.
 *
 * @param canonicalRequest the canonical request: step 1
 * @param canonicalRequestHash lower-case hex of the canonical request's SHA-256
 * @param stringToSign the string to sign: step 2
 * @param signature the signature: step 3; null if the function {@code sign} signs
 * @param signedHeaders names of the signed headers, joined by {@code ;}
 * @param difference the first line of the canonical request that differs from the service's
 * @param finding the cause of the refusal that the service's message shows
 */
public record Explanation(
    String canonicalRequest,
    String canonicalRequestHash,
    String stringToSign,
    @Nullable String signature,
    String signedHeaders,
    @Nullable Difference difference,
    @Nullable String finding) {

    static Explanation read(RecordReader stages) {
        return new Explanation(
            stages.requiredText(Layout.EXPLANATION_CANONICAL_REQUEST),
            stages.requiredText(Layout.EXPLANATION_CANONICAL_REQUEST_HASH),
            stages.requiredText(Layout.EXPLANATION_STRING_TO_SIGN),
            stages.text(Layout.EXPLANATION_SIGNATURE),
            stages.requiredText(Layout.EXPLANATION_SIGNED_HEADERS),
            difference(stages.record(Layout.EXPLANATION_DIFFERENCE)),
            stages.text(Layout.EXPLANATION_FINDING));
    }

    private static @Nullable Difference difference(@Nullable RecordReader difference) {
        return difference == null ? null : new Difference(
            difference.requiredText(Layout.DIFFERENCE_PART),
            (int) difference.requiredNumber(Layout.DIFFERENCE_LINE),
            difference.requiredText(Layout.DIFFERENCE_OURS),
            difference.requiredText(Layout.DIFFERENCE_THEIRS));
    }

    /**
     * One line of the canonical request, on both sides.
     *
     * @param part name of the line's part, such as {@code CanonicalURI}
     * @param line number of the line, from 1
     * @param ours the line that the client signed; empty if it has no such line
     * @param theirs the line that the service signed; empty if it has no such line
     */
    public record Difference(String part, int line, String ours, String theirs) {}
}
