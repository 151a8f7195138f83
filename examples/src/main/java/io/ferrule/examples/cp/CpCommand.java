package io.ferrule.examples.cp;

import io.ferrule.examples.Quantity;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command line of {@link Copier}. */
@Command(
        name = "cp",
        usageHelpAutoWidth = true,
        mixinStandardHelpOptions = true,
        description = {
            "Copies a file through an io_uring ring, with many reads and writes in flight.",
            "",
            "Holes stay holes, permission bits are kept. The copy gets its name only when it is whole and on the device.",
            ""
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:the file was copied",
            "1:it was not; one line on standard error says why",
            "2:wrong arguments",
            "130:interrupted by Ctrl-C; nothing is left of the copy"
        })
public final class CpCommand implements Callable<Integer> {
    private static final int FAILED = 1;
    private static final int INTERRUPTED = 130;

    /** How long Ctrl-C waits for requests in flight before it takes the temporary file away from them. */
    private static final long CLEANUP_SECONDS = 10;

    @Spec
    @SuppressWarnings("NullAway.Init") // by picocli
    private CommandSpec spec;

    @Parameters(paramLabel = "SRC", description = "the file to copy")
    @SuppressWarnings("NullAway.Init")
    private Path source;

    @Parameters(paramLabel = "DST", description = "the copy, or a directory to copy into")
    @SuppressWarnings("NullAway.Init")
    private Path destination;

    @Option(
            names = "--block-size",
            paramLabel = "BYTES",
            defaultValue = "256K",
            converter = BlockSize.class,
            description = "bytes moved by one request, a multiple of 4096 (default: ${DEFAULT-VALUE})")
    private int blockSize;

    @Option(
            names = "--depth",
            paramLabel = "N",
            defaultValue = "32",
            description = "blocks in flight at most (default: ${DEFAULT-VALUE})")
    private int depth;

    @Option(names = "--direct", description = "go around the page cache (O_DIRECT)")
    private boolean direct;

    @Option(
            names = "--checksum",
            description = "print SHA-256 of the source as read and of the copy as read back, which must agree")
    private boolean checksum;

    @Option(names = "--no-sparse", description = "write the holes of the source out as zeros")
    private boolean noSparse;

    @Option(
            names = {"-f", "--force"},
            description = "replace DST if it exists")
    private boolean force;

    @Override
    public Integer call() {
        CopyOptions options = options();
        CountDownLatch ended = new CountDownLatch(1);
        try (ProgressBars bars = new ProgressBars(spec.usageMessage().width())) {
            Copier copier = new Copier(source, destination, options, onTerminal() ? bars : Progress.NONE);
            // On Ctrl-C the JVM runs its hooks, then exits with 130, whatever this thread returns meanwhile.
            Runtime.getRuntime().addShutdownHook(new Thread(() -> cleanUp(copier, ended), "cp clean-up"));
            long start = System.nanoTime();
            Copier.Outcome outcome = copier.copy();
            double seconds = (System.nanoTime() - start) / 1e9;
            bars.finish();
            print(outcome, seconds);
            return 0;
        } catch (CopyCancelledException e) {
            return complain("interrupted: " + e.getMessage(), INTERRUPTED);
        } catch (IOException e) {
            return complain(inWords(e), FAILED);
        } catch (UncheckedIOException e) {
            return complain(String.valueOf(e.getMessage()), FAILED);
        } catch (IllegalCallerException | LinkageError e) {
            return complain(
                    String.valueOf(e.getMessage()), FAILED); // the helper library; its message is made for people
        } finally {
            ended.countDown();
        }
    }

    private CopyOptions options() {
        try {
            return new CopyOptions(blockSize, depth, direct, checksum, !noSparse, force);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private void print(Copier.Outcome outcome, double seconds) {
        PrintWriter out = spec.commandLine().getOut();
        String holes =
                outcome.moved() < outcome.size() ? " (" + Quantity.ofBytes(outcome.moved()) + " of it data)" : "";
        out.printf(
                "%s -> %s: %s%s in %.2f s, %s/s, on the device%n",
                source, outcome.target(), Quantity.ofBytes(outcome.size()), holes, seconds, Quantity.ofBytes((long)
                        (outcome.moved() / seconds)));
        Copier.Digests digests = outcome.digests();
        if (digests != null) {
            out.println("SHA-256 of the source as read:    " + digests.source());
            out.println("SHA-256 of the copy as read back: " + digests.copy());
            out.println("The two agree.");
        }
        out.flush();
    }

    private int complain(String line, int status) {
        PrintWriter err = spec.commandLine().getErr();
        err.println("cp: " + line);
        err.flush();
        return status;
    }

    private static void cleanUp(Copier copier, CountDownLatch ended) {
        copier.cancel();
        try {
            if (!ended.await(CLEANUP_SECONDS, TimeUnit.SECONDS)) {
                copier.abandon();
            }
        } catch (InterruptedException | IOException e) {
            System.err.println("cp: a temporary file may be left behind: " + e);
        }
    }

    @SuppressWarnings("SystemConsoleNull") // JDK 22 to 24 never return null; 25 does again
    private static boolean onTerminal() {
        Console console = System.console();
        return console != null && console.isTerminal();
    }

    /** One line for one failure. Of some exceptions, the JDK's message is the path alone. */
    private static String inWords(IOException e) {
        if (e instanceof FileSystemException f && f.getReason() == null) {
            String what = e instanceof NoSuchFileException
                    ? "no such file or directory"
                    : e instanceof AccessDeniedException
                            ? "permission denied"
                            : e.getClass().getSimpleName();
            return f.getFile() + ": " + what;
        }
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }
}
