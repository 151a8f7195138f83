package io.ferrule.examples.serve;

import org.jspecify.annotations.Nullable;

/**
 * What is to be sent of a file.
 *
 * @param from first byte
 * @param length in bytes
 */
record Range(Kind kind, long from, long length) {
    /** What a Range field comes to. */
    enum Kind {
        /** All of it: no part was asked for, or in a way that may be ignored. Several parts are ignored too. */
        WHOLE,
        /** A part. */
        PART,
        /** A part that is not there. */
        UNSATISFIABLE
    }

    private static final String UNIT = "bytes=";

    /** More digits may not fit into a long; no file is that large. */
    private static final int MOST_DIGITS = 18;

    private static final long NONE = -1;
    private static final long WRONG = -2;

    /**
     * Reads the field.
     *
     * @param size of the file, in bytes
     */
    static Range of(@Nullable String field, long size) {
        Range whole = new Range(Kind.WHOLE, 0, size);
        if (field == null || !field.regionMatches(true, 0, UNIT, 0, UNIT.length())) {
            return whole;
        }
        String part = field.substring(UNIT.length()).strip();
        int dash = part.indexOf('-');
        if (dash < 0) {
            return whole;
        }
        long first = number(part.substring(0, dash));
        long last = number(part.substring(dash + 1));
        if (first == WRONG || last == WRONG || (first == NONE && last == NONE)) {
            return whole;
        }
        if (first != NONE && last != NONE && last < first) {
            return whole;
        }
        long from = first == NONE ? Math.max(0, size - last) : first;
        long to = first == NONE || last == NONE ? size - 1 : Math.min(last, size - 1);
        return from > to ? new Range(Kind.UNSATISFIABLE, 0, 0) : new Range(Kind.PART, from, to - from + 1);
    }

    /** {@link #NONE} for no digits, {@link #WRONG} for others. */
    private static long number(String digits) {
        if (digits.isEmpty()) {
            return NONE;
        }
        for (int i = 0; i < digits.length(); i++) {
            if (digits.charAt(i) < '0' || digits.charAt(i) > '9') {
                return WRONG;
            }
        }
        return digits.length() > MOST_DIGITS ? Long.MAX_VALUE : Long.parseLong(digits);
    }
}
