package koodrive;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Loads the C library, once per process, and calls its functions. */
final class Library {
    /** The property with the path of a library to use instead of the one in the jar. */
    static final String PROPERTY = "koodrive.library";

    private static final @Nullable MethodHandle OPEN;
    private static final @Nullable MethodHandle CALL;
    private static final @Nullable MethodHandle CLOSE;
    private static final @Nullable Throwable FAILURE;

    /** Names of the response headers to hand in, in order. */
    private static final List<String> REPLY_HEADERS;

    private static final int REPLY_LIMIT;

    static {
        MethodHandle open = null;
        MethodHandle call = null;
        MethodHandle close = null;
        Throwable failure = null;
        try {
            SymbolLookup symbols = load();
            FunctionDescriptor version = FunctionDescriptor.of(JAVA_INT);
            checkVersion((int) function(symbols, "koodrive_version", version).invokeExact());
            open = function(symbols, "koodrive_open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
            call = function(
                symbols,
                "koodrive_call",
                FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
            close = function(symbols, "koodrive_close", FunctionDescriptor.ofVoid(JAVA_INT));
        } catch (Throwable error) {
            failure = error;
        }
        OPEN = open;
        CALL = call;
        CLOSE = close;
        FAILURE = failure;
        RecordReader info = failure == null ? Handle.withoutHandle(Layout.INFO, new RecordWriter()) : null;
        REPLY_HEADERS = info == null ? List.of() : List.copyOf(info.texts(Layout.INFO_REPLY_HEADERS));
        REPLY_LIMIT = info == null ? 0 : (int) info.requiredNumber(Layout.INFO_REPLY_LIMIT);
    }

    private Library() {}

    static List<String> replyHeaders() {
        check();
        return REPLY_HEADERS;
    }

    static int replyLimit() {
        check();
        return REPLY_LIMIT;
    }

    static int open(MemorySegment buffer, int length) {
        check();
        try {
            return (int) OPEN.invokeExact(buffer, (int) buffer.byteSize(), length);
        } catch (Throwable error) {
            throw unexpected(error);
        }
    }

    static int call(int handle, int operation, MemorySegment buffer, int length) {
        check();
        try {
            return (int) CALL.invokeExact(handle, operation, buffer, (int) buffer.byteSize(), length);
        } catch (Throwable error) {
            throw unexpected(error);
        }
    }

    static void close(int handle) {
        check();
        try {
            CLOSE.invokeExact(handle);
        } catch (Throwable error) {
            throw unexpected(error);
        }
    }

    private static void check() {
        if (FAILURE != null) {
            throw new IllegalStateException("koodrive: the native library cannot be used: " + FAILURE.getMessage(), FAILURE);
        }
    }

    /**
     * Wraps {@code error}, which a call of the library threw. The library's own functions throw
     * nothing.
     */
    private static RuntimeException unexpected(Throwable error) {
        return new IllegalStateException("koodrive: a call of the native library failed", error);
    }

    private static MethodHandle function(SymbolLookup symbols, String name, FunctionDescriptor descriptor) {
        MemorySegment address = symbols.find(name)
            .orElseThrow(() -> new IllegalStateException("it has no function " + name));
        return Linker.nativeLinker().downcallHandle(address, descriptor);
    }

    private static void checkVersion(int version) {
        int major = version >>> 16;
        int minor = version & 0xffff;
        if (major != Layout.MAJOR || minor < Layout.MINOR) {
            String wanted = Layout.MAJOR + "." + Layout.MINOR;
            throw new IllegalStateException("its interface is " + major + "." + minor + ", and this package needs " + wanted);
        }
    }

    private static SymbolLookup load() throws IOException {
        String chosen = System.getProperty(PROPERTY);
        if (chosen != null) {
            return SymbolLookup.libraryLookup(Path.of(chosen).toAbsolutePath(), Arena.global());
        }
        String name = platform() + "/" + System.mapLibraryName("koodrive");
        try (InputStream library = Library.class.getResourceAsStream("/koodrive/native/" + name)) {
            if (library == null) {
                throw new IllegalStateException("the jar has none for " + platform() + "; build it with `cargo xtask package ffi` and "
                    + "name its path with -D" + PROPERTY + "=PATH");
            }
            return extracted(library);
        }
    }

    /**
     * Loads a copy of {@code library} from a new folder. The folder has a random name and is
     * writable by this user alone.
     */
    private static SymbolLookup extracted(InputStream library) throws IOException {
        Path folder = Files.createTempDirectory("koodrive");
        Path file = folder.resolve(System.mapLibraryName("koodrive"));
        try {
            Files.copy(library, file);
            return SymbolLookup.libraryLookup(file, Arena.global());
        } catch (IllegalArgumentException error) {
            throw new IllegalStateException("it cannot be loaded from " + folder.getParent() + ", which may be mounted noexec, or the "
                + "system has another C library; choose another folder with -Djava.io.tmpdir=FOLDER, or name a library with -D"
                + PROPERTY + "=PATH", error);
        } finally {
            delete(file);
            delete(folder);
        }
    }

    /**
     * Deletes {@code path}; the loaded library does not need its file. Windows keeps the file until
     * the process ends.
     */
    private static void delete(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException error) {
            path.toFile().deleteOnExit();
        }
    }

    /** Returns the system and the processor, such as {@code linux-x86_64}. */
    static String platform() {
        String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        String processor = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        String os = system.startsWith("windows") ? "windows" : system.startsWith("mac") ? "macos" : system;
        String arch = switch (processor) {
            case "amd64", "x86_64" -> "x86_64";
            case "aarch64", "arm64" -> "aarch64";
            default -> processor;
        };
        return os + "-" + arch;
    }
}
