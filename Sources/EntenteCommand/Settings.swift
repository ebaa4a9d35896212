// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Configuration
import Foundation
import Logging
import Storage
import SystemPackage
import Web

/// What every command can be told.
struct CommonOptions: ParsableArguments {
    @Option(help: "Where the data is: sqlite:FILE or postgresql://USER@HOST/NAME. Default: sqlite:entente.sqlite.")
    var database: String?

    @Option(help: ArgumentHelp("A JSON file with settings.", valueName: "file"))
    var config: String?

    @Option(help: ArgumentHelp("What the companies’ own keys in the database are sealed with; see entente key file.", valueName: "file"))
    var keyFile: String?

    @Option(help: "How much is logged: debug, info, notice, warning or error. Default: notice.")
    var logLevel: String?

    var values: [String: ConfigContent] {
        var values: [String: ConfigContent] = [:]
        values["database"] = database.map { .string($0) }
        values["keyFile"] = keyFile.map { .string($0) }
        values["logLevel"] = logLevel.map { .string($0) }
        return values
    }

    func settings(_ more: [String: ConfigContent] = [:]) async throws -> Settings {
        let settings = try await Settings(flags: values.merging(more) { $1 }, file: config)
        _ = try settings.logger
        return settings
    }
}

/// What was configured is wrong. The sentence names the setting and says what it takes.
struct BadConfiguration: Error, CustomStringConvertible {
    let description: String
}

/// Settings from flags, the environment and a file, in this order.
struct Settings {
    private let reader: ConfigReader

    init(
        flags: [String: ConfigContent], environment: [String: String] = ProcessInfo.processInfo.environment,
        file: String?
    ) async throws {
        let values = flags.map { (AbsoluteConfigKey(ConfigKey($0.key)), ConfigValue($0.value, isSecret: false)) }
        var providers: [any ConfigProvider] = [
            InMemoryProvider(name: "flags", values: Dictionary(uniqueKeysWithValues: values)),
            EnvironmentVariablesProvider(environmentVariables: environment).prefixKeys(with: "entente"),
        ]
        if let file = file ?? environment["ENTENTE_CONFIG"] {
            do {
                providers.append(try await FileProvider<JSONSnapshot>(filePath: FilePath(file)))
            } catch {
                throw BadConfiguration(
                    description: "The settings in \(file) cannot be read: it must be a file of JSON.")
            }
        }
        reader = ConfigReader(providers: providers)
    }

    var database: Location {
        get throws { try Location(parsing: text("database") ?? "sqlite:entente.sqlite") }
    }

    var keyFile: String? { text("keyFile") }

    /// What the companies' own keys are sealed with, if anything.
    var sealing: SealingKey? { get throws { try keyFile.map { try SealingKey(contentsOf: $0) } } }

    var logger: Logger {
        get throws {
            let name = text("logLevel") ?? "notice"
            guard let level = Logger.Level(rawValue: name) else {
                throw BadConfiguration(
                    description: "The log level “\(name)” is none: use debug, info, notice, warning or error.")
            }
            var logger = Logger(label: "entente", factory: StreamLogHandler.standardError(label:))
            logger.logLevel = level
            return logger
        }
    }

    /// The source tree whose pages and styles are reloaded when they change.
    var developmentFolder: URL? { text("dev").map { URL(filePath: $0) } }

    var allowsPrivatePeers: Bool { get throws { try flag("allowPrivatePeers") } }

    /// Seconds between two questions to a linked company; `nil` for a node that they can reach.
    var pullInterval: Int? {
        get throws { try number("pullEvery", in: 1...3600, "a number of seconds from 1 to 3600, such as 5") }
    }

    var site: SiteConfiguration {
        get throws {
            let (host, port) = try listen
            var site = SiteConfiguration(origin: try origin(host, port))
            (site.host, site.port) = (host, port)
            site.trustedProxies = try trustedProxies
            if let pages = try number("maxLivePages", in: 1...1_000_000, "how many pages may be live, such as 10000") {
                site.maxStreams = pages
            }
            // Each live page holds a connection; others come and go beside them.
            site.maxConnections = max(site.maxConnections, site.maxStreams + SiteConfiguration.otherConnections)
            site.timeZone = try timeZone
            return site
        }
    }

