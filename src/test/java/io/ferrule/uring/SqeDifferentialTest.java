package io.ferrule.uring;

import static io.ferrule.uring.RingLayout.MEMORY;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.uring.SqeTable.Arguments;
import io.ferrule.uring.SqeTable.Line;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each method of {@link Sqe} writes the bytes that liburing writes for the same arguments, into the memory of a real ring, whatever the slot held
 * before. Arguments are random; run again with {@code -Dtest.argLine=-Dferrule.test.seed=N} to see a failure again.
 */
class SqeDifferentialTest {
    private static final long SEED = Long.getLong("ferrule.test.seed", new Random().nextLong());
    private static final int CASES = Integer.getInteger("ferrule.test.cases", 2_000);
    private static final int ENTRIES = 8;
    private static final byte DIRT = (byte) 0xff;
    private static final long NANOS = 1_000_000_000L;

    /** How long entries are. */
    enum Size {
        BYTES_64,
        BYTES_128
    }

    private static final List<Line> OPERATIONS = SqeTable.operations();
    private static final List<Line> OPTIONS = SqeTable.options();

    private IoUring ring;
    private RingMemory memory;
    private RandomArguments random;
    private Sqe sqe;
    private long timespecs;

    /** Only to fill entries: what is in them is never submitted. */
    private void open(Size size) throws IOException {
        ring = (size == Size.BYTES_128 ? RingVariant.SQE128 : RingVariant.DEFAULT).open(ENTRIES);
        memory = RingMemory.of(ring.struct(), SetupFlag.bits(ring.setupFlags()));
        random = new RandomArguments(SEED, (int) (memory.sqeStride() - RingLayout.SQE_ADDR3));
        sqe = new Sqe(ring);
        sqe.bind(memory);
        sqe.moveTo(0).timeout(0, 0, 0);
        timespecs = MEMORY.get(JAVA_LONG, memory.sqes() + RingLayout.SQE_ADDR);
    }

    @AfterEach
    void close() {
        if (ring != null) {
            ring.close();
        }
    }

    static Stream<Object[]> operationsInBothSizes() {
        return Stream.of(Size.values()).flatMap(size -> OPERATIONS.stream().map(line -> new Object[] {line, size}));
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("operationsInBothSizes")
    void anOperationWritesWhatLiburingWrites(Line operation, Size size) throws IOException {
        open(size);
        for (int i = 0; i < CASES; i++) {
            Entry entry = new Entry(random.below(ENTRIES));
            entry.start(operation);
            entry.check(i);
        }
    }

    @ParameterizedTest
    @EnumSource
    void optionsWriteWhatLiburingWrites(Size size) throws IOException {
        open(size);
        for (int i = 0; i < 10 * CASES; i++) {
            Entry entry = new Entry(random.below(ENTRIES));
            entry.start(OPERATIONS.get(random.below(OPERATIONS.size())));
            for (int count = random.below(5); count >= 0; count--) {
                entry.add(OPTIONS.get(random.below(OPTIONS.size())));
            }
            entry.check(i);
        }
    }

    @ParameterizedTest
    @FieldSource("OPTIONS")
    void anOptionAloneWritesWhatLiburingWrites(Line option) throws IOException {
        open(Size.BYTES_64);
        for (int i = 0; i < CASES; i++) {
            Entry entry = new Entry(random.below(ENTRIES));
            entry.start(OPERATIONS.get(random.below(OPERATIONS.size())));
            entry.add(option);
            entry.check(i);
        }
    }

    @Test
    void theTimeOfATimeoutIsKeptBesideItsSlot() throws IOException {
        open(Size.BYTES_64);
        for (int slot = 0; slot < ENTRIES; slot++) {
            sqe.moveTo(slot).timeout(slot * NANOS + 7, 0, 0);
        }
        for (int slot = 0; slot < ENTRIES; slot++) {
            MemorySegment time = timespec(slot);
            assertThat(time.get(JAVA_LONG, 0)).as("seconds").isEqualTo(slot);
            assertThat(time.get(JAVA_LONG, 8)).as("nanoseconds").isEqualTo(7);
        }
    }

    @Test
    void everyPublicMethodIsComparedWithLiburing() {
        Set<Method> compared = Stream.concat(OPERATIONS.stream(), OPTIONS.stream())
                .map(Line::method)
                .collect(Collectors.toSet());
        assertThat(Stream.of(Sqe.class.getDeclaredMethods()).filter(method -> Modifier.isPublic(method.getModifiers())))
                .containsExactlyInAnyOrderElementsOf(compared);
    }

    @Test
    void everyOpcodeHasAMethod() throws IOException {
        open(Size.BYTES_64);
        Set<Opcode> written = EnumSet.noneOf(Opcode.class);
        for (Line operation : OPERATIONS) {
            if (!operation.method().getName().equals("raw")) {
                operation.byFerrule(sqe.moveTo(0), operation.draw(random));
                written.add(Opcode.values()[MEMORY.get(JAVA_BYTE, memory.sqes() + RingLayout.SQE_OPCODE)]);
            }
        }
        assertThat(written).containsExactly(Opcode.values());
    }

    private MemorySegment timespec(int slot) {
        return MEMORY.asSlice(timespecs + slot * RingLayout.TIMESPEC_SIZE, RingLayout.TIMESPEC_SIZE);
    }

    /** An entry in a dirty slot, and its twin that liburing fills. */
    private final class Entry {
        private final int slot;
        private final MemorySegment all = MEMORY.asSlice(memory.sqes(), ENTRIES * memory.sqeStride());
        private final MemorySegment expected;
        private final MemorySegment twin;
        private final StringBuilder calls = new StringBuilder();

        Entry(int slot) {
            this.slot = slot;
            this.all.fill(DIRT);
            this.expected = Arena.ofAuto().allocate(all.byteSize(), 8).fill(DIRT);
            this.twin = expected.asSlice(slot * memory.sqeStride(), memory.sqeStride())
                    .fill((byte) 0);
        }

        void start(Line operation) {
            sqe.moveTo(slot);
            add(operation);
        }

        /** liburing first, for closing a descriptor takes its number away. */
        void add(Line line) {
            List<Object> drawn = line.draw(random);
            calls.append(line).append(drawn).append(' ');
            line.byLiburing(twin, new Arguments(drawn, timespec(slot)));
            line.byFerrule(sqe, drawn);
            if (line.kinds().contains(RandomArguments.Kind.NANOS)) {
                long nanos = (long) drawn.get(line.kinds().indexOf(RandomArguments.Kind.NANOS));
                assertThat(timespec(slot).get(JAVA_LONG, 0)).as("seconds").isEqualTo(nanos / NANOS);
                assertThat(timespec(slot).get(JAVA_LONG, 8)).as("nanoseconds").isEqualTo(nanos % NANOS);
            }
        }

        /** Its own bytes are liburing's, and those of the other slots have not changed. */
        void check(int number) {
            if (all.mismatch(expected) >= 0) {
                assertThat(hex(all))
                        .as("case %d of seed %d, slot %d: %s", number, SEED, slot, calls)
                        .isEqualTo(hex(expected));
            }
        }

        private String hex(MemorySegment entries) {
            return HexFormat.of().formatHex(entries.toArray(JAVA_BYTE)).replaceAll("(.{128})", "$1\n");
        }
    }
}
