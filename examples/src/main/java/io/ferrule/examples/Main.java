package io.ferrule.examples;

import io.ferrule.examples.compare.CompareCommand;
import io.ferrule.examples.cp.CpCommand;
import io.ferrule.examples.doctor.DoctorCommand;
import io.ferrule.examples.echo.EchoCommand;
import io.ferrule.examples.serve.ServeCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code java -jar examples.jar COMMAND}. */
@Command(
        name = "examples",
        description = "Small programs on Ferrule: Linux I/O for Java.",
        mixinStandardHelpOptions = true,
        version = "Ferrule examples 0.1.0-SNAPSHOT",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {DoctorCommand.class, CpCommand.class, EchoCommand.class, ServeCommand.class, CompareCommand.class
        })
public final class Main {
    private Main() {}

    /** Runs the command that the arguments name. Exit status 0: it did; 1: it failed; 2: wrong arguments. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Main())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(args));
    }
}
