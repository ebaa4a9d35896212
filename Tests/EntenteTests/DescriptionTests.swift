// SPDX-License-Identifier: Apache-2.0
import Office
import Storage
import StorageTesting
import Testing
import Web

@testable import Entente

@Suite("The API description of the product")
struct DescriptionTests {
    @Test("it tells every output wholly")
    func whole() async throws {
        #expect(try await AskTwiceTests.House(.sqlite).site.undescribed == [])
    }
}
