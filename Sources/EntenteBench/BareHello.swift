// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Hummingbird
import Logging

/// The limit of hello: the server library by itself.
struct ServeBareHello: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bare-hello", abstract: "Serve a greeting without Entente.", shouldDisplay: false)

    @Option var port: Int

    func run() async throws {
        let router = Router()
        router.get("/hello") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "application/json"],
                body: .init(byteBuffer: ByteBuffer(string: #"{"hello":"world"}"#)))
        }
        var logger = Logger(label: "bare-hello")
        logger.logLevel = .error
        try await Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: port)), logger: logger
        ).runService()
    }
}
