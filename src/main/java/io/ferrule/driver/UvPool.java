package io.ferrule.driver;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Structures of one type of libuv's, used again and again: libuv keeps the number of each for us, by which it is found when libuv calls back. On the
 * loop's thread.
 *
 * @param <T> what one is in use for
 */
final class UvPool<T> {
    private final Arena arena;
    private final long size;
    private final List<Piece<T>> pieces = new ArrayList<>();
    private @Nullable Piece<T> free;

    static final class Piece<T> {
        /** From 1. */
        final int number;

        final long address;

        /** Null when it is not in use. */
        @Nullable
        T user;

        private @Nullable Piece<T> next;

        Piece(int number, long address) {
            this.number = number;
            this.address = address;
        }
    }

    /** @param size of each, in bytes */
    UvPool(Arena arena, long size) {
        this.arena = arena;
        this.size = size;
    }

    Piece<T> take() {
        Piece<T> piece = free;
        if (piece == null) {
            long address = arena.allocate(size, Long.BYTES).address();
            piece = new Piece<>(pieces.size() + 1, address);
            pieces.add(piece);
        } else {
            free = piece.next;
        }
        return piece;
    }

    void giveBack(Piece<T> piece) {
        piece.user = null;
        piece.next = free;
        free = piece;
    }

    Piece<T> get(long number) {
        return pieces.get((int) number - 1);
    }

    /** All there are, in use or not. */
    List<Piece<T>> all() {
        return pieces;
    }
}
