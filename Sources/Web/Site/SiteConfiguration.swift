// SPDX-License-Identifier: Apache-2.0

/// How a node presents itself to the network.
package struct SiteConfiguration: Sendable {
    package var host = "127.0.0.1"
    /// 0 takes any free port.
    package var port = 8080
    package var origin: PublicOrigin
    /// Proxies whose `X-Forwarded-For` is believed, as addresses or CIDR blocks.
    package var trustedProxies: [AddressBlock] = []
    /// The time zone of visitors who have not chosen one.
    package var timeZone = "UTC"
    /// Signs what a browser keeps for us; a random one forgets notices at a restart.
    package var secret: [UInt8] = RandomToken.bytes()
    /// The most bytes of a body without files, and of the texts of a form with files.
    package var bodyLimit = 1 << 20
    /// The most bytes that bodies, and answers larger than pages, hold in memory at one time; beyond it the answer is 503.
    package var bodyBudget = 256 << 20
    /// The most bytes of files on their way that lie on the disk at one time; beyond it the answer is 503.
    package var uploadBudget = 2 << 30
    /// How long a client may be silent within a request, and between two, and how long it may take no byte of an answer.
    package var idleTimeout: Duration = .seconds(30)
    /// How long a client may take to send a body.
    package var bodyTimeout: Duration = .seconds(120)
    package var maxConnections = 10_000 + otherConnections
    package var maxStreams = 10_000
    package var maxStreamsPerClient = 24
    /// Requests of one client that are read or answered at one time; beyond it the answer is 503.
    package var maxRequestsPerClient = 256

    /// Connections beside those that streams hold.
    package static let otherConnections = 4_096

    package init(origin: PublicOrigin) { self.origin = origin }
}
