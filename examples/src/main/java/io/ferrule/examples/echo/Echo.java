package io.ferrule.examples.echo;

import io.ferrule.Connection;
import io.ferrule.Loop;
import java.io.IOException;
import java.util.Locale;

/** How connections are served: one of the three ways to wait. */
interface Echo {
    /** Serves a connection until it ends. On the loop's thread, which this does not hold up. */
    void serve(Connection connection);

    /** Closes a connection, on the loop's thread: in a callback that does not wait. */
    static void close(Connection connection, Tally tally) {
        try {
            connection.close();
        } catch (IOException e) {
            tally.broke(); // the kernel says late that something was lost
        }
    }

    /** The ways there are. */
    enum Style {
        CALLBACK {
            @Override
            Echo on(Loop loop, Tally tally) throws IOException {
                return new CallbackEcho(loop, tally);
            }
        },
        FUTURE {
            @Override
            Echo on(Loop loop, Tally tally) {
                return new FutureEcho(tally);
            }
        },
        VIRTUAL {
            @Override
            Echo on(Loop loop, Tally tally) {
                return new VirtualEcho(tally);
            }
        };

        abstract Echo on(Loop loop, Tally tally) throws IOException;

        /** As on the command line. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
