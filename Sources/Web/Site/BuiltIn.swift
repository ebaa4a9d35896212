// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import NIOCore
import Storage

extension Endpoint {
    /// What every site has besides its actions.
    static var builtIn: [Endpoint] {
        [
            plain("/healthz") { _ in .text("ok\n") },
            plain("/readyz") { handling in
                guard let trouble = await handling.site.readiness.check() else { return .text("ok\n") }
                return .text(trouble.told, status: 503)
            },
            plain("/metrics") { handling in
                // Figures tell how busy a business is: only those on this machine may see them.
                guard AddressBlock.loopback.contains(where: { $0.contains(handling.visit.address) }) else {
                    throw Refusal.notFound
                }
                return Answer(
                    status: 200, type: "text/plain; version=0.0.4; charset=utf-8",
                    bytes: ByteBuffer(string: MetricsRegistry.shared.text))
            },
            plain("/api/openapi.json") { handling in
                .json(ByteBuffer(bytes: handling.site.openAPI), type: "application/vnd.oai.openapi+json;version=3.1")
            },
            plain("/assets/{fingerprint}/{name}") { handling in
                try handling.site.assets.answer(
                    fingerprint: handling.visit.path["fingerprint"] ?? "", name: handling.visit.path["name"] ?? "")
            },
        ]
    }

    private static func plain(_ path: String, _ run: @escaping @Sendable (Handling) async throws -> Answer) -> Endpoint
    {
        var endpoint = Endpoint(route: .get(path), run: run)
        endpoint.negotiates = false
        return endpoint
    }
}

extension AddressBlock {
    static let loopback = ["127.0.0.0/8", "::1/128"].compactMap { AddressBlock($0) }
}

extension StorageError {
    /// For whoever watches over the node, and so without the engine's own words.
    fileprivate var told: String {
        switch self {
        case .full: "The disk is full: nothing can be saved.\n"
        case .unusable, .readOnly: "The database cannot be written: its disk or file is damaged, read-only or gone.\n"
        default: "The database does not answer.\n"
        }
    }
}