    var timeZone: String {
        get throws {
            guard let zone = text("timeZone") else { return LocaleChoice().timeZone }
            guard TimeZone(identifier: zone) != nil else {
                throw BadConfiguration(description: "The time zone “\(zone)” is not known: write one like Europe/Brussels.")
            }
            return zone
        }
    }

    /// The public origin as somebody said it: a command beside the server cannot know what the server was told.
    var statedOrigin: PublicOrigin {
        get throws {
            guard let text = text("origin") else {
                throw BadConfiguration(
                    description: """
                        The public origin is not set: say the one that `entente serve` has, as in --origin https://crm.example.org, \
                        ENTENTE_ORIGIN, or the file of settings.
                        """)
            }
            return try origin(text)
        }
    }

    private var listen: (host: String, port: Int) {
        get throws {
            let text = text("listen") ?? "127.0.0.1:8080"
            guard let match = text.wholeMatch(of: /(?:\[([0-9A-Fa-f:.]+)\]|([^\[\]:]*)):([0-9]{1,5})/),
                let port = Int(match.3), port < 65536
            else {
                throw BadConfiguration(
                    description: "“\(text)” is no address to listen on: write one like 127.0.0.1:8080 or [::]:8080.")
            }
            let host = String(match.1 ?? match.2 ?? "")
            return (host.isEmpty ? "0.0.0.0" : host, port)
        }
    }

    private func origin(_ host: String, _ port: Int) throws -> PublicOrigin {
        guard let text = text("origin") ?? (host.isThisMachine ? "http://localhost:\(port)" : nil) else {
            throw BadConfiguration(
                description:
                    "The public origin is not set: say what people open, as in --origin https://crm.example.org."
            )
        }
        return try origin(text)
    }

    private func origin(_ text: String) throws -> PublicOrigin {
        guard let origin = PublicOrigin(text) else {
            throw BadConfiguration(
                description: "“\(text)” is no public origin: write scheme and host, such as https://crm.example.org.")
        }
        let name = origin.authority.replacing(/:[0-9]+$/, with: "")
        guard origin.isHTTPS || name.isThisMachine else {
            throw BadConfiguration(
                description:
                    "The public origin \(origin) is not HTTPS, so nobody could stay signed in: put TLS in front."
            )
        }
        return origin
    }

    private var trustedProxies: [AddressBlock] {
        get throws {
            try (reader.stringArray(forKey: "trustedProxies") ?? []).map { text in
                guard let block = AddressBlock(text.trimmingCharacters(in: .whitespaces)) else {
                    throw BadConfiguration(
                        description: "The trusted proxy “\(text)” is no address: write one like 10.0.0.1 or 10.0.0.0/8."
                    )
                }
                return block
            }
        }
    }

    private func text(_ name: String) -> String? {
        reader.string(forKey: ConfigKey(name)).flatMap { $0.isEmpty ? nil : $0 }
    }

    private func number(_ name: String, in range: ClosedRange<Int>, _ takes: String) throws -> Int? {
        guard let number = reader.int(forKey: ConfigKey(name)) ?? text(name).map({ Int($0) ?? range.lowerBound - 1 })
        else { return nil }
        guard range.contains(number) else {
            throw BadConfiguration(description: "The setting \(name) takes \(takes).")
        }
        return number
    }

    private func flag(_ name: String) throws -> Bool {
        if let flag = reader.bool(forKey: ConfigKey(name)) { return flag }
        guard let text = text(name) else { return false }
        throw BadConfiguration(description: "The setting \(name) is “\(text)”: it takes true or false.")
    }
}

extension String {
    fileprivate var isThisMachine: Bool {
        self == "localhost" || hasSuffix(".localhost") || hasPrefix("127.") || self == "::1" || self == "[::1]"
    }
}
