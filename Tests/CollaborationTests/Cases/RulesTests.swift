// SPDX-License-Identifier: Apache-2.0
import CollaborationTesting
import Testing
import Web

@testable import Collaboration
@testable import Office

@Suite("Small rules of the kernel")
struct RulesTests {
    @Test("a file is what its bytes are, not what its name says")
    func sniffing() {
        #expect(FileType(sniffing: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 1]) == .png)
        #expect(FileType(sniffing: Array("<svg onload=alert(1)>".utf8)) == .text)
        #expect(FileType(sniffing: Array("%PDF-1.7".utf8)) == .pdf)
        #expect(FileType(sniffing: [0, 1, 2]) == .unknown)
        #expect(FileType(sniffing: []) == .unknown)
        #expect(!FileType.text.isShownInline)
    }

    @Test("a file's name cannot lead out of its folder", arguments: [
        ("../../etc/passwd", "passwd"), ("C:\\temp\\a.png", "a.png"), ("...", "file"), ("", "file"), (".hidden", "hidden"),
    ])
    func names(given: String, kept: String) {
        #expect(FileName.safe(given) == kept)
    }

    @Test("a contact point is checked for what people mistype", arguments: [
        (Channel.email, "lotte@example.org", true), (.email, "lotte", false), (.email, "@example.org", false),
        (.email, "a b@example.org", false), (.mobile, "+32 470 12 34 56", true), (.phone, "12", false),
        (.phone, "call me", false), (.fax, "(09) 223-45-67", true),
    ])
    func contactPoints(channel: Channel, value: String, isPlausible: Bool) {
        #expect(ContactPoint(channel: channel, value: value).isPlausible == isPlausible)
    }

    @Test("a kind that cannot work is told at start")
    func mistakes() throws {
        enum Broken: CaseKind {
            static let name = "broken"
            static let title = "Broken"
            static let lifecycle = Lifecycle(.init("new", "New"), moves: ["new": ["gone"]])
            static func erase(_ item: Case, _ strikeout: Strikeout, _ desk: Desk) throws {}
        }
        enum Adrift: CaseKind {
            static let name = "adrift"
            static let title = "Adrift"
            static let lifecycle = Lifecycle(.init("new", "New"), moves: [:])
            static let stageWhenTaken: String? = "taken"
            static func erase(_ item: Case, _ strikeout: Strikeout, _ desk: Desk) throws {}
        }
        func mistake(_ kind: any CaseKind.Type, _ templates: String...) -> String? {
            do { try Kinds([kind]).check(templates: templates) } catch { return "\(error)" }
            return nil
        }
        #expect(mistake(Question.self, "enquiry-panel") == nil)
        #expect(mistake(Question.self) == "The kind of case “enquiry”: there is no template “enquiry-panel” for its panel.")
        #expect(mistake(Broken.self, "broken-panel")?.contains("“gone”") == true)
        #expect(mistake(Adrift.self, "adrift-panel")?.contains("“taken”") == true)
        #expect(Lifecycle(.init("new", "New"), .init("new", "New again"), moves: [:]).mistakes == ["two stages are named “new”"])
    }

    @Test("a lifecycle allows only its own moves")
    func lifecycle() {
        let lifecycle = Lifecycle(
            .init("new", "New"), .init("working", "In progress"), .init("closed", "Closed", isOpen: false),
            moves: ["new": ["working"], "working": ["closed"]])
        #expect(lifecycle.first.name == "new")
        #expect(lifecycle.allows("new", to: "working"))
        #expect(!lifecycle.allows("new", to: "closed"))
        #expect(!lifecycle.allows("closed", to: "new"))
        #expect(lifecycle.following("working").map(\.title) == ["Closed"])
    }
}
