package koodrive;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Reads a record, see bindings-ffi/ABI.md. Fields of a newer version are ignored. */
final class RecordReader {
    private final byte[] bytes;
    private final int start;
    private final int end;

    RecordReader(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    private RecordReader(byte[] bytes, int start, int end) {
        this.bytes = bytes;
        this.start = start;
        this.end = end;
    }

    @Nullable String text(int place) {
        int at = find(place);
        return at < 0 ? null : new String(bytes, at + 4, size(at), StandardCharsets.UTF_8);
    }

    String requiredText(int place) {
        return required(text(place));
    }

    byte @Nullable [] bytes(int place) {
        int at = find(place);
        return at < 0 ? null : Arrays.copyOfRange(bytes, at + 4, at + 4 + size(at));
    }

    @Nullable Integer integer(int place) {
        String text = text(place);
        return text == null ? null : Integer.valueOf(text);
    }

    @Nullable Long number(int place) {
        String text = text(place);
        return text == null ? null : Long.valueOf(text);
    }

    long requiredNumber(int place) {
        return required(number(place));
    }

    boolean flag(int place) {
        return "1".equals(text(place));
    }

    @Nullable Instant instant(int place) {
        Long milliseconds = number(place);
        return milliseconds == null ? null : Instant.ofEpochMilli(milliseconds);
    }

    /**
     * Returns the field's seconds, which may have a fraction. A longer time than {@code Duration}
     * holds becomes its largest number of seconds.
     */
    @Nullable Duration duration(int place) {
        String text = text(place);
        if (text == null) {
            return null;
        }
        var seconds = new BigDecimal(text);
        if (seconds.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) >= 0) {
            return Duration.ofSeconds(Long.MAX_VALUE);
        }
        long whole = seconds.longValue();
        return Duration.ofSeconds(whole, seconds.subtract(BigDecimal.valueOf(whole)).movePointRight(9).longValue());
    }

    @Nullable RecordReader record(int place) {
        int at = find(place);
        return at < 0 ? null : new RecordReader(bytes, at + 4, at + 4 + size(at));
    }

    RecordReader requiredRecord(int place) {
        return required(record(place));
    }

    List<RecordReader> records(int place) {
        var list = requiredRecord(place);
        var items = new ArrayList<RecordReader>();
        for (int at = list.start; at < list.end; at += 4 + list.size(at)) {
            items.add(new RecordReader(bytes, at + 4, at + 4 + list.size(at)));
        }
        return items;
    }

    /** Returns the list of texts at {@code place}. None of them may be absent. */
    List<String> texts(int place) {
        var list = requiredRecord(place);
        var items = new ArrayList<String>();
        for (int at = list.start; at < list.end; at += 4 + list.size(at)) {
            items.add(new String(bytes, at + 4, list.size(at), StandardCharsets.UTF_8));
        }
        return items;
    }

    List<NameValue> pairs(int place) {
        List<String> texts = texts(place);
        var pairs = new ArrayList<NameValue>(texts.size() / 2);
        for (int i = 0; i + 1 < texts.size(); i += 2) {
            pairs.add(new NameValue(texts.get(i), texts.get(i + 1)));
        }
        return List.copyOf(pairs);
    }

    /** Returns the offset of the head of the field at {@code place}, or -1 for an absent field. */
    private int find(int place) {
        int at = start;
        for (int i = 0; i < place && at < end; i++) {
            at += 4 + size(at);
        }
        return at < end && (int) RecordWriter.HEAD.get(bytes, at) != 0 ? at : -1;
    }

    private int size(int at) {
        return Math.max((int) RecordWriter.HEAD.get(bytes, at) - 1, 0);
    }

    private static <T> T required(@Nullable T value) {
        if (value == null) {
            throw new NoSuchElementException("the library left out a field; it is of another version than this package");
        }
        return value;
    }
}
