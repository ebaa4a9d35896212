// SPDX-License-Identifier: Apache-2.0
import Exchange
import Networking
import Office
import Storage
import Web

/// A company that knows something of a case or of its customer: what, and since when.
package struct KnowingCompany: Codable, Sendable {
    package struct Known: Codable, Sendable {
        /// As contracts name it: `customer.name`, `attachments`.
        package let field: String
        package let since: Timestamp
        /// When something of it went last: another message, another file, a corrected contact point. Absent where only another
        /// company told us.
        package let last: Timestamp?
        package let takenBackAt: Timestamp?
    }

    /// The link over which we told it; absent for a company further on, of which another told us.
    package let link: ID<Link>?
    package let company: String
    package let colour: Int
    package let knows: [Known]
    /// Whether it was asked to erase what it knows, and what it answered.
    package let erasure: ErasureOutcome?

    /// Whether it has something of who the customer is that has not been taken back.
    package var knowsWho: Bool {
        knows.contains { known in
            known.takenBackAt == nil && SharedField.personal.contains { $0.rawValue == known.field }
        }
    }
}

extension Desk {
    /// Who knows what: the companies that we told, as the ledger has it, and those beyond them, as far as we hear of them.
    package func knowing(
        _ ledger: [Disclosed], beyond steps: [JourneyStep], of subject: ErasureOutcomes.Subject, _ known: [ID<Link>: Link] = [:]
    ) throws -> [KnowingCompany] {
        // Who was told nothing was asked nothing.
        let outcomes = ledger.isEmpty ? ErasureOutcomes(told: [:], beyond: []) : try kernel.erasureOutcomes(subject, self)
        let byLink = Dictionary(grouping: ledger, by: \.link)
        let links = try known.merging(links.byID(byLink.keys.filter { known[$0] == nil })) { known, _ in known }
        let told = byLink.sorted { $0.key < $1.key }.map { link, entries in
            KnowingCompany(
                link: link, company: entries.last?.company ?? "", colour: links[link]?.colour ?? 12,
                knows: entries.merged.sorted { ($0.since, $0.field) < ($1.since, $1.field) }, erasure: outcomes.told[link])
        }
        var answers = outcomes.beyond
        let beyond = steps.map { step in
            let place = answers.firstIndex { $0.company == step.company }
            return KnowingCompany(
                link: nil, company: step.company, colour: step.colour,
                knows: step.sees.compactMap(SharedField.init).shown.map {
                    KnowingCompany.Known(field: $0.rawValue, since: step.since, last: nil, takenBackAt: nil)
                }, erasure: place.map { answers.remove(at: $0) })
        }
        return told + beyond
            + answers.map { KnowingCompany(link: nil, company: $0.company, colour: 12, knows: [], erasure: $0) }
    }
}

extension [Disclosed] {
    /// One a field, and one more if some of it was taken back; over several cases.
    fileprivate var merged: [KnowingCompany.Known] {
        let worthTelling = filter { ![$0.field].shown.isEmpty }
        return Dictionary(grouping: worthTelling) { "\($0.field.rawValue) \($0.takenBackAt != nil)" }.values.compactMap { entries in
            guard let since = entries.map(\.at).min(), let field = entries.first?.field else { return nil }
            return KnowingCompany.Known(
                field: field.rawValue, since: since, last: entries.map(\.lastAt).max(),
                takenBackAt: entries.compactMap(\.takenBackAt).max())
        }
    }
}

extension KnowingCompany {
    /// The part that pages about it share; each adds what can be done.
    package func model(_ moments: Moments) -> [Model.Member] {
        [
            ("name", .companyName(company)), ("colour", .number(colour)),
            ("outcome", erasure?.model(moments) ?? .none),
            ("knows", .list(knownModels(moments))),
        ]
    }

    func knownModels(_ moments: Moments) -> [Model] {
        knows.map { known in
            let isGone = known.takenBackAt != nil
            let last = known.last.flatMap { $0 > known.since && !isGone ? $0 : nil }
            return .object(
                (SharedField(rawValue: known.field)?.model ?? []) + [
                    ("since", isGone ? .none : .text(moments.clock(known.since))),
                    ("datetime", .text(known.since.rfc3339)), ("last", .text(last.map(moments.clock))),
                    ("lastTime", .text(last?.rfc3339)), ("takenBack", .flag(isGone && erasure?.isErased != true)),
                ])
        }
    }
}
