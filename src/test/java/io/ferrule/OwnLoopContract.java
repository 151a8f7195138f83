package io.ferrule;

import java.io.IOException;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.Parameter;

/** What loops do alike on every driver: a test class that extends this one has a loop that the test's own thread turns, on each of them. */
@EveryDriver
abstract class OwnLoopContract {
    /** Far longer than anything here takes. */
    private static final Duration AT_MOST = Duration.ofSeconds(30);

    @Parameter
    String driver;

    Loop loop;

    @BeforeEach
    void openLoop() throws IOException {
        Drivers.need(driver, getClass());
        loop = Loop.open(LoopOptions.defaults().driver(driver));
    }

    @AfterEach
    void closeLoop() {
        if (loop != null) { // skipped before
            loop.close();
        }
    }

    /** Turns the loop until something has happened. */
    void turnUntil(BooleanSupplier happened) throws IOException {
        long begun = System.nanoTime();
        while (!happened.getAsBoolean()) {
            loop.turn(AT_MOST.toNanos());
            if (System.nanoTime() - begun > AT_MOST.toNanos()) {
                throw new AssertionError("it has not happened within " + AT_MOST);
            }
        }
    }

    /** Runs something on another thread, and passes on what that throws. */
    static void onAnotherThread(Runnable work) throws InterruptedException {
        Throwable[] thrown = {null};
        Thread thread = new Thread(work);
        thread.setUncaughtExceptionHandler((which, e) -> thrown[0] = e);
        thread.start();
        thread.join();
        if (thrown[0] != null) {
            throw new AssertionError(thrown[0]);
        }
    }
}
