// SPDX-License-Identifier: Apache-2.0
import Networking
import Office
import Storage
import Web

/// Cases, customers, what is said and handed over about them.
package enum Casework: ExchangeFeature, PersonalDataFeature {
    package static var migrations: [Migration] {
        CustomerSchema.migrations + CaseSchema.migrations + MessageSchema.migrations + AttachmentSchema.migrations
            + HandoverSchema.migrations
    }

    package static let actions: [any Operation.Type] = [
        ListCases.self, NewCase.self, OpenCaseByHand.self, ShowCase.self, TriageCase.self, WatchCase.self,
        WriteMessage.self, DownloadFile.self, FetchFileAgain.self, OfferHandover.self, AcceptHandover.self,
        RefuseHandover.self, WithdrawHandover.self, AnswerHandover.self, ReturnHandover.self, FindHandover.self,
        ListCustomers.self, ShowCustomer.self, EditCustomer.self, AddContactPoint.self, RemoveContactPoint.self,
    ]

    package static let events: [any EventPayload.Type] = [
        WatchingChanged.self, CustomerAdded.self, CustomerChanged.self, CustomerErased.self, CustomerSeen.self, CustomersSeen.self, FieldsShared.self, CaseOpened.self, MessageAdded.self, CaseAssigned.self, TeamAssigned.self, CaseMoved.self, CasePrioritised.self,
        CaseTagged.self, RestShared.self, FileArrived.self, FileAwaited.self, HandoverOffered.self, HandoverAccepted.self,
        HandoverDeclined.self, HandoverWithdrawn.self, HandoverExpired.self, HandoverAnswered.self, HandoverCompleted.self,
        HandoverReturned.self, HandoverRefused.self, HandoverProgress.self, DeadlineNear.self, DeadlinePassed.self, ContactShared.self, ContactCorrected.self,
        ContactRevoked.self, SharingTakenBack.self,
    ]

    package static let jobs = [FetchAttachment.job]
    package static let clocks = [
        Clockwork("Bringing back what nobody accepted in time", every: .seconds(5)) { works in
            try await ExpireHandovers.run(works.kernel, works.database)
        },
        Clockwork("Telling what is nearly due, and what is late", every: .seconds(15)) { works in
            try await TellDeadlines.run(works.kernel, works.database)
        },
    ]
    package static let noticeReasons = CaseNotices.reasons
    package static let subjects = [
        SubjectSort("case", prepare: CaseScenes.prepare) { ids, desk in
            try desk.cases.find(ids.map(ID.init)).reduce(into: [:]) { labels, item in
                labels[item.id.uuid] = .init(
                    "\(desk.enterprise.reference(item.number)) \(item.title)", href: desk.path(to: item), customer: item.customer?.uuid)
            }
        },
        SubjectSort("customer") { ids, desk in
            try desk.customers.find(ids.map(ID.init)).reduce(into: [:]) { labels, customer in
                labels[customer.id.uuid] = .init(
                    customer.name, href: "/\(desk.enterprise.slug)/customers/\(customer.id)", customer: customer.id.uuid)
            }
        },
    ]
    package static let sections: [any PagePart] = [CasesElsewhere.section]
    package static let waitingSources = [WaitingCases.source]
    package static let searchSources = [
        SearchSource("case", "Case", for: .casesRead) { query, desk in
            try desk.cases.search(query, limit: 30).map { line in
                Found(
                    line.item.title, number: desk.enterprise.reference(line.item.number),
                    excerpt: line.customerName ?? line.item.customerLabel, href: desk.path(to: line.item))
            }
        },
        SearchSource("customer", "Customer", for: .customersRead) { query, desk in
            try desk.customers.search(query, limit: 20).map { customer in
                Found(
                    customer.name, excerpt: customer.knownThrough?.company ?? customer.place,
                    href: "/\(desk.enterprise.slug)/customers/\(customer.id)")
            }
        },
    ]
    package static let personalData: [any PersonalData.Type] = [CaseworkData.self]
    package static let streams: [any StreamAction.Type] = [FollowCases.self]
    package static let liveSources = [CaseListChanges.source, CaseChanges.source]

    package static let menu = [
        Place(.work, 2, "Cases", "cases", for: .casesRead) { desk, caller in
            desk.cases.counting(CaseFilter(), by: caller.member.id)
        },
        Place(.work, 3, "Customers", "customers", for: .customersRead),
    ]

    package static let abilities: [String: Permission] = [
        "reply": .casesWrite, "handOver": .handoversWrite, "triage": .casesWrite, "open": .casesWrite,
        "editCustomer": .customersWrite,
    ]

    package static func handlers(_ kernel: Kernel) -> [InboundHandler] { CaseExchange.handlers(kernel) }
    package static let letterRules = [HandoverLetters.offer]

    package static func gather(_ features: [any Feature.Type], into kernel: inout Kernel) {
        kernel.caseNumbers = CaseNumbers()
        let brought = features.compactMap { $0 as? any CaseFeature.Type }
        kernel.kinds = Kinds(
            brought.flatMap { $0.kinds },
            features: Dictionary(
                brought.flatMap { feature in feature.kinds.compactMap { kind in feature.switchName.map { (kind.name, $0) } } },
                uniquingKeysWith: { first, _ in first }))
        kernel.personalData = features.compactMap { $0 as? any PersonalDataFeature.Type }.flatMap { $0.personalData }
        kernel.doors += kernel.kinds.all.compactMap { $0.door?.of(kernel.kinds.feature(of: $0.name)) }
    }
}
