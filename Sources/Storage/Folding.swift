// SPDX-License-Identifier: Apache-2.0
import Foundation

extension String {
    /// Without regard to case, accents and width, as texts are compared and found: `ZOË` and `Zoe` fold alike. It is done
    /// here, and the result kept, since SQLite's `LOWER` folds ASCII only and PostgreSQL's goes by the server's locale.
    package var folded: String {
        folding(options: [.caseInsensitive, .diacriticInsensitive, .widthInsensitive], locale: nil)
    }
}

extension SQL {
    /// A text in its order as bytes, which SQLite has anyhow and PostgreSQL's locale changes: for lists by name, with an
    /// index on the same, and for what comes after a name in them.
    package static func byBytes(_ text: SQL) -> SQL { perEngine(sqlite: text, postgres: text + " COLLATE \"C\"") }
}
