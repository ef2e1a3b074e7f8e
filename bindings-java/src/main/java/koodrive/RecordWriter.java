package koodrive;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes a record, see bindings-ffi/ABI.md. Callers write fields in the order of their places;
 * skipped fields are absent.
 */
final class RecordWriter {
    static final VarHandle HEAD = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    /** A lone surrogate, which the core refuses with a message that names the field. */
    private static final byte[] LONE_SURROGATE = {(byte) 0xed, (byte) 0xa0, (byte) 0x80};

    private byte[] bytes = new byte[512];
    private int length;
    private int next;

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    /** Overwrites the record, because it may hold a secret. */
    void clear() {
        Arrays.fill(bytes, (byte) 0);
        length = 0;
        next = 0;
    }

    RecordWriter text(int place, @Nullable String text) {
        return text == null ? this : bytes(place, utf8(text));
    }

    RecordWriter integer(int place, long number) {
        return bytes(place, Long.toString(number).getBytes(StandardCharsets.ISO_8859_1));
    }

    RecordWriter integer(int place, @Nullable Long number) {
        return number == null ? this : integer(place, number.longValue());
    }

    RecordWriter flag(int place, boolean flag) {
        return text(place, flag ? "1" : "0");
    }

    RecordWriter bytes(int place, byte @Nullable [] field) {
        if (field == null) {
            return this;
        }
        head(place, field.length + 1);
        reserve(field.length);
        System.arraycopy(field, 0, bytes, length, field.length);
        length += field.length;
        return this;
    }

    RecordWriter record(int place, @Nullable Consumer<RecordWriter> fields) {
        if (fields == null) {
            return this;
        }
        head(place, 0);
        int start = length;
        int after = next;
        next = 0;
        fields.accept(this);
        next = after;
        HEAD.set(bytes, start - 4, length - start + 1);
        return this;
    }

    <T> RecordWriter records(int place, @Nullable List<T> items, BiConsumer<T, RecordWriter> fields) {
        return items == null ? this : record(place, list -> {
            for (T item : items) {
                list.record(list.next, record -> fields.accept(item, record));
            }
        });
    }

    /** Writes names and values in alternation. */
    RecordWriter pairs(int place, List<NameValue> pairs) {
        return pairs.isEmpty() ? this : record(place, list -> {
            for (NameValue pair : pairs) {
                list.text(list.next, pair.name()).text(list.next, pair.value());
            }
        });
    }

    RecordWriter texts(int place, Iterable<@Nullable String> texts) {
        return record(place, list -> {
            for (String text : texts) {
                if (text == null) {
                    list.head(list.next, 0);
                } else {
                    list.text(list.next, text);
                }
            }
        });
    }

    private void head(int place, int head) {
        if (place < next) {
            throw new IllegalStateException("the field " + place + " comes too late");
        }
        int heads = 4 * (place - next + 1);
        reserve(heads);
        Arrays.fill(bytes, length, length + heads, (byte) 0);
        length += heads;
        HEAD.set(bytes, length - 4, head);
        next = place + 1;
    }

    private void reserve(int more) {
        if (bytes.length - length < more) {
            byte[] larger = Arrays.copyOf(bytes, Math.max(2 * bytes.length, Math.addExact(length, more)));
            Arrays.fill(bytes, (byte) 0);
            bytes = larger;
        }
    }

    private static byte[] utf8(String text) {
        return hasLoneSurrogate(text) ? LONE_SURROGATE : text.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Returns whether {@code text} has a lone surrogate, which {@code getBytes} would replace with
     * a question mark.
     */
    private static boolean hasLoneSurrogate(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                boolean isPair = i + 1 < text.length() && Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1));
                if (!isPair) {
                    return true;
                }
                i++;
            }
        }
        return false;
    }
}
