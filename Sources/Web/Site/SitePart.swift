// SPDX-License-Identifier: Apache-2.0
import Logging
import Storage

/// What one feature adds to a site.
package struct SitePart {
    let endpoints: [Endpoint]

    /// - Parameter feature: its name, if it can be switched off: then the program says in ``Services/hasFeature`` whether
    ///   it is on. A raw action has to ask for itself.
    package init(
        feature: String? = nil, actions: [any Operation.Type], rawActions: [any RawAction.Type] = [],
        streams: [any StreamAction.Type] = []
    ) {
        var endpoints =
            actions.map { Endpoint(operation: $0) } + rawActions.map { Endpoint(raw: $0) } + streams.map { Endpoint(stream: $0) }
        for index in endpoints.indices { endpoints[index].feature = feature }
        self.endpoints = endpoints
    }
}

private enum FeatureKey: ServiceKey {
    static let defaultValue: @Sendable (Credentials, Transaction) throws -> Bool = { _, _ in true }
}

extension Services {
    /// Whether the feature that a request is for is switched on where it goes.
    package var hasFeature: @Sendable (Credentials, Transaction) throws -> Bool {
        get { self[FeatureKey.self] }
        set { self[FeatureKey.self] = newValue }
    }
}

extension Site {
    /// A site of one part.
    package convenience init(
        _ configuration: SiteConfiguration, database: Database, templates: Templates, assets: Assets, live: Live,
        services: Services = Services(), actions: [any Operation.Type], rawActions: [any RawAction.Type] = [],
        streams: [any StreamAction.Type] = [], logger: Logger = Logger(label: "entente.web")
    ) throws {
        try self.init(
            configuration, database: database, templates: templates, assets: assets, live: live, services: services,
            parts: [SitePart(actions: actions, rawActions: rawActions, streams: streams)], logger: logger)
    }
}
