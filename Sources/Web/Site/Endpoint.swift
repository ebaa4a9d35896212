// SPDX-License-Identifier: Apache-2.0
import Hummingbird
import NIOCore
import Storage

/// An action with its types erased, as the router holds it.
struct Endpoint: Sendable {
    let route: Route
    var limit: RateLimit?
    /// The largest body in bytes; `nil` for the site's default.
    var bodyLimit: Int?
    /// The feature that brings it, if it can be switched off.
    var feature: String?
    /// Whether browsers call it with a cookie.
    var checksOrigin = true
    /// Whether it answers pages and JSON, as the client likes.
    var negotiates = true
    /// For the API description; `nil` keeps it out.
    var description: OperationDescription?
    /// Looks at who calls before the body is read; an answer is the answer, and the body is never read.
    var refuse: (@Sendable (Handling) async throws -> Answer?)?
    let run: @Sendable (Handling) async throws -> Answer

    init(route: Route, run: @escaping @Sendable (Handling) async throws -> Answer) {
        self.route = route
        self.run = run
    }

    init(operation: any Operation.Type) {
        if let action = operation as? any Action.Type {
            self = Self.make(action)
        } else if let action = operation as? any AsyncAction.Type {
            self = Self.make(action)
        } else {
            preconditionFailure("\(operation) is neither an Action nor an AsyncAction")
        }
    }

    private static func make<A: Action>(_: A.Type) -> Endpoint {
        described(A.self) { handling in try await handling.perform(A.self) }
    }

    private static func make<A: AsyncAction>(_: A.Type) -> Endpoint {
        described(A.self) { handling in try await handling.perform(async: A.self) }
    }

    private static func described<A: Operation>(
        _: A.Type, run: @escaping @Sendable (Handling) async throws -> Answer
    ) -> Endpoint {
        var endpoint = Endpoint(route: A.route, run: run)
        let description = OperationDescription(A.self)
        endpoint.limit = A.limit
        endpoint.bodyLimit = description.takesFiles ? 4 * UploadedFile.limit + (1 << 20) : nil
        endpoint.description = description
        if A.route.method != .get, A.As.self != Anyone.self {
            endpoint.refuse = { handling in
                try await handling.identify(A.self)
                return nil
            }
        }
        return endpoint
    }

    init(raw action: any RawAction.Type) {
        route = action.route
        limit = action.limit
        bodyLimit = action.bodyLimit
        checksOrigin = false
        negotiates = false
        description = OperationDescription(raw: action)
        refuse = { handling in try await handling.refuse(raw: action) }
        run = { handling in try await handling.perform(raw: action) }
    }

    init(stream action: any StreamAction.Type) { self = Self.make(stream: action) }

    private static func make<A: StreamAction>(stream _: A.Type) -> Endpoint {
        var endpoint = Endpoint(route: A.route) { handling in try await handling.perform(stream: A.self) }
        endpoint.negotiates = false
        endpoint.description = OperationDescription(stream: A.self)
        return endpoint
    }
}
