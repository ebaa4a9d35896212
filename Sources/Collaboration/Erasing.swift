// SPDX-License-Identifier: Apache-2.0
import Exchange
import Networking
import Office
import Storage
import Web

/// What is forgotten because a customer wishes it, or because its time is over.
package enum Erasing: ExchangeFeature {
    package static let migrations = ErasureSchema.migrations
    package static let events: [any EventPayload.Type] = [
        ErasureAsked.self, ErasureDone.self, ErasureRefused.self, ErasureDoneThere.self, ErasureRefusedThere.self,
    ]
    package static let actions: [any Operation.Type] = [
        DecideErasure.self, DecideErasureOfCase.self,
    ]

    package static func handlers(_ kernel: Kernel) -> [InboundHandler] {
        [
            .on(ErasureRequestedV1.self, kernel, outlivesLink: true) { try $0.receive($1, $2, from: $3) },
            .on(ErasureAnsweredV1.self, kernel, outlivesLink: true) { desk, event, _, link in
                try desk.receive(event, from: link)
            },
        ]
    }

    package static let clocks = [
        Clockwork("Taking what was erased out of the files", every: .seconds(2)) { works in
            try await FinishErasures.run(works.kernel, works.database)
        },
        Clockwork("Erasing what has been delivered", every: .seconds(60)) { works in
            try await KeepToRetention.eraseLetters(works.kernel, works.database)
        },
        Clockwork("Erasing what was kept long enough", first: .seconds(30), every: .seconds(3600)) { works in
            try await KeepToRetention.run(works.kernel, works.database)
        },
    ]

    package static let abilities: [String: Permission] = ["erase": .customersErase]
}

extension Permission {
    /// It cannot be undone.
    package static let customersErase = Permission("customers.erase", .administrator)
}
