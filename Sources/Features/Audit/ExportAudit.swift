// SPDX-License-Identifier: Apache-2.0
import Foundation
import Office
import Storage
import Web

/// The log as a table, from the newest to the oldest, with the page's filter. That it was exported is written first.
package struct ExportAudit: AsyncAction {
    package struct Input: FormInput {
        let shown: ShowAudit.Input
        let reason: String

        package init(_ form: inout Form) {
            shown = ShowAudit.Input(&form)
            reason = form.text("reason", label: "What for", max: 200)
        }
    }

    package static let route = Route.post("/{enterprise}/audit/exports")
    package static let summary = "The log as CSV (RFC 4180), with the filter of the page"
    package static let gives = Gives.file
    package static let access = Permission.auditRead
    package static let limit: RateLimit? = RateLimit(20, per: .seconds(60))

    package static func run(_ call: Call<StaffCaller, Input>, _ database: Database) async throws -> Reply<Nothing> {
        let (filter, query) = (call.input.shown.filter, URLText.query(call.input.shown.query))
        try await database.write { tx in
            let desk = call.desk(tx)
            try desk.record(AuditExported(filter: query, reason: call.input.reason), on: desk.scope.uuid)
        }
        return .file(
            StreamedFile(name: "audit-\(call.caller.enterprise.slug).csv", type: "text/csv; charset=utf-8") { put in
                try await put(Array(CSV.line(AuditRow.head).utf8))
                var before: Int?
                while true {
                    let (rows, last) = try await database.read { [before] tx in
                        let desk = call.desk(tx)
                        let events = try desk.audit(filter, before: before, limit: 500)
                        let labels = try desk.labels(of: events)
                        let scene = try desk.scene(of: events, Moments(call.caller.locale, now: call.now))
                        return (events.map { AuditRow.cells($0, labels[$0.subject], scene, desk.kernel) }, events.last?.position)
                    }
                    guard let last else { return }
                    try await put(Array(rows.map(CSV.line).joined().utf8))
                    before = last
                }
            })
    }
}

private enum AuditRow {
    static let head = ["position", "at", "deed", "who", "kind", "means", "type", "subject", "what", "data"]

    static func cells(_ event: Event, _ label: SubjectSort.Label?, _ scene: EventScene, _ kernel: Kernel) -> [String] {
        [
            event.position.map(String.init) ?? "", event.at.rfc3339, event.deed(kernel).rawValue, event.actorName, event.actorKind,
            event.means, event.type, label?.title ?? event.subject.uuidString.lowercased(),
            event.sentence(scene, kernel).description, event.payload,
        ]
    }
}

/// Comma-separated values (RFC 4180).
enum CSV {
    /// One record with its line's end. A cell that a spreadsheet would take for a formula begins with an apostrophe (OWASP,
    /// "CSV Injection").
    static func line(_ cells: [String]) -> String { cells.map(cell).joined(separator: ",") + "\r\n" }

    /// Code points count, not what looks like one character: an accent after a quotation mark would hide it.
    private static func cell(_ text: String) -> String {
        let begins = text.unicodeScalars.first { !$0.properties.isWhitespace && $0.value >= 32 }
        let isFormula = begins.map { "=+-@＝＋－＠".unicodeScalars.contains($0) } ?? false
        var quoted = String.UnicodeScalarView("\"".unicodeScalars)
        if isFormula { quoted.append("'") }
        for scalar in text.unicodeScalars {
            if scalar == "\"" { quoted.append("\"") }
            quoted.append(scalar)
        }
        quoted.append("\"")
        return String(quoted)
    }
}
