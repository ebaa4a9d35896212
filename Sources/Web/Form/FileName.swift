// SPDX-License-Identifier: Apache-2.0

/// The name of a file as somebody else gave it.
package enum FileName {
    /// What of it can be shown and saved anywhere: its last part, without leading dots, without characters that are not
    /// seen or that turn the order of others around (`invoice\u{202E}fdp.exe` would read as `invoiceexe.pdf`), and at most 120
    /// characters, of which the last are kept, for what is after the dot; `file` where nothing is left.
    package static func safe(_ name: String) -> String {
        let last = name.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last ?? ""
        let seen = String(String.UnicodeScalarView(last.unicodeScalars.filter(isSeen)))
        let clean = seen.drop { $0 == "." || $0.isWhitespace }
        return clean.isEmpty ? "file" : String(clean.suffix(120))
    }

    private static func isSeen(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
        default: !scalar.properties.isDefaultIgnorableCodePoint
        }
    }
}
