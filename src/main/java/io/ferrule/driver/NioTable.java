package io.ferrule.driver;

import java.nio.channels.Channel;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The nio driver's own descriptors: numbers for what is open, the lowest free one first. Any thread may use it. */
final class NioTable {
    private final List<@Nullable Channel> channels = new ArrayList<>();
    private final BitSet used = new BitSet();

    synchronized int add(Channel channel) {
        int number = used.nextClearBit(0);
        used.set(number);
        if (number == channels.size()) {
            channels.add(channel);
        } else {
            channels.set(number, channel);
        }
        return number;
    }

    synchronized @Nullable Channel get(int number) {
        return number >= 0 && number < channels.size() ? channels.get(number) : null;
    }

    /** Puts something else in its place. */
    synchronized void replace(int number, Channel channel) {
        channels.set(number, channel);
    }

    /** Frees the number. */
    synchronized @Nullable Channel remove(int number) {
        Channel channel = get(number);
        if (channel != null) {
            channels.set(number, null);
            used.clear(number);
        }
        return channel;
    }

    /** All that is open. */
    synchronized List<Channel> all() {
        List<Channel> open = new ArrayList<>();
        for (Channel each : channels) {
            if (each != null) {
                open.add(each);
            }
        }
        return open;
    }
}
