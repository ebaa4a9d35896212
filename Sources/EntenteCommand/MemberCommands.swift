// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Collaboration
import Office
import Storage
import Web

struct MemberCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "member", abstract: "Who works for a company.", subcommands: [AddMemberCommand.self])
}

struct AddMemberCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Let somebody sign in.",
        discussion: "Prints a password that was made for them, unless one is given on standard input.")

    @OptionGroup var common: CommonOptions

    @Option(help: "The company's short name.")
    var enterprise: String

    @Option(help: "The e-mail address to sign in with.")
    var email: String

    @Option(help: "First and last name.")
    var name: String

    @Option(help: "administrator, sales, service, marketing, finance or reader.")
    var role: Member.Role = .service

    @Flag(help: "Read the password from the first line of standard input.")
    var passwordStdin = false

    func run() async throws {
        let password = try passwordStdin ? given : NewPassword.generate()
        let hash = try await Passwords().hash(password)
        let (slug, email, name, role) = (enterprise, email, name, role)
        try await common.withDatabase { database in
            try await database.write { tx in
                let enterprise = try EnterpriseStore(tx).require(slug)
                let member = Member(
                    email: email, name: name, role: role, language: enterprise.language, timeZone: enterprise.timeZone)
                try MemberStore(enterprise.id, tx).add(member, password: hash, by: .commandLine(at: tx.startedAt))
            }
        }
        print(
            "\(name) signs in at /\(slug)/sign-in as \(email)\(passwordStdin ? "." : " with the password \(password)")")
    }

    private var given: String {
        get throws {
            guard let line = readLine(), line.count >= 12 else {
                throw ValidationError("Standard input must hold a password of at least 12 characters.")
            }
            return line
        }
    }
}

extension Member.Role: ExpressibleByArgument {}
