// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

@main
struct Entente: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "entente", abstract: "Collaborative CRM: one customer relationship, many companies.",
        subcommands: [Serve.self])
}
