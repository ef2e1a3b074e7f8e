package koodrive;

/** Prints the nanoseconds from the first use of the package to the first signed request. */
public final class Start {
    private Start() {}

    /** Needs no argument. */
    public static void main(String[] arguments) {
        long began = System.nanoTime();
        var client = KooDrive.builder().endpoint("https://koodrive.example").userId("1505084218764547200")
            .appId("example-app-id").appSecret("example-app-secret-not-real").build();
        client.request(new NotifyPackageExpire("189642158555241211", "14"), RequestOptions.NONE);
        System.out.println(System.nanoTime() - began);
    }
}
