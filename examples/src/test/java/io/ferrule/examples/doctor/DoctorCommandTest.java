package io.ferrule.examples.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import io.ferrule.examples.Program;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The doctor on this machine, and on the same machine with something taken away. */
@Timeout(90)
class DoctorCommandTest {
    @Test
    void onThisMachineTheStatusSaysWhetherThereIsAnythingEssentialToDo() throws Exception {
        Program.Result result = Program.of("doctor").run();

        assertThat(result.out()).contains("io_uring\n", "epoll\n", "What to do\n");
        assertThat(result.status())
                .isEqualTo(json(Program.of("doctor", "--json").run()).getBoolean("ok") ? 0 : 1);
        assertThat(result.err()).isEmpty();
    }

    @Test
    void jsonNamesEachOperationSetupFlagAndFeature() throws Exception {
        JsonObject ring = json(Program.of("doctor", "--json").run()).getObject("io_uring");

        assumeTrue(ring.getString("state").equals("works"), "needs io_uring");
        assertThat(ring.getObject("operations")).hasSize(65).containsEntry("IORING_OP_NOP", true);
        assertThat(ring.getObject("setup_flags")).hasSize(21);
        assertThat(ring.getObject("features")).hasSize(18);
    }

    @Test
    void eachDriverIsListedAndTheOneThatALoopGetsIsNamed() throws Exception {
        JsonObject drivers = json(Program.of("doctor", "--json").run()).getObject("drivers");

        assertThat(drivers).containsEntry("nio", true).containsKeys("uring", "epoll", "epoll_edge");
        assertThat(drivers.getBoolean(drivers.getString("chosen_by_default"))).isTrue();
    }

    @Test
    void aDriverThatCannotBeHadIsListedWithTheReason() throws Exception {
        Program.Result result = Program.of("doctor").with("-Dferrule.uring=off").run();

        assertThat(joined(result))
                .contains("uring not available: io_uring is not available: ferrule.uring=off")
                .contains("chosen by default epoll");
    }

    @Test
    void sysctlsAreReadWhole() throws Exception {
        String inFull = Program.run("cat", "/proc/sys/fs/aio-max-nr").out().strip();

        JsonObject aio = json(Program.of("doctor", "--json").run()).getObject("aio");

        assertThat(aio.getLong("fs_aio_max_nr")).isEqualTo(Long.parseLong(inFull));
    }

    @Test
    void aModelWithoutSocketsIsSaidToBeForFiles() throws Exception {
        assertThat(Program.of("doctor").run().out()).containsPattern("\\n  mmap +available, for files only\\n");
    }

    @Test
    void aMissingLibuvIsNoProblemAndItIsSaidWhatToInstall() throws Exception {
        Program.Result result =
                Program.of("doctor").with("-Dferrule.libuv=libuv-absent.so.1").run();

        assertThat(joined(result))
                .contains("libuv not available: the libuv driver needs the library libuv, and there is no"
                        + " libuv-absent.so.1. Install it: apt-get install libuv1");
        assertThat(result.out()).endsWith("What to do\n  Nothing to do.\n");
    }

    @Test
    void aSandboxThatRefusesIoUringIsNamedWithTheCallsToAllow() throws Exception {
        Program.Result result = Program.of("doctor")
                .under(Program.injecting("io_uring_setup", "EPERM"))
                .run();

        assertThat(result.status()).isEqualTo(1);
        assertThat(joined(result)).contains("io_uring_setup, io_uring_enter and io_uring_register");
        assertThat(result.out()).contains("epoll\n  state                      works");
    }

    @Test
    void aSandboxThatForgotIoUringEnterIsNamedToo() throws Exception {
        Program.Result result = Program.of("doctor")
                .under(Program.injecting("io_uring_enter", "EPERM"))
                .run();

        assertThat(result.status()).isEqualTo(1);
        assertThat(joined(result)).contains("io_uring does not work in full").contains("io_uring_enter");
    }

    @Test
    void withoutEpollTheStatusIsOne() throws Exception {
        Program.Result result = Program.of("doctor")
                .under(Program.injecting("epoll_create1", "EPERM"))
                .run();

        assertThat(result.status()).isEqualTo(1);
        assertThat(joined(result)).contains("epoll does not work: epoll_create1: EPERM");
    }

    @Test
    void anOldKernelsEpollIsNotedAndNotEssential() throws Exception {
        Program.Result result = Program.of("doctor", "--json")
                .under(Program.injecting("epoll_pwait2", "ENOSYS"))
                .run();

        JsonObject epoll = json(result).getObject("epoll");
        assertThat(epoll).containsEntry("state", "works").containsEntry("epoll_pwait2", false);
    }

    @Test
    void aLowMemoryLockLimitIsMeasuredAndTheWaysToRaiseItAreNamed() throws Exception {
        Program.need("prlimit", "prlimit", "--memlock=65536", "true");
        Program.Result result = Program.of("doctor", "--json")
                .under("prlimit", "--memlock=65536")
                .under(Program.withoutCapabilities("ipc_lock"))
                .run();

        JsonObject report = json(result);
        JsonObject ring = report.getObject("io_uring");
        assertThat(ring.getString("memory_lock_limit")).isEqualTo("65536");
        assumeTrue(
                !ring.has("rings_that_open")
                        || ring.getObject("rings_that_open").getInt("4096") == 0,
                "needs a kernel that charges rings to the memory-lock limit");
        assertThat(report.getArray("problems").getObject(0).getString("text")).contains("ulimit -l", "LimitMEMLOCK");
    }

    @Test
    void theOffSwitchIsReportedAsWhatItIs() throws Exception {
        Program.Result result = Program.of("doctor").with("-Dferrule.uring=off").run();

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.out()).contains("1. io_uring is not available: ferrule.uring=off");
    }

    @Test
    void whereNativeAccessIsForbiddenTheFlagIsNamedAndTheReportIsPrintedToItsEnd() throws Exception {
        assumeTrue(Runtime.version().feature() >= 24, "needs --illegal-native-access, JDK 24");

        Program.Result result = Program.of("doctor")
                .withoutNativeAccess()
                .with("--illegal-native-access=deny")
                .run();

        assertThat(result.status()).isEqualTo(1);
        assertThat(joined(result))
                .contains("--enable-native-access=ALL-UNNAMED")
                .contains("fs.aio-max-nr");
        assertThat(result.out()).doesNotContain("2. ").doesNotContain("stopped");
    }

    @Test
    void whereTheTemporaryDirectoryIsNoexecAndNothingElseIsThereTheWayOutIsNamedOnce(@TempDir Path directory)
            throws Exception {
        Program.Result result = Program.of("doctor")
                .under(Program.onTmpfs(directory, "noexec"))
                .with("-Djava.io.tmpdir=" + directory, "-Duser.home=" + directory)
                .run();

        assertThat(result.status()).isEqualTo(1);
        assertThat(joined(result)).contains("mounted noexec").contains("-Dferrule.library.tmpdir=DIR");
        assertThat(result.out()).doesNotContain("2. ");
    }

    private static JsonObject json(Program.Result result) throws Exception {
        return JsonParser.object().from(result.out());
    }

    /** The text without its line breaks, which fall anywhere. */
    private static String joined(Program.Result result) {
        return result.out().replaceAll("\\s+", " ");
    }
}
