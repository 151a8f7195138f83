package io.ferrule.examples.echo;

import picocli.CommandLine.Command;

/** The command line of {@link EchoServer} and {@link EchoClient}. */
@Command(
        name = "echo",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Sends bytes there and back: a server, and a client that measures it.",
        subcommands = {EchoServerCommand.class, EchoClientCommand.class})
public final class EchoCommand {}
