package io.ferrule.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ExtractionTest {
    private static final byte[] LIBRARY = {1, 2, 3, 4};

    @TempDir
    Path parent;

    @Test
    void writesTheLibrary() throws IOException {
        Path file = Extraction.extract(LIBRARY, parent);
        assertThat(file).startsWith(parent).hasBinaryContent(LIBRARY);
    }

    @Test
    void theDirectoryIsItsOwnersAlone() throws IOException {
        Path directory = Extraction.extract(LIBRARY, parent).getParent();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
                .isEqualTo("rwx------");
    }

    @Test
    void theNameHoldsAChecksumOfTheBytes() throws IOException {
        // printf '\1\2\3\4' | gzip -c | tail -c 8 | od -An -tx4
        assertThat(Extraction.extract(LIBRARY, parent)).hasFileName("libferrule-b63cfbcd.so");
    }

    @Test
    void anotherVersionGetsAnotherName() throws IOException {
        Path first = Extraction.extract(LIBRARY, parent);
        Path second = Extraction.extract(new byte[] {5}, parent);
        assertThat(second).isNotEqualTo(first).hasParent(first.getParent());
    }

    @Test
    void theParentIsMadeWhereItIsMissing() throws IOException {
        assertThat(Extraction.extract(LIBRARY, parent.resolve("a/b"))).exists();
    }

    @Test
    void aFileThatIsThereAndWholeIsLeftAlone() throws IOException {
        Path file = Extraction.extract(LIBRARY, parent);
        Object inode = Files.getAttribute(file, "unix:ino");
        assertThat(Extraction.extract(LIBRARY, parent)).isEqualTo(file);
        assertThat(Files.getAttribute(file, "unix:ino")).isEqualTo(inode);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\1\2", "\1\2\3\5", "\1\2\3\4\5"})
    void aFileThatIsNotWholeIsReplaced(String content) throws IOException {
        Path file = Extraction.extract(LIBRARY, parent);
        Files.writeString(file, content);
        assertThat(Extraction.extract(LIBRARY, parent)).isEqualTo(file).hasBinaryContent(LIBRARY);
    }

    @Test
    void aLinkInPlaceOfTheFileIsReplacedAndItsTargetLeftAlone() throws IOException {
        Path file = Extraction.extract(LIBRARY, parent);
        Path target = Files.move(file, parent.resolve("elsewhere"));
        Files.createSymbolicLink(file, target);
        assertThat(Extraction.extract(LIBRARY, parent)).isEqualTo(file).isRegularFile();
        assertThat(file).matches(f -> !Files.isSymbolicLink(f), "is no link");
        assertThat(target).hasBinaryContent(LIBRARY);
    }

    @Test
    void noDraftIsLeft() throws IOException {
        Path file = Extraction.extract(LIBRARY, parent);
        assertThat(filesBelow(parent)).containsExactly(file);
    }

    @Test
    void theFileIsWholeFromTheMomentItIsThere() throws Exception {
        byte[] library = new byte[4 << 20];
        Path name = parent.relativize(Extraction.extract(library, parent));
        AtomicReference<Path> looksAt = new AtomicReference<>(parent.resolve(name));
        AtomicLong partial = new AtomicLong(-1);
        Thread reader = Thread.ofPlatform().start(() -> {
            for (Path file = looksAt.get(); file != null; file = looksAt.get()) {
                long size = file.toFile().length(); // 0 where it is not there
                if (size != 0 && size != library.length) {
                    partial.set(size);
                }
            }
        });
        for (int round = 0; round < 20; round++) {
            Path fresh = parent.resolve("round" + round);
            looksAt.set(fresh.resolve(name));
            Extraction.extract(library, fresh);
        }
        looksAt.set(null);
        reader.join();
        assertThat(partial).hasValue(-1);
    }

    @Test
    void aDirectoryThatOthersMayEnterIsNotUsed() throws IOException {
        Path prepared = Files.createDirectory(usualDirectory());
        Files.setPosixFilePermissions(prepared, PosixFilePermissions.fromString("rwxr-xr-x"));
        assertUsesAFreshDirectoryInsteadOf(prepared);
    }

    @Test
    void aDirectoryThatSomebodyElseOwnsIsNotUsed() throws IOException {
        Path prepared = Files.createDirectory(
                usualDirectory(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        try {
            Files.setAttribute(prepared, "unix:uid", 65534);
        } catch (IOException e) {
            assumeTrue(false, "needs the right to give files away: " + e);
        }
        assertUsesAFreshDirectoryInsteadOf(prepared);
    }

    @Test
    void aLinkToADirectoryIsNotUsed() throws IOException {
        Path elsewhere = Files.createDirectory(
                parent.resolve("elsewhere"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Path prepared = Files.createSymbolicLink(usualDirectory(), elsewhere);
        assertUsesAFreshDirectoryInsteadOf(prepared);
        assertThat(elsewhere).isEmptyDirectory();
    }

    @Test
    void aFileInPlaceOfTheDirectoryIsNotUsed() throws IOException {
        Path prepared = Files.createFile(usualDirectory());
        assertUsesAFreshDirectoryInsteadOf(prepared);
    }

    @Test
    void threadsThatExtractAtOnceAllFindItWhole() throws Exception {
        int threads = 8;
        byte[] library = new byte[100_000];
        CyclicBarrier together = new CyclicBarrier(threads);
        try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            List<Future<Path>> extractions = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                extractions.add(executor.submit(() -> {
                    together.await();
                    return Extraction.extract(library, parent);
                }));
            }
            for (Future<Path> extraction : extractions) {
                assertThat(extraction.get()).hasBinaryContent(library);
            }
        }
        assertThat(filesBelow(parent)).hasSize(1);
    }

    private void assertUsesAFreshDirectoryInsteadOf(Path prepared) throws IOException {
        Path file = Extraction.extract(LIBRARY, parent);
        assertThat(file).hasBinaryContent(LIBRARY);
        assertThat(file.getParent()).hasParent(parent).isNotEqualTo(prepared);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())))
                .isEqualTo("rwx------");
    }

    private Path usualDirectory() throws IOException {
        return parent.resolve("ferrule-" + Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    }

    private static List<Path> filesBelow(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(Files::isRegularFile).toList();
        }
    }
}
