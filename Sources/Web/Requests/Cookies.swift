// SPDX-License-Identifier: Apache-2.0
import Crypto
import Formats
import Foundation
import HTTPTypes

/// A cookie to set: always `Secure`, `HttpOnly`, `SameSite=Lax`, for the whole site, with the prefix `__Host-`
/// (RFC 6265bis §4.1.3), so that no other site and no script can set or read it.
package struct SetCookie: Sendable, Hashable {
    let name: String
    let value: String
    /// Seconds to keep it; `nil` until the browser closes.
    let maxAge: Int?

    /// - Parameters:
    ///   - name: without the prefix, such as `entente-velora`.
    ///   - value: characters of base64url and `.` only.
    package init(_ name: String, _ value: String, maxAge: Int? = nil) {
        self.name = Self.prefix + name
        self.value = value
        self.maxAge = maxAge
    }

    package static func clearing(_ name: String) -> SetCookie { SetCookie(name, "", maxAge: 0) }

    static let prefix = "__Host-"

    var header: String {
        let age = maxAge.map { "; Max-Age=\($0)" } ?? ""
        return "\(name)=\(value); Path=/\(age); Secure; HttpOnly; SameSite=Lax"
    }

    /// More cookies than browsers keep for one site; what follows is left out.
    private static let limit = 180

    /// Our cookies of a request by name without prefix. One sent twice counts for nothing: somebody meddles.
    static func read(_ headers: HTTPFields) -> [String: String] {
        var cookies: [String: String] = [:]
        var repeated: Set<String> = []
        for field in headers[values: .cookie] {
            for pair in field.utf8.split(separator: UInt8(ascii: ";"), maxSplits: limit).prefix(limit) {
                let pair = pair.drop { $0 == 0x20 || $0 == 0x09 }
                guard pair.starts(with: prefix.utf8), let sign = pair.firstIndex(of: UInt8(ascii: "=")) else { continue }
                let start = pair.index(pair.startIndex, offsetBy: prefix.utf8.count)
                guard start <= sign else { continue }
                let (name, value) = (String(Substring(pair[start..<sign])), String(Substring(pair[pair.index(after: sign)...])))
                if cookies.updateValue(value.trimmed, forKey: name) != nil { repeated.insert(name) }
            }
        }
        for name in repeated { cookies[name] = nil }
        return cookies
    }
}

/// The notice that a page shows once after a redirect, kept in a signed cookie: nobody else can put words on our pages.
struct Flash: Sendable {
    /// With a dot, which no company's short name has, so that it is no company's session.
    static let cookie = "entente.notice"
    private let key: SymmetricKey

    init(secret: [UInt8]) { key = SymmetricKey(data: secret) }

    func set(_ text: String) -> SetCookie {
        let bytes = Array(text.utf8.prefix(1500))
        let code = HMAC<SHA256>.authenticationCode(for: bytes, using: key)
        return SetCookie(Self.cookie, Base64URL.encode(bytes) + "." + Base64URL.encode(code), maxAge: 60)
    }

    func read(_ value: String?) -> String? {
        guard let parts = value?.split(separator: "."), parts.count == 2,
            let bytes = Base64URL.decode(String(parts[0])),
            let code = Base64URL.decode(String(parts[1])),
            HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: bytes, using: key)
        else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}
