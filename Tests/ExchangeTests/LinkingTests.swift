// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Exchange

@Suite("Linking")
struct LinkingTests {
    let inviter: SigningKey
    let accepter: SigningKey
    let token: InvitationToken

    init() throws {
        inviter = try Sample.key(1)
        accepter = try Sample.key(2)
        token = try #require(InvitationToken(bytes: [UInt8](repeating: 9, count: 32)))
    }

    var invitation: Invitation {
        Invitation(
            address: Sample.velora, rootThumbprint: inviter.thumbprint, token: token,
            expiresAt: Sample.now + Invitation.lifetime)
    }

    @Test("an invitation survives being written as a URL, also with the line breaks of a mail")
    func url() {
        let url = invitation.url(allowingPlainLoopback: false)
        #expect(url.hasPrefix("https://velora.example/velora/invitation#t="))
        #expect(Invitation(url: url) == invitation)
        #expect(Invitation(url: " \(url.prefix(60))\n\(url.dropFirst(60)) ") == invitation)
        #expect(invitation.isOpen(at: Sample.now + Invitation.lifetime - 1))
        #expect(!invitation.isOpen(at: Sample.now + Invitation.lifetime))
    }

    @Test("anything else than an invitation's URL is none")
    func notInvitations() {
        let url = invitation.url(allowingPlainLoopback: false)
        for wrong in [
            "", "x", "https://velora.example/velora/invitation", url.replacing("#", with: "?"),
            url.replacing("https", with: "ftp"), url + "&t=\(token.text)", url.replacing("&k=", with: "&k=A"),
            url.replacing("#t=", with: "#t=A"), url.replacing("&x=", with: "&x=-"),
            url.replacing("velora.example/", with: "evil@velora.example/"),
        ] {
            #expect(Invitation(url: wrong) == nil, "\(wrong)")
        }
    }

    @Test("both sides compute the same short code, and it depends on both keys and on the token")
    func shortCode() throws {
        let code = ShortCode(inviter.thumbprint, accepter.thumbprint, token: token)
        #expect(code == ShortCode(accepter.thumbprint, inviter.thumbprint, token: token))
        #expect(code.digits.count == 12)
        #expect(code.matches(code.description) && code.matches(" \(code.digits)-"))
        #expect(!code.matches(String(code.digits.dropLast())))
        let otherToken = try #require(InvitationToken(bytes: [UInt8](repeating: 8, count: 32)))
        #expect(code != ShortCode(inviter.thumbprint, accepter.thumbprint, token: otherToken))
        #expect(code != ShortCode(inviter.thumbprint, try Sample.key(3).thumbprint, token: token))
    }

    @Test("both sign the same bytes of a contract, whatever order its members came in")
    func signing() throws {
        let contract = Sample.contract(inviter: inviter, accepter: accepter)
        let signed = try contract.signed(by: inviter)
        #expect(try Contract.verify(signed, signer: inviter.verifyingKey) == contract)
        #expect(throws: JWS.Failure.invalidSignature) { try Contract.verify(signed, signer: accepter.verifyingKey) }
        var object = try #require(contract.json.object)
        let reversed = JSONObject(unique: object.members.reversed())
        #expect(try Contract(.object(reversed)).canonicalBytes == contract.canonicalBytes)
        object["later"] = .object(["b": 1, "a": .number("2")])
        let later = try Contract(.object(object))
        #expect(try Contract.verify(later.signed(by: inviter), signer: inviter.verifyingKey).unknown["later"] != nil)
    }

    @Test("a signed contract that is not in canonical form is refused")
    func canonical() throws {
        let contract = Sample.contract(inviter: inviter, accepter: accepter)
        let signed = try JWS.sign(contract.json.bytes, type: Contract.type, key: inviter)
        #expect(throws: WireError("contract", .invalid("is not in canonical form"))) {
            try Contract.verify(signed, signer: inviter.verifyingKey)
        }
    }

    @Test("a field goes over the link only when its rule says so")
    func sharing() {
        var contract = Sample.contract(inviter: inviter, accepter: accepter)
        #expect(contract.shares(.product, accepted: false))
        #expect(!contract.shares(.messages, accepted: false) && contract.shares(.messages, accepted: true))
        #expect(!contract.shares(.customerName, accepted: true))
        contract.fields = [:]
        for field in SharedField.allCases { #expect(!contract.shares(field, accepted: true)) }
        #expect(contract.allows(kind: "enquiry") && !contract.allows(kind: "order"))
        #expect(contract.roleOfPeer(seenBy: inviter.thumbprint) == .supplier)
        #expect(contract.roleOfPeer(seenBy: accepter.thumbprint) == .customer)
        #expect(contract.peer(of: inviter.thumbprint).onwardName == "a supplier")
    }

    @Test("rules for fields of a later version share nothing and are kept")
    func laterFields() throws {
        var object = try #require(Sample.contract(inviter: inviter, accepter: accepter).json.object)
        var fields = try #require(object["fields"]?.object)
        fields["warranty"] = .object(["shared": "before", "owner": "both", "passOn": "never"])
        object["fields"] = .object(fields)
        let contract = try Contract(.object(object))
        #expect(contract.json.object?["fields"]?.object?["warranty"] == fields["warranty"])
        #expect(try Contract.verify(contract.signed(by: inviter), signer: inviter.verifyingKey) == contract)
    }

    @Test("the templates share a partner's contact after acceptance and a supplier's never")
    func templates() {
        #expect(Role.partner.fields[.customerContact]?.shared == .afterAcceptance)
        #expect(Role.supplier.fields[.customerContact]?.shared == .never)
        for role in Role.allCases { #expect(Set(role.fields.keys) == Set(SharedField.allCases)) }
    }

    @Test("an acceptance survives the wire")
    func acceptance() throws {
        let acceptance = Acceptance(token: token, statement: "a.b.c", contract: "d.e.f")
        #expect(try Acceptance(acceptance.json) == acceptance)
        #expect(throws: WireError.self) { try Acceptance(.object(["token": "short", "statement": "a"])) }
    }
}
