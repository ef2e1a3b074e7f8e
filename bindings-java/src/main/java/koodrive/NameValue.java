package koodrive;

/**
 * A header or a query parameter.
 *
 * @param name the name
 * @param value the value
 */
public record NameValue(String name, String value) {
    /** Returns name and value as text. The value of {@code authorization} is hidden. */
    @Override
    public String toString() {
        return name + ": " + (name.equalsIgnoreCase("authorization") ? "[hidden]" : value);
    }
}
