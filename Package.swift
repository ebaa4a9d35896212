// swift-tools-version: 6.1
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

/// Each feature is one folder, with its pages and tests, below Sources/Features; name it here and in Sources/Entente/Features.swift.
let features: [String] = [
    "Audit", "Enquiries", "Follow", "Incidents", "Notices", "Partners", "Presence", "Privacy", "Running", "Search", "Settings", "Today",
]
/// Those with a folder Tests.
let tested: Set<String> = ["Enquiries", "Follow", "Incidents", "Partners", "Presence", "Privacy", "Search"]

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let system: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")
/// What tests of a feature need beyond what all have: pages of other features that lead to its own, for the most part.
let alsoTestedWith: [String: [Target.Dependency]] = [
    "Follow": ["Privacy", "Settings"], "Privacy": ["Follow", "Today", logging],
]

let package = Package(
    name: "entente",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "entente", targets: ["EntenteCommand"])],
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-structured-headers", from: "1.7.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
    ],
    targets: [
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CMalloc"),
        .target(
            name: "Storage",
            dependencies: [
                "CLibPQ", "Formats", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"), crypto, logging, lifecycle, subprocess,
            ]
        ),
        .target(
            name: "StorageTesting",
            dependencies: ["Storage", "CLibPQ", .product(name: "GRDB", package: "GRDB.swift")]),
        .target(
            name: "HTTPMessageSignatures",
            dependencies: [
                crypto, .product(name: "StructuredFieldValues", package: "swift-http-structured-headers"),
                .product(name: "RawStructuredFieldValues", package: "swift-http-structured-headers"),
            ]
        ),
        .target(name: "Formats"),
        .target(name: "Exchange", dependencies: ["Formats", "HTTPMessageSignatures", crypto]),
        .target(
            name: "Web",
            dependencies: [
                "Formats", "Storage", crypto, logging, lifecycle,
                .product(name: "_CryptoExtras", package: "swift-crypto"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            exclude: ["Assets", "Pages"]
        ),
        .target(name: "Office", dependencies: ["Formats", "Web", "Storage", crypto], exclude: ["Pages"]),
        .target(
            name: "Networking",
            dependencies: ["Office", "Web", "Storage", "Exchange", "HTTPMessageSignatures", crypto, logging, lifecycle]),
        .target(
            name: "Collaboration",
            dependencies: ["Formats", "Networking", "Office", "Web", "Storage", "Exchange", logging],
            exclude: ["Pages"]
        ),
        .target(
            name: "Entente",
            dependencies: features.map { .byName(name: $0) } + [
                "Collaboration", "Networking", "Office", "Web", "Storage", "Exchange", logging, lifecycle,
            ]),
        .executableTarget(
            name: "EntenteCommand",
            dependencies: [
                "CMalloc", "Entente", "Collaboration", "Networking", "Office", "Web", "Storage", "Exchange", logging,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Configuration", package: "swift-configuration"),
                system,
            ]
        ),
        .target(name: "WorstInputs", dependencies: ["Exchange", "HTTPMessageSignatures", "Web"]),
        .executableTarget(
            name: "EntenteBench",
            dependencies: [
                "Entente", "Collaboration", "Networking", "Office", "Privacy", "Exchange", "HTTPMessageSignatures", "Storage", "Web",
                "WorstInputs", logging,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]
        ),
        .target(name: "SiteTesting", dependencies: ["Web"], path: "Tests/SiteTesting"),
        .target(
            name: "CollaborationTesting",
            dependencies: [
                "Collaboration", "Networking", "Office", "Web", "Storage", "Exchange", "HTTPMessageSignatures", "SiteTesting",
                "StorageTesting", crypto, logging,
            ],
            path: "Tests/CollaborationTesting"
        ),
        .testTarget(
            name: "StorageTests",
            dependencies: ["Storage", "StorageTesting", .product(name: "GRDB", package: "GRDB.swift")]),
        .testTarget(name: "HTTPMessageSignaturesTests", dependencies: ["HTTPMessageSignatures", crypto]),
        .testTarget(
            name: "ExchangeTests", dependencies: ["Exchange", "HTTPMessageSignatures", crypto, subprocess, system]),
        .testTarget(
            name: "WebTests",
            dependencies: [
                "Web", "Formats", "SiteTesting", "StorageTesting", "WorstInputs", logging, subprocess, system,
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]
        ),
        .testTarget(
            name: "OfficeTests",
            dependencies: ["Office", "Storage", "StorageTesting", "Web", logging, lifecycle]),
        .testTarget(
            name: "CollaborationTests",
            dependencies: [
                "Collaboration", "CollaborationTesting", "Partners", "Networking", "Office", "Web", "Storage", "Exchange",
                "HTTPMessageSignatures", "SiteTesting", "StorageTesting", crypto,
            ]
        ),
        .testTarget(
            name: "EntenteTests",
            dependencies: [
                "Entente", "Audit", "Enquiries", "Follow", "Notices", "Partners", "Privacy", "Running", "Settings", "Today",
                "Collaboration", "CollaborationTesting", "Networking", "Office", "Web", "Storage", "Exchange", "HTTPMessageSignatures",
                "SiteTesting", "StorageTesting", crypto, logging,
            ]),
        .testTarget(
            name: "EntenteCommandTests",
            dependencies: [
                "EntenteCommand", "Entente", "Collaboration", "Networking", "Office", "Storage", "StorageTesting", "Web",
                .product(name: "Configuration", package: "swift-configuration"),
            ]
        ),
    ] + features.flatMap(targets(of:)),
    swiftLanguageModes: [.v6]
)

/// A feature's own target, and that of its tests.
func targets(of feature: String) -> [Target] {
    let code = Target.target(
        name: feature, dependencies: ["Collaboration", "Networking", "Office", "Web", "Storage", "Exchange"],
        path: "Sources/Features/\(feature)", exclude: ["Pages"] + (tested.contains(feature) ? ["Tests"] : []))
    guard tested.contains(feature) else { return [code] }
    let tests = Target.testTarget(
        name: feature + "Tests",
        dependencies: [
            .byName(name: feature), "Collaboration", "CollaborationTesting", "Networking", "Office", "Web", "Storage", "Exchange",
            "SiteTesting", "StorageTesting",
        ] + alsoTestedWith[feature, default: []],
        path: "Sources/Features/\(feature)/Tests")
    return [code, tests]
}
