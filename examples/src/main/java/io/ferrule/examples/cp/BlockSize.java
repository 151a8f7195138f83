package io.ferrule.examples.cp;

import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a number of bytes such as 4096, 256K or 1M (powers of 1,024). */
final class BlockSize implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String text) {
        String number = text.toUpperCase(Locale.ROOT);
        int factor = number.endsWith("K") ? 1 << 10 : number.endsWith("M") ? 1 << 20 : 1;
        try {
            return Math.multiplyExact(
                    factor, Integer.parseInt(factor == 1 ? number : number.substring(0, number.length() - 1)));
        } catch (NumberFormatException | ArithmeticException e) {
            throw new TypeConversionException("'" + text + "' is no number of bytes, such as 4096, 256K or 1M");
        }
    }
}
