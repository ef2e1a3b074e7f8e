package koodrive;

/**
 * A header, or a parameter of a query.
 *
 * @param name its name
 * @param value its value
 */
public record NameValue(String name, String value) {
    /** Shows the name, and the value unless it is that of {@code authorization}. */
    @Override
    public String toString() {
        return name + ": " + (name.equalsIgnoreCase("authorization") ? "[hidden]" : value);
    }
}
