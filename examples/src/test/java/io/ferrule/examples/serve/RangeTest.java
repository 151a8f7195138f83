package io.ferrule.examples.serve;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RangeTest {
    @ParameterizedTest
    @CsvSource({
        "bytes=0-0, 10, 0, 1",
        "bytes=0-9, 10, 0, 10",
        "bytes=0-99, 10, 0, 10",
        "bytes=9-, 10, 9, 1",
        "bytes=0-, 10, 0, 10",
        "bytes=-1, 10, 9, 1",
        "bytes=-10, 10, 0, 10",
        "bytes=-11, 10, 0, 10",
        "bytes=-99999999999999999999, 10, 0, 10",
        "Bytes= 2-3 , 10, 2, 2",
        "bytes=9223372036854775806-, 9223372036854775807, 0, 0",
    })
    void aPartIsCutToTheFile(String field, long size, long from, long length) {
        Range.Kind kind = length == 0 ? Range.Kind.UNSATISFIABLE : Range.Kind.PART;
        assertThat(Range.of(field, size)).isEqualTo(new Range(kind, from, length));
    }

    @ParameterizedTest
    @CsvSource({"bytes=10-, 10", "bytes=10-11, 10", "bytes=-0, 10", "bytes=0-, 0", "bytes=0-0, 0", "bytes=-1, 0"})
    void aPartThatIsNotThereIsNone(String field, long size) {
        assertThat(Range.of(field, size).kind()).isEqualTo(Range.Kind.UNSATISFIABLE);
    }

    @ParameterizedTest
    @CsvSource(
            value = {
                "NULL",
                "''",
                "bytes",
                "bytes=",
                "bytes=-",
                "bytes=1",
                "bytes=2-1",
                "bytes=a-b",
                "bytes=1-2-3",
                "bytes=--1",
                "bytes=+1-2",
                "bytes=0x1-2",
                "bytes=1 - 2",
                "lines=1-2",
                "'bytes=0-1,3-4'",
                "'bytes=0-1,'"
            },
            nullValues = "NULL")
    void whatIsNoSinglePartIsTheWhole(String field) {
        assertThat(Range.of(field, 10)).isEqualTo(new Range(Range.Kind.WHOLE, 0, 10));
    }
}
