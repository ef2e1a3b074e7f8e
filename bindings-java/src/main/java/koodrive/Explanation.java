package koodrive;

import org.jspecify.annotations.Nullable;

/**
 * Every stage of a signature.
 *
 * @param canonicalRequest step 1
 * @param canonicalRequestHash lower-case hex of its SHA-256
 * @param stringToSign step 2
 * @param signature step 3; null where the signature is made outside
 * @param signedHeaders the headers that are signed, joined by {@code ;}
 * @param difference the first line in which the service's canonical request differs
 * @param finding what the service's message says about the refusal
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
     * One line of the canonical request, both ways.
     *
     * @param part what the line holds, such as {@code CanonicalURI}
     * @param line its number, from 1
     * @param ours as it is signed here; empty where there is no such line
     * @param theirs as the service signed it; empty where it has no such line
     */
    public record Difference(String part, int line, String ours, String theirs) {}
}
