package koodrive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests where the C library comes from, each in a process of its own. */
class LibraryTest {
    @TempDir
    Path folder;

    /** Makes a call. Prints the error, and the names in the folder for temporary files. */
    static final class Program {
        private Program() {}

        public static void main(String... arguments) throws IOException {
            try {
                System.out.println(new NotifyPackageExpire("1", "2").packageId());
            } catch (IllegalStateException error) {
                System.out.println(error.getMessage());
            }
            try (var files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
                System.out.println(files.filter(file -> file.getFileName().toString().startsWith("koodrive")).count());
            }
        }
    }

    private List<String> printed(String... properties) throws Exception {
        var command = new ArrayList<>(List.of(
            ProcessHandle.current().info().command().orElseThrow(),
            "--enable-native-access=ALL-UNNAMED",
            "-Djava.io.tmpdir=" + folder,
            "-cp",
            System.getProperty("java.class.path")));
        command.addAll(List.of(properties));
        command.add(Program.class.getName());
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        List<String> lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        assertEquals(0, process.waitFor(), lines::toString);
        return lines;
    }

    @Test
    void theLibraryOfTheJarLeavesNoFileBehind() throws Exception {
        assertEquals(List.of("2", "0"), printed());
    }

    @Test
    void aPlatformWithoutALibraryIsNamed() throws Exception {
        String message = printed("-Dos.arch=mips").getFirst();
        assertTrue(message.startsWith("koodrive: the native library cannot be used: the jar has none for linux-mips; build it"), message);
    }

    @Test
    void aLibraryMayBeNamed() throws Exception {
        Path copy = folder.resolve("mine.so");
        try (var library = Library.class.getResourceAsStream(
                "/koodrive/native/" + Library.platform() + "/" + System.mapLibraryName("koodrive"))) {
            Files.copy(library, copy);
        }
        assertEquals("2", printed("-Dkoodrive.library=" + copy).getFirst());
        String missing = printed("-Dkoodrive.library=" + folder.resolve("nothing.so")).getFirst();
        assertTrue(missing.contains("nothing.so"), missing);
        Files.writeString(copy, "no library");
        String broken = printed("-Dkoodrive.library=" + copy).toString();
        assertTrue(broken.contains("koodrive: the native library cannot be used"), broken);
    }
}
