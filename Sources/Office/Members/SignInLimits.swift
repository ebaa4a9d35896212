// SPDX-License-Identifier: Apache-2.0
import Storage
import Web

/// How often somebody may try to sign in. All processes of a node count together.
///
/// A stranger's attempts count for their address and the account together, so that nobody can lock out the member, who is
/// elsewhere; then for the address; and in all, so that guesses from many addresses come to little. A browser in which the
/// member has signed in before counts for itself alone.
enum SignInLimits {
    static let known = RateLimit(20, per: .seconds(900))
    static let pair = RateLimit(20, per: .seconds(900))
    static let address = RateLimit(100, per: .seconds(900))
    static let account = RateLimit(200, per: .seconds(3600))

    /// Counts an attempt, or throws 429.
    ///
    /// - Parameter device: the token of a browser that is known for this account.
    static func take(
        _ email: String, at enterprise: Enterprise, from client: String, device: String?, _ database: Database
    ) async throws {
        let account = "sign-in \(enterprise.id) \(email.lowercased())"
        if let device { return try await SharedLimits.take([(known, "\(account) on \(device)")], database) }
        // The pair comes first: one address that has used up its own attempts uses up nobody else's.
        try await SharedLimits.take(
            [
                (pair, "\(account) from \(client)"), (address, "sign-in \(enterprise.id) from \(client)"),
                (Self.account, account),
            ], database)
    }
}
