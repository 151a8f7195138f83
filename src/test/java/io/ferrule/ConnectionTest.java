package io.ferrule;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Streams of bytes over TCP. */
class ConnectionTest extends LoopContract {
    @Test
    void whatOneEndSendsTheOtherReceives() throws IOException {
        Pair pair = connected();
        assertReaches(pair.client(), pair.server());
        assertReaches(pair.server(), pair.client());
    }
}
