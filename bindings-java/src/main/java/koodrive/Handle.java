package koodrive;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Cleaner;
import java.nio.ByteOrder;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A client or a dispatcher of the library, with its buffer. The lock admits one operation at a
 * time. An operation takes a few microseconds, and sends nothing. A virtual thread that waits for
 * this lock frees its carrier thread; inside the library it could not.
 */
final class Handle implements AutoCloseable {
    private static final Cleaner CLEANER = Cleaner.create();
    private static final int CAPACITY = 16_384;
    private static final int TOO_SMALL = Integer.MIN_VALUE;
    private static final ValueLayout.OfInt NEEDED = JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final ReentrantLock lock = new ReentrantLock();
    private final int number;
    private final Cleaner.Cleanable cleanable;
    private Buffer buffer = new Buffer(CAPACITY, Arena.ofAuto());

    private Handle(int number) {
        this.number = number;
        // Closes the handle if the program forgets to.
        cleanable = CLEANER.register(this, () -> Library.close(number));
    }

    /** Opens a client. */
    static Handle open(RecordWriter open) {
        try {
            return of(once(open, (buffer, length) -> Library.open(buffer, length)));
        } finally {
            open.clear();
        }
    }

    /** Returns the handle in {@code answer}. */
    static Handle of(RecordReader answer) {
        return new Handle((int) answer.requiredNumber(Layout.HANDLE_HANDLE));
    }

    /** Runs {@code operation}, which needs no handle. */
    static RecordReader withoutHandle(int operation, RecordWriter input) {
        return once(input, (buffer, length) -> Library.call(0, operation, buffer, length));
    }

    /**
     * Runs {@code operation} and overwrites {@code input}. Throws a {@link KooDriveException} if
     * the answer is an error.
     */
    RecordReader call(int operation, RecordWriter input) {
        lock.lock();
        try {
            if (input.length() + 256 > buffer.segment.byteSize()) {
                buffer = new Buffer(2 * input.length() + 256, Arena.ofAuto());
            }
            buffer.write(input);
            int returned = Library.call(number, operation, buffer.segment, input.length());
            if (returned == TOO_SMALL) {
                buffer = new Buffer(buffer.segment.get(NEEDED, 0), Arena.ofAuto());
                returned = Library.call(number, Layout.FETCH, buffer.segment, 0);
            }
            return buffer.answer(returned);
        } finally {
            lock.unlock();
            input.clear();
        }
    }

    RecordReader call(int operation) {
        return call(operation, new RecordWriter());
    }

    /** Overwrites the secrets. The library refuses later operations. */
    @Override
    public void close() {
        cleanable.clean();
    }

    private interface Function {
        int call(MemorySegment buffer, int length);
    }

    /**
     * Calls {@code function} with a new buffer, and again with a larger one while the buffer is too
     * small. Such a call has done nothing.
     */
    private static RecordReader once(RecordWriter input, Function function) {
        for (int capacity = 4096 + input.length();; capacity *= 2) {
            try (var arena = Arena.ofConfined()) {
                var buffer = new Buffer(capacity, arena);
                buffer.write(input);
                int returned = function.call(buffer.segment, input.length());
                if (returned != TOO_SMALL) {
                    return buffer.answer(returned);
                }
            }
        }
    }

    private static final class Buffer {
        final MemorySegment segment;

        Buffer(int capacity, Arena arena) {
            segment = arena.allocate(capacity);
        }

        void write(RecordWriter input) {
            MemorySegment.copy(input.bytes(), 0, segment, JAVA_BYTE, 0, input.length());
        }

        /** Returns a copy of the answer, and overwrites the answer in the buffer. */
        RecordReader answer(int returned) {
            var bytes = new byte[Math.abs(returned)];
            MemorySegment.copy(segment, JAVA_BYTE, 0, bytes, 0, bytes.length);
            segment.asSlice(0, bytes.length).fill((byte) 0);
            var record = new RecordReader(bytes);
            if (returned < 0) {
                throw new KooDriveException(record);
            }
            return record;
        }
    }
}
