package io.ferrule.examples;

import java.util.Locale;

/** Numbers of bytes in words. */
public final class Quantity {
    private static final String[] DECIMAL = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};

    private Quantity() {}

    /** A number of bytes in decimal units, such as "134.2 MB". */
    public static String ofBytes(long bytes) {
        double value = (double) bytes;
        int unit = 0;
        while (value >= 999.95 && unit < DECIMAL.length - 1) {
            value /= 1000;
            unit++;
        }
        return unit == 0
                ? String.format(Locale.ROOT, "%.0f B", value)
                : String.format(Locale.ROOT, "%.1f %s", value, DECIMAL[unit]);
    }

    /** A limit in bytes as {@code /proc/self/limits} gives it: a number, or a word that stays as it is. */
    public static String ofLimit(String bytes) {
        return bytes.matches("\\d{1,18}") ? bytes + " bytes (" + ofBytes(Long.parseLong(bytes)) + ")" : bytes;
    }
}
