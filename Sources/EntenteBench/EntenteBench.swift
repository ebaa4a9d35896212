// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// Measures what docs/performance.md promises. It is no test: a figure that falls short is printed, and nothing fails.
@main
struct EntenteBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure Entente and print a table.",
        subcommands: [Measure.self, ServeHello.self, ServeBareHello.self], defaultSubcommand: Measure.self)
}
